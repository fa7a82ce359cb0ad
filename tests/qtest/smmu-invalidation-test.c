/*
 * avps-ecu qtest: what the SMMUv3 forgets when it is told to
 *
 * Arm System Memory Management Unit Architecture Specification, SMMU
 * architecture version 3 (IHI 0070): commands for configurations (4.3) and
 * translations (4.4). An invalidation takes effect at once. That something
 * stays cached without one is never tested: a cache may forget at any time.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/bswap.h"
#include "tests/qtest/avps/smmu-bench.h"

/* The master has used its mapping, and then it is broken. */
static void use_and_break(Bench *b, Path path, uint64_t *(*victim)(Bench *))
{
    bench_attach(b, path);
    bench_assert_works(b);
    *victim(b) = 0;
}

static uint64_t *the_ste(Bench *b)
{
    return &b->ste[0];
}

static uint64_t *the_cd(Bench *b)
{
    return &b->cd[0];
}

static uint64_t *the_leaf(Bench *b)
{
    return bench_leaf(b);
}

static uint64_t *the_s1_leaf(Bench *b)
{
    return table_entry(b->s1, DATA_IOVA, 3);
}

static uint64_t *the_s1_table(Bench *b)
{
    return table_entry(b->s1, DATA_IOVA, 2);
}

static uint64_t *the_s2_table(Bench *b)
{
    return table_entry(b->s2, bench_ipa(b), 2);
}

typedef struct Invalidation {
    const char *what;
    Path path;
    uint64_t *(*victim)(Bench *b);
    int opcode;
    /* What of the command's fields are this stream's */
    bool stream, asid, vmid, iova, ipa;
    uint64_t word0;     /* further fields */
    uint64_t word1;
    int event;
} Invalidation;

