/*
 * avps-ecu: System MMU (SMMUv3)
 *
 * Arm System Memory Management Unit Architecture Specification, SMMU
 * architecture version 3 (IHI 0070); sections are given where they apply.
 *
 * What is here: stage 1, stage 2 and both, with AArch64 tables of 4, 16 and
 * 64 KiB granules and 44-bit output; linear and two-level stream tables for
 * 16-bit StreamIDs; command and event queue; messages for interrupts and
 * CMD_SYNC; range invalidation. What is not: a secure side, substreams,
 * stalling, ATS and PRI, hardware update of tables, EL2 and EL3 streams.
 *
 * QEMU has an SMMUv3 model of its own. It is not used, because a guest can
 * end QEMU by it (an STE with S2AA64 = 0 and a CD with IPS = 7 reach an
 * assertion), and because a translation that was cached for a write ignores
 * that stage 2 forbids reads.
 *
 * Choices that the architecture leaves open: a register that is guarded by an
 * enable bit ignores writes while that is set (section 6.3); the two register
 * pages show the same (section 6.2); tables and queues in device memory abort.
 *
 * Bindings: iommu/arm,smmu-v3.yaml.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/bitops.h"
#include "qemu/lockable.h"
#include "qemu/log.h"
#include "qemu/main-loop.h"
#include "qapi/error.h"
#include "hw/qdev-properties.h"
#include "hw/pci/pci_bus.h"
#include "migration/vmstate.h"
#include "system/runstate.h"
#include "smmuv3_internal.h"
#include "hw/avps/fdt.h"
#include "hw/avps/qemu/stream_bus.h"
#include "hw/avps/trace.h"

#define REGISTERS_SIZE 0x20000
#define PAGE1 0x10000

/* Bits that exist in registers */
#define CR0_BITS \
    (R_CR0_SMMUEN_MASK | R_CR0_EVENTQEN_MASK | R_CR0_CMDQEN_MASK)
#define CR1_BITS 0xfff
#define CR2_BITS 0x7
#define IRQ_CTRL_BITS \
    (R_IRQ_CTRL_GERROR_IRQEN_MASK | R_IRQ_CTRL_EVENTQ_IRQEN_MASK)
#define GERROR_BITS 0x1fd
#define GBPA_BITS 0x00173f1f
#define STRTAB_BASE_CFG_BITS 0x000307ff
#define STRTAB_BASE_BITS (BIT_ULL(62) | MAKE_64BIT_MASK(6, 46))
#define QUEUE_BASE_BITS (BIT_ULL(62) | MAKE_64BIT_MASK(0, 52))
#define QUEUE_POINTER_BITS MAKE_64BIT_MASK(0, SMMU_QUEUE_BITS + 1)
#define EVENTQ_POINTER_BITS (QUEUE_POINTER_BITS | R_EVENTQ_PROD_OVFLG_MASK)
#define MSI_ADDRESS_BITS MAKE_64BIT_MASK(2, 50)
#define MSI_ATTRIBUTE_BITS 0x3f

/* --- Registers: section 6.3 --- */

static uint32_t id_register(hwaddr offset)
{
    /* PIDR4 to 7, PIDR0 to 3, CIDR0 to 3: Arm, an SMMUv3, CoreLink */
    static const uint8_t ids[] = {
        0x04, 0x00, 0x00, 0x00, 0x84, 0xb4, 0x1b, 0x00,
        0x0d, 0xf0, 0x05, 0xb1,
    };

    return ids[(offset - A_IDREGS) / 4];
}

