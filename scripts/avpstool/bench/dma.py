# SPDX-License-Identifier: GPL-2.0-or-later
"""What an IOMMU costs the devices behind it: disk reads and a network, with it and without.

There is a guest for each machine and each choice of its IOMMU.  They do the same work in turn, a
part of a second each, so that a change of the host's load falls on all of them.  A work's figure is
what the guest's own program (guest/tools/avps-bench) tells by the guest's clock.

The devices cost as little as they can, so that the IOMMU shows: the disk is one that reads as
zeroes without any file, and the network is two interfaces of one guest on a hub inside QEMU, so
that every segment is fetched from memory behind the IOMMU and stored into it.
"""

import contextlib
import re
from typing import NamedTuple

from avpstool import ui
from avpstool.bench.figures import Figure, Goal, ratio
from avpstool.bench.guest import Guest

ROUNDS_PER_RUN = 3

# One layout of the kernel in all guests: the caches of translated code are hashed by address.
CONSOLE = ('console=ttyAMA0 quiet loglevel=3 avps.quiet nokaslr '
           'iommu.strict=1 iommu.passthrough=0')
# One core: with QEMU's main loop, which is the device, that makes two busy threads.
COMMON = ['-cpu', 'cortex-a76', '-smp', '1', '-m', '1G', '-nic', 'none', '-display', 'none',
          '-monitor', 'none', '-serial', 'stdio']
DISK_SIZE = 1 << 30

SIDES = ('smmuv3', 'none')
VIRT = 'virt,gic-version=3,virtualization=on'
# The transports of the devices that a machine has; what is PCIe on both can be compared.
MACHINES = {
    'avps-ecu': ('avps-ecu', ('mmio', 'pcie')),
    'virt': (VIRT, ('pcie',)),
}
TRANSPORTS = {
    'mmio': ('device', 'iommu_platform=on'),
    'pcie': ('pci', 'iommu_platform=on,disable-legacy=on'),
}
# By these the guest's interfaces are known: transport, and which of the two.
MAC = '52:54:00:a0:{:02x}:{:02x}'


class Work(NamedTuple):
    """Something that the guest's program does, in words of its command line."""
    key: str
    what: str
    words: str
    goal: float
    beside_virt: bool       # must it reach on PCIe what virt does in the same run?


WORKS = [
    Work('rand4k', 'random reads of 4 KiB', 'random {disk} 4096 1000 {seed}', 0.9, False),
    Work('seq1m', 'reads of 1 MiB, one piece', 'sequential {disk} 1048576 300', 0.8, True),
    Work('seq1m-pages', 'reads of 1 MiB, single pages', 'scattered {disk} 1048576 50', 0.8, True),
    Work('net', 'TCP from NIC to NIC', 'stream {sender} {receiver} 5000000', 0.8, True),
]

_RESULT = re.compile(r'avps-bench: (\d+) bytes in (\d+\.\d+) s')


# The guests

def machine_option(machine, side):
    name, _ = MACHINES[machine]
    return f'{name},iommu={side}'


def device_options(transports):
    options = []
    for number, transport in enumerate(transports):
        suffix, common = TRANSPORTS[transport]
        drive = f'disk-{transport}'
        options += ['-blockdev',
                    f'null-co,node-name={drive},size={DISK_SIZE},read-zeroes=on',
                    '-device', f'virtio-blk-{suffix},drive={drive},serial={drive},{common}']
        for end in range(2):
            netdev = f'net-{transport}-{end}'
            rom = ',romfile=' if transport == 'pcie' else ''
            options += ['-netdev', f'hubport,id={netdev},hubid={number}', '-device',
                        f'virtio-net-{suffix},netdev={netdev},mac={MAC.format(number, end)},'
                        f'{common}{rom}']
    return options


def options():
    """{name: QEMU's options} of all guests, as they are stored."""
    return {f'{machine}, {side}': ['-M', machine_option(machine, side), *COMMON,
                                   *device_options(MACHINES[machine][1])]
            for machine in MACHINES for side in SIDES}


