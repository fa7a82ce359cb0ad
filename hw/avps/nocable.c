/*
 * avps-ecu: a network port without a cable
 *
 * An Ethernet MAC that is part of the SoC exists whether or not the user
 * connects it. QEMU warns about a NIC without a backend; this backend stands
 * for the empty socket: it takes nothing, gives nothing, and the link is
 * down.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qapi/qapi-commands-net.h"
#include "hw/avps/soc.h"
#include "hw/qdev-properties.h"
#include "net/net.h"

static ssize_t drop(NetClientState *nc, const uint8_t *frame, size_t size)
{
    return size;
}

static NetClientInfo socket_info = {
    .type = NET_CLIENT_DRIVER_NONE,
    .size = sizeof(NetClientState),
    .receive = drop,
};

/* Not well-formed as an id, so that no -netdev can have it */
static char *socket_name(const DeviceState *nic)
{
    return g_strdup_printf("%s:socket", nic->id);
}

void avps_nic_connect_socket(DeviceState *nic)
{
    g_autofree char *name = socket_name(nic);

    qdev_prop_set_netdev(nic, "netdev",
                         qemu_new_net_client(&socket_info, NULL, "socket",
                                             name));
}

void avps_nic_update_link(DeviceState *nic)
{
    g_autofree char *name = socket_name(nic);

    if (qemu_find_netdev(name)) {
        qmp_set_link(name, false, &error_abort);
    }
}
