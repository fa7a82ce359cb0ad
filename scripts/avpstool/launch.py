# SPDX-License-Identifier: GPL-2.0-or-later
"""The command line of QEMU that starts a guest, from the options of a user."""

import hashlib
import os
import subprocess
import tempfile
from pathlib import Path

from avpstool import dts, firmware, initramfs, inputs, kernel, paths, qemu, state, trust, ui

MACHINE = 'avps-ecu'
CONSOLE = 'console=ttyAMA0'
GDB_PORT = 1234

EMMC_SIZE = 1 << 30


def add_options(parser):
    """The options that describe a guest."""
    guest = parser.add_argument_group('the guest')
    guest.add_argument('--leg', choices=kernel.LEGS, default='stock',
                       help='stock: an unmodified Debian kernel (default); driver: one built with '
                       'the drivers that distributions leave off (takes minutes, once)')
    guest.add_argument('--kernel', metavar='FILE', help='start this kernel')
    guest.add_argument('--initrd', metavar='FILE', help='give it this initramfs')
    guest.add_argument('--append', metavar='WORDS', default='',
                       help='add to the kernel command line')
    guest.add_argument('--dtb', metavar='FILE', help='give it this device tree')
    guest.add_argument('--dtbo', metavar='FILE', action='append', default=[],
                       help='merge this overlay into the device tree (repeatable)')
    guest.add_argument('--disk', metavar='FILE', action='append', default=[],
                       help='attach a disk image, raw or qcow2, by virtio-blk (repeatable)')
    guest.add_argument('--firmware', metavar='NAME|FILE',
                       help='start u-boot, edk2 or a file; it starts the kernel by UEFI from '
                       'the first --disk, or from a disk made for it')
    guest.add_argument('--vars', metavar='FILE',
                       help='UEFI variables of edk2 (default: build/firmware/edk2-vars.fd)')
    machine = parser.add_argument_group('the machine')
    machine.add_argument('--smp', metavar='N', type=int, help='cores, 1 to 8 (default: 4)')
    machine.add_argument('--memory', metavar='SIZE', help='RAM, 512M to 64G (default: 2G)')
    machine.add_argument('--cpu', metavar='TYPE', help='another core than the Cortex-A76')
    machine.add_argument('--secure', action='store_true',
                         help='have EL3 and the secure devices')
    machine.add_argument('--trust', action='store_true',
                         help='--secure, and start TF-A, OP-TEE and U-Boot there; U-Boot starts '
                         'the kernel as with --firmware')
    machine.add_argument('--no-virtualization', dest='virtualization', action='store_false',
                         help='have no EL2, as a guest of a hypervisor sees it')
    machine.add_argument('--iommu', choices=('smmuv3', 'virtio', 'none'),
                         help='what stands between masters and memory (default: smmuv3)')
    machine.add_argument('--dma-default', choices=('bypass', 'abort'),
                         help='what masters may do until software programs the IOMMU '
                              '(default: bypass)')
    machine.add_argument('--console', choices=('uart', 'virtio'), default='uart',
                         help='what this terminal is to the guest: the first UART (default), or '
                         'a VIRTIO console beside it')
    machine.add_argument('--gdb', metavar='PORT', type=int, nargs='?', const=GDB_PORT,
                         help=f'wait for a debugger at this TCP port (default: {GDB_PORT})')


def check(args):
    """Refuse options that cannot work, before anything is built for them."""
    if args.kernel:
        inputs.kernel('--kernel', args.kernel)
    if args.initrd:
        inputs.file('--initrd', args.initrd)
    if args.dtb:
        inputs.device_tree('--dtb', args.dtb)
    for name in args.dtbo:
        inputs.device_tree('--dtbo', name)
    for name in args.disk:
        inputs.disk('--disk', name)
    if args.vars:
        if args.firmware != 'edk2':
            raise ui.UsageError('--vars: only --firmware edk2 keeps variables in flash, add it')
        inputs.file('--vars', args.vars)
    if args.firmware and args.firmware not in firmware.NAMES:
        inputs.file('--firmware', args.firmware)
    if args.smp is not None:
        inputs.cores('--smp', args.smp)
    if args.memory is not None:
        inputs.memory('--memory', args.memory)
    if args.gdb is not None:
        inputs.port('--gdb', args.gdb)
    if args.trust:
        trust.check(args)
    if args.initrd and (args.firmware or args.trust) and not args.kernel:
        raise ui.UsageError('--initrd: the firmware takes it with the kernel, add --kernel')


def command(args):
    """The whole command line; what it names is fetched and built first."""
    check(args)
    argv = [str(qemu.ensure_from(args)), *_machine(args), *_console(args), *_storage(args),
            '-nic', 'user,model=cadence_gem', '-nic', 'user', *_boot(args)]
    if args.gdb:
        argv += ['-gdb', f'tcp:127.0.0.1:{args.gdb}', '-S']
    argv += args.rest
    if args.dtb:
        argv += ['-dtb', args.dtb]
    if args.dtbo:
        argv += ['-dtb', str(_merged_device_tree(argv, args))]
    return argv


