/*
 * The command line, and waiting for drivers that take their time
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "report.h"

#include <linux/netlink.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* How long drivers may be silent, and how long they may take. */
#define SETTLE_QUIET_MS 700
#define SETTLE_TOTAL_MS 5000

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
    left = left < SETTLE_QUIET_MS ? left : SETTLE_QUIET_MS;
    if (poll(&poller, 1, left) <= 0) {
        return false;
    }
    while (recv(fd, event, sizeof(event), 0) > 0) {
        /* What it says does not matter: we look anew. */
    }
    return true;
}

static void look(void)
{
    forget_blocks();
    forget_transports();
    forget_stock();
    take_stock();
    find_blocks();
}

static void look_when_settled(void)
{
    int fd = open_uevents();
    int64_t deadline = now_ms() + SETTLE_TOTAL_MS;

    look();
    while (any_pending() && wait_for_uevent(fd, deadline)) {
        look();
    }
    if (any_pending()) {
        look();         /* the last news may have come without an event */
    }
    if (fd >= 0) {
        close(fd);
    }
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
    bool colours = false, now = false;

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
    read_tree();
    if (now) {
        look();
    } else {
        look_when_settled();
    }
    print_report(colours);
    return count_blocks(MISSING) ? 1 : 0;
}
