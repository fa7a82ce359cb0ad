/*
 * avps-ecu qtest: memory-mapped generic timer (hw/avps/timer/mmio_timer.c)
 *
 * Arm ARM for A-profile (DDI 0487), "System Level Implementation of the
 * Generic Timer".
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/timer.h"
#include "tests/qtest/avps/board.h"

#define CONTROL(offset) reg("timer0", offset)
#define FRAME(offset) reg("timer0", AVPS_PAGE + (offset))

#define CTL_CNTFRQ CONTROL(0x000)
#define CTL_CNTNSAR CONTROL(0x004)
#define CTL_CNTTIDR CONTROL(0x008)
#define CTL_CNTACR0 CONTROL(0x040)
#define CTL_CNTVOFF0 CONTROL(0x080)

#define CNTPCT FRAME(0x000)
#define CNTVCT FRAME(0x008)
#define CNTFRQ FRAME(0x010)
#define CNTEL0ACR FRAME(0x014)
#define CNTVOFF FRAME(0x018)
/* Registers of the physical timer; the virtual timer's follow. */
#define CVAL 0x20
#define TVAL 0x28
#define CTL 0x2c
#define VIRTUAL_TIMER 0x10

#define ENABLE 1
#define IMASK 2
#define ISTATUS 4

#define ACCESS_ALL 0x3f
#define FREQUENCY 62500000
#define TICK_NS (1000000000 / FREQUENCY)

/* One of the two timers of the frame */
typedef struct Timer {
    uint64_t offset;
    int irq;
} Timer;

static const Timer physical = { 0, 0 };
static const Timer virtual = { VIRTUAL_TIMER, 1 };

static QTestState *start(void)
{
    QTestState *qts = machine_start_with_irqs("");

    qtest_writel(qts, CTL_CNTACR0, ACCESS_ALL);
    return qts;
}

static uint64_t timer_reg(const Timer *timer, uint64_t offset)
{
    return FRAME(timer->offset + offset);
}

static bool timer_irq(QTestState *qts, const Timer *timer)
{
    return spi_level(qts, "timer0", timer->irq);
}

static void test_identification(void)
{
    QTestState *qts = machine_start("");

    g_assert_cmpint(qtest_readl(qts, CTL_CNTFRQ), ==, FREQUENCY);
    /* Frame 0 exists, has a virtual timer, and no second view. */
    g_assert_cmphex(qtest_readl(qts, CTL_CNTTIDR), ==, 0x3);
    qtest_quit(qts);
}

static void test_counts_virtual_time(void)
{
    QTestState *qts = start();
    uint64_t before = qtest_readq(qts, CNTPCT);

    qtest_clock_step(qts, 1000 * TICK_NS);
    g_assert_cmpint(qtest_readq(qts, CNTPCT) - before, ==, 1000);
    qtest_clock_step(qts, NANOSECONDS_PER_SECOND);
    g_assert_cmpint(qtest_readq(qts, CNTPCT) - before, ==, 1000 + FREQUENCY);
    qtest_quit(qts);
}

static void test_counter_halves(void)
{
    QTestState *qts = start();
    uint64_t count;

    /* Past 32 bits: about 69 seconds */
    qtest_clock_step(qts, 70 * NANOSECONDS_PER_SECOND);
    count = qtest_readq(qts, CNTPCT);
    g_assert_cmphex(count, >, UINT32_MAX);
    g_assert_cmphex(qtest_readl(qts, CNTPCT), ==, (uint32_t)count);
    g_assert_cmphex(qtest_readl(qts, CNTPCT + 4), ==, count >> 32);
    qtest_quit(qts);
}

/* Nothing of the frame can be read or written until CNTACR0 says so. */
static void test_access_is_closed_at_reset(void)
{
    QTestState *qts = machine_start_with_irqs("");

    qtest_clock_step(qts, 100 * TICK_NS);
    g_assert_cmphex(qtest_readq(qts, CNTPCT), ==, 0);
    g_assert_cmphex(qtest_readq(qts, CNTVCT), ==, 0);
    g_assert_cmphex(qtest_readl(qts, CNTFRQ), ==, 0);
    qtest_writel(qts, timer_reg(&physical, CTL), ENABLE);
    g_assert_false(timer_irq(qts, &physical));
    qtest_writel(qts, CTL_CNTACR0, ACCESS_ALL);
    g_assert_cmphex(qtest_readl(qts, timer_reg(&physical, CTL)), ==, 0);
    g_assert_cmpint(qtest_readl(qts, CNTFRQ), ==, FREQUENCY);
    qtest_quit(qts);
}

