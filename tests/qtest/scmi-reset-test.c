/*
 * avps-ecu qtest: SCMI's reset domains (hw/avps/scmi/reset.c)
 *
 * Arm System Control and Management Interface (DEN0056) 3.2, section 4.8. The
 * domain of the USB controller stands for all; its block shows what happens.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "tests/qtest/avps/migration.h"
#include "tests/qtest/avps/scmi-domain.h"

#define VERSION 0x30001

enum {
    ATTRIBUTES = 3,
    RESET = 4,
    NOTIFY = 5,
    NAME_GET = 6,
};

/* Notification */
enum { ISSUED = 0 };

/* Of RESET_DOMAIN_ATTRIBUTES */
#define HAS_ASYNC (1u << 31)
#define HAS_NOTIFY (1u << 30)
#define HAS_EXTENDED_NAME (1u << 29)
#define NAME_WORD 2

/* Of RESET */
#define AUTONOMOUS 1
#define ASSERT 2
#define DEASSERT 0
#define ASYNC 4
#define COLD 0

/* A register of the USB controller that keeps what is written */
#define DNCTRL reg("usb0", 0x40 + 0x14)
#define DNCTRL_VALUE 0x1234

static const ScmiRow rows[] = {
    { ATTRIBUTES, 1, 1, 0, true },
    { RESET, 3, 3, 0, false },
    { NOTIFY, 2, 2, 0, false },
    { NAME_GET, 1, 1, 0, true },
};

static unsigned usb(ScmiAgent *agent)
{
    return scmi_find(agent, SCMI_RESET, NAME_WORD, "usb");
}

static void reset(ScmiAgent *agent, unsigned id, uint32_t flags)
{
    g_assert_cmpint(scmi_status(agent, SCMI_RESET, RESET, id, flags, COLD),
                    ==, SCMI_SUCCESS);
}

static void subscribe(ScmiAgent *agent, unsigned id)
{
    g_assert_cmpint(scmi_status(agent, SCMI_RESET, NOTIFY, id, 1), ==,
                    SCMI_SUCCESS);
}

static void check_issued(ScmiAgent *agent, unsigned cause, unsigned id)
{
    scmi_check_words(scmi_wait_notification(agent, SCMI_RESET, ISSUED), cause,
                     id, COLD);
}

/* The block has a value that a reset takes away. */
static void mark_block(ScmiAgent *agent)
{
    qtest_writel(scmi_machine(agent), DNCTRL, DNCTRL_VALUE);
    g_assert_cmphex(qtest_readl(scmi_machine(agent), DNCTRL), ==,
                    DNCTRL_VALUE);
}

static void check_block(ScmiAgent *agent, uint32_t value)
{
    g_assert_cmphex(qtest_readl(scmi_machine(agent), DNCTRL), ==, value);
}

static unsigned num_domains(ScmiAgent *agent)
{
    return scmi_get(agent, SCMI_RESET, SCMI_PROTOCOL_ATTRIBUTES, 1).word[0];
}

static void test_messages(ScmiAgent *agent)
{
    scmi_check_messages(agent, SCMI_RESET, VERSION, rows, G_N_ELEMENTS(rows));
}

static void test_unknown_domain(ScmiAgent *agent)
{
    scmi_check_unknown_domain(agent, SCMI_RESET, rows, G_N_ELEMENTS(rows),
                              num_domains(agent));
}

static void test_forbidden(ScmiAgent *agent)
{
    mark_block(agent);
    scmi_check_forbidden(agent, SCMI_RESET, rows, G_N_ELEMENTS(rows),
                         usb(agent));
    check_block(agent, DNCTRL_VALUE);
}

static void test_attributes(ScmiAgent *agent)
{
    unsigned num = num_domains(agent);
    bool long_name = false;

    g_assert_cmpuint(num, <, 0x10000);
    for (unsigned id = 0; id < num; id++) {
        ScmiMessage m = scmi_get(agent, SCMI_RESET, ATTRIBUTES, 6, id);
        ScmiMessage n = scmi_get(agent, SCMI_RESET, NAME_GET, 17, id);
        g_autofree char *short_name = scmi_name(&m, NAME_WORD, 4);
        g_autofree char *name = scmi_name(&n, 1, 16);

        g_assert_cmphex(n.word[0], ==, 0);
        g_assert_true(g_str_has_prefix(name, short_name));
        g_assert_cmphex(m.word[0], ==, HAS_ASYNC | HAS_NOTIFY |
                        (strlen(name) > 15 ? HAS_EXTENDED_NAME : 0));
        g_assert_cmpuint(m.word[1], >, 0);
        long_name |= !strcmp(name, "display-and-composition");
    }
    g_assert_true(long_name);
}

