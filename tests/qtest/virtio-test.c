/*
 * avps-ecu qtest: the VIRTIO transports and what is behind them
 *
 * VIRTIO 1.2, 4.2 (MMIO). The devices' functions are QEMU's qos-test's; here
 * are the layout, the place of devices, and the features that AVPS v2.0 asks
 * for (requirements 4 to 13, 40 and 41).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/timer.h"
#include "qemu/units.h"
#include "standard-headers/linux/virtio_blk.h"
#include "standard-headers/linux/virtio_config.h"
#include "standard-headers/linux/virtio_ids.h"
#include "standard-headers/linux/virtio_mmio.h"
#include "standard-headers/linux/virtio_net.h"
#include "standard-headers/linux/virtio_ring.h"
#include "tests/qtest/avps/board.h"

#define MAGIC 0x74726976
#define MODERN 2
#define RNG_TRANSPORT 31

static uint64_t transport(int n, uint64_t offset)
{
    g_autofree char *name = g_strdup_printf("virtio-mmio%d", n);

    return reg(name, offset);
}

static uint32_t device_id(QTestState *qts, int n)
{
    return qtest_readl(qts, transport(n, VIRTIO_MMIO_DEVICE_ID));
}

static uint64_t features(QTestState *qts, int n)
{
    uint64_t value;

    qtest_writel(qts, transport(n, VIRTIO_MMIO_DEVICE_FEATURES_SEL), 1);
    value = qtest_readl(qts, transport(n, VIRTIO_MMIO_DEVICE_FEATURES));
    qtest_writel(qts, transport(n, VIRTIO_MMIO_DEVICE_FEATURES_SEL), 0);
    return value << 32 |
           qtest_readl(qts, transport(n, VIRTIO_MMIO_DEVICE_FEATURES));
}

static void assert_feature(QTestState *qts, int n, int bit)
{
    g_assert_cmphex(features(qts, n) & 1ull << bit, !=, 0);
}

static void test_transports(void)
{
    QTestState *qts = machine_start("-nic none");

    for (int n = 0; n < AVPS_NUM_VIRTIO; n++) {
        g_assert_cmphex(qtest_readl(qts,
                                    transport(n, VIRTIO_MMIO_MAGIC_VALUE)),
                        ==, MAGIC);
        g_assert_cmpint(qtest_readl(qts, transport(n, VIRTIO_MMIO_VERSION)),
                        ==, MODERN);
        g_assert_cmpint(device_id(qts, n), ==,
                        n == RNG_TRANSPORT ? VIRTIO_ID_RNG : 0);
    }
    qtest_quit(qts);
}

static void test_unaddressed_devices(void)
{
    QTestState *qts = machine_start("-nic none -device virtio-balloon-device "
                                    "-device virtio-serial-device");

    g_assert_cmpint(device_id(qts, 0), ==, VIRTIO_ID_BALLOON);
    g_assert_cmpint(device_id(qts, 1), ==, VIRTIO_ID_CONSOLE);
    g_assert_cmpint(device_id(qts, 2), ==, 0);
    qtest_quit(qts);
}

static void test_addressed_device(void)
{
    QTestState *qts = machine_start(
        "-nic none -device virtio-balloon-device,bus=virtio-mmio5.0");

    g_assert_cmpint(device_id(qts, 0), ==, 0);
    g_assert_cmpint(device_id(qts, 5), ==, VIRTIO_ID_BALLOON);
    qtest_quit(qts);
}

static void test_block_features(void)
{
    QTestState *qts = machine_start(
        "-nic none -drive if=none,id=d,file=null-co://,file.read-zeroes=on "
        "-device virtio-blk-device,drive=d");

    g_assert_cmpint(device_id(qts, 0), ==, VIRTIO_ID_BLOCK);
    assert_feature(qts, 0, VIRTIO_F_VERSION_1);
    assert_feature(qts, 0, VIRTIO_BLK_F_FLUSH);
    assert_feature(qts, 0, VIRTIO_BLK_F_CONFIG_WCE);
    assert_feature(qts, 0, VIRTIO_BLK_F_DISCARD);
    assert_feature(qts, 0, VIRTIO_BLK_F_WRITE_ZEROES);
    qtest_quit(qts);
}

/* AVPS v2.0 requirement 6: the guest turns the write cache off and on. */
static void test_block_write_cache(void)
{
    QTestState *qts = machine_start(
        "-nic none -drive if=none,id=d,file=null-co://,file.read-zeroes=on "
        "-device virtio-blk-device,drive=d");
    uint64_t wce = transport(0, VIRTIO_MMIO_CONFIG +
                             offsetof(struct virtio_blk_config, wce));

    qtest_writel(qts, transport(0, VIRTIO_MMIO_DRIVER_FEATURES_SEL), 0);
    qtest_writel(qts, transport(0, VIRTIO_MMIO_DRIVER_FEATURES),
                 1u << VIRTIO_BLK_F_CONFIG_WCE);
    for (int enabled = 0; enabled <= 1; enabled++) {
        qtest_writeb(qts, wce, enabled);
        g_assert_cmpint(qtest_readb(qts, wce), ==, enabled);
    }
    qtest_quit(qts);
}

