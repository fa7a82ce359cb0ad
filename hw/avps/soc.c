/*
 * avps-ecu: the SoC
 *
 * Cores, interrupt controller, and a walk over the memory map that builds the
 * rest. Arm Base System Architecture 1.0 (DEN0094), section 3: INTIDs of the
 * private peripheral interrupts.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qobject/qlist.h"
#include "hw/arm/bsa.h"
#include "hw/arm/fdt.h"
#include "hw/avps/power/services.h"
#include "hw/avps/qemu/core_registers.h"
#include "hw/avps/qemu/smccc_hook.h"
#include "hw/avps/qemu/timers.h"
#include "hw/avps/soc.h"
#include "hw/avps/watchdog/gwdt.h"
#include "hw/boards.h"
#include "hw/intc/arm_gicv3_common.h"
#include "hw/intc/arm_gicv3_its_common.h"
#include "hw/irq.h"
#include "hw/loader.h"
#include "hw/nvram/fw_cfg.h"
#include "hw/qdev-properties.h"
#include "system/device_tree.h"
#include "system/numa.h"
#include "target/arm/cpu.h"
#include "target/arm/cpu-features.h"
#include "target/arm/gtimer.h"

DeviceState *avps_soc_block(AvpsSoc *soc, const char *name)
{
    return DEVICE(object_resolve_path_component(OBJECT(soc), name));
}

qemu_irq avps_soc_spi(AvpsSoc *soc, int spi)
{
    return avps_power_tap(soc->power, spi, qdev_get_gpio_in(soc->gic, spi));
}

/*
 * sysbus_mmio_map() knows one address space. Where it can be used it must be:
 * QEMU names a device in snapshots and boot orders by the address given there.
 */
static void map_frame(AvpsSoc *soc, const AvpsMapRow *row, SysBusDevice *dev,
                      int n)
{
    hwaddr address = row->base + n * AVPS_PAGE;

    if (row->flags & AVPS_SECURE) {
        memory_region_add_subregion(soc->secure_memory, address,
                                    sysbus_mmio_get_region(dev, n));
    } else {
        sysbus_mmio_map(dev, n, address);
    }
}

void avps_soc_wire(AvpsSoc *soc, const AvpsMapRow *row, SysBusDevice *dev)
{
    for (int i = 0; sysbus_has_mmio(dev, i); i++) {
        map_frame(soc, row, dev, i);
    }
    for (int i = 0; i < row->num_spis; i++) {
        sysbus_connect_irq(dev, i, avps_soc_spi(soc, row->spi + i));
    }
}

/* --- Cores --- */

static bool core_create(AvpsSoc *soc, int n, Error **errp)
{
    const CPUArchId *slot = &soc->machine->possible_cpus->cpus[n];
    Object *cpu = object_new(slot->type);
    g_autofree char *name = g_strdup_printf("cpu%d", n);

    object_property_add_child(OBJECT(soc), name, cpu);
    object_unref(cpu);
    soc->cpu[n] = ARM_CPU(cpu);

    CPU(cpu)->cpu_index = n;
    numa_cpu_pre_plug(slot, DEVICE(cpu), errp);
    if (*errp) {
        return false;
    }
    object_property_set_int(cpu, "mp-affinity", slot->arch_id, &error_abort);
    object_property_set_link(cpu, "memory", OBJECT(get_system_memory()),
                             &error_abort);
    if (soc->secure_memory) {
        if (!object_property_find(cpu, "has_el3")) {
            error_setg(errp, "secure=on needs a CPU with EL3, which '%s' has "
                       "not: choose another with -cpu",
                       soc->machine->cpu_type);
            return false;
        }
        object_property_set_link(cpu, "secure-memory",
                                 OBJECT(soc->secure_memory), &error_abort);
    } else {
        object_property_set_bool(cpu, "has_el3", false, NULL);
    }
    if (!soc->virtualization) {
        object_property_set_bool(cpu, "has_el2", false, NULL);
    }
    if (!qdev_realize(DEVICE(cpu), NULL, errp)) {
        return false;
    }
    if (soc->secure_memory) {
        avps_add_core_registers(soc->cpu[n]);
    }
    return true;
}

