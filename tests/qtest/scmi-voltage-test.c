/*
 * avps-ecu qtest: SCMI's regulators (hw/avps/scmi/voltage.c)
 *
 * Arm System Control and Management Interface (DEN0056) 3.2, section 4.9. The
 * regulator of the USB port shows what happens to a block.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "tests/qtest/avps/migration.h"
#include "tests/qtest/avps/scmi-domain.h"

#define VERSION 0x20001

enum {
    ATTRIBUTES = 3,
    DESCRIBE_LEVELS = 4,
    CONFIG_SET = 5,
    CONFIG_GET = 6,
    LEVEL_SET = 7,
    LEVEL_GET = 8,
    NAME_GET = 9,
};

/* Of VOLTAGE_DOMAIN_ATTRIBUTES */
#define HAS_ASYNC (1u << 31)
#define HAS_EXTENDED_NAME (1u << 30)
#define NAME_WORD 1

#define RANGE (1u << 12)
#define ON 7
#define OFF 0
#define ASYNC 1

/* Regulators: a long list, a range, one that switches a block */
#define LIST "vdd-cores"
#define RANGED "vdd-memory"
#define SWITCH "vdd-usb"
#define SWITCH_PATH "/voltage/" SWITCH

/* By I2C1, I2C2 and SPI */
#define SHARED "vdd-serial"

#define LIST_BOOT 900000
#define LIST_LENGTH 31
#define PART 24         /* levels that fit into a message */

/* A register of the USB controller that keeps what is written */
#define DNCTRL reg("usb0", 0x40 + 0x14)
#define DNCTRL_VALUE 0x1234

static const ScmiRow rows[] = {
    { ATTRIBUTES, 1, 1, 0, true },
    { DESCRIBE_LEVELS, 2, 2, 0, true },
    { CONFIG_SET, 2, 2, 0, false },
    { CONFIG_GET, 1, 1, 0, false },
    { LEVEL_SET, 3, 3, 0, false },
    { LEVEL_GET, 1, 1, 0, false },
    { NAME_GET, 1, 1, 0, true },
};

static unsigned regulator(ScmiAgent *agent, const char *name)
{
    return scmi_find(agent, SCMI_VOLTAGE, NAME_WORD, name);
}

static void set_mode(ScmiAgent *agent, unsigned id, uint32_t mode)
{
    g_assert_cmpint(scmi_status(agent, SCMI_VOLTAGE, CONFIG_SET, id, mode),
                    ==, SCMI_SUCCESS);
}

static void check_mode(ScmiAgent *agent, unsigned id, uint32_t mode)
{
    scmi_check_words(scmi_call(agent, SCMI_VOLTAGE, CONFIG_GET, id), mode);
}

static void set_level(ScmiAgent *agent, unsigned id, int32_t level)
{
    g_assert_cmpint(scmi_status(agent, SCMI_VOLTAGE, LEVEL_SET, id, 0, level),
                    ==, SCMI_SUCCESS);
}

static void check_level(ScmiAgent *agent, unsigned id, int32_t level)
{
    scmi_check_words(scmi_call(agent, SCMI_VOLTAGE, LEVEL_GET, id), level);
}

static unsigned num_domains(ScmiAgent *agent)
{
    return scmi_get(agent, SCMI_VOLTAGE, SCMI_PROTOCOL_ATTRIBUTES, 1).word[0];
}

static void test_messages(ScmiAgent *agent)
{
    scmi_check_messages(agent, SCMI_VOLTAGE, VERSION, rows,
                        G_N_ELEMENTS(rows));
}

static void test_unknown_domain(ScmiAgent *agent)
{
    scmi_check_unknown_domain(agent, SCMI_VOLTAGE, rows, G_N_ELEMENTS(rows),
                              num_domains(agent));
}

static void test_forbidden(ScmiAgent *agent)
{
    unsigned id = regulator(agent, SWITCH);

    scmi_check_forbidden(agent, SCMI_VOLTAGE, rows, G_N_ELEMENTS(rows), id);
    check_mode(agent, id, ON);
}

