/*
 * avps-ecu: power domains of the system control processor
 *
 * Arm System Control and Management Interface (DEN0056) 3.2, section 4.3:
 * power domain management protocol. A domain is on while anybody wants it.
 *
 * Choices that the specification leaves open:
 *  - A domain has the states ON and OFF, and no statistics are shared.
 *  - POWER_STATE_CHANGE_REQUESTED goes to the other agents, whether or not
 *    the request changes the state; POWER_STATE_CHANGED goes to all.
 *  - A state that is set asynchronously has no delayed response: the end is
 *    POWER_STATE_CHANGED.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qemu/module.h"
#include "hw/avps/scmi/domain.h"
#include "hw/qdev-properties.h"
#include "migration/vmstate.h"
#include "hw/avps/trace.h"

#define VERSION 0x30001

enum {
    POWER_DOMAIN_ATTRIBUTES = 3,
    POWER_STATE_SET = 4,
    POWER_STATE_GET = 5,
    POWER_STATE_NOTIFY = 6,
    POWER_STATE_CHANGE_REQUESTED_NOTIFY = 7,
    POWER_DOMAIN_NAME_GET = 8,
};

/* Notifications */
enum {
    POWER_STATE_CHANGED = 0,
    POWER_STATE_CHANGE_REQUESTED = 1,
};

/* Identifiers have 16 bits where a domain is described (4.3.2.4) */
FIELD(DOMAIN, ID, 0, 16)

/* Result of POWER_DOMAIN_ATTRIBUTES */
FIELD(ATTRIBUTES, EXTENDED_NAME, 27, 1)
FIELD(ATTRIBUTES, REQUEST_NOTIFY, 28, 1)
FIELD(ATTRIBUTES, SYNC, 29, 1)
FIELD(ATTRIBUTES, ASYNC, 30, 1)
FIELD(ATTRIBUTES, CHANGE_NOTIFY, 31, 1)

/* Parameter flags of POWER_STATE_SET */
FIELD(SET, ASYNC, 0, 1)
#define SET_FLAGS R_SET_ASYNC_MASK

/* Power states: of generic type, the context is kept or lost */
#define STATE_ON 0
#define STATE_OFF BIT(30)

/* What a change takes when it is made asynchronously */
#define CHANGE_NS (100 * SCALE_US)

#define TYPE_AVPS_SCMI_POWER "avps-scmi-power"
OBJECT_DECLARE_SIMPLE_TYPE(AvpsScmiPower, AVPS_SCMI_POWER)

typedef struct PowerState {
    AvpsScmiVotes votes;
    /* Agents that want to hear of changes, and of requests */
    uint32_t change_subscribers, request_subscribers;
} PowerState;

struct AvpsScmiPower {
    AvpsScmiProtocol parent_obj;

    bool hold;      /* property */
    uint32_t num;
    PowerState *state;
};

/* --- State --- */

static uint32_t power_state(const AvpsScmiPower *s, unsigned id)
{
    return s->state[id].votes ? STATE_ON : STATE_OFF;
}

/* Does the platform want domain @id on for ever? */
static bool is_held(const AvpsScmiPower *s, unsigned id)
{
    return s->hold &&
           avps_scmi_have_block(avps_scmi_power_domains[id].devices);
}

/* @agent is the one that caused it */
static void set_votes(AvpsScmiPower *s, unsigned id, AvpsScmiVotes votes,
                      unsigned agent)
{
    const AvpsScmiPowerRow *row = &avps_scmi_power_domains[id];
    PowerState *state = &s->state[id];
    bool changes = !state->votes != !votes;

    state->votes = votes;
    if (changes) {
        uint32_t words[] = { agent, id, power_state(s, id) };

        trace_avps_scmi_power_changed(row->name, votes != 0, agent);
        scmi_update_devices(s->parent_obj.scmi, row->devices);
        scmi_notify(&s->parent_obj, state->change_subscribers, row->devices,
                    POWER_STATE_CHANGED, words, ARRAY_SIZE(words));
    }
}

/* --- Messages --- */

static void power_attributes(AvpsScmiCall *call)
{
    scmi_put(call, AVPS_SCMI_POWER(call->protocol)->num);
    scmi_put64(call, 0);    /* address and length of statistics */
    scmi_put(call, 0);
}

/* SCMI_SUCCESS, or why the calling agent cannot use domain @id */
static int32_t check(const AvpsScmiCall *call, unsigned id, int32_t denied)
{
    if (id >= avps_scmi_num_power_domains) {
        return SCMI_NOT_FOUND;
    }
    return scmi_permitted(call, avps_scmi_power_domains[id].devices)
        ? SCMI_SUCCESS : denied;
}

