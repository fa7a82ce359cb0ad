/*
 * avps-ecu qtest: generic watchdog (hw/avps/watchdog/gwdt.c)
 *
 * Arm Base System Architecture 1.0 (DEN0094), appendix "Generic Watchdog".
 *
 * What becomes of the machine at the second signal is the power controller's:
 * see power-test.c. Here it is told to do nothing.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/timer.h"
#include "qobject/qdict.h"
#include "tests/qtest/avps/board.h"

#define NO_ACTION "-action watchdog=none "
#define PATH "/machine/soc/watchdog0"
#define SECURE_PATH "/machine/soc/watchdog-secure"

#define CONTROL(offset) reg("watchdog0", offset)
#define REFRESH(offset) reg("watchdog0", AVPS_PAGE + (offset))

#define WCS CONTROL(0x000)
#define WOR CONTROL(0x008)
#define WOR_HIGH CONTROL(0x00c)
#define WCV CONTROL(0x010)
#define WCV_HIGH CONTROL(0x014)
#define WRR REFRESH(0x000)
#define W_IIDR 0xfcc

#define EN 1
#define WS0 2
#define WS1 4

/* Architecture version 1 by Arm */
#define W_IIDR_VALUE 0x0001043b

#define FREQUENCY 62500000
#define TICK_NS (NANOSECONDS_PER_SECOND / FREQUENCY)

/* The counter has to be above the compare value: one tick more */
#define OFFSET 1000
#define STAGE (OFFSET + 1)

static QTestState *start(void)
{
    return machine_start_with_irqs(NO_ACTION);
}

static void pass_ticks(QTestState *qts, int64_t ticks)
{
    qtest_clock_step(qts, ticks * TICK_NS);
}

/* No clock is stepped between two calls of libqtest: time stands still. */
static uint64_t system_count(QTestState *qts)
{
    qtest_writel(qts, reg("timer0", 0x40), 0x3f);       /* CNTACR0 */
    return qtest_readq(qts, reg("timer0", AVPS_PAGE));  /* CNTPCT */
}

static uint64_t wcv(QTestState *qts)
{
    return (uint64_t)qtest_readl(qts, WCV_HIGH) << 32 | qtest_readl(qts, WCV);
}

/* The high half first: together with the old low one it is in the future. */
static void set_wcv(QTestState *qts, uint64_t value)
{
    qtest_writel(qts, WCV_HIGH, value >> 32);
    qtest_writel(qts, WCV, value);
}

static uint64_t wor(QTestState *qts)
{
    return (uint64_t)qtest_readl(qts, WOR_HIGH) << 32 | qtest_readl(qts, WOR);
}

static void set_wor(QTestState *qts, uint64_t value)
{
    qtest_writel(qts, WOR, value);
    qtest_writel(qts, WOR_HIGH, value >> 32);
}

static int64_t remaining_ns(QTestState *qts)
{
    return qom_get_uint(qts, PATH, "remaining-ns");
}

/* WCS, both lines and what the host is told say the same. */
static void check_state(QTestState *qts, uint32_t want)
{
    g_assert_cmphex(qtest_readl(qts, WCS), ==, want);
    g_assert_cmpint(spi_level(qts, "watchdog0", 0), ==, !!(want & WS0));
    g_assert_cmpint(spi_level(qts, "watchdog0", 1), ==, !!(want & WS1));
    g_assert_cmpint(qom_get_bool(qts, PATH, "enabled"), ==, !!(want & EN));
    g_assert_cmpint(qom_get_bool(qts, PATH, "ws0"), ==, !!(want & WS0));
    g_assert_cmpint(qom_get_bool(qts, PATH, "ws1"), ==, !!(want & WS1));
}

static void expire(QTestState *qts, bool value)
{
    qtest_qmp_assert_success(qts, "{'execute': 'qom-set', 'arguments': "
                             "{'path': %s, 'property': 'expire', "
                             "'value': %i}}", PATH, value);
}

