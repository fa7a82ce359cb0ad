/*
 * avps-ecu: System MMU, transactions
 *
 * What a master's access goes through: the caches of its stream, and on a
 * miss configuration and walk. IHI 0070, sections 3.4, 3.11, 3.12, 3.21.
 *
 * Each stream has caches of its own: its configuration, and a direct-mapped
 * table of translations, and the last lines that were read of its tables, which
 * serve the neighbours of a page and the many fetches of a nested walk. So
 * what one stream makes the SMMU forget or look up never touches another, and
 * an invalidation visits only the streams that use the ASID or VMID it names.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/bitops.h"
#include "qemu/lockable.h"
#include "qemu/log.h"
#include "qapi/error.h"
#include "smmuv3_internal.h"
#include "hw/avps/qemu/stream_bus.h"
#include "hw/avps/map.h"
#include "hw/avps/trace.h"

DECLARE_INSTANCE_CHECKER(IOMMUMemoryRegion, AVPS_SMMU_VIEW,
                         TYPE_AVPS_SMMU_VIEW)

uint16_t avps_smmu_stream(const AvpsSmmuMaster *master)
{
    return PCI_BUILD_BDF(pci_bus_num(master->bus), master->devfn);
}

/* --- Caches --- */

static SmmuMapping *tlb_slot(AvpsSmmuMaster *master, uint64_t iova)
{
    return &master->tlb[extract64(iova, SMMU_PAGE_BITS, SMMU_TLB_BITS)];
}

static bool mapping_covers(const SmmuMapping *mapping, uint64_t iova)
{
    return mapping->perm && (iova & ~mapping->mask) == mapping->iova;
}

static void tlb_insert(AvpsSmmuMaster *master, uint64_t iova,
                       const SmmuMapping *mapping)
{
    *tlb_slot(master, iova) = *mapping;
    master->tlb_largest |= mapping->mask;
    master->tlb_has_globals |= mapping->global;
}

void avps_smmu_forget_lines(AvpsSmmuMaster *master)
{
    memset(master->lines.used, 0, sizeof(master->lines.used));
}

static void tlb_clear(AvpsSmmuMaster *master)
{
    memset(master->tlb, 0, SMMU_TLB_SIZE * sizeof(*master->tlb));
    master->tlb_largest = 0;
    master->tlb_has_globals = false;
}

void avps_smmu_forget(AvpsSmmuMaster *master)
{
    if (master->is_active) {
        tlb_clear(master);
        avps_smmu_forget_lines(master);
        master->is_active = false;
        QLIST_REMOVE(master, next_active);
    }
}

/*
 * A mapping is in the slot of that one of its pages which was accessed. So the
 * slots to look at are those of all pages that share a mapping with the range,
 * or all there are.
 */
void avps_smmu_forget_range(AvpsSmmuMaster *master, uint64_t first,
                            uint64_t last)
{
    uint64_t begin = first & ~master->tlb_largest;
    uint64_t end = last | master->tlb_largest;
    uint64_t slots = MIN(((end - begin) >> SMMU_PAGE_BITS) + 1, SMMU_TLB_SIZE);

    avps_smmu_forget_lines(master);
    for (uint64_t i = 0; i < slots; i++) {
        SmmuMapping *slot = tlb_slot(master, begin + (i << SMMU_PAGE_BITS));

        if (slot->iova <= last && slot->iova + slot->mask >= first) {
            slot->perm = 0;
        }
    }
}

/*
 * The configuration that @master's stream has now. A configuration is cached
 * until software invalidates it, or until the master gets another StreamID.
 */
static bool get_config(AvpsSmmuMaster *master, uint16_t stream,
                       SmmuFault *fault)
{
    AvpsSmmuv3 *s = master->smmu;

    if (master->is_active && master->stream == stream) {
        return true;
    }
    avps_smmu_forget(master);
    if (!avps_smmu_read_config(s, stream, &master->config, &master->lines,
                               fault)) {
        avps_smmu_forget_lines(master);
        return false;
    }
    if (!master->tlb) {
        master->tlb = g_new0(SmmuMapping, SMMU_TLB_SIZE);
    }
    master->stream = stream;
    master->is_active = true;
    QLIST_INSERT_HEAD(&s->active, master, next_active);
    return true;
}

/* --- One transaction --- */

/*
 * PCIe requesters own the lower StreamIDs. A bridge can be given a bus number
 * that the host bridge does not reach; what is behind it must not pass for a
 * platform master.
 */
static bool has_stream(const AvpsSmmuMaster *master, uint16_t stream)
{
    return master->is_platform || stream < AVPS_PLATFORM_STREAMS;
}

/*
 * What makes a walk fail is never cached (DDI 0487 D8.16): software may set an
 * access flag or grant a right without an invalidation. So only a walk that
 * read everything anew has failed.
 */
static bool walk_anew(AvpsSmmuMaster *master, SmmuAccess access,
                      SmmuMapping *mapping, SmmuFault *fault)
{
    if (avps_smmu_walk(&master->config, &master->lines, access, mapping,
                       fault)) {
        return true;
    }
    avps_smmu_forget_lines(master);
    *fault = (SmmuFault) { .type = SMMU_EVENT_NONE };
    return avps_smmu_walk(&master->config, &master->lines, access, mapping,
                          fault);
}

