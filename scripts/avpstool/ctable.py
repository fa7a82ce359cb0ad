# SPDX-License-Identifier: GPL-2.0-or-later
"""Tables of the C source, read by the compiler, so that we need not."""

import csv
import pathlib
import subprocess
import tempfile

from avpstool import paths, ui


def rows(table: pathlib.Path, printer: str, stand_ins: dict[str, str]) -> list[list[str]]:
    """What a C program prints of a table, a row a line, cells between tabs.

    table: the source file with the table. printer: the program, without a head.
    stand_ins: headers of QEMU's that the table includes, and what stands for them.
    """
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        for name, text in stand_ins.items():
            (scratch / name).parent.mkdir(parents=True, exist_ok=True)
            (scratch / name).write_text(text)
        (scratch / 'printer.c').write_text(printer)
        try:
            subprocess.run(['cc', '-I', scratch, '-I', paths.ROOT / 'include', '-I', paths.ROOT,
                            scratch / 'printer.c', table, '-o', scratch / 'printer'],
                           check=True, capture_output=True, text=True)
            printed = subprocess.run([scratch / 'printer'], check=True, capture_output=True,
                                     text=True).stdout
        except FileNotFoundError as error:
            raise ui.UserError('no C compiler "cc" here; ./scripts/avps setup installs one') from error
        except subprocess.CalledProcessError as error:
            raise ui.UserError(f'{table} does not compile on its own: {error.stderr}') from error
    return list(csv.reader(printed.splitlines(), delimiter='\t'))


def rst(lines: list[tuple[str, ...]]) -> str:
    """A table of reStructuredText; the first line is its head."""
    widths = [max(map(len, column)) for column in zip(*lines)]
    rule = '  '.join('=' * width for width in widths)
    text = ['  '.join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip()
            for line in lines]
    return '\n'.join([rule, text[0], rule, *text[1:], rule]) + '\n'
