# SPDX-License-Identifier: GPL-2.0-or-later
"""Development and production from outside: what the machine says, what it takes for a console, and
whether release-check finds what does not belong into a product."""

import subprocess

import pytest

from avpstool import fuse, qmp, release_check, ui

NOTICE = 'lifecycle=development: text consoles are open'

# Devices with a character backend that are no text console, and why
NO_CONSOLES = {
    'virtserialport': 'data',
    'ivshmem-doorbell': 'interrupts between machines',
    'usb-redir': 'a real device of another host',
    'ccid-card-passthru': 'a smart card',
}


def machine(qemu_binary, *words):
    return qmp.Stopped([qemu_binary, '-display', 'none', '-monitor', 'none', '-nic', 'none',
                        *words])


def said(qemu_binary, *words):
    """What QEMU says of a machine that it only makes."""
    with machine(qemu_binary, *words) as guest:
        return guest.quit()


# What the machine says

@pytest.mark.quick
def test_development_says_so_once(qemu_binary):
    lines = said(qemu_binary, '-M', 'avps-ecu').splitlines()
    assert len(lines) == 1 and NOTICE in lines[0], lines


@pytest.mark.quick
def test_production_is_silent(qemu_binary):
    assert said(qemu_binary, '-M', 'avps-ecu,lifecycle=production') == ''


@pytest.mark.quick
@pytest.mark.parametrize('serial', ['', '-serial none', '-serial null', '-serial vc'])
def test_production_takes_no_console(qemu_binary, serial):
    """What QEMU has without being asked, and what leads nowhere, is no reason to refuse."""
    with machine(qemu_binary, '-M', 'avps-ecu,lifecycle=production', *serial.split()) as guest:
        assert guest.property('/machine', 'lifecycle') == 'production'
        for uart in ('uart0', 'uart1'):
            assert guest.property(f'/machine/soc/{uart}', 'chardev') == ''


@pytest.mark.quick
def test_damaged_fuse_is_reported(qemu_binary, work):
    (work / 'fuse').write_bytes(fuse.contents(blown=False)[:-1])
    lines = said(qemu_binary, '-M', f'avps-ecu,lifecycle-fuse={work}/fuse').splitlines()
    assert len(lines) == 1 and 'counts as blown' in lines[0] and 'damaged' in lines[0], lines


# What is a console

def console_like(guest):
    """The types that a user can add and that have a character backend."""
    for kind in guest.ask('qom-list-types', implements='device', abstract=False):
        properties = guest.ask('device-list-properties', typename=kind['name'])
        if any(p['name'].startswith(('chardev', 'chrdev')) for p in properties or []):
            yield kind['name']


@pytest.mark.quick
def test_every_device_with_a_backend_is_judged(qemu_binary):
    """A console that a later QEMU brings is not overlooked."""
    with machine(qemu_binary, '-M', 'avps-ecu') as guest:
        addable = subprocess.run([qemu_binary, '-M', 'avps-ecu', '-device', 'help'], check=True,
                                 capture_output=True, text=True).stdout
        unknown = [kind for kind in console_like(guest)
                   if f'name "{kind}"' in addable and not kind.startswith('vhost-user-')
                   and kind not in release_check.CONSOLE_DEVICES and kind not in NO_CONSOLES]
        assert 'virtconsole' in console_like(guest)
    assert unknown == []


# The fuse file

@pytest.mark.quick
def test_fuse_command(avps, work):
    """A fuse is made once, shown, and blown once; the file stays the same one."""
    file = work / 'fuse'
    assert avps('fuse', 'new', file).returncode == 0
    inode = file.stat().st_ino
    for action, state in (('show', 'unblown'), ('blow', ''), ('show', 'blown'), ('blow', ''),
                          ('show', 'blown')):
        done = avps('fuse', action, file)
        assert (done.returncode, done.stdout.strip(), done.stderr) == (0, state, '')
    assert file.stat().st_ino == inode


@pytest.mark.quick
def test_fuse_command_and_machine_agree(qemu_binary, work):
    file = work / 'fuse'
    fuse.new(file)
    for state, lifecycle in (('unblown', 'development'), ('blown', 'production')):
        with machine(qemu_binary, '-M', f'avps-ecu,lifecycle-fuse={file}') as guest:
            assert guest.property('/machine/soc/fuse', 'state') == state == fuse.state(file)
            assert guest.property('/machine', 'lifecycle') == lifecycle
        fuse.blow(file)


@pytest.mark.quick
def test_machine_blows_what_the_command_shows(qemu_binary, work):
    file = work / 'fuse'
    fuse.new(file)
    with machine(qemu_binary, '-M', f'avps-ecu,lifecycle-fuse={file}') as guest:
        guest.ask('qom-set', path='/machine/soc/fuse', property='blow', value=True)
        while guest.property('/machine/soc/fuse', 'state') == 'blowing':
            pass
    assert fuse.state(file) == 'blown'


@pytest.mark.quick
def test_damaged_fuse_is_not_blown_again(work):
    (work / 'fuse').write_text('avps-fuse-1\n')
    assert fuse.state(work / 'fuse') == 'damaged'
    with pytest.raises(ui.UserError, match='damaged'):
        fuse.blow(work / 'fuse')


# release-check

FIT = '-M avps-ecu,lifecycle=production,lifecycle-fuse={blown} -display none -monitor none'
KERNEL = ' -kernel {kernel}'