static void expire_is_refused(QTestState *qts, const char *path,
                              const char *why)
{
    QDict *reply = qtest_qmp(qts, "{'execute': 'qom-set', 'arguments': "
                             "{'path': %s, 'property': 'expire', "
                             "'value': true}}", path);
    QDict *error = qdict_get_qdict(reply, "error");

    g_assert_nonnull(error);
    g_assert_nonnull(strstr(qdict_get_str(error, "desc"), why));
    qobject_unref(reply);
}

/* On, with OFFSET, after so many of its two stages */
static QTestState *start_in_stage(int stages_over)
{
    static const uint32_t states[] = { EN, EN | WS0, EN | WS0 | WS1 };
    QTestState *qts = start();

    /* Not at 0, where the counter and what was never set look alike */
    pass_ticks(qts, 12345);
    set_wor(qts, OFFSET);
    qtest_writel(qts, WCS, EN);
    for (int i = 0; i < stages_over; i++) {
        pass_ticks(qts, STAGE);
    }
    check_state(qts, states[stages_over]);
    return qts;
}

/* --- Registers --- */

static void test_identification(void)
{
    QTestState *qts = start();

    g_assert_cmphex(qtest_readl(qts, CONTROL(W_IIDR)), ==, W_IIDR_VALUE);
    g_assert_cmphex(qtest_readl(qts, REFRESH(W_IIDR)), ==, W_IIDR_VALUE);
    qtest_writel(qts, CONTROL(W_IIDR), 0);
    qtest_writel(qts, REFRESH(W_IIDR), 0);
    g_assert_cmphex(qtest_readl(qts, CONTROL(W_IIDR)), ==, W_IIDR_VALUE);
    g_assert_cmphex(qtest_readl(qts, REFRESH(W_IIDR)), ==, W_IIDR_VALUE);
    qtest_quit(qts);
}

static void check_reset_values(QTestState *qts)
{
    check_state(qts, 0);
    g_assert_cmphex(wor(qts), ==, 0);
    g_assert_cmphex(wcv(qts), ==, 0);
    g_assert_cmphex(qtest_readl(qts, WRR), ==, 0);
    g_assert_cmpint(remaining_ns(qts), ==, -1);
}

static void test_reset_values(void)
{
    QTestState *qts = start();

    check_reset_values(qts);
    qtest_quit(qts);
}

/* A watchdog that is off does nothing, for however long. */
static void test_off(void)
{
    QTestState *qts = start();

    set_wor(qts, OFFSET);
    qtest_clock_step(qts, 1000 * NANOSECONDS_PER_SECOND);
    check_state(qts, 0);
    g_assert_cmpint(remaining_ns(qts), ==, -1);
    qtest_quit(qts);
}

static void test_status_is_read_only(void)
{
    QTestState *qts = start();

    set_wor(qts, OFFSET);
    qtest_writel(qts, WCS, 0xfffffffe);
    check_state(qts, 0);
    qtest_writel(qts, WCS, 0xffffffff);
    check_state(qts, EN);
    qtest_quit(qts);
}

static void test_offset_has_48_bits(void)
{
    QTestState *qts = start();

    set_wor(qts, UINT64_MAX);
    g_assert_cmphex(wor(qts), ==, 0xffffffffffff);
    set_wor(qts, 0x123456789abc);
    g_assert_cmphex(qtest_readl(qts, WOR), ==, 0x56789abc);
    g_assert_cmphex(qtest_readl(qts, WOR_HIGH), ==, 0x1234);
    g_assert_cmphex(wcv(qts), ==, system_count(qts) + 0x123456789abc);
    qtest_quit(qts);
}

static void test_compare_value_halves(void)
{
    QTestState *qts = start();

    set_wcv(qts, 0x0123456789abcdef);
    g_assert_cmphex(qtest_readl(qts, WCV), ==, 0x89abcdef);
    g_assert_cmphex(qtest_readl(qts, WCV_HIGH), ==, 0x01234567);
    qtest_quit(qts);
}

