/*
 * avps-ecu qtest: the SMMUv3, as software programs it
 *
 * Arm System Memory Management Unit Architecture Specification, SMMU
 * architecture version 3 (IHI 0070): registers (6), queues and commands (3.5,
 * 4), interrupts (3.18), global errors (7.5); and all of that over a save and
 * a load. What it translates is in smmu-streams-test.c.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/bswap.h"
#include "tests/qtest/avps/board.h"
#include "tests/qtest/avps/migration.h"
#include "tests/qtest/avps/smmu-bench.h"

/* --- Registers --- */

static void test_identification(void)
{
    Bench *b = bench_new_disabled("");
    const struct {
        int reg;
        int shift;
        int bits;
        uint32_t value;
    } fields[] = {
        { SMMU_IDR0, 0, 2, 3 },         /* both stages */
        { SMMU_IDR0, 2, 2, 2 },         /* AArch64 tables only */
        { SMMU_IDR0, 4, 1, 1 },         /* coherent accesses */
        { SMMU_IDR0, 6, 2, 0 },         /* no hardware update of flags */
        { SMMU_IDR0, 10, 1, 0 },        /* no ATS */
        { SMMU_IDR0, 12, 1, 1 },        /* 16-bit ASIDs */
        { SMMU_IDR0, 13, 1, 1 },        /* MSIs */
        { SMMU_IDR0, 16, 1, 0 },        /* no PRI */
        { SMMU_IDR0, 18, 1, 1 },        /* 16-bit VMIDs */
        { SMMU_IDR0, 21, 2, 2 },        /* little-endian tables */
        { SMMU_IDR0, 24, 2, 1 },        /* no stalls */
        { SMMU_IDR0, 26, 1, 1 },        /* faults abort */
        { SMMU_IDR0, 27, 2, 1 },        /* two-level stream tables */
        { SMMU_IDR1, 0, 6, SMMU_STREAM_BITS },
        { SMMU_IDR1, 6, 5, 0 },         /* no substreams */
        { SMMU_IDR1, 16, 5, SMMU_QUEUE_BITS_MAX },
        { SMMU_IDR1, 21, 5, SMMU_QUEUE_BITS_MAX },
        { SMMU_IDR1, 29, 2, 0 },        /* tables and queues are free */
        { SMMU_IDR3, 10, 1, 1 },        /* invalidation of ranges */
        { SMMU_IDR3, 11, 2, 2 },        /* break before make, level 2 */
        { SMMU_IDR5, 0, 3, SIZE_44_BITS },
        { SMMU_IDR5, 4, 3, 7 },         /* all granules */
    };

    for (size_t i = 0; i < G_N_ELEMENTS(fields); i++) {
        uint32_t mask = (1u << fields[i].bits) - 1;
        uint32_t value = smmu_read(b->smmu, fields[i].reg);

        g_assert_cmphex(value >> fields[i].shift & mask, ==, fields[i].value);
        smmu_write(b->smmu, fields[i].reg, ~value);
        g_assert_cmphex(smmu_read(b->smmu, fields[i].reg), ==, value);
    }
    bench_free(b);
}

/* Registers that software sets, and the values that stick */
static const struct {
    uint64_t reg;
    uint32_t value;
} held[] = {
    { SMMU_CR1, 0x00000d75 },
    { SMMU_CR2, SMMU_CR2_RECINVSID },
    { SMMU_STRTAB_BASE, 0x41000000 },
    { SMMU_STRTAB_BASE + 4, 0x1 },
    { SMMU_STRTAB_BASE_CFG, SMMU_STRTAB_2LEVEL(16, 8) },
    { SMMU_CMDQ_BASE, 0x42000000 | 8 },
    { SMMU_CMDQ_BASE + 4, 0x2 },
    { SMMU_CMDQ_PROD, 0x1ff },
    { SMMU_CMDQ_CONS, 0x1ff },
    { SMMU_EVENTQ_BASE, 0x43000000 | 7 },
    { SMMU_EVENTQ_BASE + 4, 0x3 },
    { SMMU_EVENTQ_PROD, 0x0ff },
    { SMMU_EVENTQ_CONS, 0x0ff },
    { SMMU_EVENTQ_IRQ_CFG0, 0x44000040 },
    { SMMU_EVENTQ_IRQ_CFG1, 0x12345678 },
    { SMMU_GERROR_IRQ_CFG0, 0x44000080 },
    { SMMU_GERROR_IRQ_CFG1, 0x87654321 },
    /* Last: it guards where their messages go. */
    { SMMU_IRQ_CTRL, SMMU_IRQ_CTRL_EVENTQ | SMMU_IRQ_CTRL_GERROR },
};

