# SPDX-License-Identifier: GPL-2.0-or-later
"""The page docs/memory-map.rst, generated from the table in hw/avps/map.c.

Write it anew after a change of the table:

    PYTHONPATH=scripts /usr/bin/python3 -m avpstool.memmap
"""

import dataclasses
import itertools

from avpstool import ctable, paths

PAGE = paths.ROOT / 'docs' / 'memory-map.rst'
TABLE = paths.ROOT / 'hw' / 'avps' / 'map.c'

# map.c includes QEMU's common header only because all of QEMU's sources do.
STAND_IN_FOR_QEMU = '#include <string.h>\n'

PRINTER = '''
#include <inttypes.h>
#include <stdio.h>
#include "hw/avps/map.h"

int main(void)
{
    for (const AvpsMapRow *row = avps_map; row->name; row++) {
        printf("%s\\t%" PRIu64 "\\t%" PRIu64 "\\t%d\\t%d\\t%d\\t%d\\t%d\\t%s\\n",
               row->name, row->base, row->size, row->spi, row->num_spis,
               row->stream, row->kind == AVPS_KIND_RESERVED,
               !!(row->flags & AVPS_SECURE), row->what);
    }
    return 0;
}
'''

INTRO = '''\
..
   SPDX-License-Identifier: GPL-2.0-or-later
   Generated from hw/avps/map.c by scripts/avpstool/memmap.py: change the table, not this page.

Memory map
==========

One table in the source, ``hw/avps/map.c``, holds every address, interrupt and StreamID of the
machine. The wiring, the device tree and this page are made from it, and the test
``qtest/map`` compares the running machine with it.

* *SPI* is the number of the shared peripheral interrupt as the device tree counts it. The
  interrupt's INTID at the GIC is 32 higher.
* *StreamID* is what the IOMMU knows the master by; the device tree says it in ``iommus``. PCIe
  functions have their bus, device and function number as StreamID (``iommu-map``).
* Below 0x0b000000 and from 0x0e000000 up, the addresses are those of QEMU's ``virt`` machine,
  so that firmware for ``virt`` runs unmodified. The VIRTIO transports are the exception:
  they lie 64 KiB apart, so that each can be given to another VM.
* Blocks marked *secure* exist with ``secure=on`` only, and only secure accesses reach them.

A device that one row makes is the QOM object of that name under ``/machine/soc``.

'''

RESERVED_INTRO = '''
Reserved for later blocks
-------------------------

Nothing answers at these addresses yet. Blocks of later versions will have them.

'''


@dataclasses.dataclass(frozen=True)
class Row:
    name: str
    base: int
    size: int
    spi: int
    num_spis: int
    stream: int
    reserved: bool
    secure: bool
    what: str


def read_table() -> list[Row]:
    """The rows of map.c, by address."""
    rows = [Row(name, *map(int, numbers[:5]), *(flag == '1' for flag in numbers[5:]), what)
            for name, *numbers, what in ctable.rows(TABLE, PRINTER,
                                                    {'qemu/osdep.h': STAND_IN_FOR_QEMU})]
    return sorted(rows, key=lambda row: row.base)


def amount(size: int) -> str:
    for unit, name in ((1 << 30, 'GiB'), (1 << 20, 'MiB'), (1 << 10, 'KiB')):
        if size % unit == 0:
            return f'{size // unit} {name}'
    return f'{size} bytes'


def span(first: int, count: int) -> str:
    if not count:
        return '--'
    return str(first) if count == 1 else f'{first} .. {first + count - 1}'


def cells(row: Row) -> tuple[str, ...]:
    limit = 'up to ' if row.name == 'ram' else ''
    stream = '--' if row.stream < 0 else f'{row.stream:#x}'
    secure = '; *secure*' if row.secure else ''
    return (f'{row.base:#010x}', limit + amount(row.size), span(row.spi, row.num_spis), stream,
            f'``{row.name}``', row.what.removeprefix('reserved: ') + secure)


def cells_of_series(first: Row, count: int) -> tuple[str, ...]:
    """One line for many like blocks, such as the VIRTIO transports."""
    pitch = amount(first.size)
    what = (f'{without_number(first.what)}N, N = 0 .. {count - 1}: address + N x {pitch}, '
            'SPI + N, StreamID + N')
    return (f'{first.base:#010x}', f'{count} x {pitch}', span(first.spi, count),
            f'{first.stream:#x} ..', f'``{without_number(first.name)}N``', what)


def without_number(name: str) -> str:
    return name.rstrip('0123456789')


def is_series(rows: list[Row]) -> bool:
    first = rows[0]
    return len(rows) >= 8 and all(
        (row.base, row.size, row.spi, row.stream)
        == (first.base + n * first.size, first.size, first.spi + n, first.stream + n)
        for n, row in enumerate(rows))


def lines(rows: list[Row]) -> list[tuple[str, ...]]:
    table = []
    for _, group in itertools.groupby(rows, key=lambda row: without_number(row.name)):
        alike = list(group)
        if is_series(alike):
            table.append(cells_of_series(alike[0], len(alike)))
        else:
            table += [cells(row) for row in alike]
    return table


def rst_table(rows: list[Row]) -> str:
    return ctable.rst([('Address', 'Size', 'SPI', 'StreamID', 'Block', 'What'), *lines(rows)])


def page() -> str:
    """The whole page, as it must stand in docs/."""
    rows = read_table()
    return (INTRO + rst_table([row for row in rows if not row.reserved])
            + RESERVED_INTRO + rst_table([row for row in rows if row.reserved]))


def main() -> None:
    PAGE.write_text(page())


if __name__ == '__main__':
    main()
