/*
 * avps-ecu qtest: what the SMMUv3 makes of a stream's accesses
 *
 * Arm System Memory Management Unit Architecture Specification, SMMU
 * architecture version 3 (IHI 0070): stream table entries (5.2), context
 * descriptors (5.4), faults and events (3.12, 7). VMSAv8-64 translation
 * tables: Arm Architecture Reference Manual, D8.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/bswap.h"
#include "tests/qtest/avps/smmu-bench.h"

/* --- Translation --- */

/* Every granule, stage and level of which one entry can be made here */
static void test_granules(void)
{
    static const struct {
        Granule granule;
        int level;
    } leaves[] = {
        { GRANULE_4K, 3 }, { GRANULE_4K, 2 }, { GRANULE_4K, 1 },
        { GRANULE_16K, 3 }, { GRANULE_16K, 2 },
        { GRANULE_64K, 3 }, { GRANULE_64K, 2 },
    };
    Bench *b = bench_new();

    for (Path path = 0; path < NUM_PATHS; path++) {
        for (size_t i = 0; i < G_N_ELEMENTS(leaves); i++) {
            uint64_t mark = b->ram->next;

            bench_attach_granule(b, path, leaves[i].granule, leaves[i].level);
            bench_assert_works(b);
            g_assert_true(bench_can_write(b, DATA_IOVA));
            ram_release(b->ram, mark);
        }
    }
    bench_free(b);
}

/* A stage 1 of one size of page behind a stage 2 of another */
static void test_mixed_granules(void)
{
    static const Granule granules[] = { GRANULE_4K, GRANULE_16K, GRANULE_64K };
    Bench *b = bench_new();

    for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 3; j++) {
            uint64_t ste[STE_WORDS];
            uint64_t mark = b->ram->next;
            uint64_t cd, guest, guest_end;
            PageTable *s1;

            bench_attach_granule(b, NESTED, granules[i], 3);
            s1 = b->s1;
            cd = b->cd_address;
            guest = b->guest;
            guest_end = b->guest_end;
            b->s1 = NULL;
            bench_attach_granule(b, NESTED, granules[j], 3);
            /* The second stage 2 maps the first stage 1's tables, too. */
            table_map(b->s2, guest + IPA_OFFSET, guest, guest_end - guest,
                      MAY_READ_WRITE);
            ste_fill(ste, cd + IPA_OFFSET, b->s2);
            smmu_set_ste(b->smmu, b->m->stream, ste);
            smmu_invalidate_all(b->smmu);
            bench_assert_works(b);
            g_free(s1);
            ram_release(b->ram, mark);
        }
    }
    bench_free(b);
}

/* Sizes of the input, from the least to the most that an entry may say */
static void test_input_sizes(void)
{
    static const int sizes[] = { 32, 33, 36, 40, 42, 44, 48 };
    Bench *b = bench_new();

    for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
        for (int stage = 1; stage <= 2; stage++) {
            uint64_t mark = b->ram->next;
            g_autofree PageTable *table = NULL;

            if (stage == 2 && sizes[i] > SMMU_OAS_BITS) {
                continue;
            }
            table = table_new(b->ram, stage, GRANULE_4K, sizes[i], -1);
            table->id = 7;
            table_map(table, CONTROL_IOVA, b->control, MASTER_CONTROL_SIZE,
                      MAY_READ_WRITE);
            table_map(table, DATA_IOVA, b->data, DATA_SIZE, MAY_READ_WRITE);
            smmu_attach(b->smmu, b->m->stream, stage == 1 ? table : NULL,
                        stage == 2 ? table : NULL);
            smmu_invalidate_all(b->smmu);
            master_start(b->m, CONTROL_IOVA,
                         ram_at(b->ram, b->control, MASTER_CONTROL_SIZE));
            bench_assert_works(b);
            ram_release(b->ram, mark);
        }
    }
    bench_free(b);
}

/* The upper half of addresses has a table of its own, by TTB1. */
#define UPPER_HALF 0xffffff8000000000ull
#define TAG 0x5a00000000000000ull

