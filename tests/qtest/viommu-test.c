/*
 * avps-ecu qtest: the IOMMU that VIRTIO specifies, over all masters
 *
 * VIRTIO 1.2, 5.13. With iommu=virtio it stands where the SMMU does, in front
 * of PCIe functions and platform masters alike; an endpoint has the number
 * that is its StreamID otherwise.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/bswap.h"
#include "standard-headers/linux/virtio_config.h"
#include "standard-headers/linux/virtio_ids.h"
#include "standard-headers/linux/virtio_iommu.h"
#include "standard-headers/linux/virtio_mmio.h"
#include "standard-headers/linux/virtio_ring.h"
#include "tests/qtest/avps/board.h"
#include "tests/qtest/avps/masters.h"
#include "tests/qtest/avps/ram-view.h"

/* What masters see, above the memory that this machine has */
#define CONTROL_IOVA 0x80000000ull
#define DATA_IOVA 0x90000000ull
#define DATA_PAGE 0x10000ull
#define DEVICE_TREE_SIZE (16 * MiB)     /* at the start of RAM, written anew */
#define FIRST_DATA_PAGE (256 * MiB)

#define QUEUE_SIZE 64
#define PATIENCE 1000   /* register accesses until a request is answered */
#define REQUEST_QUEUE 0
#define EVENT_QUEUE 1

/* A queue as VIRTIO lays it out, in a page for each part */
typedef struct Queue {
    struct vring_desc *desc;
    uint16_t *avail;            /* flags, index, ring */
    struct vring_used *used;
    uint8_t *buffers;           /* of 64 bytes, one per descriptor */
    uint64_t buffers_at;
    uint16_t seen;              /* of the used ring */
} Queue;

#define BUFFER_SIZE 64

typedef struct Bench {
    RamView *ram;
    QTestState *qts;
    GPtrArray *masters;
    Queue requests;
    Queue events;
} Bench;

/* --- The device --- */

static uint32_t read_register(Bench *b, uint64_t offset)
{
    return qtest_readl(b->qts, reg("iommu", offset));
}

static void write_register(Bench *b, uint64_t offset, uint32_t value)
{
    qtest_writel(b->qts, reg("iommu", offset), value);
}

static void write_address(Bench *b, uint64_t low, uint64_t address)
{
    write_register(b, low, address);
    write_register(b, low + 4, address >> 32);
}

static uint64_t features(Bench *b)
{
    uint64_t high;

    write_register(b, VIRTIO_MMIO_DEVICE_FEATURES_SEL, 1);
    high = read_register(b, VIRTIO_MMIO_DEVICE_FEATURES);
    write_register(b, VIRTIO_MMIO_DEVICE_FEATURES_SEL, 0);
    return high << 32 | read_register(b, VIRTIO_MMIO_DEVICE_FEATURES);
}

static uint64_t bypass_register(void)
{
    return reg("iommu", VIRTIO_MMIO_CONFIG +
               offsetof(struct virtio_iommu_config, bypass));
}

static void queue_start(Bench *b, Queue *q, int index)
{
    uint64_t desc = ram_alloc(b->ram, 4 * KiB);
    uint64_t avail = ram_alloc(b->ram, 4 * KiB);
    uint64_t used = ram_alloc(b->ram, 4 * KiB);

    q->buffers_at = ram_alloc(b->ram, QUEUE_SIZE * BUFFER_SIZE);
    q->desc = ram_at(b->ram, desc, 4 * KiB);
    q->avail = ram_at(b->ram, avail, 4 * KiB);
    q->used = ram_at(b->ram, used, 4 * KiB);
    q->buffers = ram_at(b->ram, q->buffers_at, QUEUE_SIZE * BUFFER_SIZE);
    q->seen = 0;
    write_register(b, VIRTIO_MMIO_QUEUE_SEL, index);
    g_assert_cmpint(read_register(b, VIRTIO_MMIO_QUEUE_NUM_MAX), >=,
                    QUEUE_SIZE);
    write_register(b, VIRTIO_MMIO_QUEUE_NUM, QUEUE_SIZE);
    write_address(b, VIRTIO_MMIO_QUEUE_DESC_LOW, desc);
    write_address(b, VIRTIO_MMIO_QUEUE_AVAIL_LOW, avail);
    write_address(b, VIRTIO_MMIO_QUEUE_USED_LOW, used);
    write_register(b, VIRTIO_MMIO_QUEUE_READY, 1);
}

