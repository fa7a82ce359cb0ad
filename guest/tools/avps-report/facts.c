/*
 * Telling facts: a few words per kind of thing that a driver made
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "report.h"

#include <ctype.h>
#include <fcntl.h>
#include <linux/gpio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static char *attribute(const struct object *o, const char *name)
{
    char *path = format("%s/%s", o->path, name);
    char *value = first_line(path);

    free(path);
    return value;
}

static char *sized_fact(const struct object *o, uint64_t unit)
{
    char *count = attribute(o, "size");
    char *size = size_text(strtoull(count, NULL, 0) * unit);
    char *fact = format("%s, %s", o->name, size);

    free(size);
    free(count);
    return fact;
}

static char *tty_fact(const struct object *o)
{
    char *console = first_line("/sys/class/tty/console/active");
    char *fact = format("%s%s", o->name,
                        strstr(console, o->name) ? ", console" : "");

    free(console);
    return fact;
}

static char *net_fact(const struct object *o)
{
    char *type = attribute(o, "type");
    char *mac = attribute(o, "address");
    char *fact = strcmp(type, "1") ? strdup(o->name)    /* 1: Ethernet */
                                   : format("%s %s", o->name, mac);

    free(mac);
    free(type);
    return fact;
}

static char *block_fact(const struct object *o)
{
    return sized_fact(o, 512);
}

static char *mtd_fact(const struct object *o)
{
    return sized_fact(o, 1);
}

static char *mmc_fact(const struct object *o)
{
    for (size_t i = 0; i < device_count; i++) {
        if (!strcmp(devices[i].bus, "mmc") &&
            is_inside(devices[i].path, o->path)) {
            return strdup(o->name);
        }
    }
    return format("%s, no card", o->name);
}

static char *rtc_fact(const struct object *o)
{
    char *date = attribute(o, "date");
    char *time = attribute(o, "time");
    char *fact = format("%s %s %.5s", o->name, date, time);

    free(time);
    free(date);
    return fact;
}

static char *watchdog_fact(const struct object *o)
{
    char *timeout = attribute(o, "timeout");
    char *fact = *timeout ? format("%s, %s s", o->name, timeout)
                          : strdup(o->name);

    free(timeout);
    return fact;
}

static char *gpio_fact(const struct object *o)
{
    struct gpiochip_info info = { 0 };
    char *path = format("/dev/%s", o->name);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool known = fd >= 0 && !ioctl(fd, GPIO_GET_CHIPINFO_IOCTL, &info);

    if (fd >= 0) {
        close(fd);
    }
    free(path);
    return known ? format("%s, %u lines", o->name, info.lines)
                 : strdup(o->name);
}

static char *i2c_fact(const struct object *o)
{
    int clients = 0;

    for (size_t i = 0; i < device_count; i++) {
        clients += !strcmp(devices[i].bus, "i2c") &&
                   is_inside(devices[i].path, o->path) &&
                   isdigit(devices[i].name[0]);
    }
    return clients ? format("%s, %d device%s", o->name, clients,
                            clients > 1 ? "s" : "")
                   : strdup(o->name);
}

/* Root hubs are named usbN, interfaces have a colon: the rest are devices. */
static char *usb_fact(const struct object *o)
{
    char *controller = parent_of(o->path);
    int attached = 0;

    for (size_t i = 0; i < object_count; i++) {
        attached += !strcmp(objects[i].kind, "usb") &&
                    is_inside(objects[i].path, controller) &&
                    isdigit(objects[i].name[0]) &&
                    !strchr(objects[i].name, ':');
    }
    return format("%s, %d device%s", o->name, attached,
                  attached == 1 ? "" : "s");
}

static char *input_fact(const struct object *o)
{
    char *name = attribute(o, "device/name");
    char *fact = format("%s %s", o->name, name);

    free(name);
    return fact;
}

static char *hwmon_fact(const struct object *o)
{
    char *temperature = attribute(o, "temp1_input");
    char *fact = *temperature
                 ? format("%s, %.1f C", o->name, atoi(temperature) / 1000.0)
                 : strdup(o->name);

    free(temperature);
    return fact;
}

static char *name_fact(const struct object *o)
{
    return strdup(o->name);
}

/*
 * In this order: first what controllers make, so that the disk behind one is
 * told of where it belongs, then what matters more to the reader.
 */