static const Invalidation invalidations[] = {
    { "CFGI_STE", STAGE_1, the_ste, CMD_CFGI_STE, .stream = true,
      .word1 = CMD_LEAF, .event = EVENT_C_BAD_STE },
    { "CFGI_STE, level 1 too", NESTED, the_ste, CMD_CFGI_STE, .stream = true,
      .event = EVENT_C_BAD_STE },
    { "CFGI_STE_RANGE", STAGE_2, the_ste, CMD_CFGI_STE_RANGE, .stream = true,
      .word1 = 3, .event = EVENT_C_BAD_STE },
    { "CFGI_ALL", STAGE_1, the_ste, CMD_CFGI_STE_RANGE, .word1 = CMD_STE_ALL,
      .event = EVENT_C_BAD_STE },
    { "CFGI_CD", STAGE_1, the_cd, CMD_CFGI_CD, .stream = true,
      .word1 = CMD_LEAF, .event = EVENT_C_BAD_CD },
    { "CFGI_CD_ALL", NESTED, the_cd, CMD_CFGI_CD_ALL, .stream = true,
      .event = EVENT_C_BAD_CD },
    { "CFGI_STE of a CD", STAGE_1, the_cd, CMD_CFGI_STE, .stream = true,
      .event = EVENT_C_BAD_CD },

    { "NH_ALL", STAGE_1, the_leaf, CMD_TLBI_NH_ALL, .vmid = true },
    { "NH_ASID", STAGE_1, the_leaf, CMD_TLBI_NH_ASID, .vmid = true,
      .asid = true },
    { "NH_VA", STAGE_1, the_leaf, CMD_TLBI_NH_VA, .vmid = true, .asid = true,
      .iova = true, .word1 = CMD_LEAF },
    { "NH_VA with its level", STAGE_1, the_leaf, CMD_TLBI_NH_VA,
      .vmid = true, .asid = true, .iova = true,
      .word1 = CMD_LEAF | CMD_TG(1) | CMD_TTL(3) },
    { "NH_VAA", STAGE_1, the_leaf, CMD_TLBI_NH_VAA, .vmid = true,
      .iova = true, .word1 = CMD_LEAF },
    { "NH_VA of a table", STAGE_1, the_s1_table, CMD_TLBI_NH_VA,
      .vmid = true, .asid = true, .iova = true },
    { "NH_VA of a range", STAGE_1, the_leaf, CMD_TLBI_NH_VA, .vmid = true,
      .asid = true, .iova = true, .word0 = CMD_NUM(15),
      .word1 = CMD_LEAF | CMD_TG(1) },
    { "NH_VAA of a large range", STAGE_1, the_s1_table, CMD_TLBI_NH_VAA,
      .vmid = true, .iova = true, .word0 = CMD_NUM(1) | CMD_SCALE(8),
      .word1 = CMD_TG(1) },
    { "NSNH_ALL", STAGE_1, the_leaf, CMD_TLBI_NSNH_ALL },

    { "S12_VMALL", STAGE_2, the_leaf, CMD_TLBI_S12_VMALL, .vmid = true },
    { "S2_IPA", STAGE_2, the_leaf, CMD_TLBI_S2_IPA, .vmid = true,
      .ipa = true, .word1 = CMD_LEAF },
    { "S2_IPA of a table", STAGE_2, the_s2_table, CMD_TLBI_S2_IPA,
      .vmid = true, .ipa = true },
    { "S2_IPA of a range", STAGE_2, the_leaf, CMD_TLBI_S2_IPA, .vmid = true,
      .ipa = true, .word0 = CMD_NUM(7) | CMD_SCALE(1), .word1 = CMD_TG(1) },
    { "NSNH_ALL", STAGE_2, the_leaf, CMD_TLBI_NSNH_ALL },

    { "NH_ALL", NESTED, the_s1_leaf, CMD_TLBI_NH_ALL, .vmid = true },
    { "NH_ASID", NESTED, the_s1_leaf, CMD_TLBI_NH_ASID, .vmid = true,
      .asid = true },
    { "NH_VA", NESTED, the_s1_leaf, CMD_TLBI_NH_VA, .vmid = true,
      .asid = true, .iova = true },
    { "NH_VAA of a range", NESTED, the_s1_leaf, CMD_TLBI_NH_VAA, .vmid = true,
      .iova = true, .word0 = CMD_NUM(3), .word1 = CMD_TG(1) },
    { "S12_VMALL", NESTED, the_leaf, CMD_TLBI_S12_VMALL, .vmid = true },
    { "S12_VMALL of stage 1", NESTED, the_s1_leaf, CMD_TLBI_S12_VMALL,
      .vmid = true },
    { "NSNH_ALL", NESTED, the_leaf, CMD_TLBI_NSNH_ALL },
};

static uint16_t vmid_of(const Bench *b)
{
    return b->s2 ? b->s2->id : 0;
}

static void issue(Bench *b, const Invalidation *i)
{
    uint64_t word0 = i->opcode | i->word0;
    uint64_t word1 = i->word1;

    word0 |= i->stream ? CMD_STREAM(b->m->stream) : 0;
    word0 |= i->asid ? CMD_ASID(b->s1->id) : 0;
    word0 |= i->vmid ? CMD_VMID(vmid_of(b)) : 0;
    word1 |= i->iova ? DATA_IOVA : 0;
    word1 |= i->ipa ? bench_ipa(b) : 0;
    smmu_command(b->smmu, word0, word1);
}

static void check_invalidation(Bench *b, const Invalidation *i)
{
    SmmuEvent event;
    uint64_t before;

    g_test_message("%s", i->what);
    bench_attach(b, i->path);
    before = *i->victim(b);
    use_and_break(b, i->path, i->victim);
    issue(b, i);
    event = bench_refused(b, true, DATA_IOVA);
    g_assert_cmphex(event.type, ==, i->event ?: EVENT_F_TRANSLATION);

    /* What was invalid becomes valid by the same command. */
    bench_attach(b, i->path);
    before = *i->victim(b);
    *i->victim(b) = 0;
    smmu_invalidate_all(b->smmu);
    bench_refused(b, false, DATA_IOVA);
    *i->victim(b) = before;
    issue(b, i);
    bench_assert_works(b);
}

