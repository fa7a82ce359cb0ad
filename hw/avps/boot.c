/*
 * avps-ecu: what is started, and the device tree that it is given
 *
 * The tree is completed when all devices of the command line exist. It always
 * has /chosen/kaslr-seed and rng-seed (AVPS-v2.0-42), fresh at every reset,
 * whoever wrote the tree.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/bswap.h"
#include "qemu/guest-random.h"
#include "qapi/error.h"
#include "hw/avps/ecu.h"
#include "hw/avps/lifecycle/consoles.h"
#include "hw/loader.h"
#include "system/device_tree.h"
#include "system/reset.h"
#include "system/system.h"
#include "target/arm/cpu.h"

#include <libfdt.h>

/* What QEMU's loader adds to a tree, beside the command line: bytes */
#define FDT_ROOM (16 * 1024)

#define RNG_SEED_SIZE 32

static const char *const seeded_nodes[] = { "/chosen", "/secure-chosen" };

/* --- Seeds --- */

/* Give the nodes that exist in @fdt their seeds, or end with an error. */
static void add_seeds(void *fdt)
{
    for (int i = 0; i < ARRAY_SIZE(seeded_nodes); i++) {
        struct {
            uint64_t kaslr;
            uint8_t rng[RNG_SEED_SIZE];
        } seed;

        if (fdt_path_offset(fdt, seeded_nodes[i]) < 0) {
            continue;
        }
        qemu_guest_getrandom(&seed, sizeof(seed), &error_fatal);
        qemu_fdt_setprop_u64(fdt, seeded_nodes[i], "kaslr-seed", seed.kaslr);
        qemu_fdt_setprop(fdt, seeded_nodes[i], "rng-seed", seed.rng,
                         sizeof(seed.rng));
    }
}

/*
 * At reset, in the copy that is written to guest memory then. QEMU's loader
 * renews rng-seed itself.
 */
static void renew_kaslr_seeds(void *fdt)
{
    for (int i = 0; i < ARRAY_SIZE(seeded_nodes); i++) {
        int node = fdt_path_offset(fdt, seeded_nodes[i]);
        uint64_t seed;

        if (node >= 0) {
            qemu_guest_getrandom_nofail(&seed, sizeof(seed));
            fdt_setprop_inplace_u64(fdt, node, "kaslr-seed", seed);
        }
    }
}

/* --- Device tree --- */

static AvpsEcu *ecu_of(const struct arm_boot_info *info)
{
    return container_of(info, AvpsEcu, boot);
}

/* Distances between NUMA nodes: numa.txt of the Linux bindings */
static void write_distance_map(const MachineState *machine, void *blob)
{
    const NumaState *numa = machine->numa_state;
    int n = numa->num_nodes;
    g_autofree uint32_t *matrix = g_new(uint32_t, 3 * n * n);

    if (!numa->have_numa_distance) {
        return;
    }
    for (int i = 0; i < n * n; i++) {
        matrix[3 * i] = cpu_to_be32(i / n);
        matrix[3 * i + 1] = cpu_to_be32(i % n);
        matrix[3 * i + 2] = cpu_to_be32(numa->nodes[i / n].distance[i % n]);
    }
    qemu_fdt_add_subnode(blob, "/distance-map");
    qemu_fdt_setprop(blob, "/distance-map", "distance-matrix", matrix,
                     3 * n * n * sizeof(*matrix));
    qemu_fdt_setprop_string(blob, "/distance-map", "compatible",
                            "numa-distance-map-v1");
}

/* A copy of our tree, just large enough for what the loader adds. */
static void *get_dtb(const struct arm_boot_info *info, int *size)
{
    MachineState *machine = MACHINE(ecu_of(info));
    const char *cmdline = machine->kernel_cmdline;
    void *dtb;

    write_distance_map(machine, machine->fdt);
    fdt_pack(machine->fdt);
    *size = fdt_totalsize(machine->fdt) + FDT_ROOM +
            (cmdline ? strlen(cmdline) : 0);
    dtb = g_malloc0(*size);
    fdt_open_into(machine->fdt, dtb, *size);
    return dtb;
}

/* The last change to a tree, ours or the user's. */
static void modify_dtb(const struct arm_boot_info *info, void *fdt)
{
    add_seeds(fdt);
    avps_consoles_write_tree(fdt, ecu_of(info)->lifecycle.production);
    /* "dumpdtb" writes as much as the header says */
    fdt_pack(fdt);
}

static void machine_done(Notifier *notifier, void *data)
{
    AvpsEcu *ecu = container_of(notifier, AvpsEcu, machine_done);
    ARMCPU *cpu = ecu->soc.cpu[0];
    AddressSpace *as = arm_boot_address_space(cpu, &ecu->boot);
    int size = arm_load_dtb(ecu->boot.dtb_start, &ecu->boot,
                            ecu->boot.dtb_limit, as, MACHINE(ecu), cpu);

    if (size < 0) {
        exit(1);
    }
    /* The loader has freed our tree; what it loaded is the machine's now */
    ecu->fdt.blob = MACHINE(ecu)->fdt;
    ecu->lifecycle.dtb = rom_ptr_for_as(as, ecu->boot.dtb_start, size);
    qemu_register_reset_nosnapshotload(renew_kaslr_seeds, ecu->lifecycle.dtb);
}

/* --- Start --- */

/*
 * Firmware at EL3 has its own PSCI. Otherwise QEMU's answers, at the level
 * above the guest's.
 */
static int psci_conduit(const AvpsEcu *ecu, bool has_firmware)
{
    if (ecu->secure && has_firmware) {
        return QEMU_PSCI_CONDUIT_DISABLED;
    }
    return ecu->virtualization ? QEMU_PSCI_CONDUIT_SMC
                               : QEMU_PSCI_CONDUIT_HVC;
}

void avps_boot_init(AvpsEcu *ecu, bool has_firmware)
{
    MachineState *machine = MACHINE(ecu);

    ecu->boot.ram_size = machine->ram_size;
    ecu->boot.loader_start = avps_map_find_kind(AVPS_KIND_RAM)->base;
    ecu->boot.board_id = -1;
    ecu->boot.get_dtb = get_dtb;
    ecu->boot.modify_dtb = modify_dtb;
    ecu->boot.skip_dtb_autoload = true;
    ecu->boot.firmware_loaded = has_firmware;
    ecu->boot.psci_conduit = psci_conduit(ecu, has_firmware);
    arm_load_kernel(ecu->soc.cpu[0], machine, &ecu->boot);

    ecu->machine_done.notify = machine_done;
    qemu_add_machine_init_done_notifier(&ecu->machine_done);
}
