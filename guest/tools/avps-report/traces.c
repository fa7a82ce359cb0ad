/*
 * Blocks that Linux serves without a device, judged by their traces
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "report.h"

#include <stdio.h>
#include <string.h>

/*
 * Each looks for what the running block leaves behind; true when it is there.
 * It may write a fact, and the name of the code in charge to b->driver.
 */
static bool trace_gic(struct block *b)
{
    const char *said = logged("GICv3: ");
    unsigned spis = 0;

    snprintf(b->driver, sizeof(b->driver), "gic-v3");
    while (said && sscanf(said, "%u SPIs", &spis) != 1) {
        said = strstr(said, "GICv3: ");
        said = said ? said + 7 : NULL;
    }
    if (spis) {
        snprintf(b->detail, sizeof(b->detail), "%u SPIs", spis);
    }
    return file_has("/proc/interrupts", "GICv3");
}

static bool trace_its(struct block *b)
{
    snprintf(b->driver, sizeof(b->driver), "gic-v3-its");
    snprintf(b->detail, sizeof(b->detail), "message interrupts");
    return logged("ITS@0x") && logged("GICv3: using LPI property table");
}

/* The rate that the log tells behind `announced`. */
static void timer_rate(struct block *b, const char *announced)
{
    const char *said = logged(announced);
    double mhz;

    if (said && sscanf(said, "%lfMHz", &mhz) == 1) {
        snprintf(b->detail, sizeof(b->detail), "%g MHz", mhz);
    }
}

static bool trace_cpu_timer(struct block *b)
{
    bool ticking = file_has("/sys/devices/system/clocksource/clocksource0/"
                            "available_clocksource", "arch_sys_counter");

    snprintf(b->driver, sizeof(b->driver), "arch_timer");
    timer_rate(b, "timer(s) running at ");          /* up to 6.17 */
    timer_rate(b, "cp15 timer running at ");
    return ticking && file_has("/proc/interrupts", "arch_timer");
}

static bool trace_mmio_timer(struct block *b)
{
    snprintf(b->driver, sizeof(b->driver), "arch_mem_timer");
    timer_rate(b, "mmio timer(s) running at ");     /* up to 6.17 */
    timer_rate(b, "mmio timer running at ");
    return file_has("/proc/interrupts", "arch_mem_timer");
}

static bool trace_psci(struct block *b)
{
    const char *said = logged("psci: PSCIv");
    int major, minor;

    snprintf(b->driver, sizeof(b->driver), "psci");
    if (!said || sscanf(said, "%d.%d", &major, &minor) != 2) {
        return false;
    }
    snprintf(b->detail, sizeof(b->detail), "version %d.%d", major, minor);
    return true;
}

static const struct {
    const char *compatible;
    bool (*trace)(struct block *);
} traces[] = {
    { "arm,gic-v3",          trace_gic },
    { "arm,gic-v3-its",      trace_its },
    { "arm,armv8-timer",     trace_cpu_timer },
    { "arm,armv7-timer-mem", trace_mmio_timer },
    { "arm,psci-0.2",        trace_psci },
    { "arm,psci-1.0",        trace_psci },
};

bool judge_by_trace(struct block *b, const char *node)
{
    for (size_t i = 0; i < ARRAY_SIZE(traces); i++) {
        if (!is_compatible(node, traces[i].compatible)) {
            continue;
        }
        b->state = OK;
        if (!traces[i].trace(b)) {
            struct driver_row row;

            b->state = known_driver_of_node(node, &row) ? MISSING : NO_DRIVER;
            snprintf(b->detail, sizeof(b->detail), "no trace of it");
        }
        return true;
    }
    return false;
}
