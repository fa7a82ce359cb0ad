/*
 * avps-report: the blocks of this SoC, and what Linux made of them
 *
 * One line per block: name, address, interrupt, driver, and `ok` with a
 * telling fact, or what is missing.  Nothing here knows a machine: the blocks
 * come from the live device tree, the drivers from the devices that point
 * back to it.  The few blocks that Linux serves without a device (interrupt
 * controller, timers, PSCI) are judged by the traces they leave elsewhere.
 *
 * A block counts as missing only when this kernel package has a driver for
 * it, which /etc/avps/drivers tells; without one it is `no driver`, a note.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#define _GNU_SOURCE
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <sys/ioctl.h>
#include <sys/klog.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/utsname.h>
#include <linux/gpio.h>
#include <linux/netlink.h>

#define DT_ROOT       "/sys/firmware/devicetree/base"
#define DRIVERS_TABLE "/etc/avps/drivers"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* Drivers that probe in the background get this long between two signs of life. */
#define SETTLE_QUIET_MS 700
#define SETTLE_TOTAL_MS 5000

/* What a terminal of 80 columns shows without a wrap. */
#define LINE_WIDTH   80
#define NAME_WIDTH   14
#define ADDR_WIDTH   12
#define IRQ_WIDTH    9
#define DRIVER_WIDTH 16
#define STATE_WIDTH  (LINE_WIDTH - NAME_WIDTH - ADDR_WIDTH - IRQ_WIDTH - \
                      DRIVER_WIDTH - 4)

enum { GIC_SPI, GIC_PPI };

/* A node of the device tree, with what is asked of it again and again. */
struct node {
    char *path;             /* "" is the root */
    char *compatible;       /* as in the file, or NULL */
    size_t compatible_len;
    uint32_t phandle;       /* or 0 */
};

/* What Linux knows as a device, on one of the buses of bus_order. */
struct device {
    char *path;             /* in /sys/devices */
    char *name;
    char *node;             /* its node in the device tree, or NULL */
    char *driver;           /* or NULL */
    const char *bus;
};

/* What a driver made: a tty, a network interface, a disk... */
struct object {
    char *path;
    char *name;
    const char *kind;
};

enum state { OK, MISSING, NO_DRIVER };

/* Blocks are shown by address; what has none comes first. */
#define NO_ADDRESS 0
#define KEY(address) ((address) + 1)

/* A line of the report. */
struct block {
    char name[32];
    char address[24];
    char irq[16];
    char driver[64];
    char detail[128];       /* the fact, or the reason */
    enum state state;
    int depth;              /* a part of the block above it */
    bool pending;           /* may still come: worth waiting for */
    uint64_t key;           /* orders the outermost blocks, see below */
    size_t order;           /* as found */
};

static struct node *nodes;
static size_t node_count;
static struct device *devices;
static size_t device_count;
static struct object *objects;
static size_t object_count;
static struct block *blocks;
static size_t block_count;
static char *kernel_log;

/* --- Small helpers -------------------------------------------------------- */

static void *grow(void *array, size_t count, size_t size)
{
    /* Doubling at powers of two needs no capacity beside the count. */
    if (count & (count - 1)) {
        return array;
    }
    array = realloc(array, (count ? count * 2 : 1) * size);
    if (!array) {
        perror("avps-report");
        exit(2);
    }
    return array;
}

static char *format(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
static char *format(const char *fmt, ...)
{
    va_list ap;
    char *text;

    va_start(ap, fmt);
    if (vasprintf(&text, fmt, ap) < 0) {
        perror("avps-report");
        exit(2);
    }
    va_end(ap);
    return text;
}

/* The contents of a file with a final zero; NULL when it cannot be read. */
static char *slurp(const char *path, size_t *len)
{
    size_t size = 4096, used = 0;
    char *data;
    ssize_t n;
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0) {
        return NULL;
    }
    data = malloc(size);
    while (data && (n = read(fd, data + used, size - used - 1)) > 0) {
        used += n;
        if (used == size - 1) {
            size *= 2;
            data = realloc(data, size);
        }
    }
    close(fd);
    if (data) {
        data[used] = '\0';
    }
    if (len) {
        *len = used;
    }
    return data;
}

/* The first line of a file; an empty string when it cannot be read. */
static char *first_line(const char *path)
{
    char *text = slurp(path, NULL);

    if (!text) {
        text = strdup("");
    }
    text[strcspn(text, "\n")] = '\0';
    return text;
}

static bool starts_with(const char *text, const char *prefix)
{
    return !strncmp(text, prefix, strlen(prefix));
}

static bool exists(const char *path)
{
    return !access(path, F_OK);
}

static uint64_t be_cells(const uint8_t *data, int cells)
{
    uint64_t value = 0;

    for (int i = 0; i < cells * 4; i++) {
        value = value << 8 | data[i];
    }
    return value;
}

/* What a symbolic link says; NULL without the link. */
static char *link_target(const char *dir, const char *link)
{
    char *path = format("%s/%s", dir, link);
    char target[PATH_MAX];
    ssize_t n = readlink(path, target, sizeof(target) - 1);

    free(path);
    if (n < 0) {
        return NULL;
    }
    target[n] = '\0';
    return strdup(target);
}

/* A link within /sys as a full path.  realpath() would ask for each part. */
static char *sys_path(const char *dir, const char *link)
{
    char *target = link_target(dir, link);
    char *path, *at = target;

    if (!target) {
        return NULL;
    }
    while (starts_with(at, "../")) {
        at += 3;
    }
    path = format("/sys/%s", at);
    free(target);
    return path;
}

static int by_natural_order(const struct dirent **a, const struct dirent **b)
{
    return strverscmp((*a)->d_name, (*b)->d_name);
}

static int visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static int list_dir(const char *path, struct dirent ***entries)
{
    int n = scandir(path, entries, visible, by_natural_order);

    return n < 0 ? 0 : n;
}

static void free_list(struct dirent **entries, int n)
{
    while (n-- > 0) {
        free(entries[n]);
    }
    free(entries);
}

static int count_dir(const char *path)
{
    struct dirent **entries = NULL;
    int n = list_dir(path, &entries);

    free_list(entries, n);
    return n;
}

