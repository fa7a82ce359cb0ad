# SPDX-License-Identifier: GPL-2.0-or-later
"""A guest in production: it runs, and no text console of any kind shows it.

What the guest has to tell comes through a port for data (virtserialport), which is no terminal.
"""

import contextlib
import re

import pexpect
import pytest

from avpstool import firmware, trust
from guest._machine import HANG_GUARD, NO_CONSOLE
from guest._ports import Port

# All that may be asked for on the kernel's command line, against the machine's will
CONSOLE_WORDS = 'earlycon=pl011,0x9000000 console=ttyAMA0 console=ttyAMA1 console=hvc0 loglevel=8'

# The port comes a moment after its driver, and has the number of its bus in its name.
TELL = ('until p=$(echo /dev/vport*p1); [ -c $p ]; do sleep 0.1; done; '
        '{ cat /proc/device-tree/avps,lifecycle; echo; echo consoles: $(cat /proc/consoles); '
        'echo terminals: $(ls /dev | grep -E "^(ttyAMA|ttyUSB|hvc)"); '
        'echo init: $(readlink /proc/1/fd/1); '
        'echo uarts: $(ls /proc/device-tree | grep serial@); '
        'echo lives-$((40 + 2)); } > $p')

UNBLOWN = 'avps-fuse-1\nproduction=0\ncrc32=224bc1f7\n'
BLOWN = 'avps-fuse-1\nproduction=1\ncrc32=3b50f0b6\n'


def run_word(command):
    """The word that has our init run a command and power off."""
    assert "'" not in command
    return f"avps.quiet avps.run={command.replace(' ', '%20')}"


def told(text):
    """{'consoles': ...} of what TELL tells."""
    return dict(line.split(':', 1) for line in text.splitlines() if ':' in line)


@pytest.fixture
def spied_uarts(work):
    """A file that all UARTs would write to, if they led anywhere; QEMU's options for it."""
    file = work / 'uarts'
    file.touch()
    return file, ['-chardev', f'file,id=spy,path={file}', '-global', 'pl011.chardev=spy']


def port_options(port):
    return ['-device', 'virtio-serial-device', *port.of('virtserialport,nr=1')]


def check_production(text):
    facts = told(text)
    assert text.startswith('production\0'), text
    assert facts['terminals'].strip() == '', text
    assert facts['uarts'].strip() == '', text
    assert facts['init'].strip() == '/dev/null', text
    assert not any(name in facts['consoles'] for name in ('ttyAMA', 'hvc')), text
    assert 'lives-42' in text


def test_stock_production(boot, spied_uarts):
    """Linux boots, works and powers off; it has no terminal, and its UARTs say nothing."""
    file, spy = spied_uarts
    with (Port('data') as port,
          boot(*port_options(port), *spy, options='lifecycle=production', console=NO_CONSOLE,
               words=CONSOLE_WORDS, append=run_word(TELL)) as guest):
        check_production(port.everything())
        guest.expect_exit()
    assert file.read_bytes() == b''
    assert guest.log_file.read_text() == '', 'QEMU says something in production'


def test_stock_development_tells_the_same_way(boot):
    """The same questions find the consoles in development: they are able to."""
    with (Port('data') as port,
          boot(*port_options(port), append=run_word(TELL)) as guest):
        text = port.everything()
        guest.expect_exit()
    facts = told(text)
    assert text.startswith('development\0'), text
    assert 'ttyAMA0' in facts['terminals'] and 'ttyAMA0' in facts['consoles'], text
    assert 'serial@9000000' in facts['uarts'] and facts['init'].strip() == '/dev/console', text


