/*
 * avps-ecu: VIRTIO devices on an MMIO transport behind an IOMMU
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef HW_AVPS_QEMU_VIRTIO_DMA_H
#define HW_AVPS_QEMU_VIRTIO_DMA_H

#include "hw/qdev-core.h"
#include "hw/avps/qemu/compat.h"

/*
 * Whatever is plugged into the virtio-mmio transport @dev from now on reaches
 * memory through @as, if it offers VIRTIO_F_ACCESS_PLATFORM.
 */
void avps_virtio_mmio_set_dma(DeviceState *dev, AddressSpace *as);

/*
 * Have all VIRTIO devices offer VIRTIO_F_ACCESS_PLATFORM, unless the user
 * says iommu_platform=off. Before any device is made.
 */
void avps_virtio_offer_access_platform(void);

#endif
