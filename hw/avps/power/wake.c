/*
 * avps-ecu: power controller, suspend and wake-up
 *
 * Suspend-to-RAM switches the cores off and nothing else: virtual time, the
 * system counter and every device go on. A wake source is an interrupt line.
 * Stock drivers do not know this controller, but Linux leaves just those
 * interrupts enabled in the GIC's distributor that it wants to be woken by
 * (IRQCHIP_MASK_ON_SUSPEND), so these are the wake sources unless software
 * chooses them here. The lines are watched, not the GIC's outputs: at those a
 * core that is off has its interface switched off.
 *
 * PSCI (DEN0022) 5.20 "SYSTEM_SUSPEND", 6.4 wake-up events. Message-signalled
 * interrupts and private ones do not wake: no line of theirs comes by here.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/qapi-events-run-state.h"
#include "hw/avps/power/power.h"
#include "hw/irq.h"
#include "power_internal.h"
#include "cpu.h"
#include "hw/avps/trace.h"

/* PL061 Technical Reference Manual (DDI 0190): masked interrupt status */
#define GPIOMIS 0x418

#define GPIO_LINES 8
#define MAX_GPIO_BLOCKS 4

/* --- GPIO lines --- */

/* The GPIO blocks of the normal world, in the order of their rows */
static int gpio_blocks(const AvpsMapRow *blocks[MAX_GPIO_BLOCKS])
{
    int n = 0;

    for (const AvpsMapRow *row = avps_map; row->name; row++) {
        if (row->kind == AVPS_KIND_GPIO && n < MAX_GPIO_BLOCKS) {
            blocks[n++] = row;
        }
    }
    return n;
}

/* Those lines of a GPIO block that hold its interrupt up */
static uint8_t gpio_active_lines(const AvpsMapRow *row)
{
    return address_space_ldl_le(&address_space_memory, row->base + GPIOMIS,
                                MEMTXATTRS_UNSPECIFIED, NULL);
}

uint32_t avps_power_gpio_status(void)
{
    const AvpsMapRow *block[MAX_GPIO_BLOCKS];
    uint32_t lines = 0;

    for (int i = gpio_blocks(block) - 1; i >= 0; i--) {
        lines = lines << GPIO_LINES | gpio_active_lines(block[i]);
    }
    return lines;
}

/* May the interrupt of a GPIO block wake, for any of its lines? */
static bool gpio_line_wakes(const AvpsPower *s, int spi)
{
    const AvpsMapRow *block[MAX_GPIO_BLOCKS];

    for (int i = gpio_blocks(block) - 1; i >= 0; i--) {
        if (block[i]->spi == spi) {
            return s->gpio_enable >> (i * GPIO_LINES) &
                   gpio_active_lines(block[i]);
        }
    }
    return true;
}

/* --- Wake sources --- */

bool avps_power_is_wake_source(const AvpsPower *s, int spi)
{
    if (s->ctrl & AVPS_POWER_CTRL_FOLLOW) {
        return gicv3_gicd_enabled_test(s->gic, GIC_INTERNAL + spi);
    }
    return s->wake_enable[spi / 32] >> (spi % 32) & 1;
}

bool avps_power_line_level(const AvpsPower *s, int spi)
{
    return gicv3_gicd_level_test(s->gic, GIC_INTERNAL + spi);
}

/* Something happened at this enabled source: its line is up, or it pulsed. */
static bool source_wakes(const AvpsPower *s, int spi)
{
    return avps_power_is_wake_source(s, spi) &&
           (s->ctrl & AVPS_POWER_CTRL_FOLLOW || gpio_line_wakes(s, spi));
}

static bool source_pending(const AvpsPower *s, int spi)
{
    return s->line[spi].in &&
           (avps_power_line_level(s, spi) ||
            gicv3_gicd_pending_test(s->gic, GIC_INTERNAL + spi)) &&
           source_wakes(s, spi);
}

static bool wake_pending(const AvpsPower *s)
{
    for (int spi = 0; spi < AVPS_NUM_SPIS; spi++) {
        if (source_pending(s, spi)) {
            return true;
        }
    }
    return false;
}

static void latch_sources(AvpsPower *s)
{
    for (int spi = 0; spi < AVPS_NUM_SPIS; spi++) {
        if (source_pending(s, spi)) {
            s->wake_reason[spi / 32] |= 1u << (spi % 32);
        }
    }
    s->wake_gpio = avps_power_gpio_status();
}

