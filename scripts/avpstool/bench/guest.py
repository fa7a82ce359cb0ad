# SPDX-License-Identifier: GPL-2.0-or-later
"""A guest that stays up and runs commands, for what is measured more than once in it."""

import os
import re
import select
import subprocess
from pathlib import Path

from avpstool import ui

HANG_GUARD = 600        # seconds of silence
READY = 'avps-init: shell'
# No echo and no prompt, so that what comes back is output.
SILENCE = "stty -echo; PS1=''; dmesg -n 1"


class Guest:
    """One QEMU process with a shell on its console.  Leaving the context ends it."""

    def __init__(self, command):
        self.command_line = command
        self.process = None
        self.said = ''

    def __enter__(self):
        self.process = subprocess.Popen(
            self.command_line, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT)
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()

    def log_in(self):
        self.read_until(READY)
        self.run(SILENCE)

    def run(self, command):
        """The output of a shell command that has to succeed."""
        self.begin(command)
        return self.finish(command)

    def begin(self, command):
        # The shell's echo of this line does not match what the line prints.
        self.process.stdin.write(f'{command}; echo "end-$((40 + 2)):$?"\n'.encode())
        self.process.stdin.flush()

    def finish(self, command):
        found = self.read_until(r'end-42:(\d+)\r*\n')
        output = found.string[:found.start()].replace('\r', '').strip()
        if found[1] != '0':
            raise self._failure(f'`{command}` failed in the guest: {output}')
        return output

    def peak_memory(self):
        """MiB of resident memory at most so far."""
        status = Path(f'/proc/{self.process.pid}/status').read_text()
        return int(re.search(r'^VmHWM:\s+(\d+) kB$', status, re.M)[1]) / 1024

    def read_until(self, pattern):
        """Waits for a pattern in what the guest says; returns the match."""
        while not (found := re.search(pattern, self.said)):
            ready, _, _ = select.select([self.process.stdout], [], [], HANG_GUARD)
            chunk = os.read(self.process.stdout.fileno(), 65536) if ready else b''
            if not chunk:
                raise self._failure(f'the guest did not get to {pattern!r}: {self.said[-500:]}')
            self.said += chunk.decode(errors='replace')
        self.said = self.said[found.end():]
        return found

    def _failure(self, what):
        return ui.UserError(f'{what.rstrip()}\nrun "{" ".join(self.command_line)}" to see why')