static bool cores_create(AvpsSoc *soc, Error **errp)
{
    for (int i = 0; i < soc->machine->smp.cpus; i++) {
        if (!core_create(soc, i, errp)) {
            return false;
        }
    }
    /*
     * All blocks count with the cores' counter: its period is a whole number
     * of nanoseconds, as in target/arm.
     */
    soc->counter_hz = NANOSECONDS_PER_SECOND / gt_cntfrq_period_ns(soc->cpu[0]);
    return true;
}

/* Sockets, clusters and cores, cpus.yaml and cpu-topology.txt */
static void write_cpu_map(AvpsSoc *soc, const uint32_t *phandle)
{
    const CPUArchIdList *cpus = soc->machine->possible_cpus;

    for (int n = soc->machine->smp.cpus - 1; n >= 0; n--) {
        const CpuInstanceProperties *id = &cpus->cpus[n].props;
        g_autofree char *path = soc->machine->smp.threads > 1
            ? g_strdup_printf("/cpus/cpu-map/socket%" PRId64 "/cluster%" PRId64
                              "/core%" PRId64 "/thread%" PRId64,
                              id->socket_id, id->cluster_id, id->core_id,
                              id->thread_id)
            : g_strdup_printf("/cpus/cpu-map/socket%" PRId64 "/cluster%" PRId64
                              "/core%" PRId64,
                              id->socket_id, id->cluster_id, id->core_id);

        qemu_fdt_add_path(soc->fdt->blob, path);
        qemu_fdt_setprop_cell(soc->fdt->blob, path, "cpu", phandle[n]);
    }
}

/*
 * idle-states.yaml: one state, in which a core loses its context. The GIC and
 * the timers keep theirs. No cost is modelled: the times are those of a small
 * core, for the governor to have something to weigh.
 */
static uint32_t write_idle_states(AvpsSoc *soc)
{
    static const char path[] = "/cpus/idle-states/cpu-sleep";
    void *blob = soc->fdt->blob;

    qemu_fdt_add_subnode(blob, "/cpus/idle-states");
    qemu_fdt_setprop_string(blob, "/cpus/idle-states", "entry-method", "psci");
    qemu_fdt_add_subnode(blob, path);
    qemu_fdt_setprop_cell(blob, path, "min-residency-us", 2000);
    qemu_fdt_setprop_cell(blob, path, "exit-latency-us", 500);
    qemu_fdt_setprop_cell(blob, path, "entry-latency-us", 250);
    qemu_fdt_setprop_cell(blob, path, "arm,psci-suspend-param",
                          AVPS_PSCI_POWER_DOWN);
    qemu_fdt_setprop_string(blob, path, "compatible", "arm,idle-state");
    return avps_fdt_add_phandle(soc->fdt, path);
}

static void write_cpu_nodes(AvpsSoc *soc)
{
    void *blob = soc->fdt->blob;
    uint32_t phandle[AVPS_MAX_CPUS], idle_state = 0;

    qemu_fdt_add_subnode(blob, "/cpus");
    qemu_fdt_setprop_cell(blob, "/cpus", "#address-cells", 1);
    qemu_fdt_setprop_cell(blob, "/cpus", "#size-cells", 0);
    if (soc->idle_states) {
        idle_state = write_idle_states(soc);
    }
    for (int n = soc->machine->smp.cpus - 1; n >= 0; n--) {
        const CPUArchId *slot = &soc->machine->possible_cpus->cpus[n];
        g_autofree char *path = g_strdup_printf("/cpus/cpu@%" PRIx64,
                                                slot->arch_id);

        qemu_fdt_add_subnode(blob, path);
        phandle[n] = avps_fdt_add_phandle(soc->fdt, path);
        if (slot->props.has_node_id) {
            qemu_fdt_setprop_cell(blob, path, "numa-node-id",
                                  slot->props.node_id);
        }
        if (idle_state) {
            qemu_fdt_setprop_cell(blob, path, "cpu-idle-states", idle_state);
        }
        qemu_fdt_setprop_cell(blob, path, "reg", slot->arch_id);
        qemu_fdt_setprop_string(blob, path, "enable-method", "psci");
        qemu_fdt_setprop_string(blob, path, "compatible",
                                soc->cpu[n]->dtb_compatible);
        qemu_fdt_setprop_string(blob, path, "device_type", "cpu");
    }
    write_cpu_map(soc, phandle);
}

