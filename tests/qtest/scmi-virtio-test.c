/*
 * avps-ecu qtest: SCMI over VIRTIO (hw/avps/scmi/virtio_scmi.c)
 *
 * VIRTIO 1.2, 5.17 "SCMI Device".
 *
 * What the messages say is the other tests' (scmi-*-test.c), which run over
 * VIRTIO, too. Here are queues and buffers of all shapes.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/bitops.h"
#include "qemu/bswap.h"
#include "qemu/timer.h"
#include "qobject/qdict.h"
#include "standard-headers/linux/virtio_config.h"
#include "standard-headers/linux/virtio_ids.h"
#include "standard-headers/linux/virtio_mmio.h"
#include "standard-headers/linux/virtio_scmi.h"
#include "tests/qtest/avps/migration.h"
#include "tests/qtest/avps/scmi.h"

#define DEVICE "-device virtio-scmi-device "
#define PORT "-device pcie-root-port,id=port0 "
#define AGENT 5

#define WHO_AM_I 7
#define ME 0xffffffff
#define NOTIFY_ERRORS 8
#define ERROR_EVENT 0

#define DELAY_NS (5 * SCALE_MS)

static void inject(QTestState *qts, const char *fault)
{
    qtest_qmp_assert_success(qts, "{'execute': 'qom-set', 'arguments': "
                             "{'path': %s, 'property': 'inject', "
                             "'value': %s}}", SCMI_PATH, fault);
}

static uint32_t who_am_i(ScmiAgent *agent)
{
    return scmi_get(agent, SCMI_BASE, WHO_AM_I, 5, ME).word[0];
}

/* --- The device --- */

static void test_identification(void)
{
    QTestState *qts = machine_start(DEVICE);

    g_assert_cmpint(qtest_readl(qts, reg("virtio-mmio0",
                                         VIRTIO_MMIO_DEVICE_ID)),
                    ==, VIRTIO_ID_SCMI);
    qtest_writel(qts, reg("virtio-mmio0", VIRTIO_MMIO_DEVICE_FEATURES_SEL), 0);
    g_assert_cmphex(qtest_readl(qts, reg("virtio-mmio0",
                                         VIRTIO_MMIO_DEVICE_FEATURES)) &
                    (BIT(VIRTIO_SCMI_F_P2A_CHANNELS) |
                     BIT(VIRTIO_SCMI_F_SHARED_MEMORY)),
                    ==, BIT(VIRTIO_SCMI_F_P2A_CHANNELS));
    qtest_quit(qts);
}

/* Without a choice they are the agents 5 to 8, in their order. */
static void test_four_agents(void)
{
    QTestState *qts = machine_start(DEVICE DEVICE DEVICE DEVICE);
    ScmiAgent *agents[4];

    for (int i = 0; i < 4; i++) {
        agents[i] = scmi_open(qts, AGENT + i);
    }
    for (int i = 0; i < 4; i++) {
        g_assert_cmpuint(who_am_i(agents[i]), ==, AGENT + i);
        scmi_close(agents[i]);
    }
    qtest_quit(qts);
}

static void test_chosen_agent(void)
{
    QTestState *qts = machine_start("-device virtio-scmi-device,agent=7 "
                                    DEVICE);
    ScmiAgent *first = scmi_open(qts, 5);
    ScmiAgent *second = scmi_open(qts, 6);

    /* The library's 5 is the first transport, whoever is there. */
    g_assert_cmpuint(who_am_i(first), ==, 7);
    g_assert_cmpuint(who_am_i(second), ==, 5);
    scmi_close(first);
    scmi_close(second);
    qtest_quit(qts);
}

static void check_refusal(QTestState *qts, int agent, const char *why)
{
    QDict *reply = qtest_qmp(qts, "{'execute': 'device_add', 'arguments': "
                             "{'driver': 'virtio-scmi-pci', 'bus': 'port0', "
                             "'id': 'x', 'agent': %d}}", agent);
    QDict *error = qdict_get_qdict(reply, "error");

    g_assert_nonnull(error);
    if (!strstr(qdict_get_str(error, "desc"), why)) {
        g_error("agent=%d: %s", agent, qdict_get_str(error, "desc"));
    }
    qobject_unref(reply);
}

