/*
 * avps-ecu: the differences between the QEMU versions that it builds on
 *
 * The only file of the machine that knows version numbers. Written for
 * 10.0.x and 10.2.x.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef HW_AVPS_QEMU_COMPAT_H
#define HW_AVPS_QEMU_COMPAT_H

#include "qom/object.h"
#include "hw/boards.h"

#define AVPS_QEMU_SINCE(major, minor) \
    (QEMU_VERSION_MAJOR * 100 + QEMU_VERSION_MINOR >= (major) * 100 + (minor))

#if AVPS_QEMU_SINCE(10, 1)
#include "exec/icount.h"
#include "system/memory.h"
#include "system/address-spaces.h"
#else
#include "exec/memory.h"
#include "exec/address-spaces.h"
#include "system/cpu-timers.h"
#endif

/* class_init's data and interface lists became const */
#if AVPS_QEMU_SINCE(10, 1)
#define AVPS_CLASS_DATA const void
#define AVPS_INTERFACES (const InterfaceInfo[])
#else
#define AVPS_CLASS_DATA void
#define AVPS_INTERFACES (InterfaceInfo[])
#endif

/* Later versions list only the machines that name their target */
#if AVPS_QEMU_SINCE(10, 2)
#include "hw/arm/machines-qom.h"
#define AVPS_MACHINE_TARGET { TYPE_TARGET_AARCH64_MACHINE },
#else
#define AVPS_MACHINE_TARGET
#endif

/*
 * Version 1.0 of the machine was made on QEMU 10.0: keep QEMU's own devices as
 * they were there, for guests and for snapshots.
 */
static inline void avps_add_compat_10_0(MachineClass *mc)
{
#if AVPS_QEMU_SINCE(10, 2)
    compat_props_add(mc->compat_props, hw_compat_10_1, hw_compat_10_1_len);
#endif
#if AVPS_QEMU_SINCE(10, 1)
    compat_props_add(mc->compat_props, hw_compat_10_0, hw_compat_10_0_len);
#endif
}

/* What a device has of its character backend was renamed */
#if AVPS_QEMU_SINCE(10, 2)
#define AvpsCharFrontend CharFrontend
#else
#define AvpsCharFrontend CharBackend
#endif

/* PL061's pull-up and pull-down masks changed their width */
#if AVPS_QEMU_SINCE(10, 2)
#define avps_qdev_prop_set_pulls qdev_prop_set_uint8
#else
#define avps_qdev_prop_set_pulls qdev_prop_set_uint32
#endif

#endif
