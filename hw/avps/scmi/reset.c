/*
 * avps-ecu: reset domains of the system control processor
 *
 * Arm System Control and Management Interface (DEN0056) 3.2, section 4.8:
 * reset domain management protocol. A reset is done as a whole, or its signal
 * is asserted and de-asserted; it stays asserted while anybody holds it so.
 *
 * Choices that the specification leaves open:
 *  - Who resets a domain has to have permission for all devices that use it.
 *  - The one reset state is the architectural cold reset.
 *  - RESET_ISSUED is sent for a reset as a whole and for an assertion that
 *    begins a reset, and goes to all that want to hear of it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qemu/module.h"
#include "hw/avps/scmi/domain.h"
#include "migration/vmstate.h"
#include "hw/avps/trace.h"

#define VERSION 0x30001

enum {
    RESET_DOMAIN_ATTRIBUTES = 3,
    RESET = 4,
    RESET_NOTIFY = 5,
    RESET_DOMAIN_NAME_GET = 6,
};

/* Notification */
enum { RESET_ISSUED = 0 };

/* Result of RESET_DOMAIN_ATTRIBUTES */
FIELD(ATTRIBUTES, EXTENDED_NAME, 29, 1)
FIELD(ATTRIBUTES, NOTIFY, 30, 1)
FIELD(ATTRIBUTES, ASYNC, 31, 1)

/* Parameter flags of RESET */
FIELD(RESET, AUTONOMOUS, 0, 1)
FIELD(RESET, ASSERT, 1, 1)
FIELD(RESET, ASYNC, 2, 1)
#define RESET_FLAGS 0x7

#define COLD_RESET 0

#define TYPE_AVPS_SCMI_RESET "avps-scmi-reset"
OBJECT_DECLARE_SIMPLE_TYPE(AvpsScmiReset, AVPS_SCMI_RESET)

typedef struct ResetState {
    uint32_t holders;       /* agents that assert it */
    uint32_t subscribers;
} ResetState;

struct AvpsScmiReset {
    AvpsScmiProtocol parent_obj;

    uint32_t num;
    ResetState *state;
};

/* --- State --- */

/* @agent is the one that caused it */
static void reset_domain(AvpsScmiReset *s, unsigned id, unsigned agent)
{
    const AvpsScmiResetRow *row = &avps_scmi_resets[id];
    uint32_t words[] = { agent, id, COLD_RESET };

    trace_avps_scmi_reset_issued(row->name, agent);
    scmi_reset_devices(s->parent_obj.scmi, row->devices);
    scmi_notify(&s->parent_obj, s->state[id].subscribers, row->devices,
                RESET_ISSUED, words, ARRAY_SIZE(words));
}

static void set_holders(AvpsScmiReset *s, unsigned id, uint32_t holders,
                        unsigned agent)
{
    const AvpsScmiResetRow *row = &avps_scmi_resets[id];
    bool changes = !s->state[id].holders != !holders;

    s->state[id].holders = holders;
    if (changes) {
        trace_avps_scmi_reset_held(row->name, holders != 0, agent);
        scmi_update_devices(s->parent_obj.scmi, row->devices);
        if (holders) {
            reset_domain(s, id, agent);
        }
    }
}

/* --- Messages --- */

static void reset_attributes(AvpsScmiCall *call)
{
    scmi_put(call, AVPS_SCMI_RESET(call->protocol)->num);
}

/* SCMI_SUCCESS, or why the calling agent cannot use domain @id */
static int32_t check(const AvpsScmiCall *call, unsigned id, int32_t denied)
{
    if (id >= avps_scmi_num_resets) {
        return SCMI_NOT_FOUND;
    }
    return scmi_permitted(call, avps_scmi_resets[id].devices) ? SCMI_SUCCESS
                                                              : denied;
}

static int32_t reset_domain_attributes(AvpsScmiCall *call)
{
    int32_t status = check(call, call->arg[0], SCMI_NOT_FOUND);
    bool p2a = scmi_agent_has_p2a(call->scmi, call->agent);
    const AvpsScmiResetRow *row;
    uint32_t flags = 0;

    if (status) {
        return status;
    }
    row = &avps_scmi_resets[call->arg[0]];
    flags = FIELD_DP32(flags, ATTRIBUTES, ASYNC, p2a);
    flags = FIELD_DP32(flags, ATTRIBUTES, NOTIFY, p2a);
    flags = FIELD_DP32(flags, ATTRIBUTES, EXTENDED_NAME,
                       scmi_name_is_extended(row->name));
    scmi_put(call, flags);
    scmi_put(call, row->latency_us);
    scmi_put_name(call, row->name, SCMI_NAME_WORDS);
    return SCMI_SUCCESS;
}

