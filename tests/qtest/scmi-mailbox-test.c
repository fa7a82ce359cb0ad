/*
 * avps-ecu qtest: SCMI's mailboxes (hw/avps/scmi/mailbox.c, shmem.c)
 *
 * Message Handling Unit (MHUv1), Arm DDI 0515; Arm System Control and
 * Management Interface (DEN0056) 3.2, section 5.1.
 *
 * What the messages say is the other tests' (scmi-*-test.c), which run over
 * the mailbox, too. Here is how they travel, without the library.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/timer.h"
#include "tests/qtest/avps/migration.h"
#include "tests/qtest/avps/scmi.h"

#define NUM_AGENTS 4

#define LOW 0x000
#define HIGH 0x020
#define SECURE 0x200
#define TX 0x100
#define STAT 0x00
#define SET 0x08
#define CLEAR 0x10

/* BASE_DISCOVER_AGENT: who has asked? */
#define WHO_AM_I 7
#define ME 0xffffffff

#define DELAY_NS (5 * SCALE_MS)

static uint32_t get(QTestState *qts, unsigned id, uint64_t offset)
{
    return qtest_readl(qts, scmi_mhu(id, offset));
}

static void set(QTestState *qts, unsigned id, uint64_t offset, uint32_t value)
{
    qtest_writel(qts, scmi_mhu(id, offset), value);
}

static uint32_t area(QTestState *qts, unsigned id, uint64_t offset)
{
    return qtest_readl(qts, scmi_shared(id, offset));
}

static void set_area(QTestState *qts, unsigned id, uint64_t offset,
                     uint32_t value)
{
    qtest_writel(qts, scmi_shared(id, offset), value);
}

static bool line(QTestState *qts, unsigned id, int nth)
{
    g_autofree char *name = g_strdup_printf("mailbox%u", id - 1);

    return spi_level(qts, name, nth);
}

static void inject(QTestState *qts, const char *fault)
{
    qtest_qmp_assert_success(qts, "{'execute': 'qom-set', 'arguments': "
                             "{'path': %s, 'property': 'inject', "
                             "'value': %s}}", SCMI_PATH, fault);
}

/* --- Registers --- */

static void test_identification(void)
{
    static const uint8_t want[] = { 0x98, 0xb0, 0x1b, 0x00,
                                    0x0d, 0xf0, 0x05, 0xb1 };
    QTestState *qts = machine_start("");

    for (unsigned id = 1; id <= NUM_AGENTS; id++) {
        for (int i = 0; i < G_N_ELEMENTS(want); i++) {
            set(qts, id, 0xfe0 + 4 * i, 0);
            g_assert_cmphex(get(qts, id, 0xfe0 + 4 * i), ==, want[i]);
        }
    }
    qtest_quit(qts);
}

static void check_reset_values(QTestState *qts, unsigned id)
{
    static const uint64_t channels[] = { LOW, HIGH, SECURE };

    for (size_t i = 0; i < G_N_ELEMENTS(channels); i++) {
        g_assert_cmphex(get(qts, id, channels[i] + STAT), ==, 0);
        g_assert_cmphex(get(qts, id, channels[i] + TX + STAT), ==, 0);
    }
    g_assert_cmphex(area(qts, id, SCMI_A2P + SCMI_AREA_STATUS), ==, SCMI_FREE);
    g_assert_cmphex(area(qts, id, SCMI_P2A + SCMI_AREA_STATUS), ==, SCMI_FREE);
    g_assert_false(line(qts, id, 0));
    g_assert_false(line(qts, id, 1));
}

static void test_reset_values(void)
{
    QTestState *qts = machine_start_with_irqs("");

    for (unsigned id = 1; id <= NUM_AGENTS; id++) {
        check_reset_values(qts, id);
    }
    qtest_quit(qts);
}

