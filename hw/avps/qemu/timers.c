/*
 * avps-ecu: the cores' generic timers after a snapshot
 *
 * QEMU 10's migration state of an Arm core has the deadlines of two of its
 * timers, the EL1 physical and the virtual one. Linux with VHE ticks by the
 * EL2 physical timer, and would wait for ever after a load. The registers of
 * all timers are migrated, so each deadline can be computed again when the
 * machine starts to run; for a timer that is right already, this changes
 * nothing.
 *
 * Guarded by the guest tests that load a snapshot.
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

void avps_rearm_timers_on_start(AvpsSoc *soc)
{
    qemu_add_vm_change_state_handler(run_state_changed, soc);
}
