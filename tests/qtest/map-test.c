/*
 * avps-ecu qtest: the memory map
 *
 * hw/avps/map.c says where everything is; the running machine ("info mtree")
 * and the device tree must agree with it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "tests/qtest/avps/fdt-view.h"
#include "tests/qtest/avps/board.h"

#define AVPS_BLOCKS_BEGIN 0x0b000000ull
#define AVPS_BLOCKS_END 0x0c000000ull
#define DEFAULT_RAM 0x80000000ull

typedef struct Range {
    uint64_t first;
    uint64_t last;
    char region[64];
} Range;

static const AvpsMapRow *row_around(uint64_t first, uint64_t last)
{
    for (const AvpsMapRow *row = avps_map; row->name; row++) {
        if (row->base <= first && last - row->base < row->size) {
            return row;
        }
    }
    return NULL;
}

/* The ranges of one address space, from the text of "info mtree -f" */
static GArray *ranges_of(QTestState *qts, const char *address_space)
{
    g_autofree char *text = qtest_hmp(qts, "info mtree -f");
    g_autofree char *title = g_strdup_printf(" AS \"%s\", ", address_space);
    char *section = strstr(text, title);
    GArray *ranges = g_array_new(false, false, sizeof(Range));
    g_auto(GStrv) lines = NULL;

    g_assert_nonnull(section);
    lines = g_strsplit(section, "\n", 0);
    for (char **line = lines; *line && *g_strchomp(*line); line++) {
        Range range;

        if (sscanf(*line, "%" SCNx64 "-%" SCNx64 " (prio %*d, %*[^)]): %63[^@]",
                   &range.first, &range.last, range.region) == 3) {
            g_array_append_val(ranges, range);
        }
    }
    g_assert_cmpint(ranges->len, >, 40);
    return ranges;
}

static const Range *range_at(GArray *ranges, uint64_t first)
{
    for (guint i = 0; i < ranges->len; i++) {
        const Range *range = &g_array_index(ranges, Range, i);

        if (range->first == first) {
            return range;
        }
    }
    return NULL;
}

static bool is_planned(const AvpsMapRow *row)
{
    return row->kind == AVPS_KIND_RESERVED;
}

static bool is_pci_window(const AvpsMapRow *row)
{
    return row->kind == AVPS_KIND_PCIE_MMIO ||
           row->kind == AVPS_KIND_PCIE_MMIO_HIGH ||
           row->kind == AVPS_KIND_PCIE_PIO;
}

/*
 * Addresses that firmware for QEMU's "virt" has built in, and promises of the
 * documentation: written down here a second time, on purpose.
 */
static void test_anchors(void)
{
    static const struct {
        const char *name;
        uint64_t base;
        int spi;
    } anchors[] = {
        { "flash0", 0x00000000, -1 },
        { "flash1", 0x04000000, -1 },
        { "gic-dist", 0x08000000, -1 },
        { "gic-its", 0x08080000, -1 },
        { "gic-redist", 0x080a0000, -1 },
        { "uart0", 0x09000000, 1 },
        { "rtc0", 0x09010000, 2 },
        { "fw-cfg", 0x09020000, -1 },
        { "gpio0", 0x09030000, 7 },
        { "uart-secure", 0x09040000, 8 },
        { "gpio-secure", 0x090b0000, -1 },
        { "virtio-mmio0", 0x0a000000, 16 },
        { "virtio-mmio31", 0x0a1f0000, 47 },
        { "secure-ram", 0x0e000000, -1 },
        { "pcie-mmio", 0x10000000, 3 },
        { "pcie-pio", 0x3eff0000, -1 },
        { "ram", 0x40000000, -1 },
        { "pcie-ecam", 0x4010000000, -1 },
        { "pcie-mmio-high", 0x8000000000, -1 },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(anchors); i++) {
        g_assert_cmphex(block(anchors[i].name)->base, ==, anchors[i].base);
        g_assert_cmpint(block(anchors[i].name)->spi, ==, anchors[i].spi);
    }
}

static void test_rows_do_not_overlap(void)
{
    for (const AvpsMapRow *row = avps_map; row->name; row++) {
        for (const AvpsMapRow *other = row + 1; other->name; other++) {
            bool apart = row->base + row->size <= other->base ||
                         other->base + other->size <= row->base;

            if (!apart) {
                g_error("%s and %s overlap", row->name, other->name);
            }
            g_assert_cmpstr(row->name, !=, other->name);
        }
    }
}

static void test_interrupts_are_unique(void)
{
    const AvpsMapRow *owner[AVPS_NUM_SPIS] = {};

    for (const AvpsMapRow *row = avps_map; row->name; row++) {
        for (int i = 0; i < row->num_spis; i++) {
            int spi = row->spi + i;

            g_assert_cmpint(spi, <, AVPS_NUM_SPIS);
            if (owner[spi]) {
                g_error("%s and %s share SPI %d", owner[spi]->name, row->name,
                        spi);
            }
            owner[spi] = row;
        }
    }
    /* OP-TEE's build for QEMU uses this one for itself. */
    g_assert_null(owner[187]);
}