static void test_invalidation(void)
{
    Bench *b = bench_new();

    for (size_t i = 0; i < G_N_ELEMENTS(invalidations); i++) {
        uint64_t mark = b->ram->next;

        check_invalidation(b, &invalidations[i]);
        ram_release(b->ram, mark);
    }
    bench_free(b);
}

/* A stage 2 page goes: its own command, and then the VMID's stage 1 */
static void test_nested_stage2_invalidation(void)
{
    Bench *b = bench_new();
    SmmuEvent event;

    use_and_break(b, NESTED, the_leaf);
    smmu_queue_command(b->smmu, CMD_TLBI_S2_IPA | CMD_VMID(b->s2->id),
                       bench_ipa(b));
    smmu_command(b->smmu, CMD_TLBI_NH_ALL | CMD_VMID(b->s2->id), 0);
    event = bench_refused(b, true, DATA_IOVA);
    g_assert_cmphex(event.type, ==, EVENT_F_TRANSLATION);
    g_assert_true(event.stage2);
    bench_free(b);
}

/*
 * What is not mapped is never cached: a driver that maps a page says nothing,
 * neither when it was refused before, nor when its neighbours are in use.
 */
static void check_mapping(Bench *b, Path path, uint64_t *(*victim)(Bench *),
                          uint64_t offset)
{
    uint64_t *entry;
    uint64_t before;

    bench_attach(b, path);
    entry = victim(b) + offset / (4 * KiB);
    before = *entry;
    *entry = 0;
    smmu_invalidate_all(b->smmu);
    if (offset) {
        bench_assert_works(b);
    }
    bench_refused(b, false, DATA_IOVA + offset);
    *entry = before;
    bench_can_write(b, DATA_IOVA + offset);
    smmu_assert_no_event(b->smmu);
    g_assert_true(b->m->engine->wrote(b->m, ram_at(b->ram, b->data + offset,
                                                   b->m->engine->unit)));
}

static void test_mapping_needs_no_command(void)
{
    Bench *b = bench_new();

    check_mapping(b, STAGE_1, the_leaf, 0);
    check_mapping(b, STAGE_1, the_leaf, 4 * KiB);
    check_mapping(b, STAGE_1, the_s1_table, 0);
    check_mapping(b, STAGE_2, the_leaf, 0);
    check_mapping(b, STAGE_2, the_leaf, 4 * KiB);
    check_mapping(b, STAGE_2, the_s2_table, 0);
    check_mapping(b, NESTED, the_leaf, 0);
    check_mapping(b, NESTED, the_leaf, 4 * KiB);
    check_mapping(b, NESTED, the_s1_leaf, 0);
    check_mapping(b, NESTED, the_s1_leaf, 4 * KiB);
    check_mapping(b, NESTED, the_s1_table, 0);
    check_mapping(b, NESTED, the_s2_table, 0);
    bench_free(b);
}

/* A global mapping is of every ASID, and goes by any of them. */
static void test_global_mappings(void)
{
    Bench *b = bench_new();

    bench_attach(b, STAGE_1);
    *bench_leaf(b) &= ~cpu_to_le64(TTD_S1_NOT_GLOBAL);
    smmu_invalidate_all(b->smmu);
    bench_assert_works(b);
    *bench_leaf(b) = 0;
    smmu_command(b->smmu, CMD_TLBI_NH_VA | CMD_ASID(b->s1->id + 1),
                 DATA_IOVA | CMD_LEAF);
    bench_refused(b, false, DATA_IOVA);
    bench_free(b);
}

/* An address anywhere in a block takes the whole block with it. */
static void test_block_invalidation(void)
{
    static const struct {
        Granule granule;
        int level;
    } blocks[] = { { GRANULE_4K, 2 }, { GRANULE_4K, 1 }, { GRANULE_16K, 2 },
                   { GRANULE_64K, 2 } };
    Bench *b = bench_new();

    for (size_t i = 0; i < G_N_ELEMENTS(blocks); i++) {
        uint64_t mark = b->ram->next;
        uint64_t *entry;

        bench_attach_granule(b, STAGE_1, blocks[i].granule, blocks[i].level);
        bench_assert_works(b);
        g_assert_true(bench_can_write(b, DATA_IOVA));
        entry = table_entry(b->s1, DATA_IOVA, blocks[i].level);
        *entry = 0;
        smmu_command(b->smmu, CMD_TLBI_NH_VA | CMD_ASID(b->s1->id),
                     (DATA_IOVA + 0x10000) | CMD_LEAF);
        bench_refused(b, false, DATA_IOVA);
        ram_release(b->ram, mark);
    }
    bench_free(b);
}

