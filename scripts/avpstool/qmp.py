# SPDX-License-Identifier: GPL-2.0-or-later
"""A QEMU that is asked: one that is started for it and comes to a socket of ours, stopped, or one
that runs already and has a socket."""

import contextlib
import json
import socket
import subprocess
import tempfile
from pathlib import Path

from avpstool import steps, ui

# QEMU answers within seconds; one that does not waits for something itself.
SECONDS_TO_ANSWER = 120


class Ended(Exception):
    """QEMU has ended instead of answering; the text is what it said."""


class Refused(Exception):
    """QEMU has answered a command with an error; the text is what it said."""


class Running:
    """A machine with -qmp unix:PATH,server.  A context manager."""

    def __init__(self, path):
        self.path = str(path)
        self.resources = contextlib.ExitStack()
        self.stream = None

    def __enter__(self):
        connection = self.resources.enter_context(socket.socket(socket.AF_UNIX))
        connection.settimeout(SECONDS_TO_ANSWER)
        try:
            connection.connect(self.path)
        except OSError as error:
            self.resources.close()
            raise ui.UserError(f'no machine listens at {self.path}: start one with '
                               f'"-qmp unix:{self.path},server,nowait", or name the socket of one '
                               'that runs by --qmp') from error
        self.stream = self.resources.enter_context(connection.makefile('rw', encoding='utf-8'))
        self._read()
        self.ask('qmp_capabilities')
        return self

    def __exit__(self, *_):
        self.resources.close()

    def _read(self):
        """The next message.  A monitor serves one client at a time, and lets others wait."""
        try:
            line = self.stream.readline()
        except TimeoutError as error:
            raise ui.UserError(f'the machine at {self.path} does not answer: is another program '
                               'connected to its socket?') from error
        if not line:
            raise ui.UserError(f'the machine at {self.path} has ended')
        return json.loads(line)

    def ask(self, command, **arguments):
        """The answer to a command."""
        self.stream.write(json.dumps({'execute': command, 'arguments': arguments}) + '\n')
        self.stream.flush()
        while True:
            reply = self._read()
            if 'error' in reply:
                raise Refused(reply['error']['desc'])
            if 'return' in reply:
                return reply['return']


class Stopped:
    """QEMU, stopped before its first instruction.  A context manager."""

    def __init__(self, argv):
        self.argv = [str(word) for word in argv]
        self.resources = contextlib.ExitStack()
        self.process = self.stream = None
        self.said = ''      # once it has ended

    def __enter__(self):
        directory = self.resources.enter_context(tempfile.TemporaryDirectory(prefix='avps-'))
        path = Path(directory) / 'qmp'
        listener = self.resources.enter_context(socket.socket(socket.AF_UNIX))
        listener.bind(str(path))
        listener.listen()
        self.process = subprocess.Popen(
            [*steps.DIE_WITH_US, *self.argv, '-S', '-chardev', f'socket,id=avps-asks,path={path}',
             '-mon', 'chardev=avps-asks,mode=control'],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
            errors='replace')
        try:
            self._connect(listener)
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(self, *_):
        self.process.kill()
        self._wait()
        self.resources.close()

    def _connect(self, listener):
        listener.settimeout(0.1)
        for _ in range(SECONDS_TO_ANSWER * 10):
            with contextlib.suppress(TimeoutError):
                connection = self.resources.enter_context(listener.accept()[0])
                break
            if self.process.poll() is not None:
                raise Ended(self._wait())
        else:
            raise ui.UserError('QEMU does not start: if a chardev waits for a connection, '
                               'add wait=off to it')
        connection.settimeout(SECONDS_TO_ANSWER)
        self.stream = self.resources.enter_context(connection.makefile('rw', encoding='utf-8'))
        self._read()
        self.ask('qmp_capabilities')

    def _wait(self):
        """What QEMU has said when it has ended."""
        if not self.process.stderr.closed:
            self.said = self.process.communicate()[1].strip()
        return self.said

    def _read(self):
        try:
            line = self.stream.readline()
        except TimeoutError as error:
            raise ui.UserError('QEMU does not answer: if a chardev waits for a connection, '
                               'add wait=off to it') from error
        except OSError:
            line = ''
        if not line:
            raise Ended(self._wait())
        return json.loads(line)

    def ask(self, command, **arguments):
        """The answer to a command, or None where QEMU has none."""
        try:
            self.stream.write(json.dumps({'execute': command, 'arguments': arguments}) + '\n')
            self.stream.flush()
        except OSError as error:
            raise Ended(self._wait()) from error
        while True:
            reply = self._read()
            if 'return' in reply or 'error' in reply:
                return reply.get('return')

    def quit(self):
        """Ends it; returns what it has said on standard error."""
        with contextlib.suppress(Ended):
            self.ask('quit')
        return self._wait()

    def property(self, path, name):
        return self.ask('qom-get', path=path, property=name)

    def children(self, path):
        """{name: type} of the objects below one."""
        return {entry['name']: entry['type'][len('child<'):-1]
                for entry in self.ask('qom-list', path=path) or []
                if entry['type'].startswith('child<')}
