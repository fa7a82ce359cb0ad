/*
 * The performance monitor counts cycles and interrupts (PPI 7) when the
 * count overflows. Arm ARM D13.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "bare.h"

#define PMCR_ENABLE (1 << 0)
#define PMCR_LONG_CYCLES (1 << 6)
#define CYCLE_COUNTER (1u << 31)
#define FILTER_COUNT_EL2 (1 << 27)

int main(uint64_t device_tree)
{
    uint64_t first;

    gic_init();
    write_sysreg(pmccfiltr_el0, EL == 2 ? FILTER_COUNT_EL2 : 0);
    write_sysreg(pmcntenset_el0, CYCLE_COUNTER);
    write_sysreg(pmcr_el0, PMCR_ENABLE | PMCR_LONG_CYCLES);
    first = read_sysreg(pmccntr_el0);
    check(read_sysreg(pmccntr_el0) > first, "cycles are counted");

    gic_enable(PPI(7));
    write_sysreg(pmintenset_el1, CYCLE_COUNTER);
    write_sysreg(pmccntr_el0, -100000ull);
    check(irq_arrives(PPI(7)), "the overflow interrupts as PPI 7");
    check_equal(read_sysreg(pmovsclr_el0), CYCLE_COUNTER,
                "and is noted as that of the cycle counter");
    return 0;
}
