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
    bool data;                /* of data alone: registers run without it */
    const uint32_t *parents;  /* identifiers; NULL: none to choose from */
    unsigned num_parents;
} AvpsScmiClockRow;

/* One axis of a sensor. The last letter of both names tells which. */
typedef struct AvpsScmiAxisRow {
    const char *name;       /* shorter than 16 bytes */
    const char *long_name;  /* of SENSOR_AXIS_NAME_GET */
} AvpsScmiAxisRow;

#define AVPS_SCMI_MAX_AXES 3
#define AVPS_SCMI_MAX_TRIP_POINTS 2

/* Values are integers, in units of the type times ten to the power of scale. */
typedef struct AvpsScmiSensorRow {
    const char *name;
    uint32_t devices;
    uint8_t type;
    const char *unit;             /* the same, for people */
    int8_t scale;
    int64_t min, max;
    uint32_t resolution;          /* steps that the sensor makes */
    int64_t boot[AVPS_SCMI_MAX_AXES];
    uint32_t power_uw;            /* what it consumes */
    const AvpsScmiAxisRow *axes;  /* NULL: one value */
    unsigned num_axes;
    unsigned num_trip_points;
    const uint32_t *intervals;    /* us, ascending, ends with 0; or NULL */
    bool range;                   /* intervals are minimum, maximum, step */
    uint32_t boot_interval;       /* us */
    uint32_t read_us;             /* time of an asynchronous reading, or 0 */
} AvpsScmiSensorRow;

#define AVPS_SCMI_NUM_SENSORS 8

/* A performance level; in a domain's table, ascending */
typedef struct AvpsScmiLevelRow {
    uint32_t level;
    uint32_t khz;
    uint32_t power_uw;
    uint16_t latency_us;
} AvpsScmiLevelRow;

typedef struct AvpsScmiPerformanceRow {
    const char *name;
    uint32_t devices;
    bool indexed;            /* levels are set and got by their index */
    const AvpsScmiLevelRow *levels;
    unsigned num_levels;
    unsigned sustained;      /* its place in levels */
    unsigned boot;
} AvpsScmiPerformanceRow;

enum { AVPS_SCMI_CPUS_LEVEL, AVPS_SCMI_MEMORY_LEVEL,
       AVPS_SCMI_NUM_PERFORMANCE };

/* A power cap; power in uW, times in us */
typedef struct AvpsScmiPowercapRow {
    const char *name;
    uint32_t devices;
    uint32_t min_cap, max_cap, cap_step;
    uint32_t min_pai, max_pai, pai_step, boot_pai;
    uint32_t sustainable;
    uint32_t accuracy;       /* thousandths of a percent */
    uint32_t parent;
    uint32_t base;           /* what is consumed at any level */
    uint32_t levels;         /* bits: performance domains that add theirs */
} AvpsScmiPowercapRow;

#define AVPS_SCMI_NO_PARENT UINT32_MAX
enum { AVPS_SCMI_SOC_CAP, AVPS_SCMI_CPUS_CAP, AVPS_SCMI_NUM_POWERCAPS };

typedef struct AvpsScmiVoltageRow {
    const char *name;
    uint32_t devices;
    const int32_t *levels;    /* microvolts, ascending, ends with 0 */
    bool range;               /* levels are lowest, highest, step */
    int32_t boot_level;       /* microvolts */
    uint32_t settle_us;       /* latency of an asynchronous change */
    bool always_on;
} AvpsScmiVoltageRow;

/* A pin, and what is connected to it when it is not configured */
typedef struct AvpsScmiPinRow {
    const char *name;
    uint32_t devices;
    unsigned boot;           /* function */
    bool pull_up;            /* at reset; else down */
} AvpsScmiPinRow;

/* Pins that are configured together */
typedef struct AvpsScmiPinGroupRow {
    const char *name;
    unsigned first_pin, num_pins;
} AvpsScmiPinGroupRow;

typedef struct AvpsScmiPinFunctionRow {
    const char *name;
    bool gpio;
    const uint16_t *groups;  /* NULL: all of them */
    unsigned num_groups;
} AvpsScmiPinFunctionRow;

/* Pins by their places in the table; lines of gpio1 come first. */
#define AVPS_SCMI_GPIO1_LINES 8
enum {
    AVPS_PIN_UART1_TX = AVPS_SCMI_GPIO1_LINES, AVPS_PIN_UART1_RX,
    AVPS_PIN_I2C1_SCL, AVPS_PIN_I2C1_SDA, AVPS_PIN_I2C2_SCL,
    AVPS_PIN_I2C2_SDA, AVPS_PIN_SPI0_SCLK, AVPS_PIN_SPI0_MOSI,
    AVPS_PIN_SPI0_MISO, AVPS_PIN_CAN0_TX, AVPS_PIN_CAN0_RX,
    AVPS_SCMI_NUM_PINS,
};
enum {
    AVPS_FUNCTION_GPIO1, AVPS_FUNCTION_UART1, AVPS_FUNCTION_I2C1,
    AVPS_FUNCTION_I2C2, AVPS_FUNCTION_SPI0, AVPS_FUNCTION_CAN,
    AVPS_FUNCTION_NONE, AVPS_SCMI_NUM_FUNCTIONS,
};
#define AVPS_SCMI_NUM_PIN_GROUPS (AVPS_SCMI_GPIO1_LINES + 6)

extern const AvpsScmiDeviceRow avps_scmi_devices[AVPS_SCMI_NUM_DEVICES];

extern const AvpsScmiPowerRow avps_scmi_power_domains[];
extern const unsigned avps_scmi_num_power_domains;
extern const AvpsScmiResetRow avps_scmi_resets[];
extern const unsigned avps_scmi_num_resets;
extern const AvpsScmiClockRow avps_scmi_clocks[];
extern const unsigned avps_scmi_num_clocks;
extern const AvpsScmiVoltageRow avps_scmi_voltages[];
extern const unsigned avps_scmi_num_voltages;

extern const AvpsScmiSensorRow avps_scmi_sensors[AVPS_SCMI_NUM_SENSORS];
extern const AvpsScmiPinRow avps_scmi_pins[AVPS_SCMI_NUM_PINS];
extern const AvpsScmiPinGroupRow
    avps_scmi_pin_groups[AVPS_SCMI_NUM_PIN_GROUPS];
extern const AvpsScmiPinFunctionRow
    avps_scmi_pin_functions[AVPS_SCMI_NUM_FUNCTIONS];
extern const AvpsScmiPerformanceRow
    avps_scmi_performance[AVPS_SCMI_NUM_PERFORMANCE];
extern const AvpsScmiPowercapRow avps_scmi_powercaps[AVPS_SCMI_NUM_POWERCAPS];

/*
 * The devices that the domains of protocol @id, 0x10 .. 0x19, are for; of the
 * base protocol, which is for agents, none
 */
uint32_t avps_scmi_devices_of_protocol(unsigned id);

/* Is there a block of avps_map[] behind any of @devices? */
bool avps_scmi_have_block(uint32_t devices);

/*
 * The identifiers of what the block that is called so in avps_map[] has, or
 * -1: the @n'th of the clocks that nobody else uses, its power domain, its
 * reset domain.
 */
int avps_scmi_clock_of(const char *block, unsigned n);
int avps_scmi_power_domain_of(const char *block);
int avps_scmi_reset_of(const char *block);

#endif
