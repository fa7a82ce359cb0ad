/*
 * avps-ecu: SCMI base protocol
 *
 * Arm System Control and Management Interface (DEN0056) 3.2, section 4.2.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/module.h"
#include "hw/avps/scmi/platform.h"
#include "migration/vmstate.h"

#define TYPE_AVPS_SCMI_BASE "avps-scmi-base"
OBJECT_DECLARE_SIMPLE_TYPE(AvpsScmiBase, AVPS_SCMI_BASE)

#define VERSION 0x20001
#define VENDOR "avps-ecu"
#define SUB_VENDOR "virtual"
#define IMPLEMENTATION_VERSION 0x00010000 /* of this platform: 1.0 */

#define WHO_AM_I 0xffffffff

/* BASE_SET_*_PERMISSIONS and BASE_RESET_AGENT_CONFIGURATION: flags */
#define ALLOW BIT(0)
#define RESET_PERMISSIONS BIT(0)

/* BASE_ERROR_EVENT: error_status; a report is a header and its status */
FIELD(ERROR_STATUS, REPORTS, 0, 10)
FIELD(ERROR_STATUS, FATAL, 31, 1)

enum {
    DISCOVER_VENDOR = 3,
    DISCOVER_SUB_VENDOR,
    DISCOVER_IMPLEMENTATION_VERSION,
    DISCOVER_LIST_PROTOCOLS,
    DISCOVER_AGENT,
    NOTIFY_ERRORS,
    SET_DEVICE_PERMISSIONS,
    SET_PROTOCOL_PERMISSIONS,
    RESET_AGENT_CONFIGURATION,
};
#define ERROR_EVENT 0

struct AvpsScmiBase {
    AvpsScmiProtocol parent_obj;

    uint32_t error_subscribers;
};

/* --- Discovery --- */

/* The protocols that the caller has access to, without this one */
static unsigned list_protocols(AvpsScmiCall *call,
                               uint8_t list[SCMI_NUM_PROTOCOLS])
{
    unsigned num = 0;

    for (unsigned id = SCMI_FIRST_PROTOCOL + 1;
         id < SCMI_FIRST_PROTOCOL + SCMI_NUM_PROTOCOLS; id++) {
        if (scmi_protocol(call->scmi, id) &&
            scmi_agent_has_protocol(call->scmi, call->agent, id)) {
            list[num++] = id;
        }
    }
    return num;
}

static void base_attributes(AvpsScmiCall *call)
{
    uint8_t list[SCMI_NUM_PROTOCOLS];

    /* The platform is not counted, though identifier 0 is its */
    scmi_put(call, list_protocols(call, list) |
                   (AVPS_SCMI_NUM_AGENTS - 1) << 8);
}

static int32_t discover_vendor(AvpsScmiCall *call)
{
    scmi_put_name(call, VENDOR, SCMI_NAME_WORDS);
    return SCMI_SUCCESS;
}

static int32_t discover_sub_vendor(AvpsScmiCall *call)
{
    scmi_put_name(call, SUB_VENDOR, SCMI_NAME_WORDS);
    return SCMI_SUCCESS;
}

static int32_t discover_implementation_version(AvpsScmiCall *call)
{
    scmi_put(call, IMPLEMENTATION_VERSION);
    return SCMI_SUCCESS;
}

static int32_t discover_list_protocols(AvpsScmiCall *call)
{
    uint8_t list[SCMI_NUM_PROTOCOLS];
    unsigned num = list_protocols(call, list);
    uint32_t skip = call->arg[0];
    uint32_t word = 0;

    if (skip > num) {
        return SCMI_INVALID_PARAMETERS;
    }
    /* What is left always fits in one message */
    scmi_put(call, num - skip);
    for (unsigned i = skip; i < num; i++) {
        unsigned byte = (i - skip) % 4;

        word = deposit32(word, byte * 8, 8, list[i]);
        if (byte == 3 || i == num - 1) {
            scmi_put(call, word);
            word = 0;
        }
    }
    return SCMI_SUCCESS;
}

