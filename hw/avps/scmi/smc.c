/*
 * avps-ecu: SCMI by SMC calls
 *
 * Arm System Control and Management Interface (DEN0056) 3.2, section 5.1:
 * messages in shared memory; Arm SMC Calling Convention (DEN0028) 1.2: the
 * doorbell is a call. Linux calls the transport "arm,scmi-smc".
 *
 * The response is there when the call returns. There are no notifications and
 * no delayed responses: nothing can tell the agent of them.
 *
 * Choices that these leave open:
 *  - The call has no parameters, and returns 0.
 *  - A call without a message (the shared memory is free) does nothing.
 *  - When the host holds a response back, the call returns nevertheless. The
 *    channel is free when the response has come: an agent can poll it. A call
 *    before that does nothing.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qemu/log.h"
#include "qemu/module.h"
#include "hw/avps/scmi/smc.h"
#include "hw/qdev-properties.h"
#include "migration/vmstate.h"
#include "hw/avps/trace.h"

#define SUCCESS 0

static void respond(void *opaque, const void *message, size_t length)
{
    AvpsScmiSmc *s = opaque;

    trace_avps_scmi_smc_response(length);
    avps_scmi_shmem_respond(&s->shmem, AVPS_SCMI_AREA_A2P, message, length);
}

static void drop(void *opaque)
{
    respond(opaque, NULL, 0);
}

static const AvpsScmiChannelOps channel_ops = {
    .respond = respond,
    .drop = drop,
    .at_once = true,
};

static void take_command(AvpsScmiSmc *s)
{
    AvpsScmiMail mail;

    if (!avps_scmi_shmem_read(&s->shmem, AVPS_SCMI_AREA_A2P, &mail)) {
        qemu_log_mask(LOG_GUEST_ERROR, "avps-scmi-smc: a call, but the "
                      "channel is free\n");
        return;
    }
    trace_avps_scmi_smc_call(mail.length);
    avps_scmi_submit(s->scmi, AVPS_SCMI_AGENT_SMC, mail.message, mail.length);
}

static bool handle_call(void *opaque, AvpsSmcccCall *call)
{
    AvpsScmiSmc *s = opaque;

    if (!avps_scmi_busy(s->scmi, AVPS_SCMI_AGENT_SMC)) {
        take_command(s);
    }
    call->result[0] = SUCCESS;
    return true;
}

/* --- Device --- */

static void smc_reset_enter(Object *obj, ResetType type)
{
    avps_scmi_flush(AVPS_SCMI_SMC(obj)->scmi, AVPS_SCMI_AGENT_SMC);
}

static void smc_reset_hold(Object *obj, ResetType type)
{
    avps_scmi_shmem_reset(&AVPS_SCMI_SMC(obj)->shmem, AVPS_SCMI_AREA_A2P);
}

static void smc_init(Object *obj)
{
    AvpsScmiSmc *s = AVPS_SCMI_SMC(obj);

    memory_region_init(&s->page, obj, "avps-scmi-smc.page", AVPS_PAGE);
    sysbus_init_mmio(SYS_BUS_DEVICE(s), &s->page);
}

static void smc_realize(DeviceState *dev, Error **errp)
{
    AvpsScmiSmc *s = AVPS_SCMI_SMC(dev);

    if (!s->scmi || !s->power) {
        error_setg(errp, "avps-scmi-smc has no platform or no caller: set its "
                   "links 'scmi' and 'power'");
        return;
    }
    if (!avps_scmi_shmem_create(&s->shmem, OBJECT(s), "avps.scmi-smc",
                                AVPS_PAGE, errp) ||
        !avps_scmi_open(s->scmi, AVPS_SCMI_AGENT_SMC, &channel_ops, s, errp)) {
        return;
    }
    memory_region_add_subregion(&s->page, 0, &s->shmem.ram);
    avps_smccc_register(&s->power->smccc, AVPS_SCMI_SMC_FUNCTION,
                        AVPS_SCMI_SMC_FUNCTION, handle_call, s);
}

static void smc_write_node(AvpsFdtNode *obj, AvpsFdt *fdt,
                           const AvpsMapRow *row)
{
    g_autofree char *path = avps_scmi_shmem_write_node(fdt, row->base,
                                                       row->size);

    avps_scmi_shmem_write_area(fdt, path, AVPS_SCMI_AREA_A2P,
                               fdt->scmi_smc_shmem);
}

static const Property smc_properties[] = {
    DEFINE_PROP_LINK("scmi", AvpsScmiSmc, scmi, TYPE_AVPS_SCMI, AvpsScmi *),
    DEFINE_PROP_LINK("power", AvpsScmiSmc, power, TYPE_AVPS_POWER,
                     AvpsPower *),
};

static void smc_class_init(ObjectClass *oc, AVPS_CLASS_DATA *data)
{
    DeviceClass *dc = DEVICE_CLASS(oc);
    ResettableClass *rc = RESETTABLE_CLASS(oc);

    dc->desc = "SCMI agent's channel by SMC calls";
    dc->realize = smc_realize;
    /* A page of the memory map is its own */
    dc->user_creatable = false;
    device_class_set_props(dc, smc_properties);
    rc->phases.enter = smc_reset_enter;
    rc->phases.hold = smc_reset_hold;
    AVPS_FDT_NODE_CLASS(oc)->write_node = smc_write_node;
}

static const TypeInfo smc_info = {
    .name = TYPE_AVPS_SCMI_SMC,
    .parent = TYPE_SYS_BUS_DEVICE,
    .instance_size = sizeof(AvpsScmiSmc),
    .instance_init = smc_init,
    .class_init = smc_class_init,
    .interfaces = AVPS_INTERFACES { { TYPE_AVPS_FDT_NODE }, { } },
};

static void smc_register_types(void)
{
    type_register_static(&smc_info);
}

type_init(smc_register_types)
