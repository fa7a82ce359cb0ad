# SPDX-License-Identifier: GPL-2.0-or-later
"""Programs of ours that run in a guest: each comes as the content of a disk of its own.

    file = _programs.build('kvm', work)
    with boot(*_programs.disk(file)) as machine:
        machine.log_in()
        machine.command(_programs.install(machine, 'kvm'))
"""

import subprocess
from pathlib import Path

SOURCES = Path(__file__).parent / 'programs'


def build(name, directory):
    """Compiles programs/<name>.c into directory and returns the program."""
    return compile_source(SOURCES / f'{name}.c', directory, '-Wall', '-Wextra', '-Werror')


def compile_source(source, directory, *options):
    """Compiles a C file into directory and returns the program."""
    program = directory / source.stem
    subprocess.run(['aarch64-linux-gnu-gcc', '-static', '-O2', *options, '-o', str(program),
                    str(source)], check=True)
    return program


def disk(file, name=None):
    """QEMU's options for a disk with the file as its content, without a file system."""
    name = name or file.name
    return ['-drive', f'if=none,id={name},format=raw,readonly=on,file={file}',
            '-device', f'virtio-blk-device,drive={name},serial={name}']


def disk_device(machine, name):
    """The path of that disk in the guest."""
    serial = machine.command(f'grep -lx {name} /sys/block/vd*/serial')
    return '/dev/' + serial.split('/')[3]


def install(machine, name):
    """Makes a file of the disk's content, and returns its path."""
    file = f'/tmp/{name}'
    machine.command(f'cat {disk_device(machine, name)} > {file} && chmod +x {file}')
    return file
