/*
 * avps-ecu: System MMU, tables and queues in memory
 *
 * A transaction of any thread reads tables and writes events while it holds
 * the lock of the model, so none of that may wait for the big lock: only
 * memory that is there to be copied is accessed, and what would reach a
 * device, or this one, ends in an abort.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/bswap.h"
#include "qemu/rcu.h"
#include "smmuv3_internal.h"

bool avps_smmu_fetch(uint64_t address, uint64_t *words, int n)
{
    const MemTxAttrs attrs = MEMTXATTRS_UNSPECIFIED;
    const size_t size = n * sizeof(*words);
    hwaddr offset, length = size;
    MemoryRegion *region;

    RCU_READ_LOCK_GUARD();
    region = address_space_translate(&address_space_memory, address, &offset,
                                     &length, false, attrs);
    if (length < size || !memory_access_is_direct(region, false, attrs)) {
        return false;
    }
    memcpy(words, (uint8_t *)memory_region_get_ram_ptr(region) + offset, size);
    for (int i = 0; i < n; i++) {
        le64_to_cpus(&words[i]);
    }
    return true;
}

bool avps_smmu_store(uint64_t address, const void *buffer, size_t size)
{
    hwaddr length = size;
    void *memory = address_space_map(&address_space_memory, address, &length,
                                     true, MEMTXATTRS_UNSPECIFIED);
    ram_addr_t offset;
    bool is_direct;

    if (!memory) {
        return false;
    }
    /* Otherwise it is a copy for a device, which is never delivered */
    is_direct = length == size && memory_region_from_host(memory, &offset);
    if (is_direct) {
        memcpy(memory, buffer, size);
    }
    address_space_unmap(&address_space_memory, memory, length, true,
                        is_direct ? size : 0);
    return is_direct;
}
