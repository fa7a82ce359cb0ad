/*
 * avps-ecu qtest: sensors of the system control processor
 *
 * Arm System Control and Management Interface (DEN0056) 3.2, section 4.7.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/bitops.h"
#include "qemu/timer.h"
#include "qobject/qdict.h"
#include "tests/qtest/avps/migration.h"
#include "tests/qtest/avps/scmi.h"

enum {
    DESCRIPTION_GET = 3,
    TRIP_POINT_NOTIFY,
    TRIP_POINT_CONFIG,
    READING_GET,
    AXIS_DESCRIPTION_GET,
    LIST_UPDATE_INTERVALS,
    CONFIG_GET,
    CONFIG_SET,
    CONTINUOUS_UPDATE_NOTIFY,
    NAME_GET,
    AXIS_NAME_GET,
    NUM_MESSAGES,
};

enum { TRIP_POINT_EVENT, UPDATE };

enum {
    SOC_TEMPERATURE,
    BOARD_TEMPERATURE,
    SUPPLY_VOLTAGE,
    SUPPLY_CURRENT,
    SUPPLY_POWER,
    AMBIENT_LIGHT,
    ACCELEROMETER,
    GYROSCOPE,
    NUM_SENSORS,
};

#define ENABLE BIT(0)
#define TIMESTAMPS BIT(1)
#define ROUND_LONGER BIT(9)
#define ROUND_NEAREST BIT(10)
#define INTERVAL(seconds, exponent) \
    ((uint32_t)(seconds) << 16 | ((exponent) & 0x1fu) << 11)
/* The same in lists */
#define LISTED(seconds, exponent) \
    ((uint32_t)(seconds) << 5 | ((exponent) & 0x1fu))

#define RISING 1
#define FALLING 2
#define TRIP(id, events) ((id) << 4 | (events))

#define ask(agent, message, ...) \
    scmi_call(agent, SCMI_SENSOR, message, __VA_ARGS__)
#define check(agent, want, message, ...) \
    g_assert_cmpint(ask(agent, message, __VA_ARGS__).status, ==, want)
#define succeed(agent, message, ...) \
    check(agent, SCMI_SUCCESS, message, __VA_ARGS__)

static void set(ScmiAgent *agent, const char *name, const char *property,
                int64_t value)
{
    qtest_qmp_assert_success(
        scmi_machine(agent), "{'execute': 'qom-set', 'arguments': {"
        "'path': %s, 'property': %s, 'value': %" PRId64 "}}",
        name, property, value);
}

#define PATH(name) SCMI_PATH "/sensor/" name

/* The clock tells the time by going on. */
static int64_t clock_of(ScmiAgent *agent)
{
    return qtest_clock_step(scmi_machine(agent), 1);
}

static int64_t reading(ScmiAgent *agent, unsigned id)
{
    ScmiMessage m = ask(agent, READING_GET, id, 0);

    g_assert_cmpint(m.status, ==, SCMI_SUCCESS);
    g_assert_cmpint(m.num_words, ==, 4);
    return scmi_u64(&m, 0);
}

/* --- Descriptions --- */

static void test_attributes(ScmiAgent *agent)
{
    ScmiMessage m = scmi_send(agent, SCMI_SENSOR, SCMI_PROTOCOL_ATTRIBUTES,
                              NULL, 0);

    g_assert_cmpint(m.status, ==, SCMI_SUCCESS);
    g_assert_cmpint(m.num_words, ==, 4);
    g_assert_cmpint(extract32(m.word[0], 0, 16), ==, NUM_SENSORS);
    g_assert_cmpint(extract32(m.word[0], 16, 8), >, 0);
    g_assert_cmpint(extract32(m.word[0], 24, 8), ==, 0);
    g_assert_cmphex(m.word[1] | m.word[2] | m.word[3], ==, 0);
    m = scmi_send(agent, SCMI_SENSOR, SCMI_PROTOCOL_VERSION, NULL, 0);
    g_assert_cmphex(m.word[0], ==, 0x30001);
    for (unsigned i = DESCRIPTION_GET; i < NUM_MESSAGES; i++) {
        m = scmi_call(agent, SCMI_SENSOR, SCMI_PROTOCOL_MESSAGE_ATTRIBUTES, i);
        g_assert_cmpint(m.status, ==, SCMI_SUCCESS);
        g_assert_cmphex(m.word[0], ==, 0);
    }
    check(agent, SCMI_NOT_FOUND, SCMI_PROTOCOL_MESSAGE_ATTRIBUTES,
          NUM_MESSAGES);
}

static void check_descriptor(ScmiAgent *agent, unsigned id, const char *name,
                             unsigned type, int scale, unsigned axes)
{
    ScmiMessage m = ask(agent, DESCRIPTION_GET, id);
    g_autofree char *short_name = scmi_name(&m, 4, 4);
    unsigned returned;

    g_assert_cmpint(m.status, ==, SCMI_SUCCESS);
    /* As many as fit, and they are not all of the same length */
    returned = extract32(m.word[0], 0, 12);
    g_assert_cmpint(returned, ==,
                    id == AMBIENT_LIGHT || id == ACCELEROMETER ? 2 : 1);
    g_assert_cmpint(extract32(m.word[0], 12, 4), ==, 0);
    g_assert_cmpint(extract32(m.word[0], 16, 16), ==,
                    NUM_SENSORS - id - returned);
    g_assert_cmpint(m.num_words, ==, 1 + (axes ? 8 : 13) +
                    (returned == 2 ? 8 : 0));
    g_assert_cmpint(m.word[1], ==, id);
    g_assert_cmpint(extract32(m.word[2], 8, 2), ==, 3);
    g_assert_cmpint(sextract32(m.word[2], 10, 5), ==, -9);
    g_assert_cmphex(extract32(m.word[2], 15, 14), ==, 0);
    g_assert_cmpint(extract32(m.word[3], 0, 8), ==, type);
    g_assert_cmpint(extract32(m.word[3], 8, 1), ==, axes > 0);
    g_assert_cmpint(extract32(m.word[3], 9, 2), ==, 0);
    g_assert_cmpint(sextract32(m.word[3], 11, 5), ==, scale);
    g_assert_cmpint(extract32(m.word[3], 16, 6), ==, axes);
    g_assert_cmpint(extract32(m.word[3], 22, 10), ==, 0);
    g_assert_true(!strncmp(short_name, name, 15));
    g_assert_cmpint(extract32(m.word[2], 29, 1), ==, strlen(name) > 15);
}

