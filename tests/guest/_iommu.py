# SPDX-License-Identifier: GPL-2.0-or-later
"""What the guest's kernel says about its IOMMU: the groups, and what was refused.

The driver of an SMMUv3 prints an event as the four words of its record (IHI 0070 section 7.3):

    arm-smmu-v3 9050000.iommu: event 0x10 received:
    arm-smmu-v3 9050000.iommu:      0x0000002000000010
    ...

That of a virtio-iommu in one line:

    virtio_iommu virtio0: page fault from EP 32 at 0x90000000 [   W ]
"""

import re
from itertools import takewhile
from typing import NamedTuple

EVENT = re.compile(r'event 0x[0-9a-f]+ received:\n' + 4 * r'\s*0x([0-9a-f]{16})\n?')
FAULT = re.compile(r'virtio_iommu .*fault from EP (\d+)(?: at (0x[0-9a-f]+))?')
READ_NOT_WRITE = 1 << 35        # of the second word

F_TRANSLATION = 0x10
F_PERMISSION = 0x13


class Event(NamedTuple):
    """One access that the SMMU has refused."""
    type: int
    stream: int
    direction: str
    address: int

    def __repr__(self):
        return f'{self.type:#x} of stream {self.stream:#x}: {self.direction} {self.address:#x}'

    @classmethod
    def of_record(cls, words):
        first, second, third, _ = (int(word, 16) for word in words)
        return cls(first & 0xff, first >> 32, 'read' if second & READ_NOT_WRITE else 'write', third)


class Group(NamedTuple):
    """An IOMMU group: the kind of its translation ("DMA" is the strict one), its devices."""
    type: str
    devices: list


def events(machine):
    """All events of the SMMUv3 so far, in order."""
    said = machine.command("dmesg | sed -n 's/^.*arm-smmu-v3 [^:]*: //p'")
    return [Event.of_record(words) for words in EVENT.findall(said)]


def wait_for_events(machine, count):
    """Waits for the kernel to have printed so many, and returns all.

    It prints 10 within 5 seconds and leaves out the others: let there be fewer in a test.
    """
    words = r'dmesg | grep -cE "arm-smmu-v3 .*:[[:space:]]+0x"'
    machine.wait_for(f'[ $({words}) -ge {4 * count} ]')
    return events(machine)


def faults(machine):
    """All faults of the virtio-iommu so far: endpoint, which is what a StreamID is, and address."""
    said = machine.command('dmesg | grep virtio_iommu; true')
    return [(int(endpoint), int(address or '0', 16)) for endpoint, address in FAULT.findall(said)]


def interrupts(machine, name):
    """How many interrupts of the SMMU with that name have been taken, on all cores."""
    line = machine.command(f'grep "arm-smmu-v3-{name}$" /proc/interrupts')
    counts = takewhile(str.isdecimal, line.partition(':')[2].split())
    return sum(map(int, counts))


def groups(machine):
    """{number: Group}"""
    listing = machine.command('cd /sys/kernel/iommu_groups; for g in *; do '
                              '[ -e $g/type ] && echo $g $(cat $g/type) $(ls $g/devices); done; '
                              'cd')
    found = (line.split() for line in listing.splitlines() if line.strip())
    return {int(number): Group(kind, devices) for number, kind, *devices in found}


def stream_of_function(address):
    """The StreamID of a PCI function, from its name "0000:bb:dd.f"."""
    bus, device, function = re.fullmatch(r'0000:(\w\w):(\w\w)\.(\d)', address).groups()
    return int(bus, 16) << 8 | int(device, 16) << 3 | int(function)
