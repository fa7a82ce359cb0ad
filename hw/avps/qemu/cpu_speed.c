/*
 * avps-ecu: how fast the cores are under -icount
 *
 * With -icount shift=N every instruction takes 2^N ns of virtual time. QEMU
 * sets N once; here it changes with the processors' performance level, as
 * accel/tcg/icount-common.c does itself for shift=auto: under its lock, and
 * with the bias corrected, so that virtual time neither jumps nor stops.
 *
 * Guard: bare "cpu-speed".
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "hw/avps/qemu/compat.h"
#include "hw/avps/qemu/cpu_speed.h"
#include "hw/core/cpu.h"
#include "qemu/seqlock.h"
#include "system/cpu-timers-internal.h"

/* As the option says; it is set before there is a machine */
static int option_shift = -1;

static bool is_fixed(void)
{
    return icount_enabled() == ICOUNT_PRECISE;
}

static int shift_for(unsigned halvings)
{
    if (option_shift < 0) {
        option_shift = timers_state.icount_time_shift;
    }
    return option_shift + halvings;
}

/*
 * The core that runs has a number of instructions to go until the next timer,
 * which was counted at the old speed: have it counted anew.
 */
static void recount(void)
{
    CPUState *cpu;

    CPU_FOREACH(cpu) {
        cpu_exit(cpu);
    }
}

void avps_cpu_speed_set(unsigned halvings)
{
    int shift, old;

    if (!is_fixed()) {
        return;
    }
    shift = shift_for(halvings);
    if (current_cpu && current_cpu->running) {
        icount_update(current_cpu);
    }
    seqlock_write_lock(&timers_state.vm_clock_seqlock,
                       &timers_state.vm_clock_lock);
    old = timers_state.icount_time_shift;
    qatomic_set_i64(&timers_state.qemu_icount_bias,
                    timers_state.qemu_icount_bias +
                    (timers_state.qemu_icount << old) -
                    (timers_state.qemu_icount << shift));
    qatomic_set(&timers_state.icount_time_shift, shift);
    seqlock_write_unlock(&timers_state.vm_clock_seqlock,
                         &timers_state.vm_clock_lock);
    if (shift != old) {
        recount();
    }
}

/* The bias was corrected before it was saved. */
void avps_cpu_speed_loaded(unsigned halvings)
{
    if (is_fixed()) {
        qatomic_set(&timers_state.icount_time_shift, shift_for(halvings));
    }
}
