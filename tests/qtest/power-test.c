/*
 * avps-ecu qtest: power controller (hw/avps/power/power.c): registers, resets,
 * what a watchdog's end leads to, the supply
 *
 * docs/devices/power.rst has the registers and properties. Suspend and wake-up
 * are in wake-test.c, the calls of software in tests/bare.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/timer.h"
#include "qobject/qdict.h"
#include "tests/qtest/avps/board.h"
#include "tests/qtest/avps/migration.h"

#define PATH "/machine/soc/power"

#define ID 0x000
#define CTRL 0x004
#define STATUS 0x008
#define INT_ENABLE 0x00c
#define RESET_REASON 0x010
#define WAKE_CAUSE 0x014
#define WAKE_GPIO 0x018
#define GPIO_ENABLE 0x01c
#define GPIO_STATUS 0x020
#define SUSPEND_COUNT 0x024
#define WATCHDOG_COUNT 0x028
#define SCRATCH(n) (0x040 + 4 * (n))
#define WAKE_ENABLE(n) (0x100 + 4 * (n))
#define WAKE_STATUS(n) (0x180 + 4 * (n))
#define WAKE_REASON(n) (0x200 + 4 * (n))

#define SCRATCHES 4
#define SPI_WORDS 15

enum { POWER_ON, SOFTWARE, WARM, WATCHDOG, WATCHDOG_SECURE, HOST };

/* Of the watchdog, see gwdt-test.c */
#define WCS reg("watchdog0", 0x000)
#define WCV reg("watchdog0", 0x010)
#define WCS_EN 1
#define WCS_WS1 4

static uint32_t power_read(QTestState *qts, uint32_t offset)
{
    return qtest_readl(qts, reg("power", offset));
}

static void power_write(QTestState *qts, uint32_t offset, uint32_t value)
{
    qtest_writel(qts, reg("power", offset), value);
}

static void qom_set_string(QTestState *qts, const char *name,
                           const char *value)
{
    qtest_qmp_assert_success(qts, "{'execute': 'qom-set', 'arguments': "
                             "{'path': %s, 'property': %s, 'value': %s}}",
                             PATH, name, value);
}

static void qom_set_bool(QTestState *qts, const char *name, bool value)
{
    qtest_qmp_assert_success(qts, "{'execute': 'qom-set', 'arguments': "
                             "{'path': %s, 'property': %s, 'value': %i}}",
                             PATH, name, value);
}

static void qom_set_uint(QTestState *qts, const char *name, uint64_t value)
{
    qtest_qmp_assert_success(qts, "{'execute': 'qom-set', 'arguments': "
                             "{'path': %s, 'property': %s, 'value': %" PRIu64
                             "}}", PATH, name, value);
}

static void check_error(QDict *reply, const char *why)
{
    QDict *error = qdict_get_qdict(reply, "error");

    g_assert_nonnull(error);
    g_assert_nonnull(strstr(qdict_get_str(error, "desc"), why));
    qobject_unref(reply);
}

/* --- Registers --- */

static void check_zero(QTestState *qts, uint32_t first, int words)
{
    for (int i = 0; i < words; i++) {
        g_assert_cmphex(power_read(qts, first + 4 * i), ==, 0);
    }
}

static void test_reset_values(void)
{
    QTestState *qts = machine_start("");

    g_assert_cmphex(power_read(qts, ID), ==, 0x50575201);
    g_assert_cmphex(power_read(qts, CTRL), ==, 1);
    g_assert_cmphex(power_read(qts, STATUS), ==, 0);
    g_assert_cmphex(power_read(qts, INT_ENABLE), ==, 1);
    check_zero(qts, RESET_REASON, 7);   /* to WATCHDOG_COUNT */
    check_zero(qts, SCRATCH(0), SCRATCHES);
    check_zero(qts, WAKE_ENABLE(0), SPI_WORDS);
    check_zero(qts, WAKE_STATUS(0), SPI_WORDS);
    check_zero(qts, WAKE_REASON(0), SPI_WORDS);
    qtest_quit(qts);
}

