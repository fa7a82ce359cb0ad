# SPDX-License-Identifier: GPL-2.0-or-later
"""The trusted boot chain: TF-A, OP-TEE and U-Boot, and OP-TEE's own tests.

TF-A is built from Debian's source for its platform "qemu", whose memory map is
the machine's; no package has it.  OP-TEE and U-Boot are Debian's binaries.
Each step starts the next: BL1 and BL2 of TF-A from flash, BL31 at EL3, OP-TEE
at the secure EL1, U-Boot at EL2.

The tests come on a disk for the guest:

    mount -o ro /dev/vdb /mnt && /mnt/xtest -t regression
"""

import os
import shutil
import tempfile
from pathlib import Path

from avpstool import apt, guestdisk, hostdeps, inputs, paths, state, steps, ui

IMAGE = paths.FIRMWARE / 'trust.bin'
TESTS = paths.GUEST / 'optee-tests.img'

# What Debian's OP-TEE was built for: CFG_TEE_CORE_NB_CORE
MAX_CORES = 4
# TF-A's platform has U-Boot at 512 MiB above the start of RAM.
MIN_MEMORY = 768 << 20
# A core of the machine that is not among those of TF-A's platform
CPUS_UNKNOWN = ('cortex-a35',)

TFA_OPTIONS = [
    'PLAT=qemu', 'QEMU_USE_GIC_DRIVER=QEMU_GICV3', 'SPD=opteed', 'BL32_RAM_LOCATION=tdram',
    'CROSS_COMPILE=aarch64-linux-gnu-',
    # The same source gives the same image.
    'BUILD_MESSAGE_TIMESTAMP="avps"',
]
OPTEE_PLATFORM = 'usr/lib/optee/vexpress-qemu_armv8a'

# Starts OP-TEE's tests: they look for everything where Debian has it.
START = '''#!/bin/sh
if ! pidof tee-supplicant > /dev/null; then
	cp -a "${0%/*}/usr" / && tee-supplicant -d || exit 1
fi
exec /usr/bin/xtest "$@"
'''


def fetch():
    """Everything from the archive.  The tests are of OP-TEE's version: its
    trusted applications are signed for that one only."""
    optee = apt.fetch_package('optee-os')
    tests = apt.fetch_with_needs('optee-test-qemu')
    if _upstream(tests.version) != _upstream(optee.version):
        raise ui.UserError(f'OP-TEE {optee.version} and its tests {tests.version} do not fit: '
                           'fetch both anew with ./scripts/avps setup --update')
    return _fetch_tfa(), optee, tests, apt.fetch_with_needs('tee-supplicant')


def _fetch_tfa():
    return apt.fetch('arm-trusted-firmware',
                     lambda archive: archive.sources('arm-trusted-firmware'), source=True)


def _upstream(version):
    return version.partition('-')[0]


def check(args):
    """Refuse options of a user that cannot work with this chain."""
    if args.firmware:
        raise ui.UsageError(f'--firmware {args.firmware}: --trust brings TF-A, OP-TEE and U-Boot; '
                            'leave one of the two out')
    if args.smp is not None and args.smp > MAX_CORES:
        raise ui.UsageError(f'--smp {args.smp}: the OP-TEE of --trust was built for {MAX_CORES} '
                            f'cores; give up to {MAX_CORES}, or firmware of yours with '
                            '--secure --firmware FILE')
    if args.cpu in CPUS_UNKNOWN:
        raise ui.UsageError(f'--cpu {args.cpu}: the TF-A of --trust does not know this core; '
                            'give another')
    if args.memory is not None and inputs.size(args.memory) < MIN_MEMORY:
        raise ui.UsageError(f'--memory {args.memory}: the TF-A of --trust has U-Boot 512 MiB above '
                            f'the start of RAM; give {MIN_MEMORY >> 20}M or more')


# --- The firmware ----------------------------------------------------------

def ensure():
    """The contents of flash bank 0, build/firmware/trust.bin."""
    source = _fetch_tfa()
    optee = apt.unpack(apt.fetch_package('optee-os')) / OPTEE_PLATFORM
    u_boot = (apt.unpack(apt.fetch_package('u-boot-qemu'))
              / 'usr/lib/u-boot/qemu_arm64/u-boot.bin')
    stamp = state.Stamp(IMAGE, *source.files, optee, u_boot, Path(__file__))
    if not stamp.current():
        hostdeps.ensure()
        with (state.locked(paths.BUILD), state.fresh_file(IMAGE) as fresh,
              tempfile.TemporaryDirectory() as directory):
            tree = Path(directory) / 'tf-a'
            _unpack_source(source, tree)
            _build(tree, optee, u_boot, fresh)
        stamp.set()
    return IMAGE


def _unpack_source(source, tree):
    """The source as Debian builds it, with Debian's patches."""
    steps.run(f'unpacking {source.name} {source.version}',
              ['dpkg-source', '--no-check', '--extract', source.file('.dsc'), tree],
              log='tf-a-unpack')


def _build(tree, optee, u_boot, image):
    steps.run('building TF-A', [
        'make', '-C', tree, f'-j{os.cpu_count()}', *TFA_OPTIONS,
        f'BL32={optee / "tee-header_v2.bin"}', f'BL32_EXTRA1={optee / "tee-pager_v2.bin"}',
        f'BL32_EXTRA2={optee / "tee-pageable_v2.bin"}', f'BL33={u_boot}', 'all', 'fip'],
        log='tf-a-build', env={'MAKEFLAGS': ''})
    shutil.copyfile(tree / 'build/qemu/release/qemu_fw.bios', image)


# --- OP-TEE's tests --------------------------------------------------------

def tests_disk():
    """A disk for the guest with xtest, its trusted applications, and the
    daemon that serves them, build/guest/optee-tests.img."""
    _, _, tests, supplicant = fetch()
    debs = sorted({*tests.files, *supplicant.files})
    stamp = state.Stamp(TESTS, *debs, Path(__file__))
    if not stamp.current():
        hostdeps.ensure()
        with (state.locked(paths.BUILD), state.fresh_file(TESTS) as fresh,
              tempfile.TemporaryDirectory() as directory):
            _make_tests_disk(debs, Path(directory), fresh)
        stamp.set()
    return TESTS


def _make_tests_disk(debs, directory, disk):
    root, content = directory / 'root', directory / 'content'
    root.mkdir()
    for deb in debs:
        steps.unpack_deb(deb, root)
    programs = ['usr/bin/xtest', 'usr/sbin/tee-supplicant']
    for name in programs + ['usr/lib/optee_armtz', 'usr/lib/tee-supplicant']:
        _copy(root / name, content / name)
    needed = {name: file for program in programs
              for name, file in guestdisk.libraries(root / program, root).items()}
    needed[guestdisk.LOADER] = next(root.glob(f'usr/lib/**/{guestdisk.LOADER}'))
    for name, file in needed.items():
        _copy(file, content / 'usr/lib' / name)
    (content / 'xtest').write_text(START)
    (content / 'xtest').chmod(0o755)
    guestdisk.write(content, disk)


def _copy(source, place):
    place.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, place)
    else:
        shutil.copy(source, place)