static uint32_t idr(hwaddr offset)
{
    switch (offset) {
    case A_IDR0:
        return R_IDR0_S1P_MASK | R_IDR0_S2P_MASK |
               FIELD_DP32(0, IDR0, TTF, 2) |         /* AArch64 */
               R_IDR0_COHACC_MASK | R_IDR0_ASID16_MASK | R_IDR0_MSI_MASK |
               R_IDR0_VMID16_MASK |
               FIELD_DP32(0, IDR0, TTENDIAN, 2) |    /* little */
               FIELD_DP32(0, IDR0, STALL_MODEL, 1) | /* never */
               R_IDR0_TERM_MODEL_MASK |              /* by an abort */
               FIELD_DP32(0, IDR0, ST_LEVEL, 1);     /* two levels, too */
    case A_IDR1:
        return FIELD_DP32(0, IDR1, SIDSIZE, SMMU_SID_BITS) |
               FIELD_DP32(0, IDR1, EVENTQS, SMMU_QUEUE_BITS) |
               FIELD_DP32(0, IDR1, CMDQS, SMMU_QUEUE_BITS);
    case A_IDR3:
        return R_IDR3_HAD_MASK | R_IDR3_XNX_MASK | R_IDR3_RIL_MASK |
               FIELD_DP32(0, IDR3, BBML, 2);
    case A_IDR5:
        return FIELD_DP32(0, IDR5, OAS, 4) |         /* 44 bits */
               R_IDR5_GRAN4K_MASK | R_IDR5_GRAN16K_MASK | R_IDR5_GRAN64K_MASK;
    default:
        return 0;
    }
}

static uint32_t half_of(uint64_t value, hwaddr offset)
{
    return extract64(value, 8 * (offset & 4), 32);
}

static uint32_t register_value(AvpsSmmuv3 *s, hwaddr offset)
{
    switch (offset) {
    case A_IDR0 ... A_IDR5:
        return idr(offset);
    case A_IDREGS ... A_IDREGS + 0x2c:
        return id_register(offset);
    case A_AIDR:
        return 1; /* SMMUv3.1 */
    case A_CR0:
    case A_CR0ACK:
        return s->cr0;
    case A_CR1:
        return s->cr1;
    case A_CR2:
        return s->cr2;
    case A_GBPA:
        return s->gbpa;
    case A_IRQ_CTRL:
    case A_IRQ_CTRLACK:
        return s->irq_ctrl;
    case A_GERROR:
        return s->gerror;
    case A_GERRORN:
        return s->gerrorn;
    case A_GERROR_IRQ_CFG0:
    case A_GERROR_IRQ_CFG0 + 4:
        return half_of(s->gerror_msi.cfg0, offset);
    case A_GERROR_IRQ_CFG1:
        return s->gerror_msi.cfg1;
    case A_GERROR_IRQ_CFG2:
        return s->gerror_msi.cfg2;
    case A_STRTAB_BASE:
    case A_STRTAB_BASE + 4:
        return half_of(s->strtab_base, offset);
    case A_STRTAB_BASE_CFG:
        return s->strtab_base_cfg;
    case A_CMDQ_BASE:
    case A_CMDQ_BASE + 4:
        return half_of(s->cmdq.base, offset);
    case A_CMDQ_PROD:
        return s->cmdq.prod;
    case A_CMDQ_CONS:
        return s->cmdq.cons;
    case A_EVENTQ_BASE:
    case A_EVENTQ_BASE + 4:
        return half_of(s->eventq.base, offset);
    case A_EVENTQ_PROD:
        return s->eventq.prod;
    case A_EVENTQ_CONS:
        return s->eventq.cons;
    case A_EVENTQ_IRQ_CFG0:
    case A_EVENTQ_IRQ_CFG0 + 4:
        return half_of(s->eventq_msi.cfg0, offset);
    case A_EVENTQ_IRQ_CFG1:
        return s->eventq_msi.cfg1;
    case A_EVENTQ_IRQ_CFG2:
        return s->eventq_msi.cfg2;
    case A_IIDR:
    case A_STATUSR:
        return 0;
    default:
        qemu_log_mask(LOG_GUEST_ERROR, "avps-smmuv3: read of a register that "
                      "is not there, 0x%" HWADDR_PRIx "\n", offset);
        return 0;
    }
}

static uint64_t registers_read(void *opaque, hwaddr offset, unsigned size)
{
    AvpsSmmuv3 *s = opaque;
    uint32_t value;

    offset &= ~PAGE1;
    WITH_QEMU_LOCK_GUARD(&s->lock) {
        value = register_value(s, offset);
    }
    trace_avps_smmu_read(offset, value);
    return value;
}

static void set_half(uint64_t *value, hwaddr offset, uint32_t half,
                     uint64_t bits)
{
    *value = deposit64(*value, 8 * (offset & 4), 32, half) & bits;
}

