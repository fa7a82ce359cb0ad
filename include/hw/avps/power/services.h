/*
 * avps-ecu: the services behind SMC and HVC that come with the power
 * controller
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef HW_AVPS_POWER_SERVICES_H
#define HW_AVPS_POWER_SERVICES_H

#include "hw/avps/power/power.h"

/* power_state of CPU_SUSPEND (PSCI 5.4.2): a core loses its context */
#define AVPS_PSCI_POWER_DOWN 0x00010000

/* PSCI 1.1: cores, suspend, reset and power-off, by @power. */
void avps_psci_register(AvpsSmccc *smccc, AvpsPower *power);

/* True random numbers. */
void avps_trng_register(AvpsSmccc *smccc);

#endif