static const SmmuMapping nothing;

/* Returns what the access gets; for @fault, whose type may be none, nothing. */
static SmmuMapping translate_locked(AvpsSmmuMaster *master, uint16_t stream,
                                    SmmuAccess access, SmmuFault *fault)
{
    AvpsSmmuv3 *s = master->smmu;
    uint32_t need = access.write ? SMMU_WRITE : SMMU_READ;
    SmmuMapping mapping;

    if (!avps_smmu_enabled(s)) {
        /* Section 3.11: all addresses as they are, or none */
        return FIELD_EX32(s->gbpa, GBPA, ABORT)
               ? nothing : avps_smmu_identity(access.iova);
    }
    if (!has_stream(master, stream)) {
        qemu_log_mask(LOG_GUEST_ERROR, "avps-smmuv3: DMA from PCIe bus %u, "
                      "which the host bridge does not reach\n", stream >> 8);
        return nothing;
    }
    if (!get_config(master, stream, fault) || master->config.abort) {
        return nothing;
    }
    mapping = *tlb_slot(master, access.iova);
    /* Without the permission, only a walk tells which stage refuses it */
    if (mapping_covers(&mapping, access.iova) && mapping.perm & need) {
        return mapping;
    }
    if (!walk_anew(master, access, &mapping, fault)) {
        return nothing;
    }
    tlb_insert(master, access.iova, &mapping);
    return mapping;
}

/* Where the output of a translation leads: memory, or the firewall's refusal */
static AddressSpace *output_of(AvpsSmmuMaster *master, uint16_t stream,
                               hwaddr address, SmmuMapping *mapping)
{
    AvpsSmmuv3 *s = master->smmu;
    hwaddr mask = mapping->mask;
    bool refused;

    if (!s->firewall || !mapping->perm) {
        return &address_space_memory;
    }
    refused = avps_firewall_refuses(s->firewall, address, &mask);
    mapping->mask = mask;
    mapping->output = address & ~mask;
    master->refused.stream = stream;
    return refused ? &master->refused.as : &address_space_memory;
}

static IOMMUTLBEntry translate(IOMMUMemoryRegion *view, hwaddr iova,
                               IOMMUAccessFlags flag, int index)
{
    AvpsSmmuMaster *master = container_of(view, AvpsSmmuMaster, view);
    AvpsSmmuv3 *s = master->smmu;
    SmmuAccess access = { .iova = iova, .write = flag & IOMMU_WO };
    SmmuFault fault = { .type = SMMU_EVENT_NONE };
    uint16_t stream = avps_smmu_stream(master);
    SmmuMapping mapping;
    AddressSpace *target;

    WITH_QEMU_LOCK_GUARD(&s->lock) {
        mapping = translate_locked(master, stream, access, &fault);
        if (fault.type != SMMU_EVENT_NONE) {
            avps_smmu_record_event(s, stream, access, &fault);
        }
    }
    trace_avps_smmu_translate(stream, iova, access.write,
                              mapping.output | (iova & mapping.mask),
                              mapping.perm);
    target = output_of(master, stream, mapping.output | (iova & mapping.mask),
                       &mapping);
    return (IOMMUTLBEntry) {
        .target_as = target,
        .iova = iova & ~mapping.mask,
        .translated_addr = mapping.output,
        .addr_mask = mapping.mask,
        .perm = (mapping.perm & SMMU_READ ? IOMMU_RO : IOMMU_NONE) |
                (mapping.perm & SMMU_WRITE ? IOMMU_WO : IOMMU_NONE),
    };
}

/* --- Outside caches, such as those of vhost --- */

static int notify_flag_changed(IOMMUMemoryRegion *view, IOMMUNotifierFlag old,
                               IOMMUNotifierFlag new, Error **errp)
{
    AvpsSmmuMaster *master = container_of(view, AvpsSmmuMaster, view);

    if (new & IOMMU_NOTIFIER_MAP) {
        error_setg(errp, "avps-smmuv3 cannot tell stream 0x%x about new "
                   "mappings: use iommu=virtio or iommu=none for a device "
                   "that needs it, such as one of the host",
                   avps_smmu_stream(master));
        return -EINVAL;
    }
    if (old == IOMMU_NOTIFIER_NONE) {
        QLIST_INSERT_HEAD(&master->smmu->notified, master, next_notified);
    } else if (new == IOMMU_NOTIFIER_NONE) {
        QLIST_REMOVE(master, next_notified);
    }
    return 0;
}

static void view_class_init(ObjectClass *oc, AVPS_CLASS_DATA *data)
{
    IOMMUMemoryRegionClass *imrc = IOMMU_MEMORY_REGION_CLASS(oc);

    imrc->translate = translate;
    imrc->notify_flag_changed = notify_flag_changed;
}

static const TypeInfo view_info = {
    .name = TYPE_AVPS_SMMU_VIEW,
    .parent = TYPE_IOMMU_MEMORY_REGION,
    .class_init = view_class_init,
};

static void view_register_types(void)
{
    type_register_static(&view_info);
}

type_init(view_register_types)