static void hold_all(Bench *b)
{
    for (size_t i = 0; i < G_N_ELEMENTS(held); i++) {
        smmu_write(b->smmu, held[i].reg, held[i].value);
    }
}

static void assert_held(Bench *b)
{
    for (size_t i = 0; i < G_N_ELEMENTS(held); i++) {
        g_assert_cmphex(smmu_read(b->smmu, held[i].reg), ==, held[i].value);
    }
    g_assert_cmphex(smmu_read(b->smmu, SMMU_IRQ_CTRLACK), ==,
                    smmu_read(b->smmu, SMMU_IRQ_CTRL));
}

static void test_held_values(void)
{
    Bench *b = bench_new_disabled("");

    hold_all(b);
    assert_held(b);
    /* Bases are registers of 64 bits, too. */
    g_assert_cmphex(smmu_read64(b->smmu, SMMU_CMDQ_BASE), ==, 0x242000008);
    smmu_write64(b->smmu, SMMU_STRTAB_BASE, 0x541000000);
    g_assert_cmphex(smmu_read(b->smmu, SMMU_STRTAB_BASE + 4), ==, 5);
    bench_free(b);
}

static void assert_after_reset(Bench *b, bool abort)
{
    g_assert_cmphex(smmu_read(b->smmu, SMMU_CR0), ==, 0);
    g_assert_cmphex(smmu_read(b->smmu, SMMU_CR0ACK), ==, 0);
    g_assert_cmphex(smmu_read(b->smmu, SMMU_IRQ_CTRL), ==, 0);
    g_assert_cmphex(smmu_read(b->smmu, SMMU_IRQ_CTRLACK), ==, 0);
    g_assert_cmphex(smmu_errors(b->smmu), ==, 0);
    g_assert_cmphex(smmu_read(b->smmu, SMMU_GBPA) & SMMU_GBPA_UPDATE, ==, 0);
    g_assert_cmphex(!(smmu_read(b->smmu, SMMU_GBPA) & SMMU_GBPA_ABORT), ==,
                    !abort);
}

static void test_reset(void)
{
    Bench *b = bench_new_disabled("");

    assert_after_reset(b, false);
    smmu_restart(b->smmu);
    bench_attach(b, NESTED);
    bench_assert_works(b);
    smmu_queue_command(b->smmu, 0xff, 0);
    g_assert_cmphex(smmu_errors(b->smmu), ==, SMMU_GERROR_CMDQ);
    smmu_set_gbpa(b->smmu, SMMU_GBPA_ABORT);
    qtest_system_reset(b->qts);
    assert_after_reset(b, false);
    smmu_restart(b->smmu);
    bench_find_masters(b);
    bench_attach(b, NESTED);
    bench_assert_works(b);
    bench_free(b);
}

/* --- What is let through before software enables translation --- */

static bool reaches_physical(Bench *b)
{
    bool read = bench_can_read(b, b->data);
    bool write = bench_can_write(b, b->data);

    g_assert_cmpint(read, ==, write);
    return read;
}

static void test_gbpa(void)
{
    Bench *b = bench_new_disabled("");

    g_assert_true(reaches_physical(b));
    /* Without UPDATE, a write is nothing. */
    smmu_write(b->smmu, SMMU_GBPA, SMMU_GBPA_ABORT);
    g_assert_cmphex(smmu_read(b->smmu, SMMU_GBPA) & SMMU_GBPA_ABORT, ==, 0);
    g_assert_true(reaches_physical(b));
    smmu_set_gbpa(b->smmu, SMMU_GBPA_ABORT);
    g_assert_cmphex(smmu_read(b->smmu, SMMU_GBPA) & SMMU_GBPA_ABORT, !=, 0);
    g_assert_false(reaches_physical(b));
    smmu_set_gbpa(b->smmu, 0);
    g_assert_true(reaches_physical(b));
    bench_free(b);
}

