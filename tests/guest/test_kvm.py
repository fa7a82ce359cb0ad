# SPDX-License-Identifier: GPL-2.0-or-later
"""KVM works inside: a VM in the guest takes an interrupt, reaches a device, and powers off."""

import subprocess
from pathlib import Path

PROGRAM = Path(__file__).parent / 'programs' / 'kvm.c'


def test_stock_kvm(boot, work):
    program = work / 'kvm'
    subprocess.run(['aarch64-linux-gnu-gcc', '-static', '-O2', '-Wall', '-Wextra', '-Werror', '-o',
                    str(program), str(PROGRAM)], check=True)
    # A disk without a file system, of which the program is the content
    with boot('-drive', f'if=none,id=program,format=raw,readonly=on,file={program}',
              '-device', 'virtio-blk-device,drive=program') as machine:
        machine.log_in()
        machine.command('cat /dev/vda > /tmp/kvm && chmod +x /tmp/kvm')
        assert machine.command('/tmp/kvm') == 'the VM says 42 and powers off'
        machine.power_off()
