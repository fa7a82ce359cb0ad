/*
 * The exception level a program begins at, what else the core has, and what
 * a kernel is handed.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "bare.h"

#define MIDR_PART(midr) (((midr) >> 4) & 0xfff)
#define PART_CORTEX_A76 0xd0b
#define FDT_MAGIC 0xd00dfeed

#define PFR0_EL2(pfr0) (((pfr0) >> 8) & 0xf)
#define PFR0_EL3(pfr0) (((pfr0) >> 12) & 0xf)

int main(uint64_t device_tree)
{
    uint64_t pfr0 = read_sysreg(id_aa64pfr0_el1);

    check_equal(read_sysreg(CurrentEL) >> 2, EL,
                "starts at the expected exception level");
    check_equal(MIDR_PART(read_sysreg(midr_el1)), PART_CORTEX_A76,
                "the core is a Cortex-A76");
    check_equal(PFR0_EL2(pfr0) != 0, EL >= 2,
                "EL2 exists only where it is asked for");
    check_equal(PFR0_EL3(pfr0) != 0, EL == 3,
                "EL3 exists only where it is asked for");
    check(read_sysreg(cntfrq_el0) != 0, "the counter's frequency is set");
#if EL < 3
    check_equal(__builtin_bswap32(read32(device_tree)), FDT_MAGIC,
                "x0 points to the device tree");
#endif
    return 0;
}
