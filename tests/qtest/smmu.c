/*
 * avps-ecu qtests: programming the SMMUv3
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/bswap.h"
#include "tests/qtest/avps/board.h"
#include "tests/qtest/avps/smmu.h"

/* Register accesses within which a model must have answered */
#define PATIENCE 1000

#define QUEUE_BITS 9
#define COMMAND_SIZE 16
#define EVENT_SIZE 32

/* The stream table: level 2 tables of 256 streams each */
#define SPLIT 8
#define LEVEL2_STREAMS (1 << SPLIT)
#define STE_SIZE 64
#define CD_SIZE 64
/* Level 1: the span of a full level 2 table, and its address */
#define L1_SPAN_FULL (SPLIT + 1)
#define ADDRESS_MASK 0x000fffffffffffc0ull

/* Descriptors of translation tables */
#define TTD_ADDRESS_MASK 0x0000fffffffff000ull
#define TTD_INNER_SHAREABLE (3ull << 8)
#define TTD_S1_UNPRIVILEGED (1ull << 6)
#define TTD_S1_READ_ONLY (1ull << 7)
#define TTD_S2_NORMAL (0xfull << 2)
#define TTD_S2_READ (1ull << 6)
#define TTD_S2_WRITE (1ull << 7)
#define LAST_LEVEL 3

/* --- Registers --- */

uint32_t smmu_read(const Smmu *smmu, uint64_t offset)
{
    return qtest_readl(smmu->qts, reg("iommu", offset));
}

void smmu_write(const Smmu *smmu, uint64_t offset, uint32_t value)
{
    qtest_writel(smmu->qts, reg("iommu", offset), value);
}

uint64_t smmu_read64(const Smmu *smmu, uint64_t offset)
{
    return qtest_readq(smmu->qts, reg("iommu", offset));
}

void smmu_write64(const Smmu *smmu, uint64_t offset, uint64_t value)
{
    qtest_writeq(smmu->qts, reg("iommu", offset), value);
}

static void wait_for_register(const Smmu *smmu, uint64_t offset, uint32_t mask,
                              uint32_t value)
{
    for (int i = 0; (smmu_read(smmu, offset) & mask) != value; i++) {
        if (i == PATIENCE) {
            g_error("SMMU+0x%" PRIx64 " does not become 0x%x", offset, value);
        }
    }
}

void smmu_set_cr0(const Smmu *smmu, uint32_t value)
{
    smmu_write(smmu, SMMU_CR0, value);
    wait_for_register(smmu, SMMU_CR0ACK, UINT32_MAX, value);
}

void smmu_set_gbpa(const Smmu *smmu, uint32_t value)
{
    smmu_write(smmu, SMMU_GBPA, value | SMMU_GBPA_UPDATE);
    wait_for_register(smmu, SMMU_GBPA, SMMU_GBPA_UPDATE, 0);
}

uint32_t smmu_errors(const Smmu *smmu)
{
    return smmu_read(smmu, SMMU_GERROR) ^ smmu_read(smmu, SMMU_GERRORN);
}

void smmu_acknowledge_errors(const Smmu *smmu)
{
    smmu_write(smmu, SMMU_GERRORN, smmu_read(smmu, SMMU_GERROR));
}

/* --- Queues --- */

/* An index and the wrap bit above it */
static uint32_t queue_next(uint32_t position, int bits)
{
    return (position + 1) & ((2u << bits) - 1);
}

static uint32_t queue_mask(int bits)
{
    return (2u << bits) - 1;
}

static uint64_t queue_entry(uint64_t base, uint32_t position, int bits,
                            size_t size)
{
    return base + (position & ((1u << bits) - 1)) * size;
}

void smmu_queue_command(Smmu *smmu, uint64_t word0, uint64_t word1)
{
    uint32_t prod = smmu_read(smmu, SMMU_CMDQ_PROD);
    uint64_t *entry = ram_at(smmu->ram,
                             queue_entry(smmu->cmdq, prod, smmu->cmdq_bits,
                                         COMMAND_SIZE), COMMAND_SIZE);

    entry[0] = cpu_to_le64(word0);
    entry[1] = cpu_to_le64(word1);
    smmu_write(smmu, SMMU_CMDQ_PROD, queue_next(prod, smmu->cmdq_bits));
}

