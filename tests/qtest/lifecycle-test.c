/*
 * avps-ecu qtest: development and production, and the fuse between them
 * (hw/avps/lifecycle)
 *
 * AVPS v2.0 requirements 48 and 49. What the command line refuses is tested in
 * tests/host.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/bswap.h"
#include "qobject/qdict.h"
#include "tests/qtest/avps/fdt-view.h"
#include "tests/qtest/avps/fuse.h"

#define STATE reg("fuse", 0)
#define PRODUCTION 0x01
#define PRESENT 0x02
#define BLOWN 0x04
#define BUSY 0x08
#define FAILED 0x10
#define BLOW reg("fuse", 4)
#define MAGIC 0x574f4c42
#define FUSE_PATH "/machine/soc/fuse"

#define UART_DR 0x00
#define UART_FR 0x18
#define UART_FR_RXFE (1 << 4)
#define UART_CR 0x30
#define UART_CR_ENABLED 0x301

#define DEADLINE (60 * G_TIME_SPAN_SECOND)

static QTestState *start_with_fuse(const char *file, const char *options)
{
    return machine_startf("-M lifecycle-fuse=%s %s", file, options);
}

/* --- What the lifecycle is, by all that says so --- */

static void assert_lifecycle(QTestState *qts, const char *wanted)
{
    bool production = !strcmp(wanted, "production");
    g_autofree char *option = qom_get_string(qts, "/machine", "lifecycle");
    g_autofree void *blob = fdt_from_ram(qts);

    g_assert_cmpstr(option, ==, wanted);
    g_assert_cmpstr(fdt_text(blob, 0, "avps,lifecycle"), ==, wanted);
    g_assert_cmpint(qtest_readl(qts, STATE) & PRODUCTION, ==, production);
}

static bool has_stdout(const void *blob, const char *chosen)
{
    int node = fdt_path_offset(blob, chosen);

    return node >= 0 && fdt_getprop(blob, node, "stdout-path", NULL);
}

static void assert_tree_has_no_uart(QTestState *qts)
{
    static const char *const blocks[] = { "uart0", "uart1", "uart-secure" };
    g_autofree void *blob = fdt_from_ram(qts);
    int aliases = fdt_node(blob, "/aliases"), property;

    for (size_t i = 0; i < G_N_ELEMENTS(blocks); i++) {
        g_assert_cmpint(fdt_node_at(blob, block(blocks[i])->base), ==, -1);
    }
    fdt_for_each_property_offset(property, blob, aliases) {
        const char *name;

        fdt_getprop_by_offset(blob, property, &name, NULL);
        g_assert_false(g_str_has_prefix(name, "serial"));
    }
    g_assert_false(has_stdout(blob, "/chosen"));
    g_assert_false(has_stdout(blob, "/secure-chosen"));
    /* And is otherwise whole */
    g_assert_cmpint(fdt_node_at(blob, block("rtc0")->base), >=, 0);
    g_assert_nonnull(fdt_getprop(blob, aliases, "ethernet0", NULL));
}

static void transmit(QTestState *qts, const char *uart, char c)
{
    qtest_writel(qts, reg(uart, UART_CR), UART_CR_ENABLED);
    qtest_writel(qts, reg(uart, UART_DR), c);
}

static char *contents_of(const char *name)
{
    char *contents;

    g_assert_true(g_file_get_contents(name, &contents, NULL, NULL));
    return contents;
}

static void assert_contents(const char *name, const char *wanted)
{
    g_autofree char *contents = contents_of(name);

    g_assert_cmpstr(contents, ==, wanted);
}

/* --- Without a fuse --- */

static void test_default(void)
{
    QTestState *qts = machine_start("");
    g_autofree void *blob = fdt_from_ram(qts);

    assert_lifecycle(qts, "development");
    g_assert_true(has_stdout(blob, "/chosen"));
    g_assert_cmphex(qtest_readl(qts, STATE), ==, 0);
    qtest_quit(qts);
}

static void test_production(void)
{
    static const char *const worlds[] = { "", "-M secure=on" };

    for (size_t i = 0; i < G_N_ELEMENTS(worlds); i++) {
        QTestState *qts = machine_startf("-M lifecycle=production %s",
                                         worlds[i]);

        assert_lifecycle(qts, "production");
        assert_tree_has_no_uart(qts);
        qtest_system_reset(qts);
        assert_lifecycle(qts, "production");
        assert_tree_has_no_uart(qts);
        qtest_quit(qts);
    }
}

