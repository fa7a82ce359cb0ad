# SPDX-License-Identifier: GPL-2.0-or-later
"""QEMU for use inside the guest: Debian's own arm64 package on a disk.

It is too big for the initramfs.  The disk has the program, the libraries that
it is linked with, and `qemu`, which starts the one with the others:

    mount -t ext4 -o ro /dev/vda /mnt && /mnt/qemu -M virt,gic-version=3 -accel kvm ...
"""

import shutil
import tempfile
from pathlib import Path

from avpstool import apt, guestdisk, hostdeps, paths, state, steps

PACKAGE = 'qemu-system-arm'
PROGRAM = 'qemu-system-aarch64'
DISK = paths.GUEST / 'qemu.img'

START = f'''#!/bin/sh
here=${{0%/*}}
exec "$here/lib/{guestdisk.LOADER}" --library-path "$here/lib" "$here/{PROGRAM}" "$@"
'''


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
    for name, file in guestdisk.libraries(root / 'usr/bin' / PROGRAM, root).items():
        shutil.copy(file, content / 'lib' / name)
    shutil.copy(root / 'usr/bin' / PROGRAM, content)
    (content / 'qemu').write_text(START)
    (content / 'qemu').chmod(0o755)
    guestdisk.write(content, disk)
