/*
 * avps-ecu qtests: programming the SMMUv3
 *
 * Arm System Memory Management Unit Architecture Specification, SMMU
 * architecture version 3 (IHI 0070): stream tables (5), command queue (4),
 * event queue (7), registers (6). VMSAv8-64 translation tables: Arm
 * Architecture Reference Manual, D8.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef TESTS_QTEST_AVPS_SMMU_H
#define TESTS_QTEST_AVPS_SMMU_H

#include "tests/qtest/avps/ram-view.h"

/* --- Registers --- */

#define SMMU_IDR0 0x00
#define SMMU_IDR0_S2P (1 << 0)
#define SMMU_IDR0_S1P (1 << 1)
#define SMMU_IDR0_MSI (1 << 13)
#define SMMU_IDR1 0x04
#define SMMU_IDR2 0x08
#define SMMU_IDR3 0x0c
#define SMMU_IDR5 0x14
#define SMMU_IIDR 0x18
#define SMMU_AIDR 0x1c
#define SMMU_CR0 0x20
#define SMMU_CR0_SMMUEN (1 << 0)
#define SMMU_CR0_EVENTQEN (1 << 2)
#define SMMU_CR0_CMDQEN (1 << 3)
#define SMMU_CR0_ALL (SMMU_CR0_SMMUEN | SMMU_CR0_EVENTQEN | SMMU_CR0_CMDQEN)
#define SMMU_CR0ACK 0x24
#define SMMU_CR1 0x28
#define SMMU_CR2 0x2c
#define SMMU_CR2_RECINVSID (1 << 1)
#define SMMU_GBPA 0x44
#define SMMU_GBPA_ABORT (1 << 20)
#define SMMU_GBPA_UPDATE (1u << 31)
#define SMMU_IRQ_CTRL 0x50
#define SMMU_IRQ_CTRL_GERROR (1 << 0)
#define SMMU_IRQ_CTRL_EVENTQ (1 << 2)
#define SMMU_IRQ_CTRLACK 0x54
#define SMMU_GERROR 0x60
#define SMMU_GERROR_CMDQ (1 << 0)
#define SMMU_GERROR_EVENTQ_ABT (1 << 2)
#define SMMU_GERROR_MSI_CMDQ_ABT (1 << 4)
#define SMMU_GERRORN 0x64
#define SMMU_GERROR_IRQ_CFG0 0x68
#define SMMU_GERROR_IRQ_CFG1 0x70
#define SMMU_STRTAB_BASE 0x80
#define SMMU_STRTAB_BASE_CFG 0x88
#define SMMU_STRTAB_LINEAR(log2size) (log2size)
#define SMMU_STRTAB_2LEVEL(log2size, split) \
    (1 << 16 | (split) << 6 | (log2size))
#define SMMU_CMDQ_BASE 0x90
#define SMMU_CMDQ_PROD 0x98
#define SMMU_CMDQ_CONS 0x9c
#define SMMU_CMDQ_CONS_ERROR(cons) ((cons) >> 24 & 0x7f)
#define SMMU_CERROR_ILL 1
#define SMMU_CERROR_ABT 2
#define SMMU_EVENTQ_BASE 0xa0
#define SMMU_EVENTQ_IRQ_CFG0 0xb0
#define SMMU_EVENTQ_IRQ_CFG1 0xb8
#define SMMU_EVENTQ_PROD 0x100a8
#define SMMU_EVENTQ_CONS 0x100ac
#define SMMU_EVENTQ_OVERFLOW (1u << 31)

/* The order of the interrupts in the block's row */
enum { SMMU_IRQ_EVENTQ, SMMU_IRQ_PRIQ, SMMU_IRQ_SYNC, SMMU_IRQ_GERROR };

#define SMMU_STREAM_BITS 16
#define SMMU_OAS_BITS 44
#define SMMU_QUEUE_BITS_MAX 19

/* --- Commands: opcodes, and the fields of their two words --- */

#define CMD_PREFETCH_CONFIG 0x01
#define CMD_PREFETCH_ADDR 0x02
#define CMD_CFGI_STE 0x03
#define CMD_CFGI_STE_RANGE 0x04
#define CMD_CFGI_CD 0x05
#define CMD_CFGI_CD_ALL 0x06
#define CMD_TLBI_NH_ALL 0x10
#define CMD_TLBI_NH_ASID 0x11
#define CMD_TLBI_NH_VA 0x12
#define CMD_TLBI_NH_VAA 0x13
#define CMD_TLBI_EL3_ALL 0x18
#define CMD_TLBI_S12_VMALL 0x28
#define CMD_TLBI_S2_IPA 0x2a
#define CMD_TLBI_NSNH_ALL 0x30
#define CMD_ATC_INV 0x40
#define CMD_PRI_RESP 0x41
#define CMD_RESUME 0x44
#define CMD_STALL_TERM 0x45
#define CMD_SYNC 0x46

