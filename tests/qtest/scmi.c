/*
 * avps-ecu qtests: an agent of SCMI
 *
 * Arm System Control and Management Interface (DEN0056) 3.2, sections 4.1 and
 * 5.1; VIRTIO 1.2, 5.17 (SCMI device).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/bswap.h"
#include "qemu/timer.h"
#include "qemu/units.h"
#include "standard-headers/linux/virtio_config.h"
#include "standard-headers/linux/virtio_ids.h"
#include "standard-headers/linux/virtio_mmio.h"
#include "standard-headers/linux/virtio_ring.h"
#include "standard-headers/linux/virtio_scmi.h"
#include "tests/qtest/avps/scmi.h"

#define FIRST_MAILBOX 1
#define FIRST_VIRTIO 5
#define NUM_OF_EACH 4

/* Longer than any delay of the platform, and how closely it is looked at */
#define PATIENCE_NS (20 * NANOSECONDS_PER_SECOND)
#define STEP_NS SCALE_MS

typedef struct Transport {
    void (*start)(ScmiAgent *agent);
    void (*send)(ScmiAgent *agent, const void *bytes, size_t length);
    /* The number of bytes, or -1 when there is none */
    ssize_t (*receive)(ScmiAgent *agent, uint8_t *bytes);
    /* The same without doorbells, and 0 when it is over without a response */
    ssize_t (*look)(ScmiAgent *agent, uint8_t *bytes);
    ssize_t (*receive_event)(ScmiAgent *agent, uint8_t *bytes);
} Transport;

struct ScmiAgent {
    QTestState *qts;
    unsigned id;
    const Transport *transport;
    unsigned token;
    uint32_t header;            /* of the command at work */
    uint16_t sent, events;      /* over VIRTIO: since the start */
};

/* --- Mailbox --- */

uint64_t scmi_mhu(unsigned id, uint64_t offset)
{
    g_autofree char *name = g_strdup_printf("mailbox%u", id - FIRST_MAILBOX);

    return reg(name, offset);
}

uint64_t scmi_shared(unsigned id, uint64_t offset)
{
    return scmi_mhu(id, AVPS_PAGE + offset);
}

static void mailbox_start(ScmiAgent *agent)
{
}

/* The whole area at once, up to the end of the message */
static void mailbox_send(ScmiAgent *agent, const void *bytes, size_t length)
{
    uint8_t area[SCMI_AREA_HEADER + SCMI_RAW_MAX] = { 0 };

    stl_le_p(area + SCMI_AREA_FLAGS, 1);
    stl_le_p(area + SCMI_AREA_LENGTH, length);
    memcpy(area + SCMI_AREA_HEADER, bytes, length);
    qtest_memwrite(agent->qts, scmi_shared(agent->id, SCMI_A2P), area,
                   SCMI_AREA_HEADER + length);
    qtest_writel(agent->qts, scmi_mhu(agent->id, SCMI_TX_SET),
                 SCMI_DOORBELL_A2P);
}

/* A doorbell of the platform that is rung is cleared. */
static bool mailbox_rings(ScmiAgent *agent, uint32_t doorbell)
{
    if (!(qtest_readl(agent->qts, scmi_mhu(agent->id, SCMI_RX_STAT)) &
          doorbell)) {
        return false;
    }
    qtest_writel(agent->qts, scmi_mhu(agent->id, SCMI_RX_CLEAR), doorbell);
    return true;
}

static uint32_t mailbox_read(ScmiAgent *agent, uint64_t area, uint8_t *bytes,
                             ssize_t *length)
{
    uint8_t copy[SCMI_AREA_HEADER + SCMI_MAX_MESSAGE];

    qtest_memread(agent->qts, scmi_shared(agent->id, area), copy,
                  sizeof(copy));
    *length = MIN(ldl_le_p(copy + SCMI_AREA_LENGTH), SCMI_MAX_MESSAGE + 1u);
    memcpy(bytes, copy + SCMI_AREA_HEADER, MIN(*length, SCMI_MAX_MESSAGE));
    return ldl_le_p(copy + SCMI_AREA_STATUS);
}

