/*
 * avps-ecu: PSCI 1.1
 *
 * Arm Power State Coordination Interface (DEN0022): chapter 5, functions and
 * their results; 5.21 and 5.22 statistics. QEMU's own implementation starts
 * and stops cores below this one; it has neither suspend, nor the second
 * reset, nor most of the errors.
 *
 * Choices:
 *  - CPU_SUSPEND takes the original format of power_state and knows two
 *    states of a core: standby (0) and power-down (0x00010000).
 *  - The system suspend state has the name 0x03010000 in the statistics.
 *  - MIGRATE_INFO_TYPE says that there is no Trusted OS.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "cpu.h"
#include "hw/avps/power/services.h"
#include "target/arm/arm-powerctl.h"
#include "target/arm/kvm-consts.h"
#include "target/arm/multiprocessing.h"

#define PSCI_FIRST 0x84000000u
#define PSCI_LAST 0x8400001fu

#define SMCCC_VERSION 0x80000000u

#define PSCI_INVALID_ADDRESS (-9)

#define STATE_STANDBY 0
#define STATE_SYSTEM_SUSPEND 0x03010000

/* SYSTEM_RESET2: the architected type; others belong to vendors */
#define RESET2_WARM 0
#define HIGHEST_LEVEL 3

/* --- Cores --- */

/* May a core begin at the physical address @entry? */
static bool is_code_address(uint64_t entry)
{
    hwaddr offset, length = 4;
    MemoryRegion *region;

    if (entry % 4) {
        return false;
    }
    RCU_READ_LOCK_GUARD();
    region = address_space_translate(&address_space_memory, entry, &offset,
                                     &length, false, MEMTXATTRS_UNSPECIFIED);
    return length == 4 &&
           (memory_region_is_ram(region) || memory_region_is_romd(region));
}

static int64_t psci_version(AvpsPower *s, AvpsSmcccCall *call)
{
    return QEMU_PSCI_VERSION_1_1;
}

static int64_t power_down(AvpsPower *s, AvpsSmcccCall *call)
{
    if (!is_code_address(call->arg[1])) {
        return PSCI_INVALID_ADDRESS;
    }
    avps_power_down(s, call->cpu, call->arg[1], call->arg[2]);
    call->end = AVPS_SMCCC_LEAVE;
    return 0;
}

static int64_t cpu_suspend(AvpsPower *s, AvpsSmcccCall *call)
{
    switch ((uint32_t)call->arg[0]) {
    case STATE_STANDBY:
        if (avps_power_standby(s, CPU(call->cpu)->cpu_index)) {
            call->end = AVPS_SMCCC_STANDBY;
        }
        return QEMU_PSCI_RET_SUCCESS;
    case AVPS_PSCI_POWER_DOWN:
        return power_down(s, call);
    default:
        return QEMU_PSCI_RET_INVALID_PARAMS;
    }
}

static int64_t cpu_off(AvpsPower *s, AvpsSmcccCall *call)
{
    arm_set_cpu_off(arm_cpu_mp_affinity(call->cpu));
    call->end = AVPS_SMCCC_LEAVE;
    return 0;
}

static int64_t cpu_on(AvpsPower *s, AvpsSmcccCall *call)
{
    int level = arm_feature(&call->cpu->env, ARM_FEATURE_EL2) ? 2 : 1;
    CPUState *target = arm_get_cpu_by_id(call->arg[0]);
    int result;

    if (!target) {
        return QEMU_PSCI_RET_INVALID_PARAMS;
    }
    if (!is_code_address(call->arg[1])) {
        return PSCI_INVALID_ADDRESS;
    }
    if (avps_power_core_state(s, ARM_CPU(target)) == PSCI_ON) {
        return QEMU_PSCI_RET_ALREADY_ON;
    }
    result = arm_set_cpu_on(call->arg[0], call->arg[1], call->arg[2], level,
                            true);
    if (result == QEMU_ARM_POWERCTL_RET_SUCCESS) {
        /* QEMU leaves it off until it runs: a second caller would win, too */
        ARM_CPU(target)->power_state = PSCI_ON_PENDING;
    }
    return result;
}

/* The affinity fields from @level up; 0x[Aff3]00[Aff2][Aff1][Aff0] */
static uint64_t affinity_from(uint64_t affinity, unsigned level)
{
    static const uint64_t from[] = {
        0xff00ffffff, 0xff00ffff00, 0xff00ff0000, 0xff00000000,
    };

    return affinity & from[level];
}

/*
 * A node above the cores is on when any core in it is, and about to be when
 * none is on but one is started.
 */
static int64_t affinity_info(AvpsPower *s, AvpsSmcccCall *call)
{
    uint64_t target = call->arg[0];
    uint32_t level = call->arg[1];
    int64_t state = QEMU_PSCI_RET_INVALID_PARAMS;
    CPUState *cs;

    if (level > HIGHEST_LEVEL || target != affinity_from(target, 0)) {
        return QEMU_PSCI_RET_INVALID_PARAMS;
    }
    CPU_FOREACH(cs) {
        ARMCPU *cpu = ARM_CPU(cs);
        int core_state = avps_power_core_state(s, cpu);

        if (affinity_from(arm_cpu_mp_affinity(cpu), level) !=
            affinity_from(target, level)) {
            continue;
        }
        if (core_state == PSCI_ON) {
            return PSCI_ON;
        }
        if (state < 0 || core_state == PSCI_ON_PENDING) {
            state = core_state;
        }
    }
    return state;
}

