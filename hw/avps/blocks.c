/*
 * avps-ecu: the blocks that QEMU's own devices model
 *
 * Each kind of block is one row of a table: the device type, what has to be
 * set before it is realized, and what its device tree node says beyond
 * compatible, reg and interrupts. Devices of ours need no node writer here:
 * they have the AvpsFdtNode interface.
 *
 * Bindings: Documentation/devicetree/bindings of Linux, under serial/, rtc/,
 * gpio/, virtio/, timer/, mmc/, usb/, net/, i2c/, spi/, reserved-memory/.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "hw/avps/lifecycle/consoles.h"
#include "hw/avps/scmi/mailbox.h"
#include "hw/avps/scmi/smc.h"
#include "hw/avps/soc.h"
#include "hw/avps/timer/mmio_timer.h"
#include "hw/avps/watchdog/gwdt.h"
#include "hw/boards.h"
#include "hw/char/pl011.h"
#include "hw/i2c/imx_i2c.h"
#include "hw/net/cadence_gem.h"
#include "hw/qdev-properties.h"
#include "hw/sd/sdhci.h"
#include "hw/ssi/imx_spi.h"
#include "hw/usb/xhci.h"
#include "hw/virtio/virtio-mmio.h"
#include "net/net.h"
#include "system/device_tree.h"
#include "system/system.h"

/*
 * What Linux's sdhci-of-arasan reads of an SDHCI 2.0: 8-bit bus, ADMA2,
 * high speed, SDMA, suspend, 3.3 V; the base clock is clk_xin's. Version 2,
 * because Linux asks a version 3 host for Auto-CMD23, which QEMU's never
 * issues.
 */
#define SDHCI_SPEC_VERSION 2
#define SDHCI_CAPABILITIES 0x69ec0080

#define GEM_PHY_ADDRESS 1

/* --- UART: arm,pl011.yaml --- */

/* Number of the -serial option, and of the alias: console, second, secure */
static int uart_index(const AvpsMapRow *row)
{
    return row->flags & AVPS_SECURE ? 2 : !strcmp(row->name, "uart1");
}

static void uart_setup(AvpsSoc *soc, const AvpsMapRow *row, DeviceState *dev)
{
    if (soc->lifecycle->production) {
        /* It may have a backend by -global */
        avps_console_detach(dev);
    } else {
        qdev_prop_set_chr(dev, "chardev", serial_hd(uart_index(row)));
    }
}

static void uart_fdt(AvpsSoc *soc, const AvpsMapRow *row, const char *path)
{
    static const char *const console_of[] = { "/chosen", NULL,
                                              "/secure-chosen" };
    const char *chosen = console_of[uart_index(row)];
    g_autofree char *alias = g_strdup_printf("serial%d", uart_index(row));

    avps_fdt_set_clocks(soc->fdt, path, &soc->fdt->clk_24mhz, 1,
                        AVPS_STRINGS("uartclk", "apb_pclk"));
    avps_fdt_set_alias(soc->fdt, alias, path);
    if (chosen) {
        qemu_fdt_setprop_string(soc->fdt->blob, chosen, "stdout-path", path);
    }
}

/* --- PL031, PL061: arm,pl031.yaml, pl061-gpio.yaml --- */

static void primecell_fdt(AvpsSoc *soc, const AvpsMapRow *row,
                          const char *path)
{
    avps_fdt_set_clocks(soc->fdt, path, &soc->fdt->clk_24mhz, 1,
                        AVPS_STRINGS("apb_pclk"));
    avps_fdt_set_alias(soc->fdt, row->name, path);
}

static void gpio_setup(AvpsSoc *soc, const AvpsMapRow *row, DeviceState *dev)
{
    /* A line that nobody drives reads 0, but for a deselected chip */
    uint8_t pullups = strcmp(row->name, "gpio1") ? 0 : 1 << AVPS_GPIO1_NOR_CS;

    avps_qdev_prop_set_pulls(dev, "pullups", pullups);
    avps_qdev_prop_set_pulls(dev, "pulldowns", (uint8_t)~pullups);
}

