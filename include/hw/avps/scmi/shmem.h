/*
 * avps-ecu: shared memory that SCMI messages lie in
 *
 * Arm System Control and Management Interface (DEN0056) 3.2, section 5.1:
 * "Shared memory based transport".
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef HW_AVPS_SCMI_SHMEM_H
#define HW_AVPS_SCMI_SHMEM_H

#include "hw/avps/fdt.h"
#include "hw/avps/qemu/compat.h"

/* Bytes of an area, which holds one message, and what of them is message */
#define AVPS_SCMI_AREA 0x100
#define AVPS_SCMI_AREA_REGISTERS 0x18
#define AVPS_SCMI_AREA_MESSAGE (AVPS_SCMI_AREA - AVPS_SCMI_AREA_REGISTERS)

/* Where the areas lie, of commands and of what the platform says by itself */
#define AVPS_SCMI_AREA_A2P 0x000
#define AVPS_SCMI_AREA_P2A 0x100

/* The RAM has to be mapped at 0, into a container: the view begins there. */
typedef struct AvpsScmiShmem {
    MemoryRegion ram;
    AddressSpace view;   /* of the platform, by which it reaches the RAM */
} AvpsScmiShmem;

/* A command, read once: its sender may write on in the meantime. */
typedef struct AvpsScmiMail {
    bool interrupt;      /* the sender wants one when it is done */
    size_t length;       /* header and payload, or what there is room for */
    uint8_t message[AVPS_SCMI_AREA_MESSAGE];
} AvpsScmiMail;

/* Make @size bytes of RAM, which belong to @owner and migrate as @name. */
bool avps_scmi_shmem_create(AvpsScmiShmem *shmem, Object *owner,
                            const char *name, uint64_t size, Error **errp);

/* The area at @area is as after a reset: empty, and free. */
void avps_scmi_shmem_reset(AvpsScmiShmem *shmem, hwaddr area);

bool avps_scmi_shmem_is_free(AvpsScmiShmem *shmem, hwaddr area);

/* Read the message at @area. False: there is none, the channel is free. */
bool avps_scmi_shmem_read(AvpsScmiShmem *shmem, hwaddr area,
                          AvpsScmiMail *mail);

/*
 * Write the response @message of @length bytes, and free the channel. NULL:
 * there is none, and the channel is freed with its error bit set.
 */
void avps_scmi_shmem_respond(AvpsScmiShmem *shmem, hwaddr area,
                             const void *message, size_t length);

/*
 * Occupy the channel and write @message of @length bytes, whose receiver is
 * asked for an interrupt when it has read it.
 */
void avps_scmi_shmem_post(AvpsScmiShmem *shmem, hwaddr area,
                          const void *message, size_t length);

/*
 * Describe @size bytes of shared memory at @base in the device tree. Returns
 * the node's path, which the caller frees.
 */
char *avps_scmi_shmem_write_node(AvpsFdt *fdt, uint64_t base, uint64_t size);

/* Describe the area at @area of @memory, a path. @phandle: 0 for none. */
void avps_scmi_shmem_write_area(AvpsFdt *fdt, const char *memory, hwaddr area,
                                uint32_t phandle);

#endif