static void test_refused_agents(void)
{
    QTestState *qts = machine_start(DEVICE PORT);

    check_refusal(qts, 4, "give one of 5 to 8");
    check_refusal(qts, 9, "give one of 5 to 8");
    check_refusal(qts, 5, "has a channel already");
    qtest_quit(qts);
}

static void test_no_agent_left(void)
{
    QTestState *qts = machine_start(DEVICE DEVICE DEVICE DEVICE PORT);

    check_refusal(qts, 0, "all have their device");
    qtest_quit(qts);
}

static void test_without_scmi(void)
{
    QTestState *qts = machine_start("-M scmi=off " PORT);

    check_refusal(qts, 0, "without scmi=off");
    qtest_quit(qts);
}

/* --- Commands --- */

static void expect_raw(ScmiAgent *agent, const void *bytes, size_t length,
                       int32_t status)
{
    ScmiMessage m;

    scmi_begin_raw(agent, bytes, length);
    g_assert_true(scmi_poll(agent, &m));
    g_assert_cmpint(m.status, ==, status);
    g_assert_cmpuint(m.num_words, ==, 0);
}

static void test_lengths(ScmiAgent *agent)
{
    uint8_t bytes[SCMI_RAW_MAX] = { 0 };

    stl_le_p(bytes, scmi_header(SCMI_BASE, SCMI_COMMAND, WHO_AM_I, 3));
    for (size_t length = 4; length <= SCMI_RAW_MAX; length++) {
        if (length != 8) {
            expect_raw(agent, bytes, length, SCMI_PROTOCOL_ERROR);
        }
    }
    g_assert_cmpuint(who_am_i(agent), ==, scmi_id(agent));
}

/* --- Buffers by hand: a queue of one's own, on the library's pages --- */

#define RAM_OF_QUEUE 0x1000000ull   /* of the first agent, see scmi.c */
#define AVAIL 0x80
#define REQUEST 0x100
#define USED 0x1000
#define ANSWER 0x1080
#define NEXT 1
#define WRITE 2
#define INDIRECT 4

static uint64_t at(uint64_t offset)
{
    return reg("ram", RAM_OF_QUEUE + offset);
}

static void set_descriptor(QTestState *qts, int n, uint64_t address,
                           uint32_t length, uint16_t flags)
{
    uint64_t descriptor = at(16 * n);

    qtest_writeq(qts, descriptor, address);
    qtest_writel(qts, descriptor + 8, length);
    qtest_writew(qts, descriptor + 12, flags);
    qtest_writew(qts, descriptor + 14, n + 1);
}

/* Offer the chain that starts at descriptor 0 as the @nth of this queue. */
static void offer(QTestState *qts, uint16_t nth)
{
    qtest_writew(qts, at(AVAIL + 4 + 2 * ((nth - 1) % 8)), 0);
    qtest_writew(qts, at(AVAIL + 2), nth);
    qtest_writel(qts, reg("virtio-mmio0", VIRTIO_MMIO_QUEUE_NOTIFY), 0);
}

static uint32_t used(QTestState *qts, uint16_t nth)
{
    g_assert_cmpuint(qtest_readw(qts, at(USED + 2)), ==, nth);
    return qtest_readl(qts, at(USED + 4 + 8 * ((nth - 1) % 8) + 4));
}

static void write_question(QTestState *qts)
{
    qtest_writel(qts, at(REQUEST),
                 scmi_header(SCMI_BASE, SCMI_COMMAND, WHO_AM_I, 9));
    qtest_writel(qts, at(REQUEST + 4), ME);
    qtest_memset(qts, at(ANSWER), 0xaa, 128);
}

static QTestState *start_queue(void)
{
    QTestState *qts = machine_start(DEVICE);
    ScmiAgent *agent = scmi_open(qts, AGENT);

    scmi_close(agent);
    write_question(qts);
    return qts;
}

