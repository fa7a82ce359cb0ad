/*
 * avps-ecu: VIRTIO rings that cross a page behind an IOMMU
 *
 * VIRTIO devices reach their rings through a MemoryRegionCache. When that is
 * behind an IOMMU, QEMU 10 translates the first page of an access and takes
 * what follows from the physical neighbour of that page: the length of an
 * element of a used ring that straddles two pages ends up in memory that may
 * be anybody's. Linux' rings are so large that this happens in normal use, and
 * a hostile driver can aim with it.
 *
 * The linker sends QEMU's calls of the two functions here (--wrap, see
 * meson.build), where an access is cut at the ends of pages. Nothing else
 * changes: the functions do the pieces themselves.
 *
 * Guarded by the qtest "smmu-streams", which lays a ring across two pages.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "hw/avps/qemu/cached_access.h"

/* The smallest page of any IOMMU, bytes */
#define SMALLEST_PAGE 0x1000

/* How much of an access of @len bytes at @addr lies in one page */
static hwaddr piece(const MemoryRegionCache *cache, hwaddr addr, hwaddr len)
{
    return MIN(len,
               SMALLEST_PAGE - (cache->xlat + addr) % SMALLEST_PAGE);
}

MemTxResult __wrap_address_space_read_cached_slow(MemoryRegionCache *cache,
                                                  hwaddr addr, void *buf,
                                                  hwaddr len)
{
    MemTxResult result = MEMTX_OK;

    for (hwaddr done = 0, n; done < len; done += n) {
        n = piece(cache, addr + done, len - done);
        result |= __real_address_space_read_cached_slow(cache, addr + done,
                                                        buf + done, n);
    }
    return result;
}

MemTxResult __wrap_address_space_write_cached_slow(MemoryRegionCache *cache,
                                                   hwaddr addr,
                                                   const void *buf,
                                                   hwaddr len)
{
    MemTxResult result = MEMTX_OK;

    for (hwaddr done = 0, n; done < len; done += n) {
        n = piece(cache, addr + done, len - done);
        result |= __real_address_space_write_cached_slow(cache, addr + done,
                                                         buf + done, n);
    }
    return result;
}
