/*
 * avps-ecu: what the host sees of a domain of the system control processor
 *
 * Each row of a protocol's table is an object for the host, a child of the
 * protocol by the row's name: /machine/soc/scmi/clock/i2c1. Its type, with
 * the properties, is the protocol's.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef HW_AVPS_SCMI_DOMAIN_H
#define HW_AVPS_SCMI_DOMAIN_H

#include "hw/avps/scmi/scmi_internal.h"

#define TYPE_AVPS_SCMI_DOMAIN "avps-scmi-domain"
OBJECT_DECLARE_SIMPLE_TYPE(AvpsScmiDomain, AVPS_SCMI_DOMAIN)

struct AvpsScmiDomain {
    Object parent_obj;

    AvpsScmiProtocol *protocol;
    unsigned id;
};

/* Add the object of type @type for domain @id, which is called @name. */
void scmi_add_domain(AvpsScmiProtocol *protocol, const char *type,
                     const char *name, unsigned id);

/* The names of the agents of a set, with commas. The caller frees them. */
char *scmi_name_agents(uint32_t agents);

/*
 * The calling agent votes for a domain that @devices use. What is on since the
 * boot stays on until an agent votes that has permission for all of them: one
 * that shares the domain does not switch off what others count on.
 */
void scmi_cast_vote(const AvpsScmiCall *call, uint32_t devices,
                    AvpsScmiVotes *votes, bool on);

/* Results of the messages that give the name of a domain in full */
void scmi_put_extended_name(AvpsScmiCall *call, const char *name);

/* Is @name too long for the messages that give a short name? */
bool scmi_name_is_extended(const char *name);

#endif
