/*
 * avps-ecu: the system control processor's own state
 *
 * Shared by the files that make the platform: scmi.c, engine.c, agent.c,
 * base.c, faults.c and gate.c. Protocols do not look inside.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef HW_AVPS_SCMI_PLATFORM_H
#define HW_AVPS_SCMI_PLATFORM_H

#include "hw/avps/scmi/faults.h"
#include "hw/avps/scmi/gate.h"
#include "hw/avps/scmi/scmi_internal.h"
#include "hw/sysbus.h"

/* Messages that wait for an agent; the last ones are for delayed responses */
#define SCMI_QUEUE 16
#define SCMI_QUEUE_NOTIFICATIONS (SCMI_QUEUE - SCMI_MAX_DEFERRED)

/* Words of parameters of a command that can be deferred */
#define SCMI_DEFERRED_ARGS 8

/* A message as it travels: little endian */
typedef struct AvpsScmiPacket {
    uint32_t length;
    uint8_t bytes[AVPS_SCMI_MESSAGE];
} AvpsScmiPacket;

/* A command that was answered already, and is carried out at its time */
typedef struct AvpsScmiDeferred {
    int64_t due_ns;      /* virtual time; 0: this one is free */
    uint32_t header;
    uint32_t num_args;
    uint32_t arg[SCMI_DEFERRED_ARGS];
} AvpsScmiDeferred;

#define TYPE_AVPS_SCMI_AGENT "avps-scmi-agent"
OBJECT_DECLARE_SIMPLE_TYPE(AvpsScmiAgent, AVPS_SCMI_AGENT)

struct AvpsScmiAgent {
    Object parent_obj;

    AvpsScmi *scmi;
    unsigned id;
    const AvpsScmiChannelOps *ops;   /* NULL: the channel is not open */
    void *opaque;
    QEMUTimer *response_timer, *deferred_timer;

    bool trusted;
    /* What it has permission for: devices, by protocol */
    uint32_t permitted[SCMI_NUM_PROTOCOLS];
    uint32_t permitted_at_reset[SCMI_NUM_PROTOCOLS];

    bool busy;                       /* a command is at work */
    int64_t respond_ns;              /* when; 0: nothing is held back */
    AvpsScmiPacket response;         /* what is held back */
    AvpsScmiDeferred deferred[SCMI_MAX_DEFERRED];
    uint32_t queue_head, queue_length;
    AvpsScmiPacket queue[SCMI_QUEUE];

    uint64_t commands, lost;         /* counted for the host */
};

struct AvpsScmi {
    SysBusDevice parent_obj;

    AvpsScmiAgent agent[AVPS_SCMI_NUM_AGENTS];
    AvpsScmiProtocol *protocol[SCMI_NUM_PROTOCOLS];
    uint32_t devices[SCMI_NUM_PROTOCOLS]; /* that the protocol is for */
    AvpsGate *gate[AVPS_SCMI_NUM_DEVICES];
    AvpsScmiFaults faults;

    uint32_t resets;                 /* devices whose blocks are to be reset */
    QEMUTimer *reset_timer;
};

/* --- scmi.c --- */

/* Reset the blocks that are to be. None of them may be at work. */
void scmi_carry_out_resets(AvpsScmi *scmi);

/* --- agent.c --- */

extern const VMStateDescription vmstate_avps_scmi_agent;

/* Begin agent @id of @scmi, in place. */
void scmi_agent_init(AvpsScmi *scmi, unsigned id);
void scmi_agent_finalize(AvpsScmiAgent *agent);

/* As after power-on, but for what the host has permitted */
void scmi_agent_reset(AvpsScmiAgent *agent);

/* Has @agent permission for anything that protocol @id is for? */
bool scmi_agent_has_protocol(AvpsScmi *scmi, unsigned agent, unsigned id);

/* What agents are called, by their identifiers */
const char *scmi_agent_name(unsigned id);

/* Permission for @device by the protocol with index @protocol */
void scmi_agent_permit(AvpsScmiAgent *agent, unsigned device,
                       unsigned protocol, bool allow);

/* --- engine.c --- */

/* Forget what is at work for @agent and what waits for it. */
void scmi_engine_flush(AvpsScmiAgent *agent);

/* Forget the commands of @agent that were answered, but not carried out. */
void scmi_engine_cancel(AvpsScmiAgent *agent);

/* Is the state one that the engine can be in? */
bool scmi_engine_is_sound(const AvpsScmiAgent *agent);

/* Have the timers run again as the state says: it was just loaded. */
void scmi_engine_resume(AvpsScmiAgent *agent);

/* Callbacks of the agent's timers */
void scmi_engine_response_due(void *agent);
void scmi_engine_deferred_due(void *agent);

/* --- base.c --- */

/* Report to subscribers that the command @header of @agent ended so. */
void scmi_base_report(AvpsScmi *scmi, unsigned agent, uint32_t header,
                      int32_t status);

#endif
