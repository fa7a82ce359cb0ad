/*
 * avps-ecu: faults of the system control processor, made by the host
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef HW_AVPS_SCMI_FAULTS_H
#define HW_AVPS_SCMI_FAULTS_H

#include "qemu/queue.h"

typedef enum AvpsScmiFaultKind {
    SCMI_FAULT_STATUS,   /* the command is not carried out, but answered */
    SCMI_FAULT_GARBAGE,  /* carried out; the response is nonsense */
    SCMI_FAULT_DELAY,    /* carried out; the response comes later */
    SCMI_FAULT_TIMEOUT,  /* neither carried out nor answered */
} AvpsScmiFaultKind;

#define SCMI_FAULT_ANY (-1)

/* Which commands, and what happens to them */
typedef struct AvpsScmiFault {
    QTAILQ_ENTRY(AvpsScmiFault) next;
    int agent, protocol, message;  /* or SCMI_FAULT_ANY */
    AvpsScmiFaultKind kind;
    int32_t status;
    int64_t delay_ns;
    uint64_t count;                /* of commands to come; 0: all */
} AvpsScmiFault;

typedef struct AvpsScmiFaults {
    QTAILQ_HEAD(, AvpsScmiFault) list;
    unsigned num;
    uint32_t noise;                /* state of the generator of nonsense */
} AvpsScmiFaults;

/*
 * The fault that the command meets, which counts as met; copied to @fault.
 * False: it meets none.
 */
bool scmi_fault_meet(AvpsScmiFaults *faults, unsigned agent,
                     unsigned protocol, unsigned message,
                     AvpsScmiFault *fault);

/* Fill @length bytes with the next nonsense, the same in every run. */
void scmi_fault_noise(AvpsScmiFaults *faults, void *bytes, size_t length);

/* The host properties "inject" and "faults" of the platform */
void scmi_faults_init(Object *scmi, AvpsScmiFaults *faults);
void scmi_faults_clear(AvpsScmiFaults *faults);

#endif
