/*
 * avps-ecu: the system control processor: sensors
 *
 * Arm System Control and Management Interface (DEN0056) 3.2, section 4.7
 * "Sensor management protocol", version 3.1.
 *
 * What a sensor measures comes from the host. What an agent sets (whether a
 * sensor is on, its update interval, trip points, notifications) is that
 * agent's alone: each has a view of every sensor, so that no agent can stop
 * or slow down a sensor of another. Timestamps are virtual time.
 *
 * Choices that the document leaves open: a trip point tells when the value
 * reaches or leaves it by a change, not when it is set; an update that is
 * late, because the agent's queue was full, is not made up for.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qapi/visitor.h"
#include "hw/avps/scmi/domain.h"
#include "migration/vmstate.h"
#include "sensor.h"
#include "hw/avps/trace.h"

enum {
    SENSOR_DESCRIPTION_GET = 3,
    SENSOR_TRIP_POINT_NOTIFY,
    SENSOR_TRIP_POINT_CONFIG,
    SENSOR_READING_GET,
    SENSOR_AXIS_DESCRIPTION_GET,
    SENSOR_LIST_UPDATE_INTERVALS,
    SENSOR_CONFIG_GET,
    SENSOR_CONFIG_SET,
    SENSOR_CONTINUOUS_UPDATE_NOTIFY,
    SENSOR_NAME_GET,
    SENSOR_AXIS_NAME_GET,
};

/* Notifications */
enum {
    SENSOR_TRIP_POINT_EVENT = 0,
    SENSOR_UPDATE = 1,
};

FIELD(ATTRIBUTES, NUM_SENSORS, 0, 16)
FIELD(ATTRIBUTES, MAX_REQUESTS, 16, 8)

FIELD(ATTR_LOW, TRIP_POINTS, 0, 8)
FIELD(ATTR_LOW, EXTENDED, 8, 1)
FIELD(ATTR_LOW, TIMESTAMPS, 9, 1)
FIELD(ATTR_LOW, TIMESTAMP_EXPONENT, 10, 5)
FIELD(ATTR_LOW, LONG_NAME, 29, 1)
FIELD(ATTR_LOW, UPDATES, 30, 1)
FIELD(ATTR_LOW, ASYNC, 31, 1)

FIELD(ATTR_HIGH, TYPE, 0, 8)
FIELD(ATTR_HIGH, AXES, 8, 1)
FIELD(ATTR_HIGH, SCALE, 11, 5)
FIELD(ATTR_HIGH, NUM_AXES, 16, 6)

FIELD(AXIS_LOW, EXTENDED, 8, 1)
FIELD(AXIS_LOW, LONG_NAME, 9, 1)

FIELD(RESOLUTION, VALUE, 0, 27)
FIELD(RESOLUTION, EXPONENT, 27, 5)

/* Lists of sensors and of intervals */
FIELD(LIST, RETURNED, 0, 12)
FIELD(LIST, RANGE, 12, 1)
FIELD(LIST, REMAINING, 16, 16)

FIELD(AXIS_LIST, RETURNED, 0, 6)
FIELD(AXIS_LIST, REMAINING, 26, 6)

FIELD(TRIP, EVENTS, 0, 2)
FIELD(TRIP, RESERVED_LOW, 2, 2)
FIELD(TRIP, ID, 4, 8)
FIELD(TRIP, RESERVED_HIGH, 12, 20)
#define TRIP_RISING 1
#define TRIP_FALLING 2

FIELD(TRIP_EVENT, ID, 0, 8)
FIELD(TRIP_EVENT, RISING, 16, 1)

FIELD(READING, ASYNC, 0, 1)

FIELD(INTERVAL, EXPONENT, 0, 5)
FIELD(INTERVAL, SECONDS, 5, 16)

FIELD(CONFIG, ENABLED, 0, 1)
FIELD(CONFIG, TIMESTAMPS, 1, 1)
FIELD(CONFIG, RESERVED, 2, 7)
FIELD(CONFIG, ROUND_UP, 9, 1)
FIELD(CONFIG, ROUND_NEAREST, 10, 1)
FIELD(CONFIG, INTERVAL, 11, 21)

#define TIMESTAMP_EXPONENT (-9) /* ns */
#define MICROSECOND (-6)

/* No table has a shorter interval, so that updates cannot flood the host. */
#define MIN_INTERVAL 1000

/* Words of descriptors, without and with the extended attributes */
#define DESCRIPTOR_WORDS 7
#define POWER_WORDS 1
#define RANGE_WORDS 5
#define AXIS_NAME_WORDS (1 + SCMI_EXTENDED_NAME_WORDS)

static unsigned num_values(const AvpsScmiSensorRow *row)
{
    return row->axes ? row->num_axes : 1;
}

/* --- Readings --- */

/*
 * The value and @time when it was taken, in ns, for each axis. Returns the
 * words.
 */