/* Each doorbell of a channel by itself, and its line while any is rung */
static void check_receiving(QTestState *qts, uint64_t channel, int nth)
{
    set(qts, 1, channel + SET, 0x80000001);
    g_assert_cmphex(get(qts, 1, channel + STAT), ==, 0x80000001);
    g_assert_true(line(qts, 1, nth));
    g_assert_false(line(qts, 1, !nth));
    set(qts, 1, channel + SET, 0x10);
    g_assert_cmphex(get(qts, 1, channel + STAT), ==, 0x80000011);
    set(qts, 1, channel + CLEAR, 0x11);
    g_assert_cmphex(get(qts, 1, channel + STAT), ==, 0x80000000);
    g_assert_true(line(qts, 1, nth));
    set(qts, 1, channel + CLEAR, UINT32_MAX);
    g_assert_cmphex(get(qts, 1, channel + STAT), ==, 0);
    g_assert_false(line(qts, 1, nth));
}

static void test_receiving(void)
{
    QTestState *qts = machine_start_with_irqs("");

    check_receiving(qts, LOW, 0);
    check_receiving(qts, HIGH, 1);
    for (unsigned id = 2; id <= NUM_AGENTS; id++) {
        check_reset_values(qts, id);
    }
    qtest_quit(qts);
}

/* What has no meaning is cleared at once and answered by nothing. */
static void test_doorbells_without_meaning(void)
{
    QTestState *qts = machine_start_with_irqs("");

    set_area(qts, 1, SCMI_A2P + SCMI_AREA_STATUS, 0);
    set(qts, 1, LOW + TX + SET, ~(uint32_t)SCMI_DOORBELL_A2P);
    set(qts, 1, HIGH + TX + SET, UINT32_MAX);
    set(qts, 1, SECURE + TX + SET, UINT32_MAX);
    g_assert_cmphex(area(qts, 1, SCMI_A2P + SCMI_AREA_STATUS), ==, 0);
    set_area(qts, 1, SCMI_A2P + SCMI_AREA_STATUS, SCMI_FREE);
    check_reset_values(qts, 1);
    qtest_quit(qts);
}

/* The normal world has no secure channel. */
static void test_secure_channel(void)
{
    QTestState *qts = machine_start("");

    set(qts, 1, SECURE + SET, UINT32_MAX);
    g_assert_cmphex(get(qts, 1, SECURE + STAT), ==, 0);
    qtest_quit(qts);
}

static void test_other_sizes(void)
{
    QTestState *qts = machine_start("");
    uint64_t stat = scmi_mhu(1, LOW + STAT);
    uint64_t set_reg = scmi_mhu(1, LOW + SET);

    qtest_writeb(qts, set_reg, 1);
    qtest_writew(qts, set_reg, 1);
    qtest_writeq(qts, set_reg, 1);
    g_assert_cmphex(qtest_readl(qts, stat), ==, 0);
    qtest_writel(qts, set_reg, 1);
    g_assert_cmphex(qtest_readb(qts, stat), ==, 0);
    g_assert_cmphex(qtest_readw(qts, stat), ==, 0);
    g_assert_cmphex(qtest_readq(qts, stat), ==, 0);
    g_assert_cmphex(qtest_readl(qts, stat + 2), ==, 0);
    g_assert_cmphex(qtest_readl(qts, stat), ==, 1);
    qtest_quit(qts);
}

static void test_holes(void)
{
    static const uint64_t holes[] = { 0x004, 0x00c, 0x014, 0x018, 0x040, 0x140,
                                      0x220, 0x320, 0x800, 0xfcc, 0xfd0,
                                      0xfdc };
    QTestState *qts = machine_start_with_irqs("");

    for (size_t i = 0; i < G_N_ELEMENTS(holes); i++) {
        set(qts, 1, holes[i], UINT32_MAX);
        g_assert_cmphex(get(qts, 1, holes[i]), ==, 0);
    }
    /* What is written to cannot be read, and the other way round. */
    set(qts, 1, LOW + SET, 1);
    g_assert_cmphex(get(qts, 1, LOW + SET), ==, 0);
    g_assert_cmphex(get(qts, 1, LOW + CLEAR), ==, 0);
    set(qts, 1, LOW + STAT, 0xf0);
    g_assert_cmphex(get(qts, 1, LOW + STAT), ==, 1);
    set(qts, 1, LOW + CLEAR, 1);
    check_reset_values(qts, 1);
    qtest_quit(qts);
}

