/*
 * avps-ecu: the system control processor: performance levels
 *
 * Arm System Control and Management Interface (DEN0056) 3.2, section 4.5
 * "Performance domain management protocol", version 4.0.
 *
 * A domain has the highest level that any agent asks for, within the limits
 * of all agents: the lowest maximum, and the highest minimum that it leaves.
 * A power cap may hold it below, as long as it lasts. Until an agent asks, a
 * domain has the level of its start. Levels count from 1 in an indexed
 * domain, because 0 leaves a limit as it is.
 *
 * The host is asked and told as agent 0: its level stands until an agent asks
 * for one, its limits hold for all.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/log.h"
#include "qapi/error.h"
#include "qapi/visitor.h"
#include "hw/avps/qemu/cpu_speed.h"
#include "hw/avps/scmi/domain.h"
#include "migration/vmstate.h"
#include "powercap.h"
#include "hw/avps/trace.h"

enum {
    PERFORMANCE_DOMAIN_ATTRIBUTES = 3,
    PERFORMANCE_DESCRIBE_LEVELS,
    PERFORMANCE_LIMITS_SET,
    PERFORMANCE_LIMITS_GET,
    PERFORMANCE_LEVEL_SET,
    PERFORMANCE_LEVEL_GET,
    PERFORMANCE_NOTIFY_LIMITS,
    PERFORMANCE_NOTIFY_LEVEL,
    PERFORMANCE_DESCRIBE_FASTCHANNEL,
    PERFORMANCE_DOMAIN_NAME_GET,
};

/* Notifications */
enum {
    PERFORMANCE_LIMITS_CHANGED = 0,
    PERFORMANCE_LEVEL_CHANGED = 1,
};

FIELD(ATTRIBUTES, NUM_DOMAINS, 0, 16)
FIELD(ATTRIBUTES, MICROWATT, 17, 1)

FIELD(MESSAGE_ATTRIBUTES, FAST_CHANNEL, 0, 1)

FIELD(DOMAIN, INDEXED, 25, 1)
FIELD(DOMAIN, LONG_NAME, 26, 1)
FIELD(DOMAIN, FAST_CHANNELS, 27, 1)
FIELD(DOMAIN, LEVEL_NOTIFY, 28, 1)
FIELD(DOMAIN, LIMIT_NOTIFY, 29, 1)
FIELD(DOMAIN, LEVEL_SET, 30, 1)
FIELD(DOMAIN, LIMIT_SET, 31, 1)

FIELD(LIST, RETURNED, 0, 12)
FIELD(LIST, REMAINING, 16, 16)

#define LEVEL_WORDS 5

/* Registers of a domain's fast channels */
#define FAST_LEVEL_SET 0x00
#define FAST_LEVEL_GET 0x04
#define FAST_LIMITS_SET 0x08    /* maximum, minimum */
#define FAST_LIMITS_GET 0x10

static const AvpsFastChannel fast_channels[] = {
    { PERFORMANCE_LEVEL_SET, FAST_LEVEL_SET, 4 },
    { PERFORMANCE_LEVEL_GET, FAST_LEVEL_GET, 4 },
    { PERFORMANCE_LIMITS_SET, FAST_LIMITS_SET, 8 },
    { PERFORMANCE_LIMITS_GET, FAST_LIMITS_GET, 8 },
    { }
};

/* --- Levels --- */

/* What messages call the level at @place of the table */
static uint32_t point_of(const AvpsScmiPerformanceRow *row, unsigned place)
{
    return row->indexed ? place + 1 : row->levels[place].level;
}

static uint32_t highest_point(const AvpsScmiPerformanceRow *row)
{
    return point_of(row, row->num_levels - 1);
}

/* The highest level that is not above @point, or the lowest of all */
static unsigned place_below(const AvpsScmiPerformanceRow *row, uint32_t point)
{
    unsigned place = row->num_levels - 1;

    while (place && point_of(row, place) > point) {
        place--;
    }
    return place;
}

/* The lowest level that is not below @point, or the highest of all */
static unsigned place_above(const AvpsScmiPerformanceRow *row, uint32_t point)
{
    unsigned place = 0;

    while (place < row->num_levels - 1 && point_of(row, place) < point) {
        place++;
    }
    return place;
}

