/*
 * avps-ecu: VIRTIO rings that cross a page behind an IOMMU
 *
 * The linker sends calls of X to __wrap_X and those of __real_X to X: see
 * --wrap in the manual of ld. Nobody includes this but the wrappers.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef HW_AVPS_QEMU_CACHED_ACCESS_H
#define HW_AVPS_QEMU_CACHED_ACCESS_H

#include "hw/avps/qemu/compat.h"

MemTxResult __real_address_space_read_cached_slow(MemoryRegionCache *cache,
                                                  hwaddr addr, void *buf,
                                                  hwaddr len);
MemTxResult __real_address_space_write_cached_slow(MemoryRegionCache *cache,
                                                   hwaddr addr,
                                                   const void *buf,
                                                   hwaddr len);
MemTxResult __wrap_address_space_read_cached_slow(MemoryRegionCache *cache,
                                                  hwaddr addr, void *buf,
                                                  hwaddr len);
MemTxResult __wrap_address_space_write_cached_slow(MemoryRegionCache *cache,
                                                   hwaddr addr,
                                                   const void *buf,
                                                   hwaddr len);

#endif
