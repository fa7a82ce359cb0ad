/*
 * avps-ecu qtest: suspend to RAM and wake-up (hw/avps/power/wake.c)
 *
 * A core has to ask for a suspend, so one runs here, under TCG, with a program
 * of two dozen instructions. What is to wake it is driven from outside.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qobject/qdict.h"
#include "tests/qtest/avps/board.h"
#include "tests/qtest/avps/migration.h"

#define PATH "/machine/soc/power"

/* Of the power controller, see power-test.c */
#define CTRL reg("power", 0x004)
#define WAKE_CAUSE reg("power", 0x014)
#define WAKE_GPIO reg("power", 0x018)
#define GPIO_ENABLE reg("power", 0x01c)
#define SUSPEND_COUNT reg("power", 0x024)
#define WAKE_ENABLE(n) reg("power", 0x100 + 4 * (n))
#define WAKE_REASON(n) reg("power", 0x200 + 4 * (n))

#define CTRL_FOLLOW 1
#define CAUSE_HOST 1
#define CAUSE_LINE 2
#define SPI_WORDS 15

/* GICv3 distributor; SPI n is INTID 32 + n */
#define GICD_ISENABLER(spi) reg("gic-dist", 0x100 + 4 * (1 + (spi) / 32))
#define GICD_ICENABLER(spi) reg("gic-dist", 0x180 + 4 * (1 + (spi) / 32))

/* --- The program --- */

#define OPTIONS "-accel tcg -smp 1 -rtc clock=vm -action watchdog=none " \
                "-device loader,addr=0x40100000,cpu-num=0 "

#define CODE 0x40100000
#define GO 0x40200000           /* written 1: ask for a suspend */
#define RESULT (GO + 8)         /* of a call that was refused */
#define REFUSALS (GO + 16)
#define CONTEXT (GO + 24)       /* X0 at the resume */
#define RESUMES (GO + 32)

#define CONTEXT_VALUE 0x1234
#define PSCI_DENIED (-3)

static const uint32_t code[] = {
    0xd2a80409,         /*         mov x9, #GO */
    0xd503203f,         /* wait:   yield */
    0xf9400120,         /*         ldr x0, [x9] */
    0xb4ffffc0,         /*         cbz x0, wait */
    0xf900013f,         /*         str xzr, [x9] */
    0xd5033f9f,         /*         dsb sy */
    0xd28001c0,         /*         mov x0, #0x000e: SYSTEM_SUSPEND */
    0xf2b88000,         /*         movk x0, #0xc400, lsl #16 */
    0x10000101,         /*         adr x1, resume */
    0xd2824682,         /*         mov x2, #CONTEXT_VALUE */
    0xd4000003,         /*         smc #0 */
    0xf9000520,         /*         str x0, [x9, #8] */
    0xf9400923,         /*         ldr x3, [x9, #16] */
    0x91000463,         /*         add x3, x3, #1 */
    0xf9000923,         /*         str x3, [x9, #16] */
    0x17fffff2,         /*         b wait */
    0xd2a80409,         /* resume: mov x9, #GO */
    0xf9000d20,         /*         str x0, [x9, #24] */
    0xf9401123,         /*         ldr x3, [x9, #32] */
    0x91000463,         /*         add x3, x3, #1 */
    0xf9001123,         /*         str x3, [x9, #32] */
    0x17ffffec,         /*         b wait */
};

static QTestState *start(void)
{
    QTestState *qts = machine_start(OPTIONS "-S");

    for (size_t i = 0; i < G_N_ELEMENTS(code); i++) {
        qtest_writel(qts, CODE + 4 * i, code[i]);
    }
    qtest_qmp_assert_success(qts, "{'execute': 'cont'}");
    return qts;
}

/* Waits for what the program does; it ends by the limit of the whole test. */
static void wait_for_count(QTestState *qts, uint64_t address, uint64_t count)
{
    while (qtest_readq(qts, address) != count) {
        g_usleep(1000);
    }
}

