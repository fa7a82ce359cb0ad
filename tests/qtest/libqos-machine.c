/*
 * libqos machine "avps-ecu": QEMU's own device tests (qos-test) on this machine
 *
 * libqos drives virtio-mmio in its legacy layout only, where a queue is one
 * page number. The transports here are modern (VIRTIO 1.2, 4.2.2): each part
 * of a queue has an address of its own, and a queue is live when QueueReady
 * is 1. The operations that differ are replaced below.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/module.h"
#include "qemu/units.h"
#include "hw/avps/map.h"
#include "hw/i2c/imx_i2c.h"
#include "standard-headers/linux/virtio_mmio.h"
#include "standard-headers/linux/virtio_ring.h"
#include "tests/qtest/libqtest.h"
#include "tests/qtest/libqos/generic-pcihost.h"
#include "tests/qtest/libqos/i2c.h"
#include "tests/qtest/libqos/libqos-malloc.h"
#include "tests/qtest/libqos/qgraph.h"
#include "tests/qtest/libqos/sdhci.h"
#include "tests/qtest/libqos/virtio-mmio.h"

#define MACHINE "aarch64/avps-ecu"
#define PAGE_SIZE 4096
/* The device tree lies at the start of RAM; the tests' buffers keep off it. */
#define RAM_IN_USE (16 * MiB)
#define RAM_SIZE (512 * MiB)
/* Of version 2: version 3 hosts are asked for Auto-CMD23, which QEMU lacks */
#define SDHCI_VERSION 2
#define SDHCI_CAPABILITIES 0x69ec0080
#define I2C_BUS "i2c0.0"

typedef struct AvpsMachine {
    QOSGraphObject obj;
    QGuestAllocator alloc;
    QVirtioMMIODevice virtio_mmio;
    QGenericPCIHost pcihost;
    QSDHCI_MemoryMapped sdhci;
    IMXI2C i2c;
} AvpsMachine;

static uint64_t base_of(const char *block)
{
    const AvpsMapRow *row = avps_map_find(block);

    g_assert_nonnull(row);
    return row->base;
}

/* Modern virtio-mmio */

static uint32_t transport_read(QVirtioDevice *vdev, uint32_t reg)
{
    QVirtioMMIODevice *dev = container_of(vdev, QVirtioMMIODevice, vdev);

    return qtest_readl(dev->qts, dev->addr + reg);
}

static void transport_write(QVirtioDevice *vdev, uint32_t reg, uint32_t value)
{
    QVirtioMMIODevice *dev = container_of(vdev, QVirtioMMIODevice, vdev);

    qtest_writel(dev->qts, dev->addr + reg, value);
}

static void transport_write_address(QVirtioDevice *vdev, uint32_t low_reg,
                                    uint64_t address)
{
    transport_write(vdev, low_reg, address);
    transport_write(vdev, low_reg + 4, address >> 32);
}

static void modern_queue_select(QVirtioDevice *vdev, uint16_t index)
{
    transport_write(vdev, VIRTIO_MMIO_QUEUE_SEL, index);
    g_assert_cmphex(transport_read(vdev, VIRTIO_MMIO_QUEUE_READY), ==, 0);
}

static uint16_t modern_get_queue_size(QVirtioDevice *vdev)
{
    return transport_read(vdev, VIRTIO_MMIO_QUEUE_NUM_MAX);
}

static void modern_set_queue_address(QVirtioDevice *vdev, QVirtQueue *vq)
{
    transport_write_address(vdev, VIRTIO_MMIO_QUEUE_DESC_LOW, vq->desc);
    transport_write_address(vdev, VIRTIO_MMIO_QUEUE_AVAIL_LOW, vq->avail);
    transport_write_address(vdev, VIRTIO_MMIO_QUEUE_USED_LOW, vq->used);
}

static QVirtQueue *modern_virtqueue_setup(QVirtioDevice *vdev,
                                          QGuestAllocator *alloc,
                                          uint16_t index)
{
    QVirtioMMIODevice *dev = container_of(vdev, QVirtioMMIODevice, vdev);
    QVirtQueue *vq = g_new0(QVirtQueue, 1);

    modern_queue_select(vdev, index);
    vq->vdev = vdev;
    vq->index = index;
    vq->size = modern_get_queue_size(vdev);
    g_assert_cmpint(vq->size, >, 0);
    g_assert_true(is_power_of_2(vq->size));
    vq->num_free = vq->size;
    vq->align = PAGE_SIZE;
    vq->indirect = dev->features & (1ull << VIRTIO_RING_F_INDIRECT_DESC);
    vq->event = dev->features & (1ull << VIRTIO_RING_F_EVENT_IDX);

    qvring_init(dev->qts, alloc, vq,
                guest_alloc(alloc, qvring_size(vq->size, PAGE_SIZE)));
    transport_write(vdev, VIRTIO_MMIO_QUEUE_NUM, vq->size);
    modern_set_queue_address(vdev, vq);
    transport_write(vdev, VIRTIO_MMIO_QUEUE_READY, 1);
    return vq;
}

