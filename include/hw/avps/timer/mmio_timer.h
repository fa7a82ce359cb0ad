/*
 * avps-ecu: memory-mapped generic timer
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef HW_AVPS_TIMER_MMIO_TIMER_H
#define HW_AVPS_TIMER_MMIO_TIMER_H

#include "hw/sysbus.h"
#include "hw/avps/qemu/compat.h"
#include "qemu/timer.h"

#define TYPE_AVPS_MMIO_TIMER "avps-mmio-timer"
OBJECT_DECLARE_SIMPLE_TYPE(AvpsMmioTimer, AVPS_MMIO_TIMER)

/* One comparator, physical or virtual */
typedef struct AvpsComparator {
    AvpsMmioTimer *owner;
    bool is_virtual;
    uint64_t cval;     /* CNTx_CVAL, counter ticks */
    uint32_t ctl;      /* CNTx_CTL: ENABLE and IMASK */
    QEMUTimer *expiry; /* when the condition becomes true */
    qemu_irq irq;
} AvpsComparator;

/*
 * A control frame (CNTCTLBase, sysbus region 0) and one timer frame
 * (CNTBase0, region 1) with a physical and a virtual timer.
 *
 * Sysbus interrupts: 0 the physical timer's, 1 the virtual timer's; level.
 * Property clock-frequency: of the counter, Hz, 1 to 1000000000; 1000000000
 * must be a multiple of it.
 */
struct AvpsMmioTimer {
    SysBusDevice parent_obj;

    MemoryRegion control, frame;
    uint32_t clock_hz; /* property */
    bool two_worlds;   /* property secure: Secure and Non-secure accesses */

    uint32_t cntfrq;
    uint32_t cntnsar;
    uint32_t cntacr;
    uint64_t cntvoff;
    AvpsComparator physical, virtual;
};

#endif
