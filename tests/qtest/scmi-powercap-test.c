/*
 * avps-ecu qtest: power caps of the system control processor
 *
 * Arm System Control and Management Interface (DEN0056) 3.2, section 4.10.
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
    DOMAIN_ATTRIBUTES = 3,
    CAP_GET,
    CAP_SET,
    PAI_GET,
    PAI_SET,
    DOMAIN_NAME_GET,
    MEASUREMENTS_GET,
    CAP_NOTIFY,
    MEASUREMENTS_NOTIFY,
    DESCRIBE_FASTCHANNEL,
    NUM_MESSAGES,
};

enum { CAP_CHANGED, MEASUREMENTS_CHANGED };

enum { SOC, CPUS, NUM_DOMAINS };

/* Of the other protocol */
#define LEVEL_SET 7
#define LEVEL_GET 8
#define CPUS_LEVEL 0
#define MEMORY_LEVEL 1

#define ASYNC BIT(1)
#define NO_RESPONSE BIT(0)

#define PATH(name) SCMI_PATH "/powercap/" name

/* Where agent 1 has them; see test_fast_channels() */
#define FAST_CAP_SET 0x00
#define FAST_CAP_GET 0x04
#define FAST_PAI_SET 0x08
#define FAST_PAI_GET 0x0c
#define FAST(domain, what) (0x9000 + (domain) * 0x20 + (what))

/* uW: of the processors' levels, from the table of the SoC */
static const uint32_t cpus_power[] = { 300000, 700000, 1600000, 4000000 };
#define MEMORY_POWER 1000000
#define BASE_POWER 500000

#define ask(agent, message, ...) \
    scmi_call(agent, SCMI_POWERCAP, message, __VA_ARGS__)
#define check(agent, want, message, ...) \
    g_assert_cmpint(ask(agent, message, __VA_ARGS__).status, ==, want)
#define succeed(agent, message, ...) \
    check(agent, SCMI_SUCCESS, message, __VA_ARGS__)

static uint32_t level(ScmiAgent *agent, unsigned domain)
{
    return scmi_call(agent, SCMI_PERFORMANCE, LEVEL_GET, domain).word[0];
}

static void set_level(ScmiAgent *agent, unsigned domain, uint32_t level)
{
    g_assert_cmpint(scmi_status(agent, SCMI_PERFORMANCE, LEVEL_SET, domain,
                                level), ==, SCMI_SUCCESS);
}

static uint32_t cap(ScmiAgent *agent, unsigned domain)
{
    ScmiMessage m = ask(agent, CAP_GET, domain);

    g_assert_cmpint(m.num_words, ==, 1);
    return m.word[0];
}

static uint32_t power(ScmiAgent *agent, unsigned domain)
{
    ScmiMessage m = ask(agent, MEASUREMENTS_GET, domain);

    g_assert_cmpint(m.num_words, ==, 2);
    return m.word[0];
}

static bool by_mailbox(const ScmiAgent *agent)
{
    return scmi_id(agent) <= 4;
}

/* --- Descriptions --- */

static void test_attributes(ScmiAgent *agent)
{
    ScmiMessage m = scmi_send(agent, SCMI_POWERCAP, SCMI_PROTOCOL_ATTRIBUTES,
                              NULL, 0);

    g_assert_cmpint(m.num_words, ==, 1);
    g_assert_cmphex(m.word[0], ==, NUM_DOMAINS);
    m = scmi_send(agent, SCMI_POWERCAP, SCMI_PROTOCOL_VERSION, NULL, 0);
    g_assert_cmphex(m.word[0], ==, 0x20000);
    for (unsigned i = DOMAIN_ATTRIBUTES; i < NUM_MESSAGES; i++) {
        bool fast = i >= CAP_GET && i <= PAI_SET && by_mailbox(agent);

        m = ask(agent, SCMI_PROTOCOL_MESSAGE_ATTRIBUTES, i);
        g_assert_cmpint(m.status, ==, SCMI_SUCCESS);
        g_assert_cmphex(m.word[0], ==, fast);
    }
}