static int32_t power_domain_attributes(AvpsScmiCall *call)
{
    unsigned id = FIELD_EX32(call->arg[0], DOMAIN, ID);
    int32_t status = check(call, id, SCMI_NOT_FOUND);
    bool p2a = scmi_agent_has_p2a(call->scmi, call->agent);
    const char *name;
    uint32_t flags = R_ATTRIBUTES_SYNC_MASK;

    if (status) {
        return status;
    }
    name = avps_scmi_power_domains[id].name;
    flags = FIELD_DP32(flags, ATTRIBUTES, CHANGE_NOTIFY, p2a);
    flags = FIELD_DP32(flags, ATTRIBUTES, REQUEST_NOTIFY, p2a);
    flags = FIELD_DP32(flags, ATTRIBUTES, ASYNC, p2a);
    flags = FIELD_DP32(flags, ATTRIBUTES, EXTENDED_NAME,
                       scmi_name_is_extended(name));
    scmi_put(call, flags);
    scmi_put_name(call, name, SCMI_NAME_WORDS);
    return SCMI_SUCCESS;
}

static void tell_request(AvpsScmiPower *s, unsigned id, uint32_t power,
                         unsigned agent)
{
    uint32_t words[] = { agent, id, power };

    scmi_notify(&s->parent_obj,
                s->state[id].request_subscribers & ~BIT(agent),
                avps_scmi_power_domains[id].devices,
                POWER_STATE_CHANGE_REQUESTED, words, ARRAY_SIZE(words));
}

static int32_t power_state_set(AvpsScmiCall *call)
{
    AvpsScmiPower *s = AVPS_SCMI_POWER(call->protocol);
    uint32_t flags = call->arg[0], id = call->arg[1], power = call->arg[2];
    int32_t status = check(call, id, SCMI_DENIED);
    AvpsScmiVotes votes;

    call->silent = true;
    if (status) {
        return status;
    }
    if (flags & ~SET_FLAGS || (power != STATE_ON && power != STATE_OFF)) {
        return SCMI_INVALID_PARAMETERS;
    }
    if (flags & R_SET_ASYNC_MASK && !call->deferred) {
        return scmi_defer(call, CHANGE_NS);
    }
    tell_request(s, id, power, call->agent);
    votes = s->state[id].votes;
    scmi_cast_vote(call, avps_scmi_power_domains[id].devices, &votes,
                   power == STATE_ON);
    if (is_held(s, id)) {
        votes |= BIT(AVPS_SCMI_PLATFORM);
    }
    set_votes(s, id, votes, call->agent);
    return SCMI_SUCCESS;
}

static int32_t power_state_get(AvpsScmiCall *call)
{
    int32_t status = check(call, call->arg[0], SCMI_DENIED);

    if (!status) {
        scmi_put(call, power_state(AVPS_SCMI_POWER(call->protocol),
                                   call->arg[0]));
    }
    return status;
}

static int32_t power_state_notify(AvpsScmiCall *call)
{
    AvpsScmiPower *s = AVPS_SCMI_POWER(call->protocol);
    int32_t status = check(call, call->arg[0], SCMI_DENIED);

    return status ?: scmi_subscribe(
        call, &s->state[call->arg[0]].change_subscribers, call->arg[1]);
}

static int32_t power_state_change_requested_notify(AvpsScmiCall *call)
{
    AvpsScmiPower *s = AVPS_SCMI_POWER(call->protocol);
    int32_t status = check(call, call->arg[0], SCMI_DENIED);

    return status ?: scmi_subscribe(
        call, &s->state[call->arg[0]].request_subscribers, call->arg[1]);
}

static int32_t power_domain_name_get(AvpsScmiCall *call)
{
    int32_t status = check(call, call->arg[0], SCMI_NOT_FOUND);

    if (!status) {
        scmi_put_extended_name(call,
                               avps_scmi_power_domains[call->arg[0]].name);
    }
    return status;
}

static const AvpsScmiMessage power_messages[] = {
    [POWER_DOMAIN_ATTRIBUTES] = { power_domain_attributes, SCMI_ARGS(1) },
    [POWER_STATE_SET] = { power_state_set, SCMI_ARGS(3) },
    [POWER_STATE_GET] = { power_state_get, SCMI_ARGS(1) },
    [POWER_STATE_NOTIFY] = { power_state_notify, SCMI_ARGS(2), true },
    [POWER_STATE_CHANGE_REQUESTED_NOTIFY] = {
        power_state_change_requested_notify, SCMI_ARGS(2), true
    },
    [POWER_DOMAIN_NAME_GET] = { power_domain_name_get, SCMI_ARGS(1) },
};

static void power_forget(AvpsScmiProtocol *protocol, unsigned agent)
{
    AvpsScmiPower *s = AVPS_SCMI_POWER(protocol);

    for (unsigned id = 0; id < s->num; id++) {
        s->state[id].change_subscribers &= ~BIT(agent);
        s->state[id].request_subscribers &= ~BIT(agent);
        set_votes(s, id, s->state[id].votes & ~BIT(agent), agent);
    }
}

static AvpsScmiSupply power_supply(AvpsScmiProtocol *protocol,
                                   AvpsScmiDevice device)
{
    AvpsScmiPower *s = AVPS_SCMI_POWER(protocol);

    for (unsigned id = 0; id < s->num; id++) {
        if (avps_scmi_power_domains[id].devices & BIT(device) &&
            !s->state[id].votes) {
            return AVPS_SCMI_OFF;
        }
    }
    return AVPS_SCMI_RUNNING;
}