unsigned avps_scmi_level(const AvpsScmiPerformance *s, unsigned domain)
{
    return s->domain[domain].level;
}

/* --- Arbitration --- */

static void combine_limits(AvpsScmiLevelState *state)
{
    state->max = UINT32_MAX;
    state->min = 0;
    for (unsigned agent = 0; agent < AVPS_SCMI_NUM_AGENTS; agent++) {
        state->max = MIN(state->max, state->request[agent].max);
        state->min = MAX(state->min, state->request[agent].min);
    }
    state->min = MIN(state->min, state->max);
}

/* Without the power caps */
static unsigned wanted_level(const AvpsScmiPerformanceRow *row,
                             const AvpsScmiLevelState *state)
{
    unsigned wanted = 0;

    for (unsigned agent = 0; agent < AVPS_SCMI_NUM_AGENTS; agent++) {
        wanted = MAX(wanted, state->request[agent].level);
    }
    wanted = wanted ? wanted - 1 : row->boot;
    wanted = MAX(wanted, place_above(row, state->min));
    return MIN(wanted, place_below(row, state->max));
}

static void tell_limits(AvpsScmiPerformance *s, unsigned domain,
                        unsigned agent)
{
    const AvpsScmiLevelState *state = &s->domain[domain];
    uint32_t words[] = { agent, domain, state->max, state->min };

    scmi_notify(&s->parent_obj, state->limit_subscribers,
                avps_scmi_performance[domain].devices,
                PERFORMANCE_LIMITS_CHANGED, words, ARRAY_SIZE(words));
}

static void tell_level(AvpsScmiPerformance *s, unsigned domain, unsigned agent)
{
    const AvpsScmiPerformanceRow *row = &avps_scmi_performance[domain];
    const AvpsScmiLevelState *state = &s->domain[domain];
    uint32_t words[] = { agent, domain, point_of(row, state->level) };

    trace_avps_scmi_level(domain, agent, words[2]);
    scmi_notify(&s->parent_obj, state->level_subscribers, row->devices,
                PERFORMANCE_LEVEL_CHANGED, words, ARRAY_SIZE(words));
}

static void update_limits(AvpsScmiPerformance *s, unsigned domain,
                          unsigned agent)
{
    AvpsScmiLevelState *state = &s->domain[domain];
    uint32_t max = state->max, min = state->min;

    combine_limits(state);
    if (state->max != max || state->min != min) {
        tell_limits(s, domain, agent);
    }
}

static AvpsScmiPowercap *powercap_of(AvpsScmiPerformance *s)
{
    return AVPS_SCMI_POWERCAP(scmi_protocol(s->parent_obj.scmi,
                                            SCMI_POWERCAP));
}

/* Each level is twice as fast as the one below. */
static unsigned times_halved(const AvpsScmiPerformance *s)
{
    return avps_scmi_performance[AVPS_SCMI_CPUS_LEVEL].num_levels - 1 -
           avps_scmi_level(s, AVPS_SCMI_CPUS_LEVEL);
}

void avps_scmi_performance_update(AvpsScmiPerformance *s, unsigned agent)
{
    uint32_t level[AVPS_SCMI_NUM_PERFORMANCE];
    bool changed = false;

    for (unsigned i = 0; i < AVPS_SCMI_NUM_PERFORMANCE; i++) {
        update_limits(s, i, agent);
        level[i] = wanted_level(&avps_scmi_performance[i], &s->domain[i]);
    }
    avps_scmi_powercap_limit(powercap_of(s), level);
    for (unsigned i = 0; i < AVPS_SCMI_NUM_PERFORMANCE; i++) {
        if (s->domain[i].level != level[i]) {
            s->domain[i].level = level[i];
            tell_level(s, i, agent);
            changed = true;
        }
    }
    if (changed) {
        avps_cpu_speed_set(times_halved(s));
        avps_scmi_powercap_measure(powercap_of(s));
    }
}

/* --- What agents and the host ask for --- */

static void forget_levels(AvpsScmiLevelState *state)
{
    for (unsigned agent = 0; agent < AVPS_SCMI_NUM_AGENTS; agent++) {
        state->request[agent].level = 0;
    }
}

