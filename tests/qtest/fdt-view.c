/*
 * avps-ecu qtests: the device tree as a guest sees it
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "tests/qtest/avps/fdt-view.h"
#include "tests/qtest/avps/board.h"

void *fdt_from_ram(QTestState *qts)
{
    uint64_t ram = reg("ram", 0);
    struct fdt_header header;
    uint32_t size;
    void *blob;

    qtest_memread(qts, ram, &header, sizeof(header));
    g_assert_cmpint(fdt_check_header(&header), ==, 0);
    size = fdt_totalsize(&header);
    blob = g_malloc(size);
    qtest_memread(qts, ram, blob, size);
    g_assert_cmpint(fdt_check_full(blob, size), ==, 0);
    return blob;
}

void *fdt_from_dump(const char *arguments, size_t *length)
{
    g_autofree char *file = NULL;
    g_autofree char *command = NULL;
    g_autofree char *messages = NULL;
    char *blob;
    int status;

    close(g_file_open_tmp("avps-qtest-XXXXXX", &file, NULL));
    command = g_strdup_printf("%s -M avps-ecu,dumpdtb=%s -display none %s",
                              getenv("QTEST_QEMU_BINARY"), file, arguments);
    g_assert_true(g_spawn_command_line_sync(command, &messages, NULL,
                                            &status, NULL));
    g_assert_cmpint(status, ==, 0);
    g_assert_true(g_file_get_contents(file, &blob, length, NULL));
    unlink(file);
    g_assert_cmpint(fdt_check_full(blob, *length), ==, 0);
    return blob;
}

int fdt_node(const void *blob, const char *path)
{
    int node = fdt_path_offset(blob, path);

    if (node < 0) {
        g_error("the device tree has no node %s", path);
    }
    return node;
}

int fdt_node_at(const void *blob, uint64_t address)
{
    for (int node = fdt_next_node(blob, -1, NULL); node >= 0;
         node = fdt_next_node(blob, node, NULL)) {
        int length;
        const fdt32_t *cells = fdt_getprop(blob, node, "reg", &length);

        if (cells && length >= 16 && fdt_u64(cells) == address) {
            return node;
        }
    }
    return -1;
}

const fdt32_t *fdt_cells(const void *blob, int node, const char *name,
                         int *count)
{
    int length;
    const fdt32_t *cells = fdt_getprop(blob, node, name, &length);

    if (!cells) {
        g_error("node %s has no \"%s\"", fdt_get_name(blob, node, NULL), name);
    }
    *count = length / sizeof(*cells);
    return cells;
}

const char *fdt_text(const void *blob, int node, const char *name)
{
    int count;

    return (const char *)fdt_cells(blob, node, name, &count);
}

uint64_t fdt_u64(const fdt32_t *cells)
{
    return (uint64_t)fdt32_to_cpu(cells[0]) << 32 | fdt32_to_cpu(cells[1]);
}
