/*
 * avps-ecu: what the system control processor controls
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "hw/avps/scmi/resources.h"
#include "hw/avps/scmi/scmi_internal.h"

#define USED_BY AVPS_SCMI_USED_BY

#define KHZ 1000ull
#define MHZ 1000000ull

/* Rates in Hz, ascending; ranges: minimum, maximum, step */
#define RATES(...) ((const uint64_t[]) { __VA_ARGS__, 0 })

const AvpsScmiDeviceRow avps_scmi_devices[AVPS_SCMI_NUM_DEVICES] = {
    [AVPS_SCMI_SYSTEM] = { "system", NULL },
    [AVPS_SCMI_CORES] = { "cores", NULL },
    [AVPS_SCMI_MEMORY] = { "memory", NULL },
    [AVPS_SCMI_USB] = { "usb", "usb0" },
    [AVPS_SCMI_ETHERNET] = { "ethernet", "ethernet0" },
    [AVPS_SCMI_I2C1] = { "i2c1", "i2c1" },
    [AVPS_SCMI_I2C2] = { "i2c2", "i2c2" },
    [AVPS_SCMI_SPI] = { "spi", "spi0" },
    [AVPS_SCMI_UART1] = { "uart1", NULL },
    [AVPS_SCMI_GPIO1] = { "gpio1", NULL },
    [AVPS_SCMI_CAN] = { "can", NULL },
    [AVPS_SCMI_DISPLAY] = { "display", NULL },
    [AVPS_SCMI_SENSORS] = { "sensors", NULL },
};

/*
 * The Ethernet MAC has none, because its driver does not write again what it
 * would lose.
 */
const AvpsScmiPowerRow avps_scmi_power_domains[] = {
    { "usb", USED_BY(USB) },
    { "i2c1", USED_BY(I2C1) },
    { "can", USED_BY(CAN) },
    { "display-and-composition", USED_BY(DISPLAY) },
};
const unsigned avps_scmi_num_power_domains =
    ARRAY_SIZE(avps_scmi_power_domains);

const AvpsScmiResetRow avps_scmi_resets[] = {
    { "usb", USED_BY(USB), 100 },
    { "ethernet", USED_BY(ETHERNET), 100 },
    { "i2c1", USED_BY(I2C1), 10 },
    { "i2c2", USED_BY(I2C2), 10 },
    { "spi0", USED_BY(SPI), 10 },
    { "can", USED_BY(CAN), 10 },
    { "display-and-composition", USED_BY(DISPLAY), 1000 },
};
const unsigned avps_scmi_num_resets = ARRAY_SIZE(avps_scmi_resets);

/* Clocks that are parents of others, by their place in the table below */
enum { OSCILLATOR, PLL_PERIPHERALS, PLL_VIDEO0, PLL_VIDEO1 };

static const uint32_t serial_parents[] = { PLL_PERIPHERALS, OSCILLATOR };
static const uint32_t pixel_parents[] = { PLL_VIDEO0, PLL_VIDEO1 };

#define ALL_SERIAL (USED_BY(I2C1) | USED_BY(I2C2) | USED_BY(SPI))
#define PIXEL_RATES RATES(5 * MHZ, 600 * MHZ, 1 * KHZ)

