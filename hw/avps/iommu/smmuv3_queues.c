/*
 * avps-ecu: System MMU, commands, events and interrupts
 *
 * IHI 0070, section 3.5 (queues), 3.18 (interrupts), 4 (commands), 7 (events
 * and global errors).
 *
 * Commands run when software moves CMDQ_PROD, under the big lock. A queue can
 * be long, so a turn ends after some and the rest follows in a bottom half.
 * Events come from any thread, in the middle of what some device does; what
 * they have to raise waits for a bottom half.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/bitops.h"
#include "qemu/bswap.h"
#include "qemu/lockable.h"
#include "qemu/log.h"
#include "qemu/main-loop.h"
#include "hw/irq.h"
#include "system/dma.h"
#include "smmuv3_internal.h"
#include "hw/avps/trace.h"

#define COMMANDS_PER_TURN 1024

#define COMMAND_SIZE 16
#define EVENT_SIZE 32
#define EVENT_WORDS 4

/* --- Indices: section 3.5.1. A wrap bit stands above the index. --- */

static int queue_bits(const AvpsSmmuQueue *q)
{
    return MIN(extract64(q->base, 0, 5), SMMU_QUEUE_BITS);
}

static uint32_t index_and_wrap(const AvpsSmmuQueue *q, uint32_t pointer)
{
    return pointer & MAKE_64BIT_MASK(0, queue_bits(q) + 1);
}

static bool queue_is_empty(const AvpsSmmuQueue *q)
{
    return index_and_wrap(q, q->prod) == index_and_wrap(q, q->cons);
}

static bool queue_is_full(const AvpsSmmuQueue *q)
{
    return (index_and_wrap(q, q->prod) ^ index_and_wrap(q, q->cons)) ==
           1u << queue_bits(q);
}

static uint64_t queue_entry(const AvpsSmmuQueue *q, uint32_t pointer, int size)
{
    int bits = queue_bits(q);
    uint64_t base = q->base & MAKE_64BIT_MASK(5, 47) &
                    ~MAKE_64BIT_MASK(0, bits + ctz32(size));

    return base + (uint64_t)(pointer & ((1u << bits) - 1)) * size;
}

/* The next pointer; what else is in the register stays. */
static uint32_t queue_next(const AvpsSmmuQueue *q, uint32_t pointer)
{
    return deposit32(pointer, 0, queue_bits(q) + 1, pointer + 1);
}

/* --- Interrupts and global errors --- */

/* Make @irq due, if it is enabled. Locked. */
static void make_due(AvpsSmmuv3 *s, AvpsSmmuIrq irq)
{
    static const uint32_t enable[AVPS_SMMU_NUM_IRQS] = {
        [AVPS_SMMU_IRQ_EVENTQ] = R_IRQ_CTRL_EVENTQ_IRQEN_MASK,
        [AVPS_SMMU_IRQ_GERROR] = R_IRQ_CTRL_GERROR_IRQEN_MASK,
    };

    if (!enable[irq] || s->irq_ctrl & enable[irq]) {
        s->pending_irqs |= 1u << irq;
        qemu_bh_schedule(s->irq_bh);
    }
}

/* A bit of GERROR toggles to become active, section 6.3.19. Locked. */
static void raise_gerror(AvpsSmmuv3 *s, uint32_t error)
{
    uint32_t active = s->gerror ^ s->gerrorn;

    if (error & ~active) {
        s->gerror ^= error;
        trace_avps_smmu_gerror(s->gerror, s->gerrorn);
        make_due(s, AVPS_SMMU_IRQ_GERROR);
    }
}

/* Under the big lock. Returns false when the message was aborted. */
static bool send_message(uint64_t address, uint32_t data)
{
    const MemTxAttrs attrs = { .requester_id = SMMU_DEVICE_ID };
    MemTxResult result;

    address_space_stl_le(&address_space_memory, address, data, attrs,
                         &result);
    return result == MEMTX_OK;
}

