# SPDX-License-Identifier: GPL-2.0-or-later
"""The system control processor under a kernel with all of Linux' drivers for it, over its mailbox
and over VIRTIO.

What the guest reads the host has set, and what the guest sets the host sees. One machine for each
transport serves all tests here, and the last ends it, in good order, by a request of the host's.
"""

import re

import pytest

from avpstool import paths, scmi_domains
from guest import _scmi
from guest._machine import Machine

TRANSPORTS = {'mailbox': [], 'virtio': ['-device', 'virtio-scmi-device']}

DRIVERS = {'scmi-clocks', 'scmi-power-domain', 'scmi-perf-domain', 'scmi-reset', 'scmi-hwmon',
           'scmi-sensor-iiodev', 'scmi-cpufreq', 'scmi-regulator', 'scmi-pinctrl', 'scmi-powercap',
           'scmi-system-power'}

THERMOMETER = 0x48
REGULATOR = 3           # a supply with levels, of what need not be on
LEVEL = 2500000         # uV
PIN = 'gpio1-4'         # of the group that the tree gives to CAN

# What a board adds to the machine's tree: a regulator with the voltage that it is to have, and a
# thermometer that it supplies, and that asks for pins.
BOARD = f'''
&{{/firmware/scmi/protocol@17}} {{
    regulators {{
        #address-cells = <1>;
        #size-cells = <0>;
        supply: regulator@%(regulator)d {{
            reg = <%(regulator)d>;
            regulator-name = "board";
            regulator-min-microvolt = <{LEVEL}>;
            regulator-max-microvolt = <{LEVEL}>;
        }};
    }};
}};
&{{/firmware/scmi/protocol@19}} {{
    pins: board-pins {{ groups = "can1"; function = "can"; }};
}};
&{{/i2c@b080000}} {{
    thermometer@48 {{
        compatible = "national,lm75";
        reg = <0x48>;
        vs-supply = <&supply>;
        pinctrl-names = "default";
        pinctrl-0 = <&pins>;
    }};
}};
'''


@pytest.fixture(scope='module', params=TRANSPORTS)
def transport(request):
    return request.param


@pytest.fixture(scope='module')
def guest(transport, qemu_binary, driver):
    directory = paths.WORK / 'guest' / f'scmi-{transport}'
    directory.mkdir(parents=True, exist_ok=True)
    options = f'scmi={transport}'
    tree = _scmi.tree(qemu_binary, directory, BOARD % {'regulator': REGULATOR}, machine=options)
    with Machine(qemu_binary, directory, *driver.arguments(), '-nic', 'none',
                 '-device', f'tmp105,id=thermometer,bus=i2c1.0,address={THERMOMETER:#x}',
                 '-dtb', tree, *TRANSPORTS[transport], options=options) as machine:
        machine.log_in()
        yield machine


def agent(transport):
    return {'mailbox': 'mailbox0', 'virtio': 'virtio0'}[transport]


def test_scmi_driver_bound(guest, transport):
    """All drivers are bound, and have talked over this transport alone."""
    assert _scmi.drivers(guest) >= DRIVERS
    assert re.search(r"SCMI Protocol v2\.1 'avps-ecu:virtual'", guest.command('dmesg'))
    assert guest.qom_get(f'{_scmi.SCMI}/{agent(transport)}', 'commands') > 0
    for other in {'mailbox0', 'virtio0', 'smc'} - {agent(transport)}:
        assert guest.qom_get(f'{_scmi.SCMI}/{other}', 'commands') == 0


# Sensors

# hwmon: prefix of the files, and the power of ten of their unit
HWMON = {'temp': -3, 'in': -3, 'curr': -3, 'power': -6}


def hwmon_files(guest):
    """{sensor: (its file with the value, power of ten of the file's unit)}."""
    directory = guest.command('dirname $(grep -lx scmi_sensors /sys/class/hwmon/*/name)')
    labels = guest.command(f'grep -H . {directory}/*_label').splitlines()
    found = {}
    for label in labels:
        file, _, name = label.partition(':')
        kind = re.search(r'/([a-z]+)\d+_label$', file)[1]
        found[name] = (file.replace('_label', '_input'), HWMON[kind])
    return found


def test_scmi_driver_hwmon(guest):
    """Temperatures, voltages, currents and powers are what the host has set."""
    files = hwmon_files(guest)
    assert len(files) >= 4
    for name, (file, unit) in files.items():
        before = _scmi.get(guest, f'sensor/{name}', 'value')
        scale = int(re.match(r'10\^(-?\d+)', _scmi.get(guest, f'sensor/{name}', 'unit'))[1])
        for value in (before + 10, before):
            _scmi.put(guest, f'sensor/{name}', 'value', value)
            read = int(guest.command(f'cat {file}'))
            assert read == value * 10 ** (scale - unit), name


SAMPLE = 32             # bytes: three axes and a timestamp
SAMPLES = 8
INTERVAL = 20_000_000   # ns, of 50 Hz


def samples(guest, device, count):
    """That many samples of a buffer: (x, y, z, timestamp) each."""
    text = guest.command(f'dd if=/dev/{device} bs={SAMPLE} count={count} 2>/dev/null | '
                         'od -An -v -t d8')
    numbers = [int(word) for word in text.split()]
    return [tuple(numbers[at:at + 4]) for at in range(0, len(numbers), 4)]


@pytest.mark.parametrize('sensor, channel', [('accelerometer', 'accel'),
                                             ('gyroscope', 'anglvel')])
