/*
 * avps-ecu qtest: SCMI's clocks (hw/avps/scmi/clock.c)
 *
 * Arm System Control and Management Interface (DEN0056) 3.2, section 4.6. The
 * clock of an I2C controller stands for those with a list of rates and with
 * parents, a pixel clock for those with a range.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "tests/qtest/avps/migration.h"
#include "tests/qtest/avps/scmi-domain.h"

#define VERSION 0x30000

enum {
    ATTRIBUTES = 3,
    DESCRIBE_RATES = 4,
    RATE_SET = 5,
    RATE_GET = 6,
    CONFIG_SET = 7,
    NAME_GET = 8,
    RATE_NOTIFY = 9,
    REQUEST_NOTIFY = 10,
    CONFIG_GET = 11,
    PARENTS_GET = 12,
    PARENT_SET = 13,
    PARENT_GET = 14,
    PERMISSIONS_GET = 15,
};

/* Notifications */
enum { CHANGED = 0, CHANGE_REQUESTED = 1 };

/* Of CLOCK_ATTRIBUTES */
#define ENABLED (1u << 0)
#define RESTRICTED (1u << 1)
#define HAS_PARENTS (1u << 28)
#define HAS_EXTENDED_NAME (1u << 29)
#define HAS_REQUEST_NOTIFY (1u << 30)
#define HAS_NOTIFY (1u << 31)
#define NAME_WORD 1

/* Of CLOCK_RATE_SET */
#define ASYNC 1
#define NO_RESPONSE 2
#define DOWN 0
#define UP 4
#define NEAREST 8

/* Of CLOCK_GET_PERMISSIONS */
#define MAY_SWITCH (1u << 31)
#define MAY_CHOOSE_PARENT (1u << 30)
#define MAY_SET_RATE (1u << 29)

#define RANGE (1u << 12)
#define MHZ 1000000ull
#define FAR_AWAY (1ull << 40)

#define LIST "i2c1"
#define LIST_PATH "/clock/" LIST
#define FIXED "oscillator"
#define RANGED "pixel0"
#define RANGED_PATH "/clock/" RANGED
#define PIXEL_LOWEST (5 * MHZ)
#define PIXEL_HIGHEST (600 * MHZ)
#define PIXEL_STEP 1000

/* A register of the I2C controller that keeps what is written */
#define IFDR reg("i2c1", 0x04)
#define IFDR_VALUE 0x15

static const ScmiRow rows[] = {
    { ATTRIBUTES, 1, 1, 0, true },
    { DESCRIBE_RATES, 2, 2, 0, true },
    { RATE_SET, 4, 4, 1, false },
    { RATE_GET, 1, 1, 0, false },
    { CONFIG_SET, 2, 3, 0, false },
    { NAME_GET, 1, 1, 0, true },
    { RATE_NOTIFY, 2, 2, 0, false },
    { REQUEST_NOTIFY, 2, 2, 0, false },
    { CONFIG_GET, 2, 2, 0, false },
    { PARENTS_GET, 2, 2, 0, true },
    { PARENT_SET, 2, 2, 0, false },
    { PARENT_GET, 1, 1, 0, false },
    { PERMISSIONS_GET, 1, 1, 0, true },
};

static unsigned clock_id(ScmiAgent *agent, const char *name)
{
    return scmi_find(agent, SCMI_CLOCK, NAME_WORD, name);
}

static int32_t try_rate(ScmiAgent *agent, unsigned id, uint64_t hz,
                        uint32_t flags)
{
    return scmi_status(agent, SCMI_CLOCK, RATE_SET, flags, id, (uint32_t)hz,
                       hz >> 32);
}

static void set_rate(ScmiAgent *agent, unsigned id, uint64_t hz)
{
    g_assert_cmpint(try_rate(agent, id, hz, DOWN), ==, SCMI_SUCCESS);
}

static uint64_t get_rate(ScmiAgent *agent, unsigned id)
{
    ScmiMessage m = scmi_get(agent, SCMI_CLOCK, RATE_GET, 2, id);

    return scmi_u64(&m, 0);
}

static void set_enabled(ScmiAgent *agent, unsigned id, bool on)
{
    g_assert_cmpint(scmi_status(agent, SCMI_CLOCK, CONFIG_SET, id, on, 0), ==,
                    SCMI_SUCCESS);
}

static void check_enabled(ScmiAgent *agent, unsigned id, bool on)
{
    ScmiMessage m = scmi_get(agent, SCMI_CLOCK, ATTRIBUTES, 6, id);

    g_assert_cmpuint(m.word[0] & ENABLED, ==, on);
    scmi_check_words(scmi_call(agent, SCMI_CLOCK, CONFIG_GET, id, 0), 0, on,
                     0);
}

