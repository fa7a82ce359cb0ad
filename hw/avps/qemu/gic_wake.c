/*
 * avps-ecu: pending interrupts of cores that sleep
 *
 * A GIC asks for the wake-up of a sleeping core when an interrupt is pending
 * for it. QEMU's has no such output: it tells a core by its interrupt lines
 * only, and these stay low when the core has switched its interface off. The
 * function by which QEMU's distributor and redistributors tell a core's
 * interface that something has changed is called by way of here (--wrap, see
 * meson.build).
 *
 * Guarded by the bare program "cpu-power-down".
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "hw/avps/qemu/gic_wake.h"
#include "hw/core/cpu.h"

static AvpsPower *power_controller;

void avps_watch_gic(AvpsPower *power)
{
    power_controller = power;
}

void __wrap_gicv3_cpuif_update(GICv3CPUState *cs)
{
    __real_gicv3_cpuif_update(cs);
    if (unlikely(power_controller && power_controller->sleepers)) {
        avps_power_gic_changed(power_controller, cs->cpu->cpu_index);
    }
}
