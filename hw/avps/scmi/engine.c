/*
 * avps-ecu: the message engine of the system control processor
 *
 * Arm System Control and Management Interface (DEN0056) 3.2, section 4.1: a
 * command is looked up in its protocol's table and carried out; responses,
 * delayed responses and notifications go to the channel of their agent.
 * Transports, permissions and domains are elsewhere.
 *
 * Choices that the specification leaves open:
 *  - A command with the wrong number of parameters, with reserved bits in its
 *    header, or of a type that only the platform sends, is answered with
 *    PROTOCOL_ERROR.
 *  - A protocol that does not exist is NOT_SUPPORTED, and a message that its
 *    protocol has not is NOT_FOUND, as Arm's compliance tests expect. One that
 *    the agent has no permission at all for is DENIED.
 *  - When an agent does not take its messages, the newest notifications are
 *    lost, and counted; a delayed response always has room.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/bswap.h"
#include "hw/avps/scmi/platform.h"
#include "hw/avps/trace.h"

/* --- Results --- */

void scmi_put(AvpsScmiCall *call, uint32_t word)
{
    if (call->num_results < ARRAY_SIZE(call->result)) {
        call->result[call->num_results++] = word;
    }
}

void scmi_put64(AvpsScmiCall *call, uint64_t value)
{
    scmi_put(call, (uint32_t)value);
    scmi_put(call, value >> 32);
}

void scmi_put_name(AvpsScmiCall *call, const char *name, unsigned words)
{
    char bytes[SCMI_EXTENDED_NAME_WORDS * 4] = "";

    words = MIN(words, SCMI_EXTENDED_NAME_WORDS);
    g_strlcpy(bytes, name, words * 4);
    for (unsigned i = 0; i < words; i++) {
        scmi_put(call, ldl_le_p(bytes + 4 * i));
    }
}

unsigned scmi_room(const AvpsScmiCall *call)
{
    return ARRAY_SIZE(call->result) - call->num_results;
}

/* --- Messages of every protocol (4.2.1.1 .. 4.2.1.4) --- */

static const AvpsScmiMessage *common_message(unsigned message);

static const AvpsScmiMessage *find_message(const AvpsScmiCall *call,
                                           unsigned message)
{
    AvpsScmiProtocolClass *apc = AVPS_SCMI_PROTOCOL_GET_CLASS(call->protocol);
    const AvpsScmiMessage *row = common_message(message);

    if (!row && message < apc->num_messages) {
        row = &apc->messages[message];
    }
    if (!row || !row->handle ||
        (row->notifies && !scmi_agent_has_p2a(call->scmi, call->agent))) {
        return NULL;
    }
    return row;
}

static int32_t protocol_version(AvpsScmiCall *call)
{
    scmi_put(call, AVPS_SCMI_PROTOCOL_GET_CLASS(call->protocol)->version);
    return SCMI_SUCCESS;
}

static int32_t protocol_attributes(AvpsScmiCall *call)
{
    AVPS_SCMI_PROTOCOL_GET_CLASS(call->protocol)->attributes(call);
    return SCMI_SUCCESS;
}

static int32_t protocol_message_attributes(AvpsScmiCall *call)
{
    AvpsScmiProtocolClass *apc = AVPS_SCMI_PROTOCOL_GET_CLASS(call->protocol);
    unsigned message = call->arg[0];
    uint32_t attributes = 0;

    if (!find_message(call, message)) {
        return SCMI_NOT_FOUND;
    }
    if (!common_message(message) && apc->message_attributes) {
        attributes = apc->message_attributes(call->protocol, call->agent,
                                             message);
    }
    scmi_put(call, attributes);
    return SCMI_SUCCESS;
}

/* There is one version of each protocol here */
static int32_t negotiate_protocol_version(AvpsScmiCall *call)
{
    AvpsScmiProtocolClass *apc = AVPS_SCMI_PROTOCOL_GET_CLASS(call->protocol);

    return call->arg[0] == apc->version ? SCMI_SUCCESS : SCMI_NOT_SUPPORTED;
}

