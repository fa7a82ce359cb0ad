/*
 * The system control processor is asked by a doorbell, and answers by an
 * interrupt, to each of the four agents.
 * Arm DEN 0056 (SCMI) 5.1, DDI 0515 (Juno: MHU).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "scmi.h"

#define AGENTS 4
#define PITCH 0x20000           /* a page of registers, a page of memory */
#define MAILBOX(n) (MAILBOX0 + (n) * PITCH)
#define MEMORY(n) (MAILBOX(n) + 0x10000)
#define INTID(n) SPI_INTID(MAILBOX0_SPI + 2 * (n))

#define RX_STAT 0x000
#define RX_CLEAR 0x010
#define TX_STAT 0x100
#define TX_SET 0x108
#define DOORBELL 1

/* Which mailboxes have something for their agent, a bit each */
static uint32_t rung(void)
{
    uint32_t mailboxes = 0;

    for (unsigned n = 0; n < AGENTS; n++) {
        mailboxes |= (read32(MAILBOX(n) + RX_STAT) == DOORBELL) << n;
    }
    return mailboxes;
}

static void check_agent(unsigned n)
{
    scmi_write(MEMORY(n), SCMI_INTERRUPT, SCMI_BASE, SCMI_DISCOVER_AGENT, 1,
               SCMI_WHO_AM_I);
    write32(MAILBOX(n) + TX_SET, DOORBELL);
    check(irq_arrives(INTID(n)), "the answer comes by interrupt");
    check_equal(rung(), 1 << n, "of this mailbox, and of no other");
    write32(MAILBOX(n) + RX_CLEAR, DOORBELL);
    check_equal(rung(), 0, "it ends when it is cleared");
    check_equal(read32(MAILBOX(n) + TX_STAT), 0, "the doorbell is answered");
    check_equal(read32(MEMORY(n) + SCMI_STATUS), SCMI_FREE,
                "the channel is free");
    check_equal(scmi_status(MEMORY(n)), SCMI_SUCCESS, "it is an answer");
    check_equal(scmi_result(MEMORY(n), 0), n + 1, "to this agent");
}

int main(uint64_t device_tree)
{
    gic_init();
    for (unsigned n = 0; n < AGENTS; n++) {
        gic_enable(INTID(n));
    }
    for (unsigned n = 0; n < AGENTS; n++) {
        check_agent(n);
    }
    return 0;
}
