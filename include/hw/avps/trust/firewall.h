/*
 * avps-ecu: the firewall in front of the secure world
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef HW_AVPS_TRUST_FIREWALL_H
#define HW_AVPS_TRUST_FIREWALL_H

#include "hw/sysbus.h"
#include "hw/avps/map.h"
#include "hw/avps/qemu/compat.h"

#define TYPE_AVPS_FIREWALL "avps-firewall"
OBJECT_DECLARE_SIMPLE_TYPE(AvpsFirewall, AVPS_FIREWALL)

/* What is refused begins and ends at multiples of this. */
#define AVPS_FIREWALL_GRANULE 0x1000ull

/* More than the map has rows of the secure world */
#define AVPS_FIREWALL_MAX_ROWS 8

/* Who wanted what is not for the normal world */
typedef enum AvpsRequester {
    AVPS_REQUESTER_NONE,
    AVPS_REQUESTER_CORE,   /* number: which */
    AVPS_REQUESTER_STREAM, /* number: StreamID */
    AVPS_REQUESTER_MASTER, /* some master without a StreamID, or the host */
} AvpsRequester;

/* What stands in the normal world's memory where the secure world has @row */
typedef struct AvpsFirewallRow {
    AvpsFirewall *firewall;
    const AvpsMapRow *row;
    MemoryRegion region;
} AvpsFirewallRow;

/*
 * The way of one master to what is refused: the address space that an IOMMU
 * gives an access instead of memory, so that it is known whose it was.
 */
typedef struct AvpsFirewallPort {
    AvpsFirewall *firewall;
    uint16_t stream; /* of the next access */
    MemoryRegion region;
    AddressSpace as;
} AvpsFirewallPort;

/*
 * Refuses accesses of the normal world to every row of the map that is the
 * secure world's, with an external abort, and remembers the last one. Put
 * into the system memory, where the secure world's own view has the blocks
 * themselves in front of it.
 *
 * QOM properties, read-only: violation-count, last-address, last-size (bytes),
 * last-is-write, last-block (the name of the row) and last-requester ("core
 * 1", "stream 0x8041", "master", or "none").
 */
struct AvpsFirewall {
    SysBusDevice parent_obj;

    AvpsFirewallRow rows[AVPS_FIREWALL_MAX_ROWS];
    int num_rows;

    uint64_t count;
    uint64_t address;
    uint32_t size;
    bool is_write;
    uint32_t requester; /* AvpsRequester */
    uint32_t number;
};

/*
 * Whether the firewall refuses @address. The range around it that *@mask
 * makes is narrowed until all of it is refused, or nothing.
 */
bool avps_firewall_refuses(const AvpsFirewall *s, hwaddr address,
                           hwaddr *mask);

/* Set up @port, as a part of @owner, called @name. It lives as long as that. */
void avps_firewall_init_port(AvpsFirewall *s, AvpsFirewallPort *port,
                             Object *owner, const char *name);

#endif
