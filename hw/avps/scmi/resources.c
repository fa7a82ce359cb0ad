/*
 * avps-ecu: what the system control processor controls
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "hw/avps/scmi/resources.h"

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
 * Every domain with a block behind it is named in the block's node: Linux
 * turns off what no driver asks for.
 */
const AvpsScmiPowerRow avps_scmi_power_domains[] = {
    { "usb", USED_BY(USB) },
    { "ethernet", USED_BY(ETHERNET) },
    { "serial-buses", USED_BY(I2C1) | USED_BY(I2C2) | USED_BY(SPI) },
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
        "oscillator", UINT32_MAX, RATES(24 * MHZ), false, 24 * MHZ,
        .fixed = true,
    },
    [PLL_PERIPHERALS] = {
        "pll-peripherals", ALL_SERIAL | USED_BY(ETHERNET) | USED_BY(USB) |
        USED_BY(CAN), RATES(1000 * MHZ), false, 1000 * MHZ, .fixed = true,
    },
    [PLL_VIDEO0] = {
        "pll-video0", USED_BY(DISPLAY), RATES(600 * MHZ), false, 600 * MHZ,
        .fixed = true,
    },
    [PLL_VIDEO1] = {
        "pll-video1", USED_BY(DISPLAY), RATES(594 * MHZ), false, 594 * MHZ,
        .fixed = true,
    },
    { "usb", USED_BY(USB), RATES(50 * MHZ, 125 * MHZ), false, 125 * MHZ,
      .enable_us = 10 },
    { "ethernet", USED_BY(ETHERNET), RATES(50 * MHZ, 125 * MHZ), false,
      125 * MHZ, .enable_us = 10 },
    { "ethernet-transmit", USED_BY(ETHERNET),
      RATES(2500 * KHZ, 25 * MHZ, 125 * MHZ), false, 125 * MHZ,
      .enable_us = 10 },
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
      .parents = pixel_parents, .num_parents = ARRAY_SIZE(pixel_parents) },
    { "pixel1", USED_BY(DISPLAY), PIXEL_RATES, true, 148500 * KHZ,
      .parents = pixel_parents, .num_parents = ARRAY_SIZE(pixel_parents) },
    { "pixel2", USED_BY(DISPLAY), PIXEL_RATES, true, 148500 * KHZ,
      .parents = pixel_parents, .num_parents = ARRAY_SIZE(pixel_parents) },
    { "pixel3", USED_BY(DISPLAY), PIXEL_RATES, true, 148500 * KHZ,
      .parents = pixel_parents, .num_parents = ARRAY_SIZE(pixel_parents) },
};
const unsigned avps_scmi_num_clocks = ARRAY_SIZE(avps_scmi_clocks);
