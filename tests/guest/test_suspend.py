# SPDX-License-Identifier: GPL-2.0-or-later
"""Suspend-to-RAM of an unmodified kernel: what wakes it, what lives on meanwhile, and that nothing
is lost."""

import inspect

import pytest

from guest import _sleep, test_blocks
from guest._machine import Machine
from guest._sleep import POWER
from guest._use import check_cores, web_server
from guest.test_snapshot import emmc, rounds, start_workload, wait_for_rounds

# The clock of the board goes with virtual time: an alarm does not come before its second.
CLOCK = ['-rtc', 'base=2031-05-06T07:08:09,clock=vm']

# Sleeps until an alarm.  On a slow host it may come before all is asleep: then the kernel, which
# was told the number of wake-up events so far, refuses to sleep, and a later alarm is tried.
SLEEP_UNTIL_ALARM = r'''
cat > /tmp/sleep.sh <<'END'
cd /sys/class/rtc/rtc0
seconds=1
while :; do
  seconds=$((seconds * 2))
  count=$(cat /sys/power/wakeup_count)
  echo 0 > wakealarm
  alarm=$(($(cat since_epoch) + seconds))
  echo $alarm > wakealarm
  echo $count > /sys/power/wakeup_count && echo mem > /sys/power/state && break
done
[ $(cat since_epoch) -ge $alarm ]
END
'''


def install_alarm(machine):
    for line in SLEEP_UNTIL_ALARM.strip().splitlines():
        machine.send(line)
    machine.command('true')


@pytest.mark.parametrize('cores', [1, 4])
def test_suspend_cores(boot, cores):
    """The real-time clock wakes the system; all cores are back, and no complaint is in the log."""
    with boot('-smp', cores, *CLOCK) as machine:
        machine.log_in()
        assert '[deep]' in machine.command('cat /sys/power/mem_sleep')
        assert _sleep.wake_reason(machine) == ''
        install_alarm(machine)
        machine.command('sh /tmp/sleep.sh 2>/dev/null')
        machine.expect_event('SUSPEND')
        machine.expect_event('WAKEUP')
        assert _sleep.wake_reason(machine) == 'rtc0'
        assert _sleep.statistics(machine)[0] == 1
        check_cores(machine, cores)
        assert _sleep.complaints(machine) == ''
        machine.power_off()


# What can wake the system: how, and what is in the guest when it has

class PowerKey:
    reason = _sleep.KEY_WAKES

    def prepare(self, machine):
        _sleep.log_keys(machine)

    def wake(self, machine):
        machine.qmp('system_powerdown')

    def check(self, machine):
        """The press that woke the system is delivered."""
        _sleep.wait_for_press(machine, 0)


class Uart:
    reason = 'uart0'

    def prepare(self, machine):
        machine.command('echo enabled > /sys/class/tty/ttyAMA0/power/wakeup')

    def wake(self, machine):
        machine.send('echo typed-in-$((40 + 2))')

    def check(self, machine):
        """No character is lost, not even the one that woke the system."""
        machine.expect('typed-in-42\r*\n')


class Host:
    reason = 'host'

    def prepare(self, machine):
        pass

    def wake(self, machine):
        _sleep.wake_by_host(machine)

    def check(self, machine):
        pass


class Monitor(Host):
    def wake(self, machine):
        machine.qmp('system_wakeup')


SOURCES = {'power-key': PowerKey(), 'uart': Uart(), 'host': Host(), 'monitor': Monitor()}


@pytest.mark.parametrize('source', SOURCES)
def test_suspend_woken_by(boot, source):
    source = SOURCES[source]
    with boot() as machine:
        machine.log_in()
        source.prepare(machine)
        _sleep.start(machine)
        source.wake(machine)
        _sleep.finish(machine)
        source.check(machine)
        assert _sleep.wake_reason(machine) == source.reason
        # The next wake-up has a reason of its own.
        _sleep.cycle(machine)
        assert _sleep.wake_reason(machine) == 'host'
        machine.power_off()


# Of the PL011: raw interrupt status, the bits of reception
UART_RIS = 0x0900003c
UART_RECEIVED = 1 << 4 | 1 << 6


