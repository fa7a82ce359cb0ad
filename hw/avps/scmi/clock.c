/*
 * avps-ecu: clocks of the system control processor
 *
 * Arm System Control and Management Interface (DEN0056) 3.2, section 4.6:
 * clock management protocol. A clock runs while anybody wants it, or a clock
 * that comes from it; its rate is the one that was set last.
 *
 * Choices that the specification leaves open:
 *  - A rate below the lowest or above the highest is not supported, however
 *    it is to be rounded: INVALID_PARAMETERS.
 *  - A clock with parents divides: when its parent, or that one's rate,
 *    changes, its own rate changes in proportion, rounded down to one that it
 *    supports. A parent stands before its children in the table.
 *  - A clock that is fixed may be asked for what it is anyway. All else is
 *    DENIED; so are changes of rate and parent to an agent that has permission
 *    for some only of the devices that use the clock.
 *  - There are no extended types of configuration: INVALID_PARAMETERS.
 *  - CLOCK_CONFIG_SET may lack the word for these, as before version 2.1.
 *  - CLOCK_RATE_CHANGE_REQUESTED goes to the other agents, whether or not the
 *    request changes the rate; CLOCK_RATE_CHANGED goes to all.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qapi/visitor.h"
#include "qemu/host-utils.h"
#include "qemu/module.h"
#include "hw/avps/scmi/clock.h"
#include "hw/avps/scmi/domain.h"
#include "migration/vmstate.h"
#include "hw/avps/trace.h"

#define VERSION 0x30000

enum {
    CLOCK_ATTRIBUTES = 3,
    CLOCK_DESCRIBE_RATES = 4,
    CLOCK_RATE_SET = 5,
    CLOCK_RATE_GET = 6,
    CLOCK_CONFIG_SET = 7,
    CLOCK_NAME_GET = 8,
    CLOCK_RATE_NOTIFY = 9,
    CLOCK_RATE_CHANGE_REQUESTED_NOTIFY = 10,
    CLOCK_CONFIG_GET = 11,
    CLOCK_POSSIBLE_PARENTS_GET = 12,
    CLOCK_PARENT_SET = 13,
    CLOCK_PARENT_GET = 14,
    CLOCK_GET_PERMISSIONS = 15,
};

/* Notifications */
enum {
    CLOCK_RATE_CHANGED = 0,
    CLOCK_RATE_CHANGE_REQUESTED = 1,
};

/* Result of PROTOCOL_ATTRIBUTES */
FIELD(PROTOCOL, NUM_CLOCKS, 0, 16)
FIELD(PROTOCOL, MAX_ASYNC, 16, 8)

/* Result of CLOCK_ATTRIBUTES */
FIELD(ATTRIBUTES, ENABLED, 0, 1)
FIELD(ATTRIBUTES, RESTRICTED, 1, 1)
FIELD(ATTRIBUTES, PARENTS, 28, 1)
FIELD(ATTRIBUTES, EXTENDED_NAME, 29, 1)
FIELD(ATTRIBUTES, REQUEST_NOTIFY, 30, 1)
FIELD(ATTRIBUTES, CHANGE_NOTIFY, 31, 1)

/* Result of CLOCK_DESCRIBE_RATES */
FIELD(RATES, NUM, 0, 12)
FIELD(RATES, RANGE, 12, 1)
FIELD(RATES, REMAINING, 16, 16)

/* Parameter flags of CLOCK_RATE_SET */
FIELD(SET, ASYNC, 0, 1)
FIELD(SET, NO_RESPONSE, 1, 1)
FIELD(SET, ROUND_UP, 2, 1)
FIELD(SET, ROUND_NEAREST, 3, 1)
#define SET_FLAGS 0xf

/* Parameter of CLOCK_CONFIG_SET and CLOCK_CONFIG_GET */
FIELD(CONFIG_SET, STATE, 0, 2)
FIELD(CONFIG_SET, TYPE, 16, 8)
FIELD(CONFIG_GET, TYPE, 0, 8)
#define CONFIG_OFF 0
#define CONFIG_ON 1

/* Result of CLOCK_POSSIBLE_PARENTS_GET */
FIELD(PARENTS, NUM, 0, 8)
FIELD(PARENTS, REMAINING, 24, 8)

/* Result of CLOCK_GET_PERMISSIONS */
FIELD(PERMISSIONS, RATE, 29, 1)
FIELD(PERMISSIONS, PARENT, 30, 1)
FIELD(PERMISSIONS, STATE, 31, 1)

