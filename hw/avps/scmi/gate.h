/*
 * avps-ecu: a gate between the bus and a block
 *
 * What lies behind a closed gate cannot be reached by software: it has no
 * clock, is held in reset, or has no power.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef HW_AVPS_SCMI_GATE_H
#define HW_AVPS_SCMI_GATE_H

#include "hw/avps/scmi/scmi_internal.h"
#include "hw/sysbus.h"

#define TYPE_AVPS_GATE "avps-gate"
OBJECT_DECLARE_SIMPLE_TYPE(AvpsGate, AVPS_GATE)

/*
 * Put a gate, a child of @parent called @name, in front of all register frames
 * of @block, which is mapped already.
 */
AvpsGate *avps_gate_create(Object *parent, const char *name,
                           SysBusDevice *block);

/*
 * Open or close it. True: the power of the block has gone away, so that it has
 * to be reset.
 */
bool avps_gate_set(AvpsGate *gate, AvpsScmiSupply supply);

/* Reset the block behind it, which must not be at work. */
void avps_gate_reset_block(AvpsGate *gate);

#endif
