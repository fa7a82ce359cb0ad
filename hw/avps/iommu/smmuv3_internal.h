/*
 * avps-ecu: System MMU, what its parts share
 *
 * smmuv3.c            registers, masters, reset, migration
 * smmuv3_queues.c     command queue, event queue, interrupts
 * smmuv3_memory.c     tables and queues in memory
 * smmuv3_config.c     from a StreamID to a configuration
 * smmuv3_walk.c       from an address and a configuration to memory
 * smmuv3_translate.c  one transaction: caches, configuration, walk, faults
 *
 * Sections are those of the Arm System Memory Management Unit Architecture
 * Specification, SMMU architecture version 3 (IHI 0070).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef HW_AVPS_IOMMU_SMMUV3_INTERNAL_H
#define HW_AVPS_IOMMU_SMMUV3_INTERNAL_H

#include "hw/registerfields.h"
#include "hw/avps/iommu/smmuv3.h"

/* --- What this implementation is: reported by the ID registers --- */

#define SMMU_SID_BITS 16
#define SMMU_OUTPUT_BITS 44 /* of physical and intermediate addresses */
#define SMMU_QUEUE_BITS 19  /* largest command and event queue, log2 */
#define SMMU_DEVICE_ID 0xffff /* of its own messages at the ITS; no stream */

/* --- Registers, section 6.3 --- */

REG32(IDR0, 0x0)
    FIELD(IDR0, S2P, 0, 1)
    FIELD(IDR0, S1P, 1, 1)
    FIELD(IDR0, TTF, 2, 2)
    FIELD(IDR0, COHACC, 4, 1)
    FIELD(IDR0, ASID16, 12, 1)
    FIELD(IDR0, MSI, 13, 1)
    FIELD(IDR0, VMID16, 18, 1)
    FIELD(IDR0, TTENDIAN, 21, 2)
    FIELD(IDR0, STALL_MODEL, 24, 2)
    FIELD(IDR0, TERM_MODEL, 26, 1)
    FIELD(IDR0, ST_LEVEL, 27, 2)
REG32(IDR1, 0x4)
    FIELD(IDR1, SIDSIZE, 0, 6)
    FIELD(IDR1, EVENTQS, 16, 5)
    FIELD(IDR1, CMDQS, 21, 5)
REG32(IDR2, 0x8)
REG32(IDR3, 0xc)
    FIELD(IDR3, HAD, 2, 1)
    FIELD(IDR3, XNX, 4, 1)
    FIELD(IDR3, RIL, 10, 1)
    FIELD(IDR3, BBML, 11, 2)
REG32(IDR4, 0x10)
REG32(IDR5, 0x14)
    FIELD(IDR5, OAS, 0, 3)
    FIELD(IDR5, GRAN4K, 4, 1)
    FIELD(IDR5, GRAN16K, 5, 1)
    FIELD(IDR5, GRAN64K, 6, 1)
REG32(IIDR, 0x18)
REG32(AIDR, 0x1c)
REG32(CR0, 0x20)
    FIELD(CR0, SMMUEN, 0, 1)
    FIELD(CR0, EVENTQEN, 2, 1)
    FIELD(CR0, CMDQEN, 3, 1)
REG32(CR0ACK, 0x24)
REG32(CR1, 0x28)
REG32(CR2, 0x2c)
    FIELD(CR2, RECINVSID, 1, 1)
REG32(STATUSR, 0x40)
REG32(GBPA, 0x44)
    FIELD(GBPA, SHCFG, 12, 2)
    FIELD(GBPA, ABORT, 20, 1)
    FIELD(GBPA, UPDATE, 31, 1)
REG32(IRQ_CTRL, 0x50)
    FIELD(IRQ_CTRL, GERROR_IRQEN, 0, 1)
    FIELD(IRQ_CTRL, EVENTQ_IRQEN, 2, 1)
REG32(IRQ_CTRLACK, 0x54)
REG32(GERROR, 0x60)
    FIELD(GERROR, CMDQ_ERR, 0, 1)
    FIELD(GERROR, EVENTQ_ABT_ERR, 2, 1)
    FIELD(GERROR, MSI_CMDQ_ABT_ERR, 4, 1)
    FIELD(GERROR, MSI_EVENTQ_ABT_ERR, 5, 1)
    FIELD(GERROR, MSI_GERROR_ABT_ERR, 7, 1)
