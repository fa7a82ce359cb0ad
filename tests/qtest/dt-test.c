/*
 * avps-ecu qtest: the device tree that a guest is given
 *
 * AVPS v2.0 requirements 2, 3 (static description) and 40 to 42 (randomness).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/units.h"
#include "tests/qtest/avps/fdt-view.h"
#include "tests/qtest/avps/board.h"

#define KASLR_SEED_SIZE 8
#define RNG_SEED_SIZE 32
/* A blob with the room that create_device_tree() makes is 1 MiB. */
#define LARGEST_PACKED (64 * KiB)

typedef struct Seeds {
    uint8_t kaslr[KASLR_SEED_SIZE];
    uint8_t rng[RNG_SEED_SIZE];
} Seeds;

static void copy_seed(const void *blob, const char *name, uint8_t *seed,
                      int size)
{
    static const uint8_t nothing[RNG_SEED_SIZE];
    int length;
    const void *value = fdt_getprop(blob, fdt_node(blob, "/chosen"), name,
                                    &length);

    g_assert_nonnull(value);
    g_assert_cmpint(length, ==, size);
    g_assert_cmpint(memcmp(value, nothing, size), !=, 0);
    memcpy(seed, value, size);
}

static Seeds seeds_in_ram(QTestState *qts)
{
    g_autofree void *blob = fdt_from_ram(qts);
    Seeds seeds;

    copy_seed(blob, "kaslr-seed", seeds.kaslr, sizeof(seeds.kaslr));
    copy_seed(blob, "rng-seed", seeds.rng, sizeof(seeds.rng));
    return seeds;
}

static void assert_seeds_differ(const Seeds *a, const Seeds *b)
{
    g_assert_cmpint(memcmp(a->kaslr, b->kaslr, sizeof(a->kaslr)), !=, 0);
    g_assert_cmpint(memcmp(a->rng, b->rng, sizeof(a->rng)), !=, 0);
}

static void check_seeds_over_resets(QTestState *qts)
{
    Seeds seeds[3];

    for (size_t i = 0; i < G_N_ELEMENTS(seeds); i++) {
        seeds[i] = seeds_in_ram(qts);
        qtest_system_reset(qts);
    }
    assert_seeds_differ(&seeds[0], &seeds[1]);
    assert_seeds_differ(&seeds[1], &seeds[2]);
    assert_seeds_differ(&seeds[0], &seeds[2]);
}

static void test_seeds(void)
{
    QTestState *qts = machine_start("");

    check_seeds_over_resets(qts);
    qtest_quit(qts);
}

static void test_seeds_differ_between_runs(void)
{
    Seeds seeds[2];

    for (size_t i = 0; i < G_N_ELEMENTS(seeds); i++) {
        QTestState *qts = machine_start("");

        seeds[i] = seeds_in_ram(qts);
        qtest_quit(qts);
    }
    assert_seeds_differ(&seeds[0], &seeds[1]);
}

/* A guest may scribble over its device tree: the next boot gets a whole one. */
static void test_reset_restores_the_blob(void)
{
    QTestState *qts = machine_start("");
    g_autofree void *before = fdt_from_ram(qts);
    g_autofree void *after = NULL;

    qtest_memset(qts, reg("ram", 0), 0xa5, fdt_totalsize(before));
    qtest_system_reset(qts);
    after = fdt_from_ram(qts);
    g_assert_cmpint(fdt_totalsize(before), ==, fdt_totalsize(after));
    qtest_quit(qts);
}

/* The user's own tree: dumped, without seeds and /chosen, and marked. */
static char *users_dtb(size_t slack)
{
    size_t length;
    g_autofree void *dump = fdt_from_dump("", &length);
    g_autofree void *blob = g_malloc0(length + 1024 + slack);

    g_assert_cmpint(fdt_open_into(dump, blob, length + 1024 + slack), ==, 0);
    g_assert_cmpint(fdt_del_node(blob, fdt_node(blob, "/chosen")), ==, 0);
    g_assert_cmpint(fdt_setprop_string(blob, 0, "model", "a user's board"),
                    ==, 0);
    if (!slack) {
        g_assert_cmpint(fdt_pack(blob), ==, 0);
    }
    return temporary_file(blob, fdt_totalsize(blob), 0);
}

