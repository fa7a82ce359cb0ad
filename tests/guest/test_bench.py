# SPDX-License-Identifier: GPL-2.0-or-later
"""The bench measures what it says, and its program in the guest does what it tells.  How long
anything takes is no test."""

import json

from avpstool.bench import dma

DISK = ['-drive', 'if=none,id=disk,driver=null-co,read-zeroes=on,size=16M',
        '-device', 'virtio-blk-device,drive=disk']
TWO_NICS = ['-netdev', 'hubport,id=net0,hubid=0', '-device', 'virtio-net-device,netdev=net0',
            '-netdev', 'hubport,id=net1,hubid=0', '-device', 'virtio-net-device,netdev=net1']
MEBIBYTE = 1 << 20


def test_bench_measures_both_machines(avps, work):
    file = work / 'bench.json'
    done = avps('bench', '--runs', '1', '--json', file)
    assert done.returncode == 0, done.stderr
    report = json.loads(file.read_text())
    for key in ('boot-wall', 'boot-cpu', 'boot-memory', 'first-instruction', 'smc'):
        figure = report['figures'][key]
        assert figure['what'] in done.stdout
        assert len(figure['values']['avps-ecu']) == len(figure['values']['virt']) == 1
        assert figure['ratio'] > 0
    cycle = report['figures']['suspend-cycle']
    assert cycle['what'] in done.stdout
    assert len(cycle['values']['suspend']) == len(cycle['values']['boot']) == 1
    for place in ('avps-ecu-mmio', 'avps-ecu-pcie', 'virt-pcie'):
        for work_done in dma.WORKS:
            figure = report['figures'][f'{work_done.key}-{place}']
            assert figure['what'] in done.stdout
            for side in ('smmuv3', 'none'):
                assert len(figure['values'][side]) == dma.ROUNDS_PER_RUN
                assert min(figure['values'][side]) > 0
    for machine in ('avps-ecu', 'virt'):
        assert report['figures'][f'dma-memory-{machine}']['ratio'] > 0


def test_bench_program(boot):
    with boot(*DISK, *TWO_NICS) as machine:
        machine.log_in()
        refuses_bad_arguments(machine)
        reads_what_it_tells(machine)
        streams_through_both_interfaces(machine)


def refuses_bad_arguments(machine):
    for words, status, answer in [
            ('', 2, 'usage:'),
            ('sideways /dev/vda 4096 1', 2, 'usage:'),
            ('random /dev/vda 4096 1', 2, 'usage:'),
            ('random /dev/vda 4096 many 1', 2, 'COUNT: many is not a number'),
            ('sequential /dev/vda 0 1', 2, 'SIZE: 0 is not a number'),
            ('sequential /dev/vda 2097152 1', 2, 'SIZE: 2097152 is not a number'),
            ('sequential /dev/vda 4097 1', 1, 'failed: Invalid argument'),
            ('sequential /dev/nowhere 4096 1', 1, '/dev/nowhere cannot be read'),
            ('stream eth0 eth77 1', 1, 'there is no interface eth77')]:
        code, output = machine.try_command(f'avps-bench {words} 2>&1')
        assert (code, answer in output) == (status, True), (words, output)


def reads_what_it_tells(machine):
    # An eighth more is read to warm up.
    for words, told, requests in [('sequential /dev/vda 1048576 8', 8 * MEBIBYTE, 9),
                                  ('random /dev/vda 4096 800 1', 800 * 4096, 900)]:
        before = disk_statistics(machine)
        assert f'avps-bench: {told} bytes in ' in machine.command(f'avps-bench {words}')
        after = disk_statistics(machine)
        assert (after[1] - before[1]) * 512 == told * 9 // 8, words
        assert after[0] - before[0] == requests, words
    # More pages than a request has room for, as none is beside another
    before = disk_statistics(machine)
    machine.command('avps-bench scattered /dev/vda 1048576 8')
    assert disk_statistics(machine)[0] - before[0] > 9


def disk_statistics(machine):
    """(requests, sectors) read so far"""
    fields = machine.command('cat /sys/block/vda/stat').split()
    return int(fields[0]), int(fields[2])


def streams_through_both_interfaces(machine):
    names = [machine.command(f'ls /sys/bus/virtio/devices/virtio{n}/net') for n in (1, 2)]
    for sender, receiver in (names, reversed(names)):
        output = machine.command(f'avps-bench stream {sender} {receiver} {MEBIBYTE}')
        assert f'avps-bench: {MEBIBYTE} bytes in ' in output
        # The receiver's counters left with it; both are back for the next stream.
        sent = machine.command(f'cat /sys/class/net/{sender}/statistics/tx_bytes')
        assert int(sent) > MEBIBYTE * 9 // 8
        got = machine.command(f'cat /sys/class/net/{receiver}/statistics/rx_bytes')
        assert int(got) > MEBIBYTE * 9 // 8