static void test_bad_parameters(ScmiAgent *agent)
{
    unsigned id = usb(agent);

    mark_block(agent);
    for (unsigned bit = 3; bit < 32; bit++) {
        g_assert_cmpint(scmi_status(agent, SCMI_RESET, RESET, id,
                                    1u << bit | AUTONOMOUS, COLD), ==,
                        SCMI_INVALID_PARAMETERS);
    }
    /* Only what the platform does by itself can be done later */
    g_assert_cmpint(scmi_status(agent, SCMI_RESET, RESET, id, ASYNC, COLD),
                    ==, SCMI_INVALID_PARAMETERS);
    g_assert_cmpint(scmi_status(agent, SCMI_RESET, RESET, id, ASYNC | ASSERT,
                                COLD), ==, SCMI_INVALID_PARAMETERS);
    /* States: of the architecture, and of an implementation */
    for (unsigned bit = 0; bit < 32; bit++) {
        g_assert_cmpint(scmi_status(agent, SCMI_RESET, RESET, id, AUTONOMOUS,
                                    1u << bit), ==, SCMI_INVALID_PARAMETERS);
        g_assert_cmpint(scmi_status(agent, SCMI_RESET, RESET, id, ASSERT,
                                    1u << bit), ==, SCMI_INVALID_PARAMETERS);
    }
    for (unsigned bit = 1; bit < 32; bit++) {
        g_assert_cmpint(scmi_status(agent, SCMI_RESET, NOTIFY, id, 1u << bit),
                        ==, SCMI_INVALID_PARAMETERS);
    }
    check_block(agent, DNCTRL_VALUE);
}

static void test_autonomous(ScmiAgent *agent)
{
    mark_block(agent);
    reset(agent, usb(agent), AUTONOMOUS);
    check_block(agent, 0);
    mark_block(agent);
    /* The explicit signal is ignored then */
    reset(agent, usb(agent), AUTONOMOUS | ASSERT);
    check_block(agent, 0);
    mark_block(agent);
}

static void test_asynchronous(ScmiAgent *agent)
{
    unsigned id = usb(agent);

    mark_block(agent);
    reset(agent, id, AUTONOMOUS | ASYNC);
    check_block(agent, DNCTRL_VALUE);
    scmi_check_words(scmi_wait_delayed(agent, SCMI_RESET, RESET), id);
    check_block(agent, 0);
    scmi_check_no_event(agent, SCMI_LATENCY_NS);
}

/* While it is held, the block cannot be used; afterwards it is as new. */
static void test_explicit(ScmiAgent *agent)
{
    unsigned id = usb(agent);

    mark_block(agent);
    reset(agent, id, ASSERT);
    check_block(agent, 0);
    qtest_writel(scmi_machine(agent), DNCTRL, DNCTRL_VALUE);
    check_block(agent, 0);
    g_assert_true(scmi_host_bool(agent, "/reset/usb", "asserted"));
    reset(agent, id, DEASSERT);
    check_block(agent, 0);
    mark_block(agent);
    /* Once more is nothing */
    reset(agent, id, DEASSERT);
    check_block(agent, DNCTRL_VALUE);
}

static void test_two_holders(ScmiAgent *agent)
{
    ScmiAgent *second = scmi_open_second(agent, "usb");
    unsigned id = usb(agent);

    reset(agent, id, ASSERT);
    reset(second, id, ASSERT);
    reset(agent, id, DEASSERT);
    g_assert_true(scmi_host_bool(agent, "/reset/usb", "asserted"));
    scmi_check_host_string(agent, "/reset/usb", "votes", "mailbox1");
    /* Nobody lets go what another one holds */
    reset(agent, id, DEASSERT);
    g_assert_true(scmi_host_bool(agent, "/reset/usb", "asserted"));
    reset(second, id, DEASSERT);
    g_assert_false(scmi_host_bool(agent, "/reset/usb", "asserted"));
    mark_block(agent);
    scmi_close(second);
}

static void test_forgotten(ScmiAgent *agent)
{
    ScmiAgent *second = scmi_open_second(agent, "usb");
    unsigned id = usb(agent);

    subscribe(second, id);
    reset(second, id, ASSERT);
    check_issued(second, SCMI_GUEST_AGENT, id);
    scmi_forget_second(agent);
    g_assert_false(scmi_host_bool(agent, "/reset/usb", "asserted"));
    mark_block(agent);
    reset(agent, id, AUTONOMOUS);
    scmi_check_no_event(second, SCMI_LATENCY_NS);
    scmi_close(second);
}