static int32_t set_level(AvpsScmiPerformance *s, unsigned domain,
                         unsigned agent, uint32_t point)
{
    const AvpsScmiPerformanceRow *row = &avps_scmi_performance[domain];
    AvpsScmiLevelState *state = &s->domain[domain];
    unsigned place = place_below(row, point);

    if (point < point_of(row, 0) || point > highest_point(row) ||
        point < state->min || point > state->max) {
        return SCMI_OUT_OF_RANGE;
    }
    if (point_of(row, place) != point) {
        return SCMI_INVALID_PARAMETERS;
    }
    /* The host's level replaces those of the agents, and theirs the host's. */
    if (agent == AVPS_SCMI_PLATFORM) {
        forget_levels(state);
    }
    state->request[AVPS_SCMI_PLATFORM].level = 0;
    state->request[agent].level = place + 1;
    avps_scmi_performance_update(s, agent);
    return SCMI_SUCCESS;
}

static bool is_point(const AvpsScmiPerformanceRow *row, uint32_t point)
{
    return point >= point_of(row, 0) && point <= highest_point(row);
}

/* 0 leaves a limit as it is: 4.5.3.6 */
static int32_t set_limits(AvpsScmiPerformance *s, unsigned domain,
                          unsigned agent, uint32_t max, uint32_t min)
{
    const AvpsScmiPerformanceRow *row = &avps_scmi_performance[domain];
    AvpsScmiLevelRequest *request = &s->domain[domain].request[agent];

    if ((!max && !min) || (max && !is_point(row, max)) ||
        (min && !is_point(row, min))) {
        return SCMI_OUT_OF_RANGE;
    }
    max = max ? max : request->max;
    min = min ? min : request->min;
    if (max < min) {
        return SCMI_INVALID_PARAMETERS;
    }
    request->max = max;
    request->min = min;
    avps_scmi_performance_update(s, agent);
    return SCMI_SUCCESS;
}

/* --- What every message begins with --- */

static AvpsScmiPerformance *performance(const AvpsScmiCall *call)
{
    return AVPS_SCMI_PERFORMANCE(call->protocol);
}

static const AvpsScmiPerformanceRow *row_of(const AvpsScmiCall *call)
{
    return &avps_scmi_performance[call->arg[0]];
}