/* Registers have 32 bits, and nothing else is an access to them. */
static void test_other_sizes(void)
{
    QTestState *qts = start_in_stage(1);
    uint64_t before = wcv(qts);

    g_assert_cmphex(qtest_readb(qts, WCS), ==, 0);
    g_assert_cmphex(qtest_readw(qts, WOR), ==, 0);
    g_assert_cmphex(qtest_readq(qts, WOR), ==, 0);
    g_assert_cmphex(qtest_readq(qts, WCV), ==, 0);
    g_assert_cmphex(qtest_readw(qts, REFRESH(W_IIDR)), ==, 0);
    pass_ticks(qts, 1);
    qtest_writeb(qts, WCS, 0);
    qtest_writew(qts, WOR, 1);
    qtest_writeq(qts, WOR, 1);
    qtest_writeq(qts, WCV, UINT64_MAX);
    qtest_writeb(qts, WRR, 1);
    qtest_writeq(qts, WRR, 1);
    check_state(qts, EN | WS0);
    g_assert_cmphex(wor(qts), ==, OFFSET);
    g_assert_cmphex(wcv(qts), ==, before);
    qtest_quit(qts);
}

static void test_holes(void)
{
    static const uint32_t holes[] = { 0x004, 0x018, 0x800, 0xfc8, 0xfd0,
                                      0xffc };
    QTestState *qts = start_in_stage(1);

    pass_ticks(qts, 1);
    for (size_t i = 0; i < G_N_ELEMENTS(holes); i++) {
        qtest_writel(qts, CONTROL(holes[i]), 0xffffffff);
        qtest_writel(qts, REFRESH(holes[i]), 0xffffffff);
        g_assert_cmphex(qtest_readl(qts, CONTROL(holes[i])), ==, 0);
        g_assert_cmphex(qtest_readl(qts, REFRESH(holes[i])), ==, 0);
    }
    /* The refresh frame has none of the control frame's registers. */
    qtest_writel(qts, REFRESH(0x008), 1);
    g_assert_cmphex(qtest_readl(qts, REFRESH(0x008)), ==, 0);
    check_state(qts, EN | WS0);
    qtest_quit(qts);
}

/* --- Stages --- */

static void test_first_signal(void)
{
    QTestState *qts = start_in_stage(0);
    uint64_t started = system_count(qts);

    g_assert_cmphex(wcv(qts), ==, started + OFFSET);
    pass_ticks(qts, OFFSET);
    check_state(qts, EN);
    pass_ticks(qts, 1);
    check_state(qts, EN | WS0);
    g_assert_cmphex(wcv(qts), ==, started + STAGE + OFFSET);
    qtest_quit(qts);
}

static void test_second_signal(void)
{
    QTestState *qts = start_in_stage(1);
    uint64_t compared = wcv(qts);

    pass_ticks(qts, OFFSET);
    check_state(qts, EN | WS0);
    pass_ticks(qts, 1);
    check_state(qts, EN | WS0 | WS1);
    /* It says from now on when that was. */
    g_assert_cmphex(wcv(qts), ==, compared);

    qtest_clock_step(qts, 1000 * NANOSECONDS_PER_SECOND);
    check_state(qts, EN | WS0 | WS1);
    g_assert_cmphex(wcv(qts), ==, compared);
    qtest_quit(qts);
}

/* Each stage has its time also when nobody looks in between. */
static void test_both_in_one_step(void)
{
    QTestState *qts = start_in_stage(0);
    uint64_t started = system_count(qts);

    qtest_clock_step(qts, 1000 * NANOSECONDS_PER_SECOND);
    check_state(qts, EN | WS0 | WS1);
    g_assert_cmphex(wcv(qts), ==, started + STAGE + OFFSET);
    qtest_quit(qts);
}

typedef struct RefreshCase {
    const char *by;
    uint64_t address;
    uint32_t value;
} RefreshCase;

static void check_refresh(const RefreshCase *c, int stages_over)
{
    QTestState *qts = start_in_stage(stages_over);

    pass_ticks(qts, 77);
    g_test_message("refresh by %s after %d stages", c->by, stages_over);
    qtest_writel(qts, c->address, c->value);
    check_state(qts, EN);
    g_assert_cmphex(wcv(qts), ==, system_count(qts) + OFFSET);
    /* And the whole begins anew. */
    pass_ticks(qts, OFFSET);
    check_state(qts, EN);
    pass_ticks(qts, 1);
    check_state(qts, EN | WS0);
    pass_ticks(qts, STAGE);
    check_state(qts, EN | WS0 | WS1);
    qtest_quit(qts);
}

