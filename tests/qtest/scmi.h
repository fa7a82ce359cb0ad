/*
 * avps-ecu qtests: an agent of SCMI
 *
 * Arm System Control and Management Interface (DEN0056) 3.2. The same test
 * can run over each transport that needs no CPU code.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef TESTS_QTEST_AVPS_SCMI_H
#define TESTS_QTEST_AVPS_SCMI_H

#include "tests/qtest/avps/board.h"

/* 4.1.4: status codes */
enum {
    SCMI_SUCCESS = 0,
    SCMI_NOT_SUPPORTED = -1,
    SCMI_INVALID_PARAMETERS = -2,
    SCMI_DENIED = -3,
    SCMI_NOT_FOUND = -4,
    SCMI_OUT_OF_RANGE = -5,
    SCMI_BUSY = -6,
    SCMI_COMMS_ERROR = -7,
    SCMI_GENERIC_ERROR = -8,
    SCMI_HARDWARE_ERROR = -9,
    SCMI_PROTOCOL_ERROR = -10,
};

enum {
    SCMI_BASE = 0x10,
    SCMI_POWER_DOMAIN = 0x11,
    SCMI_SYSTEM_POWER = 0x12,
    SCMI_PERFORMANCE = 0x13,
    SCMI_CLOCK = 0x14,
    SCMI_SENSOR = 0x15,
    SCMI_RESET = 0x16,
    SCMI_VOLTAGE = 0x17,
    SCMI_POWERCAP = 0x18,
    SCMI_PIN_CONTROL = 0x19,
};

/* Messages of every protocol */
enum {
    SCMI_PROTOCOL_VERSION = 0,
    SCMI_PROTOCOL_ATTRIBUTES = 1,
    SCMI_PROTOCOL_MESSAGE_ATTRIBUTES = 2,
    SCMI_NEGOTIATE_PROTOCOL_VERSION = 0x10,
};

/* Message types, of a header */
enum {
    SCMI_COMMAND = 0,
    SCMI_DELAYED_RESPONSE = 2,
    SCMI_NOTIFICATION = 3,
};

#define SCMI_MAX_WORDS 26           /* of payload */
#define SCMI_MAX_MESSAGE (4 + 4 * SCMI_MAX_WORDS)

/* The path of the platform, and of what it consists of: "/clock/i2c1" */
#define SCMI_PATH "/machine/soc/scmi"

/* What came from the platform */
typedef struct ScmiMessage {
    uint32_t header;
    int32_t status;     /* of a response, at once or delayed */
    unsigned num_words; /* after that */
    uint32_t word[SCMI_MAX_WORDS];
} ScmiMessage;

typedef struct ScmiAgent ScmiAgent;

/* --- Begin and end --- */

/*
 * The agent with the identifier @id: 1 to 4 by mailbox 0 to 3, 5 to 8 by the
 * VIRTIO transports 0 to 3, which have to have a virtio-scmi-device each.
 */
ScmiAgent *scmi_open(QTestState *qts, unsigned id);
void scmi_close(ScmiAgent *agent);

/* Open again after a reset of the machine, or on one that was loaded. */
void scmi_reopen(ScmiAgent *agent);
void scmi_move(ScmiAgent *agent, QTestState *loaded);

QTestState *scmi_machine(const ScmiAgent *agent);
unsigned scmi_id(const ScmiAgent *agent);

/* --- Commands --- */

/* Send a command and wait for its response, as virtual time goes by. */
ScmiMessage scmi_send(ScmiAgent *agent, unsigned protocol, unsigned message,
                      const uint32_t *words, unsigned num);

/* Words as two arguments of a function: where they are, and how many */
#define SCMI_LIST(...) ((const uint32_t[]) { __VA_ARGS__ })
#define SCMI_COUNT(...) (sizeof(SCMI_LIST(__VA_ARGS__)) / sizeof(uint32_t))

/* scmi_call(agent, SCMI_CLOCK, 3, clock): the words as arguments */
#define scmi_call(agent, protocol, message, ...) \
    scmi_send(agent, protocol, message, SCMI_LIST(__VA_ARGS__), \
              SCMI_COUNT(__VA_ARGS__))