void smmu_consume(Smmu *smmu)
{
    uint32_t prod = smmu_read(smmu, SMMU_CMDQ_PROD);

    wait_for_register(smmu, SMMU_CMDQ_CONS, queue_mask(smmu->cmdq_bits), prod);
    g_assert_cmphex(smmu_errors(smmu) & SMMU_GERROR_CMDQ, ==, 0);
}

void smmu_command(Smmu *smmu, uint64_t word0, uint64_t word1)
{
    smmu_queue_command(smmu, word0, word1);
    smmu_queue_command(smmu, CMD_SYNC | CMD_SYNC_NONE, 0);
    smmu_consume(smmu);
}

void smmu_invalidate_all(Smmu *smmu)
{
    smmu_queue_command(smmu, CMD_CFGI_STE_RANGE, CMD_STE_ALL);
    smmu_command(smmu, CMD_TLBI_NSNH_ALL, 0);
}

static SmmuEvent decode_event(const uint64_t *words)
{
    uint64_t word0 = le64_to_cpu(words[0]);
    uint64_t word1 = le64_to_cpu(words[1]);

    return (SmmuEvent) {
        .type = word0 & 0xff,
        .substream_valid = word0 >> 11 & 1,
        .stream = word0 >> 32,
        .stall = word1 >> 31 & 1,
        .read = word1 >> 35 & 1,
        .stage2 = word1 >> 39 & 1,
        .class = word1 >> 40 & 3,
        .address = le64_to_cpu(words[2]),
        .ipa = le64_to_cpu(words[3]),
    };
}

bool smmu_next_event(Smmu *smmu, SmmuEvent *event)
{
    uint32_t mask = queue_mask(smmu->eventq_bits);
    uint32_t prod = smmu_read(smmu, SMMU_EVENTQ_PROD);
    uint32_t cons = smmu_read(smmu, SMMU_EVENTQ_CONS);
    uint64_t entry = queue_entry(smmu->eventq, cons, smmu->eventq_bits,
                                 EVENT_SIZE);

    if ((prod & mask) == (cons & mask)) {
        return false;
    }
    *event = decode_event(ram_at(smmu->ram, entry, EVENT_SIZE));
    smmu_write(smmu, SMMU_EVENTQ_CONS, (cons & SMMU_EVENTQ_OVERFLOW) |
               queue_next(cons & mask, smmu->eventq_bits));
    return true;
}

void smmu_drop_events(Smmu *smmu)
{
    smmu_write(smmu, SMMU_EVENTQ_CONS, smmu_read(smmu, SMMU_EVENTQ_PROD));
}

void smmu_assert_no_event(Smmu *smmu)
{
    SmmuEvent event;

    if (smmu_next_event(smmu, &event)) {
        g_error("an event of type 0x%02x for stream 0x%04x, address 0x%"
                PRIx64, event.type, event.stream, event.address);
    }
}

/* --- Bring-up --- */

void smmu_allocate(Smmu *smmu)
{
    smmu->cmdq_bits = QUEUE_BITS;
    smmu->eventq_bits = QUEUE_BITS;
    smmu->cmdq = ram_alloc(smmu->ram, COMMAND_SIZE << QUEUE_BITS);
    smmu->eventq = ram_alloc(smmu->ram, EVENT_SIZE << QUEUE_BITS);
    smmu->stream_table = ram_alloc(smmu->ram,
                                   8 << (SMMU_STREAM_BITS - SPLIT));
}

Smmu *smmu_new_disabled(QTestState *qts, RamView *ram)
{
    Smmu *smmu = g_new0(Smmu, 1);

    smmu->qts = qts;
    smmu->ram = ram;
    smmu_allocate(smmu);
    return smmu;
}

