/*
 * avps-ecu: the lifecycle fuse
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef HW_AVPS_LIFECYCLE_FUSE_H
#define HW_AVPS_LIFECYCLE_FUSE_H

#include "hw/sysbus.h"
#include "hw/avps/qemu/compat.h"
#include "qemu/notify.h"

#define TYPE_AVPS_FUSE "avps-fuse"
OBJECT_DECLARE_SIMPLE_TYPE(AvpsFuse, AVPS_FUSE)

/*
 * One page of registers (sysbus region 0), no interrupt.
 *
 * QOM properties beside those set before realize: "state" (string: absent,
 * unblown, blowing, blown), "error" (string: why the last attempt to blow it
 * failed, else empty), "blow" (bool: write true to blow it).
 */
struct AvpsFuse {
    SysBusDevice parent_obj;

    MemoryRegion iomem;
    char *file_name;     /* property file; NULL: there is no fuse */
    bool two_worlds;     /* property secure: the Secure world alone blows */

    bool production;     /* property: the lifecycle since the last reset */
    bool blown;          /* and known to be so by the storage */
    bool failed;         /* the last attempt to blow it did */
    bool blowing;        /* the storage has not answered yet */
    bool doubtful;       /* after a failure: the file's contents may be lost */
    int fd;              /* of the file, -1 if it cannot be had */
    char *error;
    Notifier *latched;   /* called when a reset finds the fuse newly blown */

    /* As saved by the machine that a snapshot comes from */
    struct {
        bool production, blown, failed, blowing;
    } saved;
};

/*
 * Have @latched called when a reset turns the lifecycle into production, in
 * the first phase of that reset.
 */
void avps_fuse_on_latch(AvpsFuse *s, Notifier *latched);

#endif
