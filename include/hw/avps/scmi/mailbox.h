/*
 * avps-ecu: mailbox of an SCMI agent
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef HW_AVPS_SCMI_MAILBOX_H
#define HW_AVPS_SCMI_MAILBOX_H

#include "hw/sysbus.h"
#include "hw/avps/scmi/scmi.h"
#include "hw/avps/scmi/shmem.h"

#define TYPE_AVPS_MHU "avps-mhu"
OBJECT_DECLARE_SIMPLE_TYPE(AvpsMhu, AVPS_MHU)

enum {
    AVPS_MHU_LOW,      /* priority */
    AVPS_MHU_HIGH,
    AVPS_MHU_SECURE,
    AVPS_MHU_CHANNELS,
};

/*
 * Doorbells of the low priority channel, bits of its registers: for commands
 * and their responses, and for messages of the platform and that they are read
 */
#define AVPS_MHU_DOORBELL_A2P 0
#define AVPS_MHU_DOORBELL_P2A 1

/* What of the second page is shared memory; the rest is for fast channels */
#define AVPS_MHU_SHARED_SIZE 0x8000

/*
 * The registers are sysbus region 0, the page with the shared memory region 1.
 * Sysbus interrupts: 0 low priority, 1 high priority; level.
 *
 * Property agent: whose mailbox this is.
 * Link scmi: the platform.
 */
struct AvpsMhu {
    SysBusDevice parent_obj;

    AvpsScmi *scmi;    /* link */
    uint32_t agent;    /* property */

    MemoryRegion registers, page;
    AvpsScmiShmem shmem;
    qemu_irq irq[AVPS_MHU_CHANNELS];

    /* Bits that are set, for the agent and for the platform */
    uint32_t rx[AVPS_MHU_CHANNELS], tx[AVPS_MHU_CHANNELS];
    uint32_t again;    /* doorbells to ring once more when they are cleared */
    bool interrupt;    /* is wanted for the response to the command at work */
};

#endif
