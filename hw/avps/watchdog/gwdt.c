/*
 * avps-ecu: generic watchdog
 *
 * Arm Base System Architecture 1.0 (DEN0094), appendix "Generic Watchdog";
 * the same as in the Server Base System Architecture 6.0 (DEN0029). Its
 * architecture version 1, with an offset of 48 bits. It counts with the
 * system counter, which is the one that the cores see.
 *
 * Choices that the architecture leaves open:
 *  - Registers are accessed by 32 bits. Any other size reads as zero and
 *    writes nothing, so that software that relies on it is found out.
 *  - WOR and WCV reset to 0. While it is disabled, the watchdog changes its
 *    compare value at an explicit refresh only: nothing expires, and there is
 *    nothing to do.
 *  - A reset disables the watchdog, and so lowers both signals. WCS.WS1 stays
 *    as a record of the cause until the next refresh, if the system restarts
 *    because of a watchdog, and over a warm reset.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qapi/visitor.h"
#include "qemu/bitops.h"
#include "qemu/log.h"
#include "qemu/module.h"
#include "hw/arm/fdt.h"
#include "hw/avps/fdt.h"
#include "hw/avps/watchdog/gwdt.h"
#include "hw/irq.h"
#include "hw/qdev-properties.h"
#include "hw/registerfields.h"
#include "migration/vmstate.h"
#include "system/device_tree.h"
#include "hw/avps/trace.h"

#define FRAME_SIZE 0x1000

/* Control frame */
REG32(WCS, 0x000)
    FIELD(WCS, EN, 0, 1)
    FIELD(WCS, WS0, 1, 1)
    FIELD(WCS, WS1, 2, 1)
REG32(WOR_LOW, 0x008)
REG32(WOR_HIGH, 0x00c)
REG32(WCV_LOW, 0x010)
REG32(WCV_HIGH, 0x014)

/* Refresh frame */
REG32(WRR, 0x000)

/* Both frames */
REG32(W_IIDR, 0xfcc)
    FIELD(W_IIDR, IMPLEMENTER, 0, 12)
    FIELD(W_IIDR, ARCHITECTURE, 16, 4)
REG32(IMPDEF_FIRST, 0xfd0)
REG32(IMPDEF_LAST, 0xffc)

#define WOR_HIGH_BITS 16
#define JEP106_ARM 0x43b
#define W_IIDR_VALUE \
    (JEP106_ARM << R_W_IIDR_IMPLEMENTER_SHIFT | \
     1 << R_W_IIDR_ARCHITECTURE_SHIFT)

/* --- Counter, compare value and signals --- */

static uint64_t tick_ns(const AvpsGwdt *s)
{
    return NANOSECONDS_PER_SECOND / s->clock_hz;
}

static uint64_t system_count(const AvpsGwdt *s)
{
    return qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL) / tick_ns(s);
}

/* Is one of the two signals still to come? */
static bool is_running(const AvpsGwdt *s)
{
    return s->enabled && !s->ws1;
}

/*
 * When the counter passes the compare value, virtual time in ns; INT64_MAX
 * for a value that it never reaches.
 */
static int64_t deadline_ns(const AvpsGwdt *s)
{
    uint64_t tick = tick_ns(s);

    return s->wcv < INT64_MAX / tick ? (s->wcv + 1) * tick : INT64_MAX;
}

static void set_timer(AvpsGwdt *s)
{
    int64_t deadline = deadline_ns(s);

    if (is_running(s) && deadline != INT64_MAX) {
        timer_mod_ns(s->expiry, deadline);
    } else {
        timer_del(s->expiry);
    }
}

/* A disabled watchdog has no signals: its WS1 is of before the reset. */
static void set_lines(AvpsGwdt *s)
{
    bool ws0 = s->enabled && s->ws0;
    bool ws1 = s->enabled && s->ws1;

    trace_avps_gwdt_signals(ws0, ws1);
    qemu_set_irq(s->ws0_irq, ws0);
    qemu_set_irq(s->ws1_irq, ws1);
    qemu_set_irq(s->ws1_out, ws1);
}

static void explicit_refresh(AvpsGwdt *s)
{
    s->ws0 = false;
    s->ws1 = false;
    s->wcv = system_count(s) + s->wor;
    set_lines(s);
    set_timer(s);
}

