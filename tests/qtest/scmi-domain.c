/*
 * avps-ecu qtests: what SCMI protocols with domains have in common
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qobject/qdict.h"
#include "qobject/qjson.h"
#include "tests/qtest/avps/scmi-domain.h"

/* Messages have 8 bits; no protocol here has so many. */
#define MESSAGES 0x20

/* Of the base protocol */
#define RESET_AGENT_CONFIGURATION 0xb
#define TRUSTED_AGENT 1

unsigned scmi_find(ScmiAgent *agent, unsigned protocol, unsigned name_word,
                   const char *name)
{
    for (unsigned id = 0;; id++) {
        ScmiMessage m = scmi_call(agent, protocol, 3, id);
        g_autofree char *found = NULL;

        g_assert_cmpint(m.status, ==, SCMI_SUCCESS);
        found = scmi_name(&m, name_word, 4);
        if (!strcmp(found, name)) {
            return id;
        }
    }
}

/* --- Checks that all protocols share --- */

static const ScmiRow *find_row(const ScmiRow *rows, unsigned num,
                               unsigned message)
{
    for (unsigned i = 0; i < num; i++) {
        if (rows[i].message == message) {
            return &rows[i];
        }
    }
    return NULL;
}

static void check_message_attributes(ScmiAgent *agent, unsigned protocol,
                                     const ScmiRow *rows, unsigned num)
{
    for (unsigned message = 3; message < MESSAGES; message++) {
        const ScmiRow *row = find_row(rows, num, message);
        ScmiMessage m = scmi_call(agent, protocol,
                                  SCMI_PROTOCOL_MESSAGE_ATTRIBUTES, message);

        if (row) {
            g_assert_cmpint(m.status, ==, SCMI_SUCCESS);
            g_assert_cmphex(m.word[0], ==, row->attributes);
        } else if (message != SCMI_NEGOTIATE_PROTOCOL_VERSION) {
            g_assert_cmpint(m.status, ==, SCMI_NOT_FOUND);
            g_assert_cmpint(scmi_status(agent, protocol, message), ==,
                            SCMI_NOT_FOUND);
        }
    }
}

static void check_lengths(ScmiAgent *agent, unsigned protocol,
                          const ScmiRow *row)
{
    uint32_t words[SCMI_MAX_WORDS] = { 0 };

    for (unsigned num = 0; num <= SCMI_MAX_WORDS; num++) {
        if (num < row->min_words || num > row->max_words) {
            g_assert_cmpint(scmi_send(agent, protocol, row->message, words,
                                      num).status, ==, SCMI_PROTOCOL_ERROR);
        }
    }
}

void scmi_check_messages(ScmiAgent *agent, unsigned protocol,
                         uint32_t version, const ScmiRow *rows, unsigned num)
{
    scmi_check_words(scmi_call(agent, protocol, SCMI_PROTOCOL_VERSION),
                     version);
    check_message_attributes(agent, protocol, rows, num);
    for (unsigned i = 0; i < num; i++) {
        check_lengths(agent, protocol, &rows[i]);
    }
}

static int32_t try_domain(ScmiAgent *agent, unsigned protocol,
                          const ScmiRow *row, uint32_t domain)
{
    uint32_t words[SCMI_MAX_WORDS] = { 0 };

    if (row->domain_word >= 0) {
        words[row->domain_word] = domain;
    }
    return scmi_send(agent, protocol, row->message, words,
                     row->max_words).status;
}

void scmi_check_unknown_domain(ScmiAgent *agent, unsigned protocol,
                               const ScmiRow *rows, unsigned num,
                               unsigned num_domains)
{
    for (unsigned i = 0; i < num; i++) {
        if (rows[i].domain_word < 0) {
            continue;
        }
        g_assert_cmpint(try_domain(agent, protocol, &rows[i], num_domains),
                        ==, SCMI_NOT_FOUND);
        g_assert_cmpint(try_domain(agent, protocol, &rows[i], UINT32_MAX),
                        ==, SCMI_NOT_FOUND);
    }
}

