/*
 * A loop to be timed: messages to the system control processor, or accesses
 * to its fast channels. Built by scmi.py, with LOOP and ROUNDS defined. Says
 * "!" on the console UART, runs, and says ".".
 * Arm DEN 0056 (SCMI) 4.5 and 5.1; VIRTIO 1.2, 4.2.2 and 5.17.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "scmi.h"

#define MAILBOX 0
#define VIRTIO 1
#define FAST_CHANNEL 2
/* Any other: a register of the PL061 */

#define COMMANDS (MAILBOX0 + 0x10000)       /* shared memory */
#define TX_SET (MAILBOX0 + 0x108)

#define PERFORMANCE 0x13
#define LEVEL_SET 7
#define LEVEL_GET 8
#define DESCRIBE_FASTCHANNEL 11
#define CHANNEL_ADDRESS 2                   /* word of the results */

#define GPIO_DIRECTION 0x400

/* --- Mailbox --- */

static void ask(unsigned protocol, unsigned message, unsigned words)
{
    scmi_write(COMMANDS, 0, protocol, message, words, 0);
    write32(TX_SET, 1);
    while (read32(COMMANDS + SCMI_STATUS) != SCMI_FREE) {
        relax();
    }
}

static void run_mailbox(void)
{
    for (unsigned n = 0; n < ROUNDS; n++) {
        ask(SCMI_BASE, SCMI_PROTOCOL_VERSION, 0);
    }
}

/* --- VIRTIO: descriptor 0 is the command, 1 has room for the response --- */

#define QUEUE_SIZE 8
#define REG(offset) (VIRTIO_MMIO0 + (offset))
#define NEXT 1
#define WRITE 2
#define VERSION_1 1                         /* bits of the second word */
#define ACCESS_PLATFORM 2

struct descriptor {
    uint64_t address;
    uint32_t length;
    uint16_t flags, next;
};

static struct {
    struct descriptor descriptor[QUEUE_SIZE];
    uint16_t avail[2 + QUEUE_SIZE + 2];
    uint32_t used[1 + 2 * QUEUE_SIZE + 1];
    uint32_t command[1], response[32];
} queue __attribute__((aligned(4096)));

static void write_address(uint64_t low, const void *address)
{
    write32(REG(low), (uint64_t)address);
    write32(REG(low + 4), (uint64_t)address >> 32);
}

static void start_virtio(void)
{
    queue.descriptor[0] = (struct descriptor) {
        (uint64_t)queue.command, sizeof(queue.command), NEXT, 1,
    };
    queue.descriptor[1] = (struct descriptor) {
        (uint64_t)queue.response, sizeof(queue.response), WRITE, 0,
    };
    queue.command[0] = SCMI_PROTOCOL_VERSION | SCMI_BASE << 10;
    write32(REG(0x070), 0);                 /* Status */
    write32(REG(0x070), 3);
    write32(REG(0x024), 1);                 /* DriverFeaturesSel */
    write32(REG(0x020), VERSION_1 | ACCESS_PLATFORM);
    write32(REG(0x070), 11);
    write32(REG(0x030), 0);                 /* QueueSel */
    write32(REG(0x038), QUEUE_SIZE);
    write_address(0x080, queue.descriptor);
    write_address(0x090, queue.avail);
    write_address(0x0a0, queue.used);
    write32(REG(0x044), 1);                 /* QueueReady */
    write32(REG(0x070), 15);
}

static void run_virtio(void)
{
    for (uint16_t n = 1, left = 0; ; n++) {
        write32((uint64_t)queue.avail, (uint32_t)n << 16);
        write32(REG(0x050), 0);             /* QueueNotify */
        while (read32((uint64_t)queue.used) >> 16 != n) {
            relax();
        }
        if (n == 0 && ++left == ROUNDS / 65536) {
            return;
        }
    }
}

/* --- Registers: a write and a read each --- */

static uint64_t fast_channel(unsigned message)
{
    scmi_write(COMMANDS, 0, PERFORMANCE, DESCRIBE_FASTCHANNEL, 2, 0);
    write32(COMMANDS + SCMI_STATUS, SCMI_FREE);
    write32(COMMANDS + SCMI_PAYLOAD + 4, message);
    write32(COMMANDS + SCMI_STATUS, 0);
    write32(TX_SET, 1);
    if (scmi_status(COMMANDS) != SCMI_SUCCESS) {
        stop();
    }
    return scmi_result(COMMANDS, CHANNEL_ADDRESS);
}

static void run_registers(uint64_t written, uint64_t read)
{
    uint32_t value = read32(read);

    for (unsigned n = 0; n < ROUNDS; n++) {
        *(Word *)written = value;
        value = *(Word *)read;
    }
}

int main(uint64_t device_tree)
{
    uint64_t written = GPIO1 + GPIO_DIRECTION, read = written;

    if (LOOP == VIRTIO) {
        start_virtio();
    } else if (LOOP == FAST_CHANNEL) {
        written = fast_channel(LEVEL_SET);
        read = fast_channel(LEVEL_GET);
    }
    print("!");
    if (LOOP == MAILBOX) {
        run_mailbox();
    } else if (LOOP == VIRTIO) {
        run_virtio();
    } else {
        run_registers(written, read);
    }
    print(".");
    stop();
}
