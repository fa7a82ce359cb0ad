/*
 * avps-ecu: memory-mapped generic timer
 *
 * Arm Architecture Reference Manual for A-profile (DDI 0487), chapter "System
 * Level Implementation of the Generic Timer": memory-mapped timer component,
 * its CNTCTLBase frame and one CNTBaseN frame. The counter is the one that the
 * cores see.
 *
 * Choices that the architecture leaves open:
 *  - CNTACR0 resets to 0: nothing of the frame is accessible until software
 *    asks for it. CNTNSAR resets to "frame 0 is Non-secure".
 *  - The frame has no second view (CNTTIDR.FEL0 is 0, CNTEL0ACR is RES0).
 *  - CounterID registers read as zero.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qemu/bitops.h"
#include "qemu/host-utils.h"
#include "qemu/log.h"
#include "qemu/module.h"
#include "hw/avps/fdt.h"
#include "hw/avps/timer/mmio_timer.h"
#include "hw/irq.h"
#include "hw/qdev-properties.h"
#include "hw/registerfields.h"
#include "migration/vmstate.h"
#include "system/device_tree.h"
#include "hw/avps/trace.h"

#define FRAME_SIZE 0x1000

/* CNTCTLBase */
REG32(CNTFRQ, 0x000)
REG32(CNTNSAR, 0x004)
REG32(CNTTIDR, 0x008)
    FIELD(CNTTIDR, FRAME0, 0, 1)
    FIELD(CNTTIDR, VIRTUAL0, 1, 1)
REG32(CNTACR0, 0x040)
    FIELD(CNTACR0, RPCT, 0, 1)
    FIELD(CNTACR0, RVCT, 1, 1)
    FIELD(CNTACR0, RFRQ, 2, 1)
    FIELD(CNTACR0, RVOFF, 3, 1)
    FIELD(CNTACR0, RWVT, 4, 1)
    FIELD(CNTACR0, RWPT, 5, 1)
REG32(CNTVOFF0, 0x080)
REG32(COUNTERID0, 0xfd0)
REG32(COUNTERID11, 0xffc)

#define CNTACR0_WRITABLE 0x3f
#define CNTNSAR_WRITABLE 0x1
#define CNTTIDR_VALUE (R_CNTTIDR_FRAME0_MASK | R_CNTTIDR_VIRTUAL0_MASK)

/* CNTBase0 */
REG32(CNTPCT, 0x000)
REG32(CNTVCT, 0x008)
REG32(FRAME_CNTFRQ, 0x010)
REG32(CNTEL0ACR, 0x014)
REG32(CNTVOFF, 0x018)
REG32(CNTP_CVAL, 0x020)
REG32(CNTP_TVAL, 0x028)
REG32(CNTP_CTL, 0x02c)
REG32(CNTV_CVAL, 0x030)
REG32(CNTV_TVAL, 0x038)
REG32(CNTV_CTL, 0x03c)

/* CNTP_CTL and CNTV_CTL */
FIELD(CTL, ENABLE, 0, 1)
FIELD(CTL, IMASK, 1, 1)
FIELD(CTL, ISTATUS, 2, 1)

/* --- Counter and comparators --- */

static uint64_t tick_ns(const AvpsMmioTimer *s)
{
    return NANOSECONDS_PER_SECOND / s->clock_hz;
}

static uint64_t physical_count(const AvpsMmioTimer *s)
{
    return qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL) / tick_ns(s);
}

static uint64_t comparator_offset(const AvpsComparator *c)
{
    return c->is_virtual ? c->owner->cntvoff : 0;
}

static uint64_t comparator_count(const AvpsComparator *c)
{
    return physical_count(c->owner) - comparator_offset(c);
}

static bool condition_met(const AvpsComparator *c)
{
    return FIELD_EX32(c->ctl, CTL, ENABLE) && comparator_count(c) >= c->cval;
}

static uint32_t comparator_ctl(const AvpsComparator *c)
{
    return FIELD_DP32(c->ctl, CTL, ISTATUS, condition_met(c));
}

/*
 * Physical count at which the condition changes next; UINT64_MAX for never.
 * A physical count below the offset is a virtual count close to its end, for
 * which the condition is true until the virtual count passes zero.
 */