static void test_users_dtb(void)
{
    QTestState *qts = machine_startf("-dtb %s", users_dtb(0));
    g_autofree void *blob = fdt_from_ram(qts);

    g_assert_cmpstr(fdt_text(blob, 0, "model"), ==, "a user's board");
    check_seeds_over_resets(qts);
    qtest_quit(qts);
}

/* A tree that came with room to grow is not passed on with twice that room. */
static void test_users_dtb_with_slack(void)
{
    QTestState *qts = machine_startf("-dtb %s", users_dtb(1 * MiB));
    g_autofree void *blob = fdt_from_ram(qts);

    g_assert_cmpint(fdt_totalsize(blob), <, LARGEST_PACKED);
    check_seeds_over_resets(qts);
    qtest_quit(qts);
}

static void test_users_memory_node(void)
{
    QTestState *qts = machine_startf("-m 1G -dtb %s", users_dtb(0));
    g_autofree void *blob = fdt_from_ram(qts);
    int count;
    const fdt32_t *cells = fdt_cells(blob, fdt_node_at(blob, reg("ram", 0)),
                                     "reg", &count);

    g_assert_cmphex(fdt_u64(cells + 2), ==, 1 * GiB);
    qtest_quit(qts);
}

static void test_dump_is_packed(void)
{
    size_t length;
    g_autofree void *blob = fdt_from_dump("", &length);

    g_assert_cmpint(length, ==, fdt_totalsize(blob));
    g_assert_cmpint(length, <, LARGEST_PACKED);
    g_assert_cmpint(fdt_pack(blob), ==, 0);
    g_assert_cmpint(length, ==, fdt_totalsize(blob));
}

static void test_dump_by_qmp(void)
{
    QTestState *qts = machine_start("");
    char *file = temporary_file("", 0, 0);
    g_autofree char *blob = NULL;
    size_t length;

    qtest_qmp_assert_success(qts, "{'execute': 'dumpdtb', 'arguments': "
                             "{'filename': %s}}", file);
    g_assert_true(g_file_get_contents(file, &blob, &length, NULL));
    g_assert_cmpint(fdt_check_full(blob, length), ==, 0);
    g_assert_cmpint(fdt_node_at(blob, reg("uart0", 0)), >, 0);
    qtest_quit(qts);
}

static void test_root(void)
{
    QTestState *qts = machine_start("");
    g_autofree void *blob = fdt_from_ram(qts);

    g_assert_true(fdt_node_check_compatible(blob, 0, "avps,ecu") == 0);
    g_assert_true(fdt_node_check_compatible(blob, 0, "avps,ecu-1.0") == 0);
    g_assert_nonnull(fdt_text(blob, 0, "model"));
    g_assert_cmpint(fdt_address_cells(blob, 0), ==, 2);
    g_assert_cmpint(fdt_size_cells(blob, 0), ==, 2);
    /* Every master sees the caches of the cores. */
    g_assert_nonnull(fdt_getprop(blob, 0, "dma-coherent", NULL));
    qtest_quit(qts);
}

static void test_console(void)
{
    QTestState *qts = machine_start("");
    g_autofree void *blob = fdt_from_ram(qts);
    g_autofree char *path = g_strdup(fdt_text(blob,
                                                fdt_node(blob, "/chosen"),
                                                "stdout-path"));
    int node;

    g_strdelimit(path, ":", '\0');
    node = fdt_path_offset(blob, path);
    g_assert_cmpint(node, ==, fdt_node_at(blob, reg("uart0", 0)));
    qtest_quit(qts);
}

static int count_cpus(const void *blob)
{
    int count = 0;
    int node;

    fdt_for_each_subnode(node, blob, fdt_node(blob, "/cpus")) {
        const char *type = fdt_getprop(blob, node, "device_type", NULL);

        count += type && !strcmp(type, "cpu");
    }
    return count;
}

