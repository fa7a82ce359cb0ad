# SPDX-License-Identifier: GPL-2.0-or-later
"""Checks of the project's own sources."""

import fnmatch
import re
import subprocess

import pytest

from avpstool import paths

pytestmark = pytest.mark.quick

# What QEMU's checkpatch complains of and stays: (files, message, reason)
CHECKPATCH_EXCEPTIONS = (
    ('guest/*', 'qemu_', 'runs in the guest: there is no QEMU to link with'),
    ('tests/bare/*', 'qemu_', 'runs in the guest: there is no QEMU to link with'),
    ('tests/guest/*', 'qemu_', 'runs in the guest: there is no QEMU to link with'),
    ('guest/*', 'volatile', 'device registers, read by a program'),
    ('tests/bare/*', 'volatile', 'device registers'),
    ('tests/guest/*', 'volatile', 'device registers'),
    ('tests/bare/*', 'externs should be avoided', 'symbols of the linker script'),
    ('tests/guest/*', 'externs should be avoided', 'symbols of the assembler part'),
    ('hw/avps/*', 'Macros with complex values', 'parts of an initialiser'),
    ('include/hw/avps/qemu/compat.h', 'architecture specific defines',
     'asks whether a header of QEMU exists'),
)

SOURCES = ('*.c', '*.h', '*.S', '*.py', '*.build', '*Kconfig', '*.mak', '*trace-events', '*.sh',
           '*.toml', '*.ini', 'scripts/avps', '.ci/run')

# Words that would tie the repository to one computer
MACHINE_PATHS = re.compile(r'(?<![\w.])/(home|work|Users|root)/\w')


def tracked(*patterns):
    """Files of the repository, those not yet committed too."""
    listing = subprocess.run(
        ['git', 'ls-files', '-z', '--cached', '--others', '--exclude-standard'],
        cwd=paths.ROOT, stdout=subprocess.PIPE, text=True, check=True).stdout
    names = sorted(set(listing.split('\0')) - {''})
    return [name for name in names if (paths.ROOT / name).is_file()
            and any(fnmatch.fnmatch(name, pattern) for pattern in patterns)]


def is_excepted(complaint):
    file, _, message = complaint.partition(':')
    return any(fnmatch.fnmatch(file, files) and text in message
               for files, text, _ in CHECKPATCH_EXCEPTIONS)


def test_checkpatch(qemu_binary):
    script = paths.QEMU_SRC / 'scripts' / 'checkpatch.pl'
    assert qemu_binary.exists() and script.exists()
    done = subprocess.run(['perl', script, '--no-tree', '--no-signoff', '--terse', '-f',
                           *tracked('*.c', '*.h')], cwd=paths.ROOT, stdout=subprocess.PIPE,
                          text=True, check=False)
    complaints = [line for line in done.stdout.splitlines()
                  if re.match(r'\S+:\d+: (ERROR|WARNING)', line) and not is_excepted(line)]
    assert 'lines checked' in done.stdout
    assert not complaints, '\n'.join(complaints)


def test_licence_headers():
    """Every source says its licence within its first lines."""
    lacking = [name for name in tracked(*SOURCES)
               if 'SPDX-License-Identifier: GPL-2.0-or-later'
               not in (paths.ROOT / name).read_text()[:2000]]
    assert not lacking, lacking


def test_python_compiles():
    scripts = tracked('*.py')
    assert scripts
    for name in scripts:
        compile((paths.ROOT / name).read_text(), name, 'exec')


def test_shell_parses():
    for name in ('scripts/avps', '.ci/run'):
        first_line = (paths.ROOT / name).read_text().splitlines()[0]
        shell = 'bash' if 'bash' in first_line else 'sh'
        subprocess.run([shell, '-n', paths.ROOT / name], check=True)


def test_no_machine_paths():
    """Nothing refers to a place on somebody's computer."""
    found = []
    for name in tracked('*'):
        text = (paths.ROOT / name).read_bytes().decode(errors='replace')
        found += [f'{name}:{number}: {line.strip()}'
                  for number, line in enumerate(text.splitlines(), 1)
                  if MACHINE_PATHS.search(line) and name != 'tests/host/sources.py']
    assert not found, '\n'.join(found)


def test_overlay_lines():
    """The lines that the overlay adds stand once in QEMU's tree."""
    tree = paths.QEMU_SRC
    assert (tree / 'hw' / 'meson.build').read_text().count("subdir('avps')") == 1
    assert (tree / 'meson.build').read_text().count("'hw/avps',") == 1
    assert (tree / 'tests' / 'qtest' / 'meson.build').read_text().count("subdir('avps')") == 1