static unsigned take_reading(const AvpsScmiSensors *s, unsigned id,
                             unsigned agent, int64_t time, uint32_t *words)
{
    const AvpsScmiSensorState *sensor = &s->sensor[id];
    uint64_t stamp = sensor->view[agent].timestamps ? time : 0;
    unsigned n = 0;

    for (unsigned i = 0; i < num_values(&avps_scmi_sensors[id]); i++) {
        words[n++] = extract64(sensor->value[i], 0, 32);
        words[n++] = extract64(sensor->value[i], 32, 32);
        words[n++] = extract64(stamp, 0, 32);
        words[n++] = extract64(stamp, 32, 32);
    }
    return n;
}

/* --- Trip points --- */

static void tell_trip(AvpsScmiSensors *s, unsigned id, unsigned agent,
                      unsigned trip_point, bool rising)
{
    uint32_t event = FIELD_DP32(0, TRIP_EVENT, ID, trip_point);
    uint32_t words[] = {
        AVPS_SCMI_PLATFORM, id, FIELD_DP32(event, TRIP_EVENT, RISING, rising),
    };

    trace_avps_scmi_sensor_trip(id, agent, trip_point, rising);
    scmi_notify(&s->parent_obj, BIT(agent), avps_scmi_sensors[id].devices,
                SENSOR_TRIP_POINT_EVENT, words, ARRAY_SIZE(words));
}

/* The value of a sensor without axes goes from @old to @new. */
static void check_trip_points(AvpsScmiSensors *s, unsigned id, unsigned agent,
                              int64_t old, int64_t new)
{
    const AvpsScmiSensorView *view = &s->sensor[id].view[agent];

    for (unsigned i = 0; i < avps_scmi_sensors[id].num_trip_points; i++) {
        const AvpsScmiTripPoint *point = &view->trip_point[i];

        if (point->events & TRIP_RISING &&
            old < point->value && new >= point->value) {
            tell_trip(s, id, agent, i, true);
        } else if (point->events & TRIP_FALLING &&
                   old > point->value && new <= point->value) {
            tell_trip(s, id, agent, i, false);
        }
    }
}

void avps_scmi_sensor_set(AvpsScmiSensors *s, unsigned id, unsigned axis,
                          int64_t value)
{
    AvpsScmiSensorState *sensor = &s->sensor[id];
    int64_t old = sensor->value[axis];

    trace_avps_scmi_sensor_set(id, axis, value);
    sensor->value[axis] = value;
    for (unsigned agent = 0; agent < AVPS_SCMI_NUM_AGENTS; agent++) {
        if (sensor->trip_subscribers & BIT(agent) &&
            sensor->view[agent].enabled) {
            check_trip_points(s, id, agent, old, value);
        }
    }
}

/* --- Continuous updates --- */

static bool wants_updates(const AvpsScmiSensorState *sensor, unsigned agent)
{
    return sensor->update_subscribers & BIT(agent) &&
           sensor->view[agent].enabled;
}

static void arm_update(AvpsScmiSensors *s)
{
    int64_t next = INT64_MAX;

    for (unsigned id = 0; id < AVPS_SCMI_NUM_SENSORS; id++) {
        for (unsigned agent = 0; agent < AVPS_SCMI_NUM_AGENTS; agent++) {
            if (wants_updates(&s->sensor[id], agent)) {
                next = MIN(next, s->sensor[id].view[agent].next_update);
            }
        }
    }
    if (next == INT64_MAX) {
        timer_del(s->update);
    } else {
        timer_mod_ns(s->update, next);
    }
}

/* Updates of this view begin, or have another interval. */
static void restart_updates(AvpsScmiSensors *s, AvpsScmiSensorView *view)
{
    view->next_update = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL) +
                        view->interval * (int64_t)SCALE_US;
    arm_update(s);
}

static void send_update(AvpsScmiSensors *s, unsigned id, unsigned agent)
{
    uint32_t words[2 + 4 * AVPS_SCMI_MAX_AXES] = { AVPS_SCMI_PLATFORM, id };
    unsigned n = 2 + take_reading(s, id, agent,
                                  s->sensor[id].view[agent].next_update,
                                  words + 2);

    scmi_notify(&s->parent_obj, BIT(agent), avps_scmi_sensors[id].devices,
                SENSOR_UPDATE, words, n);
}

/*
 * An update has the time at which it was due: a sensor samples by its own
 * clock, however late the host comes to it. What it missed it leaves out.
 */
static void update_view(AvpsScmiSensors *s, unsigned id, unsigned agent,
                        int64_t now)
{
    AvpsScmiSensorView *view = &s->sensor[id].view[agent];
    int64_t interval = view->interval * (int64_t)SCALE_US;

    if (!wants_updates(&s->sensor[id], agent) || now < view->next_update) {
        return;
    }
    send_update(s, id, agent);
    view->next_update += ((now - view->next_update) / interval + 1) * interval;
}

