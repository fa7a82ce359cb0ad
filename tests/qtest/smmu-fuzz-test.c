/*
 * avps-ecu qtest: the SMMUv3 and software that gives it anything
 *
 * Whatever lies in its tables, queues and registers: the machine lives, what
 * happens is one of the things that the architecture has a name for, and
 * after clean reprogramming a stream is translated as if nothing had been.
 * The fields that decide the shape of a walk are gone through in all of their
 * values; the rest is random, by seeds that never change. More than 10,000
 * cases in all; --verbose names each one before it runs.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/bswap.h"
#include "tests/qtest/avps/board.h"
#include "tests/qtest/avps/smmu-bench.h"

#define SEED 0x30313200
#define CASES 1000      /* of each random kind */
#define PATIENCE 1000

typedef struct Fuzz {
    Bench *b;
    uint64_t mark;      /* of the RAM that every case has for itself */
    GRand *rand;
    int cases;
} Fuzz;

static Fuzz *fuzz_new(void)
{
    Fuzz *f = g_new0(Fuzz, 1);

    f->b = bench_new_disabled("");
    f->mark = f->b->smmu->cmdq;
    bench_rebuild(f->b, f->mark, NESTED);
    bench_assert_works(f->b);
    f->rand = g_rand_new_with_seed(SEED);
    return f;
}

static void fuzz_free(Fuzz *f)
{
    g_rand_free(f->rand);
    bench_free(f->b);
    g_free(f);
}

/* --- Values --- */

static uint64_t any64(Fuzz *f)
{
    return (uint64_t)g_rand_int(f->rand) << 32 | g_rand_int(f->rand);
}

static int below(Fuzz *f, int n)
{
    return g_rand_int_range(f->rand, 0, n);
}

/*
 * Addresses: of our structures and data, of nothing, of the SMMU itself, at
 * every end of what there is. Other devices stay out of it: they would do
 * what they are told.
 */
static uint64_t any_address(Fuzz *f)
{
    const Bench *b = f->b;
    const uint64_t addresses[] = {
        0, HOLE, b->data, b->control, b->smmu->cmdq, b->smmu->eventq,
        b->smmu->stream_table, b->cd_address, b->cd_address + IPA_OFFSET,
        f->mark + (any64(f) & 0xfffff), CONTROL_IOVA, DATA_IOVA,
        bench_ipa(b), reg("iommu", 0), reg("iommu", SMMU_CR0),
        reg("iommu", SMMU_CMDQ_PROD), reg("iommu", 0x10000),
        reg("ram", RAM_VIEW_SIZE - 64), reg("ram", RAM_VIEW_SIZE),
        (1ull << 32) - 64, (1ull << SMMU_OAS_BITS) - 4096,
        1ull << SMMU_OAS_BITS, (1ull << 48) - 64, (1ull << 52) - 64,
        UINT64_MAX - 4095, any64(f) | 1ull << 48,
    };
    uint64_t address = addresses[below(f, G_N_ELEMENTS(addresses))];

    switch (below(f, 8)) {
    case 0:
        return address + below(f, 4096);
    case 1:
        return address - 64;
    default:
        return address;
    }
}

static uint64_t any_word(Fuzz *f)
{
    switch (below(f, 6)) {
    case 0:
        return 0;
    case 1:
        return UINT64_MAX;
    case 2:
        return any64(f);
    case 3:
        return 1ull << below(f, 64);
    case 4:
        return below(f, 256);
    default:
        return any_address(f) | below(f, 64);
    }
}

/* A word of a structure: a little changed, or not the same at all */
static void mutate(Fuzz *f, uint64_t *word)
{
    uint64_t value = le64_to_cpu(*word);

    if (below(f, 3)) {
        for (int flips = 1 + below(f, 3); flips; flips--) {
            value ^= 1ull << below(f, 64);
        }
    } else {
        value = any_word(f);
    }
    *word = cpu_to_le64(value);
}

typedef struct Field {
    int word;
    int shift;
    int bits;
} Field;

static void set_field(uint64_t *words, Field field, uint64_t value)
{
    uint64_t mask = ((1ull << field.bits) - 1) << field.shift;
    uint64_t word = le64_to_cpu(words[field.word]);

    words[field.word] = cpu_to_le64((word & ~mask) |
                                    (value << field.shift & mask));
}

/* --- One case --- */

