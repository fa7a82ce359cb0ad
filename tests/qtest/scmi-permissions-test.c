/*
 * avps-ecu qtest: who may use what by SCMI
 *
 * Arm System Control and Management Interface (DEN0056) 3.2, sections
 * 4.2.2.10 to 4.2.2.12. Agent 1 is trusted, agent 2 has the sensors only.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qobject/qdict.h"
#include "tests/qtest/avps/board.h"
#include "tests/qtest/avps/migration.h"
#include "tests/qtest/avps/scmi-domain.h"

enum {
    LIST_PROTOCOLS = 6,
    SET_DEVICE_PERMISSIONS = 9,
    SET_PROTOCOL_PERMISSIONS = 10,
    RESET_AGENT_CONFIGURATION = 11,
};

#define ALLOW 1
#define DENY 0
#define RESET_PERMISSIONS 1

/* Of avps_scmi_devices[] */
enum {
    SYSTEM = 0, CORES = 1, MEMORY = 2, USB = 3, I2C1 = 5, UART1 = 8,
    GPIO1 = 9, SENSORS = 12,
};
#define NO_DEVICE 13
#define NO_AGENT 10

#define I2C1_CLOCK 6
#define UART1_TX 8 /* a pin */
#define CLOCK_RATE_SET 5
#define CLOCK_CONFIG_SET 7
#define CLOCK_RATE_NOTIFY 9
#define CLOCK_CONFIG_GET 11
#define CLOCK_RATE_CHANGED 0
#define FROM_RATE 50000000
#define TO_RATE 25000000

#define LONG_NS 1000000000ll

/* A domain of each protocol: how it is described, and how it is used */
static const struct {
    unsigned protocol, device;
    unsigned describe, num_describe, use, num_use;
    uint32_t word[3];
} domains[] = {
    { SCMI_POWER_DOMAIN, I2C1, 3, 1, 5, 1, { 1 } },
    { SCMI_PERFORMANCE, CORES, 3, 1, 8, 1, { 0 } },
    { SCMI_CLOCK, I2C1, 3, 1, 6, 1, { I2C1_CLOCK } },
    { SCMI_SENSOR, SENSORS, 12, 1, 6, 2, { 0, 0 } },
    { SCMI_RESET, I2C1, 3, 1, 4, 3, { 2, 1, 0 } },
    { SCMI_VOLTAGE, I2C1, 3, 1, 8, 1, { 4 } },
    { SCMI_POWERCAP, CORES, 3, 1, 4, 1, { 1 } },
    { SCMI_PIN_CONTROL, UART1, 3, 2, 7, 2, { UART1_TX, 0 } },
};

typedef struct Two {
    QTestState *qts;
    ScmiAgent *trusted, *other;
} Two;

static Two start(void)
{
    QTestState *qts = machine_start("");

    return (Two) { qts, scmi_open(qts, 1), scmi_open(qts, 2) };
}

static void end(Two *two)
{
    scmi_close(two->trusted);
    scmi_close(two->other);
    qtest_quit(two->qts);
}

static void host(Two *two, const char *property, const char *value)
{
    scmi_host_set_string(two->trusted, "/mailbox1", property, value);
}

static void assert_devices(Two *two, const char *expected)
{
    g_autofree char *devices = qom_get_string(two->qts, SCMI_PATH "/mailbox1",
                                              "devices");

    g_assert_cmpstr(devices, ==, expected);
}

static void permit(Two *two, unsigned device, uint32_t flags)
{
    g_assert_cmpint(scmi_status(two->trusted, SCMI_BASE,
                                SET_DEVICE_PERMISSIONS, 2, device, flags),
                    ==, SCMI_SUCCESS);
}

static void assert_domain(Two *two, int i, int32_t described, int32_t used)
{
    g_test_message("protocol 0x%x", domains[i].protocol);
    g_assert_cmpint(scmi_send(two->other, domains[i].protocol,
                              domains[i].describe, domains[i].word,
                              domains[i].num_describe).status, ==, described);
    g_assert_cmpint(scmi_send(two->other, domains[i].protocol,
                              domains[i].use, domains[i].word,
                              domains[i].num_use).status, ==, used);
}