/* What a rate takes to settle when it is set asynchronously */
#define SETTLE_NS (50 * SCALE_US)

/* Places in the rates of a row that is a range */
enum { LOWEST, HIGHEST, STEP };

#define TYPE_AVPS_SCMI_CLOCK "avps-scmi-clock"
OBJECT_DECLARE_SIMPLE_TYPE(AvpsScmiClock, AVPS_SCMI_CLOCK)

typedef struct ClockState {
    AvpsScmiVotes votes;
    uint64_t rate;          /* Hz, also while it is off */
    uint32_t parent;        /* index in the row's parents */
    /* Agents that want to hear of changes, and of requests */
    uint32_t change_subscribers, request_subscribers;

    /* Not state, but what follows from it */
    bool running;
    NotifierList watchers;
} ClockState;

struct AvpsScmiClock {
    AvpsScmiProtocol parent_obj;

    uint32_t num;
    ClockState *state;
};

/* --- Rates of a row --- */

static unsigned num_rates(const AvpsScmiClockRow *row)
{
    unsigned num = 0;

    while (row->rates[num]) {
        num++;
    }
    return num;
}

static uint64_t lowest_rate(const AvpsScmiClockRow *row)
{
    return row->rates[LOWEST];
}

static uint64_t highest_rate(const AvpsScmiClockRow *row)
{
    return row->range ? row->rates[HIGHEST] : row->rates[num_rates(row) - 1];
}

/* The highest supported rate up to @hz, which is not below the lowest one */
static uint64_t rate_below(const AvpsScmiClockRow *row, uint64_t hz)
{
    uint64_t rate = lowest_rate(row);

    if (row->range) {
        return rate + (hz - rate) / row->rates[STEP] * row->rates[STEP];
    }
    for (unsigned i = 0; row->rates[i] && row->rates[i] <= hz; i++) {
        rate = row->rates[i];
    }
    return rate;
}

/* The lowest supported rate from @hz on, which is not above the highest one */
static uint64_t rate_above(const AvpsScmiClockRow *row, uint64_t hz)
{
    uint64_t below = rate_below(row, hz);
    unsigned i = 0;

    if (below == hz) {
        return hz;
    }
    if (row->range) {
        return MIN(below + row->rates[STEP], highest_rate(row));
    }
    while (row->rates[i] < hz) {
        i++;
    }
    return row->rates[i];
}

/* @hz rounded as the flags of CLOCK_RATE_SET say; 0: it is not supported */
static uint64_t round_rate(const AvpsScmiClockRow *row, uint64_t hz,
                           uint32_t flags)
{
    uint64_t below, above;

    if (hz < lowest_rate(row) || hz > highest_rate(row)) {
        return 0;
    }
    below = rate_below(row, hz);
    above = rate_above(row, hz);
    if (flags & R_SET_ROUND_NEAREST_MASK) {
        return above - hz < hz - below ? above : below;
    }
    return flags & R_SET_ROUND_UP_MASK ? above : below;
}

/* What becomes of @hz when the parent's rate goes from @from to @to */
static uint64_t follow_rate(const AvpsScmiClockRow *row, uint64_t hz,
                            uint64_t from, uint64_t to)
{
    uint64_t low, high;

    mulu64(&low, &high, hz, to);
    divu128(&low, &high, from);
    if (high || low > highest_rate(row)) {
        return highest_rate(row);
    }
    return low < lowest_rate(row) ? lowest_rate(row) : rate_below(row, low);
}

/* --- State --- */

/* Does clock @child come from clock @id now? */
static bool is_child(const AvpsScmiClock *s, unsigned child, unsigned id)
{
    const AvpsScmiClockRow *row = &avps_scmi_clocks[child];

    return row->num_parents && row->parents[s->state[child].parent] == id;
}

static bool runs(const AvpsScmiClock *s, unsigned id)
{
    bool wanted = s->state[id].votes != 0;

    for (unsigned child = id + 1; !wanted && child < s->num; child++) {
        wanted = s->state[child].running && is_child(s, child, id);
    }
    return wanted;
}

/* Start or stop clock @id, and those that it comes from. */
static void update_running(AvpsScmiClock *s, unsigned id, unsigned agent)
{
    const AvpsScmiClockRow *row = &avps_scmi_clocks[id];
    ClockState *state = &s->state[id];
    bool running = runs(s, id);

    if (running == state->running) {
        return;
    }
    trace_avps_scmi_clock_running(row->name, running, agent);
    state->running = running;
    if (row->num_parents) {
        update_running(s, row->parents[state->parent], agent);
    }
    scmi_update_devices(s->parent_obj.scmi, row->devices);
    notifier_list_notify(&state->watchers, NULL);
}