static void test_refresh(void)
{
    const RefreshCase cases[] = {
        { "WRR", WRR, 1 },
        { "0 in WRR", WRR, 0 },
        { "WCS", WCS, EN },
        { "WOR low", WOR, OFFSET },
        { "WOR high", WOR_HIGH, 0 },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        for (int stages_over = 0; stages_over <= 2; stages_over++) {
            check_refresh(&cases[i], stages_over);
        }
    }
}

static void test_kept_alive(void)
{
    QTestState *qts = start_in_stage(0);

    for (int i = 0; i < 100; i++) {
        pass_ticks(qts, OFFSET);
        qtest_writel(qts, WRR, 0);
    }
    check_state(qts, EN);
    qtest_quit(qts);
}

static void test_switched_off(void)
{
    for (int stages_over = 0; stages_over <= 2; stages_over++) {
        QTestState *qts = start_in_stage(stages_over);

        qtest_writel(qts, WCS, 0);
        check_state(qts, 0);
        pass_ticks(qts, 10 * STAGE);
        check_state(qts, 0);
        qtest_quit(qts);
    }
}

/* --- Compare values --- */

static void test_compare_value_moved(void)
{
    QTestState *qts = start_in_stage(0);

    set_wcv(qts, wcv(qts) + 500);
    pass_ticks(qts, OFFSET + 500);
    check_state(qts, EN);
    pass_ticks(qts, 1);
    check_state(qts, EN | WS0);

    /* The second stage, too, and it is no refresh. */
    set_wcv(qts, system_count(qts) + 10);
    check_state(qts, EN | WS0);
    pass_ticks(qts, 10);
    check_state(qts, EN | WS0);
    pass_ticks(qts, 1);
    check_state(qts, EN | WS0 | WS1);
    set_wcv(qts, system_count(qts) + 10);
    check_state(qts, EN | WS0 | WS1);
    pass_ticks(qts, 100);
    check_state(qts, EN | WS0 | WS1);
    qtest_quit(qts);
}

/* One write, one signal: the first reloads the compare value. */
static void test_compare_value_in_the_past(void)
{
    QTestState *qts = start_in_stage(0);

    qtest_writel(qts, WCV, 5);
    check_state(qts, EN | WS0);
    g_assert_cmphex(wcv(qts), ==, system_count(qts) + OFFSET);
    qtest_writel(qts, WCV, 5);
    check_state(qts, EN | WS0 | WS1);
    g_assert_cmphex(wcv(qts), ==, 5);
    qtest_quit(qts);
}

/* The present one is not past yet. */
static void test_compare_value_now(void)
{
    QTestState *qts = start_in_stage(0);

    qtest_writel(qts, WCV, system_count(qts));
    check_state(qts, EN);
    pass_ticks(qts, 1);
    check_state(qts, EN | WS0);
    qtest_quit(qts);
}

/* Values that no clock of 63 bits of nanoseconds reaches */
static void test_compare_value_never(void)
{
    static const uint64_t values[] = {
        UINT64_MAX, INT64_MAX, INT64_MAX / TICK_NS, (uint64_t)1 << 60,
        UINT64_MAX / TICK_NS + 1,
    };

    for (size_t i = 0; i < G_N_ELEMENTS(values); i++) {
        QTestState *qts = start_in_stage(0);

        set_wcv(qts, values[i]);
        qtest_clock_step(qts, 1000 * NANOSECONDS_PER_SECOND);
        check_state(qts, EN);
        g_assert_cmphex(wcv(qts), ==, values[i]);
        g_assert_cmpint(remaining_ns(qts), >, INT64_MAX / 2);
        qtest_writel(qts, WRR, 0);
        pass_ticks(qts, STAGE);
        check_state(qts, EN | WS0);
        qtest_quit(qts);
    }
}

