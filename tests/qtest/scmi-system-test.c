/*
 * avps-ecu qtest: SCMI's system power (hw/avps/scmi/system_power.c)
 *
 * Arm System Control and Management Interface (DEN0056) 3.2, section 4.4.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/timer.h"
#include "qobject/qdict.h"
#include "tests/qtest/avps/migration.h"
#include "tests/qtest/avps/scmi-domain.h"

#define VERSION 0x20001

enum {
    STATE_SET = 3,
    STATE_GET = 4,
    NOTIFY = 5,
};

/* Notification */
enum { NOTIFIER = 0 };

enum { SHUTDOWN, COLD_RESET, WARM_RESET, POWER_UP, SUSPEND };

#define FORCEFUL 0
#define GRACEFUL 1
#define TIMEOUT_MS 5000

/* Attributes of STATE_SET: warm reset and suspend are there */
#define SET_ATTRIBUTES 0xc0000000

/* So that the test can see a machine that was shut down */
#define STAY "-no-shutdown"

/* Of the power controller, see power-test.c */
#define RESET_REASON reg("power", 0x010)
#define SCRATCH0 reg("power", 0x040)
#define SCRATCH_VALUE 0x5ca1ab1e
enum { REASON_SOFTWARE = 1, REASON_WARM = 2 };

static const ScmiRow rows[] = {
    { STATE_SET, 2, 2, -1, false, SET_ATTRIBUTES },
    { STATE_GET, 0, 0, -1, false },
    { NOTIFY, 1, 1, -1, false },
};

static int32_t try_state(ScmiAgent *agent, uint32_t flags, uint32_t state)
{
    return scmi_status(agent, SCMI_SYSTEM_POWER, STATE_SET, flags, state);
}

static void set(ScmiAgent *agent, uint32_t flags, uint32_t state)
{
    g_assert_cmpint(try_state(agent, flags, state), ==, SCMI_SUCCESS);
}

/* The same, for what ends the machine, perhaps before the response is seen */
static void go(ScmiAgent *agent, uint32_t flags, uint32_t state)
{
    scmi_begin(agent, SCMI_SYSTEM_POWER, STATE_SET, SCMI_LIST(flags, state),
               2);
}

static void subscribe(ScmiAgent *agent, bool enable)
{
    g_assert_cmpint(scmi_status(agent, SCMI_SYSTEM_POWER, NOTIFY, enable), ==,
                    SCMI_SUCCESS);
}

static void check_event(ScmiAgent *agent, unsigned cause, uint32_t flags,
                        uint32_t state, uint32_t timeout_ms)
{
    scmi_check_words(scmi_wait_notification(agent, SCMI_SYSTEM_POWER,
                                            NOTIFIER), cause, flags, state,
                     timeout_ms);
}

static void check_request(ScmiAgent *agent, const char *request)
{
    scmi_check_host_string(agent, "/system", "request", request);
}

static void check_shut_down(ScmiAgent *agent)
{
    QTestState *qts = scmi_machine(agent);
    QDict *event = qtest_qmp_eventwait_ref(qts, "SHUTDOWN");
    QDict *data = qdict_get_qdict(event, "data");

    g_assert_cmpstr(qdict_get_str(data, "reason"), ==, "guest-shutdown");
    qobject_unref(event);
}

/* Does the machine run, and was it not reset? */
static void check_nothing_happened(ScmiAgent *agent)
{
    QTestState *qts = scmi_machine(agent);
    QDict *reply = qtest_qmp(qts, "{'execute': 'query-status'}");
    QDict *status = qdict_get_qdict(reply, "return");

    g_assert_cmpstr(qdict_get_str(status, "status"), ==, "running");
    qobject_unref(reply);
    g_assert_cmphex(qtest_readl(qts, SCRATCH0), ==, SCRATCH_VALUE);
    g_assert_cmphex(qtest_readl(qts, RESET_REASON), ==, 0);
}

static void mark(ScmiAgent *agent)
{
    qtest_writel(scmi_machine(agent), SCRATCH0, SCRATCH_VALUE);
}

/* --- Messages --- */

static void test_messages(ScmiAgent *agent)
{
    mark(agent);
    scmi_check_messages(agent, SCMI_SYSTEM_POWER, VERSION, rows,
                        G_N_ELEMENTS(rows));
    scmi_check_words(scmi_call(agent, SCMI_SYSTEM_POWER,
                               SCMI_PROTOCOL_ATTRIBUTES), 0);
    check_nothing_happened(agent);
}

