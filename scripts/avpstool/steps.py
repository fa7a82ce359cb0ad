# SPDX-License-Identifier: GPL-2.0-or-later
"""Long-running commands: logged, watched for progress, stopped with us."""

import contextlib
import itertools
import os
import re
import subprocess

from avpstool import paths, state, ui

TAIL_LINES = 15
CHUNK = 1 << 20

# A command that we started must not write on when we are gone.
DIE_WITH_US = ['setpriv', '--pdeathsig', 'TERM', '--']

_NINJA_STATUS = re.compile(r'\[(\d+)/(\d+)\] (.*)')


def run(what, argv, *, log, cwd=None, env=None, watch=None, advice=None):
    """Run `argv` as the step `what`, its output in build/logs/`log`.log.

    `watch(line, progress)` sees each line of the output.  A failure shows the
    end of the log and becomes one sentence, to which `advice` adds the way
    out.
    """
    path = paths.LOGS / f'{log}.log'
    path.parent.mkdir(parents=True, exist_ok=True)
    with ui.Progress(what) as progress, open(path, 'w') as output:
        output.write(f'$ {" ".join(map(str, argv))}\n')
        output.flush()
        process = subprocess.Popen(
            DIE_WITH_US + [str(word) for word in argv], cwd=cwd,
            env={**os.environ, 'LC_ALL': 'C.UTF-8', **(env or {})},
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, errors='replace',
            pass_fds=state.held_locks())
        for line in process.stdout:
            output.write(line)
            if watch:
                watch(line.rstrip('\n'), progress)
        if process.wait() == 0:
            return
        output.flush()
        raise Failed(what, path, advice)


class Failed(ui.UserError):
    """A step failed: the end of its log says why."""

    def __init__(self, what, log, advice):
        lines = log.read_text(errors='replace').splitlines()[-TAIL_LINES:]
        self.details = '\n'.join(f'  | {line}' for line in lines)
        super().__init__(f'{what} failed: see {log}' + (f'; {advice}' if advice else ''))


def watch_ninja(line, progress):
    found = _NINJA_STATUS.match(line)
    if found:
        done, total = int(found[1]), int(found[2])
        progress.update(done, total, f'[{done}/{total}] {found[3]}')


def unpack_tar(archive, directory):
    """Unpack a compressed source archive without its top directory."""
    size = archive.stat().st_size
    with ui.Progress(f'unpacking {archive.name}') as progress, open(archive, 'rb') as source:
        _untar(source, directory, ['-J', '--strip-components=1'],
               lambda: progress.update_bytes(source.tell(), size))


def unpack_deb(deb, directory):
    """Unpack the files of a Debian package."""
    listed = subprocess.run(['dpkg-deb', '-f', deb, 'Installed-Size'], check=True, text=True,
                            stdout=subprocess.PIPE).stdout
    total = int(listed or 0) << 10
    with (ui.Progress(f'unpacking {deb.name}') as progress,
          subprocess.Popen(['dpkg-deb', '--fsys-tarfile', deb],
                           stdout=subprocess.PIPE) as package):
        done = itertools.count(1)
        _untar(package.stdout, directory, [],
               lambda: progress.update_bytes(min(next(done) * CHUNK, total), total))
    if package.returncode != 0:
        raise _broken(deb)


def _untar(source, directory, options, report):
    argv = [*DIE_WITH_US, 'tar', '-x', '--no-same-owner', '-C', directory, *options]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, pass_fds=state.held_locks()) as tar:
        with contextlib.suppress(BrokenPipeError):
            while chunk := source.read(CHUNK):
                tar.stdin.write(chunk)
                report()
            tar.stdin.close()
    if tar.returncode != 0:
        raise _broken(directory)


def _broken(what):
    return ui.UserError(f'{what} cannot be unpacked: make room on the disk, or remove '
                        f'{paths.CACHE} to fetch everything anew')


def disk_tool(*argv):
    """Run a tool that makes disk images; some live where only root's PATH looks."""
    result = subprocess.run([str(word) for word in argv], check=False, text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                            env={'PATH': '/usr/sbin:/usr/bin:/sbin:/bin', 'LC_ALL': 'C.UTF-8'})
    if result.returncode != 0:
        raise ui.UserError(f'{argv[0]} failed: {result.stdout.strip()}: make room on the disk '
                           'that holds build/, or report this')
