/*
 * The table on the terminal
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

/* What a terminal of 80 columns shows without a wrap. */
#define LINE_WIDTH   80
#define NAME_WIDTH   13
#define ADDR_WIDTH   12
#define IRQ_WIDTH    11
#define DRIVER_WIDTH 15
#define STATE_WIDTH  (LINE_WIDTH - NAME_WIDTH - ADDR_WIDTH - IRQ_WIDTH - \
                      DRIVER_WIDTH - 4)

static bool colours;

static const char *colour(enum state state)
{
    static const char *const codes[] = {
        [OK] = "\033[32m", [MISSING] = "\033[1;31m", [NO_DRIVER] = "\033[33m",
    };

    return colours ? codes[state] : "";
}

static const char *bold(void)
{
    return colours ? "\033[1m" : "";
}

static const char *plain(void)
{
    return colours ? "\033[0m" : "";
}

static void print_rule(void)
{
    for (int i = 0; i < LINE_WIDTH; i++) {
        putchar('-');
    }
    putchar('\n');
}

static void print_header(void)
{
    struct utsname kernel;
    char *model = property("", "model", NULL);
    char *title;

    uname(&kernel);
    title = format("%s  -  what Linux %s found on this SoC",
                   model ? model : "This machine", kernel.release);
    printf("\n%s%.*s%s\n\n", bold(), LINE_WIDTH, title, plain());
    printf("%-*s %-*s %-*s %-*s %s\n", NAME_WIDTH, "BLOCK", ADDR_WIDTH,
           "ADDRESS", IRQ_WIDTH, "IRQ", DRIVER_WIDTH, "DRIVER", "STATE");
    print_rule();
    free(title);
    free(model);
}

static void print_state(const struct block *b)
{
    static const char *const words[] = {
        [OK] = "ok", [MISSING] = "missing: ", [NO_DRIVER] = "no driver",
    };
    int left = STATE_WIDTH - strlen(words[b->state]);

    if (b->state == OK && *b->detail) {
        printf("%sok%s %.*s\n", colour(OK), plain(), left - 1, b->detail);
    } else {
        printf("%s%s%.*s%s\n", colour(b->state), words[b->state], left,
               b->state == MISSING ? b->detail : "", plain());
    }
}

static void print_block(const struct block *b)
{
    int indent = 2 * b->depth;

    printf("%*s%-*.*s %-*s %-*.*s %-*.*s ", indent, "", NAME_WIDTH - indent,
           NAME_WIDTH - indent, b->name, ADDR_WIDTH, b->address, IRQ_WIDTH,
           IRQ_WIDTH, b->irq, DRIVER_WIDTH, DRIVER_WIDTH, b->driver);
    print_state(b);
}

/* What did not fit into its column is said here in full. */
static void print_reasons(void)
{
    for (size_t i = 0; i < block_count; i++) {
        const struct block *b = &blocks[i];

        if (b->state == MISSING) {
            printf("missing: %s%s%s: %s\n", b->name,
                   strcmp(b->address, "-") ? " at " : "",
                   strcmp(b->address, "-") ? b->address : "", b->detail);
        }
    }
}

void print_report(bool with_colours)
{
    colours = with_colours;
    print_header();
    for (size_t i = 0; i < block_count; i++) {
        print_block(&blocks[i]);
    }
    print_rule();
    print_reasons();
    printf("avps-report: %zu blocks, %d ok, %d missing, %d without driver\n",
           block_count, count_blocks(OK), count_blocks(MISSING),
           count_blocks(NO_DRIVER));
}
