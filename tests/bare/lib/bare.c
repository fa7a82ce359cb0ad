/*
 * Output, verdict, exceptions, time and PSCI of the bare programs.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "bare.h"

/* PL011 */
#define UART_DR 0x00
#define UART_FR 0x18
#define UART_FR_TXFF (1 << 5)

/* PL061: the data register is read and written through an address mask */
#define GPIO_DATA(lines) ((lines) << 2)
#define GPIO_DIR 0x400

static unsigned results;
static Flag abort_wanted, abort_seen;
static DoubleWord abort_syndrome;

/* The compiler calls these for structures. */
void *memset(void *at, int byte, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        ((Byte *)at)[i] = byte;
    }
    return at;
}

void *memcpy(void *to, const void *from, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        ((Byte *)to)[i] = ((const uint8_t *)from)[i];
    }
    return to;
}

static void put(char c)
{
    while (read32(UART0 + UART_FR) & UART_FR_TXFF) {
        relax();
    }
    write32(UART0 + UART_DR, c);
}

void print(const char *text)
{
    while (*text) {
        put(*text++);
    }
}

void print_hex(uint64_t value)
{
    print("0x");
    for (int shift = 60; shift >= 0; shift -= 4) {
        if (value >> shift || !shift) {
            put("0123456789abcdef"[(value >> shift) & 0xf]);
        }
    }
}

static void print_decimal(unsigned value)
{
    if (value > 9) {
        print_decimal(value / 10);
    }
    put('0' + value % 10);
}

void check(bool good, const char *what)
{
    print(good ? "ok " : "not ok ");
    print_decimal(++results);
    print(" - ");
    print(what);
    print("\n");
}

void check_equal(uint64_t got, uint64_t want, const char *what)
{
    check(got == want, what);
    if (got != want) {
        print("# got ");
        print_hex(got);
        print(", expected ");
        print_hex(want);
        print("\n");
    }
}

unsigned results_so_far(void)
{
    return results;
}

void continue_results(unsigned count)
{
    results = count;
}

void stop(void)
{
    for (;;) {
        asm volatile("wfi");
    }
}

void finish(void)
{
    print("1..");
    print_decimal(results);
    print("\n");
#if EL == 3
    raise_secure_line(SECURE_LINE_OFF);
#else
    psci(PSCI_SYSTEM_OFF, 0, 0, 0);
#endif
    stop();
}

__attribute__((weak)) void core_main(uint64_t core)
{
}

__attribute__((weak)) void other_core_at_reset(uint64_t core)
{
}

uint64_t now(void)
{
    asm volatile("isb");
    return read_sysreg(cntpct_el0);
}

uint64_t ticks_of_ms(unsigned ms)
{
    return read_sysreg(cntfrq_el0) / 1000 * ms;
}

bool wait_until(Flag *flag)
{
    uint64_t limit = now() + ticks_of_ms(WAIT_LIMIT_MS);

    while (!*flag && now() < limit) {
        relax();
    }
    return *flag;
}

/* Called from start.S; vectors 5 and 6 are IRQ and FIQ at this level. */
void exception(unsigned kind, struct frame *frame)
{
    if (kind == 5) {
        gic_irq();
    } else if (abort_wanted &&
               ESR_CLASS(frame->esr) == CLASS_DATA_ABORT_SAME) {
        abort_seen = true;
        abort_syndrome = frame->esr;
        frame->elr += 4;
    } else {
        print("Bail out! unexpected exception, vector ");
        print_hex(kind);
        print(" syndrome ");
        print_hex(frame->esr);
        print(" at ");
        print_hex(frame->elr);
        print("\n");
        stop();
    }
}

bool read_aborts(uint64_t address, uint64_t *esr)
{
    abort_seen = false;
    abort_wanted = true;
    barrier();
    (void)read32(address);
    barrier();
    abort_wanted = false;
    *esr = abort_syndrome;
    return abort_seen;
}

uint64_t firmware(uint64_t function, uint64_t a1, uint64_t a2, uint64_t a3)
{
    register uint64_t x0 asm("x0") = function;
    register uint64_t x1 asm("x1") = a1;
    register uint64_t x2 asm("x2") = a2;
    register uint64_t x3 asm("x3") = a3;

    /* The call goes to the level above us: from EL2 there is only EL3. */
#if EL == 1
    asm volatile("hvc #0"
#else
    asm volatile("smc #0"
#endif
                 : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3) :: "memory");
    return x0;
}

int64_t psci(uint64_t function, uint64_t a1, uint64_t a2, uint64_t a3)
{
    /* Results are 32 bits wide, whatever the function's convention */
    return (int32_t)firmware(function, a1, a2, a3);
}

void raise_secure_line(unsigned line)
{
    write32(GPIO_SECURE + GPIO_DIR, 1u << line);
    write32(GPIO_SECURE + GPIO_DATA(1u << line), 1u << line);
}