/* Is the first parameter a domain? @denied is for one of somebody else. */
static int32_t check_domain(const AvpsScmiCall *call, int32_t denied)
{
    if (call->arg[0] >= AVPS_SCMI_NUM_PERFORMANCE) {
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
    uint32_t value = FIELD_DP32(0, ATTRIBUTES, NUM_DOMAINS,
                                AVPS_SCMI_NUM_PERFORMANCE);

    scmi_put(call, FIELD_DP32(value, ATTRIBUTES, MICROWATT, 1));
    scmi_put64(call, 0);    /* no statistics in shared memory */
    scmi_put(call, 0);
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
    uint32_t flags = FIELD_DP32(0, DOMAIN, LIMIT_SET, 1);

    flags = FIELD_DP32(flags, DOMAIN, LEVEL_SET, 1);
    flags = FIELD_DP32(flags, DOMAIN, LIMIT_NOTIFY, p2a);
    flags = FIELD_DP32(flags, DOMAIN, LEVEL_NOTIFY, p2a);
    flags = FIELD_DP32(flags, DOMAIN, FAST_CHANNELS,
                       scmi_has_fast_channels(call->agent));
    flags = FIELD_DP32(flags, DOMAIN, LONG_NAME,
                       scmi_name_is_extended(row_of(call)->name));
    return FIELD_DP32(flags, DOMAIN, INDEXED, row_of(call)->indexed);
}

static int32_t domain_attributes(AvpsScmiCall *call)
{
    int32_t status = check_describe(call);
    const AvpsScmiPerformanceRow *row;

    if (status != SCMI_SUCCESS) {
        return status;
    }
    row = row_of(call);
    scmi_put(call, domain_flags(call));
    scmi_put(call, 0);      /* as often as one likes */
    scmi_put(call, row->levels[row->sustained].khz);
    scmi_put(call, row->levels[row->sustained].level);
    scmi_put_name(call, row->name, SCMI_NAME_WORDS);
    return SCMI_SUCCESS;
}

static void put_level(AvpsScmiCall *call, const AvpsScmiPerformanceRow *row,
                      unsigned place)
{
    const AvpsScmiLevelRow *level = &row->levels[place];

    scmi_put(call, level->level);
    scmi_put(call, level->power_uw);
    scmi_put(call, level->latency_us);
    scmi_put(call, level->khz);
    scmi_put(call, point_of(row, place));
}

static int32_t describe_levels(AvpsScmiCall *call)
{
    int32_t status = check_describe(call);
    unsigned place = call->arg[1];
    const AvpsScmiPerformanceRow *row;
    uint32_t *head;

    if (status != SCMI_SUCCESS) {
        return status;
    }
    row = row_of(call);
    if (place >= row->num_levels) {
        return SCMI_INVALID_PARAMETERS;
    }
    head = &call->result[call->num_results];
    scmi_put(call, 0);      /* known when the list is */
    while (place < row->num_levels && scmi_room(call) >= LEVEL_WORDS) {
        put_level(call, row, place++);
    }
    *head = FIELD_DP32(*head, LIST, RETURNED, place - call->arg[1]);
    *head = FIELD_DP32(*head, LIST, REMAINING, row->num_levels - place);
    return SCMI_SUCCESS;
}

static int32_t describe_fastchannel(AvpsScmiCall *call)
{
    int32_t status = check_describe(call);

    return status != SCMI_SUCCESS ? status :
           scmi_describe_fast_channel(call, fast_channels,
                                      FAST_CHANNELS_PERFORMANCE);
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

/* --- State --- */

static int32_t limits_set(AvpsScmiCall *call)
{
    int32_t status = check_use(call);

    return status != SCMI_SUCCESS ? status :
           set_limits(performance(call), call->arg[0], call->agent,
                      call->arg[1], call->arg[2]);
}

static int32_t limits_get(AvpsScmiCall *call)
{
    int32_t status = check_use(call);

    if (status != SCMI_SUCCESS) {
        return status;
    }
    scmi_put(call, performance(call)->domain[call->arg[0]].max);
    scmi_put(call, performance(call)->domain[call->arg[0]].min);
    return SCMI_SUCCESS;
}

static int32_t level_set(AvpsScmiCall *call)
{
    int32_t status = check_use(call);

    return status != SCMI_SUCCESS ? status :
           set_level(performance(call), call->arg[0], call->agent,
                     call->arg[1]);
}

static int32_t level_get(AvpsScmiCall *call)
{
    int32_t status = check_use(call);

    if (status != SCMI_SUCCESS) {
        return status;
    }
    scmi_put(call, point_of(row_of(call),
                            avps_scmi_level(performance(call),
                                            call->arg[0])));
    return SCMI_SUCCESS;
}

static int32_t notify_limits(AvpsScmiCall *call)
{
    int32_t status = check_use(call);

    return status != SCMI_SUCCESS ? status :
           scmi_subscribe(
               call, &performance(call)->domain[call->arg[0]].limit_subscribers,
               call->arg[1]);
}

static int32_t notify_level(AvpsScmiCall *call)
{
    int32_t status = check_use(call);

    return status != SCMI_SUCCESS ? status :
           scmi_subscribe(
               call, &performance(call)->domain[call->arg[0]].level_subscribers,
               call->arg[1]);
}

static const AvpsScmiMessage messages[] = {
    [PERFORMANCE_DOMAIN_ATTRIBUTES] = { domain_attributes, SCMI_ARGS(1) },
    [PERFORMANCE_DESCRIBE_LEVELS] = { describe_levels, SCMI_ARGS(2) },
    [PERFORMANCE_LIMITS_SET] = { limits_set, SCMI_ARGS(3) },
    [PERFORMANCE_LIMITS_GET] = { limits_get, SCMI_ARGS(1) },
    [PERFORMANCE_LEVEL_SET] = { level_set, SCMI_ARGS(2) },
    [PERFORMANCE_LEVEL_GET] = { level_get, SCMI_ARGS(1) },
    [PERFORMANCE_NOTIFY_LIMITS] = { notify_limits, SCMI_ARGS(2), true },
    [PERFORMANCE_NOTIFY_LEVEL] = { notify_level, SCMI_ARGS(2), true },
    [PERFORMANCE_DESCRIBE_FASTCHANNEL] = {
        describe_fastchannel, SCMI_ARGS(2),
    },
    [PERFORMANCE_DOMAIN_NAME_GET] = { domain_name_get, SCMI_ARGS(1) },
};

/* --- Fast channels --- */

/* Is there a domain at @offset that @agent may use? */
static bool fast_domain(AvpsScmiPerformance *s, unsigned agent, hwaddr offset,
                        unsigned *domain)
{
    *domain = offset / FAST_CHANNEL_PITCH;
    return *domain < AVPS_SCMI_NUM_PERFORMANCE &&
           scmi_agent_permitted(&s->parent_obj, agent,
                                avps_scmi_performance[*domain].devices);
}

uint32_t avps_scmi_performance_fast_read(AvpsScmiPerformance *s,
                                         unsigned agent, hwaddr offset)
{
    unsigned domain;

    if (!fast_domain(s, agent, offset, &domain)) {
        return 0;
    }
    switch (offset % FAST_CHANNEL_PITCH) {
    case FAST_LEVEL_GET:
        return point_of(&avps_scmi_performance[domain],
                        avps_scmi_level(s, domain));
    case FAST_LIMITS_GET:
        return s->domain[domain].max;
    case FAST_LIMITS_GET + 4:
        return s->domain[domain].min;
    default:
        return 0;
    }
}

void avps_scmi_performance_fast_write(AvpsScmiPerformance *s, unsigned agent,
                                      hwaddr offset, uint32_t value)
{
    int32_t status = SCMI_SUCCESS;
    AvpsScmiLevelRequest *request;
    unsigned domain;

    if (!fast_domain(s, agent, offset, &domain)) {
        return;
    }
    request = &s->domain[domain].request[agent];
    switch (offset % FAST_CHANNEL_PITCH) {
    case FAST_LEVEL_SET:
        status = set_level(s, domain, agent, value);
        break;
    case FAST_LIMITS_SET:
        request->fast_max = value;
        break;
    case FAST_LIMITS_SET + 4:
        status = set_limits(s, domain, agent, request->fast_max, value);
        request->fast_max = 0;
        break;
    }
    if (status != SCMI_SUCCESS) {
        qemu_log_mask(LOG_GUEST_ERROR, "avps-scmi: agent %u cannot set %u by "
                      "the fast channel at 0x%" HWADDR_PRIx "\n", agent, value,
                      offset);
    }
}

/* --- What the host sees and does: an object for each domain --- */

#define TYPE_LEVEL_VIEW "avps-scmi-performance-domain"

static AvpsScmiPerformance *view_owner(Object *obj)
{
    return AVPS_SCMI_PERFORMANCE(AVPS_SCMI_DOMAIN(obj)->protocol);
}

static const AvpsScmiPerformanceRow *view_row(Object *obj)
{
    return &avps_scmi_performance[AVPS_SCMI_DOMAIN(obj)->id];
}

static AvpsScmiLevelState *view_state(Object *obj)
{
    return &view_owner(obj)->domain[AVPS_SCMI_DOMAIN(obj)->id];
}

/* Tell the host why @value cannot be @name. */
static void check_host(Object *obj, int32_t status, const char *name,
                       uint32_t value, Error **errp)
{
    const AvpsScmiPerformanceRow *row = view_row(obj);

    if (status != SCMI_SUCCESS) {
        error_setg(errp, "%s of %s cannot be %u: give a level from %u to %u "
                   "that its limits, now %u to %u, allow", name, row->name,
                   value, point_of(row, 0), highest_point(row),
                   view_state(obj)->min, view_state(obj)->max);
    }
}

static void get_level(Object *obj, Visitor *v, const char *name, void *opaque,
                      Error **errp)
{
    uint32_t point = point_of(view_row(obj), view_state(obj)->level);

    visit_type_uint32(v, name, &point, errp);
}

static void set_host_level(Object *obj, Visitor *v, const char *name,
                           void *opaque, Error **errp)
{
    uint32_t point;

    if (visit_type_uint32(v, name, &point, errp)) {
        check_host(obj, set_level(view_owner(obj), AVPS_SCMI_DOMAIN(obj)->id,
                                  AVPS_SCMI_PLATFORM, point),
                   name, point, errp);
    }
}

static void get_max(Object *obj, Visitor *v, const char *name, void *opaque,
                    Error **errp)
{
    visit_type_uint32(v, name, &view_state(obj)->max, errp);
}

static void set_max(Object *obj, Visitor *v, const char *name, void *opaque,
                    Error **errp)
{
    uint32_t point;

    if (visit_type_uint32(v, name, &point, errp)) {
        check_host(obj, set_limits(view_owner(obj), AVPS_SCMI_DOMAIN(obj)->id,
                                   AVPS_SCMI_PLATFORM, point, 0),
                   name, point, errp);
    }
}

static void get_min(Object *obj, Visitor *v, const char *name, void *opaque,
                    Error **errp)
{
    visit_type_uint32(v, name, &view_state(obj)->min, errp);
}

static void set_min(Object *obj, Visitor *v, const char *name, void *opaque,
                    Error **errp)
{
    uint32_t point;

    if (visit_type_uint32(v, name, &point, errp)) {
        check_host(obj, set_limits(view_owner(obj), AVPS_SCMI_DOMAIN(obj)->id,
                                   AVPS_SCMI_PLATFORM, 0, point),
                   name, point, errp);
    }
}

static void get_khz(Object *obj, Visitor *v, const char *name, void *opaque,
                    Error **errp)
{
    uint32_t khz = view_row(obj)->levels[view_state(obj)->level].khz;

    visit_type_uint32(v, name, &khz, errp);
}

static void view_class_init(ObjectClass *oc, AVPS_CLASS_DATA *data)
{
    object_class_property_add(oc, "level", "uint32", get_level,
                              set_host_level, NULL, NULL);
    object_class_property_set_description(oc, "level",
        "as agents count it; what is written stands until an agent asks");
    object_class_property_add(oc, "max-level", "uint32", get_max, set_max,
                              NULL, NULL);
    object_class_property_set_description(oc, "max-level",
        "limit of all together; what is written is the host's");
    object_class_property_add(oc, "min-level", "uint32", get_min, set_min,
                              NULL, NULL);
    object_class_property_set_description(oc, "min-level",
        "limit of all together; what is written is the host's");
    object_class_property_add(oc, "frequency-khz", "uint32", get_khz, NULL,
                              NULL, NULL);
    object_class_property_set_description(oc, "frequency-khz",
        "that the level stands for");
}

/* --- Device --- */

static void reset_request(AvpsScmiPerformance *s, unsigned domain,
                          unsigned agent)
{
    const AvpsScmiPerformanceRow *row = &avps_scmi_performance[domain];
    AvpsScmiLevelState *state = &s->domain[domain];

    state->limit_subscribers &= ~BIT(agent);
    state->level_subscribers &= ~BIT(agent);
    state->request[agent] = (AvpsScmiLevelRequest) {
        .max = highest_point(row),
        .min = point_of(row, 0),
    };
}

static void performance_forget(AvpsScmiProtocol *protocol, unsigned agent)
{
    AvpsScmiPerformance *s = AVPS_SCMI_PERFORMANCE(protocol);

    for (unsigned i = 0; i < AVPS_SCMI_NUM_PERFORMANCE; i++) {
        reset_request(s, i, agent);
    }
    avps_scmi_performance_update(s, AVPS_SCMI_PLATFORM);
}

static void performance_reset_enter(Object *obj, ResetType type)
{
    AvpsScmiPerformance *s = AVPS_SCMI_PERFORMANCE(obj);

    for (unsigned i = 0; i < AVPS_SCMI_NUM_PERFORMANCE; i++) {
        for (unsigned agent = 0; agent < AVPS_SCMI_NUM_AGENTS; agent++) {
            reset_request(s, i, agent);
        }
    }
}

static void performance_reset_hold(Object *obj, ResetType type)
{
    avps_scmi_performance_update(AVPS_SCMI_PERFORMANCE(obj),
                                 AVPS_SCMI_PLATFORM);
}

static void performance_init(Object *obj)
{
    AvpsScmiPerformance *s = AVPS_SCMI_PERFORMANCE(obj);

    for (unsigned i = 0; i < AVPS_SCMI_NUM_PERFORMANCE; i++) {
        s->domain[i].level = avps_scmi_performance[i].boot;
        scmi_add_domain(&s->parent_obj, TYPE_LEVEL_VIEW,
                        avps_scmi_performance[i].name, i);
    }
}

static void performance_realize(DeviceState *dev, Error **errp)
{
    AvpsScmiPerformance *s = AVPS_SCMI_PERFORMANCE(dev);

    scmi_map_fast_channels(s, s->fast);
}

static bool levels_are_valid(void *opaque, int version_id)
{
    AvpsScmiPerformance *s = opaque;

    for (unsigned i = 0; i < AVPS_SCMI_NUM_PERFORMANCE; i++) {
        unsigned num_levels = avps_scmi_performance[i].num_levels;

        if (s->domain[i].level >= num_levels) {
            return false;
        }
        for (unsigned agent = 0; agent < AVPS_SCMI_NUM_AGENTS; agent++) {
            if (s->domain[i].request[agent].level > num_levels) {
                return false;
            }
        }
    }
    return true;
}

static int performance_post_load(void *opaque, int version_id)
{
    avps_cpu_speed_loaded(times_halved(opaque));
    return 0;
}

static const VMStateDescription vmstate_level_request = {
    .name = "avps-scmi-performance/request",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_UINT32(level, AvpsScmiLevelRequest),
        VMSTATE_UINT32(max, AvpsScmiLevelRequest),
        VMSTATE_UINT32(min, AvpsScmiLevelRequest),
        VMSTATE_UINT32(fast_max, AvpsScmiLevelRequest),
        VMSTATE_END_OF_LIST()
    }
};

static const VMStateDescription vmstate_level_state = {
    .name = "avps-scmi-performance/domain",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_STRUCT_ARRAY(request, AvpsScmiLevelState,
                             AVPS_SCMI_NUM_AGENTS, 1, vmstate_level_request,
                             AvpsScmiLevelRequest),
        VMSTATE_UINT32(level, AvpsScmiLevelState),
        VMSTATE_UINT32(max, AvpsScmiLevelState),
        VMSTATE_UINT32(min, AvpsScmiLevelState),
        VMSTATE_UINT32(limit_subscribers, AvpsScmiLevelState),
        VMSTATE_UINT32(level_subscribers, AvpsScmiLevelState),
        VMSTATE_END_OF_LIST()
    }
};