static void set_descriptor(Queue *q, int n, size_t length, uint16_t flags)
{
    q->desc[n].addr = cpu_to_le64(q->buffers_at + n * BUFFER_SIZE);
    q->desc[n].len = cpu_to_le32(length);
    q->desc[n].flags = cpu_to_le16(flags);
    q->desc[n].next = cpu_to_le16(n + 1);
}

static void make_available(Queue *q, uint16_t descriptor)
{
    uint16_t index = le16_to_cpu(q->avail[1]);

    q->avail[2 + index % QUEUE_SIZE] = cpu_to_le16(descriptor);
    q->avail[1] = cpu_to_le16(index + 1);
}

static void device_start(Bench *b)
{
    uint32_t status = VIRTIO_CONFIG_S_ACKNOWLEDGE | VIRTIO_CONFIG_S_DRIVER;

    write_register(b, VIRTIO_MMIO_STATUS, 0);
    write_register(b, VIRTIO_MMIO_STATUS, status);
    write_register(b, VIRTIO_MMIO_DRIVER_FEATURES_SEL, 0);
    write_register(b, VIRTIO_MMIO_DRIVER_FEATURES, features(b));
    write_register(b, VIRTIO_MMIO_DRIVER_FEATURES_SEL, 1);
    write_register(b, VIRTIO_MMIO_DRIVER_FEATURES,
                   1u << (VIRTIO_F_VERSION_1 - 32));
    status |= VIRTIO_CONFIG_S_FEATURES_OK;
    write_register(b, VIRTIO_MMIO_STATUS, status);
    g_assert_cmphex(read_register(b, VIRTIO_MMIO_STATUS), ==, status);
    queue_start(b, &b->requests, REQUEST_QUEUE);
    queue_start(b, &b->events, EVENT_QUEUE);
    write_register(b, VIRTIO_MMIO_STATUS, status | VIRTIO_CONFIG_S_DRIVER_OK);
    for (int i = 0; i < QUEUE_SIZE; i++) {
        set_descriptor(&b->events, i, sizeof(struct virtio_iommu_fault),
                       VRING_DESC_F_WRITE);
        make_available(&b->events, i);
    }
    write_register(b, VIRTIO_MMIO_QUEUE_NOTIFY, EVENT_QUEUE);
}

/* A notification is heard when the main loop comes round. */
static void wait_for_used(Bench *b, Queue *q, uint16_t index)
{
    for (int i = 0; le16_to_cpu(q->used->idx) != index; i++) {
        g_assert_cmpint(i, <, PATIENCE);
        read_register(b, VIRTIO_MMIO_STATUS);
    }
}

/* One request; the status that its tail comes back with */
static int request(Bench *b, const void *head, size_t length)
{
    Queue *q = &b->requests;
    struct virtio_iommu_req_tail *tail = (void *)(q->buffers + BUFFER_SIZE);

    memcpy(q->buffers, head, length);
    tail->status = 0xff;
    set_descriptor(q, 0, length, VRING_DESC_F_NEXT);
    set_descriptor(q, 1, sizeof(*tail), VRING_DESC_F_WRITE);
    make_available(q, 0);
    write_register(b, VIRTIO_MMIO_QUEUE_NOTIFY, REQUEST_QUEUE);
    wait_for_used(b, q, ++q->seen);
    return tail->status;
}

#define REQUEST(b, r) \
    request(b, &(r), sizeof(r) - sizeof(struct virtio_iommu_req_tail))

static int attach(Bench *b, uint32_t domain, uint32_t endpoint, int flags)
{
    struct virtio_iommu_req_attach r = {
        .head.type = VIRTIO_IOMMU_T_ATTACH,
        .domain = cpu_to_le32(domain),
        .endpoint = cpu_to_le32(endpoint),
        .flags = cpu_to_le32(flags),
    };

    return REQUEST(b, r);
}

static int detach(Bench *b, uint32_t domain, uint32_t endpoint)
{
    struct virtio_iommu_req_detach r = {
        .head.type = VIRTIO_IOMMU_T_DETACH,
        .domain = cpu_to_le32(domain),
        .endpoint = cpu_to_le32(endpoint),
    };

    return REQUEST(b, r);
}