static int32_t discover_agent(AvpsScmiCall *call)
{
    uint32_t id = call->arg[0] == WHO_AM_I ? call->agent : call->arg[0];

    if (id >= AVPS_SCMI_NUM_AGENTS) {
        return SCMI_NOT_FOUND;
    }
    scmi_put(call, id);
    scmi_put_name(call, scmi_agent_name(id), SCMI_NAME_WORDS);
    return SCMI_SUCCESS;
}

/* --- Errors --- */

static int32_t notify_errors(AvpsScmiCall *call)
{
    return scmi_subscribe(call,
                          &AVPS_SCMI_BASE(call->protocol)->error_subscribers,
                          call->arg[0]);
}

/* What an agent sends is no business of others, but for those trusted. */
void scmi_base_report(AvpsScmi *scmi, unsigned agent, uint32_t header,
                      int32_t status)
{
    AvpsScmiProtocol *protocol = scmi_protocol(scmi, SCMI_BASE);
    uint32_t words[] = {
        agent, FIELD_DP32(0, ERROR_STATUS, REPORTS, 1), header, status,
    };
    uint32_t concerned = BIT(agent);

    for (unsigned id = 1; id < AVPS_SCMI_NUM_AGENTS; id++) {
        concerned |= (uint32_t)scmi->agent[id].trusted << id;
    }
    scmi_notify(protocol,
                AVPS_SCMI_BASE(protocol)->error_subscribers & concerned,
                UINT32_MAX, ERROR_EVENT, words, ARRAY_SIZE(words));
}

/* --- Permissions --- */

/*
 * May the caller change what the agent of the first parameter may do? The
 * platform itself has no permissions to change.
 */
static int32_t check_trust(AvpsScmiCall *call)
{
    uint32_t id = call->arg[0];

    if (!call->scmi->agent[call->agent].trusted) {
        return SCMI_DENIED;
    }
    if (id == AVPS_SCMI_PLATFORM || id >= AVPS_SCMI_NUM_AGENTS) {
        return SCMI_NOT_FOUND;
    }
    return SCMI_SUCCESS;
}

static int32_t check_device(AvpsScmiCall *call, uint32_t flags)
{
    int32_t status = check_trust(call);

    if (status != SCMI_SUCCESS) {
        return status;
    }
    if (call->arg[1] >= AVPS_SCMI_NUM_DEVICES) {
        return SCMI_NOT_FOUND;
    }
    return flags & ~ALLOW ? SCMI_INVALID_PARAMETERS : SCMI_SUCCESS;
}

static int32_t set_device_permissions(AvpsScmiCall *call)
{
    uint32_t flags = call->arg[2];
    int32_t status = check_device(call, flags);

    if (status != SCMI_SUCCESS) {
        return status;
    }
    for (int i = 0; i < SCMI_NUM_PROTOCOLS; i++) {
        scmi_agent_permit(&call->scmi->agent[call->arg[0]], call->arg[1], i,
                          flags & ALLOW);
    }
    return SCMI_SUCCESS;
}

static int32_t set_protocol_permissions(AvpsScmiCall *call)
{
    uint32_t command = call->arg[2];
    uint32_t flags = call->arg[3];
    int32_t status = check_device(call, flags);

    if (status != SCMI_SUCCESS) {
        return status;
    }
    if (command > UINT8_MAX) {
        return SCMI_INVALID_PARAMETERS;
    }
    /* The base protocol is every agent's right, and has no devices */
    if (command == SCMI_BASE || !scmi_protocol(call->scmi, command)) {
        return SCMI_NOT_FOUND;
    }
    scmi_agent_permit(&call->scmi->agent[call->arg[0]], call->arg[1],
                      command - SCMI_FIRST_PROTOCOL, flags & ALLOW);
    return SCMI_SUCCESS;
}

static void forget_configuration(AvpsScmi *scmi, unsigned agent)
{
    for (int i = 0; i < SCMI_NUM_PROTOCOLS; i++) {
        AvpsScmiProtocol *protocol = scmi->protocol[i];

        if (protocol && AVPS_SCMI_PROTOCOL_GET_CLASS(protocol)->forget) {
            AVPS_SCMI_PROTOCOL_GET_CLASS(protocol)->forget(protocol, agent);
        }
    }
}

