/*
 * avps-ecu qtest: asking about devices changes nothing
 *
 * QEMU's device-introspect-test leaves out machines with a version in their
 * name. The same for this one: every device type of this QEMU is asked for
 * its help and its properties, on a machine that is there to stay.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qobject/qdict.h"
#include "qobject/qlist.h"
#include "tests/qtest/avps/board.h"

static QDict *device_types(QTestState *qts)
{
    return qtest_qmp(qts, "{'execute': 'qom-list-types', 'arguments': "
                     "{'implements': 'device', 'abstract': false}}");
}

static void ask(QTestState *qts, const char *type)
{
    g_autofree char *help = qtest_hmp(qts, "device_add \"%s,help\"", type);
    QDict *properties = qtest_qmp(qts, "{'execute': 'device-list-properties', "
                                  "'arguments': {'typename': %s}}", type);

    g_assert_true(qdict_haskey(properties, "return"));
    qobject_unref(properties);
}

static void check(const char *options)
{
    QTestState *qts = machine_start(options);
    g_autofree char *before = qtest_hmp(qts, "info qom-tree");
    g_autofree char *after = NULL;
    QDict *types = device_types(qts);
    const QListEntry *entry;

    QLIST_FOREACH_ENTRY(qdict_get_qlist(types, "return"), entry) {
        ask(qts, qdict_get_str(qobject_to(QDict, entry->value), "name"));
    }
    after = qtest_hmp(qts, "info qom-tree");
    g_assert_cmpstr(before, ==, after);
    qobject_unref(types);
    qtest_quit(qts);
}

static void test_defaults(void)
{
    check("");
}

static void test_no_defaults(void)
{
    check("-nodefaults");
}

static void test_secure(void)
{
    check("-M secure=on");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("/introspect/defaults", test_defaults);
    qtest_add_func("/introspect/no-defaults", test_no_defaults);
    qtest_add_func("/introspect/secure", test_secure);
    return g_test_run();
}