static bool is_known_event(int type)
{
    static const uint8_t known[] = {
        0x02, 0x03, 0x04, 0x06, 0x08, 0x09, 0x0a, 0x0b, 0x10, 0x11, 0x12,
        0x13, 0x20, 0x21,
    };

    return memchr(known, type, sizeof(known));
}

/* Events that are in a queue of ours are of this stream, and have a name. */
static int check_events(Fuzz *f)
{
    SmmuEvent event;
    int n = 0;

    while (smmu_next_event(f->b->smmu, &event)) {
        if (!is_known_event(event.type)) {
            g_error("event of type 0x%02x", event.type);
        }
        g_assert_cmphex(event.stream, ==, f->b->m->stream);
        g_assert_false(event.stall);
        n++;
    }
    smmu_drop_events(f->b->smmu);
    return n;
}

/* Anything may come of it, but it comes to an end. */
static bool access_memory(Fuzz *f, uint64_t iova)
{
    Bench *b = f->b;
    bool read = bench_can_read(b, iova);

    b->m->engine->write(b->m, iova);
    return read;
}

static void begin_case(Fuzz *f, const char *kind)
{
    f->cases++;
    if (g_test_verbose()) {
        g_test_message("%s %d", kind, f->cases);
    }
}

/* The machine answers, and translates what it is properly told to. */
static void end_case(Fuzz *f)
{
    g_assert_cmphex(smmu_read(f->b->smmu, SMMU_IDR1) & 0x3f, ==,
                    SMMU_STREAM_BITS);
    bench_rebuild(f->b, f->mark, f->cases % NUM_PATHS);
    bench_assert_works(f->b);
}

/* --- All values of fields that shape a walk --- */

/*
 * The access is done, or it is refused and an event says why: both stages
 * record their faults.
 */
static void check_done_or_told(Fuzz *f)
{
    bool done = bench_can_read(f->b, DATA_IOVA);
    int events = check_events(f);

    if (done && events) {
        g_error("number %d was done, and %d events say not", f->cases, events);
    }
    if (!done && !events) {
        g_error("number %d was refused, and no event says why", f->cases);
    }
}

static void try_stage2_shape(Fuzz *f, int t0sz, int sl0, int tg)
{
    uint64_t *ste = f->b->ste;

    begin_case(f, "stage 2 shape");
    set_field(ste, (Field) { 2, 32, 6 }, t0sz);
    set_field(ste, (Field) { 2, 38, 2 }, sl0);
    set_field(ste, (Field) { 2, 46, 2 }, tg);
    smmu_invalidate_all(f->b->smmu);
    check_done_or_told(f);
}

static void test_stage2_shapes(void)
{
    Fuzz *f = fuzz_new();

    for (Path path = STAGE_2; path <= NESTED; path++) {
        bench_rebuild(f->b, f->mark, path);
        for (int t0sz = 0; t0sz < 64; t0sz++) {
            for (int rest = 0; rest < 16; rest++) {
                try_stage2_shape(f, t0sz, rest % 4, rest / 4);
            }
        }
        end_case(f);
    }
    g_assert_cmpint(f->cases, ==, 2 * 1024);
    fuzz_free(f);
}

static void try_stage1_shape(Fuzz *f, int t0sz, int tg0, int ips)
{
    uint64_t *cd = f->b->cd;

    begin_case(f, "stage 1 shape");
    set_field(cd, (Field) { 0, 0, 6 }, t0sz);
    set_field(cd, (Field) { 0, 6, 2 }, tg0);
    set_field(cd, (Field) { 0, 32, 3 }, ips);
    smmu_invalidate_all(f->b->smmu);
    check_done_or_told(f);
}

static void test_stage1_shapes(void)
{
    Fuzz *f = fuzz_new();

    bench_rebuild(f->b, f->mark, STAGE_1);
    for (int t0sz = 0; t0sz < 64; t0sz++) {
        for (int rest = 0; rest < 32; rest++) {
            try_stage1_shape(f, t0sz, rest % 4, rest / 4);
        }
    }
    end_case(f);
    g_assert_cmpint(f->cases, ==, 2048);
    fuzz_free(f);
}

