# SPDX-License-Identifier: GPL-2.0-or-later
"""Wrong options of ./scripts/avps: each is refused with one sentence that names the option."""

import pytest

from avpstool import paths
from host._refusal import refusal

AVPS = paths.ROOT / 'scripts' / 'avps'

# name: (command line, words that the sentence has)
OPTIONS = {
    'command-unknown': ('fly', ['fly']),
    'option-unknown': ('run --wings', ['--wings']),
    'leg-unknown': ('run --leg third', ['--leg', 'third']),
    'memory-too-small': ('run --memory 256M', ['--memory', '512M']),
    'memory-too-large': ('run --memory 65G', ['--memory', '64G']),
    'memory-not-a-size': ('run --memory plenty', ['--memory', 'plenty']),
    'cores-too-many': ('run --smp 9', ['--smp', '9']),
    'cores-zero': ('run --smp 0', ['--smp', '0']),
    'cores-not-a-number': ('run --smp many', ['--smp', 'many']),
    'kernel-missing': ('run --kernel {dir}/nothing', ['--kernel', 'nothing']),
    'kernel-empty': ('run --kernel {dir}/empty', ['--kernel', 'empty']),
    'kernel-directory': ('run --kernel {dir}', ['--kernel', 'directory']),
    'kernel-is-something-else': ('run --kernel {dir}/text', ['--kernel', 'not an arm64 kernel']),
    'initrd-missing': ('run --initrd {dir}/nothing', ['--initrd', 'nothing']),
    'dtb-missing': ('run --dtb {dir}/nothing', ['--dtb', 'nothing']),
    'dtb-is-something-else': ('run --dtb {dir}/text', ['--dtb', 'device tree']),
    'dtb-truncated': ('run --dtb {dir}/truncated-dtb', ['--dtb', 'truncated']),
    'overlay-missing': ('run --dtbo {dir}/nothing', ['--dtbo', 'nothing']),
    'overlay-truncated': ('run --dtbo {dir}/truncated-dtb', ['--dtbo', 'truncated']),
    'disk-missing': ('run --disk {dir}/nothing', ['--disk', 'nothing']),
    'disk-empty': ('run --disk {dir}/empty', ['--disk', 'empty']),
    'firmware-missing': ('run --firmware {dir}/nothing', ['--firmware', 'nothing']),
    'variables-without-edk2': ('run --vars {dir}/text', ['--vars', 'edk2']),
    'iommu-unknown': ('run --iommu smmuv2', ['--iommu', 'smmuv3']),
    'port-impossible': ('run --gdb 70000', ['--gdb', '70000']),
    'trust-with-firmware': ('run --trust --firmware edk2', ['--firmware', '--trust']),
    'trust-with-many-cores': ('run --trust --smp 5', ['--smp', '--trust', '4']),
    'trust-with-little-memory': ('run --trust --memory 512M', ['--memory', '--trust', '768M']),
    'trust-with-strange-core': ('run --trust --cpu cortex-a35', ['--cpu', '--trust']),
    'trust-with-lone-initrd': ('run --trust --initrd {dir}/text', ['--initrd', '--kernel']),
    'qemu-tree-missing': ('build --qemu-src {dir}/nothing', ['--qemu-src', 'nothing']),
    'qemu-tree-is-something-else': ('build --qemu-src {dir}', ['--qemu-src']),
    'qemu-version-unknown': ('build --qemu-version 2.12', ['--qemu-version', '2.12']),
    'dts-of-something-else': ('dts --dtb {dir}/text', ['--dtb']),
    'console-unknown': ('run --console telegraph', ['--console', 'virtio']),
    'release-check-of-nothing': ('release-check', ['release-check', '--']),
    'fuse-action-unknown': ('fuse mend {dir}/text', ['mend', 'blow']),
    'fuse-exists': ('fuse new {dir}/text', ['text', 'exists']),
    'fuse-without-directory': ('fuse new {dir}/no/fuse', ['no/fuse', 'No such file']),
    'fuse-missing': ('fuse show {dir}/nothing', ['nothing', 'fuse new']),
    'fuse-directory': ('fuse show {dir}', ['regular file']),
    'fuse-to-blow-missing': ('fuse blow {dir}/nothing', ['nothing', 'fuse new']),
    'fuse-to-blow-damaged': ('fuse blow {dir}/text', ['text', 'damaged']),
    'test-tiers-exclude': ('test --quick --long', ['--quick', '--long']),
    'nothing-takes-a-rest': ('build -- -m 1G', ['--']),
}


@pytest.fixture
def files(work):
    (work / 'empty').write_bytes(b'')
    (work / 'text').write_text('neither a kernel nor a device tree\n')
    (work / 'truncated-dtb').write_bytes(bytes.fromhex('d00dfeed00010000') + bytes(32))
    return work


@pytest.mark.quick
@pytest.mark.parametrize('case', OPTIONS)
def test_bad_option(case, files):
    line, words = OPTIONS[case]
    refusal([AVPS, *line.format(dir=files).split()], words)