/* Enabled, the stream table decides; disabled again, GBPA. */
static void test_enable_and_disable(void)
{
    Bench *b = bench_new_disabled("");

    smmu_set_gbpa(b->smmu, SMMU_GBPA_ABORT);
    smmu_restart(b->smmu);
    smmu_set_config(b->smmu, b->m->stream, STE_CONFIG_BYPASS);
    g_assert_true(reaches_physical(b));
    smmu_set_cr0(b->smmu, SMMU_CR0_EVENTQEN | SMMU_CR0_CMDQEN);
    g_assert_false(reaches_physical(b));
    smmu_set_gbpa(b->smmu, 0);
    g_assert_true(reaches_physical(b));
    smmu_set_config(b->smmu, b->m->stream, STE_CONFIG_ABORT);
    smmu_set_cr0(b->smmu, SMMU_CR0_ALL);
    g_assert_false(reaches_physical(b));
    bench_free(b);
}

static void check_dma_default(const char *options, bool abort)
{
    Bench *b = bench_new_disabled(options);

    for (int boot = 0; boot < 2; boot++) {
        assert_after_reset(b, abort);
        g_assert_cmpint(reaches_physical(b), ==, !abort);
        /* Whatever software makes of it, a reset restores. */
        smmu_set_gbpa(b->smmu, abort ? 0 : SMMU_GBPA_ABORT);
        g_assert_cmpint(reaches_physical(b), ==, abort);
        qtest_system_reset(b->qts);
        bench_find_masters(b);
    }
    bench_free(b);
}

static void test_dma_default(void)
{
    check_dma_default("-M dma-default=bypass", false);
    check_dma_default("-M dma-default=abort", true);
}

/* --- Command queue --- */

static void set_command_queue(Bench *b, uint64_t base, int bits)
{
    smmu_set_cr0(b->smmu, 0);
    b->smmu->cmdq = base;
    b->smmu->cmdq_bits = bits;
    smmu_write64(b->smmu, SMMU_CMDQ_BASE, base | bits);
    smmu_write(b->smmu, SMMU_CMDQ_PROD, 0);
    smmu_write(b->smmu, SMMU_CMDQ_CONS, 0);
    smmu_set_cr0(b->smmu, SMMU_CR0_ALL);
}

static void test_command_queue_wraps(void)
{
    const int sizes[] = { 0, 1, 4, SMMU_QUEUE_BITS_MAX };
    Bench *b = bench_new();

    for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
        /* Bases are multiples of 32 bytes. */
        set_command_queue(b, ram_alloc(b->ram, MAX(32, 16ull << sizes[i])),
                          sizes[i]);
        for (int n = 0; n < 70; n++) {
            smmu_queue_command(b->smmu, CMD_SYNC, 0);
            smmu_consume(b->smmu);
        }
    }
    bench_free(b);
}

/* The whole of the largest queue, handed over with one write */
static void test_full_command_queue(void)
{
    const uint32_t entries = 1u << SMMU_QUEUE_BITS_MAX;
    Bench *b = bench_new();
    uint64_t base = ram_alloc(b->ram, 16ull * entries);
    uint64_t *commands = ram_at(b->ram, base, 16ull * entries);

    for (uint32_t n = 0; n < entries; n++) {
        commands[2 * n] = cpu_to_le64(CMD_TLBI_NSNH_ALL);
    }
    set_command_queue(b, base, SMMU_QUEUE_BITS_MAX);
    /* Full: the same index, the other wrap */
    smmu_write(b->smmu, SMMU_CMDQ_PROD, entries);
    smmu_consume(b->smmu);
    g_assert_cmphex(smmu_read(b->smmu, SMMU_CMDQ_CONS), ==, entries);
    bench_free(b);
}