/* The rules that Linux checks */
static void check_domain(ScmiAgent *agent, unsigned domain, const char *name,
                         uint32_t parent)
{
    ScmiMessage m = ask(agent, DOMAIN_ATTRIBUTES, domain);
    g_autofree char *short_name = scmi_name(&m, 1, 4);
    g_autofree char *long_name = NULL;

    g_assert_cmpint(m.num_words, ==, 14);
    g_assert_cmphex(m.word[0], ==, 0xee800000 | by_mailbox(agent) << 22);
    g_assert_cmpstr(short_name, ==, name);
    g_assert_cmpint(m.word[5], >, 0);
    g_assert_cmpint(m.word[6], >, m.word[5]);
    g_assert_cmpint(m.word[7], >, 0);
    g_assert_cmpint(m.word[8], >, 0);
    g_assert_cmpint(m.word[9], >, m.word[8]);
    g_assert_cmpint(m.word[10], >, 0);
    g_assert_cmpint(m.word[11], >, m.word[8]);
    g_assert_cmphex(m.word[13], ==, parent);
    m = ask(agent, DOMAIN_NAME_GET, domain);
    long_name = scmi_name(&m, 1, 16);
    g_assert_cmpint(m.num_words, ==, 17);
    g_assert_cmpstr(long_name, ==, name);
}

static void test_domains(ScmiAgent *agent)
{
    check_domain(agent, SOC, "soc", UINT32_MAX);
    check_domain(agent, CPUS, "cpus", SOC);
    check(agent, SCMI_NOT_FOUND, DOMAIN_ATTRIBUTES, NUM_DOMAINS);
    check(agent, SCMI_NOT_FOUND, DOMAIN_NAME_GET, NUM_DOMAINS);
}

/* --- Measurements --- */

static void test_measurements(ScmiAgent *agent)
{
    for (unsigned i = 0; i < 4; i++) {
        set_level(agent, CPUS_LEVEL, i + 1);
        g_assert_cmpint(power(agent, CPUS), ==, cpus_power[i]);
        g_assert_cmpint(power(agent, SOC), ==,
                        BASE_POWER + MEMORY_POWER + cpus_power[i]);
    }
    g_assert_cmpint(ask(agent, MEASUREMENTS_GET, SOC).word[1], ==, 10000);
    check(agent, SCMI_NOT_FOUND, MEASUREMENTS_GET, NUM_DOMAINS);
}

static void set_extra(ScmiAgent *agent, int uw)
{
    qtest_qmp_assert_success(
        scmi_machine(agent), "{'execute': 'qom-set', 'arguments': {"
        "'path': %s, 'property': 'extra-power', 'value': %d}}",
        PATH("soc"), uw);
}

static void check_power_event(ScmiAgent *agent, unsigned domain, uint32_t want)
{
    ScmiMessage m = scmi_wait_notification(agent, SCMI_POWERCAP,
                                           MEASUREMENTS_CHANGED);

    g_assert_cmpint(m.num_words, ==, 3);
    g_assert_cmpint(m.word[0], ==, 0);
    g_assert_cmpint(m.word[1], ==, domain);
    g_assert_cmpint(m.word[2], ==, want);
}

static void test_thresholds(ScmiAgent *agent)
{
    const uint32_t full = BASE_POWER + MEMORY_POWER + cpus_power[3];

    succeed(agent, MEASUREMENTS_NOTIFY, SOC, 1, 2000000, 6000000);
    set_extra(agent, 400000);
    scmi_check_no_event(agent, SCALE_MS);
    set_extra(agent, 600000);
    check_power_event(agent, SOC, full + 600000);
    set_extra(agent, 700000);
    scmi_check_no_event(agent, SCALE_MS);
    set_extra(agent, 0);
    scmi_check_no_event(agent, SCALE_MS);
    set_level(agent, CPUS_LEVEL, 1);
    check_power_event(agent, SOC, BASE_POWER + MEMORY_POWER + cpus_power[0]);
    /* Every change */
    succeed(agent, MEASUREMENTS_NOTIFY, SOC, 1, 0, 0);
    set_level(agent, CPUS_LEVEL, 2);
    check_power_event(agent, SOC, BASE_POWER + MEMORY_POWER + cpus_power[1]);
    succeed(agent, MEASUREMENTS_NOTIFY, SOC, 0, 0, 0);
    set_level(agent, CPUS_LEVEL, 3);
    scmi_check_no_event(agent, SCALE_MS);
    check(agent, SCMI_INVALID_PARAMETERS, MEASUREMENTS_NOTIFY, SOC, 2, 0, 0);
    check(agent, SCMI_INVALID_PARAMETERS, MEASUREMENTS_NOTIFY, SOC, 1, 2, 1);
    check(agent, SCMI_NOT_FOUND, MEASUREMENTS_NOTIFY, NUM_DOMAINS, 1, 0, 0);
}