static void test_attributes(ScmiAgent *agent)
{
    unsigned num = num_domains(agent);
    bool long_name = false;

    g_assert_cmpuint(num, <, 0x10000);
    for (unsigned id = 0; id < num; id++) {
        ScmiMessage m = scmi_get(agent, SCMI_VOLTAGE, ATTRIBUTES, 5, id);
        ScmiMessage n = scmi_get(agent, SCMI_VOLTAGE, NAME_GET, 17, id);
        g_autofree char *short_name = scmi_name(&m, NAME_WORD, 4);
        g_autofree char *name = scmi_name(&n, 1, 16);

        g_assert_cmphex(n.word[0], ==, 0);
        g_assert_true(g_str_has_prefix(name, short_name));
        g_assert_cmphex(m.word[0], ==, HAS_ASYNC |
                        (strlen(name) > 15 ? HAS_EXTENDED_NAME : 0));
        long_name |= !strcmp(name, "vdd-ethernet-and-phy");
        check_mode(agent, id, ON);
    }
    g_assert_true(long_name);
}

static void test_list(ScmiAgent *agent)
{
    unsigned id = regulator(agent, LIST);
    int32_t last = INT32_MIN;

    for (unsigned index = 0; index < LIST_LENGTH; index++) {
        unsigned num = MIN(LIST_LENGTH - index, PART);
        ScmiMessage m = scmi_get(agent, SCMI_VOLTAGE, DESCRIBE_LEVELS,
                                 1 + num, id, index);

        g_assert_cmphex(m.word[0], ==,
                        num | (LIST_LENGTH - index - num) << 16);
        g_assert_cmpint((int32_t)m.word[1], >, last);
        last = m.word[1];
        set_level(agent, id, last);
        check_level(agent, id, last);
    }
    g_assert_cmpint(scmi_status(agent, SCMI_VOLTAGE, DESCRIBE_LEVELS, id,
                                LIST_LENGTH), ==, SCMI_OUT_OF_RANGE);
    g_assert_cmpint(scmi_status(agent, SCMI_VOLTAGE, DESCRIBE_LEVELS, id,
                                UINT32_MAX), ==, SCMI_OUT_OF_RANGE);
}

static void test_range(ScmiAgent *agent)
{
    unsigned id = regulator(agent, RANGED);

    for (uint32_t index = 0; index < 5; index++) {
        scmi_check_words(scmi_call(agent, SCMI_VOLTAGE, DESCRIBE_LEVELS, id,
                                   index), RANGE | 3, 1050000, 1350000,
                         10000);
    }
    set_level(agent, id, 1050000);
    check_level(agent, id, 1050000);
    set_level(agent, id, 1350000);
    check_level(agent, id, 1350000);
    set_level(agent, id, 1230000);
    check_level(agent, id, 1230000);
}

static void test_bad_levels(ScmiAgent *agent)
{
    static const char *const names[] = { LIST, RANGED, SWITCH };
    static const int32_t bad[] = {
        0, 1, -1, INT32_MIN, INT32_MAX, 1050001, 1049999, 1360000, 599999,
    };

    for (unsigned i = 0; i < G_N_ELEMENTS(names); i++) {
        unsigned id = regulator(agent, names[i]);
        ScmiMessage before = scmi_get(agent, SCMI_VOLTAGE, LEVEL_GET, 1, id);

        for (unsigned j = 0; j < G_N_ELEMENTS(bad); j++) {
            g_assert_cmpint(scmi_status(agent, SCMI_VOLTAGE, LEVEL_SET, id, 0,
                                        bad[j]), ==, SCMI_INVALID_PARAMETERS);
            g_assert_cmpint(scmi_status(agent, SCMI_VOLTAGE, LEVEL_SET, id,
                                        ASYNC, bad[j]), ==,
                            SCMI_INVALID_PARAMETERS);
        }
        for (unsigned bit = 1; bit < 32; bit++) {
            g_assert_cmpint(scmi_status(agent, SCMI_VOLTAGE, LEVEL_SET, id,
                                        1u << bit, before.word[0]), ==,
                            SCMI_INVALID_PARAMETERS);
        }
        check_level(agent, id, before.word[0]);
    }
}

static void test_bad_modes(ScmiAgent *agent)
{
    unsigned id = regulator(agent, SWITCH);

    for (uint32_t mode = 1; mode < 16; mode++) {
        if (mode != ON) {
            g_assert_cmpint(scmi_status(agent, SCMI_VOLTAGE, CONFIG_SET, id,
                                        mode), ==, SCMI_INVALID_PARAMETERS);
        }
    }
    for (unsigned bit = 4; bit < 32; bit++) {
        g_assert_cmpint(scmi_status(agent, SCMI_VOLTAGE, CONFIG_SET, id,
                                    1u << bit), ==, SCMI_INVALID_PARAMETERS);
        g_assert_cmpint(scmi_status(agent, SCMI_VOLTAGE, CONFIG_SET, id,
                                    1u << bit | ON), ==,
                        SCMI_INVALID_PARAMETERS);
    }
    check_mode(agent, id, ON);
}