/* --- Generic timers and PMU: arm,arch_timer.yaml, pmu.yaml --- */

static void write_timer_node(AvpsSoc *soc)
{
    /* In the order of the binding; the last exists at a VHE core's EL2 only */
    static const int ppis[] = {
        INTID_TO_PPI(ARCH_TIMER_S_EL1_IRQ),
        INTID_TO_PPI(ARCH_TIMER_NS_EL1_IRQ),
        INTID_TO_PPI(ARCH_TIMER_VIRT_IRQ),
        INTID_TO_PPI(ARCH_TIMER_NS_EL2_IRQ),
        INTID_TO_PPI(ARCH_TIMER_NS_EL2_VIRT_IRQ),
    };
    bool vhe = soc->virtualization && cpu_isar_feature(aa64_vh, soc->cpu[0]);

    qemu_fdt_add_subnode(soc->fdt->blob, "/timer");
    avps_fdt_set_flag(soc->fdt, "/timer", "always-on");
    avps_fdt_set_interrupts(soc->fdt, "/timer", GIC_FDT_IRQ_TYPE_PPI,
                            GIC_FDT_IRQ_FLAGS_LEVEL_HI, ppis,
                            ARRAY_SIZE(ppis) - !vhe);
    qemu_fdt_setprop_string(soc->fdt->blob, "/timer", "compatible",
                            "arm,armv8-timer");
}

static void write_pmu_node(AvpsSoc *soc)
{
    static const int ppi = INTID_TO_PPI(VIRTUAL_PMU_IRQ);

    if (!arm_feature(&soc->cpu[0]->env, ARM_FEATURE_PMU)) {
        return;
    }
    qemu_fdt_add_subnode(soc->fdt->blob, "/pmu");
    avps_fdt_set_interrupts(soc->fdt, "/pmu", GIC_FDT_IRQ_TYPE_PPI,
                            GIC_FDT_IRQ_FLAGS_LEVEL_HI, &ppi, 1);
    qemu_fdt_setprop_string(soc->fdt->blob, "/pmu", "compatible",
                            "arm,armv8-pmuv3");
}

/* --- Interrupt controller: arm,gic-v3.yaml --- */

/* Connect one core's timers, PMU and interrupt inputs to the GIC. */
static void gic_wire_cpu(AvpsSoc *soc, int n)
{
    static const struct {
        const char *output;
        int index;
        int intid;
    } ppis[] = {
        { NULL, GTIMER_PHYS, ARCH_TIMER_NS_EL1_IRQ },
        { NULL, GTIMER_VIRT, ARCH_TIMER_VIRT_IRQ },
        { NULL, GTIMER_HYP, ARCH_TIMER_NS_EL2_IRQ },
        { NULL, GTIMER_SEC, ARCH_TIMER_S_EL1_IRQ },
        { NULL, GTIMER_HYPVIRT, ARCH_TIMER_NS_EL2_VIRT_IRQ },
        { NULL, GTIMER_S_EL2_PHYS, ARCH_TIMER_S_EL2_IRQ },
        { NULL, GTIMER_S_EL2_VIRT, ARCH_TIMER_S_EL2_VIRT_IRQ },
        { "gicv3-maintenance-interrupt", 0, ARCH_GIC_MAINT_IRQ },
        { "pmu-interrupt", 0, VIRTUAL_PMU_IRQ },
    };
    /* The GIC's outputs are grouped by kind, then by core */
    static const int inputs[] = {
        ARM_CPU_IRQ, ARM_CPU_FIQ, ARM_CPU_VIRQ, ARM_CPU_VFIQ, ARM_CPU_NMI,
        ARM_CPU_VINMI,
    };
    DeviceState *cpu = DEVICE(soc->cpu[n]);
    int private_base = AVPS_NUM_SPIS + n * GIC_INTERNAL;

    for (int i = 0; i < ARRAY_SIZE(ppis); i++) {
        qdev_connect_gpio_out_named(
            cpu, ppis[i].output, ppis[i].index,
            qdev_get_gpio_in(soc->gic, private_base + ppis[i].intid));
    }
    for (int i = 0; i < ARRAY_SIZE(inputs); i++) {
        sysbus_connect_irq(SYS_BUS_DEVICE(soc->gic),
                           n + i * soc->machine->smp.cpus,
                           qdev_get_gpio_in(cpu, inputs[i]));
    }
}

