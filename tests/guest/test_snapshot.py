# SPDX-License-Identifier: GPL-2.0-or-later
"""Save and load of a running machine: the guest goes on where it was, and its data are intact."""

import pytest

# Copies random data from memory to the eMMC and back for as long as it is allowed to, and stops
# at the first difference.  Rounds are counted in /tmp/rounds, which always has a number; a
# failure leaves /tmp/broken.
WORKLOAD = r'''
head -c 1048576 /dev/urandom > /tmp/data
sum=$(md5sum < /tmp/data)
cat > /tmp/work.sh <<END
n=0
while [ ! -e /tmp/stop ]; do
  dd if=/tmp/data of=/dev/mmcblk0 bs=64k oflag=direct 2>/dev/null || echo write > /tmp/broken
  read=\$(dd if=/dev/mmcblk0 bs=64k count=16 iflag=direct 2>/dev/null | md5sum)
  [ "\$read" = "$sum" ] || echo emmc > /tmp/broken
  [ "\$(md5sum < /tmp/data)" = "$sum" ] || echo memory > /tmp/broken
  n=\$((n + 1)); echo \$n > /tmp/rounds.new; mv /tmp/rounds.new /tmp/rounds
done
END
'''


def emmc(disk):
    return ['-drive', f'if=sd,format=qcow2,file={disk}']


def start_workload(machine):
    machine.log_in()
    for line in WORKLOAD.strip().splitlines():
        machine.send(line)
    machine.command('true')
    machine.command('sh /tmp/work.sh > /tmp/log 2>&1 & echo $! > /tmp/pid')
    wait_for_rounds(machine, 1)


def rounds(machine):
    return int(machine.command('cat /tmp/rounds 2>/dev/null || echo 0'))


def wait_for_rounds(machine, wanted):
    machine.command(f'while [ ! -e /tmp/broken ] && [ -e /proc/$(cat /tmp/pid) ] && '
                    f'[ "$(cat /tmp/rounds 2>/dev/null || echo 0)" -lt {wanted} ]; do '
                    'sleep 0.1; done')


def check_workload(machine, before):
    """After the load: the same workload still runs, and has found no difference."""
    machine.send('')
    assert rounds(machine) >= before
    wait_for_rounds(machine, before + 3)
    code, broken = machine.try_command('cat /tmp/broken')
    assert code != 0, f'data differ in {broken}'
    assert rounds(machine) >= before + 3, 'the workload no longer runs'
    machine.command('touch /tmp/stop')
    machine.power_off()


@pytest.mark.parametrize('cores', [1, 4])
def test_stock_save_and_load(boot, disk, cores):
    """savevm into the disk of the machine; a new process loads it."""
    options = [*emmc(disk), '-smp', cores]
    with boot(*options, name='saved') as machine:
        start_workload(machine)
        before = rounds(machine)
        assert machine.human('savevm running') == ''
        machine.qmp('quit')
        machine.expect_exit()
    with boot(*options, '-loadvm', 'running', name='loaded') as machine:
        check_workload(machine, before)


def test_stock_load_in_place(boot, disk):
    """loadvm in the same process takes the guest back to what it was."""
    with boot(*emmc(disk)) as machine:
        machine.log_in()
        machine.command('echo before > /tmp/state')
        assert machine.human('savevm point') == ''
        machine.command('echo after > /tmp/state')
        assert machine.human('loadvm point') == ''
        assert machine.command('cat /tmp/state') == 'before'
        machine.power_off()


def test_stock_migrate_to_file(boot, disk, work):
    """The state as a file, loaded by a new process."""
    state = work / 'state'
    with boot(*emmc(disk), name='source') as machine:
        start_workload(machine)
        before = rounds(machine)
        machine.migrate_to(state)
    with boot(*emmc(disk), '-incoming', f'file:{state}', name='target') as machine:
        # What is typed before the UART has its state is lost.
        machine.expect_event('RESUME')
        check_workload(machine, before)
