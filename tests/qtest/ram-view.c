/*
 * avps-ecu qtests: the machine's RAM as memory of the test
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include <sys/mman.h>
#include "qemu/memfd.h"
#include "tests/qtest/avps/board.h"
#include "tests/qtest/avps/ram-view.h"

/* The device tree lies at the start of RAM. */
#define FIRST_FREE (32 * MiB)
#define LAST_FREE (96 * MiB)

#define PATTERN_FACTOR 0x9e3779b97f4a7c15ull

typedef struct Range {
    uint64_t first;
    uint64_t end;
} Range;

RamView *ram_view_new(void)
{
    RamView *ram = g_new0(RamView, 1);

    ram->fd = memfd_create("avps-qtest-ram", 0);
    g_assert_cmpint(ram->fd, >=, 0);
    g_assert_cmpint(ftruncate(ram->fd, RAM_VIEW_SIZE), ==, 0);
    ram->memory = mmap(NULL, RAM_VIEW_SIZE, PROT_READ | PROT_WRITE,
                       MAP_SHARED, ram->fd, 0);
    g_assert_true(ram->memory != MAP_FAILED);
    ram->base = reg("ram", 0);
    ram->next = ram->base + FIRST_FREE;
    ram->changing = g_array_new(false, false, sizeof(Range));
    return ram;
}

void ram_view_free(RamView *ram)
{
    munmap(ram->memory, RAM_VIEW_SIZE);
    close(ram->fd);
    g_array_free(ram->changing, true);
    g_free(ram);
}

char *ram_view_options(const RamView *ram)
{
    /* The machine inherits the descriptor. */
    return g_strdup_printf("-m %d -M memory-backend=shared-ram "
                           "-object memory-backend-file,id=shared-ram,"
                           "size=%dM,share=on,mem-path=/dev/fd/%d",
                           (int)(RAM_VIEW_SIZE / MiB),
                           (int)(RAM_VIEW_SIZE / MiB), ram->fd);
}

void *ram_at(const RamView *ram, uint64_t pa, uint64_t size)
{
    g_assert_cmphex(pa, >=, ram->base);
    g_assert_cmphex(pa - ram->base, <=, RAM_VIEW_SIZE - size);
    return ram->memory + (pa - ram->base);
}

uint64_t ram_alloc(RamView *ram, uint64_t size)
{
    uint64_t pa = ROUND_UP(ram->next, size);

    g_assert_cmphex(pa + size, <=, ram->base + LAST_FREE);
    ram->next = pa + size;
    memset(ram_at(ram, pa, size), 0, size);
    return pa;
}

void ram_align(RamView *ram, uint64_t size)
{
    ram->next = ROUND_UP(ram->next, size);
}

void ram_release(RamView *ram, uint64_t mark)
{
    ram->next = mark;
}

static uint64_t pattern_at(uint64_t pa)
{
    return (pa + 8) * PATTERN_FACTOR;
}

void ram_restore_pattern(RamView *ram, uint64_t pa, uint64_t size)
{
    uint64_t *words = ram_at(ram, pa, size);

    for (uint64_t i = 0; i < size / 8; i++) {
        words[i] = pattern_at(pa + 8 * i);
    }
}

/* The address of the first word that differs, or @end */
static uint64_t first_difference(const RamView *ram, uint64_t pa, uint64_t end)
{
    const uint64_t *words = ram_at(ram, pa, end - pa);

    for (uint64_t i = 0; pa + 8 * i < end; i++) {
        if (words[i] != pattern_at(pa + 8 * i)) {
            return pa + 8 * i;
        }
    }
    return end;
}

bool ram_has_pattern(const RamView *ram, uint64_t pa, uint64_t size)
{
    return first_difference(ram, pa, pa + size) == pa + size;
}

void ram_fill_pattern(RamView *ram)
{
    g_array_set_size(ram->changing, 0);
    ram_restore_pattern(ram, ram->base, RAM_VIEW_SIZE);
    ram_may_change(ram, ram->base + FIRST_FREE, LAST_FREE - FIRST_FREE);
}

static int compare_ranges(const void *a, const void *b)
{
    const Range *left = a;
    const Range *right = b;

    return left->first < right->first ? -1 : left->first > right->first;
}

void ram_may_change(RamView *ram, uint64_t pa, uint64_t size)
{
    Range range = { pa, pa + size };

    g_array_append_val(ram->changing, range);
    g_array_sort(ram->changing, compare_ranges);
}

static void check_range(const RamView *ram, uint64_t pa, uint64_t end)
{
    uint64_t at = pa < end ? first_difference(ram, pa, end) : end;

    if (pa < end && at != end) {
        g_error("RAM has changed at 0x%" PRIx64 ", where no master may write",
                at);
    }
}

void ram_check_pattern(const RamView *ram)
{
    uint64_t pa = ram->base;

    for (guint i = 0; i < ram->changing->len; i++) {
        const Range *range = &g_array_index(ram->changing, Range, i);

        check_range(ram, pa, range->first);
        pa = MAX(pa, range->end);
    }
    check_range(ram, pa, ram->base + RAM_VIEW_SIZE);
}
