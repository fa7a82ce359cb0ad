/*
 * Registers of the power controller (docs/devices/power.rst)
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef POWER_H
#define POWER_H

#include "map-generated.h"

#define POWER_CTRL (POWER + 0x004)
#define POWER_CTRL_FOLLOW 1             /* the GIC says what wakes */
#define POWER_RESET_REASON (POWER + 0x010)
#define POWER_WAKE_CAUSE (POWER + 0x014)
#define POWER_CAUSE_LINE 2
#define POWER_SUSPEND_COUNT (POWER + 0x024)
#define POWER_SCRATCH(n) (POWER + 0x040 + 4 * (n))
#define POWER_NUM_SCRATCH 4
/* A bit for each SPI */
#define POWER_WAKE_ENABLE(spi) (POWER + 0x100 + (spi) / 32 * 4)
#define POWER_WAKE_REASON(spi) (POWER + 0x200 + (spi) / 32 * 4)
#define POWER_SPI_BIT(spi) (1u << ((spi) % 32))
#define POWER_SPI_WORDS 15

/* Values of RESET_REASON */
enum {
    RESET_POWER_ON,
    RESET_SOFTWARE,
    RESET_WARM,
};

#endif
