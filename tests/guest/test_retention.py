# SPDX-License-Identifier: GPL-2.0-or-later
"""The retention RAM: what the kernel wrote as it died is there after the warm reset."""

RECORDS = '/sys/fs/pstore'


def test_stock_ramoops_survives_a_panic(boot):
    with boot(append='panic=1') as machine:
        machine.log_in()
        assert machine.command(f'ls {RECORDS}') == ''
        machine.command('echo retained-by-ramoops > /dev/kmsg')
        machine.send('echo c > /proc/sysrq-trigger')
        machine.log_in()
        record = machine.command(f'cat {RECORDS}/dmesg-ramoops-0')
        assert 'retained-by-ramoops' in record
        assert 'sysrq triggered crash' in record
        machine.power_off()


def test_stock_ramoops_is_empty_after_power_on(boot):
    for _ in range(2):
        with boot(append='panic=1') as machine:
            machine.log_in()
            assert machine.command(f'ls {RECORDS}') == ''
            machine.send('echo c > /proc/sysrq-trigger')
            machine.log_in()
            assert machine.command(f'ls {RECORDS}') != ''
            machine.power_off()
