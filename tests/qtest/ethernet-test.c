/*
 * avps-ecu qtest: the Ethernet MAC (Cadence GEM)
 *
 * Zynq UltraScale+ Device Technical Reference Manual (UG1085), GEM registers.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/units.h"
#include "tests/qtest/avps/board.h"

#define NWCTRL reg("ethernet0", 0x000)
#define NWCTRL_LOOPBACK (1 << 1)
#define NWCTRL_RX (1 << 2)
#define NWCTRL_TX (1 << 3)
#define NWCTRL_START_TX (1 << 9)
#define NWCFG reg("ethernet0", 0x004)
#define NWCFG_PROMISCUOUS (1 << 4)
#define DMACFG reg("ethernet0", 0x010)
#define DMACFG_BUFFER_1536 (0x18 << 16)
#define RX_QUEUE reg("ethernet0", 0x018)
#define TX_QUEUE reg("ethernet0", 0x01c)
#define ISR reg("ethernet0", 0x024)
#define IER reg("ethernet0", 0x028)
#define INT_RX_COMPLETE (1 << 1)
#define PHY_MAINTENANCE reg("ethernet0", 0x034)
#define ADDRESS1_LOW reg("ethernet0", 0x088)
#define ADDRESS1_HIGH reg("ethernet0", 0x08c)
#define MODULE_ID reg("ethernet0", 0x0fc)

#define PHY_ADDRESS 1
#define PHY_READ(r) (0x60020000u | PHY_ADDRESS << 23 | (r) << 18)
#define PHY_ID1 2

/* Descriptors and buffers in RAM, apart from the device tree */
#define RX_DESCRIPTOR reg("ram", 16 * MiB)
#define TX_DESCRIPTOR reg("ram", 16 * MiB + 0x100)
#define RX_BUFFER reg("ram", 16 * MiB + 0x1000)
#define TX_BUFFER reg("ram", 16 * MiB + 0x2000)
#define RX_WRAP 2
#define RX_DONE 1
#define TX_LAST (1u << 15)
#define TX_WRAP (1u << 30)
#define TX_DONE (1u << 31)
#define RX_LENGTH 0x1fff

#define FRAME_LENGTH 64

static void test_identification(void)
{
    QTestState *qts = machine_start("");

    g_assert_cmphex(qtest_readl(qts, MODULE_ID), ==, 0x00020118);
    qtest_quit(qts);
}

static void test_phy(void)
{
    QTestState *qts = machine_start("");

    qtest_writel(qts, PHY_MAINTENANCE, PHY_READ(PHY_ID1));
    g_assert_cmphex(qtest_readl(qts, PHY_MAINTENANCE) & 0xffff, ==, 0x0141);
    qtest_quit(qts);
}

static void test_mac_address(void)
{
    QTestState *qts = machine_start(
        "-nic hubport,hubid=0,model=cadence_gem,mac=52:54:00:a1:b2:c3");

    g_assert_cmphex(qtest_readl(qts, ADDRESS1_LOW), ==, 0xa1005452);
    g_assert_cmphex(qtest_readl(qts, ADDRESS1_HIGH), ==, 0xc3b2);
    qtest_quit(qts);
}

static void prepare_queues(QTestState *qts)
{
    qtest_writel(qts, RX_DESCRIPTOR, RX_BUFFER | RX_WRAP);
    qtest_writel(qts, RX_DESCRIPTOR + 4, 0);
    qtest_writel(qts, TX_DESCRIPTOR, TX_BUFFER);
    qtest_writel(qts, TX_DESCRIPTOR + 4, TX_LAST | TX_WRAP | FRAME_LENGTH);
    qtest_writel(qts, RX_QUEUE, RX_DESCRIPTOR);
    qtest_writel(qts, TX_QUEUE, TX_DESCRIPTOR);
    qtest_writel(qts, DMACFG, DMACFG_BUFFER_1536);
}

/* A frame goes out and comes back through the MAC's own loopback. */
static void test_loopback(void)
{
    QTestState *qts = machine_start_with_irqs(
        "-nic hubport,hubid=0,model=cadence_gem");
    uint8_t sent[FRAME_LENGTH], received[FRAME_LENGTH];

    for (size_t i = 0; i < sizeof(sent); i++) {
        sent[i] = i;
    }
    qtest_memwrite(qts, TX_BUFFER, sent, sizeof(sent));
    prepare_queues(qts);
    qtest_writel(qts, NWCFG, NWCFG_PROMISCUOUS);
    qtest_writel(qts, IER, INT_RX_COMPLETE);
    g_assert_false(spi_level(qts, "ethernet0", 0));
    qtest_writel(qts, NWCTRL, NWCTRL_LOOPBACK | NWCTRL_RX | NWCTRL_TX |
                 NWCTRL_START_TX);

    g_assert_cmphex(qtest_readl(qts, TX_DESCRIPTOR + 4) & TX_DONE, !=, 0);
    g_assert_cmphex(qtest_readl(qts, RX_DESCRIPTOR) & RX_DONE, !=, 0);
    g_assert_cmpint(qtest_readl(qts, RX_DESCRIPTOR + 4) & RX_LENGTH, >=,
                    FRAME_LENGTH);
    qtest_memread(qts, RX_BUFFER, received, sizeof(received));
    g_assert_cmpmem(sent, sizeof(sent), received, sizeof(received));
    g_assert_true(spi_level(qts, "ethernet0", 0));
    /* Reading the status clears it. */
    g_assert_cmphex(qtest_readl(qts, ISR), ==, INT_RX_COMPLETE);
    g_assert_false(spi_level(qts, "ethernet0", 0));
    qtest_quit(qts);
}

static void test_reset(void)
{
    QTestState *qts = machine_start("");

    qtest_writel(qts, NWCFG, NWCFG_PROMISCUOUS);
    qtest_writel(qts, NWCTRL, NWCTRL_RX);
    qtest_system_reset(qts);
    g_assert_cmphex(qtest_readl(qts, NWCTRL), ==, 0);
    g_assert_cmphex(qtest_readl(qts, NWCFG), ==, 0x00080000);
    qtest_quit(qts);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("/ethernet/identification", test_identification);
    qtest_add_func("/ethernet/phy", test_phy);
    qtest_add_func("/ethernet/mac-address", test_mac_address);
    qtest_add_func("/ethernet/loopback", test_loopback);
    qtest_add_func("/ethernet/reset", test_reset);
    return g_test_run();
}
