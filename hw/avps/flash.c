/*
 * avps-ecu: the two flash banks of the board
 *
 * Bank 0 holds firmware and is the secure world's alone with secure=on; bank
 * 1 holds the firmware's variables. Geometry as on QEMU's "virt", so that
 * images made for it fit. Binding: mtd/mtd-physmap.yaml.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/datadir.h"
#include "qapi/error.h"
#include "hw/avps/ecu.h"
#include "hw/loader.h"
#include "hw/qdev-properties.h"
#include "system/block-backend.h"
#include "system/blockdev.h"
#include "system/device_tree.h"

#define SECTOR_SIZE (256 * 1024)

static const AvpsMapRow *bank_row(int bank)
{
    return avps_map_find(bank ? "flash1" : "flash0");
}

void avps_flash_init(AvpsEcu *ecu)
{
    for (int i = 0; i < AVPS_NUM_FLASH; i++) {
        g_autofree char *option = g_strdup_printf("pflash%d", i);
        DeviceState *dev = qdev_new(TYPE_PFLASH_CFI01);

        qdev_prop_set_uint64(dev, "sector-length", SECTOR_SIZE);
        qdev_prop_set_uint8(dev, "width", 4);
        qdev_prop_set_uint8(dev, "device-width", 2);
        qdev_prop_set_bit(dev, "big-endian", false);
        qdev_prop_set_uint16(dev, "id0", 0x89); /* Intel, 28F640J5 family */
        qdev_prop_set_uint16(dev, "id1", 0x18);
        qdev_prop_set_string(dev, "name", bank_row(i)->name);
        object_property_add_child(OBJECT(ecu), bank_row(i)->name,
                                  OBJECT(dev));
        object_property_add_alias(OBJECT(ecu), option, OBJECT(dev), "drive");
        ecu->flash[i] = PFLASH_CFI01(dev);
    }
}

static bool check_size(AvpsEcu *ecu, int bank, Error **errp)
{
    BlockBackend *blk = pflash_cfi01_get_blk(ecu->flash[bank]);
    uint64_t want = bank_row(bank)->size;
    int64_t size = blk ? blk_getlength(blk) : want;

    if (size != want) {
        error_setg(errp, "flash bank %d (-drive if=pflash,unit=%d) is %" PRIu64
                   " bytes large, but its file has %" PRId64
                   ": resize it with 'qemu-img resize'",
                   bank, bank, want, size);
        return false;
    }
    return true;
}

static bool map_bank(AvpsEcu *ecu, int bank, MemoryRegion *memory,
                     Error **errp)
{
    DeviceState *dev = DEVICE(ecu->flash[bank]);
    const AvpsMapRow *row = bank_row(bank);

    qdev_prop_set_uint32(dev, "num-blocks", row->size / SECTOR_SIZE);
    if (!check_size(ecu, bank, errp) ||
        !sysbus_realize_and_unref(SYS_BUS_DEVICE(dev), errp)) {
        return false;
    }
    memory_region_add_subregion(memory, row->base,
                                sysbus_mmio_get_region(SYS_BUS_DEVICE(dev),
                                                       0));
    return true;
}

static void write_node(AvpsEcu *ecu, int bank, bool secure)
{
    AvpsMapRow row = *bank_row(bank);
    g_autofree char *path = NULL;

    row.flags |= secure ? AVPS_SECURE : 0;
    path = avps_fdt_add_block(&ecu->fdt, &row, "flash",
                              AVPS_STRINGS("cfi-flash"));
    qemu_fdt_setprop_cell(ecu->fdt.blob, path, "bank-width", 4);
}

/* -bios: an image of any size up to the bank's, that is not written back */
static bool load_bios(AvpsEcu *ecu, const char *name, Error **errp)
{
    MemoryRegion *bank = sysbus_mmio_get_region(SYS_BUS_DEVICE(ecu->flash[0]),
                                                0);
    g_autofree char *file = qemu_find_file(QEMU_FILE_TYPE_BIOS, name);

    if (pflash_cfi01_get_blk(ecu->flash[0])) {
        error_setg(errp, "both -bios and -drive if=pflash,unit=0 give the "
                   "contents of flash bank 0: leave one of them out");
        return false;
    }
    if (!file) {
        error_setg(errp, "the firmware file '%s' of -bios does not exist: "
                   "give the path of one that does", name);
        return false;
    }
    if (load_image_mr(file, bank) <= 0) {
        error_setg(errp, "the firmware file '%s' of -bios cannot be read, is "
                   "empty, or is larger than the 64 MiB of flash bank 0: give "
                   "another", name);
        return false;
    }
    return true;
}

bool avps_flash_create(AvpsEcu *ecu, bool *has_firmware, Error **errp)
{
    const char *bios = MACHINE(ecu)->firmware;
    MemoryRegion *memory = get_system_memory();

    for (int i = 0; i < AVPS_NUM_FLASH; i++) {
        pflash_cfi01_legacy_drive(ecu->flash[i], drive_get(IF_PFLASH, 0, i));
    }
    if (!map_bank(ecu, 0, ecu->secure ? &ecu->secure_memory : memory, errp) ||
        !map_bank(ecu, 1, memory, errp) ||
        (bios && !load_bios(ecu, bios, errp))) {
        return false;
    }
    write_node(ecu, 1, false);
    write_node(ecu, 0, ecu->secure);
    *has_firmware = bios || pflash_cfi01_get_blk(ecu->flash[0]);
    return true;
}
