/*
 * avps-ecu: SCMI by SMC calls
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef HW_AVPS_SCMI_SMC_H
#define HW_AVPS_SCMI_SMC_H

#include "hw/sysbus.h"
#include "hw/avps/power/power.h"
#include "hw/avps/scmi/scmi.h"
#include "hw/avps/scmi/shmem.h"

#define TYPE_AVPS_SCMI_SMC "avps-scmi-smc"
OBJECT_DECLARE_SIMPLE_TYPE(AvpsScmiSmc, AVPS_SCMI_SMC)

/* The call, of the range that a silicon provider gives a meaning to */
#define AVPS_SCMI_SMC_FUNCTION 0x82000010

/*
 * The page with the shared memory is sysbus region 0.
 *
 * Links: scmi, the platform; power, whose calls this is one of.
 */
struct AvpsScmiSmc {
    SysBusDevice parent_obj;

    AvpsScmi *scmi;     /* links */
    AvpsPower *power;

    MemoryRegion page;
    AvpsScmiShmem shmem;
};

#endif
