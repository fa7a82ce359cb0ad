/*
 * avps-ecu qtest: pins of the system control processor
 *
 * Arm System Control and Management Interface (DEN0056) 3.2, section 4.11;
 * ARM PrimeCell GPIO (PL061), DDI 0190, and UART (PL011), DDI 0183.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/bitops.h"
#include <sys/ioctl.h>
#include "qobject/qdict.h"
#include "tests/qtest/avps/migration.h"
#include "tests/qtest/avps/scmi.h"

enum {
    ATTRIBUTES = 3,
    LIST_ASSOCIATIONS,
    SETTINGS_GET,
    SETTINGS_CONFIGURE,
    REQUEST,
    RELEASE,
    NAME_GET,
    SET_PERMISSIONS,
    NUM_MESSAGES,
};

enum { PIN, GROUP, FUNCTION };

enum { NUM_PINS = 19, NUM_GROUPS = 14, NUM_FUNCTIONS = 7 };

/* Pins, groups and functions of the table of the SoC */
enum { UART1_TX = 8, UART1_RX, I2C1_SCL };
enum { GROUP_UART1 = 8, GROUP_I2C1, GROUP_CAN1 = 13 };
enum { GPIO1, UART1, I2C1, I2C2, SPI0, CAN, NONE };

/* Settings */
enum {
    BIAS_DISABLE = 2,
    PULL_UP = 4,
    PULL_DOWN = 6,
    PUSH_PULL = 9,
    DRIVE_STRENGTH = 10,
    INPUT_VALUE = 14,
    SLEW_RATE = 20,
    OEM = 192,
};

#define IN_USE (-11)

#define WITH_FUNCTION BIT(10)
#define CONFIGURE(selector, number) ((selector) | (number) << 2)
#define GET(what, selector) ((what) << 18 | (selector) << 16)
enum { ONE, ALL, WHICH_FUNCTION };

#define PATH(name) SCMI_PATH "/pins/" name

/* PL061 */
#define DATA(lines) ((lines) << 2)
#define DIR 0x400
/* PL011 */
#define DR 0x00
#define FR 0x18
#define FR_RXFE (1 << 4)
#define CR 0x30
#define CR_ENABLED 0x301        /* UARTEN, TXE, RXE */

#define ask(agent, message, ...) \
    scmi_call(agent, SCMI_PIN_CONTROL, message, __VA_ARGS__)
#define check(agent, want, message, ...) \
    g_assert_cmpint(ask(agent, message, __VA_ARGS__).status, ==, want)
#define succeed(agent, message, ...) \
    check(agent, SCMI_SUCCESS, message, __VA_ARGS__)

static void select_function(ScmiAgent *agent, unsigned selector, unsigned id,
                            unsigned function)
{
    succeed(agent, SETTINGS_CONFIGURE, id, function,
            CONFIGURE(selector, 0) | WITH_FUNCTION);
}

static uint32_t function_of(ScmiAgent *agent, unsigned selector, unsigned id)
{
    ScmiMessage m = ask(agent, SETTINGS_GET, id,
                        GET(WHICH_FUNCTION, selector));

    g_assert_cmpint(m.status, ==, SCMI_SUCCESS);
    g_assert_cmpint(m.num_words, ==, 2);
    g_assert_cmpint(m.word[1], ==, 0);
    return m.word[0];
}

static void set_pin(ScmiAgent *agent, unsigned pin, uint32_t type,
                    uint32_t value)
{
    succeed(agent, SETTINGS_CONFIGURE, pin, UINT32_MAX, CONFIGURE(PIN, 1),
            type, value);
}

static uint32_t setting(ScmiAgent *agent, unsigned pin, unsigned type)
{
    ScmiMessage m = ask(agent, SETTINGS_GET, pin, GET(ONE, PIN) | type);

    g_assert_cmpint(m.status, ==, SCMI_SUCCESS);
    g_assert_cmpint(m.num_words, ==, 4);
    g_assert_cmphex(m.word[1], ==, 1);
    g_assert_cmpint(m.word[2], ==, type);
    return m.word[3];
}

/* --- Descriptions --- */

