/*
 * avps-ecu qtest: faults of the system control processor, made by the host
 *
 * What a test bench sets by "inject", as agents meet it, and what it refuses.
 * The channel afterwards, reset and other agents are as without a fault.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qobject/qdict.h"
#include "tests/qtest/avps/board.h"
#include "tests/qtest/avps/scmi-domain.h"

#define BASE_DISCOVER_VENDOR 3
#define BASE_NOTIFY_ERRORS 8
#define BASE_ERROR_EVENT 0

#define LONG_NS 1000000000ll

static void inject(ScmiAgent *agent, const char *rule)
{
    scmi_host_set_string(agent, "", "inject", rule);
}

static void inject_for(ScmiAgent *agent, const char *rule)
{
    g_autofree char *text = g_strdup_printf("agent=%u,%s", scmi_id(agent),
                                            rule);

    inject(agent, text);
}

static void assert_faults(ScmiAgent *agent, const char *expected)
{
    g_autofree char *faults = qom_get_string(scmi_machine(agent), SCMI_PATH,
                                             "faults");

    g_assert_cmpstr(faults, ==, expected);
}

static const char *agent_path(ScmiAgent *agent)
{
    return scmi_id(agent) == 1 ? SCMI_PATH "/mailbox0" : SCMI_PATH "/virtio0";
}

static int32_t version_status(ScmiAgent *agent)
{
    return scmi_send(agent, SCMI_BASE, SCMI_PROTOCOL_VERSION, NULL, 0).status;
}

/* --- Statuses --- */

static void test_status(ScmiAgent *agent)
{
    static const struct {
        const char *rule;
        int32_t status;
    } faults[] = {
        { "do=deny,count=1", SCMI_DENIED },
        { "do=busy,count=1", SCMI_BUSY },
        { "do=comms-error,count=1", SCMI_COMMS_ERROR },
        { "do=generic-error,count=1", SCMI_GENERIC_ERROR },
        { "do=hardware-error,count=1", SCMI_HARDWARE_ERROR },
        { "do=protocol-error,count=1", SCMI_PROTOCOL_ERROR },
    };

    for (int i = 0; i < G_N_ELEMENTS(faults); i++) {
        inject(agent, faults[i].rule);
        g_assert_cmpint(version_status(agent), ==, faults[i].status);
        g_assert_cmpint(version_status(agent), ==, SCMI_SUCCESS);
        assert_faults(agent, "");
    }
}

/* A command that is refused is not carried out. */
static void test_not_carried_out(ScmiAgent *agent)
{
    inject_for(agent, "protocol=0x10,message=8,do=busy,count=1");
    g_assert_cmpint(scmi_status(agent, SCMI_BASE, BASE_NOTIFY_ERRORS, 1), ==,
                    SCMI_BUSY);
    /* Nobody listens, so that this error is not told */
    inject_for(agent, "do=hardware-error,count=1");
    g_assert_cmpint(version_status(agent), ==, SCMI_HARDWARE_ERROR);
    scmi_check_no_event(agent, LONG_NS);
}

/* --- Which commands --- */

static void test_filter(ScmiAgent *agent)
{
    inject_for(agent, "protocol=0x10,message=3,do=busy");
    g_assert_cmpint(version_status(agent), ==, SCMI_SUCCESS);
    for (int i = 0; i < 3; i++) {
        g_assert_cmpint(scmi_send(agent, SCMI_BASE, BASE_DISCOVER_VENDOR,
                                  NULL, 0).status, ==, SCMI_BUSY);
    }
    scmi_host_set_string(agent, "", "faults", "");
    g_assert_cmpint(scmi_send(agent, SCMI_BASE, BASE_DISCOVER_VENDOR, NULL,
                              0).status, ==, SCMI_SUCCESS);
}

static void test_first_rule_counts(ScmiAgent *agent)
{
    inject_for(agent, "do=busy,count=2");
    inject_for(agent, "do=deny,count=1");
    g_assert_cmpint(version_status(agent), ==, SCMI_BUSY);
    g_assert_cmpint(version_status(agent), ==, SCMI_BUSY);
    g_assert_cmpint(version_status(agent), ==, SCMI_DENIED);
    g_assert_cmpint(version_status(agent), ==, SCMI_SUCCESS);
}

