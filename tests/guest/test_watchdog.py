# SPDX-License-Identifier: GPL-2.0-or-later
"""The watchdog under the driver of an unmodified Debian kernel, and what becomes of the machine.

Timeouts are far away wherever the watchdog is not meant to expire, so that a slow host does not
let it.  What the driver does to the registers is read from a trace.
"""

import re

from avpstool import kernel
from guest import _programs
from guest._machine import lines
from guest._use import driver_of

WATCHDOG = '/machine/soc/watchdog0'
DEVICE = '/dev/watchdog0'
SYSFS = '/sys/class/watchdog/watchdog0'
PLATFORM_DEVICE = '/sys/bus/platform/devices/b100000.watchdog'

FREQUENCY = 62500000
FAR = 1000              # seconds; action=0 has each stage last half of it
CARD_RESET = '32'       # WDIOF_CARDRESET

# Registers of the control frame
WCS, WOR, WOR_HIGH = 0x0, 0x8, 0xc

SELFTEST = 'tools/testing/selftests/watchdog/watchdog-test.c'


class Accesses:
    """The driver's writes, as QEMU traces them."""

    def __init__(self, work):
        self.file = work / 'trace'
        self.options = ['-D', str(self.file), '-trace', 'avps_gwdt_*_write']

    def _all(self, frame):
        return [(int(offset, 16), int(value, 16)) for offset, value in re.findall(
            rf'avps_gwdt_{frame}_write offset (\S+) value (\S+)', self.file.read_text())]

    def refreshes(self):
        """How often WRR was written."""
        return len(self._all('refresh'))

    def last(self, register):
        """The value that a register of the control frame has by the last write to it."""
        return [value for offset, value in self._all('control') if offset == register][-1]

    def offset(self):
        """The watchdog's offset, counter ticks."""
        return self.last(WOR_HIGH) << 32 | self.last(WOR)


def state(machine, name):
    return machine.qmp('qom-get', path=WATCHDOG, property=name)


def attribute(machine, name):
    return machine.command(f'cat {SYSFS}/{name}')


def reload_driver(machine, parameters):
    machine.command(f'modprobe -r sbsa_gwdt && modprobe sbsa_gwdt {parameters}')


def start(machine):
    """Opens the device in the guest's shell: that starts the watchdog."""
    machine.command(f'exec 3> {DEVICE}')
    assert state(machine, 'enabled')


def test_stock_watchdog(boot, work):
    """What every watchdog program does, and what the driver makes of it."""
    accesses = Accesses(work)
    with boot(*accesses.options) as machine:
        machine.log_in()
        assert driver_of(machine, PLATFORM_DEVICE) == 'sbsa-gwdt'
        assert attribute(machine, 'identity') == 'SBSA Generic Watchdog'
        assert attribute(machine, 'bootstatus') == '0'
        assert attribute(machine, 'state') == 'inactive'
        assert not state(machine, 'enabled')

        reload_driver(machine, f'timeout={FAR}')
        assert attribute(machine, 'timeout') == str(FAR)
        assert accesses.offset() == FREQUENCY // 2 * FAR
        start(machine)
        assert attribute(machine, 'state') == 'active'
        assert accesses.last(WCS) == 1

        # A ping is a write to WRR.
        before = accesses.refreshes()
        machine.command('echo >&3')
        assert accesses.refreshes() == before + 1

        # The time that the driver tells is the time that is left of both stages.
        stage = FAR / 2
        at_most = state(machine, 'remaining-ns') / 1e9 + stage
        left = int(attribute(machine, 'timeleft'))
        at_least = state(machine, 'remaining-ns') / 1e9 + stage
        assert at_least - 1 <= left <= at_most

        # Only who says so first may close the device and stop the watchdog by it.
        machine.command('exec 3>&-')
        assert state(machine, 'enabled')
        assert attribute(machine, 'state') == 'active'
        start(machine)
        machine.command('printf V >&3; exec 3>&-')
        assert not state(machine, 'enabled')
        assert attribute(machine, 'state') == 'inactive'
        machine.power_off()


