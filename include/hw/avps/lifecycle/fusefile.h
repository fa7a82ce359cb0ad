/*
 * avps-ecu: the file behind the lifecycle fuse
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef HW_AVPS_LIFECYCLE_FUSEFILE_H
#define HW_AVPS_LIFECYCLE_FUSEFILE_H

/* What a file says. Whatever is not plainly unblown counts as blown. */
typedef enum AvpsFuseState {
    AVPS_FUSE_UNBLOWN,
    AVPS_FUSE_BLOWN,
    AVPS_FUSE_INVALID,
} AvpsFuseState;

/*
 * Open the file for reading, and for blowing where it can be written. Returns
 * a file descriptor, or -1 and the reason in @errp: it does not exist, or is
 * no regular file.
 */
int avps_fuse_file_open(const char *name, Error **errp);

/*
 * Read the file, a few bytes however large it is. @errp has the reason for
 * AVPS_FUSE_INVALID.
 */
AvpsFuseState avps_fuse_file_read(int fd, Error **errp);

/*
 * Blow the fuse for good. Returns 0 when the storage has it, else a negative
 * errno; then the file may be as it was, blown or damaged, and the latter
 * counts as blown. May take as long as storage does.
 */
int avps_fuse_file_blow(int fd);

#endif
