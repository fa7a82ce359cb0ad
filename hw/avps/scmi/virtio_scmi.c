/*
 * avps-ecu: SCMI over VIRTIO
 *
 * VIRTIO 1.2, section 5.17 "SCMI Device"; Arm System Control and Management
 * Interface (DEN0056) 3.2, section 4.1. Who the agent is says the device;
 * nothing in a message does.
 *
 * Choices that these leave open:
 *  - Commands are carried out one after the other, in the order of the queue.
 *  - A command whose buffer has no room for a header and a status is used
 *    with a length of 0, and is not carried out. A response that does not fit
 *    is replaced by COMMS_ERROR, with the command's header.
 *  - A command without a header, or one that the platform does not answer, is
 *    used with a length of 0.
 *  - A message of the platform takes the next buffer of the event queue. One
 *    that is too short for it is used with a length of 0, and the message goes
 *    into the next.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qemu/bswap.h"
#include "qemu/iov.h"
#include "qemu/log.h"
#include "qemu/module.h"
#include "hw/avps/qemu/compat.h"
#include "hw/avps/scmi/virtio_scmi.h"
#include "hw/qdev-properties.h"
#include "migration/qemu-file-types.h"
#include "migration/vmstate.h"
#include "standard-headers/linux/virtio_ids.h"
#include "standard-headers/linux/virtio_scmi.h"
#include "system/runstate.h"
#include "hw/avps/trace.h"

/* Linux has that many commands at work; others none that are more */
#define QUEUE_SIZE 64

/* A response without results: header and status */
#define SHORTEST_RESPONSE 8
/* 4.1.4 */
#define SCMI_COMMS_ERROR (-7)

/* More than any message has, to see that it is too long */
#define LONGEST_COMMAND (AVPS_SCMI_MESSAGE + 4)

/* --- Commands --- */

static void finish_command(AvpsVirtioScmi *s, size_t length)
{
    VirtQueueElement *element = g_steal_pointer(&s->command);

    virtqueue_push(s->cmdq, element, length);
    virtio_notify(VIRTIO_DEVICE(s), s->cmdq);
    g_free(element);
}

static size_t write_response(AvpsVirtioScmi *s, const void *message,
                             size_t length)
{
    VirtQueueElement *element = s->command;
    uint8_t error[SHORTEST_RESPONSE];

    if (iov_size(element->in_sg, element->in_num) < length) {
        qemu_log_mask(LOG_GUEST_ERROR, "virtio-scmi: agent %" PRIu32 " has "
                      "no room for a response of %zu bytes\n", s->agent,
                      length);
        memcpy(error, message, AVPS_SCMI_HEADER);
        stl_le_p(error + AVPS_SCMI_HEADER, SCMI_COMMS_ERROR);
        message = error;
        length = sizeof(error);
    }
    return iov_from_buf(element->in_sg, element->in_num, 0, message, length);
}

static void begin_command(AvpsVirtioScmi *s)
{
    VirtQueueElement *element = s->command;
    uint8_t message[LONGEST_COMMAND];
    size_t length = iov_to_buf(element->out_sg, element->out_num, 0, message,
                               sizeof(message));

    trace_avps_virtio_scmi_command(s->agent, length);
    if (iov_size(element->in_sg, element->in_num) < SHORTEST_RESPONSE) {
        qemu_log_mask(LOG_GUEST_ERROR, "virtio-scmi: agent %" PRIu32 " has "
                      "no room for any response\n", s->agent);
        finish_command(s, 0);
        return;
    }
    avps_scmi_submit(s->scmi, s->agent, message, length);
}

/*
 * Most commands are over when begin_command() is; then it is the next one's
 * turn. A driver that goes on adding some must not hold up everybody else: a
 * queue full of them at a time.
 */
static void drain_commands(AvpsVirtioScmi *s)
{
    int num;

    if (s->draining) {
        return;
    }
    s->draining = true;
    for (num = 0; !s->command && num < QUEUE_SIZE; num++) {
        s->command = virtqueue_pop(s->cmdq, sizeof(VirtQueueElement));
        if (!s->command) {
            break;
        }
        begin_command(s);
    }
    s->draining = false;
    if (num == QUEUE_SIZE) {
        qemu_bh_schedule(s->rest);
    }
}

static bool is_working(AvpsVirtioScmi *s)
{
    VirtIODevice *vdev = VIRTIO_DEVICE(s);

    /* While the machine stands still, its memory may have been saved */
    return runstate_is_running() && !virtio_device_disabled(vdev) &&
           vdev->status & VIRTIO_CONFIG_S_DRIVER_OK;
}

static void drain_rest(void *opaque)
{
    if (is_working(opaque)) {
        drain_commands(opaque);
    }
}

