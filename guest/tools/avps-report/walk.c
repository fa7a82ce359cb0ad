/*
 * From the device tree to the list of blocks
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "report.h"

#include <stdlib.h>
#include <string.h>

/* Nodes that describe, but are no block of their own. */
static bool is_mere_description(const char *node)
{
    static const char *const kinds[] = {
        "fixed-clock", "fixed-factor-clock", "regulator-fixed", "simple-bus",
        "simple-mfd", "operating-points-v2", "cache", "shared-dma-pool",
        "mmio-sram", "arm,scmi-shmem", "fixed-partitions",
    };

    for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
        if (is_compatible(node, kinds[i])) {
            return true;
        }
    }
    return false;
}

static bool is_phy(const char *node)
{
    return starts_with(strrchr(node, '/'), "/ethernet-phy@");
}

/* A PHY is known by its id registers, and may have no compatible. */
static bool is_block(const char *node)
{
    return is_phy(node) ||
           (next_compatible(node, NULL) && !is_mere_description(node));
}

/* What a node is called: by its alias, by its kind, or as in the tree. */
static char *node_name(const char *node)
{
    static const char *const kinds[][2] = {
        { "arm,gic-v3",          "gic" },
        { "arm,gic-v3-its",      "its" },
        { "arm,armv8-timer",     "cpu-timer" },
        { "arm,armv7-timer-mem", "mmio-timer" },
    };
    const char *alias = alias_of(node);
    const char *name = strrchr(node, '/') + 1;

    if (alias) {
        return strdup(alias);
    }
    for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
        if (is_compatible(node, kinds[i][0])) {
            return strdup(kinds[i][1]);
        }
    }
    return is_phy(node) ? strdup("phy") : strndup(name, strcspn(name, "@"));
}

static struct block *add_node(const char *node, int depth, uint64_t key)
{
    struct device *dev = device_of_node(node);
    uint64_t address = 0;
    struct block *b;
    bool local = false, mapped = node_address(node, &address, &local);
    char *name = node_name(node);

    b = add_block(name, depth, depth || !mapped || local ? key : KEY(address));
    free(name);
    if (mapped) {
        set_address(b, address, local);
    }
    node_irqs(node, b->irq, sizeof(b->irq));
    if (!judge_by_trace(b, node)) {
        judge(b, node, dev);
    }
    return b;
}

static void add_children(const char *node, int depth, uint64_t key);

static void add_subtree(const char *node, int depth, uint64_t key)
{
    struct device *dev;
    struct block *b;

    if (!is_enabled(node) || !strcmp(node, "/cpus") ||
        starts_with(node, "/memory@")) {
        return;
    }
    if (is_compatible(node, "virtio,mmio")) {
        add_transport(node);
        return;
    }
    if (!is_block(node)) {
        add_children(node, depth, key);
        return;
    }
    b = add_node(node, depth, key);
    key = b->key;
    dev = device_of_node(node);
    if (dev && dev->driver) {
        add_cards(b - blocks, dev);
    }
    if (is_compatible(node, "pci-host-ecam-generic")) {
        add_pci_functions(depth + 1, key);
    }
    add_children(node, depth + 1, key);
}

struct place {
    int depth;
    uint64_t key;
};

static void add_child(void *opaque, const char *node)
{
    struct place *place = opaque;

    add_subtree(node, place->depth, place->key);
}

static void add_children(const char *node, int depth, uint64_t key)
{
    struct place place = { depth, key };

    for_each_child(node, add_child, &place);
}

static int by_address(const void *a, const void *b)
{
    const struct block *x = a, *y = b;

    if (x->key != y->key) {
        return x->key < y->key ? -1 : 1;
    }
    return x->order < y->order ? -1 : 1;
}

void find_blocks(void)
{
    add_cpus();
    add_memories();
    add_children("", 0, NO_ADDRESS);
    add_empty_transports();
    qsort(blocks, block_count, sizeof(*blocks), by_address);
}