/* --- The device tree ------------------------------------------------------ */

static char *property(const char *node, const char *name, size_t *len)
{
    char *path = format(DT_ROOT "%s/%s", node, name);
    char *value = slurp(path, len);

    free(path);
    return value;
}

static bool has_property(const char *node, const char *name)
{
    char *path = format(DT_ROOT "%s/%s", node, name);
    bool yes = exists(path);

    free(path);
    return yes;
}

static uint32_t u32_property(const char *node, const char *name,
                             uint32_t otherwise)
{
    size_t len;
    char *value = property(node, name, &len);
    uint32_t result = value && len >= 4 ? be_cells((uint8_t *)value, 1)
                                        : otherwise;

    free(value);
    return result;
}

/* The next string after `at` in a list of `len` bytes at `list`, or NULL. */
static const char *next_string(const char *list, size_t len, const char *at)
{
    at = at ? at + strlen(at) + 1 : list;
    return list && at < list + len ? at : NULL;
}

/* Nodes are read in the order of their names, parents first. */
static void read_nodes(char *path)
{
    char *dir = format(DT_ROOT "%s", path);
    struct dirent **entries = NULL;
    int n = list_dir(dir, &entries);
    struct node *node;

    nodes = grow(nodes, node_count, sizeof(*nodes));
    node = &nodes[node_count++];
    node->path = path;
    node->compatible = property(path, "compatible", &node->compatible_len);
    node->phandle = u32_property(path, "phandle", 0);
    for (int i = 0; i < n; i++) {
        if (entries[i]->d_type == DT_DIR) {
            read_nodes(format("%s/%s", path, entries[i]->d_name));
        }
    }
    free_list(entries, n);
    free(dir);
}

static const struct node *find_node(const char *path)
{
    for (size_t i = 0; i < node_count; i++) {
        if (!strcmp(nodes[i].path, path)) {
            return &nodes[i];
        }
    }
    return NULL;
}

/* The next compatible string of a node after `at`; the first after NULL. */
static const char *next_compatible(const char *path, const char *at)
{
    const struct node *node = find_node(path);

    if (!node || !node->compatible) {
        return NULL;
    }
    return next_string(node->compatible, node->compatible_len, at);
}

static bool is_compatible(const char *path, const char *with)
{
    const char *at = NULL;

    while ((at = next_compatible(path, at))) {
        if (!strcmp(at, with)) {
            return true;
        }
    }
    return false;
}

/* The tree's own short names for some of its nodes. */
static struct alias {
    char *name, *node;
} *aliases;
static size_t alias_count;

static void read_aliases(void)
{
    struct dirent **entries = NULL;
    int n = list_dir(DT_ROOT "/aliases", &entries);

    for (int i = 0; i < n; i++) {
        aliases = grow(aliases, alias_count, sizeof(*aliases));
        aliases[alias_count].name = strdup(entries[i]->d_name);
        aliases[alias_count++].node = property("/aliases", entries[i]->d_name,
                                               NULL);
    }
    free_list(entries, n);
}

static bool is_enabled(const char *node)
{
    char *status = property(node, "status", NULL);
    bool yes = !status || !strcmp(status, "okay") || !strcmp(status, "ok");

    free(status);
    return yes;
}

static char *parent_of(const char *node)
{
    char *parent = strdup(node);
    char *slash = strrchr(parent, '/');

    if (slash) {
        *slash = '\0';
    }
    return parent;
}

/* Take an address up to the root; false when it is local to a bus. */
static bool translate(const char *node, uint64_t *address)
{
    char *bus = parent_of(node);
    bool ok = true;

    while (ok && *bus) {
        char *up = parent_of(bus);
        int cells = u32_property(bus, "#address-cells", 2);
        int up_cells = u32_property(up, "#address-cells", 2);
        int size_cells = u32_property(bus, "#size-cells", 1);
        int entry = 4 * (cells + up_cells + size_cells);
        size_t len = 0;
        char *ranges = property(bus, "ranges", &len);

        ok = ranges != NULL;
        for (size_t i = 0; ok && i + entry <= len; i += entry) {
            uint8_t *at = (uint8_t *)ranges + i;
            uint64_t child = be_cells(at, cells);
            uint64_t to = be_cells(at + 4 * cells, up_cells);
            uint64_t size = be_cells(at + 4 * (cells + up_cells), size_cells);

            if (*address >= child && *address - child < size) {
                *address += to - child;
                break;
            }
        }
        free(ranges);
        free(bus);
        bus = up;
    }
    free(bus);
    return ok;
}

/* The address of a node.  `local`: it counts on the node's own bus only. */
static bool node_address(const char *node, uint64_t *address, bool *local)
{
    char *parent = parent_of(node);
    int cells = u32_property(parent, "#address-cells", 2);
    size_t len = 0;
    char *reg = property(node, "reg", &len);
    bool found = reg && cells && len >= 4 * (size_t)cells;

    if (found) {
        *address = be_cells((uint8_t *)reg, cells);
        *local = !translate(node, address);
    }
    free(reg);
    free(parent);
    return found;
}

static void for_each_child(const char *parent,
                           void (*visit)(void *opaque, const char *child),
                           void *opaque)
{
    size_t n = strlen(parent);

    for (size_t i = 0; i < node_count; i++) {
        const char *path = nodes[i].path;

        if (!strncmp(path, parent, n) && path[n] == '/' &&
            !strchr(path + n + 1, '/')) {
            visit(opaque, path);
        }
    }
}

/* The node that has this phandle; NULL when there is none. */
static const char *find_phandle(uint32_t phandle)
{
    for (size_t i = 0; i < node_count; i++) {
        if (nodes[i].phandle == phandle) {
            return nodes[i].path;
        }
    }
    return NULL;
}

static uint32_t interrupt_parent(const char *node)
{
    char *at = strdup(node);
    uint32_t phandle = u32_property(at, "interrupt-parent", 0);

    while (!phandle && *at) {
        char *up = parent_of(at);

        free(at);
        at = up;
        phandle = u32_property(at, "interrupt-parent", 0);
    }
    free(at);
    return phandle;
}

/* Interrupts of one kind, collected from a node, and how to write them. */
struct irqs {
    int kind;               /* GIC_SPI, GIC_PPI; -1: another controller's */
    unsigned count, lowest, highest;
};

