/*
 * avps-ecu: pending interrupts of cores that sleep
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef HW_AVPS_QEMU_GIC_WAKE_H
#define HW_AVPS_QEMU_GIC_WAKE_H

#include "hw/avps/power/power.h"

/* Have @power told of interrupts that become pending for a core. */
void avps_watch_gic(AvpsPower *power);

/* The linker's, see --wrap in the manual of ld */
void __real_gicv3_cpuif_update(GICv3CPUState *cs);
void __wrap_gicv3_cpuif_update(GICv3CPUState *cs);

#endif
