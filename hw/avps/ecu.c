/*
 * avps-ecu: the machine
 *
 * An automotive ECU after the Automotive Virtual Platform Specification
 * (AVPS) 2.0: the SoC of soc.c on a board of its own. This file has the
 * options, the memory, and the versions of the machine.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/cutils.h"
#include "qemu/units.h"
#include "qapi/error.h"
#include "hw/avps/ecu.h"
#include "hw/avps/lifecycle/consoles.h"
#include "hw/pci/pci_device.h"
#include "hw/virtio/virtio.h"
#include "system/device_tree.h"
#include "system/qtest.h"
#include "system/tcg.h"
#include "target/arm/cpu.h"

/* --- Topology --- */

static const CPUArchIdList *ecu_possible_cpu_arch_ids(MachineState *machine)
{
    const CpuTopology *smp = &machine->smp;
    CPUArchIdList *cpus = machine->possible_cpus;

    if (cpus) {
        return cpus;
    }
    cpus = g_malloc0(sizeof(*cpus) + smp->max_cpus * sizeof(*cpus->cpus));
    cpus->len = smp->max_cpus;
    for (int n = 0; n < cpus->len; n++) {
        CPUArchId *slot = &cpus->cpus[n];
        int core = n / smp->threads;
        int cluster = core / smp->cores;

        slot->type = machine->cpu_type;
        slot->arch_id = arm_build_mp_affinity(n, AVPS_MAX_CPUS);
        slot->vcpus_count = 1;
        slot->props.has_socket_id = true;
        slot->props.socket_id = cluster / smp->clusters;
        slot->props.has_cluster_id = true;
        slot->props.cluster_id = cluster % smp->clusters;
        slot->props.has_core_id = true;
        slot->props.core_id = core % smp->cores;
        slot->props.has_thread_id = true;
        slot->props.thread_id = n % smp->threads;
    }
    machine->possible_cpus = cpus;
    return cpus;
}

static CpuInstanceProperties ecu_cpu_index_to_props(MachineState *machine,
                                                    unsigned index)
{
    return ecu_possible_cpu_arch_ids(machine)->cpus[index].props;
}

static int64_t ecu_default_cpu_node_id(const MachineState *machine, int index)
{
    return machine->possible_cpus->cpus[index].props.socket_id %
           machine->numa_state->num_nodes;
}

/* --- Init --- */

static bool check_ram_size(const MachineState *machine, Error **errp)
{
    if (machine->ram_size < AVPS_RAM_MIN || machine->ram_size > AVPS_RAM_MAX) {
        g_autofree char *given = size_to_str(machine->ram_size);

        error_setg(errp, "avps-ecu takes 512 MiB to 64 GiB of RAM, not %s: "
                   "give another size with -m", given);
        return false;
    }
    return true;
}

/* Before the host is asked for memory that the machine would not take. */
static bool ecu_create_default_memdev(MachineState *machine, const char *path,
                                      Error **errp)
{
    AvpsEcuClass *class = AVPS_ECU_GET_CLASS(machine);

    return check_ram_size(machine, errp) &&
           class->parent_create_default_memdev(machine, path, errp);
}

static bool check_options(MachineState *machine, Error **errp)
{
    if (!tcg_enabled() && !qtest_enabled()) {
        error_setg(errp, "avps-ecu models EL2, EL3 and its timers itself: "
                   "use -accel tcg");
        return false;
    }
    if (!check_ram_size(machine, errp)) {
        return false;
    }
    if (AVPS_ECU(machine)->iommu == AVPS_IOMMU_NONE &&
        AVPS_ECU(machine)->dma_default_abort) {
        error_setg(errp, "dma-default=abort needs an IOMMU that can be told "
                   "what to let through: leave iommu=none out");
        return false;
    }
    if (machine->maxram_size != machine->ram_size) {
        error_setg(errp, "avps-ecu has no memory hotplug: leave maxmem= out "
                   "of -m");
        return false;
    }
    return avps_check_boot_files(machine, errp) &&
           avps_lifecycle_decide(&AVPS_ECU(machine)->lifecycle, errp);
}