static void add_irq(struct irqs *irqs, const uint8_t *cells, int cell_count)
{
    int kind = cell_count >= 3 ? (int)be_cells(cells, 1) : -1;
    unsigned number = be_cells(cells + (cell_count >= 3 ? 4 : 0), 1);

    if (!irqs->count++) {
        irqs->kind = kind;
        irqs->lowest = irqs->highest = number;
    }
    irqs->lowest = number < irqs->lowest ? number : irqs->lowest;
    irqs->highest = number > irqs->highest ? number : irqs->highest;
}

static void print_irqs(char *text, size_t size, const struct irqs *irqs)
{
    const char *kind = irqs->kind == GIC_SPI ? "SPI"
                     : irqs->kind == GIC_PPI ? "PPI" : "pin";

    if (!irqs->count) {
        snprintf(text, size, "-");
    } else if (irqs->lowest == irqs->highest) {
        snprintf(text, size, "%s %u", kind, irqs->lowest);
    } else if (irqs->highest - irqs->lowest == irqs->count - 1) {
        snprintf(text, size, "%s %u-%u", kind, irqs->lowest, irqs->highest);
    } else {
        snprintf(text, size, "%s x%u", kind, irqs->count);
    }
}

/* Walk `list`, interrupt specifiers of the controller `phandle`. */
static void add_plain_irqs(struct irqs *irqs, const char *list, size_t len,
                           uint32_t phandle)
{
    const char *controller = find_phandle(phandle);
    int cells = controller ? u32_property(controller, "#interrupt-cells", 0)
                           : 0;

    for (size_t i = 0; cells && i + 4 * cells <= len; i += 4 * cells) {
        add_irq(irqs, (const uint8_t *)list + i, cells);
    }
}

/* The same, where each specifier has its controller before it. */
static void add_extended_irqs(struct irqs *irqs, const char *list, size_t len)
{
    size_t i = 0;

    while (i + 4 <= len) {
        const char *controller = find_phandle(be_cells((uint8_t *)list + i, 1));
        int cells = controller
                    ? u32_property(controller, "#interrupt-cells", 0) : 0;

        i += 4;
        if (!cells || i + 4 * cells > len) {
            i = len;
        } else {
            add_irq(irqs, (const uint8_t *)list + i, cells);
            i += 4 * cells;
        }
    }
}

/* PCI's four pins, which an interrupt-map takes to the controller. */
static void add_mapped_irqs(struct irqs *irqs, const char *node)
{
    int own = u32_property(node, "#address-cells", 3)
            + u32_property(node, "#interrupt-cells", 1);
    bool seen[1024] = { false };
    size_t len = 0, i = 0;
    char *map = property(node, "interrupt-map", &len);

    while (map && i + 4 * (own + 1) <= len) {
        uint8_t *at = (uint8_t *)map + i + 4 * own;
        const char *controller = find_phandle(be_cells(at, 1));
        int skip = controller
                   ? u32_property(controller, "#address-cells", 0) : 0;
        int cells = controller
                    ? u32_property(controller, "#interrupt-cells", 0) : 0;

        i += 4 * (own + 1 + skip + cells);
        if (!cells || i > len) {
            break;
        }
        at += 4 * (1 + skip);
        if (cells >= 3 && !seen[be_cells(at + 4, 1) % ARRAY_SIZE(seen)]) {
            seen[be_cells(at + 4, 1) % ARRAY_SIZE(seen)] = true;
            add_irq(irqs, at, cells);
        }
    }
    free(map);
}

static void add_irqs(struct irqs *irqs, const char *node)
{
    size_t len;
    char *list = property(node, "interrupts-extended", &len);

    if (list) {
        add_extended_irqs(irqs, list, len);
    } else if ((list = property(node, "interrupts", &len))) {
        add_plain_irqs(irqs, list, len, interrupt_parent(node));
    } else if (has_property(node, "interrupt-map")) {
        add_mapped_irqs(irqs, node);
    }
    free(list);
}

static void add_irqs_of_frame(void *irqs, const char *frame)
{
    add_irqs(irqs, frame);
}

/* The interrupts of a node; those of a timer stand in its frames. */
static void node_irqs(const char *node, struct irqs *irqs)
{
    memset(irqs, 0, sizeof(*irqs));
    add_irqs(irqs, node);
    if (is_compatible(node, "arm,armv7-timer-mem")) {
        for_each_child(node, add_irqs_of_frame, irqs);
    }
}

/* --- What Linux made of it ------------------------------------------------ */

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

/* What follows `text` in the kernel's log; NULL when it never said so. */
static const char *logged(const char *text)
{
    const char *at = strstr(kernel_log, text);

    return at ? at + strlen(text) : NULL;
}

static bool file_has(const char *path, const char *text)
{
    char *data = slurp(path, NULL);
    bool found = data && strstr(data, text);

    free(data);
    return found;
}

static void take_stock(void)
{
    read_kernel_log();
    for (size_t i = 0; i < ARRAY_SIZE(bus_order); i++) {
        scan_devices_of(bus_order[i]);
    }
    for (size_t i = 0; i < ARRAY_SIZE(object_dirs); i++) {
        scan_objects_of(object_dirs[i].kind, object_dirs[i].dir);
    }
}

static void forget(void)
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
    free(blocks);
    free(kernel_log);
    devices = NULL;
    objects = NULL;
    blocks = NULL;
    kernel_log = NULL;
    device_count = object_count = block_count = 0;
}

static struct device *device_of_node(const char *node)
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

static bool is_inside(const char *path, const char *dir)
{
    size_t n = strlen(dir);

    return !strncmp(path, dir, n) && path[n] == '/';
}

