/*
 * avps-ecu: the cores' generic timers after a snapshot, and while a core is off
 *
 * QEMU 10's migration state of an Arm core has the deadlines of two of its
 * timers, the EL1 physical and the virtual one. Linux with VHE ticks by the
 * EL2 physical timer, and would wait for ever after a load. The registers of
 * all timers are migrated, so each deadline can be computed again when the
 * machine starts to run; for a timer that is right already, this changes
 * nothing.
 *
 * The timers of a core are in a power domain that is always on (arm,arch_timer,
 * "always-on"). QEMU starts a core by a reset, which clears its timers, too,
 * and leaves their interrupts as they were.
 *
 * Guarded by the guest tests that load a snapshot, and the bare
 * program "cpu-power-down".
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "hw/avps/qemu/timers.h"
#include "hw/boards.h"
#include "system/runstate.h"
#include "target/arm/cpu.h"
#include "target/arm/cpu-features.h"

static void rearm(ARMCPU *cpu)
{
    arm_gt_ptimer_cb(cpu);
    arm_gt_vtimer_cb(cpu);
    if (arm_feature(&cpu->env, ARM_FEATURE_EL2)) {
        arm_gt_htimer_cb(cpu);
        arm_gt_hvtimer_cb(cpu);
    }
    if (arm_feature(&cpu->env, ARM_FEATURE_EL3)) {
        arm_gt_stimer_cb(cpu);
    }
    if (cpu_isar_feature(aa64_sel2, cpu)) {
        arm_gt_sel2timer_cb(cpu);
        arm_gt_sel2vtimer_cb(cpu);
    }
}

static void run_state_changed(void *opaque, bool running, RunState state)
{
    AvpsSoc *soc = opaque;

    for (int i = 0; running && i < soc->machine->smp.cpus; i++) {
        rearm(soc->cpu[i]);
    }
}

typedef struct TimerState {
    ARMGenericTimer timer[NUM_GTIMERS];
    uint64_t cntvoff;
} TimerState;

static void restore(CPUState *cs, run_on_cpu_data data)
{
    g_autofree TimerState *state = data.host_ptr;
    ARMCPU *cpu = ARM_CPU(cs);

    memcpy(cpu->env.cp15.c14_timer, state->timer, sizeof(state->timer));
    cpu->env.cp15.cntvoff_el2 = state->cntvoff;
    rearm(cpu);
}

void avps_keep_timers(ARMCPU *cpu)
{
    TimerState *state = g_new(TimerState, 1);

    memcpy(state->timer, cpu->env.cp15.c14_timer, sizeof(state->timer));
    state->cntvoff = cpu->env.cp15.cntvoff_el2;
    async_run_on_cpu(CPU(cpu), restore, RUN_ON_CPU_HOST_PTR(state));
}

void avps_rearm_timers_on_start(AvpsSoc *soc)
{
    qemu_add_vm_change_state_handler(run_state_changed, soc);
}
