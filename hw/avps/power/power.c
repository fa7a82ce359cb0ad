/*
 * avps-ecu: power controller
 *
 * A block of our own: no specification describes it, docs/devices/power.rst
 * does. This file has the registers, resets, what a watchdog's end leads to,
 * and the supply; wake.c has suspend and wake-up of the system, sleep.c of its
 * cores; psci.c, trng.c and smccc.c have the calls by which software reaches
 * most of it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qapi/qapi-events-run-state.h"
#include "qemu/log.h"
#include "qemu/module.h"
#include "hw/avps/fdt.h"
#include "hw/avps/power/services.h"
#include "hw/avps/qemu/gic_wake.h"
#include "hw/avps/qemu/wakeup.h"
#include "hw/irq.h"
#include "hw/qdev-properties.h"
#include "hw/registerfields.h"
#include "migration/vmstate.h"
#include "power_internal.h"
#include "system/runstate.h"
#include "system/watchdog.h"
#include "hw/avps/trace.h"

#define FRAME_SIZE 0x1000

REG32(ID, 0x000)
REG32(CTRL, 0x004)
REG32(STATUS, 0x008)
    FIELD(STATUS, POWER_FAIL, 0, 1)
REG32(INT_ENABLE, 0x00c)
    FIELD(INT_ENABLE, POWER_FAIL, 0, 1)
REG32(RESET_REASON, 0x010)
REG32(WAKE_CAUSE, 0x014)
REG32(WAKE_GPIO, 0x018)
REG32(GPIO_ENABLE, 0x01c)
REG32(GPIO_STATUS, 0x020)
REG32(SUSPEND_COUNT, 0x024)
REG32(WATCHDOG_COUNT, 0x028)
REG32(SCRATCH0, 0x040)
REG32(WAKE_ENABLE0, 0x100)
REG32(WAKE_STATUS0, 0x180)
REG32(WAKE_REASON0, 0x200)

/* "PWR", version 1 */
#define ID_VALUE 0x50575201
/* Lines that GPIO_ENABLE has: 8 of each of two blocks */
#define GPIO_LINES_MASK 0xffff

/* --- Resets --- */

void avps_power_request_reset(AvpsPower *s, AvpsResetReason reason)
{
    s->next_reset_reason = reason;
    qemu_system_reset_request(SHUTDOWN_CAUSE_GUEST_RESET);
}

void avps_power_request_off(void)
{
    qemu_system_shutdown_request(SHUTDOWN_CAUSE_GUEST_SHUTDOWN);
}

bool avps_power_keeps_cause(const AvpsPower *s)
{
    switch (s->reset_reason) {
    case AVPS_RESET_WARM:
    case AVPS_RESET_WATCHDOG:
    case AVPS_RESET_WATCHDOG_SECURE:
        return true;
    default:
        return false;
    }
}

/* The lines of the secure world */
static void reset_requested(void *opaque, int n, int level)
{
    if (level) {
        avps_power_request_reset(opaque, AVPS_RESET_SOFTWARE);
    }
}

static void off_requested(void *opaque, int n, int level)
{
    if (level) {
        avps_power_request_off();
    }
}

/* --- Watchdogs --- */

static void pause_machine(void)
{
    /* Called from a timer: vm_stop() itself would wait for that */
    qemu_system_vmstop_request_prepare();
    qapi_event_send_watchdog(WATCHDOG_ACTION_PAUSE);
    qemu_system_vmstop_request(RUN_STATE_WATCHDOG);
}

static void watchdog_default(AvpsPower *s, AvpsResetReason reason)
{
    if (get_watchdog_action() == WATCHDOG_ACTION_RESET) {
        s->next_reset_reason = reason;
    }
    watchdog_perform_action();
}

static void watchdog_expired(AvpsPower *s, AvpsResetReason reason)
{
    trace_avps_power_watchdog(reason, s->watchdog_policy);
    s->watchdog_count++;
    switch (s->watchdog_policy) {
    case AVPS_WATCHDOG_DEFAULT:
        watchdog_default(s, reason);
        break;
    case AVPS_WATCHDOG_RESET:
        qapi_event_send_watchdog(WATCHDOG_ACTION_RESET);
        avps_power_request_reset(s, reason);
        break;
    case AVPS_WATCHDOG_POWEROFF:
        qapi_event_send_watchdog(WATCHDOG_ACTION_POWEROFF);
        avps_power_request_off();
        break;
    case AVPS_WATCHDOG_PAUSE:
        pause_machine();
        break;
    case AVPS_WATCHDOG_NOTIFY:
        qapi_event_send_watchdog(WATCHDOG_ACTION_NONE);
        break;
    }
}

