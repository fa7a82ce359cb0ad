# SPDX-License-Identifier: GPL-2.0-or-later
"""QEMU for use inside the guest: Debian's own arm64 package on a disk.

It is too big for the initramfs.  The disk has the program, the libraries that
it is linked with, and `qemu`, which starts the one with the others:

    mount -t ext4 -o ro /dev/vda /mnt && /mnt/qemu -M virt,gic-version=3 -accel kvm ...
"""

import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from avpstool import apt, hostdeps, paths, state, steps, ui

PACKAGE = 'qemu-system-arm'
PROGRAM = 'qemu-system-aarch64'
LOADER = 'ld-linux-aarch64.so.1'
DISK = paths.GUEST / 'qemu.img'

START = f'''#!/bin/sh
here=${{0%/*}}
exec "$here/lib/{LOADER}" --library-path "$here/lib" "$here/{PROGRAM}" "$@"
'''

# What a file system needs beside the files
ROOM = 1.15


def fetch():
    return apt.fetch_with_needs(PACKAGE)


def ensure():
    """The disk, build/guest/qemu.img."""
    packages = fetch()
    stamp = state.Stamp(DISK, *packages.files, Path(__file__))
    if not stamp.current():
        hostdeps.ensure()
        with (state.locked(paths.BUILD), state.fresh_file(DISK) as fresh,
              tempfile.TemporaryDirectory() as directory):
            _make_disk(packages, Path(directory), fresh)
        stamp.set()
    return DISK


def _make_disk(packages, directory, disk):
    root, content = directory / 'root', directory / 'content'
    root.mkdir()
    for deb in packages.files:
        steps.unpack_deb(deb, root)
    (content / 'lib').mkdir(parents=True)
    for name, file in libraries(root / 'usr/bin' / PROGRAM, root).items():
        shutil.copy(file, content / 'lib' / name)
    shutil.copy(root / 'usr/bin' / PROGRAM, content)
    (content / 'qemu').write_text(START)
    (content / 'qemu').chmod(0o755)
    size = sum(file.stat().st_size for file in content.rglob('*')) * ROOM
    steps.disk_tool('mkfs.ext4', '-q', '-b', '4096', '-O', '^has_journal', '-m', '0', '-d', content,
                    disk, f'{int(size) >> 10}k')


def libraries(program, root):
    """The libraries that `program` is linked with, and those are in turn:
    a dictionary from their names to the files below `root`."""
    there = {file.name: file for file in sorted(root.glob('usr/lib/**/*.so*')) if file.exists()}
    linked, left = {}, [program]
    while left:
        for name in _needed(left.pop()):
            if name not in linked:
                if name not in there:
                    raise ui.UserError(f'{PACKAGE} needs {name}, which none of its packages has: '
                                       'fetch others by ./scripts/avps setup --update')
                linked[name] = there[name]
                left.append(there[name])
    return linked


def _needed(file):
    listing = subprocess.run(['aarch64-linux-gnu-readelf', '--dynamic', file], check=True,
                             stdout=subprocess.PIPE, text=True).stdout
    return re.findall(r'\(NEEDED\).*\[(.*)\]', listing)