/* --- Caps --- */

static void test_cap(ScmiAgent *agent)
{
    g_assert_cmpint(cap(agent, CPUS), ==, 0);
    succeed(agent, CAP_SET, CPUS, 0, 1600000);
    g_assert_cmpint(cap(agent, CPUS), ==, 1600000);
    g_assert_cmpint(level(agent, CPUS_LEVEL), ==, 3);
    g_assert_cmpint(power(agent, CPUS), ==, 1600000);
    succeed(agent, CAP_SET, CPUS, 0, 1599999);
    /* Down to a step */
    g_assert_cmpint(cap(agent, CPUS), ==, 1599000);
    g_assert_cmpint(level(agent, CPUS_LEVEL), ==, 2);
    /* A level above the cap is wanted, not taken */
    set_level(agent, CPUS_LEVEL, 4);
    g_assert_cmpint(level(agent, CPUS_LEVEL), ==, 2);
    succeed(agent, CAP_SET, CPUS, 0, 0);
    g_assert_cmpint(level(agent, CPUS_LEVEL), ==, 4);
}

/* The processors first, then the memory */
static void test_parent_cap(ScmiAgent *agent)
{
    succeed(agent, CAP_SET, SOC, 0, 2500000);
    g_assert_cmpint(level(agent, CPUS_LEVEL), ==, 2);
    g_assert_cmpint(level(agent, MEMORY_LEVEL), ==, 3200);
    succeed(agent, CAP_SET, SOC, 0, 1300000);
    g_assert_cmpint(level(agent, CPUS_LEVEL), ==, 1);
    g_assert_cmpint(level(agent, MEMORY_LEVEL), ==, 1600);
    /* What else is consumed counts, too */
    set_extra(agent, 200000);
    g_assert_cmpint(level(agent, MEMORY_LEVEL), ==, 800);
    /* As low as it goes */
    set_extra(agent, 9000000);
    g_assert_cmpint(level(agent, MEMORY_LEVEL), ==, 800);
    set_extra(agent, 0);
    succeed(agent, CAP_SET, SOC, 0, 0);
    g_assert_cmpint(level(agent, MEMORY_LEVEL), ==, 3200);
    g_assert_cmpint(level(agent, CPUS_LEVEL), ==, 4);
}

static void test_cap_errors(ScmiAgent *agent)
{
    check(agent, SCMI_OUT_OF_RANGE, CAP_SET, CPUS, 0, 299999);
    check(agent, SCMI_OUT_OF_RANGE, CAP_SET, CPUS, 0, 5000001);
    check(agent, SCMI_OUT_OF_RANGE, CAP_SET, CPUS, ASYNC, 1);
    check(agent, SCMI_INVALID_PARAMETERS, CAP_SET, CPUS, BIT(2), 1000000);
    check(agent, SCMI_NOT_FOUND, CAP_SET, NUM_DOMAINS, 0, 1000000);
    check(agent, SCMI_NOT_FOUND, CAP_GET, NUM_DOMAINS);
    check(agent, SCMI_PROTOCOL_ERROR, CAP_SET, CPUS, 0);
    g_assert_cmpint(cap(agent, CPUS), ==, 0);
}

