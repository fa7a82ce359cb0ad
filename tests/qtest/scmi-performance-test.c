/*
 * avps-ecu qtest: performance levels of the system control processor
 *
 * Arm System Control and Management Interface (DEN0056) 3.2, sections 4.5
 * and 5.3.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/bitops.h"
#include "qemu/timer.h"
#include "qobject/qdict.h"
#include "tests/qtest/avps/migration.h"
#include "tests/qtest/avps/scmi.h"

enum {
    DOMAIN_ATTRIBUTES = 3,
    DESCRIBE_LEVELS,
    LIMITS_SET,
    LIMITS_GET,
    LEVEL_SET,
    LEVEL_GET,
    NOTIFY_LIMITS,
    NOTIFY_LEVEL,
    DESCRIBE_FASTCHANNEL,
    DOMAIN_NAME_GET,
    NUM_MESSAGES,
};

enum { LIMITS_CHANGED, LEVEL_CHANGED };

enum { CPUS, MEMORY, NUM_DOMAINS };

#define PATH(name) SCMI_PATH "/performance/" name

/* Where agent 1 has them; see test_fast_descriptions() */
#define FAST_LEVEL_SET 0x00
#define FAST_LEVEL_GET 0x04
#define FAST_LIMITS_SET 0x08
#define FAST_LIMITS_GET 0x10
#define FAST(domain, what) (0x8000 + (domain) * 0x20 + (what))

#define ask(agent, message, ...) \
    scmi_call(agent, SCMI_PERFORMANCE, message, __VA_ARGS__)
#define check(agent, want, message, ...) \
    g_assert_cmpint(ask(agent, message, __VA_ARGS__).status, ==, want)
#define succeed(agent, message, ...) \
    check(agent, SCMI_SUCCESS, message, __VA_ARGS__)

static uint32_t level(ScmiAgent *agent, unsigned domain)
{
    ScmiMessage m = ask(agent, LEVEL_GET, domain);

    g_assert_cmpint(m.status, ==, SCMI_SUCCESS);
    g_assert_cmpint(m.num_words, ==, 1);
    return m.word[0];
}

static void check_limits(ScmiAgent *agent, unsigned domain, uint32_t max,
                         uint32_t min)
{
    ScmiMessage m = ask(agent, LIMITS_GET, domain);

    g_assert_cmpint(m.num_words, ==, 2);
    g_assert_cmpint(m.word[0], ==, max);
    g_assert_cmpint(m.word[1], ==, min);
}

static void set_by_host(ScmiAgent *agent, const char *path,
                        const char *property, int value)
{
    qtest_qmp_assert_success(
        scmi_machine(agent), "{'execute': 'qom-set', 'arguments': {"
        "'path': %s, 'property': %s, 'value': %d}}", path, property, value);
}

static bool by_mailbox(const ScmiAgent *agent)
{
    return scmi_id(agent) <= 4;
}

/* --- Descriptions --- */

static void test_attributes(ScmiAgent *agent)
{
    ScmiMessage m = scmi_send(agent, SCMI_PERFORMANCE,
                              SCMI_PROTOCOL_ATTRIBUTES, NULL, 0);

    g_assert_cmpint(m.num_words, ==, 4);
    g_assert_cmphex(m.word[0], ==, NUM_DOMAINS | BIT(17));
    g_assert_cmphex(m.word[1] | m.word[2] | m.word[3], ==, 0);
    m = scmi_send(agent, SCMI_PERFORMANCE, SCMI_PROTOCOL_VERSION, NULL, 0);
    g_assert_cmphex(m.word[0], ==, 0x40000);
    for (unsigned i = DOMAIN_ATTRIBUTES; i < NUM_MESSAGES; i++) {
        bool fast = i >= LIMITS_SET && i <= LEVEL_GET && by_mailbox(agent);

        m = ask(agent, SCMI_PROTOCOL_MESSAGE_ATTRIBUTES, i);
        g_assert_cmpint(m.status, ==, SCMI_SUCCESS);
        g_assert_cmphex(m.word[0], ==, fast);
    }
    check(agent, SCMI_NOT_FOUND, SCMI_PROTOCOL_MESSAGE_ATTRIBUTES,
          NUM_MESSAGES);
}

