/*
 * avps-ecu: a gate between the bus and a block
 *
 * What software sees of a block that does not run: without a clock, or held in
 * reset, its registers read as zero and ignore writes; without power an access
 * is a bus error, and what the block knew is lost. A gate that is open is not
 * on the way: it costs nothing.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qemu/log.h"
#include "qemu/module.h"
#include "hw/avps/scmi/gate.h"
#include "hw/avps/trace.h"
#include "migration/vmstate.h"

#define MAX_FRAMES 2

/* Above the block's own registers */
#define GATE_PRIORITY 1

struct AvpsGate {
    DeviceState parent_obj;

    SysBusDevice *block;
    MemoryRegion frame[MAX_FRAMES];
    int num_frames;
    uint32_t supply;
};

/* --- What software meets --- */

static MemTxResult gate_access(AvpsGate *gate, hwaddr offset,
                               const char *what)
{
    qemu_log_mask(LOG_GUEST_ERROR, "%s: %s at 0x%" HWADDR_PRIx " while it has "
                  "no %s\n", DEVICE(gate->block)->id, what, offset,
                  gate->supply == AVPS_SCMI_OFF ? "power" : "clock");
    return gate->supply == AVPS_SCMI_OFF ? MEMTX_DECODE_ERROR : MEMTX_OK;
}

static MemTxResult gate_read(void *opaque, hwaddr offset, uint64_t *value,
                             unsigned size, MemTxAttrs attrs)
{
    *value = 0;
    return gate_access(opaque, offset, "read");
}

static MemTxResult gate_write(void *opaque, hwaddr offset, uint64_t value,
                              unsigned size, MemTxAttrs attrs)
{
    return gate_access(opaque, offset, "write");
}

static const MemoryRegionOps gate_ops = {
    .read_with_attrs = gate_read,
    .write_with_attrs = gate_write,
    .endianness = DEVICE_LITTLE_ENDIAN,
    .valid = { .min_access_size = 1, .max_access_size = 8 },
};

/* --- Opening and closing --- */

static void show_frames(AvpsGate *gate)
{
    memory_region_transaction_begin();
    for (int i = 0; i < gate->num_frames; i++) {
        memory_region_set_enabled(&gate->frame[i],
                                  gate->supply != AVPS_SCMI_RUNNING);
    }
    memory_region_transaction_commit();
}

/* Not what is plugged into its buses: that has a supply of its own. */
void avps_gate_reset_block(AvpsGate *gate)
{
    Object *block = OBJECT(gate->block);
    const ResettablePhases *phases = &RESETTABLE_GET_CLASS(block)->phases;

    if (phases->enter) {
        phases->enter(block, RESET_TYPE_COLD);
    }
    if (phases->hold) {
        phases->hold(block, RESET_TYPE_COLD);
    }
    if (phases->exit) {
        phases->exit(block, RESET_TYPE_COLD);
    }
}

bool avps_gate_set(AvpsGate *gate, AvpsScmiSupply supply)
{
    if (gate->supply == supply) {
        return false;
    }
    trace_avps_gate_set(DEVICE(gate->block)->id, supply);
    gate->supply = supply;
    show_frames(gate);
    return supply == AVPS_SCMI_OFF;
}

AvpsGate *avps_gate_create(Object *parent, const char *name,
                           SysBusDevice *block)
{
    AvpsGate *gate = AVPS_GATE(object_new(TYPE_AVPS_GATE));

    object_property_add_child(parent, name, OBJECT(gate));
    object_unref(OBJECT(gate));
    gate->block = block;
    for (int i = 0; i < MAX_FRAMES && sysbus_has_mmio(block, i); i++) {
        MemoryRegion *registers = sysbus_mmio_get_region(block, i);

        memory_region_init_io(&gate->frame[i], OBJECT(gate), &gate_ops, gate,
                              name, memory_region_size(registers));
        memory_region_add_subregion_overlap(registers->container,
                                            registers->addr, &gate->frame[i],
                                            GATE_PRIORITY);
        gate->num_frames++;
    }
    show_frames(gate);
    qdev_realize(DEVICE(gate), NULL, &error_abort);
    return gate;
}

/* --- The device --- */

static void gate_reset_hold(Object *obj, ResetType type)
{
    AvpsGate *gate = AVPS_GATE(obj);

    gate->supply = AVPS_SCMI_RUNNING;
    show_frames(gate);
}

static int gate_post_load(void *opaque, int version_id)
{
    AvpsGate *gate = opaque;

    if (gate->supply > AVPS_SCMI_OFF) {
        return -EINVAL;
    }
    show_frames(gate);
    return 0;
}

static const VMStateDescription vmstate_gate = {
    .name = TYPE_AVPS_GATE,
    .version_id = 1,
    .minimum_version_id = 1,
    .post_load = gate_post_load,
    .fields = (const VMStateField[]) {
        VMSTATE_UINT32(supply, AvpsGate),
        VMSTATE_END_OF_LIST()
    },
};

static void avps_gate_class_init(ObjectClass *oc, AVPS_CLASS_DATA *data)
{
    DeviceClass *dc = DEVICE_CLASS(oc);
    ResettableClass *rc = RESETTABLE_CLASS(oc);

    dc->desc = "Gate between the bus and a block";
    dc->vmsd = &vmstate_gate;
    dc->user_creatable = false;
    rc->phases.hold = gate_reset_hold;
}

static const TypeInfo avps_gate_info = {
    .name = TYPE_AVPS_GATE,
    .parent = TYPE_DEVICE,
    .instance_size = sizeof(AvpsGate),
    .class_init = avps_gate_class_init,
};

static void avps_gate_register_types(void)
{
    type_register_static(&avps_gate_info);
}

type_init(avps_gate_register_types)