/* A tree of the user's is no way around it. */
static void test_tree_of_user(void)
{
    size_t length;
    g_autofree void *blob = fdt_from_dump("", &length);
    char *file = temporary_file(blob, length, 0);
    QTestState *qts = machine_startf("-M lifecycle=production -dtb %s", file);

    g_assert_cmpstr(fdt_text(blob, 0, "avps,lifecycle"), ==, "development");
    assert_lifecycle(qts, "production");
    assert_tree_has_no_uart(qts);
    qtest_quit(qts);
}

/* Firmware writes to the frames: they take it, and nothing comes of it. */
static void test_uart_frames_stay(void)
{
    char *file = temporary_file("", 0, 0);
    QTestState *qts = machine_startf("-M lifecycle=production "
                                     "-chardev file,id=f,path=%s "
                                     "-global pl011.chardev=f", file);

    for (int i = 0; i < 1000; i++) {
        transmit(qts, "uart0", 'x');
        transmit(qts, "uart1", 'x');
        g_assert_true(qtest_readl(qts, reg("uart0", UART_FR)) & UART_FR_RXFE);
    }
    g_assert_cmphex(qtest_readl(qts, reg("uart0", 0xfe0)), ==, 0x11);
    qtest_quit(qts);
    assert_contents(file, "");
}

static void assert_error(QDict *reply, const char *words)
{
    const QDict *error = qdict_get_qdict(reply, "error");

    g_assert_nonnull(error);
    g_assert_nonnull(strstr(qdict_get_str(error, "desc"), words));
    qobject_unref(reply);
}

static void test_is_settled(void)
{
    static const char *const options[] = { "lifecycle=production", "" };
    static const char *const values[] = { "development", "production" };

    for (size_t i = 0; i < G_N_ELEMENTS(options); i++) {
        QTestState *qts = machine_startf("%s%s", *options[i] ? "-M " : "",
                                         options[i]);

        assert_error(qtest_qmp(qts, "{'execute': 'qom-set', 'arguments': {"
                               "'path': '/machine', 'property': 'lifecycle', "
                               "'value': %s}}", values[i]),
                     "command line");
        assert_error(qtest_qmp(qts, "{'execute': 'qom-set', 'arguments': {"
                               "'path': '/machine', 'property': "
                               "'lifecycle-fuse', 'value': '/nothing'}}"),
                     "command line");
        assert_lifecycle(qts, values[!i]);
        qtest_quit(qts);
    }
}

static QDict *add_device(QTestState *qts, const char *driver)
{
    return qtest_qmp(qts, "{'execute': 'device_add', 'arguments': {"
                     "'driver': %s, 'chardev': 'c'}}", driver);
}

static void assert_refused_consoles(QTestState *qts)
{
    assert_error(add_device(qts, "virtconsole"), "no text console");
    assert_error(add_device(qts, "usb-serial"), "no text console");
}

#define HOTPLUG "-device virtio-serial-device -chardev null,id=c "

/* Not later either; a port for data is no console. */
static void test_hotplug(void)
{
    QTestState *qts = machine_start("-M lifecycle=production " HOTPLUG);

    assert_refused_consoles(qts);
    qtest_qmp_assert_success(qts, "{'execute': 'device_add', 'arguments': {"
                             "'driver': 'virtserialport', 'chardev': 'c'}}");
    qtest_quit(qts);

    qts = machine_start(HOTPLUG);
    qtest_qmp_assert_success(qts, "{'execute': 'device_add', 'arguments': {"
                             "'driver': 'virtconsole', 'chardev': 'c'}}");
    qtest_quit(qts);
}

/* --- With a fuse --- */

static void wait_for_storage(QTestState *qts)
{
    int64_t end = g_get_monotonic_time() + DEADLINE;

    while (qtest_readl(qts, STATE) & BUSY) {
        g_assert_cmpint(g_get_monotonic_time(), <, end);
    }
}

static void blow(QTestState *qts)
{
    qtest_writel(qts, BLOW, MAGIC);
    wait_for_storage(qts);
}

static void assert_fuse(QTestState *qts, const char *wanted)
{
    g_autofree char *state = qom_get_string(qts, FUSE_PATH, "state");

    g_assert_cmpstr(state, ==, wanted);
}

