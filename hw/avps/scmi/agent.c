/*
 * avps-ecu: agents of the system control processor
 *
 * Arm System Control and Management Interface (DEN0056) 3.2, section 4.2.2.10
 * and following: what an agent has permission for. What the host sees of an
 * agent, as /machine/soc/scmi/<agent>, is here, too.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qemu/cutils.h"
#include "qemu/module.h"
#include "hw/avps/scmi/platform.h"
#include "migration/vmstate.h"

typedef struct AvpsScmiAgentRow {
    const char *name;
    bool trusted;       /* may give and take permissions */
    uint32_t devices;   /* that it has permission for at reset */
} AvpsScmiAgentRow;

#define ALL_DEVICES MAKE_64BIT_MASK(0, AVPS_SCMI_NUM_DEVICES)

/*
 * The first mailbox is the hypervisor's, or a lone operating system's. The
 * others are for virtual machines, to which it gives devices.
 */
static const AvpsScmiAgentRow agents[AVPS_SCMI_NUM_AGENTS] = {
    { "platform", true, 0 },
    { "mailbox0", true, ALL_DEVICES },
    { "mailbox1", false, AVPS_SCMI_USED_BY(SENSORS) },
    { "mailbox2", false, AVPS_SCMI_USED_BY(SENSORS) },
    { "mailbox3", false, AVPS_SCMI_USED_BY(SENSORS) },
    { "virtio0", false, ALL_DEVICES },
    { "virtio1", false, AVPS_SCMI_USED_BY(SENSORS) },
    { "virtio2", false, AVPS_SCMI_USED_BY(SENSORS) },
    { "virtio3", false, AVPS_SCMI_USED_BY(SENSORS) },
    { "smc", false, ALL_DEVICES },
};

const char *scmi_agent_name(unsigned id)
{
    return agents[id].name;
}

/* --- Permissions --- */

static unsigned protocol_index(AvpsScmiProtocol *protocol)
{
    return AVPS_SCMI_PROTOCOL_GET_CLASS(protocol)->id - SCMI_FIRST_PROTOCOL;
}

bool scmi_agent_permitted(AvpsScmiProtocol *protocol, unsigned agent,
                          uint32_t devices)
{
    unsigned index = protocol_index(protocol);

    /* The base protocol has no devices, and is every agent's right */
    return index == SCMI_BASE - SCMI_FIRST_PROTOCOL ||
           protocol->scmi->agent[agent].permitted[index] & devices;
}

bool scmi_permitted(const AvpsScmiCall *call, uint32_t devices)
{
    return scmi_agent_permitted(call->protocol, call->agent, devices);
}

bool scmi_permitted_all(const AvpsScmiCall *call, uint32_t devices)
{
    const AvpsScmiAgent *agent = &call->scmi->agent[call->agent];

    return !(devices & ~agent->permitted[protocol_index(call->protocol)]);
}

bool scmi_agent_has_protocol(AvpsScmi *scmi, unsigned agent, unsigned id)
{
    unsigned index = id - SCMI_FIRST_PROTOCOL;

    return id == SCMI_BASE ||
           scmi->agent[agent].permitted[index] & scmi->devices[index];
}

void scmi_agent_permit(AvpsScmiAgent *agent, unsigned device,
                       unsigned protocol, bool allow)
{
    agent->permitted[protocol] = deposit32(agent->permitted[protocol], device,
                                           1, allow);
}

/* --- The host's side --- */

/* One word of a list: "DEVICE" or "DEVICE/PROTOCOL" */
static bool host_permit(AvpsScmiAgent *agent, const char *what, bool allow,
                        Error **errp)
{
    g_auto(GStrv) part = g_strsplit(what, "/", 2);
    unsigned first = 0, last = SCMI_NUM_PROTOCOLS - 1;
    unsigned device = 0;

    while (device < AVPS_SCMI_NUM_DEVICES &&
           g_strcmp0(part[0], avps_scmi_devices[device].name)) {
        device++;
    }
    if (device == AVPS_SCMI_NUM_DEVICES) {
        error_setg(errp, "'%s' is no device of the system control processor: "
                   "see docs/devices/scmi.rst for their names",
                   part[0] ? part[0] : "");
        return false;
    }
    if (part[0] && part[1]) {
        uint64_t id;

        if (qemu_strtou64(part[1], NULL, 0, &id) ||
            id - SCMI_FIRST_PROTOCOL >= SCMI_NUM_PROTOCOLS) {
            error_setg(errp, "'%s' is no SCMI protocol: give its number, 0x10 "
                       "to 0x19", part[1]);
            return false;
        }
        first = last = id - SCMI_FIRST_PROTOCOL;
    }
    for (unsigned protocol = first; protocol <= last; protocol++) {
        scmi_agent_permit(agent, device, protocol, allow);
        agent->permitted_at_reset[protocol] =
            deposit32(agent->permitted_at_reset[protocol], device, 1, allow);
    }
    return true;
}