static uint64_t next_change(const AvpsComparator *c)
{
    uint64_t offset = comparator_offset(c), when;

    if (condition_met(c)) {
        return physical_count(c->owner) < offset ? offset : UINT64_MAX;
    }
    return uadd64_overflow(c->cval, offset, &when) ? UINT64_MAX : when;
}

/* Set the line, and the timer for the next time that it changes. */
static void comparator_update(AvpsComparator *c)
{
    bool live = FIELD_EX32(c->ctl, CTL, ENABLE) &&
                !FIELD_EX32(c->ctl, CTL, IMASK);
    bool level = live && condition_met(c);
    uint64_t next = live ? next_change(c) : UINT64_MAX;

    trace_avps_mmio_timer_irq(c->is_virtual, level);
    qemu_set_irq(c->irq, level);
    if (next > INT64_MAX / tick_ns(c->owner)) {
        timer_del(c->expiry);
    } else {
        timer_mod_ns(c->expiry, next * tick_ns(c->owner));
    }
}

static void comparator_expired(void *opaque)
{
    comparator_update(opaque);
}

/* --- Registers --- */

/* What an access of @size at @offset sees of the 64-bit register @value. */
static uint64_t read_part(uint64_t value, hwaddr offset, unsigned size)
{
    return size == 8 ? value : extract64(value, (offset & 4) * 8, 32);
}

static uint64_t write_part(uint64_t old, hwaddr offset, uint64_t value,
                           unsigned size)
{
    return size == 8 ? value : deposit64(old, (offset & 4) * 8, 32, value);
}

static bool is_wide_control_register(hwaddr offset)
{
    return (offset & ~7) == A_CNTVOFF0;
}

static bool is_wide_frame_register(hwaddr offset)
{
    switch (offset & ~7) {
    case A_CNTPCT:
    case A_CNTVCT:
    case A_CNTVOFF:
    case A_CNTP_CVAL:
    case A_CNTV_CVAL:
        return true;
    default:
        return false;
    }
}

static void bad_access(const char *what, hwaddr offset, unsigned size)
{
    qemu_log_mask(LOG_GUEST_ERROR,
                  "avps-mmio-timer: %s of %u bytes at 0x%" HWADDR_PRIx "\n",
                  what, size, offset);
}

/* Only the Secure world configures a system that has one. */
static bool may_configure(const AvpsMmioTimer *s, MemTxAttrs attrs)
{
    return !s->two_worlds || attrs.secure;
}

static bool may_use_frame(const AvpsMmioTimer *s, MemTxAttrs attrs)
{
    return may_configure(s, attrs) || s->cntnsar & 1;
}

static uint64_t control_value(AvpsMmioTimer *s, hwaddr offset, unsigned size,
                              MemTxAttrs attrs)
{
    if (size == 8 && !is_wide_control_register(offset)) {
        bad_access("64-bit control read", offset, size);
        return 0;
    }
    switch (offset) {
    case A_CNTFRQ:
        return s->cntfrq;
    case A_CNTNSAR:
        return may_configure(s, attrs) ? s->cntnsar : 0;
    case A_CNTTIDR:
        return CNTTIDR_VALUE;
    case A_CNTACR0:
        return may_use_frame(s, attrs) ? s->cntacr : 0;
    case A_CNTVOFF0:
    case A_CNTVOFF0 + 4:
        return may_use_frame(s, attrs) ? read_part(s->cntvoff, offset, size)
                                       : 0;
    case A_COUNTERID0 ... A_COUNTERID11:
        return 0;
    default:
        bad_access("control read", offset, size);
        return 0;
    }
}

static MemTxResult control_read(void *opaque, hwaddr offset, uint64_t *value,
                                unsigned size, MemTxAttrs attrs)
{
    *value = control_value(opaque, offset, size, attrs);
    trace_avps_mmio_timer_control_read(offset, *value, size);
    return MEMTX_OK;
}