static void test_fuse_decides(void)
{
    QTestState *qts = start_with_fuse(fuse_file(FUSE_UNBLOWN), "");

    assert_lifecycle(qts, "development");
    g_assert_cmphex(qtest_readl(qts, STATE), ==, PRESENT);
    assert_fuse(qts, "unblown");
    qtest_quit(qts);

    qts = start_with_fuse(fuse_file(FUSE_BLOWN), "");
    assert_lifecycle(qts, "production");
    assert_tree_has_no_uart(qts);
    g_assert_cmphex(qtest_readl(qts, STATE), ==,
                    PRODUCTION | PRESENT | BLOWN);
    assert_fuse(qts, "blown");
    qtest_quit(qts);

    qts = start_with_fuse(fuse_file("nonsense"), "");
    assert_lifecycle(qts, "production");
    qtest_quit(qts);

    qts = start_with_fuse("/nothing/there", "");
    assert_lifecycle(qts, "production");
    qtest_quit(qts);

    /* Production that the next command line could take back */
    qts = start_with_fuse(fuse_file(FUSE_UNBLOWN), "-M lifecycle=production");
    assert_lifecycle(qts, "production");
    g_assert_cmphex(qtest_readl(qts, STATE), ==, PRODUCTION | PRESENT);
    blow(qts);
    g_assert_cmphex(qtest_readl(qts, STATE), ==,
                    PRODUCTION | PRESENT | BLOWN);
    qtest_quit(qts);
}

static void test_wrong_writes(void)
{
    char *file = fuse_file(FUSE_UNBLOWN);
    QTestState *qts = start_with_fuse(file, "");

    qtest_writel(qts, BLOW, 0);
    qtest_writel(qts, BLOW, 1);
    qtest_writel(qts, BLOW, ~MAGIC);
    qtest_writel(qts, BLOW, bswap32(MAGIC));
    qtest_writel(qts, STATE, MAGIC);
    qtest_writel(qts, STATE, BLOWN);
    qtest_writel(qts, reg("fuse", 8), MAGIC);
    qtest_writew(qts, BLOW, (uint16_t)MAGIC);
    qtest_writeq(qts, STATE, (uint64_t)BLOWN << 32);
    g_assert_cmphex(qtest_readl(qts, STATE), ==, PRESENT);
    g_assert_cmphex(qtest_readl(qts, BLOW), ==, 0);
    g_assert_cmphex(qtest_readl(qts, reg("fuse", 0xffc)), ==, 0);
    qtest_system_reset(qts);
    g_assert_cmphex(qtest_readl(qts, STATE), ==, PRESENT);
    qtest_quit(qts);
    assert_contents(file, FUSE_UNBLOWN);
}

/* Blown by software, in force from the next reset on. */
static void test_blow(void)
{
    char *file = fuse_file(FUSE_UNBLOWN), *out = temporary_file("", 0, 0);
    g_autofree char *serial = g_strdup_printf("-serial file:%s " HOTPLUG, out);
    QTestState *qts = start_with_fuse(file, serial);

    blow(qts);
    g_assert_cmphex(qtest_readl(qts, STATE), ==, PRESENT | BLOWN);
    assert_fuse(qts, "blown");
    assert_contents(file, FUSE_BLOWN);
    assert_lifecycle(qts, "development");
    transmit(qts, "uart0", 'a');

    qtest_system_reset(qts);
    assert_lifecycle(qts, "production");
    assert_tree_has_no_uart(qts);
    assert_refused_consoles(qts);
    transmit(qts, "uart0", 'b');
    qtest_system_reset(qts);
    assert_lifecycle(qts, "production");
    assert_tree_has_no_uart(qts);
    transmit(qts, "uart0", 'c');
    qtest_quit(qts);
    assert_contents(out, "a");

    qts = start_with_fuse(file, "");
    assert_lifecycle(qts, "production");
    qtest_quit(qts);
}

/* What is typed does not arrive after that reset. */
static void test_input_ends(void)
{
    char *file = fuse_file(FUSE_UNBLOWN);
    g_autofree char *options = g_strdup_printf("-M avps-ecu,lifecycle-fuse=%s",
                                               file);
    int64_t end = g_get_monotonic_time() + DEADLINE;
    int socket;
    QTestState *qts = qtest_init_with_serial(options, &socket);

    qtest_writel(qts, reg("uart0", UART_CR), UART_CR_ENABLED);
    g_assert_cmpint(write(socket, "x", 1), ==, 1);
    while (qtest_readl(qts, reg("uart0", UART_FR)) & UART_FR_RXFE) {
        g_assert_cmpint(g_get_monotonic_time(), <, end);
    }
    blow(qts);
    qtest_system_reset(qts);
    qtest_writel(qts, reg("uart0", UART_CR), UART_CR_ENABLED);
    /* Where nobody listens, the other end stays unread */
    g_assert_cmpint(send(socket, "y", 1, MSG_NOSIGNAL | MSG_DONTWAIT), <=, 1);
    for (int i = 0; i < 100; i++) {
        g_assert_true(qtest_readl(qts, reg("uart0", UART_FR)) & UART_FR_RXFE);
    }
    close(socket);
    qtest_quit(qts);
}

