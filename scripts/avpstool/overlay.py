# SPDX-License-Identifier: GPL-2.0-or-later
"""Lays this repository over a QEMU source tree: four links, three lines."""

import re

from avpstool import paths, state, ui

# Place in the QEMU tree -> what of ours appears there.
LINKS = {
    'hw/avps': 'hw/avps',
    'include/hw/avps': 'include/hw/avps',
    'tests/qtest/avps': 'tests/qtest',
    'configs/devices/aarch64-softmmu/avps.mak': 'configs/avps.mak',
}

# File -> (our line, the line of QEMU's it goes before, or None for the end).
LINES = {
    'hw/meson.build': ("subdir('avps')\n", None),
    'meson.build': ("    'hw/avps',\n", r"^    'hw/block',$"),
    'tests/qtest/meson.build': ("subdir('avps')\n\n", r'^tpmemu_files = '),
}


def apply(tree):
    """Bring the overlay of `tree` up to date; return what had to change."""
    return ([name for name, target in LINKS.items() if _link(tree / name, paths.ROOT / target)]
            + [name for name, (line, before) in LINES.items()
               if _insert(tree / name, line, before)])


def _link(place, target):
    if place.is_symlink():
        if place.readlink() == target:
            return False
    elif place.exists():
        raise ui.UserError(f'--qemu-src: {place} exists and is not our link: '
                           'move it away, or give another QEMU tree')
    place.unlink(missing_ok=True)
    place.symlink_to(target)
    return True


def _insert(file, line, before):
    text = file.read_text()
    if line.strip() in map(str.strip, text.splitlines()):
        return False
    if before is None:
        position = len(text)
    else:
        anchor = re.search(before, text, re.MULTILINE)
        if not anchor:
            raise ui.UserError(f'--qemu-src: {file} has no line that matches "{before}": '
                               'this version of QEMU is not supported, use 10.0.x or 10.2.x')
        position = anchor.start()
    with state.fresh_file(file) as fresh:
        fresh.write_text(text[:position] + line + text[position:])
    return True
