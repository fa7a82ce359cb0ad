# SPDX-License-Identifier: GPL-2.0-or-later
"""`avps conformance`: how far the AVPS requirements are met, judged by the last test results.

tests/conformance/requirements.toml says what we claim of each requirement and which tests prove
it. A claim is not believed: it counts only as far as its tests ran and passed.
"""

import dataclasses
import json
import pathlib
import shutil
import sys
import textwrap
import tomllib

from . import paths, ui

REQUIREMENTS = paths.ROOT / 'tests' / 'conformance' / 'requirements.toml'
RESULTS_FILE = paths.RESULTS / 'results.json'

LEVELS = ('MUST', 'SHALL', 'SHOULD', 'MAY')
STATUSES = ('met', 'partly', 'open')


@dataclasses.dataclass(frozen=True)
class Requirement:
    """One row of requirements.toml; `claim` is what we say, not what the results show."""
    id: str
    chapter: str
    level: str
    text: str
    claim: str
    note: str
    tests: tuple[str, ...]


def load_requirements(path: pathlib.Path = REQUIREMENTS) -> list[Requirement]:
    with open(path, 'rb') as file:
        rows = tomllib.load(file)['requirement']
    return [Requirement(id=row['id'], chapter=row['chapter'], level=row['level'],
                        text=row['text'], claim=row['status'], note=row.get('note', ''),
                        tests=tuple(row.get('tests', ())))
            for row in rows]


def load_results(path: pathlib.Path = RESULTS_FILE) -> dict[str, str]:
    """{test name: 'passed' | 'failed' | 'skipped'}; empty when no test has run yet."""
    try:
        results = json.loads(path.read_text())
    except FileNotFoundError:
        return {}
    except ValueError:
        results = None
    if not isinstance(results, dict):
        raise ui.UserError(f'{path} is damaged: remove it and run ./scripts/avps test again')
    return results


def passed_tests(requirement: Requirement, results: dict[str, str]) -> list[str]:
    return [name for name in requirement.tests if results.get(name) == 'passed']


def status(requirement: Requirement, results: dict[str, str]) -> str:
    """What the results leave of the claim: a claim can only lose by them, never gain."""
    passed = passed_tests(requirement, results)
    if requirement.claim == 'open' or not passed:
        return 'open'
    if len(passed) < len(requirement.tests):
        return 'partly'
    return requirement.claim


def as_json(requirements: list[Requirement], results: dict[str, str]) -> str:
    return json.dumps({r.id: {'status': status(r, results), 'tests': list(r.tests)}
                       for r in requirements}, indent=2)


def shortfall(requirement: Requirement, results: dict[str, str]) -> str:
    """Why the requirement is not met: our own note, then the tests that did not pass."""
    reasons = [requirement.note] if requirement.note else []
    if requirement.claim != 'open':
        reasons += unproven(requirement, results)
    return '; '.join(reasons)


def unproven(requirement: Requirement, results: dict[str, str]) -> list[str]:
    if not any(name in results for name in requirement.tests):
        return ['its tests have not run']
    return [f'{name} ({results.get(name, "not run")})' for name in requirement.tests
            if results.get(name) != 'passed']


def by_chapter(requirements: list[Requirement]) -> dict[str, list[Requirement]]:
    chapters: dict[str, list[Requirement]] = {}
    for requirement in requirements:
        chapters.setdefault(requirement.chapter, []).append(requirement)
    return chapters


def count_line(states: list[str]) -> str:
    return ', '.join(f'{states.count(name)} {name}' for name in STATUSES)


def as_table(requirements: list[Requirement], results: dict[str, str], columns: int) -> str:
    lines = []
    for chapter, members in by_chapter(requirements).items():
        states = [status(r, results) for r in members]
        lines += ['', f'{chapter}  ({count_line(states)})']
        for requirement, state in zip(members, states):
            number = requirement.id.rsplit('-', 1)[1]
            head = f'  {number:>2}  {state:<7}{requirement.level:<7}'
            lines += wrapped(requirement.text, columns, head)
            reason = shortfall(requirement, results)
            if state != 'met' and reason:
                lines += wrapped(f'({reason})', columns, ' ' * len(head))
    total = [status(r, results) for r in requirements]
    return '\n'.join(lines[1:] + ['', f'AVPS v2.0, {len(total)} requirements: {count_line(total)}'])


def wrapped(text: str, columns: int, head: str) -> list[str]:
    return textwrap.wrap(text, columns, initial_indent=head,
                         subsequent_indent=' ' * len(head), break_on_hyphens=False)


def table_width() -> int:
    return min(100, max(60, shutil.get_terminal_size().columns))


def register(subparsers) -> None:
    parser = subparsers.add_parser(
        'conformance', help='show how far each AVPS requirement is met, by the last test results')
    parser.add_argument('--json', action='store_true',
                        help='print {id: {"status": ..., "tests": [...]}} instead of the table')
    parser.set_defaults(main=main)


def main(args) -> int:
    requirements = load_requirements()
    results = load_results()
    if not results:
        print('avps: no test results yet, so nothing counts as met; run ./scripts/avps test',
              file=sys.stderr)
    if args.json:
        print(as_json(requirements, results))
    else:
        print(as_table(requirements, results, columns=table_width()))
    return 0