static void update_all(void *opaque)
{
    AvpsScmiSensors *s = opaque;
    int64_t now = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);

    for (unsigned id = 0; id < AVPS_SCMI_NUM_SENSORS; id++) {
        for (unsigned agent = 0; agent < AVPS_SCMI_NUM_AGENTS; agent++) {
            update_view(s, id, agent, now);
        }
    }
    arm_update(s);
}

/* --- Update intervals --- */

/* Seconds times a power of ten, as short as it goes */
static uint32_t interval_word(uint32_t us)
{
    int exponent = MICROSECOND;
    uint32_t word;

    while (us && us % 10 == 0) {
        us /= 10;
        exponent++;
    }
    word = FIELD_DP32(0, INTERVAL, EXPONENT, exponent & 0x1f);
    return FIELD_DP32(word, INTERVAL, SECONDS, us);
}

/* In us; what is too long for any sensor is UINT32_MAX. */
static uint32_t interval_us(uint32_t word)
{
    uint64_t us = FIELD_EX32(word, INTERVAL, SECONDS);
    int exponent = sextract32(word, R_INTERVAL_EXPONENT_SHIFT,
                              R_INTERVAL_EXPONENT_LENGTH) - MICROSECOND;

    for (; exponent > 0 && us < UINT32_MAX; exponent--) {
        us *= 10;
    }
    for (; exponent < 0; exponent++) {
        us /= 10;
    }
    return MIN(us, UINT32_MAX);
}

/* The longest interval that is not above @us, or 0 */
static uint32_t interval_below(const AvpsScmiSensorRow *row, uint32_t us)
{
    const uint32_t *list = row->intervals;
    uint32_t found = 0;

    if (row->range) {
        us = MIN(us, list[1]);
        return us < list[0] ? 0 : us - (us - list[0]) % list[2];
    }
    for (; *list && *list <= us; list++) {
        found = *list;
    }
    return found;
}

/* The shortest interval that is not below @us, or 0 */
static uint32_t interval_above(const AvpsScmiSensorRow *row, uint32_t us)
{
    const uint32_t *list = row->intervals;

    if (row->range) {
        uint32_t below = interval_below(row, us);

        if (below == us || !below) {
            return MAX(us, list[0]);
        }
        return below < list[1] ? below + list[2] : 0;
    }
    while (*list && *list < us) {
        list++;
    }
    return *list;
}

static uint32_t interval_nearest(const AvpsScmiSensorRow *row, uint32_t us)
{
    uint32_t below = interval_below(row, us);
    uint32_t above = interval_above(row, us);

    if (!below || !above) {
        return below ? below : above;
    }
    return us - below <= above - us ? below : above;
}

/* The interval that CONFIG_SET's @config asks for, or 0 when there is none */
static uint32_t interval_for(const AvpsScmiSensorRow *row, uint32_t config)
{
    uint32_t us = interval_us(FIELD_EX32(config, CONFIG, INTERVAL));

    if (!row->intervals) {
        return 0;
    }
    if (FIELD_EX32(config, CONFIG, ROUND_NEAREST)) {
        return interval_nearest(row, us);
    }
    return FIELD_EX32(config, CONFIG, ROUND_UP) ? interval_above(row, us) :
                                                  interval_below(row, us);
}

static unsigned num_intervals(const AvpsScmiSensorRow *row)
{
    unsigned n = 0;

    while (row->intervals[n]) {
        n++;
    }
    return n;
}

/* --- What every message begins with --- */

static AvpsScmiSensors *sensors(const AvpsScmiCall *call)
{
    return AVPS_SCMI_SENSOR(call->protocol);
}

static const AvpsScmiSensorRow *row_of(const AvpsScmiCall *call)
{
    return &avps_scmi_sensors[call->arg[0]];
}

static AvpsScmiSensorView *view_of(const AvpsScmiCall *call)
{
    return &sensors(call)->sensor[call->arg[0]].view[call->agent];
}

/* Is the first parameter a sensor? @denied is for one of somebody else. */
static int32_t check_sensor(const AvpsScmiCall *call, int32_t denied)
{
    if (call->arg[0] >= AVPS_SCMI_NUM_SENSORS) {
        return SCMI_NOT_FOUND;
    }
    return scmi_permitted(call, row_of(call)->devices) ? SCMI_SUCCESS : denied;
}

static int32_t check_describe(const AvpsScmiCall *call)
{
    return check_sensor(call, SCMI_NOT_FOUND);
}

static int32_t check_use(const AvpsScmiCall *call)
{
    return check_sensor(call, SCMI_DENIED);
}

static bool can_read_async(const AvpsScmiCall *call,
                           const AvpsScmiSensorRow *row)
{
    return row->read_us && scmi_agent_has_p2a(call->scmi, call->agent);
}

