/*
 * avps-ecu qtests: a machine that is saved and loaded
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qobject/qdict.h"
#include "tests/qtest/avps/board.h"
#include "tests/qtest/avps/migration.h"

#define DEADLINE (60 * G_TIME_SPAN_SECOND)
#define POLL_INTERVAL (20 * G_TIME_SPAN_MILLISECOND)

static bool migration_is_over(QTestState *qts)
{
    QDict *reply = qtest_qmp_assert_success_ref(
        qts, "{'execute': 'query-migrate'}");
    g_autofree char *status = g_strdup(qdict_get_try_str(reply, "status"));

    qobject_unref(reply);
    g_assert_cmpstr(status, !=, "failed");
    return !g_strcmp0(status, "completed");
}

static void wait_for_migration(QTestState *qts)
{
    int64_t end = g_get_monotonic_time() + DEADLINE;

    while (!migration_is_over(qts)) {
        g_assert_cmpint(g_get_monotonic_time(), <, end);
        g_usleep(POLL_INTERVAL);
    }
}

QTestState *machine_through_a_file(QTestState *qts, const char *options)
{
    char *file = temporary_file("", 0, 0);
    g_autofree char *uri = g_strdup_printf("file:%s", file);
    QTestState *loaded;

    qtest_qmp_assert_success(qts, "{'execute': 'stop'}");
    qtest_qmp_assert_success(qts, "{'execute': 'migrate', 'arguments': "
                             "{'uri': %s}}", uri);
    wait_for_migration(qts);
    qtest_quit(qts);

    loaded = machine_startf("-incoming defer %s", options);
    qtest_qmp_assert_success(loaded, "{'execute': 'migrate-incoming', "
                             "'arguments': {'uri': %s}}", uri);
    wait_for_migration(loaded);
    return loaded;
}
