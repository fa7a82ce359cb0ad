/*
 * avps-ecu qtest: the two flash banks
 *
 * Common Flash Interface (JESD68.01), Intel command set; two 16-bit chips
 * side by side, as on QEMU's "virt".
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/host-utils.h"
#include "tests/qtest/avps/board.h"

#define BANK_SIZE (block("flash0")->size)

/* The same 16 bits for both chips of a word */
#define BOTH(command) ((command) << 16 | (command))
#define CMD_QUERY BOTH(0x98u)
#define CMD_PROGRAM BOTH(0x40u)
#define CMD_READ_ARRAY BOTH(0xffu)
#define QUERY_ADDRESS (0x55 << 2)
#define QUERY_DATA(n) ((n) << 2)

static void check_query(QTestState *qts, const char *bank)
{
    qtest_writel(qts, reg(bank, QUERY_ADDRESS), CMD_QUERY);
    g_assert_cmphex(qtest_readl(qts, reg(bank, QUERY_DATA(0x10))), ==,
                    BOTH((uint32_t)'Q'));
    g_assert_cmphex(qtest_readl(qts, reg(bank, QUERY_DATA(0x11))), ==,
                    BOTH((uint32_t)'R'));
    g_assert_cmphex(qtest_readl(qts, reg(bank, QUERY_DATA(0x12))), ==,
                    BOTH((uint32_t)'Y'));
    /* log2 of a chip's size: half a bank each */
    g_assert_cmphex(qtest_readl(qts, reg(bank, QUERY_DATA(0x27))), ==,
                    BOTH((uint32_t)ctz64(BANK_SIZE / 2)));
    qtest_writel(qts, reg(bank, 0), CMD_READ_ARRAY);
}

static void test_query(void)
{
    QTestState *qts = machine_start("");

    check_query(qts, "flash0");
    check_query(qts, "flash1");
    qtest_quit(qts);
}

static void program_word(QTestState *qts, uint64_t address, uint32_t value)
{
    qtest_writel(qts, address, CMD_PROGRAM);
    qtest_writel(qts, address, value);
    qtest_writel(qts, address, CMD_READ_ARRAY);
}

static void check_contents(const char *options)
{
    QTestState *qts = machine_start(options);

    g_assert_cmphex(qtest_readl(qts, reg("flash0", 0)), ==, 0x65646f63);
    g_assert_cmphex(qtest_readl(qts, reg("flash1", 0)), ==, 0x73726176);
    qtest_quit(qts);
}

static void test_drives(void)
{
    char *code = temporary_file("code", 4, BANK_SIZE);
    char *vars = temporary_file("vars", 4, BANK_SIZE);
    g_autofree char *legacy = g_strdup_printf(
        "-drive if=pflash,unit=0,format=raw,readonly=on,file=%s "
        "-drive if=pflash,unit=1,format=raw,file=%s", code, vars);
    g_autofree char *properties = g_strdup_printf(
        "-blockdev driver=file,filename=%s,node-name=code,read-only=on "
        "-blockdev driver=file,filename=%s,node-name=vars "
        "-M pflash0=code,pflash1=vars", code, vars);

    check_contents(legacy);
    check_contents(properties);
}

/* -bios gives an image of any size up to the bank's. */
static void test_bios(void)
{
    QTestState *qts = machine_startf("-bios %s", temporary_file("code", 4, 0));

    g_assert_cmphex(qtest_readl(qts, reg("flash0", 0)), ==, 0x65646f63);
    qtest_quit(qts);
}

/* Variables outlive the machine, in a qcow2 file too. */
static void test_variables_persist(void)
{
    char *vars = temporary_file("", 0, 0);
    g_autofree char *create = g_strdup_printf(
        "%s create -q -f qcow2 %s 64M", getenv("QTEST_QEMU_IMG"), vars);
    g_autofree char *options = g_strdup_printf(
        "-drive if=pflash,unit=1,format=qcow2,file=%s", vars);
    QTestState *qts;

    g_assert_true(g_spawn_command_line_sync(create, NULL, NULL, NULL, NULL));
    qts = machine_start(options);
    program_word(qts, reg("flash1", 0x1000), 0x12345678);
    qtest_quit(qts);
    qts = machine_start(options);
    g_assert_cmphex(qtest_readl(qts, reg("flash1", 0x1000)), ==, 0x12345678);
    qtest_quit(qts);
}

/* A query that a reset interrupts leaves the bank readable. */
static void test_reset_in_the_middle(void)
{
    QTestState *qts = machine_startf("-drive if=pflash,unit=1,format=raw,"
                                     "file=%s",
                                     temporary_file("vars", 4, BANK_SIZE));

    qtest_writel(qts, reg("flash1", QUERY_ADDRESS), CMD_QUERY);
    qtest_system_reset(qts);
    g_assert_cmphex(qtest_readl(qts, reg("flash1", 0)), ==, 0x73726176);
    qtest_quit(qts);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("/flash/query", test_query);
    qtest_add_func("/flash/drives", test_drives);
    qtest_add_func("/flash/bios", test_bios);
    qtest_add_func("/flash/variables-persist", test_variables_persist);
    qtest_add_func("/flash/reset-in-the-middle", test_reset_in_the_middle);
    return g_test_run();
}