static ssize_t mailbox_take(ScmiAgent *agent, uint64_t area, uint32_t status,
                            uint8_t *bytes)
{
    ssize_t length;

    g_assert_cmphex(mailbox_read(agent, area, bytes, &length), ==, status);
    g_assert_cmpint(length, <=, SCMI_MAX_MESSAGE);
    return length;
}

static ssize_t mailbox_look(ScmiAgent *agent, uint8_t *bytes)
{
    ssize_t length;
    uint32_t status = mailbox_read(agent, SCMI_A2P, bytes, &length);

    if (!(status & SCMI_FREE)) {
        return -1;
    }
    if (status & SCMI_ERROR) {
        return 0;
    }
    g_assert_cmpint(length, <=, SCMI_MAX_MESSAGE);
    return length;
}

static ssize_t mailbox_receive(ScmiAgent *agent, uint8_t *bytes)
{
    if (!mailbox_rings(agent, SCMI_DOORBELL_A2P)) {
        return -1;
    }
    g_assert_cmphex(qtest_readl(agent->qts,
                                scmi_mhu(agent->id, SCMI_TX_STAT)) &
                    SCMI_DOORBELL_A2P, ==, 0);
    return mailbox_take(agent, SCMI_A2P, SCMI_FREE, bytes);
}

static ssize_t mailbox_receive_event(ScmiAgent *agent, uint8_t *bytes)
{
    ssize_t length;

    if (!mailbox_rings(agent, SCMI_DOORBELL_P2A)) {
        return -1;
    }
    length = mailbox_take(agent, SCMI_P2A, 0, bytes);
    qtest_writel(agent->qts,
                 scmi_shared(agent->id, SCMI_P2A + SCMI_AREA_STATUS),
                 SCMI_FREE);
    qtest_writel(agent->qts, scmi_mhu(agent->id, SCMI_TX_SET),
                 SCMI_DOORBELL_P2A);
    return length;
}

static const Transport mailbox = {
    mailbox_start, mailbox_send, mailbox_receive, mailbox_look,
    mailbox_receive_event,
};

/* --- VIRTIO: what the agent writes lies together, and what it reads --- */

#define QUEUE_SIZE 8
#define COMMANDS 0x0000             /* queue 0 */
#define EVENTS 0x4000               /* queue 1 */

#define DESCRIPTORS 0x0000          /* of a queue */
#define AVAIL 0x0080
#define REQUEST 0x0100
#define USED 0x1000
#define ANSWER 0x1080               /* buffers, one for each descriptor */
#define ANSWER_SIZE 0x80

QEMU_BUILD_BUG_ON(sizeof(struct vring_desc) * QUEUE_SIZE > AVAIL);
QEMU_BUILD_BUG_ON(USED + 4 + 8 * QUEUE_SIZE + 2 > ANSWER);

/* In RAM apart from the device tree */
static uint64_t virtio_memory(const ScmiAgent *agent, uint64_t offset)
{
    return reg("ram", 16 * MiB + (agent->id - FIRST_VIRTIO) * AVPS_PAGE +
               offset);
}

static uint64_t virtio_reg(const ScmiAgent *agent, uint64_t offset)
{
    g_autofree char *name = g_strdup_printf("virtio-mmio%u",
                                            agent->id - FIRST_VIRTIO);

    return reg(name, offset);
}

static void write_address(ScmiAgent *agent, uint64_t low, uint64_t address)
{
    qtest_writel(agent->qts, virtio_reg(agent, low), address);
    qtest_writel(agent->qts, virtio_reg(agent, low + 4), address >> 32);
}

