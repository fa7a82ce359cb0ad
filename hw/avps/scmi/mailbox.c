/*
 * avps-ecu: mailbox of an SCMI agent
 *
 * Message Handling Unit (MHUv1), as in the Juno SoC's technical reference
 * manual (Arm DDI 0515), "MHU registers": three channels, of which each has 32
 * doorbells either way. Arm System Control and Management Interface (DEN0056)
 * 3.2, section 5.1: messages in shared memory. Whose mailbox it is says who
 * the agent is; nothing in a message does.
 *
 * Choices that these leave open:
 *  - The low priority channel carries SCMI. A doorbell without a meaning, and
 *    any of the other two channels, is cleared at once and has no effect.
 *  - Registers are accessed by 32 bits. Any other size reads as zero and
 *    writes nothing. So does the secure channel to the normal world.
 *  - A doorbell without a message (the shared memory is free) is cleared and
 *    not answered; one while a command is at work is answered with it.
 *  - A length that no message has is answered with PROTOCOL_ERROR, and one
 *    without room for a header by the channel's error bit. A command that the
 *    platform does not answer sets that bit, too, but gets no interrupt.
 *  - An agent that reads a message of the platform without ringing back gets
 *    the next one when it rings the next time, for whatever it does.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qemu/bitops.h"
#include "qemu/log.h"
#include "qemu/module.h"
#include "hw/arm/fdt.h"
#include "hw/avps/fdt.h"
#include "hw/avps/scmi/mailbox.h"
#include "hw/irq.h"
#include "hw/qdev-properties.h"
#include "hw/registerfields.h"
#include "migration/vmstate.h"
#include "system/device_tree.h"
#include "hw/avps/trace.h"

#define FRAME_SIZE 0x1000

/* A channel's registers in one direction */
REG32(STAT, 0x00)
REG32(SET, 0x08)
REG32(CLEAR, 0x10)

/* Where they lie: to the agent, and, this much above, from it */
static const hwaddr channel_base[AVPS_MHU_CHANNELS] = {
    [AVPS_MHU_LOW] = 0x000,
    [AVPS_MHU_HIGH] = 0x020,
    [AVPS_MHU_SECURE] = 0x200,
};
#define TX_OFFSET 0x100

/* Peripheral and component identification, of the primecell 0x1bb098 */
REG32(PID4, 0xfd0)
REG32(PID0, 0xfe0)
static const uint8_t identification[] = {
    0x98, 0xb0, 0x1b, 0x00, 0x0d, 0xf0, 0x05, 0xb1,
};

#define A2P BIT(AVPS_MHU_DOORBELL_A2P)
#define P2A BIT(AVPS_MHU_DOORBELL_P2A)

/* --- Doorbells to the agent --- */

static void set_lines(AvpsMhu *s)
{
    for (int i = 0; i < AVPS_MHU_CHANNELS; i++) {
        qemu_set_irq(s->irq[i], s->rx[i] != 0);
    }
}

/*
 * An agent may have seen the bit of an earlier message and be about to clear
 * it: Linux does so after it has read the message, and by then has let its next
 * command go. A platform of silicon takes longer than that; this one answers at
 * once, so a doorbell that is up is rung again after it was cleared.
 */
static void ring_agent(AvpsMhu *s, uint32_t doorbell)
{
    s->again |= s->rx[AVPS_MHU_LOW] & doorbell;
    s->rx[AVPS_MHU_LOW] |= doorbell;
    set_lines(s);
}

static void clear_doorbells(AvpsMhu *s, int channel, uint32_t doorbells)
{
    s->rx[channel] &= ~doorbells;
    if (channel == AVPS_MHU_LOW) {
        s->rx[channel] |= s->again & doorbells;
        s->again &= ~doorbells;
    }
    set_lines(s);
}

/* --- Messages --- */

/* NULL: there is no response, but the channel's error bit */
static void end_command(AvpsMhu *s, const void *message, size_t length)
{
    trace_avps_mhu_response(s->agent, length);
    avps_scmi_shmem_respond(&s->shmem, AVPS_SCMI_AREA_A2P, message, length);
    s->tx[AVPS_MHU_LOW] &= ~A2P;
}

