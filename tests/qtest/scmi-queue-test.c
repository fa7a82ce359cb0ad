/*
 * avps-ecu qtest: messages of the platform that wait for their agent
 *
 * Arm System Control and Management Interface (DEN0056) 3.2, section 4.1.2:
 * notifications and delayed responses of an agent that is slow to take them,
 * or that is not concerned any more.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "tests/qtest/avps/board.h"
#include "tests/qtest/avps/scmi-domain.h"

#define BASE_NOTIFY_ERRORS 8
#define BASE_SET_DEVICE_PERMISSIONS 9
#define BASE_RESET_AGENT_CONFIGURATION 11
#define BASE_ERROR_EVENT 0
#define CLOCK_RATE_SET 5
#define CLOCK_RATE_GET 6
#define CLOCK_RATE_NOTIFY 9
#define CLOCK_RATE_CHANGED 0
#define CLOCK_ASYNC 1
#define RESET 4
#define RESET_AUTONOMOUS_ASYNC 5

/* Of avps_scmi_devices[], avps_scmi_clocks[] and avps_scmi_resets[] */
#define DEVICE_I2C1 5
#define I2C1_CLOCK 6
#define SLOW_RATE 25000000
#define FAST_RATE 50000000
#define USB_RESET 0     /* takes longer */
#define I2C1_RESET 2

/* What is kept for an agent: the last places are for delayed responses */
#define QUEUE 16
#define MAX_DELAYED 4
#define POSTED 1        /* lies in the shared memory already */

#define AGENT1 SCMI_PATH "/mailbox0"
#define LONG_NS 1000000000ll

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

static int32_t reset_later(ScmiAgent *agent, unsigned domain)
{
    return scmi_status(agent, SCMI_RESET, RESET, domain,
                       RESET_AUTONOMOUS_ASYNC, 0);
}

/* Have the clock's rate change so often, and so be told so often. */
static void change_rate(Two *two, unsigned times)
{
    g_assert_cmpint(scmi_status(two->trusted, SCMI_CLOCK, CLOCK_RATE_NOTIFY,
                                I2C1_CLOCK, 1), ==, SCMI_SUCCESS);
    for (unsigned i = 0; i < times; i++) {
        scmi_host_set_int(two->trusted, "/clock/i2c1", "rate",
                          i % 2 ? FAST_RATE : SLOW_RATE);
    }
}

/* --- An agent that does not take its messages --- */

static void test_lost(void)
{
    const unsigned kept = POSTED + QUEUE - MAX_DELAYED, lost = 7;
    Two two = start();

    change_rate(&two, kept + lost);
    g_assert_cmpuint(qom_get_uint(two.qts, AGENT1, "lost-notifications"), ==,
                     lost);
    for (unsigned i = 0; i < kept; i++) {
        ScmiMessage event = scmi_wait_notification(two.trusted, SCMI_CLOCK,
                                                   CLOCK_RATE_CHANGED);

        g_assert_cmpuint(scmi_u64(&event, 2), ==,
                         i % 2 ? FAST_RATE : SLOW_RATE);
    }
    scmi_check_no_event(two.trusted, LONG_NS);
    end(&two);
}

/* A response that was promised comes, however many notifications wait. */
static void test_delayed_has_room(void)
{
    const unsigned kept = POSTED + QUEUE - MAX_DELAYED;
    Two two = start();

    change_rate(&two, kept + 1);
    for (int i = 0; i < MAX_DELAYED; i++) {
        g_assert_cmpint(reset_later(two.trusted, I2C1_RESET), ==,
                        SCMI_SUCCESS);
        qtest_clock_step(two.qts, LONG_NS);
    }
    /* They are carried out, but still wait: there is no room to promise */
    g_assert_cmpint(reset_later(two.trusted, I2C1_RESET), ==, SCMI_BUSY);
    for (unsigned i = 0; i < kept; i++) {
        scmi_wait_notification(two.trusted, SCMI_CLOCK, CLOCK_RATE_CHANGED);
    }
    for (int i = 0; i < MAX_DELAYED; i++) {
        scmi_wait_delayed(two.trusted, SCMI_RESET, RESET);
    }
    g_assert_cmpint(reset_later(two.trusted, I2C1_RESET), ==, SCMI_SUCCESS);
    scmi_wait_delayed(two.trusted, SCMI_RESET, RESET);
    end(&two);
}

