/*
 * avps-ecu qtests: what SCMI protocols with domains have in common
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef TESTS_QTEST_AVPS_SCMI_DOMAIN_H
#define TESTS_QTEST_AVPS_SCMI_DOMAIN_H

#include "tests/qtest/avps/scmi.h"

/* Longer than any delay that the platform has of itself */
#define SCMI_LATENCY_NS (10 * 1000 * 1000)

/* A mailbox's agent that has permission for the sensors only */
#define SCMI_GUEST_AGENT 2

/* One message of a protocol */
typedef struct ScmiRow {
    unsigned message;
    unsigned min_words, max_words;
    int domain_word;        /* which of them names the domain; -1: none */
    bool describes;         /* it says what there is, and changes nothing */
    uint32_t attributes;
} ScmiRow;

/* The identifier of the domain with this name, by message 3 of @protocol */
unsigned scmi_find(ScmiAgent *agent, unsigned protocol, unsigned name_word,
                   const char *name);

/*
 * The version; that each message, and no other, is there; that one word less
 * or more is refused.
 */
void scmi_check_messages(ScmiAgent *agent, unsigned protocol,
                         uint32_t version, const ScmiRow *rows, unsigned num);

/* Each message about a domain refuses those from @num_domains on. */
void scmi_check_unknown_domain(ScmiAgent *agent, unsigned protocol,
                               const ScmiRow *rows, unsigned num,
                               unsigned num_domains);

/* Each message refuses an agent without permission for @domain. */
void scmi_check_forbidden(ScmiAgent *agent, unsigned protocol,
                          const ScmiRow *rows, unsigned num, unsigned domain);

/* The second agent of a test, with permission for @device */
ScmiAgent *scmi_open_second(ScmiAgent *agent, const char *device);

/* Forget what the second agent has set, by the base protocol. */
void scmi_forget_second(ScmiAgent *agent);

/* The host's side: @path goes on from SCMI_PATH. */
void scmi_host_set_bool(ScmiAgent *agent, const char *path,
                        const char *property, bool value);
void scmi_host_set_int(ScmiAgent *agent, const char *path,
                       const char *property, int64_t value);
void scmi_host_set_string(ScmiAgent *agent, const char *path,
                          const char *property, const char *value);
bool scmi_host_bool(ScmiAgent *agent, const char *path, const char *property);
uint64_t scmi_host_uint(ScmiAgent *agent, const char *path,
                        const char *property);
void scmi_check_host_string(ScmiAgent *agent, const char *path,
                            const char *property, const char *value);

/* Setting it to @value, a JSON value, is refused with a reason. */
void scmi_check_host_refuses(ScmiAgent *agent, const char *path,
                             const char *property, const char *value,
                             const char *reason);

/* The words of a message are these. */
#define scmi_check_words(message, ...) \
    scmi_check_word_list(message, SCMI_LIST(__VA_ARGS__), \
                         SCMI_COUNT(__VA_ARGS__))
void scmi_check_word_list(ScmiMessage message, const uint32_t *words,
                          unsigned num);

#endif
