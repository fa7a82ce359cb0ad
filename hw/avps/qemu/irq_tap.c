/*
 * avps-ecu: a switch in a line that is connected already
 *
 * Lines of GPIO go straight from one device to another. This takes the place
 * of the handler at the end of a line, as qemu_irq_intercept_in() does for
 * qtest, but knows whose line it is.
 *
 * Guard: qtest "scmi-pins".
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "hw/avps/qemu/irq_tap.h"

void avps_irq_tap(AvpsIrqTap *tap, qemu_irq irq, qemu_irq_handler changed,
                  void *opaque)
{
    tap->irq = irq;
    if (irq) {
        tap->handler = irq->handler;
        tap->opaque = irq->opaque;
        irq->handler = changed;
        irq->opaque = opaque;
    }
}

void avps_irq_pass(const AvpsIrqTap *tap, int level)
{
    if (tap->irq) {
        tap->handler(tap->opaque, tap->irq->n, level);
    }
}