static void gpio_fdt(AvpsSoc *soc, const AvpsMapRow *row, const char *path)
{
    primecell_fdt(soc, row, path);
    avps_fdt_set_flag(soc->fdt, path, "gpio-controller");
    qemu_fdt_setprop_cell(soc->fdt->blob, path, "#gpio-cells", 2);
    if (row->num_spis) {
        avps_fdt_set_flag(soc->fdt, path, "interrupt-controller");
        qemu_fdt_setprop_cell(soc->fdt->blob, path, "#interrupt-cells", 2);
        qemu_fdt_setprop_cell(soc->fdt->blob, path, "#address-cells", 0);
    }
    avps_fdt_add_phandle(soc->fdt, path);
}

/* --- VIRTIO: virtio/mmio.yaml --- */

static void virtio_setup(AvpsSoc *soc, const AvpsMapRow *row,
                         DeviceState *dev)
{
    qdev_prop_set_bit(dev, "force-legacy", false);
}

/* --- Memory-mapped generic timer --- */

static void timer_setup(AvpsSoc *soc, const AvpsMapRow *row, DeviceState *dev)
{
    qdev_prop_set_uint32(dev, "clock-frequency", soc->counter_hz);
    qdev_prop_set_bit(dev, "secure", soc->secure_memory != NULL);
}

/* --- Generic watchdog --- */

static void watchdog_setup(AvpsSoc *soc, const AvpsMapRow *row,
                           DeviceState *dev)
{
    qdev_prop_set_uint32(dev, "clock-frequency", soc->counter_hz);
    object_property_set_link(OBJECT(dev), "power", OBJECT(soc->power),
                             &error_abort);
}

/* --- Lifecycle fuse --- */

static void fuse_setup(AvpsSoc *soc, const AvpsMapRow *row, DeviceState *dev)
{
    if (soc->lifecycle->fuse_file) {
        qdev_prop_set_string(dev, "file", soc->lifecycle->fuse_file);
    }
    qdev_prop_set_bit(dev, "production", soc->lifecycle->production);
    qdev_prop_set_bit(dev, "secure", soc->secure_memory != NULL);
    avps_lifecycle_watch(soc->lifecycle, AVPS_FUSE(dev));
}

/* --- SCMI: agents of mailboxes are in the order of the table --- */

static void mailbox_setup(AvpsSoc *soc, const AvpsMapRow *row,
                          DeviceState *dev)
{
    const AvpsMapRow *first = avps_map_find_kind(AVPS_KIND_MAILBOX);

    qdev_prop_set_uint32(dev, "agent", AVPS_SCMI_AGENT_MAILBOX + row - first);
    object_property_set_link(OBJECT(dev), "scmi", OBJECT(soc->scmi),
                             &error_abort);
}

static void scmi_smc_setup(AvpsSoc *soc, const AvpsMapRow *row,
                           DeviceState *dev)
{
    object_property_set_link(OBJECT(dev), "scmi", OBJECT(soc->scmi),
                             &error_abort);
    object_property_set_link(OBJECT(dev), "power", OBJECT(soc->power),
                             &error_abort);
}

/* --- SDHCI: arasan,sdhci.yaml; the eMMC is the board's --- */

static void sdhci_setup(AvpsSoc *soc, const AvpsMapRow *row, DeviceState *dev)
{
    qdev_prop_set_uint8(dev, "sd-spec-version", SDHCI_SPEC_VERSION);
    qdev_prop_set_uint64(dev, "capareg", SDHCI_CAPABILITIES);
}

static void sdhci_fdt(AvpsSoc *soc, const AvpsMapRow *row, const char *path)
{
    avps_fdt_set_clocks(soc->fdt, path, &soc->fdt->clk_50mhz, 1,
                        AVPS_STRINGS("clk_xin", "clk_ahb"));
    avps_fdt_set_flag(soc->fdt, path, "non-removable");
    avps_fdt_set_flag(soc->fdt, path, "no-sd");
    avps_fdt_set_flag(soc->fdt, path, "no-sdio");
    qemu_fdt_setprop_cell(soc->fdt->blob, path, "bus-width", 8);
    avps_fdt_set_alias(soc->fdt, "mmc0", path);
}

/* --- xHCI: generic-xhci.yaml --- */

static void usb_setup(AvpsSoc *soc, const AvpsMapRow *row, DeviceState *dev)
{
    qdev_prop_set_uint32(dev, "intrs", row->num_spis);
}

