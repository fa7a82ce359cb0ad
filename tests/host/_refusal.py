# SPDX-License-Identifier: GPL-2.0-or-later
"""What a refusal must look like: one sentence that says what was wrong, and an exit code."""

import subprocess

# QEMU refuses before it starts a guest; one that runs on has not refused.
SECONDS_TO_REFUSE = 20


def refusal(command, expected_words):
    """Run a command that must refuse; return its sentence."""
    done = subprocess.run([str(word) for word in command], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=SECONDS_TO_REFUSE,
                          check=False)
    assert done.returncode > 0, f'ended with {done.returncode}\n{done.stderr}'
    lines = done.stderr.splitlines()
    assert len(lines) == 1, f'not one sentence but:\n{done.stderr}{done.stdout}'
    for word in expected_words:
        assert word in lines[0], f'{word!r} is not in: {lines[0]}'
    return lines[0]
