/*
 * avps-ecu qtests: driving the DMA of each kind of master
 *
 * Each access starts from the master's reset where it has one, so that what
 * an access before it left, which may have been refused, does not matter.
 *
 * VIRTIO 1.2, 4.2 and 5.4; eXtensible Host Controller Interface 1.1; SD Host
 * Controller Simplified Specification 2.00; Zynq UltraScale+ Device Technical
 * Reference Manual (UG1085), GEM; QEMU's docs/specs/edu.rst.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/bswap.h"
#include "qemu/timer.h"
#include "standard-headers/linux/virtio_config.h"
#include "standard-headers/linux/virtio_mmio.h"
#include "standard-headers/linux/virtio_ring.h"
#include "tests/qtest/avps/masters.h"

/* Steps of the virtual clock within which an engine has answered, or won't */
#define PATIENCE 20

/* The master's own memory */
#define CONTROL_A 0x0000
#define CONTROL_B 0x1000
#define CONTROL_C 0x2000
#define CONTROL_DATA 0x3000

static void write_register(Master *m, uint64_t offset, uint32_t value)
{
    qtest_writel(m->qts, m->base + offset, value);
}

static uint32_t read_register(Master *m, uint64_t offset)
{
    return qtest_readl(m->qts, m->base + offset);
}

static void write_address(Master *m, uint64_t low, uint64_t address)
{
    write_register(m, low, address);
    write_register(m, low + 4, address >> 32);
}

/* What most engines read: any bytes */
static void offer_bytes(Master *m, uint8_t *memory)
{
    master_new_data(m);
    memcpy(memory, m->data, m->engine->unit);
}

static bool wrote_bytes(const Master *m, const uint8_t *memory)
{
    return !memcmp(memory, m->data, m->engine->unit);
}

/* The bytes to write lie in the master's own memory first. */
static void prepare_bytes(Master *m)
{
    master_new_data(m);
    memcpy(m->control_memory + CONTROL_DATA, m->data, m->engine->unit);
}

static bool received_bytes(Master *m)
{
    return wrote_bytes(m, m->control_memory + CONTROL_DATA);
}

static void forget_received(Master *m)
{
    memset(m->control_memory + CONTROL_DATA, 0, m->engine->unit);
}

/* --- VIRTIO entropy source: reads descriptors, writes random bytes --- */

#define ENTROPY 64

static void virtio_run(Master *m, uint64_t descriptors)
{
    struct vring_used *used = (void *)(m->control_memory + CONTROL_C);
    uint32_t status = VIRTIO_CONFIG_S_ACKNOWLEDGE | VIRTIO_CONFIG_S_DRIVER;
    uint16_t *avail = (void *)(m->control_memory + CONTROL_B);

    memset(used, 0, sizeof(*used));
    /* One request, of descriptor 0 */
    avail[0] = 0;
    avail[1] = cpu_to_le16(1);
    avail[2] = 0;

    write_register(m, VIRTIO_MMIO_STATUS, 0);
    write_register(m, VIRTIO_MMIO_STATUS, status);
    write_register(m, VIRTIO_MMIO_DRIVER_FEATURES_SEL, 1);
    write_register(m, VIRTIO_MMIO_DRIVER_FEATURES,
                   1u << (VIRTIO_F_VERSION_1 - 32) |
                   1u << (VIRTIO_F_ACCESS_PLATFORM - 32));
    status |= VIRTIO_CONFIG_S_FEATURES_OK;
    write_register(m, VIRTIO_MMIO_STATUS, status);
    write_register(m, VIRTIO_MMIO_QUEUE_SEL, 0);
    write_register(m, VIRTIO_MMIO_QUEUE_NUM, 1);
    write_address(m, VIRTIO_MMIO_QUEUE_DESC_LOW, descriptors);
    write_address(m, VIRTIO_MMIO_QUEUE_AVAIL_LOW, m->control + CONTROL_B);
    write_address(m, VIRTIO_MMIO_QUEUE_USED_LOW, m->control + CONTROL_C);
    write_register(m, VIRTIO_MMIO_QUEUE_READY, 1);
    write_register(m, VIRTIO_MMIO_STATUS, status | VIRTIO_CONFIG_S_DRIVER_OK);
    write_register(m, VIRTIO_MMIO_QUEUE_NOTIFY, 0);
    for (int i = 0; i < PATIENCE && !used->idx; i++) {
        qtest_clock_step(m->qts, SCALE_MS);
    }
}