/* AArch32 tables that there are not, sizes beyond ours, and the like */
static void test_flags(void)
{
    static const Field ste_fields[] = {
        { 0, 1, 3 }, { 0, 4, 2 }, { 1, 0, 2 }, { 1, 27, 1 }, { 1, 28, 2 },
        { 1, 30, 2 }, { 2, 48, 3 }, { 2, 51, 1 }, { 2, 52, 1 }, { 2, 53, 1 },
        { 2, 54, 1 }, { 2, 55, 2 }, { 2, 57, 2 },
    };
    static const Field cd_fields[] = {
        { 0, 14, 2 }, { 0, 30, 2 }, { 0, 32, 3 }, { 0, 35, 3 }, { 0, 38, 2 },
        { 0, 40, 2 }, { 0, 42, 2 }, { 0, 44, 4 },
    };
    Fuzz *f = fuzz_new();

    for (size_t i = 0; i < G_N_ELEMENTS(ste_fields); i++) {
        for (int value = 0; value < 1 << ste_fields[i].bits; value++) {
            begin_case(f, "STE field");
            set_field(f->b->ste, ste_fields[i], value);
            smmu_invalidate_all(f->b->smmu);
            access_memory(f, DATA_IOVA);
            check_events(f);
            end_case(f);
        }
    }
    for (size_t i = 0; i < G_N_ELEMENTS(cd_fields); i++) {
        for (int value = 0; value < 1 << cd_fields[i].bits; value++) {
            begin_case(f, "CD field");
            bench_rebuild(f->b, f->mark, value % 2 ? STAGE_1 : NESTED);
            set_field(f->b->cd, cd_fields[i], value);
            smmu_invalidate_all(f->b->smmu);
            access_memory(f, DATA_IOVA);
            check_events(f);
            end_case(f);
        }
    }
    fuzz_free(f);
}

static void set_stream_table(Fuzz *f, uint64_t base, uint32_t config)
{
    Smmu *smmu = f->b->smmu;

    smmu_set_cr0(smmu, SMMU_CR0_CMDQEN | SMMU_CR0_EVENTQEN);
    smmu_write64(smmu, SMMU_STRTAB_BASE, base);
    smmu_write(smmu, SMMU_STRTAB_BASE_CFG, config);
    smmu_invalidate_all(smmu);
    smmu_set_cr0(smmu, SMMU_CR0_ALL);
}

/* LOG2SIZE, SPLIT and FMT */
static void test_stream_table_shapes(void)
{
    static const int splits[] = { 0, 5, 6, 7, 8, 9, 10, 11, 16, 31 };
    Fuzz *f = fuzz_new();

    for (int log2size = 0; log2size < 64; log2size++) {
        for (size_t i = 0; i < G_N_ELEMENTS(splits); i++) {
            for (int fmt = 0; fmt < 4; fmt++) {
                begin_case(f, "stream table shape");
                set_stream_table(f, f->b->smmu->stream_table,
                                 fmt << 16 | splits[i] << 6 | log2size);
                access_memory(f, DATA_IOVA);
                check_events(f);
            }
        }
        end_case(f);
    }
    g_assert_cmpint(f->cases, ==, 64 * 10 * 4);
    fuzz_free(f);
}

/* --- Random structures --- */

typedef void Disorder(Fuzz *f);

static void run_random(Disorder *disorder, const char *kind)
{
    Fuzz *f = fuzz_new();

    while (f->cases < CASES) {
        begin_case(f, kind);
        g_rand_set_seed(f->rand, SEED + f->cases);
        disorder(f);
        end_case(f);
    }
    fuzz_free(f);
}

static uint64_t iova_of_case(Fuzz *f)
{
    return below(f, 4) ? DATA_IOVA : any_address(f);
}

static void mutate_structure(Fuzz *f, uint64_t *words, int n)
{
    if (!words) {
        return;
    }
    for (int changes = 1 + below(f, 4); changes; changes--) {
        mutate(f, &words[below(f, n)]);
    }
}

static void access_and_check(Fuzz *f)
{
    smmu_invalidate_all(f->b->smmu);
    access_memory(f, iova_of_case(f));
    check_events(f);
}

static void disorder_ste(Fuzz *f)
{
    mutate_structure(f, f->b->ste, 4);
    /* Most mutations of these two would only make it invalid. */
    set_field(f->b->ste, (Field) { 0, 0, 1 }, below(f, 8) > 0);
    set_field(f->b->ste, (Field) { 0, 3, 1 }, below(f, 8) > 0);
    access_and_check(f);
}

static void test_entries(void)
{
    run_random(disorder_ste, "STE");
}

