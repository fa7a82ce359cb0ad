/*
 * avps-ecu qtest: the normal world does not reach what is the secure world's
 *
 * AVPS v2.0 requirement 43. A qtest's own accesses are those of the normal
 * world, without a core; the masters are driven by their real DMA. What the
 * secure world sees is read through the first core, which is at EL3.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "tests/qtest/avps/board.h"
#include "tests/qtest/avps/masters.h"
#include "tests/qtest/avps/migration.h"
#include "tests/qtest/avps/smmu.h"

#define FIREWALL "/machine/soc/firewall"

/* For the masters' own use, and what they may read */
#define CONTROL_PAGES (256 * MiB)
#define DATA_PAGE (255 * MiB)
/* As large as the map's smallest row */
#define PAGE 0x1000
#define DATA_IOVA 0x90000000ull
#define BLOCK_2M (2 * MiB)
#define S1_BITS 39

static bool is_secure(const AvpsMapRow *row)
{
    return row->kind != AVPS_KIND_RESERVED &&
           (row->flags & AVPS_SECURE || !strcmp(row->name, "flash0"));
}

/* --- What the firewall saw --- */

static uint64_t violations(QTestState *qts)
{
    return qom_get_uint(qts, FIREWALL, "violation-count");
}

static void assert_last(QTestState *qts, uint64_t address, uint32_t size,
                        bool is_write, const char *block_name,
                        const char *requester)
{
    g_autofree char *last_block = qom_get_string(qts, FIREWALL, "last-block");
    g_autofree char *last_requester = qom_get_string(qts, FIREWALL,
                                                     "last-requester");

    g_assert_cmphex(qom_get_uint(qts, FIREWALL, "last-address"), ==, address);
    g_assert_cmpuint(qom_get_uint(qts, FIREWALL, "last-size"), ==, size);
    g_assert_cmpint(qom_get_bool(qts, FIREWALL, "last-is-write"), ==,
                    is_write);
    g_assert_cmpstr(last_block, ==, block_name);
    g_assert_cmpstr(last_requester, ==, requester);
}

static void assert_clear(QTestState *qts)
{
    g_assert_cmpuint(violations(qts), ==, 0);
    assert_last(qts, 0, 0, false, "", "none");
}

/* What the secure world has there; it is no violation. */
static void assert_secure_memory(QTestState *qts, uint64_t address,
                                 const void *want, size_t size)
{
    char *file = temporary_file("", 0, 0);
    g_autofree char *memory = NULL;
    gsize length;

    qtest_qmp_assert_success(qts, "{'execute': 'memsave', 'arguments': "
                             "{'val': %" PRIu64 ", 'size': %" PRIu64 ", "
                             "'filename': %s}}", address, (uint64_t)size,
                             file);
    g_assert_true(g_file_get_contents(file, &memory, &length, NULL));
    g_assert_cmpmem(memory, length, want, size);
}

/* --- Accesses without a master --- */

static void poke(QTestState *qts, uint64_t address, unsigned size,
                 bool is_write)
{
    uint8_t bytes[8];

    memset(bytes, is_write ? 0xa5 : 0xff, sizeof(bytes));
    if (is_write) {
        qtest_memwrite(qts, address, bytes, size);
    } else {
        qtest_memread(qts, address, bytes, size);
        /* A qtest sees no errors, but no data either. */
        for (unsigned i = 0; i < size; i++) {
            g_assert_cmphex(bytes[i], ==, 0);
        }
    }
}

static void check_refused(QTestState *qts, const AvpsMapRow *row,
                          uint64_t address, unsigned size)
{
    for (int is_write = 0; is_write <= 1; is_write++) {
        uint64_t before = violations(qts);

        poke(qts, address, size, is_write);
        g_assert_cmpuint(violations(qts), ==, before + 1);
        assert_last(qts, address, size, is_write, row->name, "master");
    }
}

static void test_every_block(void)
{
    QTestState *qts = machine_start("-M secure=on");
    int rows = 0;

    assert_clear(qts);
    for (const AvpsMapRow *row = avps_map; row->name; row++) {
        if (!is_secure(row)) {
            continue;
        }
        for (unsigned size = 1; size <= 8; size *= 2) {
            check_refused(qts, row, row->base, size);
            check_refused(qts, row, row->base + row->size - size, size);
        }
        rows++;
    }
    /* UART, GPIO, RAM, flash at the least */
    g_assert_cmpint(rows, >=, 4);
    qtest_quit(qts);
}

static uint64_t end_of(const char *name)
{
    return block(name)->base + block(name)->size;
}

