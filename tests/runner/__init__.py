# SPDX-License-Identifier: GPL-2.0-or-later
"""The parts of the test runner that plug into pytest."""