static void ring_completion(AvpsMhu *s)
{
    if (s->interrupt) {
        ring_agent(s, A2P);
    }
}

static void respond(void *opaque, const void *message, size_t length)
{
    end_command(opaque, message, length);
    ring_completion(opaque);
}

/* Who waits for the interrupt waits until his patience ends. */
static void drop(void *opaque)
{
    end_command(opaque, NULL, 0);
}

static bool post(void *opaque, const void *message, size_t length)
{
    AvpsMhu *s = opaque;

    if (!avps_scmi_shmem_is_free(&s->shmem, AVPS_SCMI_AREA_P2A)) {
        return false;
    }
    trace_avps_mhu_post(s->agent, length);
    avps_scmi_shmem_post(&s->shmem, AVPS_SCMI_AREA_P2A, message, length);
    ring_agent(s, P2A);
    return true;
}

static const AvpsScmiChannelOps channel_ops = {
    .respond = respond,
    .drop = drop,
    .post = post,
};

static void take_command(AvpsMhu *s, const AvpsScmiMail *mail)
{
    trace_avps_mhu_command(s->agent, mail->length, mail->interrupt);
    s->interrupt = mail->interrupt;
    if (mail->length < AVPS_SCMI_HEADER) {
        qemu_log_mask(LOG_GUEST_ERROR, "avps-mhu: agent %" PRIu32 " sends a "
                      "message of %zu bytes\n", s->agent, mail->length);
        end_command(s, NULL, 0);
        ring_completion(s);
        return;
    }
    avps_scmi_submit(s->scmi, s->agent, mail->message, mail->length);
}

static void begin_command(AvpsMhu *s)
{
    AvpsScmiMail mail;

    if (avps_scmi_busy(s->scmi, s->agent)) {
        return;
    }
    if (!avps_scmi_shmem_read(&s->shmem, AVPS_SCMI_AREA_A2P, &mail)) {
        qemu_log_mask(LOG_GUEST_ERROR, "avps-mhu: agent %" PRIu32 " rings, "
                      "but its channel is free\n", s->agent);
        s->tx[AVPS_MHU_LOW] &= ~A2P;
        return;
    }
    take_command(s, &mail);
}

/*
 * The agent has rung. What has no meaning is cleared already, and nothing of
 * the agent's hinders the platform to look for room for its own messages.
 */
static void ring_platform(AvpsMhu *s, int channel, uint32_t doorbells)
{
    if (channel != AVPS_MHU_LOW) {
        return;
    }
    if (doorbells & A2P) {
        s->tx[channel] |= A2P;
        begin_command(s);
    }
    avps_scmi_ready(s->scmi, s->agent);
}

/* --- Registers --- */

static void bad_access(const char *what, hwaddr offset, unsigned size)
{
    qemu_log_mask(LOG_GUEST_ERROR,
                  "avps-mhu: %s of %u bytes at 0x%" HWADDR_PRIx "\n",
                  what, size, offset);
}

typedef struct MhuRegister {
    int channel;
    bool tx;
    hwaddr offset;  /* A_STAT, A_SET or A_CLEAR */
} MhuRegister;

static bool find_register(hwaddr offset, MemTxAttrs attrs, MhuRegister *r)
{
    for (int i = 0; i < AVPS_MHU_CHANNELS; i++) {
        for (int tx = 0; tx <= 1; tx++) {
            hwaddr in_channel = offset - (channel_base[i] + tx * TX_OFFSET);

            if (in_channel == A_STAT || in_channel == A_SET ||
                in_channel == A_CLEAR) {
                *r = (MhuRegister) { i, tx, in_channel };
                return i != AVPS_MHU_SECURE || attrs.secure;
            }
        }
    }
    return false;
}

static uint32_t mhu_value(AvpsMhu *s, hwaddr offset, unsigned size,
                          MemTxAttrs attrs)
{
    MhuRegister r;

    if (size == 4 && offset >= A_PID0 && !(offset & 3)) {
        return identification[(offset - A_PID0) / 4];
    }
    if (size == 4 && offset >= A_PID4 && offset < A_PID0) {
        return 0;
    }
    if (size != 4 || !find_register(offset, attrs, &r)) {
        bad_access("read", offset, size);
        return 0;
    }
    if (r.offset != A_STAT) {
        return 0;
    }
    return r.tx ? s->tx[r.channel] : s->rx[r.channel];
}