/* --- Messages --- */

static void write_question(QTestState *qts, unsigned id, uint32_t token,
                           uint32_t flags)
{
    set_area(qts, id, SCMI_A2P + SCMI_AREA_FLAGS, flags);
    set_area(qts, id, SCMI_A2P + SCMI_AREA_LENGTH, 8);
    set_area(qts, id, SCMI_A2P + SCMI_AREA_HEADER,
             scmi_header(SCMI_BASE, SCMI_COMMAND, WHO_AM_I, token));
    set_area(qts, id, SCMI_A2P + SCMI_AREA_PAYLOAD, ME);
    set_area(qts, id, SCMI_A2P + SCMI_AREA_STATUS, 0);
}

static void ring(QTestState *qts, unsigned id)
{
    set(qts, id, SCMI_TX_SET, SCMI_DOORBELL_A2P);
}

static void check_answer(QTestState *qts, unsigned id, uint32_t token)
{
    g_assert_cmphex(area(qts, id, SCMI_A2P + SCMI_AREA_STATUS), ==, SCMI_FREE);
    g_assert_cmphex(get(qts, id, SCMI_TX_STAT), ==, 0);
    g_assert_cmpuint(area(qts, id, SCMI_A2P + SCMI_AREA_LENGTH), ==, 28);
    g_assert_cmphex(area(qts, id, SCMI_A2P + SCMI_AREA_HEADER), ==,
                    scmi_header(SCMI_BASE, SCMI_COMMAND, WHO_AM_I, token));
    g_assert_cmpint(area(qts, id, SCMI_A2P + SCMI_AREA_PAYLOAD), ==,
                    SCMI_SUCCESS);
    g_assert_cmpuint(area(qts, id, SCMI_A2P + SCMI_AREA_PAYLOAD + 4), ==, id);
}

/* Who polls gets no interrupt. */
static void test_polling(void)
{
    QTestState *qts = machine_start_with_irqs("");

    for (uint32_t token = 0; token < 1024; token += 341) {
        write_question(qts, 1, token, 0);
        ring(qts, 1);
        check_answer(qts, 1, token);
        g_assert_cmphex(get(qts, 1, SCMI_RX_STAT), ==, 0);
        g_assert_false(line(qts, 1, 0));
    }
    qtest_quit(qts);
}

static void test_interrupt(void)
{
    QTestState *qts = machine_start_with_irqs("");

    write_question(qts, 1, 5, 1);
    g_assert_false(line(qts, 1, 0));
    ring(qts, 1);
    check_answer(qts, 1, 5);
    g_assert_cmphex(get(qts, 1, SCMI_RX_STAT), ==, SCMI_DOORBELL_A2P);
    g_assert_true(line(qts, 1, 0));
    set(qts, 1, SCMI_RX_CLEAR, SCMI_DOORBELL_A2P);
    g_assert_false(line(qts, 1, 0));
    /* The flags are the agent's. */
    g_assert_cmphex(area(qts, 1, SCMI_A2P + SCMI_AREA_FLAGS), ==, 1);
    qtest_quit(qts);
}

/*
 * Linux clears a doorbell after it has read the message, by when the next one
 * may have come: it rings again.
 */
static void test_doorbell_cleared_late(void)
{
    QTestState *qts = machine_start_with_irqs("");

    for (uint32_t token = 5; token < 7; token++) {
        write_question(qts, 1, token, 1);
        ring(qts, 1);
        check_answer(qts, 1, token);
    }
    set(qts, 1, SCMI_RX_CLEAR, SCMI_DOORBELL_A2P);
    g_assert_cmphex(get(qts, 1, SCMI_RX_STAT), ==, SCMI_DOORBELL_A2P);
    g_assert_true(line(qts, 1, 0));
    set(qts, 1, SCMI_RX_CLEAR, SCMI_DOORBELL_A2P);
    g_assert_cmphex(get(qts, 1, SCMI_RX_STAT), ==, 0);
    g_assert_false(line(qts, 1, 0));
    qtest_quit(qts);
}

