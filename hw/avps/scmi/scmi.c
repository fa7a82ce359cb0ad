/*
 * avps-ecu: the system control processor
 *
 * Arm System Control and Management Interface (DEN0056) 3.2. This file is the
 * device: agents, protocols and gates are its children, and it resets and
 * migrates with them. The messages are in engine.c, one protocol in each file
 * named after it, and what they control in resources.c.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qemu/module.h"
#include "hw/avps/scmi/platform.h"
#include "migration/vmstate.h"

/* Children by the names that the host finds them under */
static const struct {
    const char *name;
    const char *type;
} protocols[] = {
    { "base", "avps-scmi-base" },
    { "power", "avps-scmi-power" },
    { "system", "avps-scmi-system" },
    { "performance", "avps-scmi-performance" },
    { "clock", "avps-scmi-clock" },
    { "sensor", "avps-scmi-sensor" },
    { "reset", "avps-scmi-reset" },
    { "voltage", "avps-scmi-voltage" },
    { "pins", "avps-scmi-pins" },
    { "powercap", "avps-scmi-powercap" },
};

/* --- Channels --- */

bool avps_scmi_open(AvpsScmi *scmi, unsigned id,
                    const AvpsScmiChannelOps *ops, void *opaque,
                    Error **errp)
{
    AvpsScmiAgent *agent = &scmi->agent[id];

    if (agent->ops) {
        error_setg(errp, "SCMI agent %u has a channel already: choose another "
                   "by the option \"agent\"", id);
        return false;
    }
    agent->ops = ops;
    agent->opaque = opaque;
    return true;
}

void avps_scmi_flush(AvpsScmi *scmi, unsigned id)
{
    scmi_engine_flush(&scmi->agent[id]);
}

void avps_scmi_close(AvpsScmi *scmi, unsigned id)
{
    avps_scmi_flush(scmi, id);
    scmi->agent[id].ops = NULL;
    scmi->agent[id].opaque = NULL;
}

/* --- Devices --- */

static int device_of_block(const char *block)
{
    for (int device = 0; device < AVPS_SCMI_NUM_DEVICES; device++) {
        if (!g_strcmp0(avps_scmi_devices[device].block, block)) {
            return device;
        }
    }
    return -1;
}

void avps_scmi_guard(AvpsScmi *scmi, const char *block, SysBusDevice *dev)
{
    int device = device_of_block(block);

    if (device >= 0) {
        g_autofree char *name = g_strdup_printf("gate-%s", block);

        scmi->gate[device] = avps_gate_create(OBJECT(scmi), name, dev);
    }
}

/* The worst that any protocol has for @device counts. */
static AvpsScmiSupply supply_of(AvpsScmi *scmi, AvpsScmiDevice device)
{
    AvpsScmiSupply worst = AVPS_SCMI_RUNNING;

    for (int i = 0; i < SCMI_NUM_PROTOCOLS; i++) {
        AvpsScmiProtocol *protocol = scmi->protocol[i];

        if (protocol && AVPS_SCMI_PROTOCOL_GET_CLASS(protocol)->supply) {
            AvpsScmiSupply supply =
                AVPS_SCMI_PROTOCOL_GET_CLASS(protocol)->supply(protocol,
                                                               device);

            worst = MAX(worst, supply);
        }
    }
    return worst;
}

void scmi_update_devices(AvpsScmi *scmi, uint32_t devices)
{
    for (int device = 0; device < AVPS_SCMI_NUM_DEVICES; device++) {
        if (devices & BIT(device) && scmi->gate[device] &&
            avps_gate_set(scmi->gate[device], supply_of(scmi, device))) {
            scmi_reset_devices(scmi, BIT(device));
        }
    }
}

/*
 * The command may come from the block itself, by DMA to a mailbox: the block
 * is reset when no device is at work, from a timer.
 */
void scmi_reset_devices(AvpsScmi *scmi, uint32_t devices)
{
    for (int device = 0; device < AVPS_SCMI_NUM_DEVICES; device++) {
        if (devices & BIT(device) && scmi->gate[device]) {
            scmi->resets |= BIT(device);
        }
    }
    if (scmi->resets) {
        timer_mod(scmi->reset_timer, qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL));
    }
}

static void forget_resets(AvpsScmi *scmi)
{
    scmi->resets = 0;
    timer_del(scmi->reset_timer);
}

void scmi_carry_out_resets(AvpsScmi *scmi)
{
    uint32_t devices = scmi->resets;

    forget_resets(scmi);
    for (int device = 0; device < AVPS_SCMI_NUM_DEVICES; device++) {
        if (devices & BIT(device) && scmi->gate[device]) {
            avps_gate_reset_block(scmi->gate[device]);
        }
    }
}

static void resets_are_due(void *opaque)
{
    scmi_carry_out_resets(opaque);
}

/* --- The device --- */

static void add_protocol(AvpsScmi *scmi, const char *name, const char *type)
{
    AvpsScmiProtocol *protocol = AVPS_SCMI_PROTOCOL(object_new(type));
    unsigned id = AVPS_SCMI_PROTOCOL_GET_CLASS(protocol)->id;
    unsigned index = id - SCMI_FIRST_PROTOCOL;

    object_property_add_child(OBJECT(scmi), name, OBJECT(protocol));
    object_unref(OBJECT(protocol));
    protocol->scmi = scmi;
    scmi->protocol[index] = protocol;
    scmi->devices[index] = avps_scmi_devices_of_protocol(id);
}

