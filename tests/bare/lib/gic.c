/*
 * Just enough of a GICv3 driver: one group, one priority, physical interrupts
 * of the core that calls. Arm IHI 0069, chapters 12.2 (CPU interface), 12.9
 * (distributor) and 12.11 (redistributor).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "bare.h"

#define GICD_CTLR (GIC_DIST + 0x0)
#define GICD_CTLR_GROUPS 0x3
#define GICD_CTLR_ARE 0x30
#define GICD_IGROUPR(n) (GIC_DIST + 0x80 + 4 * (n))
#define GICD_ISENABLER(n) (GIC_DIST + 0x100 + 4 * (n))
#define GICD_ICENABLER(n) (GIC_DIST + 0x180 + 4 * (n))
#define GICD_IROUTER(n) (GIC_DIST + 0x6000 + 8 * (n))

#define GICR_STRIDE 0x20000
#define GICR_TYPER 0x8
#define GICR_TYPER_LAST (1 << 4)
#define GICR_WAKER 0x14
#define GICR_WAKER_SLEEP (1 << 1)
#define GICR_WAKER_ASLEEP (1 << 2)
/* In the second 64 KiB frame: this core's SGIs and PPIs */
#define GICR_IGROUPR0 0x10080
#define GICR_ISENABLER0 0x10100
#define GICR_ICENABLER0 0x10180

#define ICC_SRE_EL1 s3_0_c12_c12_5
#define ICC_SRE_EL2 s3_4_c12_c9_5
#define ICC_PMR_EL1 s3_0_c4_c6_0
#define ICC_IGRPEN1_EL1 s3_0_c12_c12_7
#define ICC_IAR1_EL1 s3_0_c12_c12_0
#define ICC_EOIR1_EL1 s3_0_c12_c12_1
#define INTID_NONE 1020
#define INTID_FIRST_LPI 8192

#define MAX_INTID 512

static Flag arrived[MAX_INTID];
static Flag lpi_arrived;

#define expand_read(name) read_sysreg(name)
#define expand_write(name, value) write_sysreg(name, value)

static bool is_private(unsigned intid)
{
    return intid < 32;
}

static uint64_t redistributor(unsigned n)
{
    return GIC_REDIST + (uint64_t)n * GICR_STRIDE;
}

uint64_t core_affinity(unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        if (read64(redistributor(i) + GICR_TYPER) & GICR_TYPER_LAST) {
            return -1;
        }
    }
    return read64(redistributor(n) + GICR_TYPER) >> 32;
}

static uint64_t own_redistributor(void)
{
    uint64_t mpidr = read_sysreg(mpidr_el1) & 0xffffff;

    for (unsigned n = 0; n < MAX_CORES; n++) {
        if (core_affinity(n) == mpidr) {
            return redistributor(n);
        }
    }
    print("Bail out! no redistributor for this core\n");
    stop();
}

void gic_init(void)
{
    uint64_t redist = own_redistributor();

    write32(GICD_CTLR, GICD_CTLR_ARE | GICD_CTLR_GROUPS);
    write32(redist + GICR_WAKER,
            read32(redist + GICR_WAKER) & ~GICR_WAKER_SLEEP);
    while (read32(redist + GICR_WAKER) & GICR_WAKER_ASLEEP) {
        relax();
    }
    write32(redist + GICR_IGROUPR0, ~0u);
#if EL == 2
    expand_write(ICC_SRE_EL2, 0xf);
#endif
    expand_write(ICC_SRE_EL1, 0x7);
    expand_write(ICC_PMR_EL1, 0xff);
    expand_write(ICC_IGRPEN1_EL1, 1);
}

void gic_enable(unsigned intid)
{
    uint32_t bit = 1u << (intid % 32);

    if (is_private(intid)) {
        write32(own_redistributor() + GICR_ISENABLER0, bit);
        return;
    }
    write64(GICD_IROUTER(intid), read_sysreg(mpidr_el1) & 0xffffff);
    write32(GICD_IGROUPR(intid / 32), read32(GICD_IGROUPR(intid / 32)) | bit);
    write32(GICD_ISENABLER(intid / 32), bit);
}

/* Sources here are level-triggered and stay raised: each counts once. */
static void gic_disable(unsigned intid)
{
    uint32_t bit = 1u << (intid % 32);

    if (is_private(intid)) {
        write32(own_redistributor() + GICR_ICENABLER0, bit);
    } else if (intid < MAX_INTID) {
        write32(GICD_ICENABLER(intid / 32), bit);
    }
}

void gic_irq(void)
{
    unsigned intid = expand_read(ICC_IAR1_EL1);

    if (intid >= INTID_NONE && intid < INTID_FIRST_LPI) {
        return;
    }
    gic_disable(intid);
    if (intid < MAX_INTID) {
        arrived[intid] = true;
    } else {
        lpi_arrived = true;
    }
    expand_write(ICC_EOIR1_EL1, intid);
}

bool irq_arrives(unsigned intid)
{
    bool taken;

    asm volatile("msr daifclr, #2" : : : "memory");
    taken = wait_until(intid < MAX_INTID ? &arrived[intid] : &lpi_arrived);
    asm volatile("msr daifset, #2" : : : "memory");
    return taken;
}
