/*
 * avps-ecu qtest: no master reaches memory that it was not given
 *
 * AVPS v2.0 requirements 30 to 32. The list of masters is the running
 * machine's, and each one is driven by its real DMA; a master that comes
 * without a stream, or that nothing here can drive, fails the test.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "tests/qtest/avps/board.h"
#include "tests/qtest/avps/masters.h"
#include "tests/qtest/avps/smmu.h"

/* What masters see, above the memory that this machine has */
#define CONTROL_IOVA 0x80000000ull
#define DATA_IOVA 0x90000000ull
/* Intermediate addresses of a nested translation differ from physical ones. */
#define IPA_OFFSET 0x100000000ull
#define S1_BITS 39
#define S2_BITS 40

/* Every master has a page to exchange data, of a size that all granules know */
#define DATA_PAGE 0x10000ull
#define FIRST_DATA_PAGE (256 * MiB)

/* A stage 2 maps what stage 1 has its tables in by entries of this size. */
#define BLOCK_2M (2 * MiB)

typedef enum { STAGE_1, STAGE_2, NESTED, NUM_PATHS } Path;

typedef struct Bench {
    RamView *ram;
    QTestState *qts;
    GPtrArray *masters;
    Smmu *smmu;
    uint64_t mark;      /* of the RAM that scenarios may use */
    uint16_t next_id;   /* ASID and VMID */
} Bench;

static QTestState *start_machine(RamView *ram, const char *machine_options)
{
    g_autofree char *masters = masters_options();
    g_autofree char *memory = ram_view_options(ram);

    return machine_startf("%s %s %s", memory, masters, machine_options);
}

static int index_of(const Bench *b, const Master *m)
{
    guint index;

    g_assert_true(g_ptr_array_find(b->masters, m, &index));
    return index;
}

static Master *master_at(const Bench *b, guint i)
{
    return g_ptr_array_index(b->masters, i % b->masters->len);
}

static uint64_t data_page(const Bench *b, const Master *m)
{
    return reg("ram", FIRST_DATA_PAGE) + index_of(b, m) * 2 * DATA_PAGE;
}

static uint8_t *data_memory(const Bench *b, const Master *m)
{
    return ram_at(b->ram, data_page(b, m), DATA_PAGE);
}

/* The masters' own memory follows the data pages. */
static uint64_t control_page(const Bench *b, const Master *m)
{
    return data_page(b, m) + DATA_PAGE;
}

static uint8_t *control_memory(const Bench *b, const Master *m)
{
    return ram_at(b->ram, control_page(b, m), MASTER_CONTROL_SIZE);
}

static void restore_data_page(Bench *b, const Master *m)
{
    ram_restore_pattern(b->ram, data_page(b, m), DATA_PAGE);
}

static void assert_data_untouched(const Bench *b, const Master *m)
{
    if (!ram_has_pattern(b->ram, data_page(b, m), DATA_PAGE)) {
        g_error("%s: its page has changed", m->name);
    }
}

/* The pattern is everywhere, and every master has a stream that aborts. */
static Bench *bench_new(const char *machine_options, bool iommu)
{
    Bench *b = g_new0(Bench, 1);

    b->ram = ram_view_new();
    b->qts = start_machine(b->ram, machine_options);
    b->masters = masters_find(b->qts, iommu);
    g_assert_cmpint(b->masters->len, >=, AVPS_NUM_VIRTIO + 6);
    ram_fill_pattern(b->ram);
    for (guint i = 0; i < b->masters->len; i++) {
        ram_may_change(b->ram, control_page(b, master_at(b, i)),
                       MASTER_CONTROL_SIZE);
    }
    return b;
}

static Bench *bench_with_smmu(void)
{
    Bench *b = bench_new("", true);

    b->smmu = smmu_new(b->qts, b->ram);
    for (guint i = 0; i < b->masters->len; i++) {
        smmu_set_config(b->smmu, master_at(b, i)->stream, STE_CONFIG_ABORT);
    }
    b->mark = b->ram->next;
    return b;
}