static void test_attributes(ScmiAgent *agent)
{
    ScmiMessage m = scmi_send(agent, SCMI_PIN_CONTROL,
                              SCMI_PROTOCOL_ATTRIBUTES, NULL, 0);

    g_assert_cmpint(m.num_words, ==, 2);
    g_assert_cmphex(m.word[0], ==, NUM_GROUPS << 16 | NUM_PINS);
    g_assert_cmphex(m.word[1], ==, NUM_FUNCTIONS);
    m = scmi_send(agent, SCMI_PIN_CONTROL, SCMI_PROTOCOL_VERSION, NULL, 0);
    g_assert_cmphex(m.word[0], ==, 0x10000);
    for (unsigned i = ATTRIBUTES; i < NUM_MESSAGES; i++) {
        m = ask(agent, SCMI_PROTOCOL_MESSAGE_ATTRIBUTES, i);
        g_assert_cmpint(m.status, ==, SCMI_SUCCESS);
        g_assert_cmphex(m.word[0], ==, 0);
    }
}

static void check_name(ScmiAgent *agent, unsigned selector, unsigned id,
                       uint32_t attributes, const char *name)
{
    ScmiMessage m = ask(agent, ATTRIBUTES, id, selector);
    g_autofree char *short_name = scmi_name(&m, 1, 4);
    g_autofree char *long_name = NULL;

    g_assert_cmpint(m.num_words, ==, 5);
    g_assert_cmphex(m.word[0], ==, attributes);
    g_assert_true(!strncmp(short_name, name, 15));
    m = ask(agent, NAME_GET, id, selector);
    long_name = scmi_name(&m, 1, 16);
    g_assert_cmpint(m.num_words, ==, 17);
    g_assert_cmpstr(long_name, ==, name);
}

static void test_names(ScmiAgent *agent)
{
    check_name(agent, PIN, 3, 0, "gpio1-3");
    check_name(agent, PIN, UART1_RX, 0, "uart1-rx");
    check_name(agent, GROUP, GROUP_UART1, 2, "uart1");
    check_name(agent, FUNCTION, GPIO1, 8 | BIT(17), "gpio1");
    check_name(agent, FUNCTION, CAN, 2, "can");
    check_name(agent, FUNCTION, NONE, NUM_GROUPS | BIT(31),
               "high-impedance-pin");
    check(agent, SCMI_NOT_FOUND, ATTRIBUTES, NUM_PINS, PIN);
    check(agent, SCMI_NOT_FOUND, ATTRIBUTES, NUM_GROUPS, GROUP);
    check(agent, SCMI_NOT_FOUND, ATTRIBUTES, NUM_FUNCTIONS, FUNCTION);
    check(agent, SCMI_INVALID_PARAMETERS, ATTRIBUTES, 0, 3);
    check(agent, SCMI_INVALID_PARAMETERS, ATTRIBUTES, 0, BIT(2));
    check(agent, SCMI_NOT_FOUND, NAME_GET, UINT32_MAX, PIN);
    check(agent, SCMI_INVALID_PARAMETERS, NAME_GET, 0, 3);
}

static void test_associations(ScmiAgent *agent)
{
    ScmiMessage m = ask(agent, LIST_ASSOCIATIONS, GROUP_UART1, GROUP, 0);

    g_assert_cmpint(m.num_words, ==, 2);
    g_assert_cmphex(m.word[0], ==, 2);
    g_assert_cmphex(m.word[1], ==, UART1_RX << 16 | UART1_TX);
    m = ask(agent, LIST_ASSOCIATIONS, GROUP_UART1, GROUP, 1);
    g_assert_cmphex(m.word[0], ==, 1);
    g_assert_cmphex(m.word[1], ==, UART1_RX);
    m = ask(agent, LIST_ASSOCIATIONS, CAN, FUNCTION, 0);
    g_assert_cmphex(m.word[0], ==, 2);
    g_assert_cmphex(m.word[1], ==, GROUP_CAN1 << 16 | (GROUP_CAN1 - 1));
    m = ask(agent, LIST_ASSOCIATIONS, NONE, FUNCTION, 0);
    g_assert_cmphex(m.word[0], ==, NUM_GROUPS);
    g_assert_cmpint(m.num_words, ==, 1 + NUM_GROUPS / 2);
    check(agent, SCMI_INVALID_PARAMETERS, LIST_ASSOCIATIONS, GROUP_UART1,
          GROUP, 2);
    check(agent, SCMI_INVALID_PARAMETERS, LIST_ASSOCIATIONS, 0, PIN, 0);
    check(agent, SCMI_INVALID_PARAMETERS, LIST_ASSOCIATIONS, 0, 3, 0);
    check(agent, SCMI_NOT_FOUND, LIST_ASSOCIATIONS, NUM_GROUPS, GROUP, 0);
}

