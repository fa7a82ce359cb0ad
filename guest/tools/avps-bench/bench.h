/*
 * avps-bench: what a disk and a network carry, as a program of the guest sees
 *
 * It moves a given amount of data and tells how long that took, by the
 * guest's monotonic clock.  Everything else is the same in every run: the
 * offsets follow from a seed, and what it does not measure (buffers,
 * connection, first use) is done before the clock starts.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef AVPS_BENCH_H
#define AVPS_BENCH_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <stdbool.h>
#include <stdint.h>

/*
 * How the memory lies that a read fills. To a device behind an IOMMU these
 * are the two extremes: one mapping, and a mapping for each page.
 */
enum layout {
    ONE_PIECE,
    SINGLE_PAGES,       /* no two of them side by side */
};

#define LARGEST_READ (1ull << 20)

struct reads {
    const char *device;
    uint64_t size;      /* bytes of one read, a multiple of the disk's block */
    uint64_t count;     /* how many, one after another */
    enum layout layout;
    bool random;        /* where `seed` says, or from the start on */
    uint64_t seed;
};

struct stream {
    const char *sender;     /* interfaces, connected outside of the guest */
    const char *receiver;
    uint64_t bytes;
};

/* Both return nanoseconds; what goes wrong ends the program. */
uint64_t time_reads(const struct reads *job);
uint64_t time_stream(const struct stream *job);

/* --- util.c --------------------------------------------------------------- */

/* Nanoseconds of the monotonic clock. */
uint64_t now(void);
/* Ends the program with a sentence, and with `errno` in words if it is set. */
void fail(const char *fmt, ...)
    __attribute__((noreturn, format(printf, 1, 2)));

#endif
