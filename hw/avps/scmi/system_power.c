/*
 * avps-ecu: power of the whole system, by the system control processor
 *
 * Arm System Control and Management Interface (DEN0056) 3.2, section 4.4:
 * system power management protocol. A forceful request is carried out at once
 * by the power controller. A graceful one is passed on to the agents that
 * want to hear of it, whose operating systems then end by themselves.
 *
 * Choices that the specification leaves open:
 *  - A graceful request that nobody but its sender would hear of is carried
 *    out at once.
 *  - The host says how long a graceful request is waited for, and whether it
 *    is then carried out with force. The newest request counts.
 *  - A system is suspended by the core that is on last, with PSCI, which says
 *    where it goes on. So suspend can be asked for only gracefully.
 *  - The system that answers is on: power-up is not supported.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qemu/module.h"
#include "hw/avps/power/power.h"
#include "hw/avps/scmi/scmi_internal.h"
#include "cpu.h"
#include "migration/vmstate.h"
#include "target/arm/arm-powerctl.h"
#include "hw/avps/trace.h"

#define VERSION 0x20001

enum {
    SYSTEM_POWER_STATE_SET = 3,
    SYSTEM_POWER_STATE_GET = 4,
    SYSTEM_POWER_STATE_NOTIFY = 5,
};

/* Notification */
enum { SYSTEM_POWER_STATE_NOTIFIER = 0 };

/* Attributes of the message SYSTEM_POWER_STATE_SET */
FIELD(ATTRIBUTES, SUSPEND, 30, 1)
FIELD(ATTRIBUTES, WARM_RESET, 31, 1)

/* Flags of SYSTEM_POWER_STATE_SET and SYSTEM_POWER_STATE_NOTIFIER */
FIELD(SET, GRACEFUL, 0, 1)
#define SET_FLAGS R_SET_GRACEFUL_MASK

/* System states; from VENDOR_STATE on a vendor may add some */
enum {
    SHUTDOWN = 0,
    COLD_RESET = 1,
    WARM_RESET = 2,
    POWER_UP = 3,
    SUSPEND = 4,
    NUM_SYSTEM_STATES,
};
#define VENDOR_STATE BIT(31)

/* Nothing is pending: the system is on */
#define NOT_PENDING POWER_UP

#define TYPE_AVPS_SCMI_SYSTEM_POWER "avps-scmi-system"
OBJECT_DECLARE_SIMPLE_TYPE(AvpsScmiSystem, AVPS_SCMI_SYSTEM_POWER)

struct AvpsScmiSystem {
    AvpsScmiProtocol parent_obj;

    /* properties */
    uint32_t timeout_ms;    /* of a graceful request; 0: none */
    bool force;             /* carry it out then */

    /* private */
    uint32_t subscribers;
    uint32_t pending;       /* state that was asked for gracefully */
    uint32_t requester;     /* the agent that did */
    QEMUTimer *timeout;
};

/* --- Transitions --- */

static AvpsPower *power_controller(void)
{
    return AVPS_POWER(object_resolve_path_type("", TYPE_AVPS_POWER, NULL));
}

static void settle(AvpsScmiSystem *s)
{
    s->pending = NOT_PENDING;
    timer_del(s->timeout);
}

/* @agent is the one that caused it. Returns how many agents were told. */
static unsigned tell(AvpsScmiSystem *s, unsigned agent, uint32_t state,
                     bool graceful)
{
    uint32_t others = s->subscribers & ~BIT(agent);
    uint32_t words[] = {
        agent, graceful, state,
        graceful && state == SHUTDOWN ? s->timeout_ms : 0
    };
    unsigned listeners = 0;

    for (unsigned id = 1; id < AVPS_SCMI_NUM_AGENTS; id++) {
        listeners += others & BIT(id) &&
                     scmi_agent_has_p2a(s->parent_obj.scmi, id) &&
                     scmi_agent_permitted(&s->parent_obj, id,
                                          AVPS_SCMI_USED_BY(SYSTEM));
    }
    scmi_notify(&s->parent_obj, others, AVPS_SCMI_USED_BY(SYSTEM),
                SYSTEM_POWER_STATE_NOTIFIER, words, ARRAY_SIZE(words));
    return listeners;
}

static void enter_state(uint32_t state)
{
    switch (state) {
    case SHUTDOWN:
        avps_power_request_off();
        break;
    case COLD_RESET:
        avps_power_request_reset(power_controller(), AVPS_RESET_SOFTWARE);
        break;
    case WARM_RESET:
        avps_power_request_reset(power_controller(), AVPS_RESET_WARM);
        break;
    default:
        break;
    }
}

static void force_state(AvpsScmiSystem *s, unsigned agent, uint32_t state)
{
    trace_avps_scmi_system_force(state, agent);
    settle(s);
    tell(s, agent, state, false);
    enter_state(state);
}

