/*
 * avps-ecu qtest: the SD host controller and its eMMC
 *
 * SD Host Controller Simplified Specification 2.00; JEDEC JESD84-B51 (eMMC).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/bswap.h"
#include "qemu/units.h"
#include "tests/qtest/avps/board.h"

#define BLOCK_SIZE_REG reg("sdhci0", 0x04)
#define BLOCK_COUNT reg("sdhci0", 0x06)
#define ARGUMENT reg("sdhci0", 0x08)
#define TRANSFER_MODE reg("sdhci0", 0x0c)
#define TRANSFER_READ (1 << 4)
#define COMMAND reg("sdhci0", 0x0e)
#define RESPONSE reg("sdhci0", 0x10)
#define BUFFER reg("sdhci0", 0x20)
#define PRESENT_STATE reg("sdhci0", 0x24)
#define CARD_INSERTED (1 << 16)
#define CLOCK_CONTROL reg("sdhci0", 0x2c)
#define CLOCK_ON 0x0005         /* internal clock and SD clock */
#define POWER_CONTROL reg("sdhci0", 0x29)
#define POWER_3V3 0x0f
#define INT_STATUS reg("sdhci0", 0x30)
#define INT_STATUS_ENABLE reg("sdhci0", 0x34)
#define INT_SIGNAL_ENABLE reg("sdhci0", 0x38)
#define CAPABILITIES reg("sdhci0", 0x40)
#define HOST_VERSION reg("sdhci0", 0xfe)

/* Command register: index, response type, data */
#define NO_RESPONSE 0
#define RESPONSE_136 1
#define RESPONSE_48 2
#define WITH_DATA (1 << 5)

#define SECTOR 512
#define CARD_SIZE (64 * MiB)
#define OCR_READY (1u << 31)
#define RELATIVE_ADDRESS (1u << 16)

static void send_command(QTestState *qts, int index, uint32_t argument,
                         int flags)
{
    qtest_writel(qts, ARGUMENT, argument);
    qtest_writew(qts, COMMAND, index << 8 | flags);
}

static QTestState *start_with_card(void)
{
    g_autofree char *contents = g_malloc0(2 * SECTOR);
    g_autofree char *options = NULL;
    QTestState *qts;

    strcpy(contents + SECTOR, "the second sector");
    options = g_strdup_printf("-drive if=sd,format=raw,file=%s",
                              temporary_file(contents, 2 * SECTOR, CARD_SIZE));
    qts = machine_start_with_irqs(options);
    qtest_writew(qts, CLOCK_CONTROL, CLOCK_ON);
    qtest_writeb(qts, POWER_CONTROL, POWER_3V3);
    qtest_writel(qts, INT_STATUS_ENABLE, 0xffffffff);
    return qts;
}

/* From power-on to the transfer state, as for an eMMC (CMD1, not ACMD41) */
static void initialise_card(QTestState *qts)
{
    send_command(qts, 0, 0, NO_RESPONSE);
    send_command(qts, 1, 0x40ff8080, RESPONSE_48);
    g_assert_cmphex(qtest_readl(qts, RESPONSE) & OCR_READY, !=, 0);
    send_command(qts, 2, 0, RESPONSE_136);
    send_command(qts, 3, RELATIVE_ADDRESS, RESPONSE_48);
    send_command(qts, 7, RELATIVE_ADDRESS, RESPONSE_48);
}

static void test_version(void)
{
    QTestState *qts = machine_start("");

    /* 1 stands for version 2.00, the highest whose commands QEMU has. */
    g_assert_cmphex(qtest_readw(qts, HOST_VERSION) & 0xff, ==, 1);
    qtest_quit(qts);
}

/* Bits that Linux's driver decides by: 8-bit bus, ADMA2, SDMA, 3.3 V */
static void test_capabilities(void)
{
    const uint64_t wanted = 1 << 18 | 1 << 19 | 1 << 22 | 1 << 24;
    QTestState *qts = machine_start("");

    g_assert_cmphex(qtest_readq(qts, CAPABILITIES) & wanted, ==, wanted);
    qtest_quit(qts);
}

static void test_empty_socket(void)
{
    QTestState *qts = machine_start("");

    g_assert_cmphex(qtest_readl(qts, PRESENT_STATE) & CARD_INSERTED, ==, 0);
    qtest_quit(qts);
}

static void test_card_present(void)
{
    QTestState *qts = start_with_card();

    g_assert_cmphex(qtest_readl(qts, PRESENT_STATE) & CARD_INSERTED, !=, 0);
    qtest_quit(qts);
}

static void test_read_block(void)
{
    QTestState *qts = start_with_card();
    uint32_t data[SECTOR / 4];

    initialise_card(qts);
    qtest_writew(qts, BLOCK_SIZE_REG, SECTOR);
    qtest_writew(qts, BLOCK_COUNT, 1);
    qtest_writew(qts, TRANSFER_MODE, TRANSFER_READ);
    /* Cards of this size are addressed by byte. */
    send_command(qts, 17, SECTOR, RESPONSE_48 | WITH_DATA);
    for (size_t i = 0; i < G_N_ELEMENTS(data); i++) {
        data[i] = cpu_to_le32(qtest_readl(qts, BUFFER));
    }
    g_assert_cmpstr((char *)data, ==, "the second sector");
    qtest_quit(qts);
}

static void test_interrupt(void)
{
    QTestState *qts = start_with_card();

    qtest_writel(qts, INT_STATUS, 0xffffffff);
    qtest_writel(qts, INT_SIGNAL_ENABLE, 1);    /* command complete */
    g_assert_false(spi_level(qts, "sdhci0", 0));
    send_command(qts, 0, 0, NO_RESPONSE);
    g_assert_true(spi_level(qts, "sdhci0", 0));
    qtest_writel(qts, INT_STATUS, 1);
    g_assert_false(spi_level(qts, "sdhci0", 0));
    qtest_quit(qts);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("/sdhci/version", test_version);
    qtest_add_func("/sdhci/capabilities", test_capabilities);
    qtest_add_func("/sdhci/empty-socket", test_empty_socket);
    qtest_add_func("/sdhci/card-present", test_card_present);
    qtest_add_func("/sdhci/read-block", test_read_block);
    qtest_add_func("/sdhci/interrupt", test_interrupt);
    return g_test_run();
}
