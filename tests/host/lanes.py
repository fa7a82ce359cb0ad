# SPDX-License-Identifier: GPL-2.0-or-later
"""Tests that run beside each other: a small suite of its own, in two lanes."""

import os
import re
import signal
import subprocess
import sys
from unittest.mock import Mock

import pytest

from avpstool import paths
from runner import lanes

pytestmark = pytest.mark.quick

CONFTEST = '''
import pytest
from runner import lanes

def pytest_addoption(parser):
    parser.addoption('--lanes', type=int, default=2)

def pytest_configure(config):
    config.pluginmanager.register(lanes.Lanes(config))

def pytest_collection_modifyitems(items):
    for item in items:
        item.public_name = item.name

@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item):
    outcome = yield
    outcome.get_result().public_name = item.name
'''


@pytest.fixture
def suite(work):
    """suite(text) starts pytest on the tests of a text, in the folder `work`."""
    (work / 'conftest.py').write_text(CONFTEST)
    (work / 'pytest.ini').write_text(
        f'[pytest]\npythonpath = {paths.ROOT}/tests {paths.ROOT}/scripts\n'
        'addopts = -p no:cacheprovider\n')

    def start(text):
        (work / 'test_suite.py').write_text(text)
        return subprocess.Popen([sys.executable, '-m', 'pytest', '-q', '-rA', work], cwd=work,
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT, text=True)
    return start


def outcomes(process):
    """{test: 'PASSED' or 'FAILED'} by pytest's summary, and all that was printed."""
    output, _ = process.communicate()
    return {name: outcome for outcome, name
            in re.findall(r'^(PASSED|FAILED) \S+::(test_\w+)', output, re.M)}, output


def test_lanes_are_beside_each_other(suite, work):
    """Each of two tests waits for the other."""
    for name in ('one', 'two'):
        os.mkfifo(work / name)
    results, output = outcomes(suite('''
def test_one():
    open('one', 'w').close()
    open('two').close()

def test_two():
    open('one').close()
    open('two', 'w').close()
'''))
    assert sorted(results.items()) == [('test_one', 'PASSED'), ('test_two', 'PASSED')], output


def test_lanes_keep_a_module_together(suite):
    """What is set up for a module is set up once, and taken down."""
    results, output = outcomes(suite('''
import os, pytest

@pytest.fixture(scope='module')
def shared():
    with open('log', 'a') as log:
        print('up', file=log)
        yield os.getpid()
        print('down', file=log)

def test_first(shared): assert shared == os.getpid()
def test_alone(): pass
def test_second(shared): assert shared == os.getpid()
'''))
    assert set(results.values()) == {'PASSED'} and len(results) == 3, output


def test_lanes_begin_with_what_takes_long():
    def item(marker):
        return Mock(_fixtureinfo=Mock(name2fixturedefs={}),
                    get_closest_marker=lambda name: name == marker)
    first, second, long = (item(marker) for marker in (None, 'quick', 'lengthy'))
    assert lanes.groups([first, second, long]) == [[long], [first], [second]]


def test_lanes_outlive_a_test_that_ends_its_process(suite):
    results, output = outcomes(suite('''
import os, signal, pytest

@pytest.fixture(scope='module')
def shared(): pass

def test_before(shared): pass
def test_killed(shared): os.kill(os.getpid(), signal.SIGKILL)
def test_behind(shared): pass
def test_other(): pass
'''))
    assert results == {'test_before': 'PASSED', 'test_killed': 'FAILED', 'test_behind': 'FAILED',
                       'test_other': 'PASSED'}, output
    assert 'its process ended with SIGKILL' in output


def test_lanes_keep_output_apart(suite):
    """A failure shows what its own test has printed."""
    _, output = outcomes(suite('''
import os, pytest

@pytest.mark.parametrize('name', ['red', 'green'])
def test_print(name):
    for _ in range(50):
        os.system(f'echo {name}')
    assert False
'''))
    printed = re.findall(r'-+ Captured stdout call -+\n((?:(?:red|green)\n)+)', output)
    assert sorted(' '.join(set(text.split())) for text in printed) == ['green', 'red'], output


def test_lanes_end_when_interrupted(suite, work):
    """Ctrl-C: what is set up for a module is taken down before pytest ends."""
    os.mkfifo(work / 'begun')
    process = suite('''
import time, pytest

@pytest.fixture(scope='module')
def shared():
    yield
    open('down', 'w').close()

def test_endless(shared):
    open('begun', 'w').close()
    time.sleep(1000)
''')
    with open(work / 'begun', encoding='utf-8'):
        process.send_signal(signal.SIGINT)
    _, output = outcomes(process)
    assert process.returncode == pytest.ExitCode.INTERRUPTED, output
    assert (work / 'down').exists(), output
