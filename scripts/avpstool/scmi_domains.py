# SPDX-License-Identifier: GPL-2.0-or-later
"""The page docs/scmi-domains.rst, generated from the tables in hw/avps/scmi/resources.c.

Write it anew after a change of a table:

    PYTHONPATH=scripts /usr/bin/python3 -m avpstool.scmi_domains
"""

from avpstool import ctable, paths

PAGE = paths.ROOT / 'docs' / 'scmi-domains.rst'
TABLES = paths.ROOT / 'hw' / 'avps' / 'scmi' / 'resources.c'

STAND_INS = {
    'qemu/osdep.h': '''\
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#define g_strcmp0(a, b) strcmp((a) ? (a) : "", (b) ? (b) : "")
#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))
''',
    'qemu/bitops.h': '#define BIT(n) (1UL << (n))\n',
    'hw/avps/scmi/scmi_internal.h': '''\
#include "hw/avps/scmi/resources.h"
enum { SCMI_BASE = 0x10, SCMI_POWER_DOMAIN, SCMI_SYSTEM_POWER, SCMI_PERFORMANCE, SCMI_CLOCK,
       SCMI_SENSOR, SCMI_RESET, SCMI_VOLTAGE, SCMI_POWERCAP, SCMI_PIN_CONTROL };
''',
}