def test_scmi_driver_iio(guest, sensor, channel):
    """The three axes, one by one and through the buffer at a frequency of the guest's choice,
    with timestamps that are exactly so far apart."""
    device = guest.command('basename $(dirname '
                           f'$(grep -lx {sensor} /sys/bus/iio/devices/*/name))')
    directory = f'/sys/bus/iio/devices/{device}'
    axes = dict(zip('xyz', (101, -202, 303)))
    for axis, value in axes.items():
        _scmi.put(guest, f'sensor/{sensor}', axis, value)
        assert int(guest.command(f'cat {directory}/in_{channel}_{axis}_raw')) == value
        guest.command(f'echo 1 > {directory}/scan_elements/in_{channel}_{axis}_en')
    guest.command(f'echo 1 > {directory}/scan_elements/in_timestamp_en')
    guest.command(f'echo 50 > {directory}/in_{channel}_sampling_frequency')
    assert not _scmi.get(guest, f'sensor/{sensor}', 'updating')
    guest.command(f'echo 1 > {directory}/buffer/enable')
    assert _scmi.get(guest, f'sensor/{sensor}', 'updating')
    got = samples(guest, device, SAMPLES)
    assert [sample[:3] for sample in got] == [tuple(axes.values())] * SAMPLES
    times = [sample[3] for sample in got]
    # What a slow host misses is left out; no sample is between two others.
    steps = [later - earlier for earlier, later in zip(times, times[1:])]
    assert all(step > 0 and step % INTERVAL == 0 for step in steps), steps
    _scmi.put(guest, f'sensor/{sensor}', 'y', 404)
    while samples(guest, device, 1)[0][1] != 404:
        pass
    guest.command(f'echo 0 > {directory}/buffer/enable')
    _scmi.expect(guest, f'sensor/{sensor}', 'updating', False)


# Performance, power caps, regulators, pins

def test_scmi_driver_cpufreq(guest):
    """The levels are the frequencies of the cores, and the one that the guest sets is the host's."""
    policy = '/sys/devices/system/cpu/cpufreq/policy0'
    assert guest.command(f'cat {policy}/scaling_driver') == 'scmi'
    assert guest.command(f'cat {policy}/affected_cpus') == '0 1 2 3'
    guest.command(f'echo userspace > {policy}/scaling_governor')
    frequencies = guest.command(f'cat {policy}/scaling_available_frequencies').split()
    assert len(frequencies) >= 3
    for khz in frequencies:
        guest.command(f'echo {khz} > {policy}/scaling_setspeed')
        _scmi.expect(guest, 'performance/cpus', 'frequency-khz', int(khz))
        assert guest.command(f'cat {policy}/scaling_cur_freq') == khz


def test_scmi_driver_powercap(guest):
    """The caps are a tree of zones; what the guest caps the host sees, and the guest measures what
    the cores take."""
    zone = guest.command("dirname $(grep -lx cpus /sys/class/powercap/arm-scmi*/name)")
    assert guest.command(f'cat $(dirname $(readlink -f {zone}))/name') == 'soc'
    for cap in (2_000_000, 3_000_000):
        guest.command(f'echo {cap} > {zone}/constraint_0_power_limit_uw')
        guest.command(f'echo 1 > {zone}/enabled')
        _scmi.expect(guest, 'powercap/cpus', 'cap', cap)
    guest.command(f'echo 0 > {zone}/enabled')
    _scmi.expect(guest, 'powercap/cpus', 'cap', 0)
    measured = int(guest.command(f'cat {zone}/power_uw'))
    assert measured == _scmi.get(guest, 'powercap/cpus', 'power') > 0
    _scmi.put(guest, 'powercap/cpus', 'extra-power', 12345)
    assert int(guest.command(f'cat {zone}/power_uw')) == measured + 12345
    _scmi.put(guest, 'powercap/cpus', 'extra-power', 0)


def test_scmi_driver_regulator(guest):
    """The voltage that the tree asks for is set; the supply is on while its consumer has a driver."""
    name = next(row[1] for row in scmi_domains.read_tables()['voltage']
                if row[0] == str(REGULATOR))
    directory = guest.command('dirname $(grep -lx board /sys/class/regulator/*/name)')
    assert guest.command(f'cat {directory}/microvolts') == str(LEVEL)
    assert _scmi.get(guest, f'voltage/{name}', 'microvolts') == LEVEL
    assert _scmi.get(guest, f'voltage/{name}', 'enabled')
    guest.command('echo 1-0048 > /sys/bus/i2c/drivers/lm75/unbind')
    _scmi.expect(guest, f'voltage/{name}', 'enabled', False)
    guest.command('echo 1-0048 > /sys/bus/i2c/drivers/lm75/bind')
    _scmi.expect(guest, f'voltage/{name}', 'enabled', True)


def test_scmi_driver_pins(guest):
    """The pins that the tree connects otherwise are connected so, and the others are not."""
    listed = guest.command('cat /sys/kernel/debug/pinctrl/*scmi-pinctrl/pins')
    for name in _scmi.domains(guest, 'pins'):
        assert f'({name})' in listed
    assert _scmi.get(guest, f'pins/{PIN}', 'function') == 'can'
    assert _scmi.get(guest, 'pins/gpio1-0', 'function') == 'gpio1'
    assert 'group can1' in guest.command('cat /sys/kernel/debug/pinctrl/*scmi-pinctrl/pinmux-pins')


def test_scmi_driver_shutdown(guest):
    """The host asks for a shutdown; the guest hears it and ends in good order."""
    guest.qom_set(f'{_scmi.SCMI}/system', 'request', 'shutdown')
    guest.expect('reboot: Power down')
    guest.expect_exit()
