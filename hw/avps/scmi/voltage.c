/*
 * avps-ecu: regulators of the system control processor
 *
 * Arm System Control and Management Interface (DEN0056) 3.2, section 4.9:
 * voltage domain management protocol. A regulator is on while anybody wants
 * it, at the highest level that anybody asks for.
 *
 * Choices that the specification leaves open:
 *  - Of the modes there are ON and OFF; OFF is none of a regulator that is
 *    always on.
 *  - The platform asks for the level of the boot, until an agent asks for one
 *    that has permission for all devices that use the regulator.
 *  - A level is kept while the regulator is off.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qapi/visitor.h"
#include "qemu/module.h"
#include "hw/avps/scmi/domain.h"
#include "migration/vmstate.h"
#include "hw/avps/trace.h"

#define VERSION 0x20001

enum {
    VOLTAGE_DOMAIN_ATTRIBUTES = 3,
    VOLTAGE_DESCRIBE_LEVELS = 4,
    VOLTAGE_CONFIG_SET = 5,
    VOLTAGE_CONFIG_GET = 6,
    VOLTAGE_LEVEL_SET = 7,
    VOLTAGE_LEVEL_GET = 8,
    VOLTAGE_DOMAIN_NAME_GET = 9,
};

/* Result of VOLTAGE_DOMAIN_ATTRIBUTES */
FIELD(ATTRIBUTES, EXTENDED_NAME, 30, 1)
FIELD(ATTRIBUTES, ASYNC, 31, 1)

/* Result of VOLTAGE_DESCRIBE_LEVELS */
FIELD(LEVELS, NUM, 0, 12)
FIELD(LEVELS, RANGE, 12, 1)
FIELD(LEVELS, REMAINING, 16, 16)

/* Modes of VOLTAGE_CONFIG_SET and VOLTAGE_CONFIG_GET */
#define MODE_OFF 0x0
#define MODE_ON 0x7

/* Parameter flags of VOLTAGE_LEVEL_SET */
FIELD(SET, ASYNC, 0, 1)
#define SET_FLAGS R_SET_ASYNC_MASK

#define TYPE_AVPS_SCMI_VOLTAGE "avps-scmi-voltage"
OBJECT_DECLARE_SIMPLE_TYPE(AvpsScmiVoltage, AVPS_SCMI_VOLTAGE)

typedef struct VoltageState {
    AvpsScmiVotes votes;
    uint32_t asking;        /* agents that ask for a level */
    int32_t asked[AVPS_SCMI_NUM_AGENTS];
    int32_t level;          /* microvolts, also while it is off */
} VoltageState;

struct AvpsScmiVoltage {
    AvpsScmiProtocol parent_obj;

    uint32_t num;
    VoltageState *state;
};

/* --- Levels of a row --- */

static unsigned num_levels(const AvpsScmiVoltageRow *row)
{
    unsigned num = 0;

    while (row->levels[num]) {
        num++;
    }
    return num;
}

static bool has_level(const AvpsScmiVoltageRow *row, int32_t level)
{
    if (row->range) {
        return level >= row->levels[0] && level <= row->levels[1] &&
               (level - row->levels[0]) % row->levels[2] == 0;
    }
    for (unsigned i = 0; row->levels[i]; i++) {
        if (row->levels[i] == level) {
            return true;
        }
    }
    return false;
}

static int32_t highest_level(const AvpsScmiVoltageRow *row)
{
    return row->levels[row->range ? 1 : num_levels(row) - 1];
}

/* --- State --- */

/* @agent is the one that caused it */
static void set_votes(AvpsScmiVoltage *s, unsigned id, AvpsScmiVotes votes,
                      unsigned agent)
{
    const AvpsScmiVoltageRow *row = &avps_scmi_voltages[id];
    bool changes = !s->state[id].votes != !votes;

    s->state[id].votes = votes;
    if (changes) {
        trace_avps_scmi_voltage_changed(row->name, votes != 0, agent);
        scmi_update_devices(s->parent_obj.scmi, row->devices);
    }
}

