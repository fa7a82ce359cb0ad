/*
 * A TCP stream from one interface of the guest to another
 *
 * The receiving end is a child process with a network namespace of its own,
 * into which the receiving interface moves: within one namespace the kernel
 * would deliver the data without any device.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "bench.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* Addresses that documents use, so that no real network has them */
#define SENDER_ADDRESS 0xc0000201       /* 192.0.2.1 */
#define RECEIVER_ADDRESS 0xc0000202
#define NETMASK 0xffffff00
#define PORT 5001

/* What is sent before the clock starts, one part in so many */
#define WARM_UP_PART 8

/* What one call sends or receives */
#define CHUNK 65536

struct channel {        /* between the two processes */
    int to, from;
};

/* --- Interfaces ----------------------------------------------------------- */

static unsigned find_interface(const char *name)
{
    unsigned index = if_nametoindex(name);

    if (!index) {
        fail("there is no interface %s", name);
    }
    return index;
}

/* Into the namespace of a process. */
static void move_interface(const char *name, pid_t process)
{
    struct {
        struct nlmsghdr header;
        struct ifinfomsg info;
        struct rtattr attribute;
        uint32_t pid;
    } request = {
        .header = { .nlmsg_len = sizeof(request), .nlmsg_type = RTM_NEWLINK,
                    .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK },
        .info = { .ifi_index = find_interface(name) },
        .attribute = { .rta_len = RTA_LENGTH(sizeof(uint32_t)),
                       .rta_type = IFLA_NET_NS_PID },
        .pid = process,
    };
    struct {
        struct nlmsghdr header;
        struct nlmsgerr error;
        char request[sizeof(request)];
    } answer;
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

    if (fd < 0 || send(fd, &request, sizeof(request), 0) < 0 ||
        recv(fd, &answer, sizeof(answer), 0) < 0) {
        fail("%s: the kernel does not take the request to move it", name);
    }
    close(fd);
    errno = -answer.error.error;
    if (errno) {
        fail("%s does not move to another namespace", name);
    }
}

static struct sockaddr_in address_of(uint32_t address)
{
    return (struct sockaddr_in) {
        .sin_family = AF_INET, .sin_port = htons(PORT),
        .sin_addr.s_addr = htonl(address),
    };
}

static void set_address(int fd, struct ifreq *request, int command,
                        uint32_t address)
{
    struct sockaddr_in value = address_of(address);

    memcpy(&request->ifr_addr, &value, sizeof(value));
    if (ioctl(fd, command, request)) {
        fail("%s does not take an address", request->ifr_name);
    }
}

static void set_flags(int fd, struct ifreq *request, int flags)
{
    request->ifr_flags = flags;
    if (ioctl(fd, SIOCSIFFLAGS, request)) {
        fail("%s does not go %s", request->ifr_name,
             flags & IFF_UP ? "up" : "down");
    }
}

static int open_interface(const char *name, struct ifreq *request)
{
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    if (fd < 0) {
        fail("there is no IP");
    }
    memset(request, 0, sizeof(*request));
    snprintf(request->ifr_name, sizeof(request->ifr_name), "%s", name);
    return fd;
}

static void bring_up(const char *name, uint32_t address)
{
    struct ifreq request;
    int fd = open_interface(name, &request);

    set_address(fd, &request, SIOCSIFADDR, address);
    set_address(fd, &request, SIOCSIFNETMASK, NETMASK);
    set_flags(fd, &request, IFF_UP);
    close(fd);
}

/* So that another interface may be the way to the other address. */
static void bring_down(const char *name)
{
    struct ifreq request;
    int fd = open_interface(name, &request);

    set_address(fd, &request, SIOCSIFADDR, INADDR_ANY);
    set_flags(fd, &request, 0);
    close(fd);
}

/* --- The two processes ---------------------------------------------------- */

/* One says a word, the other waits for it. */
static void say(struct channel *channel)
{
    if (write(channel->to, "", 1) != 1) {
        fail("the other process is gone");
    }
}

