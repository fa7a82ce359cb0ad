/*
 * With EL3 the firmware owns the cores: all begin at the reset address, as
 * TF-A's holding pen expects. The secure timer interrupts as PPI 13.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "bare.h"

/* In secure RAM, but away from our variables: these are zeroed by core 0. */
#define ARRIVED(core) (SECURE_RAM + 0x100000 + 8 * (core))
#define ARRIVED_MARK 0x41525249

#define GICR_ISPENDR0 (GIC_REDIST + 0x10200)
#define CNTPS_TVAL s3_7_c14_c2_0
#define CNTPS_CTL s3_7_c14_c2_1
#define TIMER_ENABLE 1

#define reg_write(name, value) write_sysreg(name, value)

void other_core_at_reset(uint64_t core)
{
    write64(ARRIVED(core), ARRIVED_MARK);
}

static bool becomes(uint64_t address, uint64_t mask, uint64_t want)
{
    uint64_t limit = now() + ticks_of_ms(WAIT_LIMIT_MS);

    while ((read32(address) & mask) != want) {
        if (now() > limit) {
            return false;
        }
    }
    return true;
}

int main(uint64_t device_tree)
{
    for (unsigned core = 1; core < CORES; core++) {
        check(becomes(ARRIVED(core), ~0u, ARRIVED_MARK),
              "a core begins at the reset address");
    }
    check(!(read32(GICR_ISPENDR0) & 1u << PPI(13)),
          "the secure timer is quiet at first");
    reg_write(CNTPS_TVAL, ticks_of_ms(1));
    reg_write(CNTPS_CTL, TIMER_ENABLE);
    check(becomes(GICR_ISPENDR0, 1u << PPI(13), 1u << PPI(13)),
          "then it raises PPI 13");
    return 0;
}
