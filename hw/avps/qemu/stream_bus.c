/*
 * avps-ecu: StreamIDs for masters that are not PCI functions
 *
 * QEMU's IOMMUs serve PCI only: a PCI bus has the operations of its IOMMU,
 * and these give out an address space for a pair of a bus and a device
 * number. Of the bus they ask nothing but its number. So a bus that no device
 * ever sits on, with a number that no PCI bus has, is a name space for the
 * streams of platform masters: bus number and device number make the StreamID
 * (SMMUv3) or the endpoint ID (virtio-iommu), as they do for PCI.
 *
 * What this leans on: PCIBus.iommu_ops and iommu_opaque can be read, and
 * PCIBusClass.bus_num alone decides a bus's number. Guarded by the qtests
 * "isolation" and "viommu", which find no translation when that moves.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "hw/avps/qemu/compat.h"
#include "hw/avps/qemu/stream_bus.h"
#include "hw/pci/pci_bus.h"

struct AvpsStreamBus {
    PCIBus parent_obj;

    int number;
};

AvpsStreamBus *avps_stream_bus_create(Object *owner, int first_stream)
{
    Object *bus = object_new(TYPE_AVPS_STREAM_BUS);

    object_property_add_child(owner, "streams", bus);
    object_unref(bus);
    AVPS_STREAM_BUS(bus)->number = first_stream / AVPS_STREAMS_PER_BUS;
    return AVPS_STREAM_BUS(bus);
}

AddressSpace *avps_stream_bus_address_space(AvpsStreamBus *bus, PCIBus *pcie,
                                            int stream)
{
    assert(stream / AVPS_STREAMS_PER_BUS == bus->number);
    return pcie->iommu_ops->get_address_space(PCI_BUS(bus),
                                              pcie->iommu_opaque,
                                              stream % AVPS_STREAMS_PER_BUS);
}

static int stream_bus_num(PCIBus *bus)
{
    return AVPS_STREAM_BUS(bus)->number;
}

static void stream_bus_class_init(ObjectClass *oc, AVPS_CLASS_DATA *data)
{
    /* It is never realized: there is nothing to configure on it */
    BUS_CLASS(oc)->realize = NULL;
    BUS_CLASS(oc)->unrealize = NULL;
    PCI_BUS_CLASS(oc)->bus_num = stream_bus_num;
}

static const TypeInfo stream_bus_info = {
    .name = TYPE_AVPS_STREAM_BUS,
    .parent = TYPE_PCI_BUS,
    .instance_size = sizeof(AvpsStreamBus),
    .class_init = stream_bus_class_init,
};

static void stream_bus_register_types(void)
{
    type_register_static(&stream_bus_info);
}

type_init(stream_bus_register_types)
