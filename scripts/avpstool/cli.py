# SPDX-License-Identifier: GPL-2.0-or-later
"""The command line: a table of commands, one module each."""

import argparse
import importlib
import os
import signal
import subprocess
import sys
import time

from avpstool import ui

# Each module has register(subparsers) and main(args).
COMMANDS = ['setup', 'build', 'run', 'test', 'bench', 'dts', 'fuse', 'sensors',
            'release-check', 'conformance']

# A command that took longer than this says how long.
LONG_SECONDS = 30


class Parser(argparse.ArgumentParser):
    """Says what is wrong with a command line in one sentence."""

    def error(self, message):
        raise ui.UsageError(f'{message} (see "{self.prog} --help")')


def _register(command, subparsers):
    name = f'avpstool.{command.replace("-", "_")}'
    try:
        importlib.import_module(name).register(subparsers)
    except ModuleNotFoundError as error:
        if error.name != name:
            raise


def _parser(wanted):
    """Only the wanted command's module is loaded, if there is one: starting
    a guest must not wait for the import of the others."""
    parser = Parser(
        prog='avps', description='Set up, build, run and test the avps-ecu machine.')
    subparsers = parser.add_subparsers(metavar='COMMAND', required=True)
    for command in [wanted] if wanted in COMMANDS else COMMANDS:
        _register(command, subparsers)
    return parser


def _parse(arguments):
    """Parse what stands before "--"; what follows is for another program."""
    own, _, rest = _partition(arguments, '--')
    parser = _parser(own[0] if own else None)
    args = parser.parse_args(own)
    if rest and not getattr(args, 'takes_rest', False):
        parser.error('this command takes nothing behind "--"')
    args.rest = rest
    return args


def _partition(words, separator):
    place = words.index(separator) if separator in words else len(words)
    return words[:place], words[place:place + 1], words[place + 1:]


def _terminated(*_):
    raise KeyboardInterrupt


def main(arguments=None):
    arguments = sys.argv[1:] if arguments is None else arguments
    signal.signal(signal.SIGTERM, _terminated)
    start = time.monotonic()
    try:
        args = _parse(arguments)
        code = args.main(args)
    except ui.UserError as error:
        if getattr(error, 'details', None):
            ui.say(error.details)
        ui.say(f'avps: {error}')
        return error.exit_code
    except BrokenPipeError:  # "avps ... | head"
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        ui.say(f'avps: {error.filename or "the disk"}: {error.strerror}: '
               'see that there is room and that it is yours to read and write')
        return 1
    except subprocess.CalledProcessError as error:
        ui.say(f'avps: {error.cmd[0]} failed with exit code {error.returncode}: '
               'see its message above')
        return 1
    except KeyboardInterrupt:
        ui.say('\navps: interrupted; the same command continues where it stopped')
        return 130
    elapsed = time.monotonic() - start
    if elapsed > LONG_SECONDS and not getattr(args, 'quiet_end', False):
        ui.say(f'avps: took {ui.duration(elapsed)}')
    return code
