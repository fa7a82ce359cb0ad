/*
 * avps-ecu: the board around the SoC
 *
 * eMMC, NOR flash, power key, the secure world's power switch, the entropy
 * source and the network interfaces. Bindings: mtd/jedec,spi-nor.yaml,
 * input/gpio-keys.yaml, power/reset/gpio-*.yaml.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/host-utils.h"
#include "qapi/error.h"
#include "hw/avps/ecu.h"
#include "hw/block/flash.h"
#include "hw/irq.h"
#include "hw/pci/pci.h"
#include "hw/qdev-properties.h"
#include "hw/qdev-properties-system.h"
#include "hw/sd/sd.h"
#include "hw/ssi/imx_spi.h"
#include "hw/ssi/ssi.h"
#include "net/net.h"
#include "standard-headers/linux/input-event-codes.h"
#include "system/block-backend.h"
#include "system/blockdev.h"
#include "system/device_tree.h"
#include "system/runstate.h"
#include "system/system.h"

/* 4 MiB, known to Linux's and U-Boot's SPI NOR drivers */
#define NOR_TYPE "w25q32"
#define NOR_MAX_HZ 25000000

/* Transports of the devices that the board plugs, from the last one down */
#define RNG_TRANSPORT (AVPS_NUM_VIRTIO - 1)

static char *node_path(const char *row, const char *generic)
{
    return avps_fdt_path(avps_map_find(row), generic);
}

/* Node @path gets @property: line @line of the GPIO block @gpio. */
static void set_gpio(AvpsEcu *ecu, const char *path, const char *property,
                     const char *gpio, int line, bool active_low)
{
    g_autofree char *controller = node_path(gpio, "gpio");

    qemu_fdt_setprop_cells(ecu->fdt.blob, path, property,
                           qemu_fdt_get_phandle(ecu->fdt.blob, controller),
                           line, active_low);
}

/* --- Memories --- */

static bool emmc_check_size(BlockBackend *blk, Error **errp)
{
    int64_t size = blk_getlength(blk);

    if (size <= 0 || !is_power_of_2(size)) {
        error_setg(errp, "the eMMC of -drive if=sd must have a power of two "
                   "of bytes, not %" PRId64 ": resize it with 'qemu-img "
                   "resize'", size);
        return false;
    }
    return true;
}

/* -drive if=sd; without it the socket is empty */
static bool emmc_create(AvpsEcu *ecu, Error **errp)
{
    DriveInfo *drive = drive_get(IF_SD, 0, 0);
    BlockBackend *blk;
    DeviceState *card;

    if (!drive) {
        return true;
    }
    blk = blk_by_legacy_dinfo(drive);
    card = qdev_new(TYPE_EMMC);
    object_property_add_child(OBJECT(ecu), "emmc", OBJECT(card));
    if (!emmc_check_size(blk, errp) ||
        !qdev_prop_set_drive_err(card, "drive", blk, errp)) {
        return false;
    }
    return qdev_realize_and_unref(
        card, qdev_get_child_bus(avps_soc_block(&ecu->soc, "sdhci0"),
                                 "sd-bus"), errp);
}

static bool nor_check_size(BlockBackend *blk, Error **errp)
{
    const int64_t want = 4 * 1024 * 1024;
    int64_t size = blk_getlength(blk);

    if (size != want) {
        error_setg(errp, "the NOR flash of -drive if=mtd is %" PRId64
                   " bytes large, but the file has %" PRId64
                   ": give one of that size", want, size);
        return false;
    }
    return true;
}

/* -drive if=mtd; without it the flash is erased and forgets */
static bool nor_create(AvpsEcu *ecu, Error **errp)
{
    DeviceState *spi = avps_soc_block(&ecu->soc, "spi0");
    DriveInfo *drive = drive_get(IF_MTD, 0, 0);
    DeviceState *flash = qdev_new(NOR_TYPE);
    g_autofree char *bus = node_path("spi0", "spi");
    g_autofree char *node = g_strdup_printf("%s/flash@0", bus);

    object_property_add_child(OBJECT(ecu), "nor", OBJECT(flash));
    if (drive) {
        BlockBackend *blk = blk_by_legacy_dinfo(drive);

        if (!nor_check_size(blk, errp) ||
            !qdev_prop_set_drive_err(flash, "drive", blk, errp)) {
            return false;
        }
    }
    if (!ssi_realize_and_unref(flash, (SSIBus *)qdev_get_child_bus(spi, "spi"),
                               errp)) {
        return false;
    }
    /*
     * By GPIO, not by the controller's own line, which QEMU's model never
     * releases between two messages.
     */
    qdev_connect_gpio_out(avps_soc_block(&ecu->soc, "gpio1"),
                          AVPS_GPIO1_NOR_CS,
                          qdev_get_gpio_in_named(flash, SSI_GPIO_CS, 0));

    set_gpio(ecu, bus, "cs-gpios", "gpio1", AVPS_GPIO1_NOR_CS, true);
    qemu_fdt_add_subnode(ecu->fdt.blob, node);
    qemu_fdt_setprop_cell(ecu->fdt.blob, node, "spi-max-frequency",
                          NOR_MAX_HZ);
    qemu_fdt_setprop_cell(ecu->fdt.blob, node, "reg", 0);
    qemu_fdt_setprop_string(ecu->fdt.blob, node, "compatible",
                            "jedec,spi-nor");
    return true;
}