static void disorder_cd(Fuzz *f)
{
    mutate_structure(f, f->b->cd, 4);
    if (f->b->cd) {
        set_field(f->b->cd, (Field) { 0, 31, 1 }, below(f, 8) > 0);
        set_field(f->b->cd, (Field) { 0, 41, 1 }, below(f, 8) > 0);
    }
    access_and_check(f);
}

static void test_descriptors(void)
{
    run_random(disorder_cd, "CD");
}

/* Entries of tables at any level: they may point to each other, too */
static void disorder_tables(Fuzz *f)
{
    Bench *b = f->b;
    PageTable *tables[] = { b->s1, b->s2 };

    for (int i = 0; i < 2; i++) {
        uint64_t at = i ? bench_ipa(b) : DATA_IOVA;

        if (tables[i] && below(f, 3)) {
            int level = tables[i]->start_level +
                        below(f, 4 - tables[i]->start_level);
            uint64_t *entry = table_entry(tables[i], at, level);

            mutate(f, entry);
            if (below(f, 2)) {
                *entry |= cpu_to_le64(TTD_VALID | TTD_TABLE_OR_PAGE);
            }
            if (!below(f, 4)) {
                /* A walk in a circle */
                *entry = cpu_to_le64(tables[i]->root | TTD_VALID |
                                     TTD_TABLE_OR_PAGE | TTD_AF);
            }
        }
    }
    access_and_check(f);
}

static void test_tables(void)
{
    run_random(disorder_tables, "tables");
}

/* Where the stream table lies, what it says it is, and its first level */
static void disorder_stream_table(Fuzz *f)
{
    Smmu *smmu = f->b->smmu;
    uint64_t *l1 = ram_at(f->b->ram, smmu->stream_table, 8);

    if (below(f, 2)) {
        mutate(f, l1);
        if (below(f, 2)) {
            *l1 = cpu_to_le64((any_address(f) & ~0x1full) | below(f, 32));
        }
        smmu_invalidate_all(smmu);
    } else {
        set_stream_table(f, below(f, 3) ? any_address(f) : smmu->stream_table,
                         below(f, 2) ? g_rand_int(f->rand) :
                         below(f, 4) << 16 | below(f, 12) << 6 |
                         below(f, 20));
    }
    access_memory(f, iova_of_case(f));
    check_events(f);
}

static void test_stream_tables(void)
{
    run_random(disorder_stream_table, "stream table");
}

/* --- Random commands --- */

static uint64_t any_command(Fuzz *f)
{
    static const uint8_t opcodes[] = {
        CMD_PREFETCH_CONFIG, CMD_PREFETCH_ADDR, CMD_CFGI_STE,
        CMD_CFGI_STE_RANGE, CMD_CFGI_CD, CMD_CFGI_CD_ALL, CMD_TLBI_NH_ALL,
        CMD_TLBI_NH_ASID, CMD_TLBI_NH_VA, CMD_TLBI_NH_VAA,
        CMD_TLBI_S12_VMALL, CMD_TLBI_S2_IPA, CMD_TLBI_NSNH_ALL, CMD_SYNC,
    };
    uint64_t command = any_word(f) & ~0xffull;

    /* Most are known, and not secure ones, or none got past the first. */
    if (below(f, 64)) {
        return (command & ~CMD_SSEC) |
               opcodes[below(f, G_N_ELEMENTS(opcodes))];
    }
    return command | below(f, 256);
}

/* All commands are consumed, or one of them is told as an error. */
static void check_queue_at_rest(Fuzz *f)
{
    Smmu *smmu = f->b->smmu;
    uint32_t mask = (2u << smmu->cmdq_bits) - 1;

    for (int i = 0; i < PATIENCE; i++) {
        uint32_t cons = smmu_read(smmu, SMMU_CMDQ_CONS);
        uint32_t error = SMMU_CMDQ_CONS_ERROR(cons);

        if (smmu_errors(smmu) & SMMU_GERROR_CMDQ) {
            g_assert_true(error == SMMU_CERROR_ILL ||
                          error == SMMU_CERROR_ABT);
            return;
        }
        if ((cons & mask) == (smmu_read(smmu, SMMU_CMDQ_PROD) & mask)) {
            return;
        }
    }
    g_error("number %d: the command queue neither ends nor fails", f->cases);
}