/* Whatever the test did: the rest of RAM is what it was. */
static void bench_free(Bench *b)
{
    ram_check_pattern(b->ram);
    qtest_quit(b->qts);
    masters_free(b->masters);
    ram_view_free(b->ram);
    g_free(b->smmu);
    g_free(b);
}

/* --- Translations --- */

/* What a master may do with its data page, at both stages */
typedef struct Rights {
    Permission s1;
    Permission s2;
} Rights;

static void map_if_any(PageTable *table, uint64_t from, uint64_t to,
                       uint64_t size, Permission permission)
{
    if (permission != MAY_NOTHING) {
        table_map(table, from, to, size, permission);
    }
}

/* Stage 1, to physical addresses, or for NESTED to intermediate ones */
static PageTable *make_s1(Bench *b, const Master *m, Permission data,
                          uint64_t ipa_offset)
{
    PageTable *s1 = table_new(b->ram, 1, GRANULE_4K, S1_BITS, -1);

    s1->id = ++b->next_id;
    s1->ipa_offset = ipa_offset;
    table_map(s1, CONTROL_IOVA, control_page(b, m) + ipa_offset,
              MASTER_CONTROL_SIZE, MAY_READ_WRITE);
    map_if_any(s1, DATA_IOVA, data_page(b, m) + ipa_offset, DATA_PAGE, data);
    return s1;
}

/* Stage 2, from the addresses that the master uses, or from NESTED's */
static PageTable *make_s2(Bench *b, const Master *m, Permission data,
                          uint64_t control_from, uint64_t data_from)
{
    PageTable *s2 = table_new(b->ram, 2, GRANULE_4K, S2_BITS, 1);

    s2->id = ++b->next_id;
    table_map(s2, control_from, control_page(b, m), MASTER_CONTROL_SIZE,
              MAY_READ_WRITE);
    map_if_any(s2, data_from, data_page(b, m), DATA_PAGE, data);
    return s2;
}

/* The stage 1 tables and the CD of a nested translation are behind it, too. */
static void map_tables(Bench *b, PageTable *s2)
{
    uint64_t end = ROUND_UP(b->ram->next, BLOCK_2M) + BLOCK_2M;

    for (uint64_t pa = ROUND_DOWN(b->mark, BLOCK_2M); pa < end;
         pa += BLOCK_2M) {
        table_map_level(s2, pa + IPA_OFFSET, pa, 2, MAY_READ_WRITE);
    }
}

static void attach(Bench *b, const Master *m, Path path, Rights rights)
{
    g_autofree PageTable *s1 = NULL;
    g_autofree PageTable *s2 = NULL;

    switch (path) {
    case STAGE_1:
        s1 = make_s1(b, m, rights.s1, 0);
        break;
    case STAGE_2:
        s2 = make_s2(b, m, rights.s2, CONTROL_IOVA, DATA_IOVA);
        break;
    default:
        s1 = make_s1(b, m, rights.s1, IPA_OFFSET);
        s2 = make_s2(b, m, rights.s2, control_page(b, m) + IPA_OFFSET,
                     data_page(b, m) + IPA_OFFSET);
        map_tables(b, s2);
        break;
    }
    smmu_attach(b->smmu, m->stream, s1, s2);
}

static void start(Bench *b, Master *m)
{
    master_start(m, CONTROL_IOVA, control_memory(b, m));
}

/* Back to a stream that aborts, and to the RAM that there was */
static void detach(Bench *b, Master *m)
{
    smmu_set_config(b->smmu, m->stream, STE_CONFIG_ABORT);
    smmu_invalidate_all(b->smmu);
    smmu_drop_events(b->smmu);
}

static void for_each_master(Bench *b, void (*scenario)(Bench *, Master *))
{
    for (guint i = 0; i < b->masters->len; i++) {
        Master *m = master_at(b, i);

        g_test_message("%s", m->name);
        scenario(b, m);
        detach(b, m);
        ram_release(b->ram, b->mark);
        restore_data_page(b, m);
    }
}

/* --- Accesses --- */

static bool read_succeeds(Bench *b, Master *m, uint64_t iova, uint8_t *memory)
{
    m->engine->offer(m, memory);
    return m->engine->read(m, iova);
}

