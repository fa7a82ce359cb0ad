# SPDX-License-Identifier: GPL-2.0-or-later
"""PCI functions given away by VFIO: to a driver in user space, and to a VM under KVM.

Each drives its DMA as it likes within what it was given.  What it reaches for outside of that is
refused: memory keeps what it had, nothing is read, and the SMMU reports who it was and where.
"""

import re

import pytest

from avpstool import guestqemu
from bare import _build as bare
from guest import _programs, _iommu, _vfio

FUNCTION, NEIGHBOUR = '0000:00:04.0', '0000:00:05.0'
FUNCTIONS = [*_vfio.edu('addr=4'), *_vfio.edu('addr=5')]

VM = ('-M virt,gic-version=3,highmem=off -accel kvm -cpu host -m 64M -nodefaults -no-user-config '
      '-display none -serial stdio')


@pytest.fixture
def secret(work):
    return _vfio.Secret(work)


def announced(output):
    """The events that have to come, as the program in the guest announces them."""
    found = re.findall(r'^refused (\S+) (\S+) (read|write) (\S+)$', output, re.MULTILINE)
    return [_iommu.Event(int(kind, 16), _iommu.stream_of_function(function), direction,
                        int(address, 16)) for kind, function, direction, address in found]


def test_iommu_vfio(boot, work, secret):
    """A driver of ours in user space, with two functions that have different mappings."""
    driver = _programs.build('vfio-edu', work)
    with boot(*secret.options, *FUNCTIONS, *_programs.disk(driver),
              append=_vfio.KEPT_OUT) as machine:
        machine.log_in()
        _vfio.give(machine, FUNCTION, NEIGHBOUR)
        program = _programs.install(machine, 'vfio-edu')
        output = machine.command(f'{program} {FUNCTION} {NEIGHBOUR} {_vfio.FORBIDDEN:#x} '
                                 f'{secret.word:#x}')
        _vfio.verdict(output)
        wanted = announced(output)
        assert len({event.stream for event in wanted}) == 2 and len(wanted) < 10, output
        assert _iommu.wait_for_events(machine, len(wanted)) == wanted
        secret.check(machine)
        machine.power_off()


def test_iommu_vm(boot, work, secret):
    """A VM in the guest: Debian's QEMU with KVM, a function of PCIe, a bare program."""
    vm = bare.build_source(
        _programs.SOURCES / 'vm-edu.c', work, level=1,
        defines={'FORBIDDEN': f'{_vfio.FORBIDDEN:#x}', 'SECRET': f'{secret.word:#x}'})
    with boot(*secret.options, *FUNCTIONS, *_programs.disk(vm),
              *_programs.disk(guestqemu.ensure(), 'qemu'), append=_vfio.KEPT_OUT) as machine:
        machine.log_in()
        _vfio.give(machine, FUNCTION)
        machine.command(f'mount -t ext4 -o ro {_programs.disk_device(machine, "qemu")} /mnt')
        program = _programs.install(machine, vm.name)
        _vfio.verdict(machine.command(
            f'/mnt/qemu {VM} -kernel {program} -device vfio-pci,host={FUNCTION},romfile='))
        stream = _iommu.stream_of_function(FUNCTION)
        wanted = [_iommu.Event(_iommu.F_TRANSLATION, stream, direction, _vfio.FORBIDDEN)
                  for direction in ('read', 'write')]
        assert _iommu.wait_for_events(machine, len(wanted)) == wanted
        secret.check(machine)
        machine.power_off()