static void test_forbidden(ScmiAgent *agent)
{
    mark(agent);
    scmi_check_forbidden(agent, SCMI_SYSTEM_POWER, rows, G_N_ELEMENTS(rows),
                         0);
    check_nothing_happened(agent);
}

static void test_state(ScmiAgent *agent)
{
    scmi_check_words(scmi_call(agent, SCMI_SYSTEM_POWER, STATE_GET),
                     POWER_UP);
}

static void test_bad_parameters(ScmiAgent *agent)
{
    mark(agent);
    for (uint32_t state = SHUTDOWN; state <= SUSPEND; state++) {
        for (unsigned bit = 1; bit < 32; bit++) {
            g_assert_cmpint(try_state(agent, 1u << bit, state), ==,
                            SCMI_INVALID_PARAMETERS);
        }
    }
    for (uint32_t flags = FORCEFUL; flags <= GRACEFUL; flags++) {
        g_assert_cmpint(try_state(agent, flags, SUSPEND + 1), ==,
                        SCMI_INVALID_PARAMETERS);
        g_assert_cmpint(try_state(agent, flags, 0x7fffffff), ==,
                        SCMI_INVALID_PARAMETERS);
        /* Of a vendor that has none, and of a system that is on */
        g_assert_cmpint(try_state(agent, flags, 0x80000000), ==,
                        SCMI_NOT_SUPPORTED);
        g_assert_cmpint(try_state(agent, flags, UINT32_MAX), ==,
                        SCMI_NOT_SUPPORTED);
        g_assert_cmpint(try_state(agent, flags, POWER_UP), ==,
                        SCMI_NOT_SUPPORTED);
    }
    for (unsigned bit = 1; bit < 32; bit++) {
        g_assert_cmpint(scmi_status(agent, SCMI_SYSTEM_POWER, NOTIFY,
                                    1u << bit), ==, SCMI_INVALID_PARAMETERS);
    }
    check_nothing_happened(agent);
}

/* --- Forceful requests --- */

static void test_shutdown(ScmiAgent *agent)
{
    go(agent, FORCEFUL, SHUTDOWN);
    check_shut_down(agent);
}

static void check_reset(ScmiAgent *agent, uint32_t state, uint32_t reason,
                        uint32_t scratch)
{
    QTestState *qts = scmi_machine(agent);

    mark(agent);
    go(agent, FORCEFUL, state);
    qtest_qmp_eventwait(qts, "RESET");
    g_assert_cmphex(qtest_readl(qts, RESET_REASON), ==, reason);
    g_assert_cmphex(qtest_readl(qts, SCRATCH0), ==, scratch);
}

static void test_cold_reset(ScmiAgent *agent)
{
    check_reset(agent, COLD_RESET, REASON_SOFTWARE, 0);
}

static void test_warm_reset(ScmiAgent *agent)
{
    check_reset(agent, WARM_RESET, REASON_WARM, SCRATCH_VALUE);
}

/* The core that is on last suspends the system, by PSCI. */
static void test_suspend(ScmiAgent *agent)
{
    ScmiAgent *second = scmi_open_second(agent, "system");

    mark(agent);
    g_assert_cmpint(try_state(agent, FORCEFUL, SUSPEND), ==,
                    SCMI_NOT_SUPPORTED);
    g_assert_cmpint(try_state(agent, GRACEFUL, SUSPEND), ==,
                    SCMI_NOT_SUPPORTED);
    subscribe(second, true);
    set(agent, GRACEFUL, SUSPEND);
    check_event(second, scmi_id(agent), GRACEFUL, SUSPEND, 0);
    check_request(agent, "none");
    check_nothing_happened(agent);
    scmi_close(second);
}

static void test_forceful_is_told(ScmiAgent *agent)
{
    ScmiAgent *second = scmi_open_second(agent, "system");

    subscribe(agent, true);
    subscribe(second, true);
    go(second, FORCEFUL, SHUTDOWN);
    check_event(agent, SCMI_GUEST_AGENT, FORCEFUL, SHUTDOWN, 0);
    scmi_check_no_event(second, 0);
    check_shut_down(agent);
    scmi_close(second);
}

/* --- Graceful requests --- */