static bool write_succeeds(Bench *b, Master *m, uint64_t iova,
                           const uint8_t *memory)
{
    m->engine->write(m, iova);
    return m->engine->wrote(m, memory);
}

static void assert_reaches_data(Bench *b, Master *m)
{
    if (!read_succeeds(b, m, DATA_IOVA, data_memory(b, m))) {
        smmu_assert_no_event(b->smmu);
        g_error("%s cannot read what is mapped for it", m->name);
    }
    restore_data_page(b, m);
    if (!write_succeeds(b, m, DATA_IOVA, data_memory(b, m))) {
        smmu_assert_no_event(b->smmu);
        g_error("%s cannot write what is mapped for it", m->name);
    }
    restore_data_page(b, m);
}

/* Try it, and see that neither data nor memory moved. */
static void assert_read_refused(Bench *b, Master *m, uint64_t iova)
{
    uint8_t *memory = data_memory(b, m);
    g_autofree uint8_t *before = NULL;

    m->engine->offer(m, memory);
    before = g_memdup2(memory, DATA_PAGE);
    if (m->engine->read(m, iova)) {
        g_error("%s has read what is not mapped for it", m->name);
    }
    g_assert_cmpmem(before, DATA_PAGE, memory, DATA_PAGE);
    restore_data_page(b, m);
}

static void assert_write_refused(Bench *b, Master *m, uint64_t iova)
{
    m->engine->write(m, iova);
    assert_data_untouched(b, m);
}

/* --- Every master has a stream and an engine --- */

static void test_machine_as_it_is(void)
{
    QTestState *qts = machine_start("-nic none");
    GPtrArray *masters = masters_find(qts, true);

    /* Transports, two xHCI, SDHCI, Ethernet */
    g_assert_cmpint(masters->len, >=, AVPS_NUM_VIRTIO + 4);
    masters_free(masters);
    qtest_quit(qts);
}

static void test_machine_with_more(void)
{
    RamView *ram = ram_view_new();
    QTestState *qts = start_machine(ram, "");
    GPtrArray *masters = masters_find(qts, true);

    g_assert_cmphex(masters_get(masters, "virtio-mmio0")->stream, ==, 0x8000);
    g_assert_cmphex(masters_get(masters, "sdhci0")->stream, ==, 0x8040);
    g_assert_cmphex(masters_get(masters, "usb0")->stream, ==, 0x8041);
    g_assert_cmphex(masters_get(masters, "ethernet0")->stream, ==, 0x8042);
    g_assert_cmphex(masters_get(masters, "pci-00:01.0")->stream, ==, 1 << 3);
    g_assert_cmphex(masters_get(masters, "pci-00:02.0")->stream, ==, 2 << 3);
    g_assert_cmphex(masters_get(masters, "pci-01:00.0")->stream, ==, 1 << 8);
    masters_free(masters);
    qtest_quit(qts);
    ram_view_free(ram);
}

/* --- Translated --- */

static void check_translated(Bench *b, Master *m)
{
    const Rights all = { MAY_READ_WRITE, MAY_READ_WRITE };

    for (Path path = 0; path < NUM_PATHS; path++) {
        attach(b, m, path, all);
        start(b, m);
        assert_reaches_data(b, m);
        smmu_assert_no_event(b->smmu);
        detach(b, m);
    }
}

static void test_translated(void)
{
    Bench *b = bench_with_smmu();

    for_each_master(b, check_translated);
    bench_free(b);
}

/* --- Refused --- */

typedef struct Refusal {
    Path path;
    Rights rights;
    bool read;          /* the access; else a write */
    int event;
    bool at_stage2;
} Refusal;

