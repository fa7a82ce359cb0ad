/*
 * avps-ecu: development or production
 *
 * AVPS-v2.0-48, -49. What decides lies outside the guest: an option of the
 * command line, and a fuse that software can blow but not mend. In production
 * the machine has no text console; in development it says so.
 *
 * A fuse that is blown in a running machine takes effect at its next reset:
 * consoles lose their backends, and the device tree its UARTs.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qemu/error-report.h"
#include "hw/avps/lifecycle/consoles.h"
#include "hw/avps/lifecycle/fusefile.h"
#include "hw/avps/lifecycle/lifecycle.h"
#include "semihosting/semihost.h"
#include "system/qtest.h"
#include "system/runstate.h"
#include "system/system.h"

/* --- At the start --- */

static AvpsFuseState sense_file(const char *name, Error **errp)
{
    int fd = avps_fuse_file_open(name, errp);
    AvpsFuseState state;

    if (fd < 0) {
        return AVPS_FUSE_INVALID;
    }
    state = avps_fuse_file_read(fd, errp);
    qemu_close(fd);
    return state;
}

/* Does the fuse rule out development? If so, @l->why says so. */
static bool fuse_decides(AvpsLifecycle *l)
{
    Error *err = NULL;

    if (!l->fuse_file) {
        return false;
    }
    switch (sense_file(l->fuse_file, &err)) {
    case AVPS_FUSE_UNBLOWN:
        return false;
    case AVPS_FUSE_BLOWN:
        l->why = g_strdup_printf("lifecycle-fuse=%s is blown: production",
                                 l->fuse_file);
        return true;
    default:
        l->why = g_strdup_printf("lifecycle-fuse=%s counts as blown (%s): "
                                 "production", l->fuse_file,
                                 error_get_pretty(err));
        l->warning = g_strdup_printf("lifecycle-fuse=%s counts as blown: %s",
                                     l->fuse_file, error_get_pretty(err));
        error_free(err);
        return true;
    }
}

bool avps_lifecycle_decide(AvpsLifecycle *l, Error **errp)
{
    bool fused = fuse_decides(l);

    if (fused && l->choice == AVPS_DEVELOPMENT) {
        error_setg(errp, "%s it is, leave out lifecycle=development or name "
                   "an unblown fuse", l->why);
        return false;
    }
    if (!fused && l->choice == AVPS_PRODUCTION) {
        l->why = g_strdup("lifecycle=production");
    }
    l->production = l->why != NULL;
    return !l->production || avps_consoles_refuse(l->why, errp);
}

void avps_lifecycle_check_device(const AvpsLifecycle *l,
                                 const DeviceState *dev, Error **errp)
{
    if (l->production && avps_console_is_device(dev)) {
        error_setg(errp, "%s has no text console: leave out the device '%s', "
                   "or carry data by a virtserialport",
                   l->why, object_get_typename(OBJECT(dev)));
    }
}

/* --- While the machine runs --- */

/*
 * Code that was translated with semihosting cannot be had without: such a
 * machine ends instead.
 */
static void shut_semihosting(void)
{
    if (semihosting_enabled(false)) {
        error_report("lifecycle-fuse is blown and -semihosting cannot be "
                     "taken away from a running machine: start it again "
                     "without");
        qemu_system_shutdown_request(SHUTDOWN_CAUSE_HOST_ERROR);
    }
}

static void fuse_latched(Notifier *notifier, void *data)
{
    AvpsLifecycle *l = container_of(notifier, AvpsLifecycle, latched);

    l->production = true;
    l->why = g_strdup_printf("lifecycle-fuse=%s is blown: production",
                             l->fuse_file);
    avps_consoles_detach();
    if (l->dtb) {
        avps_consoles_write_tree(l->dtb, true);
    }
    shut_semihosting();
    info_report("lifecycle=production from this reset on: the fuse is blown, "
                "the text consoles are shut");
}

static void machine_done(Notifier *notifier, void *data)
{
    AvpsLifecycle *l = container_of(notifier, AvpsLifecycle, machine_done);
    /* Tests of QEMU's, or no machine that is going to run */
    bool idle = qtest_enabled() || current_machine->dumpdtb;

    if (l->warning) {
        warn_report("%s", l->warning);
    } else if (!l->production && !idle) {
        info_report("lifecycle=development: text consoles are open "
                    "(lifecycle=production shuts them)");
    }
}

void avps_lifecycle_watch(AvpsLifecycle *l, AvpsFuse *fuse)
{
    l->latched.notify = fuse_latched;
    avps_fuse_on_latch(fuse, &l->latched);
    l->machine_done.notify = machine_done;
    qemu_add_machine_init_done_notifier(&l->machine_done);
}
