/*
 * avps-ecu: StreamIDs for masters that are not PCI functions
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef HW_AVPS_QEMU_STREAM_BUS_H
#define HW_AVPS_QEMU_STREAM_BUS_H

#include "hw/pci/pci.h"

#define TYPE_AVPS_STREAM_BUS "avps-stream-bus"
OBJECT_DECLARE_SIMPLE_TYPE(AvpsStreamBus, AVPS_STREAM_BUS)

/* A stream bus names this many masters, the low bits of a StreamID. */
#define AVPS_STREAMS_PER_BUS PCI_DEVFN_MAX

/*
 * Make the bus whose masters have the StreamIDs @first_stream (a multiple of
 * AVPS_STREAMS_PER_BUS) and up, as the child "streams" of @owner.
 */
AvpsStreamBus *avps_stream_bus_create(Object *owner, int first_stream);

/*
 * What the master with the StreamID @stream of @bus sees of memory: the view
 * of the IOMMU that serves @pcie. It lives as long as the IOMMU.
 */
AddressSpace *avps_stream_bus_address_space(AvpsStreamBus *bus, PCIBus *pcie,
                                            int stream);

#endif