/* With firmware at EL3, a call is one of it: nobody would answer. */
static bool check_calls(const AvpsEcu *ecu, bool has_firmware, Error **errp)
{
    if (ecu->scmi == AVPS_SCMI_BY_SMC && ecu->secure && has_firmware) {
        error_setg(errp, "scmi=smc needs the machine to answer SMC calls, but "
                   "with secure=on they are the firmware's: use scmi=mailbox "
                   "or scmi=virtio");
        return false;
    }
    return true;
}

/*
 * The secure world sees what the normal one sees, and devices of its own in
 * front of it.
 */
static void create_secure_memory(AvpsEcu *ecu)
{
    memory_region_init(&ecu->secure_memory, OBJECT(ecu), "secure-memory",
                       UINT64_MAX);
    memory_region_add_subregion_overlap(&ecu->secure_memory, 0,
                                        get_system_memory(), -1);
}

static bool ecu_create(AvpsEcu *ecu, Error **errp)
{
    MachineState *machine = MACHINE(ecu);
    AvpsSoc *soc = &ecu->soc;
    bool has_firmware;

    if (!check_options(machine, errp)) {
        return false;
    }
    ecu_possible_cpu_arch_ids(machine);
    avps_fdt_create(&ecu->fdt);
    machine->fdt = ecu->fdt.blob;
    if (ecu->secure) {
        create_secure_memory(ecu);
        qemu_fdt_add_subnode(ecu->fdt.blob, "/secure-chosen");
    }
    memory_region_add_subregion(get_system_memory(),
                                avps_map_find_kind(AVPS_KIND_RAM)->base,
                                machine->ram);
    if (!avps_flash_create(ecu, &has_firmware, errp) ||
        !check_calls(ecu, has_firmware, errp)) {
        return false;
    }

    object_initialize_child(OBJECT(ecu), "soc", soc, TYPE_AVPS_SOC);
    soc->machine = machine;
    soc->fdt = &ecu->fdt;
    soc->secure_memory = ecu->secure ? &ecu->secure_memory : NULL;
    soc->virtualization = ecu->virtualization;
    soc->idle_states = ecu->idle_states;
    soc->iommu = ecu->iommu;
    soc->scmi_transport = ecu->scmi;
    soc->scmi_power_domains = ecu->scmi_power_domains;
    soc->dma_default_abort = ecu->dma_default_abort;
    soc->lifecycle = &ecu->lifecycle;
    if (!sysbus_realize(SYS_BUS_DEVICE(soc), errp) ||
        !avps_board_create(ecu, errp)) {
        return false;
    }
    avps_boot_init(ecu, has_firmware);
    return true;
}

static void ecu_init(MachineState *machine)
{
    ecu_create(AVPS_ECU(machine), &error_fatal);
}

/* --- Options --- */

static bool ecu_get_secure(Object *obj, Error **errp)
{
    return AVPS_ECU(obj)->secure;
}

static void ecu_set_secure(Object *obj, bool value, Error **errp)
{
    AVPS_ECU(obj)->secure = value;
}

static bool ecu_get_virtualization(Object *obj, Error **errp)
{
    return AVPS_ECU(obj)->virtualization;
}

static void ecu_set_virtualization(Object *obj, bool value, Error **errp)
{
    AVPS_ECU(obj)->virtualization = value;
}

static bool ecu_get_idle_states(Object *obj, Error **errp)
{
    return AVPS_ECU(obj)->idle_states;
}

static void ecu_set_idle_states(Object *obj, bool value, Error **errp)
{
    AVPS_ECU(obj)->idle_states = value;
}

