# SPDX-License-Identifier: GPL-2.0-or-later
"""The VIRTIO console: a terminal as the guest's system knows them, alone and beside the UARTs."""

import hashlib
import os
import subprocess

import pytest

from avpstool import paths
from guest._machine import HVC, lines
from guest._ports import Port

HVC_WORDS = 'console=ttyAMA0 console=hvc0 loglevel=4'
# What a distribution starts on each of its consoles; without a password here.
GETTY = 'setsid getty -n -l /bin/sh 115200'
DATA_SIZE = 256 << 10


@pytest.fixture
def on_hvc(boot):
    """A guest whose console is hvc0, on the terminal."""
    def make(*arguments, **kwargs):
        return boot(*arguments, words=HVC_WORDS, console=HVC, **kwargs)
    return make


def consoles(guest):
    """The consoles that the kernel writes to: name and flags; C is /dev/console."""
    return {line.split()[0]: line for line in lines(guest.command('cat /proc/consoles'))}


def test_stock_hvc_is_the_console(on_hvc):
    """The kernel's messages and the shell are on hvc0; the UART stays."""
    with on_hvc() as guest:
        guest.log_in()
        assert guest.command('tty') == '/dev/hvc0'
        found = consoles(guest)
        assert 'C' in found['hvc0'].split('(')[1], found
        assert 'E' in found['ttyAMA0'].split('(')[1], found
        guest.command('test -c /dev/ttyAMA0')
        assert 'hvc' in guest.command('grep . /sys/class/tty/console/active')
        guest.send('dmesg -n 7; echo "<1>said-by-the-kernel" > /dev/kmsg')
        guest.expect(r'\] said-by-the-kernel')
        guest.power_off()


def test_stock_hvc_job_control(on_hvc):
    """A terminal in full: Ctrl-C interrupts, a line can be edited, a size can be set."""
    with on_hvc() as guest:
        guest.log_in()
        guest.send('echo begin-$((40 + 2)); sleep 100000')
        guest.expect('begin-42')
        guest.console.send('\x03')
        assert guest.command('stty rows 50 cols 132; stty size') == '50 132'
        guest.send('stty echo')
        guest.command('true')
        guest.console.send('echo wrong\x15echo right-$((40 + 2))\r')
        guest.expect('right-42')
        guest.power_off()


def test_stock_hvc_after_reset(on_hvc):
    """The console comes back with the guest, after its own reset and after one from outside."""
    with on_hvc() as guest:
        guest.log_in()
        guest.send('reboot -f')
        guest.log_in()
        assert guest.command('tty') == '/dev/hvc0'
        guest.qmp('system_reset')
        guest.log_in()
        assert guest.command('tty') == '/dev/hvc0'
        guest.power_off()


def log_in_by_getty(guest, port, terminal):
    """Somebody logs in on a second terminal."""
    guest.command(f'{GETTY} {terminal} < /dev/null > /dev/null 2>&1 &')
    port.expect('built-in shell')
    port.send("stty -echo; PS1=''; echo ready-$((40 + 2))")
    port.expect('ready-42\r\n')


@pytest.mark.parametrize('bus', ['virtio-serial-device', 'virtio-serial-pci'])
def test_stock_hvc_beside_the_uart(boot, bus):
    """hvc0 is a second terminal to log in at, on either transport."""
    with Port('term') as port, boot('-device', bus, *port.of('virtconsole')) as guest:
        guest.log_in()
        assert guest.command('tty') == '/dev/ttyAMA0'
        log_in_by_getty(guest, port, 'hvc0')
        port.send('tty; echo from-hvc > /tmp/note')
        port.expect('/dev/hvc0\r\n')
        guest.wait_for('[ -s /tmp/note ]')
        assert guest.command('cat /tmp/note') == 'from-hvc'
        assert guest.command('tty') == '/dev/ttyAMA0'
        guest.power_off()