/* Nothing is consumed while the queue is disabled. */
static void test_disabled_command_queue(void)
{
    Bench *b = bench_new();

    smmu_set_cr0(b->smmu, SMMU_CR0_SMMUEN);
    smmu_write(b->smmu, SMMU_CMDQ_PROD, 0);
    smmu_write(b->smmu, SMMU_CMDQ_CONS, 0);
    smmu_queue_command(b->smmu, CMD_SYNC, 0);
    g_assert_cmphex(smmu_read(b->smmu, SMMU_CMDQ_CONS), ==, 0);
    smmu_set_cr0(b->smmu, SMMU_CR0_ALL);
    smmu_consume(b->smmu);
    bench_free(b);
}

/*
 * Consumption stops at a command that cannot be, until software has put
 * another in its place and acknowledged the error (7.1).
 */
static void check_illegal(Bench *b, uint64_t word0, uint64_t word1)
{
    uint32_t prod = smmu_read(b->smmu, SMMU_CMDQ_PROD);
    uint32_t mask = (2u << b->smmu->cmdq_bits) - 1;
    uint32_t cons;
    uint64_t *entry;

    smmu_queue_command(b->smmu, word0, word1);
    smmu_queue_command(b->smmu, CMD_SYNC, 0);
    if (!(smmu_errors(b->smmu) & SMMU_GERROR_CMDQ)) {
        g_error("command 0x%02x was accepted", (unsigned)word0 & 0xff);
    }
    cons = smmu_read(b->smmu, SMMU_CMDQ_CONS);
    g_assert_cmphex(SMMU_CMDQ_CONS_ERROR(cons), ==, SMMU_CERROR_ILL);
    g_assert_cmphex(cons & mask, ==, prod);

    entry = ram_at(b->ram, b->smmu->cmdq +
                   16 * (prod & ((1u << b->smmu->cmdq_bits) - 1)), 16);
    entry[0] = cpu_to_le64(CMD_SYNC);
    entry[1] = 0;
    g_assert_cmphex(smmu_read(b->smmu, SMMU_CMDQ_CONS) & mask, ==, prod);
    smmu_acknowledge_errors(b->smmu);
    smmu_consume(b->smmu);
}

static void test_illegal_commands(void)
{
    static const uint8_t opcodes[] = {
        0x00, 0x0f, 0x47, 0x7f, 0xff,
        CMD_TLBI_EL3_ALL,               /* of the secure queue */
        CMD_ATC_INV, CMD_PRI_RESP,      /* no ATS, no PRI */
        CMD_RESUME, CMD_STALL_TERM,     /* no stalls */
    };
    Bench *b = bench_new();

    for (size_t i = 0; i < G_N_ELEMENTS(opcodes); i++) {
        check_illegal(b, opcodes[i], 0);
    }
    /* A way to signal that there is not */
    check_illegal(b, CMD_SYNC | CMD_SYNC_IRQ | CMD_SYNC_SEV, 0);
    bench_attach(b, STAGE_1);
    bench_assert_works(b);
    bench_free(b);
}

static void test_command_fetch_abort(void)
{
    Bench *b = bench_new();
    uint32_t cons;

    smmu_set_cr0(b->smmu, 0);
    smmu_write64(b->smmu, SMMU_CMDQ_BASE, HOLE | 4);
    smmu_write(b->smmu, SMMU_CMDQ_PROD, 0);
    smmu_write(b->smmu, SMMU_CMDQ_CONS, 0);
    smmu_set_cr0(b->smmu, SMMU_CR0_ALL);
    smmu_write(b->smmu, SMMU_CMDQ_PROD, 1);
    g_assert_cmphex(smmu_errors(b->smmu), ==, SMMU_GERROR_CMDQ);
    cons = smmu_read(b->smmu, SMMU_CMDQ_CONS);
    g_assert_cmphex(SMMU_CMDQ_CONS_ERROR(cons), ==, SMMU_CERROR_ABT);
    g_assert_cmphex(cons & 0x1f, ==, 0);
    smmu_restart(b->smmu);
    bench_attach(b, STAGE_1);
    bench_assert_works(b);
    bench_free(b);
}

