/*
 * With firmware at EL3 every SMC is the firmware's: whatever number it has,
 * from the non-secure EL2 and EL1 and from the secure EL1, it arrives with
 * all registers as the caller had them, and nothing else happens.
 *
 * Arm ARM (DDI 0487), D1.3: exception entry. SMCCC (DEN 0028), PSCI
 * (DEN 0022), TRNG (DEN 0098): the numbers.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "bare.h"

/* An SMC in memory that both worlds see, and where it returns to */
#define CODE 0x40200000
#define SMC(n) (0xd4000003 | (n) << 5)
#define HVC(n) (0xd4000002 | (n) << 5)

#define VECTORS_EL2 0x40200800
#define VECTOR_LOWER 0x400
#define HVC_ARRIVED 42

/* What the machine itself would answer, or do, without firmware */
static const uint32_t functions[] = {
    /* SMCCC: version, features, SOC_ID, workarounds, and 64-bit twins */
    0x80000000, 0x80000001, 0x80000002, 0x80008000, 0x80007fff, 0x80003fff,
    0xc0000000, 0xc0000001,
    /* PSCI 1.1 and 0.2, from VERSION to MEM_PROTECT_CHECK_RANGE */
    0x84000000, 0x84000001, 0x84000002, 0x84000003, 0x84000004, 0x84000005,
    0x84000006, 0x84000007, 0x84000008, 0x84000009, 0x8400000a, 0x8400000b,
    0x8400000c, 0x8400000d, 0x8400000e, 0x8400000f, 0x84000010, 0x84000011,
    0x84000012, 0x84000013, 0x84000014,
    0xc4000001, 0xc4000003, 0xc4000004, 0xc4000005, 0xc4000007, 0xc400000c,
    0xc400000d, 0xc400000e, 0xc4000010, 0xc4000011, 0xc4000012, 0xc4000014,
    /* PSCI 0.1, as QEMU numbers it */
    0x95c1ba5e, 0x95c1ba5f, 0x95c1ba60, 0x95c1ba61,
    /* TRNG */
    0x84000050, 0x84000051, 0x84000052, 0x84000053, 0xc4000053,
    /* Standard hypervisor (PV time), vendor hypervisor, SiP, OEM */
    0xc5000020, 0x86000000, 0x8600ff01, 0x82000010, 0xc2000010, 0x83000000,
    /* A trusted OS: OP-TEE's, fast and yielding; a trusted application's */
    0xbf00ff01, 0xb2000009, 0x32000004, 0x30000000,
    /* Nobody's */
    0x00000000, 0x00000001, 0x7fffffff, 0xffffffff,
};

static const struct {
    const char *what;
    uint64_t spsr;
    uint64_t scr;
} callers[] = {
    { "every SMC of the non-secure EL2 arrives as it was",
      SPSR_EL2H, SCR_NONSECURE },
    { "every SMC of the non-secure EL1 arrives as it was",
      SPSR_EL1H, SCR_NONSECURE },
    { "every SMC of the secure EL1 arrives as it was",
      SPSR_EL1H, SCR_SECURE },
};

static const uint16_t immediates[] = { 0, 1, 0xffff };

/* A different value in every register, with the number in the first */
static void fill(struct frame *frame, uint64_t function)
{
    frame->x[0] = function;
    for (unsigned i = 1; i < 31; i++) {
        frame->x[i] = 0x0101010101010101 * i ^ function << 32;
    }
}

static void complain(const char *what, uint64_t function, uint64_t got)
{
    print("# ");
    print(what);
    print(" of function ");
    print_hex(function);
    print(": ");
    print_hex(got);
    print("\n");
}

static bool arrived(const struct frame *got, const struct frame *sent,
                    uint16_t immediate)
{
    uint64_t function = sent->x[0];

    if (ESR_CLASS(got->esr) != CLASS_SMC || (got->esr & 0xffff) != immediate) {
        complain("syndrome", function, got->esr);
        return false;
    }
    if (got->elr != CODE + 4 || got->spsr != sent->spsr) {
        complain("return address", function, got->elr);
        return false;
    }
    for (unsigned i = 0; i < 31; i++) {
        if (got->x[i] != sent->x[i]) {
            complain("a register", function, got->x[i]);
            return false;
        }
    }
    return true;
}

/* The upper half of x0 is not of the number, but it is the caller's, too. */
static bool all_arrive(uint64_t spsr, uint64_t scr, uint16_t immediate,
                       uint64_t upper_half)
{
    write32(CODE, SMC(immediate));
    asm volatile("ic iallu; dsb sy; isb" : : : "memory");
    for (unsigned i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
        struct frame sent = { .elr = CODE, .spsr = spsr };
        struct frame frame;

        fill(&sent, upper_half | functions[i]);
        frame = sent;
        run_lower(&frame, scr);
        if (!arrived(&frame, &sent, immediate)) {
            return false;
        }
    }
    return true;
}

/* An HVC of EL1 is the hypervisor's, whose vector passes it on. */
static void check_hypervisor_call(void)
{
    struct frame sent = { .elr = CODE, .spsr = SPSR_EL1H };
    struct frame frame;

    write32(CODE, HVC(0));
    write32(VECTORS_EL2 + VECTOR_LOWER, SMC(HVC_ARRIVED));
    write_sysreg(vbar_el2, VECTORS_EL2);
    asm volatile("ic iallu; dsb sy; isb" : : : "memory");
    fill(&sent, PSCI_VERSION);
    frame = sent;
    run_lower(&frame, SCR_NONSECURE);
    check_equal(frame.esr & 0xffff, HVC_ARRIVED,
                "an HVC of EL1 goes to EL2");
    check_equal(ESR_CLASS(read_sysreg(esr_el2)), CLASS_HVC, "as an HVC");
    check_equal(frame.x[0], sent.x[0], "with its number");
}

int main(uint64_t device_tree)
{
    write_sysreg(hcr_el2, HCR_RW);
    for (unsigned c = 0; c < sizeof(callers) / sizeof(callers[0]); c++) {
        for (unsigned i = 0; i < 3; i++) {
            check(all_arrive(callers[c].spsr, callers[c].scr, immediates[i], 0),
                  callers[c].what);
        }
        check(all_arrive(callers[c].spsr, callers[c].scr, 0, GARBAGE),
              callers[c].what);
    }
    check_hypervisor_call();
    return 0;
}