/* Room for anything from nothing to one byte less than the response */
static void test_no_room(void)
{
    QTestState *qts = start_queue();

    for (uint32_t room = 0; room < 28; room++) {
        write_question(qts);
        set_descriptor(qts, 0, at(REQUEST), 8, room ? NEXT : 0);
        set_descriptor(qts, 1, at(ANSWER), room, WRITE);
        offer(qts, room + 1);
        if (room < 8) {
            g_assert_cmpuint(used(qts, room + 1), ==, 0);
            g_assert_cmphex(qtest_readb(qts, at(ANSWER)), ==, 0xaa);
        } else {
            g_assert_cmpuint(used(qts, room + 1), ==, 8);
            g_assert_cmphex(qtest_readl(qts, at(ANSWER)), ==,
                            scmi_header(SCMI_BASE, SCMI_COMMAND, WHO_AM_I, 9));
            g_assert_cmpint((int32_t)qtest_readl(qts, at(ANSWER + 4)), ==,
                            SCMI_COMMS_ERROR);
        }
        g_assert_cmphex(qtest_readb(qts, at(ANSWER + 8)), ==, 0xaa);
    }
    qtest_quit(qts);
}

/* The shape of a buffer has no meaning. */
static void test_scattered(void)
{
    QTestState *qts = start_queue();

    set_descriptor(qts, 0, at(REQUEST), 1, NEXT);
    set_descriptor(qts, 1, at(REQUEST + 1), 6, NEXT);
    set_descriptor(qts, 2, at(REQUEST + 7), 1, NEXT);
    set_descriptor(qts, 3, at(ANSWER), 3, NEXT | WRITE);
    set_descriptor(qts, 4, at(ANSWER + 3), 4, NEXT | WRITE);
    set_descriptor(qts, 5, at(ANSWER + 7), 100, WRITE);
    offer(qts, 1);
    g_assert_cmpuint(used(qts, 1), ==, 28);
    g_assert_cmpint(qtest_readl(qts, at(ANSWER + 4)), ==, SCMI_SUCCESS);
    g_assert_cmpuint(qtest_readl(qts, at(ANSWER + 8)), ==, AGENT);
    qtest_quit(qts);
}

static void test_nothing_to_read(void)
{
    QTestState *qts = start_queue();

    set_descriptor(qts, 0, at(ANSWER), 64, WRITE);
    offer(qts, 1);
    g_assert_cmpuint(used(qts, 1), ==, 0);
    for (uint32_t length = 1; length < 4; length++) {
        set_descriptor(qts, 0, at(REQUEST), length, NEXT);
        set_descriptor(qts, 1, at(ANSWER), 64, WRITE);
        offer(qts, 1 + length);
        g_assert_cmpuint(used(qts, 1 + length), ==, 0);
    }
    qtest_quit(qts);
}

/* VIRTIO's own errors: the device asks to be reset, and works after that. */
static void check_broken(QTestState *qts)
{
    ScmiAgent *agent;

    g_assert_cmphex(qtest_readl(qts, reg("virtio-mmio0", VIRTIO_MMIO_STATUS)) &
                    VIRTIO_CONFIG_S_NEEDS_RESET, !=, 0);
    agent = scmi_open(qts, AGENT);
    g_assert_cmpuint(who_am_i(agent), ==, AGENT);
    scmi_close(agent);
}

static void test_loop_of_descriptors(void)
{
    QTestState *qts = start_queue();

    for (int n = 0; n < 8; n++) {
        set_descriptor(qts, n, at(REQUEST), 8, NEXT);
    }
    qtest_writew(qts, at(16 * 7 + 14), 0);
    offer(qts, 1);
    check_broken(qts);
    qtest_quit(qts);
}

static void test_descriptor_out_of_table(void)
{
    QTestState *qts = start_queue();

    set_descriptor(qts, 0, at(REQUEST), 8, NEXT);
    qtest_writew(qts, at(14), 0xffff);
    offer(qts, 1);
    check_broken(qts);
    qtest_quit(qts);
}

