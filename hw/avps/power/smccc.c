/*
 * avps-ecu: SMC and HVC calls that the machine answers
 *
 * Arm SMC Calling Convention (DEN0028) 1.2: 2.6 and 2.7 (which registers of a
 * caller change), 2.8 (unknown functions), chapter 7 (general queries).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "hw/avps/power/smccc.h"
#include "cpu.h"
#include "hw/avps/trace.h"

/* Chapter 7 */
#define SMCCC_VERSION 0x80000000
#define SMCCC_ARCH_FEATURES 0x80000001
#define SMCCC_ARCH_WORKAROUND_3 0x80003fff
#define SMCCC_ARCH_WORKAROUND_2 0x80007fff
#define SMCCC_ARCH_WORKAROUND_1 0x80008000
#define SMCCC_ARCH_LAST 0x8000ffff

#define VERSION_1_2 0x10002
#define IMPLEMENTED 0
/* An emulated core does not speculate: the call does nothing, and need not */
#define WORKAROUND_NOT_NEEDED 1

/* Of an exception by SMC or HVC: its immediate, which must be 0 (2.9) */
#define SYNDROME_IMMEDIATE 0xffff

/* --- Services --- */

void avps_smccc_register(AvpsSmccc *smccc, uint32_t first, uint32_t last,
                         AvpsSmcccHandler *handler, void *opaque)
{
    int n = smccc->num_services++;

    assert(n < AVPS_SMCCC_MAX_SERVICES);
    smccc->service[n].first = first;
    smccc->service[n].last = last;
    smccc->service[n].handler = handler;
    smccc->service[n].opaque = opaque;
}

static bool answer(AvpsSmccc *smccc, AvpsSmcccCall *call)
{
    uint32_t number = call->function & ~AVPS_SMCCC_64;

    for (int i = 0; i < smccc->num_services; i++) {
        if (number >= smccc->service[i].first &&
            number <= smccc->service[i].last) {
            return smccc->service[i].handler(smccc->service[i].opaque, call);
        }
    }
    return false;
}

/* --- Registers of the caller --- */

static uint64_t get_register(const CPUARMState *env, int n)
{
    return is_a64((CPUARMState *)env) ? env->xregs[n] : env->regs[n];
}

static void set_register(CPUARMState *env, int n, int64_t value)
{
    if (is_a64(env)) {
        env->xregs[n] = value;
    } else {
        env->regs[n] = value;
    }
}

/* An AArch32 caller has no 64-bit functions, and nobody an immediate. */
static bool well_formed(const CPUARMState *env, uint32_t function)
{
    return !(env->exception.syndrome & SYNDROME_IMMEDIATE) &&
           (is_a64((CPUARMState *)env) || !(function & AVPS_SMCCC_64));
}

bool avps_smccc_dispatch(AvpsSmccc *smccc, ARMCPU *cpu)
{
    CPUARMState *env = &cpu->env;
    AvpsSmcccCall call = {
        .cpu = cpu,
        .function = get_register(env, 0),
        .num_results = 1,
    };

    for (int i = 0; i < AVPS_SMCCC_ARGS; i++) {
        uint64_t value = get_register(env, 1 + i);

        call.arg[i] = call.function & AVPS_SMCCC_64 ? value : (uint32_t)value;
    }
    if (!well_formed(env, call.function) || !answer(smccc, &call)) {
        call.result[0] = AVPS_SMCCC_NOT_SUPPORTED;
    }
    trace_avps_smccc_call(call.function, call.arg[0], call.result[0],
                          call.end);
    if (call.end == AVPS_SMCCC_STANDBY) {
        /* QEMU's own PSCI looks at all of X0 */
        set_register(env, 0, call.function);
        return false;
    }
    for (int i = 0; call.end == AVPS_SMCCC_RETURN && i < call.num_results;
         i++) {
        set_register(env, i, call.result[i]);
    }
    return true;
}

/* --- General queries --- */

static int64_t arch_features(uint32_t function)
{
    switch (function) {
    case SMCCC_VERSION:
    case SMCCC_ARCH_FEATURES:
        return IMPLEMENTED;
    case SMCCC_ARCH_WORKAROUND_1:
    case SMCCC_ARCH_WORKAROUND_2:
    case SMCCC_ARCH_WORKAROUND_3:
        return WORKAROUND_NOT_NEEDED;
    default:
        return AVPS_SMCCC_NOT_SUPPORTED;
    }
}

static bool arch_call(void *opaque, AvpsSmcccCall *call)
{
    switch (call->function) {
    case SMCCC_VERSION:
        call->result[0] = VERSION_1_2;
        return true;
    case SMCCC_ARCH_FEATURES:
        call->result[0] = arch_features(call->arg[0]);
        return true;
    case SMCCC_ARCH_WORKAROUND_1:
    case SMCCC_ARCH_WORKAROUND_2:
    case SMCCC_ARCH_WORKAROUND_3:
        call->num_results = 0;
        return true;
    default:
        return false;
    }
}

void avps_smccc_register_general(AvpsSmccc *smccc)
{
    avps_smccc_register(smccc, SMCCC_VERSION, SMCCC_ARCH_LAST, arch_call,
                        NULL);
}