/* --- Settings --- */

static void test_settings(ScmiAgent *agent)
{
    ScmiMessage m;

    set_pin(agent, 3, DRIVE_STRENGTH, 8000);
    set_pin(agent, 3, PULL_UP, 1);
    g_assert_cmpint(setting(agent, 3, DRIVE_STRENGTH), ==, 8000);
    g_assert_cmpint(setting(agent, 3, PULL_UP), ==, 1);
    /* One bias at a time */
    set_pin(agent, 3, PULL_DOWN, 1);
    g_assert_cmpint(setting(agent, 3, PULL_UP), ==, 0);
    g_assert_cmpint(setting(agent, 3, PULL_DOWN), ==, 1);
    m = ask(agent, SETTINGS_GET, 3, GET(ALL, PIN));
    g_assert_cmpint(m.word[0], ==, GPIO1);
    g_assert_cmphex(m.word[1], ==, 3);
    g_assert_cmpint(m.num_words, ==, 2 + 2 * 3);
    g_assert_cmpint(m.word[2], ==, PULL_DOWN);
    g_assert_cmpint(m.word[4], ==, DRIVE_STRENGTH);
    g_assert_cmpint(m.word[5], ==, 8000);
    g_assert_cmpint(m.word[6], ==, INPUT_VALUE);
    m = ask(agent, SETTINGS_GET, 3, GET(ALL, PIN) | 2 << 8);
    g_assert_cmphex(m.word[1], ==, 1);
    g_assert_cmpint(m.word[2], ==, INPUT_VALUE);
    check(agent, SCMI_INVALID_PARAMETERS, SETTINGS_GET, 3,
          GET(ALL, PIN) | 3 << 8);
    /* Back to the default */
    set_pin(agent, 3, 0, 0);
    g_assert_cmpint(setting(agent, 3, DRIVE_STRENGTH), ==, 0);
}

/* More than a message holds */
static void test_many_settings(ScmiAgent *agent)
{
    static const uint8_t types[] = { 1, 7, 10, 11, 12, 13, 15, 16, 17, 18,
                                     19, 20 };
    ScmiMessage m;

    for (unsigned i = 0; i < G_N_ELEMENTS(types); i++) {
        set_pin(agent, 2, types[i], 100 + i);
    }
    m = ask(agent, SETTINGS_GET, 2, GET(ALL, PIN));
    g_assert_cmphex(m.word[1], ==, 11 | 2 << 24);
    g_assert_cmpint(m.num_words, ==, 2 + 2 * 11);
    g_assert_cmpint(m.word[2], ==, 1);
    m = ask(agent, SETTINGS_GET, 2, GET(ALL, PIN) | 11 << 8);
    g_assert_cmphex(m.word[1], ==, 2);
    g_assert_cmpint(m.word[4], ==, SLEW_RATE);
    g_assert_cmpint(m.word[5], ==, 111);
}

/* Several at once, for a group */
static void test_group_settings(ScmiAgent *agent)
{
    succeed(agent, SETTINGS_CONFIGURE, GROUP_I2C1, UINT32_MAX,
            CONFIGURE(GROUP, 2), PUSH_PULL, 1, SLEW_RATE, 3);
    for (unsigned pin = I2C1_SCL; pin < I2C1_SCL + 2; pin++) {
        g_assert_cmpint(setting(agent, pin, PUSH_PULL), ==, 1);
        g_assert_cmpint(setting(agent, pin, SLEW_RATE), ==, 3);
    }
    g_assert_cmpint(setting(agent, I2C1_SCL + 2, SLEW_RATE), ==, 0);
}

