/*
 * avps-ecu: QMP's system_wakeup
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef HW_AVPS_QEMU_WAKEUP_H
#define HW_AVPS_QEMU_WAKEUP_H

#include "hw/avps/power/power.h"
#include "system/runstate.h"

/* Have QMP's system_wakeup wake what @power has suspended. */
void avps_serve_system_wakeup(AvpsPower *power);

/* The linker's, see --wrap in the manual of ld */
void __real_qemu_system_wakeup_request(WakeupReason reason, Error **errp);
void __wrap_qemu_system_wakeup_request(WakeupReason reason, Error **errp);

#endif
