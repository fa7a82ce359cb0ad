# SPDX-License-Identifier: GPL-2.0-or-later
"""Device trees: as files, and in the memory of a machine."""

import struct
import subprocess

MAGIC = 0xd00dfeed
HEADER = struct.Struct('>10I')
RAM_BASE = 0x40000000
SEEDS = ('kaslr-seed', 'rng-seed')


def in_memory(machine, size=256 << 20):
    """The device tree that QEMU has put into RAM, found by its header.

    The kernel blanks the seeds as soon as it runs: look while the machine has not started (-S).
    """
    memory = machine.guest_memory(RAM_BASE, size)
    start = -1
    while (start := memory.find(struct.pack('>I', MAGIC), start + 1)) >= 0:
        _, total, structure, strings, _, version, compatible, *_ = HEADER.unpack_from(memory, start)
        if (version, compatible) == (17, 16) and max(structure, strings) < total <= 1 << 20:
            return memory[start:start + total]
    raise AssertionError('no device tree in RAM')


def get(blob, node, name, kind='bx'):
    """A property, as fdtget prints it."""
    done = subprocess.run(['fdtget', '-t', kind, '/dev/stdin', node, name], input=blob,
                          capture_output=True, check=False)
    assert done.returncode == 0, f'{node}/{name}: {done.stderr.decode()}'
    return done.stdout.decode().strip()


def seeds(blob):
    """{'kaslr-seed': '12 ab ...', 'rng-seed': ...}"""
    return {name: get(blob, '/chosen', name) for name in SEEDS}