void smmu_restart(Smmu *smmu)
{
    smmu_set_cr0(smmu, 0);
    smmu_write(smmu, SMMU_IRQ_CTRL, 0);
    smmu_write(smmu, SMMU_CR2, SMMU_CR2_RECINVSID);
    smmu_acknowledge_errors(smmu);
    smmu_write64(smmu, SMMU_STRTAB_BASE, smmu->stream_table);
    smmu_write(smmu, SMMU_STRTAB_BASE_CFG,
               SMMU_STRTAB_2LEVEL(SMMU_STREAM_BITS, SPLIT));
    smmu_write64(smmu, SMMU_CMDQ_BASE, smmu->cmdq | smmu->cmdq_bits);
    smmu_write(smmu, SMMU_CMDQ_PROD, 0);
    smmu_write(smmu, SMMU_CMDQ_CONS, 0);
    smmu_write64(smmu, SMMU_EVENTQ_BASE, smmu->eventq | smmu->eventq_bits);
    smmu_write(smmu, SMMU_EVENTQ_PROD, 0);
    smmu_write(smmu, SMMU_EVENTQ_CONS, 0);
    /* Software invalidates before it enables translation: 6.3.9.6 */
    smmu_set_cr0(smmu, SMMU_CR0_CMDQEN);
    smmu_invalidate_all(smmu);
    smmu_set_cr0(smmu, SMMU_CR0_ALL);
}

Smmu *smmu_new(QTestState *qts, RamView *ram)
{
    Smmu *smmu = smmu_new_disabled(qts, ram);

    smmu_restart(smmu);
    return smmu;
}

/* --- Streams --- */

uint64_t *smmu_ste(Smmu *smmu, uint32_t stream)
{
    uint64_t *l1 = ram_at(smmu->ram, smmu->stream_table +
                          8 * (stream >> SPLIT), 8);

    if (!*l1) {
        *l1 = cpu_to_le64(ram_alloc(smmu->ram, STE_SIZE << SPLIT) |
                          L1_SPAN_FULL);
    }
    return ram_at(smmu->ram, (le64_to_cpu(*l1) & ADDRESS_MASK) +
                  STE_SIZE * (stream % LEVEL2_STREAMS), STE_SIZE);
}

void smmu_invalidate_ste(Smmu *smmu, uint32_t stream)
{
    smmu_command(smmu, CMD_CFGI_STE | CMD_STREAM(stream), CMD_LEAF);
}

void smmu_set_ste(Smmu *smmu, uint32_t stream, const uint64_t *words)
{
    uint64_t *ste = smmu_ste(smmu, stream);

    for (int i = 0; i < STE_WORDS; i++) {
        ste[i] = cpu_to_le64(words[i]);
    }
    /* With the level 1 entry, which may be new */
    smmu_command(smmu, CMD_CFGI_STE | CMD_STREAM(stream), 0);
}

void smmu_set_config(Smmu *smmu, uint32_t stream, int config)
{
    const uint64_t words[STE_WORDS] = {
        STE_VALID | STE_CONFIG(config), STE_1_SHCFG_INCOMING,
    };

    smmu_set_ste(smmu, stream, words);
}

static void cd_fill(uint64_t *cd, const PageTable *s1)
{
    cd[0] = CD_T0SZ(64 - s1->input_bits) | CD_TG0(table_tg(s1)) | CD_EPD1 |
            CD_VALID | CD_IPS(SIZE_44_BITS) | CD_AA64 | CD_R | CD_A |
            CD_ASET | CD_ASID(s1->id);
    cd[1] = s1->root + s1->ipa_offset;
    /* MAIR: attribute 0 is normal memory, write-back */
    cd[3] = 0xff;
}

void ste_fill(uint64_t *ste, uint64_t cd, const PageTable *s2)
{
    int config = !s2 ? STE_CONFIG_S1 : cd ? STE_CONFIG_NESTED : STE_CONFIG_S2;

    memset(ste, 0, STE_SIZE);
    ste[0] = STE_VALID | STE_CONFIG(config) | cd;
    ste[1] = STE_1_SHCFG_INCOMING;
    if (s2) {
        ste[2] = STE_2_VMID(s2->id) | STE_2_T0SZ(64 - s2->input_bits) |
                 STE_2_SL0(table_sl0(s2)) | STE_2_TG(table_tg(s2)) |
                 STE_2_PS(SIZE_44_BITS) | STE_2_AA64 | STE_2_R;
        ste[3] = s2->root;
    }
}

uint64_t cd_new(const PageTable *s1)
{
    uint64_t cd = ram_alloc(s1->ram, CD_SIZE);

    cd_fill(ram_at(s1->ram, cd, CD_SIZE), s1);
    return cd;
}

