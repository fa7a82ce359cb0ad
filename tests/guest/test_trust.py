# SPDX-License-Identifier: GPL-2.0-or-later
"""The trusted boot chain: TF-A at EL3, OP-TEE at the secure EL1, U-Boot, and the stock kernel.

All of it is unmodified.
"""

import re

import pytest

from avpstool import trust
from guest import _programs
from guest._use import driver_of
from guest.test_firmware import esp

FIREWALL = '/machine/soc/firewall'
SECURE_GPIO = 0x090b0000

# What OP-TEE's own regression suite has: `xtest -l 0 -t regression`
REGRESSION_CASES = 108


@pytest.fixture
def chain(machine, work):
    """chain('-smp', 2) is a machine about to start the trusted chain.  What the secure world
    prints goes to the file secure.log."""
    def make(*arguments, append='avps.quiet', **kwargs):
        return machine('-bios', trust.ensure(), *esp(work, append), '-nic', 'none',
                       '-serial', 'null', '-serial', f'file:{work / "secure.log"}', *arguments,
                       options='secure=on', **kwargs)
    return make


def optee_disk():
    """QEMU's options for the disk with OP-TEE's tests."""
    return _programs.disk(trust.tests_disk(), 'optee-tests')


def mount_tests(guest):
    """Makes /mnt/xtest ready in the guest."""
    guest.command(f'mount -t ext4 -o ro {_programs.disk_device(guest, "optee-tests")} /mnt')


def check_trusted_os(guest, prefix=''):
    """A session with a trusted application, opened and used: one of OP-TEE's tests."""
    output = guest.command(f'{prefix} /mnt/xtest -t regression 1004')
    assert re.search(r'^1 test case of which 0 failed$', output, re.MULTILINE), output


def expect_firmware(guest):
    """Each step of the chain says on the console that it is there."""
    for step in ('BL1: v2', 'BL2: v2', 'BL31: v2', 'U-Boot 20'):
        guest.expect(re.escape(step))


def run_tests(guest, words):
    """Runs xtest; returns what it prints.  It is waited for from one verdict to the next."""
    guest.send(f'/mnt/xtest {words}; echo end-$((40 + 2))')
    output = ''
    while guest.expect(r'\n +regression_[\w.]+ (OK|FAILED)\r*\n', r'end-42\r*\n') == 0:
        output += guest.before + guest.found[0].replace('\r', '')
    return output + guest.before


def test_trust_boot(chain, work):
    """From reset to the shell; the kernel's driver finds OP-TEE; TF-A switches the power off."""
    with chain() as guest:
        expect_firmware(guest)
        guest.log_in()
        assert driver_of(guest, '/sys/bus/platform/devices/firmware:optee') == 'optee'
        assert re.search(r'^optee .* ok revision \d+\.\d+$',
                         guest.command('avps-report').replace('\r', ''), re.MULTILINE)
        assert guest.command('nproc') == '4'
        # The log of the secure world comes out of the secure UART, and nowhere else.
        assert 'OP-TEE version' in (work / 'secure.log').read_text(errors='replace')
        guest.send('poweroff -f')
        guest.expect('QEMU System Power off: with GPIO')
        guest.expect_exit()
    assert 'OP-TEE version' not in guest.log_file.read_text(encoding='utf-8')


def test_trust_reset(chain):
    """TF-A resets the machine, which goes the whole way again."""
    with chain(*optee_disk()) as guest:
        guest.log_in()
        first = guest.command('cat /proc/sys/kernel/random/boot_id')
        guest.send('reboot -f')
        guest.expect('QEMU System Reset: with GPIO')
        expect_firmware(guest)
        guest.log_in()
        assert guest.command('cat /proc/sys/kernel/random/boot_id') != first
        mount_tests(guest)
        check_trusted_os(guest)
        guest.power_off()