def _machine(args):
    options = MACHINE
    if args.secure or args.trust:
        options += ',secure=on'
    if not args.virtualization:
        options += ',virtualization=off'
    if args.iommu:
        options += f',iommu={args.iommu}'
    if args.dma_default:
        options += f',dma-default={args.dma_default}'
    argv = ['-machine', options]
    if args.cpu:
        argv += ['-cpu', args.cpu]
    if args.smp:
        argv += ['-smp', str(args.smp)]
    if args.memory:
        argv += ['-m', inputs.memory('--memory', args.memory)]
    return argv


def _console(args):
    """Our terminal, where Ctrl-A x ends QEMU."""
    argv = ['-display', 'none']
    if args.check:
        argv += ['-monitor', 'none', '-no-reboot']
    if args.console == 'uart':
        return [*argv, '-serial', 'stdio' if args.check else 'mon:stdio']
    # QEMU's own monitor is not asked for, and the UART is left as it is by default.
    mux = '' if args.check else ',mux=on,signal=off'
    monitor = [] if args.check else ['-mon', 'console']
    return [*argv, '-chardev', f'stdio,id=console{mux}', *monitor,
            '-device', 'virtio-serial-device', '-device', 'virtconsole,chardev=console']


def _storage(args):
    """A check leaves no trace, so that any number may run side by side."""
    if args.check:
        argv = ['-drive', f'if=sd,driver=null-co,read-zeroes=on,size={EMMC_SIZE}']
    else:
        argv = ['-drive', f'if=sd,format=raw,file={_option_value(_emmc())}']
    disks = [inputs.disk('--disk', name) for name in args.disk]
    if (args.firmware or args.trust) and not args.kernel and not disks:
        disks = [(firmware.esp_disk(args.leg, _words(args)), 'raw')]
    for number, (path, disk_format) in enumerate(disks):
        drive = f'if=none,id=disk{number},format={disk_format},file={_option_value(path)}'
        argv += ['-drive', drive + (',snapshot=on' if args.check or not args.disk else ''),
                 '-device', f'virtio-blk-device,drive=disk{number},bootindex={number}']
    return argv


def _emmc():
    image = paths.GUEST / 'emmc.img'
    if not image.exists():
        with state.locked(paths.BUILD), state.fresh_file(image) as fresh:
            fresh.touch()
            os.truncate(fresh, EMMC_SIZE)
    return image


def _boot(args):
    argv = _firmware(args)
    if args.kernel or not (args.firmware or args.trust):
        argv += ['-kernel', args.kernel or str(kernel.ensure(args.leg).image),
                 '-append', f'{CONSOLE} {_words(args)}'.strip()]
        argv += ['-initrd', args.initrd or str(initramfs.ensure(args.leg))]
    return argv


def _firmware(args):
    if args.trust:
        return ['-bios', str(trust.ensure())]
    if not args.firmware:
        return []
    if args.firmware != 'edk2':
        known = args.firmware in firmware.NAMES
        return ['-bios', str(firmware.ensure(args.firmware).code) if known else args.firmware]
    files = firmware.ensure('edk2')
    if args.vars:
        path, variables_format = inputs.disk('--vars', args.vars)
    else:
        path = files.vars if args.check else firmware.edk2_variables()
        variables_format = 'raw'
    return ['-drive', f'if=pflash,unit=0,format=raw,readonly=on,file={_option_value(files.code)}',
            '-drive', f'if=pflash,unit=1,format={variables_format},file={_option_value(path)}'
            + (',snapshot=on' if args.check else '')]


def _words(args):
    """What our init is told, then the user's words: the last one wins."""
    words = [] if 'debug' in args.append.split() else ['quiet', 'loglevel=3']
    if args.console == 'virtio':  # kernel messages go to all, the last one is /dev/console
        words.append('console=hvc0')
    if args.check:
        words += ['avps.check', 'panic=-1']  # a panic ends the guest, too
    if ui.colored():
        words.append('avps.color')
    return ' '.join([*words, args.append]).strip()


def _option_value(path):
    """QEMU ends a value at a comma, unless it is doubled."""
    return str(path).replace(',', ',,')


def _merged_device_tree(argv, args):
    """The device tree that the guest would get, with the overlays in it."""
    base = Path(args.dtb).read_bytes() if args.dtb else dts.dump(argv)
    overlays = [Path(name).absolute() for name in args.dtbo]
    with tempfile.TemporaryDirectory() as directory:
        (Path(directory) / 'base.dtb').write_bytes(base)
        result = subprocess.run(['fdtoverlay', '-i', 'base.dtb', '-o', 'merged.dtb', *overlays],
                                cwd=directory, check=False, text=True, stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT)
        if result.returncode != 0:
            reason = ' '.join(result.stdout.split())
            raise ui.UserError(f'--dtbo: the overlay does not fit the device tree ({reason}): '
                               'compare its targets with "avps dts"')
        merged = (Path(directory) / 'merged.dtb').read_bytes()
    # It has to outlive us, but the same tree needs no second file.
    place = paths.WORK / f'merged-{hashlib.sha256(merged).hexdigest()[:8]}.dtb'
    with state.fresh_file(place) as fresh:
        fresh.write_bytes(merged)
    return place