static void test_cap_async(ScmiAgent *agent)
{
    ScmiMessage m = ask(agent, CAP_SET, CPUS, ASYNC, 700500);

    g_assert_cmpint(m.status, ==, SCMI_SUCCESS);
    g_assert_cmpint(m.num_words, ==, 0);
    m = scmi_wait_delayed(agent, SCMI_POWERCAP, CAP_SET);
    g_assert_cmpint(m.status, ==, SCMI_SUCCESS);
    g_assert_cmpint(m.num_words, ==, 2);
    g_assert_cmpint(m.word[0], ==, CPUS);
    g_assert_cmpint(m.word[1], ==, 700000);
    g_assert_cmpint(level(agent, CPUS_LEVEL), ==, 2);
    succeed(agent, CAP_SET, CPUS, ASYNC | NO_RESPONSE, 300000);
    g_assert_cmpint(level(agent, CPUS_LEVEL), ==, 1);
    scmi_check_no_event(agent, 10 * SCALE_MS);
}

static void check_cap_event(ScmiAgent *agent, unsigned domain, uint32_t cap,
                            uint32_t pai)
{
    ScmiMessage m = scmi_wait_notification(agent, SCMI_POWERCAP, CAP_CHANGED);

    g_assert_cmpint(m.num_words, ==, 4);
    g_assert_cmpint(m.word[0], ==, scmi_id(agent));
    g_assert_cmpint(m.word[1], ==, domain);
    g_assert_cmpint(m.word[2], ==, cap);
    g_assert_cmpint(m.word[3], ==, pai);
}

static void test_cap_notify(ScmiAgent *agent)
{
    succeed(agent, CAP_NOTIFY, CPUS, 1);
    succeed(agent, CAP_SET, CPUS, 0, 1000000);
    check_cap_event(agent, CPUS, 1000000, 10000);
    succeed(agent, PAI_SET, CPUS, 0, 20000);
    check_cap_event(agent, CPUS, 1000000, 20000);
    succeed(agent, PAI_SET, CPUS, 0, 20000);
    succeed(agent, CAP_SET, CPUS, 0, 1000000);
    succeed(agent, CAP_SET, SOC, 0, 5000000);
    scmi_check_no_event(agent, SCALE_MS);
    succeed(agent, CAP_NOTIFY, CPUS, 0);
    succeed(agent, CAP_SET, CPUS, 0, 0);
    scmi_check_no_event(agent, SCALE_MS);
    check(agent, SCMI_INVALID_PARAMETERS, CAP_NOTIFY, CPUS, 0xf);
    check(agent, SCMI_NOT_FOUND, CAP_NOTIFY, NUM_DOMAINS, 1);
}

static void test_pai(ScmiAgent *agent)
{
    g_assert_cmpint(ask(agent, PAI_GET, CPUS).word[0], ==, 10000);
    succeed(agent, PAI_SET, CPUS, 0, 1999);
    g_assert_cmpint(ask(agent, PAI_GET, CPUS).word[0], ==, 1000);
    g_assert_cmpint(ask(agent, MEASUREMENTS_GET, CPUS).word[1], ==, 1000);
    check(agent, SCMI_OUT_OF_RANGE, PAI_SET, CPUS, 0, 0);
    check(agent, SCMI_OUT_OF_RANGE, PAI_SET, CPUS, 0, 1000001);
    check(agent, SCMI_INVALID_PARAMETERS, PAI_SET, CPUS, 1, 2000);
    check(agent, SCMI_NOT_FOUND, PAI_SET, NUM_DOMAINS, 0, 2000);
    check(agent, SCMI_NOT_FOUND, PAI_GET, NUM_DOMAINS);
}

/* --- Agents --- */

#define CORES_DEVICE 1
#define SET_DEVICE_PERMISSIONS 9

