# SPDX-License-Identifier: GPL-2.0-or-later
"""Unmodified firmware from Debian's packages, and a disk for it to boot."""

import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from avpstool import apt, hostdeps, initramfs, kernel, paths, state, steps, ui

NAMES = ('u-boot', 'edk2')

SECTOR = 512
PARTITION_START = 1 << 20
PARTITION_END_GAP = 1 << 20  # the second table of the GPT
FREE_SPACE = 32 << 20


@dataclass(frozen=True)
class Firmware:
    """code: what the CPU starts with.  vars: an empty store for the UEFI
    variables, to be copied, if the firmware keeps them in flash."""

    code: Path
    vars: Path | None


def ensure(name):
    """The firmware `name`, its files in build/firmware."""
    if name == 'u-boot':
        root = apt.unpack(apt.fetch_package('u-boot-qemu'))
        return Firmware(_placed('u-boot.bin', root / 'usr/lib/u-boot/qemu_arm64/u-boot.bin'), None)
    if name == 'edk2':
        root = apt.unpack(apt.fetch_package('qemu-efi-aarch64')) / 'usr/share/AAVMF'
        return Firmware(
            _placed('edk2-code.fd', root / 'AAVMF_CODE.no-secboot.fd'),
            _placed('edk2-vars-empty.fd', root / 'AAVMF_VARS.fd'))
    raise ui.UsageError(f'--firmware {name}: there are only {" and ".join(NAMES)}, '
                        'or give the path of a file')


def _placed(name, source):
    """A copy of `source` in build/firmware."""
    place = paths.FIRMWARE / name
    stamp = state.Stamp(place, source)
    if not stamp.current():
        with state.locked(paths.BUILD), state.fresh_file(place) as fresh:
            shutil.copyfile(source, fresh)
        stamp.set()
    return place


def edk2_variables():
    """The user's own UEFI variables: they outlive the guest."""
    place = paths.FIRMWARE / 'edk2-vars.fd'
    if not place.exists():
        empty = ensure('edk2').vars
        with state.locked(paths.BUILD), state.fresh_file(place) as fresh:
            shutil.copyfile(empty, fresh)
    return place


# --- A disk with an EFI system partition -----------------------------------

def esp_disk(leg='stock', append=''):
    """A disk image whose EFI system partition starts the kernel of a leg, by
    systemd-boot, with `append` behind the console on the command line."""
    guest = kernel.ensure(leg)
    initrd = initramfs.ensure(leg)
    loader = (apt.unpack(apt.fetch_package('systemd-boot-efi'))
              / 'usr/lib/systemd/boot/efi/systemd-bootaa64.efi')
    options = f'console=ttyAMA0 {append}'.strip()
    disk = paths.GUEST / leg / f'esp-{state.digest(options)}.img'
    stamp = state.Stamp(disk, guest.image, initrd, loader, options, Path(__file__))
    if not stamp.current():
        hostdeps.ensure()
        files = {
            'EFI/BOOT/BOOTAA64.EFI': loader.read_bytes(),
            'linux.efi': guest.image.read_bytes(),
            'initrd': initrd.read_bytes(),
            'loader/loader.conf': b'timeout 0\n',
            'loader/entries/linux.conf': (f'title Linux {guest.release}\nlinux /linux.efi\n'
                                          f'initrd /initrd\noptions {options}\n').encode(),
        }
        with state.locked(paths.BUILD), state.fresh_file(disk) as fresh:
            _write_disk(fresh, files)
        stamp.set()
    return disk


def _write_disk(path, files):
    """A GPT with one FAT partition, made without root or loop devices."""
    content = sum(len(data) for data in files.values()) + FREE_SPACE
    size = PARTITION_START + -(-content // (1 << 20)) * (1 << 20) + PARTITION_END_GAP
    path.touch()
    os.truncate(path, size)
    start, gap = PARTITION_START // SECTOR, PARTITION_END_GAP // SECTOR
    steps.disk_tool('sgdisk', '--clear', f'--new=1:{start}:-{gap}', '--typecode=1:EF00',
                    '--change-name=1:ESP', path)
    blocks = (size - PARTITION_START - PARTITION_END_GAP) // 1024
    steps.disk_tool('mkfs.vfat', '-F', '32', '-n', 'ESP', f'--offset={start}', path, blocks)
    partition = f'{path}@@{PARTITION_START}'
    with tempfile.TemporaryDirectory() as directory:
        for name, data in files.items():
            file = Path(directory) / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)
        steps.disk_tool('mcopy', '-s', '-i', partition, *sorted(Path(directory).iterdir()), '::')
