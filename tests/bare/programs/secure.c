/*
 * What belongs to the secure world works there, and is nowhere for the
 * non-secure one: its reads abort.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "bare.h"

#define PATTERN 0x53454355 /* "SECU" */
#define PL061_PERIPH_ID0 0xfe0
#define PL011_PERIPH_ID0 0xfe0
#define WATCHDOG_IIDR 0xfcc
#define WATCHDOG_IIDR_VALUE 0x0001043b

#define SPSR_EL2H_MASKED 0x3c9

/*
 * Non-secure code lives in non-secure RAM (flash 0 is secure): a read, and
 * the vector of EL2 that an abort of it takes. Each ends in an SMC of its own.
 */
#define NONSECURE_CODE 0x40200000
#define NONSECURE_VECTORS 0x40200800
#define VECTOR_SYNC (NONSECURE_VECTORS + 0x200)
#define LDR_W0_X0 0xb9400000
#define MRS_X0_ESR_EL2 0xd53c5200
#define SMC(n) (0xd4000003 | (n) << 5)
#define SMC_NUMBER(esr) ((esr) & 0xffff)
#define SMC_READ_DONE 0
#define SMC_ABORTED 1

static void load_nonsecure_code(void)
{
    write32(NONSECURE_CODE, LDR_W0_X0);
    write32(NONSECURE_CODE + 4, SMC(SMC_READ_DONE));
    write32(VECTOR_SYNC, MRS_X0_ESR_EL2);
    write32(VECTOR_SYNC + 4, SMC(SMC_ABORTED));
    write_sysreg(vbar_el2, NONSECURE_VECTORS);
    asm volatile("ic iallu; dsb sy; isb" : : : "memory");
}

/* Returns what was read, or the syndrome when *aborted. */
static uint64_t nonsecure_read(uint64_t address, bool *aborted)
{
    uint64_t esr;
    uint64_t x0 = run_nonsecure((void *)NONSECURE_CODE, address,
                                SPSR_EL2H_MASKED, &esr);

    *aborted = SMC_NUMBER(esr) == SMC_ABORTED;
    return x0;
}

static void check_hidden(uint64_t address, const char *what)
{
    bool aborted;
    uint64_t esr = nonsecure_read(address, &aborted);

    check(aborted && ESR_CLASS(esr) == CLASS_DATA_ABORT_SAME &&
          ESR_FAULT(esr) == FAULT_EXTERNAL, what);
}

static void check_visible(uint64_t address, uint32_t want, const char *what)
{
    bool aborted;
    uint64_t value = nonsecure_read(address, &aborted);

    check(!aborted && value == want, what);
}

int main(uint64_t device_tree)
{
    uint64_t last_word = SECURE_RAM + SECURE_RAM_SIZE - 4;

    write32(last_word, PATTERN);
    check_equal(read32(last_word), PATTERN,
                "secure RAM can be written to its end");
    check_equal(read32(UART_SECURE + PL011_PERIPH_ID0) & 0xff, 0x11,
                "the secure UART is a PL011");
    check_equal(read32(GPIO_SECURE + PL061_PERIPH_ID0) & 0xff, 0x61,
                "the secure GPIO is a PL061");
    check_equal(read32(WATCHDOG_SECURE + WATCHDOG_IIDR), WATCHDOG_IIDR_VALUE,
                "the secure watchdog is a generic watchdog");
    check(read32(FLASH0) != 0, "the secure flash holds this program");

    load_nonsecure_code();
    check_visible(NONSECURE_CODE, LDR_W0_X0, "the non-secure world reads RAM");
    check_visible(UART0 + PL011_PERIPH_ID0, 0x11,
                  "the non-secure world reads the console UART");
    check_hidden(last_word, "a non-secure read of secure RAM aborts");
    check_hidden(UART_SECURE, "a non-secure read of the secure UART aborts");
    check_hidden(GPIO_SECURE, "a non-secure read of the secure GPIO aborts");
    check_hidden(WATCHDOG_SECURE,
                 "a non-secure read of the secure watchdog aborts");
    check_hidden(WATCHDOG_SECURE + 0x10000,
                 "a non-secure read of its refresh frame aborts");
    check_visible(WATCHDOG0 + WATCHDOG_IIDR, WATCHDOG_IIDR_VALUE,
                  "the non-secure world reads its own watchdog");
    check_hidden(FLASH0, "a non-secure read of the secure flash aborts");
    return 0;
}
