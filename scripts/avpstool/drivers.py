# SPDX-License-Identifier: GPL-2.0-or-later
"""Which devices does a kernel package have a driver for?

The boot report tells a driver that should have bound (`missing`) from one
that this kernel was built without (`no driver`).  A running kernel cannot
say which drivers its package holds, so the initramfs carries the answer in
/etc/avps/drivers, a line per device:

    of:arm,gic-v3                   -           builtin
    of:fsl,imx21-i2c                i2c_imx     module
    pci:v00001B36d0000000Dsv*sd*... xhci_pci    module

The first word is a compatible string after `of:`, or a modalias pattern of
another bus.  Modules carry their aliases with them; for built-in drivers newer
kernels list them in a file, and in older ones the tables of compatible strings
can still be found in the image.
"""

import lzma
import re
from pathlib import Path

# Buses whose devices the report looks at.
BUSES = ('of', 'amba', 'virtio', 'pci')

# Linux keeps a compatible string in a fixed field of struct of_device_id,
# behind two empty fields of 32 bytes and filled up with zeros.
COMPATIBLE_FIELD = 128
COMPATIBLE = re.compile(rb'\0{64}([A-Za-z0-9][\w.+-]*(?:,[\w.,+-]+)?)\0')

# Drivers of PrimeCells match by the numbers in the cell, so their compatible
# strings are in no table: when one is built in, its name says it all.
PRIMECELLS = {
    'amba-pl011': 'arm,pl011',
    'gpio-pl061': 'arm,pl061',
    'rtc-pl031': 'arm,pl031',
    'sp805_wdt': 'arm,sp805',
    'arm_mhu': 'arm,mhu',
}


def compatibles(image: bytes) -> set[str]:
    """The compatible strings that drivers built into `image` match."""
    found = set()
    for match in COMPATIBLE.finditer(image):
        start = match.start(1)
        field = image[start:start + COMPATIBLE_FIELD]
        if field.rstrip(b'\0') == match[1]:
            found.add(match[1].decode())
    return found


def _unpacked(module: Path) -> bytes:
    data = module.read_bytes()
    return lzma.decompress(data) if module.suffix == '.xz' else data


def _pattern(alias: str) -> str | None:
    """An alias as the report looks it up, or None for one of no interest."""
    if alias.split(':')[0] not in BUSES or ' ' in alias:
        return None
    if not alias.startswith('of:'):
        return alias
    # "of:N*T*Cx" and "of:N*T*CxC*" come in pairs: take the one that is exact.
    compatible = alias.partition('T*C')[2]
    return f'of:{compatible}' if compatible and '*' not in compatible else None


def module_aliases(modules: Path) -> dict[str, str]:
    """Pattern of each device that a module in `modules` drives -> module."""
    found = {}
    for path in sorted(modules.rglob('*.ko*')):
        name = path.name.split('.ko')[0].replace('-', '_')
        for alias in re.findall(rb'\0alias=([^\0]*)', _unpacked(path)):
            pattern = _pattern(alias.decode('latin1'))
            if pattern:
                found[pattern] = name
    return found


def builtin_aliases(modules: Path) -> dict[str, str]:
    """The same for what is built in: Linux lists it from 6.18 on."""
    listed = modules / 'modules.builtin.modinfo'
    found = {}
    if listed.exists():
        for name, alias in re.findall(rb'([^\0.]+)\.alias=([^\0]*)', listed.read_bytes()):
            pattern = _pattern(alias.decode('latin1'))
            if pattern:
                found[pattern] = name.decode()
    return found


def builtin_primecells(modules: Path) -> set[str]:
    """The compatibles of the PrimeCells whose drivers are built in."""
    listed = modules / 'modules.builtin'
    names = {Path(line).stem for line in listed.read_text().splitlines()}
    return {PRIMECELLS[name] for name in names & PRIMECELLS.keys()}


def table(image: Path, modules: Path) -> str:
    """The text of /etc/avps/drivers.

    image: the kernel, not compressed.
    modules: the folder with its `modules.builtin`, `modules.builtin.modinfo`
    and modules, such as .../lib/modules/<release>.
    """
    rows = {f'of:{name}': ('-', 'builtin')
            for name in compatibles(image.read_bytes())
            | builtin_primecells(modules)}
    rows.update({pattern: (name, 'builtin')
                 for pattern, name in builtin_aliases(modules).items()})
    rows.update({pattern: (name, 'module')
                 for pattern, name in module_aliases(modules).items()})
    return ''.join(f'{pattern} {driver} {how}\n'
                   for pattern, (driver, how) in sorted(rows.items()))