static const struct {
    const char *kind, *prefix;
    char *(*fact)(const struct object *);
} fact_kinds[] = {
    { "mmc",      "mmc",      mmc_fact },
    { "usb",      "usb",      usb_fact },
    { "i2c",      "i2c-",     i2c_fact },
    { "spi",      "spi",      name_fact },
    { "mtd",      "mtd",      mtd_fact },
    { "block",    "",         block_fact },
    { "net",      "",         net_fact },
    { "tty",      "tty",      tty_fact },
    { "tty",      "hvc",      tty_fact },
    { "rtc",      "rtc",      rtc_fact },
    { "hwmon",    "hwmon",    hwmon_fact },
    { "watchdog", "watchdog", watchdog_fact },
    { "input",    "event",    input_fact },
    { "drm",      "card",     name_fact },
    { "sound",    "card",     name_fact },
    { "iio",      "iio:",     name_fact },
    { "gpio",     "gpiochip", gpio_fact },
    { "ptp",      "ptp",      name_fact },
    { "iommu",    "",         name_fact },
};

static void fact_by_objects(struct block *b, const struct device *dev)
{
    for (size_t i = 0; i < ARRAY_SIZE(fact_kinds); i++) {
        struct object *o = object_in(dev, fact_kinds[i].kind,
                                     fact_kinds[i].prefix);

        if (o) {
            char *fact = fact_kinds[i].fact(o);

            snprintf(b->detail, sizeof(b->detail), "%s", fact);
            free(fact);
            return;
        }
    }
}

static void fact_pstore(struct block *b, const struct device *dev)
{
    int records = count_dir("/sys/fs/pstore");

    (void)dev;
    snprintf(b->detail, sizeof(b->detail), "pstore, %d record%s", records,
             records == 1 ? "" : "s");
}

static void fact_fw_cfg(struct block *b, const struct device *dev)
{
    (void)dev;
    snprintf(b->detail, sizeof(b->detail), "%d entries",
             count_dir("/sys/firmware/qemu_fw_cfg/by_key"));
}

/* Of all the kernel's sources the one that is a VIRTIO device */
static void fact_hwrng(struct block *b, const struct device *dev)
{
    char *available = first_line("/sys/class/misc/hw_random/rng_available");
    const char *name = strstr(available, "virtio_rng");

    (void)dev;
    if (name) {
        snprintf(b->detail, sizeof(b->detail), "hwrng %.*s",
                 (int)strcspn(name, " "), name);
    }
    free(available);
}

static void fact_pmu(struct block *b, const struct device *dev)
{
    const char *said = logged(" PMU driver, ");
    int counters;

    (void)dev;
    if (said && sscanf(said, "%d", &counters) == 1) {
        snprintf(b->detail, sizeof(b->detail), "%d counters", counters);
    }
}

static void fact_pcie(struct block *b, const struct device *dev)
{
    int functions = 0;

    (void)dev;
    for (size_t i = 0; i < device_count; i++) {
        functions += !strcmp(devices[i].bus, "pci");
    }
    snprintf(b->detail, sizeof(b->detail), "%d function%s", functions,
             functions == 1 ? "" : "s");
}

static void fact_phy(struct block *b, const struct device *dev)
{
    char *path = format("%s/phy_id", dev->path);
    char *id = first_line(path);

    snprintf(b->detail, sizeof(b->detail), "id %s", id);
    free(id);
    free(path);
}

static void fact_optee(struct block *b, const struct device *dev)
{
    const char *said = logged("optee: revision ");
    unsigned major, minor;

    (void)dev;
    if (said && sscanf(said, "%u.%u", &major, &minor) == 2) {
        snprintf(b->detail, sizeof(b->detail), "revision %u.%u", major, minor);
    }
}

/* Drivers whose fact is not an object of theirs. */
static const struct {
    const char *driver;
    void (*fact)(struct block *, const struct device *);
} fact_drivers[] = {
    { "ramoops",          fact_pstore },
    { "fw_cfg",           fact_fw_cfg },
    { "virtio_rng",       fact_hwrng },
    { "armv8-pmu",        fact_pmu },
    { "pci-host-generic", fact_pcie },
    { "optee",            fact_optee },
};

void find_fact(struct block *b, const struct device *dev)
{
    for (size_t i = 0; i < ARRAY_SIZE(fact_drivers); i++) {
        if (!strcmp(dev->driver, fact_drivers[i].driver)) {
            fact_drivers[i].fact(b, dev);
            return;
        }
    }
    if (!strcmp(dev->bus, "mdio_bus")) {
        fact_phy(b, dev);
    } else {
        fact_by_objects(b, dev);
    }
}