/* Each bit of CNTACR0 opens its registers and no others. */
static void test_access_bits(void)
{
    static const struct {
        uint32_t bit;
        uint64_t offset;
        uint64_t written;
    } rows[] = {
        { 1u << 4, CVAL + VIRTUAL_TIMER, 0x1122334455667788 },
        { 1u << 5, CVAL, 0x99aabbccddeeff00 },
    };
    QTestState *qts = machine_start("");

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        qtest_writel(qts, CTL_CNTACR0, rows[i].bit);
        qtest_writeq(qts, FRAME(rows[i].offset), rows[i].written);
        g_assert_cmphex(qtest_readq(qts, FRAME(rows[i].offset)), ==,
                        rows[i].written);
        qtest_writel(qts, CTL_CNTACR0, ACCESS_ALL & ~rows[i].bit);
        g_assert_cmphex(qtest_readq(qts, FRAME(rows[i].offset)), ==, 0);
        qtest_writeq(qts, FRAME(rows[i].offset), 5);
        qtest_writel(qts, CTL_CNTACR0, rows[i].bit);
        g_assert_cmphex(qtest_readq(qts, FRAME(rows[i].offset)), ==,
                        rows[i].written);
    }
    qtest_writel(qts, CTL_CNTACR0, 0xffffffff);
    g_assert_cmphex(qtest_readl(qts, CTL_CNTACR0), ==, ACCESS_ALL);
    qtest_quit(qts);
}

static void check_cval(const Timer *timer)
{
    QTestState *qts = start();
    uint64_t now = qtest_readq(qts, CNTPCT);

    qtest_writeq(qts, timer_reg(timer, CVAL), now + 100);
    qtest_writel(qts, timer_reg(timer, CTL), ENABLE);
    g_assert_false(timer_irq(qts, timer));
    g_assert_cmphex(qtest_readl(qts, timer_reg(timer, CTL)), ==, ENABLE);

    qtest_clock_step(qts, 99 * TICK_NS);
    g_assert_false(timer_irq(qts, timer));
    qtest_clock_step(qts, TICK_NS);
    g_assert_true(timer_irq(qts, timer));
    g_assert_cmphex(qtest_readl(qts, timer_reg(timer, CTL)), ==,
                    ENABLE | ISTATUS);

    /* A level: it stays until the comparator is moved on. */
    qtest_clock_step(qts, 1000 * TICK_NS);
    g_assert_true(timer_irq(qts, timer));
    qtest_writeq(qts, timer_reg(timer, CVAL), now + 5000);
    g_assert_false(timer_irq(qts, timer));
    qtest_quit(qts);
}

static void test_physical_cval(void)
{
    check_cval(&physical);
}

static void test_virtual_cval(void)
{
    check_cval(&virtual);
}

static void check_tval(const Timer *timer)
{
    QTestState *qts = start();

    qtest_writel(qts, timer_reg(timer, TVAL), 250);
    qtest_writel(qts, timer_reg(timer, CTL), ENABLE);
    g_assert_cmphex(qtest_readq(qts, timer_reg(timer, CVAL)), ==,
                    qtest_readq(qts, CNTPCT) + 250);
    qtest_clock_step(qts, 249 * TICK_NS);
    g_assert_false(timer_irq(qts, timer));
    g_assert_cmpint(qtest_readl(qts, timer_reg(timer, TVAL)), ==, 1);
    qtest_clock_step(qts, TICK_NS);
    g_assert_true(timer_irq(qts, timer));
    /* It counts on below zero. */
    qtest_clock_step(qts, 3 * TICK_NS);
    g_assert_cmpint((int32_t)qtest_readl(qts, timer_reg(timer, TVAL)), ==, -3);
    qtest_quit(qts);
}

static void test_physical_tval(void)
{
    check_tval(&physical);
}

static void test_virtual_tval(void)
{
    check_tval(&virtual);
}

static void test_negative_tval(void)
{
    QTestState *qts = start();

    qtest_clock_step(qts, 1000 * TICK_NS);
    qtest_writel(qts, timer_reg(&physical, TVAL), (uint32_t)-10);
    qtest_writel(qts, timer_reg(&physical, CTL), ENABLE);
    g_assert_true(timer_irq(qts, &physical));
    qtest_quit(qts);
}