/* Sensors are one device: without it, the protocol is for nothing. */
static void assert_hidden(Two *two, int i)
{
    assert_domain(two, i, domains[i].protocol == SCMI_SENSOR ?
                          SCMI_DENIED : SCMI_NOT_FOUND, SCMI_DENIED);
}

/* Give something of each protocol that no test uses: it is not closed. */
static void open_protocols(Two *two)
{
    permit(two, SYSTEM, ALLOW);
    permit(two, MEMORY, ALLOW);
    permit(two, USB, ALLOW);
    permit(two, GPIO1, ALLOW);
    permit(two, SENSORS, DENY);
}

static void assert_open(Two *two, int i)
{
    assert_domain(two, i, SCMI_SUCCESS, SCMI_SUCCESS);
}

/* --- By devices --- */

static void test_devices(void)
{
    Two two = start();

    open_protocols(&two);
    for (int i = 0; i < G_N_ELEMENTS(domains); i++) {
        assert_hidden(&two, i);
        permit(&two, domains[i].device, ALLOW);
        assert_open(&two, i);
        permit(&two, domains[i].device, DENY);
        assert_hidden(&two, i);
    }
    end(&two);
}

/* --- By protocols --- */

static void test_protocols(void)
{
    Two two = start();

    open_protocols(&two);
    for (int i = 0; i < G_N_ELEMENTS(domains); i++) {
        g_assert_cmpint(scmi_status(two.trusted, SCMI_BASE,
                                    SET_PROTOCOL_PERMISSIONS, 2,
                                    domains[i].device, domains[i].protocol,
                                    ALLOW), ==, SCMI_SUCCESS);
        for (int other = 0; other < G_N_ELEMENTS(domains); other++) {
            if (other > i) {
                assert_hidden(&two, other);
            } else {
                assert_open(&two, other);
            }
        }
    }
    assert_devices(&two, "system,cores/0x13/0x18,memory,usb,"
                         "i2c1/0x11/0x14/0x16/0x17,uart1/0x19,gpio1,"
                         "sensors/0x15");
    end(&two);
}

static void assert_protocols(Two *two, unsigned num, uint32_t identifiers)
{
    ScmiMessage list = scmi_call(two->other, SCMI_BASE, LIST_PROTOCOLS, 0);

    g_assert_cmpint(list.status, ==, SCMI_SUCCESS);
    g_assert_cmpuint(list.word[0], ==, num);
    g_assert_cmphex(list.word[1], ==, identifiers);
}

/* A protocol that is for nothing of the agent's does not talk to it. */
static void test_closed_protocol(void)
{
    Two two = start();

    g_assert_cmpint(scmi_send(two.other, SCMI_CLOCK, SCMI_PROTOCOL_VERSION,
                              NULL, 0).status, ==, SCMI_DENIED);
    assert_protocols(&two, 1, SCMI_SENSOR);
    host(&two, "allow", "i2c1/0x14");
    g_assert_cmpint(scmi_send(two.other, SCMI_CLOCK, SCMI_PROTOCOL_VERSION,
                              NULL, 0).status, ==, SCMI_SUCCESS);
    assert_protocols(&two, 2, SCMI_CLOCK | SCMI_SENSOR << 8);
    end(&two);
}

/* --- Who may --- */

static void test_untrusted(void)
{
    Two two = start();

    g_assert_cmpint(scmi_status(two.other, SCMI_BASE, SET_DEVICE_PERMISSIONS,
                                2, I2C1, ALLOW), ==, SCMI_DENIED);
    g_assert_cmpint(scmi_status(two.other, SCMI_BASE,
                                SET_PROTOCOL_PERMISSIONS, 2, I2C1, SCMI_CLOCK,
                                ALLOW), ==, SCMI_DENIED);
    g_assert_cmpint(scmi_status(two.other, SCMI_BASE,
                                RESET_AGENT_CONFIGURATION, 1,
                                RESET_PERMISSIONS), ==, SCMI_DENIED);
    assert_devices(&two, "sensors");
    scmi_host_set_bool(two.trusted, "/mailbox1", "trusted", true);
    g_assert_cmpint(scmi_status(two.other, SCMI_BASE, SET_DEVICE_PERMISSIONS,
                                2, I2C1, ALLOW), ==, SCMI_SUCCESS);
    assert_devices(&two, "i2c1,sensors");
    end(&two);
}