static void test_two_agents(void)
{
    QTestState *qts = machine_start("");
    ScmiAgent *first = scmi_open(qts, 1), *second = scmi_open(qts, 2);

    check(second, SCMI_DENIED, CAP_GET, CPUS);
    g_assert_cmpint(scmi_status(first, SCMI_BASE, SET_DEVICE_PERMISSIONS, 2,
                                CORES_DEVICE, 1), ==, SCMI_SUCCESS);
    /* The lowest counts */
    succeed(second, CAP_SET, CPUS, 0, 700000);
    succeed(first, CAP_SET, CPUS, 0, 1600000);
    g_assert_cmpint(cap(first, CPUS), ==, 700000);
    succeed(second, CAP_SET, CPUS, 0, 0);
    g_assert_cmpint(cap(first, CPUS), ==, 1600000);
    check(second, SCMI_NOT_FOUND, DOMAIN_ATTRIBUTES, SOC);
    check(second, SCMI_NOT_FOUND, DOMAIN_NAME_GET, SOC);
    check(second, SCMI_NOT_FOUND, DESCRIBE_FASTCHANNEL, SOC, CAP_SET);
    check(second, SCMI_DENIED, CAP_GET, SOC);
    check(second, SCMI_DENIED, CAP_SET, SOC, 0, 0);
    check(second, SCMI_DENIED, PAI_GET, SOC);
    check(second, SCMI_DENIED, PAI_SET, SOC, 0, 2000);
    check(second, SCMI_DENIED, MEASUREMENTS_GET, SOC);
    check(second, SCMI_DENIED, CAP_NOTIFY, SOC, 1);
    check(second, SCMI_DENIED, MEASUREMENTS_NOTIFY, SOC, 1, 0, 0);
    scmi_close(first);
    scmi_close(second);
    qtest_quit(qts);
}

/* --- Fast channels --- */

static void check_fast(ScmiAgent *agent, unsigned message, uint64_t offset)
{
    ScmiMessage m = ask(agent, DESCRIBE_FASTCHANNEL, CPUS, message);

    g_assert_cmpint(m.status, ==, SCMI_SUCCESS);
    g_assert_cmpint(m.num_words, ==, 11);
    g_assert_cmphex(scmi_u64(&m, 2), ==, scmi_shared(1, offset));
    g_assert_cmpint(m.word[4], ==, 4);
}

static void test_fast_channels(void)
{
    QTestState *qts = machine_start("");
    ScmiAgent *agent = scmi_open(qts, 1);

    check_fast(agent, CAP_SET, FAST(CPUS, FAST_CAP_SET));
    check_fast(agent, CAP_GET, FAST(CPUS, FAST_CAP_GET));
    check_fast(agent, PAI_SET, FAST(CPUS, FAST_PAI_SET));
    check_fast(agent, PAI_GET, FAST(CPUS, FAST_PAI_GET));
    check(agent, SCMI_NOT_SUPPORTED, DESCRIBE_FASTCHANNEL, CPUS,
          MEASUREMENTS_GET);
    check(agent, SCMI_NOT_FOUND, DESCRIBE_FASTCHANNEL, CPUS, NUM_MESSAGES);
    check(agent, SCMI_NOT_FOUND, DESCRIBE_FASTCHANNEL, NUM_DOMAINS, CAP_SET);
    qtest_writel(qts, scmi_shared(1, FAST(CPUS, FAST_CAP_SET)), 700000);
    g_assert_cmpint(cap(agent, CPUS), ==, 700000);
    g_assert_cmpint(level(agent, CPUS_LEVEL), ==, 2);
    g_assert_cmpint(qtest_readl(qts, scmi_shared(1, FAST(CPUS, FAST_CAP_GET))),
                    ==, 700000);
    qtest_writel(qts, scmi_shared(1, FAST(CPUS, FAST_PAI_SET)), 5000);
    g_assert_cmpint(qtest_readl(qts, scmi_shared(1, FAST(CPUS, FAST_PAI_GET))),
                    ==, 5000);
    /* What cannot be done is ignored, and so is another's */
    qtest_writel(qts, scmi_shared(1, FAST(CPUS, FAST_CAP_SET)), 1);
    qtest_writel(qts, scmi_shared(1, FAST(NUM_DOMAINS, FAST_CAP_SET)), 300000);
    qtest_writel(qts, scmi_shared(2, FAST(CPUS, FAST_CAP_SET)), 300000);
    g_assert_cmpint(cap(agent, CPUS), ==, 700000);
    g_assert_cmpint(qtest_readl(qts, scmi_shared(2, FAST(CPUS, FAST_CAP_GET))),
                    ==, 0);
    scmi_close(agent);
    qtest_quit(qts);
}

/* --- Reset, save and load, the host --- */

