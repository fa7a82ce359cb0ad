/*
 * avps-ecu qtests: all that can master the bus, found
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/units.h"
#include "qobject/qdict.h"
#include "qobject/qlist.h"
#include "tests/qtest/avps/board.h"
#include "tests/qtest/avps/fdt-view.h"
#include "tests/qtest/avps/masters.h"

#define CARD_SIZE (64 * MiB)

/*
 * Everything that sits on the system bus, by its QOM type: the engine that
 * drives it, or why it needs no stream.
 */
static const struct {
    const char *type;
    const Engine *engine;
    const char *why_none;
} platform_kinds[] = {
    { "virtio-mmio", &virtio_engine },
    { "sysbus-xhci", &xhci_engine },
    { "generic-sdhci", &sdhci_engine },
    { "cadence_gem", &gem_engine },

    { "avps-soc", NULL, "the chip itself" },
    { "avps-gwdt", NULL, "registers only" },
    { "avps-mhu", NULL, "registers and a memory" },
    { "avps-mmio-timer", NULL, "registers only" },
    { "avps-scmi-smc", NULL, "a memory" },
    { "avps-power", NULL, "registers only" },
    { "avps-fuse", NULL, "registers only" },
    { "avps-scmi", NULL, "answers through its transports" },
    { "avps-firewall", NULL, "refuses, and asks for nothing" },
    { "imx.i2c", NULL, "registers only" },
    { "imx.spi", NULL, "registers only, its DMA requests lead nowhere" },
    { "pl011", NULL, "registers only, its DMA requests lead nowhere" },
    { "pl031", NULL, "registers only" },
    { "pl061", NULL, "registers only" },
    { "gpio-key", NULL, "a key" },
    { "gpio-pwr", NULL, "switches" },
    { "cfi.pflash01", NULL, "a memory" },
    { "gpex-pcihost", NULL, "its functions are masters, not the bridge" },
    { "arm-gicv3", NULL, "registers only" },
    { "arm-gicv3-its", NULL, "of the interrupt controller: serves no VM" },
    { "arm-smmuv3", NULL, "the IOMMU" },
    { "avps-smmuv3", NULL, "the IOMMU" },
    { "fw_cfg_mem", NULL, "of the platform's firmware: no part of the SoC" },
};

/* PCI functions by device and vendor */
static const struct {
    uint32_t id;
    const Engine *engine;
} pci_kinds[] = {
    { 0x000d1b36, &xhci_engine },
    { 0x11e81234, &edu_engine },
};

/* Configuration space */
#define PCI_ABSENT 0xffffffff
#define PCI_COMMAND_REG 0x04
#define PCI_COMMAND_MEMORY_AND_MASTER 6
#define PCI_CLASS_REG 0x0a
#define PCI_CLASS_HOST 0x0600
#define PCI_CLASS_BRIDGE 0x0604
#define PCI_BAR0_REG 0x10
#define PCI_BUSES_REG 0x18
#define PCI_WINDOW_REG 0x20
#define PCI_LAST_BUS 0x7f
#define PCI_BAR_SIZE (1 * MiB)

typedef struct Search {
    QTestState *qts;
    bool iommu;
    void *tree;         /* device tree */
    GPtrArray *found;
    GHashTable *on_system_bus;  /* type names */
    int last_bus;
    uint64_t next_bar;
} Search;

char *masters_options(void)
{
    char *card = temporary_file("", 0, CARD_SIZE);
    GString *options = g_string_new("");

    /* A MAC without a link takes no frame, not even from itself. */
    g_string_append(options, "-nic hubport,hubid=0,model=cadence_gem");
    /* The last transport has the entropy source on board. */
    for (int n = 0; n < AVPS_NUM_VIRTIO - 1; n++) {
        g_string_append_printf(
            options, " -device virtio-rng-device,bus=virtio-mmio%d.0", n);
    }
    g_string_append_printf(options, " -drive if=sd,format=raw,file=%s", card);
    g_string_append(options, " -device edu,addr=2,dma_mask=0xffffffff"
                    " -device pcie-root-port,id=bridge,addr=3"
                    " -device edu,bus=bridge,dma_mask=0xffffffff");
    return g_string_free(options, false);
}

