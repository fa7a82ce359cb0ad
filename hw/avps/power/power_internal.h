/*
 * avps-ecu: power controller, between its files
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef AVPS_POWER_INTERNAL_H
#define AVPS_POWER_INTERNAL_H

#include "hw/avps/power/power.h"

/* CTRL: the interrupts that the distributor has enabled wake the SoC */
#define AVPS_POWER_CTRL_FOLLOW 0x1

/* WAKE_CAUSE */
#define AVPS_POWER_CAUSE_HOST 0x1
#define AVPS_POWER_CAUSE_LINE 0x2

/*
 * Switch the calling core off, and on again at the physical address @entry
 * with @context in X0.
 */
void avps_power_switch_off(AvpsPower *s, ARMCPU *cpu, uint64_t entry,
                           uint64_t context);
void avps_power_switch_on(AvpsPower *s, int core);

/* Have the cores that are on their way up, or must be, start. */
void avps_power_resume_cores(AvpsPower *s);

/* Lines of GPIO that hold an interrupt up: eight bits for each block */
uint32_t avps_power_gpio_status(void);

/* Nothing has woken the SoC yet. */
void avps_power_forget_wake(AvpsPower *s);

/* Wake the SoC if a register write has made a source of a line that is up. */
void avps_power_recheck(AvpsPower *s);

#endif