/* The line WS1 of watchdog @n */
static void ws1_changed(void *opaque, int n, int level)
{
    if (level) {
        watchdog_expired(opaque, AVPS_RESET_WATCHDOG + n);
    }
}

/* --- Supply --- */

static void update_warning(AvpsPower *s)
{
    qemu_set_irq(s->warning, s->power_fail &&
                 FIELD_EX32(s->int_enable, INT_ENABLE, POWER_FAIL));
}

/*
 * The end of an ECU without supply: what the guest has not flushed to its
 * disks is gone, so nothing is flushed here, neither by QEMU's orderly end
 * nor by what runs at exit().
 */
static void cut_power(void *opaque)
{
    trace_avps_power_cut();
    _exit(EXIT_SUCCESS);
}

static void set_power_fail(AvpsPower *s, bool fails)
{
    int64_t now = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);

    if (fails == s->power_fail) {
        return;
    }
    trace_avps_power_fail(fails, s->power_fail_delay);
    s->power_fail = fails;
    if (fails) {
        timer_mod_ns(s->power_cut,
                     now + MIN(s->power_fail_delay, INT64_MAX - now));
    } else {
        timer_del(s->power_cut);
    }
    update_warning(s);
}

/* --- Statistics --- */

void avps_power_stat_begin(AvpsPower *s, int core, AvpsPowerState state)
{
    AvpsPowerStat *stat = &s->stat[core][state];

    stat->count++;
    stat->since = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);
}

void avps_power_stat_end(AvpsPower *s, int core, AvpsPowerState state)
{
    AvpsPowerStat *stat = &s->stat[core][state];

    if (stat->since >= 0) {
        stat->ns += qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL) - stat->since;
        stat->since = -1;
    }
}

/* --- Registers --- */

/* The word of an array of registers at @first that @offset names */
static uint32_t *array_word(uint32_t *array, int words, hwaddr first,
                            hwaddr offset)
{
    return offset >= first && offset < first + words * 4
        ? &array[(offset - first) / 4] : NULL;
}

static uint32_t *scratch_word(AvpsPower *s, hwaddr offset)
{
    return array_word(s->scratch, AVPS_POWER_SCRATCH, A_SCRATCH0, offset);
}

static uint32_t *enable_word(AvpsPower *s, hwaddr offset)
{
    return array_word(s->wake_enable, AVPS_POWER_SPI_WORDS, A_WAKE_ENABLE0,
                      offset);
}

static uint32_t *reason_word(AvpsPower *s, hwaddr offset)
{
    return array_word(s->wake_reason, AVPS_POWER_SPI_WORDS, A_WAKE_REASON0,
                      offset);
}

/* The levels of 32 lines */
static uint32_t line_levels(const AvpsPower *s, int word)
{
    uint32_t levels = 0;

    for (int i = 0; i < 32; i++) {
        levels |= (uint32_t)avps_power_line_level(s, word * 32 + i) << i;
    }
    return levels;
}

static bool is_line_status(hwaddr offset)
{
    return offset >= A_WAKE_STATUS0 &&
           offset < A_WAKE_STATUS0 + AVPS_POWER_SPI_WORDS * 4;
}

static uint32_t register_value(AvpsPower *s, hwaddr offset)
{
    uint32_t *word = scratch_word(s, offset) ?: enable_word(s, offset) ?:
                     reason_word(s, offset);

    if (word) {
        return *word;
    }
    if (is_line_status(offset)) {
        return line_levels(s, (offset - A_WAKE_STATUS0) / 4);
    }
    switch (offset) {
    case A_ID:
        return ID_VALUE;
    case A_CTRL:
        return s->ctrl;
    case A_STATUS:
        return FIELD_DP32(0, STATUS, POWER_FAIL, s->power_fail);
    case A_INT_ENABLE:
        return s->int_enable;
    case A_RESET_REASON:
        return s->reset_reason;
    case A_WAKE_CAUSE:
        return s->wake_cause;
    case A_WAKE_GPIO:
        return s->wake_gpio;
    case A_GPIO_ENABLE:
        return s->gpio_enable;
    case A_GPIO_STATUS:
        return avps_power_gpio_status();
    case A_SUSPEND_COUNT:
        return s->suspend_count;
    case A_WATCHDOG_COUNT:
        return s->watchdog_count;
    default:
        qemu_log_mask(LOG_GUEST_ERROR,
                      "avps-power: read at 0x%" HWADDR_PRIx "\n", offset);
        return 0;
    }
}