/* The same, where the status alone is of interest */
#define scmi_status(agent, protocol, message, ...) \
    (scmi_call(agent, protocol, message, __VA_ARGS__).status)

/* The same, for what has to succeed and to have @num words of results */
ScmiMessage scmi_expect(ScmiAgent *agent, unsigned protocol, unsigned message,
                        unsigned num, const uint32_t *words, unsigned args);
#define scmi_get(agent, protocol, message, num, ...) \
    scmi_expect(agent, protocol, message, num, SCMI_LIST(__VA_ARGS__), \
                SCMI_COUNT(__VA_ARGS__))

/* A name in the words of a message: its characters up to the zero */
char *scmi_name(const ScmiMessage *message, unsigned first_word,
                unsigned words);
uint64_t scmi_u64(const ScmiMessage *message, unsigned first_word);

/* --- In two steps, for what happens in between --- */

/* Send a command. Returns its header. */
uint32_t scmi_begin(ScmiAgent *agent, unsigned protocol, unsigned message,
                    const uint32_t *words, unsigned num);
/* Has the response come? */
bool scmi_poll(ScmiAgent *agent, ScmiMessage *response);
/* Wait for it. */
ScmiMessage scmi_wait(ScmiAgent *agent);

/* --- Notifications and delayed responses --- */

/* Is there a message of the platform? If so, take it. */
bool scmi_poll_event(ScmiAgent *agent, ScmiMessage *event);

/* Wait for one, as virtual time goes by. */
ScmiMessage scmi_wait_event(ScmiAgent *agent);

/* The same, and it has to be this one */
ScmiMessage scmi_wait_notification(ScmiAgent *agent, unsigned protocol,
                                   unsigned message);
ScmiMessage scmi_wait_delayed(ScmiAgent *agent, unsigned protocol,
                              unsigned message);

/* There is none, and none comes in @ns of virtual time. */
void scmi_check_no_event(ScmiAgent *agent, int64_t ns);

/* --- Messages that are none --- */

uint32_t scmi_header(unsigned protocol, unsigned type, unsigned message,
                     unsigned token);

/* Send any bytes at all; at most SCMI_RAW_MAX of them. */
#define SCMI_RAW_MAX 232
void scmi_begin_raw(ScmiAgent *agent, const void *bytes, size_t length);

/*
 * What was sent is over at once: with this response, or, false, without any.
 * Looks at no doorbell: one read for the whole.
 */
bool scmi_end_raw(ScmiAgent *agent, ScmiMessage *response);

/* --- Where a mailbox is --- */

#define SCMI_A2P 0x000
#define SCMI_P2A 0x100
#define SCMI_AREA_STATUS 0x04
#define SCMI_AREA_FLAGS 0x10
#define SCMI_AREA_LENGTH 0x14
#define SCMI_AREA_HEADER 0x18
#define SCMI_AREA_PAYLOAD 0x1c
#define SCMI_FREE 1
#define SCMI_ERROR 2

#define SCMI_RX_STAT 0x000
#define SCMI_RX_SET 0x008
#define SCMI_RX_CLEAR 0x010
#define SCMI_TX_STAT 0x100
#define SCMI_TX_SET 0x108
#define SCMI_TX_CLEAR 0x110
#define SCMI_DOORBELL_A2P 1
#define SCMI_DOORBELL_P2A 2

/* Addresses of the mailbox of the agent @id: registers, shared memory */
uint64_t scmi_mhu(unsigned id, uint64_t offset);
uint64_t scmi_shared(unsigned id, uint64_t offset);

/* --- One test over all transports --- */

typedef void ScmiTest(ScmiAgent *agent);

/*
 * Add @test as @path/mailbox and @path/virtio. Each starts a machine with
 * @options for it, which may be NULL, and has a trusted agent or, over VIRTIO,
 * one that has all devices. Test data has to live on.
 */
void scmi_add_test(const char *path, ScmiTest *test, const char *options);

#endif