static void raise_irq(AvpsSmmuv3 *s, AvpsSmmuIrq irq)
{
    static const uint32_t abort_error[AVPS_SMMU_NUM_IRQS] = {
        [AVPS_SMMU_IRQ_EVENTQ] = R_GERROR_MSI_EVENTQ_ABT_ERR_MASK,
        [AVPS_SMMU_IRQ_GERROR] = R_GERROR_MSI_GERROR_ABT_ERR_MASK,
    };
    const AvpsSmmuMsi *msi = irq == AVPS_SMMU_IRQ_EVENTQ ? &s->eventq_msi :
                             irq == AVPS_SMMU_IRQ_GERROR ? &s->gerror_msi :
                             NULL;
    uint64_t address = msi ? msi->cfg0 & MAKE_64BIT_MASK(2, 50) : 0;

    trace_avps_smmu_irq(irq, address);
    if (!address) {
        qemu_irq_pulse(s->irq[irq]);
    } else if (!send_message(address, msi->cfg1)) {
        QEMU_LOCK_GUARD(&s->lock);
        raise_gerror(s, abort_error[irq]);
    }
}

void avps_smmu_deliver_irqs(AvpsSmmuv3 *s)
{
    uint32_t due;

    WITH_QEMU_LOCK_GUARD(&s->lock) {
        due = s->pending_irqs;
        s->pending_irqs = 0;
    }
    for (int irq = 0; irq < AVPS_SMMU_NUM_IRQS; irq++) {
        if (due & (1u << irq)) {
            raise_irq(s, irq);
        }
    }
}

/* --- Events: section 7.2, 7.3 --- */

static void encode_event(uint64_t *event, uint32_t stream, SmmuAccess access,
                         const SmmuFault *fault)
{
    memset(event, 0, EVENT_SIZE);
    event[0] = fault->type | (uint64_t)stream << 32;
    switch (fault->type) {
    case F_STE_FETCH:
    case F_CD_FETCH:
        event[3] = fault->address & MAKE_64BIT_MASK(3, 49);
        break;
    case F_WALK_EABT:
    case F_TRANSLATION:
    case F_ADDR_SIZE:
    case F_ACCESS:
    case F_PERMISSION:
        event[1] = (uint64_t)!access.write << 35 |
                   (uint64_t)fault->stage2 << 39 |
                   (uint64_t)fault->class << 40;
        event[2] = access.iova;
        event[3] = fault->address &
                   (fault->type == F_WALK_EABT ? MAKE_64BIT_MASK(3, 49)
                                               : MAKE_64BIT_MASK(12, 40));
        break;
    default:
        break;
    }
}

static void write_event(AvpsSmmuv3 *s, const uint64_t *event)
{
    AvpsSmmuQueue *q = &s->eventq;
    uint64_t words[EVENT_WORDS];

    if (queue_is_full(q)) {
        /* Section 7.4: OVFLG differs from OVACKFLG while events are lost */
        q->prod &= ~R_EVENTQ_PROD_OVFLG_MASK;
        q->prod |= ~q->cons & R_EVENTQ_PROD_OVFLG_MASK;
        return;
    }
    for (int i = 0; i < EVENT_WORDS; i++) {
        words[i] = cpu_to_le64(event[i]);
    }
    if (!avps_smmu_store(queue_entry(q, q->prod, EVENT_SIZE), words,
                         EVENT_SIZE)) {
        raise_gerror(s, R_GERROR_EVENTQ_ABT_ERR_MASK);
        return;
    }
    q->prod = queue_next(q, q->prod);
    make_due(s, AVPS_SMMU_IRQ_EVENTQ);
}

void avps_smmu_record_event(AvpsSmmuv3 *s, uint32_t stream,
                            SmmuAccess access, const SmmuFault *fault)
{
    uint64_t event[EVENT_WORDS];

    trace_avps_smmu_event(fault->type, stream, access.iova, access.write);
    qemu_log_mask(LOG_GUEST_ERROR, "avps-smmuv3: event 0x%x, stream 0x%x, %s "
                  "0x%" PRIx64 "\n", fault->type, stream,
                  access.write ? "write" : "read", access.iova);
    if (!FIELD_EX32(s->cr0, CR0, EVENTQEN) ||
        (s->gerror ^ s->gerrorn) & R_GERROR_EVENTQ_ABT_ERR_MASK ||
        (fault->type == C_BAD_STREAMID &&
         !FIELD_EX32(s->cr2, CR2, RECINVSID))) {
        return;
    }
    encode_event(event, stream, access, fault);
    write_event(s, event);
}

