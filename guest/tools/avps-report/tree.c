/*
 * The live device tree: nodes, properties, addresses
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What is asked of a node again and again. */
struct node {
    char *path;
    char *compatible;       /* as in the file, or NULL */
    size_t compatible_len;
    uint32_t phandle;       /* or 0 */
};

static struct node *nodes;
static size_t node_count;

/* The tree's own short names for some of its nodes. */
static struct alias {
    char *name, *node;
} *aliases;
static size_t alias_count;

uint64_t be_cells(const uint8_t *data, int cells)
{
    uint64_t value = 0;

    for (int i = 0; i < cells * 4; i++) {
        value = value << 8 | data[i];
    }
    return value;
}

char *property(const char *node, const char *name, size_t *len)
{
    char *path = format(DT_ROOT "%s/%s", node, name);
    char *value = slurp(path, len);

    free(path);
    return value;
}

bool has_property(const char *node, const char *name)
{
    char *path = format(DT_ROOT "%s/%s", node, name);
    bool yes = exists(path);

    free(path);
    return yes;
}

uint32_t u32_property(const char *node, const char *name, uint32_t otherwise)
{
    size_t len;
    char *value = property(node, name, &len);
    uint32_t result = value && len >= 4 ? be_cells((uint8_t *)value, 1)
                                        : otherwise;

    free(value);
    return result;
}

/* The next string after `at` in a list of `len` bytes at `list`, or NULL. */
static const char *next_string(const char *list, size_t len, const char *at)
{
    at = at ? at + strlen(at) + 1 : list;
    return list && at < list + len ? at : NULL;
}

/* Nodes are read in the order of their names, parents first. */
static void read_nodes(char *path)
{
    char *dir = format(DT_ROOT "%s", path);
    struct dirent **entries = NULL;
    int n = list_dir(dir, &entries);
    struct node *node;

    nodes = grow(nodes, node_count, sizeof(*nodes));
    node = &nodes[node_count++];
    node->path = path;
    node->compatible = property(path, "compatible", &node->compatible_len);
    node->phandle = u32_property(path, "phandle", 0);
    for (int i = 0; i < n; i++) {
        if (entries[i]->d_type == DT_DIR) {
            read_nodes(format("%s/%s", path, entries[i]->d_name));
        }
    }
    free_list(entries, n);
    free(dir);
}

static const struct node *find_node(const char *path)
{
    for (size_t i = 0; i < node_count; i++) {
        if (!strcmp(nodes[i].path, path)) {
            return &nodes[i];
        }
    }
    return NULL;
}

const char *next_compatible(const char *path, const char *at)
{
    const struct node *node = find_node(path);

    if (!node || !node->compatible) {
        return NULL;
    }
    return next_string(node->compatible, node->compatible_len, at);
}

bool is_compatible(const char *path, const char *with)
{
    const char *at = NULL;

    while ((at = next_compatible(path, at))) {
        if (!strcmp(at, with)) {
            return true;
        }
    }
    return false;
}

static void read_aliases(void)
{
    struct dirent **entries = NULL;
    int n = list_dir(DT_ROOT "/aliases", &entries);

    for (int i = 0; i < n; i++) {
        aliases = grow(aliases, alias_count, sizeof(*aliases));
        aliases[alias_count].name = strdup(entries[i]->d_name);
        aliases[alias_count++].node = property("/aliases", entries[i]->d_name,
                                               NULL);
    }
    free_list(entries, n);
}

void read_tree(void)
{
    read_nodes(strdup(""));
    read_aliases();
}

const char *alias_of(const char *node)
{
    for (size_t i = 0; i < alias_count; i++) {
        if (!strcmp(aliases[i].node, node)) {
            return aliases[i].name;
        }
    }
    return NULL;
}

bool is_enabled(const char *node)
{
    char *status = property(node, "status", NULL);
    bool yes = !status || !strcmp(status, "okay") || !strcmp(status, "ok");

    free(status);
    return yes;
}

char *parent_of(const char *node)
{
    char *parent = strdup(node);
    char *slash = strrchr(parent, '/');

    if (slash) {
        *slash = '\0';
    }
    return parent;
}

/* Take an address up to the root; false when it is local to a bus. */
static bool translate(const char *node, uint64_t *address)
{
    char *bus = parent_of(node);
    bool ok = true;

    while (ok && *bus) {
        char *up = parent_of(bus);
        int cells = u32_property(bus, "#address-cells", 2);
        int up_cells = u32_property(up, "#address-cells", 2);
        int size_cells = u32_property(bus, "#size-cells", 1);
        int entry = 4 * (cells + up_cells + size_cells);
        size_t len = 0;
        char *ranges = property(bus, "ranges", &len);

        ok = ranges != NULL;
        for (size_t i = 0; ok && i + entry <= len; i += entry) {
            uint8_t *at = (uint8_t *)ranges + i;
            uint64_t child = be_cells(at, cells);
            uint64_t to = be_cells(at + 4 * cells, up_cells);
            uint64_t size = be_cells(at + 4 * (cells + up_cells), size_cells);

            if (*address >= child && *address - child < size) {
                *address += to - child;
                break;
            }
        }
        free(ranges);
        free(bus);
        bus = up;
    }
    free(bus);
    return ok;
}

bool node_address(const char *node, uint64_t *address, bool *local)
{
    char *parent = parent_of(node);
    int cells = u32_property(parent, "#address-cells", 2);
    size_t len = 0;
    char *reg = property(node, "reg", &len);
    bool found = reg && cells && len >= 4 * (size_t)cells;

    if (found) {
        *address = be_cells((uint8_t *)reg, cells);
        *local = !translate(node, address);
    }
    free(reg);
    free(parent);
    return found;
}

void for_each_child(const char *parent,
                    void (*visit)(void *opaque, const char *child),
                    void *opaque)
{
    size_t n = strlen(parent);

    for (size_t i = 0; i < node_count; i++) {
        const char *path = nodes[i].path;

        if (!strncmp(path, parent, n) && path[n] == '/' &&
            !strchr(path + n + 1, '/')) {
            visit(opaque, path);
        }
    }
}

const char *find_phandle(uint32_t phandle)
{
    for (size_t i = 0; i < node_count; i++) {
        if (nodes[i].phandle == phandle) {
            return nodes[i].path;
        }
    }
    return NULL;
}