static void subscribe(ScmiAgent *agent, unsigned message, unsigned id)
{
    g_assert_cmpint(scmi_status(agent, SCMI_CLOCK, message, id, 1), ==,
                    SCMI_SUCCESS);
}

static void check_event(ScmiAgent *agent, unsigned message, unsigned cause,
                        unsigned id, uint64_t hz)
{
    scmi_check_words(scmi_wait_notification(agent, SCMI_CLOCK, message),
                     cause, id, (uint32_t)hz, hz >> 32);
}

static unsigned num_clocks(ScmiAgent *agent)
{
    return scmi_get(agent, SCMI_CLOCK, SCMI_PROTOCOL_ATTRIBUTES,
                    1).word[0] & 0xffff;
}

/* --- What all messages have in common --- */

static void test_messages(ScmiAgent *agent)
{
    scmi_check_messages(agent, SCMI_CLOCK, VERSION, rows, G_N_ELEMENTS(rows));
}

static void test_unknown_clock(ScmiAgent *agent)
{
    scmi_check_unknown_domain(agent, SCMI_CLOCK, rows, G_N_ELEMENTS(rows),
                              num_clocks(agent));
}

static void test_forbidden(ScmiAgent *agent)
{
    unsigned id = clock_id(agent, LIST);
    uint64_t hz = get_rate(agent, id);

    scmi_check_forbidden(agent, SCMI_CLOCK, rows, G_N_ELEMENTS(rows), id);
    g_assert_cmpuint(get_rate(agent, id), ==, hz);
    check_enabled(agent, id, true);
}

/* --- Descriptions --- */

/* Four asynchronous commands at once, the rest of the word is reserved. */
static void test_protocol_attributes(ScmiAgent *agent)
{
    ScmiMessage m = scmi_get(agent, SCMI_CLOCK, SCMI_PROTOCOL_ATTRIBUTES, 1);

    g_assert_cmphex(m.word[0] >> 16, ==, 4);
    scmi_get(agent, SCMI_CLOCK, ATTRIBUTES, 6, (m.word[0] & 0xffff) - 1);
}

static void check_attributes(ScmiAgent *agent, const char *name,
                             uint32_t flags)
{
    ScmiMessage m = scmi_get(agent, SCMI_CLOCK, ATTRIBUTES, 6,
                             clock_id(agent, name));

    g_assert_cmphex(m.word[0], ==,
                    flags | ENABLED | HAS_NOTIFY | HAS_REQUEST_NOTIFY);
}

static void test_attributes(ScmiAgent *agent)
{
    check_attributes(agent, FIXED, RESTRICTED);
    check_attributes(agent, "usb", 0);
    check_attributes(agent, LIST, HAS_PARENTS);
    check_attributes(agent, RANGED, HAS_PARENTS);
}

static void test_names(ScmiAgent *agent)
{
    unsigned num = num_clocks(agent);

    for (unsigned id = 0; id < num; id++) {
        ScmiMessage m = scmi_get(agent, SCMI_CLOCK, ATTRIBUTES, 6, id);
        ScmiMessage n = scmi_get(agent, SCMI_CLOCK, NAME_GET, 17, id);
        g_autofree char *short_name = scmi_name(&m, NAME_WORD, 4);
        g_autofree char *name = scmi_name(&n, 1, 16);

        g_assert_cmphex(n.word[0], ==, 0);
        g_assert_true(g_str_has_prefix(name, short_name));
        g_assert_cmpuint(strlen(name) > 15, ==,
                         (m.word[0] & HAS_EXTENDED_NAME) != 0);
    }
}

static void test_rates_of_a_range(ScmiAgent *agent)
{
    unsigned id = clock_id(agent, RANGED);

    for (uint32_t index = 0; index < 5; index++) {
        scmi_check_words(scmi_call(agent, SCMI_CLOCK, DESCRIBE_RATES, id,
                                   index), RANGE | 3, PIXEL_LOWEST, 0,
                         PIXEL_HIGHEST, 0, PIXEL_STEP, 0);
    }
}

