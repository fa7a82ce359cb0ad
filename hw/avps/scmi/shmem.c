/*
 * avps-ecu: shared memory that SCMI messages lie in
 *
 * Arm System Control and Management Interface (DEN0056) 3.2, section 5.1.2:
 * the layout of an area, and who writes what in which order.
 *
 * The agent's cores run on while the platform works, so nothing is read from
 * an area twice.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/atomic.h"
#include "qemu/bswap.h"
#include "hw/avps/scmi/scmi.h"
#include "hw/avps/scmi/shmem.h"
#include "hw/registerfields.h"
#include "system/device_tree.h"

REG32(CHANNEL_STATUS, 0x04)
    FIELD(CHANNEL_STATUS, FREE, 0, 1)
    FIELD(CHANNEL_STATUS, ERROR, 1, 1)
REG32(CHANNEL_FLAGS, 0x10)
    FIELD(CHANNEL_FLAGS, INTERRUPT, 0, 1)
REG32(LENGTH, 0x14)

QEMU_BUILD_BUG_ON(AVPS_SCMI_MESSAGE > AVPS_SCMI_AREA_MESSAGE);

bool avps_scmi_shmem_create(AvpsScmiShmem *shmem, Object *owner,
                            const char *name, uint64_t size, Error **errp)
{
    if (!memory_region_init_ram(&shmem->ram, owner, name, size, errp)) {
        return false;
    }
    address_space_init(&shmem->view, &shmem->ram, name);
    return true;
}

static void write_status(AvpsScmiShmem *shmem, hwaddr area, uint32_t status)
{
    address_space_stl_le(&shmem->view, area + A_CHANNEL_STATUS, status,
                         MEMTXATTRS_UNSPECIFIED, NULL);
}

/* The length and the message lie one after the other. */
static void write_message(AvpsScmiShmem *shmem, hwaddr area,
                          const void *message, size_t length)
{
    uint8_t buffer[sizeof(uint32_t) + AVPS_SCMI_MESSAGE];

    assert(length <= AVPS_SCMI_MESSAGE);
    stl_le_p(buffer, length);
    memcpy(buffer + sizeof(uint32_t), message, length);
    address_space_write(&shmem->view, area + A_LENGTH,
                        MEMTXATTRS_UNSPECIFIED, buffer,
                        sizeof(uint32_t) + length);
}

void avps_scmi_shmem_reset(AvpsScmiShmem *shmem, hwaddr area)
{
    address_space_set(&shmem->view, area, 0, AVPS_SCMI_AREA,
                      MEMTXATTRS_UNSPECIFIED);
    write_status(shmem, area, R_CHANNEL_STATUS_FREE_MASK);
}

bool avps_scmi_shmem_is_free(AvpsScmiShmem *shmem, hwaddr area)
{
    uint32_t status = address_space_ldl_le(&shmem->view,
                                           area + A_CHANNEL_STATUS,
                                           MEMTXATTRS_UNSPECIFIED, NULL);

    return status & R_CHANNEL_STATUS_FREE_MASK;
}

bool avps_scmi_shmem_read(AvpsScmiShmem *shmem, hwaddr area,
                          AvpsScmiMail *mail)
{
    uint8_t copy[AVPS_SCMI_AREA];

    address_space_read(&shmem->view, area, MEMTXATTRS_UNSPECIFIED, copy,
                       sizeof(copy));
    if (ldl_le_p(copy + A_CHANNEL_STATUS) & R_CHANNEL_STATUS_FREE_MASK) {
        return false;
    }
    mail->interrupt = ldl_le_p(copy + A_CHANNEL_FLAGS) &
                      R_CHANNEL_FLAGS_INTERRUPT_MASK;
    /* More than there is room for is more than a message, too */
    mail->length = MIN((uint32_t)ldl_le_p(copy + A_LENGTH),
                       AVPS_SCMI_AREA_MESSAGE);
    memcpy(mail->message, copy + AVPS_SCMI_AREA_REGISTERS,
           AVPS_SCMI_AREA_MESSAGE);
    return true;
}

/* The flags are the agent's: they stay as it has written them. */
void avps_scmi_shmem_respond(AvpsScmiShmem *shmem, hwaddr area,
                             const void *message, size_t length)
{
    uint32_t status = R_CHANNEL_STATUS_FREE_MASK;

    if (message) {
        write_message(shmem, area, message, length);
    } else {
        status |= R_CHANNEL_STATUS_ERROR_MASK;
    }
    smp_wmb(); /* who sees a free channel sees the response in it */
    write_status(shmem, area, status);
}

void avps_scmi_shmem_post(AvpsScmiShmem *shmem, hwaddr area,
                          const void *message, size_t length)
{
    write_status(shmem, area, 0);
    smp_wmb(); /* who sees the message sees a channel in use */
    address_space_stl_le(&shmem->view, area + A_CHANNEL_FLAGS,
                         R_CHANNEL_FLAGS_INTERRUPT_MASK,
                         MEMTXATTRS_UNSPECIFIED, NULL);
    write_message(shmem, area, message, length);
}

/* --- Device tree: sram/sram.yaml --- */

char *avps_scmi_shmem_write_node(AvpsFdt *fdt, uint64_t base, uint64_t size)
{
    char *path = g_strdup_printf("/sram@%" PRIx64, base);

    qemu_fdt_add_subnode(fdt->blob, path);
    qemu_fdt_setprop_cells(fdt->blob, path, "ranges", 0, base >> 32, base,
                           size);
    qemu_fdt_setprop_cell(fdt->blob, path, "#size-cells", 1);
    qemu_fdt_setprop_cell(fdt->blob, path, "#address-cells", 1);
    qemu_fdt_setprop_sized_cells(fdt->blob, path, "reg", 2, base, 2, size);
    qemu_fdt_setprop_string(fdt->blob, path, "compatible", "mmio-sram");
    return path;
}

void avps_scmi_shmem_write_area(AvpsFdt *fdt, const char *memory, hwaddr area,
                                uint32_t phandle)
{
    g_autofree char *path = g_strdup_printf("%s/scmi-sram-section@%"
                                            HWADDR_PRIx, memory, area);

    qemu_fdt_add_subnode(fdt->blob, path);
    qemu_fdt_setprop_cells(fdt->blob, path, "reg", area, AVPS_SCMI_AREA);
    qemu_fdt_setprop_string(fdt->blob, path, "compatible", "arm,scmi-shmem");
    if (phandle) {
        qemu_fdt_setprop_cell(fdt->blob, path, "phandle", phandle);
    }
}