/* Hints, and invalidation of what nobody ever set up */
static void test_harmless_commands(void)
{
    static const struct {
        uint64_t word0;
        uint64_t word1;
    } commands[] = {
        { CMD_PREFETCH_CONFIG | CMD_STREAM(0x1234) },
        { CMD_PREFETCH_ADDR | CMD_STREAM(0x1234), DATA_IOVA },
        { CMD_CFGI_STE | CMD_STREAM(0xffff) },
        { CMD_CFGI_STE | CMD_STREAM(0xffffffff) },
        { CMD_CFGI_STE_RANGE | CMD_STREAM(0xfff0), 5 },
        { CMD_CFGI_STE_RANGE | CMD_STREAM(0xffffffff), 30 },
        { CMD_CFGI_CD | CMD_STREAM(0xffff) },
        { CMD_CFGI_CD_ALL | CMD_STREAM(0xffffffff) },
        { CMD_TLBI_NH_ASID | CMD_ASID(0xffff) | CMD_VMID(0xffff) },
        { CMD_TLBI_NH_VA | CMD_ASID(0xffff), ~0xfffull },
        { CMD_TLBI_NH_VA | CMD_NUM(31) | CMD_SCALE(31),
          ~0xfffull | CMD_TG(3) },
        { CMD_TLBI_S2_IPA | CMD_NUM(31) | CMD_SCALE(31), CMD_TG(1) },
    };
    Bench *b = bench_new();

    bench_attach(b, NESTED);
    for (size_t i = 0; i < G_N_ELEMENTS(commands); i++) {
        smmu_command(b->smmu, commands[i].word0, commands[i].word1);
        bench_assert_works(b);
    }
    bench_free(b);
}

/* --- Event queue --- */

static void set_event_queue(Bench *b, uint64_t base, int bits)
{
    smmu_set_cr0(b->smmu, SMMU_CR0_SMMUEN | SMMU_CR0_CMDQEN);
    b->smmu->eventq = base;
    b->smmu->eventq_bits = bits;
    smmu_write64(b->smmu, SMMU_EVENTQ_BASE, base | bits);
    smmu_write(b->smmu, SMMU_EVENTQ_PROD, 0);
    smmu_write(b->smmu, SMMU_EVENTQ_CONS, 0);
    smmu_set_cr0(b->smmu, SMMU_CR0_ALL);
}

/* Addresses behind the data are not mapped. */
#define UNMAPPED (DATA_IOVA + DATA_SIZE)

static void provoke_event(Bench *b)
{
    g_assert_false(bench_can_write(b, UNMAPPED));
}

static bool overflowed(Bench *b)
{
    return (smmu_read(b->smmu, SMMU_EVENTQ_PROD) ^
            smmu_read(b->smmu, SMMU_EVENTQ_CONS)) & SMMU_EVENTQ_OVERFLOW;
}

static void test_event_queue_overflow(void)
{
    Bench *b = bench_new();
    SmmuEvent event;
    uint32_t prod;

    bench_attach(b, STAGE_1);
    set_event_queue(b, ram_alloc(b->ram, 64), 1);
    for (int i = 0; i < 3; i++) {
        provoke_event(b);
    }
    /* Two of them, and a flag for the rest */
    prod = smmu_read(b->smmu, SMMU_EVENTQ_PROD);
    g_assert_cmphex(prod, ==, SMMU_EVENTQ_OVERFLOW | 2);
    g_assert_true(smmu_next_event(b->smmu, &event));
    g_assert_cmphex(event.type, ==, EVENT_F_TRANSLATION);
    g_assert_true(smmu_next_event(b->smmu, &event));
    g_assert_false(smmu_next_event(b->smmu, &event));
    g_assert_true(overflowed(b));

    /* Acknowledged, the next overflow toggles the flag back. */
    smmu_drop_events(b->smmu);
    g_assert_false(overflowed(b));
    for (int i = 0; i < 3; i++) {
        provoke_event(b);
    }
    g_assert_true(overflowed(b));
    g_assert_cmphex(smmu_read(b->smmu, SMMU_EVENTQ_PROD) &
                    SMMU_EVENTQ_OVERFLOW, ==, 0);
    bench_free(b);
}

