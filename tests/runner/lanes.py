# SPDX-License-Identifier: GPL-2.0-or-later
"""Tests run beside each other, one in each lane.

Tests that share a program or a machine are a group.  A group runs in a process of its own, forked
from the one that collected all tests, which sends the reports back.
"""

import multiprocessing
import multiprocessing.connection
import signal

import pytest

from runner import tap

FORK = multiprocessing.get_context('fork')


class Lanes:
    """pytest plugin in place of pytest's own loop, which runs one test after the other."""

    def __init__(self, config):
        self.count = config.getoption('lanes')

    def pytest_runtestloop(self, session):
        if self.count == 1:
            return None
        waiting, running = groups(session.items), {}
        try:
            while waiting or running:
                while waiting and len(running) < self.count:
                    group = Group(waiting.pop(0))
                    running[group.reports] = group
                for reports in multiprocessing.connection.wait(running):
                    if not running[reports].forward():
                        del running[reports]
        finally:
            for group in running.values():
                group.stop()
        return True


# Groups

def groups(items):
    """Lists of tests, in the order in which they are to be begun."""
    found = {}
    for item in items:
        found.setdefault(shared_by(item), []).append(item)
    return sorted(found.values(), key=lambda group: not is_lengthy(group))


def shared_by(item):
    """What a test has in common with the others of its group; itself if there are none."""
    if isinstance(item, tap.Case):
        return item.run
    fixtures = getattr(item, '_fixtureinfo').name2fixturedefs.values()
    of_module = any(definitions[-1].scope == 'module' for definitions in fixtures)
    return item.path if of_module else item


def is_lengthy(group):
    """Is it begun first, so that it is not what all wait for in the end?"""
    return any(item.get_closest_marker('lengthy') for item in group)


class Group:
    """A process that runs some tests."""

    def __init__(self, items):
        self.items = {item.public_name: item for item in items}     # those that have not ended
        self.config = items[0].config
        self.reports, sender = FORK.Pipe(duplex=False)
        self.process = FORK.Process(target=run, args=(items, sender))
        self.process.start()
        sender.close()

    def forward(self):
        """Give the next report to pytest; False if there is none any more."""
        data = self.receive()
        if data is None:
            self.process.join()
            self.report_losses()
            return False
        report = self.config.hook.pytest_report_from_serializable(config=self.config, data=data)
        if report.when == 'teardown':
            del self.items[report.public_name]
        self.config.hook.pytest_runtest_logreport(report=report)
        return True

    def receive(self):
        try:
            return self.reports.recv()
        except EOFError:
            return None

    def report_losses(self):
        """Whatever has not ended by now never will."""
        def fail():
            pytest.fail(f'its process ended with {tap.describe(self.process.exitcode)}',
                        pytrace=False)
        for item in self.items.values():
            for when, what in (('call', fail), ('teardown', lambda: None)):
                call = pytest.CallInfo.from_call(what, when)
                report = item.ihook.pytest_runtest_makereport(item=item, call=call)
                self.config.hook.pytest_runtest_logreport(report=report)

    def stop(self):
        """End the process, which ends what it has started."""
        self.process.terminate()
        self.process.join()


# In the process of a group

class Sender:
    """pytest plugin that sends the reports away instead of showing them."""

    def __init__(self, config, reports):
        self.config = config
        self.reports = reports

    def pytest_runtest_logreport(self, report):
        self.reports.send(self.config.hook.pytest_report_to_serializable(
            config=self.config, report=report))


def run(items, reports):
    """Run the tests of a group."""
    config = items[0].config
    # Ctrl-C reaches all processes: the first of them decides, and ends the others.
    signal.signal(signal.SIGINT, lambda *_: None)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    take_own_output(config)
    config.pluginmanager.unregister(name='avps-progress')
    config.pluginmanager.register(Sender(config, reports))
    try:
        for item, following in zip(items, [*items[1:], None]):
            config.hook.pytest_runtest_protocol(item=item, nextitem=following)
    except KeyboardInterrupt:
        # As pytest does at the end of a session: machines of a whole module are stopped.
        getattr(items[0].session, '_setupstate').teardown_exact(None)


def take_own_output(config):
    """What tests print is captured in a file, which must not be that of another process."""
    capture = config.pluginmanager.getplugin('capturemanager')
    capture.stop_global_capturing()
    capture.start_global_capturing()
    capture.suspend_global_capture()
