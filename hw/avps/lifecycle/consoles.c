/*
 * avps-ecu: the text consoles of the machine, and how they are shut
 *
 * AVPS-v2.0-48: text consoles can be shut off entirely. A text console is
 * whatever a host terminal may sit behind and software takes for a terminal:
 * the SoC's UARTs, the devices of the table below, and semihosting. A
 * virtio-serial bus with virtserialports is none: Linux makes files of them,
 * not terminals.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "chardev/char-fe.h"
#include "hw/avps/lifecycle/consoles.h"
#include "hw/avps/qemu/char_gate.h"
#include "hw/avps/qemu/compat.h"
#include "hw/char/pl011.h"
#include "hw/qdev-properties.h"
#include "hw/qdev-properties-system.h"
#include "semihosting/semihost.h"
#include "system/system.h"

#include <libfdt.h>

/* The UARTs that -serial gives a backend to */
#define NUM_UARTS 3

/* What a user can add */
static const char *const console_devices[] = {
    "virtconsole", "pci-serial", "pci-serial-2x", "pci-serial-4x",
    "usb-serial", "usb-braille", "isa-serial", "isa-debugcon", "ipoctal232",
    "diva-gsp",
};

/* What is part of the SoC, or of one of those above */
static const char *const console_parts[] = { TYPE_PL011, "serial" };

static bool is_one_of(const DeviceState *dev, const char *const types[],
                      size_t n)
{
    const char *type = object_get_typename(OBJECT(dev));

    for (size_t i = 0; i < n; i++) {
        if (!strcmp(type, types[i])) {
            return true;
        }
    }
    return false;
}

bool avps_console_is_device(const DeviceState *dev)
{
    return is_one_of(dev, console_devices, ARRAY_SIZE(console_devices));
}

/* --- Refusing them --- */

/*
 * QEMU gives a machine without -serial a text window or nothing: either is
 * no request of the user's.
 */
static bool is_asked_for(Chardev *chr)
{
    return chr && !object_dynamic_cast(OBJECT(chr), TYPE_CHARDEV_NULL) &&
           !object_dynamic_cast(OBJECT(chr), "chardev-vc");
}

bool avps_consoles_refuse(const char *why, Error **errp)
{
    for (int i = 0; i < NUM_UARTS; i++) {
        if (is_asked_for(serial_hd(i))) {
            error_setg(errp, "%s has no text console: leave out -serial (and "
                       "-nographic, which has one too: say -display none)",
                       why);
            return false;
        }
    }
    if (semihosting_enabled(false)) {
        error_setg(errp, "%s has no semihosting: leave out -semihosting and "
                   "-semihosting-config", why);
        return false;
    }
    return true;
}

/* --- Detaching them --- */

/* Devices have their backends as properties, of their class or a parent. */
void avps_console_detach(DeviceState *dev)
{
    for (ObjectClass *oc = object_get_class(OBJECT(dev));
         object_class_dynamic_cast(oc, TYPE_DEVICE);
         oc = object_class_get_parent(oc)) {
        const DeviceClass *dc = DEVICE_CLASS(oc);

        for (int i = 0; i < dc->props_count_; i++) {
            if (dc->props_[i].info == &qdev_prop_chr) {
                AvpsCharFrontend *frontend =
                    object_field_prop_ptr(OBJECT(dev), &dc->props_[i]);

                avps_char_gate_open(frontend);
                qemu_chr_fe_deinit(frontend, false);
            }
        }
    }
}

static int detach_console(Object *obj, void *opaque)
{
    DeviceState *dev = (DeviceState *)object_dynamic_cast(obj, TYPE_DEVICE);

    if (dev && (avps_console_is_device(dev) ||
                is_one_of(dev, console_parts, ARRAY_SIZE(console_parts)))) {
        avps_console_detach(dev);
    }
    return 0;
}

void avps_consoles_detach(void)
{
    object_child_foreach_recursive(object_get_root(), detach_console, NULL);
}

/* --- Device tree --- */

static void delete_uarts(void *fdt)
{
    for (;;) {
        int node = fdt_node_offset_by_compatible(fdt, -1, "arm,pl011");

        if (node < 0 || fdt_del_node(fdt, node) < 0) {
            break;
        }
    }
}

/* The first alias of a node that is not there, or NULL. */
static const char *find_idle_alias(const void *fdt, int aliases)
{
    int property;

    fdt_for_each_property_offset(property, fdt, aliases) {
        const char *name;
        const char *path = fdt_getprop_by_offset(fdt, property, &name, NULL);

        if (path && fdt_path_offset(fdt, path) == -FDT_ERR_NOTFOUND) {
            return name;
        }
    }
    return NULL;
}

static void delete_idle_aliases(void *fdt)
{
    int aliases = fdt_path_offset(fdt, "/aliases");

    while (aliases >= 0) {
        /* The name lies in the tree, which is about to change */
        g_autofree char *idle = g_strdup(find_idle_alias(fdt, aliases));

        if (!idle || fdt_delprop(fdt, aliases, idle) < 0) {
            break;
        }
    }
}

static void delete_stdout_path(void *fdt, const char *path)
{
    int node = fdt_path_offset(fdt, path);

    if (node >= 0) {
        fdt_delprop(fdt, node, "stdout-path");
        fdt_delprop(fdt, node, "linux,stdout-path");
    }
}

void avps_consoles_write_tree(void *fdt, bool production)
{
    fdt_setprop_string(fdt, 0, "avps,lifecycle",
                       production ? "production" : "development");
    if (production) {
        delete_uarts(fdt);
        delete_idle_aliases(fdt);
        delete_stdout_path(fdt, "/chosen");
        delete_stdout_path(fdt, "/secure-chosen");
    }
}
