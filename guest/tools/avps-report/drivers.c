/*
 * Which driver should a device have, and why has it none?
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "report.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DRIVERS_TABLE "/etc/avps/drivers"

static char *drivers_table(void)
{
    static char *table;

    if (!table) {
        table = slurp(DRIVERS_TABLE, NULL);
    }
    return table ? table : "";
}

/* Does a row of the drivers table stand for this alias? */
static bool row_matches(const char *row, const char *alias)
{
    char pattern[512];
    size_t n = strcspn(row, "\n ");
    size_t plain = strcspn(row, "\n *?[");

    if (strncmp(row, alias, plain) || n >= sizeof(pattern)) {
        return false;       /* most rows end here: spare them fnmatch */
    }
    memcpy(pattern, row, n);
    pattern[n] = '\0';
    return plain == n ? !strcmp(pattern, alias) : !fnmatch(pattern, alias, 0);
}

static bool known_driver(const char *alias, struct driver_row *result)
{
    for (const char *row = drivers_table(); *row; ) {
        const char *end = strchrnul(row, '\n');

        if (row_matches(row, alias)) {
            char how[16] = "";

            if (sscanf(row, "%*s %63s %15s", result->module, how) == 2) {
                result->builtin = !strcmp(how, "builtin");
                return true;
            }
        }
        row = *end ? end + 1 : end;
    }
    return false;
}

bool known_driver_of_node(const char *node, struct driver_row *result)
{
    const char *at = NULL;
    bool found = false;

    while (!found && (at = next_compatible(node, at))) {
        char *alias = format("of:%s", at);

        found = known_driver(alias, result);
        free(alias);
    }
    return found;
}

bool known_driver_of_device(const struct device *dev,
                            struct driver_row *result)
{
    char *path = format("%s/modalias", dev->path);
    char *alias = first_line(path);
    bool found = *alias && !starts_with(alias, "of:") &&
                 known_driver(alias, result);

    free(alias);
    free(path);
    return found || (dev->node && known_driver_of_node(dev->node, result));
}

bool is_loaded(const char *module)
{
    char *path = format("/sys/module/%s", module);
    bool yes = exists(path);

    free(path);
    return yes;
}

/* A line there reads "DEVICE<tab>DRIVER: REASON". */
static bool deferred_reason(const char *dev, char *text, size_t size)
{
    char *list = slurp("/sys/kernel/debug/devices_deferred", NULL);
    char *rest = list, *line;
    size_t n = strlen(dev);
    bool found = false;

    while (!found && (line = strsep(&rest, "\n"))) {
        if (!strncmp(line, dev, n) && line[n] == '\t') {
            const char *reason = strstr(line, ": ");

            found = true;
            snprintf(text, size, "waits: %s",
                     reason ? reason + 2 : line + n + 1);
        }
    }
    free(list);
    return found;
}

static bool logged_failure(const char *dev, char *text, size_t size)
{
    char *start = format("%s: probe with driver ", dev);
    const char *said = logged(start);
    int error;

    free(start);
    if (!said || sscanf(said, "%*s failed with error %d", &error) != 1) {
        return false;
    }
    snprintf(text, size, "%s", strerror(-error));
    return true;
}

void explain_unbound(const struct device *dev, char *text, size_t size)
{
    if (!deferred_reason(dev->name, text, size) &&
        !logged_failure(dev->name, text, size)) {
        snprintf(text, size, "not bound");
    }
}
