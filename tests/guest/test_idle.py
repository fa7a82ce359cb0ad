# SPDX-License-Identifier: GPL-2.0-or-later
"""Idle states: Linux powers its cores down by PSCI when they have nothing to do."""

CPUS = '/sys/devices/system/cpu'
CORES = 4
POWER_DOWN = 1          # number of the state in cpuidle; 0 is WFI


def figure(guest, core, name):
    return int(guest.command(f'cat {CPUS}/cpu{core}/cpuidle/state{POWER_DOWN}/{name}'))


def wait_for_idling(guest):
    """Each core goes down once more and comes back."""
    for core in range(CORES):
        used = figure(guest, core, 'usage')
        usage = f'{CPUS}/cpu{core}/cpuidle/state{POWER_DOWN}/usage'
        guest.wait_for(f'[ $(cat {usage}) -gt {used} ]')


def test_stock_idle_states(boot):
    """The cores power down and come back, and a suspend with idle states works."""
    with boot('-smp', CORES, options='idle-states=on') as guest:
        guest.log_in()
        assert guest.command(f'cat {CPUS}/cpuidle/current_driver') == 'psci_idle'
        wait_for_idling(guest)
        for core in range(CORES):
            assert figure(guest, core, 'rejected') == 0
        guest.send('echo mem > /sys/power/state; echo awake-$((40 + 2)):$?')
        guest.expect_event('SUSPEND')
        guest.qmp('system_wakeup')
        guest.expect(r'awake-42:0\r*\n')
        wait_for_idling(guest)
        guest.power_off()


def test_stock_no_idle_states(boot):
    """Without the option the cores idle by WFI."""
    with boot() as guest:
        guest.log_in()
        assert guest.try_command('ls /proc/device-tree/cpus/idle-states')[0] != 0
        guest.power_off()
