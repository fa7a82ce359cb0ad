# SPDX-License-Identifier: GPL-2.0-or-later
"""avps run: everything from a bare Debian to the guest's prompt."""

import os
import re
import selectors
import shlex
import subprocess
import sys

from avpstool import launch, qemu, steps, ui

# A guest that says nothing for so long hangs, on however slow a machine.
HANG_SECONDS = 600

_VERDICT = re.compile(r'^avps-report: (\d+) blocks, (\d+) ok, (\d+) missing', re.MULTILINE)


def register(subparsers):
    parser = subparsers.add_parser(
        'run', help='start a guest, after fetching and building what it needs',
        description='Start Linux on avps-ecu; its first UART is this terminal (Ctrl-A x ends it). '
        'What follows "--" goes to QEMU.')
    parser.add_argument('--check', action='store_true',
                        help='only print the boot report; succeed if every block that has a '
                        'driver is bound')
    parser.add_argument('--print', dest='only_print', action='store_true',
                        help='print the command line of QEMU, and do not start it')
    launch.add_options(parser)
    qemu.add_source_options(parser)
    parser.set_defaults(main=main, takes_rest=True)


def main(args):
    argv = launch.command(args)
    if args.only_print:
        print(shlex.join(argv))
        return 0
    if args.gdb:
        ui.say(f'waiting for a debugger: gdb-multiarch -ex "target remote :{args.gdb}"')
    if args.check:
        return _check(argv)
    ui.say('starting the guest; Ctrl-A x ends it, Ctrl-A h lists more keys')
    sys.stderr.flush()
    os.execv(argv[0], argv)


def _check(argv):
    """Show the console of a guest that prints its report and powers off."""
    with subprocess.Popen(steps.DIE_WITH_US + argv, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE) as guest:
        console = _watch_console(guest)
    if guest.returncode != 0:
        raise ui.UserError(f'QEMU ended with exit code {guest.returncode}: see its message above')
    verdict = _VERDICT.search(console)
    if not verdict:
        raise ui.UserError('the guest stopped without a boot report: see its messages above, '
                           'or add --append debug')
    missing = int(verdict[3])
    if missing:
        raise ui.UserError(f'{missing} of {verdict[1]} blocks are missing: '
                           'the report above names them')
    return 0


def _watch_console(guest):
    console = bytearray()
    with selectors.DefaultSelector() as selector:
        selector.register(guest.stdout, selectors.EVENT_READ)
        while True:
            if not selector.select(HANG_SECONDS):
                guest.kill()
                raise ui.UserError(f'the guest hangs: it printed nothing for {HANG_SECONDS} s')
            data = os.read(guest.stdout.fileno(), 1 << 16)
            if not data:
                return console.replace(b'\r', b'').decode(errors='replace')
            console += data
            sys.stdout.buffer.write(data)
            sys.stdout.buffer.flush()