#define CMD_SSEC (1ull << 10)
#define CMD_STREAM(sid) ((uint64_t)(sid) << 32)
#define CMD_VMID(vmid) ((uint64_t)(vmid) << 32)
#define CMD_ASID(asid) ((uint64_t)(asid) << 48)
#define CMD_NUM(num) ((uint64_t)(num) << 12)
#define CMD_SCALE(scale) ((uint64_t)(scale) << 20)
#define CMD_LEAF 1ull
#define CMD_TTL(level) ((uint64_t)(level) << 8)
#define CMD_TG(tg) ((uint64_t)(tg) << 10)
#define CMD_STE_ALL 31ull
#define CMD_SYNC_NONE (0ull << 12)
#define CMD_SYNC_IRQ (1ull << 12)
#define CMD_SYNC_SEV (2ull << 12)
#define CMD_SYNC_MSI_DATA(data) ((uint64_t)(data) << 32)

/* --- Events --- */

#define EVENT_C_BAD_STREAMID 0x02
#define EVENT_F_STE_FETCH 0x03
#define EVENT_C_BAD_STE 0x04
#define EVENT_F_CD_FETCH 0x09
#define EVENT_C_BAD_CD 0x0a
#define EVENT_F_WALK_EABT 0x0b
#define EVENT_F_TRANSLATION 0x10
#define EVENT_F_ADDR_SIZE 0x11
#define EVENT_F_ACCESS 0x12
#define EVENT_F_PERMISSION 0x13

/* What was accessed at the stage that failed: 7.3.13 */
enum { EVENT_CLASS_CD, EVENT_CLASS_TTD, EVENT_CLASS_IN };

#define EVENT_IPA_MASK 0x000ffffffffff000ull

typedef struct SmmuEvent {
    int type;
    uint32_t stream;
    bool substream_valid;
    bool stall;
    bool read;
    bool stage2;
    int class;
    uint64_t address;
    uint64_t ipa;       /* a page's, or the address of a failed fetch */
} SmmuEvent;

/* --- Stream table entries and context descriptors: words and fields --- */

#define STE_WORDS 8
#define STE_VALID 1ull
#define STE_CONFIG(config) ((uint64_t)(config) << 1)
#define STE_CONFIG_ABORT 0
#define STE_CONFIG_BYPASS 4
#define STE_CONFIG_S1 5
#define STE_CONFIG_S2 6
#define STE_CONFIG_NESTED 7
#define STE_S1CDMAX(n) ((uint64_t)(n) << 59)
#define STE_1_SHCFG_INCOMING (1ull << 44)
#define STE_1_S1STALLD (1ull << 27)
#define STE_2_VMID(vmid) ((uint64_t)(vmid))
#define STE_2_T0SZ(t0sz) ((uint64_t)(t0sz) << 32)
#define STE_2_SL0(sl0) ((uint64_t)(sl0) << 38)
#define STE_2_TG(tg) ((uint64_t)(tg) << 46)
#define STE_2_PS(ps) ((uint64_t)(ps) << 48)
#define STE_2_AA64 (1ull << 51)
#define STE_2_ENDI (1ull << 52)
#define STE_2_AFFD (1ull << 53)
#define STE_2_PTW (1ull << 54)
#define STE_2_HD (1ull << 55)
#define STE_2_HA (1ull << 56)
#define STE_2_S (1ull << 57)
#define STE_2_R (1ull << 58)

#define CD_WORDS 8
#define CD_T0SZ(t0sz) ((uint64_t)(t0sz))
#define CD_TG0(tg) ((uint64_t)(tg) << 6)
#define CD_EPD0 (1ull << 14)
#define CD_ENDI (1ull << 15)
#define CD_T1SZ(t1sz) ((uint64_t)(t1sz) << 16)
#define CD_TG1(tg) ((uint64_t)(tg) << 22)
#define CD_EPD1 (1ull << 30)
#define CD_VALID (1ull << 31)
#define CD_IPS(ips) ((uint64_t)(ips) << 32)
#define CD_AFFD (1ull << 35)
#define CD_TBI0 (1ull << 38)
#define CD_AA64 (1ull << 41)
#define CD_S (1ull << 44)
#define CD_R (1ull << 45)
#define CD_A (1ull << 46)
#define CD_ASET (1ull << 47)
#define CD_ASID(asid) ((uint64_t)(asid) << 48)

/* Address sizes as IPS, S2PS and OAS tell them */
#define SIZE_32_BITS 0
#define SIZE_44_BITS 4

/* --- Translation tables --- */

typedef enum { GRANULE_4K = 12, GRANULE_16K = 14, GRANULE_64K = 16 } Granule;

typedef enum {
    MAY_NOTHING = 0,
    MAY_READ = 1,
    MAY_WRITE = 2,
    MAY_READ_WRITE = MAY_READ | MAY_WRITE,
} Permission;