/* Who one is, is a matter of the page, and of nothing in a message. */
static void test_four_agents(void)
{
    QTestState *qts = machine_start_with_irqs("");

    for (unsigned id = 1; id <= NUM_AGENTS; id++) {
        write_question(qts, id, 100 + id, 1);
    }
    for (unsigned id = NUM_AGENTS; id >= 1; id--) {
        ring(qts, id);
        for (unsigned other = 1; other <= NUM_AGENTS; other++) {
            g_assert_cmpint(line(qts, other, 0), ==, other >= id);
        }
    }
    for (unsigned id = 1; id <= NUM_AGENTS; id++) {
        check_answer(qts, id, 100 + id);
    }
    qtest_quit(qts);
}

/* --- Messages that are none --- */

static void test_doorbell_without_message(void)
{
    QTestState *qts = machine_start_with_irqs("");

    write_question(qts, 1, 5, 1);
    set_area(qts, 1, SCMI_A2P + SCMI_AREA_STATUS, SCMI_FREE);
    ring(qts, 1);
    check_reset_values(qts, 1);
    g_assert_cmpuint(area(qts, 1, SCMI_A2P + SCMI_AREA_LENGTH), ==, 8);
    qtest_quit(qts);
}

/* Too long for a message, for the area, for the memory, for 32 bits */
static void test_too_long(void)
{
    static const uint32_t lengths[] = { 109, 112, 231, 232, 233, 0x8000,
                                        0x7fffffff, 0x80000000, 0xffffffe8,
                                        0xfffffffe, 0xffffffff };
    QTestState *qts = machine_start_with_irqs("");

    for (size_t i = 0; i < G_N_ELEMENTS(lengths); i++) {
        write_question(qts, 1, i, 1);
        set_area(qts, 1, SCMI_A2P + SCMI_AREA_LENGTH, lengths[i]);
        ring(qts, 1);
        g_assert_true(line(qts, 1, 0));
        set(qts, 1, SCMI_RX_CLEAR, SCMI_DOORBELL_A2P);
        g_assert_cmphex(area(qts, 1, SCMI_A2P + SCMI_AREA_STATUS), ==,
                        SCMI_FREE);
        g_assert_cmpuint(area(qts, 1, SCMI_A2P + SCMI_AREA_LENGTH), ==, 8);
        g_assert_cmpint((int32_t)area(qts, 1, SCMI_A2P + SCMI_AREA_PAYLOAD),
                        ==, SCMI_PROTOCOL_ERROR);
        check_reset_values(qts, 1);
    }
    qtest_quit(qts);
}

/* Without a header there is nothing to answer. */
static void test_too_short(void)
{
    QTestState *qts = machine_start_with_irqs("");

    for (uint32_t length = 0; length < 4; length++) {
        write_question(qts, 1, 5, 1);
        set_area(qts, 1, SCMI_A2P + SCMI_AREA_LENGTH, length);
        ring(qts, 1);
        g_assert_cmphex(area(qts, 1, SCMI_A2P + SCMI_AREA_STATUS), ==,
                        SCMI_FREE | SCMI_ERROR);
        g_assert_cmphex(get(qts, 1, SCMI_TX_STAT), ==, 0);
        g_assert_true(line(qts, 1, 0));
        set(qts, 1, SCMI_RX_CLEAR, SCMI_DOORBELL_A2P);
    }
    /* It is over with the next message. */
    write_question(qts, 1, 6, 0);
    ring(qts, 1);
    check_answer(qts, 1, 6);
    qtest_quit(qts);
}

/* --- While a command is at work --- */

static QTestState *start_with_a_delay(void)
{
    QTestState *qts = machine_start_with_irqs("");

    inject(qts, "agent=1,do=delay,delay-ns=5000000,count=1");
    write_question(qts, 1, 77, 1);
    ring(qts, 1);
    g_assert_cmphex(area(qts, 1, SCMI_A2P + SCMI_AREA_STATUS), ==, 0);
    g_assert_cmphex(get(qts, 1, SCMI_TX_STAT), ==, SCMI_DOORBELL_A2P);
    g_assert_false(line(qts, 1, 0));
    return qts;
}