static void test_mask(void)
{
    QTestState *qts = start();

    qtest_writeq(qts, timer_reg(&physical, CVAL), 0);
    qtest_writel(qts, timer_reg(&physical, CTL), ENABLE | IMASK);
    g_assert_false(timer_irq(qts, &physical));
    g_assert_cmphex(qtest_readl(qts, timer_reg(&physical, CTL)), ==,
                    ENABLE | IMASK | ISTATUS);
    qtest_writel(qts, timer_reg(&physical, CTL), ENABLE);
    g_assert_true(timer_irq(qts, &physical));
    qtest_quit(qts);
}

static void test_disable(void)
{
    QTestState *qts = start();

    qtest_writeq(qts, timer_reg(&physical, CVAL), 0);
    qtest_writel(qts, timer_reg(&physical, CTL), ENABLE);
    g_assert_true(timer_irq(qts, &physical));
    qtest_writel(qts, timer_reg(&physical, CTL), 0);
    g_assert_false(timer_irq(qts, &physical));
    /* ISTATUS is not writable. */
    qtest_writel(qts, timer_reg(&physical, CTL), ISTATUS);
    g_assert_cmphex(qtest_readl(qts, timer_reg(&physical, CTL)), ==, 0);
    qtest_quit(qts);
}

static void test_never_expires(void)
{
    QTestState *qts = start();

    qtest_writeq(qts, timer_reg(&physical, CVAL), UINT64_MAX);
    qtest_writel(qts, timer_reg(&physical, CTL), ENABLE);
    qtest_clock_step(qts, 1000 * NANOSECONDS_PER_SECOND);
    g_assert_false(timer_irq(qts, &physical));
    qtest_quit(qts);
}

static void test_cval_halves(void)
{
    QTestState *qts = start();

    qtest_writel(qts, timer_reg(&physical, CVAL), 0x89abcdef);
    qtest_writel(qts, timer_reg(&physical, CVAL) + 4, 0x01234567);
    g_assert_cmphex(qtest_readq(qts, timer_reg(&physical, CVAL)), ==,
                    0x0123456789abcdef);
    g_assert_cmphex(qtest_readl(qts, timer_reg(&physical, CVAL)), ==,
                    0x89abcdef);
    g_assert_cmphex(qtest_readl(qts, timer_reg(&physical, CVAL) + 4), ==,
                    0x01234567);
    qtest_quit(qts);
}

/* The virtual counter is behind the physical one, and so is its timer. */
static void test_virtual_offset(void)
{
    QTestState *qts = start();

    qtest_clock_step(qts, 1000 * TICK_NS);
    qtest_writeq(qts, CTL_CNTVOFF0, 400);
    g_assert_cmphex(qtest_readq(qts, CNTVOFF), ==, 400);
    g_assert_cmpint(qtest_readq(qts, CNTPCT) - qtest_readq(qts, CNTVCT), ==,
                    400);

    qtest_writeq(qts, timer_reg(&virtual, CVAL),
                 qtest_readq(qts, CNTVCT) + 10);
    qtest_writel(qts, timer_reg(&virtual, CTL), ENABLE);
    qtest_clock_step(qts, 9 * TICK_NS);
    g_assert_false(timer_irq(qts, &virtual));
    qtest_clock_step(qts, TICK_NS);
    g_assert_true(timer_irq(qts, &virtual));

    /* Moved further back, the count is below the comparator again. */
    qtest_writeq(qts, CTL_CNTVOFF0, 600);
    g_assert_false(timer_irq(qts, &virtual));
    qtest_quit(qts);
}

/* The frame shows the offset, only the control frame sets it. */
static void test_frame_cannot_set_offset(void)
{
    QTestState *qts = start();

    qtest_writeq(qts, CNTVOFF, 77);
    g_assert_cmphex(qtest_readq(qts, CNTVOFF), ==, 0);
    qtest_quit(qts);
}

static void test_timers_are_apart(void)
{
    QTestState *qts = start();

    qtest_writel(qts, timer_reg(&physical, CTL), ENABLE);
    g_assert_true(timer_irq(qts, &physical));
    g_assert_false(timer_irq(qts, &virtual));
    qtest_quit(qts);
}

