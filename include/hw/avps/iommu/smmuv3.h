/*
 * avps-ecu: System MMU (SMMUv3)
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef HW_AVPS_IOMMU_SMMUV3_H
#define HW_AVPS_IOMMU_SMMUV3_H

#include "hw/sysbus.h"
#include "hw/avps/qemu/compat.h"
#include "hw/avps/trust/firewall.h"
#include "hw/pci/pci.h"
#include "qemu/queue.h"
#include "qemu/thread.h"

#define TYPE_AVPS_SMMUV3 "avps-smmuv3"
OBJECT_DECLARE_SIMPLE_TYPE(AvpsSmmuv3, AVPS_SMMUV3)

/* A circular queue in memory; indices as in the PROD and CONS registers */
typedef struct AvpsSmmuQueue {
    uint64_t base; /* register */
    uint32_t prod; /* register */
    uint32_t cons; /* register */
} AvpsSmmuQueue;

/* Where an interrupt goes when it is a message: the IRQ_CFG registers */
typedef struct AvpsSmmuMsi {
    uint64_t cfg0; /* address, 0: by wire */
    uint32_t cfg1; /* data */
    uint32_t cfg2; /* attributes */
} AvpsSmmuMsi;

/* In the order of the sysbus interrupts */
typedef enum AvpsSmmuIrq {
    AVPS_SMMU_IRQ_EVENTQ,
    AVPS_SMMU_IRQ_PRIQ,
    AVPS_SMMU_IRQ_SYNC,
    AVPS_SMMU_IRQ_GERROR,
    AVPS_SMMU_NUM_IRQS,
} AvpsSmmuIrq;

typedef struct AvpsSmmuMaster AvpsSmmuMaster;

/*
 * An SMMU with stage 1, stage 2 and both, 16-bit StreamIDs, for the PCIe
 * hierarchy below "primary-bus" and for every master that asks that bus's
 * IOMMU for an address space (see qemu/stream_bus.h).
 *
 * Sysbus region 0: both register pages, 128 KiB. Sysbus interrupts: see
 * AvpsSmmuIrq; each is a pulse.
 *
 * Property primary-bus: the root bus of the PCIe host.
 * Property firewall: refuses what masters may not reach even if their tables
 * lead there, and is told the StreamID. Optional.
 * Property abort-at-reset: GBPA.ABORT after reset; it decides what happens
 * to all transactions until software enables the SMMU. Default false.
 */
struct AvpsSmmuv3 {
    SysBusDevice parent_obj;

    MemoryRegion registers;
    PCIBus *primary_bus; /* property */
    AvpsFirewall *firewall; /* property */
    bool abort_at_reset; /* property */
    qemu_irq irq[AVPS_SMMU_NUM_IRQS];

    uint32_t cr0, cr1, cr2;
    uint32_t gbpa;
    uint32_t irq_ctrl;
    uint32_t gerror, gerrorn;
    uint64_t strtab_base;
    uint32_t strtab_base_cfg;
    AvpsSmmuQueue cmdq, eventq;
    AvpsSmmuMsi gerror_msi, eventq_msi;

    /*
     * Translations come from any thread; registers and commands only under
     * the big lock. This one guards what both use: the registers that decide
     * about transactions, the masters' caches, the event queue. Nothing that
     * could wait for the big lock is done while it is held.
     */
    QemuMutex lock;
    uint32_t pending_irqs;     /* one bit each, raised when the lock is free */
    QEMUBH *irq_bh;            /* raises them */
    QEMUBH *cmdq_bh;           /* goes on with a long command queue */
    QLIST_HEAD(, AvpsSmmuMaster) masters;
    QLIST_HEAD(, AvpsSmmuMaster) active;   /* those with something cached */
    QLIST_HEAD(, AvpsSmmuMaster) notified; /* those with caches elsewhere */
};

#endif