static void start_queue(ScmiAgent *agent, int index, uint64_t queue)
{
    QTestState *qts = agent->qts;

    qtest_memset(qts, virtio_memory(agent, queue), 0, EVENTS - COMMANDS);
    qtest_writel(qts, virtio_reg(agent, VIRTIO_MMIO_QUEUE_SEL), index);
    qtest_writel(qts, virtio_reg(agent, VIRTIO_MMIO_QUEUE_NUM), QUEUE_SIZE);
    write_address(agent, VIRTIO_MMIO_QUEUE_DESC_LOW,
                  virtio_memory(agent, queue + DESCRIPTORS));
    write_address(agent, VIRTIO_MMIO_QUEUE_AVAIL_LOW,
                  virtio_memory(agent, queue + AVAIL));
    write_address(agent, VIRTIO_MMIO_QUEUE_USED_LOW,
                  virtio_memory(agent, queue + USED));
    qtest_writel(qts, virtio_reg(agent, VIRTIO_MMIO_QUEUE_READY), 1);
}

static void set_descriptor(uint8_t *memory, int n, uint64_t address,
                           uint32_t length, uint16_t flags, uint16_t next)
{
    uint8_t *desc = memory + DESCRIPTORS + n * sizeof(struct vring_desc);

    stq_le_p(desc, address);
    stl_le_p(desc + 8, length);
    stw_le_p(desc + 12, flags);
    stw_le_p(desc + 14, next);
}

/* Every descriptor of the event queue has a buffer, and the device all. */
static void offer_all_events(ScmiAgent *agent)
{
    uint8_t memory[REQUEST] = { 0 };

    for (int n = 0; n < QUEUE_SIZE; n++) {
        set_descriptor(memory, n,
                       virtio_memory(agent, EVENTS + ANSWER + n * ANSWER_SIZE),
                       ANSWER_SIZE, VRING_DESC_F_WRITE, 0);
        stw_le_p(memory + AVAIL + 4 + 2 * n, n);
    }
    stw_le_p(memory + AVAIL + 2, QUEUE_SIZE);
    qtest_memwrite(agent->qts, virtio_memory(agent, EVENTS), memory,
                   sizeof(memory));
    qtest_writel(agent->qts, virtio_reg(agent, VIRTIO_MMIO_QUEUE_NOTIFY),
                 VIRTIO_SCMI_VQ_RX);
}

static void virtio_start(ScmiAgent *agent)
{
    QTestState *qts = agent->qts;
    uint64_t status = virtio_reg(agent, VIRTIO_MMIO_STATUS);
    uint32_t bits = VIRTIO_CONFIG_S_ACKNOWLEDGE | VIRTIO_CONFIG_S_DRIVER;

    g_assert_cmpint(qtest_readl(qts,
                                virtio_reg(agent, VIRTIO_MMIO_DEVICE_ID)),
                    ==, VIRTIO_ID_SCMI);
    qtest_writel(qts, status, 0);
    qtest_writel(qts, status, bits);
    qtest_writel(qts, virtio_reg(agent, VIRTIO_MMIO_DRIVER_FEATURES_SEL), 0);
    qtest_writel(qts, virtio_reg(agent, VIRTIO_MMIO_DRIVER_FEATURES),
                 1u << VIRTIO_SCMI_F_P2A_CHANNELS);
    qtest_writel(qts, virtio_reg(agent, VIRTIO_MMIO_DRIVER_FEATURES_SEL), 1);
    qtest_writel(qts, virtio_reg(agent, VIRTIO_MMIO_DRIVER_FEATURES),
                 1u << (VIRTIO_F_VERSION_1 - 32) |
                 1u << (VIRTIO_F_ACCESS_PLATFORM - 32));
    qtest_writel(qts, status, bits |= VIRTIO_CONFIG_S_FEATURES_OK);
    g_assert_cmphex(qtest_readl(qts, status), ==, bits);
    start_queue(agent, VIRTIO_SCMI_VQ_TX, COMMANDS);
    start_queue(agent, VIRTIO_SCMI_VQ_RX, EVENTS);
    qtest_writel(qts, status, bits | VIRTIO_CONFIG_S_DRIVER_OK);
    agent->sent = 0;
    agent->events = 0;
    offer_all_events(agent);
}