static void forget_all(AvpsSmmuv3 *s)
{
    AvpsSmmuMaster *master, *next;

    QLIST_FOREACH_SAFE(master, &s->active, next_active, next) {
        avps_smmu_forget(master);
    }
}

/* Turning the SMMU on or off also makes it forget, which it may at any time. */
static void write_cr0(AvpsSmmuv3 *s, uint32_t value)
{
    if ((s->cr0 ^ value) & R_CR0_SMMUEN_MASK) {
        forget_all(s);
    }
    s->cr0 = value & CR0_BITS;
}

/* Section 3.18.1: once it is off, none comes any more. */
static void write_irq_ctrl(AvpsSmmuv3 *s, uint32_t value)
{
    s->irq_ctrl = value & IRQ_CTRL_BITS;
    if (!FIELD_EX32(value, IRQ_CTRL, GERROR_IRQEN)) {
        s->pending_irqs &= ~(1u << AVPS_SMMU_IRQ_GERROR);
    }
    if (!FIELD_EX32(value, IRQ_CTRL, EVENTQ_IRQEN)) {
        s->pending_irqs &= ~(1u << AVPS_SMMU_IRQ_EVENTQ);
    }
}

/* Section 6.3: an enable bit guards what must not change while it is set. */
static bool is_guarded(const AvpsSmmuv3 *s, hwaddr offset)
{
    switch (offset) {
    case A_CR2:
    case A_STRTAB_BASE ... A_STRTAB_BASE_CFG:
        return FIELD_EX32(s->cr0, CR0, SMMUEN);
    case A_CMDQ_BASE ... A_CMDQ_BASE + 4:
    case A_CMDQ_CONS:
        return FIELD_EX32(s->cr0, CR0, CMDQEN);
    case A_EVENTQ_BASE ... A_EVENTQ_BASE + 4:
    case A_EVENTQ_PROD:
        return FIELD_EX32(s->cr0, CR0, EVENTQEN);
    case A_GERROR_IRQ_CFG0 ... A_GERROR_IRQ_CFG2:
        return FIELD_EX32(s->irq_ctrl, IRQ_CTRL, GERROR_IRQEN);
    case A_EVENTQ_IRQ_CFG0 ... A_EVENTQ_IRQ_CFG2:
        return FIELD_EX32(s->irq_ctrl, IRQ_CTRL, EVENTQ_IRQEN);
    default:
        return false;
    }
}

/* Returns false for what cannot be written. Locked. */
static bool write_register(AvpsSmmuv3 *s, hwaddr offset, uint32_t value)
{
    if (is_guarded(s, offset)) {
        return false;
    }
    switch (offset) {
    case A_CR0:
        write_cr0(s, value);
        break;
    case A_CR1:
        s->cr1 = value & CR1_BITS;
        break;
    case A_CR2:
        s->cr2 = value & CR2_BITS;
        break;
    case A_GBPA:
        /* Section 6.3.14: only a write that says so is an update */
        if (value & R_GBPA_UPDATE_MASK) {
            s->gbpa = value & GBPA_BITS;
        }
        break;
    case A_IRQ_CTRL:
        write_irq_ctrl(s, value);
        break;
    case A_GERRORN:
        s->gerrorn = value & GERROR_BITS;
        break;
    case A_GERROR_IRQ_CFG0:
    case A_GERROR_IRQ_CFG0 + 4:
        set_half(&s->gerror_msi.cfg0, offset, value, MSI_ADDRESS_BITS);
        break;
    case A_GERROR_IRQ_CFG1:
        s->gerror_msi.cfg1 = value;
        break;
    case A_GERROR_IRQ_CFG2:
        s->gerror_msi.cfg2 = value & MSI_ATTRIBUTE_BITS;
        break;
    case A_STRTAB_BASE:
    case A_STRTAB_BASE + 4:
        set_half(&s->strtab_base, offset, value, STRTAB_BASE_BITS);
        break;
    case A_STRTAB_BASE_CFG:
        s->strtab_base_cfg = value & STRTAB_BASE_CFG_BITS;
        break;
    case A_CMDQ_BASE:
    case A_CMDQ_BASE + 4:
        set_half(&s->cmdq.base, offset, value, QUEUE_BASE_BITS);
        break;
    case A_CMDQ_PROD:
        s->cmdq.prod = value & QUEUE_POINTER_BITS;
        break;
    case A_CMDQ_CONS:
        s->cmdq.cons = value & (QUEUE_POINTER_BITS | R_CMDQ_CONS_ERR_MASK);
        break;
    case A_EVENTQ_BASE:
    case A_EVENTQ_BASE + 4:
        set_half(&s->eventq.base, offset, value, QUEUE_BASE_BITS);
        break;
    case A_EVENTQ_PROD:
        s->eventq.prod = value & EVENTQ_POINTER_BITS;
        break;
    case A_EVENTQ_CONS:
        s->eventq.cons = value & EVENTQ_POINTER_BITS;
        break;
    case A_EVENTQ_IRQ_CFG0:
    case A_EVENTQ_IRQ_CFG0 + 4:
        set_half(&s->eventq_msi.cfg0, offset, value, MSI_ADDRESS_BITS);
        break;
    case A_EVENTQ_IRQ_CFG1:
        s->eventq_msi.cfg1 = value;
        break;
    case A_EVENTQ_IRQ_CFG2:
        s->eventq_msi.cfg2 = value & MSI_ATTRIBUTE_BITS;
        break;
    default:
        return false;
    }
    return true;
}

