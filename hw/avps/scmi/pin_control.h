/*
 * avps-ecu: the system control processor: pins
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef HW_AVPS_SCMI_PIN_CONTROL_H
#define HW_AVPS_SCMI_PIN_CONTROL_H

#include "scmi_internal.h"
#include "hw/avps/qemu/char_gate.h"
#include "hw/avps/qemu/irq_tap.h"
#include "qemu/notify.h"

#define TYPE_AVPS_SCMI_PINS "avps-scmi-pins"
OBJECT_DECLARE_SIMPLE_TYPE(AvpsScmiPins, AVPS_SCMI_PINS)

/* Types of settings, table 30; then come those of vendors */
#define AVPS_SCMI_NUM_SETTINGS 21

typedef struct AvpsScmiPinState {
    uint32_t function;
    uint32_t settings;       /* bits: those that were set */
    uint32_t value[AVPS_SCMI_NUM_SETTINGS];
    uint32_t owner;          /* agent that has requested it, or 0 */
    uint32_t denied;         /* agents that may not configure it */
} AvpsScmiPinState;

/* Between a line of gpio1 and the board, as a pin may connect them or not */
typedef struct AvpsScmiPinLine {
    AvpsScmiPins *pins;
    unsigned pin;
    AvpsIrqTap gpio, board;  /* its ends */
    bool gpio_level;
    bool board_drives, board_level;
} AvpsScmiPinLine;

struct AvpsScmiPins {
    AvpsScmiProtocol parent_obj;

    AvpsScmiPinState pin[AVPS_SCMI_NUM_PINS];
    AvpsScmiPinLine line[AVPS_SCMI_GPIO1_LINES];
    AvpsCharGate uart1;
    Notifier machine_done;
};

#endif
