# SPDX-License-Identifier: GPL-2.0-or-later
"""The avps command: from a bare Debian to a running, tested avps-ecu."""