static const AvpsScmiMessage *common_message(unsigned message)
{
    static const AvpsScmiMessage common_messages[] = {
        [SCMI_PROTOCOL_VERSION] = { protocol_version, SCMI_ARGS(0) },
        [SCMI_PROTOCOL_ATTRIBUTES] = { protocol_attributes, SCMI_ARGS(0) },
        [SCMI_PROTOCOL_MESSAGE_ATTRIBUTES] = {
            protocol_message_attributes, SCMI_ARGS(1)
        },
        [SCMI_NEGOTIATE_PROTOCOL_VERSION] = {
            negotiate_protocol_version, SCMI_ARGS(1)
        },
    };

    return message < ARRAY_SIZE(common_messages) &&
           common_messages[message].handle ? &common_messages[message] : NULL;
}

/* --- Carrying out a command --- */

static unsigned field_protocol(uint32_t header)
{
    return FIELD_EX32(header, SCMI_HEADER, PROTOCOL);
}

AvpsScmiProtocol *scmi_protocol(AvpsScmi *scmi, unsigned id)
{
    unsigned index = id - SCMI_FIRST_PROTOCOL;

    return index < SCMI_NUM_PROTOCOLS ? scmi->protocol[index] : NULL;
}

bool avps_scmi_has_protocol(AvpsScmi *scmi, unsigned id)
{
    return scmi_protocol(scmi, id) != NULL;
}

static int32_t carry_out(AvpsScmiCall *call)
{
    const AvpsScmiMessage *message;

    call->num_results = 0;
    call->protocol = scmi_protocol(call->scmi, field_protocol(call->header));
    if (!call->protocol) {
        return SCMI_NOT_SUPPORTED;
    }
    if (!scmi_agent_has_protocol(call->scmi, call->agent,
                                 field_protocol(call->header))) {
        return SCMI_DENIED;
    }
    message = find_message(call, scmi_message(call));
    if (!message) {
        return SCMI_NOT_FOUND;
    }
    if (call->num_args < message->min_args ||
        call->num_args > message->max_args) {
        return SCMI_PROTOCOL_ERROR;
    }
    return message->handle(call);
}

static bool well_formed(uint32_t header, size_t length)
{
    return length <= AVPS_SCMI_MESSAGE && length % 4 == 0 &&
           FIELD_EX32(header, SCMI_HEADER, RESERVED) == 0 &&
           FIELD_EX32(header, SCMI_HEADER, TYPE) == SCMI_TYPE_COMMAND;
}

static void read_args(AvpsScmiCall *call, const uint8_t *bytes, size_t length)
{
    call->num_args = length / 4;
    for (unsigned i = 0; i < call->num_args; i++) {
        call->arg[i] = ldl_le_p(bytes + 4 * i);
    }
    memset(call->arg + call->num_args, 0,
           sizeof(call->arg) - 4 * call->num_args);
}

static void pack(AvpsScmiPacket *packet, uint32_t header, int32_t status,
                 const AvpsScmiCall *call)
{
    unsigned num = status == SCMI_SUCCESS ? call->num_results : 0;

    stl_le_p(packet->bytes, header);
    stl_le_p(packet->bytes + 4, status);
    for (unsigned i = 0; i < num; i++) {
        stl_le_p(packet->bytes + 8 + 4 * i, call->result[i]);
    }
    packet->length = 8 + 4 * num;
}

/* --- Responses --- */

static void respond(AvpsScmiAgent *agent, const AvpsScmiPacket *response)
{
    agent->busy = false;
    agent->respond_ns = 0;
    agent->ops->respond(agent->opaque, response->bytes, response->length);
}

static void drop(AvpsScmiAgent *agent)
{
    agent->busy = false;
    agent->ops->drop(agent->opaque);
}

void scmi_engine_response_due(void *opaque)
{
    AvpsScmiAgent *agent = opaque;

    scmi_carry_out_resets(agent->scmi);
    respond(agent, &agent->response);
}

/* The response is in its place already. */
static void respond_later(AvpsScmiAgent *agent, int64_t delay_ns)
{
    int64_t now = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);

    /* Zero would say that nothing is held back */
    agent->respond_ns = MAX(now + delay_ns, 1);
    timer_mod(agent->response_timer, agent->respond_ns);
}

/*
 * A block that is to be reset may be at work, and its DMA may have brought the
 * command here: the response waits until no device is at work.
 */