/* The storage answers after the reset that came too early for it. */
static void test_reset_in_the_middle(void)
{
    char *file = fuse_file(FUSE_UNBLOWN);
    QTestState *qts = start_with_fuse(file, "");

    qtest_writel(qts, BLOW, MAGIC);
    qtest_system_reset(qts);
    wait_for_storage(qts);
    g_assert_cmphex(qtest_readl(qts, STATE) & ~PRODUCTION, ==,
                    PRESENT | BLOWN);
    assert_contents(file, FUSE_BLOWN);
    qtest_system_reset(qts);
    assert_lifecycle(qts, "production");
    qtest_quit(qts);
}

/* It cannot be taken away: the machine ends rather than keep it. */
static void test_semihosting_ends(void)
{
    QTestState *qts = start_with_fuse(fuse_file(FUSE_UNBLOWN),
                                      "-semihosting -no-shutdown");

    blow(qts);
    qtest_qmp_assert_success(qts, "{'execute': 'system_reset'}");
    qtest_qmp_eventwait(qts, "SHUTDOWN");
    qtest_quit(qts);
}

static void test_blown_by_host(void)
{
    char *file = fuse_file(FUSE_UNBLOWN);
    QTestState *qts = start_with_fuse(file, "");

    assert_error(qtest_qmp(qts, "{'execute': 'qom-set', 'arguments': {"
                           "'path': %s, 'property': 'blow', 'value': false}}",
                           FUSE_PATH),
                 "cannot be mended");
    qtest_qmp_assert_success(qts, "{'execute': 'qom-set', 'arguments': {"
                             "'path': %s, 'property': 'blow', "
                             "'value': true}}", FUSE_PATH);
    wait_for_storage(qts);
    g_assert_cmphex(qtest_readl(qts, STATE), ==, PRESENT | BLOWN);
    assert_contents(file, FUSE_BLOWN);
    qtest_quit(qts);
}

static void test_blown_behind_our_back(void)
{
    static const char *const contents[] = { FUSE_BLOWN, "" };

    for (size_t i = 0; i < G_N_ELEMENTS(contents); i++) {
        char *file = fuse_file(FUSE_UNBLOWN);
        QTestState *qts = start_with_fuse(file, "");
        int fd = open(file, O_WRONLY | O_TRUNC);

        g_assert_cmpint(write(fd, contents[i], strlen(contents[i])), ==,
                        strlen(contents[i]));
        close(fd);
        assert_lifecycle(qts, "development");
        qtest_system_reset(qts);
        assert_lifecycle(qts, "production");
        qtest_quit(qts);
    }
}

static void test_absent(void)
{
    QTestState *qts = machine_start("");

    assert_fuse(qts, "absent");
    blow(qts);
    g_assert_cmphex(qtest_readl(qts, STATE), ==, FAILED);
    assert_error(qtest_qmp(qts, "{'execute': 'qom-set', 'arguments': {"
                           "'path': %s, 'property': 'blow', 'value': true}}",
                           FUSE_PATH),
                 "lifecycle-fuse=FILE");
    qtest_system_reset(qts);
    g_assert_cmphex(qtest_readl(qts, STATE), ==, 0);
    qtest_quit(qts);
}

static void test_blow_fails(void)
{
    g_autofree char *file = fuse_that_cannot_be_written();
    QTestState *qts = start_with_fuse(file, "");
    g_autofree char *error = NULL;

    blow(qts);
    g_assert_cmphex(qtest_readl(qts, STATE), ==, PRESENT | FAILED);
    assert_fuse(qts, "unblown");
    error = qom_get_string(qts, FUSE_PATH, "error");
    g_assert_cmpstr(error, ==, strerror(EPERM));
    qtest_system_reset(qts);
    assert_lifecycle(qts, "development");
    g_assert_cmphex(qtest_readl(qts, STATE), ==, PRESENT);
    qtest_quit(qts);
}

/* A write from QEMU's test protocol is a Non-secure one. */
static void test_secure(void)
{
    char *file = fuse_file(FUSE_UNBLOWN);
    QTestState *qts = start_with_fuse(file, "-M secure=on");

    blow(qts);
    g_assert_cmphex(qtest_readl(qts, STATE), ==, PRESENT);
    qtest_quit(qts);
    assert_contents(file, FUSE_UNBLOWN);
}

/* --- Snapshots --- */