static struct object *object_in(const struct device *dev, const char *kind,
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

/* --- Which driver should there be? ---------------------------------------- */

struct driver_row {
    char module[64];        /* "-" when it is built in */
    bool builtin;
};

static char *drivers_table(void)
{
    static char *table;

    if (!table) {
        table = slurp(DRIVERS_TABLE, NULL);
    }
    return table ? table : "";
}

/* Does a row of the drivers table stand for this alias? */
static bool row_matches(const char *row, const char *alias)
{
    char pattern[512];
    size_t n = strcspn(row, " \n");
    size_t plain = strcspn(row, "*?[ \n");

    if (strncmp(row, alias, plain) || n >= sizeof(pattern)) {
        return false;       /* most rows end here: spare them fnmatch */
    }
    memcpy(pattern, row, n);
    pattern[n] = '\0';
    return plain == n ? !strcmp(pattern, alias) : !fnmatch(pattern, alias, 0);
}

static bool known_driver(const char *alias, struct driver_row *result)
{
    for (const char *row = drivers_table(); *row; ) {
        const char *end = strchrnul(row, '\n');

        if (row_matches(row, alias)) {
            char how[16] = "";

            if (sscanf(row, "%*s %63s %15s", result->module, how) == 2) {
                result->builtin = !strcmp(how, "builtin");
                return true;
            }
        }
        row = *end ? end + 1 : end;
    }
    return false;
}

static bool known_driver_of_node(const char *node, struct driver_row *result)
{
    const char *at = NULL;
    bool found = false;

    while (!found && (at = next_compatible(node, at))) {
        char *alias = format("of:%s", at);

        found = known_driver(alias, result);
        free(alias);
    }
    return found;
}

static bool known_driver_of_device(const struct device *dev,
                                   struct driver_row *result)
{
    char *path = format("%s/modalias", dev->path);
    char *alias = first_line(path);
    bool found = *alias && !starts_with(alias, "of:") &&
                 known_driver(alias, result);

    free(alias);
    free(path);
    return found || (dev->node && known_driver_of_node(dev->node, result));
}

static bool is_loaded(const char *module)
{
    char *path = format("/sys/module/%s", module);
    bool yes = exists(path);

    free(path);
    return yes;
}

/* --- Why did a driver not bind? ------------------------------------------- */

static bool deferred_reason(const char *dev, char *text, size_t size)
{
    char *list = slurp("/sys/kernel/debug/devices_deferred", NULL);
    bool found = false;

    for (char *line = list; line && *line && !found; ) {
        char *end = strchrnul(line, '\n');
        size_t n = strlen(dev);

        if (!strncmp(line, dev, n) && isspace(line[n])) {
            char *why = line + n + 1;
            const char *colon = memmem(why, end - why, ": ", 2);

            if (colon) {
                why = (char *)colon + 2;
            }
            found = true;
            snprintf(text, size, "waits: %.*s", (int)(end - why), why);
        }
        line = *end ? end + 1 : end;
    }
    free(list);
    return found;
}

static bool logged_failure(const char *dev, char *text, size_t size)
{
    char *start = format("%s: probe with driver ", dev);
    const char *said = logged(start);
    int error;

    free(start);
    if (!said || sscanf(said, "%*s failed with error %d", &error) != 1) {
        return false;
    }
    snprintf(text, size, "%s", strerror(-error));
    return true;
}

static void explain_missing(struct block *b, const struct device *dev,
                            const struct driver_row *row)
{
    if (!row->builtin && !is_loaded(row->module)) {
        snprintf(b->detail, sizeof(b->detail), "module %s", row->module);
        return;
    }
    b->pending = true;
    if (!dev) {
        snprintf(b->detail, sizeof(b->detail), "no device made");
    } else if (!deferred_reason(dev->name, b->detail, sizeof(b->detail)) &&
               !logged_failure(dev->name, b->detail, sizeof(b->detail))) {
        snprintf(b->detail, sizeof(b->detail), "not bound");
    }
}

/* Judge a block whose device, if any, has no driver. */
static void judge_unbound(struct block *b, const char *node,
                          const struct device *dev)
{
    struct driver_row row;
    bool known = dev ? known_driver_of_device(dev, &row)
                     : known_driver_of_node(node, &row);

    snprintf(b->driver, sizeof(b->driver), "-");
    if (!known) {
        b->state = NO_DRIVER;
        return;
    }
    b->state = MISSING;
    if (strcmp(row.module, "-")) {
        snprintf(b->driver, sizeof(b->driver), "%s", row.module);
    }
    explain_missing(b, dev, &row);
}

/* --- Telling facts: a sentence fragment per kind of thing ----------------- */

static char *size_text(uint64_t bytes)
{
    if (bytes >= 1ull << 30 && !(bytes & ((1 << 30) - 1))) {
        return format("%" PRIu64 " GiB", bytes >> 30);
    }
    if (bytes >= 1 << 20) {
        return format("%" PRIu64 " MiB", bytes >> 20);
    }
    return format("%" PRIu64 " KiB", bytes >> 10);
}

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

static void fact_hwrng(struct block *b, const struct device *dev)
{
    char *current = first_line("/sys/class/misc/hw_random/rng_current");

    (void)dev;
    snprintf(b->detail, sizeof(b->detail), "hwrng %s", current);
    free(current);
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
};

static void find_fact(struct block *b, const struct device *dev)
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

/* --- Blocks that Linux serves without a device ---------------------------- */

/*
 * Each looks for what the running block leaves behind; true when it is there.
 * It may write a fact, and the name of the code in charge to b->driver.
 */
static bool trace_gic(struct block *b)
{
    const char *said = logged("GICv3: ");
    unsigned spis = 0;

    snprintf(b->driver, sizeof(b->driver), "gic-v3");
    while (said && sscanf(said, "%u SPIs", &spis) != 1) {
        said = strstr(said, "GICv3: ");
        said = said ? said + 7 : NULL;
    }
    if (spis) {
        snprintf(b->detail, sizeof(b->detail), "%u SPIs", spis);
    }
    return file_has("/proc/interrupts", "GICv3");
}

static bool trace_its(struct block *b)
{
    snprintf(b->driver, sizeof(b->driver), "gic-v3-its");
    snprintf(b->detail, sizeof(b->detail), "message interrupts");
    return logged("ITS@0x") && logged("GICv3: using LPI property table");
}

/* The rate that the log tells behind `announced`. */
static void timer_rate(struct block *b, const char *announced)
{
    const char *said = logged(announced);
    double mhz;

    if (said && sscanf(said, "%lfMHz", &mhz) == 1) {
        snprintf(b->detail, sizeof(b->detail), "%g MHz", mhz);
    }
}

static bool trace_cpu_timer(struct block *b)
{
    bool ticking = file_has("/sys/devices/system/clocksource/clocksource0/"
                            "available_clocksource", "arch_sys_counter");

    snprintf(b->driver, sizeof(b->driver), "arch_timer");
    timer_rate(b, "timer(s) running at ");
    return ticking && file_has("/proc/interrupts", "arch_timer");
}

static bool trace_mmio_timer(struct block *b)
{
    snprintf(b->driver, sizeof(b->driver), "arch_mem_timer");
    timer_rate(b, "mmio timer(s) running at ");     /* up to 6.17 */
    timer_rate(b, "mmio timer running at ");
    return file_has("/proc/interrupts", "arch_mem_timer");
}

static bool trace_psci(struct block *b)
{
    const char *said = logged("psci: PSCIv");
    int major, minor;

    snprintf(b->driver, sizeof(b->driver), "psci");
    if (!said || sscanf(said, "%d.%d", &major, &minor) != 2) {
        return false;
    }
    snprintf(b->detail, sizeof(b->detail), "version %d.%d", major, minor);
    return true;
}

static const struct {
    const char *compatible;
    bool (*trace)(struct block *);
} traces[] = {
    { "arm,gic-v3",          trace_gic },
    { "arm,gic-v3-its",      trace_its },
    { "arm,armv8-timer",     trace_cpu_timer },
    { "arm,armv7-timer-mem", trace_mmio_timer },
    { "arm,psci-0.2",        trace_psci },
    { "arm,psci-1.0",        trace_psci },
};

/* True when the block is of that sort; then its state stands. */
static bool judge_by_trace(struct block *b, const char *node)
{
    for (size_t i = 0; i < ARRAY_SIZE(traces); i++) {
        if (!is_compatible(node, traces[i].compatible)) {
            continue;
        }
        b->state = OK;
        if (!traces[i].trace(b)) {
            struct driver_row row;

            b->state = known_driver_of_node(node, &row) ? MISSING : NO_DRIVER;
            snprintf(b->detail, sizeof(b->detail), "no trace of it");
        }
        return true;
    }
    return false;
}

/* --- The blocks ----------------------------------------------------------- */

static struct block *add_block(const char *name, int depth, uint64_t key)
{
    struct block *b;

    blocks = grow(blocks, block_count, sizeof(*blocks));
    b = &blocks[block_count];
    memset(b, 0, sizeof(*b));
    b->order = block_count++;
    b->depth = depth;
    b->key = key;
    snprintf(b->name, sizeof(b->name), "%s", name);
    snprintf(b->address, sizeof(b->address), "-");
    snprintf(b->irq, sizeof(b->irq), "-");
    snprintf(b->driver, sizeof(b->driver), "-");
    return b;
}

static void judge(struct block *b, const char *node, const struct device *dev)
{
    if (dev && dev->driver) {
        snprintf(b->driver, sizeof(b->driver), "%s", dev->driver);
        find_fact(b, dev);
    } else {
        judge_unbound(b, node, dev);
    }
}

static bool is_phy(const char *node)
{
    return starts_with(strrchr(node, '/'), "/ethernet-phy@");
}

/* What a node is called: by its alias, by its kind, or as in the tree. */
static char *node_name(const char *node)
{
    static const char *const kinds[][2] = {
        { "arm,gic-v3",          "gic" },
        { "arm,gic-v3-its",      "its" },
        { "arm,armv8-timer",     "cpu-timer" },
        { "arm,armv7-timer-mem", "mmio-timer" },
    };
    char *name = NULL;

    for (size_t i = 0; i < alias_count && !name; i++) {
        if (!strcmp(aliases[i].node, node)) {
            name = strdup(aliases[i].name);
        }
    }
    for (size_t i = 0; i < ARRAY_SIZE(kinds) && !name; i++) {
        if (is_compatible(node, kinds[i][0])) {
            name = strdup(kinds[i][1]);
        }
    }
    if (!name) {
        name = strdup(is_phy(node) ? "phy" : strrchr(node, '/') + 1);
        name[strcspn(name, "@")] = '\0';
    }
    return name;
}

static void set_address(struct block *b, uint64_t address, bool local)
{
    snprintf(b->address, sizeof(b->address),
             local ? "@%" PRIx64 : "0x%08" PRIx64, address);
}

static const char *core_name(unsigned long midr)
{
    static const struct { unsigned part; const char *name; } arm[] = {
        { 0xd03, "Cortex-A53" }, { 0xd04, "Cortex-A35" },
        { 0xd05, "Cortex-A55" }, { 0xd07, "Cortex-A57" },
        { 0xd08, "Cortex-A72" }, { 0xd0b, "Cortex-A76" },
        { 0xd0c, "Neoverse-N1" }, { 0xd40, "Neoverse-V1" },
        { 0xd41, "Cortex-A78" }, { 0xd42, "Cortex-A78AE" },
        { 0xd47, "Cortex-A710" }, { 0xd49, "Neoverse-N2" },
    };

    for (size_t i = 0; i < ARRAY_SIZE(arm); i++) {
        if (midr >> 24 == 0x41 && (midr >> 4 & 0xfff) == arm[i].part) {
            return arm[i].name;
        }
    }
    return "cores";
}

static int count_cpu_nodes(void)
{
    struct dirent **entries = NULL;
    int n = list_dir(DT_ROOT "/cpus", &entries);
    int cpus = 0;

    for (int i = 0; i < n; i++) {
        cpus += starts_with(entries[i]->d_name, "cpu@");
    }
    free_list(entries, n);
    return cpus;
}

static void add_cpus(void)
{
    struct block *b = add_block("cpus", 0, NO_ADDRESS);
    char *midr = first_line("/sys/devices/system/cpu/cpu0/regs/"
                            "identification/midr_el1");
    char *method = property("/cpus/cpu@0", "enable-method", NULL);
    const char *el = logged("CPU(s) started at EL");
    int have = sysconf(_SC_NPROCESSORS_ONLN), want = count_cpu_nodes();

    if (have == want) {
        snprintf(b->detail, sizeof(b->detail), "%d %s%s%s", have,
                 core_name(strtoul(midr, NULL, 0)),
                 el && *el == '2' ? ", EL2" : "",
                 exists("/dev/kvm") ? ", KVM" : "");
    } else {
        b->state = MISSING;
        snprintf(b->detail, sizeof(b->detail), "%d of %d online", have, want);
    }
    if (method) {
        snprintf(b->driver, sizeof(b->driver), "%s", method);
    }
    free(method);
    free(midr);
}

/* The bytes of System RAM that /proc/iomem lists inside a range. */
static uint64_t ram_in(uint64_t start, uint64_t size)
{
    char *map = slurp("/proc/iomem", NULL);
    uint64_t total = 0;

    for (char *line = map; line && *line; ) {
        uint64_t from, to;
        char *end = strchrnul(line, '\n');

        if (sscanf(line, "%" SCNx64 "-%" SCNx64 " : System RAM", &from,
                   &to) == 2 && *line != ' ' &&
            memmem(line, end - line, "System RAM", 10) &&
            from >= start && to - start < size) {
            total += to - from + 1;
        }
        line = *end ? end + 1 : end;
    }
    free(map);
    return total;
}

static void add_memory(void *opaque, const char *node)
{
    int cells = u32_property("", "#address-cells", 2);
    int size_cells = u32_property("", "#size-cells", 1);
    uint64_t start, want, have;
    struct block *b;
    size_t len = 0;
    char *reg, *size;

    (void)opaque;
    if (!starts_with(node, "/memory@")) {
        return;
    }
    reg = property(node, "reg", &len);
    if (!reg || len < 4 * (size_t)(cells + size_cells)) {
        free(reg);
        return;
    }
    start = be_cells((uint8_t *)reg, cells);
    want = be_cells((uint8_t *)reg + 4 * cells, size_cells);
    have = ram_in(start, want);
    b = add_block("memory", 0, NO_ADDRESS);
    set_address(b, start, false);
    snprintf(b->driver, sizeof(b->driver), "memblock");
    /* Firmware may keep a little for itself. */
    if (have < want - want / 16) {
        b->state = MISSING;
        size = size_text(want - have);
        snprintf(b->detail, sizeof(b->detail), "%s of it", size);
    } else {
        size = size_text(want);
        snprintf(b->detail, sizeof(b->detail), "%s", size);
    }
    free(size);
    free(reg);
}

/* Cards that the controller of an SD/MMC block has found. */
static void add_cards(struct block *host, const struct device *dev)
{
    char *non_removable = format("%s/of_node/non-removable", dev->path);
    int depth = host->depth + 1;
    size_t index = host - blocks;
    uint64_t key = host->key;
    bool found = false;

    for (size_t i = 0; i < device_count; i++) {
        if (!strcmp(devices[i].bus, "mmc") &&
            is_inside(devices[i].path, dev->path)) {
            struct block *b = add_block("card", depth, key);

            judge(b, "", &devices[i]);
            found = true;
        }
    }
    /* Soldered to the board, it must come: the search runs in the background. */
    blocks[index].pending |= !found && exists(non_removable);
    free(non_removable);
}

/* The PCI function's class, in a short word. */
static const char *class_name(unsigned class)
{
    static const struct { unsigned class; const char *name; } names[] = {
        { 0x0100, "scsi" }, { 0x0106, "sata" }, { 0x0108, "nvme" },
        { 0x0180, "disk" }, { 0x0200, "eth" },  { 0x0280, "net" },
        { 0x0300, "gpu" },  { 0x0380, "gpu" },  { 0x0401, "snd" },
        { 0x0403, "snd" },  { 0x0604, "port" }, { 0x0780, "comm" },
        { 0x0805, "sd" },   { 0x0900, "key" },  { 0x0c03, "usb" },
        { 0x0c09, "can" },  { 0x1000, "hash" },
    };

    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        if (names[i].class == class >> 8) {
            return names[i].name;
        }
    }
    return "";
}

