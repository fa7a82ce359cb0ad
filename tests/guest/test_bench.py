# SPDX-License-Identifier: GPL-2.0-or-later
"""The bench measures both machines and tells when it cannot.  What it measures is no test."""

import json

import pytest

from avpstool import bench, ui


def test_bench_measures_both_machines(avps, work):
    file = work / 'bench.json'
    done = avps('bench', '--runs', '1', '--json', file)
    assert done.returncode == 0, done.stderr
    report = json.loads(file.read_text())
    for key in ('boot-wall', 'boot-cpu', 'boot-memory', 'first-instruction'):
        figure = report['figures'][key]
        assert figure['what'] in done.stdout
        assert len(figure['values']['avps-ecu']) == len(figure['values']['virt']) == 1
        assert figure['ratio'] > 0


def test_bench_says_when_a_machine_does_not_get_there():
    with pytest.raises(ui.UserError, match='did not get to'):
        bench.run(['echo', 'something else'], b'the word')


@pytest.mark.parametrize('runs', ['0', 'many'])
def test_bench_refuses(avps, runs):
    done = avps('bench', '--runs', runs)
    assert done.returncode == 2
    assert '--runs' in done.stderr and 'give 1 or more' in done.stderr
