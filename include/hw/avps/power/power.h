/*
 * avps-ecu: power controller
 *
 * Decides over reset, power-off, suspend and wake-up of the SoC. It lies
 * between the interrupt lines of the devices and the GIC, so that it sees
 * what happens while the cores are off. docs/devices/power.rst has the
 * registers for software.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef HW_AVPS_POWER_POWER_H
#define HW_AVPS_POWER_POWER_H

#include "hw/sysbus.h"
#include "hw/avps/map.h"
#include "hw/avps/power/smccc.h"
#include "hw/avps/qemu/compat.h"
#include "hw/intc/arm_gicv3_common.h"

#define TYPE_AVPS_POWER "avps-power"
OBJECT_DECLARE_SIMPLE_TYPE(AvpsPower, AVPS_POWER)

#define AVPS_POWER_SCRATCH 4
#define AVPS_POWER_SPI_WORDS (AVPS_NUM_SPIS / 32)
#define AVPS_NUM_WATCHDOGS 2

/* Value of the register RESET_REASON */
typedef enum AvpsResetReason {
    AVPS_RESET_POWER_ON,
    AVPS_RESET_SOFTWARE,        /* PSCI SYSTEM_RESET, or the secure world */
    AVPS_RESET_WARM,            /* PSCI SYSTEM_RESET2 */
    AVPS_RESET_WATCHDOG,
    AVPS_RESET_WATCHDOG_SECURE,
    AVPS_RESET_HOST,            /* QMP system_reset */
} AvpsResetReason;

/* What the end of a watchdog's second stage leads to */
typedef enum AvpsWatchdogPolicy {
    AVPS_WATCHDOG_DEFAULT,      /* what QEMU's -action watchdog= says */
    AVPS_WATCHDOG_RESET,
    AVPS_WATCHDOG_POWEROFF,
    AVPS_WATCHDOG_PAUSE,
    AVPS_WATCHDOG_NOTIFY,       /* an event and a count */
} AvpsWatchdogPolicy;

/* A low-power state of which PSCI keeps statistics, per core */
typedef struct AvpsPowerStat {
    uint64_t count;
    uint64_t ns;                /* spent in it */
    int64_t since;              /* virtual ns at entry; -1: not in it */
} AvpsPowerStat;

typedef enum AvpsPowerState {
    AVPS_STATE_STANDBY,         /* of one core, by CPU_SUSPEND */
    AVPS_STATE_DOWN,            /* the same, and its context is lost */
    AVPS_STATE_SUSPEND,         /* of the system, by SYSTEM_SUSPEND */
    AVPS_NUM_STATES,
} AvpsPowerState;

/* Where a core starts again that is off, but not by CPU_OFF */
typedef struct AvpsSleep {
    bool down;
    uint64_t entry;             /* physical address */
    uint64_t context;           /* X0 then */
} AvpsSleep;

/* A line between a device and the GIC */
typedef struct AvpsWakeLine {
    AvpsPower *power;
    int spi;
    qemu_irq in;                /* what the device drives */
    qemu_irq gic;
} AvpsWakeLine;

struct AvpsPower {
    SysBusDevice parent_obj;

    /* links */
    GICv3State *gic;

    /* properties */
    AvpsWatchdogPolicy watchdog_policy;
    uint64_t power_fail_delay;  /* virtual ns */

    /* private */
    MemoryRegion iomem;
    qemu_irq warning;           /* the supply fails */
    QEMUTimer *power_cut;
    AvpsWakeLine line[AVPS_NUM_SPIS];
    AvpsSmccc smccc;
    uint32_t ctrl;
    uint32_t int_enable;
    uint32_t gpio_enable;
    uint32_t wake_enable[AVPS_POWER_SPI_WORDS];
    uint32_t wake_cause;
    uint32_t wake_gpio;
    uint32_t wake_reason[AVPS_POWER_SPI_WORDS];
    uint32_t scratch[AVPS_POWER_SCRATCH];
    uint32_t reset_reason;
    uint32_t next_reset_reason;
    uint32_t watchdog_count;
    uint32_t suspend_count;
    bool power_fail;
    bool suspended;
    uint32_t suspended_core;    /* index */
    uint32_t sleepers;          /* cores in CPU_SUSPEND, a bit each */
    AvpsSleep sleep[AVPS_MAX_CPUS];
    AvpsPowerStat stat[AVPS_MAX_CPUS][AVPS_NUM_STATES];
};

/*
 * The input that the device of SPI @spi drives instead of @gic, the GIC's;
 * the same one at every call.
 */
qemu_irq avps_power_tap(AvpsPower *s, int spi, qemu_irq gic);

/*
 * True when the reset in progress keeps its cause and the scratch registers:
 * it is a warm one, or a watchdog's. To be asked in the hold phase of a reset.
 */
bool avps_power_keeps_cause(const AvpsPower *s);

/* Reset the SoC, for @reason. */
void avps_power_request_reset(AvpsPower *s, AvpsResetReason reason);

/* Switch the SoC off. */
void avps_power_request_off(void);

/*
 * Suspend the SoC to RAM: switch @cpu off, the last core that is on, until a
 * wake source starts it again at the physical address @entry, with @context
 * in X0 and at the highest level of the normal world. PSCI (DEN0022) 5.20.
 * False: another core is on, or something to wake up for is there already.
 */
bool avps_power_suspend(AvpsPower *s, ARMCPU *cpu, uint64_t entry,
                        uint64_t context);

/* The host wakes the SoC; false when it is not suspended. */
bool avps_power_wake_by_host(AvpsPower *s);

/* What woke the SoC last, for people; empty if nothing did. Caller frees. */
char *avps_power_describe_wake(const AvpsPower *s);

/* Is the wake source SPI @spi enabled, by our registers or in the GIC? */
bool avps_power_is_wake_source(const AvpsPower *s, int spi);

/* The level of the line of SPI @spi, as the device drives it. */
bool avps_power_line_level(const AvpsPower *s, int spi);

/*
 * PSCI 5.4: the core @core goes into standby. False: an interrupt is pending,
 * so that it goes on. It is over when the core goes on for whatever reason.
 */
bool avps_power_standby(AvpsPower *s, int core);
void avps_power_standby_ends(AvpsPower *s, int core);

/* Is core @core in CPU_SUSPEND? */
static inline bool avps_power_is_asleep(const AvpsPower *s, int core)
{
    return qatomic_read(&s->sleepers) >> core & 1;
}

/* Is it there in standby, not powered down? */
static inline bool avps_power_is_in_standby(const AvpsPower *s, int core)
{
    return avps_power_is_asleep(s, core) && !s->sleep[core].down;
}

/*
 * PSCI 5.4: power @cpu, the caller, down until an interrupt is pending for
 * it, and start it at the physical address @entry with @context in X0.
 */
void avps_power_down(AvpsPower *s, ARMCPU *cpu, uint64_t entry,
                     uint64_t context);

/* PSCI_ON, PSCI_OFF or PSCI_ON_PENDING; a core that sleeps is on. */
int avps_power_core_state(const AvpsPower *s, const ARMCPU *cpu);

/* Something has changed in what the GIC has for core @core. */
void avps_power_gic_changed(AvpsPower *s, int core);

/* A stay of core @core in @state begins; it ends, if there is one. */
void avps_power_stat_begin(AvpsPower *s, int core, AvpsPowerState state);
void avps_power_stat_end(AvpsPower *s, int core, AvpsPowerState state);

#endif
