/*
 * avps-ecu: the file behind the lifecycle fuse
 *
 * Three lines of text: format, state, and the CRC-32 of the two lines before:
 *
 *     avps-fuse-1
 *     production=0
 *     crc32=0b8e3a91
 *
 * A file is unblown only if each of its bytes is that of an unblown one.
 * Whatever else it holds, it is blown: damage never opens a production system.
 *
 * A fuse is blown by one write in place, within one sector: a crash in the
 * middle leaves an unblown file, a blown one or a mixture, which is blown.
 * The file keeps its identity, as a fuse does, for all who have it open.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "hw/avps/lifecycle/fusefile.h"

#include <zlib.h> /* for crc32 */

/* More than a file has */
#define CONTENTS_ROOM 64

/* What a sound file holds; returns its length. */
static size_t sound_contents(bool blown, char contents[CONTENTS_ROOM])
{
    int length = snprintf(contents, CONTENTS_ROOM,
                          "avps-fuse-1\nproduction=%d\n", blown);
    uint32_t crc = crc32(0, (const Bytef *)contents, length);

    return length + snprintf(contents + length, CONTENTS_ROOM - length,
                             "crc32=%08x\n", crc);
}

int avps_fuse_file_open(const char *name, Error **errp)
{
    struct stat info;
    /* Not to wait for the other end, should it be a pipe */
    int flags = O_NONBLOCK | O_NOCTTY;
    int fd = qemu_open(name, O_RDWR | flags, NULL);

    if (fd < 0) {
        fd = qemu_open(name, O_RDONLY | flags, errp);
    }
    if (fd < 0) {
        return -1;
    }
    if (fstat(fd, &info) < 0 || !S_ISREG(info.st_mode)) {
        error_setg(errp, "'%s' is no regular file", name);
        qemu_close(fd);
        return -1;
    }
    return fd;
}

static ssize_t read_start(int fd, char *buffer, size_t room)
{
    size_t length = 0;

    while (length < room) {
        ssize_t n = RETRY_ON_EINTR(pread(fd, buffer + length, room - length,
                                         length));

        if (n < 0) {
            return -errno;
        }
        if (n == 0) {
            break;
        }
        length += n;
    }
    return length;
}

AvpsFuseState avps_fuse_file_read(int fd, Error **errp)
{
    char found[CONTENTS_ROOM];
    ssize_t length = read_start(fd, found, sizeof(found));

    if (length < 0) {
        error_setg_errno(errp, -length, "it cannot be read");
        return AVPS_FUSE_INVALID;
    }
    for (int blown = 0; blown <= 1; blown++) {
        char sound[CONTENTS_ROOM];

        if (length == sound_contents(blown, sound) &&
            !memcmp(found, sound, length)) {
            return blown ? AVPS_FUSE_BLOWN : AVPS_FUSE_UNBLOWN;
        }
    }
    error_setg(errp, "it is damaged, or no fuse file");
    return AVPS_FUSE_INVALID;
}

int avps_fuse_file_blow(int fd)
{
    char contents[CONTENTS_ROOM];
    size_t length = sound_contents(true, contents), written = 0;

    while (written < length) {
        ssize_t n = RETRY_ON_EINTR(pwrite(fd, contents + written,
                                          length - written, written));

        if (n < 0) {
            return -errno;
        }
        written += n;
    }
    return fsync(fd) < 0 ? -errno : 0;
}