def test_stock_hvc_data(boot):
    """Bytes of all kinds pass in both directions, none lost, none changed."""
    data = os.urandom(DATA_SIZE)
    with (Port('data') as port,
          boot('-device', 'virtio-serial-device', *port.of('virtconsole')) as guest):
        guest.log_in()
        # Held open: a terminal that nobody has open forgets its settings.
        guest.command('exec 3<> /dev/hvc0; stty raw -echo <&3')
        guest.command(f'(head -c {DATA_SIZE} <&3 > /tmp/in; touch /tmp/done) & true')
        port.connection.sendall(data)
        guest.wait_for('[ -e /tmp/done ]')
        assert guest.command('md5sum < /tmp/in').split()[0] == hashlib.md5(data).hexdigest()
        guest.command('cat /tmp/in >&3 & true')
        assert port.receive(DATA_SIZE) == data
        guest.power_off()


def test_stock_hvc_many_ports(boot):
    """Two terminals and two channels for data on one bus, each its own."""
    names = ['term0', 'term1', 'data0', 'data1']
    devices = {'term0': 'hvc0', 'term1': 'hvc1', 'data0': 'vport0p2', 'data1': 'vport0p3'}
    ports = {name: Port(name) for name in names}
    with ports['term0'], ports['term1'], ports['data0'], ports['data1']:
        options = ['-device', 'virtio-serial-device']
        for name, port in ports.items():
            options += port.of('virtconsole' if name.startswith('term')
                               else f'virtserialport,name={name}')
        with boot(*options) as guest:
            guest.log_in()
            for number, name in ((2, 'data0'), (3, 'data1')):
                assert guest.command(f'cat /sys/class/virtio-ports/vport0p{number}/name') == name
            for name, device in devices.items():
                guest.command(f'echo to-{name} > /dev/{device}')
                assert ports[name].receive(len(f'to-{name}')).decode() == f'to-{name}'
            for name in ('data0', 'data1'):
                ports[name].connection.sendall(f'from-{name}\n'.encode())
                assert guest.command(f'head -n 1 < /dev/{devices[name]}') == f'from-{name}'
            guest.power_off()


def test_stock_hvc_is_plugged(boot):
    """In development a console can come and go while the guest runs."""
    with (Port('late') as port,
          boot('-device', 'virtio-serial-device', *port.chardev()) as guest):
        guest.log_in()
        before = guest.command('ls /sys/class/virtio-ports')
        guest.qmp('device_add', driver='virtconsole', chardev='late', id='late')
        guest.wait_for('[ -n "$(ls /sys/class/virtio-ports)" ]')
        assert guest.command('ls /sys/class/virtio-ports') != before
        # The port is there before its terminal: a shell would make a file of that name
        guest.wait_for('[ -c /dev/hvc0 ] && echo hello > /dev/hvc0')
        port.expect('hello')
        guest.qmp('device_del', id='late')
        guest.wait_for('[ -z "$(ls /sys/class/virtio-ports)" ]')
        guest.power_off()


@pytest.fixture
def disk(work):
    file = work / 'emmc.qcow2'
    subprocess.run([str(paths.QEMU_BUILD / 'qemu-img'), 'create', '-q', '-f', 'qcow2', str(file),
                    '64M'], check=True)
    return ['-drive', f'if=sd,format=qcow2,file={file}']


def test_stock_hvc_save_and_load(boot, disk):
    """Who is logged in stays so: the shell goes on in a new process, with what was not read yet."""
    with Port('term') as port:
        options = [*disk, '-device', 'virtio-serial-device', *port.of('virtconsole')]
        with boot(*options, name='saved') as guest:
            guest.log_in()
            log_in_by_getty(guest, port, 'hvc0')
            port.send('here=kept; echo set-$((40 + 2))')
            port.expect('set-42')
            assert guest.human('savevm point') == ''
            guest.qmp('quit')
            guest.expect_exit()
        port.hang_up()
        with boot(*options, '-loadvm', 'point', name='loaded') as guest:
            port.send('echo it-is-$here')
            port.expect('it-is-kept')
            guest.send('')
            guest.command('true')
            guest.power_off()


def test_stock_run_console_virtio(avps):
    """`run --console virtio` has its terminal at hvc0, where our init and its commands speak."""
    done = avps('run', '--console', 'virtio', '--append',
                'avps.quiet avps.run=cat%20/proc/consoles')
    assert done.returncode == 0, done.stdout + done.stderr
    console, = (line for line in done.stdout.splitlines() if line.startswith('hvc0'))
    assert 'C' in console.split('(')[1], done.stdout
    assert 'avps-run: exit status 0' in done.stdout
