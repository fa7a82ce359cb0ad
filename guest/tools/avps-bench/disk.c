/*
 * Reads of a disk past the page cache, one at a time
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "bench.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>

#define PAGE 4096ull
#define HUGE_PAGE (2ull << 20)

#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE 25
#endif

/* What is read before the clock starts, one part in so many */
#define WARM_UP_PART 8

/* splitmix64: a good sequence from any seed */
static uint64_t next_random(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15;

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
}

static int open_disk(const char *device, uint64_t *size)
{
    int fd = open(device, O_RDONLY | O_DIRECT | O_CLOEXEC);
    struct stat status;

    if (fd < 0 || fstat(fd, &status)) {
        fail("%s cannot be read past the page cache", device);
    }
    *size = status.st_size;
    if (S_ISBLK(status.st_mode) && ioctl(fd, BLKGETSIZE64, size)) {
        fail("%s does not tell its size", device);
    }
    return fd;
}

/*
 * Memory that is one piece for a device, too: a huge page. What the kernel
 * gives otherwise lies in few or in many pieces, as it happens, and how many
 * there are decides how long a read takes.
 */
static char *new_piece(void)
{
    char *room = mmap(NULL, 2 * HUGE_PAGE, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    char *piece = (char *)(((uintptr_t)room + HUGE_PAGE - 1) &
                           ~(HUGE_PAGE - 1));

    if (room == MAP_FAILED) {
        fail("there is no memory to read to");
    }
    memset(piece, 0, HUGE_PAGE);
    if (madvise(piece, HUGE_PAGE, MADV_COLLAPSE)) {
        fail("there is no huge page to read to");
    }
    return piece;
}

/* The parts of a buffer, in `parts`; returns how many. */
static int lay_out(const struct reads *job, char *piece, struct iovec *parts)
{
    uint64_t part = job->layout == ONE_PIECE ? job->size : PAGE;
    int n = 0;

    for (uint64_t done = 0; done < job->size; done += part, n++) {
        parts[n].iov_base = piece + 2 * done;
        parts[n].iov_len = job->size - done < part ? job->size - done : part;
    }
    return n;
}

static void read_block(int fd, const struct reads *job, uint64_t block,
                       const struct iovec *parts, int num_parts)
{
    ssize_t got = preadv(fd, parts, num_parts, block * job->size);

    if (got != (ssize_t)job->size) {
        errno = got < 0 ? errno : 0;
        fail("%s: a read at block %llu failed", job->device,
             (unsigned long long)block);
    }
}

uint64_t time_reads(const struct reads *job)
{
    uint64_t warm_up = job->count / WARM_UP_PART, seed = job->seed;
    uint64_t size, blocks, start = 0;
    struct iovec parts[LARGEST_READ / PAGE];
    int fd = open_disk(job->device, &size);
    int num_parts = lay_out(job, new_piece(), parts);

    blocks = size / job->size;
    if (!blocks) {
        errno = 0;
        fail("%s is smaller than one read", job->device);
    }
    for (uint64_t i = 0; i < warm_up + job->count; i++) {
        if (i == warm_up) {
            start = now();
        }
        read_block(fd, job, (job->random ? next_random(&seed) : i) % blocks,
                   parts, num_parts);
    }
    return now() - start;
}