static void test_setting_errors(ScmiAgent *agent)
{
    const uint32_t configure = CONFIGURE(PIN, 1);

    check(agent, SCMI_PROTOCOL_ERROR, SETTINGS_CONFIGURE, 0, 0, configure);
    check(agent, SCMI_PROTOCOL_ERROR, SETTINGS_CONFIGURE, 0, 0, configure,
          PULL_UP);
    check(agent, SCMI_PROTOCOL_ERROR, SETTINGS_CONFIGURE, 0, 0,
          CONFIGURE(PIN, 0), PULL_UP, 1);
    check(agent, SCMI_PROTOCOL_ERROR, SETTINGS_CONFIGURE, 0, 0,
          CONFIGURE(PIN, 255), PULL_UP, 1);
    check(agent, SCMI_NOT_SUPPORTED, SETTINGS_CONFIGURE, 0, 0, configure, OEM,
          1);
    check(agent, SCMI_NOT_SUPPORTED, SETTINGS_CONFIGURE, 0, 0, configure, 21,
          1);
    check(agent, SCMI_NOT_SUPPORTED, SETTINGS_CONFIGURE, 0, 0, configure,
          INPUT_VALUE, 1);
    check(agent, SCMI_INVALID_PARAMETERS, SETTINGS_CONFIGURE, 0, 0, configure,
          256, 1);
    check(agent, SCMI_INVALID_PARAMETERS, SETTINGS_CONFIGURE, 0, 0,
          configure | BIT(11), PULL_UP, 1);
    check(agent, SCMI_INVALID_PARAMETERS, SETTINGS_CONFIGURE, 0, 0,
          CONFIGURE(FUNCTION, 1), PULL_UP, 1);
    check(agent, SCMI_NOT_FOUND, SETTINGS_CONFIGURE, NUM_PINS, 0, configure,
          PULL_UP, 1);
    check(agent, SCMI_NOT_FOUND, SETTINGS_CONFIGURE, 0, NUM_FUNCTIONS,
          CONFIGURE(PIN, 0) | WITH_FUNCTION);
    check(agent, SCMI_NOT_SUPPORTED, SETTINGS_CONFIGURE, 0, UART1,
          CONFIGURE(PIN, 0) | WITH_FUNCTION);
    /* One mistake, and nothing is done */
    check(agent, SCMI_NOT_SUPPORTED, SETTINGS_CONFIGURE, 0, NONE,
          CONFIGURE(PIN, 2) | WITH_FUNCTION, SLEW_RATE, 1, OEM, 1);
    g_assert_cmpint(setting(agent, 0, SLEW_RATE), ==, 0);
    g_assert_cmpint(function_of(agent, PIN, 0), ==, GPIO1);
    check(agent, SCMI_NOT_SUPPORTED, SETTINGS_GET, 0, GET(ONE, PIN) | OEM);
    check(agent, SCMI_NOT_SUPPORTED, SETTINGS_GET, 0, GET(ONE, PIN));
    check(agent, SCMI_INVALID_PARAMETERS, SETTINGS_GET, 0, GET(3, PIN));
    check(agent, SCMI_INVALID_PARAMETERS, SETTINGS_GET, 0, BIT(20));
    check(agent, SCMI_INVALID_PARAMETERS, SETTINGS_GET, 0,
          GET(ONE, FUNCTION) | PULL_UP);
    check(agent, SCMI_NOT_FOUND, SETTINGS_GET, NUM_GROUPS,
          GET(WHICH_FUNCTION, GROUP));
}

/* --- Functions --- */

static void test_functions(ScmiAgent *agent)
{
    g_autofree char *function = NULL;

    g_assert_cmpint(function_of(agent, GROUP, GROUP_UART1), ==, UART1);
    select_function(agent, GROUP, GROUP_CAN1, CAN);
    g_assert_cmpint(function_of(agent, PIN, 4), ==, CAN);
    g_assert_cmpint(function_of(agent, PIN, 5), ==, CAN);
    g_assert_cmpint(function_of(agent, GROUP, GROUP_CAN1), ==, CAN);
    g_assert_cmpint(function_of(agent, PIN, 6), ==, GPIO1);
    function = qom_get_string(scmi_machine(agent), PATH("gpio1-4"),
                              "function");
    g_assert_cmpstr(function, ==, "can");
    select_function(agent, PIN, 4, GPIO1);
    g_assert_cmphex(function_of(agent, GROUP, GROUP_CAN1), ==, UINT32_MAX);
}

/* --- Lines of gpio1 --- */

static uint32_t gpio_read(ScmiAgent *agent, uint32_t lines)
{
    return qtest_readl(scmi_machine(agent), reg("gpio1", DATA(lines)));
}

static void drive(ScmiAgent *agent, int line, int level)
{
    qtest_set_irq_in(scmi_machine(agent), "/machine/soc/gpio1", NULL, line,
                     level);
}

