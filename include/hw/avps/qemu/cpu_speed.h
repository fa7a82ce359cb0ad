/*
 * avps-ecu: how fast the cores are under -icount
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef HW_AVPS_QEMU_CPU_SPEED_H
#define HW_AVPS_QEMU_CPU_SPEED_H

/*
 * From now on an instruction takes 2^@halvings times as long as the option
 * -icount shift= says. Virtual time goes on from where it is. Without -icount,
 * or with shift=auto, which follows the host's speed, nothing changes.
 */
void avps_cpu_speed_set(unsigned halvings);

/* The same, when virtual time comes with a snapshot that ran at this speed */
void avps_cpu_speed_loaded(unsigned halvings);

#endif