static void usb_fdt(AvpsSoc *soc, const AvpsMapRow *row, const char *path)
{
    avps_control_write_clocks(soc, row, path, soc->fdt->clk_125mhz,
                              AVPS_STRINGS("core"));
    avps_fdt_set_alias(soc->fdt, row->name, path);
}

/* --- Ethernet: cdns,macb.yaml --- */

static void ethernet_setup(AvpsSoc *soc, const AvpsMapRow *row,
                           DeviceState *dev)
{
    /* Only a -nic that names the model: the default NIC is a VIRTIO one */
    if (!qemu_configure_nic_device(dev, false, NULL)) {
        avps_nic_connect_socket(dev);
    }
    qdev_prop_set_uint8(dev, "phy-addr", GEM_PHY_ADDRESS);
}

static void ethernet_fdt(AvpsSoc *soc, const AvpsMapRow *row,
                         const char *path)
{
    void *blob = soc->fdt->blob;
    g_autofree char *mdio = g_strdup_printf("%s/mdio", path);
    g_autofree char *phy = g_strdup_printf("%s/ethernet-phy@%x", mdio,
                                           GEM_PHY_ADDRESS);

    avps_control_write_clocks(soc, row, path, soc->fdt->clk_125mhz,
                              AVPS_STRINGS("pclk", "hclk"));
    qemu_fdt_add_subnode(blob, mdio);
    qemu_fdt_setprop_cell(blob, mdio, "#address-cells", 1);
    qemu_fdt_setprop_cell(blob, mdio, "#size-cells", 0);
    qemu_fdt_add_subnode(blob, phy);
    qemu_fdt_setprop_cell(blob, phy, "reg", GEM_PHY_ADDRESS);
    qemu_fdt_setprop_cell(blob, path, "phy-handle",
                          avps_fdt_add_phandle(soc->fdt, phy));
    qemu_fdt_setprop_string(blob, path, "phy-mode", "rgmii-id");
    avps_fdt_set_alias(soc->fdt, row->name, path);
}

/* --- I2C: i2c-imx.yaml; SPI: fsl-imx-cspi.yaml --- */

static void bus_fdt(AvpsSoc *soc, const AvpsMapRow *row, const char *path)
{
    qemu_fdt_setprop_cell(soc->fdt->blob, path, "#address-cells", 1);
    qemu_fdt_setprop_cell(soc->fdt->blob, path, "#size-cells", 0);
    avps_fdt_set_alias(soc->fdt, row->name, path);
}

static void i2c_fdt(AvpsSoc *soc, const AvpsMapRow *row, const char *path)
{
    bus_fdt(soc, row, path);
    avps_control_write_clocks(soc, row, path, soc->fdt->clk_50mhz, NULL);
    qemu_fdt_setprop_cell(soc->fdt->blob, path, "clock-frequency", 400000);
}

static void spi_fdt(AvpsSoc *soc, const AvpsMapRow *row, const char *path)
{
    bus_fdt(soc, row, path);
    avps_control_write_clocks(soc, row, path, soc->fdt->clk_50mhz,
                              AVPS_STRINGS("ipg", "per"));
}

/* --- The table --- */

typedef struct AvpsBlockKind {
    const char *type;                /* of the QOM object */
    const char *node;                /* generic name of its node */
    const char *const *compatible;
    /* before realize; may be NULL */
    void (*setup)(AvpsSoc *soc, const AvpsMapRow *row, DeviceState *dev);
    /* properties of its own; may be NULL */
    void (*fdt)(AvpsSoc *soc, const AvpsMapRow *row, const char *path);
} AvpsBlockKind;

