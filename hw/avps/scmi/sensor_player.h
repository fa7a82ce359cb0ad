/*
 * avps-ecu: the system control processor: sensors that play a time series
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef HW_AVPS_SCMI_SENSOR_PLAYER_H
#define HW_AVPS_SCMI_SENSOR_PLAYER_H

#include "migration/vmstate.h"
#include "qemu/timer.h"
#include "qom/object.h"

struct AvpsScmiSensors;

typedef struct AvpsSensorSample {
    int64_t time;       /* ns after the start */
    uint32_t sensor, axis;
    int64_t value;
} AvpsSensorSample;

typedef struct AvpsSensorPlayer {
    struct AvpsScmiSensors *sensors;
    QEMUTimer *timer;
    int64_t start;      /* ns of virtual time */
    AvpsSensorSample *samples;
    int32_t num_samples, next;
} AvpsSensorPlayer;

extern const VMStateDescription vmstate_avps_sensor_player;

void avps_sensor_player_init(AvpsSensorPlayer *p,
                             struct AvpsScmiSensors *sensors);
void avps_sensor_player_finalize(AvpsSensorPlayer *p);

/* Add the properties "play" and "playing" to the class of the sensors. */
void avps_sensor_player_add_properties(ObjectClass *oc);

#endif