static void use_upper_half(Bench *b)
{
    /* TG1 has other encodings than TG0: 4 KiB, 64 KiB, 16 KiB */
    static const int tg1[] = { 2, 3, 1 };

    b->cd[0] &= cpu_to_le64(~(CD_EPD1 | CD_T1SZ(0x3f) | CD_TG1(3)));
    b->cd[0] |= cpu_to_le64(CD_EPD0 | CD_T1SZ(64 - b->s1->input_bits) |
                            CD_TG1(tg1[table_tg(b->s1)]));
    b->cd[2] = b->cd[1];
    b->cd[1] = 0;
    smmu_invalidate_all(b->smmu);
    master_start(b->m, UPPER_HALF | CONTROL_IOVA, b->m->control_memory);
}

static void test_upper_half(void)
{
    static const Granule granules[] = { GRANULE_4K, GRANULE_16K, GRANULE_64K };
    Bench *b = bench_new();
    SmmuEvent event;

    for (int i = 0; i < 3; i++) {
        for (Path path = STAGE_1; path <= NESTED; path += NESTED - STAGE_1) {
            uint64_t mark = b->ram->next;

            bench_attach_granule(b, path, granules[i], 3);
            use_upper_half(b);
            g_assert_true(bench_can_read(b, UPPER_HALF | DATA_IOVA));
            g_assert_true(bench_can_write(b, UPPER_HALF | DATA_IOVA));
            smmu_assert_no_event(b->smmu);
            event = bench_refused(b, false, DATA_IOVA);
            g_assert_cmphex(event.type, ==, EVENT_F_TRANSLATION);
            event = bench_refused(b, false, (UPPER_HALF | DATA_IOVA) ^ TAG);
            g_assert_cmphex(event.type, ==, EVENT_F_TRANSLATION);
            g_assert_cmphex(event.address, ==, (UPPER_HALF | DATA_IOVA) ^ TAG);
            ram_release(b->ram, mark);
        }
    }
    bench_free(b);
}

/* With CD.TBI the top byte is nothing, for invalidation neither. */
static void test_top_byte_ignored(void)
{
    Bench *b = bench_new();

    bench_attach(b, STAGE_1);
    bench_refused(b, false, TAG | DATA_IOVA);
    b->cd[0] |= cpu_to_le64(CD_TBI0);
    smmu_command(b->smmu, CMD_CFGI_CD | CMD_STREAM(b->m->stream), CMD_LEAF);
    g_assert_true(bench_can_read(b, TAG | DATA_IOVA));
    g_assert_true(bench_can_write(b, TAG | DATA_IOVA));
    smmu_assert_no_event(b->smmu);
    *bench_leaf(b) = 0;
    smmu_command(b->smmu, CMD_TLBI_NH_VA | CMD_ASID(b->s1->id),
                 DATA_IOVA | CMD_LEAF);
    bench_refused(b, false, TAG | DATA_IOVA);
    bench_free(b);
}

/* The half of an access that is not mapped is not done. */
static void test_access_across_pages(void)
{
    const uint64_t page = 4 * KiB;
    Bench *b = bench_new();
    size_t half = b->m->engine->unit / 2;
    uint8_t *end = ram_at(b->ram, b->data + page - half, 2 * half);
    SmmuEvent event;

    for (Path path = 0; path < NUM_PATHS; path++) {
        bench_attach(b, path);
        *table_entry(bench_last_table(b), (path == STAGE_1 ? DATA_IOVA :
                                           bench_ipa(b)) + page, 3) = 0;
        smmu_invalidate_all(b->smmu);
        memset(end, 0, 2 * half);
        event = bench_refused(b, false, DATA_IOVA + page - half);
        g_assert_cmphex(event.address, ==, DATA_IOVA + page);
        g_assert_cmpmem(end, half, b->m->data, half);
        for (size_t i = half; i < 2 * half; i++) {
            g_assert_cmphex(end[i], ==, 0);
        }
    }
    bench_free(b);
}

