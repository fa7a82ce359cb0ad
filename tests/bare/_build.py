# SPDX-License-Identifier: GPL-2.0-or-later
"""Builds bare programs: a flat image per program, exception level and layout."""

import subprocess
from pathlib import Path

from avpstool import paths

BARE = Path(__file__).resolve().parent
LIB = BARE / 'lib'
PREFIX = 'aarch64-linux-gnu-'

CFLAGS = ['-O2', '-g', '-std=gnu11', '-Wall', '-Werror', '-ffreestanding', '-nostdlib',
          '-mgeneral-regs-only', '-mstrict-align', '-march=armv8.2-a', '-fno-pic',
          # flash lies at address 0: a pointer there is as good as any
          '-fno-delete-null-pointer-checks',
          '-fno-stack-protector', '-static', '-Wl,--build-id=none', '-Wl,-z,max-page-size=4096']

# Where the image and the variables lie.
LAYOUTS = {
    'kernel': {'IMAGE_BASE': 0x40200000},
    'firmware': {'IMAGE_BASE': 0, 'DATA_BASE': 0x40400000},
    'secure-firmware': {'IMAGE_BASE': 0, 'DATA_BASE': 0x0e000000},
}


def run(*command):
    done = subprocess.run([str(part) for part in command], check=False, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode:
        raise AssertionError(f'{" ".join(map(str, command))}\n{done.stdout}')
    return done.stdout


def write_map_header(directory):
    """The memory map of the machine, as macros."""
    tool = directory / 'map-header'
    run('gcc', '-I', LIB / 'host', '-I', paths.ROOT / 'include', '-o', tool,
        LIB / 'map-header.c', paths.ROOT / 'hw/avps/map.c')
    (directory / 'map-generated.h').write_text(run(tool))


def build(program, directory, level=2, layout='kernel', cores=1):
    """Compiles programs/<program>.c into directory and returns the image."""
    return build_source(BARE / 'programs' / f'{program}.c', directory, level, layout, cores)


def build_source(source, directory, level, layout='kernel', cores=1, defines=None):
    """The same for a program that lies elsewhere, with macros defined for it."""
    write_map_header(directory)
    elf, image = directory / f'{source.stem}.elf', directory / f'{source.stem}.bin'
    macros = {'EL': level, 'CORES': cores, **(defines or {})}
    places = [f'-Wl,--defsym={name}={value:#x}' for name, value in LAYOUTS[layout].items()]
    run(PREFIX + 'gcc', *CFLAGS, *(f'-D{name}={value}' for name, value in macros.items()),
        '-I', LIB, '-I', directory, '-T', LIB / 'bare.ld', *places, '-o', elf,
        LIB / 'start.S', LIB / 'calls.S', LIB / 'bare.c', LIB / 'gic.c', source)
    run(PREFIX + 'objcopy', '-O', 'binary', elf, image)
    return image
