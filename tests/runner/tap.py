# SPDX-License-Identifier: GPL-2.0-or-later
"""QEMU's C test programs as pytest tests: one test per path of glib's test framework.

A program runs once for all of its selected cases; its TAP lines are read as they come.
An assertion that fails aborts the whole program, so it is started again for the cases
that had no turn.
"""

import contextlib
import dataclasses
import os
import pathlib
import queue
import re
import signal
import subprocess
import threading
import time

import pytest

from avpstool import paths, steps

CASE_TIMEOUT = 300      # seconds for one case; the slowest takes about 40
LIST_TIMEOUT = 60
POLL_INTERVAL = 0.2
TAP_LINE = re.compile(r'^(?P<verdict>ok|not ok) \d+ (?P<path>\S+)'
                      r'(?: # SKIP ?(?P<reason>.*))?$', re.I)
# QEMU names its own process in each message; the rest of a log is worth more than this.
LOG_LINES = 60


@dataclasses.dataclass(frozen=True)
class Suite:
    """Some cases of some programs, and how they are called here."""
    prefix: str             # of the public name
    programs: str           # glob below tests/qtest of the build
    cases: str              # the glib paths that concern this machine begin with this
    tier: str = 'default'
    mode: str = 'quick'     # glib's -m
    qemu: str = ''          # a wrapper of QEMU that the programs are given

    def public_name(self, path):
        """The prefix, and what the path has below the last whole folder of `cases`."""
        folder = self.cases[:self.cases.rindex('/') + 1]
        return self.prefix + '/' + path.removeprefix(folder)


# Cases of QEMU's that cannot run here: part of the public name, reason
SKIPPED = (
    ('virtio-iommu', 'QEMU refuses -device virtio-iommu-pci; ours comes by iommu=virtio, qtest/viommu'),
    ('nxvirtq', 'drives the legacy transport of virtio-pci; VIRTIO devices are modern ones here'),
)

# Ours, but not among the quick ones: a minute of cases
THOROUGH = ('avps-smmu-fuzz-test',)

SUITES = (
    Suite('qtest', 'avps/avps-*-test', '/aarch64/', tier='quick'),
    Suite('qemu/qos', 'qos-test', '/aarch64/avps-ecu/',
          qemu=str(pathlib.Path(__file__).parent / 'qemu-system-aarch64')),
    # A machine with a version in its name takes part in the slow mode only.
    Suite('qemu/qom', 'qom-test', '/aarch64/qom/avps-ecu-', mode='slow'),
    Suite('qemu/hmp', 'test-hmp', '/aarch64/hmp/avps-ecu-', mode='slow'),
    Suite('qemu/introspect', 'device-introspect-test', '/aarch64/device/introspect/'),
)


def qemu_binary(config):
    return pathlib.Path(config.getoption('qemu_binary') or paths.QEMU_BIN)


def environment(config, suite):
    """What QEMU's own build gives to its test programs."""
    binary = qemu_binary(config)
    build = binary.parent
    return dict(os.environ,
                AVPS_QEMU_BINARY=str(binary),
                QTEST_QEMU_BINARY=suite.qemu or str(binary),
                QTEST_QEMU_IMG=str(build / 'qemu-img'),
                QTEST_QEMU_STORAGE_DAEMON_BINARY=str(
                    build / 'storage-daemon' / 'qemu-storage-daemon'),
                MALLOC_PERTURB_='165', G_TEST_SRCDIR=str(paths.ROOT / 'tests' / 'qtest'))


class Programs(pytest.File):
    """All test programs of a QEMU build."""

    def collect(self):
        folder = qemu_binary(self.config).parent / 'tests' / 'qtest'
        for suite in SUITES:
            programs = [p for p in sorted(folder.glob(suite.programs)) if p.is_file()]
            if not programs:
                raise self.CollectError(f'no {suite.programs} in {folder}')
            for program in programs:
                yield from self.cases(suite, program)

    def cases(self, suite, program):
        run = Run(program, suite.mode, environment(self.config, suite))
        found = [path for path in run.list() if path.startswith(suite.cases)]
        if not found:
            raise self.CollectError(f'{program.name} has no test below {suite.cases}')
        for path in found:
            case = Case.from_parent(self, name=path, run=run)
            case.public_name = suite.public_name(path)
            if suite.tier != 'default' and program.name not in THOROUGH:
                case.add_marker(suite.tier)
            for part, reason in SKIPPED:
                if part in case.public_name and suite.prefix.startswith('qemu/'):
                    case.add_marker(pytest.mark.skip(reason=reason))
            yield case


