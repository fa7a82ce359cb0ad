/*
 * Without secure=on the secure blocks do not exist: reads abort.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "bare.h"

static void check_absent(uint64_t address, const char *what)
{
    uint64_t esr;

    check(read_aborts(address, &esr) && ESR_FAULT(esr) == FAULT_EXTERNAL, what);
}

int main(uint64_t device_tree)
{
    uint64_t esr;

    check(!read_aborts(UART0, &esr), "what exists can be read");
    check_absent(SECURE_RAM, "there is no secure RAM");
    check_absent(UART_SECURE, "there is no secure UART");
    check_absent(GPIO_SECURE, "there is no secure GPIO");
    check_absent(WATCHDOG_SECURE, "there is no secure watchdog");
    return 0;
}
