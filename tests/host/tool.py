# SPDX-License-Identifier: GPL-2.0-or-later
"""The avps command's own parts: the overlay, the mirrors, what interruptions leave behind."""

import os
import signal
import subprocess
import sys
import textwrap

import pytest

from avpstool import apt, cpio, guestdisk, modules, overlay, paths, state, ui

pytestmark = pytest.mark.quick


# The overlay

@pytest.fixture
def qemu_tree(work):
    tree = work / 'qemu'
    for directory in ('hw', 'include/hw', 'tests/qtest', 'configs/devices/aarch64-softmmu'):
        (tree / directory).mkdir(parents=True)
    (tree / 'hw/meson.build').write_text("subdir('arm')\n")
    (tree / 'meson.build').write_text("trace = [\n    'hw/audio',\n    'hw/block',\n]\n")
    (tree / 'tests/qtest/meson.build').write_text("tpmemu_files = ['a']\nqos.apply()\n")
    return tree


def test_overlay_is_laid_once(qemu_tree):
    assert sorted(overlay.apply(qemu_tree)) == sorted([*overlay.LINKS, *overlay.LINES])
    laid = {name: (qemu_tree / name).read_text() for name in overlay.LINES}
    assert overlay.apply(qemu_tree) == []
    assert laid == {name: (qemu_tree / name).read_text() for name in overlay.LINES}
    assert laid['meson.build'].index("'hw/avps'") < laid['meson.build'].index("'hw/block'")
    assert laid['tests/qtest/meson.build'].startswith("subdir('avps')\n")
    assert laid['hw/meson.build'].endswith("subdir('avps')\n")
    assert (qemu_tree / 'hw/avps').resolve() == paths.ROOT / 'hw/avps'


def test_overlay_is_repaired(qemu_tree):
    overlay.apply(qemu_tree)
    (qemu_tree / 'hw/avps').unlink()
    (qemu_tree / 'hw/avps').symlink_to('/nowhere')
    assert overlay.apply(qemu_tree) == ['hw/avps']
    assert (qemu_tree / 'hw/avps').resolve() == paths.ROOT / 'hw/avps'


def test_overlay_refuses_a_foreign_tree(qemu_tree):
    (qemu_tree / 'meson.build').write_text('project()\n')
    with pytest.raises(ui.UserError, match='--qemu-src'):
        overlay.apply(qemu_tree)


# The mirrors of the archive

SOURCES = {
    'deb822': ('sources.list.d/debian.sources', '''\
        Types: deb
        # a comment
        URIs: http://mirror.example/debian
        Suites: bookworm bookworm-updates
        Components: main

        Types: deb
        URIs: http://mirror.example/debian-security
        Suites: bookworm-security
        '''),
    'one-line': ('sources.list', '''\
        # deb http://other.example/debian bookworm main
        deb [arch=amd64] http://mirror.example/debian bookworm main
        deb http://mirror.example/debian-security bookworm-security main
        '''),
    'with-others': ('sources.list', '''\
        deb http://tools.example/debian-tools stable main
        deb http://mirror.example/debian bookworm main
        deb http://mirror.example/debian-security bookworm-security main
        '''),
}


@pytest.fixture
def system_sources(work, monkeypatch):
    def make(name, text):
        file = work / 'apt' / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(textwrap.dedent(text))
    monkeypatch.setattr(apt, 'SYSTEM_SOURCES', work / 'apt')
    return make


@pytest.mark.parametrize('form', SOURCES)
def test_mirrors_of(form, system_sources):
    system_sources(*SOURCES[form])
    assert apt.mirrors() == ('http://mirror.example/debian', 'http://mirror.example/debian-security')


def test_mirrors_missing(system_sources):
    system_sources('sources.list', 'deb http://tools.example/tools stable main\n')
    with pytest.raises(ui.UserError, match='no Debian mirror'):
        apt.mirrors()


# What belongs to a package

PLAN = '''\
Inst libone1 (1.0-1+deb13u1 Debian:13.7/stable, Debian-Security:13/stable-security [arm64])
Inst libtwo2 (2:2.0-2 Debian:13.7/stable [all]) []
Inst tool (1:3.0+ds-3 Debian:13.7/stable [arm64])
Conf libone1 (1.0-1+deb13u1 Debian:13.7/stable [arm64])
Conf tool (1:3.0+ds-3 Debian:13.7/stable [arm64])
'''


@pytest.fixture
def archive(monkeypatch):
    """An archive where apt would install what PLAN says."""
    monkeypatch.setattr(apt.Archive, '_ensure_lists', lambda self: None)
    monkeypatch.setattr(apt.subprocess, 'run', lambda command, **options:
                        subprocess.CompletedProcess(command, 0, stdout=PLAN))
    return apt.Archive('test', ['trixie'])


