/*
 * avps-ecu qtest: the SPI bus and its NOR flash
 *
 * The controller is an i.MX eCSPI, the flash a Winbond W25Q32 (JEDEC id
 * EF 40 16) whose chip select is a line of gpio1.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/units.h"
#include "tests/qtest/avps/board.h"

#define RXDATA reg("spi0", 0x00)
#define TXDATA reg("spi0", 0x04)
#define CONREG reg("spi0", 0x08)
#define CONREG_EN (1u << 0)
#define CONREG_SMC (1u << 3)
#define CONREG_MASTER (0xfu << 4)
#define CONREG_BURST(bits) (((uint32_t)(bits) - 1) << 20)
#define INTREG reg("spi0", 0x10)
#define INTREG_RREN (1u << 3)
#define STATREG reg("spi0", 0x18)
#define STATREG_TE (1u << 0)
#define STATREG_TDR (1u << 1)
#define STATREG_RR (1u << 3)

/* Data register of the chip select line, and the direction register */
#define CS reg("gpio1", (1 << AVPS_GPIO1_NOR_CS) << 2)
#define GPIO_DIR reg("gpio1", 0x400)

#define NOR_SIZE (4 * MiB)
#define CMD_PAGE_PROGRAM 0x02
#define CMD_READ 0x03
#define CMD_WRITE_DISABLE 0x04
#define CMD_WRITE_ENABLE 0x06
#define CMD_SECTOR_ERASE 0x20
#define CMD_READ_ID 0x9f

static const uint8_t jedec_id[] = { 0xef, 0x40, 0x16 };

static void select_flash(QTestState *qts, bool selected)
{
    qtest_writel(qts, CS, selected ? 0 : 1 << AVPS_GPIO1_NOR_CS);
}

static void enable_controller(QTestState *qts)
{
    qtest_writel(qts, CONREG, CONREG_EN | CONREG_MASTER | CONREG_SMC |
                 CONREG_BURST(8));
}

/* A PL061 ignores the value of a line that is not an output yet. */
static void enable(QTestState *qts)
{
    qtest_writel(qts, GPIO_DIR, 1 << AVPS_GPIO1_NOR_CS);
    select_flash(qts, false);
    enable_controller(qts);
}

static QTestState *start(const char *options)
{
    QTestState *qts = machine_start_with_irqs(options);

    enable(qts);
    return qts;
}

static uint8_t exchange(QTestState *qts, uint8_t byte)
{
    qtest_writel(qts, TXDATA, byte);
    g_assert_cmphex(qtest_readl(qts, STATREG) & STATREG_RR, !=, 0);
    return qtest_readl(qts, RXDATA);
}

/* One message: @sent bytes out, then @received bytes in. */
static void message(QTestState *qts, const uint8_t *out, size_t sent,
                    uint8_t *in, size_t received)
{
    select_flash(qts, true);
    for (size_t i = 0; i < sent; i++) {
        exchange(qts, out[i]);
    }
    for (size_t i = 0; i < received; i++) {
        in[i] = exchange(qts, 0);
    }
    select_flash(qts, false);
}

static void command(QTestState *qts, uint8_t opcode)
{
    message(qts, &opcode, 1, NULL, 0);
}

static void read_flash(QTestState *qts, uint32_t address, uint8_t *data,
                       size_t length)
{
    const uint8_t out[] = { CMD_READ, address >> 16, address >> 8, address };

    message(qts, out, sizeof(out), data, length);
}

static void check_id(QTestState *qts)
{
    const uint8_t opcode = CMD_READ_ID;
    uint8_t id[sizeof(jedec_id)];

    message(qts, &opcode, 1, id, sizeof(id));
    g_assert_cmpmem(id, sizeof(id), jedec_id, sizeof(jedec_id));
}

static void test_reset_values(void)
{
    QTestState *qts = machine_start("");

    g_assert_cmphex(qtest_readl(qts, CONREG), ==, 0);
    g_assert_cmphex(qtest_readl(qts, INTREG), ==, 0);
    g_assert_cmphex(qtest_readl(qts, STATREG), ==, STATREG_TE | STATREG_TDR);
    qtest_quit(qts);
}

static void test_jedec_id(void)
{
    QTestState *qts = start("");

    check_id(qts);
    /* A message that ends early does not spoil the next. */
    command(qts, CMD_READ_ID);
    check_id(qts);
    qtest_quit(qts);
}

