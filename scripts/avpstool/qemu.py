# SPDX-License-Identifier: GPL-2.0-or-later
"""QEMU: its source, our overlay on it, and the build."""

import hashlib
import platform
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from avpstool import apt, hostdeps, overlay, paths, state, steps, ui

PYTHON = '/usr/bin/python3'
DEFAULT_VERSION = '10.0'
OLDEST_MESON = '1.5'

# Debian's tree lacks firmware blobs and python wheels; these patches of
# Debian's own make it configure without them.
DEBIAN_PATCHES = ['skip-unpack-edk2-blobs.patch', 'disable-pycotap.patch']

# Features are named one by one: what the build machine happens to have
# installed must not change the result.
CONFIGURE = [
    f'--python={PYTHON}', '--cc=ccache gcc', '--target-list=aarch64-softmmu',
    '--with-devices-aarch64=avps', '--without-default-features', '--disable-install-blobs',
    '--enable-system', '--enable-tools', '--enable-tcg', '--enable-plugins', '--enable-fdt=system',
    '--enable-slirp', '--enable-pixman', '--enable-png', '--enable-vnc', '--enable-opengl',
    '--enable-virglrenderer', '--enable-virtfs', '--enable-attr', '--enable-cap-ng',
    '--enable-gnutls', '--enable-tpm', '--enable-vhost-kernel', '--enable-vhost-net',
    '--enable-vhost-user', '--enable-vhost-crypto', '--enable-vhost-vdpa',
    '--enable-vhost-user-blk-server', '--enable-vvfat', '--enable-malloc-trim',
    '--enable-coroutine-pool',
]
SANITIZERS = ['--enable-asan', '--enable-ubsan']

TARGETS = ['qemu-system-aarch64', 'qemu-img']
UPSTREAM_TEST_TARGETS = [
    'storage-daemon/qemu-storage-daemon', 'tests/qtest/device-introspect-test',
    'tests/qtest/qom-test', 'tests/qtest/qos-test', 'tests/qtest/test-hmp',
]


@dataclass(frozen=True)
class Branch:
    """A branch of QEMU that we build on, and where Debian serves it."""

    version: str
    archive: apt.Archive
    tree: Path
    build: Path


BRANCHES = {
    '10.0': Branch('10.0', apt.STABLE, paths.QEMU_SRC, paths.QEMU_BUILD),
    '10.2': Branch('10.2', apt.UNSTABLE, paths.BUILD / 'qemu-10.2-src', paths.BUILD / 'qemu-10.2'),
}

VERSIONS = tuple(BRANCHES)


def ensure(qemu_src=None, version=DEFAULT_VERSION, sanitize=False, tests=False):
    """Build QEMU with our machine in it; return the path of the emulator.

    `qemu_src` is a tree of the user's, else one of the branch `version` is
    fetched.  `sanitize` builds with ASan and UBSan, `tests` adds the qtests.
    """
    tree, build = _place(qemu_src, version, sanitize)
    if qemu_src:
        _check_tree(tree)
    hostdeps.ensure()
    with state.locked(paths.BUILD):
        if not qemu_src:
            _fetch_tree(BRANCHES[version])
        _overlay(tree, say=bool(qemu_src))
        _configure(tree, build, _configure_options(tree, sanitize, own_tree=bool(qemu_src)))
        _compile(build, TARGETS)
        if tests:
            _compile(build, UPSTREAM_TEST_TARGETS + _own_tests(build))
    return build / 'qemu-system-aarch64'


def fetch(version=DEFAULT_VERSION):
    """Only fetch and unpack the source of a branch."""
    with state.locked(paths.BUILD):
        _fetch_tree(BRANCHES[version])
        _meson()


def _place(qemu_src, version, sanitize):
    """The source tree and the build directory of a variant."""
    if qemu_src:
        tree = Path(qemu_src).resolve()
        build = paths.BUILD / f'qemu-{hashlib.sha256(str(tree).encode()).hexdigest()[:8]}'
    elif version in BRANCHES:
        tree, build = BRANCHES[version].tree, BRANCHES[version].build
    else:
        raise ui.UsageError(f'--qemu-version {version}: only {" and ".join(VERSIONS)} can be '
                            'fetched, give any other tree with --qemu-src DIR')
    return tree, build.with_name(build.name + '-sanitize') if sanitize else build


def _check_tree(tree):
    file = tree / 'VERSION'
    if not file.is_file() or not (tree / 'configure').is_file():
        raise ui.UserError(f'--qemu-src: {tree} is not a QEMU source tree: '
                           'give the directory that holds its "configure"')
    version = file.read_text().strip()
    if not version.startswith(tuple(f'{branch}.' for branch in VERSIONS)):
        ui.say(f'warning: {tree} is QEMU {version}; only {".x and ".join(VERSIONS)}.x are tested')