/* --- Descriptions --- */

static unsigned num_visible(const AvpsScmiCall *call)
{
    unsigned n = 0;

    for (unsigned id = 0; id < AVPS_SCMI_NUM_SENSORS; id++) {
        n += scmi_permitted(call, avps_scmi_sensors[id].devices);
    }
    return n;
}

static void put_attributes(AvpsScmiCall *call)
{
    uint32_t value = FIELD_DP32(0, ATTRIBUTES, NUM_SENSORS, num_visible(call));

    if (scmi_agent_has_p2a(call->scmi, call->agent)) {
        value = FIELD_DP32(value, ATTRIBUTES, MAX_REQUESTS, SCMI_MAX_DEFERRED);
    }
    scmi_put(call, value);
    scmi_put64(call, 0);    /* no registers in shared memory */
    scmi_put(call, 0);
}

static uint32_t attributes_low(const AvpsScmiCall *call,
                               const AvpsScmiSensorRow *row)
{
    bool p2a = scmi_agent_has_p2a(call->scmi, call->agent);
    uint32_t value = FIELD_DP32(0, ATTR_LOW, EXTENDED, 1);

    value = FIELD_DP32(value, ATTR_LOW, TRIP_POINTS,
                       p2a ? row->num_trip_points : 0);
    value = FIELD_DP32(value, ATTR_LOW, TIMESTAMPS, 1);
    value = FIELD_DP32(value, ATTR_LOW, TIMESTAMP_EXPONENT,
                       TIMESTAMP_EXPONENT & 0x1f);
    value = FIELD_DP32(value, ATTR_LOW, LONG_NAME,
                       scmi_name_is_extended(row->name));
    value = FIELD_DP32(value, ATTR_LOW, UPDATES, p2a && row->intervals);
    return FIELD_DP32(value, ATTR_LOW, ASYNC, can_read_async(call, row));
}

/* Axes are described by the same type and scale. */
static uint32_t attributes_high(const AvpsScmiSensorRow *row)
{
    uint32_t value = FIELD_DP32(0, ATTR_HIGH, TYPE, row->type);

    return FIELD_DP32(value, ATTR_HIGH, SCALE, row->scale & 0x1f);
}

static void put_range(AvpsScmiCall *call, const AvpsScmiSensorRow *row)
{
    uint32_t value = FIELD_DP32(0, RESOLUTION, VALUE, row->resolution);

    scmi_put(call, FIELD_DP32(value, RESOLUTION, EXPONENT, row->scale & 0x1f));
    scmi_put64(call, row->min);
    scmi_put64(call, row->max);
}

static unsigned descriptor_words(const AvpsScmiSensorRow *row)
{
    return DESCRIPTOR_WORDS + POWER_WORDS + (row->axes ? 0 : RANGE_WORDS);
}

static void put_descriptor(AvpsScmiCall *call, unsigned id)
{
    const AvpsScmiSensorRow *row = &avps_scmi_sensors[id];
    uint32_t high = attributes_high(row);

    if (row->axes) {
        high = FIELD_DP32(high, ATTR_HIGH, AXES, 1);
        high = FIELD_DP32(high, ATTR_HIGH, NUM_AXES, row->num_axes);
    }
    scmi_put(call, id);
    scmi_put(call, attributes_low(call, row));
    scmi_put(call, high);
    scmi_put_name(call, row->name, SCMI_NAME_WORDS);
    scmi_put(call, row->power_uw);
    if (!row->axes) {
        put_range(call, row);
    }
}

/* The first word of a list is known when the list is. */
static uint32_t *put_list_head(AvpsScmiCall *call)
{
    scmi_put(call, 0);
    return &call->result[call->num_results - 1];
}

/* An agent counts those sensors that it may see. */
static int32_t description_get(AvpsScmiCall *call)
{
    unsigned total = num_visible(call);
    unsigned skip = call->arg[0];
    unsigned index = 0, returned = 0;
    uint32_t *head;

    if (skip >= total) {
        return SCMI_INVALID_PARAMETERS;
    }
    head = put_list_head(call);
    for (unsigned id = 0; id < AVPS_SCMI_NUM_SENSORS; id++) {
        const AvpsScmiSensorRow *row = &avps_scmi_sensors[id];

        if (!scmi_permitted(call, row->devices) || index++ < skip) {
            continue;
        }
        if (scmi_room(call) < descriptor_words(row)) {
            break;
        }
        put_descriptor(call, id);
        returned++;
    }
    *head = FIELD_DP32(*head, LIST, RETURNED, returned);
    *head = FIELD_DP32(*head, LIST, REMAINING, total - skip - returned);
    return SCMI_SUCCESS;
}