/* The place of @value among @names, which end with NULL; -1 and an error. */
static int parse_choice(const char *option, const char *value,
                        const char *const names[], Error **errp)
{
    g_autofree char *all = NULL;

    for (int i = 0; names[i]; i++) {
        if (!strcmp(value, names[i])) {
            return i;
        }
    }
    all = g_strjoinv(", ", (char **)names);
    error_setg(errp, "%s is one of %s, not '%s'", option, all, value);
    return -1;
}

static const char *const iommu_names[] = {
    [AVPS_IOMMU_SMMUV3] = "smmuv3",
    [AVPS_IOMMU_VIRTIO] = "virtio",
    [AVPS_IOMMU_NONE] = "none",
    NULL
};

static char *ecu_get_iommu(Object *obj, Error **errp)
{
    return g_strdup(iommu_names[AVPS_ECU(obj)->iommu]);
}

static void ecu_set_iommu(Object *obj, const char *value, Error **errp)
{
    int choice = parse_choice("iommu", value, iommu_names, errp);

    if (choice >= 0) {
        AVPS_ECU(obj)->iommu = choice;
    }
}

static const char *const scmi_names[] = {
    [AVPS_SCMI_BY_MAILBOX] = "mailbox",
    [AVPS_SCMI_BY_VIRTIO] = "virtio",
    [AVPS_SCMI_BY_SMC] = "smc",
    [AVPS_SCMI_NOT_THERE] = "off",
    NULL
};

static char *ecu_get_scmi(Object *obj, Error **errp)
{
    return g_strdup(scmi_names[AVPS_ECU(obj)->scmi]);
}

static void ecu_set_scmi(Object *obj, const char *value, Error **errp)
{
    int choice = parse_choice("scmi", value, scmi_names, errp);

    if (choice >= 0) {
        AVPS_ECU(obj)->scmi = choice;
    }
}

static bool ecu_get_scmi_power_domains(Object *obj, Error **errp)
{
    return AVPS_ECU(obj)->scmi_power_domains;
}

static void ecu_set_scmi_power_domains(Object *obj, bool value, Error **errp)
{
    AVPS_ECU(obj)->scmi_power_domains = value;
}

static const char *const dma_default_names[] = { "bypass", "abort", NULL };

static char *ecu_get_dma_default(Object *obj, Error **errp)
{
    return g_strdup(dma_default_names[AVPS_ECU(obj)->dma_default_abort]);
}

static void ecu_set_dma_default(Object *obj, const char *value, Error **errp)
{
    int choice = parse_choice("dma-default", value, dma_default_names, errp);

    if (choice >= 0) {
        AVPS_ECU(obj)->dma_default_abort = choice;
    }
}

static const char *const lifecycle_names[] = {
    [AVPS_DEVELOPMENT] = "development",
    [AVPS_PRODUCTION] = "production",
    NULL
};

static char *ecu_get_lifecycle(Object *obj, Error **errp)
{
    AvpsLifecycle *lifecycle = &AVPS_ECU(obj)->lifecycle;
    bool production = phase_check(PHASE_MACHINE_INITIALIZED)
        ? lifecycle->production : lifecycle->choice == AVPS_PRODUCTION;

    return g_strdup(lifecycle_names[production ? AVPS_PRODUCTION
                                               : AVPS_DEVELOPMENT]);
}

/* Neither option can be changed in a machine that exists. */
static bool lifecycle_is_open(const char *option, Error **errp)
{
    if (phase_check(PHASE_MACHINE_INITIALIZED)) {
        error_setg(errp, "%s is settled when the machine starts: give it on "
                   "the command line", option);
        return false;
    }
    return true;
}

static void ecu_set_lifecycle(Object *obj, const char *value, Error **errp)
{
    int choice = parse_choice("lifecycle", value, lifecycle_names, errp);

    if (choice >= 0 && lifecycle_is_open("lifecycle", errp)) {
        AVPS_ECU(obj)->lifecycle.choice = choice;
    }
}

static char *ecu_get_lifecycle_fuse(Object *obj, Error **errp)
{
    return g_strdup(AVPS_ECU(obj)->lifecycle.fuse_file ?: "");
}

