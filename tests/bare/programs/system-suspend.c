/*
 * SYSTEM_SUSPEND: the last core goes off, an interrupt line brings it back at
 * its entry as a core that was just started, and time, RAM and devices have
 * gone on. What must not sleep is refused. Arm DEN 0022 5.19 and 6.4.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "bare.h"
#include "power.h"

#define CONTEXT 0xfedcba9876543210
#define SUSPEND_STATE 0x03010000            /* its name in the statistics */
#define DELAY_MS 5
#define CYCLES 100

#define RAM_END (RAM + (1ull << 30))        /* the test gives 1 GiB */
#define HOLE 0x0c000000

/* The memory-mapped timer: what wakes us, and what must not */
#define CNTACR0 (TIMER0 + 0x40)
#define CNTACR_ALL 0x3f
#define FRAME (TIMER0 + 0x10000)
#define CNTP_TVAL (FRAME + 0x28)
#define CNTP_CTL (FRAME + 0x2c)
#define CNTV_TVAL (FRAME + 0x38)
#define CNTV_CTL (FRAME + 0x3c)
#define CTL_ENABLE 1
#define CTL_ISTATUS 4
#define P_SPI TIMER0_SPI
#define V_SPI (TIMER0_SPI + 1)

#define GICD_ISENABLER(intid) (GIC_DIST + 0x100 + (intid) / 32 * 4)
#define GICD_ICENABLER(intid) (GIC_DIST + 0x180 + (intid) / 32 * 4)
#define INTID_BIT(intid) (1u << ((intid) % 32))

/* The core's own timer, which is off with the core */
#define OWN_TIMER_PPI 14

#define UART_IBRD 0x24
#define UART_DIVISOR 0x1234

#define KEPT 0x60000000
#define KEPT_WORDS 0x4000

#define SCTLR_MMU 1
#define DAIF_ALL 0x3c0

#define OF_EL_(name, level) name ## _el ## level
#define OF_EL(name, level) OF_EL_(name, level)
#define read_own(name) read_own_(OF_EL(name, EL))
#define read_own_(name) read_sysreg(name)
#define write_own(name, value) write_own_(OF_EL(name, EL), value)
#define write_own_(name, value) write_sysreg(name, value)

static Flag is_up, may_stop;
static uint64_t page_table[512] __attribute__((aligned(4096)));

/* --- Wake sources --- */

static void start_timer(uint64_t tval, uint64_t ctl, unsigned ms)
{
    write32(tval, ticks_of_ms(ms));
    write32(ctl, CTL_ENABLE);
}

static void stop_timers(void)
{
    write32(CNTP_CTL, 0);
    write32(CNTV_CTL, 0);
}

static bool is_due(uint64_t ctl)
{
    uint64_t limit = now() + ticks_of_ms(WAIT_LIMIT_MS);

    while (!(read32(ctl) & CTL_ISTATUS)) {
        if (now() > limit) {
            return false;
        }
    }
    return true;
}

static void disable(unsigned spi)
{
    write32(GICD_ICENABLER(SPI_INTID(spi)), INTID_BIT(SPI_INTID(spi)));
}

/* Is this SPI, and no other, what woke the system? */
static bool woken_by(unsigned spi)
{
    for (unsigned n = 0; n < POWER_SPI_WORDS; n++) {
        uint32_t want = n == spi / 32 ? POWER_SPI_BIT(spi) : 0;

        if (read32(POWER_WAKE_REASON(32 * n)) != want) {
            return false;
        }
    }
    return read32(POWER_WAKE_CAUSE) == POWER_CAUSE_LINE;
}

/* --- Suspending --- */

/* The last sleep_until(): its timers' delay, and how long it was */
static unsigned delay_ms;
static uint64_t ticks_spent;

/*
 * Suspends after @start_timers, which makes a wake event due in that many
 * milliseconds or a multiple. A busy host may let it be due before the call,
 * which is refused then, so it is tried with longer and longer delays.
 */
static int64_t sleep_until(void (*start_timers)(unsigned ms),
                           uint64_t function, struct awakening *how)
{
    int64_t result;

    delay_ms = DELAY_MS;
    for (;;) {
        uint64_t begin = now();

        start_timers(delay_ms);
        result = suspend_system(function, CONTEXT, how);
        ticks_spent = now() - begin;
        if (result != PSCI_DENIED || delay_ms > WAIT_LIMIT_MS) {
            return result;
        }
        stop_timers();
        delay_ms *= 2;
    }
}

static int64_t suspend_until(void (*start_timers)(unsigned ms))
{
    struct awakening how;

    return sleep_until(start_timers, PSCI_SYSTEM_SUSPEND, &how);
}

static bool slept(unsigned ms)
{
    return ticks_spent >= ticks_of_ms(ms);
}

static void physical_timer(unsigned ms)
{
    start_timer(CNTP_TVAL, CNTP_CTL, ms);
}

