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
 * Read it in this order: tree.c and irqs.c, what the hardware says; stock.c,
 * what Linux says; walk.c, which puts the two together, with block.c,
 * system.c and buses.c; drivers.c, facts.c and traces.c, which judge; print.c.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef AVPS_REPORT_H
#define AVPS_REPORT_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <dirent.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* --- util.c: a failed allocation ends the program ------------------------- */

/* `array` of `count` elements, with room for one more. */
void *grow(void *array, size_t count, size_t size);
/* A new string, to be freed. */
char *format(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* The contents of a file with a final zero; NULL when it cannot be read. */
char *slurp(const char *path, size_t *len);
/* The first line of a file; an empty string when it cannot be read. */
char *first_line(const char *path);
bool file_has(const char *path, const char *text);
bool exists(const char *path);
bool starts_with(const char *text, const char *prefix);
/* Is `path` somewhere below the directory `dir`? */
bool is_inside(const char *path, const char *dir);
/* What a symbolic link says; NULL without the link. */
char *link_target(const char *dir, const char *link);
/* A link within /sys as a full path; NULL without the link. */
char *sys_path(const char *dir, const char *link);
/* The entries of a directory in natural order, and how many. */
int list_dir(const char *path, struct dirent ***entries);
void free_list(struct dirent **entries, int n);
int count_dir(const char *path);
/* Bytes as "64 MiB". */
char *size_text(uint64_t bytes);

/* --- tree.c: a node is named by its path, "" is the root ------------------ */

#define DT_ROOT "/sys/firmware/devicetree/base"

void read_tree(void);
/* The value of a property with a final zero, to be freed; or NULL. */
char *property(const char *node, const char *name, size_t *len);
bool has_property(const char *node, const char *name);
uint32_t u32_property(const char *node, const char *name, uint32_t otherwise);
/* A number of big-endian cells of 32 bits. */
uint64_t be_cells(const uint8_t *data, int cells);
/* The next compatible string of a node after `at`; the first after NULL. */
const char *next_compatible(const char *node, const char *at);
bool is_compatible(const char *node, const char *with);
bool is_enabled(const char *node);
/* The node's name in /aliases, or NULL. */
const char *alias_of(const char *node);
char *parent_of(const char *path);
void for_each_child(const char *parent,
                    void (*visit)(void *opaque, const char *child),
                    void *opaque);
/* The node that has this phandle; NULL when there is none. */
const char *find_phandle(uint32_t phandle);
/* False without an address.  `local`: it counts on the node's own bus only. */
bool node_address(const char *node, uint64_t *address, bool *local);

/* --- irqs.c --------------------------------------------------------------- */

/* The interrupts of a node, such as "SPI 3-6"; "-" for none. */
void node_irqs(const char *node, char *text, size_t size);

/* --- stock.c -------------------------------------------------------------- */

/* What Linux knows as a device. */
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

extern struct device *devices;
extern size_t device_count;
extern struct object *objects;
extern size_t object_count;

void take_stock(void);
void forget_stock(void);
/* The device of a node, if possible one with a driver; NULL without one. */
struct device *device_of_node(const char *node);
/* The first device of a bus below another device; NULL without one. */
struct device *device_inside(const struct device *outer, const char *bus);
/* An object that this device's driver made; NULL without one. */
struct object *object_in(const struct device *dev, const char *kind,
                         const char *prefix);
/* What follows `text` in the kernel's log; NULL when it never said so. */
const char *logged(const char *text);

/* --- drivers.c ------------------------------------------------------------ */

/* A row of /etc/avps/drivers. */
struct driver_row {
    char module[64];        /* "-" when it is built in */
    bool builtin;
};

/* Has this kernel package a driver for it? */
bool known_driver_of_node(const char *node, struct driver_row *row);
bool known_driver_of_device(const struct device *dev, struct driver_row *row);
bool is_loaded(const char *module);
/* Why a driver that is there has not bound to `dev`, in a few words. */
void explain_unbound(const struct device *dev, char *text, size_t size);

/* --- block.c -------------------------------------------------------------- */

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
    uint64_t key;           /* NO_ADDRESS or KEY() of the outermost block */
    size_t order;           /* as found */
};

extern struct block *blocks;
extern size_t block_count;

/* A pointer to a block is good until the next one is added. */
struct block *add_block(const char *name, int depth, uint64_t key);
void forget_blocks(void);
void set_address(struct block *b, uint64_t address, bool local);
/* Judge a block by its device; `dev` may be NULL, `node` may be "". */
void judge(struct block *b, const char *node, const struct device *dev);
int count_blocks(enum state state);
bool any_pending(void);

/* --- facts.c, traces.c ---------------------------------------------------- */

/* Fill in the detail of a block whose device has a driver. */
void find_fact(struct block *b, const struct device *dev);
/* For a block of a sort that has no device: fill in all, and return true. */
bool judge_by_trace(struct block *b, const char *node);

/* --- system.c, buses.c, walk.c -------------------------------------------- */

void add_cpus(void);
void add_memories(void);
/* Cards that the controller in the block `host` has found. */
void add_cards(size_t host, const struct device *dev);
void add_pci_functions(int depth, uint64_t key);
/* A virtio-mmio transport; the empty ones make one block in the end. */
void add_transport(const char *node);
void add_empty_transports(void);
void forget_transports(void);
void find_blocks(void);

/* --- print.c -------------------------------------------------------------- */

void print_report(bool with_colours);

#endif
