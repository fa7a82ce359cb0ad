/*
 * avps-ecu qtest: the interrupt controller
 *
 * Arm GIC Architecture Specification, GICv3 (IHI 0069).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/bitops.h"
#include "tests/qtest/avps/board.h"

#define GICD_TYPER 0x0004
#define GICD_ISENABLER(n) (0x0100 + 4 * (n))
#define GICD_ISPENDR(n) (0x0200 + 4 * (n))
#define PIDR2 0xffe8            /* of distributor, redistributor and ITS */
#define ARCHITECTURE(pidr2) ((pidr2) >> 4 & 0xf)

#define REDISTRIBUTOR_SIZE 0x20000
#define GICR_TYPER 0x0008
#define GICR_TYPER_PLPIS (1 << 0)
#define GICR_TYPER_LAST (1 << 4)

#define GITS_TYPER 0x0008
#define GITS_TYPER_PHYSICAL (1 << 0)

#define INTID(spi) (32 + (spi))

static void test_version(void)
{
    static const char *const frames[] = { "gic-dist", "gic-its",
                                          "gic-redist" };
    QTestState *qts = machine_start("");

    for (size_t i = 0; i < G_N_ELEMENTS(frames); i++) {
        uint32_t id = qtest_readl(qts, reg(frames[i], PIDR2));

        g_assert_cmpint(ARCHITECTURE(id), ==, 3);
    }
    qtest_quit(qts);
}

static void test_number_of_spis(void)
{
    QTestState *qts = machine_start("");
    uint32_t lines = qtest_readl(qts, reg("gic-dist", GICD_TYPER)) & 0x1f;

    g_assert_cmpint(32 * (lines + 1), ==, INTID(AVPS_NUM_SPIS));
    qtest_quit(qts);
}

/* One redistributor per core, each knows its core, the last one says so. */
static void test_redistributors(void)
{
    static const int cores[] = { 1, 4, AVPS_MAX_CPUS };

    for (size_t i = 0; i < G_N_ELEMENTS(cores); i++) {
        QTestState *qts = machine_startf("-smp %d", cores[i]);

        for (int n = 0; n < cores[i]; n++) {
            uint64_t typer = qtest_readq(qts, reg("gic-redist",
                                                  n * REDISTRIBUTOR_SIZE +
                                                  GICR_TYPER));

            g_assert_cmpint(extract64(typer, 8, 16), ==, n);
            g_assert_cmpint(typer & GICR_TYPER_PLPIS, !=, 0);
            g_assert_cmpint(!!(typer & GICR_TYPER_LAST), ==,
                            n == cores[i] - 1);
        }
        qtest_quit(qts);
    }
}

static void test_its(void)
{
    QTestState *qts = machine_start("");

    g_assert_cmphex(qtest_readq(qts, reg("gic-its", GITS_TYPER)) &
                    GITS_TYPER_PHYSICAL, !=, 0);
    qtest_quit(qts);
}

/* A block's line arrives in the distributor at the INTID of the map. */
static void test_pending(void)
{
    QTestState *qts = machine_start("");
    int intid = INTID(block("gpio0")->spi);
    uint64_t pending = reg("gic-dist", GICD_ISPENDR(intid / 32));
    const uint32_t bit = 1u << intid % 32;

    g_assert_cmphex(qtest_readl(qts, pending) & bit, ==, 0);
    qtest_writel(qts, reg("gpio0", 0x40c), 1 << 5);     /* GPIOIEV */
    qtest_writel(qts, reg("gpio0", 0x410), 1 << 5);     /* GPIOIE */
    qtest_set_irq_in(qts, "/machine/soc/gpio0", NULL, 5, 1);
    g_assert_cmphex(qtest_readl(qts, pending) & bit, ==, bit);
    qtest_writel(qts, reg("gpio0", 0x41c), 1 << 5);     /* GPIOIC */
    g_assert_cmphex(qtest_readl(qts, pending) & bit, ==, 0);
    qtest_quit(qts);
}

static void test_reset(void)
{
    QTestState *qts = machine_start("");
    uint64_t enable = reg("gic-dist", GICD_ISENABLER(1));

    qtest_writel(qts, enable, 0xff);
    g_assert_cmphex(qtest_readl(qts, enable), ==, 0xff);
    qtest_system_reset(qts);
    g_assert_cmphex(qtest_readl(qts, enable), ==, 0);
    qtest_quit(qts);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("/gic/version", test_version);
    qtest_add_func("/gic/number-of-spis", test_number_of_spis);
    qtest_add_func("/gic/redistributors", test_redistributors);
    qtest_add_func("/gic/its", test_its);
    qtest_add_func("/gic/pending", test_pending);
    qtest_add_func("/gic/reset", test_reset);
    return g_test_run();
}
