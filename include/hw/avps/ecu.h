/*
 * avps-ecu: the machine
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef HW_AVPS_ECU_H
#define HW_AVPS_ECU_H

#include "hw/arm/boot.h"
#include "hw/avps/soc.h"
#include "hw/block/flash.h"
#include "hw/boards.h"
#include "qemu/notify.h"

#define TYPE_AVPS_ECU MACHINE_TYPE_NAME("avps-ecu-base")
OBJECT_DECLARE_TYPE(AvpsEcu, AvpsEcuClass, AVPS_ECU)

#define AVPS_NUM_FLASH 2

struct AvpsEcuClass {
    MachineClass parent_class;

    /* of TYPE_MACHINE */
    bool (*parent_create_default_memdev)(MachineState *machine,
                                         const char *path, Error **errp);
};

struct AvpsEcu {
    MachineState parent_obj;

    bool secure;         /* property: the cores have EL3, a secure world */
    bool virtualization; /* property: the cores have EL2 */
    bool idle_states;    /* property: the device tree has them */
    AvpsIommu iommu;     /* property */
    AvpsScmiTransport scmi; /* property */
    bool scmi_power_domains; /* property */
    bool dma_default_abort; /* property dma-default: abort, not bypass */
    AvpsLifecycle lifecycle; /* properties lifecycle and lifecycle-fuse */

    AvpsSoc soc;
    AvpsFdt fdt;
    PFlashCFI01 *flash[AVPS_NUM_FLASH];
    MemoryRegion secure_memory;
    DeviceState *power_key;

    struct arm_boot_info boot;
    Notifier powerdown, machine_done;
};

/* Add the flash banks, before the properties pflash0 and pflash1 are set. */
void avps_flash_init(AvpsEcu *ecu);

/*
 * Give the flash banks their contents, map them and describe them.
 * @has_firmware tells whether bank 0 holds something to start.
 */
bool avps_flash_create(AvpsEcu *ecu, bool *has_firmware, Error **errp);

/* Plug what surrounds the SoC on the board: memories, keys, NICs. */
bool avps_board_create(AvpsEcu *ecu, Error **errp);

/* Check the files of -kernel, -initrd and -dtb as far as a machine can. */
bool avps_check_boot_files(const MachineState *machine, Error **errp);

/* Load what is to be started, and have the device tree completed later. */
void avps_boot_init(AvpsEcu *ecu, bool has_firmware);

#endif
