/*
 * avps-ecu: registers of the cores that QEMU's models leave out
 *
 * QEMU's Cortex-A55 and Cortex-A76 have none of the IMPLEMENTATION DEFINED
 * control registers that these cores have. TF-A sets a bit of CPUPWRCTLR_EL1
 * when it turns a core off, and would find an undefined instruction there.
 * QEMU's Neoverse N1, a sibling, has them, as constants; so they are here, for
 * EL3: lower levels may use them only where firmware lets them, and get what
 * they got before.
 *
 * Cortex-A76 Core TRM (100798), B2.4; Cortex-A55 Core TRM (100442), B2.4.
 *
 * What this leans on: define_arm_cp_regs() takes registers after realize, as
 * QEMU's GIC does it. Guarded by the bare program "core-registers".
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "hw/avps/qemu/core_registers.h"
#include "target/arm/cpu.h"
#include "target/arm/cpregs.h"

#define CONTROL(name_, crm_, opc2_)                                     \
    {                                                                   \
        .name = name_, .state = ARM_CP_STATE_AA64,                      \
        .opc0 = 3, .opc1 = 0, .crn = 15, .crm = crm_, .opc2 = opc2_,    \
        .access = PL3_RW, .type = ARM_CP_CONST, .resetvalue = 0,        \
    }

static const ARMCPRegInfo registers[] = {
    CONTROL("CPUACTLR_EL1", 1, 0),
    CONTROL("CPUACTLR2_EL1", 1, 1),
    CONTROL("CPUACTLR3_EL1", 1, 2),
    CONTROL("CPUECTLR_EL1", 1, 4),
    CONTROL("CPUPWRCTLR_EL1", 2, 7),
};

void avps_add_core_registers(ARMCPU *cpu)
{
    static const char *const types[] = {
        ARM_CPU_TYPE_NAME("cortex-a55"), ARM_CPU_TYPE_NAME("cortex-a76"),
    };

    for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
        if (!strcmp(object_get_typename(OBJECT(cpu)), types[i])) {
            define_arm_cp_regs(cpu, registers);
        }
    }
}