static void arbitrate(VoltageState *state, const AvpsScmiVoltageRow *row)
{
    int32_t level = INT32_MIN;

    for (unsigned agent = 0; agent < AVPS_SCMI_NUM_AGENTS; agent++) {
        if (state->asking & BIT(agent)) {
            level = MAX(level, state->asked[agent]);
        }
    }
    state->level = state->asking ? level : row->boot_level;
}

static void ask(AvpsScmiVoltage *s, unsigned id, unsigned agent,
                int32_t level)
{
    const AvpsScmiVoltageRow *row = &avps_scmi_voltages[id];
    VoltageState *state = &s->state[id];

    state->asking |= BIT(agent);
    state->asked[agent] = level;
    arbitrate(state, row);
    trace_avps_scmi_voltage_level(row->name, level, state->level, agent);
}

/* --- Messages --- */

static void voltage_attributes(AvpsScmiCall *call)
{
    scmi_put(call, AVPS_SCMI_VOLTAGE(call->protocol)->num);
}

/* SCMI_SUCCESS, or why the calling agent cannot use domain @id */
static int32_t check(const AvpsScmiCall *call, unsigned id, int32_t denied)
{
    if (id >= avps_scmi_num_voltages) {
        return SCMI_NOT_FOUND;
    }
    return scmi_permitted(call, avps_scmi_voltages[id].devices) ? SCMI_SUCCESS
                                                                : denied;
}

static int32_t voltage_domain_attributes(AvpsScmiCall *call)
{
    int32_t status = check(call, call->arg[0], SCMI_NOT_FOUND);
    const char *name;
    uint32_t flags = 0;

    if (status) {
        return status;
    }
    name = avps_scmi_voltages[call->arg[0]].name;
    flags = FIELD_DP32(flags, ATTRIBUTES, ASYNC,
                       scmi_agent_has_p2a(call->scmi, call->agent));
    flags = FIELD_DP32(flags, ATTRIBUTES, EXTENDED_NAME,
                       scmi_name_is_extended(name));
    scmi_put(call, flags);
    scmi_put_name(call, name, SCMI_NAME_WORDS);
    return SCMI_SUCCESS;
}

/* A range is one piece, whatever the index of the first level. */
static int32_t voltage_describe_levels(AvpsScmiCall *call)
{
    int32_t status = check(call, call->arg[0], SCMI_NOT_FOUND);
    uint32_t first = call->arg[1], flags = 0;
    const AvpsScmiVoltageRow *row;
    unsigned total, num;

    if (status) {
        return status;
    }
    row = &avps_scmi_voltages[call->arg[0]];
    total = num_levels(row);
    if (row->range) {
        first = 0;
    } else if (first >= total) {
        return SCMI_OUT_OF_RANGE;
    }
    num = MIN(total - first, scmi_room(call) - 1);
    flags = FIELD_DP32(flags, LEVELS, NUM, num);
    flags = FIELD_DP32(flags, LEVELS, RANGE, row->range);
    flags = FIELD_DP32(flags, LEVELS, REMAINING, total - first - num);
    scmi_put(call, flags);
    for (unsigned i = 0; i < num; i++) {
        scmi_put(call, row->levels[first + i]);
    }
    return SCMI_SUCCESS;
}

static int32_t voltage_config_set(AvpsScmiCall *call)
{
    AvpsScmiVoltage *s = AVPS_SCMI_VOLTAGE(call->protocol);
    uint32_t id = call->arg[0], config = call->arg[1];
    int32_t status = check(call, id, SCMI_DENIED);
    AvpsScmiVotes votes;

    if (status) {
        return status;
    }
    if (config != MODE_ON &&
        (config != MODE_OFF || avps_scmi_voltages[id].always_on)) {
        return SCMI_INVALID_PARAMETERS;
    }
    votes = s->state[id].votes;
    scmi_cast_vote(call, avps_scmi_voltages[id].devices, &votes,
                   config == MODE_ON);
    set_votes(s, id, votes, call->agent);
    return SCMI_SUCCESS;
}