static void put_axis(AvpsScmiCall *call, const AvpsScmiSensorRow *row,
                     unsigned axis)
{
    uint32_t low = FIELD_DP32(0, AXIS_LOW, EXTENDED, 1);

    scmi_put(call, axis);
    scmi_put(call, FIELD_DP32(low, AXIS_LOW, LONG_NAME, 1));
    scmi_put(call, attributes_high(row));
    scmi_put_name(call, row->axes[axis].name, SCMI_NAME_WORDS);
    put_range(call, row);
}

static void put_axis_name(AvpsScmiCall *call, const AvpsScmiSensorRow *row,
                          unsigned axis)
{
    scmi_put(call, axis);
    scmi_put_name(call, row->axes[axis].long_name, SCMI_EXTENDED_NAME_WORDS);
}

/* A list of axes, by entries of @words words that @put adds */
static int32_t list_axes(AvpsScmiCall *call, unsigned words,
                         void (*put)(AvpsScmiCall *call,
                                     const AvpsScmiSensorRow *row,
                                     unsigned axis))
{
    int32_t status = check_describe(call);
    unsigned axis = call->arg[1];
    const AvpsScmiSensorRow *row;
    uint32_t *head;

    if (status != SCMI_SUCCESS) {
        return status;
    }
    row = row_of(call);
    if (!row->axes) {
        return SCMI_NOT_SUPPORTED;
    }
    if (axis >= row->num_axes) {
        return SCMI_INVALID_PARAMETERS;
    }
    head = put_list_head(call);
    while (axis < row->num_axes && scmi_room(call) >= words) {
        put(call, row, axis++);
    }
    *head = FIELD_DP32(*head, AXIS_LIST, RETURNED, axis - call->arg[1]);
    *head = FIELD_DP32(*head, AXIS_LIST, REMAINING, row->num_axes - axis);
    return SCMI_SUCCESS;
}

static int32_t axis_description_get(AvpsScmiCall *call)
{
    return list_axes(call, DESCRIPTOR_WORDS + RANGE_WORDS, put_axis);
}

static int32_t axis_name_get(AvpsScmiCall *call)
{
    return list_axes(call, AXIS_NAME_WORDS, put_axis_name);
}

static int32_t name_get(AvpsScmiCall *call)
{
    int32_t status = check_describe(call);

    if (status != SCMI_SUCCESS) {
        return status;
    }
    scmi_put_extended_name(call, row_of(call)->name);
    return SCMI_SUCCESS;
}

static int32_t list_update_intervals(AvpsScmiCall *call)
{
    int32_t status = check_describe(call);
    unsigned index = call->arg[1];
    const AvpsScmiSensorRow *row;
    uint32_t *head;
    unsigned total;

    if (status != SCMI_SUCCESS) {
        return status;
    }
    row = row_of(call);
    if (!row->intervals) {
        return SCMI_NOT_SUPPORTED;
    }
    total = num_intervals(row);
    /* A range is one thing */
    if (index >= (row->range ? 1 : total)) {
        return SCMI_INVALID_PARAMETERS;
    }
    head = put_list_head(call);
    while (index < total && scmi_room(call)) {
        scmi_put(call, interval_word(row->intervals[index++]));
    }
    *head = FIELD_DP32(*head, LIST, RETURNED, index - call->arg[1]);
    *head = FIELD_DP32(*head, LIST, RANGE, row->range);
    *head = FIELD_DP32(*head, LIST, REMAINING, total - index);
    return SCMI_SUCCESS;
}

/* --- Configuration and readings --- */

static int32_t config_get(AvpsScmiCall *call)
{
    int32_t status = check_use(call);
    const AvpsScmiSensorView *view;
    uint32_t config;

    if (status != SCMI_SUCCESS) {
        return status;
    }
    view = view_of(call);
    config = FIELD_DP32(0, CONFIG, ENABLED, view->enabled);
    config = FIELD_DP32(config, CONFIG, TIMESTAMPS, view->timestamps);
    if (row_of(call)->intervals) {
        config = FIELD_DP32(config, CONFIG, INTERVAL,
                            interval_word(view->interval));
    }
    scmi_put(call, config);
    return SCMI_SUCCESS;
}

static int32_t config_set(AvpsScmiCall *call)
{
    int32_t status = check_use(call);
    uint32_t config = call->arg[1];
    AvpsScmiSensorView *view;

    if (status != SCMI_SUCCESS) {
        return status;
    }
    if (FIELD_EX32(config, CONFIG, RESERVED)) {
        return SCMI_INVALID_PARAMETERS;
    }
    view = view_of(call);
    /* 0: leave the interval as it is */
    if (FIELD_EX32(config, CONFIG, INTERVAL)) {
        uint32_t interval = interval_for(row_of(call), config);

        if (!interval) {
            return SCMI_NOT_SUPPORTED;
        }
        view->interval = interval;
    }
    view->enabled = FIELD_EX32(config, CONFIG, ENABLED);
    view->timestamps = FIELD_EX32(config, CONFIG, TIMESTAMPS);
    restart_updates(sensors(call), view);
    return SCMI_SUCCESS;
}

