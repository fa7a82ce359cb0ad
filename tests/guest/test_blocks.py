# SPDX-License-Identifier: GPL-2.0-or-later
"""Each block of the SoC at its purpose, under the drivers of an unmodified Debian kernel.

One machine with something attached to every block serves all tests here; each leaves it as it was.
"""

import os
import shutil

import pytest

from avpstool import paths
from guest._machine import Machine
from guest._use import (check_disk, drive, driver_of, empty_file, interface_of, interface_up, md5,
                        usb_disk, web_server)

MIB = 1 << 20
EMMC_SIZE = 64 * MIB
USB_SIZE = 8 * MIB
NOR_SIZE = 4 * MIB
PAYLOAD_SIZE = 3 * MIB

# What the clock of the board says when the machine starts
RTC_BASE = '2031-05-06T07:08:09'
RTC_SECONDS = 1935817689

THERMOMETER = 0x48


def make_files(path):
    """The files behind the devices, in an empty directory."""
    shutil.rmtree(path, ignore_errors=True)
    (path / 'www').mkdir(parents=True)
    (path / 'www' / 'payload').write_bytes(os.urandom(PAYLOAD_SIZE))
    for name, size in (('emmc', EMMC_SIZE), ('usb-platform', USB_SIZE), ('usb-pci', USB_SIZE),
                       ('virtio', USB_SIZE)):
        empty_file(path / name, size)
    (path / 'nor').write_bytes(b'\xff' * NOR_SIZE)
    return path


def something_on_every_block(directory):
    """QEMU's options."""
    return [
        '-rtc', f'base={RTC_BASE},clock=vm', '-serial', f'file:{directory / "uart1"}',
        *drive(directory / 'emmc', 'sd'), *drive(directory / 'nor', 'mtd'),
        *drive(directory / 'virtio', id='virtio'),
        '-device', 'virtio-blk-device,drive=virtio,bus=virtio-mmio0.0',
        *drive(directory / 'usb-platform', id='usb-platform'),
        '-device', 'usb-storage,bus=usb0.0,drive=usb-platform',
        *drive(directory / 'usb-pci', id='usb-pci'),
        '-device', 'usb-storage,bus=usb1.0,drive=usb-pci',
        '-nic', 'user,model=cadence_gem', '-nic', 'user,model=virtio-net-device',
        '-device', f'tmp105,id=thermometer,bus=i2c1.0,address={THERMOMETER:#x}']


@pytest.fixture(scope='module')
def directory():
    return make_files(paths.WORK / 'guest' / 'blocks')


@pytest.fixture(scope='module')
def web_port(directory):
    with web_server(directory / 'www') as port:
        yield port


@pytest.fixture(scope='module')
def guest(qemu_binary, stock, directory):
    """The stock guest on a machine with something on every block."""
    with Machine(qemu_binary, directory, *stock.arguments(),
                 *something_on_every_block(directory)) as machine:
        machine.log_in()
        yield machine
        machine.power_off()


def test_stock_emmc(guest, directory):
    assert driver_of(guest, '/sys/bus/platform/devices/b040000.mmc') == 'sdhci-arasan'
    assert int(guest.command('cat /sys/block/mmcblk0/size')) * 512 == EMMC_SIZE
    assert guest.command('cat /sys/block/mmcblk0/device/type') == 'MMC'
    check_disk(guest, '/dev/mmcblk0', directory / 'emmc', 4 * MIB)


def test_stock_nor_flash(guest, directory):
    assert driver_of(guest, '/sys/bus/platform/devices/b0a0000.spi') == 'spi_imx'
    assert int(guest.command('cat /sys/class/mtd/mtd0/size')) == NOR_SIZE
    check_disk(guest, '/dev/mtdblock0', directory / 'nor', 256 << 10)


def test_stock_virtio_blk(guest, directory):
    check_disk(guest, '/dev/vda', directory / 'virtio', 4 * MIB)


@pytest.mark.parametrize('controller, driver', [('platform', 'xhci-hcd'), ('pci', 'xhci_hcd')])
def test_stock_usb(guest, directory, controller, driver):
    """A stick on each of the two controllers; each controller is a device of its own."""
    disk = usb_disk(guest, of_pci=controller == 'pci')
    host = guest.command(f'readlink -f /sys/block/{disk}').split('/usb')[0]
    assert driver_of(guest, host).replace('-', '_') == driver.replace('-', '_')
    check_disk(guest, f'/dev/{disk}', directory / f'usb-{controller}', 2 * MIB)


@pytest.mark.parametrize('driver', ['macb', 'virtio_net'])
def test_stock_network(guest, directory, web_port, driver):
    """DHCP, then a file over TCP, through one interface while the other is down."""
    interface = interface_of(guest, driver)
    with interface_up(guest, interface):
        got = guest.command(f'wget -q -O - http://10.0.2.2:{web_port}/payload | md5sum').split()[0]
        received = int(guest.command(f'cat /sys/class/net/{interface}/statistics/rx_bytes'))
    assert got == md5((directory / 'www' / 'payload').read_bytes())
    assert received > PAYLOAD_SIZE