static void test_net_features(void)
{
    QTestState *qts = machine_start(
        "-nic none -netdev hubport,id=n,hubid=0 "
        "-device virtio-net-device,netdev=n,mac=52:54:00:01:02:03");
    const uint8_t mac[] = { 0x52, 0x54, 0x00, 0x01, 0x02, 0x03 };
    uint64_t config = transport(0, VIRTIO_MMIO_CONFIG);

    g_assert_cmpint(device_id(qts, 0), ==, VIRTIO_ID_NET);
    assert_feature(qts, 0, VIRTIO_F_VERSION_1);
    assert_feature(qts, 0, VIRTIO_NET_F_MAC);
    assert_feature(qts, 0, VIRTIO_NET_F_MTU);
    assert_feature(qts, 0, VIRTIO_NET_F_CTRL_MAC_ADDR);
    for (size_t i = 0; i < sizeof(mac); i++) {
        g_assert_cmphex(qtest_readb(qts, config + i), ==, mac[i]);
    }
    g_assert_cmpint(qtest_readw(qts, config +
                                offsetof(struct virtio_net_config, mtu)),
                    ==, 1500);
    qtest_quit(qts);
}

static void test_net_users_mtu(void)
{
    QTestState *qts = machine_start(
        "-nic none -netdev hubport,id=n,hubid=0 "
        "-device virtio-net-device,netdev=n,host_mtu=9000");

    g_assert_cmpint(qtest_readw(qts, transport(0, VIRTIO_MMIO_CONFIG) +
                                offsetof(struct virtio_net_config, mtu)),
                    ==, 9000);
    qtest_quit(qts);
}

/* A -nic without a model becomes a VIRTIO one, on the board's transports. */
static void test_default_nic(void)
{
    QTestState *qts = machine_start("-nic hubport,hubid=0");

    g_assert_cmpint(device_id(qts, RNG_TRANSPORT - 1), ==, VIRTIO_ID_NET);
    g_assert_cmpint(device_id(qts, 0), ==, 0);
    qtest_quit(qts);
}

/* The layout of a queue of one entry, in RAM apart from the device tree */
#define DESCRIPTORS reg("ram", 16 * MiB)
#define AVAIL (DESCRIPTORS + 0x1000)
#define USED (DESCRIPTORS + 0x2000)
#define DATA (DESCRIPTORS + 0x3000)
#define DATA_LENGTH 64
#define RNG_PATIENCE_MS 1000

static void write_address(QTestState *qts, uint64_t low_reg, uint64_t address)
{
    qtest_writel(qts, low_reg, address);
    qtest_writel(qts, low_reg + 4, address >> 32);
}