/* Every clock: its list is ascending, from any index on, and has its rate. */
static void test_rates_of_a_list(ScmiAgent *agent)
{
    unsigned num = num_clocks(agent);

    for (unsigned id = 0; id < num; id++) {
        uint64_t rate = get_rate(agent, id), last = 0;
        unsigned index = 0, remaining = 1;
        bool has_rate = false;

        while (remaining) {
            ScmiMessage m = scmi_call(agent, SCMI_CLOCK, DESCRIBE_RATES, id,
                                      index);
            unsigned returned = m.word[0] & 0xfff;

            g_assert_cmpint(m.status, ==, SCMI_SUCCESS);
            if (m.word[0] & RANGE) {
                break;
            }
            remaining = m.word[0] >> 16;
            g_assert_cmpuint(m.num_words, ==, 1 + 2 * returned);
            g_assert_cmpuint(returned, >, 0);
            for (unsigned i = 0; i < returned; i++) {
                uint64_t hz = scmi_u64(&m, 1 + 2 * i);

                g_assert_cmpuint(hz, >, last);
                has_rate |= hz == rate;
                last = hz;
            }
            index += returned;
        }
        if (remaining) {
            continue;
        }
        g_assert_true(has_rate);
        g_assert_cmpint(scmi_status(agent, SCMI_CLOCK, DESCRIBE_RATES, id,
                                    index), ==, SCMI_OUT_OF_RANGE);
        g_assert_cmpint(scmi_status(agent, SCMI_CLOCK, DESCRIBE_RATES, id,
                                    UINT32_MAX), ==, SCMI_OUT_OF_RANGE);
    }
}

static void test_permissions(ScmiAgent *agent)
{
    scmi_check_words(scmi_call(agent, SCMI_CLOCK, PERMISSIONS_GET,
                               clock_id(agent, FIXED)), 0);
    scmi_check_words(scmi_call(agent, SCMI_CLOCK, PERMISSIONS_GET,
                               clock_id(agent, "usb")),
                     MAY_SWITCH | MAY_SET_RATE);
    scmi_check_words(scmi_call(agent, SCMI_CLOCK, PERMISSIONS_GET,
                               clock_id(agent, LIST)),
                     MAY_SWITCH | MAY_SET_RATE | MAY_CHOOSE_PARENT);
}

/* --- Rates --- */

static void check_rounding(ScmiAgent *agent, unsigned id, uint64_t asked,
                           uint32_t flags, uint64_t hz)
{
    g_assert_cmpint(try_rate(agent, id, asked, flags), ==, SCMI_SUCCESS);
    g_assert_cmpuint(get_rate(agent, id), ==, hz);
}

static void test_rounding_in_a_list(ScmiAgent *agent)
{
    unsigned id = clock_id(agent, LIST);

    check_rounding(agent, id, 12 * MHZ, DOWN, 12 * MHZ);
    check_rounding(agent, id, 12 * MHZ, UP, 12 * MHZ);
    check_rounding(agent, id, 50 * MHZ, UP, 50 * MHZ);
    check_rounding(agent, id, 25 * MHZ - 1, DOWN, 24 * MHZ);
    check_rounding(agent, id, 24 * MHZ + 1, UP, 25 * MHZ);
    check_rounding(agent, id, 24 * MHZ + 1, NEAREST, 24 * MHZ);
    check_rounding(agent, id, 25 * MHZ - 1, NEAREST, 25 * MHZ);
    /* The bit for up is ignored then */
    check_rounding(agent, id, 24 * MHZ + 1, NEAREST | UP,
                   24 * MHZ);
}

static void test_rounding_in_a_range(ScmiAgent *agent)
{
    unsigned id = clock_id(agent, RANGED);

    check_rounding(agent, id, PIXEL_LOWEST, DOWN, PIXEL_LOWEST);
    check_rounding(agent, id, PIXEL_HIGHEST, UP, PIXEL_HIGHEST);
    check_rounding(agent, id, 74250400, DOWN, 74250000);
    check_rounding(agent, id, 74250400, UP, 74251000);
    check_rounding(agent, id, 74250400, NEAREST, 74250000);
    check_rounding(agent, id, 74250600, NEAREST, 74251000);
    check_rounding(agent, id, PIXEL_HIGHEST - 1, UP, PIXEL_HIGHEST);
}

static void test_bad_rates(ScmiAgent *agent)
{
    static const char *const names[] = { LIST, RANGED, FIXED };

    for (unsigned i = 0; i < G_N_ELEMENTS(names); i++) {
        unsigned id = clock_id(agent, names[i]);
        uint64_t hz = get_rate(agent, id);
        const uint64_t bad[] = { 0, 1, FAR_AWAY, UINT64_MAX,
                                 FAR_AWAY | hz };

        for (unsigned j = 0; j < G_N_ELEMENTS(bad); j++) {
            for (uint32_t flags = 0; flags < 16; flags++) {
                g_assert_cmpint(try_rate(agent, id, bad[j], flags), ==,
                                SCMI_INVALID_PARAMETERS);
            }
        }
        for (unsigned bit = 4; bit < 32; bit++) {
            g_assert_cmpint(try_rate(agent, id, hz, 1u << bit), ==,
                            SCMI_INVALID_PARAMETERS);
        }
        g_assert_cmpuint(get_rate(agent, id), ==, hz);
    }
}