/* Those who listen are told, and nothing else happens for now. */
static void test_graceful(ScmiAgent *agent)
{
    ScmiAgent *second = scmi_open_second(agent, "system");
    static const char *const requests[] = {
        "shutdown", "cold-reset", "warm-reset"
    };

    mark(agent);
    subscribe(second, true);
    for (uint32_t state = SHUTDOWN; state <= WARM_RESET; state++) {
        set(agent, GRACEFUL, state);
        check_event(second, scmi_id(agent), GRACEFUL, state, 0);
        check_request(agent, requests[state]);
    }
    /* No time was given: one may wait for ever */
    scmi_check_no_event(agent, 3600 * NANOSECONDS_PER_SECOND);
    check_nothing_happened(agent);
    check_request(agent, "warm-reset");
    scmi_close(second);
}

static void test_graceful_to_nobody(ScmiAgent *agent)
{
    go(agent, GRACEFUL, SHUTDOWN);
    check_shut_down(agent);
}

/* Its sender is not asked. */
static void test_graceful_to_oneself(ScmiAgent *agent)
{
    subscribe(agent, true);
    go(agent, GRACEFUL, SHUTDOWN);
    scmi_check_no_event(agent, 0);
    check_shut_down(agent);
}

/* An agent that lost its permission is nobody, too. */
static void test_graceful_without_permission(ScmiAgent *agent)
{
    ScmiAgent *second = scmi_open_second(agent, "system");

    subscribe(second, true);
    scmi_host_set_string(agent, "/mailbox1", "deny", "system");
    go(agent, GRACEFUL, SHUTDOWN);
    scmi_check_no_event(second, 0);
    check_shut_down(agent);
    scmi_close(second);
}

static void test_timeout(ScmiAgent *agent)
{
    QTestState *qts = scmi_machine(agent);
    ScmiAgent *second = scmi_open_second(agent, "system");

    mark(agent);
    subscribe(second, true);
    scmi_host_set_int(agent, "/system", "timeout-ms", TIMEOUT_MS);
    set(agent, GRACEFUL, SHUTDOWN);
    check_event(second, scmi_id(agent), GRACEFUL, SHUTDOWN, TIMEOUT_MS);
    scmi_check_no_event(second, TIMEOUT_MS * (int64_t)SCALE_MS - 1);
    check_nothing_happened(agent);
    qtest_clock_step(qts, 1);
    check_event(second, scmi_id(agent), FORCEFUL, SHUTDOWN, 0);
    check_shut_down(agent);
    scmi_close(second);
}

/* The time of a reset is not told: the notification has it of shutdowns. */
static void test_timeout_of_a_reset(ScmiAgent *agent)
{
    QTestState *qts = scmi_machine(agent);
    ScmiAgent *second = scmi_open_second(agent, "system");

    mark(agent);
    subscribe(second, true);
    scmi_host_set_int(agent, "/system", "timeout-ms", TIMEOUT_MS);
    set(agent, GRACEFUL, WARM_RESET);
    check_event(second, scmi_id(agent), GRACEFUL, WARM_RESET, 0);
    qtest_clock_step(qts, TIMEOUT_MS * (int64_t)SCALE_MS);
    qtest_qmp_eventwait(qts, "RESET");
    g_assert_cmphex(qtest_readl(qts, RESET_REASON), ==, REASON_WARM);
    g_assert_cmphex(qtest_readl(qts, SCRATCH0), ==, SCRATCH_VALUE);
    check_request(agent, "none");
    scmi_close(second);
}

static void test_timeout_without_force(ScmiAgent *agent)
{
    ScmiAgent *second = scmi_open_second(agent, "system");

    mark(agent);
    subscribe(second, true);
    scmi_host_set_int(agent, "/system", "timeout-ms", TIMEOUT_MS);
    scmi_host_set_bool(agent, "/system", "force", false);
    set(agent, GRACEFUL, SHUTDOWN);
    check_event(second, scmi_id(agent), GRACEFUL, SHUTDOWN, TIMEOUT_MS);
    check_request(agent, "shutdown");
    scmi_check_no_event(second, TIMEOUT_MS * (int64_t)SCALE_MS);
    check_request(agent, "none");
    check_nothing_happened(agent);
    scmi_close(second);
}

/* Who may not ask any more, or was forgotten, has not asked. */
static void test_timeout_without_permission(ScmiAgent *agent)
{
    ScmiAgent *second = scmi_open_second(agent, "system");

    mark(agent);
    subscribe(agent, true);
    scmi_host_set_int(agent, "/system", "timeout-ms", TIMEOUT_MS);
    set(second, GRACEFUL, SHUTDOWN);
    check_event(agent, SCMI_GUEST_AGENT, GRACEFUL, SHUTDOWN, TIMEOUT_MS);
    scmi_host_set_string(agent, "/mailbox1", "deny", "system");
    check_request(agent, "shutdown");
    scmi_check_no_event(agent, TIMEOUT_MS * (int64_t)SCALE_MS);
    check_request(agent, "none");
    check_nothing_happened(agent);
    scmi_close(second);
}

