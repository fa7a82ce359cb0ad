# SPDX-License-Identifier: GPL-2.0-or-later
"""Messages to the system control processor by its transports, and its fast channels."""

import sys

from avpstool import paths
from avpstool.bench.figures import Figure, Goal
from avpstool.bench.power import seconds_between_words

PROGRAM = paths.ROOT / 'scripts/avpstool/bench/scmi-loop.c'
MACHINE = ['-M', 'avps-ecu,virtualization=off', '-nic', 'none', '-display', 'none', '-monitor',
           'none', '-serial', 'stdio', '-device', 'virtio-scmi-device']

# Sides by the number that scmi-loop.c gives them
MESSAGES = {'mailbox': 0, 'VIRTIO': 1}
REGISTERS = {'fast channel': 2, 'register': 3}

# Rounds: of VIRTIO a multiple of 65536
ROUNDS_OF_MESSAGES = 3 * 65536
ROUNDS_OF_REGISTERS = 1_000_000


def measure(binary, runs, progress):
    """The two rows, each of a table of its own."""
    return [
        Figure('scmi-messages', 'SCMI messages', 'k/s',
               rates(binary, MESSAGES, ROUNDS_OF_MESSAGES, runs, progress), (),
               more_is_better=True),
        Figure('scmi-fast-channel', 'a write and a read', 'k/s',
               rates(binary, REGISTERS, ROUNDS_OF_REGISTERS, runs, progress), (Goal(0.9),),
               more_is_better=True),
    ]


def rates(binary, sides, rounds, runs, progress):
    """Thousands of rounds a second on each side, in turn."""
    images = {side: build(loop, rounds) for side, loop in sides.items()}
    values = {side: [] for side in sides}
    for number in range(runs + 1):      # the first round only warms the host up
        progress.update(number, runs + 1, f'{" and ".join(sides)}, run {number} of {runs}')
        for side, image in images.items():
            seconds = seconds_between_words([str(binary), *MACHINE, '-kernel', str(image)])
            if number:
                values[side].append(rounds / seconds / 1000)
    return values


def build(loop, rounds):
    """The loop as a program without an operating system, by the library of the bare tests."""
    sys.path.insert(0, str(paths.ROOT / 'tests'))
    from bare import _build  # pylint: disable=import-outside-toplevel

    directory = paths.WORK / f'scmi-loop-{loop}'
    directory.mkdir(parents=True, exist_ok=True)
    return _build.build_source(PROGRAM, directory, 1, defines={'LOOP': loop, 'ROUNDS': rounds})