/* A fixed clock may be asked for what it is. */
static void test_fixed(ScmiAgent *agent)
{
    unsigned id = clock_id(agent, FIXED);

    set_rate(agent, id, get_rate(agent, id));
    set_enabled(agent, id, true);
    g_assert_cmpint(scmi_status(agent, SCMI_CLOCK, CONFIG_SET, id, 0, 0), ==,
                    SCMI_DENIED);
    check_enabled(agent, id, true);
    scmi_check_host_string(agent, "/clock/" FIXED, "votes", "platform");
}

static void test_asynchronous(ScmiAgent *agent)
{
    unsigned id = clock_id(agent, LIST);
    uint64_t before = get_rate(agent, id);

    g_assert_cmpint(try_rate(agent, id, 25 * MHZ - 1, ASYNC), ==,
                    SCMI_SUCCESS);
    g_assert_cmpuint(get_rate(agent, id), ==, before);
    scmi_check_words(scmi_wait_delayed(agent, SCMI_CLOCK, RATE_SET), id,
                     24 * MHZ, 0);
    g_assert_cmpuint(get_rate(agent, id), ==, 24 * MHZ);
    scmi_check_no_event(agent, SCMI_LATENCY_NS);
}

static void test_asynchronous_without_response(ScmiAgent *agent)
{
    unsigned id = clock_id(agent, LIST);

    g_assert_cmpint(try_rate(agent, id, 24 * MHZ, ASYNC | NO_RESPONSE), ==,
                    SCMI_SUCCESS);
    scmi_check_no_event(agent, SCMI_LATENCY_NS);
    g_assert_cmpuint(get_rate(agent, id), ==, 24 * MHZ);
    /* The flag alone means nothing */
    g_assert_cmpint(try_rate(agent, id, 25 * MHZ, NO_RESPONSE), ==,
                    SCMI_SUCCESS);
    g_assert_cmpuint(get_rate(agent, id), ==, 25 * MHZ);
}

/* As many at once as the attributes say, and not one more */
static void test_many_asynchronous(ScmiAgent *agent)
{
    unsigned id = clock_id(agent, LIST);
    unsigned max = scmi_get(agent, SCMI_CLOCK, SCMI_PROTOCOL_ATTRIBUTES,
                            1).word[0] >> 16;

    for (unsigned i = 0; i < max; i++) {
        g_assert_cmpint(try_rate(agent, id, (i % 2 ? 24 : 25) * MHZ, ASYNC),
                        ==, SCMI_SUCCESS);
    }
    g_assert_cmpint(try_rate(agent, id, 12 * MHZ, ASYNC), ==, SCMI_BUSY);
    for (unsigned i = 0; i < max; i++) {
        scmi_check_words(scmi_wait_delayed(agent, SCMI_CLOCK, RATE_SET), id,
                         (i % 2 ? 24 : 25) * MHZ, 0);
    }
    g_assert_cmpint(try_rate(agent, id, 12 * MHZ, ASYNC), ==, SCMI_SUCCESS);
    scmi_wait_delayed(agent, SCMI_CLOCK, RATE_SET);
}

/* Permission that goes while the command is at work */
static void test_asynchronous_then_denied(ScmiAgent *agent)
{
    ScmiAgent *second = scmi_open_second(agent, LIST);
    unsigned id = clock_id(agent, LIST);
    uint64_t before = get_rate(agent, id);

    g_assert_cmpint(try_rate(second, id, 12 * MHZ, ASYNC), ==, SCMI_SUCCESS);
    scmi_host_set_string(agent, "/mailbox1", "deny", LIST);
    g_assert_cmpint(scmi_wait_delayed(second, SCMI_CLOCK, RATE_SET).status,
                    ==, SCMI_DENIED);
    g_assert_cmpuint(get_rate(agent, id), ==, before);
    scmi_close(second);
}

static void test_rate_notifications(ScmiAgent *agent)
{
    ScmiAgent *second = scmi_open_second(agent, LIST);
    unsigned id = clock_id(agent, LIST);

    subscribe(agent, RATE_NOTIFY, id);
    subscribe(second, RATE_NOTIFY, id);
    set_rate(second, id, 12 * MHZ);
    check_event(agent, CHANGED, SCMI_GUEST_AGENT, id, 12 * MHZ);
    check_event(second, CHANGED, SCMI_GUEST_AGENT, id, 12 * MHZ);
    set_rate(agent, id, 12 * MHZ);
    scmi_check_no_event(agent, SCMI_LATENCY_NS);
    scmi_check_no_event(second, 0);
    g_assert_cmpint(scmi_status(agent, SCMI_CLOCK, RATE_NOTIFY, id, 0), ==,
                    SCMI_SUCCESS);
    set_rate(agent, id, 25 * MHZ);
    check_event(second, CHANGED, scmi_id(agent), id, 25 * MHZ);
    scmi_check_no_event(agent, 0);
    scmi_close(second);
}

