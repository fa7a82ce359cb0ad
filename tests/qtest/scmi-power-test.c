/*
 * avps-ecu qtest: SCMI's power domains (hw/avps/scmi/power_domain.c)
 *
 * Arm System Control and Management Interface (DEN0056) 3.2, section 4.3. The
 * domain of the USB controller stands for all; its block shows what it has.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "tests/qtest/avps/migration.h"
#include "tests/qtest/avps/scmi-domain.h"

#define VERSION 0x30001

/* The domains of blocks can be off */
#define OPTIONS "-M scmi-power-domains=on"

enum {
    ATTRIBUTES = 3,
    STATE_SET = 4,
    STATE_GET = 5,
    STATE_NOTIFY = 6,
    REQUEST_NOTIFY = 7,
    NAME_GET = 8,
};

/* Notifications */
enum { CHANGED = 0, CHANGE_REQUESTED = 1 };

#define SYNC 0
#define ASYNC 1
#define ON 0
#define OFF 0x40000000

/* Of POWER_DOMAIN_ATTRIBUTES */
#define HAS_NOTIFY (1u << 31)
#define HAS_ASYNC (1u << 30)
#define HAS_SYNC (1u << 29)
#define HAS_REQUEST_NOTIFY (1u << 28)
#define HAS_EXTENDED_NAME (1u << 27)
#define ALWAYS (HAS_NOTIFY | HAS_ASYNC | HAS_SYNC | HAS_REQUEST_NOTIFY)
#define NAME_WORD 1

/* A register of the USB controller that keeps what is written */
#define DNCTRL reg("usb0", 0x40 + 0x14)
#define DNCTRL_VALUE 0x1234

#define LONG_NAME "display-and-composition"

static const ScmiRow rows[] = {
    { ATTRIBUTES, 1, 1, 0, true },
    { STATE_SET, 3, 3, 1, false },
    { STATE_GET, 1, 1, 0, false },
    { STATE_NOTIFY, 2, 2, 0, false },
    { REQUEST_NOTIFY, 2, 2, 0, false },
    { NAME_GET, 1, 1, 0, true },
};

static unsigned usb(ScmiAgent *agent)
{
    return scmi_find(agent, SCMI_POWER_DOMAIN, NAME_WORD, "usb");
}

static void set(ScmiAgent *agent, unsigned domain, uint32_t state)
{
    g_assert_cmpint(scmi_status(agent, SCMI_POWER_DOMAIN, STATE_SET, SYNC,
                                domain, state), ==, SCMI_SUCCESS);
}

static void check_state(ScmiAgent *agent, unsigned domain, uint32_t state)
{
    scmi_check_words(scmi_call(agent, SCMI_POWER_DOMAIN, STATE_GET, domain),
                     state);
}

static void subscribe(ScmiAgent *agent, unsigned message, unsigned domain)
{
    g_assert_cmpint(scmi_status(agent, SCMI_POWER_DOMAIN, message, domain, 1),
                    ==, SCMI_SUCCESS);
}

static void check_event(ScmiAgent *agent, unsigned message, unsigned cause,
                        unsigned domain, uint32_t state)
{
    scmi_check_words(scmi_wait_notification(agent, SCMI_POWER_DOMAIN, message),
                     cause, domain, state);
}

static unsigned num_domains(ScmiAgent *agent)
{
    ScmiMessage m = scmi_get(agent, SCMI_POWER_DOMAIN,
                             SCMI_PROTOCOL_ATTRIBUTES, 4);

    scmi_check_words(m, m.word[0] & 0xffff, 0, 0, 0);
    return m.word[0];
}

static void test_messages(ScmiAgent *agent)
{
    scmi_check_messages(agent, SCMI_POWER_DOMAIN, VERSION, rows,
                        G_N_ELEMENTS(rows));
}

static void test_unknown_domain(ScmiAgent *agent)
{
    unsigned num = num_domains(agent);

    scmi_check_unknown_domain(agent, SCMI_POWER_DOMAIN, rows,
                              G_N_ELEMENTS(rows), num);
    g_assert_cmpint(scmi_status(agent, SCMI_POWER_DOMAIN, ATTRIBUTES,
                                0x10000 | num), ==, SCMI_NOT_FOUND);
}