static int64_t migrate_info_type(AvpsPower *s, AvpsSmcccCall *call)
{
    return QEMU_PSCI_0_2_RET_TOS_MIGRATION_NOT_REQUIRED;
}

/* --- System --- */

/* The request is served later: until then the caller must not go on. */
static int64_t never_return(AvpsSmcccCall *call)
{
    arm_set_cpu_off(arm_cpu_mp_affinity(call->cpu));
    call->end = AVPS_SMCCC_LEAVE;
    return 0;
}

static int64_t system_off(AvpsPower *s, AvpsSmcccCall *call)
{
    avps_power_request_off();
    return never_return(call);
}

static int64_t system_reset(AvpsPower *s, AvpsSmcccCall *call)
{
    avps_power_request_reset(s, AVPS_RESET_SOFTWARE);
    return never_return(call);
}

static int64_t system_reset2(AvpsPower *s, AvpsSmcccCall *call)
{
    if ((uint32_t)call->arg[0] != RESET2_WARM) {
        return QEMU_PSCI_RET_INVALID_PARAMS;
    }
    avps_power_request_reset(s, AVPS_RESET_WARM);
    return never_return(call);
}

static int64_t system_suspend(AvpsPower *s, AvpsSmcccCall *call)
{
    if (!is_code_address(call->arg[0])) {
        return PSCI_INVALID_ADDRESS;
    }
    if (!avps_power_suspend(s, call->cpu, call->arg[0], call->arg[1])) {
        return QEMU_PSCI_RET_DENIED;
    }
    call->end = AVPS_SMCCC_LEAVE;
    return 0;
}

/* --- Statistics --- */

/*
 * NULL when core or state do not exist. The functions have no errors: of such
 * ones they say 0, as those of TF-A do.
 */
static AvpsPowerStat *find_stat(AvpsPower *s, AvpsSmcccCall *call)
{
    CPUState *target = arm_get_cpu_by_id(call->arg[0]);

    if (!target) {
        return NULL;
    }
    switch ((uint32_t)call->arg[1]) {
    case STATE_STANDBY:
        return &s->stat[target->cpu_index][AVPS_STATE_STANDBY];
    case AVPS_PSCI_POWER_DOWN:
        return &s->stat[target->cpu_index][AVPS_STATE_DOWN];
    case STATE_SYSTEM_SUSPEND:
        return &s->stat[target->cpu_index][AVPS_STATE_SUSPEND];
    default:
        return NULL;
    }
}

static int64_t stat_residency(AvpsPower *s, AvpsSmcccCall *call)
{
    const AvpsPowerStat *stat = find_stat(s, call);

    return stat ? stat->ns / SCALE_US : 0;
}

static int64_t stat_count(AvpsPower *s, AvpsSmcccCall *call)
{
    const AvpsPowerStat *stat = find_stat(s, call);

    return stat ? stat->count : 0;
}

/* --- The functions --- */

typedef struct PsciFunction {
    /* NULL for PSCI_FEATURES itself, which reads this table */
    int64_t (*call)(AvpsPower *s, AvpsSmcccCall *call);
    bool exists;
    bool wide; /* there is one of SMC64, too */
} PsciFunction;

#define FUNCTION(call) { (call), .exists = true }
#define WIDE_FUNCTION(call) { (call), .exists = true, .wide = true }

/* By number */
static const PsciFunction functions[] = {
    [0x0] = FUNCTION(psci_version),
    [0x1] = WIDE_FUNCTION(cpu_suspend),
    [0x2] = FUNCTION(cpu_off),
    [0x3] = WIDE_FUNCTION(cpu_on),
    [0x4] = WIDE_FUNCTION(affinity_info),
    [0x6] = FUNCTION(migrate_info_type),
    [0x8] = FUNCTION(system_off),
    [0x9] = FUNCTION(system_reset),
    [0xa] = FUNCTION(NULL),
    [0xe] = WIDE_FUNCTION(system_suspend),
    [0x10] = WIDE_FUNCTION(stat_residency),
    [0x11] = WIDE_FUNCTION(stat_count),
    [0x12] = WIDE_FUNCTION(system_reset2),
};

/* NULL when there is no such function */
static const PsciFunction *find_function(uint32_t function)
{
    uint32_t number = (function & ~AVPS_SMCCC_64) - PSCI_FIRST;

    if (number >= ARRAY_SIZE(functions) || !functions[number].exists ||
        (function & AVPS_SMCCC_64 && !functions[number].wide)) {
        return NULL;
    }
    return &functions[number];
}

/*
 * No function has optional features that we would have to tell: CPU_SUSPEND
 * takes the original format of power_state and is platform-coordinated.
 */
static int64_t psci_features(uint32_t function)
{
    return function == SMCCC_VERSION || find_function(function)
        ? QEMU_PSCI_RET_SUCCESS : QEMU_PSCI_RET_NOT_SUPPORTED;
}

static bool psci_call(void *opaque, AvpsSmcccCall *call)
{
    const PsciFunction *function = find_function(call->function);

    if (!function) {
        return false;
    }
    call->result[0] = function->call ? function->call(opaque, call)
                                     : psci_features(call->arg[0]);
    return true;
}

void avps_psci_register(AvpsSmccc *smccc, AvpsPower *power)
{
    avps_smccc_register(smccc, PSCI_FIRST, PSCI_LAST, psci_call, power);
}
