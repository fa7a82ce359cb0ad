# SPDX-License-Identifier: GPL-2.0-or-later
"""avps release-check: is a QEMU command line fit for production?

The words are taken apart as QEMU does it, by its own table of options: that shows what looks into
the machine from outside.  What the machine then is, it is asked itself, started and stopped before
its first instruction.
"""

import re
from pathlib import Path

from avpstool import fuse, qemu, qmp, ui

# Options by which somebody looks into the machine or drives it; "none" stands for nobody.
MONITORS = ('monitor', 'qmp', 'qmp-pretty', 'mon')
DEBUGGERS = ('gdb', 's')
SEMIHOSTING = ('semihosting', 'semihosting-config')
TEST_PROTOCOL = ('qtest', 'qtest-log')
# What must not happen twice, or not now: the machine is only asked.
NOT_NOW = ('daemonize', 'pidfile', 'incoming', 'S')

CONSOLE_WORD = re.compile(r'(console|earlycon|earlyprintk|kgdboc)(=|$)')
CONSOLE_DEVICES = {'virtconsole', 'pci-serial', 'pci-serial-2x', 'pci-serial-4x', 'usb-serial',
                   'usb-braille', 'isa-serial', 'isa-debugcon', 'ipoctal232', 'diva-gsp'}
UARTS = ('uart0', 'uart1', 'uart-secure')
# QEMU gives a UART one of these when it is not told anything.
NO_BACKEND = ('null', 'vc')


def register(subparsers):
    parser = subparsers.add_parser(
        'release-check', help='tell whether a QEMU command line is fit for production',
        description='What follows "--" is the command line of QEMU that a product is to run with. '
        'Prints why it is not fit for production, a reason a line; succeeds if it is.')
    qemu.add_source_options(parser)
    parser.set_defaults(main=main, takes_rest=True)


def main(args):
    if not args.rest:
        raise ui.UsageError('release-check: give the command line to check behind "--"')
    found = reasons(qemu.ensure_from(args), args.rest)
    for reason in found:
        print(reason)
    print('not fit for production' if found else 'fit for production')
    return 1 if found else 0


def reasons(binary, words):
    """Why a command line of this QEMU is not fit for production; nothing if it is."""
    options = parse(_without_program(words), option_table(binary))
    return [*_looked_into(options), *_of_machine(binary, options)]


def _without_program(words):
    """The command line may begin with the program, as it stands in a script."""
    begins_with_program = words and Path(words[0]).name.startswith('qemu-system-')
    return words[1:] if begins_with_program else words


# --- The words -----------------------------------------------------------------

def option_table(binary):
    """{option: does it take an argument} of this QEMU."""
    listing = (Path(binary).parent / 'qemu-options.def').read_text()
    found = re.findall(r'^DEF\("([^"]+)",\s*(HAS_ARG|0)', listing, re.MULTILINE)
    return {name: takes == 'HAS_ARG' for name, takes in found}


def parse(words, table):
    """[(option, argument)] as QEMU reads it; a word that is no option has the name ''."""
    options, left = [], list(words)
    while left:
        word = left.pop(0)
        if not word.startswith('-') or word == '-':
            options.append(('', word))
            continue
        name = word[2:] if word.startswith('--') else word[1:]
        takes = table.get(name, False)
        options.append((name, left.pop(0) if takes and left else None))
    return options


def _words_again(options):
    words = []
    for name, argument in options:
        words += ([f'-{name}'] if name else []) + ([argument] if argument is not None else [])
    return words


# --- What looks into it -----------------------------------------------------------

def _looked_into(options):
    names = [name for name, _ in options]
    for name, argument in options:
        said = f'-{name}' + (f' {argument}' if argument else '')
        if name in MONITORS and argument != 'none':
            yield f'{said}: a monitor of QEMU commands the machine: leave it out'
        if name in DEBUGGERS and argument != 'none':
            yield f'{said}: a debugger reads and changes all of the guest: leave it out'
        if name in SEMIHOSTING:
            yield f'{said}: the guest reaches a console and files of the host: leave it out'
        if name in TEST_PROTOCOL:
            yield f'{said}: a test program drives the machine: leave it out'
        if name == 'readconfig' and _has_monitor(argument):
            yield f'{said}: the file has a monitor: take out its [mon] section'
    if 'S' in names:
        yield '-S: the machine waits for a monitor to start it: leave it out'
    if 'snapshot' in names:
        yield '-snapshot: what the guest writes to its disks is lost: leave it out'
    if not {'nodefaults', 'nographic', *MONITORS} & set(names):
        yield ('no -monitor: QEMU opens one of its own in a text window, which a display shows: '
               'add -monitor none')
    if 'nographic' in names and 'nodefaults' not in names and not set(MONITORS) & set(names):
        yield ('-nographic: puts a monitor of QEMU and a console on the terminal: '
               'say -display none -monitor none')


def _has_monitor(file):
    try:
        return re.search(r'^\s*\[mon\b', Path(file).read_text(errors='replace'), re.MULTILINE)
    except (OSError, TypeError):
        return False        # QEMU will say so


# --- What it is ------------------------------------------------------------------

def _of_machine(binary, options):
    dropped = {*MONITORS, *DEBUGGERS, *TEST_PROTOCOL, *NOT_NOW}
    words = _words_again([option for option in options if option[0] not in dropped])
    try:
        with qmp.Stopped([binary, '-snapshot', *words]) as machine:
            return [*_lifecycle(machine), *_consoles(machine), *_kernel_words(machine)]
    except qmp.Ended as end:
        said = str(end).splitlines() or ['it gives no reason']
        return [f'QEMU does not start: {re.sub(r"^[^ ]*qemu-system-[^ :]*: ", "", said[-1])}']


def _lifecycle(machine):
    lifecycle = machine.property('/machine', 'lifecycle')
    if lifecycle is None:
        yield 'the machine has no lifecycle: start with -machine avps-ecu,lifecycle=production'
        return
    if lifecycle != 'production':
        yield f'lifecycle={lifecycle}: text consoles are open: say -machine lifecycle=production'
    yield from _fuse(machine.property('/machine', 'lifecycle-fuse'))


def _fuse(file):
    if not file:
        yield ('no lifecycle-fuse: another command line can go back to development: '
               'add -machine lifecycle-fuse=FILE')
        return
    try:
        state = fuse.state(Path(file))
    except ui.UserError:
        state = 'missing'
    if state == 'unblown':
        yield (f'lifecycle-fuse={file} is not blown: another command line can go back to '
               f'development: run "./scripts/avps fuse blow {file}"')
    elif state != 'blown':
        yield (f'lifecycle-fuse={file} is {state}: it counts as blown, but that is no state to '
               'deliver: name one that is')


def _consoles(machine):
    backends = {chardev['label']: chardev['filename'] for chardev in machine.ask('query-chardev')}
    for uart in UARTS:
        label = machine.property(f'/machine/soc/{uart}', 'chardev')
        backend = backends.get(label, '')
        if label and not backend.startswith(NO_BACKEND):
            yield f'{uart} is a text console at {backend}: leave out -serial'
    for place in ('peripheral', 'peripheral-anon'):
        for kind in machine.children(f'/machine/{place}').values():
            if kind in CONSOLE_DEVICES:
                yield f'-device {kind} is a text console: leave it out'


def _kernel_words(machine):
    for word in (machine.property('/machine', 'append') or '').split():
        if CONSOLE_WORD.match(word):
            yield f'-append has {word}: the kernel is told to use a text console: leave it out'