static const Refusal refusals[] = {
    { STAGE_1, { MAY_NOTHING }, true, EVENT_F_TRANSLATION, false },
    { STAGE_1, { MAY_NOTHING }, false, EVENT_F_TRANSLATION, false },
    { STAGE_1, { MAY_READ }, false, EVENT_F_PERMISSION, false },
    { STAGE_2, { 0, MAY_NOTHING }, true, EVENT_F_TRANSLATION, true },
    { STAGE_2, { 0, MAY_NOTHING }, false, EVENT_F_TRANSLATION, true },
    { STAGE_2, { 0, MAY_READ }, false, EVENT_F_PERMISSION, true },
    { STAGE_2, { 0, MAY_WRITE }, true, EVENT_F_PERMISSION, true },
    { NESTED, { MAY_NOTHING, MAY_READ_WRITE }, true, EVENT_F_TRANSLATION,
      false },
    { NESTED, { MAY_NOTHING, MAY_READ_WRITE }, false, EVENT_F_TRANSLATION,
      false },
    { NESTED, { MAY_READ, MAY_READ_WRITE }, false, EVENT_F_PERMISSION, false },
    { NESTED, { MAY_READ_WRITE, MAY_NOTHING }, true, EVENT_F_TRANSLATION,
      true },
    { NESTED, { MAY_READ_WRITE, MAY_NOTHING }, false, EVENT_F_TRANSLATION,
      true },
    { NESTED, { MAY_READ_WRITE, MAY_READ }, false, EVENT_F_PERMISSION, true },
    { NESTED, { MAY_READ_WRITE, MAY_WRITE }, true, EVENT_F_PERMISSION, true },
};

static uint64_t intermediate_address(const Bench *b, const Master *m,
                                     Path path)
{
    return path == NESTED ? data_page(b, m) + IPA_OFFSET : DATA_IOVA;
}

/* One event at least, and of all the same kind: a model may split accesses. */
static void check_events(Bench *b, Master *m, const Refusal *refusal)
{
    SmmuEvent event;
    bool first = true;

    while (smmu_next_event(b->smmu, &event)) {
        g_assert_cmphex(event.type, ==, refusal->event);
        g_assert_cmphex(event.stream, ==, m->stream);
        g_assert_false(event.substream_valid);
        g_assert_false(event.stall);
        g_assert_cmpint(event.read, ==, refusal->read);
        g_assert_cmpint(event.stage2, ==, refusal->at_stage2);
        g_assert_cmpint(event.class, ==, EVENT_CLASS_IN);
        g_assert_cmphex(event.address, >=, DATA_IOVA);
        g_assert_cmphex(event.address, <, DATA_IOVA + m->engine->unit);
        if (refusal->at_stage2) {
            g_assert_cmphex(event.ipa & EVENT_IPA_MASK, ==,
                            intermediate_address(b, m, refusal->path));
        }
        if (first) {
            g_assert_cmphex(event.address, ==, DATA_IOVA);
        }
        first = false;
    }
    if (first) {
        g_error("%s: a refused access left no event", m->name);
    }
    smmu_drop_events(b->smmu);
}

static Permission granted(const Refusal *refusal)
{
    switch (refusal->path) {
    case STAGE_1:
        return refusal->rights.s1;
    case STAGE_2:
        return refusal->rights.s2;
    default:
        return refusal->rights.s1 & refusal->rights.s2;
    }
}

/* What is granted does not open the way to the rest, by a cache or so. */
static void use_what_is_granted(Bench *b, Master *m, const Refusal *refusal)
{
    if (granted(refusal) & MAY_READ) {
        g_assert_true(read_succeeds(b, m, DATA_IOVA, data_memory(b, m)));
    }
    if (granted(refusal) & MAY_WRITE) {
        g_assert_true(write_succeeds(b, m, DATA_IOVA, data_memory(b, m)));
    }
    restore_data_page(b, m);
    smmu_assert_no_event(b->smmu);
}

static void check_refusal(Bench *b, Master *m, const Refusal *refusal)
{
    attach(b, m, refusal->path, refusal->rights);
    start(b, m);
    use_what_is_granted(b, m, refusal);
    if (refusal->read) {
        assert_read_refused(b, m, DATA_IOVA);
    } else {
        assert_write_refused(b, m, DATA_IOVA);
    }
    check_events(b, m, refusal);
    detach(b, m);
}

static void check_refused(Bench *b, Master *m)
{
    for (size_t i = 0; i < G_N_ELEMENTS(refusals); i++) {
        check_refusal(b, m, &refusals[i]);
    }
}