/* Every page of a range, and each of its ends */
static void test_range_invalidation(void)
{
    Bench *b = bench_new();

    bench_attach(b, STAGE_1);
    for (uint64_t at = 0; at < DATA_SIZE; at += 4 * KiB) {
        bench_can_write(b, DATA_IOVA + at);
    }
    smmu_assert_no_event(b->smmu);
    for (uint64_t at = 0; at < DATA_SIZE; at += 4 * KiB) {
        *table_entry(b->s1, DATA_IOVA + at, 3) = 0;
    }
    smmu_command(b->smmu, CMD_TLBI_NH_VA | CMD_ASID(b->s1->id) |
                 CMD_NUM(DATA_SIZE / (4 * KiB) - 1),
                 DATA_IOVA | CMD_TG(1) | CMD_LEAF);
    for (uint64_t at = 0; at < DATA_SIZE; at += 4 * KiB) {
        SmmuEvent event = bench_refused(b, false, DATA_IOVA + at);

        g_assert_cmphex(event.type, ==, EVENT_F_TRANSLATION);
        g_assert_cmphex(event.address, ==, DATA_IOVA + at);
    }
    bench_free(b);
}

/* The same address and ASID in two VMs: each reaches its own page. */
static void test_streams_do_not_share_entries(void)
{
    Bench *b = bench_new_disabled("-device edu,addr=4,dma_mask=0xffffffff");
    Master *first = b->m;
    Master *second = masters_get(b->masters, "pci-00:04.0");
    uint64_t *second_leaf;
    uint64_t second_page;

    smmu_restart(b->smmu);
    bench_attach(b, NESTED);
    bench_assert_works(b);

    /* The other VM: tables of its own, with other pages behind them */
    b->s1 = NULL;
    b->s2 = NULL;
    b->m = second;
    b->data += DATA_SIZE;
    b->control += DATA_SIZE;
    bench_attach(b, NESTED);
    b->s2->id++;
    ste_fill(b->ste, b->cd_address + IPA_OFFSET, b->s2);
    smmu_invalidate_ste(b->smmu, second->stream);
    bench_assert_works(b);
    second_leaf = bench_leaf(b);
    second_page = b->data;

    for (int round = 0; round < 4; round++) {
        b->m = round % 2 ? second : first;
        b->data = second_page - (round % 2 ? 0 : DATA_SIZE);
        g_assert_true(bench_can_write(b, DATA_IOVA));
    }
    /* What is taken from one stays with the other. */
    *second_leaf = 0;
    smmu_command(b->smmu, CMD_TLBI_S12_VMALL | CMD_VMID(b->s2->id), 0);
    b->m = first;
    b->data = second_page - DATA_SIZE;
    bench_assert_works(b);
    b->m = second;
    bench_refused(b, false, DATA_IOVA);
    bench_free(b);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("/smmu-invalidation/invalidation", test_invalidation);
    qtest_add_func("/smmu-invalidation/nested-stage2-invalidation",
                   test_nested_stage2_invalidation);
    qtest_add_func("/smmu-invalidation/mapping-needs-no-command",
                   test_mapping_needs_no_command);
    qtest_add_func("/smmu-invalidation/global-mappings",
                   test_global_mappings);
    qtest_add_func("/smmu-invalidation/block-invalidation",
                   test_block_invalidation);
    qtest_add_func("/smmu-invalidation/range-invalidation",
                   test_range_invalidation);
    qtest_add_func("/smmu-invalidation/streams-do-not-share-entries",
                   test_streams_do_not_share_entries);
    return g_test_run();
}
