# SPDX-License-Identifier: GPL-2.0-or-later
"""Disks and networks at the SoC, used by the drivers of a guest."""

import hashlib
import threading
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

from guest._machine import lines

LEASE_SCRIPT = '''#!/bin/sh
[ "$1" = bound ] && ip addr add $ip/24 dev $interface && ip link set $interface up
exit 0
'''


def md5(data):
    return hashlib.md5(data).hexdigest()


def driver_of(guest, path):
    """The driver that a device in sysfs is bound to."""
    return guest.command(f'readlink -f {path}/driver').rsplit('/', 1)[-1]


def check_cores(guest, cores):
    """The guest has so many cores, and each can be given work of its own."""
    assert guest.command('nproc') == str(cores)
    for core in range(cores):
        ran_on = guest.command(f'taskset {1 << core:x} sh -c "cut -d\\  -f39 /proc/self/stat"')
        assert ran_on == str(core)


# Disks

def empty_file(file, size):
    """An image of zeros."""
    with open(file, 'wb') as image:
        image.truncate(size)


def drive(file, interface='none', **options):
    """QEMU's option for an image."""
    more = ''.join(f',{key}={value}' for key, value in options.items())
    return ['-drive', f'if={interface},format=raw,file={file}{more}']


def check_disk(guest, device, file, size):
    """Random data go to the disk and come back, and are in the file behind it."""
    guest.command(f'head -c {size} /dev/urandom > /tmp/data && '
                  f'dd if=/tmp/data of={device} bs=64k conv=fsync 2>/dev/null')
    guest.command('echo 3 > /proc/sys/vm/drop_caches')
    wanted = guest.command('md5sum < /tmp/data').split()[0]
    got = guest.command(f'dd if={device} bs=64k count={size >> 16} 2>/dev/null | md5sum').split()[0]
    assert got == wanted, f'{device} gives other data than were written'
    with open(file, 'rb') as backing:
        assert md5(backing.read(size)) == wanted, f'{file.name} does not hold what was written'


def usb_disk(guest, of_pci):
    """The name of the disk at the controller on PCIe, or at that of the platform, of two."""
    guest.wait_for('[ $(ls -d /sys/block/sd? 2>/dev/null | wc -l) -ge 2 ]')
    for line in lines(guest.command('for d in /sys/block/sd?; do readlink -f $d; done')):
        if ('/pci' in line) == of_pci:
            return line.rsplit('/', 1)[-1]
    raise AssertionError('no USB disk on this controller')


# Networks

class Handler(SimpleHTTPRequestHandler):
    """Serves files, answers what is sent with its checksum, and says nothing."""

    def do_POST(self):      # pylint: disable=invalid-name
        body = self.rfile.read(int(self.headers['Content-Length']))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(md5(body).encode())

    def log_message(self, *args):       # pylint: disable=arguments-differ
        pass


@contextmanager
def web_server(directory):
    """A web server on the host, which the guests reach as 10.0.2.2; yields its port."""
    with ThreadingHTTPServer(('127.0.0.1', 0), partial(Handler, directory=directory)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


def interface_of(guest, driver):
    """The network interface that a driver has made."""
    interface = guest.command(
        f'for i in /sys/class/net/*; do readlink $i/device/driver | grep -q "/{driver}$" && '
        'basename $i; done; true')
    assert interface, f'no interface with the driver {driver}'
    return interface


@contextmanager
def interface_up(guest, interface):
    """The interface has an address by DHCP, as long as the context lasts."""
    guest.command(f"cat > /tmp/lease <<'END'\n{LEASE_SCRIPT}END\nchmod +x /tmp/lease")
    guest.command(f'ip link set {interface} up && udhcpc -q -n -f -i {interface} -s /tmp/lease')
    try:
        yield
    finally:
        guest.command(f'ip addr flush dev {interface}; ip link set {interface} down')