static void add_master(Search *search, char *name, const Engine *engine,
                       uint64_t base, int stream)
{
    Master *m = g_new0(Master, 1);

    for (guint i = 0; i < search->found->len; i++) {
        Master *other = g_ptr_array_index(search->found, i);

        if (stream >= 0 && other->stream == stream) {
            g_error("%s and %s share StreamID 0x%04x", name, other->name,
                    stream);
        }
    }
    m->name = name;
    m->engine = engine;
    m->qts = search->qts;
    m->base = base;
    m->stream = stream;
    g_ptr_array_add(search->found, m);
}

/* --- The device tree --- */

static uint32_t iommu_phandle(const Search *search)
{
    int node = fdt_node_at(search->tree, reg("iommu", 0));

    if (node < 0) {
        g_error("the device tree has no IOMMU");
    }
    return fdt_get_phandle(search->tree, node);
}

/* The cells of a reference to the IOMMU, NULL on a machine without one */
static const fdt32_t *iommu_cells(const Search *search, uint64_t address,
                                  const char *property, const char *name,
                                  int *count)
{
    int node = fdt_node_at(search->tree, address);
    const fdt32_t *cells;

    if (node < 0) {
        g_error("%s has no node in the device tree", name);
    }
    cells = fdt_getprop(search->tree, node, property, count);
    *count /= (int)sizeof(*cells);
    if (!search->iommu && cells) {
        g_error("%s has \"%s\" on a machine without IOMMU", name, property);
    }
    if (search->iommu && !cells) {
        g_error("%s can master the bus, but its node has no \"%s\": give its "
                "row of hw/avps/map.c a StreamID", name, property);
    }
    return cells;
}

static int platform_stream(const Search *search, const AvpsMapRow *row)
{
    int count;
    const fdt32_t *cells = iommu_cells(search, row->base, "iommus", row->name,
                                       &count);

    if (!cells) {
        return -1;
    }
    g_assert_cmpint(count, ==, 2);
    g_assert_cmphex(fdt32_to_cpu(cells[0]), ==, iommu_phandle(search));
    g_assert_cmphex(fdt32_to_cpu(cells[1]), ==, row->stream);
    return row->stream;
}

/* iommu-map: rows of first requester, IOMMU, first stream, how many */
static int pci_stream(const Search *search, uint16_t requester,
                      const char *name)
{
    int count;
    const fdt32_t *cells = iommu_cells(search, reg("pcie-ecam", 0),
                                       "iommu-map", "pcie", &count);

    for (int i = 0; cells && i + 3 < count; i += 4) {
        uint32_t first = fdt32_to_cpu(cells[i]);

        if (requester >= first &&
            requester - first < fdt32_to_cpu(cells[i + 3])) {
            g_assert_cmphex(fdt32_to_cpu(cells[i + 1]), ==,
                            iommu_phandle(search));
            return fdt32_to_cpu(cells[i + 2]) + requester - first;
        }
    }
    if (cells) {
        g_error("%s is not covered by \"iommu-map\"", name);
    }
    return -1;
}

/* --- Devices of the platform --- */

static QList *qmp_list(QTestState *qts, const char *fmt, ...)
    G_GNUC_PRINTF(2, 3);

static QList *qmp_list(QTestState *qts, const char *fmt, ...)
{
    QDict *reply;
    QList *list;
    va_list args;

    va_start(args, fmt);
    reply = qtest_vqmp(qts, fmt, args);
    va_end(args);
    g_assert_true(qdict_haskey(reply, "return"));
    list = qobject_ref(qdict_get_qlist(reply, "return"));
    qobject_unref(reply);
    return list;
}

