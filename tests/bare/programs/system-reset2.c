/*
 * SYSTEM_RESET2: a warm reset keeps the power controller's scratch registers
 * and RAM; SYSTEM_RESET keeps RAM only; and the power controller tells which
 * it was. Arm DEN 0022 5.11 and 5.18.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "bare.h"
#include "power.h"

#define WARM 0
#define VENDOR_TYPE 0x80000000

/* In the middle of RAM, where QEMU loads nothing at a reset */
#define KEPT 0x60000000
#define KEPT_MARK KEPT
#define KEPT_PASS (KEPT + 8)
#define KEPT_RESULTS (KEPT + 16)
#define KEPT_DATA (KEPT + 0x1000)
#define KEPT_WORDS 0x1000
#define MARK 0x52455345545f3221

static uint32_t scratch_value(unsigned n)
{
    return 0x53430000 + 0x101 * n;
}

static void write_scratch(void)
{
    for (unsigned n = 0; n < POWER_NUM_SCRATCH; n++) {
        write32(POWER_SCRATCH(n), scratch_value(n));
    }
}

static bool scratch_kept(void)
{
    bool kept = true;

    for (unsigned n = 0; n < POWER_NUM_SCRATCH; n++) {
        kept &= read32(POWER_SCRATCH(n)) == scratch_value(n);
    }
    return kept;
}

static bool scratch_cleared(void)
{
    uint32_t all = 0;

    for (unsigned n = 0; n < POWER_NUM_SCRATCH; n++) {
        all |= read32(POWER_SCRATCH(n));
    }
    return !all;
}

static void write_ram(void)
{
    for (unsigned n = 0; n < KEPT_WORDS; n++) {
        ((DoubleWord *)KEPT_DATA)[n] = n * 0x0123456789abcdefull;
    }
}

static bool ram_kept(void)
{
    for (unsigned n = 0; n < KEPT_WORDS; n++) {
        if (((DoubleWord *)KEPT_DATA)[n] != n * 0x0123456789abcdefull) {
            return false;
        }
    }
    return true;
}

/* Counted before the reset: if it returns, the program goes on here. */
static void reset(uint64_t function, uint64_t a1, uint64_t a2)
{
    write64(KEPT_RESULTS, results_so_far());
    write64(KEPT_PASS, read64(KEPT_PASS) + 1);
    psci(function, a1, a2, 0);
    check(false, "a reset does not return");
    finish();
}

static void check_refused(uint64_t type)
{
    check_equal(psci(PSCI_SYSTEM_RESET2, type, 0, 0), PSCI_INVALID_PARAMS,
                "a type that is not the warm one is refused");
    check_equal(psci(PSCI_SYSTEM_RESET2 & ~SMC64, type, 0, 0),
                PSCI_INVALID_PARAMS, "in the short form, too");
}

static void at_power_on(void)
{
    check_equal(read32(POWER_RESET_REASON), RESET_POWER_ON,
                "at first the reason is power-on");
    check(scratch_cleared(), "and the scratch registers are clear");
    check_refused(1);
    check_refused(2);
    check_refused(VENDOR_TYPE);
    check_refused(0xffffffff);
    write_scratch();
    check(scratch_kept(), "they can be written");
    write_ram();
    write64(KEPT_MARK, MARK);
    write64(KEPT_PASS, 0);
    reset(PSCI_SYSTEM_RESET2, WARM, 0);
}

/* The cookie is the vendors', so nobody looks at it. */
static void after_warm(void)
{
    check_equal(read32(POWER_RESET_REASON), RESET_WARM,
                "after SYSTEM_RESET2 the reason is warm");
    check(scratch_kept(), "the scratch registers are kept");
    check(ram_kept(), "and so is RAM");
    reset(PSCI_SYSTEM_RESET2 & ~SMC64, GARBAGE | WARM, -1ull);
}

static void after_second_warm(void)
{
    check_equal(read32(POWER_RESET_REASON), RESET_WARM,
                "the short form does the same");
    check(scratch_kept(), "the scratch registers are kept once more");
    reset(PSCI_SYSTEM_RESET, 0, 0);
}

static void after_software(void)
{
    check_equal(read32(POWER_RESET_REASON), RESET_SOFTWARE,
                "after SYSTEM_RESET the reason is software");
    check(scratch_cleared(), "the scratch registers are clear");
    check(ram_kept(), "RAM is kept by this one, too");
}

int main(uint64_t device_tree)
{
    if (read64(KEPT_MARK) != MARK) {
        at_power_on();
    }
    continue_results(read64(KEPT_RESULTS));
    switch (read64(KEPT_PASS)) {
    case 1:
        after_warm();
        break;
    case 2:
        after_second_warm();
        break;
    default:
        after_software();
        break;
    }
    return 0;
}