static void rng_start(QTestState *qts)
{
    const int n = RNG_TRANSPORT;
    uint64_t status = transport(n, VIRTIO_MMIO_STATUS);
    uint32_t bits = VIRTIO_CONFIG_S_ACKNOWLEDGE | VIRTIO_CONFIG_S_DRIVER;

    qtest_writel(qts, status, bits);
    qtest_writel(qts, transport(n, VIRTIO_MMIO_DRIVER_FEATURES_SEL), 1);
    qtest_writel(qts, transport(n, VIRTIO_MMIO_DRIVER_FEATURES),
                 1u << (VIRTIO_F_VERSION_1 - 32) |
                 1u << (VIRTIO_F_ACCESS_PLATFORM - 32));
    qtest_writel(qts, status, bits |= VIRTIO_CONFIG_S_FEATURES_OK);
    g_assert_cmphex(qtest_readl(qts, status), ==, bits);
    qtest_writel(qts, transport(n, VIRTIO_MMIO_QUEUE_SEL), 0);
    qtest_writel(qts, transport(n, VIRTIO_MMIO_QUEUE_NUM), 1);
    write_address(qts, transport(n, VIRTIO_MMIO_QUEUE_DESC_LOW), DESCRIPTORS);
    write_address(qts, transport(n, VIRTIO_MMIO_QUEUE_AVAIL_LOW), AVAIL);
    write_address(qts, transport(n, VIRTIO_MMIO_QUEUE_USED_LOW), USED);
    qtest_writel(qts, transport(n, VIRTIO_MMIO_QUEUE_READY), 1);
    qtest_writel(qts, status, bits | VIRTIO_CONFIG_S_DRIVER_OK);
}

static void rng_fill(QTestState *qts, uint16_t request, uint8_t *data)
{
    qtest_writeq(qts, DESCRIPTORS, DATA);
    qtest_writel(qts, DESCRIPTORS + 8, DATA_LENGTH);
    qtest_writew(qts, DESCRIPTORS + 12, VRING_DESC_F_WRITE);
    qtest_writew(qts, AVAIL + 4, 0);
    qtest_writew(qts, AVAIL + 2, request);
    qtest_writel(qts, transport(RNG_TRANSPORT, VIRTIO_MMIO_QUEUE_NOTIFY), 0);
    for (int ms = 0; qtest_readw(qts, USED + 2) != request; ms++) {
        g_assert_cmpint(ms, <, RNG_PATIENCE_MS);
        qtest_clock_step(qts, SCALE_MS);
    }
    g_assert_cmpint(qtest_readl(qts, USED + 8), ==, DATA_LENGTH);
    qtest_memread(qts, DATA, data, DATA_LENGTH);
}

static void test_entropy(void)
{
    QTestState *qts = machine_start_with_irqs("");
    static const uint8_t nothing[DATA_LENGTH];
    uint8_t data[2][DATA_LENGTH];

    rng_start(qts);
    g_assert_false(spi_level(qts, "virtio-mmio31", 0));
    rng_fill(qts, 1, data[0]);
    g_assert_true(spi_level(qts, "virtio-mmio31", 0));
    rng_fill(qts, 2, data[1]);
    g_assert_cmpint(memcmp(data[0], nothing, DATA_LENGTH), !=, 0);
    g_assert_cmpint(memcmp(data[0], data[1], DATA_LENGTH), !=, 0);
    qtest_quit(qts);
}

static void test_reset_in_the_middle(void)
{
    QTestState *qts = machine_start_with_irqs("");
    uint8_t data[DATA_LENGTH];

    rng_start(qts);
    rng_fill(qts, 1, data);
    qtest_system_reset(qts);
    g_assert_false(spi_level(qts, "virtio-mmio31", 0));
    g_assert_cmphex(qtest_readl(qts, transport(RNG_TRANSPORT,
                                               VIRTIO_MMIO_STATUS)), ==, 0);
    qtest_memset(qts, USED, 0, 0x1000);
    rng_start(qts);
    rng_fill(qts, 1, data);
    qtest_quit(qts);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("/virtio/transports", test_transports);
    qtest_add_func("/virtio/unaddressed-devices", test_unaddressed_devices);
    qtest_add_func("/virtio/addressed-device", test_addressed_device);
    qtest_add_func("/virtio/block-features", test_block_features);
    qtest_add_func("/virtio/block-write-cache", test_block_write_cache);
    qtest_add_func("/virtio/net-features", test_net_features);
    qtest_add_func("/virtio/net-users-mtu", test_net_users_mtu);
    qtest_add_func("/virtio/default-nic", test_default_nic);
    qtest_add_func("/virtio/entropy", test_entropy);
    qtest_add_func("/virtio/reset-in-the-middle", test_reset_in_the_middle);
    return g_test_run();
}