static void test_too_many_at_work(void)
{
    Two two = start();

    for (int i = 0; i < MAX_DELAYED; i++) {
        g_assert_cmpint(reset_later(two.trusted, USB_RESET), ==,
                        SCMI_SUCCESS);
    }
    g_assert_cmpint(reset_later(two.trusted, USB_RESET), ==, SCMI_BUSY);
    for (int i = 0; i < MAX_DELAYED; i++) {
        scmi_wait_delayed(two.trusted, SCMI_RESET, RESET);
    }
    end(&two);
}

/* --- Order --- */

static void test_order_of_time(void)
{
    Two two = start();

    g_assert_cmpint(reset_later(two.trusted, USB_RESET), ==, SCMI_SUCCESS);
    g_assert_cmpint(reset_later(two.trusted, I2C1_RESET), ==, SCMI_SUCCESS);
    /* Both are due when the clock is looked at */
    qtest_clock_step(two.qts, LONG_NS);
    g_assert_cmpuint(scmi_wait_delayed(two.trusted, SCMI_RESET,
                                       RESET).word[0], ==, I2C1_RESET);
    g_assert_cmpuint(scmi_wait_delayed(two.trusted, SCMI_RESET,
                                       RESET).word[0], ==, USB_RESET);
    end(&two);
}

/* --- Whom it concerns --- */

static void test_forgotten(void)
{
    Two two = start();

    g_assert_cmpint(scmi_status(two.trusted, SCMI_BASE,
                                BASE_SET_DEVICE_PERMISSIONS, 2, DEVICE_I2C1,
                                1), ==, SCMI_SUCCESS);
    g_assert_cmpint(scmi_status(two.other, SCMI_CLOCK, CLOCK_RATE_SET,
                                CLOCK_ASYNC, I2C1_CLOCK, SLOW_RATE, 0), ==,
                    SCMI_SUCCESS);
    g_assert_cmpint(scmi_status(two.trusted, SCMI_BASE,
                                BASE_RESET_AGENT_CONFIGURATION, 2, 0), ==,
                    SCMI_SUCCESS);
    scmi_check_no_event(two.other, LONG_NS);
    g_assert_cmpuint(scmi_call(two.trusted, SCMI_CLOCK, CLOCK_RATE_GET,
                               I2C1_CLOCK).word[0], ==, FAST_RATE);
    end(&two);
}

static void fail_once(ScmiAgent *agent)
{
    g_autofree char *rule = g_strdup_printf("agent=%u,do=hardware-error,"
                                            "count=1", scmi_id(agent));

    scmi_host_set_string(agent, "", "inject", rule);
    g_assert_cmpint(scmi_send(agent, SCMI_BASE, SCMI_PROTOCOL_VERSION, NULL,
                              0).status, ==, SCMI_HARDWARE_ERROR);
}

static void assert_told(ScmiAgent *agent, unsigned of)
{
    ScmiMessage event = scmi_wait_notification(agent, SCMI_BASE,
                                               BASE_ERROR_EVENT);

    g_assert_cmpuint(event.word[0], ==, of);
}

/* An agent's errors are its own matter, and that of those who are trusted. */
static void test_errors(void)
{
    Two two = start();

    g_assert_cmpint(scmi_status(two.trusted, SCMI_BASE, BASE_NOTIFY_ERRORS,
                                1), ==, SCMI_SUCCESS);
    g_assert_cmpint(scmi_status(two.other, SCMI_BASE, BASE_NOTIFY_ERRORS, 1),
                    ==, SCMI_SUCCESS);
    fail_once(two.trusted);
    assert_told(two.trusted, 1);
    scmi_check_no_event(two.other, LONG_NS);
    fail_once(two.other);
    assert_told(two.other, 2);
    assert_told(two.trusted, 2);
    end(&two);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("/scmi-queue/lost", test_lost);
    qtest_add_func("/scmi-queue/delayed-has-room", test_delayed_has_room);
    qtest_add_func("/scmi-queue/too-many-at-work", test_too_many_at_work);
    qtest_add_func("/scmi-queue/order-of-time", test_order_of_time);
    qtest_add_func("/scmi-queue/forgotten", test_forgotten);
    qtest_add_func("/scmi-queue/errors", test_errors);
    return g_test_run();
}