static MemTxResult control_write(void *opaque, hwaddr offset, uint64_t value,
                                 unsigned size, MemTxAttrs attrs)
{
    AvpsMmioTimer *s = opaque;

    trace_avps_mmio_timer_control_write(offset, value, size);
    if (size == 8 && !is_wide_control_register(offset)) {
        bad_access("64-bit control write", offset, size);
        return MEMTX_OK;
    }
    switch (offset) {
    case A_CNTFRQ:
        if (may_configure(s, attrs)) {
            s->cntfrq = value;
        }
        break;
    case A_CNTNSAR:
        if (may_configure(s, attrs)) {
            s->cntnsar = value & CNTNSAR_WRITABLE;
        }
        break;
    case A_CNTACR0:
        if (may_use_frame(s, attrs)) {
            s->cntacr = value & CNTACR0_WRITABLE;
        }
        break;
    case A_CNTVOFF0:
    case A_CNTVOFF0 + 4:
        if (may_use_frame(s, attrs)) {
            s->cntvoff = write_part(s->cntvoff, offset, value, size);
            comparator_update(&s->virtual);
        }
        break;
    default:
        bad_access("control write", offset, size);
        break;
    }
    return MEMTX_OK;
}

/* The bits of CNTACR0, any of which opens the frame register at @offset. */
static uint32_t frame_register_access(hwaddr offset)
{
    switch (offset & ~7) {
    case A_CNTPCT:
        return R_CNTACR0_RPCT_MASK;
    case A_CNTVCT:
        return R_CNTACR0_RVCT_MASK;
    case A_FRAME_CNTFRQ:
        return R_CNTACR0_RFRQ_MASK | R_CNTACR0_RPCT_MASK |
               R_CNTACR0_RVCT_MASK;
    case A_CNTVOFF:
        return R_CNTACR0_RVOFF_MASK;
    case A_CNTP_CVAL:
    case A_CNTP_TVAL:
        return R_CNTACR0_RWPT_MASK;
    case A_CNTV_CVAL:
    case A_CNTV_TVAL:
        return R_CNTACR0_RWVT_MASK;
    default:
        return CNTACR0_WRITABLE;
    }
}

static bool frame_register_open(const AvpsMmioTimer *s, hwaddr offset,
                                MemTxAttrs attrs)
{
    return may_use_frame(s, attrs) &&
           s->cntacr & frame_register_access(offset);
}

static AvpsComparator *frame_comparator(AvpsMmioTimer *s, hwaddr offset)
{
    return offset >= A_CNTV_CVAL ? &s->virtual : &s->physical;
}

static uint64_t frame_value(AvpsMmioTimer *s, hwaddr offset, unsigned size,
                            MemTxAttrs attrs)
{
    const AvpsComparator *c = frame_comparator(s, offset);

    if (size == 8 && !is_wide_frame_register(offset)) {
        bad_access("64-bit frame read", offset, size);
        return 0;
    }
    if (offset >= A_COUNTERID0) {
        return 0;
    }
    if (!frame_register_open(s, offset, attrs)) {
        return 0;
    }
    switch (offset) {
    case A_CNTPCT:
    case A_CNTPCT + 4:
        return read_part(physical_count(s), offset, size);
    case A_CNTVCT:
    case A_CNTVCT + 4:
        return read_part(comparator_count(&s->virtual), offset, size);
    case A_FRAME_CNTFRQ:
        return s->cntfrq;
    case A_CNTEL0ACR:
        return 0;
    case A_CNTVOFF:
    case A_CNTVOFF + 4:
        return read_part(s->cntvoff, offset, size);
    case A_CNTP_CVAL:
    case A_CNTP_CVAL + 4:
    case A_CNTV_CVAL:
    case A_CNTV_CVAL + 4:
        return read_part(c->cval, offset, size);
    case A_CNTP_TVAL:
    case A_CNTV_TVAL:
        return extract64(c->cval - comparator_count(c), 0, 32);
    case A_CNTP_CTL:
    case A_CNTV_CTL:
        return comparator_ctl(c);
    default:
        bad_access("frame read", offset, size);
        return 0;
    }
}

static MemTxResult frame_read(void *opaque, hwaddr offset, uint64_t *value,
                              unsigned size, MemTxAttrs attrs)
{
    *value = frame_value(opaque, offset, size, attrs);
    trace_avps_mmio_timer_frame_read(offset, *value, size);
    return MEMTX_OK;
}