/* --- A command at work --- */

static ScmiAgent *start_with_a_delay(void)
{
    QTestState *qts = machine_start(DEVICE);
    ScmiAgent *agent = scmi_open(qts, AGENT);
    const uint32_t words[] = { ME };
    ScmiMessage m;

    inject(qts, "agent=5,do=delay,delay-ns=5000000,count=1");
    scmi_begin(agent, SCMI_BASE, WHO_AM_I, words, 1);
    g_assert_false(scmi_poll(agent, &m));
    return agent;
}

static void check_delayed_answer(ScmiAgent *agent)
{
    ScmiMessage m;

    g_assert_true(scmi_poll(agent, &m));
    g_assert_cmpint(m.status, ==, SCMI_SUCCESS);
    g_assert_cmpuint(m.word[0], ==, AGENT);
}

static void quit(ScmiAgent *agent)
{
    qtest_quit(scmi_machine(agent));
    scmi_close(agent);
}

static void test_delay(void)
{
    ScmiAgent *agent = start_with_a_delay();
    ScmiMessage m;

    qtest_clock_step(scmi_machine(agent), DELAY_NS - 1);
    g_assert_false(scmi_poll(agent, &m));
    qtest_clock_step(scmi_machine(agent), 1);
    check_delayed_answer(agent);
    quit(agent);
}

/* The next one waits in the queue, and is not forgotten there. */
static void test_queued_behind(void)
{
    ScmiAgent *agent = start_with_a_delay();
    QTestState *qts = scmi_machine(agent);

    offer(qts, 2);
    offer(qts, 3);
    g_assert_cmpuint(qtest_readw(qts, at(USED + 2)), ==, 0);
    qtest_clock_step(qts, DELAY_NS);
    for (int nth = 1; nth <= 3; nth++) {
        g_assert_cmpuint(qtest_readw(qts, at(USED + 2)), ==, 3);
        g_assert_cmpuint(qtest_readl(qts, at(USED + 4 + 8 * (nth - 1) + 4)),
                         ==, 28);
    }
    quit(agent);
}

/* A driver that goes away in the middle gets nothing written to it. */
static void test_device_reset_in_the_middle(void)
{
    ScmiAgent *agent = start_with_a_delay();
    QTestState *qts = scmi_machine(agent);

    qtest_memset(qts, at(ANSWER), 0xaa, 128);
    qtest_writel(qts, reg("virtio-mmio0", VIRTIO_MMIO_STATUS), 0);
    qtest_clock_step(qts, 10 * DELAY_NS);
    g_assert_cmphex(qtest_readl(qts, at(ANSWER)), ==, 0xaaaaaaaa);
    scmi_reopen(agent);
    g_assert_cmpuint(who_am_i(agent), ==, AGENT);
    quit(agent);
}

static void test_machine_reset_in_the_middle(void)
{
    ScmiAgent *agent = start_with_a_delay();
    QTestState *qts = scmi_machine(agent);

    qtest_system_reset(qts);
    qtest_memset(qts, at(ANSWER), 0xaa, 128);
    qtest_clock_step(qts, 10 * DELAY_NS);
    g_assert_cmphex(qtest_readl(qts, at(ANSWER)), ==, 0xaaaaaaaa);
    scmi_reopen(agent);
    g_assert_cmpuint(who_am_i(agent), ==, AGENT);
    quit(agent);
}

static void test_no_answer(void)
{
    QTestState *qts = start_queue();

    inject(qts, "agent=5,do=timeout,count=1");
    set_descriptor(qts, 0, at(REQUEST), 8, NEXT);
    set_descriptor(qts, 1, at(ANSWER), 64, WRITE);
    offer(qts, 1);
    g_assert_cmpuint(used(qts, 1), ==, 0);
    offer(qts, 2);
    g_assert_cmpuint(used(qts, 2), ==, 28);
    qtest_quit(qts);
}