static void test_notifications(ScmiAgent *agent)
{
    ScmiAgent *second = scmi_open_second(agent, "usb");
    unsigned id = usb(agent), self = scmi_id(agent);

    subscribe(agent, id);
    subscribe(second, id);
    reset(agent, id, AUTONOMOUS);
    check_issued(agent, self, id);
    check_issued(second, self, id);
    reset(second, id, ASSERT);
    check_issued(agent, SCMI_GUEST_AGENT, id);
    check_issued(second, SCMI_GUEST_AGENT, id);
    /* It is in reset already, and the end is none */
    reset(agent, id, ASSERT);
    reset(agent, id, DEASSERT);
    reset(second, id, DEASSERT);
    scmi_check_no_event(agent, SCMI_LATENCY_NS);
    scmi_check_no_event(second, 0);
    /* An asynchronous one is told when it is done, before its end */
    reset(agent, id, AUTONOMOUS | ASYNC);
    scmi_check_no_event(second, 0);
    check_issued(agent, self, id);
    scmi_check_words(scmi_wait_delayed(agent, SCMI_RESET, RESET), id);
    check_issued(second, self, id);

    g_assert_cmpint(scmi_status(agent, SCMI_RESET, NOTIFY, id, 0), ==,
                    SCMI_SUCCESS);
    reset(agent, id, AUTONOMOUS);
    scmi_check_no_event(agent, SCMI_LATENCY_NS);
    scmi_close(second);
}

static void test_host(ScmiAgent *agent)
{
    unsigned id = usb(agent);

    subscribe(agent, id);
    mark_block(agent);
    scmi_host_set_bool(agent, "/reset/usb", "reset", true);
    check_issued(agent, 0, id);
    check_block(agent, 0);
    scmi_host_set_bool(agent, "/reset/usb", "asserted", true);
    check_issued(agent, 0, id);
    scmi_check_host_string(agent, "/reset/usb", "votes", "platform");
    reset(agent, id, DEASSERT);
    g_assert_true(scmi_host_bool(agent, "/reset/usb", "asserted"));
    reset(agent, id, ASSERT);
    scmi_host_set_bool(agent, "/reset/usb", "asserted", false);
    g_assert_false(scmi_host_bool(agent, "/reset/usb", "asserted"));
    mark_block(agent);
    scmi_check_host_refuses(agent, "/reset/usb", "asserted", "1", "boolean");
}

static void test_system_reset(ScmiAgent *agent)
{
    unsigned id = usb(agent);

    subscribe(agent, id);
    reset(agent, id, ASSERT);
    check_issued(agent, scmi_id(agent), id);
    reset(agent, id, AUTONOMOUS | ASYNC);
    qtest_system_reset(scmi_machine(agent));
    scmi_reopen(agent);
    g_assert_false(scmi_host_bool(agent, "/reset/usb", "asserted"));
    mark_block(agent);
    scmi_check_no_event(agent, SCMI_LATENCY_NS);
    check_block(agent, DNCTRL_VALUE);
    reset(agent, id, AUTONOMOUS);
    scmi_check_no_event(agent, SCMI_LATENCY_NS);
}

static void test_save_and_load(void)
{
    QTestState *qts = machine_start("");
    ScmiAgent *agent = scmi_open(qts, 1);
    unsigned id = usb(agent);

    subscribe(agent, id);
    reset(agent, id, ASSERT);
    check_issued(agent, scmi_id(agent), id);
    reset(agent, id, AUTONOMOUS | ASYNC);
    qts = machine_through_a_file(qts, "");
    scmi_move(agent, qts);
    qtest_qmp_assert_success(qts, "{'execute': 'cont'}");
    qtest_writel(qts, DNCTRL, DNCTRL_VALUE);
    check_block(agent, 0);
    check_issued(agent, scmi_id(agent), id);
    scmi_check_words(scmi_wait_delayed(agent, SCMI_RESET, RESET), id);
    scmi_check_host_string(agent, "/reset/usb", "votes", "mailbox0");
    reset(agent, id, DEASSERT);
    mark_block(agent);
    qtest_quit(qts);
    scmi_close(agent);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    scmi_add_test("/scmi-reset/messages", test_messages, NULL);
    scmi_add_test("/scmi-reset/unknown-domain", test_unknown_domain, NULL);
    scmi_add_test("/scmi-reset/forbidden", test_forbidden, NULL);
    scmi_add_test("/scmi-reset/attributes", test_attributes, NULL);
    scmi_add_test("/scmi-reset/bad-parameters", test_bad_parameters, NULL);
    scmi_add_test("/scmi-reset/autonomous", test_autonomous, NULL);
    scmi_add_test("/scmi-reset/asynchronous", test_asynchronous, NULL);
    scmi_add_test("/scmi-reset/explicit", test_explicit, NULL);
    scmi_add_test("/scmi-reset/two-holders", test_two_holders, NULL);
    scmi_add_test("/scmi-reset/forgotten", test_forgotten, NULL);
    scmi_add_test("/scmi-reset/notifications", test_notifications, NULL);
    scmi_add_test("/scmi-reset/host", test_host, NULL);
    scmi_add_test("/scmi-reset/system-reset", test_system_reset, NULL);
    qtest_add_func("/scmi-reset/save-and-load", test_save_and_load);
    return g_test_run();
}
