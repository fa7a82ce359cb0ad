/*
 * avps-ecu qtest: blocks that the system control processor has stopped
 *
 * What software sees of a block without a clock, in reset, or without power,
 * and of the same block afterwards.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/bitops.h"
#include "tests/qtest/avps/board.h"
#include "tests/qtest/avps/fdt-view.h"
#include "tests/qtest/avps/migration.h"
#include "tests/qtest/avps/scmi.h"

/* Blocks lose their power when nobody wants it */
#define POWER_DOMAINS "-M scmi-power-domains=on"

#define POWER_STATE_SET 4
#define POWER_STATE_GET 5
#define POWER_OFF BIT(30)
#define CLOCK_CONFIG_SET 7
#define RESET 4
#define RESET_AUTONOMOUS BIT(0)
#define RESET_ASSERT BIT(1)

/* Of avps_scmi_power_domains[], avps_scmi_resets[] and avps_scmi_clocks[] */
#define I2C1_POWER 1
#define I2C1_RESET 2
#define USB_RESET 0
#define SPI_CLOCK 8

/* A register that software writes and that a reset changes: I2C's divider */
#define I2C_IFDR 0x04
#define I2C_IFDR_VALUE 0x2b
/* SPI: CONREG, enabled, bursts of 8 bits */
#define SPI_CONFIG 0x08
#define SPI_CONFIG_VALUE 0x00700001
/* xHCI: capability length and version, never 0 */
#define XHCI_CAPLENGTH 0x00

static ScmiAgent *start(void)
{
    return scmi_open(machine_start(POWER_DOMAINS), 1);
}

static void end(ScmiAgent *agent)
{
    QTestState *qts = scmi_machine(agent);

    scmi_close(agent);
    qtest_quit(qts);
}

static void power(ScmiAgent *agent, unsigned domain, uint32_t state)
{
    g_assert_cmpint(scmi_status(agent, SCMI_POWER_DOMAIN, POWER_STATE_SET, 0,
                                domain, state), ==, SCMI_SUCCESS);
}

static void clock_enable(ScmiAgent *agent, unsigned clock, bool on)
{
    g_assert_cmpint(scmi_status(agent, SCMI_CLOCK, CLOCK_CONFIG_SET, clock,
                                on, 0), ==, SCMI_SUCCESS);
}

static void reset(ScmiAgent *agent, unsigned domain, uint32_t flags)
{
    g_assert_cmpint(scmi_status(agent, SCMI_RESET, RESET, domain, flags, 0),
                    ==, SCMI_SUCCESS);
}

static uint16_t i2c_divider(QTestState *qts)
{
    return qtest_readw(qts, reg("i2c1", I2C_IFDR));
}

/* --- Clock --- */

static void test_clock(void)
{
    ScmiAgent *agent = start();
    QTestState *qts = scmi_machine(agent);
    uint64_t config = reg("spi0", SPI_CONFIG);

    qtest_writel(qts, config, SPI_CONFIG_VALUE);
    clock_enable(agent, SPI_CLOCK, false);
    g_assert_cmphex(qtest_readl(qts, config), ==, 0);
    qtest_writel(qts, config, 0xffffffff);
    /* What it knew is still there, and what was written meanwhile is not */
    clock_enable(agent, SPI_CLOCK, true);
    g_assert_cmphex(qtest_readl(qts, config), ==, SPI_CONFIG_VALUE);
    end(agent);
}

/* --- Power --- */

static void test_power(void)
{
    ScmiAgent *agent = start();
    QTestState *qts = scmi_machine(agent);
    uint16_t fresh = i2c_divider(qts);

    qtest_writew(qts, reg("i2c1", I2C_IFDR), I2C_IFDR_VALUE);
    g_assert_cmphex(i2c_divider(qts), ==, I2C_IFDR_VALUE);
    power(agent, I2C1_POWER, POWER_OFF);
    g_assert_cmphex(i2c_divider(qts), ==, 0);
    qtest_writew(qts, reg("i2c1", I2C_IFDR), I2C_IFDR_VALUE);
    power(agent, I2C1_POWER, 0);
    g_assert_cmphex(i2c_divider(qts), ==, fresh);
    end(agent);
}

/* What is plugged into the block's bus has power of its own. */
static void test_plugged(void)
{
    const char *leds = "/machine/peripheral/leds";
    ScmiAgent *agent = scmi_open(machine_start(
        "-device pca9552,id=leds,bus=i2c1.0,address=0x60"), 1);
    QTestState *qts = scmi_machine(agent);
    g_autofree char *led = NULL;

    qtest_qmp_assert_success(qts, "{'execute': 'qom-set', 'arguments': "
                             "{'path': %s, 'property': 'led0', "
                             "'value': 'on'}}", leds);
    power(agent, I2C1_POWER, POWER_OFF);
    power(agent, I2C1_POWER, 0);
    reset(agent, I2C1_RESET, RESET_AUTONOMOUS);
    led = qom_get_string(qts, leds, "led0");
    g_assert_cmpstr(led, ==, "on");
    end(agent);
}

/* The neighbour in the memory map is not concerned. */
static void test_neighbour(void)
{
    ScmiAgent *agent = start();
    QTestState *qts = scmi_machine(agent);

    qtest_writew(qts, reg("i2c2", I2C_IFDR), I2C_IFDR_VALUE);
    power(agent, I2C1_POWER, POWER_OFF);
    g_assert_cmphex(qtest_readw(qts, reg("i2c2", I2C_IFDR)), ==,
                    I2C_IFDR_VALUE);
    end(agent);
}