static void test_neighbours(void)
{
    QTestState *qts = machine_start("-M secure=on");

    poke(qts, reg("secure-ram", 0) - 8, 8, true);
    poke(qts, end_of("secure-ram"), 8, true);
    poke(qts, end_of("flash0"), 8, true);
    poke(qts, end_of("uart-secure"), 8, true);
    qtest_readl(qts, reg("uart0", 0));
    assert_clear(qts);
    qtest_quit(qts);
}

static void test_contents_stay(void)
{
    static const uint8_t zeros[8];
    static const uint8_t code[] = { 1, 2, 3, 4, 5, 6, 7, 8 };
    char *firmware = temporary_file(code, sizeof(code), 0);
    QTestState *qts = machine_startf("-M secure=on -bios %s", firmware);

    poke(qts, reg("secure-ram", 0), 8, true);
    poke(qts, reg("flash0", 0), 8, true);
    g_assert_cmpuint(violations(qts), ==, 2);
    assert_secure_memory(qts, reg("secure-ram", 0), zeros, sizeof(zeros));
    assert_secure_memory(qts, reg("flash0", 0), code, sizeof(code));
    g_assert_cmpuint(violations(qts), ==, 2);
    qtest_quit(qts);
}

static void test_reset(void)
{
    QTestState *qts = machine_start("-M secure=on");

    poke(qts, reg("secure-ram", 16), 4, true);
    g_assert_cmpuint(violations(qts), ==, 1);
    qtest_system_reset(qts);
    assert_clear(qts);
    qtest_quit(qts);
}

static void test_migration(void)
{
    QTestState *qts = machine_start("-M secure=on");

    poke(qts, reg("secure-ram", 16), 4, false);
    poke(qts, reg("gpio-secure", 8), 2, true);
    qts = machine_through_a_file(qts, "-M secure=on");
    g_assert_cmpuint(violations(qts), ==, 2);
    assert_last(qts, reg("gpio-secure", 8), 2, true, "gpio-secure", "master");
    qtest_quit(qts);
}

/* --- Masters --- */

typedef struct Bench {
    RamView *ram;
    QTestState *qts;
    GPtrArray *masters;
} Bench;

static Bench *bench_new(const char *options, bool streams)
{
    Bench *b = g_new0(Bench, 1);
    g_autofree char *memory = NULL;
    g_autofree char *masters = masters_options();

    b->ram = ram_view_new();
    memory = ram_view_options(b->ram);
    b->qts = machine_startf("-M secure=on %s %s %s", memory, masters, options);
    b->masters = masters_find(b->qts, streams);
    g_assert_cmpint(b->masters->len, >=, AVPS_NUM_VIRTIO + 6);
    return b;
}

static void bench_free(Bench *b)
{
    qtest_quit(b->qts);
    masters_free(b->masters);
    ram_view_free(b->ram);
    g_free(b);
}

static uint64_t control_page(const Bench *b, guint i)
{
    return reg("ram", CONTROL_PAGES) + i * MASTER_CONTROL_SIZE;
}

static void start(Bench *b, guint i)
{
    master_start(g_ptr_array_index(b->masters, i), control_page(b, i),
                 ram_at(b->ram, control_page(b, i), MASTER_CONTROL_SIZE));
}

/* The last violation is this master's, in the page at @target. */
static void assert_violation_of(const Bench *b, const Master *m,
                                uint64_t before, uint64_t target,
                                bool is_write)
{
    g_autofree char *who = m->stream < 0
        ? g_strdup("master") : g_strdup_printf("stream 0x%x", m->stream);
    g_autofree char *last = qom_get_string(b->qts, FIREWALL, "last-requester");

    if (violations(b->qts) <= before) {
        g_error("%s: its %s of 0x%" PRIx64 " was not noticed", m->name,
                is_write ? "write" : "read", target);
    }
    g_assert_cmpstr(last, ==, who);
    g_assert_cmpint(qom_get_bool(b->qts, FIREWALL, "last-is-write"), ==,
                    is_write);
    g_assert_cmphex(qom_get_uint(b->qts, FIREWALL, "last-address") &
                    ~(PAGE - 1ull), ==, target);
}

/* What is at @iova for the master is at @target, which is not for it. */
static void check_master(Bench *b, Master *m, uint64_t iova, uint64_t target)
{
    static const uint8_t zeros[PAGE];
    uint64_t before = violations(b->qts);

    m->engine->offer(m, ram_at(b->ram, reg("ram", DATA_PAGE), PAGE));
    if (m->engine->read(m, iova)) {
        g_error("%s has read from 0x%" PRIx64, m->name, target);
    }
    assert_violation_of(b, m, before, target, false);

    before = violations(b->qts);
    m->engine->write(m, iova);
    assert_violation_of(b, m, before, target, true);
    if (target >= reg("secure-ram", 0)) {
        assert_secure_memory(b->qts, target, zeros, PAGE);
    }
}