static void respond_after_resets(AvpsScmiAgent *agent,
                                 const AvpsScmiPacket *response)
{
    if (agent->scmi->resets && !agent->ops->at_once) {
        agent->response = *response;
        respond_later(agent, 0);
        return;
    }
    if (agent->scmi->resets) {
        scmi_carry_out_resets(agent->scmi);
    }
    respond(agent, response);
}

/* A response with the command's header, and nothing else that makes sense */
static void spoil(AvpsScmi *scmi, AvpsScmiPacket *response)
{
    scmi_fault_noise(&scmi->faults, response->bytes + AVPS_SCMI_HEADER,
                     AVPS_SCMI_PAYLOAD);
    response->length = AVPS_SCMI_MESSAGE;
}

static void answer_faulty(AvpsScmiAgent *agent, AvpsScmiCall *call,
                          const AvpsScmiFault *fault)
{
    AvpsScmiPacket *response = &agent->response;
    int32_t status = fault->status;

    trace_avps_scmi_fault(agent->id, call->header, fault->kind);
    if (fault->kind == SCMI_FAULT_TIMEOUT) {
        drop(agent);
        return;
    }
    if (fault->kind != SCMI_FAULT_STATUS) {
        status = carry_out(call);
    }
    pack(response, call->header, status, call);
    if (fault->kind == SCMI_FAULT_GARBAGE) {
        spoil(agent->scmi, response);
    }
    if (fault->kind == SCMI_FAULT_DELAY) {
        respond_later(agent, fault->delay_ns);
        return;
    }
    respond_after_resets(agent, response);
    if (status == SCMI_HARDWARE_ERROR) {
        scmi_base_report(agent->scmi, agent->id, call->header, status);
    }
}

static void answer(AvpsScmiAgent *agent, const uint8_t *message,
                   size_t length)
{
    AvpsScmi *scmi = agent->scmi;
    AvpsScmiCall call;
    AvpsScmiPacket response;
    AvpsScmiFault fault;
    int32_t status = SCMI_PROTOCOL_ERROR;

    call.scmi = scmi;
    call.agent = agent->id;
    call.header = ldl_le_p(message);
    call.deferred = false;
    call.silent = false;
    call.num_results = 0;
    if (well_formed(call.header, length)) {
        read_args(&call, message + AVPS_SCMI_HEADER,
                  length - AVPS_SCMI_HEADER);
        if (scmi_fault_meet(&scmi->faults, agent->id,
                            field_protocol(call.header), scmi_message(&call),
                            &fault)) {
            answer_faulty(agent, &call, &fault);
            return;
        }
        status = carry_out(&call);
    }
    trace_avps_scmi_command(agent->id, call.header, length, status);
    pack(&response, call.header, status, &call);
    respond_after_resets(agent, &response);
}

void avps_scmi_submit(AvpsScmi *scmi, unsigned id, const void *message,
                      size_t length)
{
    AvpsScmiAgent *agent = &scmi->agent[id];

    agent->busy = true;
    agent->commands++;
    if (length < AVPS_SCMI_HEADER) {
        drop(agent);
        return;
    }
    answer(agent, message, length);
}

bool avps_scmi_busy(AvpsScmi *scmi, unsigned id)
{
    return scmi->agent[id].busy;
}

/* --- From the platform to an agent --- */

bool scmi_agent_has_p2a(AvpsScmi *scmi, unsigned id)
{
    const AvpsScmiAgent *agent = &scmi->agent[id];

    return agent->ops && agent->ops->post;
}

static uint32_t queue_index(const AvpsScmiAgent *agent, uint32_t n)
{
    return (agent->queue_head + n) % SCMI_QUEUE;
}

void avps_scmi_ready(AvpsScmi *scmi, unsigned id)
{
    AvpsScmiAgent *agent = &scmi->agent[id];

    while (agent->queue_length) {
        const AvpsScmiPacket *packet = &agent->queue[queue_index(agent, 0)];

        if (!agent->ops->post(agent->opaque, packet->bytes, packet->length)) {
            return;
        }
        agent->queue_head = (agent->queue_head + 1) % SCMI_QUEUE;
        agent->queue_length--;
    }
}

/* Room for a message that may fill the queue up to @limit, or NULL */
static AvpsScmiPacket *enqueue(AvpsScmiAgent *agent, unsigned limit)
{
    if (agent->queue_length >= limit) {
        agent->lost++;
        return NULL;
    }
    return &agent->queue[queue_index(agent, agent->queue_length++)];
}