static GHashTable *types_on_system_bus(QTestState *qts)
{
    GHashTable *types = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
                                              NULL);
    QList *list = qmp_list(qts, "{'execute': 'qom-list-types', 'arguments': "
                           "{'implements': 'sys-bus-device'}}");
    const QListEntry *entry;

    QLIST_FOREACH_ENTRY(list, entry) {
        QDict *type = qobject_to(QDict, qlist_entry_obj(entry));

        g_hash_table_add(types, g_strdup(qdict_get_str(type, "name")));
    }
    qobject_unref(list);
    return types;
}

static const Engine *engine_of_type(const char *type, const char *path)
{
    for (size_t i = 0; i < G_N_ELEMENTS(platform_kinds); i++) {
        if (!strcmp(type, platform_kinds[i].type)) {
            return platform_kinds[i].engine;
        }
    }
    g_error("%s is of a type that masters.c does not know: \"%s\". If it can "
            "master the bus, it needs a StreamID and an engine that drives "
            "its DMA; if not, say why", path, type);
}

static void judge_device(Search *search, const char *path, const char *type)
{
    const Engine *engine = engine_of_type(type, path);
    const char *name = strrchr(path, '/') + 1;
    const AvpsMapRow *row;

    if (!engine) {
        return;
    }
    row = avps_map_find(name);
    if (!row || row->stream == AVPS_NO_STREAM) {
        /* The transport of the IOMMU itself is behind none. */
        if (row && row->kind == AVPS_KIND_IOMMU) {
            return;
        }
        g_error("%s can master the bus, but has no StreamID in hw/avps/map.c",
                path);
    }
    add_master(search, g_strdup(name), engine, row->base,
               platform_stream(search, row));
}

/* What has a view of memory to give away is a master, wherever it sits. */
static bool has_dma_link(QList *properties)
{
    const QListEntry *entry;

    QLIST_FOREACH_ENTRY(properties, entry) {
        QDict *property = qobject_to(QDict, qlist_entry_obj(entry));

        if (!strcmp(qdict_get_str(property, "name"), "dma") &&
            g_str_has_prefix(qdict_get_str(property, "type"), "link<")) {
            return true;
        }
    }
    return false;
}

static void walk(Search *search, const char *path);

static void judge_object(Search *search, const char *path, const char *type,
                         QList *properties)
{
    if (g_hash_table_contains(search->on_system_bus, type)) {
        if (has_dma_link(properties) && !engine_of_type(type, path)) {
            g_error("%s has a \"dma\" link, but no engine", path);
        }
        judge_device(search, path, type);
    } else if (has_dma_link(properties)) {
        engine_of_type(type, path);
    }
}

static void walk_child(Search *search, const char *parent, QDict *property)
{
    const char *type = qdict_get_str(property, "type");
    g_autofree char *path = NULL;
    g_autofree char *type_name = NULL;
    QList *properties;

    if (!g_str_has_prefix(type, "child<")) {
        return;
    }
    type_name = g_strndup(type + strlen("child<"),
                          strlen(type) - strlen("child<>"));
    if (strstr(type_name, "memory-region") || !strcmp(type_name, "irq")) {
        return;
    }
    path = g_strdup_printf("%s/%s", parent, qdict_get_str(property, "name"));
    properties = qmp_list(search->qts, "{'execute': 'qom-list', 'arguments': "
                          "{'path': %s}}", path);
    judge_object(search, path, type_name, properties);
    qobject_unref(properties);
    walk(search, path);
}

static void walk(Search *search, const char *path)
{
    QList *properties = qmp_list(search->qts, "{'execute': 'qom-list', "
                                 "'arguments': {'path': %s}}", path);
    const QListEntry *entry;

    QLIST_FOREACH_ENTRY(properties, entry) {
        walk_child(search, path, qobject_to(QDict, qlist_entry_obj(entry)));
    }
    qobject_unref(properties);
}

/* --- PCI functions --- */

static uint64_t config(int bus, int devfn, int offset)
{
    return reg("pcie-ecam", (uint64_t)bus << 20 | devfn << 12 | offset);
}