static void virtual_timer_later(unsigned ms)
{
    start_timer(CNTP_TVAL, CNTP_CTL, ms);
    start_timer(CNTV_TVAL, CNTV_CTL, 2 * ms);
}

static void own_timer_first(unsigned ms)
{
    write_sysreg(cntp_tval_el0, ticks_of_ms(ms) / 2);
    write_sysreg(cntp_ctl_el0, CTL_ENABLE);
    virtual_timer_later(ms);
}

/* As after the start: the core's part of the GIC was off. */
static bool take(unsigned spi)
{
    bool taken;

    gic_init();
    taken = irq_arrives(SPI_INTID(spi));
    stop_timers();
    return taken;
}

/* --- What is refused --- */

static void check_bad_entry(uint64_t entry, const char *what)
{
    check_equal(psci(PSCI_SYSTEM_SUSPEND, entry, 0, 0), PSCI_INVALID_ADDRESS,
                what);
}

static void check_entries(void)
{
    uint64_t good = (uint64_t)core_entry;

    check_bad_entry(UART0, "an entry in a device is refused");
    check_bad_entry(HOLE, "where there is nothing");
    check_bad_entry(RAM_END, "behind the end of RAM");
    check_bad_entry(good + 2, "between two instructions");
    check_bad_entry(good | 1ull << 60, "beyond all physical addresses");
}

void core_main(uint64_t core)
{
    is_up = true;
    while (!may_stop) {
        relax();
    }
    psci(PSCI_CPU_OFF, 0, 0, 0);
}

static bool turns_off(uint64_t affinity)
{
    uint64_t limit = now() + ticks_of_ms(WAIT_LIMIT_MS);

    while (psci(PSCI_AFFINITY_INFO, affinity, 0, 0) != AFFINITY_OFF) {
        if (now() > limit) {
            return false;
        }
    }
    return true;
}

static void check_other_core(void)
{
    uint64_t other = core_affinity(1);

    is_up = false;
    may_stop = false;
    check_equal(psci(PSCI_CPU_ON, other, (uint64_t)core_entry, 1), 0,
                "another core starts");
    check_equal(psci(PSCI_SYSTEM_SUSPEND, (uint64_t)core_entry, 0, 0),
                PSCI_DENIED, "until it is off nothing sleeps");
    may_stop = true;
    check(wait_until(&is_up) && turns_off(other), "it runs, and goes off");
}

static void check_pending(void)
{
    uint32_t count = read32(POWER_SUSPEND_COUNT);

    gic_enable(SPI_INTID(P_SPI));
    start_timer(CNTP_TVAL, CNTP_CTL, 0);
    check(is_due(CNTP_CTL), "an interrupt is pending");
    check_equal(psci(PSCI_SYSTEM_SUSPEND, (uint64_t)core_entry, 0, 0),
                PSCI_DENIED, "so the system does not sleep");
    check_equal(read32(POWER_SUSPEND_COUNT), count,
                "which was no suspend");
    check(take(P_SPI), "and the interrupt is not lost");
}

/* --- What a suspend keeps, and what it does not --- */

/* One level of 1 GiB blocks: devices below RAM, and all else normal memory */
static void turn_mmu_on(void)
{
    const uint64_t attributes = 0xff00;     /* 0: device, 1: normal */
    const uint64_t block = 0x401;           /* accessed */
    const uint64_t normal = 0x704;          /* attribute 1, inner shareable */

    for (uint64_t n = 0; n < 512; n++) {
        page_table[n] = n << 30 | block | (n ? normal : 0);
    }
    write_own(mair, attributes);
    write_own(tcr, 25 | 0x3500 | 2ull << (EL == 1 ? 32 : 16) |
              (EL == 1 ? 1 << 23 : 1ull << 31 | 1 << 23));
    write_own(ttbr0, (uint64_t)page_table);
    barrier();
    write_own(sctlr, read_own(sctlr) | SCTLR_MMU);
}

static void fill_ram(void)
{
    for (unsigned n = 0; n < KEPT_WORDS; n++) {
        ((DoubleWord *)KEPT)[n] = n * 0x0123456789abcdefull;
    }
}

static bool ram_kept(void)
{
    for (unsigned n = 0; n < KEPT_WORDS; n++) {
        if (((DoubleWord *)KEPT)[n] != n * 0x0123456789abcdefull) {
            return false;
        }
    }
    return true;
}

static uint64_t microseconds(uint64_t ticks)
{
    return ticks * 1000000 / read_sysreg(cntfrq_el0);
}

static void check_statistics(uint64_t counted, uint64_t before)
{
    uint64_t me = core_affinity(0), residency;

    check_equal(firmware(PSCI_STAT_COUNT, me, SUSPEND_STATE, 0), counted + 1,
                "STAT_COUNT has counted the suspend");
    residency = firmware(PSCI_STAT_RESIDENCY, me, SUSPEND_STATE, 0) - before;
    check(residency > 0 && residency <= microseconds(ticks_spent),
          "STAT_RESIDENCY has the time");
}

