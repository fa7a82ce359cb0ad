/*
 * avps-ecu: the system control processor in the SoC
 *
 * The device of hw/avps/scmi/ put in its place: made before the blocks that it
 * controls, and described in the device tree with a node for each protocol,
 * to which the nodes of the blocks refer.
 *
 * Binding: firmware/arm,scmi.yaml.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "hw/avps/scmi/resources.h"
#include "hw/avps/scmi/smc.h"
#include "hw/avps/soc.h"
#include "system/device_tree.h"

#define SCMI_PATH "/firmware/scmi"

/* What Linux waits for an answer: much, because a guest may be slow */
#define MAX_RX_TIMEOUT_MS 5000

static void write_reference(AvpsSoc *soc, const char *path, const char *name,
                            uint32_t phandle, int id)
{
    if (phandle && id >= 0) {
        qemu_fdt_setprop_cells(soc->fdt->blob, path, name, phandle, id);
    }
}

/* --- /firmware/scmi --- */

/*
 * Protocols that a node can refer to; the last one first, because a new node
 * is put before the others.
 */
static const struct {
    unsigned id;
    const char *cells;    /* how many a reference has is always 1 */
    size_t phandle;       /* of AvpsFdt */
} protocol_nodes[] = {
    { 0x19 },
    { 0x18 },
    { 0x17 },
    { 0x16, "#reset-cells", offsetof(AvpsFdt, scmi_reset) },
    { 0x15, "#thermal-sensor-cells" },
    { 0x14, "#clock-cells", offsetof(AvpsFdt, scmi_clock) },
    { 0x13, "#power-domain-cells", offsetof(AvpsFdt, scmi_performance) },
    { 0x12 },
    { 0x11, "#power-domain-cells", offsetof(AvpsFdt, scmi_power) },
};

static void write_protocols(AvpsSoc *soc)
{
    void *blob = soc->fdt->blob;

    for (int i = 0; i < ARRAY_SIZE(protocol_nodes); i++) {
        unsigned id = protocol_nodes[i].id;
        g_autofree char *path = g_strdup_printf(SCMI_PATH "/protocol@%x", id);

        if (!avps_scmi_has_protocol(soc->scmi, id)) {
            continue;
        }
        qemu_fdt_add_subnode(blob, path);
        if (protocol_nodes[i].cells) {
            qemu_fdt_setprop_cell(blob, path, protocol_nodes[i].cells, 1);
        }
        if (protocol_nodes[i].phandle) {
            uint32_t *phandle =
                (void *)((char *)soc->fdt + protocol_nodes[i].phandle);

            *phandle = avps_fdt_add_phandle(soc->fdt, path);
        }
        qemu_fdt_setprop_cell(blob, path, "reg", id);
    }
}

static void write_mailbox_transport(AvpsSoc *soc)
{
    void *blob = soc->fdt->blob;

    qemu_fdt_setprop_cell(blob, SCMI_PATH, "arm,max-rx-timeout-ms",
                          MAX_RX_TIMEOUT_MS);
    qemu_fdt_setprop_cells(blob, SCMI_PATH, "shmem", soc->fdt->scmi_a2p,
                           soc->fdt->scmi_p2a);
    avps_fdt_set_strings(soc->fdt, SCMI_PATH, "mbox-names",
                         AVPS_STRINGS("tx", "rx"));
    qemu_fdt_setprop_cells(blob, SCMI_PATH, "mboxes",
                           soc->fdt->scmi_mailbox, 0, 0,
                           soc->fdt->scmi_mailbox, 0, 1);
    qemu_fdt_setprop_string(blob, SCMI_PATH, "compatible", "arm,scmi");
}

static void write_virtio_transport(AvpsSoc *soc)
{
    qemu_fdt_setprop_string(soc->fdt->blob, SCMI_PATH, "compatible",
                            "arm,scmi-virtio");
}

static void write_smc_transport(AvpsSoc *soc)
{
    void *blob = soc->fdt->blob;

    qemu_fdt_setprop_cell(blob, SCMI_PATH, "shmem",
                          soc->fdt->scmi_smc_shmem);
    qemu_fdt_setprop_cell(blob, SCMI_PATH, "arm,smc-id",
                          AVPS_SCMI_SMC_FUNCTION);
    qemu_fdt_setprop_string(blob, SCMI_PATH, "compatible", "arm,scmi-smc");
}

