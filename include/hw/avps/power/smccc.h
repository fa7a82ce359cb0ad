/*
 * avps-ecu: SMC and HVC calls that the machine answers
 *
 * Arm SMC Calling Convention (DEN0028) 1.2. A service owns a range of function
 * identifiers and answers the calls in it; what nobody owns gets
 * NOT_SUPPORTED. With firmware at EL3 none of this is reached: the calls are
 * the firmware's.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef HW_AVPS_POWER_SMCCC_H
#define HW_AVPS_POWER_SMCCC_H

#include "target/arm/cpu-qom.h"

/* Bit of a function identifier: its arguments are 64 bits wide */
#define AVPS_SMCCC_64 0x40000000u

/* 2.8 "Unknown Function Identifier" */
#define AVPS_SMCCC_NOT_SUPPORTED (-1)

#define AVPS_SMCCC_ARGS 3
#define AVPS_SMCCC_RESULTS 4

typedef enum AvpsSmcccEnd {
    AVPS_SMCCC_RETURN,  /* give the caller its results */
    AVPS_SMCCC_LEAVE,   /* the caller does not go on; no register changes */
    AVPS_SMCCC_STANDBY, /* QEMU's own PSCI has the core wait for interrupts */
} AvpsSmcccEnd;

typedef struct AvpsSmcccCall {
    ARMCPU *cpu;                          /* the core that calls */
    uint32_t function;                    /* W0 */
    uint64_t arg[AVPS_SMCCC_ARGS];        /* X1 .. X3, or W1 .. W3 of SMC32 */
    int64_t result[AVPS_SMCCC_RESULTS];   /* X0 .. X3 */
    int num_results;                      /* the others keep their values */
    AvpsSmcccEnd end;
} AvpsSmcccCall;

/*
 * Answer @call, in which result[0] is 0, num_results 1 and end
 * AVPS_SMCCC_RETURN. False when the function is not one of this service. The
 * big lock is held, so that nothing long may be done here.
 */
typedef bool AvpsSmcccHandler(void *opaque, AvpsSmcccCall *call);

#define AVPS_SMCCC_MAX_SERVICES 8

typedef struct AvpsSmccc {
    struct {
        uint32_t first, last;
        AvpsSmcccHandler *handler;
        void *opaque;
    } service[AVPS_SMCCC_MAX_SERVICES];
    int num_services;
} AvpsSmccc;

/*
 * Have @handler answer the functions @first .. @last. Both are of SMC32; the
 * functions of SMC64 with the same numbers belong to the service, too.
 */
void avps_smccc_register(AvpsSmccc *smccc, uint32_t first, uint32_t last,
                         AvpsSmcccHandler *handler, void *opaque);

/* Add the convention's own service, general queries. */
void avps_smccc_register_general(AvpsSmccc *smccc);

/*
 * Answer the call that @cpu has made, in its registers. False: QEMU's own
 * PSCI shall do it, which happens for AVPS_SMCCC_STANDBY only.
 */
bool avps_smccc_dispatch(AvpsSmccc *smccc, ARMCPU *cpu);

#endif