static void test_descriptors(ScmiAgent *agent)
{
    check_descriptor(agent, SOC_TEMPERATURE, "soc-temperature", 2, -3, 0);
    check_descriptor(agent, BOARD_TEMPERATURE, "board-temperature", 2, -3, 0);
    check_descriptor(agent, SUPPLY_VOLTAGE, "supply-voltage", 5, -3, 0);
    check_descriptor(agent, SUPPLY_CURRENT, "supply-current", 6, -3, 0);
    check_descriptor(agent, SUPPLY_POWER, "supply-power", 7, -3, 0);
    check_descriptor(agent, AMBIENT_LIGHT, "ambient-light", 13, -3, 0);
    check_descriptor(agent, ACCELEROMETER, "accelerometer", 0x59, -6, 3);
    check(agent, SCMI_INVALID_PARAMETERS, DESCRIPTION_GET, NUM_SENSORS);
    check(agent, SCMI_INVALID_PARAMETERS, DESCRIPTION_GET, UINT32_MAX);
}

/* What Linux's hwmon and IIO drivers need to see */
static void test_capabilities(ScmiAgent *agent)
{
    ScmiMessage m = ask(agent, DESCRIPTION_GET, SOC_TEMPERATURE);

    g_assert_cmpint(extract32(m.word[2], 0, 8), ==, 2);     /* trip points */
    g_assert_cmpint(extract32(m.word[2], 30, 2), ==, 1);    /* updates */
    g_assert_cmpint((int32_t)m.word[10], ==, -40000);
    g_assert_cmpint((int32_t)m.word[11], ==, -1);
    g_assert_cmpint(m.word[12], ==, 150000);
    m = ask(agent, DESCRIPTION_GET, BOARD_TEMPERATURE);
    g_assert_cmpint(extract32(m.word[2], 30, 2), ==, 3);    /* and async */
    m = ask(agent, DESCRIPTION_GET, SUPPLY_VOLTAGE);
    g_assert_cmpint(extract32(m.word[2], 30, 2), ==, 0);
}

static void test_names(ScmiAgent *agent)
{
    ScmiMessage m = ask(agent, NAME_GET, BOARD_TEMPERATURE);
    g_autofree char *name = scmi_name(&m, 1, 16);

    g_assert_cmpint(m.num_words, ==, 17);
    g_assert_cmphex(m.word[0], ==, 0);
    g_assert_cmpstr(name, ==, "board-temperature");
    check(agent, SCMI_NOT_FOUND, NAME_GET, NUM_SENSORS);
}

static void test_axes(ScmiAgent *agent)
{
    ScmiMessage m = ask(agent, AXIS_DESCRIPTION_GET, GYROSCOPE, 0);
    g_autofree char *name = scmi_name(&m, 4, 4);

    /* Two fit, one remains */
    g_assert_cmpint(extract32(m.word[0], 0, 6), ==, 2);
    g_assert_cmpint(extract32(m.word[0], 6, 20), ==, 0);
    g_assert_cmpint(extract32(m.word[0], 26, 6), ==, 1);
    g_assert_cmpint(m.num_words, ==, 1 + 2 * 12);
    g_assert_cmpint(m.word[1], ==, 0);
    g_assert_cmphex(m.word[2], ==, BIT(8) | BIT(9));
    g_assert_cmphex(m.word[3], ==, 0x57 | (-6 & 0x1f) << 11);
    g_assert_cmpstr(name, ==, "gyro_X");
    g_assert_cmpint(m.word[13], ==, 1);
    m = ask(agent, AXIS_DESCRIPTION_GET, GYROSCOPE, 2);
    g_assert_cmpint(extract32(m.word[0], 0, 6), ==, 1);
    g_assert_cmpint(extract32(m.word[0], 26, 6), ==, 0);
    g_assert_cmpint(m.word[1], ==, 2);
    check(agent, SCMI_INVALID_PARAMETERS, AXIS_DESCRIPTION_GET, GYROSCOPE, 3);
    check(agent, SCMI_NOT_SUPPORTED, AXIS_DESCRIPTION_GET, SOC_TEMPERATURE, 0);
    check(agent, SCMI_NOT_FOUND, AXIS_DESCRIPTION_GET, NUM_SENSORS, 0);
}

static void test_axis_names(ScmiAgent *agent)
{
    for (unsigned axis = 0; axis < 3; axis++) {
        ScmiMessage m = ask(agent, AXIS_NAME_GET, ACCELEROMETER, axis);
        g_autofree char *name = scmi_name(&m, 2, 16);
        static const char *const names[] = {
            "acceleration_longitudinal_X", "acceleration_lateral_Y",
            "acceleration_vertical_Z",
        };

        g_assert_cmpint(m.num_words, ==, 18);
        g_assert_cmphex(m.word[0], ==, 1 | (2 - axis) << 26);
        g_assert_cmpint(m.word[1], ==, axis);
        g_assert_cmpstr(name, ==, names[axis]);
    }
    check(agent, SCMI_INVALID_PARAMETERS, AXIS_NAME_GET, ACCELEROMETER, 3);
    check(agent, SCMI_NOT_SUPPORTED, AXIS_NAME_GET, SUPPLY_POWER, 0);
}

