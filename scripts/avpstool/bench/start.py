# SPDX-License-Identifier: GPL-2.0-or-later
"""How long avps-ecu and virt take to start, and how much memory that needs.

Both machines are those of the same binary and run the same guest.
"""

import os
import select
import struct
import subprocess
import time
from typing import NamedTuple

from avpstool import paths, ui
from avpstool.bench.figures import Figure, Goal

HANG_GUARD = 600        # seconds

GUEST_STARTED = b'avps-init: started'
CONSOLE = 'console=ttyAMA0 quiet avps.quiet'

# What the two machines have in common: neither has a default that counts.
COMMON = ['-cpu', 'cortex-a76', '-smp', '4', '-m', '2G', '-nic', 'none', '-display', 'none',
          '-monitor', 'none', '-serial', 'stdio']
MACHINES = {
    'avps-ecu': ['-M', 'avps-ecu', *COMMON],
    'virt': ['-M', 'virt,gic-version=3,virtualization=on,iommu=none', *COMMON],
}

# A guest of three instructions says "!" on the console UART, where both machines have it.
FIRST_WORD = b'!'
FIRST_INSTRUCTIONS = [
    0xd2a12000,         # mov  x0, #0x09000000
    0x52800421,         # mov  w1, #'!'
    0xb9000001,         # str  w1, [x0]
    0x14000000,         # b    .
]


class Run(NamedTuple):
    """One run of a machine up to the moment it is timed for."""
    wall: float         # seconds since exec
    cpu: float          # seconds, user and system, of all threads
    memory: float       # peak resident set, MiB


def measure(binary, linux, runs, progress):
    boots = measure_until(GUEST_STARTED, binary, [*linux, '-append', CONSOLE], runs, progress,
                          'boot to init')
    first = measure_until(FIRST_WORD, binary, ['-kernel', str(first_instructions())], runs,
                          progress, 'first instruction')
    return [
        figure('boot-wall', 'boot to init, wall time', 's', boots, 'wall', 1.05),
        figure('boot-cpu', 'boot to init, CPU time', 's', boots, 'cpu', 1.05),
        figure('boot-memory', 'peak memory at init', 'MiB', boots, 'memory', 1.05),
        figure('first-instruction', 'exec to the first guest instruction', 's', first, 'wall'),
    ]


def first_instructions():
    paths.WORK.mkdir(parents=True, exist_ok=True)
    image = paths.WORK / 'first-instructions.bin'
    image.write_bytes(struct.pack('<4I', *FIRST_INSTRUCTIONS))
    return image


def measure_until(word, binary, guest, runs, progress, what):
    """{machine: [Run, ...]}, the machines in turn; the first round only warms the host up."""
    measured = {machine: [] for machine in MACHINES}
    steps = (runs + 1) * len(MACHINES)
    for number in range(runs + 1):
        for machine, options in MACHINES.items():
            progress.update(number * len(MACHINES), steps, f'{what}, run {number} of {runs}')
            result = run([str(binary), *options, *guest], word)
            if number:
                measured[machine].append(result)
    return measured


def run(command, until):
    """Runs QEMU until it has said `until`, then ends it."""
    start = time.monotonic()
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT)
    said = b''
    while until not in said:
        ready, _, _ = select.select([process.stdout], [], [], HANG_GUARD)
        chunk = os.read(process.stdout.fileno(), 65536) if ready else b''
        if not chunk:
            process.kill()
            process.wait()
            raise ui.UserError(f'the guest did not get to {until.decode()!r}: run '
                               f'"{" ".join(command)}" to see why')
        said += chunk
    wall = time.monotonic() - start
    process.kill()
    _, _, usage = os.wait4(process.pid, 0)
    process.returncode = 0      # it is waited for already
    process.stdout.close()
    return Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def figure(key, what, unit, measured, field, goal=None):
    return Figure(key, what, unit,
                  {machine: [getattr(one, field) for one in runs]
                   for machine, runs in measured.items()},
                  (Goal(goal),) if goal else ())
