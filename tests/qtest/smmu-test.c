/*
 * avps-ecu qtest: the SMMUv3, apart from who stands behind it
 *
 * Arm System Memory Management Unit Architecture Specification, SMMU
 * architecture version 3 (IHI 0070): registers (6), queues and commands (3.5,
 * 4), faults and events (3.12, 7), stream table entries (5.2), context
 * descriptors (5.4), invalidation (4.3, 4.4), global errors (7.5).
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

/* Whether an interrupt came since the last time that this was asked */
static bool interrupt_came(Bench *b, int nth)
{
    int intid = intid_of(nth);
    uint32_t bit = 1u << intid % 32;
    bool pending = qtest_readl(b->qts, reg("gic-dist",
                                           GICD_ISPENDR(intid))) & bit;

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
    g_assert_cmphex(le32_to_cpu(*message), ==, MSI_DATA);
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
    g_assert_cmphex(le32_to_cpu(messages[0]), ==, MSI_DATA);
    smmu_queue_command(b->smmu, 0xff, 0);
    g_assert_cmphex(le32_to_cpu(messages[1]), ==, MSI_DATA + 1);
    g_assert_false(interrupt_came(b, SMMU_IRQ_EVENTQ));
    g_assert_false(interrupt_came(b, SMMU_IRQ_GERROR));
    bench_free(b);
}

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
            uint64_t cd;
            PageTable *s1;

            bench_attach_granule(b, NESTED, granules[i], 3);
            s1 = b->s1;
            cd = b->cd_address;
            b->s1 = NULL;
            bench_attach_granule(b, NESTED, granules[j], 3);
            /* The second stage 2 maps the first stage 1's tables, too. */
            table_map(b->s2, ROUND_DOWN(mark, 64 * KiB) + IPA_OFFSET,
                      ROUND_DOWN(mark, 64 * KiB), 2 * MiB, MAY_READ_WRITE);
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

/* Input that no table has a place for */
static void test_input_beyond_size(void)
{
    Bench *b = bench_new();
    SmmuEvent event;

    for (Path path = STAGE_1; path <= STAGE_2; path++) {
        bench_attach(b, path);
        if (path == STAGE_1) {
            /* 31 bits: the tables of both are the upper level's last ones. */
            b->cd[0] = cpu_to_le64((le64_to_cpu(b->cd[0]) & ~T0SZ_MASK) |
                                   CD_T0SZ(64 - 31));
        } else {
            b->ste[2] = cpu_to_le64((le64_to_cpu(b->ste[2]) & ~S2T0SZ_MASK) |
                                    STE_2_T0SZ(64 - 31));
        }
        smmu_invalidate_all(b->smmu);
        event = bench_refused(b, true, DATA_IOVA);
        g_assert_cmphex(event.type, ==, EVENT_F_TRANSLATION);
        g_assert_cmphex(event.address, ==, DATA_IOVA);
        g_assert_cmpint(event.stage2, ==, path == STAGE_2);
    }
    bench_free(b);
}

/* --- Invalidation: at once, and of no less than it says --- */

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
    qtest_add_func("/smmu/disabled-command-queue",
                   test_disabled_command_queue);
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
    qtest_add_func("/smmu/granules", test_granules);
    qtest_add_func("/smmu/mixed-granules", test_mixed_granules);
    qtest_add_func("/smmu/input-sizes", test_input_sizes);
    qtest_add_func("/smmu/upper-half", test_upper_half);
    qtest_add_func("/smmu/top-byte-ignored", test_top_byte_ignored);
    qtest_add_func("/smmu/access-across-pages", test_access_across_pages);
    qtest_add_func("/smmu/linear-stream-table", test_linear_stream_table);
    qtest_add_func("/smmu/faults", test_faults);
    qtest_add_func("/smmu/large-output-sizes", test_large_output_sizes);
    qtest_add_func("/smmu/records-on-request", test_records_on_request);
    qtest_add_func("/smmu/access-flag-ignored", test_access_flag_ignored);
    qtest_add_func("/smmu/hierarchical-permissions",
                   test_hierarchical_permissions);
    qtest_add_func("/smmu/fetches-that-fail", test_fetches_that_fail);
    qtest_add_func("/smmu/level1-spans", test_level1_spans);
    qtest_add_func("/smmu/stage2-faults-of-stage1",
                   test_stage2_faults_of_stage1);
    qtest_add_func("/smmu/input-beyond-size", test_input_beyond_size);
    qtest_add_func("/smmu/invalidation", test_invalidation);
    qtest_add_func("/smmu/nested-stage2-invalidation",
                   test_nested_stage2_invalidation);
    qtest_add_func("/smmu/block-invalidation", test_block_invalidation);
    qtest_add_func("/smmu/range-invalidation", test_range_invalidation);
    qtest_add_func("/smmu/streams-do-not-share-entries",
                   test_streams_do_not_share_entries);
    qtest_add_func("/smmu/mappings-travel", test_mappings_travel);
    qtest_add_func("/smmu/registers-travel", test_registers_travel);
    qtest_add_func("/smmu/pending-faults-travel", test_pending_faults_travel);
    return g_test_run();
}