static void test_interval_lists(ScmiAgent *agent)
{
    ScmiMessage m = ask(agent, LIST_UPDATE_INTERVALS, GYROSCOPE, 0);

    g_assert_cmphex(m.word[0], ==, 10);
    g_assert_cmpint(m.num_words, ==, 11);
    g_assert_cmphex(m.word[1], ==, LISTED(1, -3));
    g_assert_cmphex(m.word[2], ==, LISTED(2, -3));
    g_assert_cmphex(m.word[10], ==, LISTED(1, 0));
    m = ask(agent, LIST_UPDATE_INTERVALS, GYROSCOPE, 9);
    g_assert_cmphex(m.word[0], ==, 1);
    g_assert_cmphex(m.word[1], ==, LISTED(1, 0));
    /* Minimum, maximum, step */
    m = ask(agent, LIST_UPDATE_INTERVALS, AMBIENT_LIGHT, 0);
    g_assert_cmphex(m.word[0], ==, 3 | BIT(12));
    g_assert_cmphex(m.word[1], ==, LISTED(1, -1));
    g_assert_cmphex(m.word[2], ==, LISTED(1, 1));
    g_assert_cmphex(m.word[3], ==, LISTED(1, -1));
    check(agent, SCMI_INVALID_PARAMETERS, LIST_UPDATE_INTERVALS, GYROSCOPE,
          10);
    check(agent, SCMI_INVALID_PARAMETERS, LIST_UPDATE_INTERVALS,
          AMBIENT_LIGHT, 1);
    check(agent, SCMI_NOT_SUPPORTED, LIST_UPDATE_INTERVALS, SUPPLY_VOLTAGE, 0);
    check(agent, SCMI_NOT_FOUND, LIST_UPDATE_INTERVALS, NUM_SENSORS, 0);
}

/* --- Readings --- */

static void test_reading(ScmiAgent *agent)
{
    g_assert_cmpint(reading(agent, SOC_TEMPERATURE), ==, 45000);
    set(agent, PATH("soc-temperature"), "value", -40000);
    g_assert_cmpint(reading(agent, SOC_TEMPERATURE), ==, -40000);
    check(agent, SCMI_INVALID_PARAMETERS, READING_GET, SOC_TEMPERATURE, 0xf);
    check(agent, SCMI_INVALID_PARAMETERS, READING_GET, SOC_TEMPERATURE, 2);
    check(agent, SCMI_NOT_FOUND, READING_GET, NUM_SENSORS, 0);
    check(agent, SCMI_NOT_FOUND, READING_GET, UINT32_MAX, 0);
    check(agent, SCMI_PROTOCOL_ERROR, READING_GET, SOC_TEMPERATURE);
    check(agent, SCMI_PROTOCOL_ERROR, READING_GET, SOC_TEMPERATURE, 0, 0);
}

static void test_axes_reading(ScmiAgent *agent)
{
    ScmiMessage m;
    int64_t now;

    set(agent, PATH("accelerometer"), "x", -1500000);
    set(agent, PATH("accelerometer"), "y", 2500000);
    succeed(agent, CONFIG_SET, ACCELEROMETER, ENABLE | TIMESTAMPS);
    qtest_clock_step(scmi_machine(agent), 12345);
    now = clock_of(agent);
    m = ask(agent, READING_GET, ACCELEROMETER, 0);
    g_assert_cmpint(m.num_words, ==, 12);
    g_assert_cmpint(scmi_u64(&m, 0), ==, (uint64_t)-1500000);
    g_assert_cmpint(scmi_u64(&m, 4), ==, 2500000);
    g_assert_cmpint(scmi_u64(&m, 8), ==, 9806650);
    /* Virtual time, the same for all */
    g_assert_cmpint(scmi_u64(&m, 2), >=, now);
    g_assert_cmpint(scmi_u64(&m, 2), <=, clock_of(agent));
    g_assert_cmpint(scmi_u64(&m, 6), ==, scmi_u64(&m, 2));
    g_assert_cmpint(scmi_u64(&m, 10), ==, scmi_u64(&m, 2));
    /* Without timestamps */
    succeed(agent, CONFIG_SET, ACCELEROMETER, ENABLE);
    m = ask(agent, READING_GET, ACCELEROMETER, 0);
    g_assert_cmpint(scmi_u64(&m, 2), ==, 0);
}

static void test_disabled(ScmiAgent *agent)
{
    succeed(agent, CONFIG_SET, SOC_TEMPERATURE, 0);
    check(agent, SCMI_PROTOCOL_ERROR, READING_GET, SOC_TEMPERATURE, 0);
    g_assert_cmpint(reading(agent, SUPPLY_VOLTAGE), ==, 12000);
    succeed(agent, CONFIG_SET, SOC_TEMPERATURE, ENABLE);
    g_assert_cmpint(reading(agent, SOC_TEMPERATURE), ==, 45000);
}