static MemTxResult frame_write(void *opaque, hwaddr offset, uint64_t value,
                               unsigned size, MemTxAttrs attrs)
{
    AvpsMmioTimer *s = opaque;
    AvpsComparator *c = frame_comparator(s, offset);

    trace_avps_mmio_timer_frame_write(offset, value, size);
    if (size == 8 && !is_wide_frame_register(offset)) {
        bad_access("64-bit frame write", offset, size);
        return MEMTX_OK;
    }
    switch (offset) {
    case A_CNTP_CVAL:
    case A_CNTP_CVAL + 4:
    case A_CNTV_CVAL:
    case A_CNTV_CVAL + 4:
    case A_CNTP_TVAL:
    case A_CNTV_TVAL:
    case A_CNTP_CTL:
    case A_CNTV_CTL:
        break;
    case A_CNTEL0ACR:
        return MEMTX_OK;
    default:
        bad_access("frame write", offset, size);
        return MEMTX_OK;
    }
    if (!frame_register_open(s, offset, attrs)) {
        return MEMTX_OK;
    }

    switch (offset) {
    case A_CNTP_TVAL:
    case A_CNTV_TVAL:
        c->cval = comparator_count(c) + sextract64(value, 0, 32);
        break;
    case A_CNTP_CTL:
    case A_CNTV_CTL:
        c->ctl = value & (R_CTL_ENABLE_MASK | R_CTL_IMASK_MASK);
        break;
    default:
        c->cval = write_part(c->cval, offset, value, size);
        break;
    }
    comparator_update(c);
    return MEMTX_OK;
}

#define FRAME_OPS(read_fn, write_fn)                                    \
    {                                                                   \
        .read_with_attrs = read_fn,                                     \
        .write_with_attrs = write_fn,                                   \
        .endianness = DEVICE_LITTLE_ENDIAN,                             \
        .valid = { .min_access_size = 4, .max_access_size = 8 },        \
        .impl = { .min_access_size = 4, .max_access_size = 8 },         \
    }

static const MemoryRegionOps control_ops =
    FRAME_OPS(control_read, control_write);
static const MemoryRegionOps frame_ops = FRAME_OPS(frame_read, frame_write);

/* --- Device --- */

static void comparator_reset(AvpsComparator *c)
{
    c->cval = 0;
    c->ctl = 0;
    timer_del(c->expiry);
}

static void mmio_timer_reset_enter(Object *obj, ResetType type)
{
    AvpsMmioTimer *s = AVPS_MMIO_TIMER(obj);

    s->cntfrq = s->clock_hz;
    s->cntnsar = CNTNSAR_WRITABLE;
    s->cntacr = 0;
    s->cntvoff = 0;
    comparator_reset(&s->physical);
    comparator_reset(&s->virtual);
}

static void mmio_timer_reset_hold(Object *obj, ResetType type)
{
    AvpsMmioTimer *s = AVPS_MMIO_TIMER(obj);

    qemu_irq_lower(s->physical.irq);
    qemu_irq_lower(s->virtual.irq);
}

static void comparator_init(AvpsComparator *c, AvpsMmioTimer *owner,
                            bool is_virtual)
{
    c->owner = owner;
    c->is_virtual = is_virtual;
    sysbus_init_irq(SYS_BUS_DEVICE(owner), &c->irq);
}

static void mmio_timer_init(Object *obj)
{
    AvpsMmioTimer *s = AVPS_MMIO_TIMER(obj);
    SysBusDevice *sbd = SYS_BUS_DEVICE(obj);

    memory_region_init_io(&s->control, obj, &control_ops, s,
                          "avps-mmio-timer.control", FRAME_SIZE);
    memory_region_init_io(&s->frame, obj, &frame_ops, s,
                          "avps-mmio-timer.frame0", FRAME_SIZE);
    sysbus_init_mmio(sbd, &s->control);
    sysbus_init_mmio(sbd, &s->frame);
    comparator_init(&s->physical, s, false);
    comparator_init(&s->virtual, s, true);
}

static void mmio_timer_realize(DeviceState *dev, Error **errp)
{
    AvpsMmioTimer *s = AVPS_MMIO_TIMER(dev);

    if (!s->clock_hz || NANOSECONDS_PER_SECOND % s->clock_hz) {
        error_setg(errp, "clock-frequency %" PRIu32 " is not a divisor of "
                   "1000000000: give one that is", s->clock_hz);
        return;
    }
    s->physical.expiry = timer_new_ns(QEMU_CLOCK_VIRTUAL, comparator_expired,
                                      &s->physical);
    s->virtual.expiry = timer_new_ns(QEMU_CLOCK_VIRTUAL, comparator_expired,
                                     &s->virtual);
}

