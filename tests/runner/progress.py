# SPDX-License-Identifier: GPL-2.0-or-later
"""What the user sees of a test run: a line per test, failures with their text, totals."""

import json
import pathlib
import sys

import pytest

WORDS = {'passed': 'ok', 'failed': 'FAILED', 'skipped': 'skip'}
COLOURS = {'passed': '32', 'failed': '31;1', 'skipped': '33'}


class Progress:
    """pytest plugin in place of pytest's terminal reporter."""

    def __init__(self, config):
        self.config = config
        self.results = {}           # public name -> passed, failed, skipped
        self.seconds = {}
        self.reasons = {}           # public name -> why skipped or failed
        self.broken = []            # what could not be collected, or run at all
        self.total = 0
        self.ended = 0
        self.stopped = False

    # Collection

    def pytest_collectreport(self, report):
        if report.failed:
            self.broken.append(report.nodeid)
            say(f'{report.nodeid}: cannot be collected\n{report.longrepr}')

    def pytest_internalerror(self, excrepr):
        self.broken.append('pytest')
        say(str(excrepr))

    def pytest_collection_finish(self, session):
        self.total = len(session.items)
        if self.config.getoption('list_names'):
            for item in session.items:
                say(item.public_name)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session):
        # True ends the loop: nothing is run for a list, nor on half a collection.
        return True if self.config.getoption('list_names') or self.broken else None

    # Running

    def pytest_runtest_logreport(self, report):
        name = report.public_name
        self.seconds[name] = self.seconds.get(name, 0) + report.duration
        if report.failed:
            self.results[name] = 'failed'
            self.reasons[name] = report.longreprtext + captured(report)
        elif report.skipped:
            self.results[name] = 'skipped'
            self.reasons[name] = skip_reason(report)
        elif report.when == 'call':
            self.results[name] = 'passed'
        if report.when == 'teardown':
            self.print_line(name)

    def print_line(self, name):
        result = self.results[name]
        self.ended += 1
        count = f'{self.ended:{len(str(self.total))}}/{self.total}'
        line = f'{count}  {paint(result):>6}  {self.seconds[name]:6.1f} s  {name}'
        if result == 'skipped':
            line += f': {self.reasons[name]}'
        say(line)
        if result == 'failed':
            say(indent(self.reasons[name]))

    # The end

    def pytest_keyboard_interrupt(self, excinfo):
        self.stopped = True
        message = getattr(excinfo.value, 'msg', None) or 'interrupted'
        print(f'avps: {message}', file=sys.stderr, flush=True)

    def pytest_sessionfinish(self, session, exitstatus):
        if self.config.getoption('list_names'):
            return
        failed = [name for name, result in self.results.items() if result == 'failed']
        if failed:
            say('\nfailed:')
            say('\n'.join('  ' + name for name in failed))
        self.write_results(session)

    def write_results(self, session):
        directory = self.config.getoption('results')
        if not directory or not self.results:
            return
        file = pathlib.Path(directory) / 'results.json'
        whole = (not self.config.getoption('select')
                 and len(self.results) == self.total and not self.broken)
        known = {} if whole else read_json(file)
        known.update(self.results)
        file.parent.mkdir(parents=True, exist_ok=True)
        temporary = file.with_suffix('.new')
        temporary.write_text(json.dumps(known, indent=1, sort_keys=True) + '\n')
        temporary.replace(file)

    @pytest.hookimpl(trylast=True)
    def pytest_unconfigure(self):
        if self.config.getoption('list_names') or (self.stopped and not self.results):
            return
        counts = {result: list(self.results.values()).count(result)
                  for result in ('passed', 'failed', 'skipped')}
        counts['failed'] += len(self.broken)
        line = f"{counts['passed']} passed, {counts['failed']} failed"
        if counts['skipped']:
            line += f", {counts['skipped']} skipped"
        say(line)


def captured(report):
    return ''.join(f'\n--- {title}\n{text}' for title, text in report.sections)


def skip_reason(report):
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longreprtext
    return reason.removeprefix('Skipped: ')


def read_json(file):
    try:
        return json.loads(file.read_text())
    except (OSError, ValueError):
        return {}


def paint(result):
    word = f'{WORDS[result]:>6}'
    return f'\033[{COLOURS[result]}m{word}\033[0m' if sys.stdout.isatty() else word


def indent(text):
    return '\n'.join('    | ' + line for line in text.splitlines())


def say(line):
    print(line, flush=True)