static void test_requester_is_forgotten(ScmiAgent *agent)
{
    ScmiAgent *second = scmi_open_second(agent, "system");

    mark(agent);
    subscribe(agent, true);
    scmi_host_set_int(agent, "/system", "timeout-ms", TIMEOUT_MS);
    set(second, GRACEFUL, SHUTDOWN);
    check_event(agent, SCMI_GUEST_AGENT, GRACEFUL, SHUTDOWN, TIMEOUT_MS);
    scmi_forget_second(agent);
    check_request(agent, "none");
    scmi_check_no_event(agent, TIMEOUT_MS * (int64_t)SCALE_MS);
    check_nothing_happened(agent);
    scmi_close(second);
}

/* The newest request counts, with a time of its own. */
static void test_second_request(ScmiAgent *agent)
{
    QTestState *qts = scmi_machine(agent);
    ScmiAgent *second = scmi_open_second(agent, "system");

    mark(agent);
    subscribe(second, true);
    scmi_host_set_int(agent, "/system", "timeout-ms", TIMEOUT_MS);
    set(agent, GRACEFUL, SHUTDOWN);
    check_event(second, scmi_id(agent), GRACEFUL, SHUTDOWN, TIMEOUT_MS);
    qtest_clock_step(qts, TIMEOUT_MS * (int64_t)SCALE_MS - 1);
    set(agent, GRACEFUL, COLD_RESET);
    check_event(second, scmi_id(agent), GRACEFUL, COLD_RESET, 0);
    qtest_clock_step(qts, TIMEOUT_MS * (int64_t)SCALE_MS - 1);
    check_nothing_happened(agent);
    qtest_clock_step(qts, 1);
    qtest_qmp_eventwait(qts, "RESET");
    g_assert_cmphex(qtest_readl(qts, RESET_REASON), ==, REASON_SOFTWARE);
    scmi_close(second);
}

/* Neither has one without a time that of the one before it. */
static void test_second_request_without_timeout(ScmiAgent *agent)
{
    ScmiAgent *second = scmi_open_second(agent, "system");

    mark(agent);
    subscribe(second, true);
    scmi_host_set_int(agent, "/system", "timeout-ms", TIMEOUT_MS);
    set(agent, GRACEFUL, SHUTDOWN);
    check_event(second, scmi_id(agent), GRACEFUL, SHUTDOWN, TIMEOUT_MS);
    scmi_host_set_int(agent, "/system", "timeout-ms", 0);
    set(agent, GRACEFUL, COLD_RESET);
    check_event(second, scmi_id(agent), GRACEFUL, COLD_RESET, 0);
    scmi_check_no_event(second, TIMEOUT_MS * (int64_t)SCALE_MS);
    check_request(agent, "cold-reset");
    check_nothing_happened(agent);
    scmi_close(second);
}

static void test_no_longer_subscribed(ScmiAgent *agent)
{
    ScmiAgent *second = scmi_open_second(agent, "system");

    subscribe(second, true);
    subscribe(second, false);
    go(agent, FORCEFUL, SHUTDOWN);
    check_shut_down(agent);
    scmi_check_no_event(second, 0);
    scmi_close(second);
}

/* --- The host's requests --- */

static void test_host(ScmiAgent *agent)
{
    mark(agent);
    scmi_check_host_refuses(agent, "/system", "request", "\"shutdown\"",
                            "no agent listens");
    scmi_check_host_refuses(agent, "/system", "request", "\"reboot\"",
                            "is no request");
    scmi_check_host_refuses(agent, "/system", "timeout-ms", "-1", "timeout");
    subscribe(agent, true);
    scmi_host_set_int(agent, "/system", "timeout-ms", TIMEOUT_MS);
    scmi_host_set_string(agent, "/system", "request", "shutdown");
    check_event(agent, 0, GRACEFUL, SHUTDOWN, TIMEOUT_MS);
    check_request(agent, "shutdown");
    scmi_host_set_string(agent, "/system", "request", "none");
    check_request(agent, "none");
    scmi_check_no_event(agent, TIMEOUT_MS * (int64_t)SCALE_MS);
    scmi_host_set_string(agent, "/system", "request", "suspend");
    check_event(agent, 0, GRACEFUL, SUSPEND, 0);
    check_nothing_happened(agent);
    scmi_host_set_string(agent, "/system", "request", "shutdown");
    check_event(agent, 0, GRACEFUL, SHUTDOWN, TIMEOUT_MS);
    qtest_clock_step(scmi_machine(agent), TIMEOUT_MS * (int64_t)SCALE_MS);
    check_event(agent, 0, FORCEFUL, SHUTDOWN, 0);
    check_shut_down(agent);
}

