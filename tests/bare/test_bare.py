# SPDX-License-Identifier: GPL-2.0-or-later
"""Bare programs at EL1, EL2 and EL3 under TCG, and their verdict.

A program prints `ok N - text` and `not ok N - text` lines on the console UART and, as its last
act, `1..N`; then it powers the machine off.  Without that last line it has not passed.
"""

import re
import subprocess
import threading
from typing import NamedTuple

import pytest

from bare import _build

HANG_GUARD = 120        # seconds; a program takes about one


class Case(NamedTuple):
    """A program and the machine it runs on."""
    program: str
    level: int
    cores: int = 1
    layout: str = 'kernel'
    variant: str = ''       # for a second case of the same program and level
    options: tuple = ()     # further ones of QEMU

    @property
    def name(self):
        return f'el{self.level}-{self.program}{self.variant}'

    @property
    def machine(self):
        virtualization = 'off' if self.level == 1 else 'on'
        secure = 'on' if self.level == 3 else 'off'
        return f'avps-ecu,virtualization={virtualization},secure={secure}'


CASES = [
    Case('start', 1),
    Case('start', 2),
    Case('start', 3, layout='secure-firmware'),
    Case('timers', 1),
    Case('timers', 2),
    Case('timer-frame', 1),
    Case('timer-frame', 2),
    Case('watchdog', 1),
    Case('watchdog', 2),
    Case('watchdog', 3, layout='secure-firmware'),
    Case('watchdog-reset', 1),
    Case('watchdog-reset', 2),
    Case('watchdog-reset', 3, layout='secure-firmware'),
    Case('maintenance', 2),
    Case('its', 1),
    Case('its', 2),
    Case('pmu', 1),
    Case('pmu', 2),
    Case('cores', 1, cores=8),
    Case('cores', 2, cores=8),
    Case('psci-features', 1),
    Case('psci-features', 2),
    Case('psci-cores', 1, cores=4),
    Case('psci-cores', 2, cores=4),
    Case('psci-cores', 2, cores=4, layout='firmware', variant='-from-flash'),
    Case('cpu-suspend', 1, cores=2),
    Case('cpu-suspend', 2, cores=2),
    Case('cpu-power-down', 1, cores=2),
    Case('cpu-power-down', 2, cores=2),
    Case('system-reset2', 1),
    Case('system-reset2', 2),
    Case('system-suspend', 1, cores=2),
    Case('system-suspend', 2, cores=2),
    Case('smccc', 1),
    Case('smccc', 2),
    Case('trng', 1),
    Case('trng', 2),
    Case('reset', 1),
    Case('reset', 2),
    Case('reset', 3, layout='secure-firmware'),
    Case('virtio', 1),
    Case('scmi-mailbox', 1),
    Case('scmi-mailbox', 2),
    Case('cpu-speed', 1, options=('-icount', 'shift=4')),
    Case('cpu-speed', 2, options=('-icount', 'shift=4')),
    Case('scmi-smc', 1),
    Case('scmi-smc', 2),
    Case('scmi-smc-fuzz', 1),
    Case('flash', 2, layout='firmware'),
    Case('no-secure', 2),
    Case('secure', 3, layout='secure-firmware'),
    Case('core-registers', 3, layout='secure-firmware'),
    Case('secure-calls', 3, layout='secure-firmware'),
    Case('secure-cores', 3, cores=8, layout='secure-firmware'),
]


def qemu_command(qemu, case, image):
    option = '-kernel' if case.layout == 'kernel' else '-bios'
    return [str(qemu), '-M', case.machine, '-smp', str(case.cores), '-m', '1G', '-nodefaults',
            '-display', 'none', '-serial', 'stdio', *case.options, option, str(image)]


def run(command):
    """Returns the lines on the console and the exit code; stops at a `Bail out!`."""
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, errors='replace') as qemu:
        guard = threading.Timer(HANG_GUARD, qemu.kill)
        guard.start()
        lines = []
        for line in qemu.stdout:
            lines.append(line.rstrip())
            if line.startswith('Bail out!'):
                qemu.kill()
        guard.cancel()
    return lines, qemu.returncode


def complaint(lines, exit_code):
    """What is wrong with a verdict, or None."""
    results = [line for line in lines if re.match(r'(not )?ok \d+ - ', line)]
    if any(not line.startswith('ok') for line in results):
        return 'a check failed'
    if not lines or lines[-1] != f'1..{len(results)}' or not results:
        return 'the program did not reach its end'
    if [int(line.split()[1]) for line in results] != list(range(1, len(results) + 1)):
        return 'results are missing'
    if exit_code:
        return f'QEMU ended with {exit_code} instead of powering off'
    return None


@pytest.mark.quick
@pytest.mark.parametrize('case', CASES, ids=lambda case: case.name)
def test(case, qemu_binary, work, record_property):
    image = _build.build(case.program, work, case.level, case.layout, case.cores)
    lines, exit_code = run(qemu_command(qemu_binary, case, image))
    for line in lines:
        record_property('verdict', line)
    wrong = complaint(lines, exit_code)
    assert wrong is None, wrong + '\n' + '\n'.join(lines)


def test_harness_notices_a_failure():
    """The verdict is only worth something if a bad one is seen."""
    good = ['ok 1 - a', 'ok 2 - b', '1..2']
    assert complaint(good, 0) is None
    assert complaint(good, 1)
    assert complaint(good[:-1], 0)
    assert complaint(good[1:], 0)
    assert complaint(['ok 1 - a', 'not ok 2 - b', '1..2'], 0)
    assert complaint(['ok 1 - a', 'Bail out! exception'], -9)
    assert complaint([], 0)
