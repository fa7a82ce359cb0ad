/*
 * A watchdog that nobody refreshes resets the machine. The second pass finds
 * the cause in the watchdog and in the power controller, and what a reset by
 * a watchdog keeps.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "bare.h"

#if EL == 3
#define CONTROL WATCHDOG_SECURE
#define REASON_WANTED 4         /* secure watchdog */
#else
#define CONTROL WATCHDOG0
#define REASON_WANTED 3         /* watchdog */
#endif

#define WCS (CONTROL + 0x00)
#define WOR (CONTROL + 0x08)
#define WRR (CONTROL + 0x10000)
#define EN 1
#define WS1 4
#define STAGE_MS 1

/* Of the power controller: docs/devices/power.rst */
#define RESET_REASON (POWER + 0x10)
#define REASON_POWER_ON 0
#define WATCHDOG_COUNT (POWER + 0x28)
#define SCRATCH0 (POWER + 0x40)

#define MARK 0x57415443 /* "WATC" */
/* Should none of the above work, this ends the program. RAM is kept. */
#define PASSES 0x60000000

static void before_reset(void)
{
    check_equal(read32(RESET_REASON), REASON_POWER_ON,
                "the first pass begins at power-on");
    check_equal(read32(WCS), 0, "the watchdog is off and knows no cause");
    write32(SCRATCH0, MARK);
    write64(PASSES + 8, results_so_far());
    write64(PASSES, MARK);
    write32(WOR, ticks_of_ms(STAGE_MS));
    write32(WCS, EN);
    stop();
}

int main(uint64_t device_tree)
{
    if (read64(PASSES) != MARK) {
        before_reset();
    }
    continue_results(read64(PASSES + 8));
    check_equal(read32(WCS), WS1,
                "after the reset the watchdog is off and shows the cause");
    check_equal(read32(WOR), 0, "and its offset is gone");
    check_equal(read32(RESET_REASON), REASON_WANTED,
                "the power controller tells which watchdog it was");
    check_equal(read32(WATCHDOG_COUNT), 1, "and counts it");
    check_equal(read32(SCRATCH0), MARK, "a scratch register survived");
    write32(WRR, 0);
    check_equal(read32(WCS), 0, "a refresh ends the record");
    return 0;
}