static void test_event_queue_abort(void)
{
    Bench *b = bench_new();

    bench_attach(b, STAGE_1);
    smmu_set_cr0(b->smmu, SMMU_CR0_SMMUEN | SMMU_CR0_CMDQEN);
    smmu_write64(b->smmu, SMMU_EVENTQ_BASE, HOLE | 4);
    smmu_set_cr0(b->smmu, SMMU_CR0_ALL);
    provoke_event(b);
    g_assert_cmphex(smmu_errors(b->smmu), ==, SMMU_GERROR_EVENTQ_ABT);
    smmu_acknowledge_errors(b->smmu);
    g_assert_cmphex(smmu_errors(b->smmu), ==, 0);
    smmu_restart(b->smmu);
    bench_attach(b, STAGE_1);
    bench_assert_works(b);
    bench_free(b);
}

static void test_event_queue_disabled(void)
{
    Bench *b = bench_new();

    bench_attach(b, STAGE_1);
    smmu_set_cr0(b->smmu, SMMU_CR0_SMMUEN | SMMU_CR0_CMDQEN);
    provoke_event(b);
    smmu_set_cr0(b->smmu, SMMU_CR0_ALL);
    smmu_assert_no_event(b->smmu);
    g_assert_false(overflowed(b));
    provoke_event(b);
    g_assert_cmphex(smmu_read(b->smmu, SMMU_EVENTQ_PROD), !=, 0);
    bench_free(b);
}

/* --- Interrupts --- */

/* The distributor remembers edges: SPI n is INTID n + 32. */
#define GICD_ISPENDR(intid) (0x200 + 4 * ((intid) / 32))
#define GICD_ICPENDR(intid) (0x280 + 4 * ((intid) / 32))
#define GICD_ICFGR(intid) (0xc00 + 4 * ((intid) / 16))
#define GICD_EDGE(intid) (2u << 2 * ((intid) % 16))

/* Register accesses after which nothing is on its way any more */
#define TURNS 10

static int intid_of(int nth)
{
    g_assert_cmpint(nth, <, block("iommu")->num_spis);
    return 32 + block("iommu")->spi + nth;
}

static void watch_interrupts(Bench *b)
{
    for (int nth = 0; nth < block("iommu")->num_spis; nth++) {
        int intid = intid_of(nth);
        uint64_t config = reg("gic-dist", GICD_ICFGR(intid));

        qtest_writel(b->qts, config, qtest_readl(b->qts, config) |
                     GICD_EDGE(intid));
        qtest_writel(b->qts, reg("gic-dist", GICD_ICPENDR(intid)),
                     1u << intid % 32);
    }
}

/*
 * Whether an interrupt came since the last time that this was asked. It may
 * take the main loop a turn or two.
 */
static bool interrupt_came(Bench *b, int nth)
{
    int intid = intid_of(nth);
    uint32_t bit = 1u << intid % 32;
    bool pending = false;

    for (int i = 0; i < TURNS && !pending; i++) {
        pending = qtest_readl(b->qts, reg("gic-dist",
                                          GICD_ISPENDR(intid))) & bit;
    }
    qtest_writel(b->qts, reg("gic-dist", GICD_ICPENDR(intid)), bit);
    return pending;
}

static void test_interrupts(void)
{
    Bench *b = bench_new();

    bench_attach(b, STAGE_1);
    watch_interrupts(b);

    provoke_event(b);
    smmu_queue_command(b->smmu, 0xff, 0);
    g_assert_false(interrupt_came(b, SMMU_IRQ_EVENTQ));
    g_assert_false(interrupt_came(b, SMMU_IRQ_GERROR));

    smmu_restart(b->smmu);
    smmu_write(b->smmu, SMMU_IRQ_CTRL,
               SMMU_IRQ_CTRL_EVENTQ | SMMU_IRQ_CTRL_GERROR);
    bench_attach(b, STAGE_1);
    watch_interrupts(b);
    provoke_event(b);
    g_assert_true(interrupt_came(b, SMMU_IRQ_EVENTQ));
    g_assert_false(interrupt_came(b, SMMU_IRQ_GERROR));
    g_assert_false(interrupt_came(b, SMMU_IRQ_SYNC));
    smmu_drop_events(b->smmu);

    smmu_queue_command(b->smmu, 0xff, 0);
    g_assert_true(interrupt_came(b, SMMU_IRQ_GERROR));
    g_assert_false(interrupt_came(b, SMMU_IRQ_EVENTQ));
    g_assert_false(interrupt_came(b, SMMU_IRQ_PRIQ));
    bench_free(b);
}

