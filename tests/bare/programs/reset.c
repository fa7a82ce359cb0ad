/*
 * A warm reset, asked for through PSCI or (EL3) the secure GPIO, begins the
 * program again, and the retention RAM keeps what it held.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "bare.h"

#define MARK 0x52455441494e4544 /* "RETAINED" */
#define RETAINED_MARK PSTORE
#define RETAINED_COUNT (PSTORE + 8)
#define RETAINED_LAST (PSTORE + PSTORE_SIZE - 8)

/* A timer left running by the first pass: reset must stop it. */
#define TIMER_ENABLE 1

/*
 * Ordinary RAM keeps its contents too in this machine; it tells the passes
 * apart should the retention RAM forget, or we would go round for ever.
 */
#define PASSES 0x60000000

static void before_reset(void)
{
    check_equal(read64(RETAINED_MARK), 0,
                "the retention RAM is empty at power-on");
    write64(RETAINED_MARK, MARK);
    write64(RETAINED_LAST, ~MARK);
    write64(PASSES, MARK);
    write_sysreg(cntp_ctl_el0, TIMER_ENABLE);
    write64(RETAINED_COUNT, results_so_far());
#if EL == 3
    raise_secure_line(SECURE_LINE_RESET);
#else
    psci(PSCI_SYSTEM_RESET, 0, 0, 0);
#endif
    stop();
}

int main(uint64_t device_tree)
{
    if (read64(PASSES) != MARK) {
        before_reset();
    }
    continue_results(read64(RETAINED_COUNT));
    check_equal(read64(RETAINED_MARK), MARK,
                "the first word survived the warm reset");
    check_equal(read64(RETAINED_LAST), ~MARK,
                "the last word survived the warm reset");
    check_equal(read_sysreg(cntp_ctl_el0) & TIMER_ENABLE, 0,
                "the timer was stopped by the reset");
    return 0;
}