/* The agent that asked may have lost its permission meanwhile. */
static bool still_permitted(AvpsScmiSystem *s)
{
    return s->requester == AVPS_SCMI_PLATFORM ||
           scmi_agent_permitted(&s->parent_obj, s->requester,
                                AVPS_SCMI_USED_BY(SYSTEM));
}

static void timed_out(void *opaque)
{
    AvpsScmiSystem *s = opaque;

    if (s->force && still_permitted(s)) {
        force_state(s, s->requester, s->pending);
    } else {
        settle(s);
    }
}

/* False: there is nobody to ask. A suspend has no end to wait for. */
static bool ask(AvpsScmiSystem *s, unsigned agent, uint32_t state)
{
    int64_t now = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);

    if (!tell(s, agent, state, true)) {
        return false;
    }
    trace_avps_scmi_system_ask(state, agent, s->timeout_ms);
    settle(s);
    if (state == SUSPEND) {
        return true;
    }
    s->pending = state;
    s->requester = agent;
    if (s->timeout_ms) {
        timer_mod_ns(s->timeout, now + (int64_t)s->timeout_ms * SCALE_MS);
    }
    return true;
}

/* --- Messages --- */

static void system_attributes(AvpsScmiCall *call)
{
    scmi_put(call, 0);      /* all reserved */
}

static uint32_t system_message_attributes(AvpsScmiProtocol *protocol,
                                          unsigned agent, unsigned message)
{
    return message == SYSTEM_POWER_STATE_SET
        ? R_ATTRIBUTES_SUSPEND_MASK | R_ATTRIBUTES_WARM_RESET_MASK : 0;
}

static bool permitted(const AvpsScmiCall *call)
{
    return scmi_permitted(call, AVPS_SCMI_USED_BY(SYSTEM));
}

static bool another_core_is_on(void)
{
    AvpsPower *power = power_controller();
    unsigned on = 0;
    CPUState *cpu;

    CPU_FOREACH(cpu) {
        on += avps_power_core_state(power, ARM_CPU(cpu)) != PSCI_OFF;
    }
    return on > 1;
}

/* SCMI_SUCCESS: @state is one that may be asked for (4.4.2.4) */
static int32_t check_state(uint32_t state, bool graceful)
{
    if (state >= NUM_SYSTEM_STATES) {
        return state >= VENDOR_STATE ? SCMI_NOT_SUPPORTED
                                     : SCMI_INVALID_PARAMETERS;
    }
    if (state == POWER_UP) {
        return SCMI_NOT_SUPPORTED;
    }
    if (state == SUSPEND && !graceful) {
        return another_core_is_on() ? SCMI_DENIED : SCMI_NOT_SUPPORTED;
    }
    return SCMI_SUCCESS;
}

static int32_t system_power_state_set(AvpsScmiCall *call)
{
    AvpsScmiSystem *s = AVPS_SCMI_SYSTEM_POWER(call->protocol);
    uint32_t flags = call->arg[0], state = call->arg[1];
    bool graceful = flags & R_SET_GRACEFUL_MASK;
    int32_t status;

    if (!permitted(call)) {
        return SCMI_DENIED;
    }
    if (flags & ~SET_FLAGS) {
        return SCMI_INVALID_PARAMETERS;
    }
    status = check_state(state, graceful);
    if (status) {
        return status;
    }
    if (graceful && ask(s, call->agent, state)) {
        return SCMI_SUCCESS;
    }
    if (state == SUSPEND) {
        return SCMI_NOT_SUPPORTED;
    }
    force_state(s, call->agent, state);
    return SCMI_SUCCESS;
}

static int32_t system_power_state_get(AvpsScmiCall *call)
{
    if (!permitted(call)) {
        return SCMI_DENIED;
    }
    scmi_put(call, POWER_UP);
    return SCMI_SUCCESS;
}

static int32_t system_power_state_notify(AvpsScmiCall *call)
{
    AvpsScmiSystem *s = AVPS_SCMI_SYSTEM_POWER(call->protocol);

    return permitted(call)
        ? scmi_subscribe(call, &s->subscribers, call->arg[0]) : SCMI_DENIED;
}

static const AvpsScmiMessage system_messages[] = {
    [SYSTEM_POWER_STATE_SET] = { system_power_state_set, SCMI_ARGS(2) },
    [SYSTEM_POWER_STATE_GET] = { system_power_state_get, SCMI_ARGS(0) },
    [SYSTEM_POWER_STATE_NOTIFY] = {
        system_power_state_notify, SCMI_ARGS(1), true
    },
};

static void system_forget(AvpsScmiProtocol *protocol, unsigned agent)
{
    AvpsScmiSystem *s = AVPS_SCMI_SYSTEM_POWER(protocol);

    s->subscribers &= ~BIT(agent);
    if (s->requester == agent) {
        settle(s);
    }
}

/* --- The host's side --- */

