/*
 * avps-ecu qtest: the UARTs (PL011)
 *
 * ARM PrimeCell UART (PL011), DDI 0183.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "tests/qtest/avps/board.h"

#define DR 0x00
#define FR 0x18
#define FR_RXFE (1 << 4)
#define FR_TXFE (1 << 7)
#define CR 0x30
#define CR_ENABLED 0x301        /* UARTEN, TXE, RXE */
#define IMSC 0x38
#define RXIM (1 << 4)
#define PERIPHID 0xfe0

static const char *const uarts[] = { "uart0", "uart1" };

static void test_identification(void)
{
    QTestState *qts = machine_start("");

    for (size_t i = 0; i < G_N_ELEMENTS(uarts); i++) {
        g_assert_cmphex(qtest_readl(qts, reg(uarts[i], PERIPHID)), ==, 0x11);
        g_assert_cmphex(qtest_readl(qts, reg(uarts[i], FR)), ==,
                        FR_RXFE | FR_TXFE);
    }
    qtest_quit(qts);
}

static char *file_contents(const char *name)
{
    char *text;

    g_assert_true(g_file_get_contents(name, &text, NULL, NULL));
    return text;
}

/* The first -serial is the console, the second uart1. */
static void test_transmit(void)
{
    char *files[] = { temporary_file("", 0, 0), temporary_file("", 0, 0) };
    QTestState *qts = machine_startf("-serial file:%s -serial file:%s",
                                     files[0], files[1]);

    for (size_t i = 0; i < G_N_ELEMENTS(uarts); i++) {
        qtest_writel(qts, reg(uarts[i], CR), CR_ENABLED);
        qtest_writel(qts, reg(uarts[i], DR), 'a' + i);
    }
    qtest_quit(qts);
    for (size_t i = 0; i < G_N_ELEMENTS(uarts); i++) {
        g_autofree char *text = file_contents(files[i]);
        const char want[] = { 'a' + i, '\0' };

        g_assert_cmpstr(text, ==, want);
    }
}

static void test_receive(void)
{
    int socket;
    QTestState *qts = qtest_init_with_serial("-M avps-ecu", &socket);
    uint64_t end = g_get_monotonic_time() + 10 * G_TIME_SPAN_SECOND;

    qtest_irq_intercept_in(qts, GIC_PATH);
    qtest_writel(qts, reg("uart0", CR), CR_ENABLED);
    qtest_writel(qts, reg("uart0", IMSC), RXIM);
    g_assert_cmpint(write(socket, "x", 1), ==, 1);
    while (qtest_readl(qts, reg("uart0", FR)) & FR_RXFE) {
        g_assert_cmpint(g_get_monotonic_time(), <, end);
    }
    g_assert_true(spi_level(qts, "uart0", 0));
    g_assert_cmpint(qtest_readl(qts, reg("uart0", DR)) & 0xff, ==, 'x');
    g_assert_false(spi_level(qts, "uart0", 0));
    close(socket);
    qtest_quit(qts);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("/uart/identification", test_identification);
    qtest_add_func("/uart/transmit", test_transmit);
    qtest_add_func("/uart/receive", test_receive);
    return g_test_run();
}