static void test_read_only_registers(void)
{
    static const uint32_t registers[] = {
        ID, STATUS, RESET_REASON, WAKE_CAUSE, WAKE_GPIO, GPIO_STATUS,
        SUSPEND_COUNT, WATCHDOG_COUNT, WAKE_STATUS(0), WAKE_STATUS(14),
        WAKE_REASON(0), WAKE_REASON(14),
    };
    QTestState *qts = machine_start("");

    for (size_t i = 0; i < G_N_ELEMENTS(registers); i++) {
        uint32_t before = power_read(qts, registers[i]);

        power_write(qts, registers[i], ~before);
        g_assert_cmphex(power_read(qts, registers[i]), ==, before);
    }
    qtest_quit(qts);
}

static void check_writable(QTestState *qts, uint32_t offset, uint32_t bits)
{
    power_write(qts, offset, 0);
    g_assert_cmphex(power_read(qts, offset), ==, 0);
    power_write(qts, offset, 0xffffffff);
    g_assert_cmphex(power_read(qts, offset), ==, bits);
    power_write(qts, offset, 0xa5a5a5a5);
    g_assert_cmphex(power_read(qts, offset), ==, 0xa5a5a5a5 & bits);
}

static void test_writable_bits(void)
{
    QTestState *qts = machine_start("");

    check_writable(qts, CTRL, 0x1);
    check_writable(qts, INT_ENABLE, 0x1);
    check_writable(qts, GPIO_ENABLE, 0xffff);
    for (int i = 0; i < SCRATCHES; i++) {
        check_writable(qts, SCRATCH(i), 0xffffffff);
    }
    for (int i = 0; i < SPI_WORDS; i++) {
        check_writable(qts, WAKE_ENABLE(i), 0xffffffff);
    }
    qtest_quit(qts);
}

/* Each word of an array is one of its own. */
static void test_arrays(void)
{
    QTestState *qts = machine_start("");

    for (int i = 0; i < SPI_WORDS; i++) {
        power_write(qts, WAKE_ENABLE(i), 0x1000 + i);
    }
    for (int i = 0; i < SCRATCHES; i++) {
        power_write(qts, SCRATCH(i), 0x2000 + i);
    }
    for (int i = 0; i < SPI_WORDS; i++) {
        g_assert_cmphex(power_read(qts, WAKE_ENABLE(i)), ==, 0x1000 + i);
    }
    for (int i = 0; i < SCRATCHES; i++) {
        g_assert_cmphex(power_read(qts, SCRATCH(i)), ==, 0x2000 + i);
    }
    qtest_quit(qts);
}

static void test_holes(void)
{
    static const uint32_t holes[] = {
        0x02c, 0x03c, 0x050, 0x0fc, 0x13c, 0x17c, 0x1bc, 0x1fc, 0x23c, 0xffc,
    };
    QTestState *qts = machine_start("");

    for (size_t i = 0; i < G_N_ELEMENTS(holes); i++) {
        power_write(qts, holes[i], 0xffffffff);
        g_assert_cmphex(power_read(qts, holes[i]), ==, 0);
    }
    qtest_quit(qts);
}

static void check_line(QTestState *qts, int spi, bool level)
{
    for (int word = 0; word < SPI_WORDS; word++) {
        uint32_t want = level && word == spi / 32 ? 1u << (spi % 32) : 0;

        g_assert_cmphex(power_read(qts, WAKE_STATUS(word)), ==, want);
    }
}

/* The levels of lines on their way to the GIC, one at a time */
static void test_line_status(void)
{
    QTestState *qts = machine_start("-action watchdog=none");
    int timer = block("timer0")->spi, watchdog = block("watchdog0")->spi;

    qtest_writel(qts, reg("timer0", 0x40), 0x3f);               /* CNTACR0 */
    qtest_writel(qts, reg("timer0", AVPS_PAGE + 0x2c), 1);      /* CNTP_CTL */
    check_line(qts, timer, true);
    qtest_writel(qts, reg("timer0", AVPS_PAGE + 0x2c), 0);
    check_line(qts, timer, false);
    qtest_writel(qts, reg("timer0", AVPS_PAGE + 0x3c), 1);      /* CNTV_CTL */
    check_line(qts, timer + 1, true);
    qtest_writel(qts, reg("timer0", AVPS_PAGE + 0x3c), 0);

    qtest_clock_step(qts, NANOSECONDS_PER_SECOND);
    qtest_writel(qts, WCS, WCS_EN);
    qtest_writel(qts, WCV, 0);
    check_line(qts, watchdog, true);
    qtest_writel(qts, WCS, 0);
    check_line(qts, watchdog, false);
    qtest_quit(qts);
}