/* Descriptor 0 has the command, descriptor 1 has room for its response. */
static void virtio_send(ScmiAgent *agent, const void *bytes, size_t length)
{
    uint8_t memory[REQUEST + SCMI_RAW_MAX] = { 0 };

    set_descriptor(memory, 0, virtio_memory(agent, COMMANDS + REQUEST),
                   length, VRING_DESC_F_NEXT, 1);
    set_descriptor(memory, 1, virtio_memory(agent, COMMANDS + ANSWER),
                   ANSWER_SIZE, VRING_DESC_F_WRITE, 0);
    stw_le_p(memory + AVAIL + 2, ++agent->sent);
    memcpy(memory + REQUEST, bytes, length);
    qtest_memwrite(agent->qts, virtio_memory(agent, COMMANDS), memory,
                   REQUEST + length);
    qtest_writel(agent->qts, virtio_reg(agent, VIRTIO_MMIO_QUEUE_NOTIFY),
                 VIRTIO_SCMI_VQ_TX);
}

/* The number of bytes in the buffer that was used as the @nth, or -1 */
static ssize_t used_length(const uint8_t *used, uint16_t nth)
{
    if (lduw_le_p(used + 2) == nth) {
        return -1;
    }
    return ldl_le_p(used + 4 + 8 * (nth % QUEUE_SIZE) + 4);
}

static ssize_t virtio_receive(ScmiAgent *agent, uint8_t *bytes)
{
    uint8_t memory[ANSWER - USED + ANSWER_SIZE];
    ssize_t length;

    qtest_memread(agent->qts, virtio_memory(agent, COMMANDS + USED), memory,
                  sizeof(memory));
    length = used_length(memory, agent->sent - 1);
    if (length >= 0) {
        g_assert_cmpint(length, <=, SCMI_MAX_MESSAGE);
        memcpy(bytes, memory + (ANSWER - USED), length);
    }
    return length;
}

static ssize_t virtio_receive_event(ScmiAgent *agent, uint8_t *bytes)
{
    uint8_t used[ANSWER - USED];
    uint32_t buffer;
    ssize_t length;

    qtest_memread(agent->qts, virtio_memory(agent, EVENTS + USED), used,
                  sizeof(used));
    length = used_length(used, agent->events);
    if (length < 0) {
        return length;
    }
    buffer = ldl_le_p(used + 4 + 8 * (agent->events % QUEUE_SIZE));
    g_assert_cmpint(length, <=, SCMI_MAX_MESSAGE);
    g_assert_cmpuint(buffer, <, QUEUE_SIZE);
    qtest_memread(agent->qts,
                  virtio_memory(agent, EVENTS + ANSWER +
                                buffer * ANSWER_SIZE), bytes, length);
    /* It is the device's again. */
    qtest_writew(agent->qts,
                 virtio_memory(agent, EVENTS + AVAIL + 4 +
                               2 * (agent->events % QUEUE_SIZE)), buffer);
    agent->events++;
    qtest_writew(agent->qts, virtio_memory(agent, EVENTS + AVAIL + 2),
                 QUEUE_SIZE + agent->events);
    qtest_writel(agent->qts, virtio_reg(agent, VIRTIO_MMIO_QUEUE_NOTIFY),
                 VIRTIO_SCMI_VQ_RX);
    return length;
}

static const Transport virtio = {
    virtio_start, virtio_send, virtio_receive, virtio_receive,
    virtio_receive_event,
};

/* --- Begin and end --- */

static const Transport *transport_of(unsigned id)
{
    if (id >= FIRST_MAILBOX && id < FIRST_MAILBOX + NUM_OF_EACH) {
        return &mailbox;
    }
    g_assert_cmpuint(id, >=, FIRST_VIRTIO);
    g_assert_cmpuint(id, <, FIRST_VIRTIO + NUM_OF_EACH);
    return &virtio;
}

ScmiAgent *scmi_open(QTestState *qts, unsigned id)
{
    ScmiAgent *agent = g_new0(ScmiAgent, 1);

    agent->qts = qts;
    agent->id = id;
    agent->transport = transport_of(id);
    agent->transport->start(agent);
    return agent;
}