def test_package_with_needs(archive):
    tool, = archive.with_needs('tool')
    assert sorted(map(str, tool.all())) == ['libone1=1.0-1+deb13u1', 'libtwo2=2:2.0-2',
                                            'tool=1:3.0+ds-3']


def test_package_with_needs_unknown(archive):
    assert archive.with_needs('other') == []


@pytest.fixture
def linked_program(work):
    """A program that is linked with libone, which is linked with libtwo."""
    libraries = work / 'usr/lib/sub'
    libraries.mkdir(parents=True)
    compiler = ['aarch64-linux-gnu-gcc', '-nostdlib', '-shared', '-x', 'c', '/dev/null', '-x',
                'none', '-Wl,--no-as-needed']
    for name, *others in (['libtwo.so'], ['libone.so', 'libtwo.so'], ['program', 'libone.so']):
        subprocess.run([*compiler, '-o', libraries / name, f'-Wl,-soname,{name}',
                        *(libraries / other for other in others)], check=True)
    return libraries / 'program'


def test_libraries_of_a_program(linked_program, work):
    found = guestdisk.libraries(linked_program, work)
    assert sorted(found) == ['libone.so', 'libtwo.so']
    (linked_program.parent / 'libtwo.so').unlink()
    with pytest.raises(ui.UserError, match='libtwo.so'):
        guestdisk.libraries(linked_program, work)


# Interruptions

def test_interrupted_work_leaves_the_old_result(work):
    result = work / 'result'
    with state.fresh_directory(result) as directory:
        (directory / 'file').write_text('old')
    with pytest.raises(KeyboardInterrupt), state.fresh_directory(result) as directory:
        (directory / 'file').write_text('new')
        raise KeyboardInterrupt
    assert (result / 'file').read_text() == 'old'
    with state.fresh_directory(result) as directory:
        assert list(directory.iterdir()) == []
        (directory / 'file').write_text('new')
    assert (result / 'file').read_text() == 'new'


def test_stamp_follows_its_inputs(work):
    source, result = work / 'source', work / 'result'
    source.write_text('one')
    assert not state.Stamp(result, source).current()
    result.write_text('made')
    state.Stamp(result, source).set()
    assert state.Stamp(result, source).current()
    source.write_text('three')
    assert not state.Stamp(result, source).current()


HOLDER = '''\
import pathlib, subprocess, sys
from avpstool import state
with state.locked(pathlib.Path(sys.argv[1])):
    child = subprocess.Popen(['sleep', '1000'], pass_fds=state.held_locks())
    print(child.pid, flush=True)
    child.wait()
'''


def test_lock_outlives_a_killed_run(work):
    """As long as a child of a killed run may still write, nobody else may."""
    env = dict(os.environ, PYTHONPATH=str(paths.ROOT / 'scripts'))
    holder = subprocess.Popen([sys.executable, '-c', HOLDER, str(work)], env=env,
                              stdout=subprocess.PIPE, text=True)
    child = int(holder.stdout.readline())
    take = ['flock', '--nonblock', str(work / '.lock'), 'true']
    try:
        assert subprocess.run(take, check=False).returncode != 0
        holder.kill()
        holder.wait()
        assert subprocess.run(take, check=False).returncode != 0
    finally:
        os.kill(child, signal.SIGKILL)
    waiting = ['flock', '--timeout', '60', *take[2:]]
    assert subprocess.run(waiting, check=False).returncode == 0


# The initramfs

def test_archive_is_reproducible():
    entries = [('etc/name', b'ecu'), ('usr/bin/tool', b'\x7fELF'), ('a', b'')]
    archives = []
    for order in (entries, reversed(entries)):
        archive = cpio.Archive()
        for name, data in order:
            archive.file(name, data)
        archives.append(archive.compressed())
    assert archives[0] == archives[1]


@pytest.fixture
def kernel_modules(work):
    """top needs middle, middle needs base, and top likes helper to be there first."""
    def module(name, *information):
        text = ''.join(f'\0{line}' for line in (*information, 'license=GPL'))
        (work / f'{name}.ko').write_bytes(b'\x7fELF' + text.encode() + b'\0')
    module('base', 'depends=')
    module('mid-dle', 'depends=base')
    module('helper', 'depends=base')
    module('top', 'depends=mid_dle', 'softdep=pre: helper post: late', 'alias=of:N*T*Cavps,top')
    module('late', 'depends=top')
    (work / 'modules.builtin').write_text('kernel/drivers/inside.ko\n')
    return modules.Modules(work)


def test_modules_come_after_what_they_need(kernel_modules, capsys):
    order = kernel_modules.load_order(['top', 'inside'])
    assert order == ['base', 'mid_dle', 'helper', 'top']
    assert capsys.readouterr().err == ''


def test_modules_unknown_are_reported(kernel_modules, capsys):
    assert kernel_modules.load_order(['base', 'nothing']) == ['base']
    assert 'nothing' in capsys.readouterr().err