/* At signal 1, the compare value stays and tells when that was. */
static void timeout_refresh(AvpsGwdt *s)
{
    if (s->ws0) {
        s->ws1 = true;
    } else {
        s->ws0 = true;
        s->wcv = system_count(s) + s->wor;
    }
    set_lines(s);
    set_timer(s);
}

/*
 * At most one signal at a time: after the first the counter has a tick to go
 * at least, whatever the offset, and after the second nothing is left.
 */
static void check_timeout(void *opaque)
{
    AvpsGwdt *s = opaque;

    if (is_running(s) && system_count(s) > s->wcv) {
        timeout_refresh(s);
    } else {
        set_timer(s);
    }
}

/* --- Registers --- */

static void bad_access(const char *what, hwaddr offset, unsigned size)
{
    qemu_log_mask(LOG_GUEST_ERROR,
                  "avps-gwdt: %s of %u bytes at 0x%" HWADDR_PRIx "\n",
                  what, size, offset);
}

static uint32_t wcs_value(const AvpsGwdt *s)
{
    uint32_t value = FIELD_DP32(0, WCS, EN, s->enabled);

    value = FIELD_DP32(value, WCS, WS0, s->ws0);
    return FIELD_DP32(value, WCS, WS1, s->ws1);
}

static uint32_t control_value(const AvpsGwdt *s, hwaddr offset, unsigned size)
{
    if (size != 4) {
        bad_access("control read", offset, size);
        return 0;
    }
    switch (offset) {
    case A_WCS:
        return wcs_value(s);
    case A_WOR_LOW:
        return extract64(s->wor, 0, 32);
    case A_WOR_HIGH:
        return extract64(s->wor, 32, WOR_HIGH_BITS);
    case A_WCV_LOW:
        return extract64(s->wcv, 0, 32);
    case A_WCV_HIGH:
        return extract64(s->wcv, 32, 32);
    case A_W_IIDR:
        return W_IIDR_VALUE;
    case A_IMPDEF_FIRST ... A_IMPDEF_LAST:
        return 0;
    default:
        bad_access("control read", offset, size);
        return 0;
    }
}

static uint64_t control_read(void *opaque, hwaddr offset, unsigned size)
{
    uint32_t value = control_value(opaque, offset, size);

    trace_avps_gwdt_control_read(offset, value, size);
    return value;
}

static void control_write(void *opaque, hwaddr offset, uint64_t value,
                          unsigned size)
{
    AvpsGwdt *s = opaque;

    trace_avps_gwdt_control_write(offset, value, size);
    if (size != 4) {
        bad_access("control write", offset, size);
        return;
    }
    switch (offset) {
    case A_WCS:
        s->enabled = FIELD_EX32(value, WCS, EN);
        explicit_refresh(s);
        break;
    case A_WOR_LOW:
        s->wor = deposit64(s->wor, 0, 32, value);
        explicit_refresh(s);
        break;
    case A_WOR_HIGH:
        s->wor = deposit64(s->wor, 32, WOR_HIGH_BITS, value);
        explicit_refresh(s);
        break;
    case A_WCV_LOW:
        s->wcv = deposit64(s->wcv, 0, 32, value);
        check_timeout(s);
        break;
    case A_WCV_HIGH:
        s->wcv = deposit64(s->wcv, 32, 32, value);
        check_timeout(s);
        break;
    case A_IMPDEF_FIRST ... A_IMPDEF_LAST:
        break;
    default:
        bad_access("control write", offset, size);
        break;
    }
}

static uint32_t refresh_value(hwaddr offset, unsigned size)
{
    if (size != 4) {
        bad_access("refresh read", offset, size);
        return 0;
    }
    switch (offset) {
    case A_WRR:
        return 0;
    case A_W_IIDR:
        return W_IIDR_VALUE;
    case A_IMPDEF_FIRST ... A_IMPDEF_LAST:
        return 0;
    default:
        bad_access("refresh read", offset, size);
        return 0;
    }
}

static uint64_t refresh_read(void *opaque, hwaddr offset, unsigned size)
{
    uint32_t value = refresh_value(offset, size);

    trace_avps_gwdt_refresh_read(offset, value, size);
    return value;
}