/* --- Power --- */

static void powerdown_requested(Notifier *notifier, void *data)
{
    AvpsEcu *ecu = container_of(notifier, AvpsEcu, powerdown);

    qemu_set_irq(qdev_get_gpio_in(ecu->power_key, 0), 1);
}

static bool power_key_create(AvpsEcu *ecu, Error **errp)
{
    void *blob = ecu->fdt.blob;
    DeviceState *gpio = avps_soc_block(&ecu->soc, "gpio0");

    ecu->power_key = qdev_new("gpio-key");
    object_property_add_child(OBJECT(ecu), "power-key",
                              OBJECT(ecu->power_key));
    if (!sysbus_realize_and_unref(SYS_BUS_DEVICE(ecu->power_key), errp)) {
        return false;
    }
    sysbus_connect_irq(SYS_BUS_DEVICE(ecu->power_key), 0,
                       qdev_get_gpio_in(gpio, AVPS_GPIO0_POWER_KEY));
    ecu->powerdown.notify = powerdown_requested;
    qemu_register_powerdown_notifier(&ecu->powerdown);

    qemu_fdt_add_path(blob, "/gpio-keys/key-power");
    qemu_fdt_setprop_string(blob, "/gpio-keys", "compatible", "gpio-keys");
    qemu_fdt_setprop_string(blob, "/gpio-keys/key-power", "label", "Power");
    qemu_fdt_setprop_cell(blob, "/gpio-keys/key-power", "linux,code",
                          KEY_POWER);
    avps_fdt_set_flag(&ecu->fdt, "/gpio-keys/key-power", "wakeup-source");
    set_gpio(ecu, "/gpio-keys/key-power", "gpios", "gpio0",
             AVPS_GPIO0_POWER_KEY, false);
    return true;
}

static void secure_power_node(AvpsEcu *ecu, const char *path,
                              const char *compatible, int line)
{
    void *blob = ecu->fdt.blob;

    qemu_fdt_add_subnode(blob, path);
    avps_fdt_mark_secure(&ecu->fdt, path);
    set_gpio(ecu, path, "gpios", "gpio-secure", line, false);
    qemu_fdt_setprop_string(blob, path, "compatible", compatible);
}

/* How the platform "qemu" of TF-A stops and resets the machine */
static void secure_power_connect(AvpsEcu *ecu)
{
    DeviceState *gpio = avps_soc_block(&ecu->soc, "gpio-secure");
    DeviceState *power = DEVICE(ecu->soc.power);

    qdev_connect_gpio_out(gpio, AVPS_GPIO_SECURE_POWEROFF,
                          qdev_get_gpio_in_named(power, "shutdown", 0));
    qdev_connect_gpio_out(gpio, AVPS_GPIO_SECURE_RESET,
                          qdev_get_gpio_in_named(power, "reset", 0));
    secure_power_node(ecu, "/gpio-restart", "gpio-restart",
                      AVPS_GPIO_SECURE_RESET);
    secure_power_node(ecu, "/gpio-poweroff", "gpio-poweroff",
                      AVPS_GPIO_SECURE_POWEROFF);
}

/* --- VIRTIO devices of the board --- */

static bool plug_virtio(AvpsEcu *ecu, DeviceState *dev, int transport,
                        Error **errp)
{
    g_autofree char *proxy = g_strdup_printf("virtio-mmio%d", transport);
    g_autofree char *bus = g_strdup_printf("%s.0", proxy);

    return qdev_realize_and_unref(
        dev, qdev_get_child_bus(avps_soc_block(&ecu->soc, proxy), bus), errp);
}

/* AVPS-v2.0-40, -41: an entropy source that is always there */
static bool rng_create(AvpsEcu *ecu, Error **errp)
{
    DeviceState *rng = qdev_new("virtio-rng-device");

    object_property_add_child(OBJECT(ecu), "rng", OBJECT(rng));
    return plug_virtio(ecu, rng, RNG_TRANSPORT, errp);
}

/* -nic: a VIRTIO one each, unless it names a model of PCI or the SoC's MAC */
static bool nics_create(AvpsEcu *ecu, Error **errp)
{
    for (int i = RNG_TRANSPORT - 1; i >= 0; i--) {
        DeviceState *nic = qemu_create_nic_device("virtio-net-device", true,
                                                  "virtio");

        if (!nic) {
            break;
        }
        if (!plug_virtio(ecu, nic, i, errp)) {
            return false;
        }
    }
    pci_init_nic_devices(ecu->soc.pcie, "virtio-net-pci");
    avps_nic_update_link(avps_soc_block(&ecu->soc, "ethernet0"));
    return true;
}

bool avps_board_create(AvpsEcu *ecu, Error **errp)
{
    if (ecu->secure) {
        secure_power_connect(ecu);
    }
    return emmc_create(ecu, errp) &&
           nor_create(ecu, errp) &&
           power_key_create(ecu, errp) &&
           rng_create(ecu, errp) &&
           nics_create(ecu, errp);
}