static void check_domain(ScmiAgent *agent, unsigned domain, bool indexed,
                         uint32_t khz, uint32_t sustained, const char *name)
{
    ScmiMessage m = ask(agent, DOMAIN_ATTRIBUTES, domain);
    g_autofree char *short_name = scmi_name(&m, 4, 4);
    g_autofree char *long_name = NULL;

    g_assert_cmpint(m.num_words, ==, 8);
    g_assert_cmphex(m.word[0], ==, 0xf0000000 | by_mailbox(agent) << 27 |
                    indexed << 25);
    g_assert_cmpint(m.word[1], ==, 0);
    g_assert_cmpint(m.word[2], ==, khz);
    g_assert_cmpint(m.word[3], ==, sustained);
    g_assert_cmpstr(short_name, ==, name);
    m = ask(agent, DOMAIN_NAME_GET, domain);
    long_name = scmi_name(&m, 1, 16);
    g_assert_cmpint(m.num_words, ==, 17);
    g_assert_cmpstr(long_name, ==, name);
}

static void test_domains(ScmiAgent *agent)
{
    check_domain(agent, CPUS, true, 1000000, 512, "cpus");
    check_domain(agent, MEMORY, false, 1600000, 1600, "memory");
    check(agent, SCMI_NOT_FOUND, DOMAIN_ATTRIBUTES, NUM_DOMAINS);
    check(agent, SCMI_NOT_FOUND, DOMAIN_NAME_GET, NUM_DOMAINS);
    check(agent, SCMI_PROTOCOL_ERROR, DOMAIN_ATTRIBUTES, CPUS, 0);
}

static void test_levels(ScmiAgent *agent)
{
    ScmiMessage m = ask(agent, DESCRIBE_LEVELS, CPUS, 0);

    g_assert_cmphex(m.word[0], ==, 4);
    g_assert_cmpint(m.num_words, ==, 1 + 4 * 5);
    for (unsigned i = 0; i < 4; i++) {
        const uint32_t *entry = &m.word[1 + 5 * i];

        g_assert_cmpint(entry[0], ==, 128 << i);
        g_assert_cmpint(entry[1], >, i ? entry[-4] : 0);
        g_assert_cmphex(entry[2] >> 16, ==, 0);
        g_assert_cmpint(entry[3], ==, 250000 << i);
        g_assert_cmpint(entry[4], ==, i + 1);
    }
    m = ask(agent, DESCRIBE_LEVELS, MEMORY, 1);
    g_assert_cmphex(m.word[0], ==, 2);
    g_assert_cmpint(m.word[1], ==, 1600);
    g_assert_cmpint(m.word[6], ==, 3200);
    check(agent, SCMI_INVALID_PARAMETERS, DESCRIBE_LEVELS, CPUS, 4);
    check(agent, SCMI_INVALID_PARAMETERS, DESCRIBE_LEVELS, CPUS, UINT32_MAX);
    check(agent, SCMI_NOT_FOUND, DESCRIBE_LEVELS, NUM_DOMAINS, 0);
}

/* --- Levels and limits --- */

static void test_set_level(ScmiAgent *agent)
{
    g_assert_cmpint(level(agent, CPUS), ==, 4);
    g_assert_cmpint(level(agent, MEMORY), ==, 3200);
    for (unsigned i = 1; i <= 4; i++) {
        succeed(agent, LEVEL_SET, CPUS, i);
        g_assert_cmpint(level(agent, CPUS), ==, i);
        g_assert_cmpint(qom_get_uint(scmi_machine(agent), PATH("cpus"),
                                     "frequency-khz"), ==, 125000 << i);
    }
    succeed(agent, LEVEL_SET, MEMORY, 800);
    g_assert_cmpint(level(agent, MEMORY), ==, 800);
    g_assert_cmpint(level(agent, CPUS), ==, 4);
}