static int32_t reading_get(AvpsScmiCall *call)
{
    int32_t status = check_use(call);
    uint32_t words[4 * AVPS_SCMI_MAX_AXES];
    bool async = FIELD_EX32(call->arg[1], READING, ASYNC);
    unsigned n;

    if (status != SCMI_SUCCESS) {
        return status;
    }
    if (call->arg[1] & ~(uint32_t)R_READING_ASYNC_MASK) {
        return SCMI_INVALID_PARAMETERS;
    }
    if (async && !can_read_async(call, row_of(call))) {
        return SCMI_NOT_SUPPORTED;
    }
    /* 4.7.2.11: a sensor that is off has nothing to say */
    if (!view_of(call)->enabled) {
        return SCMI_PROTOCOL_ERROR;
    }
    if (async && !call->deferred) {
        return scmi_defer(call, row_of(call)->read_us * (int64_t)SCALE_US);
    }
    if (async) {
        scmi_put(call, call->arg[0]);
    }
    n = take_reading(sensors(call), call->arg[0], call->agent,
                     qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL), words);
    for (unsigned i = 0; i < n; i++) {
        scmi_put(call, words[i]);
    }
    return SCMI_SUCCESS;
}

/* --- Notifications --- */

/* 4.7.2.7: what is wrong with the parameter comes first */
static int32_t trip_point_notify(AvpsScmiCall *call)
{
    int32_t status = check_use(call);

    if (status != SCMI_SUCCESS) {
        return status;
    }
    if (call->arg[1] & ~1u) {
        return SCMI_INVALID_PARAMETERS;
    }
    if (!row_of(call)->num_trip_points) {
        return SCMI_NOT_SUPPORTED;
    }
    return scmi_subscribe(call,
                          &sensors(call)->sensor[call->arg[0]].trip_subscribers,
                          call->arg[1]);
}

static int32_t trip_point_config(AvpsScmiCall *call)
{
    int32_t status = check_use(call);
    uint32_t control = call->arg[1];
    unsigned id = FIELD_EX32(control, TRIP, ID);
    AvpsScmiTripPoint *point;

    if (status != SCMI_SUCCESS) {
        return status;
    }
    if (FIELD_EX32(control, TRIP, RESERVED_LOW) ||
        FIELD_EX32(control, TRIP, RESERVED_HIGH) ||
        id >= row_of(call)->num_trip_points) {
        return SCMI_INVALID_PARAMETERS;
    }
    point = &view_of(call)->trip_point[id];
    point->events = FIELD_EX32(control, TRIP, EVENTS);
    point->value = deposit64(call->arg[2], 32, 32, call->arg[3]);
    return SCMI_SUCCESS;
}

static int32_t continuous_update_notify(AvpsScmiCall *call)
{
    int32_t status = check_use(call);
    AvpsScmiSensorState *sensor;

    if (status != SCMI_SUCCESS) {
        return status;
    }
    if (call->arg[1] & ~1u) {
        return SCMI_INVALID_PARAMETERS;
    }
    if (!row_of(call)->intervals) {
        return SCMI_NOT_SUPPORTED;
    }
    sensor = &sensors(call)->sensor[call->arg[0]];
    status = scmi_subscribe(call, &sensor->update_subscribers, call->arg[1]);
    if (status == SCMI_SUCCESS) {
        restart_updates(sensors(call), view_of(call));
    }
    return status;
}

static const AvpsScmiMessage messages[] = {
    [SENSOR_DESCRIPTION_GET] = { description_get, SCMI_ARGS(1) },
    [SENSOR_TRIP_POINT_NOTIFY] = { trip_point_notify, SCMI_ARGS(2), true },
    [SENSOR_TRIP_POINT_CONFIG] = { trip_point_config, SCMI_ARGS(4), true },
    [SENSOR_READING_GET] = { reading_get, SCMI_ARGS(2) },
    [SENSOR_AXIS_DESCRIPTION_GET] = { axis_description_get, SCMI_ARGS(2) },
    [SENSOR_LIST_UPDATE_INTERVALS] = { list_update_intervals, SCMI_ARGS(2) },
    [SENSOR_CONFIG_GET] = { config_get, SCMI_ARGS(1) },
    [SENSOR_CONFIG_SET] = { config_set, SCMI_ARGS(2) },
    [SENSOR_CONTINUOUS_UPDATE_NOTIFY] = {
        continuous_update_notify, SCMI_ARGS(2), true,
    },
    [SENSOR_NAME_GET] = { name_get, SCMI_ARGS(1) },
    [SENSOR_AXIS_NAME_GET] = { axis_name_get, SCMI_ARGS(2) },
};