static void refresh_write(void *opaque, hwaddr offset, uint64_t value,
                          unsigned size)
{
    trace_avps_gwdt_refresh_write(offset, value, size);
    if (size != 4) {
        bad_access("refresh write", offset, size);
        return;
    }
    switch (offset) {
    case A_WRR:
        explicit_refresh(opaque);
        break;
    case A_IMPDEF_FIRST ... A_IMPDEF_LAST:
        break;
    default:
        bad_access("refresh write", offset, size);
        break;
    }
}

/* All sizes come here, to be refused with a word in the log. */
#define FRAME_OPS(read_fn, write_fn)                                    \
    {                                                                   \
        .read = read_fn,                                                \
        .write = write_fn,                                              \
        .endianness = DEVICE_LITTLE_ENDIAN,                             \
        .valid = { .min_access_size = 1, .max_access_size = 8 },        \
        .impl = { .min_access_size = 1, .max_access_size = 8 },         \
    }

static const MemoryRegionOps control_ops =
    FRAME_OPS(control_read, control_write);
static const MemoryRegionOps refresh_ops =
    FRAME_OPS(refresh_read, refresh_write);

/* --- What the host sees and does --- */

static bool get_enabled(Object *obj, Error **errp)
{
    return AVPS_GWDT(obj)->enabled;
}

static bool get_ws0(Object *obj, Error **errp)
{
    return AVPS_GWDT(obj)->ws0;
}

static bool get_ws1(Object *obj, Error **errp)
{
    return AVPS_GWDT(obj)->ws1;
}

static void get_remaining_ns(Object *obj, Visitor *v, const char *name,
                             void *opaque, Error **errp)
{
    AvpsGwdt *s = AVPS_GWDT(obj);
    int64_t remaining = -1;

    if (is_running(s)) {
        remaining = deadline_ns(s) - qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);
        /* The timer of a deadline that is over is about to run */
        remaining = MAX(remaining, 0);
    }
    visit_type_int64(v, name, &remaining, errp);
}

static void set_expire(Object *obj, bool value, Error **errp)
{
    AvpsGwdt *s = AVPS_GWDT(obj);

    if (!value) {
        return;
    }
    if (!s->enabled) {
        error_setg(errp, "the watchdog is off: it can expire once software "
                   "has set WCS.EN");
    } else if (s->ws1) {
        error_setg(errp, "the watchdog has expired in both stages: it can "
                   "expire again once software has refreshed it");
    } else {
        timeout_refresh(s);
    }
}

static void add_host_properties(ObjectClass *oc)
{
    object_class_property_add_bool(oc, "enabled", get_enabled, NULL);
    object_class_property_set_description(oc, "enabled",
        "WCS.EN: software has started the watchdog");
    object_class_property_add_bool(oc, "ws0", get_ws0, NULL);
    object_class_property_set_description(oc, "ws0",
        "WCS.WS0: the first stage is over");
    object_class_property_add_bool(oc, "ws1", get_ws1, NULL);
    object_class_property_set_description(oc, "ws1",
        "WCS.WS1: the second stage is over, or was before the reset");
    object_class_property_add(oc, "remaining-ns", "int", get_remaining_ns,
                              NULL, NULL, NULL);
    object_class_property_set_description(oc, "remaining-ns",
        "virtual time until the next stage, -1 when none is to come");
    object_class_property_add_bool(oc, "expire", NULL, set_expire);
    object_class_property_set_description(oc, "expire",
        "write true: the present stage is over now");
}

/* --- Device --- */

static void gwdt_reset_enter(Object *obj, ResetType type)
{
    AvpsGwdt *s = AVPS_GWDT(obj);

    s->enabled = false;
    s->ws0 = false;
    s->wor = 0;
    s->wcv = 0;
    timer_del(s->expiry);
}

/* By now the power controller knows what reset this is. */
static void gwdt_reset_hold(Object *obj, ResetType type)
{
    AvpsGwdt *s = AVPS_GWDT(obj);

    s->ws1 = s->ws1 && s->power && avps_power_keeps_cause(s->power);
    set_lines(s);
}

