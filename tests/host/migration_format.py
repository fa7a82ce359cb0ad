# SPDX-License-Identifier: GPL-2.0-or-later
"""The migration format of avps-ecu-1.0 does not change.

QEMU describes the state of every device type that it knows (-dump-vmstate); QEMU's own
vmstate-static-checker compares that with what it was when the version was made.  After a change
that is meant (a new subsection), the reference is written again:

    /usr/bin/python3 tests/host/migration_format.py build/qemu/qemu-system-aarch64
"""

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

MACHINE = 'avps-ecu-1.0'
REFERENCE = Path(__file__).with_name('vmstate-1.0.json')
# What a user plugs is QEMU's to keep compatible; what the machine always has is guarded here.
OPTIONS = ['-M', f'{MACHINE},secure=on', '-display', 'none', '-S', '-serial', 'none']


def types_of_machine(binary):
    """The QOM types of all objects of the machine."""
    done = subprocess.run([binary, *OPTIONS, '-monitor', 'stdio'], input='info qom-tree\nquit\n',
                          capture_output=True, text=True, check=True)
    return set(re.findall(r'\(([\w.,-]+)\)', done.stdout))


def description(binary):
    """What -dump-vmstate says of the types of the machine."""
    with tempfile.NamedTemporaryFile(suffix='.json') as file:
        subprocess.run([binary, *OPTIONS, '-dump-vmstate', file.name], check=True,
                       stdin=subprocess.DEVNULL, capture_output=True)
        everything = json.loads(Path(file.name).read_text())
    ours = types_of_machine(binary) | {'vmschkmachine'}
    return {name: value for name, value in everything.items() if name in ours}


def write(file, contents):
    file.write_text(json.dumps(contents, indent=1, sort_keys=True) + '\n')
    return file


def complaints(checker, new):
    """What QEMU's checker says of a new description, beside the reference."""
    done = subprocess.run(['/usr/bin/python3', checker, '-s', REFERENCE, '-d', new],
                          capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


def test_migration_format(qemu_binary, checker, work):
    assert complaints(checker, write(work / 'now.json', description(qemu_binary))) == ''


def test_migration_format_can_fail(qemu_binary, checker, work):
    """A field that is gone is found."""
    now = description(qemu_binary)
    del now['avps-mmio-timer']['Description']['Fields'][0]
    assert 'avps-mmio-timer' in complaints(checker, write(work / 'broken.json', now))


def device_types(binary):
    """The QOM types of all devices that this QEMU knows."""
    from avpstool import qmp        # not there when this file is run by itself
    with qmp.Stopped([binary, *OPTIONS]) as machine:
        return {kind['name'] for kind in machine.ask('qom-list-types', implements='device')}


def test_state_of_own_devices(qemu_binary):
    """Each of our own device types has a description; what is no device belongs to one."""
    ours = {name for name in types_of_machine(qemu_binary) if name.startswith('avps-')}
    ours &= device_types(qemu_binary)
    # These have no state of their own: the messages of SMC calls are in memory
    ours -= {'avps-soc', 'avps-stream-bus', 'avps-smmuv3-view', 'avps-scmi-smc'}
    assert ours and ours <= description(qemu_binary).keys()