void avps_power_forget_wake(AvpsPower *s)
{
    s->wake_cause = 0;
    s->wake_gpio = 0;
    memset(s->wake_reason, 0, sizeof(s->wake_reason));
}

/* --- Suspend and wake-up --- */

static void wake(AvpsPower *s, uint32_t cause)
{
    trace_avps_power_wake(cause);
    s->suspended = false;
    s->wake_cause = cause;
    avps_power_stat_end(s, s->suspended_core, AVPS_STATE_SUSPEND);
    avps_power_switch_on(s, s->suspended_core);
    qapi_event_send_wakeup();
}

static void wake_by_line(AvpsPower *s, int spi)
{
    s->wake_reason[spi / 32] |= 1u << (spi % 32);
    latch_sources(s);
    wake(s, AVPS_POWER_CAUSE_LINE);
}

bool avps_power_wake_by_host(AvpsPower *s)
{
    if (!s->suspended) {
        return false;
    }
    latch_sources(s);
    wake(s, AVPS_POWER_CAUSE_HOST);
    return true;
}

void avps_power_recheck(AvpsPower *s)
{
    if (s->suspended && wake_pending(s)) {
        latch_sources(s);
        wake(s, AVPS_POWER_CAUSE_LINE);
    }
}

static bool other_core_on(const AvpsPower *s, const ARMCPU *cpu)
{
    CPUState *other;

    CPU_FOREACH(other) {
        if (ARM_CPU(other) != cpu &&
            avps_power_core_state(s, ARM_CPU(other)) != PSCI_OFF) {
            return true;
        }
    }
    return false;
}

bool avps_power_suspend(AvpsPower *s, ARMCPU *cpu, uint64_t entry,
                        uint64_t context)
{
    if (other_core_on(s, cpu) || wake_pending(s)) {
        return false;
    }
    trace_avps_power_suspend(CPU(cpu)->cpu_index, entry);
    avps_power_forget_wake(s);
    s->suspended = true;
    s->suspended_core = CPU(cpu)->cpu_index;
    s->suspend_count++;
    avps_power_stat_begin(s, s->suspended_core, AVPS_STATE_SUSPEND);
    avps_power_switch_off(s, cpu, entry, context);
    qapi_event_send_suspend();
    return true;
}

/* --- Lines --- */

static void line_changed(void *opaque, int n, int level)
{
    AvpsWakeLine *line = opaque;
    AvpsPower *s = line->power;

    qemu_set_irq(line->gic, level);
    if (unlikely(s->suspended) && level && source_wakes(s, line->spi)) {
        wake_by_line(s, line->spi);
    }
}

qemu_irq avps_power_tap(AvpsPower *s, int spi, qemu_irq gic)
{
    AvpsWakeLine *line = &s->line[spi];

    if (!line->in) {
        line->power = s;
        line->spi = spi;
        line->gic = gic;
        line->in = qemu_allocate_irq(line_changed, line, 0);
    }
    return line->in;
}

/* --- For people --- */

static const AvpsMapRow *row_of_spi(int spi)
{
    for (const AvpsMapRow *row = avps_map; row->name; row++) {
        if (spi >= row->spi && spi < row->spi + row->num_spis) {
            return row;
        }
    }
    return NULL;
}

static void describe_gpio(const AvpsPower *s, GPtrArray *words)
{
    const AvpsMapRow *block[MAX_GPIO_BLOCKS];

    for (int i = gpio_blocks(block) - 1; i >= 0; i--) {
        for (int line = 0; line < GPIO_LINES; line++) {
            if (s->wake_gpio >> (i * GPIO_LINES + line) & 1) {
                g_ptr_array_add(words, g_strdup_printf("%s line %d",
                                                       block[i]->name, line));
            }
        }
    }
}

char *avps_power_describe_wake(const AvpsPower *s)
{
    g_autoptr(GPtrArray) words = g_ptr_array_new_with_free_func(g_free);

    if (s->wake_cause & AVPS_POWER_CAUSE_HOST) {
        g_ptr_array_add(words, g_strdup("host"));
    }
    for (int spi = 0; spi < AVPS_NUM_SPIS; spi++) {
        const AvpsMapRow *row = row_of_spi(spi);

        if (s->wake_reason[spi / 32] >> (spi % 32) & 1 && row &&
            row->kind != AVPS_KIND_GPIO) {
            g_ptr_array_add(words, g_strdup(row->name));
        }
    }
    describe_gpio(s, words);
    g_ptr_array_add(words, NULL);
    return g_strjoinv(", ", (char **)words->pdata);
}
