# SPDX-License-Identifier: GPL-2.0-or-later
"""What the guest tests share: the two guests, and a function that boots one."""

import subprocess
from typing import NamedTuple

import pytest

from avpstool import initramfs, kernel, paths
from guest._machine import Machine

CONSOLE = 'console=ttyAMA0 loglevel=4'


class Leg(NamedTuple):
    """A guest: an unmodified Debian kernel (stock), or one with drivers that Debian leaves off."""
    name: str
    image: str
    initramfs: str

    def arguments(self, append='', report=False, words=CONSOLE):
        """QEMU's options for a direct boot, with the boot report only where it is wanted."""
        words = [words, '' if report else 'avps.quiet', append]
        return ['-kernel', self.image, '-initrd', self.initramfs,
                '-append', ' '.join(filter(None, words))]


def leg(name):
    return Leg(name, str(kernel.ensure(name).image), str(initramfs.ensure(name)))


@pytest.fixture(scope='session')
def stock():
    return leg('stock')


@pytest.fixture(scope='session')
def driver():
    return leg('driver')


@pytest.fixture
def boot(stock, qemu_binary, work):
    """boot('-smp', 8, options='virtualization=off') is a machine about to run the stock guest."""
    def make(*arguments, append='', guest=stock, words=CONSOLE, report=False, **kwargs):
        return Machine(qemu_binary, work, *guest.arguments(append, report, words), '-nic', 'none',
                       *arguments, **kwargs)
    return make


@pytest.fixture
def machine(qemu_binary, work):
    """machine('-bios', file) is a machine with nothing but what is asked for."""
    def make(*arguments, **kwargs):
        return Machine(qemu_binary, work, *arguments, **kwargs)
    return make


@pytest.fixture
def disk(work):
    """A qcow2 image for the eMMC: it can hold snapshots of the machine, too."""
    file = work / 'emmc.qcow2'
    subprocess.run([str(paths.QEMU_BUILD / 'qemu-img'), 'create', '-q', '-f', 'qcow2', str(file),
                    '64M'], check=True)
    return file
