/*
 * avps-ecu: SCMI over VIRTIO
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef HW_AVPS_SCMI_VIRTIO_SCMI_H
#define HW_AVPS_SCMI_VIRTIO_SCMI_H

#include "hw/avps/scmi/scmi.h"
#include "hw/virtio/virtio.h"

#define TYPE_AVPS_VIRTIO_SCMI "virtio-scmi-device"
OBJECT_DECLARE_SIMPLE_TYPE(AvpsVirtioScmi, AVPS_VIRTIO_SCMI)

/*
 * Property agent: AVPS_SCMI_AGENT_VIRTIO and the following ones; 0, the
 * default, is the first of them that has no device yet.
 */
struct AvpsVirtioScmi {
    VirtIODevice parent_obj;

    uint32_t agent;             /* property */
    AvpsScmi *scmi;

    VirtQueue *cmdq, *eventq;
    VirtQueueElement *command;  /* at work, or NULL */
    bool draining;              /* cmdq is being read */
    QEMUBH *rest;               /* goes on reading it */
    VMChangeStateEntry *goes_on;
};

#endif