static void write_gic_node(AvpsSoc *soc, const AvpsMapRow *dist,
                           const AvpsMapRow *redist, const AvpsMapRow *its)
{
    static const int maintenance = INTID_TO_PPI(ARCH_GIC_MAINT_IRQ);
    AvpsFdt *fdt = soc->fdt;
    g_autofree char *path = avps_fdt_add_block(fdt, dist,
                                               "interrupt-controller",
                                               AVPS_STRINGS("arm,gic-v3"));
    g_autofree char *its_path = g_strdup_printf("%s/msi-controller@%" PRIx64,
                                                path, its->base);

    qemu_fdt_setprop_sized_cells(fdt->blob, path, "reg",
                                 2, dist->base, 2, dist->size,
                                 2, redist->base, 2, redist->size);
    avps_fdt_set_flag(fdt, path, "interrupt-controller");
    qemu_fdt_setprop_cell(fdt->blob, path, "#interrupt-cells", 3);
    qemu_fdt_setprop_cell(fdt->blob, path, "#address-cells", 2);
    qemu_fdt_setprop_cell(fdt->blob, path, "#size-cells", 2);
    avps_fdt_set_flag(fdt, path, "ranges");
    if (soc->virtualization) {
        avps_fdt_set_interrupts(fdt, path, GIC_FDT_IRQ_TYPE_PPI,
                                GIC_FDT_IRQ_FLAGS_LEVEL_HI, &maintenance, 1);
    }
    fdt->gic = avps_fdt_add_phandle(fdt, path);
    qemu_fdt_setprop_cell(fdt->blob, "/", "interrupt-parent", fdt->gic);

    qemu_fdt_add_subnode(fdt->blob, its_path);
    fdt->its = avps_fdt_add_phandle(fdt, its_path);
    qemu_fdt_setprop_cell(fdt->blob, its_path, "#msi-cells", 1);
    avps_fdt_set_flag(fdt, its_path, "msi-controller");
    qemu_fdt_setprop_sized_cells(fdt->blob, its_path, "reg",
                                 2, its->base, 2, its->size);
    qemu_fdt_setprop_string(fdt->blob, its_path, "compatible",
                            "arm,gic-v3-its");
}

static bool gic_create(AvpsSoc *soc, Error **errp)
{
    const AvpsMapRow *dist = avps_map_find_kind(AVPS_KIND_GIC_DIST);
    const AvpsMapRow *redist = avps_map_find_kind(AVPS_KIND_GIC_REDIST);
    const AvpsMapRow *its_row = avps_map_find_kind(AVPS_KIND_GIC_ITS);
    int cpus = soc->machine->smp.cpus;
    QList *redists = qlist_new();
    DeviceState *its;

    soc->gic = qdev_new(gicv3_class_name());
    object_property_add_child(OBJECT(soc), "gic", OBJECT(soc->gic));
    qdev_prop_set_uint32(soc->gic, "revision", 3);
    qdev_prop_set_uint32(soc->gic, "num-cpu", cpus);
    qdev_prop_set_uint32(soc->gic, "num-irq", AVPS_NUM_SPIS + GIC_INTERNAL);
    qdev_prop_set_bit(soc->gic, "has-security-extensions",
                      soc->secure_memory != NULL);
    qlist_append_int(redists, cpus);
    qdev_prop_set_array(soc->gic, "redist-region-count", redists);
    object_property_set_link(OBJECT(soc->gic), "sysmem",
                             OBJECT(get_system_memory()), &error_abort);
    qdev_prop_set_bit(soc->gic, "has-lpi", true);
    if (!sysbus_realize_and_unref(SYS_BUS_DEVICE(soc->gic), errp)) {
        return false;
    }
    sysbus_mmio_map(SYS_BUS_DEVICE(soc->gic), 0, dist->base);
    sysbus_mmio_map(SYS_BUS_DEVICE(soc->gic), 1, redist->base);
    for (int n = 0; n < cpus; n++) {
        gic_wire_cpu(soc, n);
    }

    its = qdev_new(its_class_name());
    object_property_add_child(OBJECT(soc), its_row->name, OBJECT(its));
    object_property_set_link(OBJECT(its), "parent-gicv3", OBJECT(soc->gic),
                             &error_abort);
    if (!sysbus_realize_and_unref(SYS_BUS_DEVICE(its), errp)) {
        return false;
    }
    sysbus_mmio_map(SYS_BUS_DEVICE(its), 0, its_row->base);

    write_gic_node(soc, dist, redist, its_row);
    return true;
}