static void test_level_errors(ScmiAgent *agent)
{
    check(agent, SCMI_OUT_OF_RANGE, LEVEL_SET, CPUS, 0);
    check(agent, SCMI_OUT_OF_RANGE, LEVEL_SET, CPUS, 5);
    check(agent, SCMI_OUT_OF_RANGE, LEVEL_SET, CPUS, UINT32_MAX);
    check(agent, SCMI_OUT_OF_RANGE, LEVEL_SET, MEMORY, 799);
    check(agent, SCMI_OUT_OF_RANGE, LEVEL_SET, MEMORY, 3201);
    check(agent, SCMI_INVALID_PARAMETERS, LEVEL_SET, MEMORY, 1601);
    check(agent, SCMI_NOT_FOUND, LEVEL_SET, NUM_DOMAINS, 1);
    check(agent, SCMI_NOT_FOUND, LEVEL_GET, NUM_DOMAINS);
    g_assert_cmpint(level(agent, CPUS), ==, 4);
    g_assert_cmpint(level(agent, MEMORY), ==, 3200);
}

static void test_limits(ScmiAgent *agent)
{
    check_limits(agent, CPUS, 4, 1);
    check_limits(agent, MEMORY, 3200, 800);
    succeed(agent, LIMITS_SET, CPUS, 3, 2);
    check_limits(agent, CPUS, 3, 2);
    g_assert_cmpint(level(agent, CPUS), ==, 3);
    check(agent, SCMI_OUT_OF_RANGE, LEVEL_SET, CPUS, 4);
    check(agent, SCMI_OUT_OF_RANGE, LEVEL_SET, CPUS, 1);
    succeed(agent, LEVEL_SET, CPUS, 2);
    succeed(agent, LIMITS_SET, CPUS, 4, 3);
    g_assert_cmpint(level(agent, CPUS), ==, 3);
    /* 0 leaves one of them */
    succeed(agent, LIMITS_SET, CPUS, 0, 1);
    check_limits(agent, CPUS, 4, 1);
    g_assert_cmpint(level(agent, CPUS), ==, 2);
    succeed(agent, LIMITS_SET, CPUS, 1, 0);
    check_limits(agent, CPUS, 1, 1);
    /* Between two levels */
    succeed(agent, LIMITS_SET, MEMORY, 3000, 900);
    check_limits(agent, MEMORY, 3000, 900);
    g_assert_cmpint(level(agent, MEMORY), ==, 1600);
}

static void test_limit_errors(ScmiAgent *agent)
{
    check(agent, SCMI_OUT_OF_RANGE, LIMITS_SET, CPUS, 0, 0);
    check(agent, SCMI_OUT_OF_RANGE, LIMITS_SET, CPUS, 5, 1);
    check(agent, SCMI_OUT_OF_RANGE, LIMITS_SET, MEMORY, 3201, 800);
    check(agent, SCMI_OUT_OF_RANGE, LIMITS_SET, MEMORY, 3200, 799);
    check(agent, SCMI_INVALID_PARAMETERS, LIMITS_SET, MEMORY, 800, 3200);
    succeed(agent, LIMITS_SET, CPUS, 2, 0);
    check(agent, SCMI_INVALID_PARAMETERS, LIMITS_SET, CPUS, 0, 3);
    check(agent, SCMI_NOT_FOUND, LIMITS_SET, NUM_DOMAINS, 2, 1);
    check(agent, SCMI_NOT_FOUND, LIMITS_GET, NUM_DOMAINS);
    check_limits(agent, CPUS, 2, 1);
    check_limits(agent, MEMORY, 3200, 800);
}

/* --- Notifications --- */

static void check_level_event(ScmiAgent *agent, unsigned cause,
                              unsigned domain, uint32_t want)
{
    ScmiMessage m = scmi_wait_notification(agent, SCMI_PERFORMANCE,
                                           LEVEL_CHANGED);

    g_assert_cmpint(m.num_words, ==, 3);
    g_assert_cmpint(m.word[0], ==, cause);
    g_assert_cmpint(m.word[1], ==, domain);
    g_assert_cmpint(m.word[2], ==, want);
}

static void check_limits_event(ScmiAgent *agent, unsigned cause,
                               unsigned domain, uint32_t max, uint32_t min)
{
    ScmiMessage m = scmi_wait_notification(agent, SCMI_PERFORMANCE,
                                           LIMITS_CHANGED);

    g_assert_cmpint(m.num_words, ==, 4);
    g_assert_cmpint(m.word[0], ==, cause);
    g_assert_cmpint(m.word[1], ==, domain);
    g_assert_cmpint(m.word[2], ==, max);
    g_assert_cmpint(m.word[3], ==, min);
}

