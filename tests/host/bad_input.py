# SPDX-License-Identifier: GPL-2.0-or-later
"""Wrong input to QEMU: each is refused with one sentence that names the option."""

import pytest

from avpstool import fuse
from host._refusal import refusal

MIB = 1 << 20
FLASH_SIZE = 64 * MIB
NOR_SIZE = 4 * MIB

# Files that the options below are given, made afresh for each test: contents, size
FILES = {
    'empty': (b'', 0),
    'text': (b'no such thing as a kernel, a tree or a disk\n', 0),
    'small': (b'', 1 * MIB),
    'large': (b'', FLASH_SIZE + 1),
    'odd': (b'', FLASH_SIZE - 512),
}

# name: (options of QEMU, words that the sentence has)
OPTIONS = {
    'memory-too-small': ('-m 256M', ['-m', '512 MiB']),
    'memory-too-large': ('-m 65G', ['-m', '64 GiB']),
    'memory-hotplug': ('-m 2G,slots=2,maxmem=4G', ['maxmem', '-m']),
    'cores-too-many': ('-smp 9', ['9', '8']),
    'cores-zero': ('-smp 0', ['must be greater than zero']),
    'topology-impossible': ('-smp 4,cores=3', ['topology']),
    'cpu-unknown': ('-cpu cortex-x99', ['cortex-x99']),
    'secure-not-a-switch': ('-M avps-ecu,secure=perhaps', ['secure', 'on', 'off']),
    'virtualization-not-a-switch': ('-M avps-ecu,virtualization=2',
                                    ['virtualization', 'on', 'off']),
    'iommu-unknown': ('-M avps-ecu,iommu=smmuv2', ['iommu', 'smmuv3', 'virtio', 'none', 'smmuv2']),
    'dma-default-unknown': ('-M avps-ecu,dma-default=ask', ['dma-default', 'bypass', 'abort']),
    'dma-default-without-iommu': ('-M avps-ecu,iommu=none,dma-default=abort',
                                  ['dma-default=abort', 'iommu=none']),
    'scmi-unknown': ('-M avps-ecu,scmi=pigeon', ['scmi', 'mailbox', 'virtio', 'smc', 'off']),
    'scmi-by-calls-of-the-firmware': ('-M avps-ecu,secure=on,scmi=smc -bios {dir}/text',
                                      ['scmi=smc', 'secure=on', 'scmi=mailbox']),
    'scmi-agent-of-a-mailbox': ('-device virtio-scmi-device,agent=1', ['agent=1', '5', '8']),
    'scmi-agent-taken': ('-device virtio-scmi-device,agent=5 -device virtio-scmi-device,agent=5',
                         ['agent 5', '"agent"']),
    'scmi-agents-used-up': (' '.join(['-device virtio-scmi-device'] * 5), ['virtio-scmi', '4']),
    'scmi-without-platform': ('-M avps-ecu,scmi=off -device virtio-scmi-device', ['scmi=off']),
    'scmi-protocol-plugged': ('-device avps-scmi-clock', ['pluggable']),
    'property-unknown': ('-M avps-ecu,colour=red', ['colour']),
    'accelerator-unknown': ('-accel steam', ['steam']),
    'kernel-missing': ('-kernel {dir}/nothing', ['-kernel', 'nothing']),
    'kernel-empty': ('-kernel {dir}/empty', ['-kernel', 'empty']),
    'kernel-truncated': ('-kernel {dir}/truncated-kernel', ['-kernel', 'truncated']),
    'kernel-directory': ('-kernel {dir}', ['-kernel']),
    'initrd-missing': ('-kernel {dir}/text -initrd {dir}/nothing', ['-initrd', 'nothing']),
    'initrd-empty': ('-kernel {dir}/text -initrd {dir}/empty', ['-initrd', 'empty']),
    'dtb-missing': ('-dtb {dir}/nothing', ['-dtb', 'nothing']),
    'dtb-empty': ('-dtb {dir}/empty', ['-dtb', 'empty']),
    'dtb-is-something-else': ('-dtb {dir}/text', ['-dtb', 'device tree']),
    'dtb-truncated': ('-dtb {dir}/truncated-dtb', ['-dtb', 'truncated']),
    'dumpdtb-no-directory': ('-M avps-ecu,dumpdtb={dir}/no/dtb', ['dtb']),
    'flash-missing': ('-drive if=pflash,unit=0,format=raw,file={dir}/nothing', ['nothing']),
    'flash-too-small': ('-drive if=pflash,unit=0,format=raw,file={dir}/small',
                        ['if=pflash,unit=0', str(FLASH_SIZE)]),
    'flash-too-large': ('-drive if=pflash,unit=0,format=raw,file={dir}/large',
                        ['if=pflash,unit=0', str(FLASH_SIZE)]),
    'variables-truncated': ('-drive if=pflash,unit=1,format=raw,file={dir}/odd',
                            ['if=pflash,unit=1', str(FLASH_SIZE)]),
    'flash-third-bank': ('-drive if=pflash,unit=2,format=raw,file={dir}/small', ['unit=2']),
    'bios-missing': ('-bios {dir}/nothing', ['-bios', 'nothing']),
    'bios-empty': ('-bios {dir}/empty', ['-bios', 'empty']),
    'bios-too-large': ('-bios {dir}/large', ['-bios', '64 MiB']),
    'bios-and-flash': ('-bios {dir}/text -drive if=pflash,unit=0,format=raw,file={dir}/flash',
                       ['-bios', 'if=pflash']),
    'nor-wrong-size': ('-drive if=mtd,format=raw,file={dir}/small', ['if=mtd', str(NOR_SIZE)]),
    'nor-second': ('-drive if=mtd,index=1,format=raw,file={dir}/nor', ['if=mtd']),
    'emmc-second': ('-drive if=sd,index=1,format=raw,file={dir}/small', ['if=sd']),
    'emmc-empty': ('-drive if=sd,format=raw,file={dir}/empty', ['if=sd']),
    'supply-fails-too-early': ('-global avps-power.power-fail=on', ['power-fail', 'QMP']),
    'disk-missing': ('-drive if=virtio,format=raw,file={dir}/nothing', ['nothing']),
    'disk-truncated-qcow2': ('-drive if=virtio,format=qcow2,file={dir}/text',
                             ['not in qcow2 format']),
    'bus-unknown': ('-device tmp105,bus=i2c9.0,address=0x48', ['i2c9.0']),
    'transport-taken': ('-device virtio-balloon-device,bus=virtio-mmio31.0',
                        ['virtio-mmio31.0']),
    'transports-used-up': (' '.join(['-device virtio-rng-device'] * 32), ['virtio-rng-device']),
    'lifecycle-unknown': ('-M avps-ecu,lifecycle=retired', ['lifecycle', 'development', 'production']),
    'lifecycle-back-to-development': ('-M avps-ecu,lifecycle=development,lifecycle-fuse={dir}/blown-fuse',
                                      ['lifecycle=development', 'blown-fuse', 'is blown']),
    'lifecycle-back-by-damage': ('-M avps-ecu,lifecycle=development,lifecycle-fuse={dir}/text',
                                 ['lifecycle=development', 'text', 'damaged']),
    'lifecycle-back-by-a-missing-file': (
        '-M avps-ecu,lifecycle=development,lifecycle-fuse={dir}/nothing',
        ['lifecycle=development', 'nothing', 'No such file']),
    'lifecycle-back-by-a-directory': ('-M avps-ecu,lifecycle=development,lifecycle-fuse={dir}',
                                      ['lifecycle=development', 'regular file']),
    'production-serial': ('-M avps-ecu,lifecycle=production -serial stdio',
                          ['lifecycle=production', '-serial']),
    'production-serial-with-monitor': ('-M avps-ecu,lifecycle=production -serial mon:stdio',
                                       ['lifecycle=production', '-serial']),
    'production-second-serial': ('-M avps-ecu,lifecycle=production -serial file:{dir}/out',
                                 ['lifecycle=production', '-serial']),
    'production-serial-by-chardev': (
        '-M avps-ecu,lifecycle=production -chardev ringbuf,id=r -serial chardev:r',
        ['lifecycle=production', '-serial']),
    'production-secure-serial': (
        '-M avps-ecu,lifecycle=production,secure=on -serial none -serial file:{dir}/out',
        ['lifecycle=production', '-serial']),
    'production-by-fuse-serial': ('-M avps-ecu,lifecycle-fuse={dir}/blown-fuse -serial stdio',
                                  ['blown-fuse', 'is blown', '-serial']),
    'production-by-damage-serial': ('-M avps-ecu,lifecycle-fuse={dir}/text -serial stdio',
                                    ['text', 'damaged', '-serial']),
    'production-semihosting': ('-M avps-ecu,lifecycle=production -semihosting',
                               ['lifecycle=production', '-semihosting']),
    'production-semihosting-config': (
        '-M avps-ecu,lifecycle=production -semihosting-config enable=on,target=native',
        ['lifecycle=production', '-semihosting-config']),
    'production-virtconsole': (
        '-M avps-ecu,lifecycle=production -device virtio-serial-device -device virtconsole',
        ['lifecycle=production', 'virtconsole', 'virtserialport']),
    'production-virtconsole-pci': (
        '-M avps-ecu,lifecycle=production -chardev null,id=n -device virtio-serial-pci '
        '-device virtconsole,chardev=n', ['lifecycle=production', 'virtconsole']),
    'production-virtconsole-json': (
        '-M avps-ecu,lifecycle=production -device virtio-serial-device '
        '-device {{"driver":"virtconsole"}}', ['lifecycle=production', 'virtconsole']),
    'production-pci-serial': ('-M avps-ecu,lifecycle=production -device pci-serial',
                              ['lifecycle=production', 'pci-serial']),
    'production-pci-serial-2x': ('-M avps-ecu,lifecycle=production -device pci-serial-2x',
                                 ['lifecycle=production', 'pci-serial-2x']),
    'production-pci-serial-4x': ('-M avps-ecu,lifecycle=production -device pci-serial-4x',
                                 ['lifecycle=production', 'pci-serial-4x']),
    'production-usb-serial': (
        '-M avps-ecu,lifecycle=production -chardev null,id=n -device usb-serial,chardev=n',
        ['lifecycle=production', 'usb-serial']),
    'production-usb-braille': (
        '-M avps-ecu,lifecycle=production -chardev null,id=n -device usb-braille,chardev=n',
        ['lifecycle=production', 'usb-braille']),
    'production-ipoctal': ('-M avps-ecu,lifecycle=production -device tpci200 -device ipoctal232',
                           ['lifecycle=production', 'ipoctal232']),
    'nics-too-many': (' '.join(['-nic hubport,hubid=0'] * 40), ['-nic']),
}