static int32_t voltage_config_get(AvpsScmiCall *call)
{
    AvpsScmiVoltage *s = AVPS_SCMI_VOLTAGE(call->protocol);
    int32_t status = check(call, call->arg[0], SCMI_DENIED);

    if (!status) {
        scmi_put(call, s->state[call->arg[0]].votes ? MODE_ON : MODE_OFF);
    }
    return status;
}

static int32_t voltage_level_set(AvpsScmiCall *call)
{
    AvpsScmiVoltage *s = AVPS_SCMI_VOLTAGE(call->protocol);
    uint32_t id = call->arg[0], flags = call->arg[1];
    int32_t level = call->arg[2];
    int32_t status = check(call, id, SCMI_DENIED);

    if (status) {
        return status;
    }
    if (flags & ~SET_FLAGS || !has_level(&avps_scmi_voltages[id], level)) {
        return SCMI_INVALID_PARAMETERS;
    }
    if (flags & R_SET_ASYNC_MASK && !call->deferred) {
        return scmi_defer(call, avps_scmi_voltages[id].settle_us * SCALE_US);
    }
    if (scmi_permitted_all(call, avps_scmi_voltages[id].devices)) {
        s->state[id].asking &= ~BIT(AVPS_SCMI_PLATFORM);
    }
    ask(s, id, call->agent, level);
    if (call->deferred) {
        scmi_put(call, id);
        scmi_put(call, s->state[id].level);
    }
    return SCMI_SUCCESS;
}

static int32_t voltage_level_get(AvpsScmiCall *call)
{
    AvpsScmiVoltage *s = AVPS_SCMI_VOLTAGE(call->protocol);
    int32_t status = check(call, call->arg[0], SCMI_DENIED);

    if (!status) {
        scmi_put(call, s->state[call->arg[0]].level);
    }
    return status;
}

static int32_t voltage_domain_name_get(AvpsScmiCall *call)
{
    int32_t status = check(call, call->arg[0], SCMI_NOT_FOUND);

    if (!status) {
        scmi_put_extended_name(call, avps_scmi_voltages[call->arg[0]].name);
    }
    return status;
}

static const AvpsScmiMessage voltage_messages[] = {
    [VOLTAGE_DOMAIN_ATTRIBUTES] = { voltage_domain_attributes, SCMI_ARGS(1) },
    [VOLTAGE_DESCRIBE_LEVELS] = { voltage_describe_levels, SCMI_ARGS(2) },
    [VOLTAGE_CONFIG_SET] = { voltage_config_set, SCMI_ARGS(2) },
    [VOLTAGE_CONFIG_GET] = { voltage_config_get, SCMI_ARGS(1) },
    [VOLTAGE_LEVEL_SET] = { voltage_level_set, SCMI_ARGS(3) },
    [VOLTAGE_LEVEL_GET] = { voltage_level_get, SCMI_ARGS(1) },
    [VOLTAGE_DOMAIN_NAME_GET] = { voltage_domain_name_get, SCMI_ARGS(1) },
};

/* A regulator that is always on does not need the agent's vote. */
static void voltage_forget(AvpsScmiProtocol *protocol, unsigned agent)
{
    AvpsScmiVoltage *s = AVPS_SCMI_VOLTAGE(protocol);

    for (unsigned id = 0; id < s->num; id++) {
        const AvpsScmiVoltageRow *row = &avps_scmi_voltages[id];
        AvpsScmiVotes votes = s->state[id].votes & ~BIT(agent);

        s->state[id].asking &= ~BIT(agent);
        arbitrate(&s->state[id], row);
        if (row->always_on && !votes) {
            votes = BIT(AVPS_SCMI_PLATFORM);
        }
        set_votes(s, id, votes, agent);
    }
}

