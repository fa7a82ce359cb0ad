/*
 * avps-ecu: what the system control processor controls
 *
 * One table for each protocol, in resources.c. The index of a row is the
 * domain's identifier in SCMI messages and in the device tree. A row names
 * the devices that use it: an agent that has permission for one of these has
 * it for the row.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef HW_AVPS_SCMI_RESOURCES_H
#define HW_AVPS_SCMI_RESOURCES_H

#include "qemu/bitops.h"

/* Device identifiers of BASE_SET_DEVICE_PERMISSIONS (4.2.2.10) */
typedef enum AvpsScmiDevice {
    AVPS_SCMI_SYSTEM,    /* shutdown and reset of the whole */
    AVPS_SCMI_CORES,
    AVPS_SCMI_MEMORY,
    AVPS_SCMI_USB,
    AVPS_SCMI_ETHERNET,
    AVPS_SCMI_I2C1,
    AVPS_SCMI_I2C2,
    AVPS_SCMI_SPI,
    AVPS_SCMI_UART1,
    AVPS_SCMI_GPIO1,
    AVPS_SCMI_CAN,
    AVPS_SCMI_DISPLAY,
    AVPS_SCMI_SENSORS,   /* of the board */
    AVPS_SCMI_NUM_DEVICES,
} AvpsScmiDevice;

#define AVPS_SCMI_USED_BY(device) BIT(AVPS_SCMI_##device)

typedef struct AvpsScmiDeviceRow {
    const char *name;
    const char *block;   /* of avps_map[] that this is about, or NULL */
} AvpsScmiDeviceRow;

typedef struct AvpsScmiPowerRow {
    const char *name;
    uint32_t devices;
} AvpsScmiPowerRow;

typedef struct AvpsScmiResetRow {
    const char *name;
    uint32_t devices;
    uint32_t latency_us; /* of an asynchronous reset */
} AvpsScmiResetRow;

typedef struct AvpsScmiClockRow {
    const char *name;
    uint32_t devices;
    const uint64_t *rates;    /* Hz, ascending, ends with 0 */
    bool range;               /* rates are minimum, maximum, step */
    uint64_t boot_rate;       /* Hz */
    bool fixed;               /* no agent changes rate or state */
    uint32_t enable_us;       /* latency */
    const uint32_t *parents;  /* identifiers; NULL: none to choose from */
    unsigned num_parents;
} AvpsScmiClockRow;

extern const AvpsScmiDeviceRow avps_scmi_devices[AVPS_SCMI_NUM_DEVICES];

extern const AvpsScmiPowerRow avps_scmi_power_domains[];
extern const unsigned avps_scmi_num_power_domains;
extern const AvpsScmiResetRow avps_scmi_resets[];
extern const unsigned avps_scmi_num_resets;
extern const AvpsScmiClockRow avps_scmi_clocks[];
extern const unsigned avps_scmi_num_clocks;

#endif