def test_stock_virtio_net_mtu_and_mac(guest):
    """AVPS wants both told by the device."""
    interface = guest.command('basename $(ls -d /sys/bus/virtio/drivers/virtio_net/virtio*/net/*)')
    assert guest.command(f'cat /sys/class/net/{interface}/mtu') == '1500'
    features = guest.command(f'cat /sys/class/net/{interface}/device/features')
    mtu, mac, set_mac = 3, 5, 23
    assert [features[bit] for bit in (mtu, mac, set_mac)] == ['1'] * 3, features
    assert guest.command(f'cat /sys/class/net/{interface}/addr_assign_type') == '0'
    own = '52:54:00:aa:bb:cc'
    guest.command(f'ip link set {interface} address {own}')
    assert guest.command(f'cat /sys/class/net/{interface}/address') == own


def test_stock_thermometer(guest):
    """The temperature that the host sets is the one the guest's sensor driver reads."""
    bus = guest.command('basename $(ls -d /sys/bus/platform/devices/b080000.i2c/i2c-*)')
    guest.command(f'echo tmp105 {THERMOMETER:#x} > /sys/bus/i2c/devices/{bus}/new_device')
    try:
        device = f'/sys/bus/i2c/devices/{bus[4:]}-00{THERMOMETER:x}'
        # The driver is a module that is loaded when the device appears.
        guest.wait_for(f'[ -e {device}/hwmon ]')
        sensor = guest.command(f'ls -d {device}/hwmon/hwmon*')
        for millidegrees in (25000, -12500, 99500):
            guest.qom_set('/machine/peripheral/thermometer', 'temperature', millidegrees)
            guest.wait_for(f'[ "$(cat {sensor}/temp1_input)" = {millidegrees} ]')
    finally:
        guest.command(f'echo {THERMOMETER:#x} > /sys/bus/i2c/devices/{bus}/delete_device')


def test_stock_clock(guest):
    assert 'pl031' in guest.command('cat /sys/class/rtc/rtc0/name')
    seconds = int(guest.command('cat /sys/class/rtc/rtc0/since_epoch'))
    assert RTC_SECONDS <= seconds < RTC_SECONDS + 3600, seconds
    interrupts = "awk '/pl031/ {print $2 + $3 + $4 + $5}' /proc/interrupts"
    before = guest.command(interrupts)
    guest.command('echo +1 > /sys/class/rtc/rtc0/wakealarm')
    guest.wait_for(f'[ $({interrupts}) -gt {before} ]')


def test_stock_entropy(guest):
    directory = '/sys/class/misc/hw_random'
    name = guest.command(f'grep -o "virtio_rng[^ ]*" {directory}/rng_available')
    guest.command(f'echo {name} > {directory}/rng_current')
    assert guest.command(f'cat {directory}/rng_current') == name
    first, second = (guest.command('head -c 64 /dev/hwrng | od -An -v -tx1') for _ in range(2))
    assert len(first.split()) == len(second.split()) == 64
    assert first != second
    assert len(set(first.split())) > 16, f'this is not random: {first}'


def test_stock_second_uart(guest, directory):
    before = (directory / 'uart1').read_text().split()
    guest.command('echo through-the-second-uart > /dev/ttyAMA1')
    assert (directory / 'uart1').read_text().split() == [*before, 'through-the-second-uart']


def test_stock_gpio(guest):
    """Both GPIO blocks have their driver, and two of their lines their users."""
    lines_in_use = guest.command('cat /sys/kernel/debug/gpio')
    assert '9030000.gpio' in lines_in_use and 'b010000.gpio' in lines_in_use, lines_in_use
    assert '|Power' in lines_in_use, 'the power key has no line'
    assert '|spi0 CS0' in lines_in_use, 'the chip select of the NOR flash has no line'


def test_stock_memory_mapped_timer(guest):
    """The kernel took the timer frame as its broadcast clock event device."""
    device = guest.command('cat /sys/devices/system/clockevents/broadcast/current_device')
    assert device == 'arch_mem_timer'


def test_stock_performance_counters(guest):
    counters = guest.command('ls -d /sys/bus/event_source/devices/armv8*')
    assert guest.command(f'cat {counters}/cpus') == '0-3'
    # One private interrupt on every core
    assert guest.command('grep -c "GICv3  23 Level     arm-pmu" /proc/interrupts') == '1'


def test_stock_its(guest):
    """The PCI functions interrupt by messages through the ITS."""
    assert 'ITS-PCI-MSI' in guest.command('grep xhci_hcd /proc/interrupts')