/* The platform does the whole reset, now or after its latency. */
static int32_t reset_autonomously(AvpsScmiCall *call, unsigned id, bool async)
{
    if (async && !call->deferred) {
        return scmi_defer(call, avps_scmi_resets[id].latency_us * SCALE_US);
    }
    reset_domain(AVPS_SCMI_RESET(call->protocol), id, call->agent);
    if (call->deferred) {
        scmi_put(call, id);
    }
    return SCMI_SUCCESS;
}

static int32_t reset(AvpsScmiCall *call)
{
    AvpsScmiReset *s = AVPS_SCMI_RESET(call->protocol);
    uint32_t id = call->arg[0], flags = call->arg[1], kind = call->arg[2];
    bool autonomous = flags & R_RESET_AUTONOMOUS_MASK;
    bool async = flags & R_RESET_ASYNC_MASK;
    int32_t status = check(call, id, SCMI_DENIED);

    if (status) {
        return status;
    }
    if (flags & ~RESET_FLAGS || (async && !autonomous) ||
        kind != COLD_RESET) {
        return SCMI_INVALID_PARAMETERS;
    }
    if (!scmi_permitted_all(call, avps_scmi_resets[id].devices)) {
        return SCMI_DENIED;
    }
    if (autonomous) {
        return reset_autonomously(call, id, async);
    }
    set_holders(s, id, deposit32(s->state[id].holders, call->agent, 1,
                                 FIELD_EX32(flags, RESET, ASSERT)),
                call->agent);
    return SCMI_SUCCESS;
}

static int32_t reset_notify(AvpsScmiCall *call)
{
    AvpsScmiReset *s = AVPS_SCMI_RESET(call->protocol);
    int32_t status = check(call, call->arg[0], SCMI_DENIED);

    return status ?: scmi_subscribe(
        call, &s->state[call->arg[0]].subscribers, call->arg[1]);
}

static int32_t reset_domain_name_get(AvpsScmiCall *call)
{
    int32_t status = check(call, call->arg[0], SCMI_NOT_FOUND);

    if (!status) {
        scmi_put_extended_name(call, avps_scmi_resets[call->arg[0]].name);
    }
    return status;
}

static const AvpsScmiMessage reset_messages[] = {
    [RESET_DOMAIN_ATTRIBUTES] = { reset_domain_attributes, SCMI_ARGS(1) },
    [RESET] = { reset, SCMI_ARGS(3) },
    [RESET_NOTIFY] = { reset_notify, SCMI_ARGS(2), true },
    [RESET_DOMAIN_NAME_GET] = { reset_domain_name_get, SCMI_ARGS(1) },
};

static void reset_forget(AvpsScmiProtocol *protocol, unsigned agent)
{
    AvpsScmiReset *s = AVPS_SCMI_RESET(protocol);

    for (unsigned id = 0; id < s->num; id++) {
        s->state[id].subscribers &= ~BIT(agent);
        set_holders(s, id, s->state[id].holders & ~BIT(agent), agent);
    }
}

static AvpsScmiSupply reset_supply(AvpsScmiProtocol *protocol,
                                   AvpsScmiDevice device)
{
    AvpsScmiReset *s = AVPS_SCMI_RESET(protocol);

    for (unsigned id = 0; id < s->num; id++) {
        if (avps_scmi_resets[id].devices & BIT(device) &&
            s->state[id].holders) {
            return AVPS_SCMI_HELD;
        }
    }
    return AVPS_SCMI_RUNNING;
}

/* --- The host's side --- */

#define TYPE_AVPS_SCMI_RESET_DOMAIN "avps-scmi-reset-domain"

static ResetState *domain_state(Object *obj)
{
    AvpsScmiDomain *domain = AVPS_SCMI_DOMAIN(obj);

    return &AVPS_SCMI_RESET(domain->protocol)->state[domain->id];
}

static bool get_asserted(Object *obj, Error **errp)
{
    return domain_state(obj)->holders != 0;
}

