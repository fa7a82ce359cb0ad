/*
 * What every kernel asks the firmware before anything else: the calling
 * convention's version, and which workarounds it needs.
 * Arm DEN 0028 chapter 7.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "bare.h"

#define SMCCC_VERSION           0x80000000
#define SMCCC_ARCH_FEATURES     0x80000001
#define SMCCC_ARCH_SOC_ID       0x80000002
#define ARCH_WORKAROUND_1       0x80008000
#define ARCH_WORKAROUND_2       0x80007fff
#define ARCH_WORKAROUND_3       0x80003fff

#define VERSION_1_2 0x10002
#define NOT_NEEDED 1
#define PATTERN 0x0123456789abcdefull
#define ALL_ONES (-1ull)

static const uint32_t workarounds[] = {
    ARCH_WORKAROUND_1, ARCH_WORKAROUND_2, ARCH_WORKAROUND_3,
};

static int64_t features(uint64_t function)
{
    return psci(SMCCC_ARCH_FEATURES, function, 0, 0);
}

static void check_workaround(uint32_t function)
{
    struct registers r;
    bool kept = true;

    check_equal(features(function), NOT_NEEDED, "a workaround is not needed");
    for (uint64_t enable = 0; enable < 2; enable++) {
        for (unsigned n = 0; n < 18; n++) {
            r.x[n] = PATTERN * (n + 1);
        }
        r.x[0] = function;
        r.x[1] = enable;
        call_firmware(&r);
        for (unsigned n = 4; n < 18; n++) {
            kept &= r.x[n] == PATTERN * (n + 1);
        }
    }
    check(kept, "it can be called, and keeps x4 .. x17");
}

int main(uint64_t device_tree)
{
    check_equal(psci(SMCCC_VERSION, 0, 0, 0), VERSION_1_2,
                "the convention is version 1.2");
    check_equal(psci(GARBAGE | SMCCC_VERSION, 0, 0, 0), VERSION_1_2,
                "its function is told by 32 bits");
    check_equal(features(SMCCC_VERSION), 0, "SMCCC_VERSION is there");
    check_equal(features(SMCCC_ARCH_FEATURES), 0, "ARCH_FEATURES is there");
    check_equal(features(GARBAGE | SMCCC_ARCH_FEATURES), 0,
                "and has a parameter of 32 bits");
    check_equal(features(SMCCC_ARCH_SOC_ID), -1, "SOC_ID is not");
    check_equal(firmware(SMCCC_ARCH_SOC_ID, 0, 0, 0), ALL_ONES,
                "to call it neither");
    check_equal(features(0x8000ffff), -1, "nor is an unknown one");
    for (unsigned n = 0; n < sizeof(workarounds) / 4; n++) {
        check_workaround(workarounds[n]);
    }
    return 0;
}
