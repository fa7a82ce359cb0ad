/*
 * avps-ecu: writing the device tree
 *
 * A node and the hardware that it describes come from the same row of the
 * memory map, so they cannot drift apart. Devices of ours write their own
 * node through the AvpsFdtNode interface; blocks.c writes those of QEMU's
 * devices.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef HW_AVPS_FDT_H
#define HW_AVPS_FDT_H

#include "qom/object.h"
#include "hw/avps/map.h"

/* The tree under construction, and what the nodes refer to. */
typedef struct AvpsFdt {
    void *blob;
    int size;            /* of the buffer that blob lies in, bytes */
    uint32_t gic;        /* phandles */
    uint32_t its;
    uint32_t iommu;      /* 0: there is none */
    uint32_t scmi_mailbox; /* first mailbox, and its shared memory: commands, */
    uint32_t scmi_a2p;     /* messages of the platform */
    uint32_t scmi_p2a;
    uint32_t scmi_smc_shmem;
    uint32_t scmi_clock;   /* protocols; 0: there is none in the tree */
    uint32_t scmi_power;
    uint32_t scmi_reset;
    uint32_t scmi_performance;
    uint32_t clk_24mhz;  /* of the PrimeCells */
    uint32_t clk_50mhz;  /* of the other peripherals */
    uint32_t clk_125mhz; /* of the Ethernet MAC */
} AvpsFdt;

/* A list of strings as the functions below take it */
#define AVPS_STRINGS(...) ((const char *const[]) { __VA_ARGS__, NULL })

/* Begin a tree: root, /chosen, /aliases and the fixed clocks. */
void avps_fdt_create(AvpsFdt *fdt);

/*
 * Add the node "@generic@<address>" of @row with `compatible` (a
 * NULL-terminated list), `reg`, `interrupts`, and for a master behind an IOMMU
 * `iommus`. A row of the secure world is marked as not for the normal one.
 * Returns the node's path, which the caller frees.
 */
char *avps_fdt_add_block(AvpsFdt *fdt, const AvpsMapRow *row,
                         const char *generic, const char *const compatible[]);

/* The path that avps_fdt_add_block() gives a row; the caller frees it. */
char *avps_fdt_path(const AvpsMapRow *row, const char *generic);

/* Mark the node as one of the secure world, which the normal one has not. */
void avps_fdt_mark_secure(AvpsFdt *fdt, const char *path);

/*
 * Set `interrupts` to @n ones of @type, which is GIC_FDT_IRQ_TYPE_SPI or _PPI,
 * with their @numbers within that type; @trigger is one of
 * GIC_FDT_IRQ_FLAGS_.
 */
void avps_fdt_set_interrupts(AvpsFdt *fdt, const char *path, uint32_t type,
                             uint32_t trigger, const int *numbers, int n);

/* Set `interrupts` to those of @row, if it has any. */
void avps_fdt_set_row_interrupts(AvpsFdt *fdt, const char *path,
                                 const AvpsMapRow *row);

/* Set a property to a NULL-terminated list of strings. */
void avps_fdt_set_strings(AvpsFdt *fdt, const char *path, const char *name,
                          const char *const strings[]);

/*
 * Set `clocks`: @clock, which is a phandle and what follows it, @num_cells
 * cells in all, once for each of @names, and the names; just once, without
 * `clock-names`, when @names is NULL.
 */
void avps_fdt_set_clocks(AvpsFdt *fdt, const char *path,
                         const uint32_t *clock, unsigned num_cells,
                         const char *const names[]);

/* Set a boolean property. */
void avps_fdt_set_flag(AvpsFdt *fdt, const char *path, const char *name);

/* Give the node a phandle and return it. */
uint32_t avps_fdt_add_phandle(AvpsFdt *fdt, const char *path);

/* Refer to @path as @alias in /aliases. */
void avps_fdt_set_alias(AvpsFdt *fdt, const char *alias, const char *path);

#define TYPE_AVPS_FDT_NODE "avps-fdt-node"
typedef struct AvpsFdtNodeClass AvpsFdtNodeClass;
DECLARE_CLASS_CHECKERS(AvpsFdtNodeClass, AVPS_FDT_NODE, TYPE_AVPS_FDT_NODE)
#define AVPS_FDT_NODE(obj) \
    INTERFACE_CHECK(AvpsFdtNode, (obj), TYPE_AVPS_FDT_NODE)
typedef struct AvpsFdtNode AvpsFdtNode;

/* A device that describes itself; called after realize. */
struct AvpsFdtNodeClass {
    InterfaceClass parent_class;

    void (*write_node)(AvpsFdtNode *obj, AvpsFdt *fdt, const AvpsMapRow *row);
};

#endif