static void test_notifications(ScmiAgent *agent)
{
    unsigned self = scmi_id(agent);

    succeed(agent, LEVEL_SET, CPUS, 3);
    scmi_check_no_event(agent, SCALE_MS);
    succeed(agent, NOTIFY_LEVEL, CPUS, 1);
    succeed(agent, NOTIFY_LIMITS, CPUS, 1);
    succeed(agent, LEVEL_SET, CPUS, 2);
    check_level_event(agent, self, CPUS, 2);
    /* What changes nothing, and another domain */
    succeed(agent, LEVEL_SET, CPUS, 2);
    succeed(agent, LEVEL_SET, MEMORY, 800);
    scmi_check_no_event(agent, SCALE_MS);
    succeed(agent, LIMITS_SET, CPUS, 1, 1);
    check_limits_event(agent, self, CPUS, 1, 1);
    check_level_event(agent, self, CPUS, 1);
    /* By the host */
    succeed(agent, LIMITS_SET, CPUS, 4, 1);
    check_limits_event(agent, self, CPUS, 4, 1);
    check_level_event(agent, self, CPUS, 2);
    set_by_host(agent, PATH("cpus"), "min-level", 4);
    check_limits_event(agent, 0, CPUS, 4, 4);
    check_level_event(agent, 0, CPUS, 4);
    succeed(agent, NOTIFY_LEVEL, CPUS, 0);
    succeed(agent, NOTIFY_LIMITS, CPUS, 0);
    set_by_host(agent, PATH("cpus"), "min-level", 1);
    scmi_check_no_event(agent, SCALE_MS);
}

static void test_notify_errors(ScmiAgent *agent)
{
    check(agent, SCMI_INVALID_PARAMETERS, NOTIFY_LEVEL, CPUS, 0xff);
    check(agent, SCMI_INVALID_PARAMETERS, NOTIFY_LIMITS, CPUS, 2);
    check(agent, SCMI_NOT_FOUND, NOTIFY_LEVEL, NUM_DOMAINS, 1);
    check(agent, SCMI_NOT_FOUND, NOTIFY_LIMITS, NUM_DOMAINS, 1);
}

/* --- Agents --- */

#define CORES_DEVICE 1
#define SET_DEVICE_PERMISSIONS 9
#define RESET_AGENT_CONFIGURATION 11

static void permit(ScmiAgent *trusted, unsigned agent, bool allow)
{
    g_assert_cmpint(scmi_status(trusted, SCMI_BASE, SET_DEVICE_PERMISSIONS,
                                agent, CORES_DEVICE, allow), ==, SCMI_SUCCESS);
}

/* The highest level that anybody asks for, within the limits of all */
static void test_arbitration(void)
{
    QTestState *qts = machine_start("");
    ScmiAgent *first = scmi_open(qts, 1), *second = scmi_open(qts, 2);

    permit(first, 2, true);
    succeed(first, LEVEL_SET, CPUS, 1);
    g_assert_cmpint(level(first, CPUS), ==, 1);
    succeed(second, LEVEL_SET, CPUS, 3);
    g_assert_cmpint(level(first, CPUS), ==, 3);
    succeed(first, LEVEL_SET, CPUS, 2);
    g_assert_cmpint(level(first, CPUS), ==, 3);
    succeed(second, LIMITS_SET, CPUS, 2, 1);
    g_assert_cmpint(level(first, CPUS), ==, 2);
    succeed(first, LIMITS_SET, CPUS, 4, 3);
    /* The lowest maximum wins */
    check_limits(first, CPUS, 2, 2);
    g_assert_cmpint(level(first, CPUS), ==, 2);
    g_assert_cmpint(scmi_status(first, SCMI_BASE, RESET_AGENT_CONFIGURATION,
                                2, 0), ==, SCMI_SUCCESS);
    check_limits(first, CPUS, 4, 3);
    g_assert_cmpint(level(first, CPUS), ==, 3);
    scmi_close(first);
    scmi_close(second);
    qtest_quit(qts);
}