static bool is_suspended(QTestState *qts)
{
    return qom_get_bool(qts, PATH, "suspended");
}

static void suspend(QTestState *qts)
{
    qtest_writeq(qts, GO, 1);
    qtest_qmp_eventwait(qts, "SUSPEND");
    g_assert_true(is_suspended(qts));
}

static void check_refusal(QTestState *qts)
{
    uint64_t before = qtest_readq(qts, REFUSALS);

    qtest_writeq(qts, GO, 1);
    wait_for_count(qts, REFUSALS, before + 1);
    g_assert_cmpint(qtest_readq(qts, RESULT), ==, PSCI_DENIED);
    g_assert_false(is_suspended(qts));
}

/* The core is back where it wanted to be, and the machine says why. */
static void check_wake_up(QTestState *qts, uint64_t resumes, uint32_t cause,
                          const char *reason)
{
    g_autofree char *told = NULL;

    qtest_qmp_eventwait(qts, "WAKEUP");
    g_assert_false(is_suspended(qts));
    told = qom_get_string(qts, PATH, "wake-reason");
    g_assert_cmpstr(told, ==, reason);
    g_assert_cmphex(qtest_readl(qts, WAKE_CAUSE), ==, cause);
    wait_for_count(qts, RESUMES, resumes);
    g_assert_cmphex(qtest_readq(qts, CONTEXT), ==, CONTEXT_VALUE);
    g_assert_cmpint(qtest_readl(qts, SUSPEND_COUNT), ==, resumes);
}

/* --- Wake sources --- */

typedef struct Source {
    const char *name;           /* of the block, and of the source for people */
    int nth;                    /* of its interrupts */
    void (*prepare)(QTestState *qts, const struct Source *source);
    void (*raise)(QTestState *qts, const struct Source *source);
    void (*lower)(QTestState *qts, const struct Source *source);
    int gpio_line;              /* of gpio0 and gpio1 in a row, or -1 */
} Source;

/* Memory-mapped timer: CNTACR0, then CNTP_CTL and CNTV_CTL with CVAL 0 */
static void timer_prepare(QTestState *qts, const Source *source)
{
    qtest_writel(qts, reg("timer0", 0x40), 0x3f);
}

static void timer_raise(QTestState *qts, const Source *source)
{
    qtest_writel(qts, reg("timer0", AVPS_PAGE + 0x2c + source->nth * 0x10), 1);
}

static void timer_lower(QTestState *qts, const Source *source)
{
    qtest_writel(qts, reg("timer0", AVPS_PAGE + 0x2c + source->nth * 0x10), 0);
}

/* Watchdog: WCS.EN, with the second signal as far away as can be; WCV */
static void watchdog_prepare(QTestState *qts, const Source *source)
{
    qtest_writel(qts, reg("watchdog0", 0x00c), 0xffff);
    qtest_writel(qts, reg("watchdog0", 0x000), 1);
}

static void watchdog_raise(QTestState *qts, const Source *source)
{
    qtest_writel(qts, reg("watchdog0", 0x014), 0);
    qtest_writel(qts, reg("watchdog0", 0x010), 0);
}

static void watchdog_lower(QTestState *qts, const Source *source)
{
    qtest_writel(qts, reg("watchdog0", 0x000), 0);
}

/* PL011: UARTCR with its loop-back, UARTIMSC.RXIM, UARTDR */
static void uart_prepare(QTestState *qts, const Source *source)
{
    qtest_writel(qts, reg(source->name, 0x30), 0x381);
    qtest_writel(qts, reg(source->name, 0x38), 0x10);
}

static void uart_raise(QTestState *qts, const Source *source)
{
    qtest_writel(qts, reg(source->name, 0x00), 'w');
}

static void uart_lower(QTestState *qts, const Source *source)
{
    qtest_readl(qts, reg(source->name, 0x00));
    qtest_writel(qts, reg(source->name, 0x44), 0x10);
}