static void test_async(ScmiAgent *agent)
{
    ScmiMessage m = ask(agent, READING_GET, BOARD_TEMPERATURE, 1);

    g_assert_cmpint(m.status, ==, SCMI_SUCCESS);
    g_assert_cmpint(m.num_words, ==, 0);
    /* The value of when it is read */
    set(agent, PATH("board-temperature"), "value", 31000);
    m = scmi_wait_delayed(agent, SCMI_SENSOR, READING_GET);
    g_assert_cmpint(m.status, ==, SCMI_SUCCESS);
    g_assert_cmpint(m.num_words, ==, 5);
    g_assert_cmpint(m.word[0], ==, BOARD_TEMPERATURE);
    g_assert_cmpint(scmi_u64(&m, 1), ==, 31000);
    check(agent, SCMI_NOT_SUPPORTED, READING_GET, SOC_TEMPERATURE, 1);
    /* Switched off in between */
    succeed(agent, READING_GET, BOARD_TEMPERATURE, 1);
    succeed(agent, CONFIG_SET, BOARD_TEMPERATURE, 0);
    m = scmi_wait_delayed(agent, SCMI_SENSOR, READING_GET);
    g_assert_cmpint(m.status, ==, SCMI_PROTOCOL_ERROR);
}

static void test_async_busy(ScmiAgent *agent)
{
    ScmiMessage m = scmi_send(agent, SCMI_SENSOR, SCMI_PROTOCOL_ATTRIBUTES,
                              NULL, 0);
    unsigned max = extract32(m.word[0], 16, 8);
    unsigned i;

    for (i = 0; i <= max; i++) {
        m = ask(agent, READING_GET, AMBIENT_LIGHT, 1);
        if (m.status != SCMI_SUCCESS) {
            break;
        }
    }
    g_assert_cmpint(m.status, ==, SCMI_BUSY);
    g_assert_cmpint(i, ==, max);
    while (i--) {
        scmi_wait_delayed(agent, SCMI_SENSOR, READING_GET);
    }
}

/* --- Configuration --- */

static void check_interval(ScmiAgent *agent, unsigned id, uint32_t config,
                           uint32_t want)
{
    succeed(agent, CONFIG_SET, id, config | ENABLE);
    g_assert_cmphex(ask(agent, CONFIG_GET, id).word[0], ==, want | ENABLE);
}

static void test_config(ScmiAgent *agent)
{
    ScmiMessage m = ask(agent, CONFIG_GET, GYROSCOPE);

    g_assert_cmphex(m.word[0], ==, INTERVAL(1, -2));
    check_interval(agent, GYROSCOPE, TIMESTAMPS, INTERVAL(1, -2) | TIMESTAMPS);
    g_assert_cmphex(ask(agent, CONFIG_GET, SUPPLY_POWER).word[0], ==, ENABLE);
    check(agent, SCMI_INVALID_PARAMETERS, CONFIG_SET, GYROSCOPE, BIT(2));
    check(agent, SCMI_INVALID_PARAMETERS, CONFIG_SET, GYROSCOPE, BIT(8));
    check(agent, SCMI_NOT_FOUND, CONFIG_SET, NUM_SENSORS, ENABLE);
    check(agent, SCMI_NOT_FOUND, CONFIG_GET, NUM_SENSORS);
    check(agent, SCMI_NOT_SUPPORTED, CONFIG_SET, SUPPLY_POWER,
          INTERVAL(1, 0) | ENABLE);
    /* What was refused changed nothing */
    g_assert_cmphex(ask(agent, CONFIG_GET, GYROSCOPE).word[0], ==,
                    INTERVAL(1, -2) | TIMESTAMPS | ENABLE);
}

static void test_rounding(ScmiAgent *agent)
{
    check_interval(agent, GYROSCOPE, INTERVAL(7, -3), INTERVAL(5, -3));
    check_interval(agent, GYROSCOPE, INTERVAL(7, -3) | ROUND_LONGER,
                   INTERVAL(1, -2));
    check_interval(agent, GYROSCOPE, INTERVAL(7, -3) | ROUND_NEAREST,
                   INTERVAL(5, -3));
    check_interval(agent, GYROSCOPE, INTERVAL(9, -3) | ROUND_NEAREST |
                   ROUND_LONGER, INTERVAL(1, -2));
    /* Linux's way to write 100 Hz */
    check_interval(agent, GYROSCOPE, INTERVAL(10000, -6) | ROUND_NEAREST,
                   INTERVAL(1, -2));
    check_interval(agent, GYROSCOPE, INTERVAL(0xffff, 15) | ROUND_NEAREST,
                   INTERVAL(1, 0));
    check_interval(agent, GYROSCOPE, INTERVAL(1, -16) | ROUND_LONGER,
                   INTERVAL(1, -3));
    check(agent, SCMI_NOT_SUPPORTED, CONFIG_SET, GYROSCOPE, INTERVAL(1, -4));
    check(agent, SCMI_NOT_SUPPORTED, CONFIG_SET, GYROSCOPE,
          INTERVAL(2, 0) | ROUND_LONGER);
}

static void test_rounding_range(ScmiAgent *agent)
{
    check_interval(agent, AMBIENT_LIGHT, INTERVAL(250, -3), INTERVAL(2, -1));
    check_interval(agent, AMBIENT_LIGHT, INTERVAL(210, -3) | ROUND_LONGER,
                   INTERVAL(3, -1));
    check_interval(agent, AMBIENT_LIGHT, INTERVAL(290, -3) | ROUND_NEAREST,
                   INTERVAL(3, -1));
    check_interval(agent, AMBIENT_LIGHT, INTERVAL(3, -1) | ROUND_LONGER,
                   INTERVAL(3, -1));
    check_interval(agent, AMBIENT_LIGHT, INTERVAL(1, -3) | ROUND_LONGER,
                   INTERVAL(1, -1));
    check_interval(agent, AMBIENT_LIGHT, INTERVAL(99, 0), INTERVAL(1, 1));
    check(agent, SCMI_NOT_SUPPORTED, CONFIG_SET, AMBIENT_LIGHT,
          INTERVAL(99, 0) | ROUND_LONGER);
    check(agent, SCMI_NOT_SUPPORTED, CONFIG_SET, AMBIENT_LIGHT,
          INTERVAL(99, -3));
}

