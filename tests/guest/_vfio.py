# SPDX-License-Identifier: GPL-2.0-or-later
"""PCI functions given to user space of the guest, or to a VM in it, by VFIO."""

import os

# RAM that the guest's kernel is told to leave alone, and that is given to nobody: what stands in
# it must stay, and must not be read.
MEMORY = ['-m', '2G']
KEPT_OUT = 'mem=1G'
FORBIDDEN = 0x90000000
FORBIDDEN_SIZE = 16 << 20


def edu(place):
    """QEMU's options for an "edu" function, whose DMA engine reaches all addresses."""
    return ['-device', f'edu,{place},dma_mask=0xffffffffffffffff']


class Secret:
    """Random data in forbidden memory."""

    def __init__(self, work):
        self.data = os.urandom(FORBIDDEN_SIZE)
        self.file = work / 'secret'
        self.file.write_bytes(self.data)

    @property
    def options(self):
        return [*MEMORY, '-device',
                f'loader,file={self.file},addr={FORBIDDEN:#x},force-raw=on']

    @property
    def word(self):
        """What stands at FORBIDDEN."""
        return int.from_bytes(self.data[:4], 'little')

    def check(self, machine):
        assert machine.guest_memory(FORBIDDEN, FORBIDDEN_SIZE) == self.data, (
            'memory has changed that nobody was given')


def give(machine, *functions):
    """Binds functions to vfio-pci."""
    machine.command('modprobe vfio-pci && modprobe vfio_iommu_type1')
    for function in functions:
        device = f'/sys/bus/pci/devices/{function}'
        machine.command(f'echo vfio-pci > {device}/driver_override && '
                        f'echo {function} > /sys/bus/pci/drivers_probe')
        assert machine.command(f'readlink {device}/driver').endswith('/vfio-pci')


def verdict(output):
    """Checks the "ok" lines of a program, and that it went through to its end."""
    lines = output.splitlines()
    good = [line for line in lines if line.startswith('ok ')]
    assert good and f'1..{len(good)}' in lines, output
    assert not any(line.startswith(('not ok', 'Bail out')) for line in lines), output
