/*
 * avps-ecu: a switch between a device and its character backend
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef HW_AVPS_QEMU_CHAR_GATE_H
#define HW_AVPS_QEMU_CHAR_GATE_H

#include "chardev/char-fe.h"
#include "hw/avps/qemu/compat.h"

typedef struct AvpsCharGate {
    AvpsCharFrontend *frontend;  /* NULL: not there yet */
    Chardev *chr;                /* while nothing is to be sent to it */
    bool receives;
    /* of the device */
    IOCanReadHandler *can_read;
    IOReadHandler *read;
    IOEventHandler *event;
    void *opaque;
} AvpsCharGate;

/* Stand between @frontend, whose device is realized, and its backend. */
void avps_char_gate_init(AvpsCharGate *gate, AvpsCharFrontend *frontend);

/* What is sent, or comes, while it may not, is lost. */
void avps_char_gate_set(AvpsCharGate *gate, bool sends, bool receives);

/* Give @frontend its backend back, to be taken away for good. */
void avps_char_gate_open(AvpsCharFrontend *frontend);

#endif