static void write_node(AvpsSoc *soc)
{
    static void (*const write_transport[])(AvpsSoc *soc) = {
        [AVPS_SCMI_BY_MAILBOX] = write_mailbox_transport,
        [AVPS_SCMI_BY_VIRTIO] = write_virtio_transport,
        [AVPS_SCMI_BY_SMC] = write_smc_transport,
    };
    void *blob = soc->fdt->blob;

    qemu_fdt_add_path(blob, SCMI_PATH);
    write_protocols(soc);
    qemu_fdt_setprop_cell(blob, SCMI_PATH, "#size-cells", 0);
    qemu_fdt_setprop_cell(blob, SCMI_PATH, "#address-cells", 1);
    write_transport[soc->scmi_transport](soc);
}

/* cpus.yaml: the cores' levels of performance */
static void write_cores(AvpsSoc *soc)
{
    void *blob = soc->fdt->blob;

    for (int n = 0; n < soc->machine->smp.cpus; n++) {
        uint64_t id = soc->machine->possible_cpus->cpus[n].arch_id;
        g_autofree char *path = g_strdup_printf("/cpus/cpu@%" PRIx64, id);

        qemu_fdt_setprop_string(blob, path, "power-domain-names", "perf");
        write_reference(soc, path, "power-domains",
                        soc->fdt->scmi_performance, AVPS_SCMI_CPUS_LEVEL);
    }
}

bool avps_control_create(AvpsSoc *soc, Error **errp)
{
    DeviceState *dev;

    if (soc->scmi_transport == AVPS_SCMI_NOT_THERE) {
        return true;
    }
    dev = qdev_new(TYPE_AVPS_SCMI);
    soc->scmi = AVPS_SCMI(dev);
    object_property_add_child(OBJECT(soc), "scmi", OBJECT(dev));
    /* Linux turns off what no node asks for */
    object_property_set_bool(object_resolve_path_component(OBJECT(dev),
                                                           "power"),
                             "hold", !soc->scmi_power_domains, &error_abort);
    if (!sysbus_realize_and_unref(SYS_BUS_DEVICE(dev), errp)) {
        return false;
    }
    /* Of nodes that are written with their blocks */
    soc->fdt->scmi_mailbox = qemu_fdt_alloc_phandle(soc->fdt->blob);
    soc->fdt->scmi_a2p = qemu_fdt_alloc_phandle(soc->fdt->blob);
    soc->fdt->scmi_p2a = qemu_fdt_alloc_phandle(soc->fdt->blob);
    soc->fdt->scmi_smc_shmem = qemu_fdt_alloc_phandle(soc->fdt->blob);
    write_node(soc);
    write_cores(soc);
    return true;
}

/* --- The blocks --- */

void avps_control_block(AvpsSoc *soc, const AvpsMapRow *row,
                        SysBusDevice *dev)
{
    if (soc->scmi) {
        avps_scmi_guard(soc->scmi, row->name, dev);
    }
}

/*
 * What the nodes of blocks say, clocks apart: what the drivers of these blocks
 * use, and no more, because a driver that does not know its power domain loses
 * the registers that it wrote once.
 *
 * Power domains by request only: Linux turns them off and on while interrupts
 * are suspended, and with a mailbox waits in vain for the one that ends a
 * message. It does not come back from a suspend then.
 */
static const struct {
    const char *block;
    bool power, reset;
} consumers[] = {
    { "usb0", .power = true, .reset = true },
    { "ethernet0", .reset = true },
    { "i2c1", .power = true },
};

void avps_control_write_consumer(AvpsSoc *soc, const AvpsMapRow *row,
                                 const char *path)
{
    for (int i = 0; i < ARRAY_SIZE(consumers); i++) {
        if (strcmp(row->name, consumers[i].block)) {
            continue;
        }
        if (consumers[i].reset) {
            write_reference(soc, path, "resets", soc->fdt->scmi_reset,
                            avps_scmi_reset_of(row->name));
        }
        if (consumers[i].power && soc->scmi_power_domains) {
            write_reference(soc, path, "power-domains",
                            soc->fdt->scmi_power,
                            avps_scmi_power_domain_of(row->name));
        }
    }
}

void avps_control_write_clocks(AvpsSoc *soc, const AvpsMapRow *row,
                               const char *path, uint32_t fixed,
                               const char *const names[])
{
    int id = avps_scmi_clock_of(row->name, 0);

    if (soc->fdt->scmi_clock && id >= 0) {
        avps_fdt_set_clocks(soc->fdt, path,
                            (uint32_t[]) { soc->fdt->scmi_clock, id }, 2,
                            names);
    } else {
        avps_fdt_set_clocks(soc->fdt, path, &fixed, 1, names);
    }
}
