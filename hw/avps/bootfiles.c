/*
 * avps-ecu: checks of the files that the user gives to start from
 *
 * QEMU's loader starts whatever it finds: a truncated kernel runs into
 * nothing, and the user sees a silent machine. What can be seen from the
 * files' headers is said here in one sentence.
 *
 * Linux Documentation/arch/arm64/booting.rst (image header); PE Format of
 * Microsoft, sections "COFF File Header" and "Section Table"; Devicetree
 * Specification 0.4, 5.2 "Header".
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/bswap.h"
#include "qapi/error.h"
#include "hw/avps/ecu.h"

#include <libfdt.h>

/* Headers and section table of a kernel lie in this much of it */
#define PEEK_SIZE 4096

#define ARM64_MAGIC_OFFSET 0x38
#define PE_OFFSET 0x3c
#define PE_NUM_SECTIONS 6
#define PE_OPTIONAL_SIZE 20
#define PE_HEADER_SIZE 24
#define SECTION_SIZE 40
#define SECTION_RAW_SIZE 16
#define SECTION_RAW_OFFSET 20

/* The beginning of a file, and its size */
typedef struct BootFile {
    uint8_t head[PEEK_SIZE];
    size_t head_size;
    uint64_t size;
} BootFile;

static bool read_boot_file(BootFile *file, const char *option,
                           const char *name, Error **errp)
{
    struct stat st;
    bool regular = !stat(name, &st) && S_ISREG(st.st_mode);
    FILE *stream = regular ? fopen(name, "rb") : NULL;

    if (!stream) {
        error_setg(errp, "the file '%s' of %s cannot be read: give the path "
                   "of one that can", name, option);
        return false;
    }
    file->size = st.st_size;
    file->head_size = fread(file->head, 1, sizeof(file->head), stream);
    fclose(stream);
    if (!file->size) {
        error_setg(errp, "the file '%s' of %s is empty: give another", name,
                   option);
        return false;
    }
    return true;
}

/*
 * How long the EFI view of an arm64 kernel says that the file is; 0 when the
 * file is something else.
 */
static uint64_t arm64_image_size(const BootFile *file)
{
    const uint8_t *head = file->head;
    uint64_t pe, table, end = 0;
    unsigned sections;

    if (file->head_size < PE_OFFSET + 4 ||
        memcmp(head + ARM64_MAGIC_OFFSET, "ARM\x64", 4)) {
        return 0;
    }
    pe = ldl_le_p(head + PE_OFFSET);
    if (pe + PE_HEADER_SIZE > file->head_size ||
        memcmp(head + pe, "PE\0\0", 4)) {
        return 0;
    }
    sections = lduw_le_p(head + pe + PE_NUM_SECTIONS);
    table = pe + PE_HEADER_SIZE + lduw_le_p(head + pe + PE_OPTIONAL_SIZE);
    for (unsigned i = 0; i < sections; i++) {
        const uint8_t *section = head + table + i * SECTION_SIZE;

        if (table + (i + 1) * SECTION_SIZE > file->head_size) {
            break;
        }
        end = MAX(end, (uint64_t)ldl_le_p(section + SECTION_RAW_OFFSET) +
                       (uint32_t)ldl_le_p(section + SECTION_RAW_SIZE));
    }
    return end;
}

static bool check_kernel(const char *name, Error **errp)
{
    g_autofree BootFile *file = g_new0(BootFile, 1);
    uint64_t want;

    if (!read_boot_file(file, "-kernel", name, errp)) {
        return false;
    }
    want = arm64_image_size(file);
    if (file->size < want) {
        error_setg(errp, "the kernel '%s' of -kernel is truncated: its header "
                   "says %" PRIu64 " bytes, the file has %" PRIu64
                   "; fetch or build it again", name, want, file->size);
        return false;
    }
    return true;
}

static bool check_dtb(const char *name, Error **errp)
{
    g_autofree BootFile *file = g_new0(BootFile, 1);

    if (!read_boot_file(file, "-dtb", name, errp)) {
        return false;
    }
    if (file->head_size < sizeof(struct fdt_header) ||
        fdt_check_header(file->head)) {
        error_setg(errp, "the file '%s' of -dtb is not a device tree blob: "
                   "compile one with dtc", name);
        return false;
    }
    if (file->size < fdt_totalsize(file->head)) {
        error_setg(errp, "the device tree '%s' of -dtb is truncated: its "
                   "header says %" PRIu32 " bytes, the file has %" PRIu64
                   "; compile it again", name, fdt_totalsize(file->head),
                   file->size);
        return false;
    }
    return true;
}

static bool check_initrd(const char *name, Error **errp)
{
    g_autofree BootFile *file = g_new0(BootFile, 1);

    return read_boot_file(file, "-initrd", name, errp);
}

bool avps_check_boot_files(const MachineState *machine, Error **errp)
{
    return (!machine->kernel_filename ||
            check_kernel(machine->kernel_filename, errp)) &&
           (!machine->initrd_filename ||
            check_initrd(machine->initrd_filename, errp)) &&
           (!machine->dtb || check_dtb(machine->dtb, errp));
}