/* Identifiers have 16 bits where a domain is described, and nowhere else. */
static void test_upper_bits(ScmiAgent *agent)
{
    scmi_get(agent, SCMI_POWER_DOMAIN, ATTRIBUTES, 5, 0xffff0000);
    g_assert_cmpint(scmi_status(agent, SCMI_POWER_DOMAIN, STATE_GET,
                                0xffff0000), ==, SCMI_NOT_FOUND);
}

static void test_forbidden(ScmiAgent *agent)
{
    scmi_check_forbidden(agent, SCMI_POWER_DOMAIN, rows, G_N_ELEMENTS(rows),
                         usb(agent));
    check_state(agent, usb(agent), ON);
}

static void test_attributes(ScmiAgent *agent)
{
    unsigned num = num_domains(agent);

    for (unsigned id = 0; id < num; id++) {
        ScmiMessage m = scmi_get(agent, SCMI_POWER_DOMAIN, ATTRIBUTES, 5, id);
        ScmiMessage n = scmi_get(agent, SCMI_POWER_DOMAIN, NAME_GET, 17, id);
        g_autofree char *short_name = scmi_name(&m, NAME_WORD, 4);
        g_autofree char *name = scmi_name(&n, 1, 16);

        g_assert_cmphex(n.word[0], ==, 0);
        g_assert_true(g_str_has_prefix(name, short_name));
        g_assert_cmphex(m.word[0], ==,
                        ALWAYS | (strlen(name) > 15 ? HAS_EXTENDED_NAME : 0));
        check_state(agent, id, ON);
    }
}

static void test_long_name(ScmiAgent *agent)
{
    unsigned id = scmi_find(agent, SCMI_POWER_DOMAIN, NAME_WORD,
                            "display-and-com");
    ScmiMessage n = scmi_get(agent, SCMI_POWER_DOMAIN, NAME_GET, 17, id);
    g_autofree char *name = scmi_name(&n, 1, 16);

    g_assert_cmpstr(name, ==, LONG_NAME);
}

static void test_bad_parameters(ScmiAgent *agent)
{
    static const uint32_t bad_states[] = { 1, OFF | 1, 0x80000000, 0xff000000,
                                           0x0fffffff };
    unsigned id = usb(agent);

    for (unsigned i = 0; i < G_N_ELEMENTS(bad_states); i++) {
        g_assert_cmpint(scmi_status(agent, SCMI_POWER_DOMAIN, STATE_SET, SYNC,
                                    id, bad_states[i]), ==,
                        SCMI_INVALID_PARAMETERS);
    }
    for (unsigned bit = 1; bit < 32; bit++) {
        uint32_t flags = 1u << bit;

        g_assert_cmpint(scmi_status(agent, SCMI_POWER_DOMAIN, STATE_SET,
                                    flags, id, OFF), ==,
                        SCMI_INVALID_PARAMETERS);
        g_assert_cmpint(scmi_status(agent, SCMI_POWER_DOMAIN, STATE_NOTIFY,
                                    id, flags), ==, SCMI_INVALID_PARAMETERS);
        g_assert_cmpint(scmi_status(agent, SCMI_POWER_DOMAIN, REQUEST_NOTIFY,
                                    id, flags), ==, SCMI_INVALID_PARAMETERS);
    }
    check_state(agent, id, ON);
}

/* A block without power is not there, and forgets. */
static void test_block(ScmiAgent *agent)
{
    QTestState *qts = scmi_machine(agent);
    unsigned id = usb(agent);

    qtest_writel(qts, DNCTRL, DNCTRL_VALUE);
    g_assert_cmphex(qtest_readl(qts, DNCTRL), ==, DNCTRL_VALUE);
    set(agent, id, OFF);
    check_state(agent, id, OFF);
    g_assert_cmphex(qtest_readl(qts, DNCTRL), ==, 0);
    qtest_writel(qts, DNCTRL, DNCTRL_VALUE);
    set(agent, id, ON);
    check_state(agent, id, ON);
    g_assert_cmphex(qtest_readl(qts, DNCTRL), ==, 0);
    qtest_writel(qts, DNCTRL, DNCTRL_VALUE);
    g_assert_cmphex(qtest_readl(qts, DNCTRL), ==, DNCTRL_VALUE);
}

