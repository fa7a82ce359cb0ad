/*
 * avps-ecu: faults of the system control processor, made by the host
 *
 * A test bench writes rules to the property "inject": which commands meet a
 * fault, by agent, protocol and message, and what happens to them. The first
 * rule that fits counts.
 *
 *   qom-set /machine/soc/scmi inject agent=1,protocol=0x14,message=5,do=busy
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qemu/cutils.h"
#include "qobject/qdict.h"
#include "qemu/keyval.h"
#include "hw/avps/scmi/platform.h"

#define MAX_FAULTS 64
#define DEFAULT_DELAY_NS (1 * SCALE_MS)
/* Longer than any driver waits, and far from where a sum overflows */
#define MAX_DELAY_NS (1000 * NANOSECONDS_PER_SECOND)
#define NOISE_SEED 0x41565053

/* The words for "do=" */
static const struct {
    const char *name;
    AvpsScmiFaultKind kind;
    int32_t status;
} deeds[] = {
    { "deny", SCMI_FAULT_STATUS, SCMI_DENIED },
    { "busy", SCMI_FAULT_STATUS, SCMI_BUSY },
    { "comms-error", SCMI_FAULT_STATUS, SCMI_COMMS_ERROR },
    { "generic-error", SCMI_FAULT_STATUS, SCMI_GENERIC_ERROR },
    { "hardware-error", SCMI_FAULT_STATUS, SCMI_HARDWARE_ERROR },
    { "protocol-error", SCMI_FAULT_STATUS, SCMI_PROTOCOL_ERROR },
    { "garbage", SCMI_FAULT_GARBAGE, 0 },
    { "delay", SCMI_FAULT_DELAY, 0 },
    { "timeout", SCMI_FAULT_TIMEOUT, 0 },
};

static const char *deed_name(const AvpsScmiFault *fault)
{
    for (int i = 0; i < ARRAY_SIZE(deeds); i++) {
        if (deeds[i].kind == fault->kind && deeds[i].status == fault->status) {
            return deeds[i].name;
        }
    }
    return "?";
}

/* --- Meeting one --- */

static bool concerns(int wanted, unsigned actual)
{
    return wanted == SCMI_FAULT_ANY || wanted == actual;
}

static void forget(AvpsScmiFaults *faults, AvpsScmiFault *fault)
{
    QTAILQ_REMOVE(&faults->list, fault, next);
    faults->num--;
    g_free(fault);
}

bool scmi_fault_meet(AvpsScmiFaults *faults, unsigned agent,
                     unsigned protocol, unsigned message,
                     AvpsScmiFault *met)
{
    AvpsScmiFault *fault;

    QTAILQ_FOREACH(fault, &faults->list, next) {
        if (!concerns(fault->agent, agent) ||
            !concerns(fault->protocol, protocol) ||
            !concerns(fault->message, message)) {
            continue;
        }
        *met = *fault;
        if (fault->count && --fault->count == 0) {
            forget(faults, fault);
        }
        return true;
    }
    return false;
}

void scmi_fault_noise(AvpsScmiFaults *faults, void *bytes, size_t length)
{
    uint8_t *byte = bytes;

    for (size_t i = 0; i < length; i++) {
        /* A linear congruential generator's upper bits are its good ones */
        faults->noise = faults->noise * 1664525 + 1013904223;
        byte[i] = faults->noise >> 24;
    }
}

/* --- Making one --- */

static bool read_number(const QDict *dict, const char *key, uint64_t max,
                        uint64_t *value, Error **errp)
{
    const char *text = qdict_get_try_str(dict, key);

    if (text && (qemu_strtou64(text, NULL, 0, value) || *value > max)) {
        error_setg(errp, "'%s=%s': give a number from 0 to %" PRIu64, key,
                   text, max);
        return false;
    }
    return true;
}

static bool read_filter(const QDict *dict, const char *key, unsigned max,
                        int *filter, Error **errp)
{
    uint64_t value = 0;

    *filter = SCMI_FAULT_ANY;
    if (!qdict_haskey(dict, key)) {
        return true;
    }
    if (!read_number(dict, key, max, &value, errp)) {
        return false;
    }
    *filter = value;
    return true;
}

static bool read_deed(const QDict *dict, AvpsScmiFault *fault, Error **errp)
{
    const char *name = qdict_get_try_str(dict, "do");

    for (int i = 0; name && i < ARRAY_SIZE(deeds); i++) {
        if (!strcmp(name, deeds[i].name)) {
            fault->kind = deeds[i].kind;
            fault->status = deeds[i].status;
            return true;
        }
    }
    error_setg(errp, "'do=%s' is no fault: use deny, busy, comms-error, "
               "generic-error, hardware-error, protocol-error, garbage, delay "
               "or timeout", name ? name : "");
    return false;
}

