# SPDX-License-Identifier: GPL-2.0-or-later
"""Direct boots: cores, exception level, reset, power, seeds, device trees of the user's own."""

import re
import subprocess

import pytest

from guest import _dt
from guest._machine import Machine
from guest._use import check_cores


@pytest.mark.quick
def test_stock_direct(boot):
    with boot() as machine:
        machine.log_in()
        assert machine.command('nproc') == '4'
        assert 'Cortex-A76' in describe_cpu(machine)
        machine.power_off()


def describe_cpu(machine):
    part = machine.command('grep -m1 "CPU part" /proc/cpuinfo').split()[-1]
    return {'0xd0b': 'Cortex-A76'}.get(part, part)


@pytest.mark.parametrize('cores', [1, 8])
def test_stock_cores(boot, cores):
    with boot('-smp', cores) as machine:
        machine.log_in()
        check_cores(machine, cores)
        machine.power_off()


@pytest.mark.parametrize('virtualization, level', [('on', 'EL2'), ('off', 'EL1')])
def test_stock_virtualization(boot, virtualization, level):
    with boot(options=f'virtualization={virtualization}') as machine:
        machine.log_in()
        assert f'All CPU(s) started at {level}' in machine.command('dmesg')
        code, _ = machine.try_command('test -c /dev/kvm')
        assert (code == 0) == (level == 'EL2'), 'KVM is there when the kernel starts at EL2 only'
        machine.power_off()


@pytest.mark.parametrize('memory', ['512M', '8G'])
def test_stock_memory(boot, memory):
    megabytes = {'512M': 512, '8G': 8192}[memory]
    with boot('-m', memory) as machine:
        machine.log_in()
        total = int(machine.command('grep MemTotal /proc/meminfo').split()[1]) / 1024
        assert 0.85 * megabytes < total <= megabytes, f'the guest sees {total:.0f} MiB'
        machine.power_off()


@pytest.mark.quick
def test_stock_reset(boot):
    with boot() as machine:
        machine.log_in()
        first = machine.command('cat /proc/sys/kernel/random/boot_id')
        machine.send('reboot -f')
        machine.log_in()
        assert machine.command('cat /proc/sys/kernel/random/boot_id') != first
        machine.power_off()


def test_stock_reset_from_outside(boot):
    with boot() as machine:
        machine.log_in()
        machine.qmp('system_reset')
        machine.log_in()
        assert float(machine.command('cut -d. -f1 /proc/uptime')) < 600
        machine.power_off()


def test_stock_power_key(boot):
    """system_powerdown presses the power key on line 3 of the first GPIO block."""
    key_press = re.compile(r'01 00 74 00 01 00 00 00')      # EV_KEY, KEY_POWER, pressed
    with boot() as machine:
        machine.log_in()
        device = machine.command('grep -l gpio-keys /sys/class/input/event*/device/name')
        event = device.split('/')[4]
        # Open first: an input device delivers what happens after it was opened.
        machine.command(f'exec 3</dev/input/{event}')
        machine.qmp('system_powerdown')
        seen = machine.command('dd bs=24 count=1 <&3 2>/dev/null | od -An -v -tx1')
        assert key_press.search(' '.join(seen.split()[16:])), seen
        machine.power_off()


@pytest.mark.lengthy      # the first that needs the kernel of the driver leg builds it
def test_driver_direct(boot, driver):
    with boot(guest=driver) as machine:
        machine.log_in()
        assert machine.command('nproc') == '4'
        machine.power_off()


@pytest.mark.parametrize('name', ['stock', 'driver'])
def test_report(qemu_binary, work, request, name):
    """Every block that has a driver in this kernel is bound to it."""
    guest = request.getfixturevalue(name)
    with Machine(qemu_binary, work, *guest.arguments('avps.check', report=True)) as machine:
        machine.expect(r'avps-report: (\d+) blocks, (\d+) ok, (\d+) missing')
        blocks, good, missing = map(int, machine.found.groups())
        machine.expect_exit()
    assert missing == 0 and good > 0 and blocks >= good, f'{blocks} {good} {missing}'