static void test_offset_beyond_32_bits(void)
{
    QTestState *qts = start();
    uint64_t offset = ((uint64_t)1 << 32) + 5;

    set_wor(qts, offset);
    qtest_writel(qts, WCS, EN);
    pass_ticks(qts, offset);
    check_state(qts, EN);
    pass_ticks(qts, 1);
    check_state(qts, EN | WS0);
    pass_ticks(qts, offset);
    check_state(qts, EN | WS0);
    pass_ticks(qts, 1);
    check_state(qts, EN | WS0 | WS1);
    qtest_quit(qts);
}

static void test_largest_offset(void)
{
    QTestState *qts = start();
    uint64_t offset = 0xffffffffffff;

    set_wor(qts, offset);
    qtest_writel(qts, WCS, EN);
    pass_ticks(qts, offset);
    check_state(qts, EN);
    pass_ticks(qts, 1);
    check_state(qts, EN | WS0);
    qtest_quit(qts);
}

/* Two ticks, two signals, and then there is nothing left to do. */
static void test_no_offset(void)
{
    QTestState *qts = start();
    uint64_t last;

    qtest_writel(qts, WCS, EN);
    check_state(qts, EN);
    pass_ticks(qts, 1);
    check_state(qts, EN | WS0);
    last = wcv(qts);
    pass_ticks(qts, 1);
    check_state(qts, EN | WS0 | WS1);
    g_assert_cmpint(remaining_ns(qts), ==, -1);
    qtest_clock_step(qts, 1000 * NANOSECONDS_PER_SECOND);
    check_state(qts, EN | WS0 | WS1);
    g_assert_cmphex(wcv(qts), ==, last);
    qtest_quit(qts);
}

/* A guest that makes a storm has to write for each signal of it. */
static void test_storm(void)
{
    QTestState *qts = start();

    qtest_writel(qts, WCS, EN);
    for (int i = 0; i < 1000; i++) {
        qtest_writel(qts, WCV, 0);
        qtest_writel(qts, WOR, 0);
        qtest_writel(qts, WCS, EN);
        pass_ticks(qts, 1);
        qtest_writel(qts, WCV, 0);
    }
    check_state(qts, EN | WS0 | WS1);
    qtest_writel(qts, WCS, 0);
    check_state(qts, 0);
    qtest_quit(qts);
}

/* --- The counter --- */

/* The compare value is in ticks of the counter that the cores see. */
static void test_other_frequency(void)
{
    QTestState *qts =
        machine_start_with_irqs(NO_ACTION "-cpu cortex-a76,cntfrq=25000000");
    int64_t tick_ns = NANOSECONDS_PER_SECOND / 25000000;

    qtest_clock_step(qts, 1000 * tick_ns);
    g_assert_cmpint(system_count(qts), ==, 1000);
    set_wor(qts, OFFSET);
    qtest_writel(qts, WCS, EN);
    g_assert_cmpint(wcv(qts), ==, 1000 + OFFSET);
    qtest_clock_step(qts, STAGE * tick_ns - 1);
    check_state(qts, EN);
    g_assert_cmpint(remaining_ns(qts), ==, 1);
    qtest_clock_step(qts, 1);
    check_state(qts, EN | WS0);
    qtest_quit(qts);
}

/* --- Reset --- */

/* The host's reset is a cold one: nothing is left of either signal. */
static void test_reset_in_the_middle(void)
{
    for (int stages_over = 0; stages_over <= 2; stages_over++) {
        QTestState *qts = start_in_stage(stages_over);

        qtest_system_reset(qts);
        check_reset_values(qts);
        qtest_clock_step(qts, 1000 * NANOSECONDS_PER_SECOND);
        check_reset_values(qts);
        qtest_quit(qts);
    }
}

static void wait_for_reset(QTestState *qts)
{
    qtest_qmp_eventwait(qts, "RESET");
}

