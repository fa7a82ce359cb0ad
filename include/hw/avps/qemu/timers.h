/*
 * avps-ecu: the cores' generic timers after a snapshot
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef HW_AVPS_QEMU_TIMERS_H
#define HW_AVPS_QEMU_TIMERS_H

#include "hw/avps/soc.h"

/* Have the deadlines of all cores' timers computed whenever they start. */
void avps_rearm_timers_on_start(AvpsSoc *soc);

#endif