/* --- Power controller --- */

/* Before every device that has an interrupt: their lines go through it */
static bool power_create(AvpsSoc *soc, Error **errp)
{
    const AvpsMapRow *row = avps_map_find_kind(AVPS_KIND_POWER);
    DeviceState *dev = qdev_new(TYPE_AVPS_POWER);

    soc->power = AVPS_POWER(dev);
    object_property_add_child(OBJECT(soc), row->name, OBJECT(dev));
    object_property_set_link(OBJECT(dev), "gic", OBJECT(soc->gic),
                             &error_abort);
    if (!sysbus_realize_and_unref(SYS_BUS_DEVICE(dev), errp)) {
        return false;
    }
    avps_soc_wire(soc, row, SYS_BUS_DEVICE(dev));
    AVPS_FDT_NODE_GET_CLASS(dev)->write_node(AVPS_FDT_NODE(dev), soc->fdt,
                                             row);
    avps_hook_smccc(soc->cpu[0], soc->power);
    return true;
}

/* The second stage of each watchdog is for the power controller to judge. */
static void watchdogs_connect(AvpsSoc *soc)
{
    for (const AvpsMapRow *row = avps_map; row->name; row++) {
        bool secure = row->flags & AVPS_SECURE;

        if (row->kind == AVPS_KIND_WATCHDOG &&
            (!secure || soc->secure_memory)) {
            qdev_connect_gpio_out_named(
                avps_soc_block(soc, row->name), AVPS_GWDT_WS1, 0,
                qdev_get_gpio_in_named(DEVICE(soc->power), "ws1", secure));
        }
    }
}

/* --- Memories of the SoC --- */

/* ramoops.yaml: how Linux divides the retention RAM, bytes */
#define RAMOOPS_RECORD_SIZE 0x20000
#define RAMOOPS_CONSOLE_SIZE 0x40000
#define RAMOOPS_PMSG_SIZE 0x20000

static bool pstore_create(AvpsSoc *soc, Error **errp)
{
    const AvpsMapRow *row = avps_map_find_kind(AVPS_KIND_PSTORE);
    void *blob = soc->fdt->blob;
    g_autofree char *path = g_strdup_printf("/reserved-memory/ramoops@%"
                                            PRIx64, row->base);

    if (!memory_region_init_ram(&soc->pstore, OBJECT(soc), "avps.pstore",
                                row->size, errp)) {
        return false;
    }
    memory_region_add_subregion(get_system_memory(), row->base, &soc->pstore);

    qemu_fdt_add_subnode(blob, "/reserved-memory");
    qemu_fdt_setprop_cell(blob, "/reserved-memory", "#address-cells", 2);
    qemu_fdt_setprop_cell(blob, "/reserved-memory", "#size-cells", 2);
    avps_fdt_set_flag(soc->fdt, "/reserved-memory", "ranges");
    qemu_fdt_add_subnode(blob, path);
    qemu_fdt_setprop_cell(blob, path, "record-size", RAMOOPS_RECORD_SIZE);
    qemu_fdt_setprop_cell(blob, path, "console-size", RAMOOPS_CONSOLE_SIZE);
    qemu_fdt_setprop_cell(blob, path, "pmsg-size", RAMOOPS_PMSG_SIZE);
    qemu_fdt_setprop_sized_cells(blob, path, "reg", 2, row->base,
                                 2, row->size);
    qemu_fdt_setprop_string(blob, path, "compatible", "ramoops");
    return true;
}