static const char *virtio_name(unsigned id)
{
    static const char *const names[] = {
        [1] = "net", [2] = "blk", [3] = "console", [4] = "rng",
        [5] = "balloon", [8] = "scsi", [9] = "9p", [16] = "gpu", [17] = "rtc",
        [18] = "input", [19] = "vsock", [20] = "crypto", [23] = "iommu",
        [24] = "mem", [25] = "sound", [26] = "fs", [27] = "pmem",
        [28] = "rpmb", [29] = "hwsim", [32] = "scmi", [34] = "i2c",
        [36] = "can", [41] = "gpio", [45] = "spi",
    };

    return id < ARRAY_SIZE(names) && names[id] ? names[id] : "device";
}

static struct device *virtio_device_in(const struct device *transport)
{
    for (size_t i = 0; i < device_count; i++) {
        if (!strcmp(devices[i].bus, "virtio") &&
            is_inside(devices[i].path, transport->path)) {
            return &devices[i];
        }
    }
    return NULL;
}

/* Judge the VIRTIO device behind a transport, and name the block after it. */
static void judge_virtio(struct block *b, const struct device *virtio)
{
    char *path = format("%s/device", virtio->path);
    char *id = first_line(path);

    snprintf(b->name, sizeof(b->name), "virtio-%s",
             virtio_name(strtoul(id, NULL, 0)));
    free(id);
    free(path);
    judge(b, "", virtio);
}