static void test_reset(ScmiAgent *agent)
{
    succeed(agent, CAP_SET, SOC, 0, 1300000);
    succeed(agent, PAI_SET, SOC, 0, 5000);
    succeed(agent, CAP_NOTIFY, SOC, 1);
    succeed(agent, CAP_SET, SOC, ASYNC, 2000000);
    qtest_system_reset(scmi_machine(agent));
    scmi_reopen(agent);
    g_assert_cmpint(cap(agent, SOC), ==, 0);
    g_assert_cmpint(ask(agent, PAI_GET, SOC).word[0], ==, 10000);
    g_assert_cmpint(level(agent, CPUS_LEVEL), ==, 4);
    g_assert_cmpint(power(agent, SOC), ==,
                    BASE_POWER + MEMORY_POWER + cpus_power[3]);
    succeed(agent, CAP_SET, SOC, 0, 1400000);
    scmi_check_no_event(agent, 10 * SCALE_MS);
}

static void test_save_and_load(void)
{
    QTestState *qts = machine_start("");
    ScmiAgent *agent = scmi_open(qts, 1);

    succeed(agent, CAP_SET, CPUS, 0, 700000);
    succeed(agent, CAP_NOTIFY, CPUS, 1);
    set_extra(agent, 50000);
    qts = machine_through_a_file(qts, "");
    qtest_qmp_assert_success(qts, "{'execute': 'cont'}");
    scmi_move(agent, qts);
    g_assert_cmpint(cap(agent, CPUS), ==, 700000);
    g_assert_cmpint(power(agent, SOC), ==,
                    BASE_POWER + MEMORY_POWER + cpus_power[1] + 50000);
    succeed(agent, CAP_SET, CPUS, 0, 1600000);
    check_cap_event(agent, CPUS, 1600000, 10000);
    g_assert_cmpint(level(agent, CPUS_LEVEL), ==, 3);
    scmi_close(agent);
    qtest_quit(qts);
}

static void test_host(ScmiAgent *agent)
{
    QDict *reply;

    qtest_qmp_assert_success(
        scmi_machine(agent), "{'execute': 'qom-set', 'arguments': {"
        "'path': %s, 'property': 'cap', 'value': 700000}}", PATH("cpus"));
    g_assert_cmpint(cap(agent, CPUS), ==, 700000);
    g_assert_cmpint(level(agent, CPUS_LEVEL), ==, 2);
    g_assert_cmpint(qom_get_uint(scmi_machine(agent), PATH("cpus"), "power"),
                    ==, 700000);
    reply = qtest_qmp(scmi_machine(agent), "{'execute': 'qom-set', "
                      "'arguments': {'path': %s, 'property': 'cap', "
                      "'value': 1}}", PATH("cpus"));
    g_assert_nonnull(strstr(qdict_get_str(qdict_get_qdict(reply, "error"),
                                          "desc"), "300000"));
    qobject_unref(reply);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    scmi_add_test("/scmi-powercap/attributes", test_attributes, NULL);
    scmi_add_test("/scmi-powercap/domains", test_domains, NULL);
    scmi_add_test("/scmi-powercap/measurements", test_measurements, NULL);
    scmi_add_test("/scmi-powercap/thresholds", test_thresholds, NULL);
    scmi_add_test("/scmi-powercap/cap", test_cap, NULL);
    scmi_add_test("/scmi-powercap/parent-cap", test_parent_cap, NULL);
    scmi_add_test("/scmi-powercap/cap-errors", test_cap_errors, NULL);
    scmi_add_test("/scmi-powercap/cap-async", test_cap_async, NULL);
    scmi_add_test("/scmi-powercap/cap-notify", test_cap_notify, NULL);
    scmi_add_test("/scmi-powercap/pai", test_pai, NULL);
    qtest_add_func("/scmi-powercap/two-agents", test_two_agents);
    qtest_add_func("/scmi-powercap/fast-channels", test_fast_channels);
    scmi_add_test("/scmi-powercap/reset", test_reset, NULL);
    qtest_add_func("/scmi-powercap/save-and-load", test_save_and_load);
    scmi_add_test("/scmi-powercap/host", test_host, NULL);
    return g_test_run();
}
