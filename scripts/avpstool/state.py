# SPDX-License-Identifier: GPL-2.0-or-later
"""Work that survives interruption: locks, atomic results and stamps.

A result appears under its final name only when it is complete.  What an
interrupted run leaves behind carries a name that the next run sweeps away.
"""

import contextlib
import fcntl
import hashlib
import shutil
from pathlib import Path

from avpstool import ui

UNFINISHED = '.unfinished'

_held = {}


@contextlib.contextmanager
def locked(directory):
    """Keep other invocations out of `directory`; nests within a process."""
    if directory in _held:
        yield
        return
    try:
        directory.mkdir(parents=True, exist_ok=True)
        handle = open(directory / '.lock', 'w')
    except OSError as error:
        raise ui.UserError(f'{directory} cannot be written ({error.strerror}): make it '
                           'writable, or have the cache elsewhere with AVPS_CACHE') from error
    with handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            ui.say(f'waiting for another avps command that works in {directory}')
            fcntl.flock(handle, fcntl.LOCK_EX)
        _held[directory] = handle
        try:
            yield
        finally:
            del _held[directory]


def held_locks():
    """Descriptors that a child must inherit, so that a lock outlives us for
    as long as a child still writes."""
    return [handle.fileno() for handle in _held.values()]


def remove(path):
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _unfinished(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(path.name + UNFINISHED)
    remove(beside)
    return beside


@contextlib.contextmanager
def fresh_directory(path):
    """Yield an empty directory that becomes `path` when the block succeeds."""
    beside = _unfinished(path)
    beside.mkdir()
    yield beside
    remove(path)
    beside.rename(path)


@contextlib.contextmanager
def fresh_file(path):
    """Yield a name whose file becomes `path` when the block succeeds."""
    beside = _unfinished(path)
    yield beside
    beside.replace(path)


def _describe(item):
    """A text that changes when the input does.  Files are judged by size and
    time: reading them all would cost more than the check is worth."""
    if not isinstance(item, Path):
        return repr(item)
    if item.is_dir():
        return '\n'.join(_describe(entry) for entry in sorted(item.iterdir())
                         if entry.name != '__pycache__')
    status = item.stat()
    return f'{item} {status.st_size} {status.st_mtime_ns} {status.st_mode:o}'


def digest(*inputs):
    text = '\n'.join(_describe(item) for item in inputs)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


class Stamp:
    """Remembers beside a result which inputs it was made from."""

    def __init__(self, result, *inputs):
        self.result = result
        self.path = result.with_name(f'.{result.name}.stamp')
        self.digest = digest(*inputs)

    def current(self):
        return (self.result.exists() and self.path.exists()
                and self.path.read_text() == self.digest)

    def set(self):
        self.path.write_text(self.digest)