static void disorder_commands(Fuzz *f)
{
    Smmu *smmu = f->b->smmu;
    uint32_t prod = smmu_read(smmu, SMMU_CMDQ_PROD);
    uint64_t *queue = ram_at(f->b->ram, smmu->cmdq, 16 << smmu->cmdq_bits);
    int n = 1 + below(f, 64);

    for (int i = 0; i < n; i++) {
        queue[2 * (prod + i)] = cpu_to_le64(any_command(f));
        queue[2 * (prod + i) + 1] = cpu_to_le64(any_word(f));
    }
    smmu_write(smmu, SMMU_CMDQ_PROD, prod + n);
    check_queue_at_rest(f);
    access_memory(f, DATA_IOVA);
}

static void test_commands(void)
{
    run_random(disorder_commands, "commands");
}

/* --- Random queues: anywhere, of any size, over each other --- */

static void disorder_queues(Fuzz *f)
{
    Smmu *smmu = f->b->smmu;

    smmu_set_cr0(smmu, 0);
    smmu_write(smmu, SMMU_IRQ_CTRL, below(f, 8));
    smmu_write64(smmu, SMMU_EVENTQ_IRQ_CFG0, any_address(f));
    smmu_write64(smmu, SMMU_GERROR_IRQ_CFG0, any_address(f));
    for (int i = 0; i < 2; i++) {
        uint64_t base = i ? SMMU_EVENTQ_BASE : SMMU_CMDQ_BASE;
        uint64_t prod = i ? SMMU_EVENTQ_PROD : SMMU_CMDQ_PROD;
        uint64_t cons = i ? SMMU_EVENTQ_CONS : SMMU_CMDQ_CONS;

        smmu_write64(smmu, base, (any_address(f) & ~0x1full) | below(f, 32));
        smmu_write(smmu, prod, any_word(f));
        smmu_write(smmu, cons, any_word(f));
    }
    smmu_set_cr0(smmu, SMMU_CR0_ALL);
    smmu_write(smmu, SMMU_CMDQ_PROD, any_word(f));
    access_memory(f, HOLE);
    smmu_acknowledge_errors(smmu);
    smmu_write(smmu, SMMU_CMDQ_PROD, any_word(f));
    access_memory(f, any_address(f));
}

static void test_queues(void)
{
    run_random(disorder_queues, "queues");
}

/* --- Random registers, in any order and width --- */

static void write_any_register(Fuzz *f)
{
    static const uint16_t known[] = {
        SMMU_CR0, SMMU_CR1, SMMU_CR2, SMMU_GBPA, SMMU_IRQ_CTRL,
        SMMU_GERRORN, SMMU_STRTAB_BASE, SMMU_STRTAB_BASE_CFG, SMMU_CMDQ_BASE,
        SMMU_CMDQ_PROD, SMMU_CMDQ_CONS, SMMU_EVENTQ_BASE,
        SMMU_EVENTQ_IRQ_CFG0, SMMU_GERROR_IRQ_CFG0,
    };
    bool any = !below(f, 4);
    uint64_t offset = any ? below(f, block("iommu")->size - 8)
                          : known[below(f, G_N_ELEMENTS(known))];
    uint64_t address = reg("iommu", offset);
    uint64_t value = any_word(f);

    switch (below(f, any ? 4 : 2)) {
    case 0:
        qtest_writel(f->b->qts, address, value);
        qtest_readl(f->b->qts, address);
        break;
    case 1:
        qtest_writeq(f->b->qts, address, value);
        qtest_readq(f->b->qts, address);
        break;
    case 2:
        qtest_writew(f->b->qts, address, value);
        qtest_readw(f->b->qts, address);
        break;
    default:
        qtest_writeb(f->b->qts, address, value);
        qtest_readb(f->b->qts, address);
        break;
    }
}

static void disorder_registers(Fuzz *f)
{
    for (int n = 1 + below(f, 12); n; n--) {
        write_any_register(f);
    }
    access_memory(f, iova_of_case(f));
}

static void test_registers(void)
{
    run_random(disorder_registers, "registers");
}

/* --- A guest that owns its stage 1, and is held by its stage 2 --- */

/* Of the hypervisor: the stage 2 and the stream's entry */
typedef struct Held {
    uint64_t s2;
    size_t s2_size;
    void *s2_copy;
    uint64_t ste[STE_WORDS];
} Held;

static void copy_held(Fuzz *f, Held *held)
{
    Bench *b = f->b;

    held->s2 = b->guest_end;
    held->s2_size = b->ram->next - b->guest_end;
    held->s2_copy = g_memdup2(ram_at(b->ram, held->s2, held->s2_size),
                              held->s2_size);
    memcpy(held->ste, b->ste, sizeof(held->ste));
}

