/*
 * avps-ecu qtest: the real-time clock (PL031)
 *
 * ARM PrimeCell Real Time Clock (PL031), DDI 0224.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/timer.h"
#include "tests/qtest/avps/board.h"

#define DR reg("rtc0", 0x00)
#define MR reg("rtc0", 0x04)
#define LR reg("rtc0", 0x08)
#define IMSC reg("rtc0", 0x10)
#define RIS reg("rtc0", 0x14)
#define MIS reg("rtc0", 0x18)
#define ICR reg("rtc0", 0x1c)
#define PERIPHID reg("rtc0", 0xfe0)

#define START "-rtc base=2030-01-02T03:04:05,clock=vm"
#define START_SECONDS 1893553445u

static void test_identification(void)
{
    QTestState *qts = machine_start("");

    g_assert_cmphex(qtest_readl(qts, PERIPHID), ==, 0x31);
    g_assert_cmphex(qtest_readl(qts, PERIPHID + 4) & 0xf, ==, 0x0);
    qtest_quit(qts);
}

static void test_tells_the_time(void)
{
    QTestState *qts = machine_start(START);

    g_assert_cmpint(qtest_readl(qts, DR), ==, START_SECONDS);
    qtest_clock_step(qts, 5 * NANOSECONDS_PER_SECOND);
    g_assert_cmpint(qtest_readl(qts, DR), ==, START_SECONDS + 5);
    qtest_quit(qts);
}

static void test_set(void)
{
    QTestState *qts = machine_start(START);

    qtest_writel(qts, LR, 1000);
    g_assert_cmpint(qtest_readl(qts, DR), ==, 1000);
    qtest_clock_step(qts, 3 * NANOSECONDS_PER_SECOND);
    g_assert_cmpint(qtest_readl(qts, DR), ==, 1003);
    qtest_quit(qts);
}

static void test_alarm(void)
{
    QTestState *qts = machine_start_with_irqs(START);

    qtest_writel(qts, IMSC, 1);
    qtest_writel(qts, MR, START_SECONDS + 10);
    qtest_clock_step(qts, 9 * NANOSECONDS_PER_SECOND);
    g_assert_false(spi_level(qts, "rtc0", 0));
    qtest_clock_step(qts, 2 * NANOSECONDS_PER_SECOND);
    g_assert_true(spi_level(qts, "rtc0", 0));
    g_assert_cmpint(qtest_readl(qts, RIS), ==, 1);
    g_assert_cmpint(qtest_readl(qts, MIS), ==, 1);
    qtest_writel(qts, ICR, 1);
    g_assert_false(spi_level(qts, "rtc0", 0));
    qtest_quit(qts);
}

/* The clock runs on over a reset. */
static void test_reset(void)
{
    QTestState *qts = machine_start(START);

    qtest_clock_step(qts, 7 * NANOSECONDS_PER_SECOND);
    qtest_system_reset(qts);
    g_assert_cmpint(qtest_readl(qts, DR), ==, START_SECONDS + 7);
    qtest_quit(qts);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("/rtc/identification", test_identification);
    qtest_add_func("/rtc/tells-the-time", test_tells_the_time);
    qtest_add_func("/rtc/set", test_set);
    qtest_add_func("/rtc/alarm", test_alarm);
    qtest_add_func("/rtc/reset", test_reset);
    return g_test_run();
}
