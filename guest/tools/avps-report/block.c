/*
 * A line of the report: its name, its address, its state
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "report.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct block *blocks;
size_t block_count;

struct block *add_block(const char *name, int depth, uint64_t key)
{
    struct block *b;

    blocks = grow(blocks, block_count, sizeof(*blocks));
    b = &blocks[block_count];
    memset(b, 0, sizeof(*b));
    b->order = block_count++;
    b->depth = depth;
    b->key = key;
    snprintf(b->name, sizeof(b->name), "%s", name);
    snprintf(b->address, sizeof(b->address), "-");
    snprintf(b->irq, sizeof(b->irq), "-");
    snprintf(b->driver, sizeof(b->driver), "-");
    return b;
}

void forget_blocks(void)
{
    free(blocks);
    blocks = NULL;
    block_count = 0;
}

void set_address(struct block *b, uint64_t address, bool local)
{
    snprintf(b->address, sizeof(b->address),
             local ? "@%" PRIx64 : "0x%08" PRIx64, address);
}

static void explain_missing(struct block *b, const struct device *dev,
                            const struct driver_row *row)
{
    if (!row->builtin && !is_loaded(row->module)) {
        snprintf(b->detail, sizeof(b->detail), "module %s", row->module);
        return;
    }
    b->pending = true;
    if (!dev) {
        snprintf(b->detail, sizeof(b->detail), "no device made");
    } else {
        explain_unbound(dev, b->detail, sizeof(b->detail));
    }
}

/* Judge a block whose device, if any, has no driver. */
static void judge_unbound(struct block *b, const char *node,
                          const struct device *dev)
{
    struct driver_row row;
    bool known = dev ? known_driver_of_device(dev, &row)
                     : known_driver_of_node(node, &row);

    snprintf(b->driver, sizeof(b->driver), "-");
    if (!known) {
        b->state = NO_DRIVER;
        return;
    }
    b->state = MISSING;
    if (strcmp(row.module, "-")) {
        snprintf(b->driver, sizeof(b->driver), "%s", row.module);
    }
    explain_missing(b, dev, &row);
}

void judge(struct block *b, const char *node, const struct device *dev)
{
    if (dev && dev->driver) {
        snprintf(b->driver, sizeof(b->driver), "%s", dev->driver);
        find_fact(b, dev);
    } else {
        judge_unbound(b, node, dev);
    }
}

int count_blocks(enum state state)
{
    int n = 0;

    for (size_t i = 0; i < block_count; i++) {
        n += blocks[i].state == state;
    }
    return n;
}

bool any_pending(void)
{
    for (size_t i = 0; i < block_count; i++) {
        if (blocks[i].pending) {
            return true;
        }
    }
    return false;
}