/* PL031: RTCIMSC; an alarm at the next second or, at its very turn, now */
static void rtc_prepare(QTestState *qts, const Source *source)
{
    qtest_writel(qts, reg("rtc0", 0x10), 1);
}

static void rtc_raise(QTestState *qts, const Source *source)
{
    uint32_t now = qtest_readl(qts, reg("rtc0", 0x00));

    qtest_writel(qts, reg("rtc0", 0x04), now + 1);
}

static void rtc_lower(QTestState *qts, const Source *source)
{
    qtest_writel(qts, reg("rtc0", 0x1c), 1);
}

/* PL061: GPIOIEV and GPIOIE; GPIOIC */
static void gpio_prepare(QTestState *qts, const Source *source)
{
    uint32_t bit = 1u << source->gpio_line % 8;

    qtest_writel(qts, reg(source->name, 0x40c), bit);
    qtest_writel(qts, reg(source->name, 0x410), bit);
}

static void gpio_set(QTestState *qts, const Source *source, bool level)
{
    g_autofree char *path = g_strdup_printf("/machine/soc/%s", source->name);

    qtest_set_irq_in(qts, path, NULL, source->gpio_line % 8, level);
}

static void gpio_raise(QTestState *qts, const Source *source)
{
    gpio_set(qts, source, true);
}

static void gpio_lower(QTestState *qts, const Source *source)
{
    gpio_set(qts, source, false);
    qtest_writel(qts, reg(source->name, 0x41c), 0xff);
}

static const Source sources[] = {
    { "timer0", 0, timer_prepare, timer_raise, timer_lower, -1 },
    { "timer0", 1, timer_prepare, timer_raise, timer_lower, -1 },
    { "watchdog0", 0, watchdog_prepare, watchdog_raise, watchdog_lower, -1 },
    { "uart0", 0, uart_prepare, uart_raise, uart_lower, -1 },
    { "uart1", 0, uart_prepare, uart_raise, uart_lower, -1 },
    { "rtc0", 0, rtc_prepare, rtc_raise, rtc_lower, -1 },
};

static Source gpio_source(int line)
{
    return (Source) { line < 8 ? "gpio0" : "gpio1", 0, gpio_prepare,
                      gpio_raise, gpio_lower, line };
}

static int spi_of(const Source *source)
{
    return block(source->name)->spi + source->nth;
}

/* What the machine calls the source; the caller frees it. */
static char *reason_of(const Source *source)
{
    return source->gpio_line < 0
        ? g_strdup(source->name)
        : g_strdup_printf("%s line %d", source->name, source->gpio_line % 8);
}

/* The two ways of choosing the wake sources */
typedef enum { IN_GIC, IN_REGISTERS } Choice;

static void choose(QTestState *qts, const Source *source, Choice choice,
                   bool on)
{
    int spi = spi_of(source);
    uint32_t bit = 1u << spi % 32;

    if (choice == IN_GIC) {
        qtest_writel(qts, on ? GICD_ISENABLER(spi) : GICD_ICENABLER(spi), bit);
        return;
    }
    qtest_writel(qts, CTRL, 0);
    qtest_writel(qts, WAKE_ENABLE(spi / 32), on ? bit : 0);
    if (source->gpio_line >= 0) {
        qtest_writel(qts, GPIO_ENABLE, on ? 1u << source->gpio_line : 0);
    }
}

static void check_reason_registers(QTestState *qts, const Source *source)
{
    int spi = spi_of(source);
    uint32_t gpio = source->gpio_line < 0 ? 0 : 1u << source->gpio_line;

    for (int word = 0; word < SPI_WORDS; word++) {
        g_assert_cmphex(qtest_readl(qts, WAKE_REASON(word)), ==,
                        word == spi / 32 ? 1u << spi % 32 : 0);
    }
    g_assert_cmphex(qtest_readl(qts, WAKE_GPIO), ==, gpio);
}

/*
 * The source wakes; as long as it is up, it refuses a suspend; and it leaves
 * the SoC alone when it is none.
 */