def uart_has_received(machine):
    return int(machine.human(f'xp /1wx {UART_RIS}').split()[-1], 16) & UART_RECEIVED


def test_suspend_not_woken_by_what_is_not_enabled(boot):
    """A character does not wake a system whose kernel has not asked for that."""
    with boot() as machine:
        machine.log_in()
        _sleep.start(machine)
        machine.send('')
        # A character that has not reached the UART could wake nobody.
        while not uart_has_received(machine):
            pass
        assert machine.qom_get(POWER, 'suspended') is True
        _sleep.wake_by_host(machine)
        _sleep.finish(machine)
        assert _sleep.wake_reason(machine) == 'host'
        machine.power_off()


def test_suspend_host_wakes_only_what_sleeps(boot):
    with boot() as machine:
        machine.log_in()
        refusal = machine.qmp_refusal('qom-set', path=POWER, property='wake', value=True)
        assert 'the SoC is not suspended' in refusal
        assert 'not in suspended state' in machine.qmp_refusal('system_wakeup')
        machine.power_off()


# Every device

DEVICES = [
    (test_blocks.test_stock_emmc, {}),
    (test_blocks.test_stock_nor_flash, {}),
    (test_blocks.test_stock_virtio_blk, {}),
    (test_blocks.test_stock_usb, {'controller': 'platform', 'driver': 'xhci-hcd'}),
    (test_blocks.test_stock_usb, {'controller': 'pci', 'driver': 'xhci_hcd'}),
    (test_blocks.test_stock_network, {'driver': 'macb'}),
    (test_blocks.test_stock_network, {'driver': 'virtio_net'}),
    (test_blocks.test_stock_thermometer, {}),
    (test_blocks.test_stock_clock, {}),
    (test_blocks.test_stock_entropy, {}),
    (test_blocks.test_stock_second_uart, {}),
    (test_blocks.test_stock_gpio, {}),
    (test_blocks.test_stock_memory_mapped_timer, {}),
    (test_blocks.test_stock_performance_counters, {}),
    (test_blocks.test_stock_its, {}),
]


def use_every_device(**everything):
    for check, parameters in DEVICES:
        values = {**everything, **parameters}
        check(**{name: values[name] for name in inspect.signature(check).parameters})


@pytest.mark.parametrize('iommu', ['smmuv3', 'none'])
def test_suspend_devices(qemu_binary, stock, work, iommu):
    """Every device of the machine does its work, before a suspend and after it."""
    directory = test_blocks.make_files(work / 'files')
    with (web_server(directory / 'www') as web_port,
          Machine(qemu_binary, work, *stock.arguments(),
                  *test_blocks.something_on_every_block(directory),
                  options=f'iommu={iommu}') as machine):
        machine.log_in()
        _sleep.log_keys(machine)
        for _ in range(2):
            use_every_device(guest=machine, directory=directory, web_port=web_port)
            _sleep.press_power_key(machine)
            _sleep.cycle(machine)
        use_every_device(guest=machine, directory=directory, web_port=web_port)
        assert _sleep.complaints(machine) == ''
        machine.power_off()


# Nothing is lost

CYCLES = 100


@pytest.mark.lengthy
def test_suspend_cycles(boot, disk):
    """Many in a row, each ended by the power key: every press arrives, data stay what they were,
    time does not go back, and the workload goes on."""
    with boot(*emmc(disk)) as machine:
        start_workload(machine)
        _sleep.log_keys(machine)
        uptime, done = 0.0, rounds(machine)
        for _ in range(CYCLES):
            pressed = _sleep.presses(machine)
            _sleep.start(machine)
            machine.qmp('system_powerdown')
            _sleep.finish(machine)
            assert _sleep.wake_reason(machine) == _sleep.KEY_WAKES
            # A key that comes up later would end the next suspend.
            _sleep.wait_for_press(machine, pressed)
            uptime, before = float(machine.command('cut -d" " -f1 /proc/uptime')), uptime
            assert uptime > before
        assert _sleep.statistics(machine) == (CYCLES, 0)
        assert machine.qom_get(POWER, 'suspend-count') == CYCLES
        wait_for_rounds(machine, done + 3)
        assert machine.try_command('cat /tmp/broken')[0] != 0
        assert rounds(machine) >= done + 3, 'the workload no longer runs'
        check_cores(machine, 4)
        assert _sleep.complaints(machine) == ''
        machine.power_off()