static void test_streams_are_unique(void)
{
    g_autoptr(GHashTable) owners = g_hash_table_new(NULL, NULL);

    for (const AvpsMapRow *row = avps_map; row->name; row++) {
        if (row->stream != AVPS_NO_STREAM) {
            g_assert_cmphex(row->stream, >=, 0x8000);
            g_assert_cmphex(row->stream, <=, 0xffff);
            g_assert_true(g_hash_table_add(owners,
                                           GINT_TO_POINTER(row->stream)));
        }
    }
}

/* A hypervisor hands out whole pages. */
static void test_blocks_own_their_pages(void)
{
    for (const AvpsMapRow *row = avps_map; row->name; row++) {
        if (row->kind == AVPS_KIND_VIRTIO ||
            (row->base >= AVPS_BLOCKS_BEGIN && row->base < AVPS_BLOCKS_END)) {
            g_assert_cmphex(row->base % AVPS_PAGE, ==, 0);
        }
    }
}

static void test_every_row_is_mapped(void)
{
    QTestState *qts = machine_start("");
    GArray *ranges = ranges_of(qts, "memory");

    for (const AvpsMapRow *row = avps_map; row->name; row++) {
        const Range *range = range_at(ranges, row->base);

        /* The windows are empty until a guest places the BARs in them. */
        if (is_planned(row) || row->flags & AVPS_SECURE ||
            is_pci_window(row)) {
            continue;
        }
        if (!range) {
            g_error("nothing is mapped for %s", row->name);
        }
        if (row->kind == AVPS_KIND_RAM) {
            g_assert_cmphex(range->last - range->first + 1, ==, DEFAULT_RAM);
        }
    }
    g_array_free(ranges, true);
    qtest_quit(qts);
}

static void test_nothing_else_is_mapped(void)
{
    QTestState *qts = machine_start("");
    GArray *ranges = ranges_of(qts, "memory");

    for (guint i = 0; i < ranges->len; i++) {
        const Range *range = &g_array_index(ranges, Range, i);
        const AvpsMapRow *row = row_around(range->first, range->last);

        if (!row || is_planned(row) || row->flags & AVPS_SECURE) {
            g_error("%s at 0x%" PRIx64 " is not what the map says (%s)",
                    range->region, range->first, row ? row->name : "no row");
        }
    }
    g_array_free(ranges, true);
    qtest_quit(qts);
}

/* In its place the firewall stands. */
static void assert_refused(GArray *ranges, const AvpsMapRow *row)
{
    const Range *range = range_at(ranges, row->base);

    g_assert_nonnull(range);
    g_assert_true(g_str_has_prefix(range->region, "avps-firewall."));
    g_assert_cmphex(range->last, ==, row->base + row->size - 1);
}

/* What secure=on adds is there for the secure world, and for it alone. */
static void test_secure_world(void)
{
    QTestState *qts = machine_start("-M secure=on");
    GArray *normal = ranges_of(qts, "memory");
    GArray *secure = ranges_of(qts, "cpu-secure-memory-0");

    for (const AvpsMapRow *row = avps_map; row->name; row++) {
        if (is_planned(row) || is_pci_window(row)) {
            continue;
        }
        g_assert_nonnull(range_at(secure, row->base));
        if (row->flags & AVPS_SECURE) {
            assert_refused(normal, row);
        }
    }
    /* The normal world sees the firmware's variables, not its code. */
    assert_refused(normal, block("flash0"));
    g_assert_nonnull(range_at(normal, block("flash1")->base));
    g_array_free(normal, true);
    g_array_free(secure, true);
    qtest_quit(qts);
}

/* Rows that have no node with their address in "reg" */
static bool is_in_device_tree(const AvpsMapRow *row)
{
    switch (row->kind) {
    case AVPS_KIND_RESERVED:
    case AVPS_KIND_PCIE_MMIO:       /* "ranges" of the host bridge */
    case AVPS_KIND_PCIE_PIO:
    case AVPS_KIND_PCIE_MMIO_HIGH:
    case AVPS_KIND_GIC_REDIST:      /* second "reg" of the GIC */
        return false;
    default:
        return !(row->flags & AVPS_SECURE) &&
               strcmp(row->name, "flash1");     /* second "reg" of flash0 */
    }
}

/* The binding of the watchdog knows its first interrupt only. */
static int interrupts_in_node(const AvpsMapRow *row)
{
    return row->kind == AVPS_KIND_WATCHDOG ? 1 : row->num_spis;
}

static void check_interrupts(const void *blob, int node, const AvpsMapRow *row)
{
    int count;
    const fdt32_t *cells = fdt_cells(blob, node, "interrupts", &count);

    g_assert_cmpint(count, ==, 3 * interrupts_in_node(row));
    for (int i = 0; i < interrupts_in_node(row); i++) {
        g_assert_cmpint(fdt32_to_cpu(cells[3 * i]), ==, 0);
        g_assert_cmpint(fdt32_to_cpu(cells[3 * i + 1]), ==, row->spi + i);
    }
}

