/*
 * avps-ecu qtest: hostile agents of SCMI
 *
 * Arm System Control and Management Interface (DEN0056) 3.2, section 4.1;
 * VIRTIO 1.2, 5.17.
 *
 * One agent sends nonsense of several sorts, from fixed seeds; the platform
 * gives each a defined end. Another one goes on with a conversation of its
 * own, and notices nothing.
 *
 * Set AVPS_FUZZ_MESSAGES for another number of messages, and AVPS_FUZZ_SEED
 * for another seed.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/bitops.h"
#include "qemu/bswap.h"
#include "qemu/timer.h"
#include "tests/qtest/avps/scmi.h"

#define MESSAGES 100000
#define SEED 0x5c3103u
/* How often the other agent asks, and how often time goes by */
#define WITNESS_EVERY 500
#define STEP_EVERY 100

#define WHO_AM_I 7
#define ME 0xffffffff

/* Agents that have no power over the machine itself: not the trusted one */
#define MAILBOX_AGENT 2
#define VIRTIO_AGENT 5
#define WITNESS 3
#define VIRTIO_DEVICE "-device virtio-scmi-device "

typedef struct Fuzz {
    GRand *rand;
    ScmiAgent *agent, *witness;
    bool mailbox;
} Fuzz;

static guint32 number_of(const char *variable, guint32 otherwise)
{
    const char *text = getenv(variable);

    return text ? g_ascii_strtoull(text, NULL, 0) : otherwise;
}

static bool once_in(Fuzz *f, int n)
{
    return g_rand_int_range(f->rand, 0, n) == 0;
}

/* Small numbers, edges, and anything */
static uint32_t random_word(Fuzz *f)
{
    static const uint32_t edges[] = {
        0, 1, 2, 0x7f, 0x80, 0xff, 0x100, 0xffff, 0x10000, 0x40000000,
        0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff,
    };

    switch (g_rand_int_range(f->rand, 0, 4)) {
    case 0:
        return g_rand_int(f->rand);
    case 1:
        return edges[g_rand_int_range(f->rand, 0, G_N_ELEMENTS(edges))];
    case 2:
        return BIT(g_rand_int_range(f->rand, 0, 32));
    default:
        return g_rand_int_range(f->rand, 0, 20);
    }
}

/* Mostly what exists, for the rest of the message to be looked at */
static uint32_t random_header(Fuzz *f)
{
    unsigned protocol = SCMI_BASE + g_rand_int_range(f->rand, 0, 10);
    unsigned message = g_rand_int_range(f->rand, 0, 20);
    unsigned type = SCMI_COMMAND;
    uint32_t header;

    if (once_in(f, 20)) {
        return g_rand_int(f->rand);
    }
    if (once_in(f, 20)) {
        message = g_rand_int_range(f->rand, 0, 256);
    }
    if (once_in(f, 20)) {
        protocol = g_rand_int_range(f->rand, 0, 256);
    }
    if (once_in(f, 20)) {
        type = g_rand_int_range(f->rand, 0, 4);
    }
    header = scmi_header(protocol, type, message,
                         g_rand_int_range(f->rand, 0, 1024));
    return once_in(f, 40) ? header | 1u << g_rand_int_range(f->rand, 28, 32)
                          : header;
}

static size_t random_message(Fuzz *f, uint8_t bytes[SCMI_RAW_MAX])
{
    size_t length = 4 + 4 * g_rand_int_range(f->rand, 0, 6);

    if (once_in(f, 20)) {
        /* VIRTIO does not allow a buffer of no bytes: scmi-virtio-test.c */
        length = g_rand_int_range(f->rand, !f->mailbox, SCMI_RAW_MAX + 1);
    }
    for (size_t i = 0; i < SCMI_RAW_MAX; i += 4) {
        stl_le_p(bytes + i, i ? random_word(f) : random_header(f));
    }
    return length;
}

/*
 * SYSTEM_POWER_STATE_SET ends the machine, which is what it is for: let it be
 * refused by a parameter that is missing.
 */
static bool ends_the_machine(const uint8_t *bytes)
{
    uint32_t header = ldl_le_p(bytes);

    return extract32(header, 10, 8) == SCMI_SYSTEM_POWER &&
           extract32(header, 0, 8) == 3;
}

/* --- What has to come of it --- */

static bool is_a_status(int32_t status)
{
    return status <= SCMI_SUCCESS && status >= SCMI_PROTOCOL_ERROR;
}

static void check_response(const ScmiMessage *m, uint32_t header)
{
    g_assert_cmphex(m->header, ==, header);
    if (!is_a_status(m->status)) {
        g_error("header 0x%x: status %d", header, m->status);
    }
    if (m->status != SCMI_SUCCESS) {
        g_assert_cmpuint(m->num_words, ==, 0);
    }
}

/* The other agent's question has the other agent's answer. */
static void ask_witness(Fuzz *f)
{
    ScmiMessage m = scmi_get(f->witness, SCMI_BASE, WHO_AM_I, 5, ME);

    g_assert_cmpuint(m.word[0], ==, scmi_id(f->witness));
    scmi_check_no_event(f->witness, 0);
}