static void test_refused(void)
{
    Bench *b = bench_with_smmu();

    for_each_master(b, check_refused);
    bench_free(b);
}

/* --- Streams that software did not set up, or has shut --- */

/* The masters' addresses are physical ones as long as nothing translates. */
static void start_physical(Bench *b, Master *m)
{
    master_start(m, control_page(b, m), control_memory(b, m));
}

static void assert_reaches_physical(Bench *b, Master *m)
{
    g_assert_true(read_succeeds(b, m, data_page(b, m), data_memory(b, m)));
    restore_data_page(b, m);
    g_assert_true(write_succeeds(b, m, data_page(b, m), data_memory(b, m)));
    restore_data_page(b, m);
}

static void assert_reaches_nothing(Bench *b, Master *m)
{
    assert_read_refused(b, m, data_page(b, m));
    assert_write_refused(b, m, data_page(b, m));
}

static void assert_own_events(Bench *b, Master *m, int type)
{
    SmmuEvent event;
    bool any = false;

    while (smmu_next_event(b->smmu, &event)) {
        g_assert_cmphex(event.type, ==, type);
        g_assert_cmphex(event.stream, ==, m->stream);
        any = true;
    }
    g_assert_true(any);
    smmu_drop_events(b->smmu);
}

/* STE.Config 0: refused without a word; 4: let through; V = 0: an error */
static void check_configs(Bench *b, Master *m)
{
    static const uint64_t invalid[STE_WORDS];

    smmu_set_config(b->smmu, m->stream, STE_CONFIG_BYPASS);
    start_physical(b, m);
    assert_reaches_physical(b, m);
    smmu_assert_no_event(b->smmu);

    smmu_set_config(b->smmu, m->stream, STE_CONFIG_ABORT);
    assert_reaches_nothing(b, m);
    smmu_assert_no_event(b->smmu);

    smmu_set_ste(b->smmu, m->stream, invalid);
    assert_reaches_nothing(b, m);
    assert_own_events(b, m, EVENT_C_BAD_STE);
}

static void test_configs(void)
{
    Bench *b = bench_with_smmu();

    for_each_master(b, check_configs);
    bench_free(b);
}

/* --- Masters and each other --- */

static void attach_all(Bench *b)
{
    const Rights all = { MAY_READ_WRITE, MAY_READ_WRITE };

    for (guint i = 0; i < b->masters->len; i++) {
        attach(b, master_at(b, i), i % NUM_PATHS, all);
        start(b, master_at(b, i));
    }
}

/* One address, as many pages as there are masters */
static void test_same_address(void)
{
    Bench *b = bench_with_smmu();

    attach_all(b);
    for (guint i = 0; i < b->masters->len; i++) {
        Master *m = master_at(b, i);

        m->engine->write(m, DATA_IOVA);
        g_assert_true(m->engine->wrote(m, data_memory(b, m)));
        for (guint j = 0; j < b->masters->len; j++) {
            if (j != i) {
                assert_data_untouched(b, master_at(b, j));
            }
        }
        restore_data_page(b, m);
    }
    smmu_assert_no_event(b->smmu);
    bench_free(b);
}

/* Neither a physical nor an intermediate address leads to the neighbour. */
static void test_neighbours_memory(void)
{
    Bench *b = bench_with_smmu();

    attach_all(b);
    for (guint i = 0; i < b->masters->len; i++) {
        Master *m = master_at(b, i);
        Master *victim = master_at(b, i + 1);

        m->engine->offer(m, data_memory(b, victim));
        g_assert_false(m->engine->read(m, data_page(b, victim)));
        restore_data_page(b, victim);
        assert_own_events(b, m, EVENT_F_TRANSLATION);
        m->engine->write(m, data_page(b, victim));
        assert_own_events(b, m, EVENT_F_TRANSLATION);
        assert_data_untouched(b, victim);
    }
    bench_free(b);
}

/*
 * A guest that owns its stage 1 points it at another guest's memory, and at
 * the hypervisor's own tables: stage 2 is in between.
 */