static void test_cores(void)
{
    static const int cores[] = { 1, 4, 8 };

    for (size_t i = 0; i < G_N_ELEMENTS(cores); i++) {
        QTestState *qts = machine_startf("-smp %d", cores[i]);
        g_autofree void *blob = fdt_from_ram(qts);

        g_assert_cmpint(count_cpus(blob), ==, cores[i]);
        qtest_quit(qts);
    }
}

static void test_default_cores(void)
{
    QTestState *qts = machine_start("");
    g_autofree void *blob = fdt_from_ram(qts);

    g_assert_cmpint(count_cpus(blob), ==, 4);
    qtest_quit(qts);
}

static void test_memory(void)
{
    static const struct {
        const char *option;
        uint64_t size;
    } sizes[] = {
        { "", 2 * GiB },
        { "-m 512M", 512 * MiB },
        { "-m 3G", 3 * GiB },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
        QTestState *qts = machine_start(sizes[i].option);
        g_autofree void *blob = fdt_from_ram(qts);
        int node = fdt_node_at(blob, reg("ram", 0));
        int count;
        const fdt32_t *cells;

        g_assert_cmpint(node, >, 0);
        g_assert_cmpstr(fdt_text(blob, node, "device_type"), ==, "memory");
        cells = fdt_cells(blob, node, "reg", &count);
        g_assert_cmpint(count, ==, 4);
        g_assert_cmphex(fdt_u64(cells + 2), ==, sizes[i].size);
        qtest_quit(qts);
    }
}

static void test_numa(void)
{
    QTestState *qts = machine_start(
        "-m 1G -smp 2 "
        "-object memory-backend-ram,id=m0,size=512M "
        "-object memory-backend-ram,id=m1,size=512M "
        "-numa node,nodeid=0,memdev=m0,cpus=0 "
        "-numa node,nodeid=1,memdev=m1,cpus=1");
    g_autofree void *blob = fdt_from_ram(qts);
    int node = fdt_node_at(blob, reg("ram", 512 * MiB));
    int count;

    g_assert_cmpint(node, >, 0);
    g_assert_cmpint(fdt32_to_cpu(*fdt_cells(blob, node, "numa-node-id",
                                            &count)), ==, 1);
    qtest_quit(qts);
}

/* The call that PSCI answers to follows from who runs at which level. */
static void test_psci_conduit(void)
{
    static const struct {
        const char *options;
        const char *method;
    } conduits[] = {
        { "", "smc" },
        { "-M virtualization=on", "smc" },
        { "-M virtualization=off", "hvc" },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(conduits); i++) {
        QTestState *qts = machine_start(conduits[i].options);
        g_autofree void *blob = fdt_from_ram(qts);
        int node = fdt_node(blob, "/psci");

        g_assert_cmpstr(fdt_text(blob, node, "method"), ==,
                        conduits[i].method);
        qtest_quit(qts);
    }
}

static int interrupt_count(const void *blob, const char *compatible)
{
    int node = fdt_node_offset_by_compatible(blob, -1, compatible);
    int count;

    g_assert_cmpint(node, >, 0);
    fdt_cells(blob, node, "interrupts", &count);
    return count / 3;
}

/* Secure, non-secure, virtual and EL2 timer, and EL2's virtual one (VHE) */
static void test_cpu_timers(void)
{
    QTestState *qts = machine_start("");
    g_autofree void *blob = fdt_from_ram(qts);

    g_assert_cmpint(interrupt_count(blob, "arm,armv8-timer"), >=, 4);
    g_assert_cmpint(interrupt_count(blob, "arm,gic-v3"), ==, 1);
    qtest_quit(qts);
}

static bool has_property(const void *blob, const char *compatible,
                         const char *property)
{
    int node = fdt_node_offset_by_compatible(blob, -1, compatible);

    g_assert_cmpint(node, >, 0);
    return fdt_getprop(blob, node, property, NULL) != NULL;
}