static void test_errors(void)
{
    static const struct {
        unsigned message;
        uint32_t word[4];
        unsigned num;
        int32_t status;
    } commands[] = {
        { SET_DEVICE_PERMISSIONS, { 0, I2C1, 1 }, 3, SCMI_NOT_FOUND },
        { SET_DEVICE_PERMISSIONS, { NO_AGENT, I2C1, 1 }, 3, SCMI_NOT_FOUND },
        { SET_DEVICE_PERMISSIONS, { UINT32_MAX, I2C1, 1 }, 3,
          SCMI_NOT_FOUND },
        { SET_DEVICE_PERMISSIONS, { 2, NO_DEVICE, 1 }, 3, SCMI_NOT_FOUND },
        { SET_DEVICE_PERMISSIONS, { 2, I2C1, 2 }, 3,
          SCMI_INVALID_PARAMETERS },
        { SET_DEVICE_PERMISSIONS, { 2, I2C1 }, 2, SCMI_PROTOCOL_ERROR },
        { SET_PROTOCOL_PERMISSIONS, { NO_AGENT, I2C1, SCMI_CLOCK, 1 }, 4,
          SCMI_NOT_FOUND },
        { SET_PROTOCOL_PERMISSIONS, { 2, NO_DEVICE, SCMI_CLOCK, 1 }, 4,
          SCMI_NOT_FOUND },
        { SET_PROTOCOL_PERMISSIONS, { 2, I2C1, SCMI_BASE, 0 }, 4,
          SCMI_NOT_FOUND },
        { SET_PROTOCOL_PERMISSIONS, { 2, I2C1, 0x1a, 0 }, 4,
          SCMI_NOT_FOUND },
        { SET_PROTOCOL_PERMISSIONS, { 2, I2C1, 0x114, 0 }, 4,
          SCMI_INVALID_PARAMETERS },
        { SET_PROTOCOL_PERMISSIONS, { 2, I2C1, SCMI_CLOCK, 0xf }, 4,
          SCMI_INVALID_PARAMETERS },
        { RESET_AGENT_CONFIGURATION, { 0, 1 }, 2, SCMI_NOT_FOUND },
        { RESET_AGENT_CONFIGURATION, { NO_AGENT, 1 }, 2, SCMI_NOT_FOUND },
        { RESET_AGENT_CONFIGURATION, { 2, 2 }, 2, SCMI_INVALID_PARAMETERS },
    };
    Two two = start();

    for (int i = 0; i < G_N_ELEMENTS(commands); i++) {
        g_assert_cmpint(scmi_send(two.trusted, SCMI_BASE,
                                  commands[i].message, commands[i].word,
                                  commands[i].num).status, ==,
                        commands[i].status);
    }
    assert_devices(&two, "sensors");
    end(&two);
}

/* --- Back to the beginning --- */

static void clock_enable(ScmiAgent *agent, bool on)
{
    g_assert_cmpint(scmi_status(agent, SCMI_CLOCK, CLOCK_CONFIG_SET,
                                I2C1_CLOCK, on, 0), ==, SCMI_SUCCESS);
}

static bool clock_is_on(ScmiAgent *agent)
{
    return scmi_call(agent, SCMI_CLOCK, CLOCK_CONFIG_GET, I2C1_CLOCK,
                     0).word[1] & 1;
}

