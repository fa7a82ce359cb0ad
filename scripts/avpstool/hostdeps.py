# SPDX-License-Identifier: GPL-2.0-or-later
"""The Debian packages that this machine must have."""

import os
import shutil
import subprocess

from avpstool import steps, ui

PACKAGES = {
    'to build QEMU': [
        'bison', 'ccache', 'flex', 'gcc', 'libc6-dev', 'make', 'ninja-build', 'pkg-config',
        'python3-venv', 'libattr1-dev', 'libcap-ng-dev', 'libepoxy-dev', 'libfdt-dev',
        'libgbm-dev', 'libglib2.0-dev', 'libgnutls28-dev', 'libpixman-1-dev', 'libpng-dev',
        'libslirp-dev', 'libvirglrenderer-dev', 'zlib1g-dev'],
    'to build guests': [
        'bc', 'gcc-aarch64-linux-gnu', 'libc6-dev-arm64-cross', 'libelf-dev', 'libssl-dev'],
    'to make disk images': ['dosfstools', 'e2fsprogs', 'gdisk', 'mtools'],
    'to fetch and unpack': [
        'ca-certificates', 'debian-archive-keyring', 'dpkg-dev', 'patch', 'tar', 'xz-utils'],
    'to describe and test the machine': [
        'device-tree-compiler', 'git', 'perl', 'python3', 'python3-jsonschema', 'python3-libfdt',
        'python3-pexpect', 'python3-pytest', 'python3-rfc3987', 'python3-ruamel.yaml'],
}


def _installed():
    """All installed packages: one question is faster than one per package."""
    listing = subprocess.run(
        ['dpkg-query', '-W', '-f', '${db:Status-Status} ${Package}\n'],
        stdout=subprocess.PIPE, text=True, check=True).stdout
    return {line.removeprefix('installed ') for line in listing.splitlines()
            if line.startswith('installed ')}


def missing():
    wanted = {name for names in PACKAGES.values() for name in names}
    return sorted(wanted - _installed())


def _as_root():
    if os.geteuid() == 0:
        return []
    if shutil.which('sudo'):
        return ['sudo']
    return None


def _watch(line, progress):
    """Follow apt's status lines, "dlstatus:number:percent:text" of the
    download and then "pmstatus:package:percent:text" of the installation."""
    kind, *fields = line.split(':', 3)
    if kind in ('dlstatus', 'pmstatus') and len(fields) == 3:
        percent = float(fields[1]) / 2 + (50 if kind == 'pmstatus' else 0)
        progress.update(percent, 100, fields[2])


def ensure():
    """Install what is missing; touches neither apt nor the network if
    nothing is."""
    if not shutil.which('dpkg-query') or not shutil.which('apt-get'):
        raise ui.UserError('apt-get is missing: this command prepares Debian 12 or newer, '
                           'use such a machine or container')
    packages = missing()
    if not packages:
        return
    root = _as_root()
    if root is None:
        raise ui.UserError(f'packages are missing and neither root nor sudo is at hand: run '
                           f'"apt-get install {" ".join(packages)}" as root, then try again')
    ui.say(f'{len(packages)} Debian packages are to be installed: {" ".join(packages)}')
    if root:
        subprocess.run([*root, '-v'], check=False)  # asks for the password where it can be seen
    apt = [*root, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '-q',
           '-o', 'APT::Status-Fd=1', '-o', 'DPkg::Lock::Timeout=600']
    advice = 'check the network and the sources in /etc/apt, then run the command again'
    steps.run('updating the package lists', [*apt, 'update'], log='host-update',
              watch=_watch, advice=advice)
    steps.run('installing packages', [*apt, 'install', '-y', '--no-install-recommends', *packages],
              log='host-install', watch=_watch, advice=advice)
