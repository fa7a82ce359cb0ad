/*
 * The system control processor is asked by a call: the message lies in shared
 * memory, and the response is there when the call returns.
 * Arm DEN 0056 (SCMI) 5.1, DEN 0028 (SMCCC).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "scmi.h"

#define CALL 0x82000010
#define AGENT 9
#define TOO_LONG 200

static uint64_t call(void)
{
    return firmware(CALL, 0, 0, 0);
}

static void ask(unsigned protocol, unsigned message, unsigned words,
                uint32_t word)
{
    scmi_write(SCMI_SMC, 0, protocol, message, words, word);
    check_equal(call(), 0, "the call succeeds");
    check_equal(read32(SCMI_SMC + SCMI_STATUS), SCMI_FREE,
                "the channel is free when it returns");
}

static void check_answers(void)
{
    ask(SCMI_BASE, SCMI_PROTOCOL_VERSION, 0, 0);
    check_equal(scmi_status(SCMI_SMC), SCMI_SUCCESS, "the version is told");
    check_equal(scmi_result(SCMI_SMC, 0), SCMI_BASE_VERSION,
                "it is the base protocol's");
    check_equal(read32(SCMI_SMC + SCMI_LENGTH), 12,
                "in a message of three words");
    ask(SCMI_BASE, SCMI_DISCOVER_AGENT, 1, SCMI_WHO_AM_I);
    check_equal(scmi_result(SCMI_SMC, 0), AGENT, "it knows who has called");
}

static void check_no_notifications(void)
{
    ask(SCMI_BASE, SCMI_NOTIFY_ERRORS, 1, 1);
    check(scmi_status(SCMI_SMC) == SCMI_NOT_FOUND ||
          scmi_status(SCMI_SMC) == SCMI_NOT_SUPPORTED,
          "notifications are not offered: nothing could deliver them");
}

static void check_bad_lengths(void)
{
    scmi_write(SCMI_SMC, 0, SCMI_BASE, SCMI_PROTOCOL_VERSION, 0, 0);
    write32(SCMI_SMC + SCMI_LENGTH, TOO_LONG);
    check_equal(call(), 0, "a message that is too long is taken");
    check_equal(scmi_status(SCMI_SMC), SCMI_PROTOCOL_ERROR,
                "and answered with an error");
    scmi_write(SCMI_SMC, 0, SCMI_BASE, SCMI_PROTOCOL_VERSION, 0, 0);
    write32(SCMI_SMC + SCMI_LENGTH, 3);
    check_equal(call(), 0, "one without a header is taken");
    check_equal(read32(SCMI_SMC + SCMI_STATUS), SCMI_FREE | SCMI_ERROR,
                "and is an error of the channel");
}

int main(uint64_t device_tree)
{
    check_equal(read32(SCMI_SMC + SCMI_STATUS), SCMI_FREE,
                "the channel is free at reset");
    check_equal(call(), 0, "a call without a message is none");
    check_equal(read32(SCMI_SMC + SCMI_LENGTH), 0, "and has no answer");
    check_answers();
    check_no_notifications();
    check_bad_lengths();
    check_answers();
    check_equal(firmware(CALL | SMC64, 0, 0, 0), 0,
                "the call has a form of 64 bits");
    check_equal(psci(CALL + 1, 0, 0, 0), PSCI_NOT_SUPPORTED,
                "its neighbour is nothing");
    return 0;
}