static void wait_and_check(QTestState *qts)
{
    qtest_clock_step(qts, DELAY_NS - 1);
    g_assert_cmphex(get(qts, 1, SCMI_RX_STAT), ==, 0);
    qtest_clock_step(qts, 1);
    check_answer(qts, 1, 77);
    g_assert_true(line(qts, 1, 0));
}

static void test_delay(void)
{
    QTestState *qts = start_with_a_delay();

    wait_and_check(qts);
    qtest_quit(qts);
}

/* The platform has its copy, from header to flags. */
static void test_rewritten_in_flight(void)
{
    QTestState *qts = start_with_a_delay();

    qtest_memset(qts, scmi_shared(1, SCMI_A2P), 0xff, 0x100);
    wait_and_check(qts);
    qtest_quit(qts);
}

static void test_flags_rewritten_in_flight(void)
{
    QTestState *qts = start_with_a_delay();

    set_area(qts, 1, SCMI_A2P + SCMI_AREA_FLAGS, 0);
    wait_and_check(qts);
    qtest_quit(qts);
}

/* One command, however often and for what its doorbell is rung meanwhile */
static void test_doorbell_storm(void)
{
    QTestState *qts = start_with_a_delay();

    for (int i = 0; i < 1000; i++) {
        write_question(qts, 1, 200 + i % 10, 1);
        ring(qts, 1);
    }
    g_assert_cmphex(get(qts, 1, SCMI_TX_STAT), ==, SCMI_DOORBELL_A2P);
    g_assert_cmpuint(qom_get_uint(qts, SCMI_PATH "/mailbox0", "commands"), ==,
                     1);
    wait_and_check(qts);
    qtest_clock_step(qts, 10 * DELAY_NS);
    g_assert_cmpuint(qom_get_uint(qts, SCMI_PATH "/mailbox0", "commands"), ==,
                     1);
    qtest_quit(qts);
}

/* An agent that takes its doorbell back gets its answer all the same. */
static void test_doorbell_taken_back(void)
{
    QTestState *qts = start_with_a_delay();

    set(qts, 1, SCMI_TX_CLEAR, SCMI_DOORBELL_A2P);
    g_assert_cmphex(get(qts, 1, SCMI_TX_STAT), ==, 0);
    wait_and_check(qts);
    qtest_quit(qts);
}

/* One waits, the others do not. */
static void test_others_go_on(void)
{
    QTestState *qts = start_with_a_delay();

    for (unsigned id = 2; id <= NUM_AGENTS; id++) {
        write_question(qts, id, id, 0);
        ring(qts, id);
        check_answer(qts, id, id);
    }
    wait_and_check(qts);
    qtest_quit(qts);
}

/* Nobody is told, but the channel can be used again. */
static void test_no_answer(void)
{
    QTestState *qts = machine_start_with_irqs("");

    inject(qts, "agent=1,do=timeout,count=1");
    write_question(qts, 1, 5, 1);
    ring(qts, 1);
    qtest_clock_step(qts, NANOSECONDS_PER_SECOND);
    g_assert_cmphex(get(qts, 1, SCMI_TX_STAT), ==, 0);
    g_assert_false(line(qts, 1, 0));
    g_assert_cmphex(area(qts, 1, SCMI_A2P + SCMI_AREA_STATUS), ==,
                    SCMI_FREE | SCMI_ERROR);
    write_question(qts, 1, 6, 1);
    ring(qts, 1);
    check_answer(qts, 1, 6);
    qtest_quit(qts);
}

static void test_reset_in_the_middle(void)
{
    QTestState *qts = start_with_a_delay();

    write_question(qts, 2, 9, 1);
    ring(qts, 2);
    set(qts, 1, HIGH + SET, 1);
    set(qts, 1, LOW + SET, 0x100);
    qtest_system_reset(qts);
    for (unsigned id = 1; id <= NUM_AGENTS; id++) {
        check_reset_values(qts, id);
        g_assert_cmphex(area(qts, id, SCMI_A2P + SCMI_AREA_HEADER), ==, 0);
    }
    qtest_clock_step(qts, 10 * DELAY_NS);
    check_reset_values(qts, 1);
    write_question(qts, 1, 6, 1);
    ring(qts, 1);
    check_answer(qts, 1, 6);
    qtest_quit(qts);
}