/* The node of a timer frame carries the interrupts, not the timer's own. */
static bool has_interrupts_in_node(const AvpsMapRow *row)
{
    return row->num_spis && row->kind != AVPS_KIND_TIMER;
}

static void test_device_tree(void)
{
    QTestState *qts = machine_start("");
    g_autofree void *blob = fdt_from_ram(qts);

    for (const AvpsMapRow *row = avps_map; row->name; row++) {
        int node;

        if (!is_in_device_tree(row)) {
            continue;
        }
        node = fdt_node_at(blob, row->base);
        if (node < 0) {
            g_error("%s has no node in the device tree", row->name);
        }
        if (has_interrupts_in_node(row)) {
            check_interrupts(blob, node, row);
        }
    }
    qtest_quit(qts);
}

/* No node claims an address that the map does not have. */
static void test_device_tree_has_no_more(void)
{
    QTestState *qts = machine_start("");
    g_autofree void *blob = fdt_from_ram(qts);
    int depth = -1;

    for (int node = fdt_next_node(blob, -1, &depth); node >= 0;
         node = fdt_next_node(blob, node, &depth)) {
        int length;
        const fdt32_t *cells = fdt_getprop(blob, node, "reg", &length);
        uint64_t address;

        /* Children of a bus have addresses of that bus. */
        if (depth != 1 || !cells || length < 16) {
            continue;
        }
        address = fdt_u64(cells);
        if (!row_around(address, address)) {
            g_error("node %s is not in the map",
                    fdt_get_name(blob, node, NULL));
        }
    }
    qtest_quit(qts);
}

static bool any_in(GArray *ranges, uint64_t first, uint64_t last)
{
    for (guint i = 0; i < ranges->len; i++) {
        const Range *range = &g_array_index(ranges, Range, i);

        if (range->first <= last && range->last >= first) {
            return true;
        }
    }
    return false;
}

/*
 * At the addresses of QEMU's "virt" a node may claim more than there is, and
 * the xHCI's registers end before the room that it takes.
 */
static bool may_end_early(uint64_t address)
{
    return address < AVPS_BLOCKS_BEGIN ||
           row_around(address, address)->kind == AVPS_KIND_USB;
}

static void check_ends(const void *blob, int node, GArray *ranges)
{
    int length;
    const fdt32_t *cells = fdt_getprop(blob, node, "reg", &length);

    for (int i = 0; i < length / 16; i++) {
        uint64_t base = fdt_u64(cells + 4 * i);
        uint64_t last = base + fdt_u64(cells + 4 * i + 2) - 1;

        if (!any_in(ranges, last & ~0xfffull, last) && !may_end_early(base)) {
            g_error("nothing at 0x%" PRIx64 ", the end of node %s", last,
                    fdt_get_name(blob, node, NULL));
        }
    }
}

/* There is something in the last page, too, of what our nodes claim. */
static void test_device_tree_sizes(void)
{
    QTestState *qts = machine_start("");
    g_autofree void *blob = fdt_from_ram(qts);
    GArray *ranges = ranges_of(qts, "memory");
    int depth = -1;

    for (int node = fdt_next_node(blob, -1, &depth); node >= 0;
         node = fdt_next_node(blob, node, &depth)) {
        /* Children of a bus have addresses of that bus. */
        if (depth == 1) {
            check_ends(blob, node, ranges);
        }
    }
    g_array_free(ranges, true);
    qtest_quit(qts);
}

/* Accesses between the blocks end in a bus error, not in some device. */
static void test_holes(void)
{
    QTestState *qts = machine_start("");
    const uint64_t holes[] = {
        0x09070000, 0x0a200000, reg("uart1", 0) + 0x1000, 0x0b800000,
        0x0f000000,
    };

    for (size_t i = 0; i < G_N_ELEMENTS(holes); i++) {
        g_assert_cmphex(qtest_readl(qts, holes[i]), ==, 0);
        qtest_writel(qts, holes[i], 0xffffffff);
        g_assert_cmphex(qtest_readl(qts, holes[i]), ==, 0);
    }
    qtest_quit(qts);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("/map/anchors", test_anchors);
    qtest_add_func("/map/rows-do-not-overlap", test_rows_do_not_overlap);
    qtest_add_func("/map/interrupts-are-unique", test_interrupts_are_unique);
    qtest_add_func("/map/streams-are-unique", test_streams_are_unique);
    qtest_add_func("/map/blocks-own-their-pages", test_blocks_own_their_pages);
    qtest_add_func("/map/every-row-is-mapped", test_every_row_is_mapped);
    qtest_add_func("/map/nothing-else-is-mapped", test_nothing_else_is_mapped);
    qtest_add_func("/map/secure-world", test_secure_world);
    qtest_add_func("/map/device-tree", test_device_tree);
    qtest_add_func("/map/device-tree-has-no-more",
                   test_device_tree_has_no_more);
    qtest_add_func("/map/device-tree-sizes", test_device_tree_sizes);
    qtest_add_func("/map/holes", test_holes);
    return g_test_run();
}