static void test_linear_stream_table(void)
{
    Bench *b = bench_new();
    uint64_t table = ram_alloc(b->ram, 64 << 5);
    SmmuEvent event;

    bench_attach(b, STAGE_1);
    memcpy(ram_at(b->ram, table + 64 * b->m->stream, 64), b->ste, 64);
    smmu_set_cr0(b->smmu, SMMU_CR0_EVENTQEN | SMMU_CR0_CMDQEN);
    smmu_write64(b->smmu, SMMU_STRTAB_BASE, table);
    smmu_write(b->smmu, SMMU_STRTAB_BASE_CFG, SMMU_STRTAB_LINEAR(5));
    smmu_invalidate_all(b->smmu);
    smmu_set_cr0(b->smmu, SMMU_CR0_ALL);
    bench_assert_works(b);

    /* A table that ends before this stream */
    smmu_set_cr0(b->smmu, SMMU_CR0_EVENTQEN | SMMU_CR0_CMDQEN);
    smmu_write(b->smmu, SMMU_STRTAB_BASE_CFG, SMMU_STRTAB_LINEAR(4));
    smmu_invalidate_all(b->smmu);
    smmu_set_cr0(b->smmu, SMMU_CR0_ALL);
    event = bench_refused(b, true, DATA_IOVA);
    g_assert_cmphex(event.type, ==, EVENT_C_BAD_STREAMID);
    g_assert_cmphex(event.stream, ==, b->m->stream);

    /* Which is told only when software wants to hear of it */
    smmu_set_cr0(b->smmu, SMMU_CR0_EVENTQEN | SMMU_CR0_CMDQEN);
    smmu_write(b->smmu, SMMU_CR2, 0);
    smmu_set_cr0(b->smmu, SMMU_CR0_ALL);
    bench_refused_silently(b, true, DATA_IOVA);
    bench_free(b);
}

/* --- Faults of streams, and what their events say --- */

typedef struct Change {
    const char *what;
    Path path;
    enum { IN_STE, IN_CD, IN_TABLE, IN_LEAF } where;
    int word;
    uint64_t clear;
    uint64_t set;
    int event;          /* 0: none, it works */
} Change;

#define ALL_BITS UINT64_MAX
#define FIELD_MASK(bits, shift) (((1ull << (bits)) - 1) << (shift))
#define T0SZ_MASK FIELD_MASK(6, 0)
#define S2T0SZ_MASK FIELD_MASK(6, 32)
#define S2SL0_MASK FIELD_MASK(2, 38)
#define S2TG_MASK FIELD_MASK(2, 46)
#define S2PS_MASK FIELD_MASK(3, 48)
#define IPS_MASK FIELD_MASK(3, 32)