static void test_hostile_stage1(void)
{
    const Rights all = { MAY_READ_WRITE, MAY_READ_WRITE };
    Bench *b = bench_with_smmu();

    for (guint i = 0; i < b->masters->len; i++) {
        Master *m = master_at(b, i);
        Master *victim = master_at(b, i + 1);
        g_autofree PageTable *s1 = NULL;
        g_autofree PageTable *s2 = NULL;

        attach(b, victim, STAGE_1, all);
        s1 = make_s1(b, m, MAY_NOTHING, IPA_OFFSET);
        table_map(s1, DATA_IOVA, data_page(b, victim), DATA_PAGE,
                  MAY_READ_WRITE);
        s2 = make_s2(b, m, MAY_READ_WRITE, control_page(b, m) + IPA_OFFSET,
                     data_page(b, m) + IPA_OFFSET);
        map_tables(b, s2);
        smmu_attach(b->smmu, m->stream, s1, s2);

        start(b, m);
        m->engine->write(m, DATA_IOVA);
        assert_own_events(b, m, EVENT_F_TRANSLATION);
        assert_data_untouched(b, victim);
        start(b, victim);
        assert_reaches_data(b, victim);
        smmu_assert_no_event(b->smmu);

        detach(b, m);
        detach(b, victim);
        ram_release(b->ram, b->mark);
    }
    bench_free(b);
}

/* A stream whose structures are garbage disturbs none of the others. */
static void test_hostile_stream(void)
{
    const Rights all = { MAY_READ_WRITE, MAY_READ_WRITE };
    g_autoptr(GRand) rand = g_rand_new_with_seed(30);
    Bench *b = bench_with_smmu();

    for (guint i = 0; i < b->masters->len; i++) {
        Master *m = master_at(b, i);
        Master *victim = master_at(b, i + 1);
        uint64_t garbage[STE_WORDS];

        for (int word = 0; word < STE_WORDS; word++) {
            garbage[word] = (uint64_t)g_rand_int(rand) << 32 |
                            g_rand_int(rand);
        }
        /* A stage 1 whose CD is what the data page of the victim has */
        garbage[0] = STE_VALID | STE_CONFIG(STE_CONFIG_S1) |
                     data_page(b, victim);
        attach(b, victim, i % NUM_PATHS, all);
        smmu_set_ste(b->smmu, m->stream, garbage);
        master_start(m, CONTROL_IOVA, control_memory(b, m));
        m->engine->write(m, DATA_IOVA);
        m->engine->read(m, data_page(b, victim));
        smmu_drop_events(b->smmu);
        assert_data_untouched(b, victim);

        start(b, victim);
        assert_reaches_data(b, victim);
        smmu_assert_no_event(b->smmu);
        detach(b, m);
        detach(b, victim);
        ram_release(b->ram, b->mark);
    }
    bench_free(b);
}

/* --- A bridge chooses the bus number that its StreamIDs are made of --- */

#define BRIDGE_DEVFN (3 << 3)
#define BRIDGE_BUSES 0x18

static void renumber_bus(Bench *b, int bus)
{
    qtest_writel(b->qts, reg("pcie-ecam", BRIDGE_DEVFN << 12 | BRIDGE_BUSES),
                 bus << 16 | bus << 8);
}

static void test_renumbered_bus(void)
{
    const Rights all = { MAY_READ_WRITE, MAY_READ_WRITE };
    const Rights read_only = { MAY_READ, MAY_READ };
    Bench *b = bench_with_smmu();
    Master *m = masters_get(b->masters, "pci-01:00.0");
    int before = m->stream;

    m->stream = 5 << 8;
    attach(b, m, STAGE_2, read_only);
    m->stream = before;
    attach(b, m, STAGE_1, all);
    start(b, m);
    assert_reaches_data(b, m);

    /* What it could do as another stream is over. */
    renumber_bus(b, 5);
    m->stream = 5 << 8;
    g_assert_true(read_succeeds(b, m, DATA_IOVA, data_memory(b, m)));
    restore_data_page(b, m);
    smmu_assert_no_event(b->smmu);
    assert_write_refused(b, m, DATA_IOVA);
    assert_own_events(b, m, EVENT_F_PERMISSION);
    renumber_bus(b, 6);
    m->stream = 6 << 8;
    assert_write_refused(b, m, DATA_IOVA);
    assert_own_events(b, m, EVENT_C_BAD_STREAMID);
    bench_free(b);
}

