# SPDX-License-Identifier: GPL-2.0-or-later
"""Disks for the guest with programs from Debian's arm64 packages, which are
too big for the initramfs."""

import re
import subprocess

from avpstool import steps, ui

LOADER = 'ld-linux-aarch64.so.1'

# What a file system needs beside the files
ROOM = 1.15


def libraries(program, root):
    """The libraries that `program` is linked with, and those are in turn:
    a dictionary from their names to the files below `root`."""
    there = {file.name: file for file in sorted(root.glob('usr/lib/**/*.so*')) if file.exists()}
    linked, left = {}, [program]
    while left:
        for name in _needed(left.pop()):
            if name not in linked:
                if name not in there:
                    raise ui.UserError(f'{program.name} needs {name}, which none of its packages '
                                       'has: fetch others by ./scripts/avps setup --update')
                linked[name] = there[name]
                left.append(there[name])
    return linked


def _needed(file):
    listing = subprocess.run(['aarch64-linux-gnu-readelf', '--dynamic', file], check=True,
                             stdout=subprocess.PIPE, text=True).stdout
    return re.findall(r'\(NEEDED\).*\[(.*)\]', listing)


def write(content, disk):
    """Make the image `disk`, an ext4 with the files of the directory `content`."""
    size = sum(file.stat().st_size for file in content.rglob('*')) * ROOM
    steps.disk_tool('mkfs.ext4', '-q', '-b', '4096', '-O', '^has_journal', '-m', '0', '-d', content,
                    disk, f'{int(size) >> 10}k')