@pytest.fixture
def files(work):
    contents = FILES | {
        'flash': (b'', FLASH_SIZE),
        'nor': (b'', NOR_SIZE),
        'blown-fuse': (fuse.contents(blown=True), 0),
        'truncated-dtb': (bytes.fromhex('d00dfeed00010000') + bytes(32), 0),
        'truncated-kernel': (arm64_image_header(8 * MIB), 1 * MIB),
    }
    for name, (content, size) in contents.items():
        with (work / name).open('wb') as file:
            file.write(content)
            file.truncate(max(size, len(content)))
    return work


def arm64_image_header(size):
    """The head of a kernel whose PE section table says that it has `size` bytes."""
    header = bytearray(4096)
    header[0:2] = b'MZ'
    header[0x38:0x3c] = b'ARM\x64'
    header[0x3c:0x40] = (0x40).to_bytes(4, 'little')        # where the PE header is
    header[0x40:0x44] = b'PE\0\0'
    header[0x46:0x48] = (1).to_bytes(2, 'little')           # one section
    header[0x58 + 16:0x58 + 20] = (size - 4096).to_bytes(4, 'little')
    header[0x58 + 20:0x58 + 24] = (4096).to_bytes(4, 'little')
    return bytes(header)


@pytest.mark.quick
@pytest.mark.parametrize('case', OPTIONS)
def test_bad_input(case, qemu_binary, files):
    options, words = OPTIONS[case]
    refusal([qemu_binary, '-M', 'avps-ecu', '-display', 'none', '-monitor', 'none',
             '-serial', 'none', *options.format(dir=files).split()], words)


@pytest.mark.quick
def test_good_input(qemu_binary, files):
    """The same command without a mistake is not refused: the cases above fail for theirs."""
    refusal_of_nothing = [qemu_binary, '-M', f'avps-ecu,dumpdtb={files}/dtb', '-display', 'none',
                          '-monitor', 'none', '-serial', 'none']
    with pytest.raises(AssertionError, match='ended with 0'):
        refusal(refusal_of_nothing, [])