/* --- Commands: section 4 --- */

typedef enum Command {
    CMD_PREFETCH_CONFIG = 0x01,
    CMD_PREFETCH_ADDR = 0x02,
    CMD_CFGI_STE = 0x03,
    CMD_CFGI_STE_RANGE = 0x04,
    CMD_CFGI_CD = 0x05,
    CMD_CFGI_CD_ALL = 0x06,
    CMD_TLBI_NH_ALL = 0x10,
    CMD_TLBI_NH_ASID = 0x11,
    CMD_TLBI_NH_VA = 0x12,
    CMD_TLBI_NH_VAA = 0x13,
    CMD_TLBI_S12_VMALL = 0x28,
    CMD_TLBI_S2_IPA = 0x2a,
    CMD_TLBI_NSNH_ALL = 0x30,
    CMD_SYNC = 0x46,
} Command;

/* CMDQ_CONS.ERR, section 6.3.28 */
typedef enum CommandError {
    CERROR_NONE = 0,
    CERROR_ILL = 1,
    CERROR_ABT = 2,
} CommandError;

#define CMD_OPCODE(cmd) extract64((cmd)[0], 0, 8)
#define CMD_SSEC(cmd) extract64((cmd)[0], 10, 1)
#define CMD_STREAM(cmd) extract64((cmd)[0], 32, 32)
#define CMD_STREAM_RANGE(cmd) extract64((cmd)[1], 0, 5)
#define CMD_NUM(cmd) extract64((cmd)[0], 12, 5)
#define CMD_SCALE(cmd) extract64((cmd)[0], 20, 5)
#define CMD_VMID(cmd) extract64((cmd)[0], 32, 16)
#define CMD_ASID(cmd) extract64((cmd)[0], 48, 16)
#define CMD_TG(cmd) extract64((cmd)[1], 10, 2)
#define CMD_ADDRESS(cmd) ((cmd)[1] & ~MAKE_64BIT_MASK(0, 12))
#define CMD_SYNC_CS(cmd) extract64((cmd)[0], 12, 2)
#define CMD_SYNC_MSI_DATA(cmd) extract64((cmd)[0], 32, 32)
#define CMD_SYNC_MSI_ADDRESS(cmd) ((cmd)[1] & MAKE_64BIT_MASK(2, 50))
#define SYNC_SILENTLY 0
#define SYNC_BY_IRQ 1
#define SYNC_BY_EVENT 2 /* for cores in WFE; QEMU's do not wait in it */

/* An invalidation: of which streams, and what of each */
typedef struct Invalidation {
    bool by_vmid, by_asid;
    bool globals_too;              /* whatever the ASID, section 4.4.2.4 */
    bool stage1_only, stage2_only;
    uint16_t vmid, asid;
    uint64_t first, last;
} Invalidation;

static const Invalidation of_everything = { .last = UINT64_MAX };

/* Section 3.17: the VMID tags both stages, the ASID stage 1. */
static bool concerns_vm(const Invalidation *what, const SmmuConfig *config)
{
    return (!what->by_vmid || config->vmid == what->vmid) &&
           (!(what->stage1_only || what->by_asid) || config->s1.enabled) &&
           (!what->stage2_only || config->s2.enabled);
}

static bool concerns_asid(const Invalidation *what,
                          const AvpsSmmuMaster *master)
{
    return !what->by_asid || master->config.asid == what->asid ||
           (what->globals_too && master->tlb_has_globals);
}

/* Tell whoever caches translations of @master that a range is gone. */
static void notify_unmap(AvpsSmmuMaster *master, uint64_t first, uint64_t last)
{
    IOMMUTLBEvent event = {
        .entry = { .target_as = &address_space_memory, .perm = IOMMU_NONE },
    };

    for (;;) {
        /* Half of everything is the most whose size can be expressed */
        uint64_t mask = dma_aligned_pow2_mask(first, last, 63);

        event.entry.iova = first;
        event.entry.addr_mask = mask;
        event.type = IOMMU_NOTIFIER_UNMAP;
        memory_region_notify_iommu(&master->view, 0, event);
        event.type = IOMMU_NOTIFIER_DEVIOTLB_UNMAP;
        memory_region_notify_iommu(&master->view, 0, event);
        if (last - first <= mask) {
            break;
        }
        first += mask + 1;
    }
}