static void test_of_another_agent(void)
{
    QTestState *qts = machine_start("");
    ScmiAgent *first = scmi_open(qts, 1), *second = scmi_open(qts, 2);

    inject_for(first, "do=deny");
    g_assert_cmpint(version_status(first), ==, SCMI_DENIED);
    g_assert_cmpint(version_status(second), ==, SCMI_SUCCESS);
    scmi_close(first);
    scmi_close(second);
    qtest_quit(qts);
}

static void test_list(ScmiAgent *agent)
{
    inject(agent, "agent=2,protocol=20,message=5,do=delay,delay-ns=70,"
                  "count=3");
    inject(agent, "do=garbage");
    assert_faults(agent, "agent=0x2,protocol=0x14,message=0x5,do=delay,"
                         "delay-ns=70,count=3\ndo=garbage\n");
}

/* --- No answer, or a strange one --- */

static void test_delay(ScmiAgent *agent)
{
    QTestState *qts = scmi_machine(agent);
    ScmiMessage response;

    inject_for(agent, "do=delay,delay-ns=1000000,count=1");
    scmi_begin(agent, SCMI_BASE, SCMI_PROTOCOL_VERSION, NULL, 0);
    qtest_clock_step(qts, 999999);
    g_assert_false(scmi_poll(agent, &response));
    qtest_clock_step(qts, 1);
    g_assert_true(scmi_poll(agent, &response));
    g_assert_cmpint(response.status, ==, SCMI_SUCCESS);
    g_assert_cmphex(response.word[0], ==, 0x20001);
}

static void test_others_go_on_meanwhile(void)
{
    QTestState *qts = machine_start("");
    ScmiAgent *first = scmi_open(qts, 1), *second = scmi_open(qts, 2);
    ScmiMessage response;

    inject_for(first, "do=delay,delay-ns=1000000");
    scmi_begin(first, SCMI_BASE, SCMI_PROTOCOL_VERSION, NULL, 0);
    g_assert_cmpint(version_status(second), ==, SCMI_SUCCESS);
    g_assert_false(scmi_poll(first, &response));
    g_assert_cmpint(scmi_wait(first).status, ==, SCMI_SUCCESS);
    scmi_close(first);
    scmi_close(second);
    qtest_quit(qts);
}

/* The transport's own way to say that nothing comes is its test's matter. */
static void test_timeout(ScmiAgent *agent)
{
    QTestState *qts = scmi_machine(agent);
    const char *path = agent_path(agent);

    inject_for(agent, "do=timeout,count=1");
    scmi_begin(agent, SCMI_BASE, SCMI_PROTOCOL_VERSION, NULL, 0);
    qtest_clock_step(qts, LONG_NS);
    g_assert_false(qom_get_bool(qts, path, "busy"));
    g_assert_cmpuint(qom_get_uint(qts, path, "commands"), ==, 1);
    assert_faults(agent, "");
    scmi_reopen(agent);
    g_assert_cmpint(version_status(agent), ==, SCMI_SUCCESS);
}

static ScmiMessage any_response(ScmiAgent *agent)
{
    scmi_begin(agent, SCMI_BASE, SCMI_PROTOCOL_VERSION, NULL, 0);
    return scmi_wait(agent);
}

static void test_garbage(ScmiAgent *agent)
{
    ScmiMessage once, again;

    inject_for(agent, "do=garbage,count=2");
    once = any_response(agent);
    again = any_response(agent);
    g_assert_cmpuint(once.num_words, ==, SCMI_MAX_WORDS - 1);
    g_assert_cmpint(memcmp(once.word, again.word, sizeof(once.word)), !=, 0);
    g_assert_cmpint(version_status(agent), ==, SCMI_SUCCESS);
}

/* --- Told, and forgotten --- */

