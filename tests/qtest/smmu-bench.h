/*
 * avps-ecu qtests: one master behind the SMMU, and what it is given
 *
 * QEMU's "edu" function, which copies between memory and its own buffer, has
 * a page that it may use, and a mapping whose making and breaking is up to
 * the test.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef TESTS_QTEST_AVPS_SMMU_BENCH_H
#define TESTS_QTEST_AVPS_SMMU_BENCH_H

#include "tests/qtest/avps/masters.h"
#include "tests/qtest/avps/smmu.h"

/*
 * What the master sees, above the memory of the machine. Both are as far from
 * their physical addresses, so that an entry of any size can map them.
 */
#define CONTROL_IOVA 0x88000000ull
#define DATA_IOVA 0x90000000ull
/* Intermediate addresses of a nested translation differ from physical ones. */
#define IPA_OFFSET 0x100000000ull
#define DATA_SIZE 0x10000ull

/* Nothing answers here: an external abort */
#define HOLE 0x0f000000ull

typedef enum { STAGE_1, STAGE_2, NESTED, NUM_PATHS } Path;

typedef struct Bench {
    RamView *ram;
    QTestState *qts;
    GPtrArray *masters;
    Smmu *smmu;
    Master *m;
    uint64_t control;   /* physical addresses */
    uint64_t data;

    /* Of the stream, once it is attached */
    Path path;
    PageTable *s1;
    PageTable *s2;
    uint64_t *ste;
    uint64_t *cd;
    uint64_t cd_address;        /* physical */
    uint64_t guest;             /* the RAM that CD and stage 1 have */
    uint64_t guest_end;
} Bench;

/* The arguments of the machine, with its RAM; the caller frees them. */
char *bench_options(const RamView *ram);

/* The SMMU runs, and has no stream yet. */
Bench *bench_new(void);

/* The machine as it comes, with further options, and an SMMU that is off */
Bench *bench_new_disabled(const char *options);
void bench_free(Bench *b);

/* Let another master of the machine do the accesses; before attaching it. */
void bench_use_master(Bench *b, const char *name);

/* Find the masters again, which a reset has taken their places from. */
void bench_find_masters(Bench *b);

/* Go on with the machine that this one was loaded into, and its RAM. */
void bench_move(Bench *b, QTestState *qts, RamView *ram);

/* The master is translated by this path, with pages of 4 KiB. */
void bench_attach(Bench *b, Path path);

/* The same with another granule, and the data mapped by entries of @level */
void bench_attach_granule(Bench *b, Path path, Granule granule, int level);

/*
 * All structures anew, in the RAM that was allocated since ram->next was
 * @mark, and the SMMU programmed with them
 */
void bench_rebuild(Bench *b, uint64_t mark, Path path);

/* Forget the stream that was attached; its entry is left alone. */
void bench_detach(Bench *b);

/* The address that leads from one stage to the next for the page of data */
uint64_t bench_ipa(const Bench *b);

/* The stage that maps the data last, and its entry for the first page */
PageTable *bench_last_table(const Bench *b);
uint64_t *bench_leaf(const Bench *b);

/* Whether the master can read and write its data, at @iova */
bool bench_can_read(Bench *b, uint64_t iova);
bool bench_can_write(Bench *b, uint64_t iova);

/* It can do both, and no event tells of it. */
void bench_assert_works(Bench *b);

/* Do an access that must be refused, and take its first event. */
SmmuEvent bench_refused(Bench *b, bool read, uint64_t iova);

/* Like that, with no event */
void bench_refused_silently(Bench *b, bool read, uint64_t iova);

#endif