static bool check_keys(const QDict *dict, Error **errp)
{
    static const char *const keys[] = {
        "agent", "protocol", "message", "do", "delay-ns", "count",
    };

    for (const QDictEntry *entry = qdict_first(dict); entry;
         entry = qdict_next(dict, entry)) {
        bool known = false;

        for (int i = 0; i < ARRAY_SIZE(keys); i++) {
            known |= !strcmp(qdict_entry_key(entry), keys[i]);
        }
        if (!known || !qobject_to(QString, qdict_entry_value(entry))) {
            error_setg(errp, "'%s' is no part of a fault: use agent, "
                       "protocol, message, do, delay-ns and count",
                       qdict_entry_key(entry));
            return false;
        }
    }
    return true;
}

static bool read_fault(const char *text, AvpsScmiFault *fault, Error **errp)
{
    g_autoptr(QDict) dict = keyval_parse(text, NULL, NULL, errp);
    uint64_t delay_ns = DEFAULT_DELAY_NS;

    if (!dict || !check_keys(dict, errp) ||
        !read_filter(dict, "agent", AVPS_SCMI_NUM_AGENTS - 1, &fault->agent,
                     errp) ||
        !read_filter(dict, "protocol", UINT8_MAX, &fault->protocol, errp) ||
        !read_filter(dict, "message", UINT8_MAX, &fault->message, errp) ||
        !read_deed(dict, fault, errp) ||
        !read_number(dict, "delay-ns", MAX_DELAY_NS, &delay_ns, errp) ||
        !read_number(dict, "count", UINT64_MAX, &fault->count, errp)) {
        return false;
    }
    fault->delay_ns = delay_ns;
    return true;
}

static void set_inject(Object *obj, const char *text, Error **errp)
{
    AvpsScmiFaults *faults = &AVPS_SCMI(obj)->faults;
    AvpsScmiFault fault = { 0 };

    if (faults->num == MAX_FAULTS) {
        error_setg(errp, "There are %d faults already: write \"\" to "
                   "\"faults\" to clear them", MAX_FAULTS);
        return;
    }
    if (read_fault(text, &fault, errp)) {
        AvpsScmiFault *copy = g_memdup2(&fault, sizeof(fault));

        QTAILQ_INSERT_TAIL(&faults->list, copy, next);
        faults->num++;
    }
}

/* --- The list --- */

static void append_filter(GString *text, const char *key, int filter)
{
    if (filter != SCMI_FAULT_ANY) {
        g_string_append_printf(text, "%s=0x%x,", key, filter);
    }
}

static char *get_faults(Object *obj, Error **errp)
{
    GString *text = g_string_new(NULL);
    AvpsScmiFault *fault;

    QTAILQ_FOREACH(fault, &AVPS_SCMI(obj)->faults.list, next) {
        append_filter(text, "agent", fault->agent);
        append_filter(text, "protocol", fault->protocol);
        append_filter(text, "message", fault->message);
        g_string_append_printf(text, "do=%s", deed_name(fault));
        if (fault->kind == SCMI_FAULT_DELAY) {
            g_string_append_printf(text, ",delay-ns=%" PRId64,
                                   fault->delay_ns);
        }
        if (fault->count) {
            g_string_append_printf(text, ",count=%" PRIu64, fault->count);
        }
        g_string_append_c(text, '\n');
    }
    return g_string_free(text, false);
}

static void set_faults(Object *obj, const char *text, Error **errp)
{
    if (*text) {
        error_setg(errp, "\"faults\" can only be cleared, by writing \"\": "
                   "add one by \"inject\"");
        return;
    }
    scmi_faults_clear(&AVPS_SCMI(obj)->faults);
}

void scmi_faults_clear(AvpsScmiFaults *faults)
{
    while (!QTAILQ_EMPTY(&faults->list)) {
        forget(faults, QTAILQ_FIRST(&faults->list));
    }
}

void scmi_faults_init(Object *scmi, AvpsScmiFaults *faults)
{
    QTAILQ_INIT(&faults->list);
    faults->noise = NOISE_SEED;
    object_property_add_str(scmi, "inject", NULL, set_inject);
    object_property_set_description(scmi, "inject",
        "a fault that commands meet from now on");
    object_property_add_str(scmi, "faults", get_faults, set_faults);
    object_property_set_description(scmi, "faults",
        "the faults that are set, a line each; write \"\" to clear them");
}
