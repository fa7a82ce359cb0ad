/*
 * CPU_SUSPEND into the state that loses a core's context: an interrupt that
 * is pending for the core starts it again at its entry, also when the core has
 * switched its GIC interface off, as Linux does. Arm DEN 0022 5.4.
 *
 * Core 1 sleeps; core 0 watches it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "bare.h"

#define POWER_DOWN 0x00010000
#define TIMER_ENABLE 1
#define TIMER_PPI 14
#define SGI 3
#define ROUNDS 20
#define HOLE 0x0c000000

#define ICC_IGRPEN1_EL1 s3_0_c12_c12_7
#define ICC_SGI1R_EL1 s3_0_c12_c11_5
#define expand_write(name, value) write_sysreg(name, value)

#define OF_EL_(name, level) name ## _el ## level
#define OF_EL(name, level) OF_EL_(name, level)
#define SCTLR_MMU 1

/* What core 1 has found, the last time that it came to core_main() */
static volatile struct {
    uint64_t arrivals;      /* the first one is by CPU_ON */
    uint64_t level, sctlr;
    bool timer_kept;        /* its timer still interrupts */
    bool refused;           /* CPU_SUSPEND has returned */
} found;

static Flag sgi_came, finished;

static uint64_t stat(uint64_t function, unsigned core)
{
    return firmware(function, core_affinity(core), POWER_DOWN, 0);
}

static void power_down(void)
{
    expand_write(ICC_IGRPEN1_EL1, 0);
    psci(PSCI_CPU_SUSPEND, POWER_DOWN, (uint64_t)core_entry, 1);
    found.refused = true;
}

static void sleep_until_timer(void)
{
    gic_enable(PPI(TIMER_PPI));
    write_sysreg(cntp_tval_el0, ticks_of_ms(1));
    write_sysreg(cntp_ctl_el0, TIMER_ENABLE);
    power_down();
}

static void sleep_until_sgi(void)
{
    gic_enable(SGI);
    power_down();
}

#define read_own(name) read_own_(OF_EL(name, EL))
#define read_own_(name) read_sysreg(name)

void core_main(uint64_t core)
{
    found.arrivals++;
    found.level = read_sysreg(CurrentEL) >> 2;
    found.sctlr = read_own(sctlr);
    gic_init();
    if (found.arrivals > 1 && found.arrivals <= 1 + ROUNDS) {
        found.timer_kept = irq_arrives(PPI(TIMER_PPI));
        write_sysreg(cntp_ctl_el0, 0);
    }
    if (found.arrivals <= ROUNDS) {
        sleep_until_timer();
    } else if (found.arrivals == 1 + ROUNDS) {
        sleep_until_sgi();
    } else {
        sgi_came = irq_arrives(SGI);
    }
    finished = true;
    psci(PSCI_CPU_OFF, 0, 0, 0);
}

static bool slept(uint64_t times)
{
    uint64_t limit = now() + ticks_of_ms(WAIT_LIMIT_MS);

    while (stat(PSCI_STAT_COUNT, 1) < times && now() < limit) {
        relax();
    }
    return stat(PSCI_STAT_COUNT, 1) == times;
}

static void check_refusals(void)
{
    static const uint64_t bad[] = { HOLE, UART0, (uint64_t)core_entry + 2 };

    for (unsigned n = 0; n < sizeof(bad) / sizeof(bad[0]); n++) {
        check_equal(psci(PSCI_CPU_SUSPEND, POWER_DOWN, bad[n], 0),
                    PSCI_INVALID_ADDRESS, "an entry that is no memory");
    }
    check_equal(stat(PSCI_STAT_COUNT, 0), 0, "what is refused is not counted");
}

int main(uint64_t device_tree)
{
    uint64_t other = core_affinity(1);

    gic_init();
    check_refusals();
    psci(PSCI_CPU_ON, other, (uint64_t)core_entry, 1);
    check(slept(ROUNDS + 1), "a core has gone to sleep again and again");
    check_equal(found.arrivals, ROUNDS + 1, "its timer has started it again");
    check_equal(found.level, EL, "at the level of CPU_ON");
    check_equal(found.sctlr & SCTLR_MMU, 0, "with its MMU off");
    check(found.timer_kept, "and its timer goes on meanwhile");
    check_equal(psci(PSCI_AFFINITY_INFO, other, 0, 0), AFFINITY_ON,
                "a core that sleeps is on");
    check_equal(psci(PSCI_CPU_ON, other, (uint64_t)core_entry, 1),
                PSCI_ALREADY_ON, "and cannot be started");
    expand_write(ICC_SGI1R_EL1, (uint64_t)SGI << 24 | 1 << 1);
    check(wait_until(&finished), "an interrupt of another core starts it");
    check(sgi_came, "and can be taken then");
    check(!found.refused, "no sleep was refused");
    check(stat(PSCI_STAT_RESIDENCY, 1) > 0, "its time asleep is counted");
    return 0;
}