/* --- What the host sees and does: an object for each sensor --- */

#define TYPE_SENSOR_INPUT "avps-scmi-sensor-input"

static AvpsScmiSensors *input_owner(Object *obj)
{
    return AVPS_SCMI_SENSOR(AVPS_SCMI_DOMAIN(obj)->protocol);
}

static AvpsScmiSensorState *input_state(Object *obj)
{
    return &input_owner(obj)->sensor[AVPS_SCMI_DOMAIN(obj)->id];
}

static const AvpsScmiSensorRow *input_row(Object *obj)
{
    return &avps_scmi_sensors[AVPS_SCMI_DOMAIN(obj)->id];
}

/* Names of the properties, for the axes in their order */
static const char *const axis_properties[AVPS_SCMI_MAX_AXES] = {
    "x", "y", "z",
};

static void get_value(Object *obj, Visitor *v, const char *name, void *opaque,
                      Error **errp)
{
    visit_type_int64(v, name,
                     &input_state(obj)->value[GPOINTER_TO_UINT(opaque)], errp);
}

static void set_value(Object *obj, Visitor *v, const char *name, void *opaque,
                      Error **errp)
{
    const AvpsScmiSensorRow *row = input_row(obj);
    int64_t value;

    if (!visit_type_int64(v, name, &value, errp)) {
        return;
    }
    if (value < row->min || value > row->max) {
        error_setg(errp, "%s of %s is %" PRId64 ", but the sensor measures "
                   "%" PRId64 " to %" PRId64 ", in units of 10^%d %s",
                   name, row->name, value, row->min, row->max, row->scale,
                   row->unit);
        return;
    }
    avps_scmi_sensor_set(input_owner(obj), AVPS_SCMI_DOMAIN(obj)->id,
                         GPOINTER_TO_UINT(opaque), value);
}

static char *get_unit(Object *obj, Error **errp)
{
    const AvpsScmiSensorRow *row = input_row(obj);

    return g_strdup_printf("10^%d %s", row->scale, row->unit);
}

static bool get_updating(Object *obj, Error **errp)
{
    for (unsigned agent = 0; agent < AVPS_SCMI_NUM_AGENTS; agent++) {
        if (wants_updates(input_state(obj), agent)) {
            return true;
        }
    }
    return false;
}

static void add_input(AvpsScmiSensors *s, unsigned id)
{
    const AvpsScmiSensorRow *row = &avps_scmi_sensors[id];
    Object *obj;

    scmi_add_domain(&s->parent_obj, TYPE_SENSOR_INPUT, row->name, id);
    obj = object_resolve_path_component(OBJECT(s), row->name);
    for (unsigned axis = 0; axis < num_values(row); axis++) {
        object_property_add(obj, row->axes ? axis_properties[axis] : "value",
                            "int", get_value, set_value, NULL,
                            GUINT_TO_POINTER(axis));
    }
}

static void input_class_init(ObjectClass *oc, AVPS_CLASS_DATA *data)
{
    object_class_property_add_str(oc, "unit", get_unit, NULL);
    object_class_property_set_description(oc, "unit",
        "what the values count");
    object_class_property_add_bool(oc, "updating", get_updating, NULL);
    object_class_property_set_description(oc, "updating",
        "an agent gets the value at intervals");
}

/* --- Device --- */

/*
 * A sensor of motion is off until it is wanted: Linux subscribes to its updates
 * when it finds it, and enables it when somebody reads.
 */
static void reset_view(AvpsScmiSensors *s, unsigned id, unsigned agent)
{
    s->sensor[id].trip_subscribers &= ~BIT(agent);
    s->sensor[id].update_subscribers &= ~BIT(agent);
    s->sensor[id].view[agent] = (AvpsScmiSensorView) {
        .enabled = !avps_scmi_sensors[id].axes,
        .interval = avps_scmi_sensors[id].boot_interval,
    };
}

static void sensor_forget(AvpsScmiProtocol *protocol, unsigned agent)
{
    AvpsScmiSensors *s = AVPS_SCMI_SENSOR(protocol);

    for (unsigned id = 0; id < AVPS_SCMI_NUM_SENSORS; id++) {
        reset_view(s, id, agent);
    }
    arm_update(s);
}

/* What is measured is of the world outside, which no reset changes. */
static void sensor_reset_enter(Object *obj, ResetType type)
{
    for (unsigned agent = 0; agent < AVPS_SCMI_NUM_AGENTS; agent++) {
        sensor_forget(AVPS_SCMI_PROTOCOL(obj), agent);
    }
}

