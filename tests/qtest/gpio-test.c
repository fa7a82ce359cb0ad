/*
 * avps-ecu qtest: the GPIO blocks (PL061), the power key, the secure switches
 *
 * ARM PrimeCell GPIO (PL061), DDI 0190.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/timer.h"
#include "qobject/qdict.h"
#include "tests/qtest/avps/board.h"
#include "tests/qtest/avps/fdt-view.h"

/* The data register's address selects the lines that an access sees. */
#define DATA(lines) ((lines) << 2)
#define DIR 0x400
#define IEV 0x40c
#define IE 0x410
#define RIS 0x414
#define IC 0x41c
#define PERIPHID 0xfe0
#define PRIMECELL_ID 0xff0

#define POWER_KEY_LINE 3     /* as on QEMU's "virt" */
/* The key is released by itself after this time. */
#define POWER_KEY_NS (100 * SCALE_MS)

static uint32_t read_id(QTestState *qts, uint64_t address)
{
    uint32_t id = 0;

    for (int i = 0; i < 4; i++) {
        id |= (qtest_readl(qts, address + 4 * i) & 0xff) << (8 * i);
    }
    return id;
}

static void test_identification(void)
{
    static const char *const names[] = { "gpio0", "gpio1" };
    QTestState *qts = machine_start("");

    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        g_assert_cmphex(read_id(qts, reg(names[i], PERIPHID)), ==, 0x00041061);
        g_assert_cmphex(read_id(qts, reg(names[i], PRIMECELL_ID)), ==,
                        0xb105f00d);
    }
    qtest_quit(qts);
}

static void test_output(void)
{
    QTestState *qts = machine_start("");

    qtest_writel(qts, reg("gpio1", DIR), 0x06);
    qtest_writel(qts, reg("gpio1", DATA(0x06)), 0x06);
    g_assert_cmphex(qtest_readl(qts, reg("gpio1", DATA(0x06))), ==, 0x06);
    /* Only the lines that the address selects are written. */
    qtest_writel(qts, reg("gpio1", DATA(0x02)), 0);
    g_assert_cmphex(qtest_readl(qts, reg("gpio1", DATA(0x06))), ==, 0x04);
    qtest_quit(qts);
}

static void test_idle_lines(void)
{
    QTestState *qts = machine_start("");

    g_assert_cmphex(qtest_readl(qts, reg("gpio0", DATA(0xff))), ==, 0);
    g_assert_cmphex(qtest_readl(qts, reg("gpio1", DATA(0xff))), ==, 0);
    qtest_quit(qts);
}

static void check_input_interrupt(const char *name)
{
    QTestState *qts = machine_start_with_irqs("");
    g_autofree char *path = g_strdup_printf("/machine/soc/%s", name);

    qtest_writel(qts, reg(name, IEV), 1 << 5);
    qtest_writel(qts, reg(name, IE), 1 << 5);
    g_assert_false(spi_level(qts, name, 0));
    qtest_set_irq_in(qts, path, NULL, 5, 1);
    g_assert_cmphex(qtest_readl(qts, reg(name, DATA(1 << 5))), ==, 1 << 5);
    g_assert_cmphex(qtest_readl(qts, reg(name, RIS)), ==, 1 << 5);
    g_assert_true(spi_level(qts, name, 0));
    qtest_writel(qts, reg(name, IC), 1 << 5);
    g_assert_false(spi_level(qts, name, 0));
    qtest_quit(qts);
}

static void test_input_interrupt_0(void)
{
    check_input_interrupt("gpio0");
}

static void test_input_interrupt_1(void)
{
    check_input_interrupt("gpio1");
}

static void test_power_key(void)
{
    QTestState *qts = machine_start_with_irqs("");
    const uint32_t key = 1 << POWER_KEY_LINE;

    qtest_writel(qts, reg("gpio0", IEV), key);
    qtest_writel(qts, reg("gpio0", IE), key);
    qtest_qmp_assert_success(qts, "{'execute': 'system_powerdown'}");
    qtest_clock_step(qts, 1);
    g_assert_cmphex(qtest_readl(qts, reg("gpio0", DATA(key))), ==, key);
    g_assert_true(spi_level(qts, "gpio0", 0));
    qtest_clock_step(qts, 2 * POWER_KEY_NS);
    g_assert_cmphex(qtest_readl(qts, reg("gpio0", DATA(key))), ==, 0);
    qtest_quit(qts);
}

static void test_power_key_node(void)
{
    QTestState *qts = machine_start("");
    g_autofree void *blob = fdt_from_ram(qts);
    int key = fdt_node(blob, "/gpio-keys/key-power");
    int count;
    const fdt32_t *cells = fdt_cells(blob, key, "gpios", &count);

    g_assert_cmpint(count, ==, 3);
    g_assert_cmpint(fdt_node_offset_by_phandle(blob, fdt32_to_cpu(cells[0])),
                    ==, fdt_node_at(blob, reg("gpio0", 0)));
    g_assert_cmpint(fdt32_to_cpu(cells[1]), ==, POWER_KEY_LINE);
    g_assert_cmpint(fdt32_to_cpu(cells[2]), ==, 0);     /* active high */
    qtest_quit(qts);
}

/*
 * TF-A's platform "qemu" ends and resets the machine by these lines. qtest
 * reaches the normal world only, so the lines are driven from outside.
 */
static void check_secure_line(int line, const char *event)
{
    QTestState *qts = machine_start("-M secure=on -action shutdown=pause");

    qtest_set_irq_in(qts, "/machine/soc/power", line ? "reset" : "shutdown",
                     0, 1);
    qtest_qmp_eventwait(qts, event);
    qtest_quit(qts);
}

static void test_secure_shutdown(void)
{
    check_secure_line(0, "SHUTDOWN");
}

static void test_secure_reset(void)
{
    check_secure_line(1, "RESET");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("/gpio/identification", test_identification);
    qtest_add_func("/gpio/output", test_output);
    qtest_add_func("/gpio/idle-lines", test_idle_lines);
    qtest_add_func("/gpio/input-interrupt-0", test_input_interrupt_0);
    qtest_add_func("/gpio/input-interrupt-1", test_input_interrupt_1);
    qtest_add_func("/gpio/power-key", test_power_key);
    qtest_add_func("/gpio/power-key-node", test_power_key_node);
    qtest_add_func("/gpio/secure-shutdown", test_secure_shutdown);
    qtest_add_func("/gpio/secure-reset", test_secure_reset);
    return g_test_run();
}