static void test_gpio_input(ScmiAgent *agent)
{
    drive(agent, 4, 1);
    g_assert_cmphex(gpio_read(agent, BIT(4)), ==, BIT(4));
    g_assert_cmpint(setting(agent, 4, INPUT_VALUE), ==, 1);
    /* Cut: its pull is down */
    select_function(agent, GROUP, GROUP_CAN1, CAN);
    g_assert_cmphex(gpio_read(agent, BIT(4)), ==, 0);
    drive(agent, 4, 0);
    drive(agent, 4, 1);
    g_assert_cmphex(gpio_read(agent, BIT(4)), ==, 0);
    set_pin(agent, 4, PULL_UP, 1);
    g_assert_cmphex(gpio_read(agent, BIT(4)), ==, BIT(4));
    set_pin(agent, 4, BIAS_DISABLE, 1);
    g_assert_cmphex(gpio_read(agent, BIT(4)), ==, 0);
    /* What the board drives is there again */
    select_function(agent, PIN, 4, GPIO1);
    g_assert_cmphex(gpio_read(agent, BIT(4)), ==, BIT(4));
    drive(agent, 4, 0);
    g_assert_cmphex(gpio_read(agent, BIT(4)), ==, 0);
}

/* By the host, instead of a wire */
static void test_gpio_by_host(ScmiAgent *agent)
{
    QDict *reply;

    qtest_qmp_assert_success(
        scmi_machine(agent), "{'execute': 'qom-set', 'arguments': {"
        "'path': %s, 'property': 'level', 'value': true}}", PATH("gpio1-7"));
    g_assert_cmphex(gpio_read(agent, BIT(7)), ==, BIT(7));
    qtest_qmp_assert_success(
        scmi_machine(agent), "{'execute': 'qom-set', 'arguments': {"
        "'path': %s, 'property': 'function', "
        "'value': 'high-impedance-pin'}}", PATH("gpio1-7"));
    g_assert_cmphex(gpio_read(agent, BIT(7)), ==, 0);
    g_assert_true(qom_get_bool(scmi_machine(agent), PATH("gpio1-7"),
                               "level"));
    reply = qtest_qmp(scmi_machine(agent), "{'execute': 'qom-set', "
                      "'arguments': {'path': %s, 'property': 'function', "
                      "'value': 'uart1'}}", PATH("gpio1-7"));
    g_assert_nonnull(strstr(qdict_get_str(qdict_get_qdict(reply, "error"),
                                          "desc"),
                            "gpio1, high-impedance-pin"));
    qobject_unref(reply);
}

/* Line 0 selects the NOR flash, which answers only while it is selected. */
#define SPI_DATA_IN 0x00
#define SPI_DATA_OUT 0x04
#define SPI_CONTROL 0x08
/* Bytes, started by a write, as a master */
#define SPI_BYTES (7u << 20 | 0xf << 4 | 1 << 3 | 1)
#define READ_ID 0x9f
#define WINBOND 0xef

static uint32_t exchange(QTestState *qts, uint32_t byte)
{
    qtest_writel(qts, reg("spi0", SPI_DATA_OUT), byte);
    return qtest_readl(qts, reg("spi0", SPI_DATA_IN)) & 0xff;
}

static uint32_t manufacturer(ScmiAgent *agent)
{
    QTestState *qts = scmi_machine(agent);
    uint32_t id;

    qtest_writel(qts, reg("spi0", SPI_CONTROL), SPI_BYTES);
    qtest_writel(qts, reg("gpio1", DIR), 1);
    qtest_writel(qts, reg("gpio1", DATA(1)), 1);
    qtest_writel(qts, reg("gpio1", DATA(1)), 0);
    exchange(qts, READ_ID);
    id = exchange(qts, 0);
    qtest_writel(qts, reg("gpio1", DATA(1)), 1);
    return id;
}

static void test_gpio_output(ScmiAgent *agent)
{
    g_assert_cmphex(manufacturer(agent), ==, WINBOND);
    select_function(agent, PIN, 0, NONE);
    g_assert_cmphex(manufacturer(agent), !=, WINBOND);
    select_function(agent, PIN, 0, GPIO1);
    g_assert_cmphex(manufacturer(agent), ==, WINBOND);
    /* Selected by the pull of its pin */
    select_function(agent, PIN, 0, NONE);
    set_pin(agent, 0, PULL_DOWN, 1);
    g_assert_cmphex(manufacturer(agent), ==, WINBOND);
}

