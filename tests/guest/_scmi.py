# SPDX-License-Identifier: GPL-2.0-or-later
"""The system control processor as a guest test sees it: from the host by QOM, which is the witness
of what the guest's drivers do, and in the guest by what its frameworks show of themselves."""

import subprocess
import time

from avpstool import dts
from guest._machine import HANG_GUARD

SCMI = '/machine/soc/scmi'
PLATFORM = '/sys/bus/platform/drivers'


def domains(machine, protocol):
    """The names of a protocol's domains, as the host sees them."""
    children = machine.qmp('qom-list', path=f'{SCMI}/{protocol}')
    return [child['name'] for child in children if child['type'].startswith('child<')]


def get(machine, domain, name):
    """A property of a domain: get(machine, 'clock/spi0', 'enabled')."""
    return machine.qom_get(f'{SCMI}/{domain}', name)


def put(machine, domain, name, value):
    machine.qom_set(f'{SCMI}/{domain}', name, value)


def expect(machine, domain, name, wanted):
    """Waits until the host sees a property of a domain at that value."""
    deadline = time.monotonic() + HANG_GUARD
    while (seen := get(machine, domain, name)) != wanted:
        assert time.monotonic() < deadline, f'{domain} {name} is {seen}, not {wanted}'
        time.sleep(0.02)


def drivers(machine):
    """The guest's SCMI drivers that are bound to a protocol."""
    found = machine.command('ls -d /sys/bus/scmi_protocol/drivers/*/scmi_dev.* 2>/dev/null; true')
    return {path.split('/')[5] for path in found.split()}


def unbind(machine, driver, device):
    machine.command(f'echo {device} > {PLATFORM}/{driver}/unbind')


def bind(machine, driver, device):
    machine.command(f'echo {device} > {PLATFORM}/{driver}/bind')


def clocks(machine):
    """{name: rate in Hz} of what the guest's clock framework lists."""
    rows = machine.command('cat /sys/kernel/debug/clk/clk_summary').splitlines()
    cells = [row.split() for row in rows]
    return {row[0]: int(row[4]) for row in cells if len(row) > 4 and row[4].isdigit()}


def tree(qemu, directory, text, *options, machine=''):
    """The machine's device tree with text added, as a file for -dtb.

    In the text &{/path} stands for a node of the machine's.
    """
    blob = dts.dump([str(qemu), '-M', ','.join(filter(None, ['avps-ecu', machine])),
                     '-display', 'none', *map(str, options)])
    source = dts.decompile(blob).decode() + text
    file = directory / 'tree.dtb'
    subprocess.run(['dtc', '-q', '-I', 'dts', '-O', 'dtb', '-o', str(file)], check=True,
                   input=source.encode())
    return file
