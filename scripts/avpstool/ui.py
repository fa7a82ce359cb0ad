# SPDX-License-Identifier: GPL-2.0-or-later
"""What the user sees: messages, progress, and errors of one sentence.

All of it goes to standard error, so that the output of a command (a device
tree, a guest's console) stays clean.
"""

import os
import shutil
import sys
import time

# A step that is over sooner than this is not worth a line.
QUIET_SECONDS = 1.0


class UserError(Exception):
    """A sentence for the user that names the problem and the way out."""

    exit_code = 1


class UsageError(UserError):
    """The command line itself is wrong."""

    exit_code = 2


def say(text):
    print(text, file=sys.stderr, flush=True)


def colored():
    """Does the user want colours on standard output?"""
    return sys.stdout.isatty() and not os.environ.get('NO_COLOR')


def duration(seconds):
    minutes, rest = divmod(round(seconds), 60)
    return f'{minutes} min {rest:02d} s' if minutes else f'{seconds:.1f} s'


def mebibytes(count):
    return f'{count / (1 << 20):.1f} MiB'


class Progress:
    """One step's progress: a line rewritten in place on a terminal, a line
    for every further tenth anywhere else."""

    def __init__(self, what):
        self.what = what
        self.start = time.monotonic()
        self.tenth = -1
        self.shown = False
        self.tty = sys.stderr.isatty()

    def __enter__(self):
        return self

    def __exit__(self, failure, *_):
        if failure is None:
            outcome = 'done in'
        else:
            outcome = 'interrupted after' if failure is KeyboardInterrupt else 'failed after'
        self._show(f'{outcome} {duration(self.elapsed)}', last=True)

    @property
    def elapsed(self):
        return time.monotonic() - self.start

    def update(self, done, total, text=None):
        """Show that `done` of `total` is reached; `text` says it in words."""
        fraction = min(done / total, 1.0) if total else 0.0
        if self.elapsed < QUIET_SECONDS:
            return
        tenth = int(fraction * 10)
        if not self.tty and tenth <= self.tenth:
            return
        self.tenth = tenth
        self._show(f'{fraction:4.0%}  {text or f"{done} of {total}"}')

    def update_bytes(self, done, total):
        self.update(done, total, f'{mebibytes(done)} of {mebibytes(total)}')

    def _show(self, state, last=False):
        if last and not self.shown and self.elapsed < QUIET_SECONDS:
            return
        self.shown = True
        line = f'{self.what}: {state}'
        if self.tty:
            width = shutil.get_terminal_size().columns - 1
            sys.stderr.write(f'\r\033[K{line[:width]}' + ('\n' if last else ''))
        else:
            sys.stderr.write(line + '\n')
        sys.stderr.flush()