# Lines of the kernel on its way to sleep, the earliest first
STAGES = ['PM: suspend entry', 'Filesystems sync', 'Freezing user space processes',
          'Freezing remaining freezable tasks', 'Disabling non-boot CPUs', 'CPU3 killed',
          'CPU2 killed', 'CPU1 killed']


def test_suspend_event_on_the_way(boot):
    """A key that is pressed on the way to sleep is never slept over: either the kernel turns back,
    or it is woken at once."""
    with boot(append='no_console_suspend') as machine:
        machine.log_in()
        _sleep.log_keys(machine)
        machine.command('dmesg -n 7')
        for stage in 3 * STAGES:
            pressed = _sleep.presses(machine)
            machine.start('n=$(cat /sys/power/wakeup_count); echo $n > /sys/power/wakeup_count && '
                          'echo mem > /sys/power/state')
            machine.expect(stage)
            machine.qmp('system_powerdown')
            machine.expect(r'end-42:\d+\r*\n')
            _sleep.wait_for_press(machine, pressed)
        machine.command('dmesg -n 1')
        assert _sleep.complaints(machine) == ''
        machine.power_off()


# What the host does meanwhile

def test_suspend_stop_and_continue(boot):
    """A machine that is paused while it is suspended still sleeps, and can be woken then, too."""
    with boot() as machine:
        machine.log_in()
        _sleep.start(machine)
        machine.qmp('stop')
        machine.qmp('cont')
        assert machine.qom_get(POWER, 'suspended') is True
        _sleep.wake_by_host(machine)
        _sleep.finish(machine)

        _sleep.start(machine)
        machine.qmp('stop')
        _sleep.wake_by_host(machine)
        machine.qmp('cont')
        _sleep.finish(machine)
        check_cores(machine, 4)
        machine.power_off()


def test_suspend_reset(boot):
    """A reset while suspended starts the guest anew, and it can be suspended again."""
    with boot() as machine:
        machine.log_in()
        first = machine.command('cat /proc/sys/kernel/random/boot_id')
        _sleep.start(machine)
        machine.qmp('system_reset')
        machine.log_in()
        assert machine.command('cat /proc/sys/kernel/random/boot_id') != first
        assert machine.qom_get(POWER, 'suspended') is False
        assert machine.qom_get(POWER, 'reset-reason') == 'host'
        assert _sleep.wake_reason(machine) == ''
        _sleep.cycle(machine)
        check_cores(machine, 4)
        machine.power_off()


@pytest.mark.parametrize('source', ['host', 'power-key'])
def test_suspend_save_and_load(boot, work, source):
    """Saved while it sleeps; the process that loads it wakes it."""
    state, source = work / 'state', SOURCES[source]
    with boot(name='source') as machine:
        machine.log_in()
        machine.command('echo kept > /tmp/kept')
        source.prepare(machine)
        _sleep.start(machine)
        machine.migrate_to(state)
    with boot('-incoming', f'file:{state}', name='target') as machine:
        machine.expect_event('RESUME')
        assert machine.qom_get(POWER, 'suspended') is True
        source.wake(machine)
        machine.expect_event('WAKEUP')
        machine.expect(r'end-42:0\r*\n')
        source.check(machine)
        assert _sleep.wake_reason(machine) == source.reason
        assert machine.command('cat /tmp/kept') == 'kept'
        check_cores(machine, 4)
        _sleep.cycle(machine)
        machine.power_off()


def test_suspend_load_in_place(boot, disk):
    """loadvm takes a running machine back into its sleep."""
    with boot(*emmc(disk)) as machine:
        machine.log_in()
        _sleep.start(machine)
        assert machine.human('savevm asleep') == ''
        _sleep.wake_by_host(machine)
        _sleep.finish(machine)
        assert machine.human('loadvm asleep') == ''
        assert machine.qom_get(POWER, 'suspended') is True
        assert _sleep.wake_reason(machine) == ''
        machine.qmp('system_wakeup')
        machine.expect(r'end-42:0\r*\n')
        check_cores(machine, 4)
        machine.power_off()
