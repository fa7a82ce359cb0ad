/*
 * The generic watchdog of the world that the program runs in: compared with
 * the cores' counter, and with its first signal taken as an interrupt. Arm
 * Base System Architecture 1.0 (DEN0094), appendix "Generic Watchdog".
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "bare.h"

#if EL == 3
#define CONTROL WATCHDOG_SECURE
#define FIRST_SPI WATCHDOG_SECURE_SPI
#else
#define CONTROL WATCHDOG0
#define FIRST_SPI WATCHDOG0_SPI
#endif
#define REFRESH (CONTROL + 0x10000)

#define WCS (CONTROL + 0x00)
#define WOR (CONTROL + 0x08)
#define WOR_HIGH (CONTROL + 0x0c)
#define WCV (CONTROL + 0x10)
#define WCV_HIGH (CONTROL + 0x14)
#define WRR (REFRESH + 0x00)
#define W_IIDR 0xfcc
#define W_IIDR_VALUE 0x0001043b

#define EN 1
#define WS0 2

/* Long enough for a busy host not to see the second signal before the end */
#define FAR_MS (10 * WAIT_LIMIT_MS)
#define SOON_MS 1

static uint64_t compare_value(void)
{
    return (uint64_t)read32(WCV_HIGH) << 32 | read32(WCV);
}

/* A refresh sets the compare value by the count of that moment. */
static void check_refresh(const char *what)
{
    uint64_t offset = ticks_of_ms(FAR_MS), before, count, after;

    before = now();
    write32(WRR, 1);
    after = now();
    count = compare_value() - offset;
    check(before <= count && count <= after, what);
}

/* The first signal now, the second as far away as before */
static void expire_soon(void)
{
    uint64_t soon = now() + ticks_of_ms(SOON_MS);

    write32(WCV, soon);
    write32(WCV_HIGH, soon >> 32);
}

#if EL == 3
/* No interrupt is taken at EL3 here: see that it pends. */
#define GICD_ISPENDR(n) (GIC_DIST + 0x200 + 4 * (n))

static bool first_signal_interrupts(void)
{
    uint64_t pending = GICD_ISPENDR(SPI_INTID(FIRST_SPI) / 32);
    uint32_t bit = 1u << SPI_INTID(FIRST_SPI) % 32;
    uint64_t limit = now() + ticks_of_ms(WAIT_LIMIT_MS);

    while (!(read32(pending) & bit) && now() < limit) {
        relax();
    }
    return read32(pending) & bit;
}
#else
static bool first_signal_interrupts(void)
{
    gic_init();
    gic_enable(SPI_INTID(FIRST_SPI));
    return irq_arrives(SPI_INTID(FIRST_SPI));
}
#endif

int main(uint64_t device_tree)
{
    uint64_t offset = ticks_of_ms(FAR_MS), before;

    check_equal(read32(CONTROL + W_IIDR), W_IIDR_VALUE,
                "the control frame is a generic watchdog's, version 1");
    check_equal(read32(REFRESH + W_IIDR), W_IIDR_VALUE,
                "and so is the refresh frame");
    check_equal(read32(WCS), 0, "the watchdog is off at first");

    write32(WOR, offset);
    write32(WOR_HIGH, offset >> 32);
    write32(WCS, EN);
    check_refresh("it compares with the count that the cores see");
    check_equal(read32(WCS), EN, "a refreshed watchdog has no signal");

    before = now();
    expire_soon();
    check(first_signal_interrupts(), "the first signal is an interrupt");
    check_equal(read32(WCS), EN | WS0, "the watchdog shows the signal");
    check(compare_value() > before + offset,
          "the second signal is a whole offset away");
    check_refresh("a refresh begins a new period");
    check_equal(read32(WCS), EN, "and takes the signal back");
    write32(WCS, 0);
    check_equal(read32(WCS), 0, "it can be switched off");
    return 0;
}
