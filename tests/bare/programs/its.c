/*
 * The interrupt translation service: an event of a device becomes an LPI of
 * this core. Arm IHI 0069, chapters 5 and 12.19.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "bare.h"

#define GITS_CTLR (GIC_ITS + 0x0)
#define GITS_TYPER (GIC_ITS + 0x8)
#define GITS_TYPER_PHYSICAL (1 << 0)
#define GITS_CBASER (GIC_ITS + 0x80)
#define GITS_CWRITER (GIC_ITS + 0x88)
#define GITS_CREADR (GIC_ITS + 0x90)
#define GITS_BASER(n) (GIC_ITS + 0x100 + 8 * (n))
#define GITS_BASER_TYPE(baser) (((baser) >> 56) & 7)
#define GITS_BASER_64K (2 << 8)
#define GITS_PIDR2 (GIC_ITS + 0xffe8)
#define PIDR2_ARCH(pidr2) (((pidr2) >> 4) & 0xf)
#define TYPE_DEVICES 1
#define TYPE_COLLECTIONS 4
#define VALID (1ull << 63)

#define GICR_CTLR (GIC_REDIST + 0x0)
#define GICR_CTLR_LPIS (1 << 0)
#define GICR_TYPER (GIC_REDIST + 0x8)
#define GICR_TYPER_LPIS (1 << 0)
#define GICR_PROPBASER (GIC_REDIST + 0x70)
#define GICR_PENDBASER (GIC_REDIST + 0x78)
#define LPI_ID_BITS 16

/* RAM that the service works in, each table on a 64 KiB page */
#define TABLES 0x60000000
#define QUEUE (TABLES + 0x00000)
#define DEVICE_TABLE (TABLES + 0x10000)
#define COLLECTION_TABLE (TABLES + 0x20000)
#define TRANSLATION_TABLE (TABLES + 0x30000)
#define LPI_PENDING (TABLES + 0x40000)
#define LPI_CONFIG (TABLES + 0x50000)
#define LPI_ENABLED_PRIORITY_A0 0xa1

#define COMMAND_INT 0x03
#define COMMAND_SYNC 0x05
#define COMMAND_MAPD 0x08
#define COMMAND_MAPC 0x09
#define COMMAND_MAPTI 0x0a
#define COMMAND_INV 0x0c
#define COMMAND_SIZE 32

#define DEVICE 16ull
#define EVENT 3
#define EVENT_BITS 5
#define COLLECTION 0
#define FIRST_LPI 8192
#define LPI (FIRST_LPI + 3)

static uint64_t queue_end;

static void command(uint64_t dw0, uint64_t dw1, uint64_t dw2)
{
    write64(QUEUE + queue_end, dw0);
    write64(QUEUE + queue_end + 8, dw1);
    write64(QUEUE + queue_end + 16, dw2);
    write64(QUEUE + queue_end + 24, 0);
    queue_end += COMMAND_SIZE;
    write64(GITS_CWRITER, queue_end);
}

static void give_tables(void)
{
    for (unsigned n = 0; n < 8; n++) {
        uint64_t type = GITS_BASER_TYPE(read64(GITS_BASER(n)));

        if (type == TYPE_DEVICES) {
            write64(GITS_BASER(n), VALID | GITS_BASER_64K | DEVICE_TABLE);
        } else if (type == TYPE_COLLECTIONS) {
            write64(GITS_BASER(n), VALID | GITS_BASER_64K | COLLECTION_TABLE);
        }
    }
    write64(GITS_CBASER, VALID | QUEUE | 0xf);
    write64(GITS_CWRITER, 0);
    write32(GITS_CTLR, 1);
}

static void enable_lpis(void)
{
    *(Byte *)(LPI_CONFIG + LPI - FIRST_LPI) = LPI_ENABLED_PRIORITY_A0;
    write64(GICR_PROPBASER, LPI_CONFIG | (LPI_ID_BITS - 1));
    write64(GICR_PENDBASER, LPI_PENDING);
    write32(GICR_CTLR, GICR_CTLR_LPIS);
}

int main(uint64_t device_tree)
{
    check_equal(PIDR2_ARCH(read32(GITS_PIDR2)), 3,
                "the service is that of a GICv3");
    check(read64(GITS_TYPER) & GITS_TYPER_PHYSICAL,
          "it translates to physical LPIs");
    check(read64(GICR_TYPER) & GICR_TYPER_LPIS, "the redistributor takes LPIs");

    gic_init();
    enable_lpis();
    give_tables();
    command(COMMAND_MAPD | DEVICE << 32, EVENT_BITS - 1,
            VALID | TRANSLATION_TABLE);
    command(COMMAND_MAPC, 0, VALID | COLLECTION);
    command(COMMAND_MAPTI | DEVICE << 32, EVENT | (uint64_t)LPI << 32,
            COLLECTION);
    command(COMMAND_INV | DEVICE << 32, EVENT, 0);
    command(COMMAND_INT | DEVICE << 32, EVENT, 0);
    command(COMMAND_SYNC, 0, 0);
    check_equal(read64(GITS_CREADR), queue_end, "it takes the commands");
    check(irq_arrives(LPI),
          "an event of a device arrives as the LPI it was mapped to");
    return 0;
}