static void set_allow(Object *obj, const char *value, Error **errp)
{
    host_permit(AVPS_SCMI_AGENT(obj), value, true, errp);
}

static void set_deny(Object *obj, const char *value, Error **errp)
{
    host_permit(AVPS_SCMI_AGENT(obj), value, false, errp);
}

static char *get_devices(Object *obj, Error **errp)
{
    AvpsScmiAgent *agent = AVPS_SCMI_AGENT(obj);
    GString *list = g_string_new(NULL);

    for (int device = 0; device < AVPS_SCMI_NUM_DEVICES; device++) {
        uint32_t protocols = 0;

        for (int i = 0; i < SCMI_NUM_PROTOCOLS; i++) {
            protocols |= extract32(agent->permitted[i], device, 1) << i;
        }
        if (!protocols) {
            continue;
        }
        g_string_append_printf(list, "%s%s", list->len ? "," : "",
                               avps_scmi_devices[device].name);
        for (int i = 0; protocols != MAKE_64BIT_MASK(0, SCMI_NUM_PROTOCOLS) &&
                        i < SCMI_NUM_PROTOCOLS; i++) {
            if (extract32(protocols, i, 1)) {
                g_string_append_printf(list, "/0x%x", SCMI_FIRST_PROTOCOL + i);
            }
        }
    }
    return g_string_free(list, false);
}

static bool get_trusted(Object *obj, Error **errp)
{
    return AVPS_SCMI_AGENT(obj)->trusted;
}

static void set_trusted(Object *obj, bool value, Error **errp)
{
    AVPS_SCMI_AGENT(obj)->trusted = value;
}

static bool get_connected(Object *obj, Error **errp)
{
    return AVPS_SCMI_AGENT(obj)->ops != NULL;
}

static bool get_busy(Object *obj, Error **errp)
{
    return AVPS_SCMI_AGENT(obj)->busy;
}

static void avps_scmi_agent_class_init(ObjectClass *oc, AVPS_CLASS_DATA *data)
{
    object_class_property_add_str(oc, "devices", get_devices, NULL);
    object_class_property_set_description(oc, "devices",
        "what it has permission for; with protocols, if not for all");
    object_class_property_add_str(oc, "allow", NULL, set_allow);
    object_class_property_set_description(oc, "allow",
        "DEVICE or DEVICE/PROTOCOL that it gets permission for, to stay");
    object_class_property_add_str(oc, "deny", NULL, set_deny);
    object_class_property_set_description(oc, "deny",
        "DEVICE or DEVICE/PROTOCOL that it loses permission for, to stay");
    object_class_property_add_bool(oc, "trusted", get_trusted, set_trusted);
    object_class_property_set_description(oc, "trusted",
        "may change permissions of others");
    object_class_property_add_bool(oc, "connected", get_connected, NULL);
    object_class_property_set_description(oc, "connected",
        "a transport has opened its channel");
    object_class_property_add_bool(oc, "busy", get_busy, NULL);
    object_class_property_set_description(oc, "busy",
        "a command of it is at work");
}

static void avps_scmi_agent_init(Object *obj)
{
    AvpsScmiAgent *agent = AVPS_SCMI_AGENT(obj);

    object_property_add_uint64_ptr(obj, "commands", &agent->commands,
                                   OBJ_PROP_FLAG_READ);
    object_property_add_uint64_ptr(obj, "lost-notifications", &agent->lost,
                                   OBJ_PROP_FLAG_READ);
    object_property_add_uint32_ptr(obj, "queued", &agent->queue_length,
                                   OBJ_PROP_FLAG_READ);
}

/* --- Beginning, reset, migration --- */