/*
 * Outside caches are asked once the lock is free, because they may translate.
 * They may hold what is not cached here any more, so they are told always.
 */
void avps_smmu_notify_unmap(AvpsSmmuv3 *s, uint64_t first, uint64_t last)
{
    AvpsSmmuMaster *master;

    QLIST_FOREACH(master, &s->notified, next_notified) {
        notify_unmap(master, first, last);
    }
}

/* Returns whether more than the range may have been cached by other names. */
static bool forget_mappings(AvpsSmmuMaster *master, const Invalidation *what)
{
    const SmmuConfig *config = &master->config;
    /*
     * What both stages map together is not cached by IPA, and what is cached
     * of an address with a tag in its top byte not without the tag.
     */
    bool all = (what->stage2_only && config->s1.enabled) || config->tbi[0] ||
               config->tbi[1];

    avps_smmu_forget_range(master, all ? 0 : what->first,
                           all ? UINT64_MAX : what->last);
    return all;
}

static void invalidate(AvpsSmmuv3 *s, const Invalidation *what)
{
    AvpsSmmuMaster *master;
    bool all = what->stage2_only;

    WITH_QEMU_LOCK_GUARD(&s->lock) {
        QLIST_FOREACH(master, &s->active, next_active) {
            if (!concerns_vm(what, &master->config)) {
                continue;
            }
            if (concerns_asid(what, master)) {
                all |= forget_mappings(master, what);
            } else {
                /* They may have global descriptors that nobody used yet */
                avps_smmu_forget_lines(master);
            }
        }
    }
    avps_smmu_notify_unmap(s, all ? 0 : what->first,
                           all ? UINT64_MAX : what->last);
}

/* Section 4.4.1.1: one page of any size, or with TG a range of pages */
static void set_range(const uint64_t *cmd, Invalidation *what)
{
    int tg = CMD_TG(cmd);
    uint64_t pages;
    int granule;

    what->first = CMD_ADDRESS(cmd);
    if (!tg) {
        what->last = what->first | MAKE_64BIT_MASK(0, SMMU_PAGE_BITS);
        return;
    }
    granule = 10 + 2 * tg;
    pages = (CMD_NUM(cmd) + 1) << CMD_SCALE(cmd);
    what->last = what->first + (pages << granule) - 1;
    if (what->last < what->first) {
        what->last = UINT64_MAX;
    }
}

static void invalidate_streams(AvpsSmmuv3 *s, uint32_t first, uint32_t last)
{
    AvpsSmmuMaster *master, *next;

    WITH_QEMU_LOCK_GUARD(&s->lock) {
        QLIST_FOREACH_SAFE(master, &s->active, next_active, next) {
            if (master->stream >= first && master->stream <= last) {
                avps_smmu_forget(master);
            }
        }
    }
    avps_smmu_notify_unmap(s, 0, UINT64_MAX);
}

static CommandError invalidate_config(AvpsSmmuv3 *s, const uint64_t *cmd)
{
    uint32_t stream = CMD_STREAM(cmd);
    uint32_t others = 0;

    if (CMD_SSEC(cmd)) {
        return CERROR_ILL;
    }
    if (CMD_OPCODE(cmd) == CMD_CFGI_STE_RANGE) {
        others = MAKE_64BIT_MASK(0, CMD_STREAM_RANGE(cmd) + 1);
    }
    invalidate_streams(s, stream & ~others, stream | others);
    return CERROR_NONE;
}

static CommandError invalidate_tlb(AvpsSmmuv3 *s, const uint64_t *cmd)
{
    Invalidation what = of_everything;
    Command opcode = CMD_OPCODE(cmd);

    what.by_vmid = opcode != CMD_TLBI_NSNH_ALL;
    what.vmid = CMD_VMID(cmd);
    what.by_asid = opcode == CMD_TLBI_NH_ASID || opcode == CMD_TLBI_NH_VA;
    what.asid = CMD_ASID(cmd);
    what.globals_too = opcode == CMD_TLBI_NH_VA;
    what.stage1_only = opcode == CMD_TLBI_NH_ALL || opcode == CMD_TLBI_NH_VAA;
    what.stage2_only = opcode == CMD_TLBI_S2_IPA;
    if (opcode == CMD_TLBI_NH_VA || opcode == CMD_TLBI_NH_VAA ||
        opcode == CMD_TLBI_S2_IPA) {
        set_range(cmd, &what);
    }
    invalidate(s, &what);
    return CERROR_NONE;
}

