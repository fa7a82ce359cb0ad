# SPDX-License-Identifier: GPL-2.0-or-later
"""What the bench makes of measured values, and what it says when there are none."""

import json
import socket
import sys
import threading

import pytest

from avpstool import ui
from avpstool.bench import dma, figures, guest, power, start

pytestmark = pytest.mark.quick

# A shell on the standard input, as a guest has one on its console
SHELL = [sys.executable, '-c', 'import os; print("avps-init: shell", flush=True);'
         'os.execvp("sh", ["sh"])']


def row(first, second, goals=(), more_is_better=True):
    return figures.Figure('key', 'a row', 'MB/s', {'smmuv3': first, 'none': second}, goals,
                          more_is_better)


def test_bench_ratio_is_the_median_of_turns():
    # Another load in each turn: only the two values of a turn can be compared.
    assert figures.ratio(row([1, 30, 400], [2, 40, 800])) == 0.5


@pytest.mark.parametrize('goal, better, met', [
    (0.8, 'more', True), (0.5, 'more', True), (0.9, 'more', False),
    (0.8, 'less', True), (0.9, 'less', True), (0.5, 'less', False)])
def test_bench_verdict(goal, better, met):
    figure = row([4], [5], (figures.Goal(goal),), better == 'more')
    assert figures.table([figure], 'title').endswith(f'{goal:.2f} {"met" if met else "MISSED"}')
    assert figures.as_record(figure)['goals'] == [{'ratio': goal, 'whose': 'ours', 'met': met}]


def test_bench_holds_the_machine_to_what_virt_reaches():
    sides = {'smmuv3': [6.0], 'none': [10.0]}
    rates = {(work.key, machine, transport, side): sides[side] for work in dma.WORKS
             for machine, (_, transports) in dma.MACHINES.items() for transport in transports
             for side in dma.SIDES}
    rates['net', 'virt', 'pcie', 'smmuv3'] = [7.0]
    memory = {(machine, side): [300.0] for machine in dma.MACHINES for side in dma.SIDES}
    rows = {figure.key: figures.as_record(figure) for figure in dma.as_figures(rates, memory)}
    assert rows['net-avps-ecu-pcie']['goals'] == [
        {'ratio': 0.7, 'whose': "virt's", 'met': False},
        {'ratio': 0.8, 'whose': 'ours', 'met': False}]
    assert rows['seq1m-avps-ecu-pcie']['goals'][0] == {'ratio': 0.6, 'whose': "virt's", 'met': True}
    # virt has its devices on PCIe.
    assert [goal['whose'] for goal in rows['seq1m-avps-ecu-mmio']['goals']] == ['ours']


def test_bench_reads_a_rate():
    assert dma.parse_rate('avps-bench: 3000000 bytes in 1.500000000 s') == 2


@pytest.mark.parametrize('output', ['', 'avps-bench: 3000000 bytes in 0.000000000 s'],
                         ids=['no-line', 'no-time'])
def test_bench_says_when_there_is_no_rate(output):
    with pytest.raises(ui.UserError, match='told no rate'):
        dma.parse_rate(output)


def test_bench_tells_what_failed_in_a_guest():
    with guest.Guest(SHELL) as shell:
        shell.read_until(guest.READY)
        assert shell.run('echo one; echo two') == 'one\ntwo'
        with pytest.raises(ui.UserError, match='`ls /nowhere` failed in the guest'):
            shell.run('ls /nowhere')


def test_bench_tells_when_a_guest_ends():
    with guest.Guest(SHELL) as shell:
        with pytest.raises(ui.UserError, match='did not get to'):
            shell.run('exit 0')


def test_bench_says_when_a_machine_does_not_get_there():
    with pytest.raises(ui.UserError, match='did not get to'):
        start.run(['echo', 'something else'], b'the word')


@pytest.mark.parametrize('runs', ['0', 'many'])
def test_bench_refuses(avps, runs):
    done = avps('bench', '--runs', runs)
    assert done.returncode == 2
    assert '--runs' in done.stderr and 'give 1 or more' in done.stderr


def test_bench_measures_between_two_words():
    assert power.seconds_between_words(['sh', '-c', 'printf "!"; printf .']) > 0


@pytest.mark.parametrize('said', ['', '?', '!?'], ids=['nothing', 'another', 'one'])
def test_bench_says_which_word_did_not_come(said):
    with pytest.raises(ui.UserError, match='did not get to'):
        power.seconds_between_words(['printf', said])


def test_bench_monitor(tmp_path):
    """It says hello, passes over other events, and says when QEMU ends before the right one."""
    path = tmp_path / 'qmp'
    said = []

    def serve(server):
        connection, _ = server.accept()
        with connection, connection.makefile('rw') as lines:
            lines.write('{"QMP": {}}\n{"event": "STOP"}\n{"event": "SUSPEND"}\n')
            lines.flush()
            said.extend(json.loads(lines.readline())['execute'] for _ in range(2))

    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
        server.listen()
        thread = threading.Thread(target=serve, args=(server,))
        thread.start()
        with power.Monitor(path) as monitor:
            monitor.wait_for('SUSPEND')
            monitor.tell('system_wakeup')
            with pytest.raises(ui.UserError, match='before the event WAKEUP'):
                monitor.wait_for('WAKEUP')
        thread.join()
    assert said == ['qmp_capabilities', 'system_wakeup']