static uint64_t power_read(void *opaque, hwaddr offset, unsigned size)
{
    uint32_t value = register_value(opaque, offset);

    trace_avps_power_read(offset, value);
    return value;
}

static void power_write(void *opaque, hwaddr offset, uint64_t value,
                        unsigned size)
{
    AvpsPower *s = opaque;
    uint32_t *word = scratch_word(s, offset) ?: enable_word(s, offset);

    trace_avps_power_write(offset, value);
    if (word) {
        *word = value;
        avps_power_recheck(s);
        return;
    }
    switch (offset) {
    case A_CTRL:
        s->ctrl = value & AVPS_POWER_CTRL_FOLLOW;
        break;
    case A_INT_ENABLE:
        s->int_enable = value & R_INT_ENABLE_POWER_FAIL_MASK;
        update_warning(s);
        break;
    case A_GPIO_ENABLE:
        s->gpio_enable = value & GPIO_LINES_MASK;
        break;
    default:
        qemu_log_mask(LOG_GUEST_ERROR,
                      "avps-power: write at 0x%" HWADDR_PRIx "\n", offset);
        return;
    }
    avps_power_recheck(s);
}

static const MemoryRegionOps power_ops = {
    .read = power_read,
    .write = power_write,
    .endianness = DEVICE_LITTLE_ENDIAN,
    .valid = { .min_access_size = 4, .max_access_size = 4 },
    .impl = { .min_access_size = 4, .max_access_size = 4 },
};

/* --- Properties for the host --- */

static const char *const reset_reasons[] = {
    [AVPS_RESET_POWER_ON] = "power-on",
    [AVPS_RESET_SOFTWARE] = "software",
    [AVPS_RESET_WARM] = "warm",
    [AVPS_RESET_WATCHDOG] = "watchdog",
    [AVPS_RESET_WATCHDOG_SECURE] = "watchdog-secure",
    [AVPS_RESET_HOST] = "host",
};

static char *get_reset_reason(Object *obj, Error **errp)
{
    return g_strdup(reset_reasons[AVPS_POWER(obj)->reset_reason]);
}

static char *get_wake_reason(Object *obj, Error **errp)
{
    return avps_power_describe_wake(AVPS_POWER(obj));
}

static bool get_suspended(Object *obj, Error **errp)
{
    return AVPS_POWER(obj)->suspended;
}

static void set_wake(Object *obj, bool value, Error **errp)
{
    if (value && !avps_power_wake_by_host(AVPS_POWER(obj))) {
        error_setg(errp, "the SoC is not suspended: wait until the property "
                   "'suspended' is true");
    }
}

static bool get_power_fail(Object *obj, Error **errp)
{
    return AVPS_POWER(obj)->power_fail;
}

static void set_power_fail_property(Object *obj, bool value, Error **errp)
{
    if (!qdev_is_realized(DEVICE(obj))) {
        error_setg(errp, "there is no supply yet that could fail: set "
                   "'power-fail' by QMP once the machine is there");
        return;
    }
    set_power_fail(AVPS_POWER(obj), value);
}

static const char *const watchdog_policies[] = {
    [AVPS_WATCHDOG_DEFAULT] = "default",
    [AVPS_WATCHDOG_RESET] = "reset",
    [AVPS_WATCHDOG_POWEROFF] = "poweroff",
    [AVPS_WATCHDOG_PAUSE] = "pause",
    [AVPS_WATCHDOG_NOTIFY] = "notify",
    NULL
};

static const QEnumLookup watchdog_policy_lookup = {
    .array = watchdog_policies,
    .size = ARRAY_SIZE(watchdog_policies) - 1,
};

static int get_watchdog_policy(Object *obj, Error **errp)
{
    return AVPS_POWER(obj)->watchdog_policy;
}

static void set_watchdog_policy(Object *obj, int value, Error **errp)
{
    AVPS_POWER(obj)->watchdog_policy = value;
}

/* --- Device --- */

/* A reset that nobody asked us for is the host's. */
static void power_reset_enter(Object *obj, ResetType type)
{
    AvpsPower *s = AVPS_POWER(obj);

    s->reset_reason = s->next_reset_reason;
    s->next_reset_reason = AVPS_RESET_HOST;
    s->suspended = false;
    qatomic_set(&s->sleepers, 0);
    memset(s->sleep, 0, sizeof(s->sleep));
    s->ctrl = AVPS_POWER_CTRL_FOLLOW;
    s->int_enable = R_INT_ENABLE_POWER_FAIL_MASK;
    s->gpio_enable = 0;
    memset(s->wake_enable, 0, sizeof(s->wake_enable));
    avps_power_forget_wake(s);
    if (!avps_power_keeps_cause(s)) {
        memset(s->scratch, 0, sizeof(s->scratch));
    }
    for (int core = 0; core < AVPS_MAX_CPUS; core++) {
        for (int state = 0; state < AVPS_NUM_STATES; state++) {
            s->stat[core][state] = (AvpsPowerStat) { .since = -1 };
        }
    }
}