static void test_request_notifications(ScmiAgent *agent)
{
    ScmiAgent *second = scmi_open_second(agent, LIST);
    unsigned id = clock_id(agent, LIST);
    uint64_t hz = get_rate(agent, id);

    subscribe(agent, REQUEST_NOTIFY, id);
    subscribe(second, REQUEST_NOTIFY, id);
    set_rate(second, id, hz);
    check_event(agent, CHANGE_REQUESTED, SCMI_GUEST_AGENT, id, hz);
    scmi_check_no_event(second, SCMI_LATENCY_NS);
    scmi_close(second);
}

static void test_bad_notify(ScmiAgent *agent)
{
    unsigned id = clock_id(agent, LIST);

    for (unsigned bit = 1; bit < 32; bit++) {
        g_assert_cmpint(scmi_status(agent, SCMI_CLOCK, RATE_NOTIFY, id,
                                    1u << bit), ==, SCMI_INVALID_PARAMETERS);
        g_assert_cmpint(scmi_status(agent, SCMI_CLOCK, REQUEST_NOTIFY, id,
                                    1u << bit), ==, SCMI_INVALID_PARAMETERS);
    }
    set_rate(agent, id, 12 * MHZ);
    scmi_check_no_event(agent, SCMI_LATENCY_NS);
}

/* --- On and off --- */

/* A block without a clock does nothing, and forgets nothing. */
static void test_block(ScmiAgent *agent)
{
    QTestState *qts = scmi_machine(agent);
    unsigned id = clock_id(agent, LIST);

    qtest_writew(qts, IFDR, IFDR_VALUE);
    set_enabled(agent, id, false);
    check_enabled(agent, id, false);
    g_assert_cmphex(qtest_readw(qts, IFDR), ==, 0);
    qtest_writew(qts, IFDR, 0);
    set_enabled(agent, id, true);
    check_enabled(agent, id, true);
    g_assert_cmphex(qtest_readw(qts, IFDR), ==, IFDR_VALUE);
}

static void test_two_votes(ScmiAgent *agent)
{
    ScmiAgent *second = scmi_open_second(agent, LIST);
    unsigned id = clock_id(agent, LIST);

    set_enabled(second, id, true);
    set_enabled(agent, id, false);
    check_enabled(agent, id, true);
    scmi_check_host_string(agent, LIST_PATH, "votes", "mailbox1");
    set_enabled(agent, id, true);
    set_enabled(second, id, false);
    check_enabled(second, id, true);
    set_enabled(agent, id, false);
    check_enabled(agent, id, false);
    scmi_close(second);
}

static void test_forgotten(ScmiAgent *agent)
{
    ScmiAgent *second = scmi_open_second(agent, LIST);
    unsigned id = clock_id(agent, LIST);

    set_enabled(agent, id, false);
    set_enabled(second, id, true);
    set_rate(second, id, 12 * MHZ);
    subscribe(second, RATE_NOTIFY, id);
    subscribe(second, REQUEST_NOTIFY, id);
    scmi_forget_second(agent);
    check_enabled(agent, id, false);
    /* The rate may be the wish of others, too */
    g_assert_cmpuint(get_rate(agent, id), ==, 12 * MHZ);
    set_rate(agent, id, 25 * MHZ);
    scmi_check_no_event(second, SCMI_LATENCY_NS);
    scmi_close(second);
}

/* Of a clock that others use, too, an agent does not change the rate. */
static void test_shared(ScmiAgent *agent)
{
    ScmiAgent *second = scmi_open_second(agent, "usb");
    unsigned pll = clock_id(agent, "pll-peripherals");

    set_rate(second, pll, get_rate(agent, pll));
    g_assert_cmpint(scmi_status(second, SCMI_CLOCK, CONFIG_SET, pll, 0, 0),
                    ==, SCMI_DENIED);
    scmi_check_words(scmi_call(second, SCMI_CLOCK, PERMISSIONS_GET, pll), 0);
    scmi_close(second);
}

/* Two words are enough, as they were before there were extended types. */
static void test_config_words(ScmiAgent *agent)
{
    unsigned id = clock_id(agent, LIST);

    g_assert_cmpint(scmi_status(agent, SCMI_CLOCK, CONFIG_SET, id, 0), ==,
                    SCMI_SUCCESS);
    check_enabled(agent, id, false);
    /* The value of no type is ignored */
    g_assert_cmpint(scmi_status(agent, SCMI_CLOCK, CONFIG_SET, id, 1, 99), ==,
                    SCMI_SUCCESS);
    check_enabled(agent, id, true);
}