/* CMD_SYNC interrupts when it is asked to, whatever IRQ_CTRL says. */
static void test_sync_interrupt(void)
{
    Bench *b = bench_new();

    watch_interrupts(b);
    smmu_queue_command(b->smmu, CMD_SYNC | CMD_SYNC_NONE, 0);
    smmu_queue_command(b->smmu, CMD_SYNC | CMD_SYNC_SEV, 0);
    smmu_consume(b->smmu);
    g_assert_false(interrupt_came(b, SMMU_IRQ_SYNC));
    smmu_queue_command(b->smmu, CMD_SYNC | CMD_SYNC_IRQ, 0);
    smmu_consume(b->smmu);
    g_assert_true(interrupt_came(b, SMMU_IRQ_SYNC));
    g_assert_false(interrupt_came(b, SMMU_IRQ_SYNC));
    bench_free(b);
}

#define MSI_DATA 0x600dca11u

static bool message_came(Bench *b, const uint32_t *message, uint32_t data)
{
    for (int i = 0; i < TURNS && le32_to_cpu(*message) != data; i++) {
        smmu_read(b->smmu, SMMU_GERROR);
    }
    return le32_to_cpu(*message) == data;
}

static void test_sync_message(void)
{
    Bench *b = bench_new();
    uint64_t address = ram_alloc(b->ram, 64);
    uint32_t *message = ram_at(b->ram, address, 4);
    const uint64_t sync = CMD_SYNC | CMD_SYNC_IRQ |
                          CMD_SYNC_MSI_DATA(MSI_DATA);

    watch_interrupts(b);
    smmu_queue_command(b->smmu, sync, address);
    smmu_consume(b->smmu);
    g_assert_true(message_came(b, message, MSI_DATA));
    g_assert_false(interrupt_came(b, SMMU_IRQ_SYNC));

    /* One that goes nowhere is a global error, not one of the queue. */
    smmu_queue_command(b->smmu, sync, HOLE);
    smmu_consume(b->smmu);
    g_assert_cmphex(smmu_errors(b->smmu), ==, SMMU_GERROR_MSI_CMDQ_ABT);
    bench_free(b);
}

static void test_messages(void)
{
    Bench *b = bench_new();
    uint64_t page = ram_alloc(b->ram, 64);
    uint32_t *messages = ram_at(b->ram, page, 64);

    bench_attach(b, STAGE_1);
    smmu_write64(b->smmu, SMMU_EVENTQ_IRQ_CFG0, page);
    smmu_write(b->smmu, SMMU_EVENTQ_IRQ_CFG1, MSI_DATA);
    smmu_write64(b->smmu, SMMU_GERROR_IRQ_CFG0, page + 4);
    smmu_write(b->smmu, SMMU_GERROR_IRQ_CFG1, MSI_DATA + 1);
    smmu_write(b->smmu, SMMU_IRQ_CTRL,
               SMMU_IRQ_CTRL_EVENTQ | SMMU_IRQ_CTRL_GERROR);
    watch_interrupts(b);
    provoke_event(b);
    g_assert_true(message_came(b, &messages[0], MSI_DATA));
    smmu_queue_command(b->smmu, 0xff, 0);
    g_assert_true(message_came(b, &messages[1], MSI_DATA + 1));
    g_assert_false(interrupt_came(b, SMMU_IRQ_EVENTQ));
    g_assert_false(interrupt_came(b, SMMU_IRQ_GERROR));
    bench_free(b);
}

/* --- Save and load --- */

/* The machine goes into a file; a new one, with its own RAM, comes out. */
static void save_and_load(Bench *b)
{
    RamView *ram = ram_view_new();
    g_autofree char *options = bench_options(ram);
    QTestState *loaded = machine_through_a_file(b->qts, options);

    qtest_qmp_assert_success(loaded, "{'execute': 'cont'}");
    bench_move(b, loaded, ram);
}

/* With a master that travels, too, which "edu" does not */
static Bench *bench_to_travel(void)
{
    Bench *b = bench_new();

    bench_use_master(b, "ethernet0");
    return b;
}

