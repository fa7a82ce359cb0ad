/*
 * Under -icount shift=4, an instruction takes 16 ns at the highest performance
 * level and twice as long at each level below; time goes on in between. Levels
 * are set by the fast channel of the first mailbox (docs/devices/scmi.rst).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "bare.h"

#define FAST_CHANNELS (MAILBOX0 + 0x18000)
#define CPUS_LEVEL_SET (FAST_CHANNELS + 0x00)
#define CPUS_LEVEL_GET (FAST_CHANNELS + 0x04)
#define HIGHEST_LEVEL 4

/* Two instructions each; a tick is 16 ns. */
#define ROUNDS 100000
#define TICKS_AT_HIGHEST (2 * ROUNDS)
/* Instructions around the loop */
#define TOLERANCE 100

static uint64_t ticks_of_loop(void)
{
    uint64_t start = now(), rounds = ROUNDS;

    asm volatile("1: subs %0, %0, #1\n"
                 "   b.ne 1b\n" : "+r" (rounds) : : "cc");
    return now() - start;
}

static void check_level(unsigned level)
{
    unsigned slower = HIGHEST_LEVEL - level;
    uint64_t before = now(), ticks;

    write32(CPUS_LEVEL_SET, level);
    check(now() - before < TOLERANCE << 3, "time goes on without a jump");
    check_equal(read32(CPUS_LEVEL_GET), level, "the level is set");
    ticks = ticks_of_loop();
    check(ticks >= (uint64_t)TICKS_AT_HIGHEST << slower &&
          ticks < (uint64_t)(TICKS_AT_HIGHEST + TOLERANCE) << slower,
          "a loop takes as long as the level says");
}

/* A timer that was set at another speed is neither early nor late. */
static void check_timer(unsigned level)
{
    const uint64_t ticks = ticks_of_ms(5);
    uint64_t start;

    write32(CPUS_LEVEL_SET, HIGHEST_LEVEL);
    start = now();
    write_sysreg(cntp_tval_el0, ticks);
    write_sysreg(cntp_ctl_el0, 1);
    write32(CPUS_LEVEL_SET, level);
    /* No relax(): it would have QEMU look at its timers. */
    while (!(read_sysreg(cntp_ctl_el0) & 4)) {
        continue;
    }
    check(now() - start >= ticks, "a timer is not early");
    check(now() - start < ticks + (TOLERANCE << 5), "a timer is not late");
    write_sysreg(cntp_ctl_el0, 0);
}

int main(uint64_t device_tree)
{
    for (unsigned level = 1; level <= HIGHEST_LEVEL; level++) {
        check_level(level);
    }
    for (unsigned level = HIGHEST_LEVEL; level >= 1; level--) {
        check_level(level);
        check_timer(level);
    }
    return 0;
}