/* PL061 */
#define GPIO_IEV 0x40c
#define GPIO_IE 0x410
#define GPIO_IC 0x41c

static void check_gpio_line(QTestState *qts, const char *name, int line,
                            uint32_t bit)
{
    g_autofree char *path = g_strdup_printf("/machine/soc/%s", name);

    /* A rising edge, which the block holds until it is told that we know */
    qtest_writel(qts, reg(name, GPIO_IEV), 1u << line);
    qtest_set_irq_in(qts, path, NULL, line, 1);
    g_assert_cmphex(power_read(qts, GPIO_STATUS), ==, 0);
    qtest_writel(qts, reg(name, GPIO_IE), 1u << line);
    g_assert_cmphex(power_read(qts, GPIO_STATUS), ==, bit);
    qtest_set_irq_in(qts, path, NULL, line, 0);
    g_assert_cmphex(power_read(qts, GPIO_STATUS), ==, bit);
    qtest_writel(qts, reg(name, GPIO_IC), 1u << line);
    g_assert_cmphex(power_read(qts, GPIO_STATUS), ==, 0);
    qtest_writel(qts, reg(name, GPIO_IE), 0);
}

static void test_gpio_status(void)
{
    QTestState *qts = machine_start("");

    for (int line = 0; line < 8; line++) {
        check_gpio_line(qts, "gpio0", line, 1u << line);
        check_gpio_line(qts, "gpio1", line, 0x100u << line);
    }
    qtest_quit(qts);
}

/* --- Resets --- */

static void check_reset_reason(QTestState *qts, int number, const char *text)
{
    g_autofree char *told = qom_get_string(qts, PATH, "reset-reason");

    g_assert_cmpint(power_read(qts, RESET_REASON), ==, number);
    g_assert_cmpstr(told, ==, text);
}

static void write_scratches(QTestState *qts)
{
    for (int i = 0; i < SCRATCHES; i++) {
        power_write(qts, SCRATCH(i), 0x5c5c0000 + i);
    }
}

static void check_scratches(QTestState *qts, bool kept)
{
    for (int i = 0; i < SCRATCHES; i++) {
        g_assert_cmphex(power_read(qts, SCRATCH(i)), ==,
                        kept ? 0x5c5c0000 + i : 0);
    }
}

static void test_power_on(void)
{
    QTestState *qts = machine_start("");

    check_reset_reason(qts, POWER_ON, "power-on");
    qtest_quit(qts);
}

static void test_reset_by_host(void)
{
    QTestState *qts = machine_start("");

    write_scratches(qts);
    qtest_system_reset(qts);
    check_reset_reason(qts, HOST, "host");
    check_scratches(qts, false);
    qtest_quit(qts);
}

/* Lines into the power controller, and what each makes of the machine */
static void test_reset_by_line(void)
{
    static const struct {
        const char *input;
        int n, reason;
        const char *text;
        bool kept;
    } rows[] = {
        { "reset", 0, SOFTWARE, "software", false },
        { "ws1", 0, WATCHDOG, "watchdog", true },
        { "ws1", 1, WATCHDOG_SECURE, "watchdog-secure", true },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        QTestState *qts = machine_start("-action watchdog=reset");

        write_scratches(qts);
        qtest_set_irq_in(qts, PATH, rows[i].input, rows[i].n, 1);
        qtest_qmp_eventwait(qts, "RESET");
        check_reset_reason(qts, rows[i].reason, rows[i].text);
        check_scratches(qts, rows[i].kept);
        qtest_set_irq_in(qts, PATH, rows[i].input, rows[i].n, 0);

        /* The next one is not of that reason. */
        qtest_system_reset(qts);
        check_reset_reason(qts, HOST, "host");
        check_scratches(qts, false);
        qtest_quit(qts);
    }
}

static void test_off_by_line(void)
{
    QTestState *qts = machine_start("-action shutdown=pause");

    qtest_set_irq_in(qts, PATH, "shutdown", 0, 1);
    qtest_qmp_eventwait(qts, "SHUTDOWN");
    qtest_quit(qts);
}