static void test_migration_in_the_middle(void)
{
    QTestState *qts = start_with_a_delay();

    set(qts, 3, HIGH + SET, 0x30);
    set(qts, 3, LOW + SET, 0x40);
    qtest_clock_step(qts, DELAY_NS - 10);
    qts = machine_through_a_file(qts, "");
    /* See migration-test.c for the clock, and for this order. */
    qtest_clock_set(qts, DELAY_NS - 10);
    qtest_qmp_assert_success(qts, "{'execute': 'cont'}");
    qtest_irq_intercept_in(qts, GIC_PATH);
    g_assert_cmphex(get(qts, 1, SCMI_TX_STAT), ==, SCMI_DOORBELL_A2P);
    g_assert_cmphex(get(qts, 3, HIGH + STAT), ==, 0x30);
    g_assert_cmphex(get(qts, 3, LOW + STAT), ==, 0x40);
    qtest_clock_step(qts, 10);
    check_answer(qts, 1, 77);
    g_assert_cmphex(get(qts, 1, SCMI_RX_STAT), ==, SCMI_DOORBELL_A2P);
    qtest_quit(qts);
}

/* --- Without SCMI --- */

static void test_off(void)
{
    QTestState *qts = machine_start("-M scmi=off");

    for (unsigned id = 1; id <= NUM_AGENTS; id++) {
        g_assert_cmphex(get(qts, id, 0xfe0), ==, 0);
        set_area(qts, id, SCMI_A2P, UINT32_MAX);
        g_assert_cmphex(area(qts, id, SCMI_A2P), ==, 0);
    }
    qtest_quit(qts);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("/scmi-mailbox/identification", test_identification);
    qtest_add_func("/scmi-mailbox/reset-values", test_reset_values);
    qtest_add_func("/scmi-mailbox/receiving", test_receiving);
    qtest_add_func("/scmi-mailbox/doorbells-without-meaning",
                   test_doorbells_without_meaning);
    qtest_add_func("/scmi-mailbox/secure-channel", test_secure_channel);
    qtest_add_func("/scmi-mailbox/other-sizes", test_other_sizes);
    qtest_add_func("/scmi-mailbox/holes", test_holes);
    qtest_add_func("/scmi-mailbox/polling", test_polling);
    qtest_add_func("/scmi-mailbox/interrupt", test_interrupt);
    qtest_add_func("/scmi-mailbox/doorbell-cleared-late",
                   test_doorbell_cleared_late);
    qtest_add_func("/scmi-mailbox/four-agents", test_four_agents);
    qtest_add_func("/scmi-mailbox/doorbell-without-message",
                   test_doorbell_without_message);
    qtest_add_func("/scmi-mailbox/too-long", test_too_long);
    qtest_add_func("/scmi-mailbox/too-short", test_too_short);
    qtest_add_func("/scmi-mailbox/delay", test_delay);
    qtest_add_func("/scmi-mailbox/rewritten-in-flight",
                   test_rewritten_in_flight);
    qtest_add_func("/scmi-mailbox/flags-rewritten-in-flight",
                   test_flags_rewritten_in_flight);
    qtest_add_func("/scmi-mailbox/doorbell-storm", test_doorbell_storm);
    qtest_add_func("/scmi-mailbox/doorbell-taken-back",
                   test_doorbell_taken_back);
    qtest_add_func("/scmi-mailbox/others-go-on", test_others_go_on);
    qtest_add_func("/scmi-mailbox/no-answer", test_no_answer);
    qtest_add_func("/scmi-mailbox/reset-in-the-middle",
                   test_reset_in_the_middle);
    qtest_add_func("/scmi-mailbox/migration-in-the-middle",
                   test_migration_in_the_middle);
    qtest_add_func("/scmi-mailbox/off", test_off);
    return g_test_run();
}