static void test_mappings_travel(void)
{
    for (Path path = 0; path < NUM_PATHS; path++) {
        Bench *b = bench_to_travel();

        bench_attach(b, path);
        bench_assert_works(b);
        save_and_load(b);
        bench_assert_works(b);
        /* And they can be taken away where they have come to. */
        *bench_leaf(b) = 0;
        smmu_invalidate_all(b->smmu);
        bench_refused(b, false, DATA_IOVA);
        bench_free(b);
    }
}

static void test_registers_travel(void)
{
    Bench *b = bench_new_disabled("");

    bench_use_master(b, "ethernet0");
    hold_all(b);
    smmu_set_gbpa(b->smmu, SMMU_GBPA_ABORT);
    save_and_load(b);
    assert_held(b);
    g_assert_cmphex(smmu_read(b->smmu, SMMU_GBPA) & SMMU_GBPA_ABORT, !=, 0);
    g_assert_false(reaches_physical(b));
    bench_free(b);
}

static void test_pending_faults_travel(void)
{
    Bench *b = bench_to_travel();
    SmmuEvent event;

    smmu_write(b->smmu, SMMU_IRQ_CTRL,
               SMMU_IRQ_CTRL_EVENTQ | SMMU_IRQ_CTRL_GERROR);
    bench_attach(b, NESTED);
    watch_interrupts(b);
    provoke_event(b);
    smmu_queue_command(b->smmu, 0xff, 0);
    save_and_load(b);

    g_assert_true(interrupt_came(b, SMMU_IRQ_EVENTQ));
    g_assert_true(interrupt_came(b, SMMU_IRQ_GERROR));
    g_assert_true(smmu_next_event(b->smmu, &event));
    g_assert_cmphex(event.type, ==, EVENT_F_TRANSLATION);
    g_assert_cmphex(event.stream, ==, b->m->stream);
    g_assert_cmphex(event.address, ==, UNMAPPED);
    g_assert_cmphex(smmu_errors(b->smmu), ==, SMMU_GERROR_CMDQ);
    g_assert_cmphex(SMMU_CMDQ_CONS_ERROR(smmu_read(b->smmu, SMMU_CMDQ_CONS)),
                    ==, SMMU_CERROR_ILL);
    smmu_drop_events(b->smmu);

    /* The next one is told of as if nothing had been. */
    provoke_event(b);
    g_assert_true(interrupt_came(b, SMMU_IRQ_EVENTQ));
    g_assert_true(smmu_next_event(b->smmu, &event));
    bench_free(b);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("/smmu/identification", test_identification);
    qtest_add_func("/smmu/held-values", test_held_values);
    qtest_add_func("/smmu/reset", test_reset);
    qtest_add_func("/smmu/gbpa", test_gbpa);
    qtest_add_func("/smmu/enable-and-disable", test_enable_and_disable);
    qtest_add_func("/smmu/dma-default", test_dma_default);
    qtest_add_func("/smmu/command-queue-wraps", test_command_queue_wraps);
    qtest_add_func("/smmu/full-command-queue", test_full_command_queue);
    qtest_add_func("/smmu/disabled-command-queue", test_disabled_command_queue);
    qtest_add_func("/smmu/illegal-commands", test_illegal_commands);
    qtest_add_func("/smmu/command-fetch-abort", test_command_fetch_abort);
    qtest_add_func("/smmu/harmless-commands", test_harmless_commands);
    qtest_add_func("/smmu/event-queue-overflow", test_event_queue_overflow);
    qtest_add_func("/smmu/event-queue-abort", test_event_queue_abort);
    qtest_add_func("/smmu/event-queue-disabled", test_event_queue_disabled);
    qtest_add_func("/smmu/interrupts", test_interrupts);
    qtest_add_func("/smmu/sync-interrupt", test_sync_interrupt);
    qtest_add_func("/smmu/sync-message", test_sync_message);
    qtest_add_func("/smmu/messages", test_messages);
    qtest_add_func("/smmu/mappings-travel", test_mappings_travel);
    qtest_add_func("/smmu/registers-travel", test_registers_travel);
    qtest_add_func("/smmu/pending-faults-travel", test_pending_faults_travel);
    return g_test_run();
}
