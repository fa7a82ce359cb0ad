/*
 * PSCI: all cores can be found, started, asked for and stopped again.
 * Arm DEN 0022.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "bare.h"

#define VERSION_1_1 0x10001
#define NO_SUCH_CORE 0x7f

static Flag is_up[MAX_CORES], may_stop[MAX_CORES];

void core_main(uint64_t core)
{
    is_up[core] = true;
    while (!may_stop[core]) {
        relax();
    }
    psci(PSCI_CPU_OFF, 0, 0, 0);
}

static int64_t start_core(uint64_t affinity, uint64_t context)
{
    return psci(PSCI_CPU_ON, affinity, (uint64_t)core_entry, context);
}

static int64_t state(uint64_t affinity)
{
    return psci(PSCI_AFFINITY_INFO, affinity, 0, 0);
}

static bool becomes(uint64_t affinity, int64_t wanted)
{
    uint64_t limit = now() + ticks_of_ms(WAIT_LIMIT_MS);

    while (state(affinity) != wanted) {
        if (now() > limit) {
            return false;
        }
    }
    return true;
}

static void check_core(unsigned core)
{
    uint64_t affinity = core_affinity(core);

    check_equal(state(affinity), AFFINITY_OFF, "a core is off at first");
    check_equal(start_core(affinity, core), 0, "CPU_ON starts it");
    check(wait_until(&is_up[core]), "it runs, with the context it was given");
    check_equal(state(affinity), AFFINITY_ON, "AFFINITY_INFO says on");
    check_equal(start_core(affinity, core), PSCI_ALREADY_ON,
                "CPU_ON of a running core says already on");
    may_stop[core] = true;
    check(becomes(affinity, AFFINITY_OFF), "CPU_OFF stops it");
}

int main(uint64_t device_tree)
{
    unsigned cores = 0;

    while (cores < MAX_CORES && core_affinity(cores) != -1ull) {
        cores++;
    }
    check_equal(psci(PSCI_VERSION, 0, 0, 0), VERSION_1_1,
                "PSCI is version 1.1");
    check_equal(cores, CORES, "the interrupt controller knows every core");
    check_equal(core_affinity(0), read_sysreg(mpidr_el1) & 0xffffff,
                "core 0 runs this program");
    for (unsigned core = 1; core < cores; core++) {
        check_core(core);
    }
    check_equal(start_core(NO_SUCH_CORE, 0), PSCI_INVALID_PARAMS,
                "CPU_ON of a core that does not exist is refused");
    return 0;
}
