# SPDX-License-Identifier: GPL-2.0-or-later
"""The kernels of the two guest legs.

stock: an unmodified Debian kernel, from its package.
driver: built once from Debian's newest Linux source with the options of
guest/kernel.config, which switches on what distributions leave off.
"""

import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from avpstool import apt, hostdeps, paths, state, steps, ui

LEGS = ('stock', 'driver')

STOCK_PACKAGE = r'linux-image-6\.12\.[\d.]+(\+deb\d+[\d.+]*)?-arm64(-unsigned)?'
SOURCE_PACKAGE = r'linux-source-(\d+)\.(\d+)'
OLDEST_SOURCE = (7, 2)

FRAGMENT = paths.GUEST_SOURCES / 'kernel.config'
KERNELS = paths.CACHE / 'kernel'
SOURCES = paths.CACHE / 'src'

# What is kept of a build, and where the build leaves it.
RESULTS = {
    'Image': 'arch/arm64/boot/Image',
    'config': '.config',
    'modules.builtin': 'modules.builtin',
    'modules.builtin.modinfo': 'modules.builtin.modinfo',
    'release': 'include/config/kernel.release',
}

# How many files a build compiles; only the progress display depends on it.
COMPILED_FILES = 2900

_COMPILED = re.compile(r'\s+(?:CC|AS|HOSTCC)\s+(\S+)')


@dataclass(frozen=True)
class Guest:
    """A kernel: the image that QEMU starts, the directory of its modules
    (which lists at least those that are built in), and its release."""

    leg: str
    image: Path
    modules: Path
    release: str


def ensure(leg='stock'):
    """The kernel of a leg, its image copied to build/guest/`leg`/Image."""
    if leg not in LEGS:
        raise ui.UsageError(f'--leg {leg}: there are only {" and ".join(LEGS)}')
    kernel = _stock() if leg == 'stock' else _driver()
    image = paths.GUEST / leg / 'Image'
    stamp = state.Stamp(image, kernel.image)
    if not stamp.current():
        with state.locked(paths.BUILD), state.fresh_file(image) as fresh:
            shutil.copyfile(kernel.image, fresh)
        stamp.set()
    return Guest(leg, image, kernel.modules, kernel.release)


# --- The stock leg ---------------------------------------------------------

def _stock():
    root = apt.unpack(apt.fetch('linux-stock', _stock_packages))
    image = next((root / 'boot').glob('vmlinuz-*'))
    release = image.name.removeprefix('vmlinuz-')
    return Guest('stock', image, root / 'usr/lib/modules' / release, release)


def _stock_packages(archive):
    """The generic flavour only; a signed image goes before its unsigned twin."""
    names = archive.names(STOCK_PACKAGE)
    listed = archive.binaries(*names) if names else []
    return sorted(listed, key=lambda package: package.name.endswith('-unsigned'))


# --- The driver leg --------------------------------------------------------

def _driver():
    source = fetch_driver_source()
    result = KERNELS / f'driver-{state.digest(source.version, FRAGMENT.read_text())}'
    if not result.exists():
        hostdeps.ensure()
        with state.locked(SOURCES):
            if not result.exists():  # another run may have built it while we waited
                _build(_source_tree(source), result)
    release = (result / 'release').read_text().strip()
    return Guest('driver', result / 'Image', result, release)


def fetch_driver_source():
    return apt.fetch('linux-source', _source_packages)


def driver_source_file(name):
    """A file of the source that the kernel of the driver leg is built from."""
    return _source_tree(fetch_driver_source()) / name


def _source_packages(archive):
    names = [name for name in archive.names(SOURCE_PACKAGE)
             if _source_version(name) >= OLDEST_SOURCE]
    return archive.binaries(*names) if names else []


def _source_version(name):
    return tuple(int(part) for part in re.fullmatch(SOURCE_PACKAGE, name).groups())


def _source_tree(source):
    tree = SOURCES / f'{source.name}_{source.version}'
    if not tree.exists():
        with state.locked(SOURCES):
            if not tree.exists():
                _unpack_source(source, tree)
    return tree


def _unpack_source(source, tree):
    package = apt.unpack(source)
    with state.fresh_directory(tree) as fresh:
        steps.unpack_tar(next(package.glob('usr/src/*.tar.xz')), fresh)
    shutil.rmtree(package)


def _build(tree, result):
    """Build in a directory that outlives an interruption: make continues."""
    objects = tree.with_name(tree.name + '.build')
    objects.mkdir(exist_ok=True)
    _configure(tree, objects)
    compiled = 0

    def watch(line, progress):
        nonlocal compiled
        found = _COMPILED.match(line)
        if found:
            compiled += 1
            progress.update(min(compiled, COMPILED_FILES - 1), COMPILED_FILES,
                            f'{compiled} of about {COMPILED_FILES} files  {found[1]}')

    _make('building the kernel of the driver leg', tree, objects, f'-j{os.cpu_count()}', 'Image',
          log='kernel-build', watch=watch)
    with state.fresh_directory(result) as fresh:
        for name, source in RESULTS.items():
            shutil.copyfile(objects / source, fresh / name)


def _configure(tree, objects):
    _make('configuring the kernel of the driver leg', tree, objects, 'allnoconfig',
          log='kernel-configure')
    config = objects / '.config'
    wanted = FRAGMENT.read_text()
    with open(config, 'a') as file:
        file.write(wanted)
    _make('applying guest/kernel.config', tree, objects, 'olddefconfig', log='kernel-configure')
    lost = _lost_options(wanted, config.read_text())
    if lost:
        raise ui.UserError(f'{tree.name} does not accept {", ".join(lost)}: correct '
                           'guest/kernel.config for this version of Linux')


def _lost_options(wanted, config):
    """The lines of a fragment that a configuration does not follow."""
    got = set(config.splitlines())
    lost = []
    for line in wanted.splitlines():
        option, is_off = line.removesuffix('=n'), line.endswith('=n')
        if not line.startswith('CONFIG_'):
            continue
        if any(entry.startswith(f'{option}=') for entry in got) if is_off else line not in got:
            lost.append(line)
    return lost


def _make(what, tree, objects, *targets, log, watch=None):
    steps.run(what, ['nice', 'make', '-C', tree, f'O={objects}', 'ARCH=arm64',
                     'CROSS_COMPILE=aarch64-linux-gnu-', *targets],
              log=log, watch=watch, env={
                  # The same source and options give the same image.
                  'KBUILD_BUILD_TIMESTAMP': '1970-01-01', 'KBUILD_BUILD_USER': 'avps',
                  'KBUILD_BUILD_HOST': 'avps', 'KBUILD_BUILD_VERSION': '1',
                  'MAKEFLAGS': ''})