/* --- uart1 --- */

static void test_uart_output(void)
{
    char *file = temporary_file("", 0, 0);
    QTestState *qts = machine_startf("-serial null -serial file:%s", file);
    ScmiAgent *agent = scmi_open(qts, 1);
    g_autofree char *text = NULL;

    qtest_writel(qts, reg("uart1", CR), CR_ENABLED);
    qtest_writel(qts, reg("uart1", DR), 'a');
    select_function(agent, PIN, UART1_TX, NONE);
    qtest_writel(qts, reg("uart1", DR), 'b');
    select_function(agent, PIN, UART1_TX, UART1);
    qtest_writel(qts, reg("uart1", DR), 'c');
    /* The other pin does not matter */
    select_function(agent, PIN, UART1_RX, NONE);
    qtest_writel(qts, reg("uart1", DR), 'd');
    /* It comes back with a reset */
    select_function(agent, GROUP, GROUP_UART1, NONE);
    qtest_system_reset(qts);
    qtest_writel(qts, reg("uart1", CR), CR_ENABLED);
    qtest_writel(qts, reg("uart1", DR), 'e');
    scmi_close(agent);
    qtest_quit(qts);
    g_assert_true(g_file_get_contents(file, &text, NULL, NULL));
    g_assert_cmpstr(text, ==, "acde");
}

static void wait_for_character(QTestState *qts, char want)
{
    uint64_t end = g_get_monotonic_time() + 60 * G_TIME_SPAN_SECOND;

    while (qtest_readl(qts, reg("uart1", FR)) & FR_RXFE) {
        g_assert_cmpint(g_get_monotonic_time(), <, end);
    }
    g_assert_cmpint(qtest_readl(qts, reg("uart1", DR)) & 0xff, ==, want);
}

static void type(int socket, const char *text)
{
    g_assert_cmpint(write(socket, text, strlen(text)), ==, strlen(text));
}

static void test_uart_input(void)
{
    int pair[2];
    g_autofree char *options = NULL;
    QTestState *qts;
    ScmiAgent *agent;

    g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), ==, 0);
    options = g_strdup_printf("-serial null -chardev socket,id=wire,fd=%d "
                              "-serial chardev:wire", pair[1]);
    qts = machine_start(options);
    close(pair[1]);
    agent = scmi_open(qts, 1);
    qtest_writel(qts, reg("uart1", CR), CR_ENABLED);
    type(pair[0], "a");
    wait_for_character(qts, 'a');
    select_function(agent, PIN, UART1_RX, NONE);
    type(pair[0], "b");
    /* Until QEMU has taken it from the socket */
    for (int left = 1; left;) {
        g_assert_cmpint(ioctl(pair[0], TIOCOUTQ, &left), ==, 0);
        qtest_readl(qts, reg("uart1", FR));
    }
    g_assert_cmphex(qtest_readl(qts, reg("uart1", FR)) & FR_RXFE, ==, FR_RXFE);
    select_function(agent, PIN, UART1_RX, UART1);
    type(pair[0], "c");
    wait_for_character(qts, 'c');
    close(pair[0]);
    scmi_close(agent);
    qtest_quit(qts);
}

/* --- Agents --- */

#define GPIO1_DEVICE 9
#define SET_DEVICE_PERMISSIONS 9
#define RESET_AGENT_CONFIGURATION 11