static void test_bad_accesses(void)
{
    QTestState *qts = start();

    /* Holes, 64-bit accesses to 32-bit registers, read-only registers */
    g_assert_cmphex(qtest_readl(qts, FRAME(0x100)), ==, 0);
    g_assert_cmphex(qtest_readl(qts, CONTROL(0x100)), ==, 0);
    g_assert_cmphex(qtest_readq(qts, timer_reg(&physical, TVAL)), ==, 0);
    qtest_writel(qts, CTL_CNTTIDR, 0xffffffff);
    g_assert_cmphex(qtest_readl(qts, CTL_CNTTIDR), ==, 0x3);
    qtest_writel(qts, CNTEL0ACR, 0xffffffff);
    g_assert_cmphex(qtest_readl(qts, CNTEL0ACR), ==, 0);
    qtest_writel(qts, FRAME(0x100), 0xffffffff);
    qtest_writel(qts, CONTROL(0x100), 0xffffffff);
    qtest_writeq(qts, CTL_CNTFRQ, 1);
    g_assert_cmpint(qtest_readl(qts, CTL_CNTFRQ), ==, FREQUENCY);
    qtest_quit(qts);
}

/* Software writes CNTFRQ to say what it is; the counter does not change. */
static void test_frequency_register(void)
{
    QTestState *qts = start();
    uint64_t before;

    qtest_writel(qts, CTL_CNTFRQ, 1000);
    g_assert_cmpint(qtest_readl(qts, CNTFRQ), ==, 1000);
    before = qtest_readq(qts, CNTPCT);
    qtest_clock_step(qts, 10 * TICK_NS);
    g_assert_cmpint(qtest_readq(qts, CNTPCT) - before, ==, 10);
    qtest_quit(qts);
}

static void test_reset_in_the_middle(void)
{
    QTestState *qts = start();

    qtest_writeq(qts, CTL_CNTVOFF0, 33);
    qtest_writeq(qts, timer_reg(&physical, CVAL), 0);
    qtest_writel(qts, timer_reg(&physical, CTL), ENABLE);
    qtest_writel(qts, timer_reg(&virtual, TVAL), 1000000);
    qtest_writel(qts, timer_reg(&virtual, CTL), ENABLE);
    g_assert_true(timer_irq(qts, &physical));

    qtest_system_reset(qts);
    g_assert_false(timer_irq(qts, &physical));
    g_assert_cmphex(qtest_readl(qts, CTL_CNTACR0), ==, 0);
    qtest_writel(qts, CTL_CNTACR0, ACCESS_ALL);
    g_assert_cmphex(qtest_readq(qts, CNTVOFF), ==, 0);
    g_assert_cmphex(qtest_readl(qts, timer_reg(&virtual, CTL)), ==, 0);
    qtest_clock_step(qts, NANOSECONDS_PER_SECOND);
    g_assert_false(timer_irq(qts, &virtual));
    qtest_quit(qts);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("/timer/identification", test_identification);
    qtest_add_func("/timer/counts-virtual-time", test_counts_virtual_time);
    qtest_add_func("/timer/counter-halves", test_counter_halves);
    qtest_add_func("/timer/access-is-closed-at-reset",
                   test_access_is_closed_at_reset);
    qtest_add_func("/timer/access-bits", test_access_bits);
    qtest_add_func("/timer/physical-cval", test_physical_cval);
    qtest_add_func("/timer/virtual-cval", test_virtual_cval);
    qtest_add_func("/timer/physical-tval", test_physical_tval);
    qtest_add_func("/timer/virtual-tval", test_virtual_tval);
    qtest_add_func("/timer/negative-tval", test_negative_tval);
    qtest_add_func("/timer/mask", test_mask);
    qtest_add_func("/timer/disable", test_disable);
    qtest_add_func("/timer/never-expires", test_never_expires);
    qtest_add_func("/timer/cval-halves", test_cval_halves);
    qtest_add_func("/timer/virtual-offset", test_virtual_offset);
    qtest_add_func("/timer/frame-cannot-set-offset",
                   test_frame_cannot_set_offset);
    qtest_add_func("/timer/timers-are-apart", test_timers_are_apart);
    qtest_add_func("/timer/bad-accesses", test_bad_accesses);
    qtest_add_func("/timer/frequency-register", test_frequency_register);
    qtest_add_func("/timer/reset-in-the-middle", test_reset_in_the_middle);
    return g_test_run();
}