/* The host overrides all agents, until one asserts it again. */
static void set_asserted(Object *obj, bool value, Error **errp)
{
    AvpsScmiDomain *domain = AVPS_SCMI_DOMAIN(obj);
    uint32_t holders = domain_state(obj)->holders;

    set_holders(AVPS_SCMI_RESET(domain->protocol), domain->id,
                value ? holders | BIT(AVPS_SCMI_PLATFORM) : 0,
                AVPS_SCMI_PLATFORM);
}

static char *get_holders(Object *obj, Error **errp)
{
    return scmi_name_agents(domain_state(obj)->holders);
}

static void set_reset(Object *obj, bool value, Error **errp)
{
    AvpsScmiDomain *domain = AVPS_SCMI_DOMAIN(obj);

    if (value) {
        reset_domain(AVPS_SCMI_RESET(domain->protocol), domain->id,
                     AVPS_SCMI_PLATFORM);
    }
}

static void reset_domain_class_init(ObjectClass *oc, AVPS_CLASS_DATA *data)
{
    object_class_property_add_bool(oc, "asserted", get_asserted, set_asserted);
    object_class_property_set_description(oc, "asserted",
        "the domain is held in reset; set it to override all agents until one "
        "asserts it again");
    object_class_property_add_str(oc, "votes", get_holders, NULL);
    object_class_property_set_description(oc, "votes",
        "agents that hold the domain in reset");
    object_class_property_add_bool(oc, "reset", NULL, set_reset);
    object_class_property_set_description(oc, "reset",
        "Set to true to reset the domain");
}

/* --- Protocol --- */

static void reset_reset_hold(Object *obj, ResetType type)
{
    AvpsScmiReset *s = AVPS_SCMI_RESET(obj);

    memset(s->state, 0, s->num * sizeof(*s->state));
}

static void reset_init(Object *obj)
{
    AvpsScmiReset *s = AVPS_SCMI_RESET(obj);

    s->num = avps_scmi_num_resets;
    s->state = g_new0(ResetState, s->num);
    for (unsigned id = 0; id < s->num; id++) {
        scmi_add_domain(&s->parent_obj, TYPE_AVPS_SCMI_RESET_DOMAIN,
                        avps_scmi_resets[id].name, id);
    }
}

static void reset_finalize(Object *obj)
{
    g_free(AVPS_SCMI_RESET(obj)->state);
}

static const VMStateDescription vmstate_reset_state = {
    .name = "avps-scmi-reset/domain",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_UINT32(holders, ResetState),
        VMSTATE_UINT32(subscribers, ResetState),
        VMSTATE_END_OF_LIST()
    }
};

static const VMStateDescription vmstate_reset = {
    .name = TYPE_AVPS_SCMI_RESET,
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_UINT32_EQUAL(num, AvpsScmiReset, "number of reset domains"),
        VMSTATE_STRUCT_VARRAY_POINTER_UINT32(state, AvpsScmiReset, num,
                                             vmstate_reset_state, ResetState),
        VMSTATE_END_OF_LIST()
    }
};

static void reset_class_init(ObjectClass *oc, AVPS_CLASS_DATA *data)
{
    DeviceClass *dc = DEVICE_CLASS(oc);
    ResettableClass *rc = RESETTABLE_CLASS(oc);
    AvpsScmiProtocolClass *apc = AVPS_SCMI_PROTOCOL_CLASS(oc);

    dc->desc = "SCMI reset domains";
    dc->vmsd = &vmstate_reset;
    rc->phases.hold = reset_reset_hold;
    apc->id = SCMI_RESET;
    apc->version = VERSION;
    apc->messages = reset_messages;
    apc->num_messages = ARRAY_SIZE(reset_messages);
    apc->attributes = reset_attributes;
    apc->forget = reset_forget;
    apc->supply = reset_supply;
}

static const TypeInfo reset_types[] = {
    {
        .name = TYPE_AVPS_SCMI_RESET,
        .parent = TYPE_AVPS_SCMI_PROTOCOL,
        .instance_size = sizeof(AvpsScmiReset),
        .instance_init = reset_init,
        .instance_finalize = reset_finalize,
        .class_init = reset_class_init,
    }, {
        .name = TYPE_AVPS_SCMI_RESET_DOMAIN,
        .parent = TYPE_AVPS_SCMI_DOMAIN,
        .class_init = reset_domain_class_init,
    },
};

DEFINE_TYPES(reset_types)
