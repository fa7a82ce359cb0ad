/*
 * Messages to the system control processor in shared memory.
 * Arm DEN 0056 (SCMI) 4.1 and 5.1.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BARE_SCMI_H
#define BARE_SCMI_H

#include "bare.h"

/* Of an area */
#define SCMI_STATUS 0x04
#define SCMI_FREE 1
#define SCMI_ERROR 2
#define SCMI_FLAGS 0x10
#define SCMI_INTERRUPT 1
#define SCMI_LENGTH 0x14
#define SCMI_HEADER 0x18
#define SCMI_PAYLOAD 0x1c

#define SCMI_BASE 0x10
#define SCMI_PROTOCOL_VERSION 0
#define SCMI_BASE_VERSION 0x20001
#define SCMI_DISCOVER_AGENT 7
#define SCMI_WHO_AM_I 0xffffffff
#define SCMI_NOTIFY_ERRORS 8

#define SCMI_SUCCESS 0
#define SCMI_NOT_SUPPORTED 0xffffffff
#define SCMI_NOT_FOUND 0xfffffffc
#define SCMI_PROTOCOL_ERROR 0xfffffff6

/* Writes a command with @words words, of which the first is @word. */
static inline void scmi_write(uint64_t area, uint32_t flags, unsigned protocol,
                              unsigned message, unsigned words, uint32_t word)
{
    write32(area + SCMI_FLAGS, flags);
    write32(area + SCMI_LENGTH, 4 + 4 * words);
    write32(area + SCMI_HEADER, message | protocol << 10);
    if (words) {
        write32(area + SCMI_PAYLOAD, word);
    }
    write32(area + SCMI_STATUS, 0);
}

static inline uint32_t scmi_status(uint64_t area)
{
    return read32(area + SCMI_PAYLOAD);
}

static inline uint32_t scmi_result(uint64_t area, unsigned n)
{
    return read32(area + SCMI_PAYLOAD + 4 + 4 * n);
}

#endif