static void reset_permissions(AvpsScmiAgent *agent)
{
    memcpy(agent->permitted, agent->permitted_at_reset,
           sizeof(agent->permitted));
    for (int i = 0; i < SCMI_NUM_PROTOCOLS; i++) {
        AvpsScmiProtocol *protocol = agent->scmi->protocol[i];

        if (protocol &&
            AVPS_SCMI_PROTOCOL_GET_CLASS(protocol)->reset_permissions) {
            AVPS_SCMI_PROTOCOL_GET_CLASS(protocol)->reset_permissions(
                protocol, agent->id);
        }
    }
}

static int32_t reset_agent_configuration(AvpsScmiCall *call)
{
    uint32_t flags = call->arg[1];
    int32_t status = check_trust(call);
    AvpsScmiAgent *agent;

    if (status != SCMI_SUCCESS) {
        return status;
    }
    if (flags & ~RESET_PERMISSIONS) {
        return SCMI_INVALID_PARAMETERS;
    }
    agent = &call->scmi->agent[call->arg[0]];
    scmi_engine_cancel(agent);
    forget_configuration(call->scmi, agent->id);
    if (flags & RESET_PERMISSIONS) {
        reset_permissions(agent);
    }
    return SCMI_SUCCESS;
}

/* --- The protocol --- */

static const AvpsScmiMessage base_messages[] = {
    [DISCOVER_VENDOR] = { discover_vendor, SCMI_ARGS(0) },
    [DISCOVER_SUB_VENDOR] = { discover_sub_vendor, SCMI_ARGS(0) },
    [DISCOVER_IMPLEMENTATION_VERSION] = {
        discover_implementation_version, SCMI_ARGS(0)
    },
    [DISCOVER_LIST_PROTOCOLS] = { discover_list_protocols, SCMI_ARGS(1) },
    [DISCOVER_AGENT] = { discover_agent, SCMI_ARGS(1) },
    [NOTIFY_ERRORS] = { notify_errors, SCMI_ARGS(1), .notifies = true },
    [SET_DEVICE_PERMISSIONS] = { set_device_permissions, SCMI_ARGS(3) },
    [SET_PROTOCOL_PERMISSIONS] = { set_protocol_permissions, SCMI_ARGS(4) },
    [RESET_AGENT_CONFIGURATION] = { reset_agent_configuration, SCMI_ARGS(2) },
};

static void base_forget(AvpsScmiProtocol *protocol, unsigned agent)
{
    AVPS_SCMI_BASE(protocol)->error_subscribers &= ~BIT(agent);
}

static void base_reset_hold(Object *obj, ResetType type)
{
    AVPS_SCMI_BASE(obj)->error_subscribers = 0;
}

static const VMStateDescription vmstate_base = {
    .name = TYPE_AVPS_SCMI_BASE,
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_UINT32(error_subscribers, AvpsScmiBase),
        VMSTATE_END_OF_LIST()
    },
};

static void avps_scmi_base_class_init(ObjectClass *oc, AVPS_CLASS_DATA *data)
{
    DeviceClass *dc = DEVICE_CLASS(oc);
    ResettableClass *rc = RESETTABLE_CLASS(oc);
    AvpsScmiProtocolClass *apc = AVPS_SCMI_PROTOCOL_CLASS(oc);

    dc->vmsd = &vmstate_base;
    rc->phases.hold = base_reset_hold;
    apc->id = SCMI_BASE;
    apc->version = VERSION;
    apc->messages = base_messages;
    apc->num_messages = ARRAY_SIZE(base_messages);
    apc->attributes = base_attributes;
    apc->forget = base_forget;
}

static const TypeInfo avps_scmi_base_info = {
    .name = TYPE_AVPS_SCMI_BASE,
    .parent = TYPE_AVPS_SCMI_PROTOCOL,
    .instance_size = sizeof(AvpsScmiBase),
    .class_init = avps_scmi_base_class_init,
};

static void avps_scmi_base_register_types(void)
{
    type_register_static(&avps_scmi_base_info);
}

type_init(avps_scmi_base_register_types)
