/*
 * avps-ecu qtest: the PCIe host
 *
 * PCI Express Base Specification (ECAM); binding host-generic-pci.yaml.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/units.h"
#include "tests/qtest/avps/board.h"
#include "tests/qtest/avps/fdt-view.h"

#define BUSES 128
#define FUNCTION(bus, device) ((uint64_t)(bus) << 20 | (device) << 15)
#define COMMAND 0x04
#define COMMAND_MEMORY 2
#define BAR0 0x10
#define BRIDGE_BUSES 0x18

#define ID_NOTHING 0xffffffff
#define ID_HOST 0x00081b36
#define ID_XHCI 0x000d1b36
#define ID_ROOT_PORT 0x000c1b36

#define XHCI_CAPABILITIES 0x01000040

static uint64_t config(int bus, int device, int offset)
{
    return reg("pcie-ecam", FUNCTION(bus, device) + offset);
}

static void test_functions(void)
{
    QTestState *qts = machine_start("-nic none");

    g_assert_cmphex(qtest_readl(qts, config(0, 0, 0)), ==, ID_HOST);
    g_assert_cmphex(qtest_readl(qts, config(0, 1, 0)), ==, ID_XHCI);
    for (int device = 2; device < 32; device++) {
        g_assert_cmphex(qtest_readl(qts, config(0, device, 0)), ==,
                        ID_NOTHING);
    }
    qtest_quit(qts);
}

/* The last bus has its configuration space too. */
static void test_last_bus(void)
{
    QTestState *qts = machine_start(
        "-device pcie-root-port,id=p,addr=2 -device pci-testdev,bus=p");

    g_assert_cmphex(qtest_readl(qts, config(0, 2, 0)), ==, ID_ROOT_PORT);
    qtest_writel(qts, config(0, 2, BRIDGE_BUSES),
                 (BUSES - 1) << 16 | (BUSES - 1) << 8);
    g_assert_cmphex(qtest_readl(qts, config(BUSES - 1, 0, 0)), ==,
                    0x00051b36);
    qtest_quit(qts);
}

static void check_window(const char *window)
{
    QTestState *qts = machine_start("");
    uint64_t address = reg(window, 16 * MiB);

    qtest_writel(qts, config(0, 1, BAR0), address);
    qtest_writel(qts, config(0, 1, BAR0 + 4), address >> 32);
    qtest_writew(qts, config(0, 1, COMMAND), COMMAND_MEMORY);
    g_assert_cmphex(qtest_readl(qts, address), ==, XHCI_CAPABILITIES);
    qtest_quit(qts);
}

static void test_window(void)
{
    check_window("pcie-mmio");
}

static void test_high_window(void)
{
    check_window("pcie-mmio-high");
}

static void test_port_window(void)
{
    QTestState *qts = machine_start("-device pci-testdev,addr=3");

    qtest_writel(qts, config(0, 3, BAR0 + 4), 0x1000);  /* I/O BAR */
    qtest_writew(qts, config(0, 3, COMMAND), 1);
    /* Port 4 of the test device is the length of its first test's data. */
    g_assert_cmphex(qtest_readb(qts, reg("pcie-pio", 0x1000 + 1)), !=, 0xff);
    qtest_quit(qts);
}

/* BARs are the firmware's and the kernel's to place: reset takes them back. */
static void test_reset(void)
{
    QTestState *qts = machine_start("");

    qtest_writel(qts, config(0, 1, BAR0), reg("pcie-mmio", 0));
    qtest_writew(qts, config(0, 1, COMMAND), COMMAND_MEMORY);
    qtest_system_reset(qts);
    g_assert_cmphex(qtest_readw(qts, config(0, 1, COMMAND)), ==, 0);
    g_assert_cmphex(qtest_readl(qts, config(0, 1, BAR0)) & ~0xf, ==, 0);
    qtest_quit(qts);
}

static void test_node(void)
{
    QTestState *qts = machine_start("");
    g_autofree void *blob = fdt_from_ram(qts);
    int node = fdt_node_at(blob, reg("pcie-ecam", 0));
    int count;
    const fdt32_t *cells = fdt_cells(blob, node, "bus-range", &count);

    g_assert_true(fdt_node_check_compatible(blob, node,
                                            "pci-host-ecam-generic") == 0);
    g_assert_cmpint(fdt32_to_cpu(cells[1]), ==, BUSES - 1);
    /* Three windows of seven cells: space, PCI address, address, size */
    cells = fdt_cells(blob, node, "ranges", &count);
    g_assert_cmpint(count, ==, 3 * 7);
    g_assert_cmphex(fdt_u64(cells + 3), ==, reg("pcie-pio", 0));
    g_assert_cmphex(fdt_u64(cells + 7 + 3), ==, reg("pcie-mmio", 0));
    g_assert_cmphex(fdt_u64(cells + 14 + 3), ==, reg("pcie-mmio-high", 0));
    g_assert_nonnull(fdt_getprop(blob, node, "msi-map", NULL));
    g_assert_nonnull(fdt_getprop(blob, node, "dma-coherent", NULL));
    qtest_quit(qts);
}

/* Pin p of slot s goes to SPI (s + p) % 4, in the tree as in the wiring. */
static void test_interrupt_map(void)
{
    QTestState *qts = machine_start("");
    g_autofree void *blob = fdt_from_ram(qts);
    int node = fdt_node_at(blob, reg("pcie-ecam", 0));
    int spi = block("pcie-mmio")->spi;
    int count;
    const fdt32_t *cells = fdt_cells(blob, node, "interrupt-map", &count);

    g_assert_cmpint(count, ==, 16 * 10);
    for (int i = 0; i < 16; i++, cells += 10) {
        int slot = fdt32_to_cpu(cells[0]) >> 11;
        int pin = fdt32_to_cpu(cells[3]) - 1;

        g_assert_cmpint(fdt32_to_cpu(cells[8]), ==, spi + (slot + pin) % 4);
    }
    qtest_quit(qts);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("/pcie/functions", test_functions);
    qtest_add_func("/pcie/last-bus", test_last_bus);
    qtest_add_func("/pcie/window", test_window);
    qtest_add_func("/pcie/high-window", test_high_window);
    qtest_add_func("/pcie/port-window", test_port_window);
    qtest_add_func("/pcie/reset", test_reset);
    qtest_add_func("/pcie/node", test_node);
    qtest_add_func("/pcie/interrupt-map", test_interrupt_map);
    return g_test_run();
}
