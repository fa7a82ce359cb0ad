/*
 * avps-ecu: the system control processor: power caps
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef HW_AVPS_SCMI_POWERCAP_H
#define HW_AVPS_SCMI_POWERCAP_H

#include "performance.h"

#define TYPE_AVPS_SCMI_POWERCAP "avps-scmi-powercap"
OBJECT_DECLARE_SIMPLE_TYPE(AvpsScmiPowercap, AVPS_SCMI_POWERCAP)

/* What one agent, or the host as agent 0, has set */
typedef struct AvpsScmiCapRequest {
    uint32_t cap;             /* uW; 0: none */
    uint32_t low, high;       /* thresholds of the measurements, uW */
} AvpsScmiCapRequest;

typedef struct AvpsScmiCapState {
    AvpsScmiCapRequest request[AVPS_SCMI_NUM_AGENTS];
    uint32_t cap;             /* that counts: the lowest, or 0 */
    uint32_t pai;             /* us */
    uint32_t power;           /* measured, uW */
    uint32_t extra;           /* by the host: other consumers, uW */
    uint32_t cap_subscribers, power_subscribers;
} AvpsScmiCapState;

struct AvpsScmiPowercap {
    AvpsScmiProtocol parent_obj;

    AvpsScmiCapState domain[AVPS_SCMI_NUM_POWERCAPS];
};

/* Lower @level, places in the tables of all domains, until the caps hold. */
void avps_scmi_powercap_limit(const AvpsScmiPowercap *s,
                              uint32_t level[AVPS_SCMI_NUM_PERFORMANCE]);

/* The levels have changed: measure. */
void avps_scmi_powercap_measure(AvpsScmiPowercap *s);

/* As in performance.h */
uint32_t avps_scmi_powercap_fast_read(AvpsScmiPowercap *s, unsigned agent,
                                      hwaddr offset);
void avps_scmi_powercap_fast_write(AvpsScmiPowercap *s, unsigned agent,
                                   hwaddr offset, uint32_t value);

#endif
