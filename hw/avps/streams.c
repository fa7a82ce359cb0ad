/*
 * avps-ecu: every master of the bus behind a stream of the IOMMU
 *
 * The IOMMU of the SoC, which is Arm's SMMUv3 or a virtio-iommu as the
 * machine option "iommu" says, and the way of each master to memory through
 * it: PCIe requesters by their bus, device and function numbers, platform
 * masters by the StreamID in their row of the memory map.
 *
 * Bindings: iommu/arm,smmu-v3.yaml, virtio/mmio.yaml, pci/pci-iommu.txt.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "hw/avps/iommu/smmuv3.h"
#include "hw/avps/qemu/stream_bus.h"
#include "hw/avps/qemu/virtio_dma.h"
#include "hw/avps/soc.h"
#include "hw/qdev-properties.h"
#include "hw/virtio/virtio-bus.h"
#include "hw/virtio/virtio-iommu.h"
#include "hw/virtio/virtio-mmio.h"
#include "system/device_tree.h"

/* --- The IOMMU --- */

/* From now on the nodes of masters refer to the IOMMU of @row. */
static void write_streams(AvpsSoc *soc, const AvpsMapRow *row)
{
    g_autofree char *path = avps_fdt_path(row, "iommu");
    g_autofree char *pcie =
        avps_fdt_path(avps_map_find_kind(AVPS_KIND_PCIE_ECAM), "pcie");

    qemu_fdt_setprop_cell(soc->fdt->blob, path, "#iommu-cells", 1);
    soc->fdt->iommu = avps_fdt_add_phandle(soc->fdt, path);
    qemu_fdt_setprop_cells(soc->fdt->blob, pcie, "iommu-map",
                           0, soc->fdt->iommu, 0, AVPS_PLATFORM_STREAMS);
}

static bool smmuv3_create(AvpsSoc *soc, const AvpsMapRow *row, Error **errp)
{
    DeviceState *smmu = qdev_new(TYPE_AVPS_SMMUV3);

    object_property_add_child(OBJECT(soc), row->name, OBJECT(smmu));
    object_property_set_link(OBJECT(smmu), "primary-bus", OBJECT(soc->pcie),
                             &error_abort);
    if (soc->firewall) {
        object_property_set_link(OBJECT(smmu), "firewall",
                                 OBJECT(soc->firewall), &error_abort);
    }
    qdev_prop_set_bit(smmu, "abort-at-reset", soc->dma_default_abort);
    if (!sysbus_realize_and_unref(SYS_BUS_DEVICE(smmu), errp)) {
        return false;
    }
    avps_soc_wire(soc, row, SYS_BUS_DEVICE(smmu));
    AVPS_FDT_NODE_GET_CLASS(smmu)->write_node(AVPS_FDT_NODE(smmu), soc->fdt,
                                              row);
    return true;
}

/* A transport of its own, which is no master behind the IOMMU that it is */
static bool virtio_iommu_create(AvpsSoc *soc, const AvpsMapRow *row,
                                Error **errp)
{
    const AvpsMapRow transport_row = {
        .name = row->name, .base = row->base, .size = AVPS_PAGE,
        .spi = row->spi, .num_spis = 1, .stream = AVPS_NO_STREAM,
    };
    DeviceState *transport = qdev_new(TYPE_VIRTIO_MMIO);
    DeviceState *iommu = qdev_new(TYPE_VIRTIO_IOMMU);
    g_autofree char *path = NULL;

    object_property_add_child(OBJECT(soc), row->name, OBJECT(transport));
    object_property_add_child(OBJECT(transport), "virtio-iommu",
                              OBJECT(iommu));
    transport->id = g_strdup(row->name);
    qdev_prop_set_bit(transport, "force-legacy", false);
    object_property_set_link(OBJECT(iommu), "primary-bus", OBJECT(soc->pcie),
                             &error_abort);
    qdev_prop_set_bit(iommu, "boot-bypass", !soc->dma_default_abort);
    if (!sysbus_realize_and_unref(SYS_BUS_DEVICE(transport), errp)) {
        object_unref(iommu);
        return false;
    }
    avps_soc_wire(soc, &transport_row, SYS_BUS_DEVICE(transport));
    if (!qdev_realize_and_unref(iommu,
                                QLIST_FIRST(&transport->child_bus), errp)) {
        return false;
    }
    path = avps_fdt_add_block(soc->fdt, &transport_row, "iommu",
                              AVPS_STRINGS("virtio,mmio"));
    return true;
}

bool avps_iommu_create(AvpsSoc *soc, Error **errp)
{
    const AvpsMapRow *row = avps_map_find_kind(AVPS_KIND_IOMMU);

    switch (soc->iommu) {
    case AVPS_IOMMU_NONE:
        return true;
    case AVPS_IOMMU_SMMUV3:
        if (!smmuv3_create(soc, row, errp)) {
            return false;
        }
        break;
    case AVPS_IOMMU_VIRTIO:
        if (!virtio_iommu_create(soc, row, errp)) {
            return false;
        }
        break;
    }
    write_streams(soc, row);
    soc->streams = avps_stream_bus_create(OBJECT(soc), AVPS_PLATFORM_STREAMS);
    avps_virtio_offer_access_platform();
    return true;
}

/* --- The masters --- */

AddressSpace *avps_stream_address_space(AvpsSoc *soc, int stream)
{
    if (soc->iommu == AVPS_IOMMU_NONE) {
        return &address_space_memory;
    }
    return avps_stream_bus_address_space(soc->streams, soc->pcie, stream);
}

bool avps_stream_connect(AvpsSoc *soc, const AvpsMapRow *row,
                         DeviceState *dev, Error **errp)
{
    AddressSpace *as = avps_stream_address_space(soc, row->stream);

    if (object_dynamic_cast(OBJECT(dev), TYPE_VIRTIO_MMIO)) {
        avps_virtio_mmio_set_dma(dev, as);
        return true;
    }
    return object_property_set_link(OBJECT(dev), "dma", OBJECT(as->root),
                                    errp);
}