static const Change changes[] = {
    /* Stream table entries: 5.2 */
    { "STE.V", STAGE_1, IN_STE, 0, STE_VALID, 0, EVENT_C_BAD_STE },
    { "STE.S1CDMax", STAGE_1, IN_STE, 0, 0, STE_S1CDMAX(1), EVENT_C_BAD_STE },
    { "STE.S2AA64", STAGE_2, IN_STE, 2, STE_2_AA64, 0, EVENT_C_BAD_STE },
    { "STE.S2AA64", NESTED, IN_STE, 2, STE_2_AA64, 0, EVENT_C_BAD_STE },
    { "STE.S2AA64", STAGE_1, IN_STE, 2, STE_2_AA64, 0, 0 },
    { "STE.S2TG", STAGE_2, IN_STE, 2, S2TG_MASK, STE_2_TG(3),
      EVENT_C_BAD_STE },
    { "STE.S2ENDI", STAGE_2, IN_STE, 2, 0, STE_2_ENDI, EVENT_C_BAD_STE },
    { "STE.S2SL0", STAGE_2, IN_STE, 2, S2SL0_MASK, STE_2_SL0(3),
      EVENT_C_BAD_STE },
    /* 24 bits less than a single table of level 1 needs */
    { "STE.S2T0SZ small", STAGE_2, IN_STE, 2, S2T0SZ_MASK, STE_2_T0SZ(63),
      EVENT_C_BAD_STE },
    /* 44 bits from level 2 are more than 16 tables. */
    { "STE.S2SL0 low", STAGE_2, IN_STE, 2, S2T0SZ_MASK | S2SL0_MASK,
      STE_2_T0SZ(20) | STE_2_SL0(0), EVENT_C_BAD_STE },
    { "STE.S2T0SZ large", STAGE_2, IN_STE, 2, S2T0SZ_MASK, STE_2_T0SZ(0),
      EVENT_C_BAD_STE },
    { "STE.S2HA", STAGE_2, IN_STE, 2, 0, STE_2_HA, EVENT_C_BAD_STE },
    { "STE.S2HD", STAGE_2, IN_STE, 2, 0, STE_2_HD, EVENT_C_BAD_STE },
    { "STE.S2S", STAGE_2, IN_STE, 2, 0, STE_2_S, EVENT_C_BAD_STE },

    /* Context descriptors: 5.4 */
    { "CD.V", STAGE_1, IN_CD, 0, CD_VALID, 0, EVENT_C_BAD_CD },
    { "CD.V", NESTED, IN_CD, 0, CD_VALID, 0, EVENT_C_BAD_CD },
    { "CD.AA64", STAGE_1, IN_CD, 0, CD_AA64, 0, EVENT_C_BAD_CD },
    { "CD.T0SZ large", STAGE_1, IN_CD, 0, T0SZ_MASK, CD_T0SZ(10),
      EVENT_C_BAD_CD },
    { "CD.T0SZ small", STAGE_1, IN_CD, 0, T0SZ_MASK, CD_T0SZ(45),
      EVENT_C_BAD_CD },
    { "CD.TG0", STAGE_1, IN_CD, 0, 0, CD_TG0(3), EVENT_C_BAD_CD },
    { "CD.ENDI", STAGE_1, IN_CD, 0, 0, CD_ENDI, EVENT_C_BAD_CD },
    { "CD.S", STAGE_1, IN_CD, 0, 0, CD_S, EVENT_C_BAD_CD },
    { "CD.A", STAGE_1, IN_CD, 0, CD_A, 0, EVENT_C_BAD_CD },
    { "CD.TTB0 beyond IPS", STAGE_1, IN_CD, 1, 0, 1ull << 46,
      EVENT_C_BAD_CD },
    { "CD.T1SZ of a table that is not used", STAGE_1, IN_CD, 0, 0,
      CD_T1SZ(60), 0 },
    { "CD.EPD0", STAGE_1, IN_CD, 0, 0, CD_EPD0, EVENT_F_TRANSLATION },

    /* Descriptors of a table, and last ones: VMSAv8-64 */
    { "no table", STAGE_1, IN_TABLE, 0, ALL_BITS, 0, EVENT_F_TRANSLATION },
    { "no table", NESTED, IN_TABLE, 0, ALL_BITS, 0, EVENT_F_TRANSLATION },
    { "table beyond IPS", STAGE_1, IN_TABLE, 0, 0, 1ull << 45,
      EVENT_F_ADDR_SIZE },
    { "table beyond S2PS", STAGE_2, IN_TABLE, 0, 0, 1ull << 45,
      EVENT_F_ADDR_SIZE },
    { "invalid", STAGE_1, IN_LEAF, 0, ALL_BITS, 0, EVENT_F_TRANSLATION },
    { "invalid", STAGE_2, IN_LEAF, 0, ALL_BITS, 0, EVENT_F_TRANSLATION },
    { "invalid", NESTED, IN_LEAF, 0, ALL_BITS, 0, EVENT_F_TRANSLATION },
    { "block at level 3", STAGE_1, IN_LEAF, 0, TTD_TABLE_OR_PAGE, 0,
      EVENT_F_TRANSLATION },
    { "block at level 3", STAGE_2, IN_LEAF, 0, TTD_TABLE_OR_PAGE, 0,
      EVENT_F_TRANSLATION },
    { "no access flag", STAGE_1, IN_LEAF, 0, TTD_AF, 0, EVENT_F_ACCESS },
    { "no access flag", STAGE_2, IN_LEAF, 0, TTD_AF, 0, EVENT_F_ACCESS },
    { "no access flag", NESTED, IN_LEAF, 0, TTD_AF, 0, EVENT_F_ACCESS },
    { "output beyond IPS", STAGE_1, IN_LEAF, 0, 0, 1ull << 45,
      EVENT_F_ADDR_SIZE },
    { "output beyond S2PS", STAGE_2, IN_LEAF, 0, 0, 1ull << 45,
      EVENT_F_ADDR_SIZE },
    { "output beyond S2PS", NESTED, IN_LEAF, 0, 0, 1ull << 45,
      EVENT_F_ADDR_SIZE },
    { "privileged only", STAGE_1, IN_LEAF, 0, 1ull << 6, 0,
      EVENT_F_PERMISSION },
    { "nothing allowed", STAGE_2, IN_LEAF, 0, 3ull << 6, 0,
      EVENT_F_PERMISSION },
};

static uint64_t *changed_word(Bench *b, const Change *change)
{
    switch (change->where) {
    case IN_STE:
        return &b->ste[change->word];
    case IN_CD:
        return &b->cd[change->word];
    case IN_TABLE:
        return table_entry(bench_last_table(b), change->path == STAGE_1
                           ? DATA_IOVA : bench_ipa(b), 2);
    default:
        return bench_leaf(b);
    }
}

