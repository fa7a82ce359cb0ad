/*
 * avps-ecu: the system control processor: power caps
 *
 * Arm System Control and Management Interface (DEN0056) 3.2, section 4.10
 * "Power capping protocol", version 2.0.
 *
 * What is consumed follows from the performance levels, and from what the
 * host adds for other consumers. The lowest cap of all agents counts; a level
 * that would exceed it is not taken, the processors' being the first to be
 * lowered. Power is that of the present levels: these do not change within an
 * averaging interval without a command, so that the average is not modelled
 * apart.
 *
 * Choices that the document leaves open: a cap between two steps is the lower
 * one; measurements are told when power leaves the thresholds, or with every
 * change when both are 0.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/log.h"
#include "qapi/error.h"
#include "qapi/visitor.h"
#include "hw/avps/scmi/domain.h"
#include "migration/vmstate.h"
#include "powercap.h"
#include "hw/avps/trace.h"

enum {
    POWERCAP_DOMAIN_ATTRIBUTES = 3,
    POWERCAP_CAP_GET,
    POWERCAP_CAP_SET,
    POWERCAP_PAI_GET,
    POWERCAP_PAI_SET,
    POWERCAP_DOMAIN_NAME_GET,
    POWERCAP_MEASUREMENTS_GET,
    POWERCAP_CAP_NOTIFY,
    POWERCAP_MEASUREMENTS_NOTIFY,
    POWERCAP_DESCRIBE_FASTCHANNEL,
};

/* Notifications */
enum {
    POWERCAP_CAP_CHANGED = 0,
    POWERCAP_MEASUREMENTS_CHANGED = 1,
};

FIELD(ATTRIBUTES, NUM_DOMAINS, 0, 16)

FIELD(MESSAGE_ATTRIBUTES, FAST_CHANNEL, 0, 1)

FIELD(DOMAIN, FAST_CHANNELS, 22, 1)
FIELD(DOMAIN, UNIT, 23, 2)
FIELD(DOMAIN, PAI_SET, 25, 1)
FIELD(DOMAIN, MONITORED, 26, 1)
FIELD(DOMAIN, CAP_SET, 27, 1)
FIELD(DOMAIN, LONG_NAME, 28, 1)
FIELD(DOMAIN, ASYNC, 29, 1)
FIELD(DOMAIN, POWER_NOTIFY, 30, 1)
FIELD(DOMAIN, CAP_NOTIFY, 31, 1)
#define MICROWATT 1

FIELD(CAP_SET, NO_RESPONSE, 0, 1)
FIELD(CAP_SET, ASYNC, 1, 1)
FIELD(CAP_SET, RESERVED, 2, 30)

/* An asynchronous command takes this long. */
#define CAP_SET_NS (1 * SCALE_MS)

/* Registers of a domain's fast channels */
#define FAST_CAP_SET 0x00
#define FAST_CAP_GET 0x04
#define FAST_PAI_SET 0x08
#define FAST_PAI_GET 0x0c

static const AvpsFastChannel fast_channels[] = {
    { POWERCAP_CAP_SET, FAST_CAP_SET, 4 },
    { POWERCAP_CAP_GET, FAST_CAP_GET, 4 },
    { POWERCAP_PAI_SET, FAST_PAI_SET, 4 },
    { POWERCAP_PAI_GET, FAST_PAI_GET, 4 },
    { }
};

/* --- Power --- */

/* What the domain consumes at these levels, uW */
static uint64_t power_at(const AvpsScmiPowercap *s, unsigned domain,
                         const uint32_t level[AVPS_SCMI_NUM_PERFORMANCE])
{
    const AvpsScmiPowercapRow *row = &avps_scmi_powercaps[domain];
    uint64_t power = (uint64_t)row->base + s->domain[domain].extra;

    for (unsigned i = 0; i < AVPS_SCMI_NUM_PERFORMANCE; i++) {
        if (row->levels & BIT(i)) {
            power += avps_scmi_performance[i].levels[level[i]].power_uw;
        }
    }
    return power;
}