/* @agent is the one that caused it */
static void set_votes(AvpsScmiClock *s, unsigned id, AvpsScmiVotes votes,
                      unsigned agent)
{
    s->state[id].votes = votes;
    update_running(s, id, agent);
}

/* Set the rate of clock @id, and with it those of its children. */
static void set_rate(AvpsScmiClock *s, unsigned id, uint64_t hz,
                     unsigned agent)
{
    const AvpsScmiClockRow *row = &avps_scmi_clocks[id];
    ClockState *state = &s->state[id];
    uint64_t old = state->rate;
    uint32_t words[] = { agent, id, (uint32_t)hz, hz >> 32 };

    if (hz == old) {
        return;
    }
    trace_avps_scmi_clock_rate(row->name, hz, agent);
    state->rate = hz;
    scmi_notify(&s->parent_obj, state->change_subscribers, row->devices,
                CLOCK_RATE_CHANGED, words, ARRAY_SIZE(words));
    if (state->running) {
        notifier_list_notify(&state->watchers, NULL);
    }
    for (unsigned child = id + 1; child < s->num; child++) {
        if (is_child(s, child, id)) {
            set_rate(s, child, follow_rate(&avps_scmi_clocks[child],
                                           s->state[child].rate, old, hz),
                     agent);
        }
    }
}

static uint32_t parent_of(const AvpsScmiClock *s, unsigned id)
{
    return avps_scmi_clocks[id].parents[s->state[id].parent];
}

static void set_parent(AvpsScmiClock *s, unsigned id, unsigned index,
                       unsigned agent)
{
    const AvpsScmiClockRow *row = &avps_scmi_clocks[id];
    uint32_t old = parent_of(s, id);
    uint64_t old_rate = s->state[old].rate;

    s->state[id].parent = index;
    update_running(s, parent_of(s, id), agent);
    update_running(s, old, agent);
    set_rate(s, id, follow_rate(row, s->state[id].rate, old_rate,
                                s->state[parent_of(s, id)].rate), agent);
}

/*
 * The rate that clock @id takes when it is asked for @hz, with the flags of
 * CLOCK_RATE_SET; 0: it is not supported. No clock is faster than its parent.
 */
static uint64_t choose_rate(const AvpsScmiClock *s, unsigned id, uint64_t hz,
                            uint32_t flags)
{
    const AvpsScmiClockRow *row = &avps_scmi_clocks[id];
    uint64_t rate = round_rate(row, hz, flags);

    if (rate && row->num_parents) {
        uint64_t limit = s->state[parent_of(s, id)].rate;

        if (rate > limit) {
            rate = rate_below(row, MAX(limit, lowest_rate(row)));
        }
    }
    return rate;
}

static void tell_request(AvpsScmiClock *s, unsigned id, uint64_t hz,
                         unsigned agent)
{
    uint32_t words[] = { agent, id, (uint32_t)hz, hz >> 32 };

    scmi_notify(&s->parent_obj,
                s->state[id].request_subscribers & ~BIT(agent),
                avps_scmi_clocks[id].devices, CLOCK_RATE_CHANGE_REQUESTED,
                words, ARRAY_SIZE(words));
}

/* --- For devices --- */

static ClockState *clock_state(AvpsScmi *scmi, unsigned id)
{
    AvpsScmiClock *s = AVPS_SCMI_CLOCK(scmi_protocol(scmi, SCMI_CLOCK));

    g_assert(id < s->num);
    return &s->state[id];
}

uint64_t avps_scmi_clock_rate(AvpsScmi *scmi, unsigned id)
{
    ClockState *state = clock_state(scmi, id);

    return state->running ? state->rate : 0;
}

void avps_scmi_clock_watch(AvpsScmi *scmi, unsigned id, Notifier *watcher)
{
    notifier_list_add(&clock_state(scmi, id)->watchers, watcher);
}

/* --- Messages that describe --- */

/* SCMI_SUCCESS, or why the calling agent cannot use clock @id */
static int32_t check(const AvpsScmiCall *call, unsigned id, int32_t denied)
{
    if (id >= avps_scmi_num_clocks) {
        return SCMI_NOT_FOUND;
    }
    return scmi_permitted(call, avps_scmi_clocks[id].devices) ? SCMI_SUCCESS
                                                              : denied;
}

/* May the calling agent change rate and parent? */
static bool may_change(const AvpsScmiCall *call, const AvpsScmiClockRow *row)
{
    return !row->fixed && scmi_permitted_all(call, row->devices);
}

