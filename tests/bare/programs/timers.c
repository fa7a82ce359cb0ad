/*
 * Each generic timer that this exception level can program raises its own
 * private interrupt (Arm ARM D11; BSA names the numbers).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "bare.h"

#define TIMER_ENABLE 1
#define DELAY_MS 1

#if EL == 2
/* Of VHE: old assemblers do not know their names */
#define CNTHV_TVAL s3_4_c14_c3_0
#define CNTHV_CTL s3_4_c14_c3_1
#endif

/* One function per timer: the names of system registers cannot be passed. */
#define DEFINE_TIMER(name, tval, ctl)                                   \
    static void start_##name(void)                                      \
    {                                                                   \
        write_sysreg(tval, ticks_of_ms(DELAY_MS));                      \
        write_sysreg(ctl, TIMER_ENABLE);                                \
    }

DEFINE_TIMER(physical, cntp_tval_el0, cntp_ctl_el0)
DEFINE_TIMER(virtual, cntv_tval_el0, cntv_ctl_el0)
#if EL == 2
DEFINE_TIMER(el2_physical, cnthp_tval_el2, cnthp_ctl_el2)
#define sysreg_indirect(tval, ctl) DEFINE_TIMER(el2_virtual, tval, ctl)
sysreg_indirect(CNTHV_TVAL, CNTHV_CTL)
#endif

static void check_timer(void (*start)(void), unsigned intid, const char *what)
{
    uint64_t begin = now();

    gic_enable(intid);
    start();
    check(irq_arrives(intid) && now() - begin >= ticks_of_ms(DELAY_MS), what);
}

int main(uint64_t device_tree)
{
    gic_init();
    check_timer(start_physical, PPI(14),
                "the physical timer interrupts as PPI 14");
    check_timer(start_virtual, PPI(11),
                "the virtual timer interrupts as PPI 11");
#if EL == 2
    check_timer(start_el2_physical, PPI(10),
                "EL2's physical timer interrupts as PPI 10");
    check_timer(start_el2_virtual, PPI(12),
                "EL2's virtual timer interrupts as PPI 12");
#endif
    return 0;
}