static void pci_irq(struct block *b, const struct device *dev)
{
    char *path = format("%s/msi_irqs", dev->path);
    int vectors = count_dir(path);

    if (vectors) {
        snprintf(b->irq, sizeof(b->irq), "MSI x%d", vectors);
    } else if (dev->driver) {
        snprintf(b->irq, sizeof(b->irq), "INTx");
    }
    free(path);
}

/* The start of the first memory window of a PCI function. */
static void pci_address(struct block *b, const struct device *dev)
{
    char *path = format("%s/resource", dev->path);
    char *bars = slurp(path, NULL);

    for (char *line = bars; line && *line; ) {
        char *end = strchrnul(line, '\n');
        uint64_t from, to, flags;

        if (sscanf(line, "%" SCNx64 " %" SCNx64 " %" SCNx64, &from, &to,
                   &flags) == 3 && from && flags & 0x200 /* memory */) {
            set_address(b, from, false);
            break;
        }
        line = *end ? end + 1 : end;
    }
    free(bars);
    free(path);
}

static void add_pci_function(const struct device *dev, int depth, uint64_t key)
{
    char *path = format("%s/class", dev->path);
    char *text = first_line(path);
    unsigned class = strtoul(text, NULL, 0);
    struct device *virtio;
    struct block *b;
    char *name;

    free(text);
    free(path);
    if (class >> 8 == 0x0600) {
        return;         /* the host bridge is the block above */
    }
    name = format("%s %s",
                  dev->name + (starts_with(dev->name, "0000:") ? 5 : 0),
                  class_name(class));
    b = add_block(name, depth, key);
    free(name);
    pci_address(b, dev);
    pci_irq(b, dev);
    virtio = virtio_device_in(dev);
    if (virtio) {
        judge_virtio(b, virtio);
    } else {
        judge(b, "", dev);
    }
}