# An alarm that comes too early refuses the suspend, instead of never ending it.
IDLE_UNTIL_ALARM = ('count=$(cat /sys/power/wakeup_count); echo 0 > $alarm; '
                    'echo +$seconds > $alarm; echo $count > /sys/power/wakeup_count && '
                    'echo mem > /sys/power/state')


def test_trust_has_no_suspend(chain):
    """This TF-A has no SYSTEM_SUSPEND: the kernel offers idleness alone, wakes from it, and
    refuses the rest."""
    with chain() as guest:
        guest.log_in()
        assert guest.command('cat /sys/power/mem_sleep') == '[s2idle]'
        code, _ = guest.try_command('echo deep > /sys/power/mem_sleep')
        assert code != 0
        guest.command('alarm=/sys/class/rtc/rtc0/wakealarm')
        guest.command(f'for seconds in 1 4 16 64; do {IDLE_UNTIL_ALARM} && break; done')
        assert guest.command('cat /sys/power/suspend_stats/success') == '1'
        guest.power_off()


def turn_off_and_on(guest, core):
    """The kernel waits a tenth of a second for the firmware to be done with a core; on a busy
    host that is too short, and the core is not yet to be had again."""
    online = f'/sys/devices/system/cpu/cpu{core}/online'
    guest.command(f'echo 0 > {online}')
    assert guest.command('nproc') == '3'
    guest.wait_for(f'echo 1 > {online}')
    assert guest.command('nproc') == '4'


def test_trust_cores(chain):
    """TF-A turns each core off and on; OP-TEE then serves calls from every one."""
    with chain(*optee_disk()) as guest:
        guest.log_in()
        mount_tests(guest)
        for core in [1, 2, 3, 0]:
            for _ in range(5):
                turn_off_and_on(guest, core)
        for core in range(4):
            check_trusted_os(guest, f'taskset {1 << core:x}')
        guest.power_off()


def test_trust_saved_and_loaded(chain, work):
    """Both worlds go into a file and out of it: a session with OP-TEE is as good as before."""
    with chain(*optee_disk(), name='first') as guest:
        guest.log_in()
        mount_tests(guest)
        check_trusted_os(guest)
        guest.migrate_to(work / 'state')
    with chain(*optee_disk(), '-incoming', f'file:{work / "state"}', name='second') as guest:
        # What is typed before the UART has its state is lost.
        guest.expect_event('RESUME')
        check_trusted_os(guest)
        guest.power_off()


def test_trust_firewall(chain):
    """A program in Linux that reaches for a secure device gets a bus error, and the host sees
    who it was."""
    with chain() as guest:
        guest.log_in()
        before = guest.qom_get(FIREWALL, 'violation-count')
        code, _ = guest.try_command(f'taskset 4 devmem {SECURE_GPIO:#x} 32')
        assert code == 128 + 7, 'SIGBUS'
        assert guest.qom_get(FIREWALL, 'violation-count') == before + 1
        assert guest.qom_get(FIREWALL, 'last-requester') == 'core 2'
        assert guest.qom_get(FIREWALL, 'last-block') == 'gpio-secure'
        assert guest.qom_get(FIREWALL, 'last-address') == SECURE_GPIO
        assert guest.qom_get(FIREWALL, 'last-is-write') is False
        guest.power_off()


@pytest.mark.lengthy
def test_trust_optee_tests(chain):
    """All cases of OP-TEE's own regression suite pass."""
    with chain(*optee_disk()) as guest:
        guest.log_in()
        mount_tests(guest)
        output = run_tests(guest, '-l 0 -t regression')
    cases = dict(re.findall(r'^(regression_\w+) (\w+)$', output, re.MULTILINE))
    assert [name for name, verdict in cases.items() if verdict != 'OK'] == []
    assert len(cases) == REGRESSION_CASES
    assert re.search(rf'^{REGRESSION_CASES} test cases of which 0 failed$', output, re.MULTILINE)
    assert re.search(r'^\d+ subtests of which 0 failed$', output, re.MULTILINE)