static void test_reset_configuration(void)
{
    Two two = start();

    permit(&two, I2C1, ALLOW);
    clock_enable(two.other, true);
    clock_enable(two.trusted, false);
    g_assert_true(clock_is_on(two.trusted));
    /* What it voted for is forgotten, what it may do is not */
    g_assert_cmpint(scmi_status(two.trusted, SCMI_BASE,
                                RESET_AGENT_CONFIGURATION, 2, 0), ==,
                    SCMI_SUCCESS);
    g_assert_false(clock_is_on(two.trusted));
    assert_devices(&two, "i2c1,sensors");
    g_assert_cmpint(scmi_status(two.trusted, SCMI_BASE,
                                RESET_AGENT_CONFIGURATION, 2,
                                RESET_PERMISSIONS), ==, SCMI_SUCCESS);
    assert_devices(&two, "sensors");
    end(&two);
}

/* What agents change is for this boot, what the host changes is to stay. */
static void test_machine_reset(void)
{
    Two two = start();

    permit(&two, I2C1, ALLOW);
    host(&two, "allow", "uart1");
    assert_devices(&two, "i2c1,uart1,sensors");
    qtest_system_reset(two.qts);
    assert_devices(&two, "uart1,sensors");
    end(&two);
}

static void test_save_and_load(void)
{
    Two two = start();
    QTestState *to;

    permit(&two, I2C1, ALLOW);
    host(&two, "deny", "sensors");
    to = machine_through_a_file(two.qts, "");
    two.qts = to;
    scmi_move(two.trusted, to);
    scmi_move(two.other, to);
    assert_devices(&two, "i2c1");
    assert_open(&two, 2);
    qtest_system_reset(two.qts);
    assert_devices(&two, "");
    end(&two);
}

/* --- Notifications --- */

static void set_rate(ScmiAgent *agent, uint32_t rate)
{
    g_assert_cmpint(scmi_status(agent, SCMI_CLOCK, CLOCK_RATE_SET, 0,
                                I2C1_CLOCK, rate, 0), ==, SCMI_SUCCESS);
}

static void test_notifications(void)
{
    Two two = start();

    g_assert_cmpint(scmi_status(two.other, SCMI_CLOCK, CLOCK_RATE_NOTIFY,
                                I2C1_CLOCK, 1), !=, SCMI_SUCCESS);
    permit(&two, I2C1, ALLOW);
    g_assert_cmpint(scmi_status(two.other, SCMI_CLOCK, CLOCK_RATE_NOTIFY,
                                I2C1_CLOCK, 1), ==, SCMI_SUCCESS);
    set_rate(two.trusted, TO_RATE);
    scmi_wait_notification(two.other, SCMI_CLOCK, CLOCK_RATE_CHANGED);
    permit(&two, I2C1, DENY);
    set_rate(two.trusted, FROM_RATE);
    scmi_check_no_event(two.other, LONG_NS);
    end(&two);
}

/* --- The host's words --- */

static void test_bad_words(void)
{
    static const char *const words[] = {
        "", "wheels", "i2c1/", "i2c1/0x1a", "i2c1/0xf", "i2c1/clock",
        "i2c1/0x14/0x15", "/0x14",
    };
    Two two = start();

    for (int i = 0; i < G_N_ELEMENTS(words); i++) {
        QDict *error = qtest_qmp(two.qts, "{'execute': 'qom-set', "
                                 "'arguments': {'path': %s, 'property': "
                                 "'allow', 'value': %s}}",
                                 SCMI_PATH "/mailbox1", words[i]);

        g_assert_true(qdict_haskey(error, "error"));
        qobject_unref(error);
    }
    assert_devices(&two, "sensors");
    end(&two);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("/scmi-permissions/devices", test_devices);
    qtest_add_func("/scmi-permissions/protocols", test_protocols);
    qtest_add_func("/scmi-permissions/closed-protocol", test_closed_protocol);
    qtest_add_func("/scmi-permissions/untrusted", test_untrusted);
    qtest_add_func("/scmi-permissions/errors", test_errors);
    qtest_add_func("/scmi-permissions/reset-configuration",
                   test_reset_configuration);
    qtest_add_func("/scmi-permissions/machine-reset", test_machine_reset);
    qtest_add_func("/scmi-permissions/save-and-load", test_save_and_load);
    qtest_add_func("/scmi-permissions/notifications", test_notifications);
    qtest_add_func("/scmi-permissions/bad-words", test_bad_words);
    return g_test_run();
}
