# SPDX-License-Identifier: GPL-2.0-or-later
"""Cores that are switched off and on again while all of them have work."""

import pytest

from guest import _sleep
from guest._use import check_cores

CORES = 4
ROUNDS = 50         # in each every core is switched once, the first one too

# On each core a process that works out the same sum again and again; it is moved when its core
# goes.  /tmp/count-N says how often, /tmp/broken that one was wrong.
BUSY = r'''
head -c 262144 /dev/urandom > /tmp/data
cat > /tmp/busy.sh <<'END'
wanted=$(md5sum < /tmp/data) n=0
while :; do
  [ "$(md5sum < /tmp/data)" = "$wanted" ] || echo core $1 > /tmp/broken
  n=$((n + 1)); echo $n > /tmp/new-$1; mv /tmp/new-$1 /tmp/count-$1
done
END
for core in 0 1 2 3; do
  taskset $((1 << core)) sh /tmp/busy.sh $core & echo $! >> /tmp/busy
done
'''

SWITCH = r'''
cat > /tmp/switch.sh <<'END'
for core in 0 1 2 3; do
  online=/sys/devices/system/cpu/cpu$core/online
  echo 0 > $online && [ $(cat $online) = 0 ] && [ $(nproc) = 3 ] || exit 1
  echo 1 > $online && [ $(cat $online) = 1 ] && [ $(nproc) = 4 ] || exit 2
done
END
'''


def install(machine, text):
    for line in text.strip().splitlines():
        machine.send(line)
    machine.command('true')


def wait_for_sums(machine, more):
    """Each of the processes works out so many more."""
    for core in range(CORES):
        machine.command(f'n=$(cat /tmp/count-{core} 2>/dev/null || echo 0)')
        machine.wait_for(f'[ "$(cat /tmp/count-{core} 2>/dev/null || echo 0)" -gt '
                         f'$((n + {more})) ]')


@pytest.mark.lengthy
def test_hotplug_under_load(boot):
    """No core fails to go or to come back, no process is lost, and no sum is wrong."""
    with boot('-smp', CORES) as machine:
        machine.log_in()
        install(machine, BUSY)
        install(machine, SWITCH)
        wait_for_sums(machine, 1)
        for _ in range(ROUNDS):
            machine.command('sh /tmp/switch.sh')
        assert machine.command('for p in $(cat /tmp/busy); do [ -e /proc/$p ] || echo $p; done') \
            == ''
        wait_for_sums(machine, 3)
        assert machine.try_command('cat /tmp/broken')[0] != 0
        check_cores(machine, CORES)
        assert _sleep.complaints(machine) == ''
        machine.power_off()