static void check_held(Fuzz *f, const Held *held)
{
    g_assert_cmpmem(ram_at(f->b->ram, held->s2, held->s2_size), held->s2_size,
                    held->s2_copy, held->s2_size);
    g_assert_cmpmem(f->b->ste, sizeof(held->ste), held->ste,
                    sizeof(held->ste));
    g_free(held->s2_copy);
}

/* Anything at the CD and the tables; every address that they may lead to */
static void disorder_guest(Fuzz *f)
{
    Bench *b = f->b;
    uint64_t *leaf;
    Held held;

    bench_rebuild(b, f->mark, NESTED);
    leaf = table_entry(b->s1, DATA_IOVA, 3);
    copy_held(f, &held);
    if (below(f, 2)) {
        mutate_structure(f, b->cd, 4);
        set_field(b->cd, (Field) { 0, 31, 1 }, 1);
    }
    for (int n = below(f, 256); n; n--) {
        mutate(f, ram_at(b->ram, ROUND_DOWN(b->guest +
                         below(f, b->guest_end - b->guest), 8), 8));
    }
    /* A page of anything that there is */
    *leaf = cpu_to_le64(
        (any_address(f) & EVENT_IPA_MASK) | below(f, 2) * IPA_OFFSET |
        TTD_AF | TTD_VALID | TTD_TABLE_OR_PAGE | 1 << 6);
    smmu_invalidate_all(b->smmu);
    for (int n = 0; n < 4; n++) {
        access_memory(f, n ? iova_of_case(f) : DATA_IOVA);
    }
    check_events(f);
    check_held(f, &held);
}

static void test_hostile_guest(void)
{
    Fuzz *f = fuzz_new();
    Bench *b = f->b;

    ram_fill_pattern(b->ram);
    ram_may_change(b->ram, b->data, DATA_SIZE);
    ram_may_change(b->ram, b->control, MASTER_CONTROL_SIZE);
    while (f->cases < CASES) {
        begin_case(f, "guest");
        g_rand_set_seed(f->rand, SEED + f->cases);
        disorder_guest(f);
        end_case(f);
        if (f->cases % 100 == 0) {
            ram_check_pattern(b->ram);
        }
    }
    fuzz_free(f);
}

/* --- Everything at once --- */

static void disorder_everything(Fuzz *f)
{
    Bench *b = f->b;

    mutate_structure(f, b->ste, STE_WORDS);
    mutate_structure(f, b->cd, CD_WORDS);
    for (int n = below(f, 64); n; n--) {
        mutate(f, ram_at(b->ram, ROUND_DOWN(f->mark + below(f, 128 * KiB), 8),
                         8));
    }
    set_field(b->ste, (Field) { 0, 0, 1 }, below(f, 8) > 0);
    set_field(b->ste, (Field) { 0, 3, 1 }, below(f, 8) > 0);
    smmu_invalidate_all(b->smmu);
    access_memory(f, DATA_IOVA);
    for (int n = below(f, 4); n; n--) {
        write_any_register(f);
    }
    access_memory(f, iova_of_case(f));
    access_memory(f, any_address(f));
}

static void test_everything(void)
{
    run_random(disorder_everything, "everything");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("/smmu-fuzz/stage2-shapes", test_stage2_shapes);
    qtest_add_func("/smmu-fuzz/stage1-shapes", test_stage1_shapes);
    qtest_add_func("/smmu-fuzz/stream-table-shapes",
                   test_stream_table_shapes);
    qtest_add_func("/smmu-fuzz/flags", test_flags);
    qtest_add_func("/smmu-fuzz/entries", test_entries);
    qtest_add_func("/smmu-fuzz/descriptors", test_descriptors);
    qtest_add_func("/smmu-fuzz/tables", test_tables);
    qtest_add_func("/smmu-fuzz/stream-tables", test_stream_tables);
    qtest_add_func("/smmu-fuzz/commands", test_commands);
    qtest_add_func("/smmu-fuzz/queues", test_queues);
    qtest_add_func("/smmu-fuzz/registers", test_registers);
    qtest_add_func("/smmu-fuzz/hostile-guest", test_hostile_guest);
    qtest_add_func("/smmu-fuzz/everything", test_everything);
    return g_test_run();
}
