/*
 * avps-ecu qtest: retention RAM
 *
 * What a guest leaves there is there after a warm reset, and gone after a
 * cold start; all other RAM is the guest's to initialise.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "tests/qtest/avps/board.h"
#include "tests/qtest/avps/fdt-view.h"

#define TRACE 0x5ca1ab1edeadbea7ull

static void test_survives_reset(void)
{
    const uint64_t last = block("pstore")->size - sizeof(TRACE);
    QTestState *qts = machine_start("");

    qtest_writeq(qts, reg("pstore", 0), TRACE);
    qtest_writeq(qts, reg("pstore", last), ~TRACE);
    for (int i = 0; i < 2; i++) {
        qtest_system_reset(qts);
        g_assert_cmphex(qtest_readq(qts, reg("pstore", 0)), ==, TRACE);
        g_assert_cmphex(qtest_readq(qts, reg("pstore", last)), ==, ~TRACE);
    }
    qtest_quit(qts);
}

static void test_cold_start(void)
{
    QTestState *qts = machine_start("");

    qtest_writeq(qts, reg("pstore", 0), TRACE);
    qtest_quit(qts);
    qts = machine_start("");
    g_assert_cmphex(qtest_readq(qts, reg("pstore", 0)), ==, 0);
    qtest_quit(qts);
}

static uint32_t size_property(const void *blob, int node, const char *name)
{
    int count;

    return fdt32_to_cpu(*fdt_cells(blob, node, name, &count));
}

/* ramoops.yaml: the parts fit into the whole. */
static void test_node(void)
{
    QTestState *qts = machine_start("");
    g_autofree void *blob = fdt_from_ram(qts);
    int node = fdt_node_offset_by_compatible(blob, -1, "ramoops");
    uint64_t used;

    g_assert_cmpint(node, ==, fdt_node_at(blob, reg("pstore", 0)));
    g_assert_cmpint(fdt_parent_offset(blob, node), ==,
                    fdt_node(blob, "/reserved-memory"));
    used = size_property(blob, node, "record-size") +
           size_property(blob, node, "console-size") +
           size_property(blob, node, "pmsg-size");
    g_assert_cmphex(used, <=, block("pstore")->size);
    qtest_quit(qts);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("/pstore/survives-reset", test_survives_reset);
    qtest_add_func("/pstore/cold-start", test_cold_start);
    qtest_add_func("/pstore/node", test_node);
    return g_test_run();
}