static void sensor_init(Object *obj)
{
    AvpsScmiSensors *s = AVPS_SCMI_SENSOR(obj);

    for (unsigned id = 0; id < AVPS_SCMI_NUM_SENSORS; id++) {
        memcpy(s->sensor[id].value, avps_scmi_sensors[id].boot,
               sizeof(s->sensor[id].value));
        add_input(s, id);
    }
    s->update = timer_new_ns(QEMU_CLOCK_VIRTUAL, update_all, s);
    avps_sensor_player_init(&s->player, s);
}

static void sensor_finalize(Object *obj)
{
    AvpsScmiSensors *s = AVPS_SCMI_SENSOR(obj);

    timer_free(s->update);
    avps_sensor_player_finalize(&s->player);
}

/* What another machine sends may not flood this one with updates. */
static bool sensor_state_is_valid(void *opaque, int version_id)
{
    AvpsScmiSensors *s = opaque;

    for (unsigned id = 0; id < AVPS_SCMI_NUM_SENSORS; id++) {
        for (unsigned agent = 0; agent < AVPS_SCMI_NUM_AGENTS; agent++) {
            if (avps_scmi_sensors[id].intervals &&
                s->sensor[id].view[agent].interval < MIN_INTERVAL) {
                return false;
            }
        }
        if (!avps_scmi_sensors[id].intervals &&
            s->sensor[id].update_subscribers) {
            return false;
        }
    }
    return true;
}

static const VMStateDescription vmstate_trip_point = {
    .name = "avps-scmi-sensor/trip-point",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_UINT8(events, AvpsScmiTripPoint),
        VMSTATE_INT64(value, AvpsScmiTripPoint),
        VMSTATE_END_OF_LIST()
    }
};

static const VMStateDescription vmstate_view = {
    .name = "avps-scmi-sensor/view",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_BOOL(enabled, AvpsScmiSensorView),
        VMSTATE_BOOL(timestamps, AvpsScmiSensorView),
        VMSTATE_UINT32(interval, AvpsScmiSensorView),
        VMSTATE_INT64(next_update, AvpsScmiSensorView),
        VMSTATE_STRUCT_ARRAY(trip_point, AvpsScmiSensorView,
                             AVPS_SCMI_MAX_TRIP_POINTS, 1, vmstate_trip_point,
                             AvpsScmiTripPoint),
        VMSTATE_END_OF_LIST()
    }
};

static const VMStateDescription vmstate_sensor_state = {
    .name = "avps-scmi-sensor/sensor",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_INT64_ARRAY(value, AvpsScmiSensorState, AVPS_SCMI_MAX_AXES),
        VMSTATE_UINT32(trip_subscribers, AvpsScmiSensorState),
        VMSTATE_UINT32(update_subscribers, AvpsScmiSensorState),
        VMSTATE_STRUCT_ARRAY(view, AvpsScmiSensorState, AVPS_SCMI_NUM_AGENTS,
                             1, vmstate_view, AvpsScmiSensorView),
        VMSTATE_END_OF_LIST()
    }
};

static const VMStateDescription vmstate_sensor = {
    .name = "avps-scmi-sensor",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_STRUCT_ARRAY(sensor, AvpsScmiSensors, AVPS_SCMI_NUM_SENSORS,
                             1, vmstate_sensor_state, AvpsScmiSensorState),
        VMSTATE_VALIDATE("intervals are long enough", sensor_state_is_valid),
        VMSTATE_TIMER_PTR(update, AvpsScmiSensors),
        VMSTATE_STRUCT(player, AvpsScmiSensors, 1, vmstate_avps_sensor_player,
                       AvpsSensorPlayer),
        VMSTATE_END_OF_LIST()
    }
};

static void sensor_class_init(ObjectClass *oc, AVPS_CLASS_DATA *data)
{
    AvpsScmiProtocolClass *pc = AVPS_SCMI_PROTOCOL_CLASS(oc);
    DeviceClass *dc = DEVICE_CLASS(oc);
    ResettableClass *rc = RESETTABLE_CLASS(oc);

    dc->desc = "SCMI sensor protocol";
    dc->vmsd = &vmstate_sensor;
    rc->phases.enter = sensor_reset_enter;
    pc->id = SCMI_SENSOR;
    pc->version = 0x30001;
    pc->messages = messages;
    pc->num_messages = ARRAY_SIZE(messages);
    pc->attributes = put_attributes;
    pc->forget = sensor_forget;
    avps_sensor_player_add_properties(oc);
}

static const TypeInfo sensor_types[] = {
    {
        .name = TYPE_AVPS_SCMI_SENSOR,
        .parent = TYPE_AVPS_SCMI_PROTOCOL,
        .instance_size = sizeof(AvpsScmiSensors),
        .instance_init = sensor_init,
        .instance_finalize = sensor_finalize,
        .class_init = sensor_class_init,
    },
    {
        .name = TYPE_SENSOR_INPUT,
        .parent = TYPE_AVPS_SCMI_DOMAIN,
        .class_init = input_class_init,
    },
};

DEFINE_TYPES(sensor_types)
