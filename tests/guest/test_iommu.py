# SPDX-License-Identifier: GPL-2.0-or-later
"""The IOMMU under an unmodified kernel: every master behind it, in strict translation, at work.

All of it with the SMMUv3, and with the virtio-iommu.
"""

import os
import shutil
from contextlib import contextmanager

import pytest

from avpstool import memmap, paths
from guest import _iommu
from guest._machine import Machine, lines
from guest._use import (check_disk, drive, empty_file, interface_of, interface_up, md5, usb_disk,
                        web_server)

MIB = 1 << 20
DISK_SIZE = 8 * MIB
DISKS = ('virtio-mmio', 'virtio-pci', 'usb-platform', 'usb-pci', 'emmc')
PAYLOAD_SIZE = 2 * MIB
MAC_ADDRESSES_END = 1 << 44
ACCESS_PLATFORM = 33            # the feature by which a VIRTIO device is behind the IOMMU


@pytest.fixture(scope='module')
def directory():
    """The files behind the devices."""
    path = paths.WORK / 'guest' / 'iommu'
    shutil.rmtree(path, ignore_errors=True)
    (path / 'www').mkdir(parents=True)
    # As text: busybox sends nothing else.
    (path / 'www' / 'payload').write_text(os.urandom(PAYLOAD_SIZE // 2).hex())
    for name in DISKS:
        empty_file(path / name, DISK_SIZE)
    return path


@pytest.fixture(scope='module')
def web_port(directory):
    with web_server(directory / 'www') as port:
        yield port


@pytest.fixture(scope='module', params=['smmuv3', 'virtio'])
def guest(request, qemu_binary, stock, directory):
    """The stock guest on a machine where every master has something to do."""
    arguments = [
        *stock.arguments(),
        *drive(directory / 'emmc', 'sd'),
        *drive(directory / 'virtio-mmio', id='virtio-mmio'),
        '-device', 'virtio-blk-device,drive=virtio-mmio,serial=virtio-mmio',
        *drive(directory / 'virtio-pci', id='virtio-pci'),
        '-device', 'virtio-blk-pci,drive=virtio-pci,serial=virtio-pci',
        *drive(directory / 'usb-platform', id='usb-platform'),
        '-device', 'usb-storage,bus=usb0.0,drive=usb-platform',
        *drive(directory / 'usb-pci', id='usb-pci'),
        '-device', 'usb-storage,bus=usb1.0,drive=usb-pci',
        '-nic', 'user,model=cadence_gem', '-nic', 'user,model=virtio-net-device']
    with Machine(qemu_binary, directory, *arguments, options=f'iommu={request.param}',
                 name=request.param) as machine:
        machine.iommu = request.param
        machine.log_in()
        yield machine
        machine.power_off()


def check_translated(guest, device):
    """The master behind a device of sysfs is in a group with strict translation."""
    kind = guest.command(f'd=$(readlink -f {device}); '
                         'while [ -n "$d" ] && [ ! -e $d/iommu_group ]; do d=${d%/*}; done; '
                         '[ -z "$d" ] || cat $d/iommu_group/type')
    assert kind == 'DMA', f'{device} is not translated, but "{kind}"'


def check_access_platform(guest, device):
    features = guest.command(f'cat {device}/features')
    assert features[ACCESS_PLATFORM] == '1', f'this device uses physical addresses: {features}'


def refused(guest):
    """What the kernel says was refused so far: a list of StreamIDs and addresses."""
    if guest.iommu == 'virtio':
        return _iommu.faults(guest)
    return [(event.stream, event.address) for event in _iommu.events(guest)]


def reports(guest):
    """How many interrupts told the kernel that something was refused, or went wrong."""
    if guest.iommu == 'virtio':
        return 0        # the driver has one interrupt for this and all else
    return _iommu.interrupts(guest, 'evtq') + _iommu.interrupts(guest, 'gerror')


@contextmanager
def nothing_refused(guest):
    before = refused(guest), reports(guest)
    yield
    assert (refused(guest), reports(guest)) == before


def is_beyond_ring(stream, address):
    """Is it what QEMU's model of the MAC does when it has sent the last packet of a ring: read
    and write back more words than the descriptor has?  They lie behind the ring, which the kernel
    has put at the end of the addresses that the MAC can have."""
    ethernet = next(row for row in memmap.read_table() if row.name == 'ethernet0')
    return stream == ethernet.stream and address in (MAC_ADDRESSES_END, MAC_ADDRESSES_END + 4)


def test_iommu_groups(guest):
    """Each master has a group of its own: those of the memory map, and the PCI functions."""
    platform = [f'{row.base:x}.' for row in memmap.read_table()
                if row.stream >= 0 and not row.reserved]
    functions = lines(guest.command('for d in /sys/bus/pci/devices/*; do [ -e $d/driver ] && '
                                    'basename $d; done; true'))
    groups = _iommu.groups(guest).values()
    assert {group.type for group in groups} == {'DMA'}
    assert all(len(group.devices) == 1 for group in groups), groups
    grouped = [group.devices[0] for group in groups]
    for master in platform:
        assert len([name for name in grouped if name.startswith(master)]) == 1, master
    assert platform and len(functions) >= 2, 'there is nothing to check'
    assert set(functions) <= set(grouped)
    assert len(grouped) == len(platform) + len(functions)
    assert refused(guest) == [], 'something was refused while the kernel started'


@pytest.mark.parametrize('bus', ['mmio', 'pci'])
def test_iommu_virtio_blk(guest, directory, bus):
    name = f'virtio-{bus}'
    disk = guest.command(f'grep -lx {name} /sys/block/vd*/serial').split('/')[3]
    path = guest.command(f'readlink -f /sys/block/{disk}')
    assert ('/pci0' in path) == (bus == 'pci')
    check_translated(guest, path)
    check_access_platform(guest, f'{path}/device')
    with nothing_refused(guest):
        check_disk(guest, f'/dev/{disk}', directory / name, 2 * MIB)


@pytest.mark.parametrize('controller', ['platform', 'pci'])
def test_iommu_usb(guest, directory, controller):
    disk = usb_disk(guest, of_pci=controller == 'pci')
    check_translated(guest, f'/sys/block/{disk}')
    with nothing_refused(guest):
        check_disk(guest, f'/dev/{disk}', directory / f'usb-{controller}', 2 * MIB)


def test_iommu_emmc(guest, directory):
    check_translated(guest, '/sys/block/mmcblk0')
    with nothing_refused(guest):
        check_disk(guest, '/dev/mmcblk0', directory / 'emmc', 2 * MIB)


def check_network(guest, directory, web_port, driver):
    """A file comes over TCP, and goes back."""
    interface = interface_of(guest, driver)
    check_translated(guest, f'/sys/class/net/{interface}/device')
    server = f'http://10.0.2.2:{web_port}'
    with interface_up(guest, interface):
        guest.command(f'wget -q -O /tmp/payload {server}/payload')
        received = guest.command('md5sum < /tmp/payload').split()[0]
        guest.command(f'wget -q -O /tmp/answer --post-file=/tmp/payload {server}/')
        arrived = guest.command('cat /tmp/answer')
    assert received == arrived == md5((directory / 'www' / 'payload').read_bytes())


def test_iommu_virtio_net(guest, directory, web_port):
    check_access_platform(guest, '/sys/bus/virtio/drivers/virtio_net/virtio*')
    with nothing_refused(guest):
        check_network(guest, directory, web_port, 'virtio_net')


def test_iommu_ethernet(guest, directory, web_port):
    check_network(guest, directory, web_port, 'macb')
    assert all(is_beyond_ring(*access) for access in refused(guest)), refused(guest)


def test_iommu_rng(guest):
    device = guest.command('ls -d /sys/bus/virtio/drivers/virtio_rng/virtio*')
    check_translated(guest, device)
    check_access_platform(guest, device)
    with nothing_refused(guest):
        first, second = (guest.command('head -c 64 /dev/hwrng | md5sum') for _ in range(2))
    assert first != second
