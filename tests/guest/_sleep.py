# SPDX-License-Identifier: GPL-2.0-or-later
"""Suspend-to-RAM: a guest that goes to sleep, and what can wake it.

    _sleep.start(machine)               # until QEMU says that it sleeps
    machine.qmp('system_wakeup')
    _sleep.finish(machine)              # until its shell goes on
    assert _sleep.wake_reason(machine) == 'host'
"""

POWER = '/machine/soc/power'
KEY_WAKES = 'gpio0 line 3'

# What happened to the power key: struct input_event, as od prints its end
KEY_LOG = '/tmp/keys'
KEY_EVENTS = f"od -An -v -tx1 -w24 {KEY_LOG} | grep ' 01 00 74 00 '"
PRESS = '74 00 01 00 00 00$'
RELEASE = '74 00 00 00 00 00$'

# Lines of the kernel that a sound guest has none of
COMPLAINTS = (r'BUG|Oops|WARNING:|Unable to handle|[Ii]/[Oo] error|PM: failed to|dpm_run_callback|'
              r'may not have shut down|failed to come online|stuck in kernel')


def start(machine, before=''):
    """The guest's shell suspends the system; returns when it sleeps."""
    machine.start(f'{before} echo mem > /sys/power/state')
    machine.expect_event('SUSPEND')
    assert machine.qom_get(POWER, 'suspended') is True


def finish(machine):
    """Waits for the wake-up, and for the shell to have gone on."""
    machine.expect_event('WAKEUP')
    code, output = machine.result()
    assert code == 0, f'the suspend ended with {code}: {output}'
    assert machine.qom_get(POWER, 'suspended') is False


def wake_by_host(machine):
    machine.qom_set(POWER, 'wake', True)


def cycle(machine):
    """Sleeps, and is woken at once."""
    start(machine)
    wake_by_host(machine)
    finish(machine)


def wake_reason(machine):
    return machine.qom_get(POWER, 'wake-reason')


def statistics(machine):
    """(successful suspends, failed ones), as the guest's kernel counts them"""
    directory = '/sys/power/suspend_stats'
    return tuple(int(machine.command(f'cat {directory}/{name}')) for name in ('success', 'fail'))


def complaints(machine):
    return machine.command(f"dmesg | grep -E '{COMPLAINTS}'; true")


# The power key

def log_keys(machine):
    """From here on the guest writes the events of its power key to a file."""
    device = machine.command('grep -l gpio-keys /sys/class/input/event*/device/name').split('/')[4]
    # Open first: an input device delivers what happens after it was opened.
    machine.command(f'exec 3</dev/input/{device}; cat <&3 > {KEY_LOG} & true')


def presses(machine):
    """How many presses have come so far.

    Linux reports the one that woke it for each edge that it has found: once or twice.
    """
    return int(machine.command(f'{KEY_EVENTS} | grep -c "{PRESS}"; true'))


def wait_for_press(machine, before):
    """Waits for more than so many presses, and for the key to be up again."""
    machine.wait_for(f'[ $({KEY_EVENTS} | grep -c "{PRESS}") -gt {before} ] && '
                     f'{KEY_EVENTS} | tail -n 1 | grep -q "{RELEASE}" && '
                     'grep -q "Power.* in  lo" /sys/kernel/debug/gpio')


def press_power_key(machine):
    before = presses(machine)
    machine.qmp('system_powerdown')
    wait_for_press(machine, before)
