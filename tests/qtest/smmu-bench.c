/*
 * avps-ecu qtests: one master behind the SMMU, and what it is given
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "tests/qtest/avps/board.h"
#include "tests/qtest/avps/smmu-bench.h"

#define S1_BITS 39
#define S2_BITS 40

/* Apart from the device tree and the tables; on the largest entry's bounds */
#define CONTROL_PAGE reg("ram", 128 * MiB)
#define DATA_PAGE reg("ram", 256 * MiB)
#define LARGEST_PAGE (64 * KiB)

#define BENCH_MASTER "pci-00:02.0"

/* ASID and VMID, which tests tell other streams' from */
#define BENCH_ASID 0x1a51
#define BENCH_VMID 0x2b1d

char *bench_options(const RamView *ram)
{
    g_autofree char *memory = ram_view_options(ram);

    return g_strdup_printf("%s -nic hubport,hubid=0,model=cadence_gem "
                           "-device edu,addr=2,dma_mask=0xffffffffffffffff",
                           memory);
}

static void start_master(Bench *b, uint64_t control)
{
    master_start(b->m, control,
                 ram_at(b->ram, b->control, MASTER_CONTROL_SIZE));
}

void bench_use_master(Bench *b, const char *name)
{
    b->m = masters_get(b->masters, name);
    /* Part of the stream table, which stays when tests release RAM */
    b->ste = smmu_ste(b->smmu, b->m->stream);
    start_master(b, b->control);
}

void bench_find_masters(Bench *b)
{
    if (b->masters) {
        masters_free(b->masters);
    }
    b->masters = masters_find(b->qts, true);
    bench_use_master(b, BENCH_MASTER);
}

Bench *bench_new_disabled(const char *options)
{
    Bench *b = g_new0(Bench, 1);
    g_autofree char *own = NULL;

    b->ram = ram_view_new();
    own = bench_options(b->ram);
    b->qts = machine_startf("%s %s", own, options);
    b->control = CONTROL_PAGE;
    b->data = DATA_PAGE;
    b->smmu = smmu_new_disabled(b->qts, b->ram);
    bench_find_masters(b);
    return b;
}

Bench *bench_new(void)
{
    Bench *b = bench_new_disabled("");

    smmu_restart(b->smmu);
    return b;
}

void bench_free(Bench *b)
{
    bench_detach(b);
    qtest_quit(b->qts);
    masters_free(b->masters);
    ram_view_free(b->ram);
    g_free(b->smmu);
    g_free(b);
}

uint64_t bench_ipa(const Bench *b)
{
    return b->path == NESTED ? b->data + IPA_OFFSET : DATA_IOVA;
}

PageTable *bench_last_table(const Bench *b)
{
    return b->path == STAGE_1 ? b->s1 : b->s2;
}

uint64_t *bench_leaf(const Bench *b)
{
    return table_entry(bench_last_table(b),
                       b->path == STAGE_1 ? DATA_IOVA : bench_ipa(b), 3);
}

/* The start of the entry of @level that @address is in */
static uint64_t entry_start(const PageTable *table, uint64_t address,
                            int level)
{
    return address & ~(table_entry_size(table, level) - 1);
}

/* All of the data, by as many entries of @level as it takes */
static void map_data(PageTable *table, uint64_t from, uint64_t to, int level)
{
    uint64_t size = table_entry_size(table, level);

    for (uint64_t offset = 0; offset < DATA_SIZE; offset += size) {
        table_map_level(table, entry_start(table, from + offset, level),
                        entry_start(table, to + offset, level), level,
                        MAY_READ_WRITE);
    }
}

static PageTable *make_s1(Bench *b, Granule granule, int level)
{
    uint64_t offset = b->path == NESTED ? IPA_OFFSET : 0;
    PageTable *s1 = table_new(b->ram, 1, granule, S1_BITS, -1);

    s1->id = BENCH_ASID;
    s1->ipa_offset = offset;
    table_map(s1, CONTROL_IOVA, b->control + offset, MASTER_CONTROL_SIZE,
              MAY_READ_WRITE);
    map_data(s1, DATA_IOVA, b->data + offset, level);
    return s1;
}

/* What a guest has for stage 1 lies behind its stage 2, too. */
static void map_guest_tables(const Bench *b, PageTable *s2)
{
    table_map(s2, b->guest + IPA_OFFSET, b->guest, b->guest_end - b->guest,
              MAY_READ_WRITE);
}