static void test_two_votes(ScmiAgent *agent)
{
    ScmiAgent *second = scmi_open_second(agent, "usb");
    unsigned id = usb(agent);

    scmi_check_host_string(agent, "/power/usb", "votes", "platform");
    set(agent, id, ON);
    set(second, id, ON);
    set(agent, id, OFF);
    check_state(agent, id, ON);
    scmi_check_host_string(agent, "/power/usb", "votes", "mailbox1");
    set(second, id, OFF);
    check_state(agent, id, OFF);
    scmi_check_host_string(agent, "/power/usb", "votes", "");
    set(second, id, ON);
    check_state(agent, id, ON);
    scmi_close(second);
}

/* Votes and subscriptions of an agent that is forgotten */
static void test_forgotten(ScmiAgent *agent)
{
    ScmiAgent *second = scmi_open_second(agent, "usb");
    unsigned id = usb(agent);

    set(agent, id, OFF);
    set(second, id, ON);
    subscribe(agent, STATE_NOTIFY, id);
    subscribe(second, STATE_NOTIFY, id);
    subscribe(second, REQUEST_NOTIFY, id);
    scmi_forget_second(agent);
    check_state(agent, id, OFF);
    check_event(agent, CHANGED, SCMI_GUEST_AGENT, id, OFF);
    set(agent, id, ON);
    scmi_check_no_event(second, SCMI_LATENCY_NS);
    scmi_close(second);
}

static void test_notifications(ScmiAgent *agent)
{
    ScmiAgent *second = scmi_open_second(agent, "usb");
    unsigned id = usb(agent), self = scmi_id(agent);

    subscribe(agent, STATE_NOTIFY, id);
    subscribe(second, STATE_NOTIFY, id);
    set(agent, id, OFF);
    check_event(agent, CHANGED, self, id, OFF);
    check_event(second, CHANGED, self, id, OFF);
    /* No change, no event */
    set(agent, id, OFF);
    scmi_check_no_event(agent, SCMI_LATENCY_NS);
    scmi_check_no_event(second, 0);
    /* No longer */
    g_assert_cmpint(scmi_status(agent, SCMI_POWER_DOMAIN, STATE_NOTIFY, id,
                                0), ==, SCMI_SUCCESS);
    set(second, id, ON);
    check_event(second, CHANGED, SCMI_GUEST_AGENT, id, ON);
    scmi_check_no_event(agent, SCMI_LATENCY_NS);
    scmi_close(second);
}

/* The others hear of a request even when it changes nothing. */
static void test_request_notifications(ScmiAgent *agent)
{
    ScmiAgent *second = scmi_open_second(agent, "usb");
    unsigned id = usb(agent);

    subscribe(agent, REQUEST_NOTIFY, id);
    subscribe(second, REQUEST_NOTIFY, id);
    set(second, id, ON);
    check_event(agent, CHANGE_REQUESTED, SCMI_GUEST_AGENT, id, ON);
    scmi_check_no_event(agent, SCMI_LATENCY_NS);
    scmi_check_no_event(second, 0);
    scmi_close(second);
}

/* What an agent may not use any more, it does not hear of any more. */
static void test_notification_without_permission(ScmiAgent *agent)
{
    ScmiAgent *second = scmi_open_second(agent, "usb");
    unsigned id = usb(agent);

    subscribe(second, STATE_NOTIFY, id);
    scmi_host_set_string(agent, "/mailbox1", "deny", "usb");
    set(agent, id, OFF);
    scmi_check_no_event(second, SCMI_LATENCY_NS);
    scmi_close(second);
}

/* It is over when POWER_STATE_CHANGED comes: there is no delayed response. */
static void test_asynchronous(ScmiAgent *agent)
{
    unsigned id = usb(agent);

    subscribe(agent, STATE_NOTIFY, id);
    g_assert_cmpint(scmi_status(agent, SCMI_POWER_DOMAIN, STATE_SET, ASYNC,
                                id, OFF), ==, SCMI_SUCCESS);
    check_state(agent, id, ON);
    check_event(agent, CHANGED, scmi_id(agent), id, OFF);
    check_state(agent, id, OFF);
    scmi_check_no_event(agent, SCMI_LATENCY_NS);
}