static int map(Bench *b, uint32_t domain, uint64_t iova, uint64_t pa,
               uint64_t size, int flags)
{
    struct virtio_iommu_req_map r = {
        .head.type = VIRTIO_IOMMU_T_MAP,
        .domain = cpu_to_le32(domain),
        .virt_start = cpu_to_le64(iova),
        .virt_end = cpu_to_le64(iova + size - 1),
        .phys_start = cpu_to_le64(pa),
        .flags = cpu_to_le32(flags),
    };

    return REQUEST(b, r);
}

static int unmap(Bench *b, uint32_t domain, uint64_t iova, uint64_t size)
{
    struct virtio_iommu_req_unmap r = {
        .head.type = VIRTIO_IOMMU_T_UNMAP,
        .domain = cpu_to_le32(domain),
        .virt_start = cpu_to_le64(iova),
        .virt_end = cpu_to_le64(iova + size - 1),
    };

    return REQUEST(b, r);
}

#define MAP_READ VIRTIO_IOMMU_MAP_F_READ
#define MAP_BOTH (VIRTIO_IOMMU_MAP_F_READ | VIRTIO_IOMMU_MAP_F_WRITE)

/* The next fault; its buffer goes back to the device. */
static bool next_fault(Bench *b, struct virtio_iommu_fault *fault)
{
    Queue *q = &b->events;
    uint32_t id;

    if (le16_to_cpu(q->used->idx) == q->seen) {
        return false;
    }
    id = le32_to_cpu(q->used->ring[q->seen++ % QUEUE_SIZE].id);
    memcpy(fault, q->buffers + id * BUFFER_SIZE, sizeof(*fault));
    make_available(q, id);
    return true;
}

static void assert_no_fault(Bench *b)
{
    struct virtio_iommu_fault fault;

    g_assert_false(next_fault(b, &fault));
}

/* One fault at least, and all of the same endpoint and reason */
static void assert_faults(Bench *b, const Master *m, int reason, int flags)
{
    struct virtio_iommu_fault fault;
    bool first = true;

    while (next_fault(b, &fault)) {
        g_assert_cmpint(fault.reason, ==, reason);
        g_assert_cmphex(le32_to_cpu(fault.endpoint), ==, m->stream);
        g_assert_cmphex(le32_to_cpu(fault.flags) & flags, ==, flags);
        if (first && flags & VIRTIO_IOMMU_FAULT_F_ADDRESS) {
            g_assert_cmphex(le64_to_cpu(fault.address), ==, DATA_IOVA);
        }
        first = false;
    }
    if (first) {
        g_error("%s: a refused access left no fault", m->name);
    }
}

/* --- The machine --- */

static uint64_t data_page(Bench *b, const Master *m)
{
    guint index;

    g_assert_true(g_ptr_array_find(b->masters, m, &index));
    return reg("ram", FIRST_DATA_PAGE) + index * 2 * DATA_PAGE;
}

static uint64_t control_page(Bench *b, const Master *m)
{
    return data_page(b, m) + DATA_PAGE;
}

static uint8_t *data_memory(Bench *b, const Master *m)
{
    return ram_at(b->ram, data_page(b, m), DATA_PAGE);
}

static uint8_t *control_memory(Bench *b, const Master *m)
{
    return ram_at(b->ram, control_page(b, m), DATA_PAGE);
}

static void start_virtual(Bench *b, Master *m)
{
    master_start(m, CONTROL_IOVA, control_memory(b, m));
}

static void start_physical(Bench *b, Master *m)
{
    master_start(m, control_page(b, m), control_memory(b, m));
}

static Master *master_at(Bench *b, guint i)
{
    return g_ptr_array_index(b->masters, i % b->masters->len);
}

static Bench *bench_new(const char *options)
{
    Bench *b = g_new0(Bench, 1);
    g_autofree char *memory = NULL;
    g_autofree char *masters = masters_options();

    b->ram = ram_view_new();
    memory = ram_view_options(b->ram);
    b->qts = machine_startf("-M iommu=virtio %s %s %s", memory, masters,
                            options);
    b->masters = masters_find(b->qts, true);
    g_assert_cmpint(b->masters->len, >=, AVPS_NUM_VIRTIO + 6);
    ram_fill_pattern(b->ram);
    for (guint i = 0; i < b->masters->len; i++) {
        ram_may_change(b->ram, control_page(b, master_at(b, i)), DATA_PAGE);
    }
    device_start(b);
    return b;
}