def test_stock_watchdog_nowayout(boot):
    with boot() as machine:
        machine.log_in()
        reload_driver(machine, f'nowayout=1 timeout={FAR}')
        assert attribute(machine, 'nowayout') == '1'
        start(machine)
        machine.command('printf V >&3; exec 3>&-')
        assert state(machine, 'enabled')
        assert attribute(machine, 'state') == 'active'


def test_stock_watchdog_selftest(boot, work):
    """The watchdog program among the kernel's own self-tests."""
    accesses = Accesses(work)
    program = _programs.compile_source(kernel.driver_source_file(SELFTEST), work)
    with boot(*accesses.options, *_programs.disk(program)) as machine:
        machine.log_in()
        selftest = f'{_programs.install(machine, program.name)} -f {DEVICE}'

        information = machine.command(f'{selftest} -i')
        assert 'SBSA Generic Watchdog' in information
        for ability in ('Set timeout', 'magic close', 'Keep alive'):
            assert ability in information
        assert lines(machine.command(f'{selftest} -b')) == [
            'Last boot is caused by: Power-On-Reset']

        assert lines(machine.command(f'{selftest} -t {FAR} -T')) == [
            f'Watchdog timeout set to {FAR} seconds.', f'WDIOC_GETTIMEOUT returns {FAR} seconds.']
        assert accesses.offset() == FREQUENCY // 2 * FAR
        left = machine.command(f'{selftest} -L')
        assert 0 < int(re.fullmatch(r'WDIOC_GETTIMELEFT returns (\d+) seconds.', left)[1]) <= FAR

        # Off and on again by ioctl, then pings until it is told to end.
        machine.command(f'{selftest} -d -T')
        assert accesses.last(WCS) == 0
        before = accesses.refreshes()
        machine.send(f'{selftest} -d -e -p 1 > /tmp/log & PROGRAM=$!')
        machine.wait_for('grep -q "\\.\\.\\." /tmp/log')
        assert accesses.refreshes() >= before + 3
        assert state(machine, 'enabled')
        machine.command('kill $PROGRAM; wait $PROGRAM; true')
        assert 'Stopping watchdog ticks...' in machine.command('cat /tmp/log')
        assert not state(machine, 'enabled')
        machine.power_off()


def check_after_reset(machine):
    """The guest is there again, and its driver knows why."""
    machine.log_in()
    assert attribute(machine, 'bootstatus') == CARD_RESET
    assert attribute(machine, 'state') == 'inactive'
    assert not state(machine, 'enabled')


def test_stock_watchdog_resets(boot):
    """Nobody pings: the machine starts again, and the next start has nothing of it."""
    with boot() as machine:
        machine.log_in()
        reload_driver(machine, 'timeout=1')
        machine.send(f'exec 3> {DEVICE}')
        check_after_reset(machine)
        machine.send('reboot -f')
        machine.log_in()
        assert attribute(machine, 'bootstatus') == '0'
        machine.power_off()


def test_stock_watchdog_panic(boot):
    """With action=1 the first stage is a panic, and the second one a reset."""
    with boot() as machine:
        machine.log_in()
        reload_driver(machine, f'action=1 timeout={FAR}')
        start(machine)
        machine.qom_set(WATCHDOG, 'expire', True)
        machine.expect('Kernel panic - not syncing: SBSA Generic Watchdog timeout')
        machine.expect('end Kernel panic')
        assert state(machine, 'ws0') and not state(machine, 'ws1')
        machine.qom_set(WATCHDOG, 'expire', True)
        check_after_reset(machine)
        assert 'SBSA Generic Watchdog timeout' in machine.command('cat /sys/fs/pstore/dmesg*')
        machine.power_off()


def test_stock_watchdog_panic_by_itself(boot):
    """The same when nobody but time lets it expire."""
    with boot() as machine:
        machine.log_in()
        reload_driver(machine, 'action=1 timeout=1')
        machine.send(f'exec 3> {DEVICE}')
        machine.expect('Kernel panic - not syncing: SBSA Generic Watchdog timeout')
        check_after_reset(machine)
        machine.power_off()
