/*
 * avps-ecu qtest: the two USB host controllers
 *
 * eXtensible Host Controller Interface 1.1. One is on the platform bus, the
 * other a PCIe function, so that a hypervisor can hand each to a VM of its
 * own (AVPS v2.0 requirement 33).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "tests/qtest/avps/board.h"

/* Capability registers */
#define CAPLENGTH 0x00
#define HCSPARAMS1 0x04
/* Operational registers, relative to CAPLENGTH */
#define USBCMD 0x00
#define USBCMD_RUN 1
#define USBCMD_RESET 2
#define USBSTS 0x04
#define USBSTS_HALTED 1
#define PORTSC(n) (0x400 + 0x10 * (n))
#define PORTSC_CONNECTED 1

/* PCI configuration space of 00:01.0 */
#define PCI_USB (1 << 15)
#define PCI_CLASS 0x08
#define PCI_BAR0 0x10
#define PCI_COMMAND 0x04
#define PCI_COMMAND_MEMORY 2

typedef struct Controller {
    QTestState *qts;
    uint64_t base;
    uint64_t operational;
    int ports;
} Controller;

static Controller controller_at(QTestState *qts, uint64_t base)
{
    Controller c = { .qts = qts, .base = base };

    c.operational = base + (qtest_readl(qts, base + CAPLENGTH) & 0xff);
    c.ports = qtest_readl(qts, base + HCSPARAMS1) >> 24;
    return c;
}

static Controller platform_controller(QTestState *qts)
{
    return controller_at(qts, reg("usb0", 0));
}

static uint64_t config(uint64_t offset)
{
    return reg("pcie-ecam", PCI_USB + offset);
}

/* Places the BAR at the start of the 32-bit window. */
static Controller pci_controller(QTestState *qts)
{
    qtest_writel(qts, config(PCI_BAR0), reg("pcie-mmio", 0));
    qtest_writel(qts, config(PCI_BAR0 + 4), 0);
    qtest_writew(qts, config(PCI_COMMAND), PCI_COMMAND_MEMORY);
    return controller_at(qts, reg("pcie-mmio", 0));
}

static int connected_ports(const Controller *c)
{
    int connected = 0;

    for (int i = 0; i < c->ports; i++) {
        connected += qtest_readl(c->qts, c->operational + PORTSC(i)) &
                     PORTSC_CONNECTED;
    }
    return connected;
}

static void check_controller(const Controller *c)
{
    uint64_t cmd = c->operational + USBCMD;
    uint64_t sts = c->operational + USBSTS;

    g_assert_cmphex(qtest_readl(c->qts, c->base + CAPLENGTH) >> 16, ==, 0x100);
    g_assert_cmpint(c->ports, >, 0);
    g_assert_cmphex(qtest_readl(c->qts, sts) & USBSTS_HALTED, !=, 0);
    qtest_writel(c->qts, cmd, USBCMD_RUN);
    g_assert_cmphex(qtest_readl(c->qts, sts) & USBSTS_HALTED, ==, 0);
    qtest_writel(c->qts, cmd, USBCMD_RESET);
    g_assert_cmphex(qtest_readl(c->qts, cmd), ==, 0);
    g_assert_cmphex(qtest_readl(c->qts, sts) & USBSTS_HALTED, !=, 0);
}

static void test_platform(void)
{
    QTestState *qts = machine_start("");
    Controller c = platform_controller(qts);

    check_controller(&c);
    qtest_quit(qts);
}

static void test_pci(void)
{
    QTestState *qts = machine_start("");
    Controller c = pci_controller(qts);

    g_assert_cmphex(qtest_readl(qts, config(PCI_CLASS)) >> 8, ==, 0x0c0330);
    check_controller(&c);
    qtest_quit(qts);
}

/* What a VM is given with one of them has nothing of the other. */
static void test_are_apart(void)
{
    QTestState *qts = machine_start("");
    Controller platform = platform_controller(qts);
    Controller pci = pci_controller(qts);

    g_assert_cmphex(reg("usb0", 0) % AVPS_PAGE, ==, 0);
    qtest_writel(qts, platform.operational + USBCMD, USBCMD_RUN);
    g_assert_cmphex(qtest_readl(qts, pci.operational + USBSTS) &
                    USBSTS_HALTED, !=, 0);
    qtest_quit(qts);
}

static void test_attach(void)
{
    QTestState *qts = machine_start("-device usb-kbd,bus=usb0.0 "
                                    "-device usb-kbd,bus=usb1.0 "
                                    "-device usb-mouse,bus=usb1.0");
    Controller platform = platform_controller(qts);
    Controller pci = pci_controller(qts);

    g_assert_cmpint(connected_ports(&platform), ==, 1);
    g_assert_cmpint(connected_ports(&pci), ==, 2);
    qtest_quit(qts);
}

static void test_hotplug(void)
{
    QTestState *qts = machine_start("");
    Controller platform = platform_controller(qts);

    g_assert_cmpint(connected_ports(&platform), ==, 0);
    qtest_qmp_assert_success(qts, "{'execute': 'device_add', 'arguments': "
                             "{'driver': 'usb-kbd', 'bus': 'usb0.0', "
                             "'id': 'k'}}");
    g_assert_cmpint(connected_ports(&platform), ==, 1);
    qtest_qmp_device_del(qts, "k");
    g_assert_cmpint(connected_ports(&platform), ==, 0);
    qtest_quit(qts);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("/usb/platform", test_platform);
    qtest_add_func("/usb/pci", test_pci);
    qtest_add_func("/usb/are-apart", test_are_apart);
    qtest_add_func("/usb/attach", test_attach);
    qtest_add_func("/usb/hotplug", test_hotplug);
    return g_test_run();
}
