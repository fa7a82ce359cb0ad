/*
 * avps-ecu: the system control processor: between the message engine and the
 * protocols
 *
 * Arm System Control and Management Interface (DEN0056) 3.2, section 4.1.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef HW_AVPS_SCMI_INTERNAL_H
#define HW_AVPS_SCMI_INTERNAL_H

#include "hw/avps/qemu/compat.h"
#include "hw/avps/scmi/resources.h"
#include "hw/avps/scmi/scmi.h"
#include "hw/registerfields.h"
#include "qemu/queue.h"
#include "qemu/timer.h"

/* 4.1.4: status codes */
enum {
    SCMI_SUCCESS = 0,
    SCMI_NOT_SUPPORTED = -1,
    SCMI_INVALID_PARAMETERS = -2,
    SCMI_DENIED = -3,
    SCMI_NOT_FOUND = -4,
    SCMI_OUT_OF_RANGE = -5,
    SCMI_BUSY = -6,
    SCMI_COMMS_ERROR = -7,
    SCMI_GENERIC_ERROR = -8,
    SCMI_HARDWARE_ERROR = -9,
    SCMI_PROTOCOL_ERROR = -10,
    SCMI_IN_USE = -11,
};

/* Table 2: protocol identifiers */
enum {
    SCMI_BASE = 0x10,
    SCMI_POWER_DOMAIN = 0x11,
    SCMI_SYSTEM_POWER = 0x12,
    SCMI_PERFORMANCE = 0x13,
    SCMI_CLOCK = 0x14,
    SCMI_SENSOR = 0x15,
    SCMI_RESET = 0x16,
    SCMI_VOLTAGE = 0x17,
    SCMI_POWERCAP = 0x18,
    SCMI_PIN_CONTROL = 0x19,
};
#define SCMI_FIRST_PROTOCOL SCMI_BASE
#define SCMI_NUM_PROTOCOLS 10

/* 4.1.1: message header */
FIELD(SCMI_HEADER, MESSAGE, 0, 8)
FIELD(SCMI_HEADER, TYPE, 8, 2)
FIELD(SCMI_HEADER, PROTOCOL, 10, 8)
FIELD(SCMI_HEADER, TOKEN, 18, 10)
FIELD(SCMI_HEADER, RESERVED, 28, 4)

enum {
    SCMI_TYPE_COMMAND = 0,
    SCMI_TYPE_DELAYED_RESPONSE = 2,
    SCMI_TYPE_NOTIFICATION = 3,
};

/* Messages that each protocol has */
enum {
    SCMI_PROTOCOL_VERSION = 0,
    SCMI_PROTOCOL_ATTRIBUTES = 1,
    SCMI_PROTOCOL_MESSAGE_ATTRIBUTES = 2,
    SCMI_NEGOTIATE_PROTOCOL_VERSION = 0x10,
};

#define SCMI_WORDS (AVPS_SCMI_PAYLOAD / 4)
#define SCMI_NAME_WORDS (16 / 4)
#define SCMI_EXTENDED_NAME_WORDS (64 / 4)

typedef struct AvpsScmiProtocol AvpsScmiProtocol;

/*
 * A command at work. Parameters and results are words in host byte order. The
 * status is not among the results: it is what a handler returns.
 */
typedef struct AvpsScmiCall {
    AvpsScmi *scmi;
    AvpsScmiProtocol *protocol;
    unsigned agent;
    uint32_t header;
    /*
     * The second run of a handler that called avps_scmi_defer(): what it
     * returns is the delayed response.
     */
    bool deferred;
    /* Set by a handler: the second run has no delayed response. */
    bool silent;
    unsigned num_args;
    unsigned num_results;
    uint32_t arg[SCMI_WORDS];        /* zero from num_args on */
    uint32_t result[SCMI_WORDS - 1];
} AvpsScmiCall;

/*
 * Carry out a command and return its status; results count with
 * SCMI_SUCCESS only.
 */
typedef int32_t AvpsScmiHandler(AvpsScmiCall *call);

/* A row of a protocol's table; its index is the message's identifier */
typedef struct AvpsScmiMessage {
    AvpsScmiHandler *handle;  /* NULL: this platform has no such message */
    /* Words of parameters: fewer or more are a SCMI_PROTOCOL_ERROR */
    uint8_t min_args, max_args;
    /* Asks for notifications: only there for an agent that can get them */
    bool notifies;
} AvpsScmiMessage;

#define SCMI_ARGS(n) (n), (n)

/* How the devices that use a domain are doing, from best to worst */
typedef enum AvpsScmiSupply {
    AVPS_SCMI_RUNNING,
    AVPS_SCMI_HELD,      /* without a clock, or held in reset */
    AVPS_SCMI_OFF,       /* without power: contents are lost */
} AvpsScmiSupply;

#define TYPE_AVPS_SCMI_PROTOCOL "avps-scmi-protocol"
OBJECT_DECLARE_TYPE(AvpsScmiProtocol, AvpsScmiProtocolClass,
                    AVPS_SCMI_PROTOCOL)

/* A protocol: one device, a child of the platform, without a bus */
struct AvpsScmiProtocol {
    DeviceState parent_obj;