void smmu_attach(Smmu *smmu, uint32_t stream, const PageTable *s1,
                 const PageTable *s2)
{
    uint64_t ste[STE_WORDS];

    ste_fill(ste, s1 ? cd_new(s1) + s1->ipa_offset : 0, s2);
    smmu_set_ste(smmu, stream, ste);
}

/* --- Translation tables --- */

static int level_shift(const PageTable *table, int level)
{
    return table->granule + (LAST_LEVEL - level) * (table->granule - 3);
}

uint64_t table_entry_size(const PageTable *table, int level)
{
    return 1ull << level_shift(table, level);
}

PageTable *table_new(RamView *ram, int stage, Granule granule, int input_bits,
                     int start_level)
{
    PageTable *table = g_new0(PageTable, 1);
    int level = LAST_LEVEL;
    uint64_t root_size;

    table->ram = ram;
    table->stage = stage;
    table->granule = granule;
    table->input_bits = input_bits;
    while (input_bits > level_shift(table, level) + granule - 3) {
        level--;
    }
    table->start_level = start_level < 0 ? level : start_level;
    root_size = 8ull << (input_bits - level_shift(table, table->start_level));
    table->root = ram_alloc(ram, MAX(root_size, 64));
    return table;
}

int table_tg(const PageTable *table)
{
    switch (table->granule) {
    case GRANULE_4K:
        return 0;
    case GRANULE_64K:
        return 1;
    default:
        return 2;
    }
}

int table_sl0(const PageTable *table)
{
    return (table->granule == GRANULE_4K ? 2 : 3) - table->start_level;
}

static uint64_t *entry_in(const PageTable *table, uint64_t table_at,
                          uint64_t iova, int level)
{
    /* A root may be smaller than a table, or several of them. */
    int bits = level == table->start_level
               ? table->input_bits - level_shift(table, level)
               : table->granule - 3;
    uint64_t index = iova >> level_shift(table, level) & ((1ull << bits) - 1);

    return ram_at(table->ram, table_at + 8 * index, 8);
}

static uint64_t next_table(PageTable *table, uint64_t *entry)
{
    if (!*entry) {
        uint64_t next = ram_alloc(table->ram, 1ull << table->granule);

        *entry = cpu_to_le64((next + table->ipa_offset) | TTD_VALID |
                             TTD_TABLE_OR_PAGE);
    }
    return (le64_to_cpu(*entry) & TTD_ADDRESS_MASK) - table->ipa_offset;
}

uint64_t *table_entry(PageTable *table, uint64_t iova, int level)
{
    uint64_t at = table->root;

    for (int above = table->start_level; above < level; above++) {
        at = next_table(table, entry_in(table, at, iova, above));
    }
    return entry_in(table, at, iova, level);
}

static uint64_t stage1_attributes(Permission permission)
{
    return TTD_S1_UNPRIVILEGED | TTD_S1_NOT_GLOBAL |
           (permission & MAY_WRITE ? 0 : TTD_S1_READ_ONLY);
}

static uint64_t stage2_attributes(Permission permission)
{
    return TTD_S2_NORMAL | (permission & MAY_READ ? TTD_S2_READ : 0) |
           (permission & MAY_WRITE ? TTD_S2_WRITE : 0);
}

void table_map_level(PageTable *table, uint64_t iova, uint64_t pa, int level,
                     Permission permission)
{
    uint64_t attributes = table->stage == 1 ? stage1_attributes(permission)
                                            : stage2_attributes(permission);

    g_assert_cmphex((iova | pa) % table_entry_size(table, level), ==, 0);
    *table_entry(table, iova, level) = cpu_to_le64(
        pa | attributes | TTD_AF | TTD_INNER_SHAREABLE | TTD_VALID |
        (level == LAST_LEVEL ? TTD_TABLE_OR_PAGE : 0));
}

void table_map(PageTable *table, uint64_t iova, uint64_t pa, uint64_t size,
               Permission permission)
{
    uint64_t page = table_entry_size(table, LAST_LEVEL);

    for (uint64_t offset = 0; offset < size; offset += page) {
        table_map_level(table, iova + offset, pa + offset, LAST_LEVEL,
                        permission);
    }
}