static bool exceeds(const AvpsScmiPowercap *s, unsigned domain,
                    const uint32_t level[AVPS_SCMI_NUM_PERFORMANCE])
{
    uint32_t cap = s->domain[domain].cap;

    return cap && power_at(s, domain, level) > cap;
}

/* The processors come first in the table. */
static void lower(const AvpsScmiPowercap *s, unsigned domain,
                  uint32_t level[AVPS_SCMI_NUM_PERFORMANCE])
{
    for (unsigned i = 0; i < AVPS_SCMI_NUM_PERFORMANCE; i++) {
        while (avps_scmi_powercaps[domain].levels & BIT(i) && level[i] &&
               exceeds(s, domain, level)) {
            level[i]--;
        }
    }
}

void avps_scmi_powercap_limit(const AvpsScmiPowercap *s,
                              uint32_t level[AVPS_SCMI_NUM_PERFORMANCE])
{
    for (unsigned i = 0; i < AVPS_SCMI_NUM_POWERCAPS; i++) {
        lower(s, i, level);
    }
}

static AvpsScmiPerformance *performance_of(AvpsScmiPowercap *s)
{
    return AVPS_SCMI_PERFORMANCE(scmi_protocol(s->parent_obj.scmi,
                                               SCMI_PERFORMANCE));
}

/* Was the power within the thresholds, and is not any more? */
static bool leaves(const AvpsScmiCapRequest *request, uint32_t old,
                   uint32_t new)
{
    if (!request->low && !request->high) {
        return true;
    }
    return (old >= request->low && new < request->low) ||
           (old <= request->high && new > request->high);
}

static void tell_power(AvpsScmiPowercap *s, unsigned domain, uint32_t old)
{
    const AvpsScmiCapState *state = &s->domain[domain];
    uint32_t words[] = { AVPS_SCMI_PLATFORM, domain, state->power };
    uint32_t concerned = 0;

    for (unsigned agent = 0; agent < AVPS_SCMI_NUM_AGENTS; agent++) {
        if (leaves(&state->request[agent], old, state->power)) {
            concerned |= BIT(agent);
        }
    }
    scmi_notify(&s->parent_obj, state->power_subscribers & concerned,
                avps_scmi_powercaps[domain].devices,
                POWERCAP_MEASUREMENTS_CHANGED, words, ARRAY_SIZE(words));
}

void avps_scmi_powercap_measure(AvpsScmiPowercap *s)
{
    uint32_t level[AVPS_SCMI_NUM_PERFORMANCE];

    for (unsigned i = 0; i < AVPS_SCMI_NUM_PERFORMANCE; i++) {
        level[i] = avps_scmi_level(performance_of(s), i);
    }
    for (unsigned i = 0; i < AVPS_SCMI_NUM_POWERCAPS; i++) {
        uint32_t old = s->domain[i].power;

        s->domain[i].power = MIN(power_at(s, i, level), UINT32_MAX);
        if (s->domain[i].power != old) {
            trace_avps_scmi_power(i, s->domain[i].power);
            tell_power(s, i, old);
        }
    }
}

/* --- What agents and the host ask for --- */

static void tell_cap(AvpsScmiPowercap *s, unsigned domain, unsigned agent)
{
    const AvpsScmiCapState *state = &s->domain[domain];
    uint32_t words[] = { agent, domain, state->cap, state->pai };

    trace_avps_scmi_cap(domain, agent, state->cap, state->pai);
    scmi_notify(&s->parent_obj, state->cap_subscribers,
                avps_scmi_powercaps[domain].devices, POWERCAP_CAP_CHANGED,
                words, ARRAY_SIZE(words));
}

static uint32_t lowest_cap(const AvpsScmiCapState *state)
{
    uint32_t lowest = 0;

    for (unsigned agent = 0; agent < AVPS_SCMI_NUM_AGENTS; agent++) {
        uint32_t cap = state->request[agent].cap;

        if (cap && (!lowest || cap < lowest)) {
            lowest = cap;
        }
    }
    return lowest;
}