    AvpsScmi *scmi;
};

/*
 * What makes a protocol. Its state is reset by Resettable and migrates by
 * DeviceClass, as with any device. The first three messages, and
 * NEGOTIATE_PROTOCOL_VERSION, are the engine's: rows for them stay empty.
 */
struct AvpsScmiProtocolClass {
    DeviceClass parent_class;

    uint8_t id;
    uint32_t version;
    const AvpsScmiMessage *messages;
    unsigned num_messages;

    /* Results of PROTOCOL_ATTRIBUTES */
    void (*attributes)(AvpsScmiCall *call);
    /*
     * Attributes of @message for @agent, which has a handler. NULL: they are
     * all 0.
     */
    uint32_t (*message_attributes)(AvpsScmiProtocol *protocol, unsigned agent,
                                   unsigned message);
    /*
     * Forget what @agent has set, voted for and subscribed to
     * (BASE_RESET_AGENT_CONFIGURATION). May be NULL.
     */
    void (*forget)(AvpsScmiProtocol *protocol, unsigned agent);
    /* Give back what the protocol itself has denied @agent. May be NULL. */
    void (*reset_permissions)(AvpsScmiProtocol *protocol, unsigned agent);
    /*
     * What @device has from this protocol's domains. NULL: none of them can
     * stop a device.
     */
    AvpsScmiSupply (*supply)(AvpsScmiProtocol *protocol,
                             AvpsScmiDevice device);
};

/* --- For handlers --- */

static inline unsigned scmi_message(const AvpsScmiCall *call)
{
    return FIELD_EX32(call->header, SCMI_HEADER, MESSAGE);
}

/* Add a result. What exceeds a message is dropped: a handler's mistake. */
void scmi_put(AvpsScmiCall *call, uint32_t word);
void scmi_put64(AvpsScmiCall *call, uint64_t value); /* low word, high word */

/* Add @name in @words words: cut, and always ended by a zero byte. */
void scmi_put_name(AvpsScmiCall *call, const char *name, unsigned words);

/* Words of results that still fit: how long the next part of a list can be */
unsigned scmi_room(const AvpsScmiCall *call);

/*
 * May the calling agent use what @devices (a set of AVPS_SCMI_USED_BY()) use,
 * by this protocol? Without permission, a command that describes answers
 * SCMI_NOT_FOUND, and one that reads or changes state SCMI_DENIED.
 */
bool scmi_permitted(const AvpsScmiCall *call, uint32_t devices);

/* May it use all of them, so that it speaks for everybody who does? */
bool scmi_permitted_all(const AvpsScmiCall *call, uint32_t devices);

/* The same for an agent that does not call: who is to see a notification */
bool scmi_agent_permitted(AvpsScmiProtocol *protocol, unsigned agent,
                          uint32_t devices);

/* Can @agent get notifications and delayed responses? */
bool scmi_agent_has_p2a(AvpsScmi *scmi, unsigned agent);

/* Asynchronous commands that an agent can have at work */
#define SCMI_MAX_DEFERRED 4

/*
 * Answer the command with success now and run its handler again after
 * @delay_ns of virtual time, with `deferred` set, for the delayed response.
 * Returns what the handler has to return: SCMI_BUSY when too many are at work,
 * SCMI_NOT_SUPPORTED when the agent cannot get a delayed response.
 */
int32_t scmi_defer(AvpsScmiCall *call, int64_t delay_ns);

/*
 * Set or clear the calling agent's bit of @subscribers, as the parameter
 * @enable says (bit 0; others are SCMI_INVALID_PARAMETERS). Returns the
 * status.
 */
int32_t scmi_subscribe(AvpsScmiCall *call, uint32_t *subscribers,
                       uint32_t enable);

/*
 * Send the notification @message with @num words of payload to each agent of
 * the set @subscribers that still has permission for @devices. A payload
 * begins with the agent that caused the event, or AVPS_SCMI_PLATFORM.
 */
void scmi_notify(AvpsScmiProtocol *protocol, uint32_t subscribers,
                 uint32_t devices, unsigned message, const uint32_t *words,
                 unsigned num);

/* --- Effects --- */

/*
 * The supply of @devices has changed: stop or start them. What loses its power
 * is reset.
 */
void scmi_update_devices(AvpsScmi *scmi, uint32_t devices);

/*
 * Reset the blocks behind @devices, as a reset line does: before the command
 * at work is answered.
 */
void scmi_reset_devices(AvpsScmi *scmi, uint32_t devices);

/* The protocol with the identifier @id, for what one asks of another */
AvpsScmiProtocol *scmi_protocol(AvpsScmi *scmi, unsigned id);

/* --- Votes: on while anybody wants it --- */

/*
 * A set of agents. The platform votes (bit 0) for what is on at reset, and
 * stops at the first vote of an agent, for or against.
 */
typedef uint32_t AvpsScmiVotes;

static inline void scmi_vote(AvpsScmiVotes *votes, unsigned agent, bool on)
{
    *votes = (*votes & ~(1u << AVPS_SCMI_PLATFORM) & ~(1u << agent)) |
             (uint32_t)on << agent;
}

#endif