# A row a line: the protocol, the identifier, then what the page says of it
PRINTER = '''
#include "qemu/osdep.h"
#include <inttypes.h>
#include <stdio.h>
#include "hw/avps/scmi/resources.h"

static void print_devices(uint32_t devices)
{
    const char *comma = "";

    if (devices == UINT32_MAX) {
        printf("\\tall");
        return;
    }
    printf("\\t");
    for (int i = 0; i < AVPS_SCMI_NUM_DEVICES; i++) {
        if (devices & AVPS_SCMI_USED_BY_BIT(i)) {
            printf("%s%s", comma, avps_scmi_devices[i].name);
            comma = ", ";
        }
    }
}

static void print_clock(unsigned id)
{
    const AvpsScmiClockRow *row = &avps_scmi_clocks[id];

    printf("clock\\t%u\\t%s", id, row->name);
    print_devices(row->devices);
    printf("\\t%s\\t", row->range ? "range" : row->fixed ? "fixed" : "list");
    for (const uint64_t *rate = row->rates; *rate; rate++) {
        printf("%s%" PRIu64, rate == row->rates ? "" : " ", *rate);
    }
    printf("\\t%" PRIu64 "\\t", row->boot_rate);
    for (unsigned i = 0; i < row->num_parents; i++) {
        printf("%s%s", i ? ", " : "", avps_scmi_clocks[row->parents[i]].name);
    }
    printf("\\n");
}

static void print_voltage(unsigned id)
{
    const AvpsScmiVoltageRow *row = &avps_scmi_voltages[id];

    printf("voltage\\t%u\\t%s", id, row->name);
    print_devices(row->devices);
    printf("\\t%s\\t", row->range ? "range" : "list");
    for (unsigned i = 0; row->levels[i]; i++) {
        printf("%s%d", i ? " " : "", row->levels[i]);
    }
    printf("\\t%d\\t%s\\n", row->boot_level, row->always_on ? "yes" : "");
}

static void print_sensor(unsigned id)
{
    const AvpsScmiSensorRow *row = &avps_scmi_sensors[id];

    printf("sensor\\t%u\\t%s", id, row->name);
    print_devices(row->devices);
    printf("\\t%s\\t%d\\t%" PRId64 "\\t%" PRId64 "\\t%" PRId64 "\\t%u\\t%u\\t%s\\t",
           row->unit, row->scale, row->min, row->max, row->boot[0],
           row->axes ? row->num_axes : 1, row->num_trip_points,
           row->range ? "range" : "list");
    for (const uint32_t *us = row->intervals; us && *us; us++) {
        printf("%s%u", us == row->intervals ? "" : " ", *us);
    }
    printf("\\n");
}

static void print_performance(unsigned id)
{
    const AvpsScmiPerformanceRow *row = &avps_scmi_performance[id];

    for (unsigned i = 0; i < row->num_levels; i++) {
        printf("performance\\t%u\\t%s", id, row->name);
        print_devices(row->devices);
        printf("\\t%u\\t%u\\t%u\\t%s%s\\n", row->levels[i].level,
               row->levels[i].khz, row->levels[i].power_uw,
               i == row->boot ? "at reset" : "",
               i == row->sustained ? (i == row->boot ? ", sustained"
                                                     : "sustained") : "");
    }
}

static void print_powercap(unsigned id)
{
    const AvpsScmiPowercapRow *row = &avps_scmi_powercaps[id];

    printf("powercap\\t%u\\t%s", id, row->name);
    print_devices(row->devices);
    printf("\\t%u\\t%u\\t%u\\t%u\\t%s\\n", row->min_cap, row->max_cap,
           row->cap_step, row->sustainable,
           row->parent == AVPS_SCMI_NO_PARENT
           ? "" : avps_scmi_powercaps[row->parent].name);
}

int main(void)
{
    for (unsigned i = 0; i < AVPS_SCMI_NUM_DEVICES; i++) {
        printf("device\\t%u\\t%s\\t%s\\n", i, avps_scmi_devices[i].name,
               avps_scmi_devices[i].block ? avps_scmi_devices[i].block : "");
    }
    for (unsigned i = 0; i < avps_scmi_num_power_domains; i++) {
        printf("power\\t%u\\t%s", i, avps_scmi_power_domains[i].name);
        print_devices(avps_scmi_power_domains[i].devices);
        printf("\\n");
    }
    for (unsigned i = 0; i < avps_scmi_num_resets; i++) {
        printf("reset\\t%u\\t%s", i, avps_scmi_resets[i].name);
        print_devices(avps_scmi_resets[i].devices);
        printf("\\t%u\\n", avps_scmi_resets[i].latency_us);
    }
    for (unsigned i = 0; i < avps_scmi_num_clocks; i++) {
        print_clock(i);
    }
    for (unsigned i = 0; i < avps_scmi_num_voltages; i++) {
        print_voltage(i);
    }
    for (unsigned i = 0; i < AVPS_SCMI_NUM_SENSORS; i++) {
        print_sensor(i);
    }
    for (unsigned i = 0; i < AVPS_SCMI_NUM_PERFORMANCE; i++) {
        print_performance(i);
    }
    for (unsigned i = 0; i < AVPS_SCMI_NUM_POWERCAPS; i++) {
        print_powercap(i);
    }
    return 0;
}
'''.replace('AVPS_SCMI_USED_BY_BIT(i)', 'BIT(i)')

INTRO = '''\
..
   SPDX-License-Identifier: GPL-2.0-or-later
   Generated from hw/avps/scmi/resources.c by scripts/avpstool/scmi_domains.py: change the tables,
   not this page.

Domains of the system control processor
=======================================

What the system control processor (:doc:`devices/scmi`) controls. One table in the source for each
protocol, ``hw/avps/scmi/resources.c``, says what there is; the machine and this page are made from
it. The number is the domain's identifier in messages and in the device tree; the name is also that
of the object under ``/machine/soc/scmi`` with which the host sees and changes it.

*Used by* names the devices that stop when the domain does not serve them, and on which the
permissions of agents go.

'''

DASH = '--'
SHOWN = 6               # values of a list that are named one by one


def read_tables() -> dict[str, list[list[str]]]:
    """{protocol: its rows}."""
    tables = {}
    for protocol, *cells in ctable.rows(TABLES, PRINTER, STAND_INS):
        tables.setdefault(protocol, []).append(cells)
    return tables


def literal(text: str) -> str:
    return f'``{text}``' if text else DASH


