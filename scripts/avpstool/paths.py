# SPDX-License-Identifier: GPL-2.0-or-later
"""Where things are.  Nothing is written outside BUILD and CACHE."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / 'build'
CACHE = Path(os.environ.get('AVPS_CACHE') or '~/.cache/avps').expanduser().absolute()

# The default build of QEMU; qemu.py derives the other variants from these.
QEMU_SRC = BUILD / 'qemu-src'
QEMU_BUILD = BUILD / 'qemu'
QEMU_BIN = QEMU_BUILD / 'qemu-system-aarch64'

GUEST = BUILD / 'guest'
FIRMWARE = BUILD / 'firmware'
RESULTS = BUILD / 'results'
LOGS = BUILD / 'logs'
WORK = BUILD / 'work'

GUEST_SOURCES = ROOT / 'guest'