static void registers_write(void *opaque, hwaddr offset, uint64_t value,
                            unsigned size)
{
    AvpsSmmuv3 *s = opaque;
    bool written;

    offset &= ~PAGE1;
    trace_avps_smmu_write(offset, value);
    WITH_QEMU_LOCK_GUARD(&s->lock) {
        written = write_register(s, offset, value);
    }
    if (!written) {
        qemu_log_mask(LOG_GUEST_ERROR, "avps-smmuv3: write of 0x%" PRIx64
                      " to a register that is not there, read-only or in use, "
                      "0x%" HWADDR_PRIx "\n", value, offset);
        return;
    }
    if (offset == A_CR0 || offset == A_GBPA) {
        avps_smmu_notify_unmap(s, 0, UINT64_MAX);
    }
    if (offset == A_CR0 || offset == A_CMDQ_PROD || offset == A_GERRORN) {
        avps_smmu_run_commands(s);
    }
}

static const MemoryRegionOps register_ops = {
    .read = registers_read,
    .write = registers_write,
    .endianness = DEVICE_LITTLE_ENDIAN,
    .valid = { .min_access_size = 4, .max_access_size = 8 },
    .impl = { .min_access_size = 4, .max_access_size = 4 },
};

/* --- Masters --- */

/*
 * A master stays when its bus goes with a bridge that is unplugged: nobody
 * uses it then, and a bus that comes to the same place is served by it.
 */
static AvpsSmmuMaster *create_master(AvpsSmmuv3 *s, PCIBus *bus, int devfn)
{
    AvpsSmmuMaster *master = g_new0(AvpsSmmuMaster, 1);
    g_autofree char *name = NULL;

    master->smmu = s;
    master->bus = bus;
    master->devfn = devfn;
    master->is_platform = object_dynamic_cast(OBJECT(bus),
                                              TYPE_AVPS_STREAM_BUS);
    name = master->is_platform
        ? g_strdup_printf("stream-%x", avps_smmu_stream(master))
        : g_strdup_printf("stream-%s-%02x.%x", BUS(bus)->name,
                          PCI_SLOT(devfn), PCI_FUNC(devfn));
    memory_region_init_iommu(&master->view, sizeof(master->view),
                             TYPE_AVPS_SMMU_VIEW, OBJECT(s), name, UINT64_MAX);
    address_space_init(&master->as, MEMORY_REGION(&master->view), name);
    if (s->firewall) {
        g_autofree char *port = g_strdup_printf("%s-refused", name);

        avps_firewall_init_port(s->firewall, &master->refused, OBJECT(s),
                                port);
    }
    QLIST_INSERT_HEAD(&s->masters, master, next);
    return master;
}

static AddressSpace *get_address_space(PCIBus *bus, void *opaque, int devfn)
{
    AvpsSmmuv3 *s = opaque;
    AvpsSmmuMaster *master;

    QLIST_FOREACH(master, &s->masters, next) {
        if (master->bus == bus && master->devfn == devfn) {
            return &master->as;
        }
    }
    return &create_master(s, bus, devfn)->as;
}