/* What software has set is gone, and what counts from power-on stays. */
static void test_reset_in_the_middle(void)
{
    QTestState *qts = machine_start("-action watchdog=none");

    qtest_set_irq_in(qts, PATH, "ws1", 0, 1);
    power_write(qts, CTRL, 0);
    power_write(qts, INT_ENABLE, 0);
    power_write(qts, GPIO_ENABLE, 0xffff);
    for (int i = 0; i < SPI_WORDS; i++) {
        power_write(qts, WAKE_ENABLE(i), 0xffffffff);
    }
    qtest_system_reset(qts);
    g_assert_cmphex(power_read(qts, CTRL), ==, 1);
    g_assert_cmphex(power_read(qts, INT_ENABLE), ==, 1);
    g_assert_cmphex(power_read(qts, GPIO_ENABLE), ==, 0);
    check_zero(qts, WAKE_ENABLE(0), SPI_WORDS);
    g_assert_cmpint(power_read(qts, WATCHDOG_COUNT), ==, 1);
    qtest_quit(qts);
}

/* --- Watchdogs --- */

/* The watchdog itself runs out: the ends of both stages are in the past. */
static void let_watchdog_expire(QTestState *qts)
{
    qtest_clock_step(qts, NANOSECONDS_PER_SECOND);
    qtest_writel(qts, WCS, WCS_EN);
    qtest_writel(qts, WCV, 0);
    qtest_writel(qts, WCV, 0);
}

static void check_watchdog_event(QTestState *qts, const char *action)
{
    QDict *event = qtest_qmp_eventwait_ref(qts, "WATCHDOG");
    QDict *data = qdict_get_qdict(event, "data");

    g_assert_cmpstr(qdict_get_str(data, "action"), ==, action);
    qobject_unref(event);
}

static void check_run_state(QTestState *qts, const char *want)
{
    QDict *state = qtest_qmp_assert_success_ref(
        qts, "{'execute': 'query-status'}");

    g_assert_cmpstr(qdict_get_str(state, "status"), ==, want);
    qobject_unref(state);
}

static void check_watchdog_count(QTestState *qts, int count)
{
    g_assert_cmpint(power_read(qts, WATCHDOG_COUNT), ==, count);
    g_assert_cmpint(qom_get_uint(qts, PATH, "watchdog-count"), ==, count);
}

/* The ends that a machine outlives; event: what QMP says beside WATCHDOG. */
typedef struct PolicyCase {
    const char *options;
    const char *policy;     /* NULL: as at the start, "default" */
    const char *action;     /* in the event WATCHDOG */
    const char *event;
    const char *run_state;
} PolicyCase;

static const PolicyCase policies[] = {
    { "-action watchdog=none", "reset", "reset", "RESET", "running" },
    { "-action watchdog=none,shutdown=pause", "poweroff", "poweroff",
      "SHUTDOWN", "shutdown" },
    { "-action watchdog=none", "pause", "pause", "STOP", "watchdog" },
    { "-action watchdog=reset", "notify", "none", NULL, "running" },
    /* What QEMU's option says */
    { "", NULL, "reset", "RESET", "running" },
    { "-action watchdog=reset", "default", "reset", "RESET", "running" },
    { "-action watchdog=shutdown", NULL, "shutdown", "POWERDOWN", "running" },
    { "-action watchdog=pause", NULL, "pause", "STOP", "watchdog" },
    { "-action watchdog=none", NULL, "none", NULL, "running" },
    { "-action watchdog=debug", NULL, "debug", NULL, "running" },
    { "-action watchdog=inject-nmi", NULL, "inject-nmi", NULL, "running" },
};

static void check_policy(const PolicyCase *c)
{
    QTestState *qts = machine_start(c->options);
    bool is_reset = !g_strcmp0(c->event, "RESET");

    g_test_message("%s, policy %s", c->options, c->policy ?: "not set");
    if (c->policy) {
        qom_set_string(qts, "watchdog-action", c->policy);
    }
    let_watchdog_expire(qts);
    check_watchdog_event(qts, c->action);
    if (c->event) {
        qtest_qmp_eventwait(qts, c->event);
    }
    check_run_state(qts, c->run_state);
    check_watchdog_count(qts, 1);
    check_reset_reason(qts, is_reset ? WATCHDOG : POWER_ON,
                       is_reset ? "watchdog" : "power-on");
    /* The cause can be seen in the watchdog, by who is still there or again. */
    g_assert_cmphex(qtest_readl(qts, WCS) & WCS_WS1, ==, WCS_WS1);
    qtest_quit(qts);
}

static void test_watchdog_policies(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(policies); i++) {
        check_policy(&policies[i]);
    }
}