/* --- Trip points --- */

static void check_trip(ScmiAgent *agent, unsigned id, unsigned trip_point,
                       bool rising)
{
    ScmiMessage m = scmi_wait_notification(agent, SCMI_SENSOR,
                                           TRIP_POINT_EVENT);

    g_assert_cmpint(m.num_words, ==, 3);
    g_assert_cmpint(m.word[0], ==, 0);
    g_assert_cmpint(m.word[1], ==, id);
    g_assert_cmphex(m.word[2], ==, trip_point | rising << 16);
}

static void test_trip_points(ScmiAgent *agent)
{
    succeed(agent, TRIP_POINT_CONFIG, SOC_TEMPERATURE, TRIP(0, RISING), 90000,
            0);
    succeed(agent, TRIP_POINT_CONFIG, SOC_TEMPERATURE,
            TRIP(1, RISING | FALLING), (uint32_t)-10000, UINT32_MAX);
    /* Nobody is told before */
    set(agent, PATH("soc-temperature"), "value", 100000);
    scmi_check_no_event(agent, SCALE_MS);
    set(agent, PATH("soc-temperature"), "value", 45000);
    succeed(agent, TRIP_POINT_NOTIFY, SOC_TEMPERATURE, 1);
    /* Reached */
    set(agent, PATH("soc-temperature"), "value", 90000);
    check_trip(agent, SOC_TEMPERATURE, 0, true);
    /* Not again, and not on the way down */
    set(agent, PATH("soc-temperature"), "value", 95000);
    set(agent, PATH("soc-temperature"), "value", 20000);
    scmi_check_no_event(agent, SCALE_MS);
    /* Crossed, both ways */
    set(agent, PATH("soc-temperature"), "value", -10001);
    check_trip(agent, SOC_TEMPERATURE, 1, false);
    set(agent, PATH("soc-temperature"), "value", 0);
    check_trip(agent, SOC_TEMPERATURE, 1, true);
    succeed(agent, TRIP_POINT_CONFIG, SOC_TEMPERATURE, TRIP(1, 0), 0, 0);
    set(agent, PATH("soc-temperature"), "value", -20000);
    scmi_check_no_event(agent, SCALE_MS);
    succeed(agent, TRIP_POINT_NOTIFY, SOC_TEMPERATURE, 0);
    set(agent, PATH("soc-temperature"), "value", 100000);
    scmi_check_no_event(agent, SCALE_MS);
}

static void test_trip_point_errors(ScmiAgent *agent)
{
    check(agent, SCMI_INVALID_PARAMETERS, TRIP_POINT_NOTIFY, GYROSCOPE, 0xf);
    check(agent, SCMI_NOT_SUPPORTED, TRIP_POINT_NOTIFY, GYROSCOPE, 1);
    check(agent, SCMI_NOT_FOUND, TRIP_POINT_NOTIFY, NUM_SENSORS, 1);
    for (unsigned id = 0; id < NUM_SENSORS; id++) {
        check(agent, SCMI_INVALID_PARAMETERS, TRIP_POINT_CONFIG, id, 0xf, 0,
              0);
        check(agent, SCMI_INVALID_PARAMETERS, TRIP_POINT_CONFIG, id,
              TRIP(2, 0), 0, 0);
    }
    check(agent, SCMI_INVALID_PARAMETERS, TRIP_POINT_CONFIG, SOC_TEMPERATURE,
          BIT(12), 0, 0);
    check(agent, SCMI_NOT_FOUND, TRIP_POINT_CONFIG, NUM_SENSORS, 0, 0, 0);
    check(agent, SCMI_PROTOCOL_ERROR, TRIP_POINT_CONFIG, SOC_TEMPERATURE, 0,
          0);
}

/* --- Continuous updates --- */

static ScmiMessage check_update(ScmiAgent *agent, unsigned id, unsigned axes)
{
    ScmiMessage m = scmi_wait_notification(agent, SCMI_SENSOR, UPDATE);

    g_assert_cmpint(m.num_words, ==, 2 + 4 * axes);
    g_assert_cmpint(m.word[0], ==, 0);
    g_assert_cmpint(m.word[1], ==, id);
    return m;
}

static void test_updates(ScmiAgent *agent)
{
    uint64_t time;
    ScmiMessage m;

    g_assert_false(qom_get_bool(scmi_machine(agent), PATH("accelerometer"),
                                "updating"));
    succeed(agent, CONFIG_SET, ACCELEROMETER,
            ENABLE | TIMESTAMPS | INTERVAL(2, -2));
    succeed(agent, CONTINUOUS_UPDATE_NOTIFY, ACCELEROMETER, 1);
    g_assert_true(qom_get_bool(scmi_machine(agent), PATH("accelerometer"),
                               "updating"));
    m = check_update(agent, ACCELEROMETER, 3);
    g_assert_cmpint(scmi_u64(&m, 10), ==, 9806650);
    time = scmi_u64(&m, 4);
    set(agent, PATH("accelerometer"), "z", 1);
    m = check_update(agent, ACCELEROMETER, 3);
    g_assert_cmpint(scmi_u64(&m, 10), ==, 1);
    /* Exactly one interval later */
    g_assert_cmpint(scmi_u64(&m, 4), ==, time + 20 * SCALE_MS);
    succeed(agent, CONTINUOUS_UPDATE_NOTIFY, ACCELEROMETER, 0);
    scmi_check_no_event(agent, 100 * SCALE_MS);
    g_assert_false(qom_get_bool(scmi_machine(agent), PATH("accelerometer"),
                                "updating"));
}

