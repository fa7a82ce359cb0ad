/*
 * CPU_SUSPEND: a core in standby wakes by an interrupt, a state that no core
 * has is refused, and the statistics tell. Arm DEN 0022 5.4, 5.20 and 5.21.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "bare.h"

#define STANDBY 0
#define POWER_DOWN (1 << 16)
#define SYSTEM_SUSPENDED 0x03010000
#define TIMER_ENABLE 1
#define TIMER_PPI 14
#define DELAY_MS 5
#define ROUNDS 20

static Flag is_up, may_stop;

static int64_t standby(void)
{
    return psci(PSCI_CPU_SUSPEND, STANDBY, 0, 0);
}

static uint64_t count(uint64_t affinity, uint32_t power_state)
{
    return firmware(PSCI_STAT_COUNT, affinity, power_state, 0);
}

/* Microseconds */
static uint64_t residency(uint64_t affinity, uint32_t power_state)
{
    return firmware(PSCI_STAT_RESIDENCY, affinity, power_state, 0);
}

static uint64_t microseconds(uint64_t ticks)
{
    return ticks * 1000000 / read_sysreg(cntfrq_el0);
}

static void start_timer(unsigned ms)
{
    gic_enable(PPI(TIMER_PPI));
    write_sysreg(cntp_tval_el0, ticks_of_ms(ms));
    write_sysreg(cntp_ctl_el0, TIMER_ENABLE);
}

static void stop_timer(void)
{
    write_sysreg(cntp_ctl_el0, 0);
}

/* The core's PSTATE masks the interrupt: it ends the standby all the same. */
static void check_standby(void)
{
    uint64_t me = core_affinity(0), begin = now(), spent;

    check_equal(count(me, STANDBY), 0, "no standby is counted at first");
    check_equal(residency(me, STANDBY), 0, "nor any time spent so");
    start_timer(DELAY_MS);
    check_equal(standby(), 0, "CPU_SUSPEND returns");
    spent = now() - begin;
    check(spent >= ticks_of_ms(DELAY_MS), "when the timer interrupts");
    check(irq_arrives(PPI(TIMER_PPI)), "and the interrupt can be taken");
    stop_timer();
    check_equal(count(me, STANDBY), 1, "STAT_COUNT has counted it");
    check(residency(me, STANDBY) <= microseconds(spent),
          "STAT_RESIDENCY is not longer than the call");
}

/* A busy host may let the timer expire first, and the core then sleeps not. */
static void check_statistics(void)
{
    uint64_t me = core_affinity(0);
    uint64_t counted = count(me, STANDBY), before = residency(me, STANDBY);
    uint64_t begin = now(), slept, rounds = 0;

    do {
        start_timer(DELAY_MS);
        standby();
        irq_arrives(PPI(TIMER_PPI));
        stop_timer();
        rounds++;
        slept = residency(me, STANDBY) - before;
    } while ((rounds < ROUNDS || slept < rounds * 1000) &&
             now() - begin < ticks_of_ms(WAIT_LIMIT_MS));
    check_equal(count(me, STANDBY), counted + rounds,
                "STAT_COUNT counts each standby");
    check(slept >= rounds * 1000, "STAT_RESIDENCY grows with them");
    check(slept <= microseconds(now() - begin),
          "but not faster than time goes by");
    check_equal(count(core_affinity(1), STANDBY), 0,
                "another core's standby is its own");
    check_equal(residency(core_affinity(1), STANDBY), 0, "its time, too");
}

static void check_pending(void)
{
    start_timer(0);
    check_equal(standby(), 0, "with an interrupt pending it returns at once");
    check(irq_arrives(PPI(TIMER_PPI)), "and leaves the interrupt pending");
    stop_timer();
}

static void check_refusals(void)
{
    static const uint32_t bad[] = {
        1, POWER_DOWN | 1, SYSTEM_SUSPENDED, 1 << 17, 1 << 23,
        1 << 24, 3 << 24, 1 << 26, 1u << 31, 0xffffffff,
    };
    uint64_t me = core_affinity(0), counted = count(me, STANDBY);

    for (unsigned n = 0; n < sizeof(bad) / sizeof(bad[0]); n++) {
        check_equal(psci(PSCI_CPU_SUSPEND, bad[n], (uint64_t)core_entry, 0),
                    PSCI_INVALID_PARAMS, "a state that no core has");
    }
    check_equal(count(me, STANDBY), counted, "what is refused is not counted");
    check_equal(count(me, 1), 0, "a state that no core has was never entered");
    check_equal(residency(0xff, STANDBY), 0, "nor any by a core that is none");
}

/* Without the timer the core would stay in standby for ever. */
static void check_short_form(void)
{
    uint64_t me = core_affinity(0), counted = count(me, STANDBY);

    start_timer(DELAY_MS);
    check_equal(psci(GARBAGE | (PSCI_CPU_SUSPEND & ~SMC64), GARBAGE, GARBAGE,
                     GARBAGE), 0, "the short form looks at 32 bits");
    check(irq_arrives(PPI(TIMER_PPI)), "and waits for the interrupt");
    stop_timer();
    check_equal(count(me, STANDBY), counted + 1, "it is counted as the long");
    check_equal((uint32_t)firmware(PSCI_STAT_COUNT & ~SMC64, GARBAGE | me,
                                   GARBAGE | STANDBY, 0), counted + 1,
                "STAT_COUNT has a short form, too");
}

void core_main(uint64_t core)
{
    gic_init();
    is_up = true;
    while (!may_stop) {
        start_timer(1);
        standby();
        irq_arrives(PPI(TIMER_PPI));
        stop_timer();
    }
    psci(PSCI_CPU_OFF, 0, 0, 0);
}

/* The other core sleeps most of the time; that does not make it off. */
static void check_other_core(void)
{
    uint64_t other = core_affinity(1), me = core_affinity(0);
    uint64_t mine = count(me, STANDBY);
    uint64_t limit = now() + ticks_of_ms(WAIT_LIMIT_MS);
    bool on = true;

    psci(PSCI_CPU_ON, other, (uint64_t)core_entry, 1);
    check(wait_until(&is_up), "a second core has begun to sleep and wake");
    while (count(other, STANDBY) < ROUNDS && now() < limit) {
        on &= psci(PSCI_AFFINITY_INFO, other, 0, 0) == AFFINITY_ON;
    }
    check(count(other, STANDBY) >= ROUNDS, "its standbys are counted");
    check(on, "a core in standby is on");
    check_equal(count(me, STANDBY), mine, "ours are not");
    may_stop = true;
}

int main(uint64_t device_tree)
{
    gic_init();
    check_standby();
    check_statistics();
    check_pending();
    check_refusals();
    check_short_form();
    check_other_core();
    return 0;
}