static AvpsScmiSupply voltage_supply(AvpsScmiProtocol *protocol,
                                     AvpsScmiDevice device)
{
    AvpsScmiVoltage *s = AVPS_SCMI_VOLTAGE(protocol);

    for (unsigned id = 0; id < s->num; id++) {
        if (avps_scmi_voltages[id].devices & BIT(device) &&
            !s->state[id].votes) {
            return AVPS_SCMI_OFF;
        }
    }
    return AVPS_SCMI_RUNNING;
}

/* --- The host's side --- */

#define TYPE_AVPS_SCMI_VOLTAGE_DOMAIN "avps-scmi-voltage-domain"

static VoltageState *domain_state(Object *obj)
{
    AvpsScmiDomain *domain = AVPS_SCMI_DOMAIN(obj);

    return &AVPS_SCMI_VOLTAGE(domain->protocol)->state[domain->id];
}

static bool get_enabled(Object *obj, Error **errp)
{
    return domain_state(obj)->votes != 0;
}

/* The host overrides all agents, until they vote again. */
static void set_enabled(Object *obj, bool value, Error **errp)
{
    AvpsScmiDomain *domain = AVPS_SCMI_DOMAIN(obj);
    AvpsScmiVotes votes = domain_state(obj)->votes;

    set_votes(AVPS_SCMI_VOLTAGE(domain->protocol), domain->id,
              value ? votes | BIT(AVPS_SCMI_PLATFORM) : 0,
              AVPS_SCMI_PLATFORM);
}

static char *get_votes(Object *obj, Error **errp)
{
    return scmi_name_agents(domain_state(obj)->votes);
}

static void get_microvolts(Object *obj, Visitor *v, const char *name,
                           void *opaque, Error **errp)
{
    int32_t level = domain_state(obj)->level;

    visit_type_int32(v, name, &level, errp);
}

static void set_microvolts(Object *obj, Visitor *v, const char *name,
                           void *opaque, Error **errp)
{
    AvpsScmiDomain *domain = AVPS_SCMI_DOMAIN(obj);
    const AvpsScmiVoltageRow *row = &avps_scmi_voltages[domain->id];
    int32_t level;

    if (!visit_type_int32(v, name, &level, errp)) {
        return;
    }
    if (!has_level(row, level)) {
        error_setg(errp, "regulator '%s' has no level of %d microvolts: set "
                   "one from %d to %d that docs/devices/scmi.rst lists",
                   row->name, level, row->levels[0], highest_level(row));
        return;
    }
    domain_state(obj)->asking = 0;
    ask(AVPS_SCMI_VOLTAGE(domain->protocol), domain->id, AVPS_SCMI_PLATFORM,
        level);
}

static void voltage_domain_class_init(ObjectClass *oc, AVPS_CLASS_DATA *data)
{
    object_class_property_add_bool(oc, "enabled", get_enabled, set_enabled);
    object_class_property_set_description(oc, "enabled",
        "the regulator is on; set it to override all agents until they vote "
        "again");
    object_class_property_add_str(oc, "votes", get_votes, NULL);
    object_class_property_set_description(oc, "votes",
        "agents that want the regulator on");
    object_class_property_add(oc, "microvolts", "int32", get_microvolts,
                              set_microvolts, NULL, NULL);
    object_class_property_set_description(oc, "microvolts",
        "the level, while it is on; set it to override all agents until they "
        "ask again");
}

/* --- Protocol --- */

static void voltage_reset_hold(Object *obj, ResetType type)
{
    AvpsScmiVoltage *s = AVPS_SCMI_VOLTAGE(obj);

    for (unsigned id = 0; id < s->num; id++) {
        int32_t level = avps_scmi_voltages[id].boot_level;

        s->state[id] = (VoltageState) {
            .votes = BIT(AVPS_SCMI_PLATFORM),
            .asking = BIT(AVPS_SCMI_PLATFORM),
            .asked = { [AVPS_SCMI_PLATFORM] = level },
            .level = level,
        };
    }
}

