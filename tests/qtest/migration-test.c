/*
 * avps-ecu qtest: save and load of the machine
 *
 * The state of every block goes through a migration stream and through a
 * snapshot, in the middle of what it was doing.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/units.h"
#include "tests/qtest/avps/fdt-view.h"
#include "tests/qtest/avps/migration.h"
#include "tests/qtest/avps/registers.h"

#define TRACE 0x5ca1ab1edeadbea7ull

/* Of the timer block, see timer-test.c */
#define TIMER_TICK_NS 16
#define TIMER_TVAL reg("timer0", AVPS_PAGE + 0x28)
#define TIMER_CTL reg("timer0", AVPS_PAGE + 0x2c)
#define TIMER_ENABLE 1

/* Of the watchdog, see gwdt-test.c */
#define WATCHDOG_WCS reg("watchdog0", 0x000)
#define WATCHDOG_WOR reg("watchdog0", 0x008)
#define WATCHDOG_EN 1
#define WATCHDOG_WS0 2
#define WATCHDOG_WS1 4
#define WATCHDOG_OFFSET 1000
#define WATCHDOG_STAGE (WATCHDOG_OFFSET + 1)

static void test_registers(void)
{
    QTestState *qts = machine_start("");

    registers_write_all(qts);
    qts = machine_through_a_file(qts, "");
    registers_check_written(qts);
    qtest_system_reset(qts);
    registers_check_reset(qts);
    qtest_quit(qts);
}

static void test_memories(void)
{
    const uint64_t addresses[] = {
        reg("ram", 64 * MiB), reg("ram", 2 * GiB - 8), reg("pstore", 0),
        reg("pstore", block("pstore")->size - 8),
    };
    QTestState *qts = machine_start("");

    for (size_t i = 0; i < G_N_ELEMENTS(addresses); i++) {
        qtest_writeq(qts, addresses[i], TRACE + i);
    }
    qts = machine_through_a_file(qts, "");
    for (size_t i = 0; i < G_N_ELEMENTS(addresses); i++) {
        g_assert_cmphex(qtest_readq(qts, addresses[i]), ==, TRACE + i);
    }
    qtest_quit(qts);
}

/* A timer that was running goes off at the time that was left. */
static void test_running_timer(void)
{
    QTestState *qts = machine_start("");

    qtest_writel(qts, reg("timer0", 0x40), 0x3f);       /* CNTACR0 */
    qtest_writel(qts, TIMER_TVAL, 1000);
    qtest_writel(qts, TIMER_CTL, TIMER_ENABLE);
    qtest_clock_step(qts, 400 * TIMER_TICK_NS);
    qts = machine_through_a_file(qts, "");

    /* qtest's own clock does not travel: the new one starts at 0. */
    qtest_clock_set(qts, 400 * TIMER_TICK_NS);
    qtest_qmp_assert_success(qts, "{'execute': 'cont'}");
    /*
     * Not before: a start sets the cores' timer lines, and their numbers are
     * beyond the 256 that QEMU's qtest server keeps.
     */
    qtest_irq_intercept_in(qts, GIC_PATH);
    g_assert_cmpint(qtest_readl(qts, TIMER_TVAL), ==, 600);
    qtest_clock_step(qts, 599 * TIMER_TICK_NS);
    g_assert_false(spi_level(qts, "timer0", 0));
    qtest_clock_step(qts, TIMER_TICK_NS);
    g_assert_true(spi_level(qts, "timer0", 0));
    qtest_quit(qts);
}

static void check_watchdog(QTestState *qts, uint32_t wcs)
{
    g_assert_cmphex(qtest_readl(qts, WATCHDOG_WCS), ==, wcs);
    g_assert_cmpint(spi_level(qts, "watchdog0", 0), ==, !!(wcs & WATCHDOG_WS0));
    g_assert_cmpint(spi_level(qts, "watchdog0", 1), ==, !!(wcs & WATCHDOG_WS1));
}

/*
 * A watchdog goes on in the stage that it was in, with the time that was left
 * of it; 400 ticks of that stage are over.
 */
static void check_watchdog_in_stage(int stages_over)
{
    static const char options[] = "-action watchdog=none";
    static const uint32_t states[] = {
        WATCHDOG_EN, WATCHDOG_EN | WATCHDOG_WS0,
        WATCHDOG_EN | WATCHDOG_WS0 | WATCHDOG_WS1,
    };
    int64_t ticks = stages_over * WATCHDOG_STAGE + 400;
    QTestState *qts = machine_start(options);

    qtest_writel(qts, WATCHDOG_WOR, WATCHDOG_OFFSET);
    qtest_writel(qts, WATCHDOG_WCS, WATCHDOG_EN);
    qtest_clock_step(qts, ticks * TIMER_TICK_NS);
    g_assert_cmphex(qtest_readl(qts, WATCHDOG_WCS), ==, states[stages_over]);
    qts = machine_through_a_file(qts, options);

    qtest_clock_set(qts, ticks * TIMER_TICK_NS);
    qtest_qmp_assert_success(qts, "{'execute': 'cont'}");
    g_assert_cmphex(qtest_readl(qts, WATCHDOG_WCS), ==, states[stages_over]);
    qtest_irq_intercept_in(qts, GIC_PATH);
    for (int stage = stages_over; stage < 2; stage++) {
        qtest_clock_step(qts, (WATCHDOG_STAGE - 1) * TIMER_TICK_NS -
                              (stage == stages_over ? 400 : 0) * TIMER_TICK_NS);
        g_assert_cmphex(qtest_readl(qts, WATCHDOG_WCS), ==, states[stage]);
        qtest_clock_step(qts, TIMER_TICK_NS);
        check_watchdog(qts, states[stage + 1]);
    }
    qtest_writel(qts, WATCHDOG_WCS, WATCHDOG_EN);
    qtest_clock_step(qts, WATCHDOG_STAGE * TIMER_TICK_NS);
    check_watchdog(qts, states[1]);
    qtest_quit(qts);
}

