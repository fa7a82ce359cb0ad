# SPDX-License-Identifier: GPL-2.0-or-later
"""The system control processor under an unmodified Debian kernel, over its mailbox and by SMC.

Clocks, power, performance and reset domains are changed by the drivers of the devices that use
them; the host's view of the domain is the witness. One machine serves the tests of the mailbox; each
leaves it as it was.
"""

import re

import pytest

from avpstool import paths
from guest import _scmi
from guest._machine import Machine
from guest._use import drive, empty_file

MHZ = 1000000
THERMOMETER = 0x48
NOR_SIZE = 4 << 20

# A consumer of a performance domain that the stock kernel has a driver for: the memory's, with a
# clock beside it, as the bus of an SoC has. {rate of the clock: level of the memory}
MEMORY_LEVELS = {100 * MHZ: 800, 400 * MHZ: 3200}
MEMORY_BUS = '''
&{/} {
    memory-bus {
        compatible = "fsl,imx8m-noc";
        clocks = <&{/firmware/scmi/protocol@14} 10>;
        power-domains = <&{/firmware/scmi/protocol@13} 1>;
        operating-points-v2 = <&levels>;
    };
    levels: opp-table-memory {
        compatible = "operating-points-v2";
        opp-slow { opp-hz = /bits/ 64 <100000000>; opp-level = <800>; };
        opp-fast { opp-hz = /bits/ 64 <400000000>; opp-level = <3200>; };
    };
};
'''


@pytest.fixture(scope='module')
def directory():
    path = paths.WORK / 'guest' / 'scmi'
    path.mkdir(parents=True, exist_ok=True)
    empty_file(path / 'nor', NOR_SIZE)
    return path


@pytest.fixture(scope='module')
def guest(qemu_binary, stock, directory):
    options = 'scmi-power-domains=on'
    tree = _scmi.tree(qemu_binary, directory, MEMORY_BUS, machine=options)
    with Machine(qemu_binary, directory, *stock.arguments(), '-dtb', tree,
                 *drive(directory / 'nor', 'mtd'),
                 '-nic', 'user,model=cadence_gem',
                 '-device', f'tmp105,id=thermometer,bus=i2c1.0,address={THERMOMETER:#x}',
                 options=options) as machine:
        machine.log_in()
        yield machine
        machine.power_off()


def test_scmi_stock_bound(guest):
    """The kernel has found the platform, its vendor and version, and all that it has drivers for."""
    log = guest.command('dmesg')
    assert re.search(r"SCMI Protocol v2\.1 'avps-ecu:virtual' Firmware version 0x", log)
    assert _scmi.drivers(guest) >= {'scmi-clocks', 'scmi-power-domain', 'scmi-perf-domain',
                                    'scmi-reset'}
    assert guest.qom_get(f'{_scmi.SCMI}/mailbox0', 'commands') > 0
    assert 'arm-scmi' not in guest.command('cat /sys/kernel/debug/devices_deferred')
    assert not re.search(r'arm-scmi.*(timed out|failed|error|spurious)', log, re.I)


def test_scmi_stock_clocks_listed(guest):
    """Each clock, with the rate that the host sees."""
    listed = _scmi.clocks(guest)
    for name in _scmi.domains(guest, 'clock'):
        assert listed[name] == _scmi.get(guest, f'clock/{name}', 'rate'), name


def test_scmi_stock_clock_of_idle_device(guest):
    """Runtime power management: the SPI controller has its clock while the flash is read, and no
    longer when it has been idle for a while."""
    _scmi.expect(guest, 'clock/spi0', 'enabled', False)
    guest.start(f'dd if=/dev/mtd0 of=/dev/null bs={NOR_SIZE} 2>/dev/null')
    _scmi.expect(guest, 'clock/spi0', 'enabled', True)
    assert guest.result()[0] == 0
    assert _scmi.get(guest, 'clock/spi0', 'votes') == 'mailbox0'
    _scmi.expect(guest, 'clock/spi0', 'enabled', False)


def test_scmi_stock_clock_of_unbound_device(guest):
    """A driver that lets go of its device gives the clock back."""
    assert _scmi.get(guest, 'clock/i2c2', 'enabled')
    _scmi.unbind(guest, 'imx-i2c', 'b090000.i2c')
    _scmi.expect(guest, 'clock/i2c2', 'enabled', False)
    _scmi.bind(guest, 'imx-i2c', 'b090000.i2c')
    _scmi.expect(guest, 'clock/i2c2', 'enabled', True)


def test_scmi_stock_power_domains(guest):
    """Each is listed; that of an I2C bus is on while the bus is used, and the bus works each time;
    that of the USB controller is off while its driver is gone."""
    summary = guest.command('cat /sys/kernel/debug/pm_genpd/pm_genpd_summary')
    for name in _scmi.domains(guest, 'power'):
        assert name in summary
    _scmi.expect(guest, 'power/i2c1', 'enabled', False)
    guest.qom_set('/machine/peripheral/thermometer', 'temperature', 42000)
    guest.start(f'for n in $(seq 200); do i2cget -y 1 {THERMOMETER:#x} 0 || break; done | sort -u')
    _scmi.expect(guest, 'power/i2c1', 'enabled', True)
    assert guest.result() == (0, f'{42:#x}')
    _scmi.expect(guest, 'power/i2c1', 'enabled', False)
    assert _scmi.get(guest, 'power/usb', 'enabled')
    _scmi.unbind(guest, 'xhci-hcd', 'b050000.usb')
    _scmi.expect(guest, 'power/usb', 'enabled', False)
    _scmi.bind(guest, 'xhci-hcd', 'b050000.usb')
    _scmi.expect(guest, 'power/usb', 'enabled', True)


def test_scmi_stock_reset_domain(guest):
    """The USB controller is held in reset while nobody drives it."""
    assert not _scmi.get(guest, 'reset/usb', 'asserted')
    _scmi.unbind(guest, 'xhci-hcd', 'b050000.usb')
    _scmi.expect(guest, 'reset/usb', 'asserted', True)
    _scmi.bind(guest, 'xhci-hcd', 'b050000.usb')
    _scmi.expect(guest, 'reset/usb', 'asserted', False)
    guest.wait_for('ls -d /sys/bus/platform/devices/b050000.usb/usb*/*:1.0 > /dev/null 2>&1')


def test_scmi_stock_performance_domain(guest):
    """A bus scales with the memory: the driver's levels are the host's, and so is its clock."""
    bus = '/sys/class/devfreq/memory-bus'
    for hertz, level in MEMORY_LEVELS.items():
        guest.command(f'echo {hertz} > {bus}/userspace/set_freq')
        _scmi.expect(guest, 'performance/memory', 'level', level)
        assert _scmi.get(guest, 'clock/display', 'rate') == hertz


def test_scmi_stock_smc(boot):
    """The same kernel over SMC calls: bound, and a clock changed by its consumer."""
    with boot(options='scmi=smc') as machine:
        machine.log_in()
        assert _scmi.drivers(machine) >= {'scmi-clocks', 'scmi-power-domain', 'scmi-reset'}
        assert machine.qom_get(f'{_scmi.SCMI}/smc', 'commands') > 0
        assert machine.qom_get(f'{_scmi.SCMI}/mailbox0', 'commands') == 0
        assert _scmi.get(machine, 'clock/i2c2', 'enabled')
        _scmi.unbind(machine, 'imx-i2c', 'b090000.i2c')
        _scmi.expect(machine, 'clock/i2c2', 'enabled', False)
        machine.power_off()
