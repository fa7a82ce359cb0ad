/*
 * avps-ecu: registers of the cores that QEMU's models leave out
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef HW_AVPS_QEMU_CORE_REGISTERS_H
#define HW_AVPS_QEMU_CORE_REGISTERS_H

#include "target/arm/cpu-qom.h"

/*
 * Give the realized core @cpu, which has EL3, what firmware there writes when
 * it powers a core down.
 */
void avps_add_core_registers(ARMCPU *cpu);

#endif
