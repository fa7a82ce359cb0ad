/*
 * avps-ecu qtests: files of the lifecycle fuse
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef TESTS_QTEST_AVPS_FUSE_H
#define TESTS_QTEST_AVPS_FUSE_H

#include "tests/qtest/avps/board.h"

/* What a file holds, to the last byte: docs/devices/fuse.rst */
#define FUSE_UNBLOWN "avps-fuse-1\nproduction=0\ncrc32=224bc1f7\n"
#define FUSE_BLOWN "avps-fuse-1\nproduction=1\ncrc32=3b50f0b6\n"

/* The name of a file with one of these contents, gone when the test is over */
char *fuse_file(const char *contents);

/*
 * The name of an unblown file that refuses to be written, also for root, as
 * long as this program runs. The caller frees the name.
 */
char *fuse_that_cannot_be_written(void);

#endif