const AvpsScmiClockRow avps_scmi_clocks[] = {
    [OSCILLATOR] = {
        "oscillator", ALL_SERIAL, RATES(24 * MHZ), false, 24 * MHZ,
        .fixed = true,
    },
    [PLL_PERIPHERALS] = {
        "pll-peripherals", ALL_SERIAL | USED_BY(ETHERNET) | USED_BY(USB) |
        USED_BY(CAN), RATES(1000 * MHZ), false, 1000 * MHZ, .fixed = true,
    },
    [PLL_VIDEO0] = {
        "pll-video0", USED_BY(DISPLAY), RATES(600 * MHZ), false, 600 * MHZ,
        .fixed = true, .data = true,
    },
    [PLL_VIDEO1] = {
        "pll-video1", USED_BY(DISPLAY), RATES(594 * MHZ), false, 594 * MHZ,
        .fixed = true, .data = true,
    },
    { "usb", USED_BY(USB), RATES(50 * MHZ, 125 * MHZ), false, 125 * MHZ,
      .enable_us = 10 },
    { "ethernet", USED_BY(ETHERNET), RATES(50 * MHZ, 125 * MHZ), false,
      125 * MHZ, .enable_us = 10 },
    { "i2c1", USED_BY(I2C1), RATES(12 * MHZ, 24 * MHZ, 25 * MHZ, 50 * MHZ),
      false, 50 * MHZ, .parents = serial_parents,
      .num_parents = ARRAY_SIZE(serial_parents) },
    { "i2c2", USED_BY(I2C2), RATES(12 * MHZ, 24 * MHZ, 25 * MHZ, 50 * MHZ),
      false, 50 * MHZ, .parents = serial_parents,
      .num_parents = ARRAY_SIZE(serial_parents) },
    { "spi0", USED_BY(SPI), RATES(12 * MHZ, 24 * MHZ, 25 * MHZ, 50 * MHZ),
      false, 50 * MHZ, .parents = serial_parents,
      .num_parents = ARRAY_SIZE(serial_parents) },
    { "can", USED_BY(CAN), RATES(20 * MHZ, 40 * MHZ, 80 * MHZ), false,
      80 * MHZ },
    { "display", USED_BY(DISPLAY), RATES(100 * MHZ, 200 * MHZ, 400 * MHZ),
      false, 400 * MHZ },
    { "pixel0", USED_BY(DISPLAY), PIXEL_RATES, true, 148500 * KHZ,
      .parents = pixel_parents, .num_parents = ARRAY_SIZE(pixel_parents),
      .data = true },
    { "pixel1", USED_BY(DISPLAY), PIXEL_RATES, true, 148500 * KHZ,
      .parents = pixel_parents, .num_parents = ARRAY_SIZE(pixel_parents),
      .data = true },
    { "pixel2", USED_BY(DISPLAY), PIXEL_RATES, true, 148500 * KHZ,
      .parents = pixel_parents, .num_parents = ARRAY_SIZE(pixel_parents),
      .data = true },
    { "pixel3", USED_BY(DISPLAY), PIXEL_RATES, true, 148500 * KHZ,
      .parents = pixel_parents, .num_parents = ARRAY_SIZE(pixel_parents),
      .data = true },
};
const unsigned avps_scmi_num_clocks = ARRAY_SIZE(avps_scmi_clocks);

/* Types of sensors: table 24 of the document */
enum {
    DEGREES_CELSIUS = 2,
    VOLTS = 5,
    AMPERES = 6,
    WATTS = 7,
    LUX = 13,
    RADIANS_PER_SECOND = 87,
    METRES_PER_SECOND_SQUARED = 89,
};

#define MILLI (-3)
#define MICRO (-6)

/* us, ascending; ranges: minimum, maximum, step */
#define INTERVALS(...) ((const uint32_t[]) { __VA_ARGS__, 0 })
#define SLOW_INTERVALS INTERVALS(100000, 200000, 500000, 1000000, 2000000, \
                                 5000000, 10000000)
#define MOTION_INTERVALS INTERVALS(1000, 2000, 5000, 10000, 20000, 50000, \
                                   100000, 200000, 500000, 1000000)

/* Linux takes the direction of an axis from the end of its name. */
static const AvpsScmiAxisRow acceleration_axes[] = {
    { "accel_X", "acceleration_longitudinal_X" },
    { "accel_Y", "acceleration_lateral_Y" },
    { "accel_Z", "acceleration_vertical_Z" },
};

static const AvpsScmiAxisRow rotation_axes[] = {
    { "gyro_X", "angular_rate_roll_X" },
    { "gyro_Y", "angular_rate_pitch_Y" },
    { "gyro_Z", "angular_rate_yaw_Z" },
};

