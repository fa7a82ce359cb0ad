# SPDX-License-Identifier: GPL-2.0-or-later
"""The requirement matrix is well formed, and results can only take away from its claims."""

import dataclasses
import json
import re

import pytest

from avpstool import conformance
from avpstool.conformance import LEVELS, STATUSES, Requirement, status

pytestmark = pytest.mark.quick

SAMPLE = Requirement(id='AVPS-v2.0-7', chapter='2.6.1 Block devices', level='MUST',
                     text='A sentence of ours that says what is asked.', claim='met', note='',
                     tests=('guest/a', 'qtest/b'))


def claim(what: str, **changes) -> Requirement:
    return dataclasses.replace(SAMPLE, claim=what, **changes)


def outcomes(first: str, second: str) -> dict[str, str]:
    pairs = zip(SAMPLE.tests, (first, second))
    return {name: outcome for name, outcome in pairs if outcome != 'absent'}


@pytest.mark.parametrize('claimed, first, second, expected', [
    ('met', 'passed', 'passed', 'met'),
    ('met', 'passed', 'failed', 'partly'),
    ('met', 'skipped', 'passed', 'partly'),
    ('met', 'passed', 'absent', 'partly'),
    ('met', 'failed', 'skipped', 'open'),
    ('met', 'absent', 'absent', 'open'),
    ('partly', 'passed', 'passed', 'partly'),
    ('partly', 'failed', 'passed', 'partly'),
    ('partly', 'failed', 'failed', 'open'),
    ('open', 'passed', 'passed', 'open'),
])
def test_results_limit_claim(claimed, first, second, expected):
    assert status(claim(claimed), outcomes(first, second)) == expected


@pytest.mark.parametrize('claimed', ['met', 'partly'])
def test_claim_without_tests_is_open(claimed):
    assert status(claim(claimed, tests=()), {'guest/a': 'passed'}) == 'open'


def test_only_named_tests_count():
    others = {'guest/a-longer-name': 'passed', 'guest': 'passed'}
    assert status(claim('met'), others) == 'open'


def test_json_has_status_and_tests_of_all():
    requirements = conformance.load_requirements()
    printed = json.loads(conformance.as_json(requirements, results={}))
    assert list(printed) == [r.id for r in requirements]
    assert {tuple(entry) for entry in printed.values()} == {('status', 'tests')}
    assert {entry['status'] for entry in printed.values()} == {'open'}


def test_table_says_what_did_not_pass():
    table = conformance.as_table([claim('met')], outcomes('passed', 'failed'), columns=80)
    assert 'qtest/b (failed)' in table
    assert 'guest/a' not in table
    assert table.endswith('1 requirements: 0 met, 1 partly, 0 open')


def test_table_says_that_nothing_ran():
    table = conformance.as_table([claim('met')], results={}, columns=80)
    assert 'its tests have not run' in table


def test_table_fits_the_terminal():
    requirements = conformance.load_requirements()
    failed = {name: 'failed' for row in requirements for name in row.tests}
    for results in ({}, failed):
        table = conformance.as_table(requirements, results, columns=80)
        assert max(len(line) for line in table.splitlines()) <= 80


def test_missing_results_are_no_results(tmp_path):
    assert conformance.load_results(tmp_path / 'results.json') == {}


@pytest.mark.parametrize('contents', ['{', '[]', ''], ids=['cut', 'list', 'empty'])
def test_broken_results_name_the_way_out(tmp_path, contents):
    broken = tmp_path / 'results.json'
    broken.write_text(contents)
    with pytest.raises(conformance.ui.UserError, match='remove it and run'):
        conformance.load_results(broken)


def faults(row: Requirement) -> list[str]:
    """What is wrong with one row of requirements.toml."""
    checks = {
        'level': row.level in LEVELS,
        'status': row.claim in STATUSES,
        'chapter': re.fullmatch(r'2(\.\d+)+ \S.*', row.chapter),
        'text is one sentence': re.fullmatch(r'[^\n]{30,160}[^.\n]\.', row.text),
        'tests named once': len(set(row.tests)) == len(row.tests),
        'met has no note': row.claim != 'met' or not row.note,
        'a claim names tests': row.claim == 'open' or row.tests,
        'a note says what is missing': row.claim == 'met' or row.note,
    }
    return [f'{row.id}: {what}' for what, holds in checks.items() if not holds]


def test_all_fifty_are_listed_in_order():
    ids = [r.id for r in conformance.load_requirements()]
    assert ids == [f'AVPS-v2.0-{n}' for n in range(1, 51)]


def test_rows_are_well_formed():
    assert [fault for row in conformance.load_requirements() for fault in faults(row)] == []


@pytest.mark.parametrize('broken', [
    claim('done'), claim('met', tests=()), claim('partly'), claim('met', note='something'),
    claim('met', level='WILL'), claim('met', text='No end'), claim('met', tests=('x', 'x')),
], ids=['status', 'no-tests', 'no-note', 'met-with-note', 'level', 'text', 'twice'])
def test_broken_row_is_found(broken):
    assert faults(broken)


def test_named_tests_exist(all_names):
    missing = [f'{row.id}: {name}' for row in conformance.load_requirements()
               for name in row.tests if name not in all_names]
    assert missing == []
