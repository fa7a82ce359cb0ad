/*
 * What belongs to the secure world works there, and is refused to the
 * non-secure one: its reads, writes and fetches abort, at EL2 and at EL1.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "bare.h"

#define PATTERN 0x53454355 /* "SECU" */
#define OTHER_PATTERN 0x4e4f4e53
#define PL061_PERIPH_ID0 0xfe0
#define PL011_PERIPH_ID0 0xfe0

/*
 * Non-secure code lives in non-secure RAM (flash 0 is secure): an access, and
 * the vectors that an abort of it takes. Each ends in an SMC of its own.
 */
#define NONSECURE_CODE 0x40200000
#define NONSECURE_VECTORS 0x40200800
#define VECTOR_SYNC 0x200
#define SMC(n) (0xd4000003 | (n) << 5)
#define SMC_NUMBER(esr) ((esr) & 0xffff)
#define SMC_DONE 0
#define SMC_ABORTED 1

/* What to do with the address in x0 */
enum access {
    LDRB_W0_X0 = 0x39400000,
    LDR_W0_X0 = 0xb9400000,
    LDR_X0_X0 = 0xf9400000,
    STRB_W1_X0 = 0x39000001,
    STR_W1_X0 = 0xb9000001,
    STR_X1_X0 = 0xf9000001,
    BR_X0 = 0xd61f0000,
};

static const struct {
    enum access access;
    const char *what;
} accesses[] = {
    { LDRB_W0_X0, "a non-secure read of a byte aborts" },
    { LDR_W0_X0, "a non-secure read of a word aborts" },
    { LDR_X0_X0, "a non-secure read of a double word aborts" },
    { STRB_W1_X0, "a non-secure write of a byte aborts" },
    { STR_W1_X0, "a non-secure write of a word aborts" },
    { STR_X1_X0, "a non-secure write of a double word aborts" },
    { BR_X0, "a non-secure fetch aborts" },
};

static void load_nonsecure_code(enum access access)
{
    write32(NONSECURE_CODE, access);
    write32(NONSECURE_CODE + 4, SMC(SMC_DONE));
    write32(NONSECURE_VECTORS + VECTOR_SYNC, SMC(SMC_ABORTED));
    write_sysreg(vbar_el2, NONSECURE_VECTORS);
    write_sysreg(vbar_el1, NONSECURE_VECTORS);
    asm volatile("ic iallu; dsb sy; isb" : : : "memory");
}

/* Whether it aborted. *result is what was read, or the address that failed. */
static bool aborts(enum access access, uint64_t spsr, uint64_t address,
                   uint64_t *result, uint64_t *esr)
{
    struct frame frame = {
        .x = { address, OTHER_PATTERN },
        .elr = NONSECURE_CODE,
        .spsr = spsr,
    };

    load_nonsecure_code(access);
    write_sysreg(hcr_el2, HCR_RW);
    run_lower(&frame, SCR_NONSECURE);
    if (SMC_NUMBER(frame.esr) == SMC_DONE) {
        *result = frame.x[0];
        return false;
    }
    *esr = spsr == SPSR_EL2H ? read_sysreg(esr_el2) : read_sysreg(esr_el1);
    *result = spsr == SPSR_EL2H ? read_sysreg(far_el2) : read_sysreg(far_el1);
    return true;
}

static void check_refused(uint64_t address, const char *name)
{
    print("# ");
    print(name);
    print("\n");
    for (unsigned i = 0; i < sizeof(accesses) / sizeof(accesses[0]); i++) {
        unsigned class = accesses[i].access == BR_X0 ? CLASS_FETCH_ABORT_SAME
                                                     : CLASS_DATA_ABORT_SAME;

        for (unsigned level = 1; level <= 2; level++) {
            uint64_t spsr = level == 1 ? SPSR_EL1H : SPSR_EL2H;
            uint64_t esr, failed;

            check(aborts(accesses[i].access, spsr, address, &failed, &esr) &&
                  ESR_CLASS(esr) == class && ESR_FAULT(esr) == FAULT_EXTERNAL &&
                  failed == address, accesses[i].what);
        }
    }
}

static void check_visible(uint64_t address, uint32_t want, const char *what)
{
    uint64_t value, esr;

    check(!aborts(LDR_W0_X0, SPSR_EL2H, address, &value, &esr) &&
          value == want, what);
}

int main(uint64_t device_tree)
{
    uint64_t last = SECURE_RAM + SECURE_RAM_SIZE - 8;

    write32(last, PATTERN);
    check_equal(read32(last), PATTERN,
                "secure RAM can be written to its end");
    check_equal(read32(UART_SECURE + PL011_PERIPH_ID0) & 0xff, 0x11,
                "the secure UART is a PL011");
    check_equal(read32(GPIO_SECURE + PL061_PERIPH_ID0) & 0xff, 0x61,
                "the secure GPIO is a PL061");
    check(read32(FLASH0) != 0, "the secure flash holds this program");

    check_visible(NONSECURE_CODE, LDR_W0_X0, "the non-secure world reads RAM");
    check_visible(UART0 + PL011_PERIPH_ID0, 0x11,
                  "the non-secure world reads the console UART");
    check_refused(SECURE_RAM, "the first word of secure RAM");
    check_refused(last, "the last of secure RAM");
    check_refused(UART_SECURE, "the secure UART");
    check_refused(GPIO_SECURE, "the secure GPIO");
    check_refused(WATCHDOG_SECURE, "the secure watchdog");
    check_refused(FLASH0, "the secure flash");
    check_equal(read32(last), PATTERN, "secure RAM has kept its contents");
    return 0;
}
