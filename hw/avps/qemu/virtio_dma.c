/*
 * avps-ecu: VIRTIO devices on an MMIO transport behind an IOMMU
 *
 * A VIRTIO bus class can tell a device its address space; virtio-pci's does,
 * virtio-mmio's does not. It is given that method here: the class is one for
 * the process, so the method knows by the transport what to answer, and for
 * a transport that it does not know gives QEMU's own answer, all of memory.
 *
 * What this leans on: VirtioBusClass.get_dma_as and iommu_enabled, which
 * virtio-mmio leaves empty. Guarded by the qtest "isolation".
 *
 * VIRTIO 1.2, section 6: VIRTIO_F_ACCESS_PLATFORM.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "hw/avps/qemu/virtio_dma.h"
#include "hw/virtio/virtio.h"
#include "hw/virtio/virtio-bus.h"
#include "hw/virtio/virtio-mmio.h"

static GHashTable *dma_views; /* of DeviceState *: AddressSpace * */

static AddressSpace *get_dma_as(DeviceState *transport)
{
    AddressSpace *as = g_hash_table_lookup(dma_views, transport);

    return as ?: &address_space_memory;
}

static bool iommu_enabled(DeviceState *transport)
{
    return get_dma_as(transport) != &address_space_memory;
}

void avps_virtio_mmio_set_dma(DeviceState *dev, AddressSpace *as)
{
    VirtioBusClass *bus = VIRTIO_BUS_CLASS(
        object_class_by_name(TYPE_VIRTIO_MMIO_BUS));

    if (!dma_views) {
        dma_views = g_hash_table_new(NULL, NULL);
        bus->get_dma_as = get_dma_as;
        bus->iommu_enabled = iommu_enabled;
    }
    g_hash_table_insert(dma_views, dev, as);
}

void avps_virtio_offer_access_platform(void)
{
    object_register_sugar_prop(TYPE_VIRTIO_DEVICE, "iommu_platform", "on",
                               false);
}