static void avps_scmi_init(Object *obj)
{
    AvpsScmi *scmi = AVPS_SCMI(obj);

    scmi_faults_init(obj, &scmi->faults);
    scmi->reset_timer = timer_new_ns(QEMU_CLOCK_VIRTUAL, resets_are_due, scmi);
    for (int id = 0; id < AVPS_SCMI_NUM_AGENTS; id++) {
        scmi_agent_init(scmi, id);
    }
    for (int i = 0; i < ARRAY_SIZE(protocols); i++) {
        add_protocol(scmi, protocols[i].name, protocols[i].type);
    }
}

static void avps_scmi_finalize(Object *obj)
{
    AvpsScmi *scmi = AVPS_SCMI(obj);

    scmi_faults_clear(&scmi->faults);
    timer_free(scmi->reset_timer);
    for (int id = 0; id < AVPS_SCMI_NUM_AGENTS; id++) {
        scmi_agent_finalize(&scmi->agent[id]);
    }
}

static void avps_scmi_realize(DeviceState *dev, Error **errp)
{
    AvpsScmi *scmi = AVPS_SCMI(dev);

    for (int i = 0; i < SCMI_NUM_PROTOCOLS; i++) {
        if (scmi->protocol[i] &&
            !qdev_realize(DEVICE(scmi->protocol[i]), NULL, errp)) {
            return;
        }
    }
}

/*
 * Its children are on no bus: nobody else resets them. All of them enter reset
 * before one goes on, because some ask each other.
 */
static void avps_scmi_reset_children(Object *obj, ResettableChildCallback cb,
                                     void *opaque, ResetType type)
{
    AvpsScmi *scmi = AVPS_SCMI(obj);

    for (int i = 0; i < SCMI_NUM_PROTOCOLS; i++) {
        if (scmi->protocol[i]) {
            cb(OBJECT(scmi->protocol[i]), opaque, type);
        }
    }
    for (int device = 0; device < AVPS_SCMI_NUM_DEVICES; device++) {
        if (scmi->gate[device]) {
            cb(OBJECT(scmi->gate[device]), opaque, type);
        }
    }
}

static void avps_scmi_reset_enter(Object *obj, ResetType type)
{
    AvpsScmi *scmi = AVPS_SCMI(obj);

    forget_resets(scmi);
    for (int id = 0; id < AVPS_SCMI_NUM_AGENTS; id++) {
        scmi_agent_reset(&scmi->agent[id]);
    }
}

static int avps_scmi_post_load(void *opaque, int version_id)
{
    /* Those that were to be carried out when the state was saved */
    scmi_reset_devices(opaque, 0);
    return 0;
}

static const VMStateDescription vmstate_avps_scmi = {
    .name = TYPE_AVPS_SCMI,
    .version_id = 1,
    .minimum_version_id = 1,
    .post_load = avps_scmi_post_load,
    .fields = (const VMStateField[]) {
        VMSTATE_STRUCT_ARRAY(agent, AvpsScmi, AVPS_SCMI_NUM_AGENTS, 1,
                             vmstate_avps_scmi_agent, AvpsScmiAgent),
        VMSTATE_UINT32(faults.noise, AvpsScmi),
        VMSTATE_UINT32(resets, AvpsScmi),
        VMSTATE_END_OF_LIST()
    },
};

static void avps_scmi_class_init(ObjectClass *oc, AVPS_CLASS_DATA *data)
{
    DeviceClass *dc = DEVICE_CLASS(oc);
    ResettableClass *rc = RESETTABLE_CLASS(oc);

    dc->desc = "System control processor (SCMI 3.2)";
    dc->realize = avps_scmi_realize;
    dc->vmsd = &vmstate_avps_scmi;
    dc->user_creatable = false;
    rc->phases.enter = avps_scmi_reset_enter;
    rc->child_foreach = avps_scmi_reset_children;
}

/* Protocols are nothing without their platform. */
static void avps_scmi_protocol_class_init(ObjectClass *oc,
                                          AVPS_CLASS_DATA *data)
{
    DEVICE_CLASS(oc)->user_creatable = false;
}

static const TypeInfo avps_scmi_infos[] = {
    {
        .name = TYPE_AVPS_SCMI,
        .parent = TYPE_SYS_BUS_DEVICE,
        .instance_size = sizeof(AvpsScmi),
        .instance_init = avps_scmi_init,
        .instance_finalize = avps_scmi_finalize,
        .class_init = avps_scmi_class_init,
    }, {
        .name = TYPE_AVPS_SCMI_PROTOCOL,
        .parent = TYPE_DEVICE,
        .abstract = true,
        .instance_size = sizeof(AvpsScmiProtocol),
        .class_size = sizeof(AvpsScmiProtocolClass),
        .class_init = avps_scmi_protocol_class_init,
    },
};

DEFINE_TYPES(avps_scmi_infos)