const AvpsScmiSensorRow avps_scmi_sensors[AVPS_SCMI_NUM_SENSORS] = {
    {
        .name = "soc-temperature", .devices = USED_BY(SENSORS),
        .type = DEGREES_CELSIUS, .unit = "degrees Celsius", .scale = MILLI,
        .min = -40000, .max = 150000, .resolution = 100, .boot = { 45000 },
        .power_uw = 50, .num_trip_points = 2,
        .intervals = SLOW_INTERVALS, .boot_interval = 1000000,
    },
    {
        .name = "board-temperature", .devices = USED_BY(SENSORS),
        .type = DEGREES_CELSIUS, .unit = "degrees Celsius", .scale = MILLI,
        .min = -40000, .max = 125000, .resolution = 500, .boot = { 25000 },
        .power_uw = 200, .num_trip_points = 2,
        .intervals = SLOW_INTERVALS, .boot_interval = 1000000,
        .read_us = 2000,
    },
    {
        .name = "supply-voltage", .devices = USED_BY(SENSORS),
        .type = VOLTS, .unit = "V", .scale = MILLI,
        .min = 0, .max = 36000, .resolution = 10, .boot = { 12000 },
        .power_uw = 20, .num_trip_points = 2,
    },
    {
        .name = "supply-current", .devices = USED_BY(SENSORS),
        .type = AMPERES, .unit = "A", .scale = MILLI,
        .min = 0, .max = 50000, .resolution = 10, .boot = { 1500 },
        .power_uw = 20, .num_trip_points = 1,
    },
    {
        .name = "supply-power", .devices = USED_BY(SENSORS),
        .type = WATTS, .unit = "W", .scale = MILLI,
        .min = 0, .max = 1800000, .resolution = 100, .boot = { 18000 },
        .power_uw = 20, .num_trip_points = 1,
    },
    {
        .name = "ambient-light", .devices = USED_BY(SENSORS),
        .type = LUX, .unit = "lx", .scale = MILLI,
        .min = 0, .max = 120000000, .resolution = 50, .boot = { 300000 },
        .power_uw = 300, .num_trip_points = 2,
        .intervals = INTERVALS(100000, 10000000, 100000), .range = true,
        .boot_interval = 500000, .read_us = 5000,
    },
    {
        .name = "accelerometer", .devices = USED_BY(SENSORS),
        .type = METRES_PER_SECOND_SQUARED, .unit = "m/s2", .scale = MICRO,
        .min = -156906400, .max = 156906400, .resolution = 4788,
        .boot = { 0, 0, 9806650 }, .power_uw = 500,
        .axes = acceleration_axes, .num_axes = ARRAY_SIZE(acceleration_axes),
        .intervals = MOTION_INTERVALS, .boot_interval = 10000,
    },
    {
        .name = "gyroscope", .devices = USED_BY(SENSORS),
        .type = RADIANS_PER_SECOND, .unit = "rad/s", .scale = MICRO,
        .min = -34906585, .max = 34906585, .resolution = 1065,
        .power_uw = 900,
        .axes = rotation_axes, .num_axes = ARRAY_SIZE(rotation_axes),
        .intervals = MOTION_INTERVALS, .boot_interval = 10000,
    },
};

/* Each is twice as fast as the one before: see hw/avps/qemu/cpu_speed.c. */
static const AvpsScmiLevelRow cpus_levels[] = {
    { 128, 250000, 300000, 50 },
    { 256, 500000, 700000, 50 },
    { 512, 1000000, 1600000, 50 },
    { 1024, 2000000, 4000000, 50 },
};

/* Million transfers a second */
static const AvpsScmiLevelRow memory_levels[] = {
    { 800, 800000, 200000, 100 },
    { 1600, 1600000, 450000, 100 },
    { 3200, 3200000, 1000000, 100 },
};

const AvpsScmiPerformanceRow
avps_scmi_performance[AVPS_SCMI_NUM_PERFORMANCE] = {
    [AVPS_SCMI_CPUS_LEVEL] = {
        "cpus", USED_BY(CORES), true, cpus_levels, ARRAY_SIZE(cpus_levels),
        .sustained = 2, .boot = 3,
    },
    [AVPS_SCMI_MEMORY_LEVEL] = {
        "memory", USED_BY(MEMORY), false, memory_levels,
        ARRAY_SIZE(memory_levels), .sustained = 1, .boot = 2,
    },
};

