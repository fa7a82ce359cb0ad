# SPDX-License-Identifier: GPL-2.0-or-later
"""What the user names on the command line: files and numbers, checked before
anything is fetched or built for them."""

import gzip
import re
import struct
from pathlib import Path

from avpstool import ui

MEMORY_UNITS = {'': 1 << 20, 'M': 1 << 20, 'G': 1 << 30}
MEMORY_RANGE = (512 << 20, 64 << 30)
CORES_RANGE = (1, 8)

_FDT_MAGIC = 0xd00dfeed
_QCOW2_MAGIC = b'QFI\xfb'


def file(option, name):
    """The path of a readable file that is not empty."""
    path = Path(name)
    try:
        with open(path, 'rb') as stream:
            if stream.read(1):
                return path
    except FileNotFoundError:
        raise ui.UserError(f'{option} {name}: there is no such file, '
                           'give the path of one') from None
    except IsADirectoryError:
        raise ui.UserError(f'{option} {name}: is a directory, give the path of a file') from None
    except OSError as error:
        raise ui.UserError(f'{option} {name}: cannot be read ({error.strerror}), '
                           'correct its permissions or give another file') from None
    raise ui.UserError(f'{option} {name}: the file is empty, give another one')


def write(option, name, data):
    """Write what the user asked for to where they want it."""
    try:
        Path(name).write_bytes(data)
    except OSError as error:
        raise ui.UserError(f'{option} {name}: cannot be written ({error.strerror}), '
                           'give another file') from None


def kernel(option, name):
    """An arm64 Linux image, as such or compressed, or another EFI program."""
    path = file(option, name)
    data = path.read_bytes()
    if data.startswith(b'\x1f\x8b'):
        try:
            data = gzip.decompress(data)
        except (EOFError, OSError):
            raise _truncated(option, name) from None
    if data[:4] == b'\x7fELF':
        return path
    if data[0x38:0x3c] != b'ARM\x64' and data[:2] != b'MZ':
        raise ui.UserError(f'{option} {name}: is not an arm64 kernel, give an Image '
                           '(arch/arm64/boot/Image of a Linux build)')
    if len(data) < _pe_size(data):
        raise _truncated(option, name)
    return path


def _truncated(option, name):
    return ui.UserError(f'{option} {name}: the file is truncated, fetch or build it again')


def _pe_size(data):
    """How long the sections make an EFI program; 0 if it is none."""
    try:
        header, = struct.unpack_from('<I', data, 0x3c)
        if data[:2] != b'MZ' or data[header:header + 4] != b'PE\0\0':
            return 0
        count, = struct.unpack_from('<H', data, header + 6)
        optional_size, = struct.unpack_from('<H', data, header + 20)
        table = header + 24 + optional_size
        sections = [struct.unpack_from('<II', data, table + 40 * i + 16) for i in range(count)]
    except struct.error:
        return len(data) + 1
    return max((size + start for size, start in sections), default=0)


def device_tree(option, name):
    """A device tree blob, or an overlay."""
    path = file(option, name)
    data = path.read_bytes()
    if len(data) < 8 or struct.unpack('>I', data[:4])[0] != _FDT_MAGIC:
        raise ui.UserError(f'{option} {name}: is not a device tree blob, compile one with dtc')
    if struct.unpack('>I', data[4:8])[0] > len(data):
        raise ui.UserError(f'{option} {name}: the blob is truncated, compile it again with dtc')
    return path


def disk(option, name):
    """The path and the format of a disk image."""
    path = file(option, name)
    with open(path, 'rb') as stream:
        return path, 'qcow2' if stream.read(4) == _QCOW2_MAGIC else 'raw'


def size(text):
    """The bytes of a size such as 512M or 2G; 0 if it is none."""
    found = re.fullmatch(r'(\d+)([MG]?)(?:i?B)?', text, re.IGNORECASE)
    return int(found[1]) * MEMORY_UNITS[found[2].upper()] if found else 0


def memory(option, text):
    if not MEMORY_RANGE[0] <= size(text) <= MEMORY_RANGE[1]:
        raise ui.UserError(f'{option} {text}: give a size from 512M to 64G')
    return f'{size(text) >> 20}M'


def cores(option, count):
    if not CORES_RANGE[0] <= count <= CORES_RANGE[1]:
        raise ui.UserError(f'{option} {count}: the SoC has 1 to 8 cores')
    return count


def port(option, number):
    if not 1 <= number <= 65535:
        raise ui.UserError(f'{option} {number}: give a TCP port from 1 to 65535')
    return number