/* Reserved states and bits, and extended types, of which there are none */
static void test_bad_config(ScmiAgent *agent)
{
    static const char *const names[] = { LIST, FIXED };

    for (unsigned i = 0; i < G_N_ELEMENTS(names); i++) {
        unsigned id = clock_id(agent, names[i]);

        g_assert_cmpint(scmi_status(agent, SCMI_CLOCK, CONFIG_SET, id, 2, 0),
                        ==, SCMI_INVALID_PARAMETERS);
        g_assert_cmpint(scmi_status(agent, SCMI_CLOCK, CONFIG_SET, id, 3, 0),
                        ==, SCMI_INVALID_PARAMETERS);
        for (unsigned bit = 2; bit < 32; bit++) {
            for (uint32_t state = 0; state < 4; state++) {
                g_assert_cmpint(scmi_status(agent, SCMI_CLOCK, CONFIG_SET,
                                            id, 1u << bit | state, 0), ==,
                                SCMI_INVALID_PARAMETERS);
            }
        }
        for (unsigned bit = 0; bit < 32; bit++) {
            g_assert_cmpint(scmi_status(agent, SCMI_CLOCK, CONFIG_GET, id,
                                        1u << bit), ==,
                            SCMI_INVALID_PARAMETERS);
        }
        check_enabled(agent, id, true);
    }
}

/* --- Parents --- */

static void check_parent(ScmiAgent *agent, unsigned id, unsigned parent)
{
    scmi_check_words(scmi_call(agent, SCMI_CLOCK, PARENT_GET, id), parent);
}

static void test_parents(ScmiAgent *agent)
{
    unsigned id = clock_id(agent, LIST);
    unsigned pll = clock_id(agent, "pll-peripherals");
    unsigned oscillator = clock_id(agent, "oscillator");

    scmi_check_words(scmi_call(agent, SCMI_CLOCK, PARENTS_GET, id, 0), 2, pll,
                     oscillator);
    scmi_check_words(scmi_call(agent, SCMI_CLOCK, PARENTS_GET, id, 1), 1,
                     oscillator);
    g_assert_cmpint(scmi_status(agent, SCMI_CLOCK, PARENTS_GET, id, 2), ==,
                    SCMI_OUT_OF_RANGE);
    g_assert_cmpint(scmi_status(agent, SCMI_CLOCK, PARENTS_GET, id,
                                UINT32_MAX), ==, SCMI_OUT_OF_RANGE);
    check_parent(agent, id, pll);
}

static void test_bad_parents(ScmiAgent *agent)
{
    unsigned id = clock_id(agent, LIST);
    unsigned pll = clock_id(agent, "pll-peripherals");

    g_assert_cmpint(scmi_status(agent, SCMI_CLOCK, PARENT_SET, id, id), ==,
                    SCMI_INVALID_PARAMETERS);
    g_assert_cmpint(scmi_status(agent, SCMI_CLOCK, PARENT_SET, id,
                                clock_id(agent, RANGED)), ==,
                    SCMI_INVALID_PARAMETERS);
    g_assert_cmpint(scmi_status(agent, SCMI_CLOCK, PARENT_SET, id,
                                num_clocks(agent)), ==, SCMI_NOT_FOUND);
    g_assert_cmpint(scmi_status(agent, SCMI_CLOCK, PARENT_SET, id,
                                UINT32_MAX), ==, SCMI_NOT_FOUND);
    check_parent(agent, id, pll);
}

static void test_no_parents(ScmiAgent *agent)
{
    unsigned id = clock_id(agent, "usb");

    g_assert_cmpint(scmi_status(agent, SCMI_CLOCK, PARENTS_GET, id, 0), ==,
                    SCMI_NOT_SUPPORTED);
    g_assert_cmpint(scmi_status(agent, SCMI_CLOCK, PARENT_SET, id, 0), ==,
                    SCMI_NOT_SUPPORTED);
    g_assert_cmpint(scmi_status(agent, SCMI_CLOCK, PARENT_GET, id), ==,
                    SCMI_NOT_SUPPORTED);
    scmi_check_host_string(agent, "/clock/usb", "parent", "");
}

