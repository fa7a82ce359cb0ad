# SPDX-License-Identifier: GPL-2.0-or-later
"""`avps sensors` and a running machine."""

import contextlib
import subprocess
import time

import pytest

from avpstool import paths, qmp

SENSORS = '/machine/soc/scmi/sensor'


@contextlib.contextmanager
def running(binary, work):
    """A machine that stays at its first instruction, and its socket."""
    path = work / 'qmp.sock'
    with subprocess.Popen([str(binary), '-M', 'avps-ecu', '-display', 'none', '-nic', 'none',
                           '-serial', 'null', '-S', '-qmp', f'unix:{path},server,nowait'],
                          stdin=subprocess.DEVNULL) as machine:
        try:
            while not path.exists():
                assert machine.poll() is None
                time.sleep(0.01)
            yield path
        finally:
            machine.kill()


def avps(work, *words):
    return subprocess.run([str(paths.ROOT / 'scripts/avps'), 'sensors', *map(str, words)],
                          cwd=work, capture_output=True, text=True, check=False)


def value(path, sensor, name='value'):
    with qmp.Running(path) as machine:
        return machine.ask('qom-get', path=f'{SENSORS}/{sensor}', property=name)


def playing(path):
    with qmp.Running(path) as machine:
        return machine.ask('qom-get', path=SENSORS, property='playing')


@pytest.mark.quick
def test_sensors_play_and_stop(qemu_binary, work):
    # Relative to where the command runs, which need not be where the machine does
    (work / 'drive.csv').write_text('time,sensor,value\n0,soc-temperature,71.25\n'
                                    '0,gyroscope.z,-0.5\n10,soc-temperature,80\n')
    with running(qemu_binary, work) as path:
        done = avps(work, 'play', 'drive.csv')
        assert (done.returncode, done.stdout, done.stderr) == (0, '', '')
        assert value(path, 'soc-temperature') == 71250
        assert value(path, 'gyroscope', 'z') == -500000
        assert playing(path)
        assert avps(work, 'stop').returncode == 0
        assert not playing(path)


@pytest.mark.quick
@pytest.mark.parametrize('text, why', [
    ('0,soc-temperature,20\n1,humidity,1\n', "line 2: 'humidity' is no sensor"),
    ('0,soc-temperature,warm\n', "line 1: 'warm' is no value of soc-temperature"),
    ('# one\n\n0;soc-temperature;20\n', 'line 3: 1 fields: give time,sensor,value'),
    ('2,ambient-light,1\n1,ambient-light,2\n', 'line 2: its time is before'),
    ('soon,ambient-light,1\n', "line 1: 'soon' is no time"),
], ids=['no-sensor', 'no-value', 'fields', 'order', 'no-time'])
def test_sensors_bad_file(qemu_binary, work, text, why):
    (work / 'bad.csv').write_text(text)
    with running(qemu_binary, work) as path:
        done = avps(work, 'play', 'bad.csv', '--qmp', path)
        assert done.returncode and not done.stdout
        assert why in done.stderr and 'bad.csv' in done.stderr, done.stderr
        assert len(done.stderr.splitlines()) == 1
        assert not playing(path)


@pytest.mark.quick
def test_sensors_no_file(qemu_binary, work):
    with running(qemu_binary, work):
        done = avps(work, 'play', 'missing.csv')
        assert done.returncode and 'missing.csv' in done.stderr
        assert len(done.stderr.splitlines()) == 1


@pytest.mark.quick
def test_sensors_no_machine(work):
    done = avps(work, 'play', 'drive.csv')
    assert done.returncode
    assert 'no machine listens at qmp.sock' in done.stderr and '--qmp' in done.stderr
    assert len(done.stderr.splitlines()) == 1
