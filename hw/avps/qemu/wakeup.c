/*
 * avps-ecu: QMP's system_wakeup
 *
 * QEMU wakes machines that are in its run state "suspended", in which virtual
 * time stands still. An ECU's does not when its cores are off, so this machine
 * is never in that state, and QEMU would refuse. The linker sends QEMU's calls
 * here (--wrap, see meson.build), where the power controller is asked first.
 *
 * Guarded by the guest test "suspend", which wakes by system_wakeup.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "hw/avps/qemu/wakeup.h"

static AvpsPower *power_controller;

void avps_serve_system_wakeup(AvpsPower *power)
{
    power_controller = power;
    qemu_register_wakeup_support();
}

void __wrap_qemu_system_wakeup_request(WakeupReason reason, Error **errp)
{
    if (!power_controller || !avps_power_wake_by_host(power_controller)) {
        __real_qemu_system_wakeup_request(reason, errp);
    }
}
