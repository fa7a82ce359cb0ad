/*
 * The GIC tells the hypervisor that its list registers ran empty: without
 * this interrupt (PPI 9) KVM cannot work. Arm IHI 0069, 6.3.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "bare.h"

#define ICH_HCR_EL2 s3_4_c12_c11_0
#define ICH_HCR_EN (1 << 0)
#define ICH_HCR_UNDERFLOW (1 << 1)
#define ICH_VTR_EL2 s3_4_c12_c11_1
#define ICH_VTR_LIST_REGS(vtr) (((vtr) & 0x1f) + 1)
#define ICH_MISR_EL2 s3_4_c12_c11_2
#define ICH_MISR_UNDERFLOW (1 << 1)

#define reg_read(name) read_sysreg(name)
#define reg_write(name, value) write_sysreg(name, value)

int main(uint64_t device_tree)
{
    gic_init();
    check(ICH_VTR_LIST_REGS(reg_read(ICH_VTR_EL2)) >= 4,
          "there are list registers for virtual interrupts");
    gic_enable(PPI(9));
    reg_write(ICH_HCR_EL2, ICH_HCR_EN | ICH_HCR_UNDERFLOW);
    check_equal(reg_read(ICH_MISR_EL2), ICH_MISR_UNDERFLOW,
                "empty list registers are reported as underflow");
    check(irq_arrives(PPI(9)), "the maintenance interrupt arrives as PPI 9");
    return 0;
}
