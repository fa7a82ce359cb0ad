/*
 * avps-ecu: development or production
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef HW_AVPS_LIFECYCLE_LIFECYCLE_H
#define HW_AVPS_LIFECYCLE_LIFECYCLE_H

#include "hw/boards.h"
#include "hw/hotplug.h"
#include "hw/avps/lifecycle/fuse.h"
#include "qemu/notify.h"

/* The option "lifecycle" of the machine */
typedef enum AvpsLifecycleChoice {
    AVPS_DEVELOPMENT,
    AVPS_PRODUCTION,
    AVPS_LIFECYCLE_UNSAID, /* the fuse decides; without one: development */
} AvpsLifecycleChoice;

/* What the machine knows of its lifecycle */
typedef struct AvpsLifecycle {
    AvpsLifecycleChoice choice;
    char *fuse_file;  /* property lifecycle-fuse, or NULL */

    bool production;  /* what holds; only ever turns true once decided */
    char *why;        /* what asks for production, for messages */
    char *warning;    /* what the user should know once the machine is made */
    void *dtb;        /* the tree that a reset gives to software, or NULL */
    Notifier latched, machine_done;
} AvpsLifecycle;

/*
 * Settle the lifecycle from option and fuse, and refuse what it rules out.
 * Before any device of the machine is made.
 */
bool avps_lifecycle_decide(AvpsLifecycle *lifecycle, Error **errp);

/* Follow @fuse into production, and tell the user when the machine is made. */
void avps_lifecycle_watch(AvpsLifecycle *lifecycle, AvpsFuse *fuse);

/* Refuse @dev if the lifecycle rules it out. */
void avps_lifecycle_check_device(const AvpsLifecycle *lifecycle,
                                 const DeviceState *dev, Error **errp);

#endif
