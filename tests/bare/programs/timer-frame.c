/*
 * The memory-mapped generic timer: the same count as the cores', and two
 * timers with interrupts of their own. Arm ARM I5.7.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "bare.h"

#define CNTCTL TIMER0
#define CNTCTL_CNTFRQ (CNTCTL + 0x00)
#define CNTCTL_CNTTIDR (CNTCTL + 0x08)
#define CNTTIDR_FRAME0 (1 << 0)
#define CNTTIDR_FRAME0_VIRTUAL (1 << 1)

/* What the frame may be used for: without it, it reads as zero */
#define CNTCTL_CNTACR0 (CNTCTL + 0x40)
#define CNTACR_ALL 0x3f

#define CNTBASE (TIMER0 + 0x10000)
#define CNTPCT (CNTBASE + 0x00)
#define CNTVCT (CNTBASE + 0x08)
#define CNTFRQ (CNTBASE + 0x10)
#define CNTP_TVAL (CNTBASE + 0x28)
#define CNTP_CTL (CNTBASE + 0x2c)
#define CNTV_TVAL (CNTBASE + 0x38)
#define CNTV_CTL (CNTBASE + 0x3c)
#define CTL_ENABLE 1
#define DELAY_MS 1

static uint64_t read_count(uint64_t address)
{
    uint32_t low, high;

    do {
        high = read32(address + 4);
        low = read32(address);
    } while (high != read32(address + 4));
    return (uint64_t)high << 32 | low;
}

/* Readings in a row never go back, whoever is asked. */
static bool counts_as_the_core(uint64_t address)
{
    for (int i = 0; i < 1000; i++) {
        uint64_t before = now();
        uint64_t count = read_count(address);

        if (count < before || now() < count) {
            return false;
        }
    }
    return true;
}

static void check_timer(uint64_t tval, uint64_t ctl, unsigned spi,
                        const char *what)
{
    uint64_t begin = now();

    gic_enable(SPI_INTID(spi));
    write32(tval, ticks_of_ms(DELAY_MS));
    write32(ctl, CTL_ENABLE);
    check(irq_arrives(SPI_INTID(spi)) &&
          now() - begin >= ticks_of_ms(DELAY_MS), what);
}

int main(uint64_t device_tree)
{
    gic_init();
    check_equal(read32(CNTFRQ), 0, "the timer frame is closed at first");
    write32(CNTCTL_CNTACR0, CNTACR_ALL);
    check_equal(read32(CNTCTL_CNTACR0), CNTACR_ALL,
                "the control frame opens it");
    check_equal(read32(CNTCTL_CNTFRQ), read_sysreg(cntfrq_el0),
                "the control frame gives the cores' frequency");
    check_equal(read32(CNTFRQ), read_sysreg(cntfrq_el0),
                "the timer frame gives the cores' frequency");
    check_equal(read32(CNTCTL_CNTTIDR) & 0xff,
                CNTTIDR_FRAME0 | CNTTIDR_FRAME0_VIRTUAL,
                "there is one timer frame, with a virtual timer");
    check(counts_as_the_core(CNTPCT),
          "CNTPCT counts as the cores' physical counter");
    check(counts_as_the_core(CNTVCT),
          "CNTVCT counts as the cores' physical counter");
    check_timer(CNTP_TVAL, CNTP_CTL, TIMER0_SPI,
                "the physical timer raises its interrupt");
    check_timer(CNTV_TVAL, CNTV_CTL, TIMER0_SPI + 1,
                "the virtual timer raises its interrupt");
    return 0;
}