static void respond(void *opaque, const void *message, size_t length)
{
    AvpsVirtioScmi *s = opaque;

    /* Of a snapshot that does not fit together */
    if (!s->command) {
        return;
    }
    trace_avps_virtio_scmi_response(s->agent, length);
    finish_command(s, write_response(s, message, length));
    drain_commands(s);
}

static void drop(void *opaque)
{
    AvpsVirtioScmi *s = opaque;

    if (!s->command) {
        return;
    }
    finish_command(s, 0);
    drain_commands(s);
}

static void handle_cmdq(VirtIODevice *vdev, VirtQueue *vq)
{
    drain_commands(AVPS_VIRTIO_SCMI(vdev));
}

/* --- Notifications and delayed responses --- */

static bool can_post(AvpsVirtioScmi *s)
{
    return is_working(s) && virtio_queue_ready(s->eventq) &&
           virtio_vdev_has_feature(VIRTIO_DEVICE(s),
                                   VIRTIO_SCMI_F_P2A_CHANNELS);
}

static bool use_event(AvpsVirtioScmi *s, const void *message, size_t length)
{
    g_autofree VirtQueueElement *element =
        virtqueue_pop(s->eventq, sizeof(VirtQueueElement));
    bool fits;

    if (!element) {
        return false;
    }
    fits = iov_size(element->in_sg, element->in_num) >= length;
    if (fits) {
        iov_from_buf(element->in_sg, element->in_num, 0, message, length);
    }
    virtqueue_push(s->eventq, element, fits ? length : 0);
    virtio_notify(VIRTIO_DEVICE(s), s->eventq);
    return fits;
}

static bool post(void *opaque, const void *message, size_t length)
{
    AvpsVirtioScmi *s = opaque;

    trace_avps_virtio_scmi_post(s->agent, length);
    /* A driver may go on adding buffers that are too short */
    for (int tries = 0; can_post(s) && tries < QUEUE_SIZE; tries++) {
        if (virtio_queue_empty(s->eventq)) {
            return false;
        }
        if (use_event(s, message, length)) {
            return true;
        }
    }
    return false;
}

static void handle_eventq(VirtIODevice *vdev, VirtQueue *vq)
{
    AvpsVirtioScmi *s = AVPS_VIRTIO_SCMI(vdev);

    avps_scmi_ready(s->scmi, s->agent);
}

static const AvpsScmiChannelOps channel_ops = {
    .respond = respond,
    .drop = drop,
    .post = post,
};

/* --- Device --- */

static uint64_t get_features(VirtIODevice *vdev, uint64_t features,
                             Error **errp)
{
    virtio_add_feature(&features, VIRTIO_SCMI_F_P2A_CHANNELS);
    return features;
}

/* What has come while the machine stood still, or was left over then */
static void machine_goes_on(void *opaque, bool running, RunState state)
{
    AvpsVirtioScmi *s = opaque;

    if (running) {
        drain_rest(s);
        avps_scmi_ready(s->scmi, s->agent);
    }
}

static void forget_command(AvpsVirtioScmi *s)
{
    if (s->command) {
        virtqueue_detach_element(s->cmdq, s->command, 0);
        g_clear_pointer(&s->command, g_free);
    }
}

static void virtio_scmi_reset(VirtIODevice *vdev)
{
    AvpsVirtioScmi *s = AVPS_VIRTIO_SCMI(vdev);

    avps_scmi_flush(s->scmi, s->agent);
    qemu_bh_cancel(s->rest);
    forget_command(s);
}

/*
 * A command is short: it is carried out by the core that gives it. An
 * ioeventfd would have it wait for QEMU's main loop, which takes longer than
 * the command itself.
 */
static int start_no_ioeventfd(VirtIODevice *vdev)
{
    return 0;
}

static void stop_no_ioeventfd(VirtIODevice *vdev)
{
}

static AvpsScmi *find_platform(Error **errp)
{
    Object *platform = object_resolve_path_type("", TYPE_AVPS_SCMI, NULL);

    if (!platform) {
        error_setg(errp, "virtio-scmi needs the system control processor of "
                   "the machine: use -M avps-ecu, without scmi=off");
        return NULL;
    }
    return AVPS_SCMI(platform);
}

static bool open_first_free(AvpsVirtioScmi *s, Error **errp)
{
    for (int i = 0; i < AVPS_SCMI_NUM_VIRTIO; i++) {
        s->agent = AVPS_SCMI_AGENT_VIRTIO + i;
        if (avps_scmi_open(s->scmi, s->agent, &channel_ops, s, NULL)) {
            return true;
        }
    }
    s->agent = 0;
    error_setg(errp, "the system control processor has %d agents for "
               "virtio-scmi, and all have their device: leave this one out",
               AVPS_SCMI_NUM_VIRTIO);
    return false;
}