static void voltage_init(Object *obj)
{
    AvpsScmiVoltage *s = AVPS_SCMI_VOLTAGE(obj);

    s->num = avps_scmi_num_voltages;
    s->state = g_new0(VoltageState, s->num);
    for (unsigned id = 0; id < s->num; id++) {
        scmi_add_domain(&s->parent_obj, TYPE_AVPS_SCMI_VOLTAGE_DOMAIN,
                        avps_scmi_voltages[id].name, id);
    }
}

static void voltage_finalize(Object *obj)
{
    g_free(AVPS_SCMI_VOLTAGE(obj)->state);
}

static bool state_is_sound(void *opaque, int version_id)
{
    AvpsScmiVoltage *s = opaque;

    for (unsigned id = 0; id < s->num; id++) {
        for (unsigned agent = 0; agent < AVPS_SCMI_NUM_AGENTS; agent++) {
            if (s->state[id].asking & BIT(agent) &&
                !has_level(&avps_scmi_voltages[id],
                           s->state[id].asked[agent])) {
                return false;
            }
        }
    }
    return true;
}

static int voltage_post_load(void *opaque, int version_id)
{
    AvpsScmiVoltage *s = opaque;

    for (unsigned id = 0; id < s->num; id++) {
        arbitrate(&s->state[id], &avps_scmi_voltages[id]);
    }
    return 0;
}

static const VMStateDescription vmstate_voltage_state = {
    .name = "avps-scmi-voltage/domain",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_UINT32(votes, VoltageState),
        VMSTATE_UINT32(asking, VoltageState),
        VMSTATE_INT32_ARRAY(asked, VoltageState, AVPS_SCMI_NUM_AGENTS),
        VMSTATE_END_OF_LIST()
    }
};

static const VMStateDescription vmstate_voltage = {
    .name = TYPE_AVPS_SCMI_VOLTAGE,
    .version_id = 1,
    .minimum_version_id = 1,
    .post_load = voltage_post_load,
    .fields = (const VMStateField[]) {
        VMSTATE_UINT32_EQUAL(num, AvpsScmiVoltage, "number of regulators"),
        VMSTATE_STRUCT_VARRAY_POINTER_UINT32(state, AvpsScmiVoltage, num,
                                             vmstate_voltage_state,
                                             VoltageState),
        VMSTATE_VALIDATE("levels exist", state_is_sound),
        VMSTATE_END_OF_LIST()
    }
};

static void voltage_class_init(ObjectClass *oc, AVPS_CLASS_DATA *data)
{
    DeviceClass *dc = DEVICE_CLASS(oc);
    ResettableClass *rc = RESETTABLE_CLASS(oc);
    AvpsScmiProtocolClass *apc = AVPS_SCMI_PROTOCOL_CLASS(oc);

    dc->desc = "SCMI regulators";
    dc->vmsd = &vmstate_voltage;
    rc->phases.hold = voltage_reset_hold;
    apc->id = SCMI_VOLTAGE;
    apc->version = VERSION;
    apc->messages = voltage_messages;
    apc->num_messages = ARRAY_SIZE(voltage_messages);
    apc->attributes = voltage_attributes;
    apc->forget = voltage_forget;
    apc->supply = voltage_supply;
}

static const TypeInfo voltage_types[] = {
    {
        .name = TYPE_AVPS_SCMI_VOLTAGE,
        .parent = TYPE_AVPS_SCMI_PROTOCOL,
        .instance_size = sizeof(AvpsScmiVoltage),
        .instance_init = voltage_init,
        .instance_finalize = voltage_finalize,
        .class_init = voltage_class_init,
    }, {
        .name = TYPE_AVPS_SCMI_VOLTAGE_DOMAIN,
        .parent = TYPE_AVPS_SCMI_DOMAIN,
        .class_init = voltage_domain_class_init,
    },
};

DEFINE_TYPES(voltage_types)
