/*
 * avps-ecu: the system control processor: fast channels
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef HW_AVPS_SCMI_FAST_CHANNELS_H
#define HW_AVPS_SCMI_FAST_CHANNELS_H

#include "scmi_internal.h"

struct AvpsScmiPerformance;

/* The registers of one agent */
typedef struct AvpsFastChannelPage {
    struct AvpsScmiPerformance *performance;
    unsigned agent;
    MemoryRegion region;
} AvpsFastChannelPage;

/* Bytes of the channels of one domain, and where a protocol's begin */
#define FAST_CHANNEL_PITCH 0x20
#define FAST_CHANNELS_PERFORMANCE 0x0000
#define FAST_CHANNELS_POWERCAP 0x1000

/* One message's channel */
typedef struct AvpsFastChannel {
    unsigned message;
    hwaddr offset;       /* within those of its domain */
    unsigned size;
} AvpsFastChannel;

/* Has @agent fast channels? Those with a page of shared memory do. */
static inline bool scmi_has_fast_channels(unsigned agent)
{
    return agent >= AVPS_SCMI_AGENT_MAILBOX &&
           agent < AVPS_SCMI_AGENT_MAILBOX + AVPS_SCMI_NUM_MAILBOXES;
}

/* The entry of @message in the list @channels, which ends with size 0 */
const AvpsFastChannel *scmi_fast_channel(const AvpsFastChannel *channels,
                                         unsigned agent, unsigned message);

/*
 * DESCRIBE_FASTCHANNEL: parameters are a domain, checked already, and a
 * message. @base is where the channels of the protocol begin.
 */
int32_t scmi_describe_fast_channel(AvpsScmiCall *call,
                                   const AvpsFastChannel *channels,
                                   hwaddr base);

/* Make the registers of each agent that has some, and map them. */
void scmi_map_fast_channels(struct AvpsScmiPerformance *performance,
                            AvpsFastChannelPage page[AVPS_SCMI_NUM_MAILBOXES]);

#endif