static void notify(AvpsScmiAgent *agent, uint32_t header,
                   const uint32_t *words, unsigned num)
{
    AvpsScmiPacket *packet = enqueue(agent, SCMI_QUEUE_NOTIFICATIONS);

    trace_avps_scmi_notify(agent->id, header, packet != NULL);
    if (!packet) {
        return;
    }
    stl_le_p(packet->bytes, header);
    for (unsigned i = 0; i < num; i++) {
        stl_le_p(packet->bytes + AVPS_SCMI_HEADER + 4 * i, words[i]);
    }
    packet->length = AVPS_SCMI_HEADER + 4 * num;
    avps_scmi_ready(agent->scmi, agent->id);
}

void scmi_notify(AvpsScmiProtocol *protocol, uint32_t subscribers,
                 uint32_t devices, unsigned message, const uint32_t *words,
                 unsigned num)
{
    AvpsScmi *scmi = protocol->scmi;
    uint32_t header = 0;

    header = FIELD_DP32(header, SCMI_HEADER, MESSAGE, message);
    header = FIELD_DP32(header, SCMI_HEADER, TYPE, SCMI_TYPE_NOTIFICATION);
    header = FIELD_DP32(header, SCMI_HEADER, PROTOCOL,
                        AVPS_SCMI_PROTOCOL_GET_CLASS(protocol)->id);
    num = MIN(num, SCMI_WORDS);
    for (unsigned id = 1; subscribers && id < AVPS_SCMI_NUM_AGENTS; id++) {
        if (subscribers & BIT(id) && scmi_agent_has_p2a(scmi, id) &&
            scmi_agent_permitted(protocol, id, devices)) {
            notify(&scmi->agent[id], header, words, num);
        }
    }
}

int32_t scmi_subscribe(AvpsScmiCall *call, uint32_t *subscribers,
                       uint32_t enable)
{
    if (enable & ~1u) {
        return SCMI_INVALID_PARAMETERS;
    }
    *subscribers = deposit32(*subscribers, call->agent, 1, enable);
    return SCMI_SUCCESS;
}

/* --- Delayed responses --- */

/* Run the timer for the one that is due first. */
static void schedule_deferred(AvpsScmiAgent *agent)
{
    int64_t first = INT64_MAX;

    for (int i = 0; i < SCMI_MAX_DEFERRED; i++) {
        if (agent->deferred[i].due_ns) {
            first = MIN(first, agent->deferred[i].due_ns);
        }
    }
    if (first == INT64_MAX) {
        timer_del(agent->deferred_timer);
    } else {
        timer_mod(agent->deferred_timer, first);
    }
}

/* Delayed responses that are to come, or wait for the agent to take them */
static unsigned num_delayed(const AvpsScmiAgent *agent)
{
    unsigned num = 0;

    for (int i = 0; i < SCMI_MAX_DEFERRED; i++) {
        num += agent->deferred[i].due_ns != 0;
    }
    for (uint32_t n = 0; n < agent->queue_length; n++) {
        uint32_t header = ldl_le_p(agent->queue[queue_index(agent, n)].bytes);

        num += FIELD_EX32(header, SCMI_HEADER, TYPE) ==
               SCMI_TYPE_DELAYED_RESPONSE;
    }
    return num;
}

static AvpsScmiDeferred *free_deferred(AvpsScmiAgent *agent)
{
    if (num_delayed(agent) >= SCMI_MAX_DEFERRED) {
        return NULL;
    }
    for (int i = 0; i < SCMI_MAX_DEFERRED; i++) {
        if (!agent->deferred[i].due_ns) {
            return &agent->deferred[i];
        }
    }
    return NULL;
}

int32_t scmi_defer(AvpsScmiCall *call, int64_t delay_ns)
{
    AvpsScmiAgent *agent = &call->scmi->agent[call->agent];
    AvpsScmiDeferred *deferred = free_deferred(agent);
    int64_t now = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);

    if (!scmi_agent_has_p2a(call->scmi, call->agent) ||
        call->num_args > SCMI_DEFERRED_ARGS) {
        return SCMI_NOT_SUPPORTED;
    }
    if (!deferred) {
        return SCMI_BUSY;
    }
    /* Zero would say that it is free */
    deferred->due_ns = MAX(now + delay_ns, 1);
    deferred->header = call->header;
    deferred->num_args = call->num_args;
    memcpy(deferred->arg, call->arg, sizeof(deferred->arg));
    schedule_deferred(agent);
    return SCMI_SUCCESS;
}

