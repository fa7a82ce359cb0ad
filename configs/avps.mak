# SPDX-License-Identifier: GPL-2.0-or-later
# Devices of qemu-system-aarch64: all of QEMU's, and the avps-ecu machine
include default.mak
source ../../../hw/avps/Kconfig