/* Bus 0x80 would have the numbers of the platform's masters. */
static void test_bus_posing_as_platform(void)
{
    const Rights all = { MAY_READ_WRITE, MAY_READ_WRITE };
    Bench *b = bench_with_smmu();
    Master *m = masters_get(b->masters, "pci-01:00.0");
    Master *victim = masters_get(b->masters, "virtio-mmio0");

    g_assert_cmphex(victim->stream, ==, 0x80 << 8);
    attach(b, victim, STAGE_1, all);
    renumber_bus(b, 0x80);
    /* With the addresses that the victim has */
    master_start(m, CONTROL_IOVA, control_memory(b, victim));
    m->engine->offer(m, data_memory(b, victim));
    g_assert_false(m->engine->read(m, DATA_IOVA));
    restore_data_page(b, victim);
    m->engine->write(m, DATA_IOVA);
    assert_data_untouched(b, victim);

    start(b, victim);
    smmu_drop_events(b->smmu);
    assert_reaches_data(b, victim);
    bench_free(b);
}

/* --- Before software programs the IOMMU, and without one --- */

static void check_default(Bench *b, bool abort)
{
    for (guint i = 0; i < b->masters->len; i++) {
        Master *m = master_at(b, i);

        start_physical(b, m);
        if (abort) {
            assert_reaches_nothing(b, m);
        } else {
            assert_reaches_physical(b, m);
        }
    }
    for (guint i = 0; i < b->masters->len; i++) {
        restore_data_page(b, master_at(b, i));
    }
    ram_check_pattern(b->ram);
}

/* After a reset, functions must be placed again; streams are what they were. */
static void reset(Bench *b)
{
    qtest_system_reset(b->qts);
    masters_free(b->masters);
    b->masters = masters_find(b->qts, true);
    ram_fill_pattern(b->ram);
    for (guint i = 0; i < b->masters->len; i++) {
        ram_may_change(b->ram, control_page(b, master_at(b, i)),
                       MASTER_CONTROL_SIZE);
    }
}

static void test_default_bypass(void)
{
    Bench *b = bench_new("-M dma-default=bypass", true);

    check_default(b, false);
    bench_free(b);
}

static void test_default_abort(void)
{
    Bench *b = bench_new("-M dma-default=abort", true);

    check_default(b, true);
    /* What software allows does not outlive it. */
    b->smmu = smmu_new_disabled(b->qts, b->ram);
    smmu_set_gbpa(b->smmu, 0);
    check_default(b, false);
    reset(b);
    check_default(b, true);
    bench_free(b);
}

static void test_no_iommu(void)
{
    Bench *b = bench_new("-M iommu=none", false);

    check_default(b, false);
    bench_free(b);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("/isolation/machine-as-it-is", test_machine_as_it_is);
    qtest_add_func("/isolation/machine-with-more", test_machine_with_more);
    qtest_add_func("/isolation/translated", test_translated);
    qtest_add_func("/isolation/refused", test_refused);
    qtest_add_func("/isolation/configs", test_configs);
    qtest_add_func("/isolation/same-address", test_same_address);
    qtest_add_func("/isolation/neighbours-memory", test_neighbours_memory);
    qtest_add_func("/isolation/hostile-stage1", test_hostile_stage1);
    qtest_add_func("/isolation/hostile-stream", test_hostile_stream);
    qtest_add_func("/isolation/renumbered-bus", test_renumbered_bus);
    qtest_add_func("/isolation/bus-posing-as-platform",
                   test_bus_posing_as_platform);
    qtest_add_func("/isolation/default-bypass", test_default_bypass);
    qtest_add_func("/isolation/default-abort", test_default_abort);
    qtest_add_func("/isolation/no-iommu", test_no_iommu);
    return g_test_run();
}
