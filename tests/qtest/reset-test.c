/*
 * avps-ecu qtest: reset values, and what a reset does
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/units.h"
#include "tests/qtest/avps/registers.h"

static void test_values_at_start(void)
{
    QTestState *qts = machine_start("");

    registers_check_reset(qts);
    qtest_quit(qts);
}

static void test_values_after_reset(void)
{
    QTestState *qts = machine_start("");

    registers_write_all(qts);
    qtest_system_reset(qts);
    registers_check_reset(qts);
    qtest_quit(qts);
}

/* Twice in a row, and a third time in the middle of use */
static void test_resets_in_a_row(void)
{
    QTestState *qts = machine_start("");

    qtest_system_reset(qts);
    qtest_system_reset(qts);
    registers_check_reset(qts);
    registers_write_all(qts);
    qtest_system_reset(qts);
    registers_check_reset(qts);
    qtest_quit(qts);
}

/*
 * RAM is not cleared by a warm reset: kexec, crash kernels and pstore in RAM
 * rely on it.
 */
static void test_ram_is_kept(void)
{
    QTestState *qts = machine_start("");
    uint64_t address = reg("ram", 256 * MiB);

    qtest_writeq(qts, address, 0x0123456789abcdef);
    qtest_system_reset(qts);
    g_assert_cmphex(qtest_readq(qts, address), ==, 0x0123456789abcdef);
    qtest_quit(qts);
}

static void test_no_interrupt_is_left(void)
{
    QTestState *qts = machine_start_with_irqs("");

    registers_write_all(qts);
    qtest_system_reset(qts);
    for (const AvpsMapRow *row = avps_map; row->name; row++) {
        for (int i = 0; i < row->num_spis; i++) {
            g_assert_false(spi_level(qts, row->name, i));
        }
    }
    qtest_quit(qts);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("/reset/values-at-start", test_values_at_start);
    qtest_add_func("/reset/values-after-reset", test_values_after_reset);
    qtest_add_func("/reset/resets-in-a-row", test_resets_in_a_row);
    qtest_add_func("/reset/ram-is-kept", test_ram_is_kept);
    qtest_add_func("/reset/no-interrupt-is-left", test_no_interrupt_is_left);
    return g_test_run();
}
