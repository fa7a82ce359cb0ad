# SPDX-License-Identifier: GPL-2.0-or-later
"""avps fuse: files for the lifecycle fuse of the machine (docs/devices/fuse.rst)."""

import os
import stat
import zlib
from pathlib import Path

from avpstool import ui

# More than a fuse file has
_ROOM = 64


def register(subparsers):
    parser = subparsers.add_parser(
        'fuse', help='make, show or blow a lifecycle fuse',
        description='A lifecycle fuse is a small file that turns a machine into a production one '
        'for good: ./scripts/avps run -- -machine lifecycle-fuse=FILE')
    parser.add_argument('action', choices=('new', 'show', 'blow'),
                        help='new: make an unblown one; show: print unblown, blown or damaged '
                        '(which counts as blown); blow: turn it into production for good')
    parser.add_argument('file', metavar='FILE')
    parser.set_defaults(main=main)


def main(args):
    path = Path(args.file)
    {'new': new, 'show': lambda path: print(state(path)), 'blow': blow}[args.action](path)
    return 0


def contents(blown):
    head = f'avps-fuse-1\nproduction={int(blown)}\n'.encode()
    return head + f'crc32={zlib.crc32(head):08x}\n'.encode()


def new(path):
    try:
        fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    except FileExistsError as error:
        raise ui.UserError(f'fuse new: {path} exists, and a fuse is made once: '
                           'give another name') from error
    except OSError as error:
        raise ui.UserError(f'fuse new: {path}: {error.strerror}') from error
    _write(fd, contents(blown=False))
    directory = os.open(path.parent, os.O_RDONLY)
    os.fsync(directory)
    os.close(directory)


def state(path):
    """unblown, blown, or damaged: whatever is neither."""
    fd = _open(path, os.O_RDONLY, 'show')
    with os.fdopen(fd, 'rb') as file:
        found = file.read(_ROOM)
    return {contents(False): 'unblown', contents(True): 'blown'}.get(found, 'damaged')


def blow(path):
    if state(path) == 'damaged':
        raise ui.UserError(f'fuse blow: {path} is damaged or no fuse: it counts as blown already, '
                           'make another with "avps fuse new"')
    # In place, as the machine does: whoever has it open sees it blown.
    _write(_open(path, os.O_WRONLY, 'blow'), contents(blown=True))


def _open(path, flags, action):
    try:
        fd = os.open(path, flags | os.O_NONBLOCK)
    except OSError as error:
        raise ui.UserError(f'fuse {action}: {path}: {error.strerror}: '
                           'make a fuse with "avps fuse new"') from error
    if not stat.S_ISREG(os.fstat(fd).st_mode):
        os.close(fd)
        raise ui.UserError(f'fuse {action}: {path} is no regular file: '
                           'make a fuse with "avps fuse new"')
    return fd


def _write(fd, data):
    try:
        os.write(fd, data)
        os.fsync(fd)
    finally:
        os.close(fd)
