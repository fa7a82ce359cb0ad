# SPDX-License-Identifier: GPL-2.0-or-later
"""The page of the memory map is the one that the table in the source gives."""

import dataclasses

import pytest

from avpstool import memmap

pytestmark = pytest.mark.quick

FIRST = memmap.Row(name='port0', base=0x1000, size=0x100, spi=5, num_spis=1, stream=0x80,
                   reserved=False, secure=False, what='port 0')


def ports(count: int) -> list[memmap.Row]:
    return [dataclasses.replace(FIRST, name=f'port{n}', base=0x1000 + n * 0x100, spi=5 + n,
                                stream=0x80 + n, what=f'port {n}') for n in range(count)]


def test_memory_map_page_is_fresh():
    assert memmap.PAGE.read_text() == memmap.page(), (
        'write it anew: PYTHONPATH=scripts /usr/bin/python3 -m avpstool.memmap')


def test_memory_map_table_has_all_blocks():
    rows = memmap.read_table()
    assert len(rows) > 60
    assert [row.base for row in rows] == sorted(row.base for row in rows)
    assert {'ram', 'uart0', 'virtio-mmio31'} <= {row.name for row in rows}


def test_memory_map_joins_only_regular_series():
    regular = ports(8)
    assert len(memmap.lines(regular)) == 1
    assert len(memmap.lines(regular[:7])) == 7
    shifted = regular[:7] + [dataclasses.replace(regular[7], base=0x2000)]
    assert len(memmap.lines(shifted)) == 8