static MemTxResult mhu_read(void *opaque, hwaddr offset, uint64_t *value,
                            unsigned size, MemTxAttrs attrs)
{
    AvpsMhu *s = opaque;

    *value = mhu_value(s, offset, size, attrs);
    trace_avps_mhu_read(s->agent, offset, *value);
    return MEMTX_OK;
}

static MemTxResult mhu_write(void *opaque, hwaddr offset, uint64_t value,
                             unsigned size, MemTxAttrs attrs)
{
    AvpsMhu *s = opaque;
    MhuRegister r;

    trace_avps_mhu_write(s->agent, offset, value);
    if (size != 4 || !find_register(offset, attrs, &r) ||
        r.offset == A_STAT) {
        bad_access("write", offset, size);
    } else if (r.tx && r.offset == A_SET) {
        ring_platform(s, r.channel, value);
    } else if (r.tx) {
        s->tx[r.channel] &= ~value;
    } else if (r.offset == A_SET) {
        s->rx[r.channel] |= value;
        set_lines(s);
    } else {
        clear_doorbells(s, r.channel, value);
    }
    return MEMTX_OK;
}

/* All sizes come here, to be refused with a word in the log. */
static const MemoryRegionOps mhu_ops = {
    .read_with_attrs = mhu_read,
    .write_with_attrs = mhu_write,
    .endianness = DEVICE_LITTLE_ENDIAN,
    .valid = { .min_access_size = 1, .max_access_size = 8 },
    .impl = { .min_access_size = 1, .max_access_size = 8 },
};

/* --- Device --- */

static void mhu_reset_enter(Object *obj, ResetType type)
{
    AvpsMhu *s = AVPS_MHU(obj);

    memset(s->rx, 0, sizeof(s->rx));
    memset(s->tx, 0, sizeof(s->tx));
    s->again = 0;
    s->interrupt = false;
    avps_scmi_flush(s->scmi, s->agent);
}

static void mhu_reset_hold(Object *obj, ResetType type)
{
    AvpsMhu *s = AVPS_MHU(obj);

    avps_scmi_shmem_reset(&s->shmem, AVPS_SCMI_AREA_A2P);
    avps_scmi_shmem_reset(&s->shmem, AVPS_SCMI_AREA_P2A);
    set_lines(s);
}

static void mhu_init(Object *obj)
{
    AvpsMhu *s = AVPS_MHU(obj);
    SysBusDevice *sbd = SYS_BUS_DEVICE(obj);

    memory_region_init_io(&s->registers, obj, &mhu_ops, s,
                          "avps-mhu.registers", FRAME_SIZE);
    memory_region_init(&s->page, obj, "avps-mhu.page", AVPS_PAGE);
    sysbus_init_mmio(sbd, &s->registers);
    sysbus_init_mmio(sbd, &s->page);
    for (int i = 0; i < AVPS_MHU_CHANNELS; i++) {
        sysbus_init_irq(sbd, &s->irq[i]);
    }
}

static void mhu_realize(DeviceState *dev, Error **errp)
{
    AvpsMhu *s = AVPS_MHU(dev);
    g_autofree char *name = g_strdup_printf("avps.scmi-agent%" PRIu32,
                                            s->agent);

    if (!s->scmi) {
        error_setg(errp, "avps-mhu has no platform: set its link 'scmi'");
        return;
    }
    if (!avps_scmi_shmem_create(&s->shmem, OBJECT(s), name,
                                AVPS_MHU_SHARED_SIZE, errp) ||
        !avps_scmi_open(s->scmi, s->agent, &channel_ops, s, errp)) {
        return;
    }
    memory_region_add_subregion(&s->page, 0, &s->shmem.ram);
}

/* --- Device tree: mailbox/arm,mhu.yaml, sram/sram.yaml, arm,scmi.yaml --- */

/* The first is the kernel's; the others are there to be given to VMs. */
static bool is_first(const AvpsMhu *s)
{
    return s->agent == AVPS_SCMI_AGENT_MAILBOX;
}