static void virtio_descriptor(uint8_t *memory, uint64_t buffer)
{
    struct vring_desc *desc = (void *)memory;

    desc->addr = cpu_to_le64(buffer);
    desc->len = cpu_to_le32(ENTROPY);
    desc->flags = cpu_to_le16(VRING_DESC_F_WRITE);
    desc->next = 0;
}

static void virtio_offer(Master *m, uint8_t *memory)
{
    virtio_descriptor(memory, m->control + CONTROL_DATA);
}

static bool is_random(const uint8_t *memory)
{
    for (int i = 1; i < ENTROPY; i++) {
        if (memory[i] != memory[0]) {
            return true;
        }
    }
    return false;
}

static bool virtio_read(Master *m, uint64_t iova)
{
    memset(m->control_memory + CONTROL_DATA, 0, ENTROPY);
    virtio_run(m, iova);
    return is_random(m->control_memory + CONTROL_DATA);
}

static void virtio_write(Master *m, uint64_t iova)
{
    virtio_descriptor(m->control_memory + CONTROL_A, iova);
    virtio_run(m, m->control + CONTROL_A);
}

/* Random, and not what was there: the caller had zeros or its pattern there */
static bool virtio_wrote(const Master *m, const uint8_t *memory)
{
    return is_random(memory);
}

const Engine virtio_engine = {
    .unit = ENTROPY,
    .offer = virtio_offer,
    .read = virtio_read,
    .write = virtio_write,
    .wrote = virtio_wrote,
};

/* --- xHCI: reads commands, writes their completions --- */

#define XHCI_DBOFF 0x14
#define XHCI_RTSOFF 0x18
#define XHCI_USBCMD 0x00
#define XHCI_USBCMD_RUN 1
#define XHCI_USBCMD_RESET 2
#define XHCI_CRCR 0x18
#define XHCI_CRCR_CYCLE 1
#define XHCI_ERSTSZ 0x28
#define XHCI_ERSTBA 0x30
#define XHCI_ERDP 0x38
#define XHCI_RING_TRBS 16

#define TRB_SIZE 16
#define TRB_CYCLE 1
#define TRB_NO_OP_COMMAND (23 << 10)
#define TRB_COMMAND_COMPLETION (33 << 10)
#define TRB_SUCCESS (1 << 24)

static void xhci_run(Master *m, uint64_t commands, uint64_t events)
{
    uint64_t operational = read_register(m, 0) & 0xff;
    uint64_t runtime = read_register(m, XHCI_RTSOFF);
    uint32_t *segment = (void *)(m->control_memory + CONTROL_A);

    segment[0] = cpu_to_le32(events);
    segment[1] = cpu_to_le32(events >> 32);
    segment[2] = cpu_to_le32(XHCI_RING_TRBS);
    segment[3] = 0;

    write_register(m, operational + XHCI_USBCMD, XHCI_USBCMD_RESET);
    write_register(m, runtime + XHCI_ERSTSZ, 1);
    write_address(m, runtime + XHCI_ERSTBA, m->control + CONTROL_A);
    write_address(m, runtime + XHCI_ERDP, events);
    write_address(m, operational + XHCI_CRCR, commands | XHCI_CRCR_CYCLE);
    write_register(m, operational + XHCI_USBCMD, XHCI_USBCMD_RUN);
    write_register(m, read_register(m, XHCI_DBOFF), 0);
}

/* One command, and after it one that is not the controller's */
static void xhci_command(uint8_t *memory)
{
    uint32_t *trb = (void *)memory;

    memset(trb, 0, 2 * TRB_SIZE);
    trb[3] = cpu_to_le32(TRB_NO_OP_COMMAND | TRB_CYCLE);
}

static void xhci_offer(Master *m, uint8_t *memory)
{
    xhci_command(memory);
}

/* Whether @memory has the completion of the command at the address @command */
static bool xhci_is_completion(const uint8_t *memory, uint64_t command)
{
    const uint32_t *trb = (const void *)memory;

    return (le32_to_cpu(trb[0]) | (uint64_t)le32_to_cpu(trb[1]) << 32) ==
           command &&
           le32_to_cpu(trb[2]) == TRB_SUCCESS &&
           le32_to_cpu(trb[3]) == (TRB_COMMAND_COMPLETION | TRB_CYCLE);
}

static bool xhci_read(Master *m, uint64_t iova)
{
    memset(m->control_memory + CONTROL_B, 0, XHCI_RING_TRBS * TRB_SIZE);
    xhci_run(m, iova, m->control + CONTROL_B);
    return xhci_is_completion(m->control_memory + CONTROL_B, iova);
}