static void test_permission(void)
{
    QTestState *qts = machine_start("");
    ScmiAgent *first = scmi_open(qts, 1), *second = scmi_open(qts, 2);

    check(second, SCMI_DENIED, LEVEL_GET, CPUS);
    permit(first, 2, true);
    g_assert_cmpint(level(second, CPUS), ==, 4);
    /* The processors, but not the memory */
    check(second, SCMI_NOT_FOUND, DOMAIN_ATTRIBUTES, MEMORY);
    check(second, SCMI_NOT_FOUND, DESCRIBE_LEVELS, MEMORY, 0);
    check(second, SCMI_NOT_FOUND, DOMAIN_NAME_GET, MEMORY);
    check(second, SCMI_NOT_FOUND, DESCRIBE_FASTCHANNEL, MEMORY, LEVEL_SET);
    check(second, SCMI_DENIED, LEVEL_SET, MEMORY, 800);
    check(second, SCMI_DENIED, LEVEL_GET, MEMORY);
    check(second, SCMI_DENIED, LIMITS_SET, MEMORY, 800, 800);
    check(second, SCMI_DENIED, LIMITS_GET, MEMORY);
    check(second, SCMI_DENIED, NOTIFY_LEVEL, MEMORY, 1);
    check(second, SCMI_DENIED, NOTIFY_LIMITS, MEMORY, 1);
    g_assert_cmpint(level(first, MEMORY), ==, 3200);
    scmi_close(first);
    scmi_close(second);
    qtest_quit(qts);
}

/* --- Fast channels --- */

static void check_fast(ScmiAgent *agent, unsigned domain, unsigned message,
                       uint64_t offset, unsigned size)
{
    ScmiMessage m = ask(agent, DESCRIBE_FASTCHANNEL, domain, message);

    g_assert_cmpint(m.status, ==, SCMI_SUCCESS);
    g_assert_cmpint(m.num_words, ==, 11);
    g_assert_cmphex(m.word[0], ==, 0);
    g_assert_cmphex(m.word[1], ==, 0);
    g_assert_cmphex(scmi_u64(&m, 2), ==, scmi_shared(scmi_id(agent), offset));
    g_assert_cmpint(m.word[4], ==, size);
    for (unsigned i = 5; i < 11; i++) {
        g_assert_cmphex(m.word[i], ==, 0);
    }
}

static void test_fast_descriptions(void)
{
    QTestState *qts = machine_start("");
    ScmiAgent *agent = scmi_open(qts, 1);

    for (unsigned domain = 0; domain < NUM_DOMAINS; domain++) {
        check_fast(agent, domain, LEVEL_SET, FAST(domain, FAST_LEVEL_SET), 4);
        check_fast(agent, domain, LEVEL_GET, FAST(domain, FAST_LEVEL_GET), 4);
        check_fast(agent, domain, LIMITS_SET, FAST(domain, FAST_LIMITS_SET),
                   8);
        check_fast(agent, domain, LIMITS_GET, FAST(domain, FAST_LIMITS_GET),
                   8);
    }
    for (unsigned message = 0; message <= DESCRIBE_LEVELS; message++) {
        check(agent, SCMI_NOT_SUPPORTED, DESCRIBE_FASTCHANNEL, CPUS, message);
    }
    check(agent, SCMI_NOT_FOUND, DESCRIBE_FASTCHANNEL, CPUS, NUM_MESSAGES);
    check(agent, SCMI_NOT_FOUND, DESCRIBE_FASTCHANNEL, CPUS, UINT32_MAX);
    check(agent, SCMI_NOT_FOUND, DESCRIBE_FASTCHANNEL, NUM_DOMAINS, LEVEL_SET);
    scmi_close(agent);
    qtest_quit(qts);
}

/* VIRTIO has no shared memory for them. */
static void test_no_fast_channels(ScmiAgent *agent)
{
    if (!by_mailbox(agent)) {
        check(agent, SCMI_NOT_SUPPORTED, DESCRIBE_FASTCHANNEL, CPUS,
              LEVEL_SET);
    }
}

static uint32_t fast_read(ScmiAgent *agent, uint64_t offset)
{
    return qtest_readl(scmi_machine(agent),
                       scmi_shared(scmi_id(agent), offset));
}

static void fast_write(ScmiAgent *agent, uint64_t offset, uint32_t value)
{
    qtest_writel(scmi_machine(agent), scmi_shared(scmi_id(agent), offset),
                 value);
}

