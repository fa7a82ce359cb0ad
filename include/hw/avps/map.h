/*
 * avps-ecu: the memory map, as one table
 *
 * Every block of the SoC is one row of avps_map[] (hw/avps/map.c). Wiring,
 * device tree, the generated page docs/memory-map.rst and the tests are all
 * read from it; no address, size, interrupt or StreamID stands anywhere else.
 *
 * This header and map.c use plain C types only, so that tools and tests can
 * compile the table without QEMU.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef HW_AVPS_MAP_H
#define HW_AVPS_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Register frames that may be given to a VM begin on pages of this size. */
#define AVPS_PAGE 0x10000ull

#define AVPS_MAX_CPUS 8
#define AVPS_NUM_VIRTIO 32
/* Shared peripheral interrupts of the GIC (INTID 32 and up) */
#define AVPS_NUM_SPIS 480

/* Lines of the GPIO blocks that the board uses */
#define AVPS_GPIO0_POWER_KEY 3
#define AVPS_GPIO1_NOR_CS 0        /* chip select of the NOR flash, low */
#define AVPS_GPIO_SECURE_POWEROFF 0
#define AVPS_GPIO_SECURE_RESET 1

#define AVPS_RAM_MIN 0x20000000ull /* 512 MiB */
#define AVPS_RAM_MAX 0x1000000000ull /* 64 GiB */

/* What a row is made of: selects how hw/avps/blocks.c builds it. */
typedef enum {
    AVPS_KIND_UART,
    AVPS_KIND_RTC,
    AVPS_KIND_FW_CFG,
    AVPS_KIND_GPIO,
    AVPS_KIND_SECURE_GPIO,
    AVPS_KIND_VIRTIO,
    AVPS_KIND_TIMER,
    AVPS_KIND_WATCHDOG,
    AVPS_KIND_FUSE,
    AVPS_KIND_SDHCI,
    AVPS_KIND_USB,
    AVPS_KIND_ETHERNET,
    AVPS_KIND_I2C,
    AVPS_KIND_SPI,
    AVPS_KIND_PSTORE,
    AVPS_KIND_SECURE_RAM,
    AVPS_KIND_MAILBOX,
    AVPS_KIND_SCMI_SMC,
    /* Built by code of their own, because several rows make one device */
    AVPS_KIND_FLASH,
    AVPS_KIND_GIC_DIST,
    AVPS_KIND_GIC_ITS,
    AVPS_KIND_GIC_REDIST,
    AVPS_KIND_IOMMU,
    AVPS_KIND_POWER,
    AVPS_KIND_PCIE_MMIO,
    AVPS_KIND_PCIE_PIO,
    AVPS_KIND_PCIE_ECAM,
    AVPS_KIND_PCIE_MMIO_HIGH,
    AVPS_KIND_RAM,
    /* Kept free for a block that a later machine version brings */
    AVPS_KIND_RESERVED,
} AvpsKind;

#define AVPS_NO_STREAM (-1)
/* PCIe requesters have the StreamIDs below, platform masters those from here */
#define AVPS_PLATFORM_STREAMS 0x8000

/* Row flags */
#define AVPS_SECURE 0x1 /* exists with secure=on only, and in that world only */
#define AVPS_EDGE 0x2   /* its interrupts are pulses, not levels */

typedef struct AvpsMapRow {
    const char *name; /* child of /machine/soc, and name in docs and tests */
    AvpsKind kind;
    uint64_t base;    /* physical address */
    uint64_t size;    /* bytes; RAM: the largest that can be configured */
    struct {
        int spi;      /* first SPI number (INTID - 32) */
        int num_spis; /* how many, in the order of the device's outputs */
    };
    int stream;       /* StreamID at the system MMU, or AVPS_NO_STREAM */
    unsigned flags;
    const char *what; /* for people, in the generated page */
} AvpsMapRow;

/* The table, in the order of the device tree; ends with a row without name. */
extern const AvpsMapRow avps_map[];

/* The row called @name, or NULL. */
const AvpsMapRow *avps_map_find(const char *name);

/* The first row of @kind, or NULL. */
const AvpsMapRow *avps_map_find_kind(AvpsKind kind);

#endif
