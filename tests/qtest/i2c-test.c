/*
 * avps-ecu qtest: the I2C buses
 *
 * Each bus by itself: registers, an absent slave, interrupt, and QEMU's
 * device models attached by -device. Transfers go through libqos' driver of
 * the i.MX controller.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "hw/i2c/imx_i2c.h"
#include "tests/qtest/avps/board.h"
#include "tests/qtest/libqos/i2c.h"

#define TMP105_ADDRESS 0x48
#define TMP105_REG_TEMPERATURE 0

static const char *const buses[] = { "i2c0", "i2c1", "i2c2" };

static void test_reset_values(void)
{
    QTestState *qts = machine_start("");

    for (size_t i = 0; i < G_N_ELEMENTS(buses); i++) {
        g_assert_cmphex(qtest_readb(qts, reg(buses[i], I2CR_ADDR)), ==, 0);
        g_assert_cmphex(qtest_readb(qts, reg(buses[i], I2SR_ADDR)), ==, 0x81);
    }
    qtest_quit(qts);
}

/* One sensor on each bus, at the same address, each with its own value. */
static void test_devices_on_each_bus(void)
{
    QTestState *qts = machine_start(
        "-device tmp105,id=s0,bus=i2c0.0,address=0x48 "
        "-device tmp105,id=s1,bus=i2c1.0,address=0x48 "
        "-device tmp105,id=s2,bus=i2c2.0,address=0x48");

    for (size_t i = 0; i < G_N_ELEMENTS(buses); i++) {
        g_autofree char *path = g_strdup_printf("/machine/peripheral/s%zu", i);
        IMXI2C controller;
        QI2CDevice sensor = { .bus = &controller.parent,
                              .addr = TMP105_ADDRESS };

        imx_i2c_init(&controller, qts, reg(buses[i], 0));
        qtest_qmp_assert_success(qts, "{'execute': 'qom-set', 'arguments': "
                                 "{'path': %s, 'property': 'temperature', "
                                 "'value': %d}}", path, 20000 + 1000 * (int)i);
        /* 1/256 degrees in the register, 1/1000 in the property */
        g_assert_cmphex(i2c_get16(&sensor, TMP105_REG_TEMPERATURE), ==,
                        (20 + i) << 8);
    }
    qtest_quit(qts);
}

static void start_transfer(QTestState *qts, const char *bus, uint8_t address)
{
    qtest_writeb(qts, reg(bus, I2CR_ADDR),
                 I2CR_IEN | I2CR_IIEN | I2CR_MSTA | I2CR_MTX);
    qtest_writeb(qts, reg(bus, I2DR_ADDR), address << 1);
}

static void test_absent_slave(void)
{
    QTestState *qts = machine_start("");

    start_transfer(qts, "i2c0", TMP105_ADDRESS);
    g_assert_cmphex(qtest_readb(qts, reg("i2c0", I2SR_ADDR)) & I2SR_RXAK, !=,
                    0);
    qtest_quit(qts);
}

static void test_interrupts(void)
{
    QTestState *qts = machine_start_with_irqs(
        "-device tmp105,bus=i2c0.0,address=0x48 "
        "-device tmp105,bus=i2c1.0,address=0x48 "
        "-device tmp105,bus=i2c2.0,address=0x48");

    for (size_t i = 0; i < G_N_ELEMENTS(buses); i++) {
        g_assert_false(spi_level(qts, buses[i], 0));
        start_transfer(qts, buses[i], TMP105_ADDRESS);
        g_assert_true(spi_level(qts, buses[i], 0));
        qtest_writeb(qts, reg(buses[i], I2SR_ADDR), 0);
        g_assert_false(spi_level(qts, buses[i], 0));
    }
    qtest_quit(qts);
}

static void test_reset_in_the_middle(void)
{
    QTestState *qts = machine_start_with_irqs(
        "-device tmp105,bus=i2c0.0,address=0x48");

    start_transfer(qts, "i2c0", TMP105_ADDRESS);
    g_assert_true(spi_level(qts, "i2c0", 0));
    qtest_system_reset(qts);
    g_assert_cmphex(qtest_readb(qts, reg("i2c0", I2CR_ADDR)), ==, 0);
    g_assert_cmphex(qtest_readb(qts, reg("i2c0", I2SR_ADDR)), ==, 0x81);
    start_transfer(qts, "i2c0", TMP105_ADDRESS);
    g_assert_cmphex(qtest_readb(qts, reg("i2c0", I2SR_ADDR)) & I2SR_RXAK, ==,
                    0);
    qtest_quit(qts);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("/i2c/reset-values", test_reset_values);
    qtest_add_func("/i2c/devices-on-each-bus", test_devices_on_each_bus);
    qtest_add_func("/i2c/absent-slave", test_absent_slave);
    qtest_add_func("/i2c/interrupts", test_interrupts);
    qtest_add_func("/i2c/reset-in-the-middle", test_reset_in_the_middle);
    return g_test_run();
}
