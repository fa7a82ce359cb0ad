# SPDX-License-Identifier: GPL-2.0-or-later
"""Channels between the host and a guest: text consoles beside the main one, and data ports.

    with Port('data') as port:
        with boot('-device', 'virtio-serial-device', *port.of('virtserialport,name=data')) as machine:
            machine.command('echo hello > /dev/virtio-ports/data')
            port.expect('hello')
"""

import socket
import tempfile
from pathlib import Path

import pexpect
from pexpect import fdpexpect

from guest._machine import HANG_GUARD


class Port:
    """A socket that QEMU comes to: there is no moment at which it is not there yet."""

    def __init__(self, name):
        self.name = name
        self.directory = tempfile.TemporaryDirectory(prefix='avps-')
        self.socket = Path(self.directory.name) / name
        self.listener = socket.socket(socket.AF_UNIX)
        self._talk = None
        self._connection = None

    def __enter__(self):
        self.listener.bind(str(self.socket))
        self.listener.listen()
        self.listener.settimeout(HANG_GUARD)
        return self

    def __exit__(self, *_):
        self.hang_up()
        self.listener.close()
        self.directory.cleanup()

    def chardev(self):
        return ['-chardev', f'socket,id={self.name},path={self.socket}']

    def of(self, device):
        """QEMU's options for a device that has this port for its backend."""
        return [*self.chardev(), '-device', f'{device},chardev={self.name}']

    @property
    def connection(self):
        if self._connection is None:
            self._connection, _ = self.listener.accept()
        return self._connection

    @property
    def talk(self):
        """The port under pexpect."""
        if self._talk is None:
            self._talk = fdpexpect.fdspawn(self.connection.fileno(), timeout=HANG_GUARD,
                                           encoding='utf-8', codec_errors='replace')
            self._talk.delaybeforesend = None
        return self._talk

    def hang_up(self):
        """Ends this connection; the next QEMU makes another."""
        if self._connection is not None:
            self._connection.close()
        self._connection = self._talk = None

    def send(self, text):
        """Types a line."""
        self.talk.send(text + '\r')

    def expect(self, pattern):
        """Waits for a pattern; returns what came before it, with plain line ends."""
        try:
            self.talk.expect(pattern)
        except (pexpect.EOF, pexpect.TIMEOUT):
            raise AssertionError(f'{self.name} should have said {pattern!r}, it said '
                                 f'{self.talk.before!r}') from None
        return self.talk.before.replace('\r', '')

    def receive(self, size):
        """That many bytes."""
        data = bytearray()
        self.connection.settimeout(HANG_GUARD)
        while len(data) < size:
            part = self.connection.recv(size - len(data))
            assert part, f'{self.name} ended after {len(data)} of {size} bytes'
            data += part
        return bytes(data)

    def everything(self):
        """All that comes until the other end is closed."""
        self.connection.settimeout(HANG_GUARD)
        data = bytearray()
        while part := self.connection.recv(1 << 16):
            data += part
        return data.decode(errors='replace').replace('\r', '')