class Bench:
    """The guests, and the names that their devices have there."""

    def __init__(self, guests):
        self.guests = guests        # (machine, side): Guest
        self.names = {place: find_devices(guest, MACHINES[place[0]][1])
                      for place, guest in guests.items()}

    def rate(self, place, transport, work, seed):
        """MB/s of a work in the guest at `place`."""
        words = work.words.format(seed=seed, **self.names[place][transport])
        return parse_rate(self.guests[place].run(f'avps-bench {words}'))


def find_devices(guest, transports):
    """{transport: {disk, sender, receiver}}, the guest's names for them."""
    found = {}
    for number, transport in enumerate(transports):
        sender, receiver = (
            guest.run(f'grep -l {MAC.format(number, end)} /sys/class/net/*/address').split('/')[-2]
            for end in range(2))
        disk = guest.run(f'grep -l disk-{transport} /sys/block/*/serial').split('/')[-2]
        found[transport] = {'disk': f'/dev/{disk}', 'sender': sender, 'receiver': receiver}
    return found


def parse_rate(output):
    """MB/s, from the line of the guest's program."""
    found = _RESULT.search(output)
    if not found or float(found[2]) == 0:
        raise ui.UserError(f'avps-bench told no rate in the guest: {output}')
    return int(found[1]) / float(found[2]) / 1e6


# Measuring

def measure(binary, linux, runs, progress):
    """Figures of rounds in guests that are new in each run: some come up luckier than others."""
    rates, memory = {}, {}
    for number in range(runs):
        with contextlib.ExitStack() as stack:
            bench = start_bench(stack, binary, linux)
            # The first round warms up: translated code, the guest's memory, the host's caches.
            for turn in range(1 + ROUNDS_PER_RUN):
                progress.update(turn, 1 + ROUNDS_PER_RUN, f'DMA, run {number + 1} of {runs}')
                measure_round(bench, turn, rates if turn else {})
            for place, guest in bench.guests.items():
                memory.setdefault(place, []).append(guest.peak_memory())
    return as_figures(rates, memory)


def start_bench(stack, binary, linux):
    guests = {}
    for machine in MACHINES:
        for side in SIDES:
            guest = stack.enter_context(Guest([
                str(binary), '-M', machine_option(machine, side), *COMMON,
                *device_options(MACHINES[machine][1]), *linux, '-append', CONSOLE]))
            guest.log_in()
            guests[machine, side] = guest
    return Bench(guests)


def measure_round(bench, number, rates):
    """Adds a rate to each list in `rates`, by (work, machine, transport, side)."""
    for work in WORKS:
        for machine, (_, transports) in MACHINES.items():
            for transport in transports:
                # To and fro, so that a load that grows is nobody's advantage.
                for side in SIDES if number % 2 else reversed(SIDES):
                    key = (work.key, machine, transport, side)
                    rates.setdefault(key, []).append(
                        bench.rate((machine, side), transport, work, number))


# Results

def as_figures(rates, memory):
    virt = {work.key: figure(rates, work, 'virt', 'pcie') for work in WORKS}
    rows = []
    for transport in MACHINES['avps-ecu'][1]:
        for work in WORKS:
            goals = [Goal(work.goal)]
            if work.beside_virt and transport == 'pcie':    # virt's devices are there, too
                goals.insert(0, Goal(ratio(virt[work.key]), "virt's"))
            rows.append(figure(rates, work, 'avps-ecu', transport, goals))
    return [*rows, *virt.values(), *(memory_figure(memory, machine) for machine in MACHINES)]


def figure(rates, work, machine, transport, goals=()):
    place = f'{machine} {transport}'
    return Figure(f'{work.key}-{machine}-{transport}', f'{place}: {work.what}', 'MB/s',
                  {side: rates[work.key, machine, transport, side] for side in SIDES},
                  tuple(goals), more_is_better=True)


def memory_figure(memory, machine):
    return Figure(f'dma-memory-{machine}', f'{machine}: peak memory at the end', 'MiB',
                  {side: memory[machine, side] for side in SIDES})