static void await(struct channel *channel)
{
    char word;

    errno = 0;
    if (read(channel->from, &word, 1) != 1) {
        fail("the other process is gone");
    }
}

static void fork_channel(pid_t *child, struct channel *channel)
{
    int down[2], up[2];

    *child = pipe(down) || pipe(up) ? -1 : fork();
    if (*child < 0) {
        fail("there is no second process to be had");
    }
    *channel = *child ? (struct channel) { down[1], up[0] }
                      : (struct channel) { up[1], down[0] };
    /* Whoever waits for a process that has ended shall notice. */
    close(*child ? down[0] : down[1]);
    close(*child ? up[1] : up[0]);
}

static int new_socket(void)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0) {
        fail("there is no TCP");
    }
    return fd;
}

static int accept_sender(struct channel *channel)
{
    struct sockaddr_in own = address_of(RECEIVER_ADDRESS);
    int listener = new_socket(), fd;

    if (bind(listener, (struct sockaddr *)&own, sizeof(own)) ||
        listen(listener, 1)) {
        fail("the receiver cannot listen");
    }
    say(channel);
    fd = accept(listener, NULL, NULL);
    if (fd < 0) {
        fail("the sender does not connect");
    }
    close(listener);
    return fd;
}

static void receive(int fd, uint64_t bytes)
{
    static char chunk[CHUNK];
    ssize_t got;

    for (; bytes; bytes -= got) {
        got = recv(fd, chunk, bytes < CHUNK ? bytes : CHUNK, 0);
        if (got <= 0) {
            fail("the connection broke, %llu bytes are missing",
                 (unsigned long long)bytes);
        }
    }
}

static void transmit(int fd, uint64_t bytes)
{
    static char chunk[CHUNK];
    ssize_t sent;

    for (; bytes; bytes -= sent) {
        sent = send(fd, chunk, bytes < CHUNK ? bytes : CHUNK, 0);
        if (sent <= 0) {
            fail("the connection broke, %llu bytes are not sent",
                 (unsigned long long)bytes);
        }
    }
}

static void be_receiver(const struct stream *job, struct channel *channel)
{
    int fd;

    if (unshare(CLONE_NEWNET)) {
        fail("there is no namespace for %s", job->receiver);
    }
    say(channel);
    await(channel);     /* until the interface is here */
    bring_up(job->receiver, RECEIVER_ADDRESS);
    fd = accept_sender(channel);
    receive(fd, job->bytes / WARM_UP_PART);
    say(channel);
    receive(fd, job->bytes);
    say(channel);
    close(fd);
    bring_down(job->receiver);
    move_interface(job->receiver, getppid());
    exit(0);
}

static uint64_t be_sender(const struct stream *job, struct channel *channel,
                          pid_t receiver)
{
    struct sockaddr_in peer = address_of(RECEIVER_ADDRESS);
    int fd = new_socket();
    uint64_t start;

    bring_up(job->sender, SENDER_ADDRESS);
    await(channel);
    move_interface(job->receiver, receiver);
    say(channel);
    await(channel);     /* until it listens */
    if (connect(fd, (struct sockaddr *)&peer, sizeof(peer))) {
        fail("%s does not reach %s", job->sender, job->receiver);
    }
    transmit(fd, job->bytes / WARM_UP_PART);
    await(channel);
    start = now();
    transmit(fd, job->bytes);
    await(channel);
    start = now() - start;
    close(fd);
    bring_down(job->sender);
    return start;
}

uint64_t time_stream(const struct stream *job)
{
    struct channel channel;
    uint64_t time;
    pid_t child;

    find_interface(job->sender);
    find_interface(job->receiver);
    fork_channel(&child, &channel);
    if (!child) {
        be_receiver(job, &channel);
    }
    time = be_sender(job, &channel, child);
    waitpid(child, NULL, 0);    /* it has given the interface back */
    return time;
}