/* The GIC's maintenance interrupt is EL2's. */
static void test_no_el2(void)
{
    QTestState *qts = machine_start("-M virtualization=off");
    g_autofree void *blob = fdt_from_ram(qts);

    g_assert_false(has_property(blob, "arm,gic-v3", "interrupts"));
    qtest_quit(qts);
}

/* The normal world may not touch a secure block, and is told so. */
static void test_secure_nodes(void)
{
    QTestState *qts = machine_start("-M secure=on");
    g_autofree void *blob = fdt_from_ram(qts);

    for (const AvpsMapRow *row = avps_map; row->name; row++) {
        int node;

        if (!(row->flags & AVPS_SECURE) || row->kind == AVPS_KIND_RESERVED) {
            continue;
        }
        node = fdt_node_at(blob, row->base);
        if (node < 0) {
            g_error("%s has no node with secure=on", row->name);
        }
        g_assert_cmpstr(fdt_text(blob, node, "status"), ==, "disabled");
        g_assert_cmpstr(fdt_text(blob, node, "secure-status"), ==, "okay");
    }
    qtest_quit(qts);
}

static void test_no_secure_nodes(void)
{
    QTestState *qts = machine_start("");
    g_autofree void *blob = fdt_from_ram(qts);

    for (const AvpsMapRow *row = avps_map; row->name; row++) {
        if (row->flags & AVPS_SECURE) {
            g_assert_cmpint(fdt_node_at(blob, row->base), <, 0);
        }
    }
    qtest_quit(qts);
}

static void test_transports(void)
{
    QTestState *qts = machine_start("");
    g_autofree void *blob = fdt_from_ram(qts);
    int count = 0;

    for (int node = fdt_node_offset_by_compatible(blob, -1, "virtio,mmio");
         node >= 0;
         node = fdt_node_offset_by_compatible(blob, node, "virtio,mmio")) {
        count++;
    }
    g_assert_cmpint(count, ==, AVPS_NUM_VIRTIO);
    qtest_quit(qts);
}

/* Every phandle that a node points to exists. */
static void test_interrupt_parents(void)
{
    QTestState *qts = machine_start("");
    g_autofree void *blob = fdt_from_ram(qts);
    int gic = fdt_node_offset_by_compatible(blob, -1, "arm,gic-v3");
    int count;
    const fdt32_t *parent = fdt_cells(blob, 0, "interrupt-parent", &count);

    g_assert_cmpint(fdt_node_offset_by_phandle(blob, fdt32_to_cpu(*parent)),
                    ==, gic);
    qtest_quit(qts);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("/dt/seeds", test_seeds);
    qtest_add_func("/dt/seeds-differ-between-runs",
                   test_seeds_differ_between_runs);
    qtest_add_func("/dt/reset-restores-the-blob",
                   test_reset_restores_the_blob);
    qtest_add_func("/dt/users-dtb", test_users_dtb);
    qtest_add_func("/dt/users-dtb-with-slack", test_users_dtb_with_slack);
    qtest_add_func("/dt/users-memory-node", test_users_memory_node);
    qtest_add_func("/dt/dump-is-packed", test_dump_is_packed);
    qtest_add_func("/dt/dump-by-qmp", test_dump_by_qmp);
    qtest_add_func("/dt/root", test_root);
    qtest_add_func("/dt/console", test_console);
    qtest_add_func("/dt/cores", test_cores);
    qtest_add_func("/dt/default-cores", test_default_cores);
    qtest_add_func("/dt/memory", test_memory);
    qtest_add_func("/dt/numa", test_numa);
    qtest_add_func("/dt/psci-conduit", test_psci_conduit);
    qtest_add_func("/dt/cpu-timers", test_cpu_timers);
    qtest_add_func("/dt/no-el2", test_no_el2);
    qtest_add_func("/dt/secure-nodes", test_secure_nodes);
    qtest_add_func("/dt/no-secure-nodes", test_no_secure_nodes);
    qtest_add_func("/dt/transports", test_transports);
    qtest_add_func("/dt/interrupt-parents", test_interrupt_parents);
    return g_test_run();
}