void scmi_agent_init(AvpsScmi *scmi, unsigned id)
{
    AvpsScmiAgent *agent = &scmi->agent[id];

    object_initialize_child(OBJECT(scmi), agents[id].name, agent,
                            TYPE_AVPS_SCMI_AGENT);
    agent->scmi = scmi;
    agent->id = id;
    agent->trusted = agents[id].trusted;
    for (int i = 0; i < SCMI_NUM_PROTOCOLS; i++) {
        agent->permitted_at_reset[i] = agents[id].devices;
    }
    agent->response_timer = timer_new_ns(QEMU_CLOCK_VIRTUAL,
                                         scmi_engine_response_due, agent);
    agent->deferred_timer = timer_new_ns(QEMU_CLOCK_VIRTUAL,
                                         scmi_engine_deferred_due, agent);
}

void scmi_agent_finalize(AvpsScmiAgent *agent)
{
    timer_free(agent->response_timer);
    timer_free(agent->deferred_timer);
}

void scmi_agent_reset(AvpsScmiAgent *agent)
{
    scmi_engine_flush(agent);
    memcpy(agent->permitted, agent->permitted_at_reset,
           sizeof(agent->permitted));
}

static int agent_post_load(void *opaque, int version_id)
{
    AvpsScmiAgent *agent = opaque;

    if (!scmi_engine_is_sound(agent)) {
        return -EINVAL;
    }
    scmi_engine_resume(agent);
    return 0;
}

static const VMStateDescription vmstate_packet = {
    .name = "avps-scmi-packet",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_UINT32(length, AvpsScmiPacket),
        VMSTATE_UINT8_ARRAY(bytes, AvpsScmiPacket, AVPS_SCMI_MESSAGE),
        VMSTATE_END_OF_LIST()
    },
};

static const VMStateDescription vmstate_deferred = {
    .name = "avps-scmi-deferred",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_INT64(due_ns, AvpsScmiDeferred),
        VMSTATE_UINT32(header, AvpsScmiDeferred),
        VMSTATE_UINT32(num_args, AvpsScmiDeferred),
        VMSTATE_UINT32_ARRAY(arg, AvpsScmiDeferred, SCMI_DEFERRED_ARGS),
        VMSTATE_END_OF_LIST()
    },
};

const VMStateDescription vmstate_avps_scmi_agent = {
    .name = "avps-scmi-agent",
    .version_id = 1,
    .minimum_version_id = 1,
    .post_load = agent_post_load,
    .fields = (const VMStateField[]) {
        VMSTATE_BOOL(trusted, AvpsScmiAgent),
        VMSTATE_UINT32_ARRAY(permitted, AvpsScmiAgent, SCMI_NUM_PROTOCOLS),
        VMSTATE_UINT32_ARRAY(permitted_at_reset, AvpsScmiAgent,
                             SCMI_NUM_PROTOCOLS),
        VMSTATE_BOOL(busy, AvpsScmiAgent),
        VMSTATE_INT64(respond_ns, AvpsScmiAgent),
        VMSTATE_STRUCT(response, AvpsScmiAgent, 1, vmstate_packet,
                       AvpsScmiPacket),
        VMSTATE_STRUCT_ARRAY(deferred, AvpsScmiAgent, SCMI_MAX_DEFERRED, 1,
                             vmstate_deferred, AvpsScmiDeferred),
        VMSTATE_UINT32(queue_head, AvpsScmiAgent),
        VMSTATE_UINT32(queue_length, AvpsScmiAgent),
        VMSTATE_STRUCT_ARRAY(queue, AvpsScmiAgent, SCMI_QUEUE, 1,
                             vmstate_packet, AvpsScmiPacket),
        VMSTATE_UINT64(commands, AvpsScmiAgent),
        VMSTATE_UINT64(lost, AvpsScmiAgent),
        VMSTATE_END_OF_LIST()
    },
};

static const TypeInfo avps_scmi_agent_info = {
    .name = TYPE_AVPS_SCMI_AGENT,
    .parent = TYPE_OBJECT,
    .instance_size = sizeof(AvpsScmiAgent),
    .instance_init = avps_scmi_agent_init,
    .class_init = avps_scmi_agent_class_init,
};

static void avps_scmi_agent_register_types(void)
{
    type_register_static(&avps_scmi_agent_info);
}

type_init(avps_scmi_agent_register_types)
