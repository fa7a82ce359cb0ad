/*
 * avps-ecu: the PCIe host
 *
 * A generic ECAM host bridge (pci-host-ecam-generic; PCI bindings of the
 * Devicetree Specification and host-generic-pci.yaml) with 128 buses, MSI by
 * the ITS, and the xHCI controller that sits on it as a function.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/bswap.h"
#include "qapi/error.h"
#include "hw/arm/fdt.h"
#include "hw/avps/soc.h"
#include "hw/boards.h"
#include "hw/pci-host/gpex.h"
#include "hw/pci/pci.h"
#include "hw/pci/pci_host.h"
#include "hw/pci/pcie_host.h"
#include "hw/usb/xhci.h"
#include "system/device_tree.h"

#define USB_DEVFN PCI_DEVFN(1, 0)

/* The four rows that make the host */
typedef struct PcieRows {
    const AvpsMapRow *mmio, *pio, *ecam, *mmio_high;
} PcieRows;

static void map_window(AvpsSoc *soc, MemoryRegion *alias, const char *name,
                       MemoryRegion *target, hwaddr offset,
                       const AvpsMapRow *row)
{
    memory_region_init_alias(alias, OBJECT(soc), name, target, offset,
                             row->size);
    memory_region_add_subregion(get_system_memory(), row->base, alias);
}

/* INTx of slot s, pin p arrive at SPI (s + p) % 4 of the host's four. */
static void write_interrupt_map(AvpsSoc *soc, const char *path, int spi)
{
    uint32_t map[PCI_NUM_PINS * PCI_NUM_PINS][10];
    int n = 0;

    for (int slot = 0; slot < PCI_NUM_PINS; slot++) {
        for (int pin = 0; pin < PCI_NUM_PINS; pin++, n++) {
            const uint32_t entry[10] = {
                PCI_DEVFN(slot, 0) << 8, 0, 0, pin + 1,
                soc->fdt->gic, 0, 0,
                GIC_FDT_IRQ_TYPE_SPI, spi + (slot + pin) % PCI_NUM_PINS,
                GIC_FDT_IRQ_FLAGS_LEVEL_HI,
            };

            for (int i = 0; i < ARRAY_SIZE(entry); i++) {
                map[n][i] = cpu_to_be32(entry[i]);
            }
        }
    }
    qemu_fdt_setprop(soc->fdt->blob, path, "interrupt-map", map, sizeof(map));
    qemu_fdt_setprop_cells(soc->fdt->blob, path, "interrupt-map-mask",
                           PCI_DEVFN(PCI_NUM_PINS - 1, 0) << 8, 0, 0, 7);
}

static void write_node(AvpsSoc *soc, const PcieRows *rows)
{
    void *blob = soc->fdt->blob;
    int buses = rows->ecam->size / PCIE_MMCFG_SIZE_MIN;
    g_autofree char *path = g_strdup_printf("/pcie@%" PRIx64,
                                            rows->ecam->base);

    qemu_fdt_add_subnode(blob, path);
    write_interrupt_map(soc, path, rows->mmio->spi);
    qemu_fdt_setprop_cell(blob, path, "#interrupt-cells", 1);
    qemu_fdt_setprop_cells(blob, path, "msi-map", 0, soc->fdt->its, 0,
                           buses << 8);
    avps_fdt_set_flag(soc->fdt, path, "dma-coherent");
    qemu_fdt_setprop_sized_cells(
        blob, path, "ranges",
        1, FDT_PCI_RANGE_IOPORT, 2, 0, 2, rows->pio->base, 2, rows->pio->size,
        1, FDT_PCI_RANGE_MMIO, 2, rows->mmio->base,
        2, rows->mmio->base, 2, rows->mmio->size,
        1, FDT_PCI_RANGE_MMIO_64BIT, 2, rows->mmio_high->base,
        2, rows->mmio_high->base, 2, rows->mmio_high->size);
    qemu_fdt_setprop_sized_cells(blob, path, "reg", 2, rows->ecam->base,
                                 2, rows->ecam->size);
    qemu_fdt_setprop_cells(blob, path, "bus-range", 0, buses - 1);
    qemu_fdt_setprop_cell(blob, path, "linux,pci-domain", 0);
    qemu_fdt_setprop_cell(blob, path, "#size-cells", 2);
    qemu_fdt_setprop_cell(blob, path, "#address-cells", 3);
    qemu_fdt_setprop_string(blob, path, "device_type", "pci");
    qemu_fdt_setprop_string(blob, path, "compatible",
                            "pci-host-ecam-generic");
}

static bool host_create(AvpsSoc *soc, const PcieRows *rows, Error **errp)
{
    DeviceState *dev = qdev_new(TYPE_GPEX_HOST);
    SysBusDevice *host = SYS_BUS_DEVICE(dev);
    MemoryRegion *mmio;

    object_property_add_child(OBJECT(soc), "pcie", OBJECT(dev));
    if (!sysbus_realize_and_unref(host, errp)) {
        return false;
    }
    mmio = sysbus_mmio_get_region(host, 1);
    map_window(soc, &soc->pcie_ecam, rows->ecam->name,
               sysbus_mmio_get_region(host, 0), 0, rows->ecam);
    /* PCI memory addresses are those of the CPU */
    map_window(soc, &soc->pcie_mmio, rows->mmio->name, mmio,
               rows->mmio->base, rows->mmio);
    map_window(soc, &soc->pcie_mmio_high, rows->mmio_high->name, mmio,
               rows->mmio_high->base, rows->mmio_high);
    sysbus_mmio_map(host, 2, rows->pio->base);
    for (int i = 0; i < rows->mmio->num_spis; i++) {
        sysbus_connect_irq(host, i, avps_soc_spi(soc, rows->mmio->spi + i));
        gpex_set_irq_num(GPEX_HOST(dev), i, rows->mmio->spi + i);
    }
    soc->pcie = PCI_HOST_BRIDGE(dev)->bus;
    return true;
}

bool avps_pcie_create(AvpsSoc *soc, Error **errp)
{
    const PcieRows rows = {
        .mmio = avps_map_find_kind(AVPS_KIND_PCIE_MMIO),
        .pio = avps_map_find_kind(AVPS_KIND_PCIE_PIO),
        .ecam = avps_map_find_kind(AVPS_KIND_PCIE_ECAM),
        .mmio_high = avps_map_find_kind(AVPS_KIND_PCIE_MMIO_HIGH),
    };

    if (!host_create(soc, &rows, errp)) {
        return false;
    }
    write_node(soc, &rows);
    return true;
}

bool avps_pcie_create_functions(AvpsSoc *soc, Error **errp)
{
    PCIDevice *usb = pci_new(USB_DEVFN, "qemu-xhci");

    object_property_add_child(OBJECT(soc), "usb1", OBJECT(usb));
    DEVICE(usb)->id = g_strdup("usb1");
    return pci_realize_and_unref(usb, soc->pcie, errp);
}
