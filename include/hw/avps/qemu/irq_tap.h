/*
 * avps-ecu: a switch in a line that is connected already
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef HW_AVPS_QEMU_IRQ_TAP_H
#define HW_AVPS_QEMU_IRQ_TAP_H

#include "hw/irq.h"

typedef struct AvpsIrqTap {
    qemu_irq irq;                /* NULL: the line leads nowhere */
    qemu_irq_handler handler;    /* of the device at its end */
    void *opaque;
} AvpsIrqTap;

/*
 * From now on levels of @irq, which may be NULL, come to @changed, with
 * @opaque and the number of the line.
 */
void avps_irq_tap(AvpsIrqTap *tap, qemu_irq irq, qemu_irq_handler changed,
                  void *opaque);

/* Give @level to the device at the end of the line. */
void avps_irq_pass(const AvpsIrqTap *tap, int level);

#endif