/* -action watchdog=poweroff ends QEMU on the spot. */
static void test_watchdog_ends_qemu(void)
{
    QTestState *qts = machine_start("-action watchdog=poweroff");

    qtest_clock_step(qts, NANOSECONDS_PER_SECOND);
    qtest_writel(qts, WCS, WCS_EN);
    qtest_writel(qts, WCV, 0);
    qtest_qmp_send(qts, "{'execute': 'qom-set', 'arguments': "
                   "{'path': '/machine/soc/watchdog0', 'property': 'expire', "
                   "'value': true}}");
    qtest_wait_qemu(qts);
    qtest_quit(qts);
}

static void test_watchdog_policy_property(void)
{
    static const char *const values[] = { "reset", "poweroff", "pause",
                                          "notify", "default" };
    QTestState *qts = machine_start("");

    for (size_t i = 0; i < G_N_ELEMENTS(values); i++) {
        g_autofree char *told = NULL;

        qom_set_string(qts, "watchdog-action", values[i]);
        /* The supervisor's, not the guest's: a reset leaves it. */
        qtest_system_reset(qts);
        told = qom_get_string(qts, PATH, "watchdog-action");
        g_assert_cmpstr(told, ==, values[i]);
    }
    check_error(qtest_qmp(qts, "{'execute': 'qom-set', 'arguments': "
                          "{'path': %s, 'property': 'watchdog-action', "
                          "'value': 'explode'}}", PATH), "explode");
    qtest_quit(qts);
}

/* One for each end: not one while the line stays up, and over resets. */
static void test_watchdog_count(void)
{
    QTestState *qts = machine_start("");

    qom_set_string(qts, "watchdog-action", "notify");
    check_watchdog_count(qts, 0);
    for (int i = 1; i <= 3; i++) {
        let_watchdog_expire(qts);
        qtest_clock_step(qts, NANOSECONDS_PER_SECOND);
        check_watchdog_count(qts, i);
    }
    qtest_system_reset(qts);
    check_watchdog_count(qts, 3);
    qtest_quit(qts);
}

/* --- Wake-up of what is not suspended --- */

static void test_wake_is_refused(void)
{
    QTestState *qts = machine_start("");
    g_autofree char *reason = qom_get_string(qts, PATH, "wake-reason");

    g_assert_false(qom_get_bool(qts, PATH, "suspended"));
    g_assert_cmpstr(reason, ==, "");
    check_error(qtest_qmp(qts, "{'execute': 'qom-set', 'arguments': "
                          "{'path': %s, 'property': 'wake', 'value': true}}",
                          PATH), "not suspended");
    qom_set_bool(qts, "wake", false);
    check_error(qtest_qmp(qts, "{'execute': 'system_wakeup'}"), "suspend");
    g_assert_cmphex(power_read(qts, WAKE_CAUSE), ==, 0);
    g_assert_cmpint(qom_get_uint(qts, PATH, "suspend-count"), ==, 0);
    qtest_quit(qts);
}

/* --- Supply --- */

static void check_warning(QTestState *qts, bool status, bool line)
{
    g_assert_cmphex(power_read(qts, STATUS), ==, status);
    g_assert_cmpint(qom_get_bool(qts, PATH, "power-fail"), ==, status);
    g_assert_cmpint(spi_level(qts, "power", 0), ==, line);
}

static void test_power_fail_warns(void)
{
    QTestState *qts = machine_start_with_irqs("");

    check_warning(qts, false, false);
    qom_set_uint(qts, "power-fail-delay", 1000);
    qom_set_bool(qts, "power-fail", true);
    check_warning(qts, true, true);
    power_write(qts, INT_ENABLE, 0);
    check_warning(qts, true, false);
    power_write(qts, INT_ENABLE, 1);
    check_warning(qts, true, true);

    /* A reset does not bring the supply back. */
    power_write(qts, INT_ENABLE, 0);
    qtest_system_reset(qts);
    check_warning(qts, true, true);

    /* In the last moment */
    qtest_clock_step(qts, 999);
    qom_set_bool(qts, "power-fail", false);
    check_warning(qts, false, false);
    qtest_clock_step(qts, NANOSECONDS_PER_SECOND);
    check_warning(qts, false, false);
    qtest_quit(qts);
}