static void test_fast_levels(void)
{
    QTestState *qts = machine_start("");
    ScmiAgent *agent = scmi_open(qts, 1);

    g_assert_cmpint(fast_read(agent, FAST(CPUS, FAST_LEVEL_GET)), ==, 4);
    g_assert_cmpint(fast_read(agent, FAST(MEMORY, FAST_LEVEL_GET)), ==, 3200);
    succeed(agent, NOTIFY_LEVEL, CPUS, 1);
    fast_write(agent, FAST(CPUS, FAST_LEVEL_SET), 2);
    g_assert_cmpint(fast_read(agent, FAST(CPUS, FAST_LEVEL_GET)), ==, 2);
    g_assert_cmpint(level(agent, CPUS), ==, 2);
    check_level_event(agent, 1, CPUS, 2);
    /* What cannot be done is ignored */
    fast_write(agent, FAST(CPUS, FAST_LEVEL_SET), 5);
    fast_write(agent, FAST(CPUS, FAST_LEVEL_SET), 0);
    fast_write(agent, FAST(CPUS, FAST_LEVEL_GET), 1);
    g_assert_cmpint(level(agent, CPUS), ==, 2);
    scmi_close(agent);
    qtest_quit(qts);
}

static void test_fast_limits(void)
{
    QTestState *qts = machine_start("");
    ScmiAgent *agent = scmi_open(qts, 1);

    /* Nothing happens before the minimum is written, too. */
    fast_write(agent, FAST(CPUS, FAST_LIMITS_SET), 3);
    check_limits(agent, CPUS, 4, 1);
    fast_write(agent, FAST(CPUS, FAST_LIMITS_SET) + 4, 2);
    check_limits(agent, CPUS, 3, 2);
    g_assert_cmpint(fast_read(agent, FAST(CPUS, FAST_LIMITS_GET)), ==, 3);
    g_assert_cmpint(fast_read(agent, FAST(CPUS, FAST_LIMITS_GET) + 4), ==, 2);
    /* Without a maximum, the one that was set meanwhile stays. */
    succeed(agent, LIMITS_SET, CPUS, 4, 2);
    fast_write(agent, FAST(CPUS, FAST_LIMITS_SET) + 4, 1);
    check_limits(agent, CPUS, 4, 1);
    /* At once */
    qtest_writeq(qts, scmi_shared(1, FAST(MEMORY, FAST_LIMITS_SET)),
                 1600ull << 32 | 1600);
    check_limits(agent, MEMORY, 1600, 1600);
    g_assert_cmphex(qtest_readq(qts,
                                scmi_shared(1, FAST(MEMORY, FAST_LIMITS_GET))),
                    ==, 1600ull << 32 | 1600);
    scmi_close(agent);
    qtest_quit(qts);
}

/* Each agent has its own, and no others. */
static void test_fast_permission(void)
{
    QTestState *qts = machine_start("");
    ScmiAgent *first = scmi_open(qts, 1), *second = scmi_open(qts, 2);

    g_assert_cmpint(fast_read(second, FAST(CPUS, FAST_LEVEL_GET)), ==, 0);
    fast_write(second, FAST(CPUS, FAST_LEVEL_SET), 1);
    g_assert_cmpint(level(first, CPUS), ==, 4);
    permit(first, 2, true);
    fast_write(second, FAST(CPUS, FAST_LEVEL_SET), 1);
    g_assert_cmpint(level(first, CPUS), ==, 1);
    /* Beyond the channels: nothing */
    for (uint64_t offset = 0x8000; offset < 0x10000; offset += 0xffc) {
        fast_write(second, offset & ~3ull, UINT32_MAX);
        fast_read(second, offset & ~3ull);
    }
    g_assert_cmpint(level(first, CPUS), ==, 1);
    scmi_close(first);
    scmi_close(second);
    qtest_quit(qts);
}

/* --- Reset, save and load, the host --- */

static void test_reset(ScmiAgent *agent)
{
    succeed(agent, LEVEL_SET, CPUS, 1);
    succeed(agent, LIMITS_SET, MEMORY, 800, 800);
    succeed(agent, NOTIFY_LEVEL, CPUS, 1);
    set_by_host(agent, PATH("cpus"), "max-level", 2);
    qtest_system_reset(scmi_machine(agent));
    scmi_reopen(agent);
    g_assert_cmpint(level(agent, CPUS), ==, 4);
    check_limits(agent, MEMORY, 3200, 800);
    check_limits(agent, CPUS, 4, 1);
    succeed(agent, LEVEL_SET, CPUS, 1);
    scmi_check_no_event(agent, SCALE_MS);
}

