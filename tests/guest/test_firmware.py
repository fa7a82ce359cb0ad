# SPDX-License-Identifier: GPL-2.0-or-later
"""Unmodified firmware from Debian packages: U-Boot and EDK2."""

import re
import subprocess

import pytest

from avpstool import firmware, paths
from guest import _dt

PROMPT = '=> '
VARIABLE = '/sys/firmware/efi/efivars/AvpsTest-6a51e5d7-0b27-4d51-9d4f-2f3b1fbd6c77'
# Non-volatile, boot service and runtime access; then the value
VARIABLE_ATTRIBUTES = r'\007\000\000\000'


def esp(directory, append='avps.quiet'):
    """A disk with an EFI system partition that starts the stock kernel, as QEMU's options."""
    disk = firmware.esp_disk('stock', append)
    return ['-drive', f'if=none,id=esp,format=raw,snapshot=on,file={disk}',
            '-device', 'virtio-blk-device,drive=esp']


@pytest.fixture
def u_boot():
    return ['-bios', firmware.ensure('u-boot').code]


@pytest.fixture
def edk2(work):
    """A function that makes QEMU's options for EDK2, with the variables in a file."""
    files = firmware.ensure('edk2')

    def make(variables_format='raw'):
        variables = work / f'vars.{variables_format}'
        if not variables.exists():
            subprocess.run([str(paths.QEMU_BUILD / 'qemu-img'), 'convert', '-f', 'raw', '-O',
                            variables_format, str(files.vars), str(variables)], check=True)
        return ['-drive', f'if=pflash,unit=0,format=raw,readonly=on,file={files.code}',
                '-drive', f'if=pflash,unit=1,format={variables_format},file={variables}']
    return make


@pytest.mark.parametrize('cores', [1, 8])
def test_stock_u_boot(machine, u_boot, work, cores):
    """U-Boot starts the kernel from the EFI system partition of a disk."""
    with machine(*u_boot, *esp(work), '-nic', 'none', '-smp', cores) as guest:
        guest.expect('U-Boot 20')
        guest.log_in()
        assert 'Das U-Boot' in guest.command('dmesg | grep "efi: EFI v"')
        assert guest.command('nproc') == str(cores)
        guest.power_off()


@pytest.mark.parametrize('cores', [1, 8])
def test_stock_edk2(machine, edk2, work, cores):
    """EDK2 does, and hands over the device tree, not ACPI."""
    with machine(*edk2(), *esp(work), '-nic', 'none', '-smp', cores) as guest:
        guest.log_in()
        assert 'EDK II' in guest.command('dmesg | grep "efi: EFI v"')
        assert 'ACPI' not in guest.command('dmesg | grep "efi: .*MEMATTR"')
        assert guest.command('cat /proc/device-tree/compatible').startswith('avps')
        assert guest.command('nproc') == str(cores)
        guest.power_off()


@pytest.mark.parametrize('variables_format', ['raw', 'qcow2'])
def test_stock_edk2_variables_survive(machine, edk2, work, variables_format):
    """What one run of the machine wrote into a UEFI variable, the next one reads."""
    disks = [*edk2(variables_format), *esp(work), '-nic', 'none']
    with machine(*disks, name='first') as guest:
        guest.log_in()
        code, _ = guest.try_command(f'test -e {VARIABLE}')
        assert code != 0, 'the variables are not empty at first'
        guest.command(f"printf '{VARIABLE_ATTRIBUTES}survives' > {VARIABLE}")
        guest.power_off()
    with machine(*disks, name='second') as guest:
        guest.log_in()
        assert guest.command(f'tail -c +5 {VARIABLE}') == 'survives'
        guest.power_off()


def test_stock_u_boot_reset(machine, u_boot, work):
    """A reset goes through the firmware again."""
    with machine(*u_boot, *esp(work), '-nic', 'none') as guest:
        guest.log_in()
        guest.send('reboot -f')
        guest.expect('U-Boot 20')
        guest.log_in()
        guest.power_off()


def test_stock_edk2_reset(machine, edk2, work):
    with machine(*edk2(), *esp(work), '-nic', 'none') as guest:
        guest.log_in()
        first = guest.command('cat /proc/sys/kernel/random/boot_id')
        guest.send('reboot -f')
        guest.log_in()
        assert guest.command('cat /proc/sys/kernel/random/boot_id') != first
        guest.power_off()


# U-Boot's prompt

def stop_at_prompt(guest):
    guest.expect('stop autoboot')
    guest.send('')
    guest.expect(PROMPT)


def u_boot_command(guest, line):
    guest.send(line)
    guest.expect(re.escape(line))
    guest.expect(PROMPT)
    return guest.before


def test_u_boot_seeds(machine, u_boot):
    """U-Boot finds both seeds in the device tree; a reset brings new ones."""
    seen = []
    with machine(*u_boot, '-nic', 'none') as guest:
        for _ in range(3):
            stop_at_prompt(guest)
            u_boot_command(guest, 'fdt addr $fdtcontroladdr')
            chosen = u_boot_command(guest, 'fdt print /chosen')
            seen.append({name: re.search(name + r' = <([^>]+)>', chosen)[1] for name in _dt.SEEDS})
            guest.send('reset')
    for name in _dt.SEEDS:
        values = [seeds[name] for seeds in seen]
        assert len(set(values)) == len(values), f'{name} repeats: {values}'


def selftest_summary(guest):
    """Runs U-Boot's EFI selftest; returns the tests that did not succeed and the summary."""
    stop_at_prompt(guest)
    guest.send('bootefi selftest')
    guest.expect(r'Summary: (\d+) failures')
    failures = int(guest.found[1])
    text = re.sub(r'\x1b\[[0-9;]*[a-zA-Z]', '', guest.before)
    results = dict(re.findall(r"(?:Executing|Setting up) '([^']+)' (succeeded|failed)", text))
    return failures, results


def test_u_boot_efi_selftest(machine, u_boot, work):
    """U-Boot's own conformance test of its UEFI passes, and does as it does on QEMU's virt."""
    with open(work / 'disk', 'wb') as disk:
        disk.truncate(64 << 20)
    subprocess.run(['mkfs.vfat', '-F', '32', str(work / 'disk')], check=True, capture_output=True,
                   env={'PATH': '/usr/sbin:/sbin:/usr/bin:/bin'})
    common = [*u_boot, '-m', '1G', '-drive', f'if=none,id=disk,format=raw,file={work / "disk"}',
              '-device', 'virtio-blk-device,drive=disk', '-nic', 'none', '-netdev', 'user,id=net',
              '-device', 'virtio-net-device,netdev=net']
    with machine(*common, name='avps-ecu') as guest:
        failures, results = selftest_summary(guest)
    with machine(*common, '-cpu', 'cortex-a76', '-device', 'virtio-rng-device', machine='virt',
                 options='virtualization=on,gic-version=3', name='virt') as guest:
        failures_on_virt, results_on_virt = selftest_summary(guest)
    assert len(results) >= 30, results
    assert results == results_on_virt
    assert failures == failures_on_virt == 0, results
