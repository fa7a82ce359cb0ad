/*
 * avps-ecu: writing the device tree
 *
 * Devicetree Specification 0.4; bindings as in Linux 6.12.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/bswap.h"
#include "qemu/module.h"
#include "system/device_tree.h"
#include "hw/arm/fdt.h"
#include "hw/avps/fdt.h"

static uint32_t add_fixed_clock(AvpsFdt *fdt, const char *name, uint32_t hz)
{
    g_autofree char *path = g_strdup_printf("/%s", name);

    qemu_fdt_add_subnode(fdt->blob, path);
    qemu_fdt_setprop_string(fdt->blob, path, "compatible", "fixed-clock");
    qemu_fdt_setprop_cell(fdt->blob, path, "#clock-cells", 0);
    qemu_fdt_setprop_cell(fdt->blob, path, "clock-frequency", hz);
    return avps_fdt_add_phandle(fdt, path);
}

void avps_fdt_create(AvpsFdt *fdt)
{
    fdt->blob = create_device_tree(&fdt->size);
    avps_fdt_set_strings(fdt, "/", "compatible",
                         AVPS_STRINGS("avps,ecu-1.0", "avps,ecu"));
    qemu_fdt_setprop_string(fdt->blob, "/", "model", "AVPS ECU 1.0");
    qemu_fdt_setprop_cell(fdt->blob, "/", "#address-cells", 2);
    qemu_fdt_setprop_cell(fdt->blob, "/", "#size-cells", 2);
    /* Every master of this SoC sees the caches of the cores */
    avps_fdt_set_flag(fdt, "/", "dma-coherent");

    fdt->clk_125mhz = add_fixed_clock(fdt, "clock-125mhz", 125000000);
    fdt->clk_50mhz = add_fixed_clock(fdt, "clock-50mhz", 50000000);
    fdt->clk_24mhz = add_fixed_clock(fdt, "clock-24mhz", 24000000);

    qemu_fdt_add_subnode(fdt->blob, "/aliases");
    qemu_fdt_add_subnode(fdt->blob, "/chosen");
}

void avps_fdt_mark_secure(AvpsFdt *fdt, const char *path)
{
    qemu_fdt_setprop_string(fdt->blob, path, "secure-status", "okay");
    qemu_fdt_setprop_string(fdt->blob, path, "status", "disabled");
}

void avps_fdt_set_interrupts(AvpsFdt *fdt, const char *path, uint32_t type,
                             uint32_t trigger, const int *numbers, int n)
{
    g_autofree uint32_t *cells = g_new(uint32_t, 3 * n);

    for (int i = 0; i < n; i++) {
        cells[3 * i] = cpu_to_be32(type);
        cells[3 * i + 1] = cpu_to_be32(numbers[i]);
        cells[3 * i + 2] = cpu_to_be32(trigger);
    }
    qemu_fdt_setprop(fdt->blob, path, "interrupts", cells,
                     3 * n * sizeof(*cells));
}

void avps_fdt_set_row_interrupts(AvpsFdt *fdt, const char *path,
                                 const AvpsMapRow *row)
{
    uint32_t trigger = row->flags & AVPS_EDGE ? GIC_FDT_IRQ_FLAGS_EDGE_LO_HI
                                              : GIC_FDT_IRQ_FLAGS_LEVEL_HI;
    g_autofree int *spis = g_new(int, row->num_spis);

    for (int i = 0; i < row->num_spis; i++) {
        spis[i] = row->spi + i;
    }
    if (row->num_spis) {
        avps_fdt_set_interrupts(fdt, path, GIC_FDT_IRQ_TYPE_SPI, trigger,
                                spis, row->num_spis);
    }
}

char *avps_fdt_path(const AvpsMapRow *row, const char *generic)
{
    return g_strdup_printf("/%s@%" PRIx64, generic, row->base);
}

char *avps_fdt_add_block(AvpsFdt *fdt, const AvpsMapRow *row,
                         const char *generic, const char *const compatible[])
{
    char *path = avps_fdt_path(row, generic);

    qemu_fdt_add_subnode(fdt->blob, path);
    if (row->flags & AVPS_SECURE) {
        avps_fdt_mark_secure(fdt, path);
    }
    avps_fdt_set_row_interrupts(fdt, path, row);
    if (fdt->iommu && row->stream != AVPS_NO_STREAM) {
        qemu_fdt_setprop_cells(fdt->blob, path, "iommus", fdt->iommu,
                               row->stream);
    }
    qemu_fdt_setprop_sized_cells(fdt->blob, path, "reg",
                                 2, row->base, 2, row->size);
    avps_fdt_set_strings(fdt, path, "compatible", compatible);
    return path;
}

void avps_fdt_set_strings(AvpsFdt *fdt, const char *path, const char *name,
                          const char *const strings[])
{
    qemu_fdt_setprop_string_array(fdt->blob, path, name, (char **)strings,
                                  g_strv_length((char **)strings));
}

void avps_fdt_set_clocks(AvpsFdt *fdt, const char *path,
                         const uint32_t *clock, unsigned num_cells,
                         const char *const names[])
{
    unsigned n = names ? g_strv_length((char **)names) : 1;
    g_autofree uint32_t *cells = g_new(uint32_t, n * num_cells);

    for (unsigned i = 0; i < n * num_cells; i++) {
        cells[i] = cpu_to_be32(clock[i % num_cells]);
    }
    qemu_fdt_setprop(fdt->blob, path, "clocks", cells,
                     n * num_cells * sizeof(*cells));
    if (names) {
        avps_fdt_set_strings(fdt, path, "clock-names", names);
    }
}

void avps_fdt_set_flag(AvpsFdt *fdt, const char *path, const char *name)
{
    qemu_fdt_setprop(fdt->blob, path, name, NULL, 0);
}

uint32_t avps_fdt_add_phandle(AvpsFdt *fdt, const char *path)
{
    uint32_t phandle = qemu_fdt_alloc_phandle(fdt->blob);

    qemu_fdt_setprop_cell(fdt->blob, path, "phandle", phandle);
    return phandle;
}

void avps_fdt_set_alias(AvpsFdt *fdt, const char *alias, const char *path)
{
    qemu_fdt_setprop_string(fdt->blob, "/aliases", alias, path);
}

static const TypeInfo avps_fdt_node_info = {
    .name = TYPE_AVPS_FDT_NODE,
    .parent = TYPE_INTERFACE,
    .class_size = sizeof(AvpsFdtNodeClass),
};

static void avps_fdt_register_types(void)
{
    type_register_static(&avps_fdt_node_info);
}

type_init(avps_fdt_register_types)