static void gwdt_init(Object *obj)
{
    AvpsGwdt *s = AVPS_GWDT(obj);
    SysBusDevice *sbd = SYS_BUS_DEVICE(obj);

    memory_region_init_io(&s->control, obj, &control_ops, s,
                          "avps-gwdt.control", FRAME_SIZE);
    memory_region_init_io(&s->refresh, obj, &refresh_ops, s,
                          "avps-gwdt.refresh", FRAME_SIZE);
    sysbus_init_mmio(sbd, &s->control);
    sysbus_init_mmio(sbd, &s->refresh);
    sysbus_init_irq(sbd, &s->ws0_irq);
    sysbus_init_irq(sbd, &s->ws1_irq);
    qdev_init_gpio_out_named(DEVICE(obj), &s->ws1_out, AVPS_GWDT_WS1, 1);
}

static void gwdt_realize(DeviceState *dev, Error **errp)
{
    AvpsGwdt *s = AVPS_GWDT(dev);

    if (!s->clock_hz || NANOSECONDS_PER_SECOND % s->clock_hz) {
        error_setg(errp, "clock-frequency %" PRIu32 " is not a divisor of "
                   "1000000000: give one that is", s->clock_hz);
        return;
    }
    s->expiry = timer_new_ns(QEMU_CLOCK_VIRTUAL, check_timeout, s);
}

static void gwdt_unrealize(DeviceState *dev)
{
    timer_free(AVPS_GWDT(dev)->expiry);
}

/* watchdog/arm,sbsa-gwdt.yaml: signal 1 is not for who is being watched */
static void gwdt_write_node(AvpsFdtNode *obj, AvpsFdt *fdt,
                            const AvpsMapRow *row)
{
    g_autofree char *path = avps_fdt_path(row, "watchdog");

    qemu_fdt_add_subnode(fdt->blob, path);
    if (row->flags & AVPS_SECURE) {
        avps_fdt_mark_secure(fdt, path);
    }
    avps_fdt_set_interrupts(fdt, path, GIC_FDT_IRQ_TYPE_SPI,
                            GIC_FDT_IRQ_FLAGS_LEVEL_HI, &row->spi, 1);
    qemu_fdt_setprop_sized_cells(fdt->blob, path, "reg",
                                 2, row->base, 2, FRAME_SIZE,
                                 2, row->base + AVPS_PAGE, 2, FRAME_SIZE);
    avps_fdt_set_strings(fdt, path, "compatible",
                         AVPS_STRINGS("arm,sbsa-gwdt"));
}

static const VMStateDescription vmstate_gwdt = {
    .name = "avps-gwdt",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_BOOL(enabled, AvpsGwdt),
        VMSTATE_BOOL(ws0, AvpsGwdt),
        VMSTATE_BOOL(ws1, AvpsGwdt),
        VMSTATE_UINT64(wor, AvpsGwdt),
        VMSTATE_UINT64(wcv, AvpsGwdt),
        VMSTATE_TIMER_PTR(expiry, AvpsGwdt),
        VMSTATE_END_OF_LIST()
    }
};

static const Property gwdt_properties[] = {
    DEFINE_PROP_LINK("power", AvpsGwdt, power, TYPE_AVPS_POWER, AvpsPower *),
    DEFINE_PROP_UINT32("clock-frequency", AvpsGwdt, clock_hz, 62500000),
};

static void gwdt_class_init(ObjectClass *oc, AVPS_CLASS_DATA *data)
{
    DeviceClass *dc = DEVICE_CLASS(oc);
    ResettableClass *rc = RESETTABLE_CLASS(oc);

    dc->desc = "Arm generic watchdog";
    dc->realize = gwdt_realize;
    dc->unrealize = gwdt_unrealize;
    dc->vmsd = &vmstate_gwdt;
    set_bit(DEVICE_CATEGORY_WATCHDOG, dc->categories);
    device_class_set_props(dc, gwdt_properties);
    add_host_properties(oc);
    rc->phases.enter = gwdt_reset_enter;
    rc->phases.hold = gwdt_reset_hold;
    AVPS_FDT_NODE_CLASS(oc)->write_node = gwdt_write_node;
}

static const TypeInfo gwdt_info = {
    .name = TYPE_AVPS_GWDT,
    .parent = TYPE_SYS_BUS_DEVICE,
    .instance_size = sizeof(AvpsGwdt),
    .instance_init = gwdt_init,
    .class_init = gwdt_class_init,
    .interfaces = AVPS_INTERFACES { { TYPE_AVPS_FDT_NODE }, { } },
};

static void gwdt_register_types(void)
{
    type_register_static(&gwdt_info);
}

type_init(gwdt_register_types)