static const char *const state_names[NUM_SYSTEM_STATES] = {
    [SHUTDOWN] = "shutdown",
    [COLD_RESET] = "cold-reset",
    [WARM_RESET] = "warm-reset",
    [NOT_PENDING] = "none",
    [SUSPEND] = "suspend",
};

static char *get_request(Object *obj, Error **errp)
{
    return g_strdup(state_names[AVPS_SCMI_SYSTEM_POWER(obj)->pending]);
}

static void set_request(Object *obj, const char *value, Error **errp)
{
    AvpsScmiSystem *s = AVPS_SCMI_SYSTEM_POWER(obj);
    uint32_t state = 0;

    while (state < NUM_SYSTEM_STATES && strcmp(state_names[state], value)) {
        state++;
    }
    if (state == NUM_SYSTEM_STATES) {
        error_setg(errp, "'%s' is no request: set 'request' to shutdown, "
                   "cold-reset, warm-reset or suspend, or to none to take the "
                   "one that is pending back", value);
    } else if (state == NOT_PENDING) {
        settle(s);
    } else if (!ask(s, AVPS_SCMI_PLATFORM, state)) {
        error_setg(errp, "no agent listens to requests: wait until an "
                   "operating system has asked for notifications of system "
                   "power, or use QMP's system_powerdown");
    }
}

static bool get_force(Object *obj, Error **errp)
{
    return AVPS_SCMI_SYSTEM_POWER(obj)->force;
}

static void set_force(Object *obj, bool value, Error **errp)
{
    AVPS_SCMI_SYSTEM_POWER(obj)->force = value;
}

/* --- Protocol --- */

static void system_reset_hold(Object *obj, ResetType type)
{
    AvpsScmiSystem *s = AVPS_SCMI_SYSTEM_POWER(obj);

    settle(s);
    s->requester = AVPS_SCMI_PLATFORM;
    s->subscribers = 0;
}

static void system_init(Object *obj)
{
    AvpsScmiSystem *s = AVPS_SCMI_SYSTEM_POWER(obj);

    s->pending = NOT_PENDING;
    s->force = true;
    s->timeout = timer_new_ns(QEMU_CLOCK_VIRTUAL, timed_out, s);
    object_property_add_uint32_ptr(obj, "timeout-ms", &s->timeout_ms,
                                   OBJ_PROP_FLAG_READWRITE);
}

static void system_finalize(Object *obj)
{
    timer_free(AVPS_SCMI_SYSTEM_POWER(obj)->timeout);
}

static bool state_is_sound(void *opaque, int version_id)
{
    AvpsScmiSystem *s = opaque;

    return s->pending <= NOT_PENDING && s->requester < AVPS_SCMI_NUM_AGENTS;
}

static const VMStateDescription vmstate_system = {
    .name = TYPE_AVPS_SCMI_SYSTEM_POWER,
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_UINT32(timeout_ms, AvpsScmiSystem),
        VMSTATE_BOOL(force, AvpsScmiSystem),
        VMSTATE_UINT32(subscribers, AvpsScmiSystem),
        VMSTATE_UINT32(pending, AvpsScmiSystem),
        VMSTATE_UINT32(requester, AvpsScmiSystem),
        VMSTATE_TIMER_PTR(timeout, AvpsScmiSystem),
        VMSTATE_VALIDATE("state and agent exist", state_is_sound),
        VMSTATE_END_OF_LIST()
    }
};

static void system_class_init(ObjectClass *oc, AVPS_CLASS_DATA *data)
{
    DeviceClass *dc = DEVICE_CLASS(oc);
    ResettableClass *rc = RESETTABLE_CLASS(oc);
    AvpsScmiProtocolClass *apc = AVPS_SCMI_PROTOCOL_CLASS(oc);

    dc->desc = "SCMI system power";
    dc->vmsd = &vmstate_system;
    rc->phases.hold = system_reset_hold;
    apc->id = SCMI_SYSTEM_POWER;
    apc->version = VERSION;
    apc->messages = system_messages;
    apc->num_messages = ARRAY_SIZE(system_messages);
    apc->attributes = system_attributes;
    apc->message_attributes = system_message_attributes;
    apc->forget = system_forget;

    object_class_property_add_str(oc, "request", get_request, set_request);
    object_class_property_set_description(oc, "request",
        "Ask the agents to end gracefully: shutdown, cold-reset, warm-reset "
        "or suspend; none takes a pending request back");
    object_class_property_add_bool(oc, "force", get_force, set_force);
    object_class_property_set_description(oc, "force",
        "carry a graceful request out with force after timeout-ms");
}

static const TypeInfo system_types[] = {
    {
        .name = TYPE_AVPS_SCMI_SYSTEM_POWER,
        .parent = TYPE_AVPS_SCMI_PROTOCOL,
        .instance_size = sizeof(AvpsScmiSystem),
        .instance_init = system_init,
        .instance_finalize = system_finalize,
        .class_init = system_class_init,
    },
};

DEFINE_TYPES(system_types)