static void check_source(QTestState *qts, const Source *source, Choice choice,
                         int *resumes)
{
    g_autofree char *reason = reason_of(source);

    g_test_message("%s, chosen in %s", reason,
                   choice == IN_GIC ? "the GIC" : "registers");
    choose(qts, source, choice, true);
    source->prepare(qts, source);
    suspend(qts);
    source->raise(qts, source);
    check_wake_up(qts, ++*resumes, CAUSE_LINE, reason);
    check_reason_registers(qts, source);
    check_refusal(qts);
    source->lower(qts, source);
    choose(qts, source, choice, false);
}

static void check_all_sources(Choice choice)
{
    QTestState *qts = start();
    int resumes = 0;

    for (size_t i = 0; i < G_N_ELEMENTS(sources); i++) {
        check_source(qts, &sources[i], choice, &resumes);
    }
    for (int line = 0; line < 16; line++) {
        Source gpio = gpio_source(line);

        check_source(qts, &gpio, choice, &resumes);
    }
    qtest_quit(qts);
}

static void test_sources_in_gic(void)
{
    check_all_sources(IN_GIC);
}

static void test_sources_in_registers(void)
{
    check_all_sources(IN_REGISTERS);
}

static void wake_by_host(QTestState *qts)
{
    qtest_qmp_assert_success(qts, "{'execute': 'qom-set', 'arguments': "
                             "{'path': %s, 'property': 'wake', "
                             "'value': true}}", PATH);
}

static void test_host(void)
{
    QTestState *qts = start();

    suspend(qts);
    wake_by_host(qts);
    check_wake_up(qts, 1, CAUSE_HOST, "host");
    suspend(qts);
    qtest_qmp_assert_success(qts, "{'execute': 'system_wakeup'}");
    check_wake_up(qts, 2, CAUSE_HOST, "host");
    qtest_quit(qts);
}

/* A line that is no source may rise; it does not even refuse a suspend. */
static void check_not_chosen(Choice choice)
{
    const Source *timer = &sources[0];
    QTestState *qts = start();

    timer_prepare(qts, timer);
    choose(qts, timer, choice, false);
    suspend(qts);
    timer_raise(qts, timer);
    g_assert_true(is_suspended(qts));
    wake_by_host(qts);
    check_wake_up(qts, 1, CAUSE_HOST, "host");
    suspend(qts);
    wake_by_host(qts);
    check_wake_up(qts, 2, CAUSE_HOST, "host");
    qtest_quit(qts);
}

static void test_not_chosen(void)
{
    check_not_chosen(IN_GIC);
    check_not_chosen(IN_REGISTERS);
}

/* Each way leaves out of account what the other one chooses. */
static void test_one_choice_at_a_time(void)
{
    const Source *timer = &sources[0];
    QTestState *qts = start();

    timer_prepare(qts, timer);
    choose(qts, timer, IN_REGISTERS, true);
    qtest_writel(qts, CTRL, CTRL_FOLLOW);
    suspend(qts);
    timer_raise(qts, timer);
    g_assert_true(is_suspended(qts));
    timer_lower(qts, timer);
    wake_by_host(qts);
    check_wake_up(qts, 1, CAUSE_HOST, "host");

    choose(qts, timer, IN_REGISTERS, false);
    choose(qts, timer, IN_GIC, true);
    suspend(qts);
    timer_raise(qts, timer);
    g_assert_true(is_suspended(qts));
    wake_by_host(qts);
    check_wake_up(qts, 2, CAUSE_HOST, "host");
    qtest_quit(qts);
}

/* GPIO_ENABLE chooses among the lines of a block whose interrupt may wake. */
static void test_other_gpio_line(void)
{
    Source chosen = gpio_source(10), other = gpio_source(11);
    QTestState *qts = start();

    choose(qts, &chosen, IN_REGISTERS, true);
    qtest_writel(qts, reg("gpio1", 0x40c), 0xff);
    qtest_writel(qts, reg("gpio1", 0x410), 0xff);
    suspend(qts);
    gpio_raise(qts, &other);
    g_assert_true(is_suspended(qts));
    gpio_lower(qts, &other);
    gpio_raise(qts, &chosen);
    check_wake_up(qts, 1, CAUSE_LINE, "gpio1 line 2");
    qtest_quit(qts);
}