static bool secure_ram_create(AvpsSoc *soc, Error **errp)
{
    const AvpsMapRow *row = avps_map_find_kind(AVPS_KIND_SECURE_RAM);
    g_autofree char *path = g_strdup_printf("/secram@%" PRIx64, row->base);

    if (!memory_region_init_ram(&soc->secure_ram, OBJECT(soc),
                                "avps.secure-ram", row->size, errp)) {
        return false;
    }
    memory_region_add_subregion(soc->secure_memory, row->base,
                                &soc->secure_ram);

    qemu_fdt_add_subnode(soc->fdt->blob, path);
    avps_fdt_mark_secure(soc->fdt, path);
    qemu_fdt_setprop_sized_cells(soc->fdt->blob, path, "reg", 2, row->base,
                                 2, row->size);
    qemu_fdt_setprop_string(soc->fdt->blob, path, "device_type", "memory");
    return true;
}

static bool firewall_create(AvpsSoc *soc, Error **errp)
{
    DeviceState *firewall = qdev_new(TYPE_AVPS_FIREWALL);

    object_property_add_child(OBJECT(soc), "firewall", OBJECT(firewall));
    soc->firewall = AVPS_FIREWALL(firewall);
    return sysbus_realize_and_unref(SYS_BUS_DEVICE(firewall), errp);
}

static void fw_cfg_create(AvpsSoc *soc)
{
    const AvpsMapRow *row = avps_map_find_kind(AVPS_KIND_FW_CFG);
    g_autofree char *path =
        avps_fdt_add_block(soc->fdt, row, "fw-cfg",
                           AVPS_STRINGS("qemu,fw-cfg-mmio"));
    /* docs/specs/fw_cfg.rst: data register, selector, DMA address */
    FWCfgState *fw_cfg = fw_cfg_init_mem_wide(row->base + 8, row->base, 8,
                                              row->base + 16,
                                              &address_space_memory);

    fw_cfg_add_i16(fw_cfg, FW_CFG_NB_CPUS, soc->machine->smp.cpus);
    rom_set_fw(fw_cfg);
}

/* --- The whole --- */

/*
 * From the last row to the first: QEMU puts the newest node first in the
 * device tree and offers the newest bus first to a -device, so both end up in
 * the order of the table.
 */
static bool blocks_create(AvpsSoc *soc, Error **errp)
{
    const AvpsMapRow *row = avps_map;

    while (row->name) {
        row++;
    }
    while (row-- > avps_map) {
        if (!avps_block_create(soc, row, errp)) {
            return false;
        }
    }
    return true;
}

static void avps_soc_realize(DeviceState *dev, Error **errp)
{
    ERRP_GUARD();
    AvpsSoc *soc = AVPS_SOC(dev);

    if (!cores_create(soc, errp) || !gic_create(soc, errp) ||
        !power_create(soc, errp)) {
        return;
    }
    fw_cfg_create(soc);
    write_pmu_node(soc);
    write_timer_node(soc);
    write_cpu_nodes(soc);
    if (!pstore_create(soc, errp) ||
        (soc->secure_memory && (!secure_ram_create(soc, errp) ||
                                !firewall_create(soc, errp))) ||
        !avps_pcie_create(soc, errp) ||
        !avps_iommu_create(soc, errp) ||
        !avps_control_create(soc, errp)) {
        return;
    }
    if (!blocks_create(soc, errp)) {
        return;
    }
    watchdogs_connect(soc);
    if (!avps_pcie_create_functions(soc, errp)) {
        return;
    }
    avps_rearm_timers_on_start(soc);
}

static void avps_soc_class_init(ObjectClass *oc, AVPS_CLASS_DATA *data)
{
    DeviceClass *dc = DEVICE_CLASS(oc);

    dc->realize = avps_soc_realize;
    dc->desc = "AVPS automotive SoC";
    /* Made by its board, with the board's memory and device tree */
    dc->user_creatable = false;
}

static const TypeInfo avps_soc_info = {
    .name = TYPE_AVPS_SOC,
    .parent = TYPE_SYS_BUS_DEVICE,
    .instance_size = sizeof(AvpsSoc),
    .class_init = avps_soc_class_init,
};

static void avps_soc_register_types(void)
{
    type_register_static(&avps_soc_info);
}

type_init(avps_soc_register_types)