static void clock_protocol_attributes(AvpsScmiCall *call)
{
    bool p2a = scmi_agent_has_p2a(call->scmi, call->agent);
    uint32_t attributes = 0;

    attributes = FIELD_DP32(attributes, PROTOCOL, NUM_CLOCKS,
                            AVPS_SCMI_CLOCK(call->protocol)->num);
    attributes = FIELD_DP32(attributes, PROTOCOL, MAX_ASYNC,
                            p2a ? SCMI_MAX_DEFERRED : 0);
    scmi_put(call, attributes);
}

static int32_t clock_attributes(AvpsScmiCall *call)
{
    AvpsScmiClock *s = AVPS_SCMI_CLOCK(call->protocol);
    unsigned id = call->arg[0];
    int32_t status = check(call, id, SCMI_NOT_FOUND);
    bool p2a = scmi_agent_has_p2a(call->scmi, call->agent);
    const AvpsScmiClockRow *row;
    uint32_t flags = 0;

    if (status) {
        return status;
    }
    row = &avps_scmi_clocks[id];
    flags = FIELD_DP32(flags, ATTRIBUTES, ENABLED, s->state[id].running);
    flags = FIELD_DP32(flags, ATTRIBUTES, RESTRICTED, !may_change(call, row));
    flags = FIELD_DP32(flags, ATTRIBUTES, PARENTS, row->num_parents != 0);
    flags = FIELD_DP32(flags, ATTRIBUTES, EXTENDED_NAME,
                       scmi_name_is_extended(row->name));
    flags = FIELD_DP32(flags, ATTRIBUTES, REQUEST_NOTIFY, p2a);
    flags = FIELD_DP32(flags, ATTRIBUTES, CHANGE_NOTIFY, p2a);
    scmi_put(call, flags);
    scmi_put_name(call, row->name, SCMI_NAME_WORDS);
    scmi_put(call, row->enable_us);
    return SCMI_SUCCESS;
}

static void put_range(AvpsScmiCall *call, const AvpsScmiClockRow *row)
{
    uint32_t flags = FIELD_DP32(R_RATES_RANGE_MASK, RATES, NUM, STEP + 1);

    scmi_put(call, flags);
    for (unsigned i = LOWEST; i <= STEP; i++) {
        scmi_put64(call, row->rates[i]);
    }
}

static int32_t put_list(AvpsScmiCall *call, const AvpsScmiClockRow *row,
                        uint32_t first)
{
    unsigned total = num_rates(row), num;
    uint32_t flags = 0;

    if (first >= total) {
        return SCMI_OUT_OF_RANGE;
    }
    num = MIN(total - first, (scmi_room(call) - 1) / 2);
    flags = FIELD_DP32(flags, RATES, NUM, num);
    flags = FIELD_DP32(flags, RATES, REMAINING, total - first - num);
    scmi_put(call, flags);
    for (unsigned i = 0; i < num; i++) {
        scmi_put64(call, row->rates[first + i]);
    }
    return SCMI_SUCCESS;
}

/* The index of the first rate means nothing to a range. */
static int32_t clock_describe_rates(AvpsScmiCall *call)
{
    int32_t status = check(call, call->arg[0], SCMI_NOT_FOUND);
    const AvpsScmiClockRow *row;

    if (status) {
        return status;
    }
    row = &avps_scmi_clocks[call->arg[0]];
    if (row->range) {
        put_range(call, row);
        return SCMI_SUCCESS;
    }
    return put_list(call, row, call->arg[1]);
}

static int32_t clock_name_get(AvpsScmiCall *call)
{
    int32_t status = check(call, call->arg[0], SCMI_NOT_FOUND);

    if (!status) {
        scmi_put_extended_name(call, avps_scmi_clocks[call->arg[0]].name);
    }
    return status;
}

static int32_t clock_possible_parents_get(AvpsScmiCall *call)
{
    int32_t status = check(call, call->arg[0], SCMI_NOT_FOUND);
    uint32_t first = call->arg[1], flags = 0;
    const AvpsScmiClockRow *row;
    unsigned num;

    if (status) {
        return status;
    }
    row = &avps_scmi_clocks[call->arg[0]];
    if (!row->num_parents) {
        return SCMI_NOT_SUPPORTED;
    }
    if (first >= row->num_parents) {
        return SCMI_OUT_OF_RANGE;
    }
    num = MIN(row->num_parents - first, scmi_room(call) - 1);
    flags = FIELD_DP32(flags, PARENTS, NUM, num);
    flags = FIELD_DP32(flags, PARENTS, REMAINING,
                       row->num_parents - first - num);
    scmi_put(call, flags);
    for (unsigned i = 0; i < num; i++) {
        scmi_put(call, row->parents[first + i]);
    }
    return SCMI_SUCCESS;
}