#define TTD_VALID 1ull
#define TTD_TABLE_OR_PAGE 2ull
#define TTD_AF (1ull << 10)
#define TTD_S1_NOT_GLOBAL (1ull << 11)

typedef struct PageTable {
    RamView *ram;
    int stage;
    Granule granule;
    int input_bits;
    int start_level;
    uint64_t root;
    /* Of a stage 1 inside a stage 2: the IPA of a table minus its address */
    uint64_t ipa_offset;
    uint16_t id;        /* ASID or VMID */
} PageTable;

/*
 * A table that translates nothing yet. @start_level is -1 for the highest that
 * needs a single table; a stage 2 may start one level lower, with up to 16
 * tables side by side.
 */
PageTable *table_new(RamView *ram, int stage, Granule granule, int input_bits,
                     int start_level);

/* Bytes that an entry of @level maps */
uint64_t table_entry_size(const PageTable *table, int level);

/* Map @iova with one entry of @level, of which 3 is a page. */
void table_map_level(PageTable *table, uint64_t iova, uint64_t pa, int level,
                     Permission permission);

/* Map @size bytes by pages. */
void table_map(PageTable *table, uint64_t iova, uint64_t pa, uint64_t size,
               Permission permission);

/* The entry for @iova at @level; tables above it are made when missing. */
uint64_t *table_entry(PageTable *table, uint64_t iova, int level);

/* Encodings for CD and STE */
int table_tg(const PageTable *table);
int table_sl0(const PageTable *table);

/* --- The SMMU --- */

typedef struct Smmu {
    QTestState *qts;
    RamView *ram;
    uint64_t stream_table;      /* level 1 */
    uint64_t cmdq;
    uint64_t eventq;
    int cmdq_bits;
    int eventq_bits;
} Smmu;

uint32_t smmu_read(const Smmu *smmu, uint64_t offset);
void smmu_write(const Smmu *smmu, uint64_t offset, uint32_t value);
uint64_t smmu_read64(const Smmu *smmu, uint64_t offset);
void smmu_write64(const Smmu *smmu, uint64_t offset, uint64_t value);

/* Write CR0 and see it acknowledged. */
void smmu_set_cr0(const Smmu *smmu, uint32_t value);

/* Give GBPA a new value by its protocol. */
void smmu_set_gbpa(const Smmu *smmu, uint32_t value);

/*
 * Take the SMMU as it is after reset: a two-level stream table without any
 * stream, and queues; all three enabled.
 */
Smmu *smmu_new(QTestState *qts, RamView *ram);

/* The structures exist and are empty, the SMMU is off. */
Smmu *smmu_new_disabled(QTestState *qts, RamView *ram);

/* Give it new structures, all empty. */
void smmu_allocate(Smmu *smmu);

/* Program the SMMU anew with its structures, after any sort of disorder. */
void smmu_restart(Smmu *smmu);

/* Commands: put one into the queue; let all be consumed. */
void smmu_queue_command(Smmu *smmu, uint64_t word0, uint64_t word1);
void smmu_consume(Smmu *smmu);

/* A command and a CMD_SYNC, which must succeed */
void smmu_command(Smmu *smmu, uint64_t word0, uint64_t word1);

/* Let the SMMU forget all that it may have cached. */
void smmu_invalidate_all(Smmu *smmu);

/* The global errors that are active */
uint32_t smmu_errors(const Smmu *smmu);
void smmu_acknowledge_errors(const Smmu *smmu);

/* Take the next event from the queue; false when there is none. */
bool smmu_next_event(Smmu *smmu, SmmuEvent *event);
void smmu_drop_events(Smmu *smmu);
void smmu_assert_no_event(Smmu *smmu);

/* --- Streams --- */

/* The words of a stream's entry; not known to the SMMU before a CFGI_STE */
uint64_t *smmu_ste(Smmu *smmu, uint32_t stream);
void smmu_invalidate_ste(Smmu *smmu, uint32_t stream);

/* Set the entry to these words and invalidate it. */
void smmu_set_ste(Smmu *smmu, uint32_t stream, const uint64_t *words);

/* A stream that aborts, or bypasses */
void smmu_set_config(Smmu *smmu, uint32_t stream, int config);

/* A CD for a stage 1; its physical address */
uint64_t cd_new(const PageTable *s1);

/*
 * Fill in an STE for one or both of the stages: @cd is the address of a CD as
 * the stage 2 knows it, or 0, and @s2 the stage 2, or NULL.
 */
void ste_fill(uint64_t *ste, uint64_t cd, const PageTable *s2);

/* Let @stream be translated by one or two tables; the other is NULL. */
void smmu_attach(Smmu *smmu, uint32_t stream, const PageTable *s1,
                 const PageTable *s2);

#endif
