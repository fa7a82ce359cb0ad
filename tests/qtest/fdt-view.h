/*
 * avps-ecu qtests: the device tree as a guest sees it
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef TESTS_QTEST_AVPS_FDT_VIEW_H
#define TESTS_QTEST_AVPS_FDT_VIEW_H

#include <libfdt.h>
#include "tests/qtest/libqtest.h"

/* The blob that lies at the start of RAM; the caller frees it. */
void *fdt_from_ram(QTestState *qts);

/*
 * What "-M avps-ecu,dumpdtb=FILE" writes, with further arguments for QEMU;
 * @length is the length of the file. The caller frees the blob.
 */
void *fdt_from_dump(const char *arguments, size_t *length);

/* The offset of a node that must exist */
int fdt_node(const void *blob, const char *path);

/* The node with this unit address in its "reg", or -1 */
int fdt_node_at(const void *blob, uint64_t address);

/* A property that must exist, as big-endian cells and as a string */
const fdt32_t *fdt_cells(const void *blob, int node, const char *name,
                         int *count);
const char *fdt_text(const void *blob, int node, const char *name);

/* A value of 64 bits that begins at this cell */
uint64_t fdt_u64(const fdt32_t *cells);

#endif