/* Faults of tables are at the stage that maps the data last. */
static bool expect_stage2(const Change *change)
{
    return change->where >= IN_TABLE && change->path != STAGE_1;
}

static void check_change(Bench *b, const Change *change)
{
    uint64_t *word;
    uint64_t before;
    SmmuEvent event;

    g_test_message("%s", change->what);
    bench_attach(b, change->path);
    bench_assert_works(b);
    word = changed_word(b, change);
    before = *word;
    *word = cpu_to_le64((le64_to_cpu(before) & ~change->clear) | change->set);
    smmu_invalidate_all(b->smmu);
    if (!change->event) {
        bench_assert_works(b);
        return;
    }
    for (int read = 0; read <= 1; read++) {
        event = bench_refused(b, read, DATA_IOVA);
        g_assert_cmphex(event.type, ==, change->event);
        g_assert_cmphex(event.stream, ==, b->m->stream);
        g_assert_false(event.stall);
        /* A stream that is bad as a whole faults on what it needs first. */
        if (change->where >= IN_TABLE) {
            g_assert_cmpint(event.read, ==, read);
            g_assert_cmpint(event.stage2, ==, expect_stage2(change));
            g_assert_cmphex(event.address, ==, DATA_IOVA);
            g_assert_cmpint(event.class, ==, EVENT_CLASS_IN);
        }
        if (expect_stage2(change)) {
            g_assert_cmphex(event.ipa & EVENT_IPA_MASK, ==, bench_ipa(b));
        }
    }
    *word = before;
    smmu_invalidate_all(b->smmu);
    bench_assert_works(b);
}

static void test_faults(void)
{
    Bench *b = bench_new();

    for (size_t i = 0; i < G_N_ELEMENTS(changes); i++) {
        uint64_t mark = b->ram->next;

        check_change(b, &changes[i]);
        ram_release(b->ram, mark);
    }
    bench_free(b);
}

/* Sizes that are more than there is, or reserved, mean all that there is. */
static void test_large_output_sizes(void)
{
    Bench *b = bench_new();

    for (int size = SIZE_44_BITS; size <= 7; size++) {
        uint64_t mark = b->ram->next;

        bench_attach(b, NESTED);
        b->cd[0] = cpu_to_le64((le64_to_cpu(b->cd[0]) & ~IPS_MASK) |
                               CD_IPS(size));
        b->ste[2] = cpu_to_le64((le64_to_cpu(b->ste[2]) & ~S2PS_MASK) |
                                STE_2_PS(size));
        smmu_invalidate_all(b->smmu);
        bench_assert_works(b);
        ram_release(b->ram, mark);
    }
    bench_free(b);
}

/* CD.R and STE.S2R say whether faults of their stage are told of. */
static void test_records_on_request(void)
{
    Bench *b = bench_new();

    for (Path path = 0; path < NUM_PATHS; path++) {
        bench_attach(b, path);
        *bench_leaf(b) = 0;
        if (path == STAGE_1) {
            b->cd[0] &= ~cpu_to_le64(CD_R);
        } else {
            b->ste[2] &= ~cpu_to_le64(STE_2_R);
        }
        smmu_invalidate_all(b->smmu);
        bench_refused_silently(b, true, DATA_IOVA);
        bench_refused_silently(b, false, DATA_IOVA);
    }
    bench_free(b);
}

/* CD.AFFD and STE.S2AFFD: the access flag does not matter. */
static void test_access_flag_ignored(void)
{
    Bench *b = bench_new();

    for (Path path = STAGE_1; path <= STAGE_2; path++) {
        bench_attach(b, path);
        *bench_leaf(b) &= ~cpu_to_le64(TTD_AF);
        if (path == STAGE_1) {
            b->cd[0] |= cpu_to_le64(CD_AFFD);
        } else {
            b->ste[2] |= cpu_to_le64(STE_2_AFFD);
        }
        smmu_invalidate_all(b->smmu);
        bench_assert_works(b);
    }
    bench_free(b);
}

/* A table can take away what the tables below it would allow. */
static void test_hierarchical_permissions(void)
{
    const uint64_t read_only = 1ull << 62;
    Bench *b = bench_new();
    SmmuEvent event;

    bench_attach(b, STAGE_1);
    *table_entry(b->s1, DATA_IOVA, 2) |= cpu_to_le64(read_only);
    smmu_invalidate_all(b->smmu);
    g_assert_true(bench_can_read(b, DATA_IOVA));
    event = bench_refused(b, false, DATA_IOVA);
    g_assert_cmphex(event.type, ==, EVENT_F_PERMISSION);
    /* CD.HAD0 switches that off. */
    b->cd[1] |= cpu_to_le64(1ull << 1);
    smmu_invalidate_all(b->smmu);
    bench_assert_works(b);
    bench_free(b);
}