# name: (command line, what the reasons say, one each)
UNFIT = {
    'nothing': ('-M avps-ecu', ['-monitor none', 'lifecycle=development', 'no lifecycle-fuse']),
    'other-machine': ('-M virt -nic none -monitor none', ['has no lifecycle']),
    'no-fuse': ('-M avps-ecu,lifecycle=production -monitor none', ['no lifecycle-fuse']),
    'unblown': ('-M avps-ecu,lifecycle=production,lifecycle-fuse={unblown} -monitor none',
                ['not blown']),
    'damaged': ('-M avps-ecu,lifecycle-fuse={damaged} -monitor none', ['damaged']),
    'missing': ('-M avps-ecu,lifecycle-fuse={dir}/nothing -monitor none', ['missing']),
    'serial': ('-M avps-ecu,lifecycle-fuse={unblown} -monitor none -serial file:{dir}/out',
               ['lifecycle=development', 'not blown', 'uart0']),
    'refused': (FIT + ' -serial stdio', ['QEMU does not start: lifecycle-fuse']),
    'virtconsole': ('-M avps-ecu,lifecycle-fuse={unblown} -monitor none '
                    '-device virtio-serial-device -device virtconsole',
                    ['lifecycle=development', 'not blown', 'virtconsole']),
    'monitor': (FIT + ' -monitor tcp:127.0.0.1:1,server=on,wait=on', ['-monitor tcp']),
    'qmp': (FIT + ' -qmp unix:{dir}/qmp,server=on,wait=on', ['-qmp unix']),
    'mon': (FIT + ' -chardev null,id=n -mon chardev=n,mode=control', ['-mon chardev=n']),
    'mon-in-a-file': (FIT + ' -readconfig {dir}/config', ['-readconfig']),
    'gdb': (FIT + ' -gdb tcp::1', ['-gdb tcp::1']),
    'gdb-short': (FIT + ' -s -S', ['-s:', '-S:']),
    'two-hyphens': (FIT + ' --snapshot --S', ['-S:', '-snapshot:']),
    'semihosting': (FIT + ' -semihosting', ['-semihosting:', 'QEMU does not start']),
    'snapshot': (FIT + ' -snapshot', ['-snapshot']),
    'test-protocol': (FIT + ' -qtest null', ['-qtest']),
    'kernel-words': (FIT + KERNEL + ' -append {words}', ['console=ttyAMA0', 'earlycon']),
    'last-words-count': (FIT + KERNEL + ' -append quiet -append console=hvc0', ['console=hvc0']),
    'not-a-command-line': (FIT + ' --wings', ['QEMU does not start: -wings']),
}


@pytest.fixture
def files(work):
    (work / 'blown').write_bytes(fuse.contents(blown=True))
    (work / 'unblown').write_bytes(fuse.contents(blown=False))
    (work / 'damaged').write_bytes(fuse.contents(blown=False)[1:])
    (work / 'config').write_text('[chardev "c"]\n  backend = "null"\n\n'
                                 '[mon "m"]\n  chardev = "c"\n')
    (work / 'kernel').write_bytes(bytes(4096))
    return {name: str(work / name) for name in ('blown', 'unblown', 'damaged', 'kernel')} | {
        'dir': str(work), 'words': 'quiet console=ttyAMA0 earlycon'}


def words_of(line, files):
    """A value in braces is one word, whatever is in it."""
    return [word.format(**files) for word in line.split()]


@pytest.mark.parametrize('case', UNFIT)
def test_release_check_unfit(qemu_binary, files, case):
    line, reasons = UNFIT[case]
    found = release_check.reasons(qemu_binary, words_of(line, files))
    assert len(found) == len(reasons), found
    for reason, words in zip(found, reasons):
        assert words in reason, found
        assert '\n' not in reason


FITTING = {
    'plain': FIT,
    'with-program': '/usr/bin/qemu-system-aarch64 ' + FIT,
    'fuse-alone': '-M avps-ecu,lifecycle-fuse={blown} -monitor none',
    # Not options, though they look like some
    'values': FIT + KERNEL + ' -append {quiet} -name -s,debug-threads=off',
    'data-port': FIT + ' -chardev null,id=n -device virtio-serial-device '
                       '-device virtserialport,chardev=n',
    'no-backends': FIT + ' -serial none -qmp none -gdb none',
    'no-defaults': '-nodefaults -M avps-ecu,lifecycle-fuse={blown}',
}


@pytest.mark.parametrize('case', FITTING)
def test_release_check_fit(qemu_binary, files, case):
    files['quiet'] = '-semihosting --monitor no-console=here'
    assert release_check.reasons(qemu_binary, words_of(FITTING[case], files)) == []


@pytest.mark.quick
@pytest.mark.parametrize('line, code, last', [(FIT, 0, 'fit for production'),
                                              (FIT + ' -s', 1, 'not fit for production')],
                         ids=['fit', 'unfit'])
def test_release_check_says(avps, files, line, code, last):
    done = avps('release-check', '--', *words_of(line, files))
    assert (done.returncode, done.stdout.splitlines()[-1]) == (code, last), done.stderr


@pytest.mark.quick
def test_release_check_leaves_no_trace(qemu_binary, files, work):
    """The machine is only asked: no file is written, and it does not stay."""
    disk = work / 'disk'
    disk.write_bytes(bytes(1 << 20))
    before = disk.stat().st_mtime_ns
    line = (FIT + f' -daemonize -pidfile {work}/pid -drive if=none,id=d,format=raw,file={disk} '
            '-device virtio-blk-device,drive=d')
    assert release_check.reasons(qemu_binary, words_of(line, files)) == []
    assert not (work / 'pid').exists()
    assert disk.stat().st_mtime_ns == before
