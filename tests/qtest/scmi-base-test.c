/*
 * avps-ecu qtest: SCMI's base protocol, and what all protocols have
 * (hw/avps/scmi/engine.c, base.c)
 *
 * Arm System Control and Management Interface (DEN0056) 3.2, sections 4.1 and
 * 4.2.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/bitops.h"
#include "qemu/bswap.h"
#include "tests/qtest/avps/scmi.h"

#define VERSION 0x20001

enum {
    DISCOVER_VENDOR = 3,
    DISCOVER_SUB_VENDOR,
    DISCOVER_IMPLEMENTATION_VERSION,
    DISCOVER_LIST_PROTOCOLS,
    DISCOVER_AGENT,
    NOTIFY_ERRORS,
    SET_DEVICE_PERMISSIONS,
    SET_PROTOCOL_PERMISSIONS,
    RESET_AGENT_CONFIGURATION,
};

#define WHO_AM_I 0xffffffff
#define NUM_AGENTS 9

/* --- Discovery --- */

static void test_version(ScmiAgent *agent)
{
    ScmiMessage m = scmi_get(agent, SCMI_BASE, SCMI_PROTOCOL_VERSION, 1);

    g_assert_cmphex(m.word[0], ==, VERSION);
}

static void test_negotiate_version(ScmiAgent *agent)
{
    g_assert_cmpint(scmi_status(agent, SCMI_BASE,
                                SCMI_NEGOTIATE_PROTOCOL_VERSION, VERSION),
                    ==, SCMI_SUCCESS);
    g_assert_cmpint(scmi_status(agent, SCMI_BASE,
                                SCMI_NEGOTIATE_PROTOCOL_VERSION, 0x90000),
                    ==, SCMI_NOT_SUPPORTED);
}

static void test_vendor(ScmiAgent *agent)
{
    ScmiMessage vendor = scmi_get(agent, SCMI_BASE, DISCOVER_VENDOR, 4);
    ScmiMessage sub = scmi_get(agent, SCMI_BASE, DISCOVER_SUB_VENDOR, 4);
    g_autofree char *vendor_name = scmi_name(&vendor, 0, 4);
    g_autofree char *sub_name = scmi_name(&sub, 0, 4);

    g_assert_cmpstr(vendor_name, ==, "avps-ecu");
    g_assert_cmpstr(sub_name, ==, "virtual");
    scmi_get(agent, SCMI_BASE, DISCOVER_IMPLEMENTATION_VERSION, 1);
}

/* The list, its count in the attributes, and what answers are the same. */
static void test_protocols(ScmiAgent *agent)
{
    ScmiMessage attributes = scmi_get(agent, SCMI_BASE,
                                      SCMI_PROTOCOL_ATTRIBUTES, 1);
    unsigned num = attributes.word[0] & 0xff;
    ScmiMessage list = scmi_get(agent, SCMI_BASE, DISCOVER_LIST_PROTOCOLS,
                                1 + DIV_ROUND_UP(num, 4), 0);
    unsigned listed = 0;

    g_assert_cmpuint(attributes.word[0] >> 8, ==, NUM_AGENTS);
    g_assert_cmpuint(list.word[0], ==, num);
    for (unsigned id = SCMI_BASE + 1; id < 0x100; id++) {
        bool there = scmi_status(agent, id, SCMI_PROTOCOL_VERSION) ==
                     SCMI_SUCCESS;

        if (there) {
            g_assert_cmphex(list.word[1 + listed / 4] >> 8 * (listed % 4) &
                            0xff, ==, id);
            listed++;
        }
    }
    g_assert_cmpuint(listed, ==, num);
}

static void test_protocols_from_the_middle(ScmiAgent *agent)
{
    unsigned num = scmi_get(agent, SCMI_BASE, SCMI_PROTOCOL_ATTRIBUTES,
                            1).word[0] & 0xff;

    for (unsigned skip = 0; skip <= num; skip++) {
        ScmiMessage list = scmi_get(agent, SCMI_BASE, DISCOVER_LIST_PROTOCOLS,
                                    1 + DIV_ROUND_UP(num - skip, 4), skip);

        g_assert_cmpuint(list.word[0], ==, num - skip);
    }
    g_assert_cmpint(scmi_status(agent, SCMI_BASE, DISCOVER_LIST_PROTOCOLS,
                                num + 1), ==, SCMI_INVALID_PARAMETERS);
    g_assert_cmpint(scmi_status(agent, SCMI_BASE, DISCOVER_LIST_PROTOCOLS,
                                UINT32_MAX), ==, SCMI_INVALID_PARAMETERS);
}

static void test_agents(ScmiAgent *agent)
{
    static const char *const names[] = {
        "platform", "mailbox0", "mailbox1", "mailbox2", "mailbox3",
        "virtio0", "virtio1", "virtio2", "virtio3", "smc",
    };
    ScmiMessage self = scmi_get(agent, SCMI_BASE, DISCOVER_AGENT, 5,
                                WHO_AM_I);

    g_assert_cmpuint(self.word[0], ==, scmi_id(agent));
    for (unsigned id = 0; id < G_N_ELEMENTS(names); id++) {
        ScmiMessage m = scmi_get(agent, SCMI_BASE, DISCOVER_AGENT, 5, id);
        g_autofree char *name = scmi_name(&m, 1, 4);

        g_assert_cmpuint(m.word[0], ==, id);
        g_assert_cmpstr(name, ==, names[id]);
    }
    g_assert_cmpint(scmi_status(agent, SCMI_BASE, DISCOVER_AGENT,
                                G_N_ELEMENTS(names)), ==, SCMI_NOT_FOUND);
    g_assert_cmpint(scmi_status(agent, SCMI_BASE, DISCOVER_AGENT,
                                WHO_AM_I - 1), ==, SCMI_NOT_FOUND);
}