static void assert_fetch_event(Bench *b, int type, uint64_t fetched)
{
    SmmuEvent event = bench_refused(b, false, DATA_IOVA);

    g_assert_cmphex(event.type, ==, type);
    g_assert_cmphex(event.stream, ==, b->m->stream);
    /* The address of an entry, in units that differ */
    g_assert_cmphex(event.ipa & ~7ull, ==, fetched);
}

static void test_fetches_that_fail(void)
{
    Bench *b = bench_new();
    uint64_t *l1 = ram_at(b->ram, b->smmu->stream_table, 8);
    uint64_t before;

    bench_attach(b, STAGE_1);
    before = *l1;
    *l1 = cpu_to_le64(HOLE | 9);
    smmu_invalidate_all(b->smmu);
    assert_fetch_event(b, EVENT_F_STE_FETCH, HOLE + 64 * b->m->stream);
    *l1 = before;

    b->ste[0] = cpu_to_le64(STE_VALID | STE_CONFIG(STE_CONFIG_S1) | HOLE);
    smmu_invalidate_all(b->smmu);
    assert_fetch_event(b, EVENT_F_CD_FETCH, HOLE);

    bench_attach(b, STAGE_1);
    *table_entry(b->s1, DATA_IOVA, 2) = cpu_to_le64(HOLE | TTD_VALID |
                                                    TTD_TABLE_OR_PAGE);
    smmu_invalidate_all(b->smmu);
    assert_fetch_event(b, EVENT_F_WALK_EABT,
                       HOLE + 8 * (DATA_IOVA >> 12 & 0x1ff));

    bench_attach(b, STAGE_2);
    *table_entry(b->s2, DATA_IOVA, 2) = cpu_to_le64(HOLE | TTD_VALID |
                                                    TTD_TABLE_OR_PAGE);
    smmu_invalidate_all(b->smmu);
    assert_fetch_event(b, EVENT_F_WALK_EABT,
                       HOLE + 8 * (DATA_IOVA >> 12 & 0x1ff));
    bench_free(b);
}

/* Level 1 entries of the stream table: the span of what they point to */
static void test_level1_spans(void)
{
    Bench *b = bench_new();
    uint64_t *l1 = ram_at(b->ram, b->smmu->stream_table, 8);
    uint64_t table;

    bench_attach(b, STAGE_1);
    table = le64_to_cpu(*l1) & ~0x1full;
    /* Spans of 2^(n-1) entries; the stream is number 16 of its table. */
    for (int span = 0; span <= 9; span++) {
        *l1 = cpu_to_le64(table | span);
        smmu_invalidate_all(b->smmu);
        if (span && b->m->stream < 1 << (span - 1)) {
            bench_assert_works(b);
        } else {
            SmmuEvent event = bench_refused(b, true, DATA_IOVA);

            g_assert_cmphex(event.type, ==, EVENT_C_BAD_STREAMID);
            g_assert_cmphex(event.stream, ==, b->m->stream);
        }
    }
    bench_free(b);
}

/* Stage 2 faults on what stage 1 itself reads */
static void test_stage2_faults_of_stage1(void)
{
    Bench *b = bench_new();
    SmmuEvent event;
    uint64_t ipa;

    bench_attach(b, NESTED);
    ipa = ROUND_DOWN(b->cd_address, 4 * KiB) + IPA_OFFSET;
    *table_entry(b->s2, ipa, 3) = 0;
    smmu_invalidate_all(b->smmu);
    event = bench_refused(b, false, DATA_IOVA);
    g_assert_cmphex(event.type, ==, EVENT_F_TRANSLATION);
    g_assert_true(event.stage2);
    g_assert_cmpint(event.class, ==, EVENT_CLASS_CD);
    g_assert_cmphex(event.ipa & EVENT_IPA_MASK, ==, ipa);

    bench_attach(b, NESTED);
    ipa = (le64_to_cpu(*table_entry(b->s1, DATA_IOVA, 2)) & EVENT_IPA_MASK);
    *table_entry(b->s2, ipa, 3) = 0;
    smmu_invalidate_all(b->smmu);
    event = bench_refused(b, false, DATA_IOVA);
    g_assert_cmphex(event.type, ==, EVENT_F_TRANSLATION);
    g_assert_true(event.stage2);
    g_assert_cmpint(event.class, ==, EVENT_CLASS_TTD);
    g_assert_cmphex(event.address, ==, DATA_IOVA);
    g_assert_cmphex(event.ipa & EVENT_IPA_MASK, ==, ipa);
    bench_free(b);
}

