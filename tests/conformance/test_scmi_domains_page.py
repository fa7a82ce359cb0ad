# SPDX-License-Identifier: GPL-2.0-or-later
"""The page of the SCMI domains is the one that the tables in the source give."""

import pytest

from avpstool import scmi_domains

pytestmark = pytest.mark.quick


def test_scmi_domains_page_is_fresh():
    assert scmi_domains.PAGE.read_text() == scmi_domains.page(), (
        'write it anew: PYTHONPATH=scripts /usr/bin/python3 -m avpstool.scmi_domains')


def test_scmi_domains_tables_have_all():
    tables = scmi_domains.read_tables()
    assert {section[0] for section in scmi_domains.SECTIONS} == set(tables)
    for protocol, rows in tables.items():
        numbers = sorted({int(row[0]) for row in rows})
        assert numbers == list(range(len(numbers))), protocol


@pytest.mark.parametrize('kind, values, shown', [
    ('list', '', '--'),
    ('list', '5000000', '5 V'),
    ('list', '1800000 3300000', '1.8 V, 3.3 V'),
    ('range', '600000 1050000 10000', '0.6 V .. 1.05 V by 0.01 V'),
    ('list', '1 2 3 4 5 6 7', '1e-06 V .. 7e-06 V in 7 steps'),
], ids=['none', 'one', 'two', 'range', 'many'])
def test_scmi_domains_choice(kind, values, shown):
    assert scmi_domains.choice(kind, values, scmi_domains.volts) == shown