/* A supply that fails does not recover by a reset. */
static void power_reset_hold(Object *obj, ResetType type)
{
    update_warning(AVPS_POWER(obj));
}

static void power_init(Object *obj)
{
    AvpsPower *s = AVPS_POWER(obj);
    SysBusDevice *sbd = SYS_BUS_DEVICE(obj);
    DeviceState *dev = DEVICE(obj);

    memory_region_init_io(&s->iomem, obj, &power_ops, s, TYPE_AVPS_POWER,
                          FRAME_SIZE);
    sysbus_init_mmio(sbd, &s->iomem);
    sysbus_init_irq(sbd, &s->warning);
    qdev_init_gpio_in_named(dev, ws1_changed, "ws1", AVPS_NUM_WATCHDOGS);
    qdev_init_gpio_in_named(dev, reset_requested, "reset", 1);
    qdev_init_gpio_in_named(dev, off_requested, "shutdown", 1);

    s->next_reset_reason = AVPS_RESET_POWER_ON;
    avps_psci_register(&s->smccc, s);
    avps_smccc_register_general(&s->smccc);
    avps_trng_register(&s->smccc);

    object_property_add_uint64_ptr(obj, "power-fail-delay",
                                   &s->power_fail_delay,
                                   OBJ_PROP_FLAG_READWRITE);
    object_property_add_uint32_ptr(obj, "watchdog-count", &s->watchdog_count,
                                   OBJ_PROP_FLAG_READ);
    object_property_add_uint32_ptr(obj, "suspend-count", &s->suspend_count,
                                   OBJ_PROP_FLAG_READ);
}

static void power_realize(DeviceState *dev, Error **errp)
{
    AvpsPower *s = AVPS_POWER(dev);

    if (!s->gic) {
        error_setg(errp, "avps-power needs its link 'gic'");
        return;
    }
    s->power_cut = timer_new_ns(QEMU_CLOCK_VIRTUAL, cut_power, s);
    avps_serve_system_wakeup(s);
    avps_watch_gic(s);
}

static void power_write_node(AvpsFdtNode *obj, AvpsFdt *fdt,
                             const AvpsMapRow *row)
{
    g_autofree char *path =
        avps_fdt_add_block(fdt, row, "system-controller",
                           AVPS_STRINGS("avps,power-controller-1.0"));

    avps_fdt_set_alias(fdt, row->name, path);
}

static const VMStateDescription vmstate_power_stat = {
    .name = "avps-power/stat",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_UINT64(count, AvpsPowerStat),
        VMSTATE_UINT64(ns, AvpsPowerStat),
        VMSTATE_INT64(since, AvpsPowerStat),
        VMSTATE_END_OF_LIST()
    }
};

static const VMStateDescription vmstate_power_sleep = {
    .name = "avps-power/sleep",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_BOOL(down, AvpsSleep),
        VMSTATE_UINT64(entry, AvpsSleep),
        VMSTATE_UINT64(context, AvpsSleep),
        VMSTATE_END_OF_LIST()
    }
};

static bool cores_are_sound(const AvpsPower *s)
{
    for (int core = 0; core < AVPS_MAX_CPUS; core++) {
        if (!qemu_get_cpu(core) &&
            (s->sleep[core].down || avps_power_is_asleep(s, core))) {
            return false;
        }
    }
    return s->suspended_core < AVPS_MAX_CPUS &&
           (!s->suspended || s->sleep[s->suspended_core].down);
}

static bool state_is_sound(void *opaque, int version_id)
{
    AvpsPower *s = opaque;

    return cores_are_sound(s) &&
           s->reset_reason < ARRAY_SIZE(reset_reasons) &&
           s->next_reset_reason < ARRAY_SIZE(reset_reasons);
}

static int power_post_load(void *opaque, int version_id)
{
    avps_power_resume_cores(opaque);
    return 0;
}