/* 148.5 MHz of 600 MHz is 147.015 MHz of 594 MHz. */
static void test_parent_changes_rate(ScmiAgent *agent)
{
    unsigned id = clock_id(agent, RANGED);
    unsigned other = clock_id(agent, "pll-video1");
    unsigned first = clock_id(agent, "pll-video0");

    set_rate(agent, id, 148500000);
    subscribe(agent, RATE_NOTIFY, id);
    g_assert_cmpint(scmi_status(agent, SCMI_CLOCK, PARENT_SET, id, other), ==,
                    SCMI_SUCCESS);
    check_event(agent, CHANGED, scmi_id(agent), id, 147015000);
    check_parent(agent, id, other);
    g_assert_cmpuint(get_rate(agent, id), ==, 147015000);
    g_assert_cmpint(scmi_status(agent, SCMI_CLOCK, PARENT_SET, id, first), ==,
                    SCMI_SUCCESS);
    check_event(agent, CHANGED, scmi_id(agent), id, 148500000);
    /* No clock is faster than what it comes from */
    g_assert_cmpint(scmi_status(agent, SCMI_CLOCK, PARENT_SET, id, other), ==,
                    SCMI_SUCCESS);
    check_event(agent, CHANGED, scmi_id(agent), id, 147015000);
    g_assert_cmpint(try_rate(agent, id, PIXEL_HIGHEST, UP), ==,
                    SCMI_SUCCESS);
    check_event(agent, CHANGED, scmi_id(agent), id, 594 * MHZ);
}

/* Every agent hears of a change that a parent of its clock made. */
static void test_parent_off(ScmiAgent *agent)
{
    unsigned id = clock_id(agent, RANGED);
    unsigned parent = clock_id(agent, "pll-video0");

    scmi_host_set_bool(agent, "/clock/pll-video0", "enabled", false);
    /* It runs for its children */
    check_enabled(agent, parent, true);
    check_enabled(agent, id, true);
    for (unsigned i = 0; i < 4; i++) {
        g_autofree char *name = g_strdup_printf("pixel%u", i);

        check_enabled(agent, parent, true);
        set_enabled(agent, clock_id(agent, name), false);
    }
    check_enabled(agent, parent, false);
    set_enabled(agent, id, true);
    check_enabled(agent, parent, true);
}

/* --- Host, reset, save and load --- */

static void test_host(ScmiAgent *agent)
{
    unsigned id = clock_id(agent, LIST);

    subscribe(agent, RATE_NOTIFY, id);
    subscribe(agent, REQUEST_NOTIFY, id);
    scmi_host_set_int(agent, LIST_PATH, "rate", 25 * MHZ);
    check_event(agent, CHANGE_REQUESTED, 0, id, 25 * MHZ);
    check_event(agent, CHANGED, 0, id, 25 * MHZ);
    g_assert_cmpuint(scmi_host_uint(agent, LIST_PATH, "rate"), ==, 25 * MHZ);
    scmi_check_host_refuses(agent, LIST_PATH, "rate", "25000001", "no rate");
    scmi_check_host_refuses(agent, LIST_PATH, "rate", "0", "no rate");
    scmi_check_host_refuses(agent, LIST_PATH, "rate", "-1", "rate");

    set_enabled(agent, id, true);
    scmi_host_set_bool(agent, LIST_PATH, "enabled", false);
    check_enabled(agent, id, false);
    g_assert_false(scmi_host_bool(agent, LIST_PATH, "enabled"));
    scmi_host_set_bool(agent, LIST_PATH, "enabled", true);
    check_enabled(agent, id, true);
    scmi_check_host_string(agent, LIST_PATH, "votes", "platform");
}

static void test_host_parent(ScmiAgent *agent)
{
    unsigned id = clock_id(agent, LIST);

    scmi_check_host_string(agent, LIST_PATH, "parent", "pll-peripherals");
    scmi_host_set_string(agent, LIST_PATH, "parent", "oscillator");
    check_parent(agent, id, clock_id(agent, "oscillator"));
    g_assert_cmpuint(get_rate(agent, id), ==, 12 * MHZ);
    scmi_check_host_refuses(agent, LIST_PATH, "parent", "\"usb\"",
                            "cannot come from");
    /* The oscillator is too slow for that */
    scmi_check_host_refuses(agent, LIST_PATH, "rate", "50000000", "parent");
}

static void test_reset(ScmiAgent *agent)
{
    unsigned id = clock_id(agent, LIST);
    uint64_t boot = get_rate(agent, id);

    subscribe(agent, RATE_NOTIFY, id);
    scmi_host_set_string(agent, LIST_PATH, "parent", "oscillator");
    check_event(agent, CHANGED, 0, id, 12 * MHZ);
    set_enabled(agent, id, false);
    g_assert_cmpint(try_rate(agent, id, 24 * MHZ, ASYNC), ==, SCMI_SUCCESS);
    qtest_system_reset(scmi_machine(agent));
    scmi_reopen(agent);
    check_enabled(agent, id, true);
    g_assert_cmpuint(get_rate(agent, id), ==, boot);
    scmi_check_host_string(agent, LIST_PATH, "parent", "pll-peripherals");
    scmi_check_host_string(agent, LIST_PATH, "votes", "platform");
    scmi_check_no_event(agent, SCMI_LATENCY_NS);
    set_rate(agent, id, 12 * MHZ);
    scmi_check_no_event(agent, SCMI_LATENCY_NS);
}

