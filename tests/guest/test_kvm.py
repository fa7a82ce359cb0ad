# SPDX-License-Identifier: GPL-2.0-or-later
"""KVM works inside: a VM in the guest takes an interrupt, reaches a device, and powers off."""

from guest import _programs


def test_stock_kvm(boot, work):
    with boot(*_programs.disk(_programs.build('kvm', work))) as machine:
        machine.log_in()
        program = _programs.install(machine, 'kvm')
        assert machine.command(program) == 'the VM says 42 and powers off'
        machine.power_off()