/* --- The host's side --- */

#define TYPE_AVPS_SCMI_POWER_DOMAIN "avps-scmi-power-domain"

static PowerState *domain_state(Object *obj)
{
    AvpsScmiDomain *domain = AVPS_SCMI_DOMAIN(obj);

    return &AVPS_SCMI_POWER(domain->protocol)->state[domain->id];
}

static bool get_on(Object *obj, Error **errp)
{
    return domain_state(obj)->votes != 0;
}

/* The host overrides all agents, until they vote again. */
static void set_on(Object *obj, bool value, Error **errp)
{
    AvpsScmiDomain *domain = AVPS_SCMI_DOMAIN(obj);
    AvpsScmiPower *s = AVPS_SCMI_POWER(domain->protocol);
    AvpsScmiVotes votes = domain_state(obj)->votes;

    tell_request(s, domain->id, value ? STATE_ON : STATE_OFF,
                 AVPS_SCMI_PLATFORM);
    set_votes(s, domain->id, value ? votes | BIT(AVPS_SCMI_PLATFORM) : 0,
              AVPS_SCMI_PLATFORM);
}

static char *get_votes(Object *obj, Error **errp)
{
    return scmi_name_agents(domain_state(obj)->votes);
}

static void power_domain_class_init(ObjectClass *oc, AVPS_CLASS_DATA *data)
{
    object_class_property_add_bool(oc, "enabled", get_on, set_on);
    object_class_property_set_description(oc, "enabled",
        "the domain has power; set it to override all agents until they vote "
        "again");
    object_class_property_add_str(oc, "votes", get_votes, NULL);
    object_class_property_set_description(oc, "votes",
        "agents that want the domain on");
}

/* --- Protocol --- */

static void power_reset_hold(Object *obj, ResetType type)
{
    AvpsScmiPower *s = AVPS_SCMI_POWER(obj);

    for (unsigned id = 0; id < s->num; id++) {
        s->state[id] = (PowerState) { .votes = BIT(AVPS_SCMI_PLATFORM) };
    }
}

static void power_init(Object *obj)
{
    AvpsScmiPower *s = AVPS_SCMI_POWER(obj);

    s->num = avps_scmi_num_power_domains;
    s->state = g_new0(PowerState, s->num);
    for (unsigned id = 0; id < s->num; id++) {
        scmi_add_domain(&s->parent_obj, TYPE_AVPS_SCMI_POWER_DOMAIN,
                        avps_scmi_power_domains[id].name, id);
    }
}

static void power_finalize(Object *obj)
{
    g_free(AVPS_SCMI_POWER(obj)->state);
}

static const VMStateDescription vmstate_power_state = {
    .name = "avps-scmi-power/domain",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_UINT32(votes, PowerState),
        VMSTATE_UINT32(change_subscribers, PowerState),
        VMSTATE_UINT32(request_subscribers, PowerState),
        VMSTATE_END_OF_LIST()
    }
};

static const VMStateDescription vmstate_power = {
    .name = TYPE_AVPS_SCMI_POWER,
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_UINT32_EQUAL(num, AvpsScmiPower, "number of power domains"),
        VMSTATE_STRUCT_VARRAY_POINTER_UINT32(state, AvpsScmiPower, num,
                                             vmstate_power_state, PowerState),
        VMSTATE_END_OF_LIST()
    }
};

static const Property power_properties[] = {
    /* The domains of blocks stay on, whatever agents want. */
    DEFINE_PROP_BOOL("hold", AvpsScmiPower, hold, false),
};

static void power_class_init(ObjectClass *oc, AVPS_CLASS_DATA *data)
{
    DeviceClass *dc = DEVICE_CLASS(oc);
    ResettableClass *rc = RESETTABLE_CLASS(oc);
    AvpsScmiProtocolClass *apc = AVPS_SCMI_PROTOCOL_CLASS(oc);

    dc->desc = "SCMI power domains";
    dc->vmsd = &vmstate_power;
    device_class_set_props(dc, power_properties);
    rc->phases.hold = power_reset_hold;
    apc->id = SCMI_POWER_DOMAIN;
    apc->version = VERSION;
    apc->messages = power_messages;
    apc->num_messages = ARRAY_SIZE(power_messages);
    apc->attributes = power_attributes;
    apc->forget = power_forget;
    apc->supply = power_supply;
}

static const TypeInfo power_types[] = {
    {
        .name = TYPE_AVPS_SCMI_POWER,
        .parent = TYPE_AVPS_SCMI_PROTOCOL,
        .instance_size = sizeof(AvpsScmiPower),
        .instance_init = power_init,
        .instance_finalize = power_finalize,
        .class_init = power_class_init,
    }, {
        .name = TYPE_AVPS_SCMI_POWER_DOMAIN,
        .parent = TYPE_AVPS_SCMI_DOMAIN,
        .class_init = power_domain_class_init,
    },
};

DEFINE_TYPES(power_types)
