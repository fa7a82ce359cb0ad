/*
 * The cores and the memory
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "report.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *core_name(unsigned long midr)
{
    static const struct { unsigned part; const char *name; } arm[] = {
        { 0xd03, "Cortex-A53" }, { 0xd04, "Cortex-A35" },
        { 0xd05, "Cortex-A55" }, { 0xd07, "Cortex-A57" },
        { 0xd08, "Cortex-A72" }, { 0xd0b, "Cortex-A76" },
        { 0xd0c, "Neoverse-N1" }, { 0xd40, "Neoverse-V1" },
        { 0xd41, "Cortex-A78" }, { 0xd42, "Cortex-A78AE" },
        { 0xd47, "Cortex-A710" }, { 0xd49, "Neoverse-N2" },
    };

    for (size_t i = 0; i < ARRAY_SIZE(arm); i++) {
        if (midr >> 24 == 0x41 && (midr >> 4 & 0xfff) == arm[i].part) {
            return arm[i].name;
        }
    }
    return "cores";
}

static int count_cpu_nodes(void)
{
    struct dirent **entries = NULL;
    int n = list_dir(DT_ROOT "/cpus", &entries);
    int cpus = 0;

    for (int i = 0; i < n; i++) {
        cpus += starts_with(entries[i]->d_name, "cpu@");
    }
    free_list(entries, n);
    return cpus;
}

void add_cpus(void)
{
    struct block *b = add_block("cpus", 0, NO_ADDRESS);
    char *midr = first_line("/sys/devices/system/cpu/cpu0/regs/"
                            "identification/midr_el1");
    char *method = property("/cpus/cpu@0", "enable-method", NULL);
    const char *el = logged("CPU(s) started at EL");
    int have = sysconf(_SC_NPROCESSORS_ONLN), want = count_cpu_nodes();

    if (have == want) {
        snprintf(b->detail, sizeof(b->detail), "%d %s%s%s", have,
                 core_name(strtoul(midr, NULL, 0)),
                 el && *el == '2' ? ", EL2" : "",
                 exists("/dev/kvm") ? ", KVM" : "");
    } else {
        b->state = MISSING;
        snprintf(b->detail, sizeof(b->detail), "%d of %d online", have, want);
    }
    if (method) {
        snprintf(b->driver, sizeof(b->driver), "%s", method);
    }
    free(method);
    free(midr);
}

/* The bytes of System RAM that /proc/iomem lists inside a range. */
static uint64_t ram_in(uint64_t start, uint64_t size)
{
    char *map = slurp("/proc/iomem", NULL);
    char *rest = map, *line;
    uint64_t total = 0, from, to;

    while ((line = strsep(&rest, "\n"))) {
        int name = 0;

        if (sscanf(line, "%" SCNx64 "-%" SCNx64 " : %n", &from, &to,
                   &name) == 2 && name &&
            !strcmp(line + name, "System RAM") &&
            from >= start && to - start < size) {
            total += to - from + 1;
        }
    }
    free(map);
    return total;
}

static void add_memory(void *opaque, const char *node)
{
    int cells = u32_property("", "#address-cells", 2);
    int size_cells = u32_property("", "#size-cells", 1);
    uint64_t start, want, have;
    struct block *b;
    size_t len = 0;
    char *reg, *size;

    (void)opaque;
    if (!starts_with(node, "/memory@")) {
        return;
    }
    reg = property(node, "reg", &len);
    if (!reg || len < 4 * (size_t)(cells + size_cells)) {
        free(reg);
        return;
    }
    start = be_cells((uint8_t *)reg, cells);
    want = be_cells((uint8_t *)reg + 4 * cells, size_cells);
    have = ram_in(start, want);
    b = add_block("memory", 0, NO_ADDRESS);
    set_address(b, start, false);
    snprintf(b->driver, sizeof(b->driver), "memblock");
    /* Firmware may keep a little for itself. */
    if (have < want - want / 16) {
        b->state = MISSING;
        size = size_text(want - have);
        snprintf(b->detail, sizeof(b->detail), "%s of it", size);
    } else {
        size = size_text(want);
        snprintf(b->detail, sizeof(b->detail), "%s", size);
    }
    free(size);
    free(reg);
}

void add_memories(void)
{
    for_each_child("", add_memory, NULL);
}