static void test_always_on(ScmiAgent *agent)
{
    unsigned id = regulator(agent, LIST);

    g_assert_cmpint(scmi_status(agent, SCMI_VOLTAGE, CONFIG_SET, id, OFF), ==,
                    SCMI_INVALID_PARAMETERS);
    set_mode(agent, id, ON);
    check_mode(agent, id, ON);
}

static void test_block(ScmiAgent *agent)
{
    QTestState *qts = scmi_machine(agent);
    unsigned id = regulator(agent, SWITCH);

    qtest_writel(qts, DNCTRL, DNCTRL_VALUE);
    set_mode(agent, id, OFF);
    check_mode(agent, id, OFF);
    g_assert_cmphex(qtest_readl(qts, DNCTRL), ==, 0);
    set_mode(agent, id, ON);
    check_mode(agent, id, ON);
    g_assert_cmphex(qtest_readl(qts, DNCTRL), ==, 0);
    qtest_writel(qts, DNCTRL, DNCTRL_VALUE);
    g_assert_cmphex(qtest_readl(qts, DNCTRL), ==, DNCTRL_VALUE);
}

static void test_two_votes(ScmiAgent *agent)
{
    ScmiAgent *second = scmi_open_second(agent, "usb");
    unsigned id = regulator(agent, SWITCH);

    set_mode(second, id, ON);
    set_mode(agent, id, OFF);
    check_mode(agent, id, ON);
    scmi_check_host_string(agent, SWITCH_PATH, "votes", "mailbox1");
    set_mode(second, id, OFF);
    check_mode(second, id, OFF);
    scmi_close(second);
}

/* Who shares a regulator does not take from others what they count on. */
static void test_shared(ScmiAgent *agent)
{
    ScmiAgent *second = scmi_open_second(agent, "spi");
    unsigned id = regulator(agent, SHARED);

    set_mode(second, id, OFF);
    set_level(second, id, 1800000);
    check_mode(agent, id, ON);
    check_level(agent, id, 3300000);
    scmi_check_host_string(agent, "/voltage/" SHARED, "votes", "platform");
    /* One that may use all of what is behind it can */
    set_level(agent, id, 1800000);
    check_level(agent, id, 1800000);
    set_mode(agent, id, OFF);
    check_mode(agent, id, OFF);
    set_mode(second, id, ON);
    check_mode(agent, id, ON);
    scmi_close(second);
}

/* The highest that anybody asks for; the boot's until somebody does */
static void test_two_levels(ScmiAgent *agent)
{
    ScmiAgent *second = scmi_open_second(agent, "cores");
    unsigned id = regulator(agent, LIST);

    check_level(agent, id, LIST_BOOT);
    set_level(agent, id, 700000);
    check_level(agent, id, 700000);
    set_level(second, id, 800000);
    check_level(agent, id, 800000);
    set_level(agent, id, 750000);
    check_level(agent, id, 800000);
    set_level(second, id, 600000);
    check_level(agent, id, 750000);
    /* What an agent asked for goes when it is forgotten */
    set_level(second, id, 850000);
    set_mode(second, id, ON);
    check_level(agent, id, 850000);
    scmi_forget_second(agent);
    check_level(agent, id, 750000);
    /* It is always on, whoever votes */
    check_mode(agent, id, ON);
    scmi_close(second);
}

static void test_asynchronous(ScmiAgent *agent)
{
    unsigned id = regulator(agent, LIST);

    g_assert_cmpint(scmi_status(agent, SCMI_VOLTAGE, LEVEL_SET, id, ASYNC,
                                1000000), ==, SCMI_SUCCESS);
    check_level(agent, id, LIST_BOOT);
    scmi_check_words(scmi_wait_delayed(agent, SCMI_VOLTAGE, LEVEL_SET), id,
                     1000000);
    check_level(agent, id, 1000000);
    scmi_check_no_event(agent, SCMI_LATENCY_NS);
}