static void bench_free(Bench *b)
{
    ram_check_pattern(b->ram);
    qtest_quit(b->qts);
    masters_free(b->masters);
    ram_view_free(b->ram);
    g_free(b);
}

/* --- Accesses --- */

static void restore(Bench *b, const Master *m)
{
    ram_restore_pattern(b->ram, data_page(b, m), DATA_PAGE);
}

static bool can_read(Bench *b, Master *m, uint64_t iova)
{
    bool done;

    m->engine->offer(m, data_memory(b, m));
    done = m->engine->read(m, iova);
    restore(b, m);
    return done;
}

/* What it may not write stays as it is. */
static bool can_write(Bench *b, Master *m, uint64_t iova)
{
    bool done;

    m->engine->write(m, iova);
    if (ram_has_pattern(b->ram, data_page(b, m), DATA_PAGE)) {
        return false;
    }
    done = m->engine->wrote(m, data_memory(b, m));
    g_assert_true(done);
    restore(b, m);
    return true;
}

static void assert_works(Bench *b, Master *m)
{
    if (!can_read(b, m, DATA_IOVA) || !can_write(b, m, DATA_IOVA)) {
        g_error("%s cannot use what is mapped for it", m->name);
    }
    assert_no_fault(b);
}

/* A domain of its own for a master, which is the number of its endpoint */
static void give_domain(Bench *b, Master *m, int flags)
{
    g_assert_cmpint(attach(b, m->stream, m->stream, 0), ==,
                    VIRTIO_IOMMU_S_OK);
    g_assert_cmpint(map(b, m->stream, CONTROL_IOVA, control_page(b, m),
                        DATA_PAGE, MAP_BOTH), ==, VIRTIO_IOMMU_S_OK);
    if (flags) {
        g_assert_cmpint(map(b, m->stream, DATA_IOVA, data_page(b, m),
                            DATA_PAGE, flags), ==, VIRTIO_IOMMU_S_OK);
    }
    start_virtual(b, m);
}

static void for_each_master(Bench *b, void (*scenario)(Bench *, Master *))
{
    for (guint i = 0; i < b->masters->len; i++) {
        g_test_message("%s", master_at(b, i)->name);
        scenario(b, master_at(b, i));
    }
}

/* --- Tests --- */

static void test_device(void)
{
    Bench *b = bench_new("");
    const uint64_t wanted = 1ull << VIRTIO_F_VERSION_1 |
                            1 << VIRTIO_IOMMU_F_INPUT_RANGE |
                            1 << VIRTIO_IOMMU_F_DOMAIN_RANGE |
                            1 << VIRTIO_IOMMU_F_MAP_UNMAP |
                            1 << VIRTIO_IOMMU_F_PROBE |
                            1 << VIRTIO_IOMMU_F_BYPASS_CONFIG;
    uint64_t config = reg("iommu", VIRTIO_MMIO_CONFIG);

    g_assert_cmpint(read_register(b, VIRTIO_MMIO_DEVICE_ID), ==,
                    VIRTIO_ID_IOMMU);
    g_assert_cmphex(features(b) & wanted, ==, wanted);
    /* Pages of 4 KiB, whatever the host has */
    g_assert_cmphex(qtest_readl(b->qts, config) & 0x1fff, ==, 0x1000);
    bench_free(b);
}

static void check_translated(Bench *b, Master *m)
{
    give_domain(b, m, MAP_BOTH);
    assert_works(b, m);
}

static void test_translated(void)
{
    Bench *b = bench_new("");

    for_each_master(b, check_translated);
    bench_free(b);
}