REG32(GERRORN, 0x64)
REG32(GERROR_IRQ_CFG0, 0x68) /* 64 bits */
REG32(GERROR_IRQ_CFG1, 0x70)
REG32(GERROR_IRQ_CFG2, 0x74)
REG32(STRTAB_BASE, 0x80) /* 64 bits */
REG32(STRTAB_BASE_CFG, 0x88)
    FIELD(STRTAB_BASE_CFG, LOG2SIZE, 0, 6)
    FIELD(STRTAB_BASE_CFG, SPLIT, 6, 5)
    FIELD(STRTAB_BASE_CFG, FMT, 16, 2)
REG32(CMDQ_BASE, 0x90) /* 64 bits */
REG32(CMDQ_PROD, 0x98)
REG32(CMDQ_CONS, 0x9c)
    FIELD(CMDQ_CONS, ERR, 24, 7)
REG32(EVENTQ_BASE, 0xa0) /* 64 bits */
/* These two on page 1; page 0 shows the same, section 6.2 permits that */
REG32(EVENTQ_PROD, 0xa8)
    FIELD(EVENTQ_PROD, OVFLG, 31, 1)
REG32(EVENTQ_CONS, 0xac)
REG32(EVENTQ_IRQ_CFG0, 0xb0) /* 64 bits */
REG32(EVENTQ_IRQ_CFG1, 0xb8)
REG32(EVENTQ_IRQ_CFG2, 0xbc)
REG32(IDREGS, 0xfd0)

/* Of all registers and structures that hold an address: bits 51 down */
#define SMMU_ADDRESS_MASK MAKE_64BIT_MASK(0, 52)

static inline bool avps_smmu_enabled(const AvpsSmmuv3 *s)
{
    return FIELD_EX32(s->cr0, CR0, SMMUEN);
}

/* --- Configuration of a stream, as far as it matters here --- */

/* A range of addresses that one translation table maps */
typedef struct SmmuTable {
    bool disabled;
    bool no_hierarchy;  /* HAD: permissions in table descriptors are ignored */
    uint8_t granule;    /* log2 of the smallest page, bytes */
    uint8_t input_bits;
    uint8_t start_level;
    uint64_t base;
} SmmuTable;

/* What a stage does with its faults, and what it lets through */
typedef struct SmmuStage {
    bool enabled;
    bool record;        /* faults are reported to software */
    bool ignore_access; /* AFFD: the access flag is not looked at */
    uint8_t output_bits;
} SmmuStage;

typedef struct SmmuConfig {
    bool abort;         /* without an event */
    bool tbi[2];        /* the top byte of an address is ignored */
    uint16_t asid, vmid;
    SmmuStage s1, s2;
    SmmuTable tt[2];    /* stage 1: low and high addresses */
    SmmuTable s2_table;
} SmmuConfig;

/* --- Events, section 7.3 --- */

typedef enum SmmuEventType {
    SMMU_EVENT_NONE = 0,
    C_BAD_STREAMID = 0x02,
    F_STE_FETCH = 0x03,
    C_BAD_STE = 0x04,
    F_CD_FETCH = 0x09,
    C_BAD_CD = 0x0a,
    F_WALK_EABT = 0x0b,
    F_TRANSLATION = 0x10,
    F_ADDR_SIZE = 0x11,
    F_ACCESS = 0x12,
    F_PERMISSION = 0x13,
} SmmuEventType;

/* What was being fetched when it went wrong */
typedef enum SmmuClass {
    SMMU_CLASS_CD = 0,
    SMMU_CLASS_TT = 1,
    SMMU_CLASS_IN = 2,
} SmmuClass;

typedef struct SmmuFault {
    SmmuEventType type;
    bool stage2;
    SmmuClass class;
    uint64_t address; /* where a fetch failed, or the IPA of a stage 2 fault */
} SmmuFault;

/* A transaction: where to, and whether it writes */
typedef struct SmmuAccess {
    uint64_t iova;
    bool write;
} SmmuAccess;

/* --- Translations --- */

#define SMMU_READ 1
#define SMMU_WRITE 2

/* The addresses around @iova that are mapped alike: an aligned power of two */
typedef struct SmmuMapping {
    uint64_t iova;
    uint64_t output;
    uint64_t mask;  /* the size minus one */
    uint32_t perm;  /* SMMU_READ, SMMU_WRITE; 0: nothing */
    bool global;    /* of all ASIDs */
} SmmuMapping;

/*
 * Pieces of translation tables as they were read, a cache line each. Only a
 * valid descriptor may be taken from here: software need not invalidate
 * anything when it makes one valid.
 */
