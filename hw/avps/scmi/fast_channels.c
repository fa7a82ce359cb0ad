/*
 * avps-ecu: the system control processor: fast channels
 *
 * Arm System Control and Management Interface (DEN0056) 3.2, section 5.3
 * "FastChannels". The upper half of each mailbox agent's page of shared
 * memory is no memory but registers: a write is carried out when it is made,
 * so that no doorbell is needed. What cannot be carried out is ignored, as
 * there is nobody to tell.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "hw/avps/map.h"
#include "fast_channels.h"
#include "powercap.h"
#include "hw/avps/trace.h"

/* Of the page of shared memory */
#define FAST_CHANNELS_OFFSET (AVPS_PAGE / 2)
#define FAST_CHANNELS_SIZE (AVPS_PAGE / 2)

/* --- Descriptions --- */

const AvpsFastChannel *scmi_fast_channel(const AvpsFastChannel *channels,
                                         unsigned agent, unsigned message)
{
    if (!scmi_has_fast_channels(agent)) {
        return NULL;
    }
    for (; channels->size; channels++) {
        if (channels->message == message) {
            return channels;
        }
    }
    return NULL;
}

static const AvpsMapRow *mailbox_of(unsigned agent)
{
    g_autofree char *name = g_strdup_printf("mailbox%u",
                                            agent - AVPS_SCMI_AGENT_MAILBOX);

    return avps_map_find(name);
}

/* The second page of a mailbox is the shared memory. */
static hwaddr fast_channels_address(unsigned agent)
{
    return mailbox_of(agent)->base + AVPS_PAGE + FAST_CHANNELS_OFFSET;
}

static bool is_message(const AvpsScmiCall *call, uint32_t message)
{
    const AvpsScmiProtocolClass *pc =
        AVPS_SCMI_PROTOCOL_GET_CLASS(call->protocol);

    return message <= SCMI_PROTOCOL_MESSAGE_ATTRIBUTES ||
           (message < pc->num_messages && pc->messages[message].handle);
}

int32_t scmi_describe_fast_channel(AvpsScmiCall *call,
                                   const AvpsFastChannel *channels,
                                   hwaddr base)
{
    const AvpsFastChannel *channel;
    hwaddr address;

    if (!is_message(call, call->arg[1])) {
        return SCMI_NOT_FOUND;
    }
    channel = scmi_fast_channel(channels, call->agent, call->arg[1]);
    if (!channel) {
        return SCMI_NOT_SUPPORTED;
    }
    address = fast_channels_address(call->agent) + base +
              call->arg[0] * FAST_CHANNEL_PITCH + channel->offset;
    scmi_put(call, 0);          /* no doorbell */
    scmi_put(call, 0);          /* as often as one likes */
    scmi_put64(call, address);
    scmi_put(call, channel->size);
    scmi_put64(call, 0);        /* doorbell: address, masks */
    scmi_put64(call, 0);
    scmi_put64(call, 0);
    return SCMI_SUCCESS;
}

/* --- Registers --- */

static uint64_t fast_read(void *opaque, hwaddr offset, unsigned size)
{
    AvpsFastChannelPage *page = opaque;
    AvpsScmiProtocol *performance = AVPS_SCMI_PROTOCOL(page->performance);
    AvpsScmiProtocol *powercap;
    uint32_t value = 0;

    if (offset < FAST_CHANNELS_POWERCAP) {
        value = avps_scmi_performance_fast_read(page->performance, page->agent,
                                                offset);
    } else {
        powercap = scmi_protocol(performance->scmi, SCMI_POWERCAP);
        value = avps_scmi_powercap_fast_read(AVPS_SCMI_POWERCAP(powercap),
                                             page->agent,
                                             offset - FAST_CHANNELS_POWERCAP);
    }
    trace_avps_scmi_fast_read(page->agent, offset, value);
    return value;
}

static void fast_write(void *opaque, hwaddr offset, uint64_t value,
                       unsigned size)
{
    AvpsFastChannelPage *page = opaque;
    AvpsScmiProtocol *performance = AVPS_SCMI_PROTOCOL(page->performance);
    AvpsScmiProtocol *powercap;

    trace_avps_scmi_fast_write(page->agent, offset, value);
    if (offset < FAST_CHANNELS_POWERCAP) {
        avps_scmi_performance_fast_write(page->performance, page->agent,
                                         offset, value);
    } else {
        powercap = scmi_protocol(performance->scmi, SCMI_POWERCAP);
        avps_scmi_powercap_fast_write(AVPS_SCMI_POWERCAP(powercap),
                                      page->agent,
                                      offset - FAST_CHANNELS_POWERCAP, value);
    }
}

/* A pair of limits may be accessed at once: first the lower word. */
static const MemoryRegionOps fast_ops = {
    .read = fast_read,
    .write = fast_write,
    .endianness = DEVICE_LITTLE_ENDIAN,
    .valid = { .min_access_size = 4, .max_access_size = 8 },
    .impl = { .min_access_size = 4, .max_access_size = 4 },
};

void scmi_map_fast_channels(AvpsScmiPerformance *performance,
                            AvpsFastChannelPage page[AVPS_SCMI_NUM_MAILBOXES])
{
    for (int i = 0; i < AVPS_SCMI_NUM_MAILBOXES; i++) {
        if (!mailbox_of(AVPS_SCMI_AGENT_MAILBOX + i)) {
            continue;
        }
        page[i].performance = performance;
        page[i].agent = AVPS_SCMI_AGENT_MAILBOX + i;
        memory_region_init_io(&page[i].region, OBJECT(performance), &fast_ops,
                              &page[i], "avps-scmi.fast-channels",
                              FAST_CHANNELS_SIZE);
        /* Above the memory of the page */
        memory_region_add_subregion_overlap(
            get_system_memory(), fast_channels_address(page[i].agent),
            &page[i].region, 1);
    }
}