/* Before other devices look at the clock, which goes by the cores' speed */
static const VMStateDescription vmstate_performance = {
    .name = "avps-scmi-performance",
    .priority = MIG_PRI_IOMMU,
    .version_id = 1,
    .minimum_version_id = 1,
    .post_load = performance_post_load,
    .fields = (const VMStateField[]) {
        VMSTATE_STRUCT_ARRAY(domain, AvpsScmiPerformance,
                             AVPS_SCMI_NUM_PERFORMANCE, 1,
                             vmstate_level_state, AvpsScmiLevelState),
        VMSTATE_VALIDATE("levels are those of the tables", levels_are_valid),
        VMSTATE_END_OF_LIST()
    }
};

static void performance_class_init(ObjectClass *oc, AVPS_CLASS_DATA *data)
{
    AvpsScmiProtocolClass *pc = AVPS_SCMI_PROTOCOL_CLASS(oc);
    DeviceClass *dc = DEVICE_CLASS(oc);
    ResettableClass *rc = RESETTABLE_CLASS(oc);

    dc->desc = "SCMI performance protocol";
    dc->realize = performance_realize;
    dc->vmsd = &vmstate_performance;
    rc->phases.enter = performance_reset_enter;
    rc->phases.hold = performance_reset_hold;
    pc->id = SCMI_PERFORMANCE;
    pc->version = 0x40000;
    pc->messages = messages;
    pc->num_messages = ARRAY_SIZE(messages);
    pc->attributes = put_attributes;
    pc->message_attributes = message_attributes;
    pc->forget = performance_forget;
}

static const TypeInfo performance_types[] = {
    {
        .name = TYPE_AVPS_SCMI_PERFORMANCE,
        .parent = TYPE_AVPS_SCMI_PROTOCOL,
        .instance_size = sizeof(AvpsScmiPerformance),
        .instance_init = performance_init,
        .class_init = performance_class_init,
    },
    {
        .name = TYPE_LEVEL_VIEW,
        .parent = TYPE_AVPS_SCMI_DOMAIN,
        .class_init = view_class_init,
    },
};

DEFINE_TYPES(performance_types)