static int32_t clock_get_permissions(AvpsScmiCall *call)
{
    int32_t status = check(call, call->arg[0], SCMI_NOT_FOUND);
    const AvpsScmiClockRow *row;
    uint32_t permissions = 0;
    bool change;

    if (status) {
        return status;
    }
    row = &avps_scmi_clocks[call->arg[0]];
    change = may_change(call, row);
    permissions = FIELD_DP32(permissions, PERMISSIONS, STATE, !row->fixed);
    permissions = FIELD_DP32(permissions, PERMISSIONS, PARENT,
                             change && row->num_parents);
    permissions = FIELD_DP32(permissions, PERMISSIONS, RATE, change);
    scmi_put(call, permissions);
    return SCMI_SUCCESS;
}

/* --- Messages about rates --- */

static void put_settled(AvpsScmiCall *call, uint32_t id, uint64_t hz)
{
    if (call->deferred) {
        scmi_put(call, id);
        scmi_put64(call, hz);
    }
}

static int32_t clock_rate_set(AvpsScmiCall *call)
{
    AvpsScmiClock *s = AVPS_SCMI_CLOCK(call->protocol);
    uint32_t flags = call->arg[0], id = call->arg[1];
    uint64_t asked = deposit64(call->arg[2], 32, 32, call->arg[3]);
    int32_t status = check(call, id, SCMI_DENIED);
    uint64_t hz;

    call->silent = flags & R_SET_NO_RESPONSE_MASK;
    if (status) {
        return status;
    }
    hz = choose_rate(s, id, asked, flags);
    if (flags & ~SET_FLAGS || !hz) {
        return SCMI_INVALID_PARAMETERS;
    }
    if (hz != s->state[id].rate && !may_change(call, &avps_scmi_clocks[id])) {
        return SCMI_DENIED;
    }
    if (flags & R_SET_ASYNC_MASK && !call->deferred) {
        return scmi_defer(call, SETTLE_NS);
    }
    tell_request(s, id, asked, call->agent);
    set_rate(s, id, hz, call->agent);
    put_settled(call, id, hz);
    return SCMI_SUCCESS;
}

static int32_t clock_rate_get(AvpsScmiCall *call)
{
    int32_t status = check(call, call->arg[0], SCMI_DENIED);

    if (!status) {
        scmi_put64(call,
                   AVPS_SCMI_CLOCK(call->protocol)->state[call->arg[0]].rate);
    }
    return status;
}

static int32_t clock_rate_notify(AvpsScmiCall *call)
{
    AvpsScmiClock *s = AVPS_SCMI_CLOCK(call->protocol);
    int32_t status = check(call, call->arg[0], SCMI_DENIED);

    return status ?: scmi_subscribe(
        call, &s->state[call->arg[0]].change_subscribers, call->arg[1]);
}

static int32_t clock_rate_change_requested_notify(AvpsScmiCall *call)
{
    AvpsScmiClock *s = AVPS_SCMI_CLOCK(call->protocol);
    int32_t status = check(call, call->arg[0], SCMI_DENIED);

    return status ?: scmi_subscribe(
        call, &s->state[call->arg[0]].request_subscribers, call->arg[1]);
}

/* --- Messages about being on --- */

/* "Unchanged" comes with an extended type, and there are none. */
static bool is_config(uint32_t config)
{
    return config == CONFIG_OFF || config == CONFIG_ON;
}

static int32_t clock_config_set(AvpsScmiCall *call)
{
    AvpsScmiClock *s = AVPS_SCMI_CLOCK(call->protocol);
    uint32_t id = call->arg[0], config = call->arg[1];
    int32_t status = check(call, id, SCMI_DENIED);
    AvpsScmiVotes votes;

    if (status) {
        return status;
    }
    if (!is_config(config)) {
        return SCMI_INVALID_PARAMETERS;
    }
    if (avps_scmi_clocks[id].fixed) {
        return config == CONFIG_ON ? SCMI_SUCCESS : SCMI_DENIED;
    }
    votes = s->state[id].votes;
    scmi_cast_vote(call, avps_scmi_clocks[id].devices, &votes,
                   config == CONFIG_ON);
    set_votes(s, id, votes, call->agent);
    return SCMI_SUCCESS;
}