#define SMMU_LINES 16
#define SMMU_LINE_WORDS 8
typedef struct SmmuLines {
    bool used[SMMU_LINES];
    uint64_t address[SMMU_LINES];
    uint64_t words[SMMU_LINES][SMMU_LINE_WORDS];
} SmmuLines;

#define SMMU_TLB_BITS 9
#define SMMU_TLB_SIZE (1 << SMMU_TLB_BITS)
#define SMMU_PAGE_BITS 12 /* by which the TLB is indexed */

/* A stream: its view of memory, and what is cached of its tables */
struct AvpsSmmuMaster {
    AvpsSmmuv3 *smmu;
    PCIBus *bus;
    int devfn;
    bool is_platform;     /* not a PCIe function */
    IOMMUMemoryRegion view;
    AddressSpace as;
    AvpsFirewallPort refused; /* with a firewall */

    /* Valid while it is in the list of active masters */
    bool is_active;
    uint16_t stream;      /* which the caches are of */
    SmmuConfig config;
    SmmuMapping *tlb;     /* SMMU_TLB_SIZE, indexed by low bits of the page */
    uint64_t tlb_largest; /* the masks of all mappings that came into it */
    bool tlb_has_globals; /* some mapping is of all ASIDs */
    SmmuLines lines;

    QLIST_ENTRY(AvpsSmmuMaster) next, next_active, next_notified;
};

/* --- smmuv3_config.c --- */

/*
 * Read the configuration of @stream from memory. Returns false and fills in
 * @fault when there is none, or when it is not valid.
 */
bool avps_smmu_read_config(AvpsSmmuv3 *s, uint32_t stream, SmmuConfig *config,
                           SmmuLines *lines, SmmuFault *fault);

/* --- smmuv3_memory.c --- */

/* Read @n words of 64 bits of a table or queue at @address; false: abort. */
bool avps_smmu_fetch(uint64_t address, uint64_t *words, int n);

/* Write @size bytes of a queue at @address; false: abort. */
bool avps_smmu_store(uint64_t address, const void *buffer, size_t size);

/* --- smmuv3_walk.c --- */

/*
 * The level at which a walk begins, with @input_bits of address and pages of
 * 1 << @granule bytes, when one table has all entries of that level.
 */
int avps_smmu_start_level(int input_bits, int granule);

/* Bits of the address that entries of @level do not resolve. */
int avps_smmu_level_shift(int level, int granule);

/* Translate by stage 2 alone the address @ipa of a structure in memory. */
bool avps_smmu_walk_stage2(const SmmuConfig *config, SmmuLines *lines,
                           uint64_t ipa, bool write, SmmuClass class,
                           SmmuMapping *mapping, SmmuFault *fault);

/* The mapping around @iova of a stream that is not translated. */
SmmuMapping avps_smmu_identity(uint64_t iova);

/* Translate by all stages that @config enables. */
bool avps_smmu_walk(const SmmuConfig *config, SmmuLines *lines,
                    SmmuAccess access, SmmuMapping *mapping, SmmuFault *fault);

/* --- smmuv3_translate.c --- */

#define TYPE_AVPS_SMMU_VIEW "avps-smmuv3-view"

/* The StreamID of @master now; bus numbers of PCIe change. */
uint16_t avps_smmu_stream(const AvpsSmmuMaster *master);

/* Forget everything that is cached of @master's tables. Locked. */
void avps_smmu_forget(AvpsSmmuMaster *master);

/* Forget the lines of tables, but no translation. Locked. */
void avps_smmu_forget_lines(AvpsSmmuMaster *master);

/* Forget what is mapped at @first to @last of @master. Locked. */
void avps_smmu_forget_range(AvpsSmmuMaster *master, uint64_t first,
                            uint64_t last);

/* --- smmuv3_queues.c --- */

/* Run the commands that software has queued, or some of them. */
void avps_smmu_run_commands(AvpsSmmuv3 *s);

/* Tell outside caches, such as vhost's, that @first to @last are unmapped. */
void avps_smmu_notify_unmap(AvpsSmmuv3 *s, uint64_t first, uint64_t last);

/* Report @fault of a transaction of @stream to software. Locked. */
void avps_smmu_record_event(AvpsSmmuv3 *s, uint32_t stream,
                            SmmuAccess access, const SmmuFault *fault);

/* Raise the interrupts that became due. Under the big lock, not locked. */
void avps_smmu_deliver_irqs(AvpsSmmuv3 *s);

#endif