static void add_pci_functions(int depth, uint64_t key)
{
    for (size_t i = 0; i < device_count; i++) {
        if (!strcmp(devices[i].bus, "pci")) {
            add_pci_function(&devices[i], depth, key);
        }
    }
}

/* The device id register of a virtio-mmio transport; 0 when it is empty. */
static uint32_t transport_id(uint64_t address)
{
    long page = sysconf(_SC_PAGESIZE);
    int fd = open("/dev/mem", O_RDONLY | O_SYNC | O_CLOEXEC);
    uint32_t id = 0;
    uint8_t *map;

    if (fd < 0) {
        return 0;
    }
    map = mmap(NULL, page, PROT_READ, MAP_SHARED, fd, address & -page);
    if (map != MAP_FAILED) {
        id = *(volatile uint32_t *)(map + (address & (page - 1)) + 8);
        munmap(map, page);
    }
    close(fd);
    return id;
}

/* Transports without a device are counted, and make one line in the end. */
static struct {
    int total, empty;
    uint64_t first;
    char node[256];
} transports;

static bool is_transport_driver_there(void)
{
    return exists("/sys/bus/platform/drivers/virtio-mmio");
}

static void add_transport(const char *node)
{
    struct device *dev = device_of_node(node);
    struct device *virtio = dev ? virtio_device_in(dev) : NULL;
    uint64_t address = 0;
    struct irqs irqs;
    struct block *b;
    bool local;

    node_address(node, &address, &local);
    if (!transports.total++) {
        transports.first = address;
        snprintf(transports.node, sizeof(transports.node), "%s", node);
    }
    if (!virtio && (!is_transport_driver_there() || !transport_id(address))) {
        transports.empty++;
        return;
    }
    b = add_block("virtio", 0, KEY(address));
    set_address(b, address, false);
    node_irqs(node, &irqs);
    print_irqs(b->irq, sizeof(b->irq), &irqs);
    if (virtio) {
        judge_virtio(b, virtio);
    } else {
        judge_unbound(b, node, dev);
    }
}

static void add_empty_transports(void)
{
    struct block *b;

    if (!transports.empty) {
        return;
    }
    b = add_block("virtio-mmio", 0, KEY(transports.first));
    set_address(b, transports.first, false);
    if (is_transport_driver_there()) {
        snprintf(b->driver, sizeof(b->driver), "virtio-mmio");
        snprintf(b->detail, sizeof(b->detail), "%d of %d free",
                 transports.empty, transports.total);
    } else {
        judge_unbound(b, transports.node, device_of_node(transports.node));
    }
}

/* Nodes that describe, but are no block of their own. */
static bool is_mere_description(const char *node)
{
    static const char *const kinds[] = {
        "fixed-clock", "fixed-factor-clock", "regulator-fixed", "simple-bus",
        "simple-mfd", "operating-points-v2", "cache", "shared-dma-pool",
        "mmio-sram", "arm,scmi-shmem", "fixed-partitions",
    };

    for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
        if (is_compatible(node, kinds[i])) {
            return true;
        }
    }
    return false;
}

/* A PHY is known by its id registers, and may have no compatible. */
static bool is_block(const char *node)
{
    return is_phy(node) ||
           (next_compatible(node, NULL) && !is_mere_description(node));
}

static struct block *add_node(const char *node, int depth, uint64_t key)
{
    struct device *dev = device_of_node(node);
    uint64_t address = 0;
    struct irqs irqs;
    struct block *b;
    bool local = false, mapped = node_address(node, &address, &local);
    char *name = node_name(node);

    b = add_block(name, depth, depth || !mapped || local ? key : KEY(address));
    free(name);
    if (mapped) {
        set_address(b, address, local);
    }
    node_irqs(node, &irqs);
    print_irqs(b->irq, sizeof(b->irq), &irqs);
    if (!judge_by_trace(b, node)) {
        judge(b, node, dev);
    }
    return b;
}

static void add_children(const char *node, int depth, uint64_t key);

static void add_subtree(const char *node, int depth, uint64_t key)
{
    struct device *dev;
    struct block *b;

    if (!is_enabled(node) || !strcmp(node, "/cpus") ||
        starts_with(node, "/memory@")) {
        return;
    }
    if (is_compatible(node, "virtio,mmio")) {
        add_transport(node);
        return;
    }
    if (!is_block(node)) {
        add_children(node, depth, key);
        return;
    }
    b = add_node(node, depth, key);
    key = b->key;
    dev = device_of_node(node);
    if (dev && dev->driver) {
        add_cards(b, dev);
    }
    if (is_compatible(node, "pci-host-ecam-generic")) {
        add_pci_functions(depth + 1, key);
    }
    add_children(node, depth + 1, key);
}

struct place {
    int depth;
    uint64_t key;
};

static void add_child(void *opaque, const char *node)
{
    struct place *place = opaque;

    add_subtree(node, place->depth, place->key);
}

static void add_children(const char *node, int depth, uint64_t key)
{
    struct place place = { depth, key };

    for_each_child(node, add_child, &place);
}

static int by_address(const void *a, const void *b)
{
    const struct block *x = a, *y = b;

    if (x->key != y->key) {
        return x->key < y->key ? -1 : 1;
    }
    return x->order < y->order ? -1 : 1;
}