static void run_deferred(AvpsScmiAgent *agent,
                         const AvpsScmiDeferred *deferred)
{
    uint32_t header = FIELD_DP32(deferred->header, SCMI_HEADER, TYPE,
                                 SCMI_TYPE_DELAYED_RESPONSE);
    AvpsScmiCall call = {
        .scmi = agent->scmi,
        .agent = agent->id,
        .header = deferred->header,
        .deferred = true,
        .num_args = deferred->num_args,
    };
    AvpsScmiPacket *packet;
    int32_t status;

    memcpy(call.arg, deferred->arg, sizeof(deferred->arg));
    status = carry_out(&call);
    scmi_carry_out_resets(agent->scmi);
    trace_avps_scmi_delayed(agent->id, header, status);
    packet = call.silent ? NULL : enqueue(agent, SCMI_QUEUE);
    if (packet) {
        pack(packet, header, status, &call);
        avps_scmi_ready(agent->scmi, agent->id);
    }
}

/* The one that was to be carried out first, if its time has come */
static AvpsScmiDeferred *next_deferred(AvpsScmiAgent *agent, int64_t now)
{
    AvpsScmiDeferred *next = NULL;

    for (int i = 0; i < SCMI_MAX_DEFERRED; i++) {
        AvpsScmiDeferred *deferred = &agent->deferred[i];

        if (deferred->due_ns && deferred->due_ns <= now &&
            (!next || deferred->due_ns < next->due_ns)) {
            next = deferred;
        }
    }
    return next;
}

void scmi_engine_deferred_due(void *opaque)
{
    AvpsScmiAgent *agent = opaque;
    int64_t now = qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL);
    AvpsScmiDeferred *next = next_deferred(agent, now);

    while (next) {
        AvpsScmiDeferred deferred = *next;

        next->due_ns = 0;
        run_deferred(agent, &deferred);
        next = next_deferred(agent, now);
    }
    schedule_deferred(agent);
}

/* --- Beginnings and ends --- */

void scmi_engine_cancel(AvpsScmiAgent *agent)
{
    for (int i = 0; i < SCMI_MAX_DEFERRED; i++) {
        agent->deferred[i].due_ns = 0;
    }
    schedule_deferred(agent);
}

void scmi_engine_flush(AvpsScmiAgent *agent)
{
    timer_del(agent->response_timer);
    agent->busy = false;
    agent->respond_ns = 0;
    scmi_engine_cancel(agent);
    agent->queue_length = 0;
}

static bool packet_is_sound(const AvpsScmiPacket *packet)
{
    return packet->length >= AVPS_SCMI_HEADER &&
           packet->length <= AVPS_SCMI_MESSAGE;
}

bool scmi_engine_is_sound(const AvpsScmiAgent *agent)
{
    if (agent->queue_head >= SCMI_QUEUE || agent->queue_length > SCMI_QUEUE) {
        return false;
    }
    for (uint32_t n = 0; n < agent->queue_length; n++) {
        if (!packet_is_sound(&agent->queue[queue_index(agent, n)])) {
            return false;
        }
    }
    for (int i = 0; i < SCMI_MAX_DEFERRED; i++) {
        if (agent->deferred[i].num_args > SCMI_DEFERRED_ARGS) {
            return false;
        }
    }
    /* A command is at work for as long as its response is held back */
    return agent->busy == (agent->respond_ns != 0) &&
           (!agent->busy || packet_is_sound(&agent->response));
}

void scmi_engine_resume(AvpsScmiAgent *agent)
{
    /* Nothing can wait for an agent without a channel, or one way alone */
    if (!agent->ops) {
        scmi_engine_flush(agent);
    } else if (!agent->ops->post) {
        scmi_engine_cancel(agent);
        agent->queue_length = 0;
    }
    if (agent->respond_ns) {
        timer_mod(agent->response_timer, agent->respond_ns);
    }
    schedule_deferred(agent);
}
