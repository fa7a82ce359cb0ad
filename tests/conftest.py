# SPDX-License-Identifier: GPL-2.0-or-later
"""What every test of the project shares: names, tiers, selection, fixtures.

A test's name is the folder it lives in and what it checks: `qtest/map/matches-table`,
`qemu/qos/virtio-mmio/...`, `guest/stock-direct`, `host/bad-input-memory`.  The names are
what `./scripts/avps test --list` prints and what the requirement table refers to.
"""

import fnmatch
import re
import shutil
import subprocess
from collections import Counter

import pytest

from avpstool import paths
from runner import lanes, tap
from runner.progress import Progress

USAGE_ERROR = 2
ALL_NAMES = pytest.StashKey[list]()
TIERS = ('quick', 'default', 'long')


def pytest_addoption(parser):
    group = parser.getgroup('avps')
    group.addoption('--tier', choices=TIERS, default='default')
    group.addoption('--select', action='append', default=[], metavar='NAME',
                    help='run the tests whose name contains NAME, or matches it as a glob')
    group.addoption('--qemu-binary', metavar='FILE', help='the QEMU under test')
    group.addoption('--list-names', action='store_true', help='print the names, run nothing')
    group.addoption('--results', metavar='DIR', help='where results.json goes')
    group.addoption('--lanes', type=int, default=1, metavar='COUNT',
                    help='how many tests run beside each other')


@pytest.hookimpl(trylast=True)
def pytest_configure(config):
    # Our own reporter prints one line per test; pytest's would print the same again.
    config.pluginmanager.unregister(name='terminalreporter')
    config.pluginmanager.register(lanes.Lanes(config), 'avps-lanes')
    config.pluginmanager.register(Progress(config), 'avps-progress')


def pytest_collect_file(file_path, parent):
    if file_path.name == 'meson.build' and file_path.parent.name == 'qtest':
        return tap.Programs.from_parent(parent, path=file_path)
    return None


def name_of(item):
    """The public name of a test, see the top of this file."""
    if isinstance(item, tap.Case):
        return item.public_name
    folder = item.path.relative_to(paths.ROOT / 'tests').parts[0]
    function = re.sub(r'^test_?', '', item.originalname).replace('_', '-')
    params = item.callspec.id if hasattr(item, 'callspec') else ''
    return folder + '/' + '-'.join(part for part in (function, params) if part)


def tier_of(item):
    for tier in ('quick', 'long'):
        if item.get_closest_marker(tier):
            return tier
    return 'default'


def is_selected(name, patterns):
    if not patterns:
        return True
    return any(p in name or fnmatch.fnmatchcase(name, p) for p in patterns)


def pytest_collection_modifyitems(config, items):
    patterns = config.getoption('select')
    # A test that is asked for by its full name runs, whatever its tier.
    highest = TIERS.index(config.getoption('tier'))
    kept, dropped = [], []
    for item in items:
        item.public_name = name_of(item)
        in_tier = TIERS.index(tier_of(item)) <= highest or item.public_name in patterns
        wanted = in_tier and is_selected(item.public_name, patterns)
        (kept if wanted else dropped).append(item)
    config.stash[ALL_NAMES] = [item.public_name for item in items]
    refuse_doubles([item.public_name for item in items])
    refuse_idle_patterns(patterns, [item.public_name for item in kept])
    config.hook.pytest_deselected(items=dropped)
    items[:] = kept


def refuse_doubles(names):
    twice = sorted(name for name, count in Counter(names).items() if count > 1)
    if twice:
        pytest.exit('two tests have the same name: ' + ', '.join(twice), USAGE_ERROR)


def refuse_idle_patterns(patterns, names):
    """A name that selects nothing is a mistake, not a pass."""
    for pattern in patterns:
        if not any(is_selected(name, [pattern]) for name in names):
            pytest.exit(f'no test matches {pattern!r} in this tier; '
                        './scripts/avps test --list --long prints all names', USAGE_ERROR)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item):
    outcome = yield
    report = outcome.get_result()
    report.public_name = item.public_name
    report.nodeid = item.public_name.replace('/', '::', 1)     # as junit.xml shall show it


@pytest.fixture(scope='session')
def qemu_binary(pytestconfig):
    """The qemu-system-aarch64 under test."""
    return tap.qemu_binary(pytestconfig)


@pytest.fixture(scope='session')
def all_names(pytestconfig):
    """The names of all tests, those of this run and the others."""
    return pytestconfig.stash[ALL_NAMES]


@pytest.fixture
def work(request):
    """A fresh directory of this test, left behind for a look at what went wrong."""
    directory = paths.BUILD / 'work' / name_of(request.node)
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    return directory


@pytest.fixture(scope='session')
def checker():
    """QEMU's own comparison of two -dump-vmstate files."""
    return paths.QEMU_SRC / 'scripts' / 'vmstate-static-checker.py'


@pytest.fixture
def avps():
    """avps('run', '--check') runs ./scripts/avps and returns the finished process."""
    def run(*args, timeout=600, **kwargs):
        return subprocess.run([str(paths.ROOT / 'scripts' / 'avps'), *map(str, args)],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=timeout, check=False, **kwargs)
    return run
