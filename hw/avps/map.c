/*
 * avps-ecu: the memory map
 *
 * Below 0x0b00_0000, and from 0x0c00_0000 up, addresses and interrupts are
 * those of QEMU's "virt" machine, so that firmware built for it runs here
 * unmodified. Blocks of AVPS own 0x0b00_0000 .. 0x0bff_ffff.
 *
 * Rules:
 *  - the order of the rows is the order of the nodes in the device tree, and
 *    of the buses that an unaddressed -device is offered;
 *  - when a device has several register frames, frame n lies n pages of
 *    64 KiB above the first;
 *  - SPI 187 stays free: OP-TEE's build for QEMU uses it for itself;
 *  - PCIe requesters own the StreamIDs 0x0000 .. 0x7fff (bus, device,
 *    function), platform devices those from 0x8000.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "hw/avps/map.h"

#define MiB_ 0x100000ull
#define GiB_ 0x40000000ull

#define NO_SPI { -1, 0 }
#define SPI(n) { (n), 1 }
#define SPIS(first, count) { (first), (count) }
#define NO_DMA AVPS_NO_STREAM

#define VIRTIO(n) \
    { "virtio-mmio" #n, AVPS_KIND_VIRTIO, 0x0a000000 + (n) * AVPS_PAGE, \
      AVPS_PAGE, SPI(16 + (n)), AVPS_PLATFORM_STREAMS + (n), 0, \
      "VIRTIO transport " #n }

#define MAILBOX(n, agent) \
    { "mailbox" #n, AVPS_KIND_MAILBOX, 0x0b200000 + 2 * (n) * AVPS_PAGE, \
      2 * AVPS_PAGE, SPIS(104 + 2 * (n), 2), NO_DMA, 0, \
      "SCMI agent " #agent ": mailbox (MHU), shared memory, fast channels" }

const AvpsMapRow avps_map[] = {
    /* The anchors: where firmware for "virt" expects them */
    { "uart0", AVPS_KIND_UART, 0x09000000, 0x1000, SPI(1), NO_DMA, 0,
      "console UART (PL011)" },
    { "rtc0", AVPS_KIND_RTC, 0x09010000, 0x1000, SPI(2), NO_DMA, 0,
      "real-time clock (PL031)" },
    { "fw-cfg", AVPS_KIND_FW_CFG, 0x09020000, 0x18, NO_SPI, NO_DMA, 0,
      "QEMU firmware configuration" },
    { "gpio0", AVPS_KIND_GPIO, 0x09030000, 0x1000, SPI(7), NO_DMA, 0,
      "GPIO (PL061), line 3 is the power key" },
    { "uart-secure", AVPS_KIND_UART, 0x09040000, 0x1000, SPI(8), NO_DMA,
      AVPS_SECURE, "secure UART (PL011)" },
    { "gpio-secure", AVPS_KIND_SECURE_GPIO, 0x090b0000, 0x1000, NO_SPI,
      NO_DMA, AVPS_SECURE,
      "secure GPIO (PL061), line 0 powers off, line 1 resets" },

    /* AVPS blocks, one 64 KiB page and one hypervisor decision each */
    { "uart1", AVPS_KIND_UART, 0x0b000000, 0x1000, SPI(80), NO_DMA, 0,
      "second UART (PL011)" },
    { "gpio1", AVPS_KIND_GPIO, 0x0b010000, 0x1000, SPI(81), NO_DMA, 0,
      "GPIO (PL061), line 0 selects the NOR flash" },
    { "timer0", AVPS_KIND_TIMER, 0x0b020000, 2 * AVPS_PAGE, SPIS(82, 2),
      NO_DMA, 0, "memory-mapped generic timer: control frame, timer frame 0" },
    { "sdhci0", AVPS_KIND_SDHCI, 0x0b040000, 0x100, SPI(84), 0x8040, 0,
      "SD host controller with the eMMC" },
    { "usb0", AVPS_KIND_USB, 0x0b050000, 0x4000, SPI(85), 0x8041, 0,
      "USB host controller (xHCI)" },
    { "ethernet0", AVPS_KIND_ETHERNET, 0x0b060000, 0x1000, SPI(86), 0x8042, 0,
      "Ethernet MAC (Cadence GEM)" },
    { "i2c0", AVPS_KIND_I2C, 0x0b070000, 0x1000, SPI(87), NO_DMA, 0,
      "I2C bus 0" },
    { "i2c1", AVPS_KIND_I2C, 0x0b080000, 0x1000, SPI(88), NO_DMA, 0,
      "I2C bus 1" },
    { "i2c2", AVPS_KIND_I2C, 0x0b090000, 0x1000, SPI(89), NO_DMA, 0,
      "I2C bus 2" },
    { "spi0", AVPS_KIND_SPI, 0x0b0a0000, 0x1000, SPI(90), NO_DMA, 0,
      "SPI bus with the NOR flash" },
    { "watchdog0", AVPS_KIND_WATCHDOG, 0x0b100000, 2 * AVPS_PAGE,
      SPIS(96, 2), NO_DMA, 0,
      "generic watchdog: control frame, refresh frame; WS0, WS1" },
    { "watchdog-secure", AVPS_KIND_WATCHDOG, 0x0b120000, 2 * AVPS_PAGE,
      SPIS(98, 2), NO_DMA, AVPS_SECURE,
      "generic watchdog of the secure world: as watchdog0" },
    { "power", AVPS_KIND_POWER, 0x0b140000, 0x1000, SPI(100), NO_DMA, 0,
      "power controller; the supply's warning" },
    { "fuse", AVPS_KIND_FUSE, 0x0b150000, 0x1000, NO_SPI, NO_DMA, 0,
      "lifecycle fuse" },
    MAILBOX(0, 1), MAILBOX(1, 2), MAILBOX(2, 3), MAILBOX(3, 4),
    { "scmi-smc", AVPS_KIND_SCMI_SMC, 0x0b280000, AVPS_PAGE, NO_SPI, NO_DMA,
      0, "SCMI agent 9: shared memory of calls by SMC" },
    { "pstore", AVPS_KIND_PSTORE, 0x0bf00000, 1 * MiB_, NO_SPI, NO_DMA, 0,
      "retention RAM, survives a warm reset (ramoops)" },

    VIRTIO(0), VIRTIO(1), VIRTIO(2), VIRTIO(3),
    VIRTIO(4), VIRTIO(5), VIRTIO(6), VIRTIO(7),
    VIRTIO(8), VIRTIO(9), VIRTIO(10), VIRTIO(11),
    VIRTIO(12), VIRTIO(13), VIRTIO(14), VIRTIO(15),
    VIRTIO(16), VIRTIO(17), VIRTIO(18), VIRTIO(19),
    VIRTIO(20), VIRTIO(21), VIRTIO(22), VIRTIO(23),
    VIRTIO(24), VIRTIO(25), VIRTIO(26), VIRTIO(27),
    VIRTIO(28), VIRTIO(29), VIRTIO(30), VIRTIO(31),

    { "pcie-mmio", AVPS_KIND_PCIE_MMIO, 0x10000000, 0x2eff0000, SPIS(3, 4),
      NO_DMA, 0, "PCIe: 32-bit memory window; INTA .. INTD" },
    { "pcie-pio", AVPS_KIND_PCIE_PIO, 0x3eff0000, 0x10000, NO_SPI, NO_DMA, 0,
      "PCIe: I/O port window" },
    { "pcie-ecam", AVPS_KIND_PCIE_ECAM, 0x4010000000, 128 * MiB_, NO_SPI,
      NO_DMA, 0, "PCIe: configuration space of 128 buses" },
    { "pcie-mmio-high", AVPS_KIND_PCIE_MMIO_HIGH, 0x8000000000, 512 * GiB_,
      NO_SPI, NO_DMA, 0, "PCIe: 64-bit memory window" },

    { "gic-dist", AVPS_KIND_GIC_DIST, 0x08000000, 0x10000, NO_SPI, NO_DMA, 0,
      "GICv3 distributor" },
    { "gic-its", AVPS_KIND_GIC_ITS, 0x08080000, 0x20000, NO_SPI, NO_DMA, 0,
      "GICv3 interrupt translation service" },
    { "gic-redist", AVPS_KIND_GIC_REDIST, 0x080a0000,
      AVPS_MAX_CPUS * 0x20000ull, NO_SPI, NO_DMA, 0,
      "GICv3 redistributors, one per core" },

    { "iommu", AVPS_KIND_IOMMU, 0x09050000, 0x20000, SPIS(74, 4), NO_DMA,
      AVPS_EDGE, "IOMMU: SMMUv3, or with iommu=virtio a virtio-iommu" },

    { "flash0", AVPS_KIND_FLASH, 0x00000000, 64 * MiB_, NO_SPI, NO_DMA, 0,
      "NOR flash bank 0: firmware (secure world only with secure=on)" },
    { "flash1", AVPS_KIND_FLASH, 0x04000000, 64 * MiB_, NO_SPI, NO_DMA, 0,
      "NOR flash bank 1: firmware variables" },
    { "secure-ram", AVPS_KIND_SECURE_RAM, 0x0e000000, 16 * MiB_, NO_SPI,
      NO_DMA, AVPS_SECURE, "secure RAM" },
    { "ram", AVPS_KIND_RAM, 0x40000000, AVPS_RAM_MAX, NO_SPI, NO_DMA, 0,
      "RAM" },

    /* Planned blocks: their addresses and interrupts are promised already */
    { "can", AVPS_KIND_RESERVED, 0x0b300000, 8 * AVPS_PAGE, SPIS(112, 8),
      NO_DMA, 0, "reserved: CAN controllers 0 to 3 and their message RAM" },
    { "display", AVPS_KIND_RESERVED, 0x0b400000, 2 * MiB_, SPIS(120, 8),
      0x8060, 0, "reserved: display subsystem" },
    { "safety-island", AVPS_KIND_RESERVED, 0x0b600000, 2 * MiB_,
      SPIS(128, 4), NO_DMA, 0,
      "reserved: safety island's mailbox and shared SRAM" },
    { NULL }
};

const AvpsMapRow *avps_map_find(const char *name)
{
    for (const AvpsMapRow *row = avps_map; row->name; row++) {
        if (!strcmp(row->name, name)) {
            return row;
        }
    }
    return NULL;
}

const AvpsMapRow *avps_map_find_kind(AvpsKind kind)
{
    for (const AvpsMapRow *row = avps_map; row->name; row++) {
        if (row->kind == kind) {
            return row;
        }
    }
    return NULL;
}