static void send_message(Fuzz *f)
{
    uint8_t bytes[SCMI_RAW_MAX];
    size_t length = random_message(f, bytes);
    ScmiMessage m;

    if (ends_the_machine(bytes)) {
        length = 4;
    }
    scmi_begin_raw(f->agent, bytes, length);
    if (length < 4) {
        g_assert_false(scmi_end_raw(f->agent, &m));
    } else {
        g_assert_true(scmi_end_raw(f->agent, &m));
        check_response(&m, ldl_le_p(bytes));
    }
}

/* --- Sorts of misbehaviour that a mailbox allows --- */

static void ring_without_message(Fuzz *f)
{
    QTestState *qts = scmi_machine(f->agent);

    for (int i = g_rand_int_range(f->rand, 1, 20); i > 0; i--) {
        qtest_writel(qts, scmi_mhu(scmi_id(f->agent), SCMI_TX_SET),
                     random_word(f));
    }
    g_assert_cmphex(qtest_readl(qts, scmi_mhu(scmi_id(f->agent),
                                              SCMI_TX_STAT)), ==, 0);
}

/* Anything in the whole area, and a doorbell */
static void scribble(Fuzz *f)
{
    QTestState *qts = scmi_machine(f->agent);
    unsigned id = scmi_id(f->agent);
    uint8_t area[0x200];

    for (size_t i = 0; i < sizeof(area); i += 4) {
        stl_le_p(area + i, random_word(f));
    }
    if (ends_the_machine(area + SCMI_AREA_HEADER)) {
        area[SCMI_AREA_HEADER] = 0;
    }
    qtest_memwrite(qts, scmi_shared(id, 0), area, sizeof(area));
    qtest_writel(qts, scmi_mhu(id, SCMI_TX_SET), 3);
    g_assert_cmphex(qtest_readl(qts, scmi_mhu(id, SCMI_TX_STAT)), ==, 0);
    qtest_writel(qts, scmi_mhu(id, SCMI_RX_CLEAR), UINT32_MAX);
}

/* Registers that there are and that there are not */
static void write_registers(Fuzz *f)
{
    for (int i = 0; i < 10; i++) {
        uint64_t offset = g_rand_int_range(f->rand, 0, 0x1000) & ~3u;

        qtest_writel(scmi_machine(f->agent),
                     scmi_mhu(scmi_id(f->agent), offset), random_word(f));
        qtest_readl(scmi_machine(f->agent),
                    scmi_mhu(scmi_id(f->agent), offset));
    }
    qtest_writel(scmi_machine(f->agent),
                 scmi_mhu(scmi_id(f->agent), SCMI_RX_CLEAR), UINT32_MAX);
}

static void misbehave(Fuzz *f)
{
    switch (g_rand_int_range(f->rand, 0, 3)) {
    case 0:
        /* A message before has left the channel free. */
        send_message(f);
        ring_without_message(f);
        break;
    case 1:
        scribble(f);
        break;
    default:
        write_registers(f);
        break;
    }
}

/* --- The run --- */

static void run(Fuzz *f)
{
    guint32 messages = number_of("AVPS_FUZZ_MESSAGES", MESSAGES);

    for (guint32 i = 1; i <= messages; i++) {
        if (f->mailbox && once_in(f, 50)) {
            misbehave(f);
        } else {
            send_message(f);
        }
        if (i % WITNESS_EVERY == 0) {
            ask_witness(f);
        }
        if (i % STEP_EVERY == 0) {
            qtest_clock_step(scmi_machine(f->agent),
                             g_rand_int_range(f->rand, 0, SCALE_MS));
        }
    }
}

static void fuzz(unsigned id)
{
    guint32 seed = number_of("AVPS_FUZZ_SEED", SEED);
    QTestState *qts = machine_start(VIRTIO_DEVICE);
    Fuzz f = {
        .rand = g_rand_new_with_seed(seed),
        .agent = scmi_open(qts, id),
        .witness = scmi_open(qts, WITNESS),
        .mailbox = id != VIRTIO_AGENT,
    };

    g_test_message("seed 0x%x", seed);
    run(&f);
    ask_witness(&f);
    qtest_quit(qts);
    scmi_close(f.agent);
    scmi_close(f.witness);
    g_rand_free(f.rand);
}

static void test_mailbox(void)
{
    fuzz(MAILBOX_AGENT);
}

/* The trusted one, with permission for everything */
static void test_trusted_mailbox(void)
{
    fuzz(1);
}

static void test_virtio(void)
{
    fuzz(VIRTIO_AGENT);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("/scmi-fuzz/mailbox", test_mailbox);
    qtest_add_func("/scmi-fuzz/trusted-mailbox", test_trusted_mailbox);
    qtest_add_func("/scmi-fuzz/virtio", test_virtio);
    return g_test_run();
}