/* Without its chip select the flash does not listen. */
static void check_silence(QTestState *qts)
{
    exchange(qts, CMD_READ_ID);
    for (size_t i = 0; i < sizeof(jedec_id); i++) {
        g_assert_cmphex(exchange(qts, 0), ==, 0);
    }
}

static void test_not_selected(void)
{
    QTestState *qts = start("");

    check_silence(qts);
    qtest_quit(qts);
}

/* The chip select line is pulled up until somebody drives it. */
static void test_not_selected_at_reset(void)
{
    QTestState *qts = machine_start("");

    enable_controller(qts);
    check_silence(qts);
    qtest_quit(qts);
}

static void test_erased_without_drive(void)
{
    QTestState *qts = start("");
    uint8_t data[2];

    read_flash(qts, NOR_SIZE - 2, data, sizeof(data));
    g_assert_cmphex(data[0], ==, 0xff);
    g_assert_cmphex(data[1], ==, 0xff);
    qtest_quit(qts);
}

static void test_program(void)
{
    const uint8_t program[] = { CMD_PAGE_PROGRAM, 0x01, 0x00, 0x00,
                                'a', 'v', 'p', 's' };
    const uint8_t erase[] = { CMD_SECTOR_ERASE, 0x01, 0x00, 0x00 };
    char *file = temporary_file("old", 3, NOR_SIZE);
    g_autofree char *options = g_strdup_printf(
        "-drive if=mtd,format=raw,file=%s", file);
    QTestState *qts = start(options);
    g_autofree char *stored = NULL;
    uint8_t data[4];

    read_flash(qts, 0, data, 3);
    g_assert_cmpmem(data, 3, "old", 3);
    command(qts, CMD_WRITE_ENABLE);
    message(qts, erase, sizeof(erase), NULL, 0);
    read_flash(qts, 0x10000, data, sizeof(data));
    g_assert_cmpmem(data, sizeof(data), "\xff\xff\xff\xff", 4);
    /* Without a write enable, nothing is written. */
    command(qts, CMD_WRITE_DISABLE);
    message(qts, program, sizeof(program), NULL, 0);
    read_flash(qts, 0x10000, data, sizeof(data));
    g_assert_cmpmem(data, sizeof(data), "\xff\xff\xff\xff", 4);
    command(qts, CMD_WRITE_ENABLE);
    message(qts, program, sizeof(program), NULL, 0);
    read_flash(qts, 0x10000, data, sizeof(data));
    g_assert_cmpmem(data, sizeof(data), "avps", 4);
    qtest_quit(qts);

    g_assert_true(g_file_get_contents(file, &stored, NULL, NULL));
    g_assert_cmpmem(stored + 0x10000, 4, "avps", 4);
}

static void test_interrupt(void)
{
    QTestState *qts = start("");

    g_assert_false(spi_level(qts, "spi0", 0));
    qtest_writel(qts, INTREG, INTREG_RREN);
    g_assert_false(spi_level(qts, "spi0", 0));
    qtest_writel(qts, TXDATA, 0);
    g_assert_true(spi_level(qts, "spi0", 0));
    qtest_readl(qts, RXDATA);
    g_assert_false(spi_level(qts, "spi0", 0));
    qtest_quit(qts);
}

static void test_reset_in_the_middle(void)
{
    QTestState *qts = start("");

    select_flash(qts, true);
    exchange(qts, CMD_READ_ID);
    qtest_system_reset(qts);
    g_assert_cmphex(qtest_readl(qts, CONREG), ==, 0);
    enable(qts);
    check_id(qts);
    qtest_quit(qts);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("/spi/reset-values", test_reset_values);
    qtest_add_func("/spi/jedec-id", test_jedec_id);
    qtest_add_func("/spi/not-selected", test_not_selected);
    qtest_add_func("/spi/not-selected-at-reset", test_not_selected_at_reset);
    qtest_add_func("/spi/erased-without-drive", test_erased_without_drive);
    qtest_add_func("/spi/program", test_program);
    qtest_add_func("/spi/interrupt", test_interrupt);
    qtest_add_func("/spi/reset-in-the-middle", test_reset_in_the_middle);
    return g_test_run();
}
