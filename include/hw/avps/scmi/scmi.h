/*
 * avps-ecu: the system control processor
 *
 * Arm System Control and Management Interface (DEN0056) 3.2. The device is the
 * "platform" of that document: it owns clocks, power, sensors, and answers
 * messages about them. Who asks is an agent, and an agent has one channel,
 * which a transport opens: a mailbox, a VIRTIO device, or SMC calls. This
 * header is what transports and the SoC need; protocols have
 * hw/avps/scmi/scmi_internal.h.
 *
 * All functions are called with the big lock held.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef HW_AVPS_SCMI_SCMI_H
#define HW_AVPS_SCMI_SCMI_H

#include "hw/sysbus.h"

#define TYPE_AVPS_SCMI "avps-scmi"
OBJECT_DECLARE_SIMPLE_TYPE(AvpsScmi, AVPS_SCMI)

/*
 * Put the block @dev, whose row of avps_map[] is called @block and which is
 * mapped, under the control of @scmi, if any of its domains is for it.
 */
void avps_scmi_guard(AvpsScmi *scmi, const char *block, SysBusDevice *dev);

/* Does it have the protocol with this identifier (0x10 .. 0x19)? */
bool avps_scmi_has_protocol(AvpsScmi *scmi, unsigned id);

/* Bytes of the largest message: a header and what follows it */
#define AVPS_SCMI_HEADER 4
#define AVPS_SCMI_PAYLOAD 104
#define AVPS_SCMI_MESSAGE (AVPS_SCMI_HEADER + AVPS_SCMI_PAYLOAD)

/* Agent identifiers (4.2.2.8). An agent is known by its channel alone. */
#define AVPS_SCMI_PLATFORM 0
#define AVPS_SCMI_AGENT_MAILBOX 1 /* the first one, trusted */
#define AVPS_SCMI_NUM_MAILBOXES 4
#define AVPS_SCMI_AGENT_VIRTIO 5
#define AVPS_SCMI_NUM_VIRTIO 4
#define AVPS_SCMI_AGENT_SMC 9
#define AVPS_SCMI_NUM_AGENTS 10   /* with the platform */

/* What a transport does for its agent */
typedef struct AvpsScmiChannelOps {
    /*
     * The response to the command that was submitted: @length bytes of header
     * and payload. Called once for a command, often before
     * avps_scmi_submit() has returned.
     */
    void (*respond)(void *opaque, const void *message, size_t length);
    /* Called instead when the command will not get a response any more. */
    void (*drop)(void *opaque);
    /*
     * Deliver a notification or a delayed response. False: there is no room
     * now; the transport calls avps_scmi_ready() when there is. NULL: the
     * transport cannot carry them, and the agent is not offered any.
     */
    bool (*post)(void *opaque, const void *message, size_t length);
    /*
     * The response has to be there when avps_scmi_submit() returns, unless the
     * host delays it. Only for a transport that no device can reach by DMA.
     */
    bool at_once;
} AvpsScmiChannelOps;

/*
 * Open the channel of @agent, for as long as the transport exists. False, with
 * @errp set, when the agent has one already.
 */
bool avps_scmi_open(AvpsScmi *scmi, unsigned agent,
                    const AvpsScmiChannelOps *ops, void *opaque,
                    Error **errp);

/* Close it: what waits for the agent is forgotten. */
void avps_scmi_close(AvpsScmi *scmi, unsigned agent);

/*
 * The transport was reset: forget the command at work and the messages that
 * wait, and do not call respond() or drop() for them. What the agent has set
 * stays.
 */
void avps_scmi_flush(AvpsScmi *scmi, unsigned agent);

/*
 * Hand over a command of @agent: @length bytes of header and payload, which
 * are copied. Any length is allowed; what is no message gets an error, or,
 * when there is no header to answer, drop(). Not to be called while
 * avps_scmi_busy().
 */
void avps_scmi_submit(AvpsScmi *scmi, unsigned agent, const void *message,
                      size_t length);

/* Is a command of @agent at work, so that the next one has to wait? */
bool avps_scmi_busy(AvpsScmi *scmi, unsigned agent);

/* The transport of @agent has room for a message: post what waits. */
void avps_scmi_ready(AvpsScmi *scmi, unsigned agent);

#endif
