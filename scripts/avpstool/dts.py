# SPDX-License-Identifier: GPL-2.0-or-later
"""avps dts: the device tree of the machine, as source."""

import subprocess
import sys
import tempfile
from pathlib import Path

from avpstool import inputs, qemu, ui


def register(subparsers):
    parser = subparsers.add_parser(
        'dts', help='print the device tree of the machine',
        description='Print the device tree that the machine hands to its guest. What follows '
        '"--" are options of QEMU, for example: -machine secure=on -smp 8')
    qemu.add_source_options(parser)
    parser.add_argument('--dtb', metavar='FILE', help='print this blob instead')
    parser.add_argument('-o', '--output', metavar='FILE', help='write to FILE')
    parser.set_defaults(main=main, takes_rest=True)


def main(args):
    if args.dtb:
        blob = inputs.device_tree('--dtb', args.dtb).read_bytes()
    else:
        binary = qemu.ensure_from(args)
        blob = dump([str(binary), '-machine', 'avps-ecu', '-display', 'none', *args.rest])
    source = decompile(blob)
    if args.output:
        inputs.write('--output', args.output, source)
    else:
        sys.stdout.buffer.write(source)
        sys.stdout.flush()
    return 0


def decompile(blob):
    result = subprocess.run(['dtc', '-q', '-I', 'dtb', '-O', 'dts'], check=False, input=blob,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if result.returncode != 0:
        raise ui.UserError(f'the device tree is not sound ({result.stderr.decode().strip()}): '
                           'compile it again with dtc')
    return result.stdout


def dump(argv):
    """The blob that the machine makes when QEMU is started with `argv`."""
    with tempfile.TemporaryDirectory() as directory:
        blob = Path(directory) / 'machine.dtb'
        result = subprocess.run([*argv, '-machine', f'dumpdtb={blob}'], check=False, text=True,
                                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                stderr=subprocess.PIPE)
        if result.returncode != 0 or not blob.exists():
            raise ui.UserError('QEMU does not start with these options: '
                               f'{result.stderr.strip() or "it gives no reason"}')
        return blob.read_bytes()