static void test_save_and_load(void)
{
    QTestState *qts = machine_start("");
    ScmiAgent *agent = scmi_open(qts, 1);
    unsigned id = clock_id(agent, LIST), pixel = clock_id(agent, RANGED);
    unsigned pll = clock_id(agent, "pll-video1");

    subscribe(agent, RATE_NOTIFY, id);
    set_enabled(agent, id, false);
    scmi_host_set_string(agent, RANGED_PATH, "parent", "pll-video1");
    scmi_host_set_bool(agent, "/clock/pll-video1", "enabled", false);
    g_assert_cmpint(try_rate(agent, id, 24 * MHZ, ASYNC), ==, SCMI_SUCCESS);
    qts = machine_through_a_file(qts, "");
    scmi_move(agent, qts);
    qtest_qmp_assert_success(qts, "{'execute': 'cont'}");

    check_enabled(agent, id, false);
    check_parent(agent, pixel, pll);
    g_assert_cmpuint(get_rate(agent, pixel), ==, 147015000);
    check_enabled(agent, pll, true);
    check_event(agent, CHANGED, scmi_id(agent), id, 24 * MHZ);
    scmi_check_words(scmi_wait_delayed(agent, SCMI_CLOCK, RATE_SET), id,
                     24 * MHZ, 0);
    set_enabled(agent, pixel, false);
    check_enabled(agent, pll, false);
    qtest_quit(qts);
    scmi_close(agent);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    scmi_add_test("/scmi-clock/messages", test_messages, NULL);
    scmi_add_test("/scmi-clock/unknown-clock", test_unknown_clock, NULL);
    scmi_add_test("/scmi-clock/forbidden", test_forbidden, NULL);
    scmi_add_test("/scmi-clock/protocol-attributes", test_protocol_attributes,
                  NULL);
    scmi_add_test("/scmi-clock/attributes", test_attributes, NULL);
    scmi_add_test("/scmi-clock/names", test_names, NULL);
    scmi_add_test("/scmi-clock/rates-of-a-range", test_rates_of_a_range, NULL);
    scmi_add_test("/scmi-clock/rates-of-a-list", test_rates_of_a_list, NULL);
    scmi_add_test("/scmi-clock/permissions", test_permissions, NULL);
    scmi_add_test("/scmi-clock/rounding-in-a-list", test_rounding_in_a_list,
                  NULL);
    scmi_add_test("/scmi-clock/rounding-in-a-range", test_rounding_in_a_range,
                  NULL);
    scmi_add_test("/scmi-clock/bad-rates", test_bad_rates, NULL);
    scmi_add_test("/scmi-clock/fixed", test_fixed, NULL);
    scmi_add_test("/scmi-clock/asynchronous", test_asynchronous, NULL);
    scmi_add_test("/scmi-clock/asynchronous-without-response",
                  test_asynchronous_without_response, NULL);
    scmi_add_test("/scmi-clock/many-asynchronous", test_many_asynchronous,
                  NULL);
    scmi_add_test("/scmi-clock/asynchronous-then-denied",
                  test_asynchronous_then_denied, NULL);
    scmi_add_test("/scmi-clock/rate-notifications", test_rate_notifications,
                  NULL);
    scmi_add_test("/scmi-clock/request-notifications",
                  test_request_notifications, NULL);
    scmi_add_test("/scmi-clock/bad-notify", test_bad_notify, NULL);
    scmi_add_test("/scmi-clock/block", test_block, NULL);
    scmi_add_test("/scmi-clock/two-votes", test_two_votes, NULL);
    scmi_add_test("/scmi-clock/forgotten", test_forgotten, NULL);
    scmi_add_test("/scmi-clock/shared", test_shared, NULL);
    scmi_add_test("/scmi-clock/config-words", test_config_words, NULL);
    scmi_add_test("/scmi-clock/bad-config", test_bad_config, NULL);
    scmi_add_test("/scmi-clock/parents", test_parents, NULL);
    scmi_add_test("/scmi-clock/bad-parents", test_bad_parents, NULL);
    scmi_add_test("/scmi-clock/no-parents", test_no_parents, NULL);
    scmi_add_test("/scmi-clock/parent-changes-rate", test_parent_changes_rate,
                  NULL);
    scmi_add_test("/scmi-clock/parent-off", test_parent_off, NULL);
    scmi_add_test("/scmi-clock/host", test_host, NULL);
    scmi_add_test("/scmi-clock/host-parent", test_host_parent, NULL);
    scmi_add_test("/scmi-clock/reset", test_reset, NULL);
    qtest_add_func("/scmi-clock/save-and-load", test_save_and_load);
    return g_test_run();
}