@dataclasses.dataclass
class Result:
    verdict: str            # ok, skip, not ok
    text: str               # the reason of a skip, or what the program printed


class Case(pytest.Item):
    """One path of a program."""

    def __init__(self, *, run, **kwargs):
        super().__init__(**kwargs)
        self.run = run

    def setup(self):
        self.run.expect(case.name for case in self.session.items
                        if isinstance(case, Case) and case.run is self.run
                        and not case.get_closest_marker('skip'))

    def runtest(self):
        result = self.run.result(self.name)
        if result.verdict == 'skip':
            pytest.skip(result.text)
        if result.verdict != 'ok':
            raise TestFailed(result.text)

    def repr_failure(self, excinfo, style=None):
        if excinfo.errisinstance(TestFailed):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self):
        return self.path, 0, self.public_name


class TestFailed(Exception):
    """A case of a C program failed; the text is what it printed."""
    __test__ = False


class Run:
    """A program with the cases that are still to be run."""

    def __init__(self, program, mode, env):
        self.program = program
        self.mode = mode
        self.env = env
        self.paths = None           # in the order in which the program takes them
        self.results = {}
        self.process = None
        self.lines = None
        self.log = []
        self.deadline = 0

    def command(self, *args):
        return [str(self.program), '-m', self.mode, *args]

    def list(self):
        """All paths of the program."""
        done = subprocess.run(self.command('-l'), env=self.env, text=True, check=False,
                              cwd=self.program.parents[2], capture_output=True,
                              stdin=subprocess.DEVNULL, timeout=LIST_TIMEOUT)
        if done.returncode:
            raise pytest.Collector.CollectError(
                f'{self.program.name} -l failed:\n{done.stdout}{done.stderr}')
        return [line for line in done.stdout.splitlines() if line.startswith('/')]

    def expect(self, paths_to_run):
        """Say once which cases will be asked for."""
        if self.paths is None:
            self.paths = list(paths_to_run)

    def result(self, path):
        """Wait for the result of a case; the program is started when it must be."""
        while path not in self.results:
            if self.process is None:
                self.start()
            self.read_line()
        return self.results[path]

    def start(self):
        todo = [path for path in self.paths if path not in self.results]
        args = [arg for path in todo for arg in ('-p', path)]
        self.process = subprocess.Popen(
            steps.DIE_WITH_US + self.command('--tap', '-k', *args), env=self.env, text=True, errors='replace',
            cwd=self.program.parents[2], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, start_new_session=True)
        self.lines = queue.Queue()
        self.log = []
        self.deadline = time.monotonic() + CASE_TIMEOUT
        threading.Thread(target=forward_lines, args=(self.process.stdout, self.lines),
                         daemon=True).start()

    def read_line(self):
        """Take one line of the program, or notice that there will be none."""
        try:
            line = self.lines.get(timeout=POLL_INTERVAL)
        except queue.Empty:
            # The end of the program counts, not that of its output: a daemon that it
            # leaves behind keeps the pipe open.
            if self.process.poll() is not None:
                self.ended()
            elif time.monotonic() > self.deadline:
                self.stop()
                self.fail_current(f'no result within {CASE_TIMEOUT} s')
            return
        found = TAP_LINE.match(line)
        if not found:
            self.log.append(line)
            return
        verdict = found['verdict'].lower()
        if found['reason'] is not None:
            self.results[found['path']] = Result('skip', found['reason'])
        else:
            self.results[found['path']] = Result(verdict, self.text('the test failed'))
        self.log = []
        self.deadline = time.monotonic() + CASE_TIMEOUT

    def ended(self):
        status = self.process.returncode
        self.stop()
        if any(path not in self.results for path in self.paths):
            self.fail_current('the program ended with ' + describe(status))

    def fail_current(self, why):
        """The first case without a result is the one that was being run."""
        current = next(path for path in self.paths if path not in self.results)
        self.results[current] = Result('not ok', self.text(why))
        self.log = []

    def stop(self):
        """End the program and what it started."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.process = None

    def text(self, why):
        return '\n'.join([why, 'command: ' + ' '.join(self.command()), *self.log[-LOG_LINES:]])


def forward_lines(stream, lines):
    for line in stream:
        lines.put(line.rstrip('\n'))


def describe(status):
    if status < 0:
        return signal.Signals(-status).name
    return f'status {status} without a result'