static void test_save_and_load(void)
{
    QTestState *qts = machine_start("");
    ScmiAgent *agent = scmi_open(qts, 1);

    succeed(agent, LEVEL_SET, CPUS, 3);
    succeed(agent, LIMITS_SET, MEMORY, 1600, 1600);
    succeed(agent, NOTIFY_LEVEL, CPUS, 1);
    fast_write(agent, FAST(CPUS, FAST_LIMITS_SET), 2);
    qts = machine_through_a_file(qts, "");
    qtest_qmp_assert_success(qts, "{'execute': 'cont'}");
    scmi_move(agent, qts);
    g_assert_cmpint(level(agent, CPUS), ==, 3);
    check_limits(agent, MEMORY, 1600, 1600);
    fast_write(agent, FAST(CPUS, FAST_LIMITS_SET) + 4, 1);
    check_limits(agent, CPUS, 2, 1);
    check_level_event(agent, 1, CPUS, 2);
    scmi_close(agent);
    qtest_quit(qts);
}

static void test_host(ScmiAgent *agent)
{
    QDict *reply;

    set_by_host(agent, PATH("cpus"), "level", 2);
    g_assert_cmpint(level(agent, CPUS), ==, 2);
    g_assert_cmpint(qom_get_uint(scmi_machine(agent), PATH("cpus"),
                                 "frequency-khz"), ==, 500000);
    /* Until an agent asks, whatever it asked for before */
    succeed(agent, LEVEL_SET, CPUS, 3);
    g_assert_cmpint(level(agent, CPUS), ==, 3);
    set_by_host(agent, PATH("cpus"), "level", 2);
    g_assert_cmpint(level(agent, CPUS), ==, 2);
    succeed(agent, LEVEL_SET, CPUS, 1);
    g_assert_cmpint(qom_get_uint(scmi_machine(agent), PATH("cpus"), "level"),
                    ==, 1);
    set_by_host(agent, PATH("memory"), "max-level", 1600);
    g_assert_cmpint(level(agent, MEMORY), ==, 1600);
    check(agent, SCMI_OUT_OF_RANGE, LEVEL_SET, MEMORY, 3200);
    reply = qtest_qmp(scmi_machine(agent), "{'execute': 'qom-set', "
                      "'arguments': {'path': %s, 'property': 'level', "
                      "'value': 9}}", PATH("cpus"));
    g_assert_nonnull(strstr(qdict_get_str(qdict_get_qdict(reply, "error"),
                                          "desc"), "from 1 to 4"));
    qobject_unref(reply);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    scmi_add_test("/scmi-performance/attributes", test_attributes, NULL);
    scmi_add_test("/scmi-performance/domains", test_domains, NULL);
    scmi_add_test("/scmi-performance/levels", test_levels, NULL);
    scmi_add_test("/scmi-performance/set-level", test_set_level, NULL);
    scmi_add_test("/scmi-performance/level-errors", test_level_errors, NULL);
    scmi_add_test("/scmi-performance/limits", test_limits, NULL);
    scmi_add_test("/scmi-performance/limit-errors", test_limit_errors, NULL);
    scmi_add_test("/scmi-performance/notifications", test_notifications,
                  NULL);
    scmi_add_test("/scmi-performance/notify-errors", test_notify_errors,
                  NULL);
    qtest_add_func("/scmi-performance/arbitration", test_arbitration);
    qtest_add_func("/scmi-performance/permission", test_permission);
    qtest_add_func("/scmi-performance/fast-descriptions",
                   test_fast_descriptions);
    scmi_add_test("/scmi-performance/no-fast-channels", test_no_fast_channels,
                  NULL);
    qtest_add_func("/scmi-performance/fast-levels", test_fast_levels);
    qtest_add_func("/scmi-performance/fast-limits", test_fast_limits);
    qtest_add_func("/scmi-performance/fast-permission", test_fast_permission);
    scmi_add_test("/scmi-performance/reset", test_reset, NULL);
    qtest_add_func("/scmi-performance/save-and-load", test_save_and_load);
    scmi_add_test("/scmi-performance/host", test_host, NULL);
    return g_test_run();
}
