/*
 * avps-ecu qtest: the machine's versions, options and objects
 *
 * The options' errors are tested in tests/host.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qobject/qdict.h"
#include "qobject/qlist.h"
#include "tests/qtest/avps/board.h"

static const QDict *find_machine(const QDict *reply, const char *name)
{
    const QListEntry *entry;

    QLIST_FOREACH_ENTRY(qdict_get_qlist(reply, "return"), entry) {
        const QDict *machine = qobject_to(QDict, entry->value);

        if (!strcmp(qdict_get_str(machine, "name"), name)) {
            return machine;
        }
    }
    return NULL;
}

static void test_versions(void)
{
    QTestState *qts = machine_start("");
    QDict *reply = qtest_qmp(qts, "{'execute': 'query-machines'}");
    const QDict *machine = find_machine(reply, "avps-ecu-1.0");

    g_assert_nonnull(machine);
    g_assert_cmpstr(qdict_get_str(machine, "alias"), ==, "avps-ecu");
    g_assert_cmpint(qdict_get_int(machine, "cpu-max"), ==, AVPS_MAX_CPUS);
    g_assert_cmpstr(qdict_get_str(machine, "default-cpu-type"), ==,
                    "cortex-a76-arm-cpu");
    g_assert_cmpstr(qdict_get_str(machine, "default-ram-id"), ==, "avps.ram");
    g_assert_false(qdict_get_bool(machine, "deprecated"));
    qobject_unref(reply);
    qtest_quit(qts);
}

static void test_versioned_name(void)
{
    QTestState *qts = qtest_init("-M avps-ecu-1.0");
    g_autofree char *type = qom_get_string(qts, "/machine", "type");

    g_assert_cmpstr(type, ==, "avps-ecu-1.0-machine");
    qtest_quit(qts);
}

static void test_alias(void)
{
    QTestState *qts = qtest_init("-M avps-ecu");
    g_autofree char *type = qom_get_string(qts, "/machine", "type");

    g_assert_cmpstr(type, ==, "avps-ecu-1.0-machine");
    qtest_quit(qts);
}

static void test_default_options(void)
{
    QTestState *qts = machine_start("");

    g_assert_false(qom_get_bool(qts, "/machine", "secure"));
    g_assert_true(qom_get_bool(qts, "/machine", "virtualization"));
    qtest_quit(qts);
}

/* What the options say is what the cores have. */
static void test_exception_levels(void)
{
    static const struct {
        const char *options;
        bool el2, el3;
    } levels[] = {
        { "", true, false },
        { "-M virtualization=off", false, false },
        { "-M secure=on", true, true },
        { "-M secure=on,virtualization=off", false, true },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(levels); i++) {
        QTestState *qts = machine_start(levels[i].options);

        g_assert_cmpint(qom_get_bool(qts, "/machine/soc/cpu3", "has_el2"), ==,
                        levels[i].el2);
        g_assert_cmpint(qom_get_bool(qts, "/machine/soc/cpu3", "has_el3"), ==,
                        levels[i].el3);
        qtest_quit(qts);
    }
}

static void test_cores(void)
{
    static const char *const topologies[] = {
        "-smp 1", "-smp 2", "-smp 8", "-smp 8,clusters=2,cores=4",
        "-smp 4,sockets=2,cores=2",
    };

    for (size_t i = 0; i < G_N_ELEMENTS(topologies); i++) {
        QTestState *qts = machine_start(topologies[i]);
        QDict *reply = qtest_qmp(qts, "{'execute': 'query-cpus-fast'}");

        g_assert_cmpint(qlist_size(qdict_get_qlist(reply, "return")), ==,
                        atoi(topologies[i] + strlen("-smp ")));
        qobject_unref(reply);
        qtest_quit(qts);
    }
}

static void test_other_cores(void)
{
    static const char *const types[] = {
        "cortex-a35", "cortex-a53", "cortex-a55", "cortex-a57", "cortex-a72",
        "cortex-a710", "neoverse-n1", "neoverse-n2", "neoverse-v1", "max",
    };

    for (size_t i = 0; i < G_N_ELEMENTS(types); i++) {
        QTestState *qts = machine_startf("-cpu %s", types[i]);
        g_autofree char *type = qom_get_string(qts, "/machine/soc/cpu0",
                                               "type");
        g_autofree char *want = g_strdup_printf("%s-arm-cpu", types[i]);

        g_assert_cmpstr(type, ==, want);
        qtest_quit(qts);
    }
}

/* Every block with a model is a child of the SoC by the name of its row. */
static bool is_object(const AvpsMapRow *row)
{
    return row->kind < AVPS_KIND_PSTORE && row->kind != AVPS_KIND_FW_CFG;
}

static void test_objects(void)
{
    QTestState *qts = machine_start("-M secure=on");

    for (const AvpsMapRow *row = avps_map; row->name; row++) {
        if (is_object(row)) {
            g_autofree char *path = g_strdup_printf("/machine/soc/%s",
                                                    row->name);
            g_autofree char *type = qom_get_string(qts, path, "type");

            g_assert_cmpint(strlen(type), >, 0);
        }
    }
    qtest_quit(qts);
}

static bool has_child(QTestState *qts, const char *parent, const char *name)
{
    g_autofree char *path = g_strdup_printf("%s/%s", parent, name);
    QDict *reply = qtest_qmp(qts, "{'execute': 'qom-list', 'arguments': "
                             "{'path': %s}}", path);
    bool exists = qdict_haskey(reply, "return");

    qobject_unref(reply);
    return exists;
}

static void test_no_secure_objects(void)
{
    QTestState *qts = machine_start("");

    for (const AvpsMapRow *row = avps_map; row->name; row++) {
        if (row->flags & AVPS_SECURE) {
            g_assert_false(has_child(qts, "/machine/soc", row->name));
        }
    }
    g_assert_true(has_child(qts, "/machine/soc", "uart0"));
    qtest_quit(qts);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("/machine/versions", test_versions);
    qtest_add_func("/machine/versioned-name", test_versioned_name);
    qtest_add_func("/machine/alias", test_alias);
    qtest_add_func("/machine/default-options", test_default_options);
    qtest_add_func("/machine/exception-levels", test_exception_levels);
    qtest_add_func("/machine/cores", test_cores);
    qtest_add_func("/machine/other-cores", test_other_cores);
    qtest_add_func("/machine/objects", test_objects);
    qtest_add_func("/machine/no-secure-objects", test_no_secure_objects);
    return g_test_run();
}