static const struct {
    const char *name;
    uint64_t offset;
} targets[] = {
    { "secure-ram", 0 },
    { "uart-secure", 0 },
    { "gpio-secure", 0 },
    { "flash0", PAGE },     /* a ring at 0 would be one that is not there */
};

/* Physical addresses: the IOMMU is not there, or lets all through. */
static void check_masters(const char *options, bool streams)
{
    Bench *b = bench_new(options, streams);

    for (guint i = 0; i < b->masters->len; i++) {
        Master *m = g_ptr_array_index(b->masters, i);

        start(b, i);
        for (size_t t = 0; t < G_N_ELEMENTS(targets); t++) {
            uint64_t target = reg(targets[t].name, targets[t].offset);

            check_master(b, m, target, target);
        }
    }
    bench_free(b);
}

static void test_masters(void)
{
    check_masters("", true);
}

static void test_masters_without_iommu(void)
{
    check_masters("-M iommu=none", false);
}

/* Tables that lead there are no way around, be it by pages or large blocks. */
static void test_masters_translated(void)
{
    Bench *b = bench_new("", true);
    Smmu *smmu = smmu_new(b->qts, b->ram);
    uint64_t target = reg("secure-ram", 0);

    for (guint i = 0; i < b->masters->len; i++) {
        Master *m = g_ptr_array_index(b->masters, i);
        PageTable *table = table_new(b->ram, 1, GRANULE_4K, S1_BITS, -1);

        table->id = i + 1;
        table_map(table, control_page(b, i), control_page(b, i),
                  MASTER_CONTROL_SIZE, MAY_READ_WRITE);
        table_map(table, DATA_IOVA, target, PAGE, MAY_READ_WRITE);
        table_map_level(table, DATA_IOVA + BLOCK_2M, target + BLOCK_2M, 2,
                        MAY_READ_WRITE);
        smmu_attach(smmu, m->stream, table, NULL);
        start(b, i);
        check_master(b, m, DATA_IOVA, target);
        check_master(b, m, DATA_IOVA + BLOCK_2M, target + BLOCK_2M);
        smmu_assert_no_event(smmu);
        g_free(table);
    }
    g_free(smmu);
    bench_free(b);
}

/*
 * Behind a virtio-iommu: that has no port for each master, and the refusal
 * stands in memory.
 */
static void test_masters_virtio_iommu(void)
{
    Bench *b = bench_new("-M iommu=virtio", true);

    for (guint i = 0; i < b->masters->len; i++) {
        Master *m = g_ptr_array_index(b->masters, i);

        start(b, i);
        m->stream = -1;
        check_master(b, m, reg("secure-ram", 0), reg("secure-ram", 0));
    }
    bench_free(b);
}

/* One access that begins in secure flash and ends in the other bank */
static void test_straddling(void)
{
    Bench *b = bench_new("", true);
    Master *m = masters_get(b->masters, "sdhci0");
    uint64_t border = reg("flash1", 0);
    uint64_t before;

    master_start(m, control_page(b, 0),
                 ram_at(b->ram, control_page(b, 0), MASTER_CONTROL_SIZE));
    m->engine->read(m, border);
    g_assert_cmpuint(violations(b->qts), ==, 0);
    before = violations(b->qts);
    m->engine->read(m, border - m->engine->unit / 2);
    g_assert_cmpuint(violations(b->qts), >, before);
    g_assert_cmphex(qom_get_uint(b->qts, FIREWALL, "last-address"), <, border);
    bench_free(b);
}

/* --- Without a secure world there is none of this --- */

static void test_absent(void)
{
    QTestState *qts = machine_start("");
    QDict *reply = qtest_qmp(qts, "{'execute': 'qom-list', 'arguments': "
                             "{'path': '" FIREWALL "'}}");

    g_assert_true(qdict_haskey(reply, "error"));
    qobject_unref(reply);
    /* Bank 0 is the normal world's then: erased flash */
    g_assert_cmphex(qtest_readb(qts, reg("flash0", 0)), ==, 0);
    qtest_quit(qts);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("/firewall/every-block", test_every_block);
    qtest_add_func("/firewall/neighbours", test_neighbours);
    qtest_add_func("/firewall/contents-stay", test_contents_stay);
    qtest_add_func("/firewall/reset", test_reset);
    qtest_add_func("/firewall/migration", test_migration);
    qtest_add_func("/firewall/masters", test_masters);
    qtest_add_func("/firewall/masters-without-iommu",
                   test_masters_without_iommu);
    qtest_add_func("/firewall/masters-translated", test_masters_translated);
    qtest_add_func("/firewall/masters-virtio-iommu",
                   test_masters_virtio_iommu);
    qtest_add_func("/firewall/straddling", test_straddling);
    qtest_add_func("/firewall/absent", test_absent);
    return g_test_run();
}