void scmi_close(ScmiAgent *agent)
{
    g_free(agent);
}

void scmi_reopen(ScmiAgent *agent)
{
    agent->transport->start(agent);
}

void scmi_move(ScmiAgent *agent, QTestState *loaded)
{
    agent->qts = loaded;
}

QTestState *scmi_machine(const ScmiAgent *agent)
{
    return agent->qts;
}

unsigned scmi_id(const ScmiAgent *agent)
{
    return agent->id;
}

/* --- Messages --- */

uint32_t scmi_header(unsigned protocol, unsigned type, unsigned message,
                     unsigned token)
{
    return message | type << 8 | protocol << 10 | token << 18;
}

static unsigned type_of(uint32_t header)
{
    return extract32(header, 8, 2);
}

/* A notification has no status. */
static ScmiMessage parse(const uint8_t *bytes, size_t length)
{
    ScmiMessage m = { 0 };
    size_t first = sizeof(m.header);

    g_assert_cmpuint(length, >=, first);
    g_assert_cmpuint(length % 4, ==, 0);
    m.header = ldl_le_p(bytes);
    if (type_of(m.header) != SCMI_NOTIFICATION) {
        g_assert_cmpuint(length, >=, first + 4);
        m.status = ldl_le_p(bytes + first);
        first += 4;
    }
    m.num_words = (length - first) / 4;
    for (unsigned i = 0; i < m.num_words; i++) {
        m.word[i] = ldl_le_p(bytes + first + 4 * i);
    }
    return m;
}

void scmi_begin_raw(ScmiAgent *agent, const void *bytes, size_t length)
{
    g_assert_cmpuint(length, <=, SCMI_RAW_MAX);
    agent->transport->send(agent, bytes, length);
}

bool scmi_end_raw(ScmiAgent *agent, ScmiMessage *response)
{
    uint8_t bytes[SCMI_MAX_MESSAGE];
    ssize_t length = agent->transport->look(agent, bytes);

    if (length < 0) {
        /* A command that resets a block is answered when that is done. */
        qtest_clock_step(agent->qts, 1);
        length = agent->transport->look(agent, bytes);
    }
    g_assert_cmpint(length, >=, 0);
    if (!length) {
        return false;
    }
    *response = parse(bytes, length);
    return true;
}

uint32_t scmi_begin(ScmiAgent *agent, unsigned protocol, unsigned message,
                    const uint32_t *words, unsigned num)
{
    uint8_t bytes[SCMI_RAW_MAX];

    agent->token = (agent->token + 1) % 1024;
    agent->header = scmi_header(protocol, SCMI_COMMAND, message, agent->token);
    stl_le_p(bytes, agent->header);
    for (unsigned i = 0; i < num; i++) {
        stl_le_p(bytes + 4 + 4 * i, words[i]);
    }
    scmi_begin_raw(agent, bytes, 4 + 4 * num);
    return agent->header;
}

bool scmi_poll(ScmiAgent *agent, ScmiMessage *response)
{
    uint8_t bytes[SCMI_MAX_MESSAGE];
    ssize_t length = agent->transport->receive(agent, bytes);

    if (length < 0) {
        return false;
    }
    *response = parse(bytes, length);
    return true;
}

ScmiMessage scmi_wait(ScmiAgent *agent)
{
    ScmiMessage response;

    for (int64_t ns = 0; !scmi_poll(agent, &response); ns += STEP_NS) {
        g_assert_cmpint(ns, <, PATIENCE_NS);
        qtest_clock_step(agent->qts, STEP_NS);
    }
    return response;
}

ScmiMessage scmi_send(ScmiAgent *agent, unsigned protocol, unsigned message,
                      const uint32_t *words, unsigned num)
{
    uint32_t header = scmi_begin(agent, protocol, message, words, num);
    ScmiMessage response = scmi_wait(agent);

    g_assert_cmphex(response.header, ==, header);
    if (response.status) {
        g_assert_cmpuint(response.num_words, ==, 0);
    }
    return response;
}