void scmi_check_forbidden(ScmiAgent *agent, unsigned protocol,
                          const ScmiRow *rows, unsigned num, unsigned domain)
{
    ScmiAgent *guest = scmi_open(scmi_machine(agent), SCMI_GUEST_AGENT);

    /* It has nothing that the protocol is for */
    for (unsigned i = 0; i < num; i++) {
        g_assert_cmpint(try_domain(guest, protocol, &rows[i], domain), ==,
                        SCMI_DENIED);
    }
    /* It has something else */
    scmi_host_set_string(agent, "/mailbox1", "allow", "can");
    for (unsigned i = 0; i < num; i++) {
        g_assert_cmpint(try_domain(guest, protocol, &rows[i], domain), ==,
                        rows[i].describes ? SCMI_NOT_FOUND : SCMI_DENIED);
    }
    scmi_close(guest);
}

ScmiAgent *scmi_open_second(ScmiAgent *agent, const char *device)
{
    scmi_host_set_string(agent, "/mailbox1", "allow", device);
    return scmi_open(scmi_machine(agent), SCMI_GUEST_AGENT);
}

/* The first VIRTIO agent is not trusted of itself. */
void scmi_forget_second(ScmiAgent *agent)
{
    if (scmi_id(agent) != TRUSTED_AGENT) {
        scmi_host_set_bool(agent, "/virtio0", "trusted", true);
    }
    g_assert_cmpint(scmi_status(agent, SCMI_BASE, RESET_AGENT_CONFIGURATION,
                                SCMI_GUEST_AGENT, 0), ==, SCMI_SUCCESS);
}

void scmi_check_word_list(ScmiMessage message, const uint32_t *words,
                          unsigned num)
{
    g_assert_cmpint(message.status, ==, SCMI_SUCCESS);
    g_assert_cmpuint(message.num_words, ==, num);
    for (unsigned i = 0; i < num; i++) {
        g_assert_cmphex(message.word[i], ==, words[i]);
    }
}

/* --- The host's side --- */

static char *host_path(const char *path)
{
    return g_strconcat(SCMI_PATH, path, NULL);
}

void scmi_host_set_bool(ScmiAgent *agent, const char *path,
                        const char *property, bool value)
{
    g_autofree char *full = host_path(path);

    qtest_qmp_assert_success(scmi_machine(agent),
        "{'execute': 'qom-set', 'arguments': "
        "{'path': %s, 'property': %s, 'value': %i}}", full, property, value);
}

void scmi_host_set_int(ScmiAgent *agent, const char *path,
                       const char *property, int64_t value)
{
    g_autofree char *full = host_path(path);

    qtest_qmp_assert_success(scmi_machine(agent),
        "{'execute': 'qom-set', 'arguments': "
        "{'path': %s, 'property': %s, 'value': %" PRId64 "}}", full, property,
        value);
}

void scmi_host_set_string(ScmiAgent *agent, const char *path,
                          const char *property, const char *value)
{
    g_autofree char *full = host_path(path);

    qtest_qmp_assert_success(scmi_machine(agent),
        "{'execute': 'qom-set', 'arguments': "
        "{'path': %s, 'property': %s, 'value': %s}}", full, property, value);
}

bool scmi_host_bool(ScmiAgent *agent, const char *path, const char *property)
{
    g_autofree char *full = host_path(path);

    return qom_get_bool(scmi_machine(agent), full, property);
}

uint64_t scmi_host_uint(ScmiAgent *agent, const char *path,
                        const char *property)
{
    g_autofree char *full = host_path(path);

    return qom_get_uint(scmi_machine(agent), full, property);
}

void scmi_check_host_string(ScmiAgent *agent, const char *path,
                            const char *property, const char *value)
{
    g_autofree char *full = host_path(path);
    g_autofree char *found = qom_get_string(scmi_machine(agent), full,
                                            property);

    g_assert_cmpstr(found, ==, value);
}

void scmi_check_host_refuses(ScmiAgent *agent, const char *path,
                             const char *property, const char *value,
                             const char *reason)
{
    g_autofree char *command =
        g_strdup_printf("{\"execute\": \"qom-set\", \"arguments\": "
                        "{\"path\": \"" SCMI_PATH "%s\", \"property\": "
                        "\"%s\", \"value\": %s}}", path, property, value);
    QDict *reply = qtest_qmp(scmi_machine(agent), "%p",
                             qobject_from_json(command, &error_abort));
    QDict *error = qdict_get_qdict(reply, "error");

    g_assert_nonnull(error);
    g_assert_nonnull(strstr(qdict_get_str(error, "desc"), reason));
    qobject_unref(reply);
}