static void test_ownership(void)
{
    QTestState *qts = machine_start("");
    ScmiAgent *first = scmi_open(qts, 1), *second = scmi_open(qts, 2);

    g_assert_cmpint(scmi_status(first, SCMI_BASE, SET_DEVICE_PERMISSIONS, 2,
                                GPIO1_DEVICE, 1), ==, SCMI_SUCCESS);
    succeed(second, REQUEST, 5, PIN);
    succeed(second, REQUEST, 5, PIN);
    check(first, IN_USE, REQUEST, 5, PIN);
    check(first, IN_USE, RELEASE, 5, PIN);
    check(first, IN_USE, SETTINGS_CONFIGURE, 5, NONE,
          CONFIGURE(PIN, 0) | WITH_FUNCTION);
    /* A group of which one pin is taken */
    check(first, IN_USE, REQUEST, GROUP_CAN1, GROUP);
    select_function(second, PIN, 5, NONE);
    succeed(second, RELEASE, 5, PIN);
    succeed(first, REQUEST, GROUP_CAN1, GROUP);
    check(second, IN_USE, SETTINGS_CONFIGURE, 4, GPIO1,
          CONFIGURE(PIN, 0) | WITH_FUNCTION);
    succeed(first, RELEASE, GROUP_CAN1, GROUP);
    succeed(second, REQUEST, 4, PIN);
    g_assert_cmpint(scmi_status(first, SCMI_BASE, RESET_AGENT_CONFIGURATION,
                                2, 0), ==, SCMI_SUCCESS);
    succeed(first, REQUEST, 4, PIN);
    check(first, SCMI_NOT_FOUND, REQUEST, NUM_PINS, PIN);
    check(first, SCMI_NOT_FOUND, RELEASE, NUM_GROUPS, GROUP);
    check(first, SCMI_INVALID_PARAMETERS, REQUEST, 0, FUNCTION);
    check(first, SCMI_INVALID_PARAMETERS, RELEASE, 0, 3);
    scmi_close(first);
    scmi_close(second);
    qtest_quit(qts);
}

#define ALLOW BIT(2)

static void test_permission(void)
{
    QTestState *qts = machine_start("");
    ScmiAgent *first = scmi_open(qts, 1), *second = scmi_open(qts, 2);

    check(second, SCMI_DENIED, ATTRIBUTES, 0, PIN);
    g_assert_cmpint(scmi_status(first, SCMI_BASE, SET_DEVICE_PERMISSIONS, 2,
                                GPIO1_DEVICE, 1), ==, SCMI_SUCCESS);
    succeed(second, ATTRIBUTES, 0, PIN);
    check(second, SCMI_NOT_FOUND, ATTRIBUTES, UART1_TX, PIN);
    check(second, SCMI_NOT_FOUND, ATTRIBUTES, GROUP_UART1, GROUP);
    check(second, SCMI_NOT_FOUND, ATTRIBUTES, UART1, FUNCTION);
    check(second, SCMI_NOT_FOUND, NAME_GET, UART1, FUNCTION);
    check(second, SCMI_NOT_FOUND, LIST_ASSOCIATIONS, GROUP_UART1, GROUP, 0);
    check(second, SCMI_DENIED, SETTINGS_GET, UART1_TX,
          GET(WHICH_FUNCTION, PIN));
    check(second, SCMI_DENIED, SETTINGS_CONFIGURE, GROUP_UART1, NONE,
          CONFIGURE(GROUP, 0) | WITH_FUNCTION);
    check(second, SCMI_DENIED, REQUEST, UART1_TX, PIN);
    check(second, SCMI_DENIED, RELEASE, UART1_TX, PIN);
    check(second, SCMI_DENIED, SET_PERMISSIONS, 1, 0, PIN);
    /* A single pin is taken away, and given back */
    succeed(first, SET_PERMISSIONS, 2, 4, PIN);
    check(second, SCMI_DENIED, REQUEST, 4, PIN);
    check(second, SCMI_DENIED, REQUEST, GROUP_CAN1, GROUP);
    succeed(second, REQUEST, 5, PIN);
    succeed(first, SET_PERMISSIONS, 2, GROUP_CAN1, GROUP | ALLOW);
    succeed(second, REQUEST, GROUP_CAN1, GROUP);
    /* Back to what there is at a reset: nothing denied, but no gpio1 either */
    succeed(first, SET_PERMISSIONS, 2, 4, PIN);
    g_assert_cmpint(scmi_status(first, SCMI_BASE, RESET_AGENT_CONFIGURATION,
                                2, 1), ==, SCMI_SUCCESS);
    g_assert_cmpint(scmi_status(first, SCMI_BASE, SET_DEVICE_PERMISSIONS, 2,
                                GPIO1_DEVICE, 1), ==, SCMI_SUCCESS);
    succeed(second, REQUEST, 4, PIN);
    check(first, SCMI_NOT_FOUND, SET_PERMISSIONS, 0, 0, PIN);
    check(first, SCMI_NOT_FOUND, SET_PERMISSIONS, 99, 0, PIN);
    check(first, SCMI_NOT_FOUND, SET_PERMISSIONS, 2, NUM_PINS, PIN);
    check(first, SCMI_INVALID_PARAMETERS, SET_PERMISSIONS, 2, 0, FUNCTION);
    check(first, SCMI_INVALID_PARAMETERS, SET_PERMISSIONS, 2, 0, BIT(3));
    scmi_close(first);
    scmi_close(second);
    qtest_quit(qts);
}