static void test_host(ScmiAgent *agent)
{
    unsigned id = regulator(agent, SWITCH), cores = regulator(agent, LIST);

    set_mode(agent, id, ON);
    scmi_host_set_bool(agent, SWITCH_PATH, "enabled", false);
    check_mode(agent, id, OFF);
    g_assert_false(scmi_host_bool(agent, SWITCH_PATH, "enabled"));
    scmi_host_set_bool(agent, SWITCH_PATH, "enabled", true);
    check_mode(agent, id, ON);

    set_level(agent, cores, 1000000);
    scmi_host_set_int(agent, "/voltage/" LIST, "microvolts", 610000);
    check_level(agent, cores, 610000);
    g_assert_cmpuint(scmi_host_uint(agent, "/voltage/" LIST, "microvolts"),
                     ==, 610000);
    scmi_check_host_refuses(agent, "/voltage/" LIST, "microvolts", "611000",
                            "no level");
    scmi_check_host_refuses(agent, "/voltage/" RANGED, "microvolts",
                            "1055000", "from 1050000 to 1350000");
    check_level(agent, cores, 610000);
    set_level(agent, cores, 600000);
    check_level(agent, cores, 600000);
}

static void test_reset(ScmiAgent *agent)
{
    unsigned id = regulator(agent, SWITCH), cores = regulator(agent, LIST);

    set_mode(agent, id, OFF);
    set_level(agent, cores, 600000);
    g_assert_cmpint(scmi_status(agent, SCMI_VOLTAGE, LEVEL_SET, cores, ASYNC,
                                1000000), ==, SCMI_SUCCESS);
    qtest_system_reset(scmi_machine(agent));
    scmi_reopen(agent);
    check_mode(agent, id, ON);
    scmi_check_no_event(agent, SCMI_LATENCY_NS);
    check_level(agent, cores, LIST_BOOT);
    scmi_check_host_string(agent, SWITCH_PATH, "votes", "platform");
}

static void test_save_and_load(void)
{
    QTestState *qts = machine_start("");
    ScmiAgent *agent = scmi_open(qts, 1);
    ScmiAgent *second = scmi_open_second(agent, "cores");
    unsigned id = regulator(agent, SWITCH), cores = regulator(agent, LIST);

    set_mode(agent, id, OFF);
    set_level(agent, cores, 800000);
    set_level(second, cores, 700000);
    g_assert_cmpint(scmi_status(agent, SCMI_VOLTAGE, LEVEL_SET, cores, ASYNC,
                                600000), ==, SCMI_SUCCESS);
    qts = machine_through_a_file(qts, "");
    scmi_move(agent, qts);
    scmi_move(second, qts);
    qtest_qmp_assert_success(qts, "{'execute': 'cont'}");
    check_mode(agent, id, OFF);
    g_assert_cmphex(qtest_readl(qts, DNCTRL), ==, 0);
    check_level(agent, cores, 800000);
    /* The other one asks for more */
    scmi_check_words(scmi_wait_delayed(agent, SCMI_VOLTAGE, LEVEL_SET), cores,
                     700000);
    check_level(second, cores, 700000);
    set_mode(agent, id, ON);
    qtest_writel(qts, DNCTRL, DNCTRL_VALUE);
    g_assert_cmphex(qtest_readl(qts, DNCTRL), ==, DNCTRL_VALUE);
    qtest_quit(qts);
    scmi_close(second);
    scmi_close(agent);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    scmi_add_test("/scmi-voltage/messages", test_messages, NULL);
    scmi_add_test("/scmi-voltage/unknown-domain", test_unknown_domain, NULL);
    scmi_add_test("/scmi-voltage/forbidden", test_forbidden, NULL);
    scmi_add_test("/scmi-voltage/attributes", test_attributes, NULL);
    scmi_add_test("/scmi-voltage/list", test_list, NULL);
    scmi_add_test("/scmi-voltage/range", test_range, NULL);
    scmi_add_test("/scmi-voltage/bad-levels", test_bad_levels, NULL);
    scmi_add_test("/scmi-voltage/bad-modes", test_bad_modes, NULL);
    scmi_add_test("/scmi-voltage/always-on", test_always_on, NULL);
    scmi_add_test("/scmi-voltage/block", test_block, NULL);
    scmi_add_test("/scmi-voltage/two-votes", test_two_votes, NULL);
    scmi_add_test("/scmi-voltage/shared", test_shared, NULL);
    scmi_add_test("/scmi-voltage/two-levels", test_two_levels, NULL);
    scmi_add_test("/scmi-voltage/asynchronous", test_asynchronous, NULL);
    scmi_add_test("/scmi-voltage/host", test_host, NULL);
    scmi_add_test("/scmi-voltage/reset", test_reset, NULL);
    qtest_add_func("/scmi-voltage/save-and-load", test_save_and_load);
    return g_test_run();
}