/* The delay counts from the moment of the failure, and from each anew. */
static void test_power_fails_again(void)
{
    QTestState *qts = machine_start_with_irqs("");

    qom_set_uint(qts, "power-fail-delay", 1000);
    for (int i = 0; i < 3; i++) {
        qom_set_bool(qts, "power-fail", true);
        qtest_clock_step(qts, 600);
        qom_set_bool(qts, "power-fail", true);
        qtest_clock_step(qts, 399);
        qom_set_bool(qts, "power-fail", false);
    }
    check_warning(qts, false, false);
    /* The end of all time is as far away as one can ask for. */
    qom_set_uint(qts, "power-fail-delay", UINT64_MAX);
    qom_set_bool(qts, "power-fail", true);
    qtest_clock_step(qts, 1000 * NANOSECONDS_PER_SECOND);
    check_warning(qts, true, true);
    qtest_quit(qts);
}

static void test_power_is_cut(void)
{
    QTestState *qts = machine_start("");

    qtest_qmp_send(qts, "{'execute': 'qom-set', 'arguments': "
                   "{'path': %s, 'property': 'power-fail', 'value': true}}",
                   PATH);
    qtest_wait_qemu(qts);
    qtest_quit(qts);
}

/* --- Save and load --- */

static void test_save_and_load(void)
{
    QTestState *qts = machine_start("-action watchdog=reset");

    qtest_set_irq_in(qts, PATH, "ws1", 0, 1);
    qtest_qmp_eventwait(qts, "RESET");
    write_scratches(qts);
    power_write(qts, CTRL, 0);
    power_write(qts, GPIO_ENABLE, 0x8421);
    for (int i = 0; i < SPI_WORDS; i++) {
        power_write(qts, WAKE_ENABLE(i), 0x80000000 + i);
    }
    qom_set_uint(qts, "power-fail-delay", 1000);
    qom_set_bool(qts, "power-fail", true);
    qtest_clock_step(qts, 400);
    qts = machine_through_a_file(qts, "-action watchdog=reset");

    qtest_clock_set(qts, 400);
    qtest_qmp_assert_success(qts, "{'execute': 'cont'}");
    qtest_irq_intercept_in(qts, GIC_PATH);
    check_reset_reason(qts, WATCHDOG, "watchdog");
    check_watchdog_count(qts, 1);
    check_scratches(qts, true);
    g_assert_cmphex(power_read(qts, CTRL), ==, 0);
    g_assert_cmphex(power_read(qts, GPIO_ENABLE), ==, 0x8421);
    for (int i = 0; i < SPI_WORDS; i++) {
        g_assert_cmphex(power_read(qts, WAKE_ENABLE(i)), ==, 0x80000000 + i);
    }
    qtest_clock_step(qts, 599);
    g_assert_cmphex(power_read(qts, STATUS), ==, 1);
    qom_set_bool(qts, "power-fail", false);
    qtest_clock_step(qts, NANOSECONDS_PER_SECOND);
    check_warning(qts, false, false);
    qtest_quit(qts);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("/power/reset-values", test_reset_values);
    qtest_add_func("/power/read-only-registers", test_read_only_registers);
    qtest_add_func("/power/writable-bits", test_writable_bits);
    qtest_add_func("/power/arrays", test_arrays);
    qtest_add_func("/power/holes", test_holes);
    qtest_add_func("/power/line-status", test_line_status);
    qtest_add_func("/power/gpio-status", test_gpio_status);
    qtest_add_func("/power/power-on", test_power_on);
    qtest_add_func("/power/reset-by-host", test_reset_by_host);
    qtest_add_func("/power/reset-by-line", test_reset_by_line);
    qtest_add_func("/power/off-by-line", test_off_by_line);
    qtest_add_func("/power/reset-in-the-middle", test_reset_in_the_middle);
    qtest_add_func("/power/watchdog-policies", test_watchdog_policies);
    qtest_add_func("/power/watchdog-ends-qemu", test_watchdog_ends_qemu);
    qtest_add_func("/power/watchdog-policy-property",
                   test_watchdog_policy_property);
    qtest_add_func("/power/watchdog-count", test_watchdog_count);
    qtest_add_func("/power/wake-is-refused", test_wake_is_refused);
    qtest_add_func("/power/power-fail-warns", test_power_fail_warns);
    qtest_add_func("/power/power-fails-again", test_power_fails_again);
    qtest_add_func("/power/power-is-cut", test_power_is_cut);
    qtest_add_func("/power/save-and-load", test_save_and_load);
    return g_test_run();
}