/* Off while the sensor is */
static void test_updates_disabled(ScmiAgent *agent)
{
    succeed(agent, CONTINUOUS_UPDATE_NOTIFY, SOC_TEMPERATURE, 1);
    succeed(agent, CONFIG_SET, SOC_TEMPERATURE, 0);
    scmi_check_no_event(agent, 3 * NANOSECONDS_PER_SECOND);
    succeed(agent, CONFIG_SET, SOC_TEMPERATURE, ENABLE);
    check_update(agent, SOC_TEMPERATURE, 1);
    check(agent, SCMI_INVALID_PARAMETERS, CONTINUOUS_UPDATE_NOTIFY,
          SOC_TEMPERATURE, 2);
    check(agent, SCMI_NOT_SUPPORTED, CONTINUOUS_UPDATE_NOTIFY, SUPPLY_VOLTAGE,
          1);
    check(agent, SCMI_NOT_FOUND, CONTINUOUS_UPDATE_NOTIFY, NUM_SENSORS, 1);
}

/* --- Agents --- */

/* What one sets, another does not notice. */
static void test_two_agents(void)
{
    QTestState *qts = machine_start("");
    ScmiAgent *first = scmi_open(qts, 1), *second = scmi_open(qts, 2);

    succeed(second, CONFIG_SET, SOC_TEMPERATURE, 0);
    g_assert_cmpint(reading(first, SOC_TEMPERATURE), ==, 45000);
    check(second, SCMI_PROTOCOL_ERROR, READING_GET, SOC_TEMPERATURE, 0);
    succeed(first, CONFIG_SET, GYROSCOPE, ENABLE | INTERVAL(1, 0));
    g_assert_cmphex(ask(second, CONFIG_GET, GYROSCOPE).word[0], ==,
                    INTERVAL(1, -2));
    succeed(first, TRIP_POINT_CONFIG, SUPPLY_VOLTAGE, TRIP(0, FALLING), 9000,
            0);
    succeed(first, TRIP_POINT_NOTIFY, SUPPLY_VOLTAGE, 1);
    succeed(second, TRIP_POINT_NOTIFY, SUPPLY_VOLTAGE, 1);
    set(first, PATH("supply-voltage"), "value", 8000);
    check_trip(first, SUPPLY_VOLTAGE, 0, false);
    scmi_check_no_event(second, SCALE_MS);
    scmi_close(first);
    scmi_close(second);
    qtest_quit(qts);
}

#define SENSORS_DEVICE 12
#define SET_DEVICE_PERMISSIONS 9

/* Without permission, there is nothing to see and nothing happens. */
static void test_permission(void)
{
    QTestState *qts = machine_start("");
    ScmiAgent *first = scmi_open(qts, 1), *second = scmi_open(qts, 2);

    succeed(second, CONTINUOUS_UPDATE_NOTIFY, ACCELEROMETER, 1);
    scmi_check_no_event(second, 20 * SCALE_MS);
    succeed(second, CONFIG_SET, ACCELEROMETER, ENABLE);
    check_update(second, ACCELEROMETER, 3);
    g_assert_cmpint(scmi_status(first, SCMI_BASE, SET_DEVICE_PERMISSIONS, 2,
                                SENSORS_DEVICE, 0), ==, SCMI_SUCCESS);
    scmi_check_no_event(second, 100 * SCALE_MS);
    for (unsigned message = DESCRIPTION_GET; message < NUM_MESSAGES;
         message++) {
        static const uint32_t zeros[4];
        static const unsigned words[] = {
            [DESCRIPTION_GET] = 1, 2, 4, 2, 2, 2, 1, 2, 2, 1, 2,
        };

        g_assert_cmpint(scmi_send(second, SCMI_SENSOR, message, zeros,
                                  words[message]).status, ==, SCMI_DENIED);
    }
    g_assert_cmpint(reading(first, SOC_TEMPERATURE), ==, 45000);
    g_assert_cmpint(scmi_status(first, SCMI_BASE, SET_DEVICE_PERMISSIONS, 2,
                                SENSORS_DEVICE, 1), ==, SCMI_SUCCESS);
    g_assert_cmpint(reading(second, SOC_TEMPERATURE), ==, 45000);
    scmi_close(first);
    scmi_close(second);
    qtest_quit(qts);
}

/* --- Reset, save and load --- */

static void set_everything(ScmiAgent *agent)
{
    succeed(agent, CONFIG_SET, ACCELEROMETER,
            ENABLE | TIMESTAMPS | INTERVAL(5, -2));
    succeed(agent, CONTINUOUS_UPDATE_NOTIFY, ACCELEROMETER, 1);
    succeed(agent, TRIP_POINT_CONFIG, SUPPLY_VOLTAGE, TRIP(1, FALLING), 9000,
            0);
    succeed(agent, TRIP_POINT_NOTIFY, SUPPLY_VOLTAGE, 1);
    set(agent, PATH("soc-temperature"), "value", 77000);
}

static void test_reset(ScmiAgent *agent)
{
    set_everything(agent);
    check_update(agent, ACCELEROMETER, 3);
    qtest_system_reset(scmi_machine(agent));
    scmi_reopen(agent);
    scmi_check_no_event(agent, NANOSECONDS_PER_SECOND);
    g_assert_cmphex(ask(agent, CONFIG_GET, ACCELEROMETER).word[0], ==,
                    INTERVAL(1, -2));
    set(agent, PATH("supply-voltage"), "value", 8000);
    scmi_check_no_event(agent, SCALE_MS);
    /* The world outside is not reset */
    g_assert_cmpint(reading(agent, SOC_TEMPERATURE), ==, 77000);
}

