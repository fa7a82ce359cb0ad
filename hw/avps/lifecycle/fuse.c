/*
 * avps-ecu: the lifecycle fuse
 *
 * A block of this project; its registers are in docs/devices/fuse.rst. One bit
 * that can be blown and never mended, kept in a file on the host. It is sensed
 * at every reset: a fuse that is blown while software runs takes effect with
 * the next reset, as on hardware.
 *
 * Blowing it waits for the storage in a thread of its own. Software is told
 * that it is blown when that is durable, not before.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qemu/error-report.h"
#include "qemu/log.h"
#include "qemu/module.h"
#include "block/thread-pool.h"
#include "exec/replay-core.h"
#include "hw/avps/fdt.h"
#include "hw/avps/lifecycle/fuse.h"
#include "hw/avps/lifecycle/fusefile.h"
#include "hw/qdev-properties.h"
#include "hw/registerfields.h"
#include "migration/vmstate.h"
#include "hw/avps/trace.h"

#define FUSE_SIZE 0x1000

REG32(STATE, 0x000)
    FIELD(STATE, PRODUCTION, 0, 1)
    FIELD(STATE, PRESENT, 1, 1)
    FIELD(STATE, BLOWN, 2, 1)
    FIELD(STATE, BUSY, 3, 1)
    FIELD(STATE, FAILED, 4, 1)
REG32(BLOW, 0x004)

/* "BLOW": nothing that a stray write would hit upon */
#define BLOW_MAGIC 0x574f4c42

/* --- Blowing it --- */

static void set_error(AvpsFuse *s, const char *reason)
{
    g_free(s->error);
    s->error = g_strdup(reason);
    s->failed = reason != NULL;
}

static int blow_in_thread(void *opaque)
{
    AvpsFuse *s = opaque;

    return avps_fuse_file_blow(s->fd);
}

static void blow_done(void *opaque, int ret)
{
    AvpsFuse *s = opaque;

    trace_avps_fuse_blown(ret);
    s->blowing = false;
    s->doubtful = ret < 0;
    if (ret < 0) {
        set_error(s, strerror(-ret));
        error_report_once("lifecycle-fuse=%s cannot be blown: %s",
                          s->file_name, s->error);
        return;
    }
    s->blown = true;
}

static void start_blowing(AvpsFuse *s)
{
    if (s->blown || s->blowing) {
        return;
    }
    if (s->fd < 0) {
        set_error(s, "there is no lifecycle-fuse");
        return;
    }
    set_error(s, NULL);
    s->blowing = true;
    thread_pool_submit_aio(blow_in_thread, s, blow_done, s);
}

/* --- Registers --- */

static uint32_t state_value(const AvpsFuse *s)
{
    uint32_t value = 0;

    value = FIELD_DP32(value, STATE, PRODUCTION, s->production);
    value = FIELD_DP32(value, STATE, PRESENT, s->file_name != NULL);
    value = FIELD_DP32(value, STATE, BLOWN, s->blown);
    value = FIELD_DP32(value, STATE, BUSY, s->blowing);
    return FIELD_DP32(value, STATE, FAILED, s->failed);
}

static MemTxResult fuse_read(void *opaque, hwaddr offset, uint64_t *value,
                             unsigned size, MemTxAttrs attrs)
{
    AvpsFuse *s = opaque;

    switch (offset) {
    case A_STATE:
        *value = state_value(s);
        break;
    case A_BLOW:
        *value = 0;
        break;
    default:
        *value = 0;
        qemu_log_mask(LOG_GUEST_ERROR,
                      "avps-fuse: read at 0x%" HWADDR_PRIx "\n", offset);
        break;
    }
    trace_avps_fuse_read(offset, *value);
    return MEMTX_OK;
}

