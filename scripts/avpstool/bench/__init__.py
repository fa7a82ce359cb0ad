# SPDX-License-Identifier: GPL-2.0-or-later
"""avps bench: what the machine costs, as ratios of figures that were measured side by side.

Whatever is compared runs in turn, so that what else the host does falls on all alike; figures are
medians.  A module for each thing that is measured (start, power, dma, scmi), one for guests that
stay up (guest), one for the table and the file (figures).
"""

import argparse
import json
import os
import re
import subprocess
from pathlib import Path

from avpstool import initramfs, kernel, paths, qemu, state, ui
from avpstool.bench import dma, figures, power, scmi, start

RESULT = paths.RESULTS / 'bench.json'


def register(subparsers):
    parser = subparsers.add_parser(
        'bench', help='measure start, memory, firmware calls, suspend, SCMI, DMA behind the IOMMU',
        description='Runs the same guest on avps-ecu and on virt, with an IOMMU and without, in '
        'turn, suspends one, and prints medians and their ratios. Results go to '
        'build/results/bench.json.')
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
    linux = ['-kernel', str(kernel.ensure('stock').image),
             '-initrd', str(initramfs.ensure('stock'))]
    with ui.Progress('bench') as progress:
        starts = [*start.measure(binary, linux, args.runs, progress),
                  *power.measure_calls(binary, args.runs, progress)]
        suspends = power.measure_suspend(binary, linux, args.runs, progress)
        controls = scmi.measure(binary, args.runs, progress)
        transfers = dma.measure(binary, linux, args.runs, progress)
    store(starts + suspends + controls + transfers, args.runs, binary, args.json)
    print(figures.table(starts, f'Medians of {args.runs} runs of each machine, in turn'))
    print()
    print(figures.table(suspends, f'Medians of {args.runs} runs of one machine'))
    print()
    for control in controls:
        print(figures.table([control], f'Medians of {args.runs} runs of each loop, in turn'))
        print()
    print(figures.table(transfers, f'Medians of {args.runs * dma.ROUNDS_PER_RUN} rounds, DMA '
                        'behind an SMMUv3 (strict) and without it'))
    return 0


def store(measured, runs, binary, destination):
    version = subprocess.run([str(binary), '--version'], stdout=subprocess.PIPE, text=True,
                             check=True).stdout
    report = {
        'runs': runs,
        'host cores': os.cpu_count(),
        'qemu': re.search(r'version (\S+)', version)[1],
        'options': {**start.MACHINES, **dma.options()},
        'figures': {figure.key: figures.as_record(figure) for figure in measured},
    }
    with state.fresh_file(destination) as file:
        file.write_text(json.dumps(report, indent=2) + '\n')
