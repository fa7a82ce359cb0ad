/*
 * avps-ecu: the system control processor: what its sensors measure
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef HW_AVPS_SCMI_SENSOR_H
#define HW_AVPS_SCMI_SENSOR_H

#include "scmi_internal.h"
#include "sensor_player.h"

#define TYPE_AVPS_SCMI_SENSOR "avps-scmi-sensor"
OBJECT_DECLARE_SIMPLE_TYPE(AvpsScmiSensors, AVPS_SCMI_SENSOR)

typedef struct AvpsScmiTripPoint {
    uint8_t events;      /* directions that are told: TRIP_RISING, _FALLING */
    int64_t value;
} AvpsScmiTripPoint;

/* A sensor as one agent has set it */
typedef struct AvpsScmiSensorView {
    bool enabled;
    bool timestamps;
    uint32_t interval;   /* us */
    int64_t next_update; /* ns of virtual time, of an agent that wants them */
    AvpsScmiTripPoint trip_point[AVPS_SCMI_MAX_TRIP_POINTS];
} AvpsScmiSensorView;

typedef struct AvpsScmiSensorState {
    int64_t value[AVPS_SCMI_MAX_AXES];
    uint32_t trip_subscribers;
    uint32_t update_subscribers;
    AvpsScmiSensorView view[AVPS_SCMI_NUM_AGENTS];
} AvpsScmiSensorState;

struct AvpsScmiSensors {
    AvpsScmiProtocol parent_obj;

    AvpsScmiSensorState sensor[AVPS_SCMI_NUM_SENSORS];
    QEMUTimer *update;
    AvpsSensorPlayer player;
};

/*
 * The world outside has changed: axis @axis of sensor @id measures @value now,
 * which must be within the range of its row.
 */
void avps_scmi_sensor_set(AvpsScmiSensors *s, unsigned id, unsigned axis,
                          int64_t value);

#endif
