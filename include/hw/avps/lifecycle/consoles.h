/*
 * avps-ecu: the text consoles of the machine, and how they are shut
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef HW_AVPS_LIFECYCLE_CONSOLES_H
#define HW_AVPS_LIFECYCLE_CONSOLES_H

#include "hw/qdev-core.h"

/* Is @dev, which need not be realized, a text console that a user adds? */
bool avps_console_is_device(const DeviceState *dev);

/*
 * Refuse the consoles that QEMU's command line asks for other than by -device;
 * @why says what rules them out.
 */
bool avps_consoles_refuse(const char *why, Error **errp);

/* Leave @dev without a backend: what it is told leads nowhere. */
void avps_console_detach(DeviceState *dev);

/* Do so with all text consoles of the machine. */
void avps_consoles_detach(void);

/*
 * Write into the complete device tree @fdt, which has room for it, what
 * software should know: /avps,lifecycle, and in production no UART, nor
 * anything that refers to one.
 */
void avps_consoles_write_tree(void *fdt, bool production);

#endif
