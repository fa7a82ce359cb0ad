/*
 * avps-ecu qtests: starting the machine and finding its blocks
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qobject/qdict.h"
#include "tests/qtest/avps/board.h"

const AvpsMapRow *block(const char *name)
{
    const AvpsMapRow *row = avps_map_find(name);

    if (!row) {
        g_error("hw/avps/map.c has no row \"%s\"", name);
    }
    return row;
}

uint64_t reg(const char *name, uint64_t offset)
{
    g_assert_cmphex(offset, <, block(name)->size);
    return block(name)->base + offset;
}

QTestState *machine_start(const char *options)
{
    g_autofree char *all = g_strdup_printf("-M avps-ecu %s", options);

    return qtest_init(all);
}

QTestState *machine_startf(const char *fmt, ...)
{
    g_autofree char *options = NULL;
    va_list args;

    va_start(args, fmt);
    options = g_strdup_vprintf(fmt, args);
    va_end(args);
    return machine_start(options);
}

QTestState *machine_start_with_irqs(const char *options)
{
    QTestState *qts = machine_start(options);

    qtest_irq_intercept_in(qts, GIC_PATH);
    return qts;
}

bool spi_level(QTestState *qts, const char *name, int nth)
{
    g_assert_cmpint(nth, <, block(name)->num_spis);
    return qtest_get_irq(qts, block(name)->spi + nth);
}

static void remove_file(void *name)
{
    unlink(name);
    g_free(name);
}

char *temporary_file(const void *contents, size_t length, size_t size)
{
    char *name = NULL;
    int fd = g_file_open_tmp("avps-qtest-XXXXXX", &name, NULL);

    g_assert_cmpint(fd, >=, 0);
    g_assert_cmpint(write(fd, contents, length), ==, length);
    if (size > length) {
        g_assert_cmpint(ftruncate(fd, size), ==, 0);
    }
    close(fd);
    g_test_queue_destroy(remove_file, name);
    return name;
}

static QDict *qom_get(QTestState *qts, const char *path, const char *property)
{
    QDict *reply = qtest_qmp(qts, "{'execute': 'qom-get', 'arguments': "
                             "{'path': %s, 'property': %s}}", path, property);

    if (!qdict_haskey(reply, "return")) {
        g_error("%s has no property \"%s\"", path, property);
    }
    return reply;
}

uint64_t qom_get_uint(QTestState *qts, const char *path, const char *property)
{
    QDict *reply = qom_get(qts, path, property);
    uint64_t value = qdict_get_int(reply, "return");

    qobject_unref(reply);
    return value;
}

bool qom_get_bool(QTestState *qts, const char *path, const char *property)
{
    QDict *reply = qom_get(qts, path, property);
    bool value = qdict_get_bool(reply, "return");

    qobject_unref(reply);
    return value;
}

char *qom_get_string(QTestState *qts, const char *path, const char *property)
{
    QDict *reply = qom_get(qts, path, property);
    char *value = g_strdup(qdict_get_str(reply, "return"));

    qobject_unref(reply);
    return value;
}