/* --- Reset, save and load --- */

static void test_reset(ScmiAgent *agent)
{
    drive(agent, 4, 1);
    select_function(agent, GROUP, GROUP_CAN1, CAN);
    set_pin(agent, 3, DRIVE_STRENGTH, 5);
    succeed(agent, REQUEST, 3, PIN);
    select_function(agent, PIN, 0, NONE);
    qtest_system_reset(scmi_machine(agent));
    scmi_reopen(agent);
    g_assert_cmpint(function_of(agent, PIN, 4), ==, GPIO1);
    g_assert_cmpint(setting(agent, 3, DRIVE_STRENGTH), ==, 0);
    g_assert_cmphex(manufacturer(agent), ==, WINBOND);
}

static void test_save_and_load(void)
{
    char *file = temporary_file("", 0, 0);
    g_autofree char *options = g_strdup_printf(
        "-serial null -serial file:%s", file);
    QTestState *qts = machine_start(options);
    ScmiAgent *agent = scmi_open(qts, 1);
    g_autofree char *text = NULL;

    drive(agent, 4, 1);
    select_function(agent, GROUP, GROUP_CAN1, CAN);
    select_function(agent, PIN, 0, NONE);
    select_function(agent, PIN, UART1_TX, NONE);
    set_pin(agent, 3, DRIVE_STRENGTH, 5);
    qts = machine_through_a_file(qts, options);
    qtest_qmp_assert_success(qts, "{'execute': 'cont'}");
    scmi_move(agent, qts);
    qtest_writel(qts, reg("uart1", CR), CR_ENABLED);
    qtest_writel(qts, reg("uart1", DR), 'x');
    g_assert_cmpint(function_of(agent, PIN, 4), ==, CAN);
    g_assert_cmpint(setting(agent, 3, DRIVE_STRENGTH), ==, 5);
    g_assert_cmphex(gpio_read(agent, BIT(4)), ==, 0);
    g_assert_cmphex(manufacturer(agent), !=, WINBOND);
    select_function(agent, PIN, 0, GPIO1);
    g_assert_cmphex(manufacturer(agent), ==, WINBOND);
    qtest_writel(qts, reg("gpio1", DIR), 0);
    select_function(agent, PIN, 4, GPIO1);
    g_assert_cmphex(gpio_read(agent, BIT(4)), ==, BIT(4));
    scmi_close(agent);
    qtest_quit(qts);
    g_assert_true(g_file_get_contents(file, &text, NULL, NULL));
    g_assert_cmpstr(text, ==, "");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    scmi_add_test("/scmi-pins/attributes", test_attributes, NULL);
    scmi_add_test("/scmi-pins/names", test_names, NULL);
    scmi_add_test("/scmi-pins/associations", test_associations, NULL);
    scmi_add_test("/scmi-pins/settings", test_settings, NULL);
    scmi_add_test("/scmi-pins/many-settings", test_many_settings, NULL);
    scmi_add_test("/scmi-pins/group-settings", test_group_settings, NULL);
    scmi_add_test("/scmi-pins/setting-errors", test_setting_errors, NULL);
    scmi_add_test("/scmi-pins/functions", test_functions, NULL);
    scmi_add_test("/scmi-pins/gpio-input", test_gpio_input, NULL);
    scmi_add_test("/scmi-pins/gpio-by-host", test_gpio_by_host, NULL);
    scmi_add_test("/scmi-pins/gpio-output", test_gpio_output, NULL);
    qtest_add_func("/scmi-pins/uart-output", test_uart_output);
    qtest_add_func("/scmi-pins/uart-input", test_uart_input);
    qtest_add_func("/scmi-pins/ownership", test_ownership);
    qtest_add_func("/scmi-pins/permission", test_permission);
    scmi_add_test("/scmi-pins/reset", test_reset, NULL);
    qtest_add_func("/scmi-pins/save-and-load", test_save_and_load);
    return g_test_run();
}