def si(value: int, unit: str, steps: list[tuple[int, str]]) -> str:
    """A value with the largest prefix that leaves it short: 148500000 Hz is 148.5 MHz."""
    for size, prefix in steps:
        if abs(value) >= size:
            return f'{value / size:.15g} {prefix}{unit}'
    return f'{value} {unit}'


def hertz(value: str) -> str:
    return si(int(value), 'Hz', [(10**6, 'M'), (10**3, 'k')])


def volts(value: str) -> str:
    return f'{int(value) / 10**6:.15g} V'


def watts(value: str) -> str:
    return f'{int(value) / 10**6:.15g} W'


def choice(kind: str, values: str, show) -> str:
    """What can be chosen of a list, or of a range of lowest, highest, step."""
    shown = [show(value) for value in values.split()]
    if kind == 'range':
        return f'{shown[0]} .. {shown[1]} by {shown[2]}'
    if len(shown) > SHOWN:
        return f'{shown[0]} .. {shown[-1]} in {len(shown)} steps'
    return ', '.join(shown) or DASH


def scaled(value: str, scale: str) -> str:
    return f'{int(value) * 10.0**int(scale):.15g}'


def milliseconds(value: str) -> str:
    return f'{int(value) / 1000:.15g} ms'


def device(number, name, block):
    return number, name, literal(block)


def power(number, name, devices):
    return number, literal(name), devices


def reset(number, name, devices, latency):
    return number, literal(name), devices, f'{latency} us'


def clock(number, name, devices, kind, rates, boot, parents):
    rate = 'fixed' if kind == 'fixed' else choice(kind, rates, hertz)
    return number, literal(name), devices, rate, hertz(boot), parents or DASH


def voltage(number, name, devices, kind, levels, boot, always_on):
    return number, literal(name), devices, choice(kind, levels, volts), volts(boot), always_on or 'no'


def sensor(number, name, devices, unit, scale, low, high, boot, axes, trips, kind, intervals):
    del devices
    return (number, literal(name), unit, f'10^{scale}', f'{scaled(low, scale)} .. {scaled(high, scale)}',
            scaled(boot, scale), axes, trips, choice(kind, intervals, milliseconds))


def performance(number, name, devices, level, khz, cost, note):
    return number, literal(name), devices, level, hertz(str(int(khz) * 1000)), watts(cost), note


def powercap(number, name, devices, low, high, step, sustainable, parent):
    return (number, literal(name), devices, choice('range', f'{low} {high} {step}', watts),
            watts(sustainable), literal(parent))


# Protocol, title, head of the table, a row's cells
SECTIONS = (
    ('device', 'Devices', ('No.', 'Device', 'Block'), device),
    ('power', 'Power domains (0x11)', ('No.', 'Name', 'Used by'), power),
    ('performance', 'Performance domains (0x13)',
     ('No.', 'Name', 'Used by', 'Level', 'Frequency', 'Power', ''), performance),
    ('clock', 'Clocks (0x14)', ('No.', 'Name', 'Used by', 'Rates', 'At reset', 'Parents'), clock),
    ('sensor', 'Sensors (0x15)',
     ('No.', 'Name', 'Unit', 'Scale', 'Range', 'First', 'Axes', 'Trip points', 'Update intervals'),
     sensor),
    ('reset', 'Reset domains (0x16)', ('No.', 'Name', 'Used by', 'Latency'), reset),
    ('voltage', 'Voltage domains (0x17)',
     ('No.', 'Name', 'Used by', 'Levels', 'At reset', 'Always on'), voltage),
    ('powercap', 'Power caps (0x18)',
     ('No.', 'Name', 'Used by', 'Cap', 'Sustainable', 'Part of'), powercap),
)


def page() -> str:
    """The whole page, as it must stand in docs/."""
    tables = read_tables()
    return INTRO + '\n'.join(
        f'{title}\n{"-" * len(title)}\n\n'
        + ctable.rst([head, *(cells(*row) for row in tables[protocol])])
        for protocol, title, head, cells in SECTIONS)


def main() -> None:
    PAGE.write_text(page())


if __name__ == '__main__':
    main()