/*
 * Input that is larger than the table says. Without its upper bits, it would
 * be an address that is mapped.
 */
#define SMALL_INPUT_BITS 31

static void cut_input(Bench *b)
{
    table_map(bench_last_table(b),
              DATA_IOVA & ((1ull << SMALL_INPUT_BITS) - 1), b->data,
              DATA_SIZE, MAY_READ_WRITE);
    if (b->path == STAGE_1) {
        b->cd[0] = cpu_to_le64((le64_to_cpu(b->cd[0]) & ~T0SZ_MASK) |
                               CD_T0SZ(64 - SMALL_INPUT_BITS));
    } else {
        b->ste[2] = cpu_to_le64((le64_to_cpu(b->ste[2]) & ~S2T0SZ_MASK) |
                                STE_2_T0SZ(64 - SMALL_INPUT_BITS));
    }
    smmu_invalidate_all(b->smmu);
}

static void test_input_beyond_size(void)
{
    Bench *b = bench_new();
    SmmuEvent event;

    for (Path path = STAGE_1; path <= STAGE_2; path++) {
        bench_attach(b, path);
        cut_input(b);
        event = bench_refused(b, true, DATA_IOVA);
        g_assert_cmphex(event.type, ==, EVENT_F_TRANSLATION);
        g_assert_cmphex(event.address, ==, DATA_IOVA);
        g_assert_cmpint(event.stage2, ==, path == STAGE_2);
    }
    bench_free(b);
}

/* The same from stage 1 to stage 2 */
static void test_intermediate_beyond_size(void)
{
    const uint64_t beyond = 1ull << 40;
    Bench *b = bench_new();
    SmmuEvent event;

    bench_attach(b, NESTED);
    g_assert_cmpint(b->s2->input_bits, ==, 40);
    *table_entry(b->s1, DATA_IOVA, 3) |= cpu_to_le64(beyond);
    smmu_invalidate_all(b->smmu);
    event = bench_refused(b, true, DATA_IOVA);
    g_assert_cmphex(event.type, ==, EVENT_F_TRANSLATION);
    g_assert_true(event.stage2);
    g_assert_cmphex(event.address, ==, DATA_IOVA);
    g_assert_cmphex(event.ipa & EVENT_IPA_MASK, ==, bench_ipa(b) | beyond);
    bench_free(b);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("/smmu-streams/granules", test_granules);
    qtest_add_func("/smmu-streams/mixed-granules", test_mixed_granules);
    qtest_add_func("/smmu-streams/input-sizes", test_input_sizes);
    qtest_add_func("/smmu-streams/upper-half", test_upper_half);
    qtest_add_func("/smmu-streams/top-byte-ignored", test_top_byte_ignored);
    qtest_add_func("/smmu-streams/access-across-pages",
                   test_access_across_pages);
    qtest_add_func("/smmu-streams/linear-stream-table",
                   test_linear_stream_table);
    qtest_add_func("/smmu-streams/faults", test_faults);
    qtest_add_func("/smmu-streams/large-output-sizes", test_large_output_sizes);
    qtest_add_func("/smmu-streams/records-on-request", test_records_on_request);
    qtest_add_func("/smmu-streams/access-flag-ignored",
                   test_access_flag_ignored);
    qtest_add_func("/smmu-streams/hierarchical-permissions",
                   test_hierarchical_permissions);
    qtest_add_func("/smmu-streams/fetches-that-fail", test_fetches_that_fail);
    qtest_add_func("/smmu-streams/level1-spans", test_level1_spans);
    qtest_add_func("/smmu-streams/stage2-faults-of-stage1",
                   test_stage2_faults_of_stage1);
    qtest_add_func("/smmu-streams/input-beyond-size", test_input_beyond_size);
    qtest_add_func("/smmu-streams/intermediate-beyond-size",
                   test_intermediate_beyond_size);
    return g_test_run();
}
