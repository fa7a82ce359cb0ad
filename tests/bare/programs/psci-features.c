/*
 * Which PSCI functions there are, that PSCI_FEATURES and the calls agree, and
 * the calling convention: what is looked at, what is kept.
 * Arm DEN 0022 (PSCI) chapter 5, DEN 0028 (SMCCC) chapters 2 and 3.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "bare.h"

#define VERSION_1_1 0x10001
#define SMCCC_VERSION 0x80000000
#define NO_TRUSTED_OS 2
/* CPU_SUSPEND: original format of power_state, the platform coordinates */
#define NO_FLAGS 0
#define ALL_ONES (-1ull)

/* Functions by their 32-bit number; SMC64 is the other form of the same. */
static const uint32_t both_forms[] = {
    0x84000001, 0x84000003, 0x84000004, 0x8400000e, 0x84000010, 0x84000011,
    0x84000012,
};

static const uint32_t only_32_bits[] = {
    PSCI_VERSION, PSCI_CPU_OFF, PSCI_MIGRATE_INFO_TYPE, PSCI_SYSTEM_OFF,
    PSCI_SYSTEM_RESET, PSCI_FEATURES,
};

/* MIGRATE to SET_SUSPEND_MODE, MEM_PROTECT and what newer versions have */
static const uint32_t absent[] = {
    0x84000005, 0x84000007, 0x8400000b, 0x8400000c, 0x8400000d, 0x8400000f,
    0x84000013, 0x84000014, 0x84000015, 0x84000016, 0x8400001f,
};

/* Services that nobody offers: Arm's, a silicon provider's, a hypervisor's */
static const uint32_t unknown[] = {
    0x80000002, 0x8000ffff, 0x82000000, 0x82000001, 0x83000000, 0x85000000,
    0x86000000, 0xb2000000, 0xbf00ff01, 0x00000000, 0x04000000, 0x7fffffff,
};

static int64_t features(uint64_t function)
{
    return psci(PSCI_FEATURES, function, 0, 0);
}

static void check_implemented(void)
{
    for (unsigned n = 0; n < sizeof(both_forms) / 4; n++) {
        check_equal(features(both_forms[n]), NO_FLAGS,
                    "a function is there with 32 bits");
        check_equal(features(both_forms[n] | SMC64), NO_FLAGS,
                    "and with 64");
    }
    for (unsigned n = 0; n < sizeof(only_32_bits) / 4; n++) {
        check_equal(features(only_32_bits[n]), NO_FLAGS,
                    "a function is there");
        check_equal(features(only_32_bits[n] | SMC64), PSCI_NOT_SUPPORTED,
                    "but not with 64 bits");
    }
    check_equal(features(SMCCC_VERSION), 0, "SMCCC_VERSION can be asked");
    check_equal(psci(PSCI_VERSION, 0, 0, 0), VERSION_1_1,
                "PSCI is version 1.1");
    check_equal(psci(PSCI_MIGRATE_INFO_TYPE, 0, 0, 0), NO_TRUSTED_OS,
                "there is no trusted OS that has to migrate");
}

static void check_absent(void)
{
    for (unsigned n = 0; n < sizeof(absent) / 4; n++) {
        check_equal(features(absent[n]), PSCI_NOT_SUPPORTED,
                    "PSCI_FEATURES tells what is absent");
        check_equal(features(absent[n] | SMC64), PSCI_NOT_SUPPORTED,
                    "with 64 bits, too");
        check_equal(firmware(absent[n], 0, 0, 0), ALL_ONES,
                    "a call of it says so in all bits");
        check_equal(firmware(absent[n] | SMC64, 0, 0, 0), ALL_ONES,
                    "and with 64 bits");
    }
    check_equal(firmware(PSCI_VERSION | SMC64, 0, 0, 0), ALL_ONES,
                "PSCI_VERSION has no form of 64 bits");
    for (unsigned n = 0; n < sizeof(unknown) / 4; n++) {
        check_equal(features(unknown[n]), PSCI_NOT_SUPPORTED,
                    "PSCI_FEATURES knows no function of others");
        check_equal(firmware(unknown[n], 0, 0, 0), ALL_ONES,
                    "an unknown function answers all ones");
    }
    check_equal(features(-1), PSCI_NOT_SUPPORTED, "-1 is no function");
    check_equal(firmware(-1, 0, 0, 0), ALL_ONES, "to call neither");
}

/* A call that looks at 32 bits has to pass over the others. */
static void check_widths(void)
{
    uint64_t me = core_affinity(0);
    uint32_t affinity_info_32 = PSCI_AFFINITY_INFO & ~SMC64;

    check_equal(psci(GARBAGE | PSCI_VERSION, 0, 0, 0), VERSION_1_1,
                "the function is told by 32 bits");
    check_equal(features(GARBAGE | PSCI_VERSION), 0,
                "a function of 32 bits has parameters of 32 bits");
    check_equal(psci(affinity_info_32, GARBAGE | me, GARBAGE, 0), AFFINITY_ON,
                "so has the short form of AFFINITY_INFO");
    check_equal(psci(PSCI_AFFINITY_INFO, GARBAGE | me, 0, 0),
                PSCI_INVALID_PARAMS, "the long form looks at all 64 bits");
}

static void fill(struct registers *r, uint64_t function)
{
    for (unsigned n = 0; n < 18; n++) {
        r->x[n] = 0x1111111111111111ull * n + 0x8000000000000007;
    }
    r->x[0] = function;
}

static bool kept(const struct registers *r)
{
    struct registers want;

    fill(&want, 0);
    for (unsigned n = 4; n < 18; n++) {
        if (r->x[n] != want.x[n]) {
            return false;
        }
    }
    return true;
}

static void check_registers(void)
{
    struct registers r;

    for (unsigned n = 0; n < sizeof(absent) / 4; n++) {
        fill(&r, absent[n]);
        call_firmware(&r);
        check(kept(&r), "x4 .. x17 are kept by a call that is not there");
    }
    fill(&r, PSCI_VERSION);
    call_firmware(&r);
    check(r.x[0] == VERSION_1_1 && kept(&r), "by one that is");

    fill(&r, PSCI_VERSION);
    call_firmware_immediate_1(&r);
    check_equal(r.x[0], ALL_ONES, "a call with an immediate is no call");
    check(kept(&r), "and changes nothing else");
    fill(&r, PSCI_SYSTEM_OFF);
    call_firmware_immediate_1(&r);
    check_equal(r.x[0], ALL_ONES, "so this does not power off");
}

int main(uint64_t device_tree)
{
    check_implemented();
    check_absent();
    check_widths();
    check_registers();
    return 0;
}
