# SPDX-License-Identifier: GPL-2.0-or-later
"""avps bench: what the machine costs, as ratios to QEMU's virt.

Both machines are those of the same binary and run the same guest, in turn, so that whatever
else the host does falls on both alike; figures are medians.
"""

import argparse
import json
import os
import re
import select
import statistics
import struct
import subprocess
import time
from pathlib import Path
from typing import NamedTuple

from avpstool import initramfs, kernel, paths, qemu, state, ui

RESULT = paths.RESULTS / 'bench.json'
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


class Figure(NamedTuple):
    """A row of the table."""
    key: str
    what: str
    unit: str
    goal: float         # the largest good ratio, or None
    values: dict        # machine: list of measured values


def register(subparsers):
    parser = subparsers.add_parser(
        'bench', help='measure start, memory and CPU time beside those of virt',
        description='Runs the same guest on avps-ecu and on virt, in turn, and prints medians '
        'and their ratios. Results go to build/results/bench.json.')
    parser.add_argument('--runs', type=runs_argument, default=5, metavar='N',
                        help='runs of each machine (default: 5)')
    parser.add_argument('--json', type=Path, default=RESULT, metavar='FILE',
                        help='where the figures go (default: build/results/bench.json)')
    parser.set_defaults(main=main)


def runs_argument(text):
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f'{text} is not a number of runs: give 1 or more')
    return int(text)


def main(args):
    binary = qemu.ensure()
    linux = ['-kernel', str(kernel.ensure('stock').image), '-append', CONSOLE,
             '-initrd', str(initramfs.ensure('stock'))]
    with ui.Progress('bench') as progress:
        boots = measure(binary, linux, GUEST_STARTED, args.runs, progress, 'boot to init')
        first = measure(binary, ['-kernel', str(first_instructions())], FIRST_WORD, args.runs,
                        progress, 'first instruction')
    figures = [
        figure('boot-wall', 'boot to init, wall time', 's', 1.05, boots, 'wall'),
        figure('boot-cpu', 'boot to init, CPU time', 's', 1.05, boots, 'cpu'),
        figure('boot-memory', 'peak memory at init', 'MiB', 1.05, boots, 'memory'),
        figure('first-instruction', 'exec to the first guest instruction', 's', None, first,
               'wall'),
    ]
    store(figures, args.runs, binary, args.json)
    print(table(figures, args.runs))
    return 0


# Measuring

def first_instructions():
    paths.WORK.mkdir(parents=True, exist_ok=True)
    image = paths.WORK / 'first-instructions.bin'
    image.write_bytes(struct.pack('<4I', *FIRST_INSTRUCTIONS))
    return image


def measure(binary, guest, until, runs, progress, what):
    """{machine: [Run, ...]}, the machines in turn; the first round only warms the host up."""
    measured = {machine: [] for machine in MACHINES}
    steps = (runs + 1) * len(MACHINES)
    for number in range(runs + 1):
        for machine, options in MACHINES.items():
            progress.update(number * len(MACHINES), steps, f'{what}, run {number} of {runs}')
            result = run([str(binary), *options, *guest], until)
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


# Results

def figure(key, what, unit, goal, measured, field):
    return Figure(key, what, unit, goal,
                  {machine: [getattr(one, field) for one in runs]
                   for machine, runs in measured.items()})


def ratio(fig):
    ours, theirs = (statistics.median(fig.values[machine]) for machine in MACHINES)
    return ours / theirs


def table(figures, runs):
    lines = [f'Medians of {runs} runs of each machine, in turn',
             f'{"":36}{"avps-ecu":>12}{"virt":>12}{"ratio":>8}   goal']
    for fig in figures:
        ours, theirs = (f'{statistics.median(fig.values[machine]):.3f} {fig.unit}'
                        for machine in MACHINES)
        verdict = ''
        if fig.goal:
            verdict = f'   {fig.goal:.2f} {"met" if ratio(fig) <= fig.goal else "MISSED"}'
        lines.append(f'{fig.what:36}{ours:>12}{theirs:>12}{ratio(fig):>8.3f}{verdict}')
    return '\n'.join(lines)


def store(figures, runs, binary, destination):
    version = subprocess.run([str(binary), '--version'], stdout=subprocess.PIPE, text=True,
                             check=True).stdout
    report = {
        'runs': runs,
        'host cores': os.cpu_count(),
        'qemu': re.search(r'version (\S+)', version)[1],
        'options': MACHINES,
        'figures': {fig.key: {
            'what': fig.what, 'unit': fig.unit, 'goal': fig.goal, 'ratio': round(ratio(fig), 4),
            'medians': {machine: statistics.median(values)
                        for machine, values in fig.values.items()},
            'values': fig.values} for fig in figures},
    }
    with state.fresh_file(destination) as file:
        file.write_text(json.dumps(report, indent=2) + '\n')
