/*
 * avps-ecu: the system control processor: performance levels
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef HW_AVPS_SCMI_PERFORMANCE_H
#define HW_AVPS_SCMI_PERFORMANCE_H

#include "fast_channels.h"

#define TYPE_AVPS_SCMI_PERFORMANCE "avps-scmi-performance"
OBJECT_DECLARE_SIMPLE_TYPE(AvpsScmiPerformance, AVPS_SCMI_PERFORMANCE)

/*
 * What one agent, or the host as agent 0, has asked for. A point is what
 * messages call a level: its value, or in an indexed domain its index.
 */
typedef struct AvpsScmiLevelRequest {
    uint32_t level;           /* place in the table plus 1; 0: none */
    uint32_t max, min;        /* points */
    uint32_t fast_max;        /* written, until the minimum is */
} AvpsScmiLevelRequest;

typedef struct AvpsScmiLevelState {
    AvpsScmiLevelRequest request[AVPS_SCMI_NUM_AGENTS];
    uint32_t level;           /* that the domain has: place in the table */
    uint32_t max, min;        /* that count for all: points */
    uint32_t limit_subscribers, level_subscribers;
} AvpsScmiLevelState;

struct AvpsScmiPerformance {
    AvpsScmiProtocol parent_obj;

    AvpsScmiLevelState domain[AVPS_SCMI_NUM_PERFORMANCE];
    AvpsFastChannelPage fast[AVPS_SCMI_NUM_MAILBOXES];
};

/* The level of @domain as a place in its table */
unsigned avps_scmi_level(const AvpsScmiPerformance *s, unsigned domain);

/*
 * What is asked for or allowed has changed by @agent: give every domain the
 * level that follows, and tell it.
 */
void avps_scmi_performance_update(AvpsScmiPerformance *s, unsigned agent);

/* Fast channels of an agent; @offset is from the channels of the protocol. */
uint32_t avps_scmi_performance_fast_read(AvpsScmiPerformance *s,
                                         unsigned agent, hwaddr offset);
void avps_scmi_performance_fast_write(AvpsScmiPerformance *s, unsigned agent,
                                      hwaddr offset, uint32_t value);

#endif
