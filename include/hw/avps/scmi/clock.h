/*
 * avps-ecu: clocks of the system control processor, for devices of the SoC
 *
 * A device that runs by a clock, as a display by its pixel clock, asks for the
 * rate and watches it. Identifiers are the rows of avps_scmi_clocks[].
 *
 * All functions are called with the big lock held, after the system control
 * processor was realized.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef HW_AVPS_SCMI_CLOCK_H
#define HW_AVPS_SCMI_CLOCK_H

#include "hw/avps/scmi/scmi.h"
#include "qemu/notify.h"

/* The rate of clock @id in Hz; 0 while it is off */
uint64_t avps_scmi_clock_rate(AvpsScmi *scmi, unsigned id);

/*
 * Call @watcher whenever avps_scmi_clock_rate() of clock @id has changed, by a
 * reset of the system and a load of its state, too. It ends with
 * notifier_remove(). The data that it gets is NULL.
 */
void avps_scmi_clock_watch(AvpsScmi *scmi, unsigned id, Notifier *watcher);

#endif
