/*
 * What is found on buses: cards, PCI functions, VIRTIO devices
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "report.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

void add_cards(size_t host, const struct device *dev)
{
    struct device *card = device_inside(dev, "mmc");

    if (card) {
        struct block *b = add_block("card", blocks[host].depth + 1,
                                    blocks[host].key);

        judge(b, "", card);
    } else if (dev->node && has_property(dev->node, "non-removable")) {
        /* Soldered in, it must come: the search runs in the background. */
        blocks[host].pending = true;
    }
}

/* The PCI function's class, in a short word. */
static const char *class_name(unsigned class)
{
    static const struct { unsigned class; const char *name; } names[] = {
        { 0x0100, "scsi" }, { 0x0106, "sata" }, { 0x0108, "nvme" },
        { 0x0180, "disk" }, { 0x0200, "eth" },  { 0x0280, "net" },
        { 0x0300, "gpu" },  { 0x0380, "gpu" },  { 0x0401, "snd" },
        { 0x0403, "snd" },  { 0x0604, "port" }, { 0x0780, "comm" },
        { 0x0805, "sd" },   { 0x0900, "key" },  { 0x0c03, "usb" },
        { 0x0c09, "can" },  { 0x1000, "hash" },
    };

    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        if (names[i].class == class >> 8) {
            return names[i].name;
        }
    }
    return "";
}

static const char *virtio_name(unsigned id)
{
    static const char *const names[] = {
        [1] = "net", [2] = "blk", [3] = "console", [4] = "rng",
        [5] = "balloon", [8] = "scsi", [9] = "9p", [16] = "gpu", [17] = "rtc",
        [18] = "input", [19] = "vsock", [20] = "crypto", [23] = "iommu",
        [24] = "mem", [25] = "sound", [26] = "fs", [27] = "pmem",
        [28] = "rpmb", [29] = "hwsim", [32] = "scmi", [34] = "i2c",
        [36] = "can", [41] = "gpio", [45] = "spi",
    };

    return id < ARRAY_SIZE(names) && names[id] ? names[id] : "device";
}

/* Judge the VIRTIO device behind a transport, and name the block after it. */
static void judge_virtio(struct block *b, const struct device *virtio)
{
    char *path = format("%s/device", virtio->path);
    char *id = first_line(path);

    snprintf(b->name, sizeof(b->name), "virtio-%s",
             virtio_name(strtoul(id, NULL, 0)));
    free(id);
    free(path);
    judge(b, "", virtio);
}

static void pci_irq(struct block *b, const struct device *dev)
{
    char *path = format("%s/msi_irqs", dev->path);
    int vectors = count_dir(path);

    if (vectors) {
        snprintf(b->irq, sizeof(b->irq), "MSI x%d", vectors);
    } else if (dev->driver) {
        snprintf(b->irq, sizeof(b->irq), "INTx");
    }
    free(path);
}

/* The start of the first memory window of a PCI function. */
static void pci_address(struct block *b, const struct device *dev)
{
    char *path = format("%s/resource", dev->path);
    char *bars = slurp(path, NULL);
    char *rest = bars, *line;

    while ((line = strsep(&rest, "\n"))) {
        uint64_t from, to, flags;

        if (sscanf(line, "%" SCNx64 " %" SCNx64 " %" SCNx64, &from, &to,
                   &flags) == 3 && from && flags & 0x200 /* memory */) {
            set_address(b, from, false);
            break;
        }
    }
    free(bars);
    free(path);
}

static void add_pci_function(const struct device *dev, int depth, uint64_t key)
{
    char *path = format("%s/class", dev->path);
    char *text = first_line(path);
    unsigned class = strtoul(text, NULL, 0);
    struct device *virtio;
    struct block *b;
    char *name;

    free(text);
    free(path);
    if (class >> 8 == 0x0600) {
        return;         /* the host bridge is the block above */
    }
    name = format("%s %s",
                  dev->name + (starts_with(dev->name, "0000:") ? 5 : 0),
                  class_name(class));
    b = add_block(name, depth, key);
    free(name);
    pci_address(b, dev);
    pci_irq(b, dev);
    virtio = device_inside(dev, "virtio");
    if (virtio) {
        judge_virtio(b, virtio);
    } else {
        judge(b, "", dev);
    }
}

void add_pci_functions(int depth, uint64_t key)
{
    for (size_t i = 0; i < device_count; i++) {
        if (!strcmp(devices[i].bus, "pci")) {
            add_pci_function(&devices[i], depth, key);
        }
    }
}

/* The device id register of a virtio-mmio transport; 0 when it is empty. */
static uint32_t transport_id(uint64_t address)
{
    long page = sysconf(_SC_PAGESIZE);
    int fd = open("/dev/mem", O_RDONLY | O_SYNC | O_CLOEXEC);
    uint32_t id = 0;
    uint8_t *map;

    if (fd < 0) {
        return 0;
    }
    map = mmap(NULL, page, PROT_READ, MAP_SHARED, fd, address & -page);
    if (map != MAP_FAILED) {
        id = *(volatile uint32_t *)(map + (address & (page - 1)) + 8);
        munmap(map, page);
    }
    close(fd);
    return id;
}

/* Transports without a device are counted, and make one line in the end. */
static struct {
    int total, empty;
    uint64_t first;
    char node[256];
} transports;

static bool is_transport_driver_there(void)
{
    return exists("/sys/bus/platform/drivers/virtio-mmio");
}

void add_transport(const char *node)
{
    struct device *dev = device_of_node(node);
    struct device *virtio = dev ? device_inside(dev, "virtio") : NULL;
    uint64_t address = 0;
    struct block *b;
    bool local;

    node_address(node, &address, &local);
    if (!transports.total++) {
        transports.first = address;
        snprintf(transports.node, sizeof(transports.node), "%s", node);
    }
    if (!virtio && (!is_transport_driver_there() || !transport_id(address))) {
        transports.empty++;
        return;
    }
    b = add_block("virtio", 0, KEY(address));
    set_address(b, address, false);
    node_irqs(node, b->irq, sizeof(b->irq));
    if (virtio) {
        judge_virtio(b, virtio);
    } else {
        judge(b, node, dev);
    }
}

void forget_transports(void)
{
    memset(&transports, 0, sizeof(transports));
}

void add_empty_transports(void)
{
    struct block *b;

    if (!transports.empty) {
        return;
    }
    b = add_block("virtio-mmio", 0, KEY(transports.first));
    set_address(b, transports.first, false);
    if (is_transport_driver_there()) {
        snprintf(b->driver, sizeof(b->driver), "virtio-mmio");
        snprintf(b->detail, sizeof(b->detail), "%d of %d free",
                 transports.empty, transports.total);
    } else {
        judge(b, transports.node, device_of_node(transports.node));
    }
}