static void write_blow(AvpsFuse *s, uint32_t value, MemTxAttrs attrs)
{
    if (value != BLOW_MAGIC) {
        qemu_log_mask(LOG_GUEST_ERROR,
                      "avps-fuse: 0x%08x does not blow it\n", value);
    } else if (s->two_worlds && !attrs.secure) {
        qemu_log_mask(LOG_GUEST_ERROR,
                      "avps-fuse: only the Secure world blows it\n");
    } else {
        start_blowing(s);
    }
}

static MemTxResult fuse_write(void *opaque, hwaddr offset, uint64_t value,
                              unsigned size, MemTxAttrs attrs)
{
    AvpsFuse *s = opaque;

    trace_avps_fuse_write(offset, value);
    if (offset == A_BLOW) {
        write_blow(s, value, attrs);
    } else {
        qemu_log_mask(LOG_GUEST_ERROR,
                      "avps-fuse: write at 0x%" HWADDR_PRIx "\n", offset);
    }
    return MEMTX_OK;
}

static const MemoryRegionOps fuse_ops = {
    .read_with_attrs = fuse_read,
    .write_with_attrs = fuse_write,
    .endianness = DEVICE_LITTLE_ENDIAN,
    .valid = { .min_access_size = 4, .max_access_size = 4 },
    .impl = { .min_access_size = 4, .max_access_size = 4 },
};

/* --- QOM properties --- */

static char *fuse_get_state(Object *obj, Error **errp)
{
    AvpsFuse *s = AVPS_FUSE(obj);

    return g_strdup(!s->file_name ? "absent" :
                    s->blown ? "blown" :
                    s->blowing ? "blowing" : "unblown");
}

static char *fuse_get_error(Object *obj, Error **errp)
{
    return g_strdup(AVPS_FUSE(obj)->error ?: "");
}

static void fuse_set_blow(Object *obj, bool value, Error **errp)
{
    AvpsFuse *s = AVPS_FUSE(obj);

    if (!value) {
        error_setg(errp, "a fuse cannot be mended: write true to 'blow'");
    } else if (!s->file_name) {
        error_setg(errp, "there is no fuse to blow: start the machine with "
                   "lifecycle-fuse=FILE");
    } else {
        start_blowing(s);
    }
}

/* --- Device --- */

void avps_fuse_on_latch(AvpsFuse *s, Notifier *latched)
{
    s->latched = latched;
}

static bool reads_blown(const AvpsFuse *s)
{
    return s->fd < 0 || avps_fuse_file_read(s->fd, NULL) != AVPS_FUSE_UNBLOWN;
}

/*
 * Returns whether the fuse asks for production. What a write left behind that
 * failed does, or one that is still under way, but is not called blown: it may
 * not be in the storage.
 */
static bool sense(AvpsFuse *s)
{
    bool blown = s->blown || (s->file_name && reads_blown(s));

    s->blown = blown && !s->doubtful && !s->blowing;
    return blown;
}

static void fuse_reset_enter(Object *obj, ResetType type)
{
    AvpsFuse *s = AVPS_FUSE(obj);

    /* The reset before a snapshot is loaded is none that software sees */
    if (type == RESET_TYPE_SNAPSHOT_LOAD) {
        return;
    }
    set_error(s, NULL);
    if (sense(s) && !s->production) {
        s->production = true;
        trace_avps_fuse_latched();
        if (s->latched) {
            s->latched->notify(s->latched, s);
        }
    }
}

static void fuse_init(Object *obj)
{
    AvpsFuse *s = AVPS_FUSE(obj);

    s->fd = -1;
    memory_region_init_io(&s->iomem, obj, &fuse_ops, s, "avps-fuse",
                          FUSE_SIZE);
    sysbus_init_mmio(SYS_BUS_DEVICE(obj), &s->iomem);
}

static void fuse_realize(DeviceState *dev, Error **errp)
{
    AvpsFuse *s = AVPS_FUSE(dev);

    if (s->file_name) {
        replay_add_blocker("lifecycle-fuse");
        s->fd = avps_fuse_file_open(s->file_name, NULL);
    }
}