static const PCIIOMMUOps iommu_ops = {
    .get_address_space = get_address_space,
};

/* --- Life --- */

/* Nothing goes on in the background while the machine stands still. */
static void deliver_irqs_bh(void *opaque)
{
    if (runstate_is_running()) {
        avps_smmu_deliver_irqs(opaque);
    }
}

static void run_commands_bh(void *opaque)
{
    if (runstate_is_running()) {
        avps_smmu_run_commands(opaque);
    }
}

/* What was left to do when the machine stopped, or when it was saved. */
static void run_state_changed(void *opaque, bool running, RunState state)
{
    AvpsSmmuv3 *s = opaque;

    if (running) {
        qemu_bh_schedule(s->irq_bh);
        qemu_bh_schedule(s->cmdq_bh);
    }
}

/*
 * In the last phase: until then masters may still finish what they were doing,
 * by the translations they had.
 */
static void smmuv3_reset_exit(Object *obj, ResetType type)
{
    AvpsSmmuv3 *s = AVPS_SMMUV3(obj);

    WITH_QEMU_LOCK_GUARD(&s->lock) {
        forget_all(s);
        s->cr0 = s->cr1 = s->cr2 = 0;
        s->gbpa = FIELD_DP32(0, GBPA, SHCFG, 1);
        s->gbpa = FIELD_DP32(s->gbpa, GBPA, ABORT, s->abort_at_reset);
        s->irq_ctrl = 0;
        s->gerror = s->gerrorn = 0;
        s->strtab_base = 0;
        s->strtab_base_cfg = 0;
        s->cmdq = s->eventq = (AvpsSmmuQueue) { .base = SMMU_QUEUE_BITS };
        s->gerror_msi = s->eventq_msi = (AvpsSmmuMsi) { };
        s->pending_irqs = 0;
    }
    qemu_bh_cancel(s->irq_bh);
    qemu_bh_cancel(s->cmdq_bh);
    avps_smmu_notify_unmap(s, 0, UINT64_MAX);
}

static void smmuv3_realize(DeviceState *dev, Error **errp)
{
    AvpsSmmuv3 *s = AVPS_SMMUV3(dev);
    SysBusDevice *sbd = SYS_BUS_DEVICE(dev);

    if (!s->primary_bus) {
        error_setg(errp, "avps-smmuv3 needs a PCIe root bus: set primary-bus");
        return;
    }
    qemu_mutex_init(&s->lock);
    s->irq_bh = qemu_bh_new_guarded(deliver_irqs_bh, s,
                                    &dev->mem_reentrancy_guard);
    s->cmdq_bh = qemu_bh_new_guarded(run_commands_bh, s,
                                     &dev->mem_reentrancy_guard);
    qemu_add_vm_change_state_handler(run_state_changed, s);
    memory_region_init_io(&s->registers, OBJECT(s), &register_ops, s,
                          TYPE_AVPS_SMMUV3, REGISTERS_SIZE);
    sysbus_init_mmio(sbd, &s->registers);
    for (int i = 0; i < AVPS_SMMU_NUM_IRQS; i++) {
        sysbus_init_irq(sbd, &s->irq[i]);
    }
    pci_setup_iommu(s->primary_bus, &iommu_ops, s);
}

static void smmuv3_write_node(AvpsFdtNode *obj, AvpsFdt *fdt,
                              const AvpsMapRow *row)
{
    g_autofree char *path =
        avps_fdt_add_block(fdt, row, "iommu", AVPS_STRINGS("arm,smmu-v3"));

    avps_fdt_set_strings(fdt, path, "interrupt-names",
                         AVPS_STRINGS("eventq", "priq", "cmdq-sync",
                                      "gerror"));
    avps_fdt_set_flag(fdt, path, "dma-coherent");
}

/*
 * --- Migration. Caches are filled again from the tables; registers need no
 * check, because every use masks what it takes from them. ---
 */

static int smmuv3_post_load(void *opaque, int version_id)
{
    AvpsSmmuv3 *s = opaque;

    QEMU_LOCK_GUARD(&s->lock);
    forget_all(s);
    return 0;
}

