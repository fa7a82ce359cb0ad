# SPDX-License-Identifier: GPL-2.0-or-later
"""A QEMU that is started only to be asked: it comes to a socket of ours, stopped."""

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