static void update_cap(AvpsScmiPowercap *s, unsigned domain, unsigned agent)
{
    AvpsScmiCapState *state = &s->domain[domain];
    uint32_t cap = lowest_cap(state);

    if (cap != state->cap) {
        state->cap = cap;
        tell_cap(s, domain, agent);
        avps_scmi_performance_update(performance_of(s), agent);
    }
}

static uint32_t step_down(uint32_t value, uint32_t min, uint32_t step)
{
    return value - (value - min) % step;
}

/* 0 is no cap: 4.10.3.6 */
static bool is_cap(const AvpsScmiPowercapRow *row, uint32_t cap)
{
    return !cap || (cap >= row->min_cap && cap <= row->max_cap);
}

static int32_t set_cap(AvpsScmiPowercap *s, unsigned domain, unsigned agent,
                       uint32_t cap)
{
    const AvpsScmiPowercapRow *row = &avps_scmi_powercaps[domain];

    if (!is_cap(row, cap)) {
        return SCMI_OUT_OF_RANGE;
    }
    s->domain[domain].request[agent].cap =
        cap ? step_down(cap, row->min_cap, row->cap_step) : 0;
    update_cap(s, domain, agent);
    return SCMI_SUCCESS;
}

static int32_t set_pai(AvpsScmiPowercap *s, unsigned domain, unsigned agent,
                       uint32_t pai)
{
    const AvpsScmiPowercapRow *row = &avps_scmi_powercaps[domain];
    AvpsScmiCapState *state = &s->domain[domain];

    if (pai < row->min_pai || pai > row->max_pai) {
        return SCMI_OUT_OF_RANGE;
    }
    pai = step_down(pai, row->min_pai, row->pai_step);
    if (pai != state->pai) {
        state->pai = pai;
        tell_cap(s, domain, agent);
    }
    return SCMI_SUCCESS;
}

/* --- What every message begins with --- */

static AvpsScmiPowercap *powercap(const AvpsScmiCall *call)
{
    return AVPS_SCMI_POWERCAP(call->protocol);
}

static const AvpsScmiPowercapRow *row_of(const AvpsScmiCall *call)
{
    return &avps_scmi_powercaps[call->arg[0]];
}

static AvpsScmiCapState *state_of(const AvpsScmiCall *call)
{
    return &powercap(call)->domain[call->arg[0]];
}

/* Is the first parameter a domain? @denied is for one of somebody else. */
static int32_t check_domain(const AvpsScmiCall *call, int32_t denied)
{
    if (call->arg[0] >= AVPS_SCMI_NUM_POWERCAPS) {
        return SCMI_NOT_FOUND;
    }
    return scmi_permitted(call, row_of(call)->devices) ? SCMI_SUCCESS : denied;
}

static int32_t check_describe(const AvpsScmiCall *call)
{
    return check_domain(call, SCMI_NOT_FOUND);
}

static int32_t check_use(const AvpsScmiCall *call)
{
    return check_domain(call, SCMI_DENIED);
}

/* --- Descriptions --- */

static void put_attributes(AvpsScmiCall *call)
{
    scmi_put(call, FIELD_DP32(0, ATTRIBUTES, NUM_DOMAINS,
                              AVPS_SCMI_NUM_POWERCAPS));
}

static uint32_t message_attributes(AvpsScmiProtocol *protocol, unsigned agent,
                                   unsigned message)
{
    return FIELD_DP32(0, MESSAGE_ATTRIBUTES, FAST_CHANNEL,
                      scmi_fast_channel(fast_channels, agent, message) != NULL);
}