static void check_refused(Bench *b, Master *m)
{
    give_domain(b, m, 0);
    g_assert_false(can_read(b, m, DATA_IOVA));
    assert_faults(b, m, VIRTIO_IOMMU_FAULT_R_MAPPING,
                  VIRTIO_IOMMU_FAULT_F_ADDRESS);
    g_assert_false(can_write(b, m, DATA_IOVA));
    assert_faults(b, m, VIRTIO_IOMMU_FAULT_R_MAPPING,
                  VIRTIO_IOMMU_FAULT_F_ADDRESS);

    g_assert_cmpint(map(b, m->stream, DATA_IOVA, data_page(b, m), DATA_PAGE,
                        MAP_READ), ==, VIRTIO_IOMMU_S_OK);
    g_assert_true(can_read(b, m, DATA_IOVA));
    assert_no_fault(b);
    g_assert_false(can_write(b, m, DATA_IOVA));
    assert_faults(b, m, VIRTIO_IOMMU_FAULT_R_MAPPING,
                  VIRTIO_IOMMU_FAULT_F_WRITE | VIRTIO_IOMMU_FAULT_F_ADDRESS);
}

static void test_refused(void)
{
    Bench *b = bench_new("");

    for_each_master(b, check_refused);
    bench_free(b);
}

/* What is taken away is gone at once, and can be given again. */
static void check_unmapped(Bench *b, Master *m)
{
    for (int round = 0; round < 2; round++) {
        if (round == 0) {
            give_domain(b, m, MAP_BOTH);
        } else {
            g_assert_cmpint(map(b, m->stream, DATA_IOVA, data_page(b, m),
                                DATA_PAGE, MAP_BOTH), ==, VIRTIO_IOMMU_S_OK);
        }
        assert_works(b, m);
        g_assert_cmpint(unmap(b, m->stream, DATA_IOVA, DATA_PAGE), ==,
                        VIRTIO_IOMMU_S_OK);
        g_assert_false(can_write(b, m, DATA_IOVA));
        assert_faults(b, m, VIRTIO_IOMMU_FAULT_R_MAPPING, 0);
    }
}

static void test_unmapped(void)
{
    Bench *b = bench_new("");

    for_each_master(b, check_unmapped);
    bench_free(b);
}

/* All at one address: each has its own page, and no way to its neighbour's. */
static void test_domains_are_apart(void)
{
    Bench *b = bench_new("");

    for (guint i = 0; i < b->masters->len; i++) {
        give_domain(b, master_at(b, i), MAP_BOTH);
    }
    for (guint i = 0; i < b->masters->len; i++) {
        Master *m = master_at(b, i);
        Master *victim = master_at(b, i + 1);

        assert_works(b, m);
        m->engine->write(m, data_page(b, victim));
        assert_faults(b, m, VIRTIO_IOMMU_FAULT_R_MAPPING, 0);
        g_assert_true(ram_has_pattern(b->ram, data_page(b, victim),
                                      DATA_PAGE));
    }
    /* One that is detached leaves the others as they are. */
    qtest_writeb(b->qts, bypass_register(), 0);
    for (guint i = 0; i + 1 < b->masters->len; i++) {
        Master *m = master_at(b, i);

        g_assert_cmpint(detach(b, m->stream, m->stream), ==,
                        VIRTIO_IOMMU_S_OK);
        g_assert_false(can_write(b, m, DATA_IOVA));
        while (next_fault(b, &(struct virtio_iommu_fault) {})) {
            /* Of this one, by what reason ever */
        }
        assert_works(b, master_at(b, i + 1));
    }
    bench_free(b);
}

/* One domain, two endpoints: both see the same. */
static void test_shared_domain(void)
{
    Bench *b = bench_new("");
    Master *platform = masters_get(b->masters, "ethernet0");
    Master *pci = masters_get(b->masters, "pci-00:02.0");

    give_domain(b, platform, MAP_BOTH);
    g_assert_cmpint(attach(b, platform->stream, pci->stream, 0), ==,
                    VIRTIO_IOMMU_S_OK);
    master_start(pci, CONTROL_IOVA, control_memory(b, platform));
    assert_works(b, platform);
    pci->engine->write(pci, DATA_IOVA);
    g_assert_true(pci->engine->wrote(pci, data_memory(b, platform)));
    restore(b, platform);
    assert_no_fault(b);
    bench_free(b);
}

/* --- What endpoints without a domain may do --- */

