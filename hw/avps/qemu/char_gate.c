/*
 * avps-ecu: a switch between a device and its character backend
 *
 * A device and its backend know each other directly. To keep what the device
 * sends from the backend, the backend is taken from the frontend, which
 * QEMU treats as one that was never given; what comes in passes handlers of
 * this file.
 *
 * Guard: qtest "scmi-pins".
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "hw/avps/qemu/char_gate.h"

/* As much as one likes of what is thrown away */
#define ANY_BYTES 64

static int gate_can_read(void *opaque)
{
    AvpsCharGate *gate = opaque;

    return gate->receives ? gate->can_read(gate->opaque) : ANY_BYTES;
}

static void gate_read(void *opaque, const uint8_t *bytes, int length)
{
    AvpsCharGate *gate = opaque;

    if (gate->receives) {
        gate->read(gate->opaque, bytes, length);
    }
}

static void gate_event(void *opaque, QEMUChrEvent event)
{
    AvpsCharGate *gate = opaque;

    if (gate->receives && gate->event) {
        gate->event(gate->opaque, event);
    }
}

void avps_char_gate_init(AvpsCharGate *gate, AvpsCharFrontend *frontend)
{
    gate->receives = true;
    if (!frontend->chr) {
        return;
    }
    gate->frontend = frontend;
    gate->can_read = frontend->chr_can_read;
    gate->read = frontend->chr_read;
    gate->event = frontend->chr_event;
    gate->opaque = frontend->opaque;
    frontend->chr_can_read = gate_can_read;
    frontend->chr_read = gate_read;
    frontend->chr_event = gate_event;
    frontend->opaque = gate;
}

void avps_char_gate_set(AvpsCharGate *gate, bool sends, bool receives)
{
    if (!gate->frontend) {
        return;
    }
    gate->receives = receives;
    if (sends && gate->chr) {
        gate->frontend->chr = gate->chr;
        gate->chr = NULL;
    } else if (!sends && gate->frontend->chr) {
        gate->chr = gate->frontend->chr;
        gate->frontend->chr = NULL;
    }
}

void avps_char_gate_open(AvpsCharFrontend *frontend)
{
    if (frontend->chr_can_read == gate_can_read) {
        avps_char_gate_set(frontend->opaque, true, true);
    }
}