static const VMStateDescription vmstate_power = {
    .name = TYPE_AVPS_POWER,
    .version_id = 1,
    .minimum_version_id = 1,
    .post_load = power_post_load,
    .fields = (const VMStateField[]) {
        VMSTATE_UINT32(ctrl, AvpsPower),
        VMSTATE_UINT32(int_enable, AvpsPower),
        VMSTATE_UINT32(gpio_enable, AvpsPower),
        VMSTATE_UINT32_ARRAY(wake_enable, AvpsPower, AVPS_POWER_SPI_WORDS),
        VMSTATE_UINT32(wake_cause, AvpsPower),
        VMSTATE_UINT32(wake_gpio, AvpsPower),
        VMSTATE_UINT32_ARRAY(wake_reason, AvpsPower, AVPS_POWER_SPI_WORDS),
        VMSTATE_UINT32_ARRAY(scratch, AvpsPower, AVPS_POWER_SCRATCH),
        VMSTATE_UINT32(reset_reason, AvpsPower),
        VMSTATE_UINT32(next_reset_reason, AvpsPower),
        VMSTATE_UINT32(watchdog_count, AvpsPower),
        VMSTATE_UINT32(suspend_count, AvpsPower),
        VMSTATE_BOOL(power_fail, AvpsPower),
        VMSTATE_TIMER_PTR(power_cut, AvpsPower),
        VMSTATE_BOOL(suspended, AvpsPower),
        VMSTATE_UINT32(suspended_core, AvpsPower),
        VMSTATE_UINT32(sleepers, AvpsPower),
        VMSTATE_STRUCT_ARRAY(sleep, AvpsPower, AVPS_MAX_CPUS, 1,
                             vmstate_power_sleep, AvpsSleep),
        VMSTATE_STRUCT_2DARRAY(stat, AvpsPower, AVPS_MAX_CPUS,
                               AVPS_NUM_STATES, 1, vmstate_power_stat,
                               AvpsPowerStat),
        VMSTATE_VALIDATE("cores and reasons exist", state_is_sound),
        VMSTATE_END_OF_LIST()
    }
};

static const Property power_properties[] = {
    DEFINE_PROP_LINK("gic", AvpsPower, gic, TYPE_ARM_GICV3_COMMON,
                     GICv3State *),
};

static void power_class_init(ObjectClass *oc, AVPS_CLASS_DATA *data)
{
    DeviceClass *dc = DEVICE_CLASS(oc);
    ResettableClass *rc = RESETTABLE_CLASS(oc);

    dc->desc = "AVPS power controller";
    dc->realize = power_realize;
    dc->vmsd = &vmstate_power;
    device_class_set_props(dc, power_properties);
    rc->phases.enter = power_reset_enter;
    rc->phases.hold = power_reset_hold;
    AVPS_FDT_NODE_CLASS(oc)->write_node = power_write_node;

    object_class_property_add_str(oc, "reset-reason", get_reset_reason, NULL);
    object_class_property_set_description(oc, "reset-reason",
        "Why the SoC was reset last: power-on, software, warm, watchdog, "
        "watchdog-secure or host");
    object_class_property_add_str(oc, "wake-reason", get_wake_reason, NULL);
    object_class_property_set_description(oc, "wake-reason",
        "What woke the SoC last");
    object_class_property_add_bool(oc, "suspended", get_suspended, NULL);
    object_class_property_set_description(oc, "suspended",
        "The SoC is suspended to RAM");
    object_class_property_add_bool(oc, "wake", NULL, set_wake);
    object_class_property_set_description(oc, "wake",
        "Set to true to wake the SoC");
    object_class_property_add_bool(oc, "power-fail", get_power_fail,
                                   set_power_fail_property);
    object_class_property_set_description(oc, "power-fail",
        "The supply fails; after power-fail-delay ns the machine ends without "
        "flushing anything");
    object_class_property_add_enum(oc, "watchdog-action",
                                   "AvpsWatchdogPolicy",
                                   &watchdog_policy_lookup,
                                   get_watchdog_policy, set_watchdog_policy);
    object_class_property_set_description(oc, "watchdog-action",
        "What the end of a watchdog leads to: reset, poweroff, pause, notify, "
        "or what -action watchdog= says (default)");
}

static const TypeInfo power_info = {
    .name = TYPE_AVPS_POWER,
    .parent = TYPE_SYS_BUS_DEVICE,
    .instance_size = sizeof(AvpsPower),
    .instance_init = power_init,
    .class_init = power_class_init,
    .interfaces = AVPS_INTERFACES { { TYPE_AVPS_FDT_NODE }, { } },
};

static void power_register_types(void)
{
    type_register_static(&power_info);
}

type_init(power_register_types)
