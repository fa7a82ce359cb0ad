/*
 * avps-ecu: what the host sees of a domain of the system control processor
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/module.h"
#include "hw/avps/scmi/domain.h"
#include "hw/avps/scmi/platform.h"

void scmi_add_domain(AvpsScmiProtocol *protocol, const char *type,
                     const char *name, unsigned id)
{
    Object *obj = object_new(type);
    AvpsScmiDomain *domain = AVPS_SCMI_DOMAIN(obj);

    domain->protocol = protocol;
    domain->id = id;
    object_property_add_child(OBJECT(protocol), name, obj);
    object_unref(obj);
}

char *scmi_name_agents(uint32_t agents)
{
    GString *names = g_string_new(NULL);

    for (unsigned id = 0; id < AVPS_SCMI_NUM_AGENTS; id++) {
        if (agents & BIT(id)) {
            g_string_append_printf(names, "%s%s", names->len ? "," : "",
                                   scmi_agent_name(id));
        }
    }
    return g_string_free(names, false);
}

void scmi_cast_vote(const AvpsScmiCall *call, uint32_t devices,
                    AvpsScmiVotes *votes, bool on)
{
    AvpsScmiVotes boot = *votes & BIT(AVPS_SCMI_PLATFORM);

    scmi_vote(votes, call->agent, on);
    if (!scmi_permitted_all(call, devices)) {
        *votes |= boot;
    }
}

void scmi_put_extended_name(AvpsScmiCall *call, const char *name)
{
    scmi_put(call, 0);      /* flags, all reserved */
    scmi_put_name(call, name, SCMI_EXTENDED_NAME_WORDS);
}

bool scmi_name_is_extended(const char *name)
{
    return strlen(name) >= SCMI_NAME_WORDS * 4;
}

static const TypeInfo domain_info = {
    .name = TYPE_AVPS_SCMI_DOMAIN,
    .parent = TYPE_OBJECT,
    .instance_size = sizeof(AvpsScmiDomain),
    .abstract = true,
};

static void domain_register_types(void)
{
    type_register_static(&domain_info);
}

type_init(domain_register_types)