const AvpsScmiPowercapRow avps_scmi_powercaps[AVPS_SCMI_NUM_POWERCAPS] = {
    [AVPS_SCMI_SOC_CAP] = {
        "soc", USED_BY(SYSTEM), .min_cap = 1000000, .max_cap = 10000000,
        .cap_step = 1000, .min_pai = 1000, .max_pai = 1000000,
        .pai_step = 1000, .boot_pai = 10000, .sustainable = 3500000,
        .accuracy = 1000, .parent = AVPS_SCMI_NO_PARENT, .base = 500000,
        .levels = BIT(AVPS_SCMI_CPUS_LEVEL) | BIT(AVPS_SCMI_MEMORY_LEVEL),
    },
    [AVPS_SCMI_CPUS_CAP] = {
        "cpus", USED_BY(CORES), .min_cap = 300000, .max_cap = 5000000,
        .cap_step = 1000, .min_pai = 1000, .max_pai = 1000000,
        .pai_step = 1000, .boot_pai = 10000, .sustainable = 1600000,
        .accuracy = 1000, .parent = AVPS_SCMI_SOC_CAP,
        .levels = BIT(AVPS_SCMI_CPUS_LEVEL),
    },
};

/* Microvolts, ascending; ranges: lowest, highest, step */
#define LEVELS(...) ((const int32_t[]) { __VA_ARGS__, 0 })
#define MILLIVOLTS 1000

/* Steps of 10 mV where the cores run slowly, of 25 mV above */
#define CORE_LEVELS \
    LEVELS(600000, 610000, 620000, 630000, 640000, 650000, 660000, 670000, \
           680000, 690000, 700000, 710000, 720000, 730000, 740000, 750000, \
           760000, 770000, 780000, 790000, 800000, 825000, 850000, 875000, \
           900000, 925000, 950000, 975000, 1000000, 1025000, 1050000)

const AvpsScmiVoltageRow avps_scmi_voltages[] = {
    { "vdd-cores", USED_BY(CORES), CORE_LEVELS, false, 900 * MILLIVOLTS,
      .settle_us = 100, .always_on = true },
    { "vdd-memory", USED_BY(MEMORY),
      LEVELS(1050 * MILLIVOLTS, 1350 * MILLIVOLTS, 10 * MILLIVOLTS), true,
      1100 * MILLIVOLTS, .settle_us = 200, .always_on = true },
    { "vdd-usb", USED_BY(USB), LEVELS(3300 * MILLIVOLTS), false,
      3300 * MILLIVOLTS, .settle_us = 1000 },
    { "vdd-ethernet-and-phy", USED_BY(ETHERNET),
      LEVELS(1800 * MILLIVOLTS, 2500 * MILLIVOLTS, 3300 * MILLIVOLTS), false,
      3300 * MILLIVOLTS, .settle_us = 500 },
    { "vdd-serial", USED_BY(I2C1) | USED_BY(I2C2) | USED_BY(SPI),
      LEVELS(1800 * MILLIVOLTS, 3300 * MILLIVOLTS), false,
      3300 * MILLIVOLTS, .settle_us = 500 },
    { "vdd-can", USED_BY(CAN), LEVELS(5000 * MILLIVOLTS), false,
      5000 * MILLIVOLTS, .settle_us = 500 },
    { "vdd-display", USED_BY(DISPLAY),
      LEVELS(3000 * MILLIVOLTS, 3600 * MILLIVOLTS, 50 * MILLIVOLTS), true,
      3300 * MILLIVOLTS, .settle_us = 2000 },
};
const unsigned avps_scmi_num_voltages = ARRAY_SIZE(avps_scmi_voltages);

/* --- What a block has --- */

static uint32_t devices_of(const char *block)
{
    uint32_t devices = 0;

    for (int i = 0; i < AVPS_SCMI_NUM_DEVICES; i++) {
        if (!g_strcmp0(avps_scmi_devices[i].block, block)) {
            devices |= BIT(i);
        }
    }
    return devices;
}