static void fuse_unrealize(DeviceState *dev)
{
    AvpsFuse *s = AVPS_FUSE(dev);

    if (s->fd >= 0) {
        qemu_close(s->fd);
    }
    g_free(s->error);
}

static void fuse_write_node(AvpsFdtNode *obj, AvpsFdt *fdt,
                            const AvpsMapRow *row)
{
    g_free(avps_fdt_add_block(fdt, row, "fuse", AVPS_STRINGS("avps,fuse")));
}

static int fuse_pre_save(void *opaque)
{
    AvpsFuse *s = opaque;

    s->saved.production = s->production;
    s->saved.blown = s->blown;
    s->saved.failed = s->failed;
    s->saved.blowing = s->blowing;
    return 0;
}

/* What is blown stays so, whatever the snapshot says. */
static int fuse_post_load(void *opaque, int version_id)
{
    AvpsFuse *s = opaque;

    if (s->saved.production != s->production) {
        error_report("the snapshot is of a machine with lifecycle=%s: load it "
                     "into one",
                     s->saved.production ? "production" : "development");
        return -EINVAL;
    }
    if (s->saved.blown && !s->blown) {
        error_report("the snapshot is of a machine whose fuse is blown: load "
                     "it with its own lifecycle-fuse=FILE");
        return -EINVAL;
    }
    s->failed = s->saved.failed;
    if (s->saved.blowing) {
        start_blowing(s);
    }
    return 0;
}

static const VMStateDescription vmstate_fuse = {
    .name = "avps-fuse",
    .version_id = 1,
    .minimum_version_id = 1,
    .pre_save = fuse_pre_save,
    .post_load = fuse_post_load,
    .fields = (const VMStateField[]) {
        VMSTATE_BOOL(saved.production, AvpsFuse),
        VMSTATE_BOOL(saved.blown, AvpsFuse),
        VMSTATE_BOOL(saved.failed, AvpsFuse),
        VMSTATE_BOOL(saved.blowing, AvpsFuse),
        VMSTATE_END_OF_LIST()
    }
};

static const Property fuse_properties[] = {
    DEFINE_PROP_STRING("file", AvpsFuse, file_name),
    DEFINE_PROP_BOOL("production", AvpsFuse, production, false),
    DEFINE_PROP_BOOL("secure", AvpsFuse, two_worlds, false),
};

static void fuse_class_init(ObjectClass *oc, AVPS_CLASS_DATA *data)
{
    DeviceClass *dc = DEVICE_CLASS(oc);

    dc->desc = "Lifecycle fuse";
    dc->realize = fuse_realize;
    dc->unrealize = fuse_unrealize;
    dc->vmsd = &vmstate_fuse;
    device_class_set_props(dc, fuse_properties);
    RESETTABLE_CLASS(oc)->phases.enter = fuse_reset_enter;
    AVPS_FDT_NODE_CLASS(oc)->write_node = fuse_write_node;

    object_class_property_add_str(oc, "state", fuse_get_state, NULL);
    object_class_property_set_description(oc, "state",
        "absent, unblown, blowing or blown");
    object_class_property_add_str(oc, "error", fuse_get_error, NULL);
    object_class_property_set_description(oc, "error",
        "Why the last attempt to blow it failed");
    object_class_property_add_bool(oc, "blow", NULL, fuse_set_blow);
    object_class_property_set_description(oc, "blow",
        "Write true to blow it, for good");
}

static const TypeInfo fuse_info = {
    .name = TYPE_AVPS_FUSE,
    .parent = TYPE_SYS_BUS_DEVICE,
    .instance_size = sizeof(AvpsFuse),
    .instance_init = fuse_init,
    .class_init = fuse_class_init,
    .interfaces = AVPS_INTERFACES { { TYPE_AVPS_FDT_NODE }, { } },
};

static void fuse_register_types(void)
{
    type_register_static(&fuse_info);
}

type_init(fuse_register_types)
