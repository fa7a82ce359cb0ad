# SPDX-License-Identifier: GPL-2.0-or-later
"""avps test: build what the tests need and run them under pytest.

The tests, their names and tiers are in tests/; see tests/conftest.py.
"""

import argparse
import os
import subprocess

from avpstool import paths, qemu

# On another build than the one that users run, the tests run that need no guest.
FOLDERS_OF_VARIANTS = ('qtest',)

# A guest has 2 GiB; the few with more leave most of it alone.
MEMORY_OF_A_JOB = 4 << 30


def register(subparsers):
    parser = subparsers.add_parser(
        'test', help='run the tests that prove the project',
        description='Runs the tests, one line each, and ends with the totals. '
        'Results go to build/results/ (junit.xml, results.json). On a QEMU other than the '
        'default one, and with --sanitize, the tests run that need no guest (qtests).')
    parser.add_argument('names', nargs='*', metavar='NAME',
                        help='only tests whose name contains NAME, or matches it as a glob')
    parser.add_argument('--list', action='store_true',
                        help='print the names of the tests, run none')
    parser.add_argument('-j', '--jobs', type=jobs_argument, default=jobs(), metavar='N',
                        help='tests that run beside each other (default on this computer: '
                        '%(default)s)')
    tier = parser.add_mutually_exclusive_group()
    tier.add_argument('--quick', dest='tier', action='store_const', const='quick',
                      help='the quick ones, under 3 minutes')
    tier.add_argument('--long', dest='tier', action='store_const', const='long',
                      help='all, soaks and slow modes included')
    parser.set_defaults(tier='default', main=main, quiet_end=True)
    qemu.add_source_options(parser)


def jobs():
    """One for each core, where there is memory for so many guests."""
    memory = os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES')
    return max(1, min(os.cpu_count(), memory // MEMORY_OF_A_JOB))


def jobs_argument(text):
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f'{text} is not a number of tests: give 1 or more')
    return int(text)


def main(args):
    binary = qemu.ensure_from(args, tests=True)
    variant = variant_of(args)
    results = paths.RESULTS / variant if variant else paths.RESULTS
    results.mkdir(parents=True, exist_ok=True)
    command = [qemu.PYTHON, '-m', 'pytest', '--rootdir', str(paths.ROOT / 'tests'),
               '-c', str(paths.ROOT / 'tests' / 'pytest.ini'),
               f'--tier={args.tier}', f'--lanes={args.jobs}', f'--qemu-binary={binary}',
               *(f'--select={name}' for name in args.names)]
    if args.list:
        command.append('--list-names')
    else:
        command += [f'--results={results}', f"--junit-xml={results / 'junit.xml'}"]
    folders = FOLDERS_OF_VARIANTS if variant else ()
    command += [str(paths.ROOT / 'tests' / folder) for folder in folders]
    return subprocess.run(command, cwd=paths.ROOT / 'tests', check=False,
                          env=environment(args)).returncode


def variant_of(args):
    """The name of a build that is not the usual one, '' for the usual one."""
    parts = []
    if args.qemu_version != qemu.DEFAULT_VERSION:
        parts.append('qemu-' + args.qemu_version)
    if args.qemu_src:
        parts.append('qemu-src')
    if args.sanitize:
        parts.append('sanitize')
    return '-'.join(parts)


def environment(args):
    env = dict(os.environ, PYTHONDONTWRITEBYTECODE='1')
    if args.sanitize:
        # QEMU keeps most of its memory until it exits, so that every run would end with
        # a list of leaks; what the sanitizers find in a run ends it instead.
        env['ASAN_OPTIONS'] = 'detect_leaks=0:abort_on_error=1'
        env['UBSAN_OPTIONS'] = 'halt_on_error=1:abort_on_error=1:print_stacktrace=1'
    return env