static int32_t clock_config_get(AvpsScmiCall *call)
{
    AvpsScmiClock *s = AVPS_SCMI_CLOCK(call->protocol);
    int32_t status = check(call, call->arg[0], SCMI_DENIED);

    if (status) {
        return status;
    }
    if (call->arg[1]) {
        return SCMI_INVALID_PARAMETERS;
    }
    scmi_put(call, 0);      /* attributes, all reserved */
    scmi_put(call, s->state[call->arg[0]].running);
    scmi_put(call, 0);      /* value of an extended type */
    return SCMI_SUCCESS;
}

/* --- Messages about parents --- */

/* Where @parent stands among the parents of @row; their number: nowhere */
static unsigned find_parent(const AvpsScmiClockRow *row, uint32_t parent)
{
    unsigned index = 0;

    while (index < row->num_parents && row->parents[index] != parent) {
        index++;
    }
    return index;
}

static int32_t clock_parent_set(AvpsScmiCall *call)
{
    AvpsScmiClock *s = AVPS_SCMI_CLOCK(call->protocol);
    uint32_t id = call->arg[0], parent = call->arg[1];
    int32_t status = check(call, id, SCMI_DENIED);
    const AvpsScmiClockRow *row;
    unsigned index;

    if (status) {
        return status;
    }
    row = &avps_scmi_clocks[id];
    if (!row->num_parents) {
        return SCMI_NOT_SUPPORTED;
    }
    if (parent >= s->num) {
        return SCMI_NOT_FOUND;
    }
    index = find_parent(row, parent);
    if (index == row->num_parents) {
        return SCMI_INVALID_PARAMETERS;
    }
    if (index != s->state[id].parent && !may_change(call, row)) {
        return SCMI_DENIED;
    }
    set_parent(s, id, index, call->agent);
    return SCMI_SUCCESS;
}

static int32_t clock_parent_get(AvpsScmiCall *call)
{
    AvpsScmiClock *s = AVPS_SCMI_CLOCK(call->protocol);
    int32_t status = check(call, call->arg[0], SCMI_DENIED);

    if (status) {
        return status;
    }
    if (!avps_scmi_clocks[call->arg[0]].num_parents) {
        return SCMI_NOT_SUPPORTED;
    }
    scmi_put(call, parent_of(s, call->arg[0]));
    return SCMI_SUCCESS;
}

static const AvpsScmiMessage clock_messages[] = {
    [CLOCK_ATTRIBUTES] = { clock_attributes, SCMI_ARGS(1) },
    [CLOCK_DESCRIBE_RATES] = { clock_describe_rates, SCMI_ARGS(2) },
    [CLOCK_RATE_SET] = { clock_rate_set, SCMI_ARGS(4) },
    [CLOCK_RATE_GET] = { clock_rate_get, SCMI_ARGS(1) },
    [CLOCK_CONFIG_SET] = { clock_config_set, 2, 3 },
    [CLOCK_NAME_GET] = { clock_name_get, SCMI_ARGS(1) },
    [CLOCK_RATE_NOTIFY] = { clock_rate_notify, SCMI_ARGS(2), true },
    [CLOCK_RATE_CHANGE_REQUESTED_NOTIFY] = {
        clock_rate_change_requested_notify, SCMI_ARGS(2), true
    },
    [CLOCK_CONFIG_GET] = { clock_config_get, SCMI_ARGS(2) },
    [CLOCK_POSSIBLE_PARENTS_GET] = {
        clock_possible_parents_get, SCMI_ARGS(2)
    },
    [CLOCK_PARENT_SET] = { clock_parent_set, SCMI_ARGS(2) },
    [CLOCK_PARENT_GET] = { clock_parent_get, SCMI_ARGS(1) },
    [CLOCK_GET_PERMISSIONS] = { clock_get_permissions, SCMI_ARGS(1) },
};

/* The rate stays: it may be the wish of others, too. */
static void clock_forget(AvpsScmiProtocol *protocol, unsigned agent)
{
    AvpsScmiClock *s = AVPS_SCMI_CLOCK(protocol);

    for (unsigned id = 0; id < s->num; id++) {
        s->state[id].change_subscribers &= ~BIT(agent);
        s->state[id].request_subscribers &= ~BIT(agent);
        set_votes(s, id, s->state[id].votes & ~BIT(agent), agent);
    }
}