static ScmiAgent *migrate(ScmiAgent *agent, int64_t now_ns)
{
    QTestState *qts = machine_through_a_file(scmi_machine(agent), DEVICE);

    /* See migration-test.c for the clock. */
    qtest_clock_set(qts, now_ns);
    scmi_move(agent, qts);
    qtest_qmp_assert_success(qts, "{'execute': 'cont'}");
    return agent;
}

static void test_migration_in_the_middle(void)
{
    ScmiAgent *agent = start_with_a_delay();
    ScmiMessage m;

    qtest_clock_step(scmi_machine(agent), DELAY_NS - 10);
    offer(scmi_machine(agent), 2);
    migrate(agent, DELAY_NS - 10);
    g_assert_false(scmi_poll(agent, &m));
    qtest_clock_step(scmi_machine(agent), 10);
    g_assert_cmpuint(qtest_readw(scmi_machine(agent), at(USED + 2)), ==, 2);
    quit(agent);
}

/* --- Events --- */

/* An error that is reported, once for each time it is asked for */
static void make_errors(ScmiAgent *agent, int count)
{
    g_autofree char *fault = g_strdup_printf(
        "agent=5,protocol=0x10,message=7,do=hardware-error,count=%d", count);

    inject(scmi_machine(agent), fault);
    for (int i = 0; i < count; i++) {
        g_assert_cmpint(scmi_status(agent, SCMI_BASE, WHO_AM_I, ME), ==,
                        SCMI_HARDWARE_ERROR);
    }
}

static void subscribe(ScmiAgent *agent)
{
    g_assert_cmpint(scmi_status(agent, SCMI_BASE, NOTIFY_ERRORS, 1), ==,
                    SCMI_SUCCESS);
}

static void expect_errors(ScmiAgent *agent, int count)
{
    for (int i = 0; i < count; i++) {
        ScmiMessage m = scmi_wait_notification(agent, SCMI_BASE, ERROR_EVENT);

        g_assert_cmpuint(m.word[0], ==, AGENT);
    }
    scmi_check_no_event(agent, SCALE_MS);
}

static ScmiAgent *start_subscribed(void)
{
    ScmiAgent *agent = scmi_open(machine_start(DEVICE), AGENT);

    subscribe(agent);
    return agent;
}

/* More than there are buffers: the rest come when there are some again. */
static void test_events_wait_for_buffers(void)
{
    ScmiAgent *agent = start_subscribed();

    make_errors(agent, 12);
    expect_errors(agent, 12);
    quit(agent);
}

static void test_events_migrate(void)
{
    ScmiAgent *agent = start_subscribed();

    make_errors(agent, 12);
    migrate(agent, 0);
    expect_errors(agent, 12);
    /* It is subscribed in the new machine, too. */
    make_errors(agent, 1);
    expect_errors(agent, 1);
    quit(agent);
}

/* They go with the driver that was there. */
static void test_events_and_reset(void)
{
    ScmiAgent *agent = start_subscribed();

    make_errors(agent, 12);
    qtest_writel(scmi_machine(agent), reg("virtio-mmio0", VIRTIO_MMIO_STATUS),
                 0);
    scmi_reopen(agent);
    scmi_check_no_event(agent, SCALE_MS);
    quit(agent);
}

/* See scmi-clock-test.c */
#define CLOCK_ATTRIBUTES 3
#define CLOCK_RATE_NOTIFY 9
#define RATE_CHANGED 0
#define MAX_CLOCKS 64

static uint32_t find_clock(ScmiAgent *agent, const char *wanted)
{
    for (uint32_t id = 0; id < MAX_CLOCKS; id++) {
        ScmiMessage m = scmi_call(agent, SCMI_CLOCK, CLOCK_ATTRIBUTES, id);
        g_autofree char *name = m.status ? NULL : scmi_name(&m, 1, 4);

        if (!g_strcmp0(name, wanted)) {
            return id;
        }
    }
    g_assert_not_reached();
}