static void check_suspend(void)
{
    struct awakening how = { 0, 0, 0, 0 };
    uint64_t me = core_affinity(0);
    uint64_t counted = firmware(PSCI_STAT_COUNT, me, SUSPEND_STATE, 0);
    uint64_t before = firmware(PSCI_STAT_RESIDENCY, me, SUSPEND_STATE, 0);

    fill_ram();
    write32(UART1 + UART_IBRD, UART_DIVISOR);
    turn_mmu_on();
    check(read_own(sctlr) & SCTLR_MMU, "the MMU is on before the suspend");

    gic_enable(SPI_INTID(P_SPI));
    check_equal(sleep_until(physical_timer, PSCI_SYSTEM_SUSPEND, &how), 0,
                "the system sleeps and wakes at its entry");
    check(slept(delay_ms), "the counter has run on until the timer was due");
    check_equal(how.x0, CONTEXT, "x0 is the context");
    check_equal(how.current_el, EL << 2, "the exception level is the same");
    check_equal(how.sctlr & SCTLR_MMU, 0, "the MMU is off");
    check_equal(how.daif, DAIF_ALL, "exceptions are masked");
    check_equal(read_sysreg(mpidr_el1) & 0xffffff, me, "on the same core");
    check(woken_by(P_SPI), "the power controller names the timer");
    check(ram_kept(), "RAM has kept its content");
    check_equal(read32(UART1 + UART_IBRD), UART_DIVISOR,
                "a device has kept its registers");
    check(read32(GICD_ISENABLER(SPI_INTID(P_SPI))) &
          INTID_BIT(SPI_INTID(P_SPI)),
          "the distributor knows what was enabled");
    check_statistics(counted, before);
    check(take(P_SPI), "the interrupt that woke us can be taken");
}

/* --- What wakes, and what does not --- */

/*
 * Three timers, each later than the one before, and only the last may wake:
 * the core's own is off with it, and the first of the frame is not enabled.
 */
static void check_not_enabled(void)
{
    gic_enable(PPI(OWN_TIMER_PPI));
    disable(P_SPI);
    gic_enable(SPI_INTID(V_SPI));
    check_equal(suspend_until(own_timer_first), 0, "the system sleeps");
    check(slept(2 * delay_ms),
          "neither a private timer nor a disabled interrupt wakes it");
    check(woken_by(V_SPI), "the one that is enabled does");
    check(read32(CNTP_CTL) & CTL_ISTATUS, "though the other was due");
    check(take(V_SPI), "the interrupt can be taken");
    write_sysreg(cntp_ctl_el0, 0);
}

/* Software may choose the wake sources in the power controller instead. */
static void check_own_choice(void)
{
    gic_enable(SPI_INTID(P_SPI));
    disable(V_SPI);
    write32(POWER_CTRL, 0);
    write32(POWER_WAKE_ENABLE(V_SPI), POWER_SPI_BIT(V_SPI));
    check_equal(suspend_until(virtual_timer_later), 0,
                "the system sleeps by the controller's choice");
    check(slept(2 * delay_ms) && woken_by(V_SPI), "and wakes by it");
    check(take(P_SPI), "the GIC has kept the other one's interrupt");
    write32(POWER_WAKE_ENABLE(V_SPI), 0);
    write32(POWER_CTRL, POWER_CTRL_FOLLOW);
}

static void check_short_form(void)
{
    struct awakening how = { 0, 0, 0, 0 };

    gic_enable(SPI_INTID(P_SPI));
    check_equal(sleep_until(physical_timer,
                            GARBAGE | (PSCI_SYSTEM_SUSPEND & ~SMC64), &how),
                0, "the short form sleeps, too");
    check_equal(how.x0, (uint32_t)CONTEXT, "its context has 32 bits");
    check(take(P_SPI), "the interrupt can be taken");
}

static bool cycle(void)
{
    gic_enable(SPI_INTID(P_SPI));
    return suspend_until(physical_timer) == 0 && slept(delay_ms) &&
           woken_by(P_SPI) && take(P_SPI);
}

static void check_cycles(void)
{
    uint32_t count = read32(POWER_SUSPEND_COUNT);
    unsigned n = 0;

    while (n < CYCLES && cycle()) {
        n++;
    }
    check_equal(n, CYCLES, "cycle after cycle each interrupt is taken");
    check_equal(read32(POWER_SUSPEND_COUNT), count + n,
                "the power controller has counted them");
}

int main(uint64_t device_tree)
{
    gic_init();
    write32(CNTACR0, CNTACR_ALL);
    check_entries();
    check_other_core();
    check_pending();
    check_suspend();
    check_other_core();
    check_not_enabled();
    check_own_choice();
    check_short_form();
    check_cycles();
    return 0;
}