static void xhci_write(Master *m, uint64_t iova)
{
    xhci_command(m->control_memory + CONTROL_C);
    xhci_run(m, m->control + CONTROL_C, iova);
}

static bool xhci_wrote(const Master *m, const uint8_t *memory)
{
    return xhci_is_completion(memory, m->control + CONTROL_C);
}

const Engine xhci_engine = {
    .unit = 2 * TRB_SIZE,
    .offer = xhci_offer,
    .read = xhci_read,
    .write = xhci_write,
    .wrote = xhci_wrote,
};

/* --- SD host with an eMMC: a sector, by SDMA --- */

#define SDHCI_DMA_ADDRESS 0x00
#define SDHCI_BLOCK_SIZE 0x04
#define SDHCI_BLOCK_COUNT 0x06
#define SDHCI_ARGUMENT 0x08
#define SDHCI_TRANSFER_MODE 0x0c
#define SDHCI_TRANSFER_DMA (1 << 0)
#define SDHCI_TRANSFER_READ (1 << 4)
#define SDHCI_COMMAND 0x0e
#define SDHCI_POWER_CONTROL 0x29
#define SDHCI_POWER_3V3 0x0f
#define SDHCI_CLOCK_CONTROL 0x2c
#define SDHCI_CLOCK_ON 0x0005
/* A transfer stops where the address crosses a multiple of 512 KiB */
#define SDHCI_BOUNDARY (7 << 12)

#define NO_RESPONSE 0
#define RESPONSE_136 1
#define RESPONSE_48 2
#define WITH_DATA (1 << 5)
#define RELATIVE_ADDRESS (1u << 16)
#define READ_SINGLE_BLOCK 17
#define WRITE_BLOCK 24
#define SECTOR 512

static void sdhci_command(Master *m, int index, uint32_t argument, int flags)
{
    write_register(m, SDHCI_ARGUMENT, argument);
    qtest_writew(m->qts, m->base + SDHCI_COMMAND, index << 8 | flags);
}

static void sdhci_start(Master *m)
{
    qtest_writew(m->qts, m->base + SDHCI_CLOCK_CONTROL, SDHCI_CLOCK_ON);
    qtest_writeb(m->qts, m->base + SDHCI_POWER_CONTROL, SDHCI_POWER_3V3);
    sdhci_command(m, 0, 0, NO_RESPONSE);
    sdhci_command(m, 1, 0x40ff8080, RESPONSE_48);
    sdhci_command(m, 2, 0, RESPONSE_136);
    sdhci_command(m, 3, RELATIVE_ADDRESS, RESPONSE_48);
    sdhci_command(m, 7, RELATIVE_ADDRESS, RESPONSE_48);
}

static void sdhci_transfer(Master *m, int command, int direction,
                           uint64_t address)
{
    g_assert_cmphex(address, <=, UINT32_MAX);
    write_register(m, SDHCI_DMA_ADDRESS, address);
    qtest_writew(m->qts, m->base + SDHCI_BLOCK_SIZE, SDHCI_BOUNDARY | SECTOR);
    qtest_writew(m->qts, m->base + SDHCI_BLOCK_COUNT, 1);
    qtest_writew(m->qts, m->base + SDHCI_TRANSFER_MODE,
                 SDHCI_TRANSFER_DMA | direction);
    sdhci_command(m, command, 0, RESPONSE_48 | WITH_DATA);
}

static void sdhci_card_to(Master *m, uint64_t address)
{
    sdhci_transfer(m, READ_SINGLE_BLOCK, SDHCI_TRANSFER_READ, address);
}

static void sdhci_card_from(Master *m, uint64_t address)
{
    sdhci_transfer(m, WRITE_BLOCK, 0, address);
}

static bool sdhci_read(Master *m, uint64_t iova)
{
    forget_received(m);
    sdhci_card_from(m, iova);
    sdhci_card_to(m, m->control + CONTROL_DATA);
    return received_bytes(m);
}

static void sdhci_write(Master *m, uint64_t iova)
{
    prepare_bytes(m);
    sdhci_card_from(m, m->control + CONTROL_DATA);
    sdhci_card_to(m, iova);
}

const Engine sdhci_engine = {
    .unit = SECTOR,
    .start = sdhci_start,
    .offer = offer_bytes,
    .read = sdhci_read,
    .write = sdhci_write,
    .wrote = wrote_bytes,
};

/* --- Cadence GEM: a frame through its own loopback --- */

