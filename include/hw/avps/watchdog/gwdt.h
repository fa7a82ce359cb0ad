/*
 * avps-ecu: generic watchdog
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef HW_AVPS_WATCHDOG_GWDT_H
#define HW_AVPS_WATCHDOG_GWDT_H

#include "hw/sysbus.h"
#include "hw/avps/power/power.h"
#include "hw/avps/qemu/compat.h"
#include "qemu/timer.h"

#define TYPE_AVPS_GWDT "avps-gwdt"
OBJECT_DECLARE_SIMPLE_TYPE(AvpsGwdt, AVPS_GWDT)

/* The output of watchdog signal 1 for who resets the system */
#define AVPS_GWDT_WS1 "ws1"

/*
 * The control frame is sysbus region 0, the refresh frame region 1.
 *
 * Sysbus interrupts: 0 watchdog signal 0, 1 watchdog signal 1; level. The
 * GPIO output AVPS_GWDT_WS1 has the level of signal 1, too.
 *
 * Property clock-frequency: of the system counter, Hz, 1 to 1000000000;
 * 1000000000 must be a multiple of it.
 * Link power: who knows what a reset is for; without it, none keeps WS1.
 *
 * For the host:
 *  - enabled, ws0, ws1: the bits of WCS
 *  - remaining-ns: virtual time until the next of the two signals, -1 when
 *    none is to come
 *  - expire: writing true has the next signal rise now
 */
struct AvpsGwdt {
    SysBusDevice parent_obj;

    MemoryRegion control, refresh;
    uint32_t clock_hz; /* property */
    AvpsPower *power;  /* link, or NULL */

    bool enabled, ws0, ws1; /* WCS */
    uint64_t wor;           /* 48 bits, counter ticks */
    uint64_t wcv;           /* counter ticks */
    QEMUTimer *expiry;      /* when the counter passes wcv */
    qemu_irq ws0_irq, ws1_irq, ws1_out;
};

#endif
