# SPDX-License-Identifier: GPL-2.0-or-later
"""avps build: QEMU with the avps-ecu machine in it."""

from avpstool import qemu, ui


def register(subparsers):
    parser = subparsers.add_parser(
        'build', help='build QEMU with the avps-ecu machine',
        description='Fetch QEMU if needed, lay this repository over it, and build it.')
    qemu.add_source_options(parser)
    parser.add_argument('--tests', action='store_true', help='build the qtests as well')
    parser.set_defaults(main=main)


def main(args):
    binary = qemu.ensure_from(args, tests=args.tests)
    ui.say(f'{binary} is up to date')
    return 0
