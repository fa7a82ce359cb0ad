/*
 * avps-ecu qtests: the machine's RAM as memory of the test
 *
 * The machine and the test map the same pages, so that a test can lay out
 * tables, and look at all of RAM, without a message for each word.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef TESTS_QTEST_AVPS_RAM_VIEW_H
#define TESTS_QTEST_AVPS_RAM_VIEW_H

#include "qemu/units.h"
#include "tests/qtest/libqtest.h"

#define RAM_VIEW_SIZE (512 * MiB)

typedef struct RamView {
    int fd;
    uint8_t *memory;
    uint64_t base;      /* physical address */
    uint64_t next;      /* of ram_alloc(), physical address */
    GArray *changing;   /* what ram_check_pattern() leaves out */
} RamView;

RamView *ram_view_new(void);
void ram_view_free(RamView *ram);

/* The arguments that make the machine use it; the caller frees them. */
char *ram_view_options(const RamView *ram);

/* Where the test sees the physical address @pa, with @size bytes behind it */
void *ram_at(const RamView *ram, uint64_t pa, uint64_t size);

/* Zeroed memory, aligned to its size (a power of two); a physical address */
uint64_t ram_alloc(RamView *ram, uint64_t size);

/* Let what is allocated next begin at a multiple of @size. */
void ram_align(RamView *ram, uint64_t size);

/* Give back everything that was allocated since ram->next was @mark. */
void ram_release(RamView *ram, uint64_t mark);

/*
 * Fill RAM with a pattern that differs in every word. The second function
 * fails when anything has changed since outside what ram_alloc() gave away
 * and ram_may_change() named.
 */
void ram_fill_pattern(RamView *ram);
void ram_check_pattern(const RamView *ram);
void ram_may_change(RamView *ram, uint64_t pa, uint64_t size);

/* The pattern in @size bytes at @pa again, and whether it is there */
void ram_restore_pattern(RamView *ram, uint64_t pa, uint64_t size);
bool ram_has_pattern(const RamView *ram, uint64_t pa, uint64_t size);

#endif
