# SPDX-License-Identifier: GPL-2.0-or-later
"""avps sensors: what the sensors of a running machine measure (docs/devices/scmi.rst)."""

from pathlib import Path

from avpstool import qmp, ui

SENSORS = '/machine/soc/scmi/sensor'


def register(subparsers):
    parser = subparsers.add_parser(
        'sensors', help='play a time series to the sensors of a running machine',
        description='The file has lines "seconds,sensor,value": the time from now on, a child of '
        f'{SENSORS} or an axis as in gyroscope.z, and a number of its unit (degrees Celsius, V, '
        'A, W, lx, m/s2, rad/s). It is played in virtual time, exactly and with pauses when the '
        'machine pauses. The machine must have a QMP socket: '
        './scripts/avps run -- -qmp unix:qmp.sock,server,nowait')
    actions = parser.add_subparsers(metavar='ACTION', required=True)
    for name, purpose in (('play', 'play FILE, instead of what is being played'),
                          ('stop', 'leave the sensors as they are')):
        action = actions.add_parser(name, help=purpose, description=purpose)
        if name == 'play':
            action.add_argument('file', metavar='FILE')
        action.add_argument('--qmp', metavar='SOCKET', default='qmp.sock',
                            help='the QMP socket of the machine (default: qmp.sock)')
        action.set_defaults(main=main, action=name)


def main(args):
    # The machine has a working directory of its own.
    file = str(Path(args.file).absolute()) if args.action == 'play' else ''
    with qmp.Running(args.qmp) as machine:
        try:
            machine.ask('qom-set', path=SENSORS, property='play', value=file)
        except qmp.Refused as error:
            raise ui.UserError(f'sensors {args.action}: {error}') from error
    return 0
