/*
 * avps-ecu qtests: files of the lifecycle fuse
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include <sys/mman.h>
#include "tests/qtest/avps/fuse.h"

char *fuse_file(const char *contents)
{
    return temporary_file(contents, strlen(contents), 0);
}

char *fuse_that_cannot_be_written(void)
{
    int fd = memfd_create("fuse", MFD_ALLOW_SEALING | MFD_CLOEXEC);

    g_assert_cmpint(write(fd, FUSE_UNBLOWN, strlen(FUSE_UNBLOWN)), ==,
                    strlen(FUSE_UNBLOWN));
    g_assert_cmpint(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE), ==, 0);
    return g_strdup_printf("/proc/%d/fd/%d", getpid(), fd);
}
