# SPDX-License-Identifier: GPL-2.0-or-later
"""The power controller and the firmware's calls under an unmodified kernel: resets and their
reasons, random numbers, and a supply that fails."""

import contextlib

from guest._sleep import POWER
from guest._use import md5

MEBIBYTE = 1 << 20
STATUS_REGISTER = 0x0b140008
SCRATCH_REGISTER = 0x0b140040
RANDOM = '/sys/class/misc/hw_random'


def test_power_reset_reason(boot):
    """The kernel's own ways to reset, and the host's; only the warm one keeps the scratch."""
    mark = '0x0000A5A5'
    with boot() as machine:
        machine.log_in()
        assert machine.qom_get(POWER, 'reset-reason') == 'power-on'
        for mode, reason, kept in (('warm', 'warm', mark), ('cold', 'software', '0x00000000')):
            machine.command(f'devmem {SCRATCH_REGISTER} 32 {mark}')
            machine.command(f'echo {mode} > /sys/kernel/reboot/mode')
            machine.send('reboot -f')
            machine.log_in()
            assert machine.qom_get(POWER, 'reset-reason') == reason
            assert machine.command(f'devmem {SCRATCH_REGISTER}') == kept
        machine.qmp('system_reset')
        machine.log_in()
        assert machine.qom_get(POWER, 'reset-reason') == 'host'
        machine.power_off()


def test_power_trng(boot):
    """The kernel's driver finds the firmware's random numbers, and draws from them."""
    with boot() as machine:
        machine.log_in()
        assert 'smccc_trng' in machine.command(f'cat {RANDOM}/rng_available').split()
        machine.command(f'echo smccc_trng > {RANDOM}/rng_current')
        draws = [machine.command('head -c 64 /dev/hwrng | od -An -v -tx1').split()
                 for _ in range(2)]
        assert [len(draw) for draw in draws] == [64, 64]
        assert draws[0] != draws[1]
        assert all(len(set(draw)) > 16 for draw in draws), f'this is not random: {draws}'
        machine.power_off()


def test_power_fail(boot, work):
    """A warning, and after the delay, in virtual time, the end: what the guest has flushed is on
    the disk, what it has not is nowhere."""
    from qemu.qmp import QMPError
    file = work / 'disk'
    file.write_bytes(bytes(2 * MEBIBYTE))
    with boot('-drive', f'if=none,id=disk,format=raw,file={file}', '-device',
              'virtio-blk-device,drive=disk') as machine:
        machine.log_in()
        # The kernel writes nothing back on its own.
        machine.command('echo 0 > /proc/sys/vm/dirty_writeback_centisecs')
        machine.command('head -c 1048576 /dev/urandom > /tmp/data; '
                        'dd if=/tmp/data of=/dev/vda bs=64k conv=fsync 2>/dev/null')
        flushed = machine.command('md5sum < /tmp/data').split()[0]
        # Open, for the last one to close a disk flushes it.
        machine.command('exec 4<>/dev/vda; '
                        'dd if=/tmp/data of=/dev/vda bs=64k seek=16 conv=notrunc 2>/dev/null')
        assert machine.command(f'devmem {STATUS_REGISTER}') == '0x00000000'
        machine.qmp('stop')
        machine.qom_set(POWER, 'power-fail-delay', 1)
        machine.qom_set(POWER, 'power-fail', True)
        # While virtual time stands still it lives.
        assert machine.qmp('query-status')['status'] == 'paused'
        with contextlib.suppress(QMPError):     # it ends before it could answer
            machine.qmp('cont')
        machine.expect_exit()
    data = file.read_bytes()
    assert md5(data[:MEBIBYTE]) == flushed
    assert data[MEBIBYTE:] == bytes(MEBIBYTE)
