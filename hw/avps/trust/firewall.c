/*
 * avps-ecu: the firewall in front of the secure world
 *
 * What an SoC has between its interconnect and what belongs to the secure
 * world, such as Arm's TZC-400 (DDI 0504) and the TrustZone protection
 * controllers: it lets Secure transactions pass, and answers Non-secure ones
 * with an error. Here it has no registers: what is secure is decided by the
 * memory map.
 *
 * The secure world's memory has the secure blocks in front of the system
 * memory. So whoever meets the regions of this device came from the normal
 * world: a core, or a master, all of which are Non-secure.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qemu/log.h"
#include "qemu/module.h"
#include "hw/avps/trust/firewall.h"
#include "hw/core/cpu.h"
#include "migration/vmstate.h"
#include "hw/avps/trace.h"

/* --- What is refused --- */

static bool is_secure(const AvpsMapRow *row)
{
    return row->kind != AVPS_KIND_RESERVED &&
           (row->flags & AVPS_SECURE || !strcmp(row->name, "flash0"));
}

static const AvpsMapRow *row_of(const AvpsFirewall *s, hwaddr address)
{
    for (int i = 0; i < s->num_rows; i++) {
        const AvpsMapRow *row = s->rows[i].row;

        if (address >= row->base && address - row->base < row->size) {
            return row;
        }
    }
    return NULL;
}

static bool any_in(const AvpsFirewall *s, hwaddr first, hwaddr last)
{
    for (int i = 0; i < s->num_rows; i++) {
        const AvpsMapRow *row = s->rows[i].row;

        if (first <= row->base + (row->size - 1) && last >= row->base) {
            return true;
        }
    }
    return false;
}

bool avps_firewall_refuses(const AvpsFirewall *s, hwaddr address, hwaddr *mask)
{
    const AvpsMapRow *row = row_of(s, address);

    if (row) {
        *mask &= AVPS_FIREWALL_GRANULE - 1;
        return true;
    }
    while (any_in(s, address & ~*mask, address | *mask)) {
        *mask >>= 1;
    }
    return false;
}

/* --- Refusing it --- */

static char *requester_name(const AvpsFirewall *s)
{
    switch (s->requester) {
    case AVPS_REQUESTER_CORE:
        return g_strdup_printf("core %u", s->number);
    case AVPS_REQUESTER_STREAM:
        return g_strdup_printf("stream 0x%x", s->number);
    case AVPS_REQUESTER_MASTER:
        return g_strdup("master");
    default:
        return g_strdup("none");
    }
}

static const char *block_name(const AvpsFirewall *s)
{
    const AvpsMapRow *row = s->count ? row_of(s, s->address) : NULL;

    return row ? row->name : "";
}

static MemTxResult refuse(AvpsFirewall *s, hwaddr address, unsigned size,
                          bool is_write, AvpsRequester requester,
                          unsigned number)
{
    g_autofree char *who = NULL;

    s->count++;
    s->address = address;
    s->size = size;
    s->is_write = is_write;
    s->requester = requester;
    s->number = number;

    who = requester_name(s);
    trace_avps_firewall_refuse(who, is_write, address, size, block_name(s));
    qemu_log_mask(LOG_GUEST_ERROR, "avps-firewall: Non-secure %s of %u bytes "
                  "by %s at 0x%" HWADDR_PRIx " (%s) refused\n",
                  is_write ? "write" : "read", size, who, address,
                  block_name(s));
    return MEMTX_ACCESS_ERROR;
}

/*
 * A core says which world it is in; QEMU's models of masters say nothing.
 * The debugger may look, and finds nothing. A Secure access comes here where
 * a secure block has a hole.
 */
static MemTxResult refuse_in_memory(AvpsFirewallRow *r, hwaddr offset,
                                    unsigned size, bool is_write,
                                    MemTxAttrs attrs)
{
    bool is_core = !attrs.unspecified && current_cpu;

    if (attrs.debug || attrs.secure) {
        return MEMTX_DECODE_ERROR;
    }
    return refuse(r->firewall, r->row->base + offset, size, is_write,
                  is_core ? AVPS_REQUESTER_CORE : AVPS_REQUESTER_MASTER,
                  is_core ? current_cpu->cpu_index : 0);
}

static MemTxResult row_read(void *opaque, hwaddr offset, uint64_t *value,
                            unsigned size, MemTxAttrs attrs)
{
    *value = 0;
    return refuse_in_memory(opaque, offset, size, false, attrs);
}

static MemTxResult row_write(void *opaque, hwaddr offset, uint64_t value,
                             unsigned size, MemTxAttrs attrs)
{
    return refuse_in_memory(opaque, offset, size, true, attrs);
}

static MemTxResult port_read(void *opaque, hwaddr address, uint64_t *value,
                             unsigned size, MemTxAttrs attrs)
{
    AvpsFirewallPort *port = opaque;

    *value = 0;
    return refuse(port->firewall, address, size, false, AVPS_REQUESTER_STREAM,
                  port->stream);
}