/* A reset in the meantime is what was waited for. */
static void test_reset(ScmiAgent *agent)
{
    QTestState *qts = scmi_machine(agent);

    subscribe(agent, true);
    scmi_host_set_int(agent, "/system", "timeout-ms", TIMEOUT_MS);
    scmi_host_set_string(agent, "/system", "request", "shutdown");
    check_event(agent, 0, GRACEFUL, SHUTDOWN, TIMEOUT_MS);
    qtest_system_reset(qts);
    scmi_reopen(agent);
    check_request(agent, "none");
    qtest_clock_step(qts, TIMEOUT_MS * (int64_t)SCALE_MS);
    scmi_check_no_event(agent, 0);
    /* Nobody listens any more, and the host's wish for a time stays */
    scmi_check_host_refuses(agent, "/system", "request", "\"shutdown\"",
                            "no agent listens");
    g_assert_cmpuint(scmi_host_uint(agent, "/system", "timeout-ms"), ==,
                     TIMEOUT_MS);
}

static void test_save_and_load(void)
{
    QTestState *qts = machine_start(STAY);
    ScmiAgent *agent = scmi_open(qts, 1);

    subscribe(agent, true);
    scmi_host_set_int(agent, "/system", "timeout-ms", TIMEOUT_MS);
    scmi_host_set_string(agent, "/system", "request", "shutdown");
    qts = machine_through_a_file(qts, STAY);
    scmi_move(agent, qts);
    qtest_qmp_assert_success(qts, "{'execute': 'cont'}");
    check_request(agent, "shutdown");
    check_event(agent, 0, GRACEFUL, SHUTDOWN, TIMEOUT_MS);
    qtest_clock_step(qts, TIMEOUT_MS * (int64_t)SCALE_MS);
    check_event(agent, 0, FORCEFUL, SHUTDOWN, 0);
    check_shut_down(agent);
    qtest_quit(qts);
    scmi_close(agent);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    scmi_add_test("/scmi-system/messages", test_messages, STAY);
    scmi_add_test("/scmi-system/forbidden", test_forbidden, STAY);
    scmi_add_test("/scmi-system/state", test_state, STAY);
    scmi_add_test("/scmi-system/bad-parameters", test_bad_parameters, STAY);
    scmi_add_test("/scmi-system/shutdown", test_shutdown, STAY);
    scmi_add_test("/scmi-system/cold-reset", test_cold_reset, STAY);
    scmi_add_test("/scmi-system/warm-reset", test_warm_reset, STAY);
    scmi_add_test("/scmi-system/suspend", test_suspend, STAY);
    scmi_add_test("/scmi-system/forceful-is-told", test_forceful_is_told,
                  STAY);
    scmi_add_test("/scmi-system/graceful", test_graceful, STAY);
    scmi_add_test("/scmi-system/graceful-to-nobody", test_graceful_to_nobody,
                  STAY);
    scmi_add_test("/scmi-system/graceful-to-oneself",
                  test_graceful_to_oneself, STAY);
    scmi_add_test("/scmi-system/graceful-without-permission",
                  test_graceful_without_permission, STAY);
    scmi_add_test("/scmi-system/timeout", test_timeout, STAY);
    scmi_add_test("/scmi-system/timeout-of-a-reset", test_timeout_of_a_reset,
                  STAY);
    scmi_add_test("/scmi-system/timeout-without-force",
                  test_timeout_without_force, STAY);
    scmi_add_test("/scmi-system/timeout-without-permission",
                  test_timeout_without_permission, STAY);
    scmi_add_test("/scmi-system/requester-is-forgotten",
                  test_requester_is_forgotten, STAY);
    scmi_add_test("/scmi-system/second-request", test_second_request, STAY);
    scmi_add_test("/scmi-system/second-request-without-timeout",
                  test_second_request_without_timeout, STAY);
    scmi_add_test("/scmi-system/no-longer-subscribed",
                  test_no_longer_subscribed, STAY);
    scmi_add_test("/scmi-system/host", test_host, STAY);
    scmi_add_test("/scmi-system/reset", test_reset, STAY);
    qtest_add_func("/scmi-system/save-and-load", test_save_and_load);
    return g_test_run();
}