/* Every command before it is complete already: there is nothing to wait for. */
static CommandError run_sync(AvpsSmmuv3 *s, const uint64_t *cmd)
{
    uint64_t address = CMD_SYNC_MSI_ADDRESS(cmd);

    if (CMD_SSEC(cmd)) {
        return CERROR_ILL;
    }
    switch (CMD_SYNC_CS(cmd)) {
    case SYNC_SILENTLY:
    case SYNC_BY_EVENT:
        return CERROR_NONE;
    case SYNC_BY_IRQ:
        break;
    default:
        return CERROR_ILL;
    }
    if (address && send_message(address, CMD_SYNC_MSI_DATA(cmd))) {
        return CERROR_NONE;
    }
    QEMU_LOCK_GUARD(&s->lock);
    if (address) {
        raise_gerror(s, R_GERROR_MSI_CMDQ_ABT_ERR_MASK);
    } else {
        make_due(s, AVPS_SMMU_IRQ_SYNC);
    }
    return CERROR_NONE;
}

static CommandError run_command(AvpsSmmuv3 *s, const uint64_t *cmd)
{
    trace_avps_smmu_command(cmd[0], cmd[1]);
    switch (CMD_OPCODE(cmd)) {
    case CMD_PREFETCH_CONFIG:
    case CMD_PREFETCH_ADDR:
        return CMD_SSEC(cmd) ? CERROR_ILL : CERROR_NONE;
    case CMD_CFGI_STE:
    case CMD_CFGI_STE_RANGE:
    case CMD_CFGI_CD:
    case CMD_CFGI_CD_ALL:
        return invalidate_config(s, cmd);
    case CMD_TLBI_NH_ALL:
    case CMD_TLBI_NH_ASID:
    case CMD_TLBI_NH_VA:
    case CMD_TLBI_NH_VAA:
    case CMD_TLBI_S12_VMALL:
    case CMD_TLBI_S2_IPA:
    case CMD_TLBI_NSNH_ALL:
        return invalidate_tlb(s, cmd);
    case CMD_SYNC:
        return run_sync(s, cmd);
    default:
        /* Also those for EL2, EL3, ATS, PRI and stalls, section 4.1.3 */
        return CERROR_ILL;
    }
}

static void stop_commands(AvpsSmmuv3 *s, CommandError error)
{
    qemu_log_mask(LOG_GUEST_ERROR, "avps-smmuv3: command queue stops at 0x%x, "
                  "error %d\n", s->cmdq.cons, error);
    QEMU_LOCK_GUARD(&s->lock);
    s->cmdq.cons = FIELD_DP32(s->cmdq.cons, CMDQ_CONS, ERR, error);
    raise_gerror(s, R_GERROR_CMDQ_ERR_MASK);
}

static bool commands_are_waiting(const AvpsSmmuv3 *s)
{
    return FIELD_EX32(s->cr0, CR0, CMDQEN) && !queue_is_empty(&s->cmdq) &&
           !((s->gerror ^ s->gerrorn) & R_GERROR_CMDQ_ERR_MASK);
}

void avps_smmu_run_commands(AvpsSmmuv3 *s)
{
    AvpsSmmuQueue *q = &s->cmdq;
    CommandError error;
    uint64_t cmd[2];

    for (int n = 0; n < COMMANDS_PER_TURN && commands_are_waiting(s); n++) {
        if (!avps_smmu_fetch(queue_entry(q, q->cons, COMMAND_SIZE), cmd,
                             ARRAY_SIZE(cmd))) {
            error = CERROR_ABT;
        } else {
            error = run_command(s, cmd);
        }
        if (error) {
            stop_commands(s, error);
            break;
        }
        q->cons = queue_next(q, q->cons);
    }
    if (commands_are_waiting(s)) {
        qemu_bh_schedule(s->cmdq_bh);
    }
    avps_smmu_deliver_irqs(s);
}