static MemTxResult port_write(void *opaque, hwaddr address, uint64_t value,
                              unsigned size, MemTxAttrs attrs)
{
    AvpsFirewallPort *port = opaque;

    return refuse(port->firewall, address, size, true, AVPS_REQUESTER_STREAM,
                  port->stream);
}

#define REFUSING_OPS(read_fn, write_fn)                                 \
    {                                                                   \
        .read_with_attrs = read_fn,                                     \
        .write_with_attrs = write_fn,                                   \
        .endianness = DEVICE_LITTLE_ENDIAN,                             \
        .valid = {                                                      \
            .min_access_size = 1, .max_access_size = 8,                 \
            .unaligned = true,                                          \
        },                                                              \
        .impl = {                                                       \
            .min_access_size = 1, .max_access_size = 8,                 \
            .unaligned = true,                                          \
        },                                                              \
    }

static const MemoryRegionOps row_ops = REFUSING_OPS(row_read, row_write);
static const MemoryRegionOps port_ops = REFUSING_OPS(port_read, port_write);

/* --- Device --- */

void avps_firewall_init_port(AvpsFirewall *s, AvpsFirewallPort *port,
                             Object *owner, const char *name)
{
    port->firewall = s;
    memory_region_init_io(&port->region, owner, &port_ops, port, name,
                          UINT64_MAX);
    address_space_init(&port->as, &port->region, name);
}

static void protect(AvpsFirewall *s, const AvpsMapRow *row)
{
    AvpsFirewallRow *r = &s->rows[s->num_rows++];
    g_autofree char *name = g_strdup_printf("avps-firewall.%s", row->name);

    assert(s->num_rows <= AVPS_FIREWALL_MAX_ROWS);
    assert(!((row->base | row->size) % AVPS_FIREWALL_GRANULE));
    r->firewall = s;
    r->row = row;
    memory_region_init_io(&r->region, OBJECT(s), &row_ops, r, name, row->size);
    memory_region_add_subregion(get_system_memory(), row->base, &r->region);
}

static void firewall_realize(DeviceState *dev, Error **errp)
{
    for (const AvpsMapRow *row = avps_map; row->name; row++) {
        if (is_secure(row)) {
            protect(AVPS_FIREWALL(dev), row);
        }
    }
}

static void firewall_reset_enter(Object *obj, ResetType type)
{
    AvpsFirewall *s = AVPS_FIREWALL(obj);

    s->count = 0;
    s->address = 0;
    s->size = 0;
    s->is_write = false;
    s->requester = AVPS_REQUESTER_NONE;
    s->number = 0;
}

static bool get_is_write(Object *obj, Error **errp)
{
    return AVPS_FIREWALL(obj)->is_write;
}

static char *get_block(Object *obj, Error **errp)
{
    return g_strdup(block_name(AVPS_FIREWALL(obj)));
}

static char *get_requester(Object *obj, Error **errp)
{
    return requester_name(AVPS_FIREWALL(obj));
}

static void firewall_init(Object *obj)
{
    AvpsFirewall *s = AVPS_FIREWALL(obj);

    object_property_add_uint64_ptr(obj, "violation-count", &s->count,
                                   OBJ_PROP_FLAG_READ);
    object_property_add_uint64_ptr(obj, "last-address", &s->address,
                                   OBJ_PROP_FLAG_READ);
    object_property_add_uint32_ptr(obj, "last-size", &s->size,
                                   OBJ_PROP_FLAG_READ);
}

static const VMStateDescription vmstate_firewall = {
    .name = TYPE_AVPS_FIREWALL,
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_UINT64(count, AvpsFirewall),
        VMSTATE_UINT64(address, AvpsFirewall),
        VMSTATE_UINT32(size, AvpsFirewall),
        VMSTATE_BOOL(is_write, AvpsFirewall),
        VMSTATE_UINT32(requester, AvpsFirewall),
        VMSTATE_UINT32(number, AvpsFirewall),
        VMSTATE_END_OF_LIST()
    }
};

static void firewall_class_init(ObjectClass *oc, AVPS_CLASS_DATA *data)
{
    DeviceClass *dc = DEVICE_CLASS(oc);

    dc->desc = "Firewall in front of the secure world of the AVPS ECU";
    dc->realize = firewall_realize;
    dc->vmsd = &vmstate_firewall;
    /* Made by its SoC */
    dc->user_creatable = false;
    RESETTABLE_CLASS(oc)->phases.enter = firewall_reset_enter;
    object_class_property_add_bool(oc, "last-is-write", get_is_write, NULL);
    object_class_property_add_str(oc, "last-block", get_block, NULL);
    object_class_property_add_str(oc, "last-requester", get_requester, NULL);
}

static const TypeInfo firewall_info = {
    .name = TYPE_AVPS_FIREWALL,
    .parent = TYPE_SYS_BUS_DEVICE,
    .instance_size = sizeof(AvpsFirewall),
    .instance_init = firewall_init,
    .class_init = firewall_class_init,
};

static void firewall_register_types(void)
{
    type_register_static(&firewall_info);
}

type_init(firewall_register_types)
