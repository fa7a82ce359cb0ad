/*
 * avps-ecu test: the file of the lifecycle fuse
 * (hw/avps/lifecycle/fusefile.c, linked into this program)
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "hw/avps/lifecycle/fusefile.h"
#include "tests/qtest/avps/fuse.h"

#define LENGTH (sizeof(FUSE_UNBLOWN) - 1)

static AvpsFuseState state_of(const char *name)
{
    Error *err = NULL;
    int fd = avps_fuse_file_open(name, &err);
    AvpsFuseState state = AVPS_FUSE_INVALID;

    if (fd >= 0) {
        state = avps_fuse_file_read(fd, &err);
        close(fd);
    }
    /* There is a reason exactly when there is something to explain */
    g_assert_cmpint(err != NULL, ==, state == AVPS_FUSE_INVALID);
    error_free(err);
    return state;
}

static AvpsFuseState state_of_contents(const void *contents, size_t length)
{
    char *name = temporary_file(contents, length, 0);
    AvpsFuseState state = state_of(name);

    unlink(name);
    return state;
}

static void test_sound(void)
{
    g_assert_cmpint(state_of_contents(FUSE_UNBLOWN, LENGTH), ==,
                    AVPS_FUSE_UNBLOWN);
    g_assert_cmpint(state_of_contents(FUSE_BLOWN, LENGTH), ==,
                    AVPS_FUSE_BLOWN);
}

static void test_truncated(void)
{
    for (size_t length = 0; length < LENGTH; length++) {
        g_assert_cmpint(state_of_contents(FUSE_UNBLOWN, length), ==,
                        AVPS_FUSE_INVALID);
    }
}

static void test_flipped_bits(void)
{
    for (size_t bit = 0; bit < 8 * LENGTH; bit++) {
        char contents[] = FUSE_UNBLOWN;

        contents[bit / 8] ^= 1 << (bit % 8);
        g_assert_cmpint(state_of_contents(contents, LENGTH), ==,
                        AVPS_FUSE_INVALID);
    }
}

static void test_other_bytes(void)
{
    for (size_t place = 0; place < LENGTH; place++) {
        char contents[] = FUSE_UNBLOWN;

        contents[place] = 0;
        g_assert_cmpint(state_of_contents(contents, LENGTH), ==,
                        AVPS_FUSE_INVALID);
        contents[place] = g_test_rand_int_range(128, 256);
        g_assert_cmpint(state_of_contents(contents, LENGTH), ==,
                        AVPS_FUSE_INVALID);
    }
}

static void test_too_long(void)
{
    g_assert_cmpint(state_of_contents(FUSE_UNBLOWN "\n", LENGTH + 1), ==,
                    AVPS_FUSE_INVALID);
    /* With the zero at its end */
    g_assert_cmpint(state_of_contents(FUSE_UNBLOWN, LENGTH + 1), ==,
                    AVPS_FUSE_INVALID);
    g_assert_cmpint(state_of_contents(FUSE_UNBLOWN FUSE_UNBLOWN, 2 * LENGTH),
                    ==, AVPS_FUSE_INVALID);
}

/* Larger than memory, and without delay */
static void test_huge(void)
{
    char *name = temporary_file(FUSE_UNBLOWN, LENGTH, 1ull << 40);

    g_assert_cmpint(state_of(name), ==, AVPS_FUSE_INVALID);
}

static void test_no_file(void)
{
    g_autofree char *directory = g_dir_make_tmp("avps-fuse-XXXXXX", NULL);
    g_autofree char *pipe = g_build_filename(directory, "pipe", NULL);
    g_autofree char *missing = g_build_filename(directory, "missing", NULL);

    g_assert_cmpint(mkfifo(pipe, 0600), ==, 0);
    g_assert_cmpint(state_of(directory), ==, AVPS_FUSE_INVALID);
    g_assert_cmpint(state_of(pipe), ==, AVPS_FUSE_INVALID);
    g_assert_cmpint(state_of(missing), ==, AVPS_FUSE_INVALID);
    g_assert_cmpint(state_of("/dev/zero"), ==, AVPS_FUSE_INVALID);
    g_assert_cmpint(state_of(""), ==, AVPS_FUSE_INVALID);
    unlink(pipe);
    rmdir(directory);
}

static void test_blow(void)
{
    char *name = temporary_file(FUSE_UNBLOWN, LENGTH, 0);
    g_autofree char *contents = NULL;
    gsize length;
    int fd = avps_fuse_file_open(name, &error_abort);

    g_assert_cmpint(avps_fuse_file_blow(fd), ==, 0);
    g_assert_cmpint(avps_fuse_file_read(fd, NULL), ==, AVPS_FUSE_BLOWN);
    /* Again is no harm */
    g_assert_cmpint(avps_fuse_file_blow(fd), ==, 0);
    close(fd);
    g_assert_true(g_file_get_contents(name, &contents, &length, NULL));
    g_assert_cmpmem(contents, length, FUSE_BLOWN, LENGTH);
}

static void test_blow_fails(void)
{
    g_autofree char *name = fuse_that_cannot_be_written();
    int fd = avps_fuse_file_open(name, &error_abort);

    g_assert_cmpint(avps_fuse_file_blow(fd), <, 0);
    g_assert_cmpint(avps_fuse_file_read(fd, NULL), ==, AVPS_FUSE_UNBLOWN);
    close(fd);
}

/* The host dies while the file is written: any part may have arrived. */
static void test_interrupted(void)
{
    for (size_t length = 0; length <= LENGTH; length++) {
        char start[] = FUSE_UNBLOWN, end[] = FUSE_UNBLOWN;
        bool untouched;

        memcpy(start, FUSE_BLOWN, length);
        untouched = !strcmp(start, FUSE_UNBLOWN);
        g_assert_cmpint(state_of_contents(start, LENGTH) == AVPS_FUSE_UNBLOWN,
                        ==, untouched);
        memcpy(end + LENGTH - length, FUSE_BLOWN + LENGTH - length, length);
        untouched = !strcmp(end, FUSE_UNBLOWN);
        g_assert_cmpint(state_of_contents(end, LENGTH) == AVPS_FUSE_UNBLOWN,
                        ==, untouched);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("/fuse-file/sound", test_sound);
    qtest_add_func("/fuse-file/truncated", test_truncated);
    qtest_add_func("/fuse-file/flipped-bits", test_flipped_bits);
    qtest_add_func("/fuse-file/other-bytes", test_other_bytes);
    qtest_add_func("/fuse-file/too-long", test_too_long);
    qtest_add_func("/fuse-file/huge", test_huge);
    qtest_add_func("/fuse-file/no-file", test_no_file);
    qtest_add_func("/fuse-file/blow", test_blow);
    qtest_add_func("/fuse-file/blow-fails", test_blow_fails);
    qtest_add_func("/fuse-file/interrupted", test_interrupted);
    return g_test_run();
}