ScmiMessage scmi_expect(ScmiAgent *agent, unsigned protocol, unsigned message,
                        unsigned num, const uint32_t *words, unsigned args)
{
    ScmiMessage response = scmi_send(agent, protocol, message, words, args);

    g_assert_cmpint(response.status, ==, SCMI_SUCCESS);
    g_assert_cmpuint(response.num_words, ==, num);
    return response;
}

char *scmi_name(const ScmiMessage *message, unsigned first_word,
                unsigned words)
{
    char *name = g_malloc0(4 * words + 1);

    g_assert_cmpuint(first_word + words, <=, message->num_words);
    for (unsigned i = 0; i < words; i++) {
        stl_le_p(name + 4 * i, message->word[first_word + i]);
    }
    g_assert_cmpuint(strlen(name), <, 4 * words);
    return name;
}

uint64_t scmi_u64(const ScmiMessage *message, unsigned first_word)
{
    g_assert_cmpuint(first_word + 2, <=, message->num_words);
    return message->word[first_word] |
           (uint64_t)message->word[first_word + 1] << 32;
}

/* --- Events --- */

bool scmi_poll_event(ScmiAgent *agent, ScmiMessage *event)
{
    uint8_t bytes[SCMI_MAX_MESSAGE];
    ssize_t length = agent->transport->receive_event(agent, bytes);

    if (length < 0) {
        return false;
    }
    *event = parse(bytes, length);
    return true;
}

ScmiMessage scmi_wait_event(ScmiAgent *agent)
{
    ScmiMessage event;

    for (int64_t ns = 0; !scmi_poll_event(agent, &event); ns += STEP_NS) {
        g_assert_cmpint(ns, <, PATIENCE_NS);
        qtest_clock_step(agent->qts, STEP_NS);
    }
    return event;
}

static ScmiMessage wait_for(ScmiAgent *agent, unsigned protocol,
                            unsigned type, unsigned message)
{
    ScmiMessage event = scmi_wait_event(agent);

    g_assert_cmphex(extract32(event.header, 0, 18), ==,
                    scmi_header(protocol, type, message, 0));
    return event;
}

ScmiMessage scmi_wait_notification(ScmiAgent *agent, unsigned protocol,
                                   unsigned message)
{
    return wait_for(agent, protocol, SCMI_NOTIFICATION, message);
}

ScmiMessage scmi_wait_delayed(ScmiAgent *agent, unsigned protocol,
                              unsigned message)
{
    return wait_for(agent, protocol, SCMI_DELAYED_RESPONSE, message);
}

void scmi_check_no_event(ScmiAgent *agent, int64_t ns)
{
    ScmiMessage event;

    g_assert_false(scmi_poll_event(agent, &event));
    if (ns) {
        qtest_clock_step(agent->qts, ns);
        g_assert_false(scmi_poll_event(agent, &event));
    }
}

/* --- One test over all transports --- */

typedef struct Variant {
    ScmiTest *test;
    const char *options;
    unsigned id;
    const char *device;
} Variant;

static void run_variant(const void *data)
{
    const Variant *v = data;
    QTestState *qts = machine_startf("%s %s", v->options ?: "", v->device);
    ScmiAgent *agent = scmi_open(qts, v->id);

    v->test(agent);
    qtest_quit(agent->qts);
    scmi_close(agent);
}

static void add_variant(const char *path, const char *transport,
                        const Variant *variant)
{
    g_autofree char *full = g_strdup_printf("%s/%s", path, transport);

    qtest_add_data_func_full(full, g_memdup2(variant, sizeof(*variant)),
                             run_variant, g_free);
}

void scmi_add_test(const char *path, ScmiTest *test, const char *options)
{
    Variant by_mailbox = { test, options, FIRST_MAILBOX, "" };
    Variant by_virtio = { test, options, FIRST_VIRTIO,
                          "-device virtio-scmi-device" };

    add_variant(path, "mailbox", &by_mailbox);
    add_variant(path, "virtio", &by_virtio);
}