bool avps_scmi_have_block(uint32_t devices)
{
    for (int i = 0; i < AVPS_SCMI_NUM_DEVICES; i++) {
        if (devices & BIT(i) && avps_scmi_devices[i].block) {
            return true;
        }
    }
    return false;
}

int avps_scmi_clock_of(const char *block, unsigned n)
{
    uint32_t devices = devices_of(block);

    for (int i = 0; devices && i < avps_scmi_num_clocks; i++) {
        if (avps_scmi_clocks[i].devices == devices && n-- == 0) {
            return i;
        }
    }
    return -1;
}

int avps_scmi_power_domain_of(const char *block)
{
    uint32_t devices = devices_of(block);

    for (int i = 0; i < avps_scmi_num_power_domains; i++) {
        if (avps_scmi_power_domains[i].devices & devices) {
            return i;
        }
    }
    return -1;
}

int avps_scmi_reset_of(const char *block)
{
    uint32_t devices = devices_of(block);

    for (int i = 0; i < avps_scmi_num_resets; i++) {
        if (avps_scmi_resets[i].devices & devices) {
            return i;
        }
    }
    return -1;
}

#define GPIO_PIN(n, pull_up) \
    { "gpio1-" #n, USED_BY(GPIO1), AVPS_FUNCTION_GPIO1, pull_up }

/* The pulls of gpio1 as in hw/avps/blocks.c: line 0 deselects a chip */
const AvpsScmiPinRow avps_scmi_pins[AVPS_SCMI_NUM_PINS] = {
    GPIO_PIN(0, true), GPIO_PIN(1, false), GPIO_PIN(2, false),
    GPIO_PIN(3, false), GPIO_PIN(4, false), GPIO_PIN(5, false),
    GPIO_PIN(6, false), GPIO_PIN(7, false),
    [AVPS_PIN_UART1_TX] = { "uart1-tx", USED_BY(UART1), AVPS_FUNCTION_UART1,
                            true },
    [AVPS_PIN_UART1_RX] = { "uart1-rx", USED_BY(UART1), AVPS_FUNCTION_UART1,
                            true },
    [AVPS_PIN_I2C1_SCL] = { "i2c1-scl", USED_BY(I2C1), AVPS_FUNCTION_I2C1,
                            true },
    [AVPS_PIN_I2C1_SDA] = { "i2c1-sda", USED_BY(I2C1), AVPS_FUNCTION_I2C1,
                            true },
    [AVPS_PIN_I2C2_SCL] = { "i2c2-scl", USED_BY(I2C2), AVPS_FUNCTION_I2C2,
                            true },
    [AVPS_PIN_I2C2_SDA] = { "i2c2-sda", USED_BY(I2C2), AVPS_FUNCTION_I2C2,
                            true },
    [AVPS_PIN_SPI0_SCLK] = { "spi0-sclk", USED_BY(SPI), AVPS_FUNCTION_SPI0 },
    [AVPS_PIN_SPI0_MOSI] = { "spi0-mosi", USED_BY(SPI), AVPS_FUNCTION_SPI0 },
    [AVPS_PIN_SPI0_MISO] = { "spi0-miso", USED_BY(SPI), AVPS_FUNCTION_SPI0 },
    [AVPS_PIN_CAN0_TX] = { "can0-tx", USED_BY(CAN), AVPS_FUNCTION_CAN, true },
    [AVPS_PIN_CAN0_RX] = { "can0-rx", USED_BY(CAN), AVPS_FUNCTION_CAN, true },
};

enum {
    GROUP_UART1 = AVPS_SCMI_GPIO1_LINES, GROUP_I2C1, GROUP_I2C2, GROUP_SPI0,
    GROUP_CAN0, GROUP_CAN1,
};

const AvpsScmiPinGroupRow avps_scmi_pin_groups[AVPS_SCMI_NUM_PIN_GROUPS] = {
    { "gpio1-0", 0, 1 }, { "gpio1-1", 1, 1 }, { "gpio1-2", 2, 1 },
    { "gpio1-3", 3, 1 }, { "gpio1-4", 4, 1 }, { "gpio1-5", 5, 1 },
    { "gpio1-6", 6, 1 }, { "gpio1-7", 7, 1 },
    [GROUP_UART1] = { "uart1", AVPS_PIN_UART1_TX, 2 },
    [GROUP_I2C1] = { "i2c1", AVPS_PIN_I2C1_SCL, 2 },
    [GROUP_I2C2] = { "i2c2", AVPS_PIN_I2C2_SCL, 2 },
    [GROUP_SPI0] = { "spi0", AVPS_PIN_SPI0_SCLK, 3 },
    [GROUP_CAN0] = { "can0", AVPS_PIN_CAN0_TX, 2 },
    /* Instead of two lines of gpio1 */
    [GROUP_CAN1] = { "can1", 4, 2 },
};

static const uint16_t gpio1_groups[] = { 0, 1, 2, 3, 4, 5, 6, 7 };
static const uint16_t uart1_groups[] = { GROUP_UART1 };
static const uint16_t i2c1_groups[] = { GROUP_I2C1 };
static const uint16_t i2c2_groups[] = { GROUP_I2C2 };
static const uint16_t spi0_groups[] = { GROUP_SPI0 };
static const uint16_t can_groups[] = { GROUP_CAN0, GROUP_CAN1 };

const AvpsScmiPinFunctionRow
avps_scmi_pin_functions[AVPS_SCMI_NUM_FUNCTIONS] = {
    [AVPS_FUNCTION_GPIO1] = {
        "gpio1", true, gpio1_groups, ARRAY_SIZE(gpio1_groups),
    },
    [AVPS_FUNCTION_UART1] = {
        "uart1", false, uart1_groups, ARRAY_SIZE(uart1_groups),
    },
    [AVPS_FUNCTION_I2C1] = {
        "i2c1", false, i2c1_groups, ARRAY_SIZE(i2c1_groups),
    },
    [AVPS_FUNCTION_I2C2] = {
        "i2c2", false, i2c2_groups, ARRAY_SIZE(i2c2_groups),
    },
    [AVPS_FUNCTION_SPI0] = {
        "spi0", false, spi0_groups, ARRAY_SIZE(spi0_groups),
    },
    [AVPS_FUNCTION_CAN] = {
        "can", false, can_groups, ARRAY_SIZE(can_groups),
    },
    [AVPS_FUNCTION_NONE] = {
        "high-impedance-pin", false, NULL, AVPS_SCMI_NUM_PIN_GROUPS,
    },
};

/* --- What a protocol is for --- */

#define COLLECT(devices, rows, num) \
    do { \
        for (unsigned i = 0; i < (num); i++) { \
            (devices) |= (rows)[i].devices; \
        } \
    } while (0)

uint32_t avps_scmi_devices_of_protocol(unsigned id)
{
    uint32_t devices = 0;

    switch (id) {
    case SCMI_POWER_DOMAIN:
        COLLECT(devices, avps_scmi_power_domains, avps_scmi_num_power_domains);
        break;
    case SCMI_SYSTEM_POWER:
        devices = USED_BY(SYSTEM);
        break;
    case SCMI_PERFORMANCE:
        COLLECT(devices, avps_scmi_performance, AVPS_SCMI_NUM_PERFORMANCE);
        break;
    case SCMI_CLOCK:
        COLLECT(devices, avps_scmi_clocks, avps_scmi_num_clocks);
        break;
    case SCMI_SENSOR:
        COLLECT(devices, avps_scmi_sensors, AVPS_SCMI_NUM_SENSORS);
        break;
    case SCMI_RESET:
        COLLECT(devices, avps_scmi_resets, avps_scmi_num_resets);
        break;
    case SCMI_VOLTAGE:
        COLLECT(devices, avps_scmi_voltages, avps_scmi_num_voltages);
        break;
    case SCMI_POWERCAP:
        COLLECT(devices, avps_scmi_powercaps, AVPS_SCMI_NUM_POWERCAPS);
        break;
    case SCMI_PIN_CONTROL:
        COLLECT(devices, avps_scmi_pins, AVPS_SCMI_NUM_PINS);
        break;
    }
    return devices;
}
