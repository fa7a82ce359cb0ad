# SPDX-License-Identifier: GPL-2.0-or-later
"""The device tree by the tools that judge device trees: dtc and dt-validate."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from avpstool import checks

# Machine options whose trees differ
VARIANTS = {
    'default': [],
    'secure': ['-M', 'secure=on'],
    'no-el2': ['-M', 'virtualization=off'],
    'virtio-iommu': ['-M', 'iommu=virtio'],
    'no-iommu': ['-M', 'iommu=none'],
    'idle-states': ['-M', 'idle-states=on'],
    'scmi-power-domains': ['-M', 'scmi-power-domains=on'],
    'one-core': ['-smp', '1'],
    'eight-cores': ['-smp', '8,clusters=2', '-m', '3G'],
}


@pytest.fixture(params=VARIANTS)
def variant(request):
    return request.param


@pytest.fixture
def blob(variant, qemu_binary, work):
    file = work / 'machine.dtb'
    subprocess.run([qemu_binary, '-M', f'avps-ecu,dumpdtb={file}', '-display', 'none',
                    *VARIANTS[variant]], check=True, stdin=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)
    return file


@pytest.mark.quick
def test_dtc(blob):
    """dtc, with all its default checks, has nothing to say."""
    done = subprocess.run(['dtc', '-I', 'dtb', '-O', 'dts', blob], capture_output=True, text=True,
                          check=False)
    assert (done.returncode, done.stderr) == (0, '')
    assert 'avps,ecu-1.0' in done.stdout


def exceptions():
    with (Path(__file__).parent / 'dt-exceptions.toml').open('rb') as file:
        return tomllib.load(file)['exception']


def test_dt_validate(blob):
    """The tree fits Linux' bindings, but for the exceptions that have a reason."""
    complaints = [line for line in checks.validate(blob) if is_complaint(line)]
    unexpected = [line for line in complaints
                  if not any(re.search(known['complaint'], line) for known in exceptions())]
    assert not unexpected, '\n'.join(unexpected)


def is_complaint(line):
    """The second line of a message says which binding it is from."""
    return bool(line.strip()) and not re.match(r'\s+from schema \$id:', line)


def test_dt_validate_can_fail(qemu_binary, work):
    """A tree with a mistake in it is complained of: the validation above is alive."""
    file = work / 'machine.dtb'
    subprocess.run([qemu_binary, '-M', f'avps-ecu,dumpdtb={file}', '-display', 'none'],
                   check=True, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    subprocess.run(['fdtput', '-t', 's', file, '/gpio-keys', 'autorepeat', 'no'], check=True)
    assert any('autorepeat' in line for line in checks.validate(file))


def test_exceptions_have_reasons():
    for known in exceptions():
        assert len(known['reason']) > 20, known
        re.compile(known['complaint'])