/* WS1 tells the cause, and nothing else is left: no line, no stage. */
static void check_cause(QTestState *qts)
{
    g_assert_cmphex(qtest_readl(qts, WCS), ==, WS1);
    g_assert_true(qom_get_bool(qts, PATH, "ws1"));
    g_assert_false(qom_get_bool(qts, PATH, "enabled"));
    g_assert_false(spi_level(qts, "watchdog0", 0));
    g_assert_false(spi_level(qts, "watchdog0", 1));
    g_assert_cmphex(wor(qts), ==, 0);
    g_assert_cmphex(wcv(qts), ==, 0);
    g_assert_cmpint(remaining_ns(qts), ==, -1);
    expire_is_refused(qts, PATH, "the watchdog is off");
}

static QTestState *start_and_be_reset(void)
{
    QTestState *qts = machine_start_with_irqs("-action watchdog=reset");

    set_wor(qts, OFFSET);
    qtest_writel(qts, WCS, EN);
    pass_ticks(qts, STAGE);
    check_state(qts, EN | WS0);
    pass_ticks(qts, STAGE);
    wait_for_reset(qts);
    check_cause(qts);
    return qts;
}

/* Any refresh ends the record, and the watchdog is as at first. */
static void test_cause_until_refresh(void)
{
    const RefreshCase cases[] = {
        { "WRR", WRR, 0 },
        { "WCS", WCS, 0 },
        { "WOR low", WOR, 0 },
        { "WOR high", WOR_HIGH, 0 },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        QTestState *qts = start_and_be_reset();

        /* Not by what is no refresh */
        set_wcv(qts, 0);
        qtest_clock_step(qts, NANOSECONDS_PER_SECOND);
        check_cause(qts);
        qtest_writel(qts, cases[i].address, cases[i].value);
        check_state(qts, 0);
        qtest_quit(qts);
    }
}

/* Switched on again without a look at it, it begins with its first stage. */
static void test_cause_and_on_again(void)
{
    QTestState *qts = start_and_be_reset();

    qtest_writel(qts, WCS, EN);
    check_state(qts, EN);
    set_wor(qts, OFFSET);
    pass_ticks(qts, STAGE);
    check_state(qts, EN | WS0);
    pass_ticks(qts, STAGE);
    wait_for_reset(qts);
    check_cause(qts);
    qtest_quit(qts);
}

/* The next reset is not the watchdog's. */
static void test_cause_is_of_the_last_reset(void)
{
    QTestState *qts = start_and_be_reset();

    qtest_system_reset(qts);
    check_reset_values(qts);
    qtest_quit(qts);
}

/* --- The host's side --- */

static void test_remaining_time(void)
{
    QTestState *qts = start_in_stage(0);

    g_assert_cmpint(remaining_ns(qts), ==, STAGE * TICK_NS);
    qtest_clock_step(qts, 100);
    g_assert_cmpint(remaining_ns(qts), ==, STAGE * TICK_NS - 100);
    qtest_clock_step(qts, STAGE * TICK_NS - 100);
    g_assert_cmpint(remaining_ns(qts), ==, STAGE * TICK_NS);
    pass_ticks(qts, STAGE);
    g_assert_cmpint(remaining_ns(qts), ==, -1);
    qtest_quit(qts);
}

/* Each "expire" is the end of one stage. */
static void test_expire(void)
{
    QTestState *qts = start_in_stage(0);

    pass_ticks(qts, 10);
    expire(qts, false);
    check_state(qts, EN);
    expire(qts, true);
    check_state(qts, EN | WS0);
    g_assert_cmphex(wcv(qts), ==, system_count(qts) + OFFSET);
    pass_ticks(qts, 10);
    expire(qts, true);
    check_state(qts, EN | WS0 | WS1);
    g_assert_cmpint(remaining_ns(qts), ==, -1);
    expire_is_refused(qts, PATH, "has expired in both stages");
    check_state(qts, EN | WS0 | WS1);

    qtest_writel(qts, WRR, 0);
    pass_ticks(qts, OFFSET);
    check_state(qts, EN);
    pass_ticks(qts, 1);
    check_state(qts, EN | WS0);
    qtest_quit(qts);
}

static void test_expire_while_off(void)
{
    QTestState *qts = start();

    expire_is_refused(qts, PATH, "the watchdog is off");
    check_reset_values(qts);
    qtest_quit(qts);
}

/* --- Two worlds --- */