static const VMStateDescription vmstate_queue = {
    .name = "avps-smmuv3/queue",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_UINT64(base, AvpsSmmuQueue),
        VMSTATE_UINT32(prod, AvpsSmmuQueue),
        VMSTATE_UINT32(cons, AvpsSmmuQueue),
        VMSTATE_END_OF_LIST()
    }
};

static const VMStateDescription vmstate_msi = {
    .name = "avps-smmuv3/msi",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_UINT64(cfg0, AvpsSmmuMsi),
        VMSTATE_UINT32(cfg1, AvpsSmmuMsi),
        VMSTATE_UINT32(cfg2, AvpsSmmuMsi),
        VMSTATE_END_OF_LIST()
    }
};

static const VMStateDescription vmstate_smmuv3 = {
    .name = TYPE_AVPS_SMMUV3,
    .version_id = 1,
    .minimum_version_id = 1,
    /* Masters translate while they are loaded */
    .priority = MIG_PRI_IOMMU,
    .post_load = smmuv3_post_load,
    .fields = (const VMStateField[]) {
        VMSTATE_UINT32(cr0, AvpsSmmuv3),
        VMSTATE_UINT32(cr1, AvpsSmmuv3),
        VMSTATE_UINT32(cr2, AvpsSmmuv3),
        VMSTATE_UINT32(gbpa, AvpsSmmuv3),
        VMSTATE_UINT32(irq_ctrl, AvpsSmmuv3),
        VMSTATE_UINT32(gerror, AvpsSmmuv3),
        VMSTATE_UINT32(gerrorn, AvpsSmmuv3),
        VMSTATE_UINT64(strtab_base, AvpsSmmuv3),
        VMSTATE_UINT32(strtab_base_cfg, AvpsSmmuv3),
        VMSTATE_STRUCT(cmdq, AvpsSmmuv3, 1, vmstate_queue, AvpsSmmuQueue),
        VMSTATE_STRUCT(eventq, AvpsSmmuv3, 1, vmstate_queue, AvpsSmmuQueue),
        VMSTATE_STRUCT(gerror_msi, AvpsSmmuv3, 1, vmstate_msi, AvpsSmmuMsi),
        VMSTATE_STRUCT(eventq_msi, AvpsSmmuv3, 1, vmstate_msi, AvpsSmmuMsi),
        VMSTATE_UINT32(pending_irqs, AvpsSmmuv3),
        VMSTATE_END_OF_LIST()
    }
};

static const Property smmuv3_properties[] = {
    DEFINE_PROP_LINK("primary-bus", AvpsSmmuv3, primary_bus, TYPE_PCI_BUS,
                     PCIBus *),
    DEFINE_PROP_LINK("firewall", AvpsSmmuv3, firewall, TYPE_AVPS_FIREWALL,
                     AvpsFirewall *),
    DEFINE_PROP_BOOL("abort-at-reset", AvpsSmmuv3, abort_at_reset, false),
};

static void smmuv3_class_init(ObjectClass *oc, AVPS_CLASS_DATA *data)
{
    DeviceClass *dc = DEVICE_CLASS(oc);

    dc->desc = "System MMU (SMMUv3) of the AVPS ECU";
    dc->realize = smmuv3_realize;
    dc->vmsd = &vmstate_smmuv3;
    /* Wired by its SoC */
    dc->user_creatable = false;
    device_class_set_props(dc, smmuv3_properties);
    RESETTABLE_CLASS(oc)->phases.exit = smmuv3_reset_exit;
    AVPS_FDT_NODE_CLASS(oc)->write_node = smmuv3_write_node;
}

static const TypeInfo smmuv3_info = {
    .name = TYPE_AVPS_SMMUV3,
    .parent = TYPE_SYS_BUS_DEVICE,
    .instance_size = sizeof(AvpsSmmuv3),
    .class_init = smmuv3_class_init,
    .interfaces = AVPS_INTERFACES { { TYPE_AVPS_FDT_NODE }, { } },
};

static void smmuv3_register_types(void)
{
    type_register_static(&smmuv3_info);
}

type_init(smmuv3_register_types)