static void test_host(ScmiAgent *agent)
{
    unsigned id = usb(agent);

    subscribe(agent, STATE_NOTIFY, id);
    set(agent, id, ON);
    scmi_host_set_bool(agent, "/power/usb", "enabled", false);
    check_event(agent, CHANGED, 0, id, OFF);
    check_state(agent, id, OFF);
    scmi_host_set_bool(agent, "/power/usb", "enabled", true);
    check_event(agent, CHANGED, 0, id, ON);
    g_assert_true(scmi_host_bool(agent, "/power/usb", "enabled"));
    scmi_check_host_string(agent, "/power/usb", "votes", "platform");
    scmi_check_host_refuses(agent, "/power/usb", "enabled", "\"on\"",
                            "boolean");
}

/* Everything is on after a reset, and nobody has subscribed. */
static void test_reset(ScmiAgent *agent)
{
    QTestState *qts = scmi_machine(agent);
    unsigned id = usb(agent);

    subscribe(agent, STATE_NOTIFY, id);
    set(agent, id, OFF);
    check_event(agent, CHANGED, scmi_id(agent), id, OFF);
    /* One that is at work is forgotten */
    g_assert_cmpint(scmi_status(agent, SCMI_POWER_DOMAIN, STATE_SET, ASYNC,
                                id, OFF), ==, SCMI_SUCCESS);
    qtest_system_reset(qts);
    scmi_reopen(agent);
    check_state(agent, id, ON);
    scmi_check_no_event(agent, SCMI_LATENCY_NS);
    check_state(agent, id, ON);
    scmi_check_host_string(agent, "/power/usb", "votes", "platform");
    set(agent, id, OFF);
    scmi_check_no_event(agent, SCMI_LATENCY_NS);
}

static void test_save_and_load(void)
{
    QTestState *qts = machine_start(OPTIONS);
    ScmiAgent *agent = scmi_open(qts, 1);
    unsigned id = usb(agent);

    subscribe(agent, STATE_NOTIFY, id);
    set(agent, id, OFF);
    check_event(agent, CHANGED, scmi_id(agent), id, OFF);
    g_assert_cmpint(scmi_status(agent, SCMI_POWER_DOMAIN, STATE_SET, ASYNC,
                                id, ON), ==, SCMI_SUCCESS);
    qts = machine_through_a_file(qts, OPTIONS);
    scmi_move(agent, qts);
    qtest_qmp_assert_success(qts, "{'execute': 'cont'}");
    check_state(agent, id, OFF);
    g_assert_cmphex(qtest_readl(qts, DNCTRL), ==, 0);
    check_event(agent, CHANGED, scmi_id(agent), id, ON);
    qtest_writel(qts, DNCTRL, DNCTRL_VALUE);
    g_assert_cmphex(qtest_readl(qts, DNCTRL), ==, DNCTRL_VALUE);
    qtest_quit(qts);
    scmi_close(agent);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    scmi_add_test("/scmi-power/messages", test_messages, OPTIONS);
    scmi_add_test("/scmi-power/unknown-domain", test_unknown_domain, OPTIONS);
    scmi_add_test("/scmi-power/upper-bits", test_upper_bits, OPTIONS);
    scmi_add_test("/scmi-power/forbidden", test_forbidden, OPTIONS);
    scmi_add_test("/scmi-power/attributes", test_attributes, OPTIONS);
    scmi_add_test("/scmi-power/long-name", test_long_name, OPTIONS);
    scmi_add_test("/scmi-power/bad-parameters", test_bad_parameters, OPTIONS);
    scmi_add_test("/scmi-power/block", test_block, OPTIONS);
    scmi_add_test("/scmi-power/two-votes", test_two_votes, OPTIONS);
    scmi_add_test("/scmi-power/forgotten", test_forgotten, OPTIONS);
    scmi_add_test("/scmi-power/notifications", test_notifications, OPTIONS);
    scmi_add_test("/scmi-power/request-notifications",
                  test_request_notifications, OPTIONS);
    scmi_add_test("/scmi-power/notification-without-permission",
                  test_notification_without_permission, OPTIONS);
    scmi_add_test("/scmi-power/asynchronous", test_asynchronous, OPTIONS);
    scmi_add_test("/scmi-power/host", test_host, OPTIONS);
    scmi_add_test("/scmi-power/reset", test_reset, OPTIONS);
    qtest_add_func("/scmi-power/save-and-load", test_save_and_load);
    return g_test_run();
}
