/*
 * avps-ecu qtests: all that can master the bus, found and driven
 *
 * The list comes from the running machine: devices of the SoC by QOM, PCI
 * functions by a scan of the buses, and the StreamID of each by the device
 * tree. Each master is driven by the engine for its kind (engines.c), all in
 * one way: it reads memory that was made ready for it, and it writes memory.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef TESTS_QTEST_AVPS_MASTERS_H
#define TESTS_QTEST_AVPS_MASTERS_H

#include "tests/qtest/libqtest.h"

/* Of a master's own memory for rings and descriptors, which it may use */
#define MASTER_CONTROL_SIZE 0x10000
/* No engine moves more bytes at once. */
#define MASTER_UNIT_MAX 512

typedef struct Master Master;

typedef struct Engine {
    size_t unit;        /* bytes that an access moves */

    /* Make the master ready for use; may be NULL. */
    void (*start)(Master *m);

    /* Lay out at @memory, of @unit bytes, what read() shall fetch. */
    void (*offer)(Master *m, uint8_t *memory);

    /* Let it read at @iova; whether it got what was offered. */
    bool (*read)(Master *m, uint64_t iova);

    /* Let it write at @iova; whether @memory is what it wrote. */
    void (*write)(Master *m, uint64_t iova);
    bool (*wrote)(const Master *m, const uint8_t *memory);
} Engine;

struct Master {
    char *name;
    const Engine *engine;
    QTestState *qts;
    uint64_t base;              /* of its registers */
    int stream;                 /* -1: no IOMMU is in its way */

    uint64_t control;           /* as the master addresses it */
    uint8_t *control_memory;    /* the same memory, as the test sees it */

    uint8_t data[MASTER_UNIT_MAX];      /* offered, or to be written */
    uint32_t salt;              /* no two accesses move the same bytes */
};

/* Arguments that give every kind of master something to do; caller frees */
char *masters_options(void);

/*
 * All masters of the machine, which must be a fresh one. Fails with the name
 * of the one that has no stream, or no engine. @iommu is false on a machine
 * that has none, where no master may claim a stream.
 */
GPtrArray *masters_find(QTestState *qts, bool iommu);
void masters_free(GPtrArray *masters);

/* One master of the list, by the beginning of its name */
Master *masters_get(GPtrArray *masters, const char *name);

/* The start of an engine, with the memory that it may use from now on */
void master_start(Master *m, uint64_t control, uint8_t *control_memory);

/* Fill m->data with bytes that were never there before. */
void master_new_data(Master *m);

/* The engines */
extern const Engine virtio_engine;      /* virtio-mmio, entropy source */
extern const Engine xhci_engine;
extern const Engine sdhci_engine;
extern const Engine gem_engine;
extern const Engine edu_engine;         /* QEMU's PCI function for teaching */

#endif
