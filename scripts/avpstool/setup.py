# SPDX-License-Identifier: GPL-2.0-or-later
"""avps setup: everything that needs the network, and nothing else."""

from avpstool import apt, firmware, guestqemu, hostdeps, initramfs, kernel, qemu, trust, ui


def register(subparsers):
    parser = subparsers.add_parser(
        'setup', help='install and fetch everything, so that later runs need no network',
        description='Install the Debian packages that are needed here, and fetch the sources, '
        'kernels and firmware that the other commands use.')
    parser.add_argument('--update', action='store_true',
                        help='fetch newer versions where there are any')
    parser.set_defaults(main=main)


def main(args):
    hostdeps.ensure()
    if args.update:
        apt.forget_all()
    qemu.fetch()
    initramfs.ensure('stock')
    kernel.fetch_driver_source()
    firmware.esp_disk('stock')
    for name in firmware.NAMES:
        firmware.ensure(name)
    guestqemu.fetch()
    trust.fetch()
    ui.say('everything is here; the other commands need no network now')
    return 0