static bool open_channel(AvpsVirtioScmi *s, Error **errp)
{
    if (!s->agent) {
        return open_first_free(s, errp);
    }
    if (s->agent < AVPS_SCMI_AGENT_VIRTIO ||
        s->agent >= AVPS_SCMI_AGENT_VIRTIO + AVPS_SCMI_NUM_VIRTIO) {
        error_setg(errp, "agent=%" PRIu32 " is none of virtio-scmi: give one "
                   "of %d to %d, or none for the first that is free",
                   s->agent, AVPS_SCMI_AGENT_VIRTIO,
                   AVPS_SCMI_AGENT_VIRTIO + AVPS_SCMI_NUM_VIRTIO - 1);
        return false;
    }
    return avps_scmi_open(s->scmi, s->agent, &channel_ops, s, errp);
}

static void virtio_scmi_realize(DeviceState *dev, Error **errp)
{
    AvpsVirtioScmi *s = AVPS_VIRTIO_SCMI(dev);
    VirtIODevice *vdev = VIRTIO_DEVICE(dev);

    s->scmi = find_platform(errp);
    if (!s->scmi || !open_channel(s, errp)) {
        return;
    }
    virtio_init(vdev, VIRTIO_ID_SCMI, 0);
    s->cmdq = virtio_add_queue(vdev, QUEUE_SIZE, handle_cmdq);
    s->eventq = virtio_add_queue(vdev, QUEUE_SIZE, handle_eventq);
    s->rest = virtio_bh_new_guarded(dev, drain_rest, s);
    s->goes_on = qemu_add_vm_change_state_handler(machine_goes_on, s);
}

static void virtio_scmi_unrealize(DeviceState *dev)
{
    AvpsVirtioScmi *s = AVPS_VIRTIO_SCMI(dev);

    qemu_del_vm_change_state_handler(s->goes_on);
    avps_scmi_close(s->scmi, s->agent);
    forget_command(s);
    qemu_bh_delete(s->rest);
    virtio_delete_queue(s->cmdq);
    virtio_delete_queue(s->eventq);
    virtio_cleanup(VIRTIO_DEVICE(dev));
}

/* --- Migration: the platform has the command, the device its buffer --- */

static void save_command(VirtIODevice *vdev, QEMUFile *f)
{
    AvpsVirtioScmi *s = AVPS_VIRTIO_SCMI(vdev);

    qemu_put_byte(f, s->command != NULL);
    if (s->command) {
        qemu_put_virtqueue_element(vdev, f, s->command);
    }
}

static int load_command(VirtIODevice *vdev, QEMUFile *f, int version)
{
    AvpsVirtioScmi *s = AVPS_VIRTIO_SCMI(vdev);

    if (qemu_get_byte(f)) {
        s->command = qemu_get_virtqueue_element(vdev, f,
                                                sizeof(VirtQueueElement));
    }
    return 0;
}

static const VMStateDescription vmstate_virtio_scmi = {
    .name = "virtio-scmi",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_VIRTIO_DEVICE,
        VMSTATE_END_OF_LIST()
    }
};

static const Property virtio_scmi_properties[] = {
    DEFINE_PROP_UINT32("agent", AvpsVirtioScmi, agent, 0),
};

static void virtio_scmi_class_init(ObjectClass *oc, AVPS_CLASS_DATA *data)
{
    DeviceClass *dc = DEVICE_CLASS(oc);
    VirtioDeviceClass *vdc = VIRTIO_DEVICE_CLASS(oc);

    dc->desc = "SCMI agent's channel";
    dc->vmsd = &vmstate_virtio_scmi;
    device_class_set_props(dc, virtio_scmi_properties);
    set_bit(DEVICE_CATEGORY_MISC, dc->categories);
    vdc->realize = virtio_scmi_realize;
    vdc->unrealize = virtio_scmi_unrealize;
    vdc->get_features = get_features;
    vdc->reset = virtio_scmi_reset;
    vdc->start_ioeventfd = start_no_ioeventfd;
    vdc->stop_ioeventfd = stop_no_ioeventfd;
    vdc->save = save_command;
    vdc->load = load_command;
}

static const TypeInfo virtio_scmi_info = {
    .name = TYPE_AVPS_VIRTIO_SCMI,
    .parent = TYPE_VIRTIO_DEVICE,
    .instance_size = sizeof(AvpsVirtioScmi),
    .class_init = virtio_scmi_class_init,
};

static void virtio_scmi_register_types(void)
{
    type_register_static(&virtio_scmi_info);
}

type_init(virtio_scmi_register_types)