static void ecu_set_lifecycle_fuse(Object *obj, const char *value,
                                   Error **errp)
{
    AvpsLifecycle *lifecycle = &AVPS_ECU(obj)->lifecycle;

    if (lifecycle_is_open("lifecycle-fuse", errp)) {
        g_free(lifecycle->fuse_file);
        lifecycle->fuse_file = g_strdup(value);
    }
}

/* --- What may be plugged --- */

static HotplugHandler *ecu_get_hotplug_handler(MachineState *machine,
                                               DeviceState *dev)
{
    /* Only for devices that are refused: others are their bus's matter */
    return AVPS_ECU(machine)->lifecycle.production &&
           avps_console_is_device(dev) ? HOTPLUG_HANDLER(machine) : NULL;
}

static void ecu_pre_plug(HotplugHandler *handler, DeviceState *dev,
                         Error **errp)
{
    avps_lifecycle_check_device(&AVPS_ECU(handler)->lifecycle, dev, errp);
}

static void ecu_instance_init(Object *obj)
{
    AvpsEcu *ecu = AVPS_ECU(obj);

    ecu->virtualization = true;
    ecu->lifecycle.choice = AVPS_LIFECYCLE_UNSAID;
    avps_flash_init(ecu);
}

/* Cores whose generic timer, GIC interface and EL2 are those of the map */
static const char *const ecu_cpu_types[] = {
    ARM_CPU_TYPE_NAME("cortex-a76"),
    ARM_CPU_TYPE_NAME("cortex-a35"),
    ARM_CPU_TYPE_NAME("cortex-a53"),
    ARM_CPU_TYPE_NAME("cortex-a55"),
    ARM_CPU_TYPE_NAME("cortex-a57"),
    ARM_CPU_TYPE_NAME("cortex-a72"),
    ARM_CPU_TYPE_NAME("cortex-a710"),
    ARM_CPU_TYPE_NAME("neoverse-n1"),
    ARM_CPU_TYPE_NAME("neoverse-n2"),
    ARM_CPU_TYPE_NAME("neoverse-v1"),
    ARM_CPU_TYPE_NAME("max"),
    NULL
};