static AvpsScmiSupply clock_supply(AvpsScmiProtocol *protocol,
                                   AvpsScmiDevice device)
{
    AvpsScmiClock *s = AVPS_SCMI_CLOCK(protocol);

    for (unsigned id = 0; id < s->num; id++) {
        const AvpsScmiClockRow *row = &avps_scmi_clocks[id];

        if (row->devices & BIT(device) && !row->data &&
            !s->state[id].running) {
            return AVPS_SCMI_HELD;
        }
    }
    return AVPS_SCMI_RUNNING;
}

/* --- The host's side --- */

#define TYPE_AVPS_SCMI_CLOCK_DOMAIN "avps-scmi-clock-domain"

static AvpsScmiClock *domain_clock(Object *obj)
{
    return AVPS_SCMI_CLOCK(AVPS_SCMI_DOMAIN(obj)->protocol);
}

static unsigned domain_id(Object *obj)
{
    return AVPS_SCMI_DOMAIN(obj)->id;
}

static ClockState *domain_state(Object *obj)
{
    return &domain_clock(obj)->state[domain_id(obj)];
}

static bool get_enabled(Object *obj, Error **errp)
{
    return domain_state(obj)->running;
}

/* The host overrides all agents, until they vote again. */
static void set_enabled(Object *obj, bool value, Error **errp)
{
    AvpsScmiVotes votes = domain_state(obj)->votes;

    set_votes(domain_clock(obj), domain_id(obj),
              value ? votes | BIT(AVPS_SCMI_PLATFORM) : 0,
              AVPS_SCMI_PLATFORM);
}

static char *get_votes(Object *obj, Error **errp)
{
    return scmi_name_agents(domain_state(obj)->votes);
}

static void get_rate(Object *obj, Visitor *v, const char *name, void *opaque,
                     Error **errp)
{
    uint64_t hz = domain_state(obj)->rate;

    visit_type_uint64(v, name, &hz, errp);
}

/* The host may set what the clock supports, of a fixed one, too. */
static void set_rate_property(Object *obj, Visitor *v, const char *name,
                              void *opaque, Error **errp)
{
    const AvpsScmiClockRow *row = &avps_scmi_clocks[domain_id(obj)];
    uint64_t hz;

    if (!visit_type_uint64(v, name, &hz, errp)) {
        return;
    }
    if (!hz ||
        choose_rate(domain_clock(obj), domain_id(obj), hz, 0) != hz) {
        error_setg(errp, "clock '%s' has no rate of %" PRIu64 " Hz: set one "
                   "from %" PRIu64 " to %" PRIu64 " Hz that docs/devices/"
                   "scmi.rst lists, and not above its parent's", row->name,
                   hz, lowest_rate(row), highest_rate(row));
        return;
    }
    tell_request(domain_clock(obj), domain_id(obj), hz, AVPS_SCMI_PLATFORM);
    set_rate(domain_clock(obj), domain_id(obj), hz, AVPS_SCMI_PLATFORM);
}

static char *get_parent(Object *obj, Error **errp)
{
    unsigned id = domain_id(obj);

    if (!avps_scmi_clocks[id].num_parents) {
        return g_strdup("");
    }
    return g_strdup(avps_scmi_clocks[parent_of(domain_clock(obj), id)].name);
}

static void set_parent_property(Object *obj, const char *value, Error **errp)
{
    const AvpsScmiClockRow *row = &avps_scmi_clocks[domain_id(obj)];

    for (unsigned i = 0; i < row->num_parents; i++) {
        if (!strcmp(avps_scmi_clocks[row->parents[i]].name, value)) {
            set_parent(domain_clock(obj), domain_id(obj), i,
                       AVPS_SCMI_PLATFORM);
            return;
        }
    }
    error_setg(errp, "clock '%s' cannot come from '%s': docs/devices/scmi.rst "
               "lists the parents of each clock", row->name, value);
}

static void clock_domain_class_init(ObjectClass *oc, AVPS_CLASS_DATA *data)
{
    object_class_property_add_bool(oc, "enabled", get_enabled, set_enabled);
    object_class_property_set_description(oc, "enabled",
        "the clock runs; set it to override all agents until they vote again");
    object_class_property_add_str(oc, "votes", get_votes, NULL);
    object_class_property_set_description(oc, "votes",
        "agents that want the clock to run");
    object_class_property_add(oc, "rate", "uint64", get_rate,
                              set_rate_property, NULL, NULL);
    object_class_property_set_description(oc, "rate",
        "Hz, while it runs");
    object_class_property_add_str(oc, "parent", get_parent,
                                  set_parent_property);
    object_class_property_set_description(oc, "parent",
        "the clock that it comes from; empty: none that could be chosen");
}

/* --- Protocol --- */