static void mark_for_vm(AvpsMhu *s, AvpsFdt *fdt, const char *path)
{
    if (!is_first(s)) {
        qemu_fdt_setprop_string(fdt->blob, path, "status", "disabled");
    }
}

static void write_shared_memory(AvpsMhu *s, AvpsFdt *fdt,
                                const AvpsMapRow *row)
{
    g_autofree char *path =
        avps_scmi_shmem_write_node(fdt, row->base + AVPS_PAGE,
                                   AVPS_MHU_SHARED_SIZE);

    avps_scmi_shmem_write_area(fdt, path, AVPS_SCMI_AREA_P2A,
                               is_first(s) ? fdt->scmi_p2a : 0);
    avps_scmi_shmem_write_area(fdt, path, AVPS_SCMI_AREA_A2P,
                               is_first(s) ? fdt->scmi_a2p : 0);
    mark_for_vm(s, fdt, path);
}

static void mhu_write_node(AvpsFdtNode *obj, AvpsFdt *fdt,
                           const AvpsMapRow *row)
{
    AvpsMhu *s = AVPS_MHU(obj);
    g_autofree char *path = avps_fdt_path(row, "mailbox");

    write_shared_memory(s, fdt, row);

    qemu_fdt_add_subnode(fdt->blob, path);
    mark_for_vm(s, fdt, path);
    qemu_fdt_setprop_cell(fdt->blob, path, "#mbox-cells", 2);
    /* Not a clock of SCMI's: that would need the mailbox to come up */
    avps_fdt_set_clocks(fdt, path, &fdt->clk_24mhz, 1,
                        AVPS_STRINGS("apb_pclk"));
    avps_fdt_set_row_interrupts(fdt, path, row);
    qemu_fdt_setprop_sized_cells(fdt->blob, path, "reg", 2, row->base,
                                 2, (uint64_t)FRAME_SIZE);
    avps_fdt_set_strings(fdt, path, "compatible",
                         AVPS_STRINGS("arm,mhu-doorbell", "arm,primecell"));
    if (is_first(s)) {
        qemu_fdt_setprop_cell(fdt->blob, path, "phandle", fdt->scmi_mailbox);
    }
}

static const VMStateDescription vmstate_mhu = {
    .name = "avps-mhu",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_UINT32_ARRAY(rx, AvpsMhu, AVPS_MHU_CHANNELS),
        VMSTATE_UINT32_ARRAY(tx, AvpsMhu, AVPS_MHU_CHANNELS),
        VMSTATE_UINT32(again, AvpsMhu),
        VMSTATE_BOOL(interrupt, AvpsMhu),
        VMSTATE_END_OF_LIST()
    }
};

static const Property mhu_properties[] = {
    DEFINE_PROP_LINK("scmi", AvpsMhu, scmi, TYPE_AVPS_SCMI, AvpsScmi *),
    DEFINE_PROP_UINT32("agent", AvpsMhu, agent, AVPS_SCMI_AGENT_MAILBOX),
};

static void mhu_class_init(ObjectClass *oc, AVPS_CLASS_DATA *data)
{
    DeviceClass *dc = DEVICE_CLASS(oc);
    ResettableClass *rc = RESETTABLE_CLASS(oc);

    dc->desc = "mailbox of an SCMI agent (Arm MHU, shared memory)";
    dc->realize = mhu_realize;
    dc->vmsd = &vmstate_mhu;
    /* A page of the memory map is its own */
    dc->user_creatable = false;
    device_class_set_props(dc, mhu_properties);
    rc->phases.enter = mhu_reset_enter;
    rc->phases.hold = mhu_reset_hold;
    AVPS_FDT_NODE_CLASS(oc)->write_node = mhu_write_node;
}

static const TypeInfo mhu_info = {
    .name = TYPE_AVPS_MHU,
    .parent = TYPE_SYS_BUS_DEVICE,
    .instance_size = sizeof(AvpsMhu),
    .instance_init = mhu_init,
    .class_init = mhu_class_init,
    .interfaces = AVPS_INTERFACES { { TYPE_AVPS_FDT_NODE }, { } },
};

static void mhu_register_types(void)
{
    type_register_static(&mhu_info);
}

type_init(mhu_register_types)
