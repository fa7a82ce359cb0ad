/*
 * A hostile agent of the system control processor: nonsense of several sorts
 * by calls, from a fixed seed. Each has a defined end, and another agent, at
 * its mailbox, notices nothing.
 * Arm DEN 0056 (SCMI) 4.1 and 5.1.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "scmi.h"

#define CALL 0x82000010
#define MESSAGES 100000
#define SEED 0x5c3103
/* How often the other agent asks */
#define WITNESS_EVERY 500

#define AREA 256
#define MAX_MESSAGE 108
#define SCMI_SYSTEM_POWER 0x12
#define SYSTEM_POWER_STATE_SET 3
#define PROTOCOLS 10
#define LAST_STATUS 10          /* -10 */

#define WITNESS MAILBOX0
#define WITNESS_MEMORY (MAILBOX0 + 0x10000)
#define WITNESS_AGENT 1
#define TX_SET 0x108
#define DOORBELL 1

/* --- Nonsense --- */

static uint32_t state;

static uint32_t random_word(void)
{
    /* Marsaglia, "Xorshift RNGs" */
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    return state;
}

static uint32_t below(uint32_t limit)
{
    return random_word() % limit;
}

static bool once_in(uint32_t n)
{
    return below(n) == 0;
}

/* Small numbers, single bits, and anything */
static uint32_t random_parameter(void)
{
    switch (below(3)) {
    case 0:
        return below(20);
    case 1:
        return 1u << below(32);
    default:
        return random_word();
    }
}

/* Mostly what exists, for the rest of the message to be looked at */
static uint32_t random_header(void)
{
    if (once_in(20)) {
        return random_word();
    }
    return below(20) | (SCMI_BASE + below(PROTOCOLS)) << 10 |
           below(1024) << 18;
}

static uint32_t random_length(void)
{
    return once_in(20) ? random_parameter() : 4 + 4 * below(7);
}

/*
 * SYSTEM_POWER_STATE_SET ends the machine, which is what it is for: let it be
 * refused by a parameter that is missing.
 */
static bool ends_the_machine(uint32_t header)
{
    return (header & 0x3fcff) == (SYSTEM_POWER_STATE_SET |
                                  SCMI_SYSTEM_POWER << 10);
}

/* --- What has to come of it --- */

static bool is_status(uint32_t status)
{
    return -status <= LAST_STATUS;
}

/* Sends one message. Is its end a defined one? */
static bool send_nonsense(void)
{
    uint32_t header = random_header(), length = random_length();

    for (unsigned i = SCMI_PAYLOAD; i < AREA; i += 4) {
        write32(SCMI_SMC + i, random_parameter());
    }
    if (ends_the_machine(header)) {
        length = 4;
    }
    write32(SCMI_SMC + SCMI_FLAGS, random_parameter());
    write32(SCMI_SMC + SCMI_LENGTH, length);
    write32(SCMI_SMC + SCMI_HEADER, header);
    write32(SCMI_SMC + SCMI_STATUS, random_parameter() & ~SCMI_FREE);
    if (firmware(CALL, 0, 0, 0) != 0) {
        return false;
    }
    if (length < 4) {
        return read32(SCMI_SMC + SCMI_STATUS) == (SCMI_FREE | SCMI_ERROR);
    }
    return read32(SCMI_SMC + SCMI_STATUS) == SCMI_FREE &&
           read32(SCMI_SMC + SCMI_HEADER) == header &&
           read32(SCMI_SMC + SCMI_LENGTH) <= MAX_MESSAGE &&
           is_status(scmi_status(SCMI_SMC)) &&
           (scmi_status(SCMI_SMC) == SCMI_SUCCESS ||
            read32(SCMI_SMC + SCMI_LENGTH) == 8);
}

/* The other agent's question has the other agent's answer. */
static bool witness_is_answered(void)
{
    scmi_write(WITNESS_MEMORY, 0, SCMI_BASE, SCMI_DISCOVER_AGENT, 1,
               SCMI_WHO_AM_I);
    write32(WITNESS + TX_SET, DOORBELL);
    return read32(WITNESS_MEMORY + SCMI_STATUS) == SCMI_FREE &&
           scmi_status(WITNESS_MEMORY) == SCMI_SUCCESS &&
           scmi_result(WITNESS_MEMORY, 0) == WITNESS_AGENT;
}

int main(uint64_t device_tree)
{
    unsigned undefined = 0, disturbed = 0;

    state = SEED;
    for (unsigned i = 1; i <= MESSAGES; i++) {
        undefined += !send_nonsense();
        if (i % WITNESS_EVERY == 0) {
            disturbed += !witness_is_answered();
        }
    }
    check_equal(undefined, 0, "every message has a defined end");
    check_equal(disturbed, 0, "another agent is not disturbed");
    return 0;
}
