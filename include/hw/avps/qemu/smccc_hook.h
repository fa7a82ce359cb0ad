/*
 * avps-ecu: SMC and HVC calls on their way to QEMU's PSCI
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef HW_AVPS_QEMU_SMCCC_HOOK_H
#define HW_AVPS_QEMU_SMCCC_HOOK_H

#include "hw/avps/power/power.h"

/*
 * Have the calls of the cores that are like @cpu, which is realized, answered
 * by @power. Without TCG there are no calls, and nothing is done.
 */
void avps_hook_smccc(ARMCPU *cpu, AvpsPower *power);

#endif