static void test_errors_are_told(ScmiAgent *agent)
{
    ScmiMessage event;
    uint32_t header;

    g_assert_cmpint(scmi_status(agent, SCMI_BASE, BASE_NOTIFY_ERRORS, 1), ==,
                    SCMI_SUCCESS);
    inject_for(agent, "do=hardware-error,count=1");
    header = scmi_begin(agent, SCMI_BASE, BASE_DISCOVER_VENDOR, NULL, 0);
    g_assert_cmpint(scmi_wait(agent).status, ==, SCMI_HARDWARE_ERROR);
    event = scmi_wait_notification(agent, SCMI_BASE, BASE_ERROR_EVENT);
    g_assert_cmpuint(event.num_words, ==, 4);
    g_assert_cmpuint(event.word[0], ==, scmi_id(agent));
    g_assert_cmphex(event.word[1], ==, 1);
    g_assert_cmphex(event.word[2], ==, header);
    g_assert_cmpint((int32_t)event.word[3], ==, SCMI_HARDWARE_ERROR);
}

static void test_reset_ends_a_delay(ScmiAgent *agent)
{
    QTestState *qts = scmi_machine(agent);

    inject_for(agent, "do=delay,delay-ns=1000000,count=1");
    scmi_begin(agent, SCMI_BASE, SCMI_PROTOCOL_VERSION, NULL, 0);
    g_assert_true(qom_get_bool(qts, agent_path(agent), "busy"));
    qtest_system_reset(qts);
    g_assert_false(qom_get_bool(qts, agent_path(agent), "busy"));
    scmi_reopen(agent);
    qtest_clock_step(qts, LONG_NS);
    g_assert_cmpint(version_status(agent), ==, SCMI_SUCCESS);
}

/* --- What is refused --- */

static void test_bad_rules(ScmiAgent *agent)
{
    static const char *const rules[] = {
        "", "do=fun", "agent=10,do=busy", "agent=x,do=busy",
        "protocol=256,do=busy", "message=-1,do=busy", "do=busy,count=many",
        "do=delay,delay-ns=1000000000001", "do.x=busy", "do=busy,color=red",
        "do", "=", "agent=1",
    };

    for (int i = 0; i < G_N_ELEMENTS(rules); i++) {
        QDict *error = qtest_qmp(scmi_machine(agent),
                                 "{'execute': 'qom-set', 'arguments': {"
                                 "'path': %s, 'property': 'inject', "
                                 "'value': %s}}", SCMI_PATH, rules[i]);

        g_assert_true(qdict_haskey(error, "error"));
        qobject_unref(error);
    }
    assert_faults(agent, "");
    g_assert_cmpint(version_status(agent), ==, SCMI_SUCCESS);
}

static void test_too_many(ScmiAgent *agent)
{
    QDict *error;

    for (int i = 0; i < 64; i++) {
        inject(agent, "agent=3,do=busy");
    }
    error = qtest_qmp(scmi_machine(agent), "{'execute': 'qom-set', "
                      "'arguments': {'path': %s, 'property': 'inject', "
                      "'value': 'do=busy'}}", SCMI_PATH);
    g_assert_true(qdict_haskey(error, "error"));
    qobject_unref(error);
    g_assert_cmpint(version_status(agent), ==, SCMI_SUCCESS);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    scmi_add_test("/scmi-faults/status", test_status, NULL);
    scmi_add_test("/scmi-faults/not-carried-out", test_not_carried_out, NULL);
    scmi_add_test("/scmi-faults/filter", test_filter, NULL);
    scmi_add_test("/scmi-faults/first-rule-counts", test_first_rule_counts,
                  NULL);
    qtest_add_func("/scmi-faults/of-another-agent", test_of_another_agent);
    scmi_add_test("/scmi-faults/list", test_list, NULL);
    scmi_add_test("/scmi-faults/delay", test_delay, NULL);
    qtest_add_func("/scmi-faults/others-go-on-meanwhile",
                   test_others_go_on_meanwhile);
    scmi_add_test("/scmi-faults/timeout", test_timeout, NULL);
    scmi_add_test("/scmi-faults/garbage", test_garbage, NULL);
    scmi_add_test("/scmi-faults/errors-are-told", test_errors_are_told, NULL);
    scmi_add_test("/scmi-faults/reset-ends-a-delay", test_reset_ends_a_delay,
                  NULL);
    scmi_add_test("/scmi-faults/bad-rules", test_bad_rules, NULL);
    scmi_add_test("/scmi-faults/too-many", test_too_many, NULL);
    return g_test_run();
}
