/*
 * 32 virtio-mmio transports, modern, each on its own 64 KiB page; the
 * entropy source is on the last one. VIRTIO 1.1, 4.2.2.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "bare.h"

#define TRANSPORTS 32
#define MAGIC_VALUE 0x00
#define MAGIC 0x74726976 /* "virt" */
#define VERSION 0x04
#define VERSION_MODERN 2
#define DEVICE_ID 0x08
#define DEVICE_NONE 0
#define DEVICE_ENTROPY 4

static bool all_read(unsigned reg, uint32_t want)
{
    for (unsigned n = 0; n < TRANSPORTS; n++) {
        if (read32(VIRTIO_MMIO0 + n * 0x10000ull + reg) != want) {
            return false;
        }
    }
    return true;
}

int main(uint64_t device_tree)
{
    check_equal(VIRTIO_MMIO31, VIRTIO_MMIO0 + 31 * 0x10000ull,
                "transports lie 64 KiB apart");
    check(all_read(MAGIC_VALUE, MAGIC),
          "every transport shows the magic value");
    check(all_read(VERSION, VERSION_MODERN), "every transport is a modern one");
    check_equal(read32(VIRTIO_MMIO0 + DEVICE_ID), DEVICE_NONE,
                "the first one is free");
    check_equal(read32(VIRTIO_MMIO31 + DEVICE_ID), DEVICE_ENTROPY,
                "the last one has the entropy source");
    return 0;
}