static void check_physical(Bench *b, bool allowed)
{
    for (guint i = 0; i < b->masters->len; i++) {
        Master *m = master_at(b, i);

        start_physical(b, m);
        if (can_read(b, m, data_page(b, m)) != allowed ||
            can_write(b, m, data_page(b, m)) != allowed) {
            g_error("%s: physical addresses are %s", m->name,
                    allowed ? "refused" : "let through");
        }
    }
}

static void test_bypass(void)
{
    Bench *b = bench_new("-M dma-default=bypass");

    g_assert_cmpint(qtest_readb(b->qts, bypass_register()), ==, 1);
    check_physical(b, true);
    qtest_writeb(b->qts, bypass_register(), 0);
    check_physical(b, false);
    qtest_writeb(b->qts, bypass_register(), 1);
    check_physical(b, true);
    bench_free(b);
}

static void test_abort(void)
{
    Bench *b = bench_new("-M dma-default=abort");

    for (int boot = 0; boot < 2; boot++) {
        g_assert_cmpint(qtest_readb(b->qts, bypass_register()), ==, 0);
        check_physical(b, false);
        /* What software allows does not outlive it. */
        qtest_writeb(b->qts, bypass_register(), 1);
        check_physical(b, true);
        qtest_system_reset(b->qts);
        masters_free(b->masters);
        b->masters = masters_find(b->qts, true);
        ram_restore_pattern(b->ram, b->ram->base, DEVICE_TREE_SIZE);
        device_start(b);
    }
    bench_free(b);
}

/* An endpoint may be let through alone. */
static void test_bypass_domain(void)
{
    Bench *b = bench_new("-M dma-default=abort");
    Master *m = masters_get(b->masters, "ethernet0");
    Master *other = masters_get(b->masters, "usb0");

    g_assert_cmpint(attach(b, 1, m->stream, VIRTIO_IOMMU_ATTACH_F_BYPASS), ==,
                    VIRTIO_IOMMU_S_OK);
    start_physical(b, m);
    g_assert_true(can_read(b, m, data_page(b, m)));
    g_assert_true(can_write(b, m, data_page(b, m)));
    start_physical(b, other);
    g_assert_false(can_write(b, other, data_page(b, other)));
    bench_free(b);
}

/* --- Requests that are refused --- */

static void test_errors(void)
{
    Bench *b = bench_new("");
    Master *m = masters_get(b->masters, "ethernet0");
    const struct virtio_iommu_req_attach unknown = { .head.type = 0x77 };

    g_assert_cmpint(REQUEST(b, unknown), ==, VIRTIO_IOMMU_S_UNSUPP);
    g_assert_cmpint(attach(b, 1, 0x7fff, 0), ==, VIRTIO_IOMMU_S_NOENT);
    g_assert_cmpint(attach(b, 1, m->stream, 0x80), ==, VIRTIO_IOMMU_S_INVAL);
    g_assert_cmpint(map(b, 99, DATA_IOVA, data_page(b, m), DATA_PAGE,
                        MAP_BOTH), ==, VIRTIO_IOMMU_S_NOENT);
    give_domain(b, m, MAP_BOTH);
    g_assert_cmpint(map(b, m->stream, DATA_IOVA + 0x1000, data_page(b, m),
                        DATA_PAGE, MAP_BOTH), ==, VIRTIO_IOMMU_S_INVAL);
    g_assert_cmpint(unmap(b, m->stream, DATA_IOVA, 0x1000), ==,
                    VIRTIO_IOMMU_S_RANGE);
    g_assert_cmpint(detach(b, m->stream + 1, m->stream), !=,
                    VIRTIO_IOMMU_S_OK);
    assert_works(b, m);
    bench_free(b);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("/viommu/device", test_device);
    qtest_add_func("/viommu/translated", test_translated);
    qtest_add_func("/viommu/refused", test_refused);
    qtest_add_func("/viommu/unmapped", test_unmapped);
    qtest_add_func("/viommu/domains-are-apart", test_domains_are_apart);
    qtest_add_func("/viommu/shared-domain", test_shared_domain);
    qtest_add_func("/viommu/bypass", test_bypass);
    qtest_add_func("/viommu/abort", test_abort);
    qtest_add_func("/viommu/bypass-domain", test_bypass_domain);
    qtest_add_func("/viommu/errors", test_errors);
    return g_test_run();
}
