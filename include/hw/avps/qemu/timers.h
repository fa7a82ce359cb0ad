/*
 * avps-ecu: the cores' generic timers after a snapshot, and while a core is off
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef HW_AVPS_QEMU_TIMERS_H
#define HW_AVPS_QEMU_TIMERS_H

#include "hw/avps/soc.h"

/* Have the deadlines of all cores' timers computed whenever they start. */
void avps_rearm_timers_on_start(AvpsSoc *soc);

/*
 * Have the timers of @cpu as they are now again after the work that is queued
 * for it, which resets it. To be called on its thread.
 */
void avps_keep_timers(ARMCPU *cpu);

#endif