/* --- Reset --- */

static void test_reset(void)
{
    ScmiAgent *agent = start();
    QTestState *qts = scmi_machine(agent);
    uint16_t fresh = i2c_divider(qts);

    qtest_writew(qts, reg("i2c1", I2C_IFDR), I2C_IFDR_VALUE);
    reset(agent, I2C1_RESET, RESET_AUTONOMOUS);
    g_assert_cmphex(i2c_divider(qts), ==, fresh);
    end(agent);
}

static void test_held_in_reset(void)
{
    ScmiAgent *agent = start();
    QTestState *qts = scmi_machine(agent);
    uint32_t version = qtest_readl(qts, reg("usb0", XHCI_CAPLENGTH));

    g_assert_cmphex(version, !=, 0);
    reset(agent, USB_RESET, RESET_ASSERT);
    g_assert_cmphex(qtest_readl(qts, reg("usb0", XHCI_CAPLENGTH)), ==, 0);
    reset(agent, USB_RESET, 0);
    g_assert_cmphex(qtest_readl(qts, reg("usb0", XHCI_CAPLENGTH)), ==,
                    version);
    end(agent);
}

/* --- The machine's own events --- */

static void test_machine_reset(void)
{
    ScmiAgent *agent = start();
    QTestState *qts = scmi_machine(agent);
    uint16_t fresh = i2c_divider(qts);

    power(agent, I2C1_POWER, POWER_OFF);
    qtest_system_reset(qts);
    g_assert_cmphex(i2c_divider(qts), ==, fresh);
    end(agent);
}

static void test_save_and_load(void)
{
    ScmiAgent *agent = start();
    QTestState *from = scmi_machine(agent);
    QTestState *to;
    uint16_t fresh = i2c_divider(from);

    power(agent, I2C1_POWER, POWER_OFF);
    to = machine_through_a_file(from, POWER_DOMAINS);
    scmi_move(agent, to);
    g_assert_cmphex(i2c_divider(to), ==, 0);
    power(agent, I2C1_POWER, 0);
    g_assert_cmphex(i2c_divider(to), ==, fresh);
    end(agent);
}

/*
 * A command that resets a block is answered when no device is at work: not
 * while the doorbell is written, which a device can do, too.
 */
static void test_save_before_the_answer(void)
{
    ScmiAgent *agent = start();
    QTestState *from = scmi_machine(agent);
    QTestState *to;
    uint16_t fresh = i2c_divider(from);
    ScmiMessage response;

    qtest_writew(from, reg("i2c1", I2C_IFDR), I2C_IFDR_VALUE);
    scmi_begin(agent, SCMI_RESET, RESET,
               SCMI_LIST(I2C1_RESET, RESET_AUTONOMOUS, 0),
               SCMI_COUNT(I2C1_RESET, RESET_AUTONOMOUS, 0));
    g_assert_false(scmi_poll(agent, &response));
    to = machine_through_a_file(from, POWER_DOMAINS);
    scmi_move(agent, to);
    g_assert_false(scmi_poll(agent, &response));
    qtest_qmp_assert_success(to, "{'execute': 'cont'}");
    response = scmi_wait(agent);
    g_assert_cmpint(response.status, ==, SCMI_SUCCESS);
    g_assert_cmphex(i2c_divider(to), ==, fresh);
    end(agent);
}

/* Agents may want it off: by default the platform keeps a block's power. */
static void test_held(void)
{
    ScmiAgent *agent = scmi_open(machine_start(""), 1);
    QTestState *qts = scmi_machine(agent);

    qtest_writew(qts, reg("i2c1", I2C_IFDR), I2C_IFDR_VALUE);
    power(agent, I2C1_POWER, 0);
    power(agent, I2C1_POWER, POWER_OFF);
    g_assert_cmphex(i2c_divider(qts), ==, I2C_IFDR_VALUE);
    g_assert_cmphex(scmi_call(agent, SCMI_POWER_DOMAIN, POWER_STATE_GET,
                              I2C1_POWER).word[0], ==, 0);
    end(agent);
}

/* Without the processor nothing stops, and nothing needs it. */
static void test_off(void)
{
    QTestState *qts = machine_start("-M scmi=off");
    g_autofree void *blob = fdt_from_ram(qts);

    g_assert_cmpint(fdt_path_offset(blob, "/firmware/scmi"), ==,
                    -FDT_ERR_NOTFOUND);
    qtest_writew(qts, reg("i2c1", I2C_IFDR), I2C_IFDR_VALUE);
    g_assert_cmphex(i2c_divider(qts), ==, I2C_IFDR_VALUE);
    qtest_quit(qts);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("/scmi-gate/clock", test_clock);
    qtest_add_func("/scmi-gate/power", test_power);
    qtest_add_func("/scmi-gate/plugged", test_plugged);
    qtest_add_func("/scmi-gate/neighbour", test_neighbour);
    qtest_add_func("/scmi-gate/reset", test_reset);
    qtest_add_func("/scmi-gate/held-in-reset", test_held_in_reset);
    qtest_add_func("/scmi-gate/machine-reset", test_machine_reset);
    qtest_add_func("/scmi-gate/save-and-load", test_save_and_load);
    qtest_add_func("/scmi-gate/save-before-the-answer",
                   test_save_before_the_answer);
    qtest_add_func("/scmi-gate/held", test_held);
    qtest_add_func("/scmi-gate/off", test_off);
    return g_test_run();
}
