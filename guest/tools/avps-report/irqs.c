/*
 * The interrupts of a node, in words
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { GIC_SPI, GIC_PPI };

static uint32_t interrupt_parent(const char *node)
{
    char *at = strdup(node);
    uint32_t phandle = u32_property(at, "interrupt-parent", 0);

    while (!phandle && *at) {
        char *up = parent_of(at);

        free(at);
        at = up;
        phandle = u32_property(at, "interrupt-parent", 0);
    }
    free(at);
    return phandle;
}

/* Interrupts of one kind, collected from a node, and how to write them. */
struct irqs {
    int kind;               /* GIC_SPI, GIC_PPI; -1: another controller's */
    unsigned count, lowest, highest;
};

static void add_irq(struct irqs *irqs, const uint8_t *cells, int cell_count)
{
    int kind = cell_count >= 3 ? (int)be_cells(cells, 1) : -1;
    unsigned number = be_cells(cells + (cell_count >= 3 ? 4 : 0), 1);

    if (!irqs->count++) {
        irqs->kind = kind;
        irqs->lowest = irqs->highest = number;
    }
    irqs->lowest = number < irqs->lowest ? number : irqs->lowest;
    irqs->highest = number > irqs->highest ? number : irqs->highest;
}

static void print_irqs(char *text, size_t size, const struct irqs *irqs)
{
    const char *kind = irqs->kind == GIC_SPI ? "SPI"
                     : irqs->kind == GIC_PPI ? "PPI" : "pin";

    if (!irqs->count) {
        snprintf(text, size, "-");
    } else if (irqs->lowest == irqs->highest) {
        snprintf(text, size, "%s %u", kind, irqs->lowest);
    } else if (irqs->highest - irqs->lowest == irqs->count - 1) {
        snprintf(text, size, "%s %u-%u", kind, irqs->lowest, irqs->highest);
    } else {
        snprintf(text, size, "%s x%u", kind, irqs->count);
    }
}

/* Walk `list`, interrupt specifiers of the controller `phandle`. */
static void add_plain_irqs(struct irqs *irqs, const char *list, size_t len,
                           uint32_t phandle)
{
    const char *controller = find_phandle(phandle);
    int cells = controller ? u32_property(controller, "#interrupt-cells", 0)
                           : 0;

    for (size_t i = 0; cells && i + 4 * cells <= len; i += 4 * cells) {
        add_irq(irqs, (const uint8_t *)list + i, cells);
    }
}

/* The same, where each specifier has its controller before it. */
static void add_extended_irqs(struct irqs *irqs, const char *list, size_t len)
{
    size_t i = 0;

    while (i + 4 <= len) {
        const char *controller = find_phandle(be_cells((uint8_t *)list + i, 1));
        int cells = controller
                    ? u32_property(controller, "#interrupt-cells", 0) : 0;

        i += 4;
        if (!cells || i + 4 * cells > len) {
            i = len;
        } else {
            add_irq(irqs, (const uint8_t *)list + i, cells);
            i += 4 * cells;
        }
    }
}

/* PCI's four pins, which an interrupt-map takes to the controller. */
static void add_mapped_irqs(struct irqs *irqs, const char *node)
{
    int own = u32_property(node, "#address-cells", 3)
            + u32_property(node, "#interrupt-cells", 1);
    bool seen[1024] = { false };
    size_t len = 0, i = 0;
    char *map = property(node, "interrupt-map", &len);

    while (map && i + 4 * (own + 1) <= len) {
        uint8_t *at = (uint8_t *)map + i + 4 * own;
        const char *controller = find_phandle(be_cells(at, 1));
        int skip = controller
                   ? u32_property(controller, "#address-cells", 0) : 0;
        int cells = controller
                    ? u32_property(controller, "#interrupt-cells", 0) : 0;

        i += 4 * (own + 1 + skip + cells);
        if (!cells || i > len) {
            break;
        }
        at += 4 * (1 + skip);
        if (cells >= 3 && !seen[be_cells(at + 4, 1) % ARRAY_SIZE(seen)]) {
            seen[be_cells(at + 4, 1) % ARRAY_SIZE(seen)] = true;
            add_irq(irqs, at, cells);
        }
    }
    free(map);
}

static void add_irqs(struct irqs *irqs, const char *node)
{
    size_t extended_len, len;
    char *extended = property(node, "interrupts-extended", &extended_len);
    char *list = property(node, "interrupts", &len);

    if (extended) {
        add_extended_irqs(irqs, extended, extended_len);
    } else if (list) {
        add_plain_irqs(irqs, list, len, interrupt_parent(node));
    } else if (has_property(node, "interrupt-map")) {
        add_mapped_irqs(irqs, node);
    }
    free(extended);
    free(list);
}

static void add_irqs_of_frame(void *irqs, const char *frame)
{
    add_irqs(irqs, frame);
}

void node_irqs(const char *node, char *text, size_t size)
{
    struct irqs irqs = { 0 };

    add_irqs(&irqs, node);
    if (is_compatible(node, "arm,armv7-timer-mem")) {
        for_each_child(node, add_irqs_of_frame, &irqs);
    }
    print_irqs(text, size, &irqs);
}
