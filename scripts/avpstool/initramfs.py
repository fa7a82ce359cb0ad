# SPDX-License-Identifier: GPL-2.0-or-later
"""The guest's root file system: busybox, kernel modules, and what is in
guest/, packed without root or any tool of the system's."""

import subprocess
import tempfile
from pathlib import Path

from avpstool import apt, cpio, drivers, hostdeps, kernel, modules, paths, state, ui

ROOTFS = paths.GUEST_SOURCES / 'rootfs'
TOOLS = paths.GUEST_SOURCES / 'tools'
MODULES_LIST = paths.GUEST_SOURCES / 'modules.list'

COMPILER = ['aarch64-linux-gnu-gcc', '-static', '-O2', '-s', '-Wall', '-Wextra']

DIRECTORIES = ['dev', 'mnt', 'proc', 'root', 'run', 'sys', 'tmp', 'usr/bin', 'usr/lib',
               'usr/sbin', 'var']


def ensure(leg='stock'):
    """The initramfs of a leg, build/guest/`leg`/initramfs.cpio.gz."""
    guest = kernel.ensure(leg)
    busybox = _busybox()
    result = paths.GUEST / leg / 'initramfs.cpio.gz'
    recipe = [Path(module.__file__) for module in (cpio, drivers, modules)] + [Path(__file__)]
    stamp = state.Stamp(result, guest.image, busybox, MODULES_LIST, ROOTFS, TOOLS, *recipe)
    if not stamp.current():
        hostdeps.ensure()
        with (state.locked(paths.BUILD), state.fresh_file(result) as fresh,
              ui.Progress(f'packing the initramfs of the {leg} leg')):
            fresh.write_bytes(_pack(guest, busybox))
        stamp.set()
    return result


def _busybox():
    return apt.unpack(apt.fetch_package('busybox-static')) / 'usr/bin/busybox'


def _pack(guest, busybox):
    archive = cpio.Archive()
    for name in DIRECTORIES:
        archive.directory(name)
    for name in ('bin', 'lib', 'sbin'):
        archive.symlink(name, f'usr/{name}')
    archive.character_device('dev/console', 5, 1, 0o600)
    archive.character_device('dev/null', 1, 3, 0o666)
    archive.file('usr/bin/busybox', busybox.read_bytes(), 0o755)
    archive.symlink('usr/bin/sh', 'busybox')
    _add_modules(archive, guest)
    archive.file('etc/avps/drivers', _driver_table(guest).encode())
    for program in sorted(path for path in TOOLS.iterdir() if path.is_dir()):
        archive.file(f'usr/bin/{program.name}', _compile(program), 0o755)
    archive.tree(ROOTFS)
    return archive.compressed()


def _add_modules(archive, guest):
    """The modules of guest/modules.list with all that they need, and the two
    lists by which modprobe finds what a device asks for."""
    known = modules.Modules(guest.modules)
    directory = f'usr/lib/modules/{guest.release}'
    names = known.load_order(modules.read_list(MODULES_LIST))
    for name in names:
        archive.file(f'{directory}/{known.file_name(name)}', known.data(name))
    archive.file(f'{directory}/modules.dep', ''.join(
        f'{known.file_name(name)}: '
        f'{" ".join(known.file_name(needed) for needed in known.dependencies(name))}\n'
        for name in names).encode())
    archive.file(f'{directory}/modules.alias', ''.join(
        f'alias {pattern} {name}\n'
        for name in names for pattern in known.aliases(name)).encode())


def _driver_table(guest):
    """Reading all modules of a kernel takes seconds: keep what it gave."""
    key = state.digest(guest.release, guest.image.stat().st_size,
                       Path(drivers.__file__).read_text())
    kept = kernel.KERNELS / f'drivers-{key}'
    if not kept.exists():
        with state.fresh_file(kept) as fresh:
            fresh.write_text(drivers.table(guest.image, guest.modules))
    return kept.read_text()


def _compile(program):
    """One program of all the C files in a directory."""
    with tempfile.TemporaryDirectory() as directory:
        binary = Path(directory) / program.name
        result = subprocess.run([*COMPILER, '-o', binary, *sorted(program.glob('*.c'))],
                                check=False)
        if result.returncode != 0:
            raise ui.UserError(f'{program} does not compile: correct it')
        return binary.read_bytes()