static void test_message_attributes(ScmiAgent *agent)
{
    for (unsigned message = 0; message <= RESET_AGENT_CONFIGURATION;
         message++) {
        ScmiMessage m = scmi_get(agent, SCMI_BASE,
                                 SCMI_PROTOCOL_MESSAGE_ATTRIBUTES, 1, message);

        g_assert_cmphex(m.word[0], ==, 0);
    }
    g_assert_cmpint(scmi_status(agent, SCMI_BASE,
                                SCMI_PROTOCOL_MESSAGE_ATTRIBUTES,
                                RESET_AGENT_CONFIGURATION + 1),
                    ==, SCMI_NOT_FOUND);
    g_assert_cmpint(scmi_status(agent, SCMI_BASE,
                                SCMI_PROTOCOL_MESSAGE_ATTRIBUTES, UINT32_MAX),
                    ==, SCMI_NOT_FOUND);
}

/* --- What every protocol has in common --- */

static void expect_status(ScmiAgent *agent, uint32_t header, int words,
                          int32_t status)
{
    uint8_t bytes[SCMI_RAW_MAX] = { 0 };
    ScmiMessage m;

    stl_le_p(bytes, header);
    scmi_begin_raw(agent, bytes, 4 + 4 * words);
    g_assert_true(scmi_end_raw(agent, &m));
    g_assert_cmphex(m.header, ==, header);
    /* To the library, what has the header of a notification has no status. */
    if (extract32(header, 8, 2) == SCMI_NOTIFICATION) {
        m.status = m.word[0];
    }
    g_assert_cmpint(m.status, ==, status);
}

/* The header comes back as it was, with any token. */
static void test_tokens(ScmiAgent *agent)
{
    for (unsigned token = 0; token < 1024; token += 33) {
        expect_status(agent, scmi_header(SCMI_BASE, SCMI_COMMAND,
                                         DISCOVER_VENDOR, token), 0,
                      SCMI_SUCCESS);
    }
}

/* An agent sends commands, and nothing else. */
static void test_types(ScmiAgent *agent)
{
    for (unsigned type = 1; type <= 3; type++) {
        expect_status(agent, scmi_header(SCMI_BASE, type, DISCOVER_VENDOR, 1),
                      0, SCMI_PROTOCOL_ERROR);
    }
}

static void test_reserved_bits(ScmiAgent *agent)
{
    for (int bit = 28; bit < 32; bit++) {
        expect_status(agent, scmi_header(SCMI_BASE, SCMI_COMMAND,
                                         DISCOVER_VENDOR, 1) | BIT(bit), 0,
                      SCMI_PROTOCOL_ERROR);
    }
}

static void test_number_of_words(ScmiAgent *agent)
{
    uint32_t agent_of = scmi_header(SCMI_BASE, SCMI_COMMAND, DISCOVER_AGENT,
                                    1);

    for (int words = 0; words <= SCMI_MAX_WORDS + 4; words++) {
        expect_status(agent, agent_of, words,
                      words == 1 ? SCMI_SUCCESS : SCMI_PROTOCOL_ERROR);
    }
}

static void test_unknown_protocols(ScmiAgent *agent)
{
    static const unsigned ids[] = { 0x00, 0x0f, 0x1a, 0x7f, 0x80, 0xff };

    for (size_t i = 0; i < G_N_ELEMENTS(ids); i++) {
        expect_status(agent, scmi_header(ids[i], SCMI_COMMAND,
                                         SCMI_PROTOCOL_VERSION, 1), 0,
                      SCMI_NOT_SUPPORTED);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    scmi_add_test("/scmi-base/version", test_version, NULL);
    scmi_add_test("/scmi-base/negotiate-version", test_negotiate_version,
                  NULL);
    scmi_add_test("/scmi-base/vendor", test_vendor, NULL);
    scmi_add_test("/scmi-base/protocols", test_protocols, NULL);
    scmi_add_test("/scmi-base/protocols-from-the-middle",
                  test_protocols_from_the_middle, NULL);
    scmi_add_test("/scmi-base/agents", test_agents, NULL);
    scmi_add_test("/scmi-base/message-attributes", test_message_attributes,
                  NULL);
    scmi_add_test("/scmi-base/tokens", test_tokens, NULL);
    scmi_add_test("/scmi-base/types", test_types, NULL);
    scmi_add_test("/scmi-base/reserved-bits", test_reserved_bits, NULL);
    scmi_add_test("/scmi-base/number-of-words", test_number_of_words, NULL);
    scmi_add_test("/scmi-base/unknown-protocols", test_unknown_protocols,
                  NULL);
    return g_test_run();
}