static void ecu_class_init(ObjectClass *oc, AVPS_CLASS_DATA *data)
{
    MachineClass *mc = MACHINE_CLASS(oc);

    AVPS_ECU_CLASS(oc)->parent_create_default_memdev =
        mc->create_default_memdev;
    mc->create_default_memdev = ecu_create_default_memdev;
    mc->init = ecu_init;
    mc->min_cpus = 1;
    mc->default_cpus = 4;
    mc->max_cpus = AVPS_MAX_CPUS;
    mc->default_cpu_type = ARM_CPU_TYPE_NAME("cortex-a76");
    mc->valid_cpu_types = ecu_cpu_types;
    mc->default_ram_id = "avps.ram";
    mc->default_ram_size = 2 * GiB;
    mc->default_nic = "virtio-net-device";
    mc->block_default_type = IF_VIRTIO;
    mc->no_cdrom = true;
    mc->pci_allow_0_address = true;
    mc->minimum_page_bits = 12;
    mc->smp_props.clusters_supported = true;
    mc->possible_cpu_arch_ids = ecu_possible_cpu_arch_ids;
    mc->cpu_index_to_instance_props = ecu_cpu_index_to_props;
    mc->get_default_cpu_node_id = ecu_default_cpu_node_id;
    mc->get_hotplug_handler = ecu_get_hotplug_handler;
    HOTPLUG_HANDLER_CLASS(oc)->pre_plug = ecu_pre_plug;

    object_class_property_add_bool(oc, "secure", ecu_get_secure,
                                   ecu_set_secure);
    object_class_property_set_description(oc, "secure",
        "The cores have EL3, and there is a secure world (default: off)");
    object_class_property_add_bool(oc, "virtualization",
                                   ecu_get_virtualization,
                                   ecu_set_virtualization);
    object_class_property_set_description(oc, "virtualization",
        "The cores have EL2 (default: on)");
    object_class_property_add_bool(oc, "idle-states", ecu_get_idle_states,
                                   ecu_set_idle_states);
    object_class_property_set_description(oc, "idle-states",
        "The device tree has the cores' idle state, power-down by PSCI "
        "(default: off)");
    object_class_property_add_str(oc, "iommu", ecu_get_iommu, ecu_set_iommu);
    object_class_property_set_description(oc, "iommu",
        "What stands between masters and memory: smmuv3, virtio or none "
        "(default: smmuv3)");
    object_class_property_add_str(oc, "scmi", ecu_get_scmi, ecu_set_scmi);
    object_class_property_set_description(oc, "scmi",
        "How the device tree reaches the system control processor: mailbox, "
        "virtio or smc; off: there is none (default: mailbox)");
    object_class_property_add_bool(oc, "scmi-power-domains",
                                   ecu_get_scmi_power_domains,
                                   ecu_set_scmi_power_domains);
    object_class_property_set_description(oc, "scmi-power-domains",
        "Blocks have power domains of SCMI in the device tree, and lose their "
        "power when nobody wants it (default: off)");
    object_class_property_add_str(oc, "dma-default", ecu_get_dma_default,
                                  ecu_set_dma_default);
    object_class_property_set_description(oc, "dma-default",
        "What masters may do until software programs the IOMMU: bypass or "
        "abort (default: bypass)");
    object_class_property_add_str(oc, "lifecycle", ecu_get_lifecycle,
                                  ecu_set_lifecycle);
    object_class_property_set_description(oc, "lifecycle",
        "development, or production: without any text console (default: what "
        "the fuse says, development without one)");
    object_class_property_add_str(oc, "lifecycle-fuse", ecu_get_lifecycle_fuse,
                                  ecu_set_lifecycle_fuse);
    object_class_property_set_description(oc, "lifecycle-fuse",
        "File of a one-time fuse that asks for production once it is blown");
}

static const TypeInfo ecu_info = {
    .name = TYPE_AVPS_ECU,
    .parent = TYPE_MACHINE,
    .abstract = true,
    .instance_size = sizeof(AvpsEcu),
    .class_size = sizeof(AvpsEcuClass),
    .instance_init = ecu_instance_init,
    .class_init = ecu_class_init,
    .interfaces = AVPS_INTERFACES {
        AVPS_MACHINE_TARGET { TYPE_HOTPLUG_HANDLER }, { }
    },
};

/* --- Versions --- */

/*
 * A version never changes what a guest can see or what a snapshot contains.
 * A later one adds its class above and turns its changes off in the older
 * ones by their compat_props.
 */
static void ecu_1_0_class_init(ObjectClass *oc, AVPS_CLASS_DATA *data)
{
    MachineClass *mc = MACHINE_CLASS(oc);
    static GlobalProperty defaults[] = {
        /* AVPS-v2.0-11: drivers are told the MTU */
        { "virtio-net-device", "host_mtu", "1500" },
        /* VIRTIO 1.x only, which knows IOMMUs, as on the transports */
        { "virtio-pci", "disable-legacy", "on", .optional = true },
        /* Option ROMs are code for PCs, and not in every build of QEMU */
        { TYPE_PCI_DEVICE, "romfile", "" },
    };

    avps_add_compat_10_0(mc);
    compat_props_add(mc->compat_props, defaults, G_N_ELEMENTS(defaults));
    mc->desc = "Automotive ECU (AVPS 2.0), version 1.0";
    mc->alias = "avps-ecu";
}

static const TypeInfo ecu_1_0_info = {
    .name = MACHINE_TYPE_NAME("avps-ecu-1.0"),
    .parent = TYPE_AVPS_ECU,
    .class_init = ecu_1_0_class_init,
};

static void ecu_register_types(void)
{
    type_register_static(&ecu_info);
    type_register_static(&ecu_1_0_info);
}

type_init(ecu_register_types)