static uint32_t domain_flags(const AvpsScmiCall *call)
{
    bool p2a = scmi_agent_has_p2a(call->scmi, call->agent);
    uint32_t flags = FIELD_DP32(0, DOMAIN, UNIT, MICROWATT);

    flags = FIELD_DP32(flags, DOMAIN, FAST_CHANNELS,
                       scmi_has_fast_channels(call->agent));
    flags = FIELD_DP32(flags, DOMAIN, PAI_SET, 1);
    flags = FIELD_DP32(flags, DOMAIN, MONITORED, 1);
    flags = FIELD_DP32(flags, DOMAIN, CAP_SET, 1);
    flags = FIELD_DP32(flags, DOMAIN, LONG_NAME,
                       scmi_name_is_extended(row_of(call)->name));
    flags = FIELD_DP32(flags, DOMAIN, ASYNC, p2a);
    flags = FIELD_DP32(flags, DOMAIN, POWER_NOTIFY, p2a);
    return FIELD_DP32(flags, DOMAIN, CAP_NOTIFY, p2a);
}

static int32_t domain_attributes(AvpsScmiCall *call)
{
    int32_t status = check_describe(call);
    const AvpsScmiPowercapRow *row;

    if (status != SCMI_SUCCESS) {
        return status;
    }
    row = row_of(call);
    scmi_put(call, domain_flags(call));
    scmi_put_name(call, row->name, SCMI_NAME_WORDS);
    scmi_put(call, row->min_pai);
    scmi_put(call, row->max_pai);
    scmi_put(call, row->pai_step);
    scmi_put(call, row->min_cap);
    scmi_put(call, row->max_cap);
    scmi_put(call, row->cap_step);
    scmi_put(call, row->sustainable);
    scmi_put(call, row->accuracy);
    scmi_put(call, row->parent);
    return SCMI_SUCCESS;
}

static int32_t domain_name_get(AvpsScmiCall *call)
{
    int32_t status = check_describe(call);

    if (status != SCMI_SUCCESS) {
        return status;
    }
    scmi_put_extended_name(call, row_of(call)->name);
    return SCMI_SUCCESS;
}

static int32_t describe_fastchannel(AvpsScmiCall *call)
{
    int32_t status = check_describe(call);

    return status != SCMI_SUCCESS ? status :
           scmi_describe_fast_channel(call, fast_channels,
                                      FAST_CHANNELS_POWERCAP);
}

/* --- State --- */

static int32_t cap_get(AvpsScmiCall *call)
{
    int32_t status = check_use(call);

    if (status == SCMI_SUCCESS) {
        scmi_put(call, state_of(call)->cap);
    }
    return status;
}

static int32_t cap_set(AvpsScmiCall *call)
{
    int32_t status = check_use(call);
    uint32_t flags = call->arg[1];
    bool async = FIELD_EX32(flags, CAP_SET, ASYNC);
    bool respond = async && !FIELD_EX32(flags, CAP_SET, NO_RESPONSE);

    if (status != SCMI_SUCCESS) {
        return status;
    }
    if (FIELD_EX32(flags, CAP_SET, RESERVED)) {
        return SCMI_INVALID_PARAMETERS;
    }
    if (async && !scmi_agent_has_p2a(call->scmi, call->agent)) {
        return SCMI_NOT_SUPPORTED;
    }
    if (!is_cap(row_of(call), call->arg[2])) {
        return SCMI_OUT_OF_RANGE;
    }
    if (respond && !call->deferred) {
        return scmi_defer(call, CAP_SET_NS);
    }
    status = set_cap(powercap(call), call->arg[0], call->agent, call->arg[2]);
    if (respond) {
        scmi_put(call, call->arg[0]);
        scmi_put(call, state_of(call)->cap);
    }
    return status;
}

static int32_t pai_get(AvpsScmiCall *call)
{
    int32_t status = check_use(call);

    if (status == SCMI_SUCCESS) {
        scmi_put(call, state_of(call)->pai);
    }
    return status;
}

static int32_t pai_set(AvpsScmiCall *call)
{
    int32_t status = check_use(call);

    if (status != SCMI_SUCCESS) {
        return status;
    }
    if (call->arg[1]) {
        return SCMI_INVALID_PARAMETERS;
    }
    return set_pai(powercap(call), call->arg[0], call->agent, call->arg[2]);
}