/* Chosen by a debugger or another master, while the line is up */
static void test_chosen_while_suspended(void)
{
    const Source *timer = &sources[0];
    QTestState *qts = start();

    timer_prepare(qts, timer);
    choose(qts, timer, IN_REGISTERS, false);
    suspend(qts);
    timer_raise(qts, timer);
    g_assert_true(is_suspended(qts));
    choose(qts, timer, IN_REGISTERS, true);
    check_wake_up(qts, 1, CAUSE_LINE, "timer0");
    qtest_quit(qts);
}

/* --- In the middle --- */

static void test_reset_while_suspended(void)
{
    QTestState *qts = start();

    suspend(qts);
    qtest_system_reset(qts);
    g_assert_false(is_suspended(qts));
    g_assert_cmphex(qtest_readl(qts, WAKE_CAUSE), ==, 0);
    /* The program has begun anew, and can be suspended as before. */
    suspend(qts);
    wake_by_host(qts);
    qtest_qmp_eventwait(qts, "WAKEUP");
    wait_for_count(qts, RESUMES, 1);
    qtest_quit(qts);
}

static void test_save_and_load_while_suspended(void)
{
    const Source *timer = &sources[0];
    QTestState *qts = start();

    timer_prepare(qts, timer);
    choose(qts, timer, IN_GIC, true);
    suspend(qts);
    qts = machine_through_a_file(qts, OPTIONS);
    g_assert_true(is_suspended(qts));
    qtest_qmp_assert_success(qts, "{'execute': 'cont'}");
    g_assert_true(is_suspended(qts));
    g_assert_cmpint(qtest_readq(qts, RESUMES), ==, 0);
    timer_raise(qts, timer);
    check_wake_up(qts, 1, CAUSE_LINE, "timer0");
    qtest_quit(qts);
}

/* What woke it is remembered until the next suspend. */
static void test_save_and_load_awake(void)
{
    const Source *timer = &sources[0];
    g_autofree char *told = NULL;
    QTestState *qts = start();

    timer_prepare(qts, timer);
    choose(qts, timer, IN_GIC, true);
    suspend(qts);
    timer_raise(qts, timer);
    check_wake_up(qts, 1, CAUSE_LINE, "timer0");
    qts = machine_through_a_file(qts, OPTIONS);
    told = qom_get_string(qts, PATH, "wake-reason");
    g_assert_cmpstr(told, ==, "timer0");
    qtest_qmp_assert_success(qts, "{'execute': 'cont'}");
    timer_lower(qts, timer);
    suspend(qts);
    wake_by_host(qts);
    check_wake_up(qts, 2, CAUSE_HOST, "host");
    g_assert_cmphex(qtest_readl(qts, WAKE_REASON(spi_of(timer) / 32)), ==, 0);
    qtest_quit(qts);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("/wake/sources-in-gic", test_sources_in_gic);
    qtest_add_func("/wake/sources-in-registers", test_sources_in_registers);
    qtest_add_func("/wake/host", test_host);
    qtest_add_func("/wake/not-chosen", test_not_chosen);
    qtest_add_func("/wake/one-choice-at-a-time", test_one_choice_at_a_time);
    qtest_add_func("/wake/other-gpio-line", test_other_gpio_line);
    qtest_add_func("/wake/chosen-while-suspended",
                   test_chosen_while_suspended);
    qtest_add_func("/wake/reset-while-suspended", test_reset_while_suspended);
    qtest_add_func("/wake/save-and-load-while-suspended",
                   test_save_and_load_while_suspended);
    qtest_add_func("/wake/save-and-load-awake", test_save_and_load_awake);
    return g_test_run();
}