static void test_watchdog(void)
{
    for (int stages_over = 0; stages_over <= 2; stages_over++) {
        check_watchdog_in_stage(stages_over);
    }
}

/* The tree that the guest was given is the guest's; the next boot's is new. */
static void test_device_tree(void)
{
    QTestState *qts = machine_start("");
    g_autofree void *before = fdt_from_ram(qts);
    g_autofree void *after = NULL;
    g_autofree void *next = NULL;

    qts = machine_through_a_file(qts, "");
    after = fdt_from_ram(qts);
    g_assert_cmpmem(before, fdt_totalsize(before), after,
                    fdt_totalsize(after));
    qtest_system_reset(qts);
    next = fdt_from_ram(qts);
    g_assert_cmpint(fdt_totalsize(next), ==, fdt_totalsize(before));
    g_assert_cmpint(memcmp(next, before, fdt_totalsize(before)), !=, 0);
    qtest_quit(qts);
}

static void test_cores_and_secure_world(void)
{
    static const char *const options[] = {
        "-smp 1", "-smp 8", "-M secure=on", "-M virtualization=off",
        "-M secure=on,virtualization=off -m 512M",
    };

    for (size_t i = 0; i < G_N_ELEMENTS(options); i++) {
        QTestState *qts = machine_start(options[i]);

        qtest_writeq(qts, reg("ram", 64 * MiB), TRACE);
        qts = machine_through_a_file(qts, options[i]);
        g_assert_cmphex(qtest_readq(qts, reg("ram", 64 * MiB)), ==, TRACE);
        qtest_quit(qts);
    }
}

static void test_with_devices(void)
{
    static const char options[] =
        "-nic none -device virtio-balloon-device "
        "-device tmp105,id=t,bus=i2c1.0,address=0x48 "
        "-device usb-kbd,bus=usb0.0 -device usb-mouse,bus=usb1.0 "
        "-device virtio-rng-pci "
        "-device virtio-scmi-device -device virtio-scmi-pci";
    QTestState *qts = machine_start(options);
    int64_t temperature = 25000;

    qtest_qmp_assert_success(qts, "{'execute': 'qom-set', 'arguments': "
                             "{'path': '/machine/peripheral/t', "
                             "'property': 'temperature', 'value': %" PRId64
                             "}}", temperature);
    qts = machine_through_a_file(qts, options);
    g_assert_cmpint(qom_get_uint(qts, "/machine/peripheral/t", "temperature"),
                    ==, temperature);
    qtest_quit(qts);
}

/* savevm and loadvm in one machine: the state is what it was. */
static void test_snapshot(void)
{
    char *disk = temporary_file("", 0, 0);
    g_autofree char *create = g_strdup_printf(
        "%s create -q -f qcow2 %s 64M", getenv("QTEST_QEMU_IMG"), disk);
    g_autofree char *saved = NULL;
    g_autofree char *loaded = NULL;
    QTestState *qts;

    g_assert_true(g_spawn_command_line_sync(create, NULL, NULL, NULL, NULL));
    qts = machine_startf("-drive if=none,id=d,format=qcow2,file=%s "
                         "-device virtio-blk-device,drive=d", disk);
    registers_write_all(qts);
    qtest_writeq(qts, reg("pstore", 0), TRACE);
    saved = qtest_hmp(qts, "savevm s");
    g_assert_cmpstr(saved, ==, "");

    qtest_system_reset(qts);
    qtest_writeq(qts, reg("pstore", 0), 0);
    loaded = qtest_hmp(qts, "loadvm s");
    g_assert_cmpstr(loaded, ==, "");
    registers_check_written(qts);
    g_assert_cmphex(qtest_readq(qts, reg("pstore", 0)), ==, TRACE);
    qtest_quit(qts);
}

static void test_everything_is_migratable(void)
{
    QTestState *qts = machine_start("-only-migratable -M secure=on");

    qtest_quit(qts);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("/migration/registers", test_registers);
    qtest_add_func("/migration/memories", test_memories);
    qtest_add_func("/migration/running-timer", test_running_timer);
    qtest_add_func("/migration/watchdog", test_watchdog);
    qtest_add_func("/migration/device-tree", test_device_tree);
    qtest_add_func("/migration/cores-and-secure-world",
                   test_cores_and_secure_world);
    qtest_add_func("/migration/with-devices", test_with_devices);
    qtest_add_func("/migration/snapshot", test_snapshot);
    qtest_add_func("/migration/everything-is-migratable",
                   test_everything_is_migratable);
    return g_test_run();
}