def test_stock_production_by_edk2(machine, spied_uarts):
    """Firmware that is built for a UART finds none, and starts the system all the same."""
    file, spy = spied_uarts
    files = firmware.ensure('edk2')
    disk = firmware.esp_disk('stock', f'{CONSOLE_WORDS} {run_word(TELL)}')
    flash = [f'if=pflash,unit=0,format=raw,readonly=on,file={files.code}',
             f'if=pflash,unit=1,format=raw,snapshot=on,file={files.vars}',
             f'if=none,id=esp,format=raw,snapshot=on,file={disk}']
    with (Port('data') as port,
          machine(*(word for drive in flash for word in ('-drive', drive)),
                  '-device', 'virtio-blk-device,drive=esp', '-nic', 'none',
                  *port_options(port), *spy, options='lifecycle=production',
                  console=NO_CONSOLE) as guest):
        check_production(port.everything())
        guest.expect_exit()
    assert file.read_bytes() == b''


def written_to_uarts(trace):
    """What software wrote to the data registers of the UARTs, by QEMU's trace."""
    values = re.findall(r'pl011_write addr 0x000 value 0x0*([0-9a-f]+) ',
                        trace.read_text(errors='replace'))
    return ''.join(chr(int(value, 16) & 0xff) for value in values)


def test_firmware_writes_to_dead_uarts(machine, spied_uarts, work):
    """TF-A, OP-TEE and U-Boot write to the UARTs without asking, and go on; nothing gets out.

    Debian's U-Boot then stops by itself, because it insists on a UART in the device tree."""
    file, spy = spied_uarts
    trace = work / 'trace'
    with machine('-bios', trust.ensure(), '-nic', 'none', *spy, '-trace', 'pl011_write',
                 '-D', trace, options='secure=on,lifecycle=production',
                 console=NO_CONSOLE) as guest:
        guest.qmp('query-status')
        waited = 0
        while 'No serial driver found' not in (written_to_uarts(trace) if trace.exists() else ''):
            assert waited < HANG_GUARD, written_to_uarts(trace)
            assert guest.console.expect([pexpect.EOF, pexpect.TIMEOUT], timeout=1) == 1
            waited += 1
        assert guest.qmp('query-status')['status'] == 'running'
    text = written_to_uarts(trace)
    for words in ('NOTICE:  BL1:', 'NOTICE:  BL31:', 'OP-TEE version'):
        assert words in text, text
    assert file.read_bytes() == b''


# Blows the fuse on the first run and tells on the second.
BLOW_AND_TELL = ('if grep -q development /proc/device-tree/avps,lifecycle; then '
                 'echo still-$((40 + 2)) > /dev/console; devmem 0x0b150004 32 0x574f4c42; '
                 'until [ $(devmem 0x0b150000 32) = 0x00000006 ]; do sleep 0.1; done; '
                 f'reboot -f; else {TELL}; fi')


def test_stock_blows_the_fuse(boot, work):
    """End of the line: software blows the fuse, and from the next reset on there is no console."""
    fuse = work / 'fuse'
    fuse.write_text(UNBLOWN)
    with (Port('data') as port,
          boot(*port_options(port), options=f'lifecycle-fuse={fuse}',
               append=run_word(BLOW_AND_TELL)) as guest):
        guest.expect('still-42')
        text = port.everything()
        guest.expect_exit()
    check_production(text)
    assert fuse.read_text() == BLOWN
    # Silence after the machine has said why.
    said = guest.log_file.read_text().replace('\r', '')
    assert said.rstrip().endswith('the text consoles are shut'), said[-500:]


def test_stock_production_waits_without_a_shell(boot):
    """A guest that was given nothing to run has no shell to offer, and heeds its power key."""
    with boot(options='lifecycle=production', console=NO_CONSOLE, report=True) as guest:
        presses = 0
        while guest.console.isalive():
            assert presses < HANG_GUARD, 'the guest does not heed its power key'
            with contextlib.suppress(OSError, EOFError):
                guest.qmp('system_powerdown')       # until the guest has got as far as to listen
            guest.console.expect([pexpect.EOF, pexpect.TIMEOUT], timeout=1)
            presses += 1
        guest.expect_exit()
    assert guest.log_file.read_text() == ''