/* qtest's own clock does not travel: the new one starts at 0. */
static QTestState *save_and_load(ScmiAgent *agent)
{
    int64_t now = clock_of(agent);
    QTestState *loaded = machine_through_a_file(scmi_machine(agent), "");

    qtest_clock_set(loaded, now);
    qtest_qmp_assert_success(loaded, "{'execute': 'cont'}");
    scmi_move(agent, loaded);
    return loaded;
}

static void test_save_and_load(void)
{
    QTestState *qts = machine_start("");
    ScmiAgent *agent = scmi_open(qts, 1);
    uint64_t time;
    ScmiMessage m;

    set_everything(agent);
    succeed(agent, READING_GET, BOARD_TEMPERATURE, 1);
    qts = save_and_load(agent);
    m = scmi_wait_delayed(agent, SCMI_SENSOR, READING_GET);
    g_assert_cmpint(scmi_u64(&m, 1), ==, 25000);
    time = scmi_u64(&m, 3);
    m = check_update(agent, ACCELEROMETER, 3);
    time = scmi_u64(&m, 4);
    m = check_update(agent, ACCELEROMETER, 3);
    g_assert_cmpint(scmi_u64(&m, 4), ==, time + 50 * SCALE_MS);
    succeed(agent, CONTINUOUS_UPDATE_NOTIFY, ACCELEROMETER, 0);
    set(agent, PATH("supply-voltage"), "value", 8000);
    check_trip(agent, SUPPLY_VOLTAGE, 1, false);
    g_assert_cmpint(reading(agent, SOC_TEMPERATURE), ==, 77000);
    scmi_close(agent);
    qtest_quit(qts);
}

/* --- The host --- */

static void check_refused(ScmiAgent *agent, const char *path,
                          const char *property, const char *value,
                          const char *why)
{
    g_autofree char *command = g_strdup_printf(
        "{'execute': 'qom-set', 'arguments': {'path': '%s', 'property': '%s', "
        "'value': %s}}", path, property, value);
    QDict *reply = qtest_qmp(scmi_machine(agent), command, NULL);
    const char *said;

    g_assert_true(qdict_haskey(reply, "error"));
    said = qdict_get_str(qdict_get_qdict(reply, "error"), "desc");
    g_assert_nonnull(strstr(said, why));
    qobject_unref(reply);
}

static void test_host(ScmiAgent *agent)
{
    g_autofree char *unit = qom_get_string(scmi_machine(agent),
                                           PATH("gyroscope"), "unit");

    g_assert_cmpstr(unit, ==, "10^-6 rad/s");
    check_refused(agent, PATH("soc-temperature"), "value", "150001",
                  "-40000 to 150000");
    check_refused(agent, PATH("gyroscope"), "x", "-34906586", "gyroscope");
    g_assert_cmpint(reading(agent, SOC_TEMPERATURE), ==, 45000);
}

/* --- Time series --- */

static void play(ScmiAgent *agent, const char *text)
{
    char *file = temporary_file(text, strlen(text), strlen(text));

    qtest_qmp_assert_success(
        scmi_machine(agent), "{'execute': 'qom-set', 'arguments': {"
        "'path': %s, 'property': 'play', 'value': %s}}",
        SCMI_PATH "/sensor", file);
}

static void test_play(ScmiAgent *agent)
{
    QTestState *qts = scmi_machine(agent);
    int64_t start;

    play(agent, "time,sensor,value\n"
         "# seconds, sensor, its unit\n"
         "0,soc-temperature,12.5\n"
         "0.5,gyroscope.z,-0.25\r\n"
         "\n"
         "0.500000001 , soc-temperature , -3.0006\n"
         "2,soc-temperature,+99");
    start = clock_of(agent);
    g_assert_cmpint(reading(agent, SOC_TEMPERATURE), ==, 12500);
    qtest_clock_set(qts, start + 500 * SCALE_MS - SCALE_US);
    g_assert_cmpint((int64_t)qom_get_uint(qts, PATH("gyroscope"), "z"), ==, 0);
    qtest_clock_set(qts, start + 500 * SCALE_MS + SCALE_US);
    g_assert_cmpint((int64_t)qom_get_uint(qts, PATH("gyroscope"), "z"), ==,
                    -250000);
    g_assert_cmpint(reading(agent, SOC_TEMPERATURE), ==, -3001);
    g_assert_true(qom_get_bool(qts, SCMI_PATH "/sensor", "playing"));
    qtest_clock_set(qts, start + 3 * NANOSECONDS_PER_SECOND);
    g_assert_cmpint(reading(agent, SOC_TEMPERATURE), ==, 99000);
    g_assert_false(qom_get_bool(qts, SCMI_PATH "/sensor", "playing"));
}

static void check_play_error(ScmiAgent *agent, const char *text,
                             const char *why)
{
    char *file = temporary_file(text, strlen(text), strlen(text));
    g_autofree char *value = g_strdup_printf("'%s'", file);

    check_refused(agent, SCMI_PATH "/sensor", "play", value, why);
}