static void modern_init_device(QVirtioMMIODevice *dev, QTestState *qts,
                               uint64_t address)
{
    static QVirtioBus modern;

    qvirtio_mmio_init_device(dev, qts, address, PAGE_SIZE);
    g_assert_cmpint(dev->version, ==, 2);
    modern = qvirtio_mmio;
    modern.queue_select = modern_queue_select;
    modern.get_queue_size = modern_get_queue_size;
    modern.set_queue_address = modern_set_queue_address;
    modern.virtqueue_setup = modern_virtqueue_setup;
    dev->vdev.bus = &modern;
}

/* The machine */

static void *avps_get_driver(void *object, const char *interface)
{
    AvpsMachine *machine = object;

    g_assert_cmpstr(interface, ==, "memory");
    return &machine->alloc;
}

static QOSGraphObject *avps_get_device(void *object, const char *device)
{
    AvpsMachine *machine = object;

    if (g_str_equal(device, "virtio-mmio")) {
        return &machine->virtio_mmio.obj;
    } else if (g_str_equal(device, "generic-pcihost")) {
        return &machine->pcihost.obj;
    } else if (g_str_equal(device, "generic-sdhci")) {
        return &machine->sdhci.obj;
    } else if (g_str_equal(device, TYPE_IMX_I2C)) {
        return &machine->i2c.obj;
    }
    g_test_message("%s is not part of " MACHINE, device);
    g_assert_not_reached();
}

static void avps_destructor(QOSGraphObject *object)
{
    AvpsMachine *machine = (AvpsMachine *)object;

    alloc_destroy(&machine->alloc);
}

static void init_pcihost(AvpsMachine *machine, QTestState *qts)
{
    QGenericPCIBus *pci = &machine->pcihost.pci;
    const AvpsMapRow *window = avps_map_find("pcie-mmio");

    qos_create_generic_pcihost(&machine->pcihost, qts, &machine->alloc);
    pci->gpex_pio_base = base_of("pcie-pio");
    pci->ecam_alloc_ptr = base_of("pcie-ecam");
    pci->bus.mmio_alloc_ptr = window->base;
    pci->bus.mmio_limit = window->base + window->size;
}

static void *avps_create(QTestState *qts)
{
    AvpsMachine *machine = g_new0(AvpsMachine, 1);
    uint64_t ram = base_of("ram");
    QSDHCIProperties sdhci = {
        .version = SDHCI_VERSION,
        .capab.sdma = true,
        .capab.reg = SDHCI_CAPABILITIES,
    };

    alloc_init(&machine->alloc, 0, ram + RAM_IN_USE, ram + RAM_SIZE,
               PAGE_SIZE);
    /* An unaddressed -device takes the first transport. */
    modern_init_device(&machine->virtio_mmio, qts, base_of("virtio-mmio0"));
    init_pcihost(machine, qts);
    qos_init_sdhci_mm(&machine->sdhci, qts, base_of("sdhci0"), &sdhci);
    imx_i2c_init(&machine->i2c, qts, base_of("i2c0"));

    machine->obj.get_driver = avps_get_driver;
    machine->obj.get_device = avps_get_device;
    machine->obj.destructor = avps_destructor;
    return machine;
}

static void avps_register_nodes(void)
{
    QOSGraphEdgeOptions on_i2c0 = { .extra_device_opts = "bus=" I2C_BUS };

    /* One core: a device of vhost-user has as many queues as there are cores */
    qos_node_create_machine_args(MACHINE, avps_create, " -smp 1");
    qos_node_contains(MACHINE, "virtio-mmio", NULL);
    qos_node_contains(MACHINE, "generic-pcihost", NULL);
    qos_node_contains(MACHINE, "generic-sdhci", NULL);
    qos_node_contains(MACHINE, TYPE_IMX_I2C, &on_i2c0, NULL);
}

libqos_init(avps_register_nodes);