static void mmio_timer_unrealize(DeviceState *dev)
{
    AvpsMmioTimer *s = AVPS_MMIO_TIMER(dev);

    timer_free(s->physical.expiry);
    timer_free(s->virtual.expiry);
}

/* arm,arch_timer_mmio.yaml */
static void mmio_timer_write_node(AvpsFdtNode *obj, AvpsFdt *fdt,
                                  const AvpsMapRow *row)
{
    g_autofree char *path = g_strdup_printf("/timer@%" PRIx64, row->base);
    g_autofree char *frame = g_strdup_printf("%s/frame@%llx", path, AVPS_PAGE);

    qemu_fdt_add_subnode(fdt->blob, path);
    qemu_fdt_setprop_sized_cells(fdt->blob, path, "ranges", 1, 0,
                                 2, row->base, 1, row->size);
    qemu_fdt_setprop_cell(fdt->blob, path, "#size-cells", 1);
    qemu_fdt_setprop_cell(fdt->blob, path, "#address-cells", 1);
    qemu_fdt_setprop_sized_cells(fdt->blob, path, "reg", 2, row->base,
                                 2, FRAME_SIZE);
    avps_fdt_set_strings(fdt, path, "compatible",
                         AVPS_STRINGS("arm,armv7-timer-mem"));

    qemu_fdt_add_subnode(fdt->blob, frame);
    qemu_fdt_setprop_cells(fdt->blob, frame, "reg", AVPS_PAGE, FRAME_SIZE);
    avps_fdt_set_row_interrupts(fdt, frame, row);
    qemu_fdt_setprop_cell(fdt->blob, frame, "frame-number", 0);
}

static const VMStateDescription vmstate_comparator = {
    .name = "avps-mmio-timer/comparator",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_UINT64(cval, AvpsComparator),
        VMSTATE_UINT32(ctl, AvpsComparator),
        VMSTATE_TIMER_PTR(expiry, AvpsComparator),
        VMSTATE_END_OF_LIST()
    }
};

static const VMStateDescription vmstate_mmio_timer = {
    .name = "avps-mmio-timer",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_UINT32(cntfrq, AvpsMmioTimer),
        VMSTATE_UINT32(cntnsar, AvpsMmioTimer),
        VMSTATE_UINT32(cntacr, AvpsMmioTimer),
        VMSTATE_UINT64(cntvoff, AvpsMmioTimer),
        VMSTATE_STRUCT(physical, AvpsMmioTimer, 1, vmstate_comparator,
                       AvpsComparator),
        VMSTATE_STRUCT(virtual, AvpsMmioTimer, 1, vmstate_comparator,
                       AvpsComparator),
        VMSTATE_END_OF_LIST()
    }
};

static const Property mmio_timer_properties[] = {
    DEFINE_PROP_UINT32("clock-frequency", AvpsMmioTimer, clock_hz, 62500000),
    DEFINE_PROP_BOOL("secure", AvpsMmioTimer, two_worlds, false),
};

static void mmio_timer_class_init(ObjectClass *oc, AVPS_CLASS_DATA *data)
{
    DeviceClass *dc = DEVICE_CLASS(oc);
    ResettableClass *rc = RESETTABLE_CLASS(oc);

    dc->desc = "Arm memory-mapped generic timer";
    dc->realize = mmio_timer_realize;
    dc->unrealize = mmio_timer_unrealize;
    dc->vmsd = &vmstate_mmio_timer;
    device_class_set_props(dc, mmio_timer_properties);
    rc->phases.enter = mmio_timer_reset_enter;
    rc->phases.hold = mmio_timer_reset_hold;
    AVPS_FDT_NODE_CLASS(oc)->write_node = mmio_timer_write_node;
}

static const TypeInfo mmio_timer_info = {
    .name = TYPE_AVPS_MMIO_TIMER,
    .parent = TYPE_SYS_BUS_DEVICE,
    .instance_size = sizeof(AvpsMmioTimer),
    .instance_init = mmio_timer_init,
    .class_init = mmio_timer_class_init,
    .interfaces = AVPS_INTERFACES { { TYPE_AVPS_FDT_NODE }, { } },
};

static void mmio_timer_register_types(void)
{
    type_register_static(&mmio_timer_info);
}

type_init(mmio_timer_register_types)
