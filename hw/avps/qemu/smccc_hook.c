/*
 * avps-ecu: SMC and HVC calls on their way to QEMU's PSCI
 *
 * QEMU answers the calls of its PSCI conduit inside the cores' exception
 * entry and lets no machine add any. The entry is one function in a table that
 * the CPU class points to; the class gets a copy of the table with our
 * function in it. So does the one that ends a core's wait for interrupts,
 * which is where a stay in PSCI's standby ends.
 *
 * Guarded by the bare programs "psci-features" and "cpu-suspend".
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/main-loop.h"
#include "hw/avps/qemu/smccc_hook.h"
#include "cpu.h"
#include "accel/tcg/cpu-ops.h"
#include "internals.h"

static TCGCPUOps hooked_ops;
static const TCGCPUOps *qemu_ops;
static AvpsPower *power_controller;

static void end_standby(CPUState *cs)
{
    if (avps_power_is_in_standby(power_controller, cs->cpu_index)) {
        avps_power_standby_ends(power_controller, cs->cpu_index);
    }
}

/*
 * Every exception comes here: the cheap question first, and no cast that QOM
 * checks.
 */
static bool answers_call(CPUState *cs)
{
    ARMCPU *cpu = container_of(cs, ARMCPU, parent_obj);

    return (cs->exception_index == EXCP_SMC ||
            cs->exception_index == EXCP_HVC) &&
           arm_is_psci_call(cpu, cs->exception_index) &&
           avps_smccc_dispatch(&power_controller->smccc, cpu);
}

/*
 * QEMU's part does not return when the core begins to wait. It does when an
 * interrupt is pending already; and a hypervisor may have the wait trapped,
 * which is the next exception then.
 */
static void do_interrupt(CPUState *cs)
{
    end_standby(cs);
    if (!answers_call(cs)) {
        qemu_ops->do_interrupt(cs);
        end_standby(cs);
    }
}

/* Outside the big lock */
static bool exec_halt(CPUState *cs)
{
    bool wakes = qemu_ops->cpu_exec_halt(cs);

    if (wakes && avps_power_is_in_standby(power_controller, cs->cpu_index)) {
        BQL_LOCK_GUARD();
        end_standby(cs);
    }
    return wakes;
}

void avps_hook_smccc(ARMCPU *cpu, AvpsPower *power)
{
    CPUClass *class = CPU_GET_CLASS(cpu);

    power_controller = power;
    if (!class->tcg_ops) {
        return;
    }
    qemu_ops = class->tcg_ops;
    hooked_ops = *qemu_ops;
    hooked_ops.do_interrupt = do_interrupt;
    hooked_ops.cpu_exec_halt = exec_halt;
    class->tcg_ops = &hooked_ops;
}
