/*
 * The command line of avps-bench
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "bench.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define USAGE_ERROR 2

#define MANY (1ull << 40)

static int usage(FILE *to, int status)
{
    fputs("usage: avps-bench sequential DEVICE SIZE COUNT\n"
          "       avps-bench scattered DEVICE SIZE COUNT\n"
          "       avps-bench random DEVICE SIZE COUNT SEED\n"
          "       avps-bench stream SENDER RECEIVER BYTES\n"
          "  sequential  COUNT reads of SIZE bytes each, from the start on\n"
          "  scattered   the same to memory pages of which no two are adjacent\n"
          "  random      reads from places that follow from SEED\n"
          "  stream      TCP from one network interface to the other, which\n"
          "              are connected outside\n"
          "Prints the bytes that were moved and the seconds it took.\n", to);
    return status;
}

/* A decimal number of that range, or the program ends. */
static uint64_t number(const char *what, const char *text, uint64_t least,
                       uint64_t most)
{
    unsigned long long value;
    char *end;

    errno = 0;
    value = strtoull(text, &end, 10);
    if (!isdigit((unsigned char)text[0]) || *end || errno || value < least ||
        value > most) {
        fprintf(stderr, "avps-bench: %s: %s is not a number from %llu to "
                "%llu\n", what, text, (unsigned long long)least,
                (unsigned long long)most);
        exit(USAGE_ERROR);
    }
    return value;
}

static void print_result(uint64_t bytes, uint64_t ns)
{
    printf("avps-bench: %llu bytes in %llu.%09llu s\n",
           (unsigned long long)bytes, (unsigned long long)(ns / 1000000000),
           (unsigned long long)(ns % 1000000000));
}

static int run_reads(enum layout layout, bool random, char **words)
{
    struct reads job = {
        .device = words[0],
        .size = number("SIZE", words[1], 1, LARGEST_READ),
        .count = number("COUNT", words[2], 1, MANY),
        .layout = layout,
        .random = random,
        .seed = random ? number("SEED", words[3], 0, MANY) : 0,
    };

    print_result(job.size * job.count, time_reads(&job));
    return 0;
}

static int run_stream(char **words)
{
    struct stream job = {
        .sender = words[0],
        .receiver = words[1],
        .bytes = number("BYTES", words[2], 1, MANY),
    };

    print_result(job.bytes, time_stream(&job));
    return 0;
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";

    if (!strcmp(what, "sequential") && argc == 5) {
        return run_reads(ONE_PIECE, false, argv + 2);
    }
    if (!strcmp(what, "scattered") && argc == 5) {
        return run_reads(SINGLE_PAGES, false, argv + 2);
    }
    if (!strcmp(what, "random") && argc == 6) {
        return run_reads(ONE_PIECE, true, argv + 2);
    }
    if (!strcmp(what, "stream") && argc == 5) {
        return run_stream(argv + 2);
    }
    if (!strcmp(what, "--help")) {
        return usage(stdout, 0);
    }
    return usage(stderr, USAGE_ERROR);
}