static void find_blocks(void)
{
    memset(&transports, 0, sizeof(transports));
    add_cpus();
    for_each_child("", add_memory, NULL);
    add_children("", 0, NO_ADDRESS);
    add_empty_transports();
    qsort(blocks, block_count, sizeof(*blocks), by_address);
}

/* --- Waiting for drivers that take their time ----------------------------- */

static int64_t now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int open_uevents(void)
{
    struct sockaddr_nl address = { .nl_family = AF_NETLINK, .nl_groups = 1 };
    int fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
                    NETLINK_KOBJECT_UEVENT);

    if (fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof(address))) {
        close(fd);
        fd = -1;
    }
    return fd;
}

/* False when the kernel had no news for a while. */
static bool wait_for_uevent(int fd, int64_t deadline)
{
    struct pollfd poller = { .fd = fd, .events = POLLIN };
    int64_t left = deadline - now_ms();
    char event[8192];

    if (fd < 0 || left <= 0) {
        return false;
    }
    if (poll(&poller, 1, left < SETTLE_QUIET_MS ? left : SETTLE_QUIET_MS) <= 0) {
        return false;
    }
    while (recv(fd, event, sizeof(event), 0) > 0) {
        /* What it says does not matter: we look anew. */
    }
    return true;
}

static bool any_pending(void)
{
    for (size_t i = 0; i < block_count; i++) {
        if (blocks[i].pending) {
            return true;
        }
    }
    return false;
}

static void take_stock_when_settled(void)
{
    int fd = open_uevents();
    int64_t deadline = now_ms() + SETTLE_TOTAL_MS;

    take_stock();
    find_blocks();
    while (any_pending() && wait_for_uevent(fd, deadline)) {
        forget();
        take_stock();
        find_blocks();
    }
    if (any_pending()) {
        /* The last news may have come without an event. */
        forget();
        take_stock();
        find_blocks();
    }
    if (fd >= 0) {
        close(fd);
    }
}

/* --- Printing ------------------------------------------------------------- */

static bool colours;

static const char *colour(enum state state)
{
    static const char *const codes[] = {
        [OK] = "\033[32m", [MISSING] = "\033[1;31m", [NO_DRIVER] = "\033[33m",
    };

    return colours ? codes[state] : "";
}

static const char *bold(void)
{
    return colours ? "\033[1m" : "";
}

static const char *plain(void)
{
    return colours ? "\033[0m" : "";
}

static void print_rule(void)
{
    for (int i = 0; i < LINE_WIDTH; i++) {
        putchar('-');
    }
    putchar('\n');
}

static void print_header(void)
{
    struct utsname kernel;
    char *model = property("", "model", NULL);
    char *title;

    uname(&kernel);
    title = format("%s  -  what Linux %s found on this SoC",
                   model ? model : "This machine", kernel.release);
    printf("\n%s%.*s%s\n\n", bold(), LINE_WIDTH, title, plain());
    printf("%-*s %-*s %-*s %-*s %s\n", NAME_WIDTH, "BLOCK", ADDR_WIDTH,
           "ADDRESS", IRQ_WIDTH, "IRQ", DRIVER_WIDTH, "DRIVER", "STATE");
    print_rule();
    free(title);
    free(model);
}

static void print_state(const struct block *b)
{
    static const char *const words[] = {
        [OK] = "ok", [MISSING] = "missing: ", [NO_DRIVER] = "no driver",
    };
    int left = STATE_WIDTH - strlen(words[b->state]);

    if (b->state == OK && *b->detail) {
        printf("%sok%s %.*s\n", colour(OK), plain(), left - 1, b->detail);
    } else {
        printf("%s%s%.*s%s\n", colour(b->state), words[b->state], left,
               b->state == MISSING ? b->detail : "", plain());
    }
}

static void print_block(const struct block *b)
{
    int indent = 2 * b->depth;

    printf("%*s%-*.*s %-*s %-*.*s %-*.*s ", indent, "", NAME_WIDTH - indent,
           NAME_WIDTH - indent, b->name, ADDR_WIDTH, b->address, IRQ_WIDTH,
           IRQ_WIDTH, b->irq, DRIVER_WIDTH, DRIVER_WIDTH, b->driver);
    print_state(b);
}

/* What did not fit into its column is said here in full. */
static void print_reasons(void)
{
    for (size_t i = 0; i < block_count; i++) {
        const struct block *b = &blocks[i];

        if (b->state == MISSING) {
            printf("missing: %s%s%s: %s\n", b->name,
                   strcmp(b->address, "-") ? " at " : "",
                   strcmp(b->address, "-") ? b->address : "", b->detail);
        }
    }
}

static int count(enum state state)
{
    int n = 0;

    for (size_t i = 0; i < block_count; i++) {
        n += blocks[i].state == state;
    }
    return n;
}

static void print_report(void)
{
    print_header();
    for (size_t i = 0; i < block_count; i++) {
        print_block(&blocks[i]);
    }
    print_rule();
    print_reasons();
    printf("avps-report: %zu blocks, %d ok, %d missing, %d without driver\n",
           block_count, count(OK), count(MISSING), count(NO_DRIVER));
}

static int usage(FILE *to, int status)
{
    fputs("usage: avps-report [--color] [--now]\n"
          "  --color  colours, if this is a terminal\n"
          "  --now    do not wait for drivers that are still at work\n"
          "Exit status: 0 when nothing is missing, else 1.\n", to);
    return status;
}

int main(int argc, char **argv)
{
    bool now = false;

    for (int i = 1; i < argc; i++) {
        if (!strcmp(argv[i], "--color")) {
            colours = isatty(STDOUT_FILENO);
        } else if (!strcmp(argv[i], "--now")) {
            now = true;
        } else if (!strcmp(argv[i], "--help")) {
            return usage(stdout, 0);
        } else {
            return usage(stderr, 2);
        }
    }
    if (!exists(DT_ROOT)) {
        fprintf(stderr, "avps-report: this machine was booted without a "
                "device tree (see " DT_ROOT ").\n");
        return 2;
    }
    read_nodes(strdup(""));
    read_aliases();
    if (now) {
        take_stock();
        find_blocks();
    } else {
        take_stock_when_settled();
    }
    print_report();
    fflush(stdout);
    return count(MISSING) ? 1 : 0;
}