static int32_t measurements_get(AvpsScmiCall *call)
{
    int32_t status = check_use(call);

    if (status == SCMI_SUCCESS) {
        scmi_put(call, state_of(call)->power);
        scmi_put(call, state_of(call)->pai);
    }
    return status;
}

static int32_t cap_notify(AvpsScmiCall *call)
{
    int32_t status = check_use(call);

    return status != SCMI_SUCCESS ? status :
           scmi_subscribe(call, &state_of(call)->cap_subscribers,
                          call->arg[1]);
}

static int32_t measurements_notify(AvpsScmiCall *call)
{
    int32_t status = check_use(call);

    if (status != SCMI_SUCCESS) {
        return status;
    }
    if (call->arg[2] > call->arg[3]) {
        return SCMI_INVALID_PARAMETERS;
    }
    status = scmi_subscribe(call, &state_of(call)->power_subscribers,
                            call->arg[1]);
    if (status == SCMI_SUCCESS) {
        state_of(call)->request[call->agent].low = call->arg[2];
        state_of(call)->request[call->agent].high = call->arg[3];
    }
    return status;
}

static const AvpsScmiMessage messages[] = {
    [POWERCAP_DOMAIN_ATTRIBUTES] = { domain_attributes, SCMI_ARGS(1) },
    [POWERCAP_CAP_GET] = { cap_get, SCMI_ARGS(1) },
    [POWERCAP_CAP_SET] = { cap_set, SCMI_ARGS(3) },
    [POWERCAP_PAI_GET] = { pai_get, SCMI_ARGS(1) },
    [POWERCAP_PAI_SET] = { pai_set, SCMI_ARGS(3) },
    [POWERCAP_DOMAIN_NAME_GET] = { domain_name_get, SCMI_ARGS(1) },
    [POWERCAP_MEASUREMENTS_GET] = { measurements_get, SCMI_ARGS(1) },
    [POWERCAP_CAP_NOTIFY] = { cap_notify, SCMI_ARGS(2), true },
    [POWERCAP_MEASUREMENTS_NOTIFY] = {
        measurements_notify, SCMI_ARGS(4), true,
    },
    [POWERCAP_DESCRIBE_FASTCHANNEL] = { describe_fastchannel, SCMI_ARGS(2) },
};

/* --- Fast channels --- */

/* Is there a domain at @offset that @agent may use? */
static bool fast_domain(AvpsScmiPowercap *s, unsigned agent, hwaddr offset,
                        unsigned *domain)
{
    *domain = offset / FAST_CHANNEL_PITCH;
    return *domain < AVPS_SCMI_NUM_POWERCAPS &&
           scmi_agent_permitted(&s->parent_obj, agent,
                                avps_scmi_powercaps[*domain].devices);
}

uint32_t avps_scmi_powercap_fast_read(AvpsScmiPowercap *s, unsigned agent,
                                      hwaddr offset)
{
    unsigned domain;

    if (!fast_domain(s, agent, offset, &domain)) {
        return 0;
    }
    switch (offset % FAST_CHANNEL_PITCH) {
    case FAST_CAP_GET:
        return s->domain[domain].cap;
    case FAST_PAI_GET:
        return s->domain[domain].pai;
    default:
        return 0;
    }
}

void avps_scmi_powercap_fast_write(AvpsScmiPowercap *s, unsigned agent,
                                   hwaddr offset, uint32_t value)
{
    int32_t status = SCMI_SUCCESS;
    unsigned domain;

    if (!fast_domain(s, agent, offset, &domain)) {
        return;
    }
    switch (offset % FAST_CHANNEL_PITCH) {
    case FAST_CAP_SET:
        status = set_cap(s, domain, agent, value);
        break;
    case FAST_PAI_SET:
        status = set_pai(s, domain, agent, value);
        break;
    }
    if (status != SCMI_SUCCESS) {
        qemu_log_mask(LOG_GUEST_ERROR, "avps-scmi: agent %u cannot set %u by "
                      "the fast channel of power cap %u\n", agent, value,
                      domain);
    }
}