static const Engine *engine_of_function(uint32_t id, const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(pci_kinds); i++) {
        if (pci_kinds[i].id == id) {
            return pci_kinds[i].engine;
        }
    }
    g_error("%s is a PCI function that masters.c does not know: 0x%08x", name,
            id);
}

static uint64_t place_bar(Search *search, int bus, int devfn)
{
    uint64_t bar = search->next_bar;

    search->next_bar += PCI_BAR_SIZE;
    qtest_writel(search->qts, config(bus, devfn, PCI_BAR0_REG), bar);
    return bar;
}

static void enable_function(Search *search, int bus, int devfn)
{
    qtest_writew(search->qts, config(bus, devfn, PCI_COMMAND_REG),
                 PCI_COMMAND_MEMORY_AND_MASTER);
}

static void add_function(Search *search, int bus, int devfn, uint32_t id)
{
    char *name = g_strdup_printf("pci-%02x:%02x.%x", bus, devfn >> 3,
                                 devfn & 7);

    add_master(search, name, engine_of_function(id, name),
               place_bar(search, bus, devfn),
               pci_stream(search, bus << 8 | devfn, name));
    enable_function(search, bus, devfn);
}

static void scan_bus(Search *search, int bus);

static void scan_behind_bridge(Search *search, int bus, int devfn)
{
    uint64_t window = search->next_bar;
    int child = ++search->last_bus;

    qtest_writel(search->qts, config(bus, devfn, PCI_BUSES_REG),
                 PCI_LAST_BUS << 16 | child << 8 | bus);
    enable_function(search, bus, devfn);
    scan_bus(search, child);
    qtest_writel(search->qts, config(bus, devfn, PCI_BUSES_REG),
                 search->last_bus << 16 | child << 8 | bus);
    qtest_writel(search->qts, config(bus, devfn, PCI_WINDOW_REG),
                 (search->next_bar - 1) >> 20 << 20 | window >> 16);
}

static void scan_bus(Search *search, int bus)
{
    for (int devfn = 0; devfn < 256; devfn++) {
        uint32_t id = qtest_readl(search->qts, config(bus, devfn, 0));
        uint16_t class;

        if (id == PCI_ABSENT) {
            continue;
        }
        class = qtest_readw(search->qts, config(bus, devfn, PCI_CLASS_REG));
        if (class == PCI_CLASS_BRIDGE) {
            scan_behind_bridge(search, bus, devfn);
        } else if (class != PCI_CLASS_HOST) {
            add_function(search, bus, devfn, id);
        }
    }
}

/* --- The list --- */

GPtrArray *masters_find(QTestState *qts, bool iommu)
{
    Search search = {
        .qts = qts,
        .iommu = iommu,
        .tree = fdt_from_ram(qts),
        .found = g_ptr_array_new(),
        .on_system_bus = types_on_system_bus(qts),
        .next_bar = reg("pcie-mmio", 0),
    };

    walk(&search, "/machine");
    scan_bus(&search, 0);
    g_hash_table_unref(search.on_system_bus);
    g_free(search.tree);
    return search.found;
}

void masters_free(GPtrArray *masters)
{
    for (guint i = 0; i < masters->len; i++) {
        Master *m = g_ptr_array_index(masters, i);

        g_free(m->name);
        g_free(m);
    }
    g_ptr_array_free(masters, true);
}

Master *masters_get(GPtrArray *masters, const char *name)
{
    for (guint i = 0; i < masters->len; i++) {
        Master *m = g_ptr_array_index(masters, i);

        if (g_str_has_prefix(m->name, name)) {
            return m;
        }
    }
    g_error("the machine has no master \"%s\"", name);
}

void master_start(Master *m, uint64_t control, uint8_t *control_memory)
{
    m->control = control;
    m->control_memory = control_memory;
    if (m->engine->start) {
        m->engine->start(m);
    }
}

void master_new_data(Master *m)
{
    m->salt++;
    for (size_t i = 0; i < m->engine->unit; i++) {
        m->data[i] = m->stream + 31 * m->salt + 7 * i;
    }
    memcpy(m->data, &m->salt, sizeof(m->salt));
}