# --- Source ----------------------------------------------------------------

def _fetch_tree(branch):
    if branch.tree.exists():
        return
    try:
        source = apt.fetch(f'qemu-{branch.version}', lambda archive: _of_branch(branch, archive),
                           branch.archive, source=True)
    except (apt.NotServed, steps.Failed) as error:
        raise ui.UserError(f'QEMU {branch.version} cannot be fetched from the package archive: '
                           'check the network, or unpack a source of it yourself and give its '
                           'directory with --qemu-src DIR') from error
    with state.fresh_directory(branch.tree) as tree:
        steps.unpack_tar(source.file('.orig.tar.xz'), tree)
        for patch in _debian_patches(source.file('.debian.tar.xz')):
            steps.run('patching QEMU', ['patch', '-d', tree, '-p1', '-i', patch], log='qemu-patch')


def _of_branch(branch, archive):
    pattern = re.compile(rf'(\d+:)?{re.escape(branch.version)}\.')
    return [package for package in archive.sources('qemu') if pattern.match(package.version)]


def _debian_patches(tarball):
    directory = apt.UNPACKED / tarball.name.removesuffix('.tar.xz')
    if not directory.exists():
        with state.fresh_directory(directory) as fresh:
            steps.unpack_tar(tarball, fresh)
    patches = [directory / 'patches' / name for name in DEBIAN_PATCHES]
    return [patch for patch in patches if patch.exists()]


def _overlay(tree, say):
    changed = overlay.apply(tree)
    if changed and say:
        ui.say(f'laid avps-ecu over {tree}: {", ".join(changed)}')


# --- Build -----------------------------------------------------------------

def _meson():
    """The directory of a meson that is new enough, unpacked privately."""
    package = apt.unpack(apt.fetch_package('meson'))
    return package / 'usr/lib/python3/dist-packages'


def _environment(build):
    return {
        'PYTHONPATH': str(_meson()),
        'CCACHE_DIR': str(paths.CACHE / 'ccache'),
        'CCACHE_MAXSIZE': '10G',
        # Let all clones of this repository share what they compiled.
        'CCACHE_BASEDIR': str(build.parent),
        'CCACHE_NOHASHDIR': '1',
    }


def _configure_options(tree, sanitize, own_tree):
    options = list(CONFIGURE)
    if not own_tree:
        options.append('--enable-werror')  # these trees compile without a warning
    # 10.2 always has it, on a host that can.
    if platform.machine() == 'x86_64' and "'avx2'" in (tree / 'meson_options.txt').read_text():
        options.append('--enable-avx2')
    if sanitize:
        options += SANITIZERS
    # A git tree may still lack the subprojects that a release has inside.
    complete = (tree / 'subprojects/keycodemapdb/meson.build').exists()
    options.append('--disable-download' if complete else '--enable-download')
    return options


def _configure(tree, build, options):
    stamp = state.Stamp(build / 'build.ninja', str(tree), *options)
    if stamp.current():
        return
    build.mkdir(parents=True, exist_ok=True)
    for leftover in ('build.ninja', 'meson-private', 'meson-info', 'pyvenv', 'config.status'):
        state.remove(build / leftover)
    steps.run(f'configuring QEMU in {build.name}', [tree / 'configure', *options],
              log=f'{build.name}-configure', cwd=build, env=_environment(build))
    stamp.set()


def _compile(build, targets):
    steps.run(f'building QEMU in {build.name}', ['ninja', *targets], log=f'{build.name}-build',
              cwd=build, env={**_environment(build), 'NINJA_STATUS': '[%f/%t] '},
              watch=steps.watch_ninja,
              advice='if the tree was changed by hand, undo that; otherwise run it again')


def _own_tests(build):
    """The executables that our tests/qtest/meson.build declares."""
    listing = subprocess.run(['ninja', '-t', 'targets', 'all'], cwd=build, check=True,
                             stdout=subprocess.PIPE, text=True).stdout
    return re.findall(r'^(tests/qtest/avps/[\w-]+): \w+_LINKER\b', listing, re.MULTILINE)


# --- Command ---------------------------------------------------------------

def add_source_options(parser):
    """The options by which every command chooses the QEMU that it uses."""
    group = parser.add_argument_group('which QEMU')
    group.add_argument('--qemu-src', metavar='DIR', help='use this QEMU source tree')
    group.add_argument('--qemu-version', metavar='VERSION', default=DEFAULT_VERSION,
                       help=f'fetch this branch: {", ".join(VERSIONS)} (default: %(default)s)')
    group.add_argument('--sanitize', action='store_true', help='build with ASan and UBSan')


def ensure_from(args, tests=False):
    return ensure(args.qemu_src, args.qemu_version, args.sanitize, tests)