/* --- What the host sees and does: an object for each domain --- */

#define TYPE_CAP_VIEW "avps-scmi-powercap-domain"

static AvpsScmiPowercap *view_owner(Object *obj)
{
    return AVPS_SCMI_POWERCAP(AVPS_SCMI_DOMAIN(obj)->protocol);
}

static AvpsScmiCapState *view_state(Object *obj)
{
    return &view_owner(obj)->domain[AVPS_SCMI_DOMAIN(obj)->id];
}

static void get_cap(Object *obj, Visitor *v, const char *name, void *opaque,
                    Error **errp)
{
    visit_type_uint32(v, name, &view_state(obj)->cap, errp);
}

static void set_host_cap(Object *obj, Visitor *v, const char *name,
                         void *opaque, Error **errp)
{
    unsigned domain = AVPS_SCMI_DOMAIN(obj)->id;
    const AvpsScmiPowercapRow *row = &avps_scmi_powercaps[domain];
    uint32_t cap;

    if (!visit_type_uint32(v, name, &cap, errp)) {
        return;
    }
    if (set_cap(view_owner(obj), domain, AVPS_SCMI_PLATFORM, cap)) {
        error_setg(errp, "%s of %s cannot be %u: give uW from %u to %u, or 0 "
                   "for no cap", name, row->name, cap, row->min_cap,
                   row->max_cap);
    }
}

static void get_power(Object *obj, Visitor *v, const char *name, void *opaque,
                      Error **errp)
{
    visit_type_uint32(v, name, &view_state(obj)->power, errp);
}

static void get_extra(Object *obj, Visitor *v, const char *name, void *opaque,
                      Error **errp)
{
    visit_type_uint32(v, name, &view_state(obj)->extra, errp);
}

static void set_extra(Object *obj, Visitor *v, const char *name, void *opaque,
                      Error **errp)
{
    AvpsScmiPowercap *s = view_owner(obj);

    if (visit_type_uint32(v, name, &view_state(obj)->extra, errp)) {
        avps_scmi_performance_update(performance_of(s), AVPS_SCMI_PLATFORM);
        avps_scmi_powercap_measure(s);
    }
}

static void view_class_init(ObjectClass *oc, AVPS_CLASS_DATA *data)
{
    object_class_property_add(oc, "cap", "uint32", get_cap, set_host_cap,
                              NULL, NULL);
    object_class_property_set_description(oc, "cap",
        "uW, 0 without: of all together; what is written is the host's");
    object_class_property_add(oc, "power", "uint32", get_power, NULL, NULL,
                              NULL);
    object_class_property_set_description(oc, "power", "measured, uW");
    object_class_property_add(oc, "extra-power", "uint32", get_extra,
                              set_extra, NULL, NULL);
    object_class_property_set_description(oc, "extra-power",
        "of consumers beyond the model, uW");
}

/* --- Device --- */

static void reset_request(AvpsScmiPowercap *s, unsigned domain, unsigned agent)
{
    AvpsScmiCapState *state = &s->domain[domain];

    state->cap_subscribers &= ~BIT(agent);
    state->power_subscribers &= ~BIT(agent);
    state->request[agent] = (AvpsScmiCapRequest) { };
}

static void powercap_forget(AvpsScmiProtocol *protocol, unsigned agent)
{
    AvpsScmiPowercap *s = AVPS_SCMI_POWERCAP(protocol);

    for (unsigned i = 0; i < AVPS_SCMI_NUM_POWERCAPS; i++) {
        reset_request(s, i, agent);
        update_cap(s, i, AVPS_SCMI_PLATFORM);
    }
}

