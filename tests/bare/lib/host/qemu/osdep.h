/*
 * Stands in for QEMU's header of this name when the memory map is compiled
 * for the host, without QEMU.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <string.h>