/* Nothing of a machine that stands still changes; then it comes at once. */
static void test_events_of_a_stopped_machine(void)
{
    ScmiAgent *agent = start_subscribed();
    QTestState *qts = scmi_machine(agent);
    uint32_t clock = find_clock(agent, "i2c1");

    g_assert_cmpint(scmi_status(agent, SCMI_CLOCK, CLOCK_RATE_NOTIFY, clock,
                                1), ==, SCMI_SUCCESS);
    qtest_qmp_assert_success(qts, "{'execute': 'stop'}");
    qtest_qmp_assert_success(qts, "{'execute': 'qom-set', 'arguments': "
                             "{'path': %s, 'property': 'rate', "
                             "'value': 24000000}}", SCMI_PATH "/clock/i2c1");
    scmi_check_no_event(agent, 0);
    qtest_qmp_assert_success(qts, "{'execute': 'cont'}");
    scmi_wait_notification(agent, SCMI_CLOCK, RATE_CHANGED);
    scmi_check_no_event(agent, 0);
    quit(agent);
}

#define EVENT_QUEUE 0x4000

/* A buffer that is too short is used up, and the message goes on. */
static void test_short_event_buffers(void)
{
    ScmiAgent *agent = start_subscribed();
    QTestState *qts = scmi_machine(agent);

    for (int n = 0; n < 3; n++) {
        qtest_writel(qts, at(EVENT_QUEUE + 16 * n + 8), 8 * n + 1);
    }
    make_errors(agent, 1);
    g_assert_cmpuint(qtest_readw(qts, at(EVENT_QUEUE + USED + 2)), ==, 4);
    for (int n = 0; n < 4; n++) {
        g_assert_cmpuint(qtest_readl(qts, at(EVENT_QUEUE + USED + 8 + 8 * n)),
                         ==, n == 3 ? 20 : 0);
    }
    quit(agent);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("/scmi-virtio/identification", test_identification);
    qtest_add_func("/scmi-virtio/four-agents", test_four_agents);
    qtest_add_func("/scmi-virtio/chosen-agent", test_chosen_agent);
    qtest_add_func("/scmi-virtio/refused-agents", test_refused_agents);
    qtest_add_func("/scmi-virtio/no-agent-left", test_no_agent_left);
    qtest_add_func("/scmi-virtio/without-scmi", test_without_scmi);
    scmi_add_test("/scmi-virtio/lengths", test_lengths, NULL);
    qtest_add_func("/scmi-virtio/no-room", test_no_room);
    qtest_add_func("/scmi-virtio/scattered", test_scattered);
    qtest_add_func("/scmi-virtio/nothing-to-read", test_nothing_to_read);
    qtest_add_func("/scmi-virtio/loop-of-descriptors",
                   test_loop_of_descriptors);
    qtest_add_func("/scmi-virtio/descriptor-out-of-table",
                   test_descriptor_out_of_table);
    qtest_add_func("/scmi-virtio/delay", test_delay);
    qtest_add_func("/scmi-virtio/queued-behind", test_queued_behind);
    qtest_add_func("/scmi-virtio/device-reset-in-the-middle",
                   test_device_reset_in_the_middle);
    qtest_add_func("/scmi-virtio/machine-reset-in-the-middle",
                   test_machine_reset_in_the_middle);
    qtest_add_func("/scmi-virtio/no-answer", test_no_answer);
    qtest_add_func("/scmi-virtio/migration-in-the-middle",
                   test_migration_in_the_middle);
    qtest_add_func("/scmi-virtio/events-wait-for-buffers",
                   test_events_wait_for_buffers);
    qtest_add_func("/scmi-virtio/events-migrate", test_events_migrate);
    qtest_add_func("/scmi-virtio/events-and-reset", test_events_and_reset);
    qtest_add_func("/scmi-virtio/events-of-a-stopped-machine",
                   test_events_of_a_stopped_machine);
    qtest_add_func("/scmi-virtio/short-event-buffers",
                   test_short_event_buffers);
    return g_test_run();
}
