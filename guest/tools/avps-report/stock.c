/*
 * What Linux made of the machine: devices, what their drivers made, the log
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/klog.h>

struct device *devices;
size_t device_count;
struct object *objects;
size_t object_count;

static char *kernel_log;

/*
 * Several devices may point to one node: the one on the bus that comes first
 * here is the block, the others are what its driver made.
 */
static const char *const bus_order[] = {
    "amba", "platform", "spi", "i2c", "mdio_bus", "mmc", "pci", "virtio",
    "scmi_protocol", "usb",
};

/* Where the things that drivers make are listed. */
static const struct {
    const char *kind, *dir;
} object_dirs[] = {
    { "tty",      "/sys/class/tty" },
    { "net",      "/sys/class/net" },
    { "block",    "/sys/class/block" },
    { "mtd",      "/sys/class/mtd" },
    { "mmc",      "/sys/class/mmc_host" },
    { "rtc",      "/sys/class/rtc" },
    { "watchdog", "/sys/class/watchdog" },
    { "input",    "/sys/class/input" },
    { "drm",      "/sys/class/drm" },
    { "sound",    "/sys/class/sound" },
    { "hwmon",    "/sys/class/hwmon" },
    { "iio",      "/sys/bus/iio/devices" },
    { "i2c",      "/sys/bus/i2c/devices" },
    { "spi",      "/sys/class/spi_master" },
    { "gpio",     "/sys/bus/gpio/devices" },
    { "usb",      "/sys/bus/usb/devices" },
    { "ptp",      "/sys/class/ptp" },
    { "iommu",    "/sys/class/iommu" },
};

/* The last part of a path, as a string of its own; NULL stays NULL. */
static char *last_part(char *path)
{
    char *name = path ? strdup(strrchr(path, '/') + 1) : NULL;

    free(path);
    return name;
}

/* What stands behind DT_ROOT in a path; NULL when it leads elsewhere. */
static char *node_part(char *path)
{
    char *node = path && starts_with(path, DT_ROOT)
                 ? strdup(path + strlen(DT_ROOT)) : NULL;

    free(path);
    return node;
}

static void scan_devices_of(const char *bus)
{
    char *dir = format("/sys/bus/%s/devices", bus);
    struct dirent **entries = NULL;
    int n = list_dir(dir, &entries);

    for (int i = 0; i < n; i++) {
        char *path = sys_path(dir, entries[i]->d_name);
        struct device *dev;

        if (!path) {
            continue;       /* it went while we looked */
        }
        devices = grow(devices, device_count, sizeof(*devices));
        dev = &devices[device_count++];
        dev->bus = bus;
        dev->path = path;
        dev->name = strdup(entries[i]->d_name);
        dev->driver = last_part(link_target(path, "driver"));
        dev->node = node_part(sys_path(path, "of_node"));
    }
    free_list(entries, n);
    free(dir);
}

static void scan_objects_of(const char *kind, const char *dir)
{
    struct dirent **entries = NULL;
    int n = list_dir(dir, &entries);

    for (int i = 0; i < n; i++) {
        char *path = sys_path(dir, entries[i]->d_name);

        if (path) {
            objects = grow(objects, object_count, sizeof(*objects));
            objects[object_count].kind = kind;
            objects[object_count].path = path;
            objects[object_count++].name = strdup(entries[i]->d_name);
        }
    }
    free_list(entries, n);
}

static void read_kernel_log(void)
{
    int size = klogctl(10 /* SYSLOG_ACTION_SIZE_BUFFER */, NULL, 0);
    int n;

    kernel_log = calloc(1, (size > 0 ? size : 0) + 1);
    n = klogctl(3 /* SYSLOG_ACTION_READ_ALL */, kernel_log, size);
    kernel_log[n > 0 ? n : 0] = '\0';
}

const char *logged(const char *text)
{
    const char *at = strstr(kernel_log, text);

    return at ? at + strlen(text) : NULL;
}

void take_stock(void)
{
    read_kernel_log();
    for (size_t i = 0; i < ARRAY_SIZE(bus_order); i++) {
        scan_devices_of(bus_order[i]);
    }
    for (size_t i = 0; i < ARRAY_SIZE(object_dirs); i++) {
        scan_objects_of(object_dirs[i].kind, object_dirs[i].dir);
    }
}

void forget_stock(void)
{
    for (size_t i = 0; i < device_count; i++) {
        free(devices[i].path);
        free(devices[i].name);
        free(devices[i].node);
        free(devices[i].driver);
    }
    for (size_t i = 0; i < object_count; i++) {
        free(objects[i].path);
        free(objects[i].name);
    }
    free(devices);
    free(objects);
    free(kernel_log);
    devices = NULL;
    objects = NULL;
    kernel_log = NULL;
    device_count = object_count = 0;
}

struct device *device_of_node(const char *node)
{
    struct device *first = NULL;

    for (size_t i = 0; i < device_count; i++) {
        struct device *dev = &devices[i];

        if (!dev->node || strcmp(dev->node, node)) {
            continue;
        }
        if (dev->driver) {
            return dev;
        }
        first = first ? first : dev;
    }
    return first;
}

struct object *object_in(const struct device *dev, const char *kind,
                         const char *prefix)
{
    for (size_t i = 0; i < object_count; i++) {
        if (!strcmp(objects[i].kind, kind) &&
            starts_with(objects[i].name, prefix) &&
            is_inside(objects[i].path, dev->path)) {
            return &objects[i];
        }
    }
    return NULL;
}

struct device *device_inside(const struct device *outer, const char *bus)
{
    for (size_t i = 0; i < device_count; i++) {
        if (!strcmp(devices[i].bus, bus) &&
            is_inside(devices[i].path, outer->path)) {
            return &devices[i];
        }
    }
    return NULL;
}
