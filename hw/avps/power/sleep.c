/*
 * avps-ecu: power controller, cores that sleep
 *
 * PSCI (DEN0022) 5.4 "CPU_SUSPEND": a core in standby waits for an interrupt
 * and goes on; one that is powered down loses its context and starts again at
 * an entry point. Arm GIC Architecture Specification (IHI 0069), chapter
 * "Power management": a pending interrupt of a sleeping core raises its
 * WakeRequest, even with the core's interface switched off, as Linux leaves it
 * before it powers a core down.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "hw/avps/power/power.h"
#include "hw/avps/qemu/timers.h"
#include "power_internal.h"
#include "cpu.h"
#include "exec/cpu-common.h"
#include "hw/avps/trace.h"
#include "target/arm/arm-powerctl.h"
#include "target/arm/multiprocessing.h"

/* Of an interrupt that is none */
#define IDLE_PRIORITY 0xff

static bool wake_requested(const AvpsPower *s, int core)
{
    return s->gic->cpu[core].hppi.prio != IDLE_PRIORITY;
}

static void fall_asleep(AvpsPower *s, int core, AvpsPowerState state)
{
    trace_avps_power_sleep(core, state);
    qatomic_set(&s->sleepers, s->sleepers | 1u << core);
    avps_power_stat_begin(s, core, state);
}

static void wake_up(AvpsPower *s, int core, AvpsPowerState state)
{
    qatomic_set(&s->sleepers, s->sleepers & ~(1u << core));
    avps_power_stat_end(s, core, state);
}

/*
 * On the core's own thread, behind the work that switches it off: a wake-up
 * may come while that is still queued.
 */
static void start_core(CPUState *cs, run_on_cpu_data data)
{
    AvpsPower *s = data.host_ptr;
    AvpsSleep *sleep = &s->sleep[cs->cpu_index];
    ARMCPU *cpu = ARM_CPU(cs);
    int level = arm_feature(&cpu->env, ARM_FEATURE_EL2) ? 2 : 1;

    /* A reset has come between */
    if (!sleep->down) {
        return;
    }
    sleep->down = false;
    if (arm_set_cpu_on(arm_cpu_mp_affinity(cpu), sleep->entry, sleep->context,
                       level, true) == QEMU_ARM_POWERCTL_RET_SUCCESS) {
        cpu->power_state = PSCI_ON_PENDING;
        avps_keep_timers(cpu);
    }
}

void avps_power_switch_off(AvpsPower *s, ARMCPU *cpu, uint64_t entry,
                           uint64_t context)
{
    s->sleep[CPU(cpu)->cpu_index] = (AvpsSleep) {
        .down = true,
        .entry = entry,
        .context = context,
    };
    arm_set_cpu_off(arm_cpu_mp_affinity(cpu));
}

void avps_power_switch_on(AvpsPower *s, int core)
{
    async_run_on_cpu(qemu_get_cpu(core), start_core, RUN_ON_CPU_HOST_PTR(s));
}

/*
 * After a load: a core may have been on its way up when its state was saved,
 * and what wakes one may have been loaded before it was known to sleep.
 */
void avps_power_resume_cores(AvpsPower *s)
{
    for (int core = 0; core < AVPS_MAX_CPUS; core++) {
        if (avps_power_is_asleep(s, core)) {
            avps_power_gic_changed(s, core);
        } else if (s->sleep[core].down &&
                   !(s->suspended && s->suspended_core == core)) {
            avps_power_switch_on(s, core);
        }
    }
}

/* --- CPU_SUSPEND --- */

bool avps_power_standby(AvpsPower *s, int core)
{
    fall_asleep(s, core, AVPS_STATE_STANDBY);
    if (wake_requested(s, core)) {
        wake_up(s, core, AVPS_STATE_STANDBY);
        return false;
    }
    return true;
}

void avps_power_standby_ends(AvpsPower *s, int core)
{
    wake_up(s, core, AVPS_STATE_STANDBY);
}

void avps_power_down(AvpsPower *s, ARMCPU *cpu, uint64_t entry,
                     uint64_t context)
{
    int core = CPU(cpu)->cpu_index;

    fall_asleep(s, core, AVPS_STATE_DOWN);
    avps_power_switch_off(s, cpu, entry, context);
    avps_power_gic_changed(s, core);
}

int avps_power_core_state(const AvpsPower *s, const ARMCPU *cpu)
{
    return s->sleep[CPU(cpu)->cpu_index].down ? PSCI_ON : cpu->power_state;
}

void avps_power_gic_changed(AvpsPower *s, int core)
{
    if (!avps_power_is_asleep(s, core) || !wake_requested(s, core)) {
        return;
    }
    if (s->sleep[core].down) {
        wake_up(s, core, AVPS_STATE_DOWN);
        avps_power_switch_on(s, core);
    } else {
        /* Its wait ends, whether its GIC interface tells it why or not */
        cpu_interrupt(qemu_get_cpu(core), CPU_INTERRUPT_EXITTB);
    }
}