def test_report_says_what_is_missing(boot):
    """A block without its driver is named, with the reason, in lines that fit a terminal."""
    with boot() as machine:
        machine.log_in()
        assert machine.try_command('avps-report')[0] == 0
        machine.command('echo b0a0000.spi > /sys/bus/platform/drivers/spi_imx/unbind')
        code, report = machine.try_command('avps-report')
        assert code == 1
        assert re.search(r'^spi0 .*missing: not bound', report, re.MULTILINE), report
        assert re.search(r'^avps-report: .* [1-9]\d* missing', report, re.MULTILINE), report
        assert max(map(len, report.splitlines())) <= 80 and report.isascii(), report
        machine.command('echo b0a0000.spi > /sys/bus/platform/drivers/spi_imx/bind')
        assert machine.try_command('avps-report')[0] == 0
        machine.power_off()


def test_stock_secure(boot):
    """A kernel started directly on a machine with EL3 runs in the non-secure world."""
    with boot(options='secure=on') as machine:
        machine.log_in()
        assert machine.command('nproc') == '4'
        machine.power_off()


# Device trees

@pytest.fixture
def dumped(qemu_binary, work):
    """The machine's own device tree, as a file."""
    file = work / 'dumped.dtb'
    subprocess.run([str(qemu_binary), '-M', f'avps-ecu,dumpdtb={file}'], check=True,
                   stdin=subprocess.DEVNULL, capture_output=True)
    return file


def test_stock_own_device_tree(boot, dumped):
    """A dumped device tree, given back, boots; what the user changed in it arrives."""
    subprocess.run(['fdtput', '-t', 's', str(dumped), '/', 'model', 'changed by the user'],
                   check=True)
    with boot('-dtb', dumped) as machine:
        machine.log_in()
        assert machine.command('cat /proc/device-tree/model').rstrip('\0') == 'changed by the user'
        assert machine.command('nproc') == '4'
        machine.power_off()


OVERLAY = '''/dts-v1/; /plugin/;
&{/} { avps-overlay-test { compatible = "avps,overlay-test"; status = "okay"; }; };
'''


def test_stock_overlay(avps, work):
    """`run --dtbo` merges an overlay into the machine's device tree."""
    source, overlay = work / 'overlay.dts', work / 'overlay.dtbo'
    source.write_text(OVERLAY)
    subprocess.run(['dtc', '-@', '-O', 'dtb', '-o', str(overlay), str(source)], check=True,
                   capture_output=True)
    show = 'cat%20/proc/device-tree/avps-overlay-test/compatible;poweroff%20-f'
    done = avps('run', '--dtbo', overlay, '--append', f'avps.quiet avps.run={show}')
    assert done.returncode == 0, done.stdout + done.stderr
    assert 'avps,overlay-test' in done.stdout


@pytest.mark.parametrize('tree', ['machine', 'user'])
def test_seeds_are_fresh_at_every_reset(boot, dumped, tree):
    """kaslr-seed and rng-seed are always there, and never twice the same."""
    own = ['-dtb', dumped] if tree == 'user' else []
    seen = []
    for _ in range(2):
        with boot('-S', *own) as machine:
            seen.append(_dt.seeds(_dt.in_memory(machine)))
            for _ in range(2):
                machine.qmp('system_reset')
                machine.expect_event('RESET')
                seen.append(_dt.seeds(_dt.in_memory(machine)))
    for name, size in (('kaslr-seed', 8), ('rng-seed', 32)):
        values = [seeds[name] for seeds in seen]
        assert len(set(values)) == len(values), f'{name} repeats: {values}'
        assert all(len(value.split()) >= size for value in values), values
        assert not any(set(value.split()) == {'0'} for value in values), values


def test_stock_uses_the_seeds(boot):
    """The kernel moves itself by kaslr-seed: its address differs from boot to boot."""
    addresses = []
    with boot() as machine:
        for _ in range(2):
            machine.log_in()
            addresses.append(machine.command('grep " _text$" /proc/kallsyms').split()[0])
            machine.send('reboot -f')
    assert addresses[0] != addresses[1]
