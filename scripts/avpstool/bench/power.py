# SPDX-License-Identifier: GPL-2.0-or-later
"""Calls to the firmware, beside those of virt; and a suspend with its wake-up, beside a boot."""

import json
import os
import select
import socket
import statistics
import struct
import subprocess
import tempfile
import time
from pathlib import Path

from avpstool import paths, ui
from avpstool.bench import start
from avpstool.bench.figures import Figure, Goal
from avpstool.bench.guest import HANG_GUARD, Guest

# A guest that says "!" on the console UART, calls PSCI_VERSION so often, and says ".".
CALLS = 2_000_000
FIRST_WORD, LAST_WORD = b'!', b'.'
CALLING_INSTRUCTIONS = [
    0xd2a12014,                             # mov  x20, #0x09000000
    0x52800421,                             # mov  w1, #'!'
    0xb9000281,                             # str  w1, [x20]
    0xd2800013 | (CALLS & 0xffff) << 5,     # mov  x19, #CALLS
    0xf2a00013 | (CALLS >> 16) << 5,        # movk x19, #CALLS >> 16, lsl #16
    0x52b08000,                             # 1: mov w0, #0x84000000
    0xd4000003,                             # smc  #0
    0xf1000673,                             # subs x19, x19, #1
    0x54ffffa1,                             # b.ne 1b
    0x528005c1,                             # mov  w1, #'.'
    0xb9000281,                             # str  w1, [x20]
    0x14000000,                             # b    .
]

CYCLES_PER_RUN = 5


def measure_calls(binary, runs, progress):
    """Round trips a second on both machines, in turn."""
    image = paths.WORK / 'calling-instructions.bin'
    paths.WORK.mkdir(parents=True, exist_ok=True)
    image.write_bytes(struct.pack(f'<{len(CALLING_INSTRUCTIONS)}I', *CALLING_INSTRUCTIONS))
    rates = {machine: [] for machine in start.MACHINES}
    for number in range(runs + 1):      # the first round only warms the host up
        progress.update(number, runs + 1, f'calls to the firmware, run {number} of {runs}')
        for machine, options in start.MACHINES.items():
            rate = CALLS / seconds_between_words([str(binary), *options, '-kernel', str(image)])
            if number:
                rates[machine].append(rate / 1000)
    return [Figure('smc', 'calls to the firmware', 'k/s', rates, (Goal(1.0),),
                   more_is_better=True)]


def seconds_between_words(command):
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL) as process:
        try:
            wait_for_word(process, FIRST_WORD, command)
            begin = time.monotonic()
            wait_for_word(process, LAST_WORD, command)
            return time.monotonic() - begin
        finally:
            process.kill()


def wait_for_word(process, word, command):
    """Both words have one character; nothing else is said."""
    ready, _, _ = select.select([process.stdout], [], [], HANG_GUARD)
    said = os.read(process.stdout.fileno(), 1) if ready else b''
    if said != word:
        raise ui.UserError(f'the guest did not get to {word.decode()!r}: run '
                           f'"{" ".join(command)}" to see why')


class Monitor:
    """QMP, as far as it is needed here: an event is waited for, a command is told."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(HANG_GUARD)
        self.socket.connect(str(path))
        self.lines = self.socket.makefile('rw')
        self.tell('qmp_capabilities')

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.lines.close()
        self.socket.close()

    def tell(self, command):
        self.lines.write(json.dumps({'execute': command}) + '\n')
        self.lines.flush()

    def wait_for(self, event):
        for line in self.lines:
            if json.loads(line).get('event') == event:
                return
        raise ui.UserError(f'QEMU ended before the event {event}')


def measure_suspend(binary, linux, runs, progress):
    """Wall time from asking for a suspend to the shell that goes on, woken at once."""
    seconds = {'suspend': [], 'boot': []}
    for number in range(runs):
        progress.update(number, runs, f'suspend, run {number + 1} of {runs}')
        with tempfile.TemporaryDirectory(prefix='avps-') as directory:
            measure_one_guest(binary, linux, Path(directory) / 'qmp', seconds)
    return [Figure('suspend-cycle', 'suspend and wake-up, beside a boot to init', 's', seconds,
                   (Goal(0.2),))]


def measure_one_guest(binary, linux, path, seconds):
    command = [str(binary), *start.MACHINES['avps-ecu'], '-qmp', f'unix:{path},server=on,wait=off',
               *linux, '-append', start.CONSOLE]
    begin = time.monotonic()
    with Guest(command) as guest:
        guest.read_until(start.GUEST_STARTED.decode())
        seconds['boot'].append(time.monotonic() - begin)
        guest.log_in()
        with Monitor(path) as monitor:
            seconds['suspend'].append(statistics.median(
                suspend(guest, monitor) for _ in range(CYCLES_PER_RUN)))


def suspend(guest, monitor):
    begin = time.monotonic()
    guest.begin('echo mem > /sys/power/state')
    monitor.wait_for('SUSPEND')
    monitor.tell('system_wakeup')
    guest.finish('echo mem > /sys/power/state')
    return time.monotonic() - begin