static void powercap_reset_enter(Object *obj, ResetType type)
{
    AvpsScmiPowercap *s = AVPS_SCMI_POWERCAP(obj);

    for (unsigned i = 0; i < AVPS_SCMI_NUM_POWERCAPS; i++) {
        for (unsigned agent = 0; agent < AVPS_SCMI_NUM_AGENTS; agent++) {
            reset_request(s, i, agent);
        }
        s->domain[i].cap = 0;
        s->domain[i].pai = avps_scmi_powercaps[i].boot_pai;
    }
}

/* The levels were reset while the caps still held. */
static void powercap_reset_hold(Object *obj, ResetType type)
{
    AvpsScmiPowercap *s = AVPS_SCMI_POWERCAP(obj);

    avps_scmi_performance_update(performance_of(s), AVPS_SCMI_PLATFORM);
    avps_scmi_powercap_measure(s);
}

static void powercap_init(Object *obj)
{
    for (unsigned i = 0; i < AVPS_SCMI_NUM_POWERCAPS; i++) {
        scmi_add_domain(AVPS_SCMI_PROTOCOL(obj), TYPE_CAP_VIEW,
                        avps_scmi_powercaps[i].name, i);
    }
}

static const VMStateDescription vmstate_cap_request = {
    .name = "avps-scmi-powercap/request",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_UINT32(cap, AvpsScmiCapRequest),
        VMSTATE_UINT32(low, AvpsScmiCapRequest),
        VMSTATE_UINT32(high, AvpsScmiCapRequest),
        VMSTATE_END_OF_LIST()
    }
};

static const VMStateDescription vmstate_cap_state = {
    .name = "avps-scmi-powercap/domain",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_STRUCT_ARRAY(request, AvpsScmiCapState, AVPS_SCMI_NUM_AGENTS,
                             1, vmstate_cap_request, AvpsScmiCapRequest),
        VMSTATE_UINT32(cap, AvpsScmiCapState),
        VMSTATE_UINT32(pai, AvpsScmiCapState),
        VMSTATE_UINT32(power, AvpsScmiCapState),
        VMSTATE_UINT32(extra, AvpsScmiCapState),
        VMSTATE_UINT32(cap_subscribers, AvpsScmiCapState),
        VMSTATE_UINT32(power_subscribers, AvpsScmiCapState),
        VMSTATE_END_OF_LIST()
    }
};

static const VMStateDescription vmstate_powercap = {
    .name = "avps-scmi-powercap",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_STRUCT_ARRAY(domain, AvpsScmiPowercap,
                             AVPS_SCMI_NUM_POWERCAPS, 1, vmstate_cap_state,
                             AvpsScmiCapState),
        VMSTATE_END_OF_LIST()
    }
};

static void powercap_class_init(ObjectClass *oc, AVPS_CLASS_DATA *data)
{
    AvpsScmiProtocolClass *pc = AVPS_SCMI_PROTOCOL_CLASS(oc);
    DeviceClass *dc = DEVICE_CLASS(oc);
    ResettableClass *rc = RESETTABLE_CLASS(oc);

    dc->desc = "SCMI power capping protocol";
    dc->vmsd = &vmstate_powercap;
    rc->phases.enter = powercap_reset_enter;
    rc->phases.hold = powercap_reset_hold;
    pc->id = SCMI_POWERCAP;
    pc->version = 0x20000;
    pc->messages = messages;
    pc->num_messages = ARRAY_SIZE(messages);
    pc->attributes = put_attributes;
    pc->message_attributes = message_attributes;
    pc->forget = powercap_forget;
}

static const TypeInfo powercap_types[] = {
    {
        .name = TYPE_AVPS_SCMI_POWERCAP,
        .parent = TYPE_AVPS_SCMI_PROTOCOL,
        .instance_size = sizeof(AvpsScmiPowercap),
        .instance_init = powercap_init,
        .class_init = powercap_class_init,
    },
    {
        .name = TYPE_CAP_VIEW,
        .parent = TYPE_AVPS_SCMI_DOMAIN,
        .class_init = view_class_init,
    },
};

DEFINE_TYPES(powercap_types)