static bool has_object(QTestState *qts, const char *path)
{
    QDict *reply = qtest_qmp(qts, "{'execute': 'qom-list', 'arguments': "
                             "{'path': %s}}", path);
    bool found = qdict_haskey(reply, "return");

    qobject_unref(reply);
    return found;
}

/* What the secure world does with it: tests/bare/programs/secure.c */
static void test_secure_watchdog(void)
{
    QTestState *qts = machine_start_with_irqs("-M secure=on " NO_ACTION);
    uint64_t control = reg("watchdog-secure", 0);
    uint64_t refresh = reg("watchdog-secure", AVPS_PAGE);

    g_assert_false(qom_get_bool(qts, SECURE_PATH, "enabled"));
    expire_is_refused(qts, SECURE_PATH, "the watchdog is off");

    /* An access without a secure attribute finds nothing. */
    g_assert_cmphex(qtest_readl(qts, control + W_IIDR), ==, 0);
    g_assert_cmphex(qtest_readl(qts, refresh + W_IIDR), ==, 0);
    qtest_writel(qts, control, EN);
    qtest_writel(qts, refresh, 0);
    g_assert_false(qom_get_bool(qts, SECURE_PATH, "enabled"));

    /* That of the normal world is where it always is. */
    g_assert_cmphex(qtest_readl(qts, CONTROL(W_IIDR)), ==, W_IIDR_VALUE);
    qtest_quit(qts);
}

static void test_one_world(void)
{
    QTestState *qts = start();

    g_assert_true(has_object(qts, PATH));
    g_assert_false(has_object(qts, SECURE_PATH));
    qtest_quit(qts);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("/gwdt/identification", test_identification);
    qtest_add_func("/gwdt/reset-values", test_reset_values);
    qtest_add_func("/gwdt/off", test_off);
    qtest_add_func("/gwdt/status-is-read-only", test_status_is_read_only);
    qtest_add_func("/gwdt/offset-has-48-bits", test_offset_has_48_bits);
    qtest_add_func("/gwdt/compare-value-halves", test_compare_value_halves);
    qtest_add_func("/gwdt/other-sizes", test_other_sizes);
    qtest_add_func("/gwdt/holes", test_holes);
    qtest_add_func("/gwdt/first-signal", test_first_signal);
    qtest_add_func("/gwdt/second-signal", test_second_signal);
    qtest_add_func("/gwdt/both-in-one-step", test_both_in_one_step);
    qtest_add_func("/gwdt/refresh", test_refresh);
    qtest_add_func("/gwdt/kept-alive", test_kept_alive);
    qtest_add_func("/gwdt/switched-off", test_switched_off);
    qtest_add_func("/gwdt/compare-value-moved", test_compare_value_moved);
    qtest_add_func("/gwdt/compare-value-in-the-past",
                   test_compare_value_in_the_past);
    qtest_add_func("/gwdt/compare-value-now", test_compare_value_now);
    qtest_add_func("/gwdt/compare-value-never", test_compare_value_never);
    qtest_add_func("/gwdt/offset-beyond-32-bits", test_offset_beyond_32_bits);
    qtest_add_func("/gwdt/largest-offset", test_largest_offset);
    qtest_add_func("/gwdt/no-offset", test_no_offset);
    qtest_add_func("/gwdt/storm", test_storm);
    qtest_add_func("/gwdt/other-frequency", test_other_frequency);
    qtest_add_func("/gwdt/reset-in-the-middle", test_reset_in_the_middle);
    qtest_add_func("/gwdt/cause-until-refresh", test_cause_until_refresh);
    qtest_add_func("/gwdt/cause-and-on-again", test_cause_and_on_again);
    qtest_add_func("/gwdt/cause-is-of-the-last-reset",
                   test_cause_is_of_the_last_reset);
    qtest_add_func("/gwdt/remaining-time", test_remaining_time);
    qtest_add_func("/gwdt/expire", test_expire);
    qtest_add_func("/gwdt/expire-while-off", test_expire_while_off);
    qtest_add_func("/gwdt/secure-watchdog", test_secure_watchdog);
    qtest_add_func("/gwdt/one-world", test_one_world);
    return g_test_run();
}