#define GEM_NWCTRL 0x000
#define GEM_NWCTRL_LOOPBACK (1 << 1)
#define GEM_NWCTRL_RX (1 << 2)
#define GEM_NWCTRL_TX (1 << 3)
#define GEM_NWCTRL_START_TX (1 << 9)
#define GEM_NWCFG 0x004
#define GEM_NWCFG_PROMISCUOUS (1 << 4)
#define GEM_NWCFG_REMOVE_FCS (1 << 17)
#define GEM_DMACFG 0x010
#define GEM_DMACFG_BUFFER_1536 (0x18 << 16)
#define GEM_RX_QUEUE 0x018
#define GEM_TX_QUEUE 0x01c
#define GEM_RX_WRAP 2
#define GEM_TX_LAST (1u << 15)
#define GEM_TX_WRAP (1u << 30)
#define FRAME 64

static void gem_loop(Master *m, uint64_t from, uint64_t to)
{
    uint32_t *rx = (void *)(m->control_memory + CONTROL_A);
    uint32_t *tx = (void *)(m->control_memory + CONTROL_B);

    g_assert_cmphex(from | to, <=, UINT32_MAX);
    rx[0] = cpu_to_le32(to | GEM_RX_WRAP);
    rx[1] = 0;
    tx[0] = cpu_to_le32(from);
    tx[1] = cpu_to_le32(GEM_TX_LAST | GEM_TX_WRAP | FRAME);

    write_register(m, GEM_NWCTRL, 0);
    write_register(m, GEM_NWCFG, GEM_NWCFG_PROMISCUOUS | GEM_NWCFG_REMOVE_FCS);
    write_register(m, GEM_DMACFG, GEM_DMACFG_BUFFER_1536);
    write_register(m, GEM_RX_QUEUE, m->control + CONTROL_A);
    write_register(m, GEM_TX_QUEUE, m->control + CONTROL_B);
    write_register(m, GEM_NWCTRL, GEM_NWCTRL_LOOPBACK | GEM_NWCTRL_RX |
                   GEM_NWCTRL_TX | GEM_NWCTRL_START_TX);
}

static bool gem_read(Master *m, uint64_t iova)
{
    forget_received(m);
    gem_loop(m, iova, m->control + CONTROL_DATA);
    return received_bytes(m);
}

static void gem_write(Master *m, uint64_t iova)
{
    prepare_bytes(m);
    gem_loop(m, m->control + CONTROL_DATA, iova);
}

const Engine gem_engine = {
    .unit = FRAME,
    .offer = offer_bytes,
    .read = gem_read,
    .write = gem_write,
    .wrote = wrote_bytes,
};

/* --- QEMU's "edu" function: copies to and from its own buffer --- */

#define EDU_SOURCE 0x80
#define EDU_DESTINATION 0x88
#define EDU_COUNT 0x90
#define EDU_COMMAND 0x98
#define EDU_RUN 1
#define EDU_TO_MEMORY 2
#define EDU_BUFFER 0x40000
#define EDU_DELAY_NS (100 * SCALE_MS)
#define EDU_UNIT 64

static void edu_copy(Master *m, uint64_t from, uint64_t to, int direction)
{
    qtest_writeq(m->qts, m->base + EDU_SOURCE, from);
    qtest_writeq(m->qts, m->base + EDU_DESTINATION, to);
    qtest_writeq(m->qts, m->base + EDU_COUNT, EDU_UNIT);
    qtest_writeq(m->qts, m->base + EDU_COMMAND, EDU_RUN | direction);
    qtest_clock_step(m->qts, EDU_DELAY_NS);
    g_assert_cmphex(read_register(m, EDU_COMMAND) & EDU_RUN, ==, 0);
}

static void edu_fetch(Master *m, uint64_t address)
{
    edu_copy(m, address, EDU_BUFFER, 0);
}

static void edu_store(Master *m, uint64_t address)
{
    edu_copy(m, EDU_BUFFER, address, EDU_TO_MEMORY);
}

static bool edu_read(Master *m, uint64_t iova)
{
    forget_received(m);
    edu_fetch(m, iova);
    edu_store(m, m->control + CONTROL_DATA);
    return received_bytes(m);
}

static void edu_write(Master *m, uint64_t iova)
{
    prepare_bytes(m);
    edu_fetch(m, m->control + CONTROL_DATA);
    edu_store(m, iova);
}

const Engine edu_engine = {
    .unit = EDU_UNIT,
    .offer = offer_bytes,
    .read = edu_read,
    .write = edu_write,
    .wrote = wrote_bytes,
};
