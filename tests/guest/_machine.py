# SPDX-License-Identifier: GPL-2.0-or-later
"""A running machine: its console under pexpect, its monitor under QMP.

    with Machine(qemu, work, *boot.linux(), options='virtualization=off') as machine:
        machine.log_in()
        assert machine.command('nproc') == '4'
        machine.qmp('system_powerdown')
        machine.expect_exit()

Tests wait for what happens, never for a while; HANG_GUARD only ends one that would wait for ever.
"""

import contextlib
import sys
import tempfile
from pathlib import Path

import pexpect

from avpstool import paths

sys.path.append(str(paths.QEMU_SRC / 'python'))

HANG_GUARD = 300        # seconds of silence; the longest wait seen is a tenth of it
LOG_TAIL = 40           # lines of the console shown when a test fails

SHELL_READY = 'avps-init: shell'


# QEMU's options that put a console on the terminal
UART = ('-serial', 'stdio')
HVC = ('-device', 'virtio-serial-device', '-chardev', 'stdio,id=hvc0,signal=off',
       '-device', 'virtconsole,chardev=hvc0')
NO_CONSOLE = ()


class Machine:
    """One QEMU process.  A context manager: leaving it ends the process."""

    def __init__(self, qemu, work, *arguments, options='', machine='avps-ecu', name='console',
                 console=UART):
        self.work = Path(work)
        self.log_file = self.work / f'{name}.log'
        # Not in work: the path of a Unix socket may have 107 characters only.
        self.run_directory = tempfile.TemporaryDirectory(prefix='avps-')
        self.socket = Path(self.run_directory.name) / 'qmp'
        self.command_line = [
            str(qemu), '-M', ','.join(filter(None, [machine, options])),
            '-display', 'none', *console,
            '-chardev', f'socket,id=monitor,path={self.socket}',
            '-mon', 'chardev=monitor,mode=control', *map(str, arguments)]
        self.console = None
        self._monitor = None
        self._monitor_in_use = False

    def __enter__(self):
        from qemu.qmp.legacy import QEMUMonitorProtocol
        # QEMU comes to us: there is no moment at which the socket is not there yet.
        self._monitor = QEMUMonitorProtocol(str(self.socket), server=True)
        self.console = pexpect.spawn(self.command_line[0], self.command_line[1:], echo=False,
                                     timeout=HANG_GUARD, encoding='utf-8', codec_errors='replace')
        self.console.logfile_read = open(self.log_file, 'w', encoding='utf-8')
        self.console.delaybeforesend = None
        return self

    def __exit__(self, kind, value, trace):
        # When QEMU has ended, so has the connection.
        with contextlib.suppress(EOFError, OSError):
            self._monitor.close()
        self.console.close(force=True)
        self.console.logfile_read.close()
        self.run_directory.cleanup()
        if kind and issubclass(kind, (AssertionError, pexpect.ExceptionPexpect)):
            print(' '.join(self.command_line))
            print('\n'.join(self.log_file.read_text(encoding='utf-8').splitlines()[-LOG_TAIL:]))

    # Console

    def expect(self, *patterns):
        """Waits for one of the patterns; returns its number.  self.found is the match."""
        try:
            return self.console.expect(list(patterns))
        except pexpect.EOF:
            raise AssertionError(f'QEMU ended; it should have said {patterns}') from None
        except pexpect.TIMEOUT:
            raise AssertionError(f'silence; it should have said {patterns}') from None

    @property
    def found(self):
        return self.console.match

    @property
    def before(self):
        """What came before the last match, with plain line ends."""
        return self.console.before.replace('\r', '')

    def send(self, text):
        """Types a line."""
        self.console.send(text + '\r')

    def log_in(self):
        """Waits for the guest's shell and makes it silent: no echo, no prompt, no kernel lines."""
        self.expect(SHELL_READY)
        self.send("stty -echo; PS1=''; PS2=''; dmesg -n 1; echo quiet-$((40 + 2))")
        self.expect('quiet-42\r*\n')

    def start(self, text):
        """Lets a shell command of one line begin; result() waits for its end.

        Nothing is typed behind it: what arrives while the guest goes to sleep is lost.
        """
        self.send(f'echo begin-$((40 + 2)); {text}; echo end-$((40 + 2)):$?')

    def result(self):
        """(exit code, output) of the command that was started."""
        self.expect(r'begin-42\r*\n')
        self.expect(r'end-42:(\d+)\r*\n')
        return int(self.found[1]), self.before.strip()

    def try_command(self, text):
        """Runs a shell command in the guest; returns (exit code, output)."""
        self.send(f'echo begin-$((40 + 2)); {text}\r echo end-$((40 + 2)):$?')
        return self.result()

    def command(self, text):
        """Runs a shell command that has to succeed; returns its output."""
        code, output = self.try_command(text)
        assert code == 0, f'`{text}` ended with {code}: {output}'
        return output

    def wait_for(self, condition):
        """Waits until a shell command succeeds in the guest."""
        self.command(f'until {condition}; do sleep 0.1; done')

    # Monitor

    @property
    def monitor(self):
        if not self._monitor_in_use:
            self._monitor.accept(timeout=HANG_GUARD)
            self._monitor_in_use = True
        return self._monitor

    def qmp(self, command, **arguments):
        """Runs a QMP command; underscores in names of arguments stand for hyphens."""
        return self.monitor.cmd(command, **{k.replace('_', '-'): v for k, v in arguments.items()})

    def qmp_refusal(self, command, **arguments):
        """What QMP says to a command that it has to refuse."""
        from qemu.qmp import ExecuteError
        try:
            self.qmp(command, **arguments)
        except ExecuteError as refusal:
            return str(refusal)
        raise AssertionError(f'QMP carries out {command} {arguments}')

    def human(self, line):
        """Runs a line of the human monitor."""
        return self.qmp('human-monitor-command', command_line=line)

    def expect_event(self, name):
        """Waits for a QMP event of that name and returns its data."""
        while True:
            event = self.monitor.pull_event(wait=float(HANG_GUARD))
            if event['event'] == name:
                return event.get('data', {})

    def qom_get(self, path, name):
        return self.qmp('qom-get', path=path, property=name)

    def qom_set(self, path, name, value):
        self.qmp('qom-set', path=path, property=name, value=value)

    def guest_memory(self, address, size):
        """Physical memory, as the host sees it."""
        file = self.work / 'memory.bin'
        self.qmp('pmemsave', val=address, size=size, filename=str(file))
        return file.read_bytes()

    # End

    def expect_exit(self, code=0):
        """Waits for QEMU to end by itself, with that exit code."""
        try:
            self.console.expect(pexpect.EOF)
        except pexpect.TIMEOUT:
            raise AssertionError('QEMU should have ended') from None
        self.console.close()
        assert self.console.exitstatus == code, (
            f'QEMU ended with {self.console.exitstatus} (signal {self.console.signalstatus})')

    def power_off(self):
        """The guest powers off; QEMU ends."""
        self.send('poweroff -f')
        self.expect_exit()

    def migrate_to(self, file):
        """Saves the running machine to a file and stops it."""
        self.qmp('migrate-set-capabilities', capabilities=[{'capability': 'events', 'state': True}])
        self.qmp('migrate', uri=f'file:{file}')
        while self.expect_event('MIGRATION')['status'] != 'completed':
            pass
        self.qmp('quit')
        self.expect_exit()


def lines(text):
    """The lines of a command's output that are not empty."""
    return [line.strip() for line in text.splitlines() if line.strip()]