static char *snapshot_disk(void)
{
    char *disk = temporary_file("", 0, 0);
    g_autofree char *create = g_strdup_printf(
        "%s create -q -f qcow2 %s 64M", getenv("QTEST_QEMU_IMG"), disk);

    g_assert_true(g_spawn_command_line_sync(create, NULL, NULL, NULL, NULL));
    return g_strdup_printf("-drive if=none,id=d,format=qcow2,file=%s "
                           "-device virtio-blk-device,drive=d", disk);
}

static void save(QTestState *qts, const char *name)
{
    g_autofree char *said = qtest_hmp(qts, "savevm %s", name);

    g_assert_cmpstr(said, ==, "");
}

static void load(QTestState *qts, const char *name)
{
    g_autofree char *said = qtest_hmp(qts, "loadvm %s", name);

    g_assert_cmpstr(said, ==, "");
}

static void load_fails(QTestState *qts, const char *name)
{
    g_autofree char *said = qtest_hmp(qts, "loadvm %s", name);

    g_assert_nonnull(strstr(said, "avps-fuse"));
}

static void test_load_does_not_mend(void)
{
    g_autofree char *disk = snapshot_disk();
    char *file = fuse_file(FUSE_UNBLOWN);
    QTestState *qts = start_with_fuse(file, disk);

    save(qts, "before");
    blow(qts);
    load(qts, "before");
    g_assert_cmphex(qtest_readl(qts, STATE), ==, PRESENT | BLOWN);
    assert_contents(file, FUSE_BLOWN);
    qtest_system_reset(qts);
    assert_lifecycle(qts, "production");
    load_fails(qts, "before");
    g_assert_cmphex(qtest_readl(qts, STATE) & BLOWN, ==, BLOWN);
    qtest_quit(qts);
    assert_contents(file, FUSE_BLOWN);
}

static void test_load_of_other_lifecycle(void)
{
    g_autofree char *disk = snapshot_disk();
    QTestState *qts = machine_start(disk);

    save(qts, "development");
    qtest_quit(qts);
    qts = machine_startf("-M lifecycle=production %s", disk);
    load_fails(qts, "development");
    qtest_quit(qts);
    qts = machine_startf("-M lifecycle=production %s", disk);
    save(qts, "production");
    load(qts, "production");
    assert_lifecycle(qts, "production");
    qtest_quit(qts);
    qts = machine_start(disk);
    load_fails(qts, "production");
    qtest_quit(qts);
}

/* The fuse file is older than the snapshot: somebody has put it back. */
static void test_load_with_older_fuse(void)
{
    g_autofree char *disk = snapshot_disk();
    QTestState *qts = start_with_fuse(fuse_file(FUSE_UNBLOWN), disk);

    blow(qts);
    save(qts, "blown");
    qtest_quit(qts);
    qts = start_with_fuse(fuse_file(FUSE_UNBLOWN), disk);
    load_fails(qts, "blown");
    qtest_quit(qts);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    qtest_add_func("/lifecycle/default", test_default);
    qtest_add_func("/lifecycle/production", test_production);
    qtest_add_func("/lifecycle/tree-of-user", test_tree_of_user);
    qtest_add_func("/lifecycle/uart-frames-stay", test_uart_frames_stay);
    qtest_add_func("/lifecycle/is-settled", test_is_settled);
    qtest_add_func("/lifecycle/hotplug", test_hotplug);
    qtest_add_func("/lifecycle/fuse-decides", test_fuse_decides);
    qtest_add_func("/lifecycle/wrong-writes", test_wrong_writes);
    qtest_add_func("/lifecycle/blow", test_blow);
    qtest_add_func("/lifecycle/input-ends", test_input_ends);
    qtest_add_func("/lifecycle/reset-in-the-middle",
                   test_reset_in_the_middle);
    qtest_add_func("/lifecycle/semihosting-ends", test_semihosting_ends);
    qtest_add_func("/lifecycle/blown-by-host", test_blown_by_host);
    qtest_add_func("/lifecycle/blown-behind-our-back",
                   test_blown_behind_our_back);
    qtest_add_func("/lifecycle/absent", test_absent);
    qtest_add_func("/lifecycle/blow-fails", test_blow_fails);
    qtest_add_func("/lifecycle/secure", test_secure);
    qtest_add_func("/lifecycle/load-does-not-mend", test_load_does_not_mend);
    qtest_add_func("/lifecycle/load-of-other-lifecycle",
                   test_load_of_other_lifecycle);
    qtest_add_func("/lifecycle/load-with-older-fuse",
                   test_load_with_older_fuse);
    return g_test_run();
}
