/*
 * Cores by PSCI where it is not plain sailing: entries that are no memory,
 * cores that are none, two cores that start the same third one, and the states
 * of affinity levels. Arm DEN 0022 5.6 (CPU_ON) and 5.7 (AFFINITY_INFO).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "bare.h"

#define RAM_END (RAM + (1ull << 30))        /* the test gives 1 GiB */
#define HOLE 0x0c000000
#define ROUNDS 100
#define RACERS 2
#define PRIZE 3                             /* the core that both start */

static volatile unsigned round_now, starts;
static volatile unsigned round_done[RACERS + 1];
static volatile int64_t answer[RACERS + 1];
static Flag prize_may_stop, racing;

static int64_t start_core(uint64_t affinity, uint64_t entry, uint64_t context)
{
    return psci(PSCI_CPU_ON, affinity, entry, context);
}

static int64_t start_here(unsigned core)
{
    return start_core(core_affinity(core), (uint64_t)core_entry, core);
}

static int64_t state(uint64_t affinity, uint64_t level)
{
    return psci(PSCI_AFFINITY_INFO, affinity, level, 0);
}

static bool becomes(unsigned core, int64_t wanted)
{
    uint64_t limit = now() + ticks_of_ms(WAIT_LIMIT_MS);

    while (state(core_affinity(core), 0) != wanted) {
        if (now() > limit) {
            return false;
        }
    }
    return true;
}

static bool reaches(volatile unsigned *value, unsigned wanted)
{
    uint64_t limit = now() + ticks_of_ms(WAIT_LIMIT_MS);

    while (*value != wanted) {
        if (now() > limit) {
            return false;
        }
        relax();
    }
    return true;
}

/* Racers start the prize once in each round; the prize waits to be stopped. */
static void race(unsigned racer)
{
    for (unsigned n = 1; n <= ROUNDS; n++) {
        while (round_now != n) {
            relax();
        }
        answer[racer] = start_here(PRIZE);
        barrier();
        round_done[racer] = n;
    }
}

void core_main(uint64_t core)
{
    if (core == PRIZE) {
        __atomic_fetch_add(&starts, 1, __ATOMIC_SEQ_CST);
        while (!prize_may_stop) {
            relax();
        }
    } else if (racing) {
        race(core);
    }
    psci(PSCI_CPU_OFF, 0, 0, 0);
}

static bool is_late(int64_t result)
{
    return result == PSCI_ALREADY_ON || result == PSCI_ON_PENDING;
}

/* False at the first round that was not as it should be. */
static bool run_round(unsigned n)
{
    int64_t first, second;

    prize_may_stop = false;
    round_now = n;
    if (!reaches(&round_done[1], n) || !reaches(&round_done[2], n)) {
        return false;
    }
    first = answer[1];
    second = answer[2];
    if (!((first == 0 && is_late(second)) || (second == 0 && is_late(first)))) {
        print("# answers ");
        print_hex(first);
        print(", ");
        print_hex(second);
        print("\n");
        return false;
    }
    if (!reaches(&starts, n)) {
        return false;
    }
    prize_may_stop = true;
    return becomes(PRIZE, AFFINITY_OFF) && starts == n;
}

static void check_race(void)
{
    unsigned n = 1;

    racing = true;
    start_here(1);
    start_here(2);
    while (n <= ROUNDS && run_round(n)) {
        n++;
    }
    check_equal(n, ROUNDS + 1,
                "of two that start a core one succeeds, and it starts once");
    check(becomes(1, AFFINITY_OFF) && becomes(2, AFFINITY_OFF),
          "a core that is off is said to be off");
}

static void check_refused(uint64_t entry, const char *what)
{
    check_equal(start_core(core_affinity(1), entry, 1), PSCI_INVALID_ADDRESS,
                what);
}

static void check_entries(void)
{
    uint64_t core = core_affinity(1);
    uint64_t entry = (uint64_t)core_entry;

    check_refused(UART0, "an entry in a device is refused");
    check_refused(GIC_DIST, "in the interrupt controller");
    check_refused(HOLE, "where there is nothing");
    check_refused(PCIE_MMIO, "in a window of PCIe");
    check_refused(RAM_END, "behind the end of RAM");
    check_refused(RAM - 4, "before its start");
    check_refused(entry + 2, "between two instructions");
    check_refused(entry + 1, "as if it were T32 code");
    check_refused(entry | 1ull << 60, "beyond all physical addresses");
    check_refused(-4ull, "at the end of all addresses");
    check_equal(state(core, 0), AFFINITY_OFF, "the core has stayed off");
    check_equal(psci(PSCI_CPU_ON & ~SMC64, GARBAGE | core, GARBAGE | entry,
                     GARBAGE | 1), 0,
                "the short form of CPU_ON looks at 32 bits");
    check(becomes(1, AFFINITY_OFF), "and has started the core, which stopped");
}

static void check_targets(void)
{
    uint64_t entry = (uint64_t)core_entry;
    static const uint64_t no_core[] = {
        CORES, 0xff, 0x100, 0x10000, 1ull << 32, 0x80000000 | 1, 1ull << 24 | 1,
        GARBAGE | 1, -1ull,
    };

    for (unsigned n = 0; n < sizeof(no_core) / sizeof(no_core[0]); n++) {
        check_equal(start_core(no_core[n], entry, 0), PSCI_INVALID_PARAMS,
                    "a core that does not exist cannot be started");
        check_equal(state(no_core[n], 0), PSCI_INVALID_PARAMS,
                    "and has no state");
    }
    check_equal(start_here(0), PSCI_ALREADY_ON,
                "a core that starts itself is on already");
}

/* All cores are in one cluster: above level 0 there is but what we run on. */
static void check_levels(void)
{
    uint64_t me = core_affinity(0), other = core_affinity(1);

    check_equal(state(me, 0), AFFINITY_ON, "this core is on");
    check_equal(state(other, 0), AFFINITY_OFF, "the other is off");
    check_equal(state(other, GARBAGE), AFFINITY_OFF, "a level has 32 bits");
    for (unsigned level = 1; level <= 3; level++) {
        check_equal(state(me, level), AFFINITY_ON,
                    "what holds a core that is on, is on");
        check_equal(state(other, level), AFFINITY_ON,
                    "fields below the level do not count");
        check_equal(state(level == 3 ? 1ull << 32 : 1ull << (8 * level), level),
                    PSCI_INVALID_PARAMS, "a group that does not exist");
    }
    check_equal(state(me, 4), PSCI_INVALID_PARAMS, "there is no level 4");
    check_equal(state(me, 0xffffffff), PSCI_INVALID_PARAMS, "nor any higher");
}

int main(uint64_t device_tree)
{
    check_targets();
    check_levels();
    check_entries();
    check_race();
    check_levels();
    return 0;
}