static const AvpsBlockKind block_kinds[] = {
    [AVPS_KIND_UART] = {
        TYPE_PL011, "serial", AVPS_STRINGS("arm,pl011", "arm,primecell"),
        uart_setup, uart_fdt,
    },
    [AVPS_KIND_RTC] = {
        "pl031", "rtc", AVPS_STRINGS("arm,pl031", "arm,primecell"),
        NULL, primecell_fdt,
    },
    [AVPS_KIND_GPIO] = {
        "pl061", "gpio", AVPS_STRINGS("arm,pl061", "arm,primecell"),
        gpio_setup, gpio_fdt,
    },
    [AVPS_KIND_SECURE_GPIO] = {
        "pl061", "gpio", AVPS_STRINGS("arm,pl061", "arm,primecell"),
        gpio_setup, gpio_fdt,
    },
    [AVPS_KIND_VIRTIO] = {
        TYPE_VIRTIO_MMIO, "virtio", AVPS_STRINGS("virtio,mmio"),
        virtio_setup, NULL,
    },
    [AVPS_KIND_TIMER] = {
        TYPE_AVPS_MMIO_TIMER, NULL, NULL, timer_setup, NULL,
    },
    [AVPS_KIND_WATCHDOG] = {
        TYPE_AVPS_GWDT, NULL, NULL, watchdog_setup, NULL,
    },
    [AVPS_KIND_FUSE] = {
        TYPE_AVPS_FUSE, NULL, NULL, fuse_setup, NULL,
    },
    [AVPS_KIND_MAILBOX] = {
        TYPE_AVPS_MHU, NULL, NULL, mailbox_setup, NULL,
    },
    [AVPS_KIND_SCMI_SMC] = {
        TYPE_AVPS_SCMI_SMC, NULL, NULL, scmi_smc_setup, NULL,
    },
    [AVPS_KIND_SDHCI] = {
        TYPE_SYSBUS_SDHCI, "mmc", AVPS_STRINGS("arasan,sdhci-8.9a"),
        sdhci_setup, sdhci_fdt,
    },
    [AVPS_KIND_USB] = {
        TYPE_XHCI_SYSBUS, "usb", AVPS_STRINGS("generic-xhci"),
        usb_setup, usb_fdt,
    },
    [AVPS_KIND_ETHERNET] = {
        TYPE_CADENCE_GEM, "ethernet", AVPS_STRINGS("cdns,gem"),
        ethernet_setup, ethernet_fdt,
    },
    [AVPS_KIND_I2C] = {
        TYPE_IMX_I2C, "i2c", AVPS_STRINGS("fsl,imx21-i2c"),
        NULL, i2c_fdt,
    },
    [AVPS_KIND_SPI] = {
        TYPE_IMX_SPI, "spi", AVPS_STRINGS("fsl,imx51-ecspi"),
        NULL, spi_fdt,
    },
};

static void write_node(AvpsSoc *soc, const AvpsMapRow *row,
                       const AvpsBlockKind *kind, DeviceState *dev)
{
    g_autofree char *path = NULL;

    if (object_dynamic_cast(OBJECT(dev), TYPE_AVPS_FDT_NODE)) {
        AVPS_FDT_NODE_GET_CLASS(dev)->write_node(AVPS_FDT_NODE(dev),
                                                 soc->fdt, row);
        return;
    }
    path = avps_fdt_add_block(soc->fdt, row, kind->node, kind->compatible);
    if (kind->fdt) {
        kind->fdt(soc, row, path);
    }
    avps_control_write_consumer(soc, row, path);
}

static bool is_for_scmi(const AvpsMapRow *row)
{
    return row->kind == AVPS_KIND_MAILBOX || row->kind == AVPS_KIND_SCMI_SMC;
}

bool avps_block_create(AvpsSoc *soc, const AvpsMapRow *row, Error **errp)
{
    const AvpsBlockKind *kind;
    DeviceState *dev;

    if (row->kind >= ARRAY_SIZE(block_kinds) ||
        !block_kinds[row->kind].type) {
        return true;
    }
    if ((row->flags & AVPS_SECURE && !soc->secure_memory) ||
        (is_for_scmi(row) && !soc->scmi)) {
        return true;
    }

    kind = &block_kinds[row->kind];
    dev = qdev_new(kind->type);
    object_property_add_child(OBJECT(soc), row->name, OBJECT(dev));
    /* A bus is called after its device: "i2c1.0", "virtio-mmio5.0" */
    dev->id = g_strdup(row->name);
    if (kind->setup) {
        kind->setup(soc, row, dev);
    }
    if (row->stream != AVPS_NO_STREAM &&
        !avps_stream_connect(soc, row, dev, errp)) {
        return false;
    }
    if (!sysbus_realize_and_unref(SYS_BUS_DEVICE(dev), errp)) {
        return false;
    }
    avps_soc_wire(soc, row, SYS_BUS_DEVICE(dev));
    avps_control_block(soc, row, SYS_BUS_DEVICE(dev));
    write_node(soc, row, kind, dev);
    return true;
}
