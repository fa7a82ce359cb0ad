/*
 * Firmware finds the core's control registers that it writes when it turns a
 * core off. Cortex-A76 Core TRM (100798), B2.4.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "bare.h"

#define CPUACTLR_EL1 s3_0_c15_c1_0
#define CPUACTLR2_EL1 s3_0_c15_c1_1
#define CPUACTLR3_EL1 s3_0_c15_c1_2
#define CPUECTLR_EL1 s3_0_c15_c1_4
#define CPUPWRCTLR_EL1 s3_0_c15_c2_7
#define CORE_PWRDN_EN 1

#define reg_write(name, value) write_sysreg(name, value)

/* One that is not there is an exception, and ends the program. */
#define check_there(name)                                               \
    do {                                                                \
        uint64_t value = read_sysreg(name);                             \
        write_sysreg(name, value);                                      \
        check(true, #name " can be read and written");                  \
    } while (0)

int main(uint64_t device_tree)
{
    check_there(CPUACTLR_EL1);
    check_there(CPUACTLR2_EL1);
    check_there(CPUACTLR3_EL1);
    check_there(CPUECTLR_EL1);
    check_there(CPUPWRCTLR_EL1);
    reg_write(CPUPWRCTLR_EL1, CORE_PWRDN_EN);
    check(true, "a core may be told to power down");
    return 0;
}