/* Pages first: an entry for the data may be large enough to replace them. */
static PageTable *make_s2(Bench *b, Granule granule, int level)
{
    /* Level 1 for 4 KiB, with concatenated tables; 64 KiB starts at 2. */
    PageTable *s2 = table_new(b->ram, 2, granule, S2_BITS,
                              granule == GRANULE_4K ? 1 : 2);
    uint64_t control = b->path == NESTED ? b->control + IPA_OFFSET
                                         : CONTROL_IOVA;

    s2->id = BENCH_VMID;
    table_map(s2, control, b->control, MASTER_CONTROL_SIZE, MAY_READ_WRITE);
    if (b->path == NESTED) {
        map_guest_tables(b, s2);
    }
    map_data(s2, bench_ipa(b), b->data, level);
    return s2;
}

/* The stage 1 and its CD, on pages that have nothing else of any size */
static void make_guest_tables(Bench *b, Granule granule, int level)
{
    ram_align(b->ram, LARGEST_PAGE);
    b->guest = b->ram->next;
    b->s1 = make_s1(b, granule, level);
    b->cd_address = cd_new(b->s1);
    b->cd = ram_at(b->ram, b->cd_address, CD_WORDS * 8);
    ram_align(b->ram, LARGEST_PAGE);
    b->guest_end = b->ram->next;
}

void bench_attach_granule(Bench *b, Path path, Granule granule, int level)
{
    uint64_t ste[STE_WORDS];

    bench_detach(b);
    b->path = path;
    if (path != STAGE_2) {
        make_guest_tables(b, granule, level);
    }
    if (path != STAGE_1) {
        b->s2 = make_s2(b, granule, level);
    }
    ste_fill(ste, b->s1 ? b->cd_address + b->s1->ipa_offset : 0, b->s2);
    smmu_set_ste(b->smmu, b->m->stream, ste);
    b->ste = smmu_ste(b->smmu, b->m->stream);
    smmu_invalidate_all(b->smmu);
    start_master(b, CONTROL_IOVA);
}

void bench_attach(Bench *b, Path path)
{
    bench_attach_granule(b, path, GRANULE_4K, 3);
}

void bench_move(Bench *b, QTestState *qts, RamView *ram)
{
    ram->next = b->ram->next;
    ram_view_free(b->ram);
    b->qts = qts;
    b->ram = ram;
    b->smmu->qts = qts;
    b->smmu->ram = ram;
    for (guint i = 0; i < b->masters->len; i++) {
        ((Master *)g_ptr_array_index(b->masters, i))->qts = qts;
    }
    if (b->s1) {
        b->s1->ram = ram;
    }
    if (b->s2) {
        b->s2->ram = ram;
    }
    start_master(b, b->m->control);
}

void bench_rebuild(Bench *b, uint64_t mark, Path path)
{
    ram_release(b->ram, mark);
    smmu_allocate(b->smmu);
    smmu_restart(b->smmu);
    bench_attach(b, path);
}

void bench_detach(Bench *b)
{
    g_clear_pointer(&b->s1, g_free);
    g_clear_pointer(&b->s2, g_free);
    b->cd = NULL;
}

static uint8_t *data_memory(const Bench *b)
{
    return ram_at(b->ram, b->data, DATA_SIZE);
}

bool bench_can_read(Bench *b, uint64_t iova)
{
    b->m->engine->offer(b->m, data_memory(b));
    return b->m->engine->read(b->m, iova);
}

bool bench_can_write(Bench *b, uint64_t iova)
{
    b->m->engine->write(b->m, iova);
    return b->m->engine->wrote(b->m, data_memory(b));
}

void bench_assert_works(Bench *b)
{
    bool works = bench_can_read(b, DATA_IOVA) && bench_can_write(b, DATA_IOVA);

    smmu_assert_no_event(b->smmu);
    g_assert_true(works);
}

static void assert_refused(Bench *b, bool read, uint64_t iova)
{
    bool done = read ? bench_can_read(b, iova) : bench_can_write(b, iova);

    g_assert_false(done);
}

SmmuEvent bench_refused(Bench *b, bool read, uint64_t iova)
{
    SmmuEvent event;

    assert_refused(b, read, iova);
    if (!smmu_next_event(b->smmu, &event)) {
        g_error("a refused access left no event");
    }
    smmu_drop_events(b->smmu);
    return event;
}

void bench_refused_silently(Bench *b, bool read, uint64_t iova)
{
    assert_refused(b, read, iova);
    smmu_assert_no_event(b->smmu);
}