static void test_play_errors(ScmiAgent *agent)
{
    check_play_error(agent, "time,sensor,value\n0,soc-temperature\n",
                     "line 2: 2 fields");
    check_play_error(agent, "0,soc-temperature,1,2", "line 1: 4 fields");
    check_play_error(agent, "-1,soc-temperature,1", "'-1' is no time");
    check_play_error(agent, "1e3,soc-temperature,1", "'1e3' is no time");
    check_play_error(agent, "99999999999999999999,soc-temperature,1",
                     "is no time");
    check_play_error(agent, "0,humidity,1", "'humidity' is no sensor");
    check_play_error(agent, "0,gyroscope,1", "'gyroscope' is no sensor");
    check_play_error(agent, "0,gyroscope.w,1", "is no sensor");
    check_play_error(agent, "0,gyroscope.xy,1", "is no sensor");
    check_play_error(agent, "0,soc-temperature.x,1", "is no sensor");
    check_play_error(agent, "0,soc-temperature,warm", "'warm' is no value");
    check_play_error(agent, "0,soc-temperature,", "'' is no value");
    check_play_error(agent, "0,soc-temperature,1.2.3", "is no value");
    check_play_error(agent, "0,soc-temperature,151", "is no value");
    check_play_error(agent, "0,soc-temperature,99999999999999999999999",
                     "is no value");
    check_play_error(agent, "2,soc-temperature,1\n1,soc-temperature,1",
                     "line 2: its time is before");
    check_refused(agent, SCMI_PATH "/sensor", "play", "'/dev/zero'",
                  "no regular file");
    check_refused(agent, SCMI_PATH "/sensor", "play", "'/nowhere'",
                  "/nowhere");
    /* Nothing of all this was played */
    g_assert_cmpint(reading(agent, SOC_TEMPERATURE), ==, 45000);
}

static void test_play_load(void)
{
    QTestState *qts = machine_start("");
    ScmiAgent *agent = scmi_open(qts, 1);
    int64_t start;

    play(agent, "0,soc-temperature,1\n3,soc-temperature,2\n"
         "5,soc-temperature,3");
    start = clock_of(agent);
    qtest_clock_set(qts, start + 4 * NANOSECONDS_PER_SECOND);
    qts = save_and_load(agent);
    g_assert_cmpint(reading(agent, SOC_TEMPERATURE), ==, 2000);
    g_assert_true(qom_get_bool(qts, SCMI_PATH "/sensor", "playing"));
    qtest_clock_step(qts, 2 * NANOSECONDS_PER_SECOND);
    g_assert_cmpint(reading(agent, SOC_TEMPERATURE), ==, 3000);
    scmi_close(agent);
    qtest_quit(qts);
}

/* Another file, or none */
static void test_play_stop(ScmiAgent *agent)
{
    play(agent, "0,soc-temperature,1\n1,soc-temperature,2");
    play(agent, "0.5,supply-voltage,24");
    qtest_clock_step(scmi_machine(agent), 2 * NANOSECONDS_PER_SECOND);
    g_assert_cmpint(reading(agent, SOC_TEMPERATURE), ==, 1000);
    g_assert_cmpint(reading(agent, SUPPLY_VOLTAGE), ==, 24000);
    play(agent, "0.5,supply-voltage,5");
    qtest_qmp_assert_success(
        scmi_machine(agent), "{'execute': 'qom-set', 'arguments': {"
        "'path': %s, 'property': 'play', 'value': ''}}",
        SCMI_PATH "/sensor");
    qtest_clock_step(scmi_machine(agent), 2 * NANOSECONDS_PER_SECOND);
    g_assert_cmpint(reading(agent, SUPPLY_VOLTAGE), ==, 24000);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    scmi_add_test("/scmi-sensor/attributes", test_attributes, NULL);
    scmi_add_test("/scmi-sensor/descriptors", test_descriptors, NULL);
    scmi_add_test("/scmi-sensor/capabilities", test_capabilities, NULL);
    scmi_add_test("/scmi-sensor/names", test_names, NULL);
    scmi_add_test("/scmi-sensor/axes", test_axes, NULL);
    scmi_add_test("/scmi-sensor/axis-names", test_axis_names, NULL);
    scmi_add_test("/scmi-sensor/interval-lists", test_interval_lists, NULL);
    scmi_add_test("/scmi-sensor/reading", test_reading, NULL);
    scmi_add_test("/scmi-sensor/axes-reading", test_axes_reading, NULL);
    scmi_add_test("/scmi-sensor/disabled", test_disabled, NULL);
    scmi_add_test("/scmi-sensor/async", test_async, NULL);
    scmi_add_test("/scmi-sensor/async-busy", test_async_busy, NULL);
    scmi_add_test("/scmi-sensor/config", test_config, NULL);
    scmi_add_test("/scmi-sensor/rounding", test_rounding, NULL);
    scmi_add_test("/scmi-sensor/rounding-range", test_rounding_range, NULL);
    scmi_add_test("/scmi-sensor/trip-points", test_trip_points, NULL);
    scmi_add_test("/scmi-sensor/trip-point-errors", test_trip_point_errors,
                  NULL);
    scmi_add_test("/scmi-sensor/updates", test_updates, NULL);
    scmi_add_test("/scmi-sensor/updates-disabled", test_updates_disabled,
                  NULL);
    qtest_add_func("/scmi-sensor/two-agents", test_two_agents);
    qtest_add_func("/scmi-sensor/permission", test_permission);
    scmi_add_test("/scmi-sensor/reset", test_reset, NULL);
    qtest_add_func("/scmi-sensor/save-and-load", test_save_and_load);
    scmi_add_test("/scmi-sensor/host", test_host, NULL);
    scmi_add_test("/scmi-sensor/play", test_play, NULL);
    scmi_add_test("/scmi-sensor/play-errors", test_play_errors, NULL);
    qtest_add_func("/scmi-sensor/play-load", test_play_load);
    scmi_add_test("/scmi-sensor/play-stop", test_play_stop, NULL);
    return g_test_run();
}