static void clock_reset_hold(Object *obj, ResetType type)
{
    AvpsScmiClock *s = AVPS_SCMI_CLOCK(obj);

    for (unsigned id = 0; id < s->num; id++) {
        ClockState *state = &s->state[id];

        state->votes = BIT(AVPS_SCMI_PLATFORM);
        state->running = true;
        state->rate = avps_scmi_clocks[id].boot_rate;
        state->parent = 0;
        state->change_subscribers = 0;
        state->request_subscribers = 0;
        notifier_list_notify(&state->watchers, NULL);
    }
}

static void clock_init(Object *obj)
{
    AvpsScmiClock *s = AVPS_SCMI_CLOCK(obj);

    s->num = avps_scmi_num_clocks;
    s->state = g_new0(ClockState, s->num);
    for (unsigned id = 0; id < s->num; id++) {
        notifier_list_init(&s->state[id].watchers);
        scmi_add_domain(&s->parent_obj, TYPE_AVPS_SCMI_CLOCK_DOMAIN,
                        avps_scmi_clocks[id].name, id);
    }
}

static void clock_finalize(Object *obj)
{
    g_free(AVPS_SCMI_CLOCK(obj)->state);
}

static bool state_is_sound(void *opaque, int version_id)
{
    AvpsScmiClock *s = opaque;

    for (unsigned id = 0; id < s->num; id++) {
        const AvpsScmiClockRow *row = &avps_scmi_clocks[id];
        const ClockState *state = &s->state[id];

        if (state->parent >= MAX(row->num_parents, 1) ||
            !state->rate || round_rate(row, state->rate, 0) != state->rate) {
            return false;
        }
    }
    return true;
}

static int clock_post_load(void *opaque, int version_id)
{
    AvpsScmiClock *s = opaque;

    /* Children first: their parents run for them */
    for (unsigned id = s->num; id-- > 0;) {
        s->state[id].running = runs(s, id);
    }
    for (unsigned id = 0; id < s->num; id++) {
        notifier_list_notify(&s->state[id].watchers, NULL);
    }
    return 0;
}

static const VMStateDescription vmstate_clock_state = {
    .name = "avps-scmi-clock/clock",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_UINT32(votes, ClockState),
        VMSTATE_UINT64(rate, ClockState),
        VMSTATE_UINT32(parent, ClockState),
        VMSTATE_UINT32(change_subscribers, ClockState),
        VMSTATE_UINT32(request_subscribers, ClockState),
        VMSTATE_END_OF_LIST()
    }
};

static const VMStateDescription vmstate_clock = {
    .name = TYPE_AVPS_SCMI_CLOCK,
    .version_id = 1,
    .minimum_version_id = 1,
    .post_load = clock_post_load,
    .fields = (const VMStateField[]) {
        VMSTATE_UINT32_EQUAL(num, AvpsScmiClock, "number of clocks"),
        VMSTATE_STRUCT_VARRAY_POINTER_UINT32(state, AvpsScmiClock, num,
                                             vmstate_clock_state, ClockState),
        VMSTATE_VALIDATE("rates and parents exist", state_is_sound),
        VMSTATE_END_OF_LIST()
    }
};

static void clock_class_init(ObjectClass *oc, AVPS_CLASS_DATA *data)
{
    DeviceClass *dc = DEVICE_CLASS(oc);
    ResettableClass *rc = RESETTABLE_CLASS(oc);
    AvpsScmiProtocolClass *apc = AVPS_SCMI_PROTOCOL_CLASS(oc);

    dc->desc = "SCMI clocks";
    dc->vmsd = &vmstate_clock;
    rc->phases.hold = clock_reset_hold;
    apc->id = SCMI_CLOCK;
    apc->version = VERSION;
    apc->messages = clock_messages;
    apc->num_messages = ARRAY_SIZE(clock_messages);
    apc->attributes = clock_protocol_attributes;
    apc->forget = clock_forget;
    apc->supply = clock_supply;
}

static const TypeInfo clock_types[] = {
    {
        .name = TYPE_AVPS_SCMI_CLOCK,
        .parent = TYPE_AVPS_SCMI_PROTOCOL,
        .instance_size = sizeof(AvpsScmiClock),
        .instance_init = clock_init,
        .instance_finalize = clock_finalize,
        .class_init = clock_class_init,
    }, {
        .name = TYPE_AVPS_SCMI_CLOCK_DOMAIN,
        .parent = TYPE_AVPS_SCMI_DOMAIN,
        .class_init = clock_domain_class_init,
    },
};

DEFINE_TYPES(clock_types)
