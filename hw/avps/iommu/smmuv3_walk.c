/*
 * avps-ecu: System MMU, translation table walks
 *
 * VMSAv8-64 as in the Arm Architecture Reference Manual (DDI 0487), D8, and
 * IHI 0070, section 3.4 (address sizes), 3.12 and 3.13 (faults). Descriptors
 * are read once each, a cache line at a time. Bits that concern caching,
 * shareability, execution and hardware update mean nothing to a model that has
 * none of them.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/bitops.h"
#include "smmuv3_internal.h"
#include "hw/avps/trace.h"

#define LAST_LEVEL 3

/* Descriptor bits, DDI 0487 D8.3 */
#define DESC_VALID BIT_ULL(0)
#define DESC_TABLE_OR_PAGE BIT_ULL(1)
#define DESC_S1_UNPRIVILEGED BIT_ULL(6)    /* AP[1] */
#define DESC_S1_READ_ONLY BIT_ULL(7)       /* AP[2] */
#define DESC_S2_READ BIT_ULL(6)
#define DESC_S2_WRITE BIT_ULL(7)
#define DESC_ACCESS_FLAG BIT_ULL(10)
#define DESC_S1_NOT_GLOBAL BIT_ULL(11)
#define DESC_TABLE_NO_UNPRIVILEGED BIT_ULL(61)
#define DESC_TABLE_READ_ONLY BIT_ULL(62)

/*
 * The descriptor at @address, an aligned word of the line that is returned, or
 * NULL after an abort.
 */
static const uint64_t *fetch_line(SmmuLines *lines, uint64_t address)
{
    const int size = SMMU_LINE_WORDS * sizeof(uint64_t);
    uint64_t line = address & ~(uint64_t)(size - 1);
    /* Walks read the same indices of several tables: spread those */
    int slot = (line / size ^ line >> 12) % SMMU_LINES;
    uint64_t *words = lines->words[slot];

    if (lines->used[slot] && lines->address[slot] == line &&
        words[address % size / 8] & DESC_VALID) {
        return words;
    }
    lines->used[slot] = avps_smmu_fetch(line, words, SMMU_LINE_WORDS);
    lines->address[slot] = line;
    return lines->used[slot] ? words : NULL;
}

/* Entries of a table are 8 bytes, so a page of them resolves so many bits. */
static int stride(int granule)
{
    return granule - 3;
}

int avps_smmu_level_shift(int level, int granule)
{
    return granule + (LAST_LEVEL - level) * stride(granule);
}

int avps_smmu_start_level(int input_bits, int granule)
{
    return LAST_LEVEL - (input_bits - granule - 1) / stride(granule);
}

/* DDI 0487 table D8-10: which levels may map blocks, without FEAT_LPA */
static bool may_be_block(int level, int granule)
{
    return granule == 12 ? level == 1 || level == 2 : level == 2;
}

static bool fail(SmmuFault *fault, SmmuEventType type, bool stage2,
                 SmmuClass class, uint64_t address)
{
    *fault = (SmmuFault) { type, stage2, class, address };
    return false;
}

/*
 * One walk of one stage. Who asks tells how the address of a descriptor is
 * turned into a physical one, and which bits grant what.
 */
typedef struct Walk {
    SmmuLines *lines;
    const SmmuTable *table;
    const SmmuStage *stage;
    const SmmuConfig *nested; /* stage 1's descriptors are behind stage 2 */
    bool stage2;
    SmmuClass class;
    uint64_t ipa;             /* of a stage 2 fault, otherwise 0 */
} Walk;

static bool walk_fail(const Walk *walk, SmmuEventType type, SmmuFault *fault)
{
    if (!walk->stage->record) {
        type = SMMU_EVENT_NONE;
    }
    return fail(fault, type, walk->stage2, walk->class, walk->ipa);
}

static const uint64_t *read_line(const Walk *walk, uint64_t address,
                                 SmmuFault *fault)
{
    const uint64_t *line;

    if (walk->nested) {
        SmmuMapping mapping;

        if (!avps_smmu_walk_stage2(walk->nested, walk->lines, address, false,
                                   SMMU_CLASS_TT, &mapping, fault)) {
            return NULL;
        }
        address = mapping.output | (address & mapping.mask);
    }
    line = fetch_line(walk->lines, address);
    if (!line) {
        fail(fault, F_WALK_EABT, walk->stage2,
             walk->stage2 ? walk->class : SMMU_CLASS_TT, address);
    }
    return line;
}

/*
 * How many pages, a power of two, are mapped as one block would be by the
 * descriptors around line[@index]: to the same place, with the same rights.
 * They are cached as one, and an invalidation of any of them drops all.
 */
static int contiguous_pages(const uint64_t *line, int index, int granule)
{
    int n = 1;

    while (n < SMMU_LINE_WORDS) {
        int first = index & ~(2 * n - 1);
        uint64_t expected = line[first];

        if (!(line[first] & DESC_VALID) ||
            extract64(line[first], granule, 4) & (2 * n - 1)) {
            break;
        }
        for (int i = first; i < first + 2 * n; i++) {
            if (line[i] != expected) {
                return n;
            }
            expected += 1ull << granule;
        }
        n *= 2;
    }
    return n;
}

static uint32_t s1_permissions(uint64_t descriptor, uint64_t table_bits)
{
    /* Masters of this SoC are unprivileged, as PCIe without a PASID is */
    if (!(descriptor & DESC_S1_UNPRIVILEGED) ||
        table_bits & DESC_TABLE_NO_UNPRIVILEGED) {
        return 0;
    }
    return descriptor & DESC_S1_READ_ONLY || table_bits & DESC_TABLE_READ_ONLY
           ? SMMU_READ : SMMU_READ | SMMU_WRITE;
}

static uint32_t s2_permissions(uint64_t descriptor)
{
    return (descriptor & DESC_S2_READ ? SMMU_READ : 0) |
           (descriptor & DESC_S2_WRITE ? SMMU_WRITE : 0);
}

/* The last descriptor of a walk says what is mapped, and how. */
static bool take_leaf(const Walk *walk, uint64_t address, bool write,
                      int level, const uint64_t *line, int index,
                      uint64_t table_bits, SmmuMapping *mapping,
                      SmmuFault *fault)
{
    int shift = avps_smmu_level_shift(level, walk->table->granule);
    uint64_t descriptor = line[index];

    if (level == LAST_LEVEL) {
        shift += ctz32(contiguous_pages(line, index, shift));
    }
    mapping->mask = MAKE_64BIT_MASK(0, shift);
    mapping->iova = address & ~mapping->mask;
    mapping->output = descriptor & MAKE_64BIT_MASK(shift, 48 - shift);
    if (mapping->output >> walk->stage->output_bits) {
        return walk_fail(walk, F_ADDR_SIZE, fault);
    }
    if (!(descriptor & DESC_ACCESS_FLAG) && !walk->stage->ignore_access) {
        return walk_fail(walk, F_ACCESS, fault);
    }
    mapping->global = !walk->stage2 && !(descriptor & DESC_S1_NOT_GLOBAL);
    mapping->perm = walk->stage2 ? s2_permissions(descriptor)
                                 : s1_permissions(descriptor, table_bits);
    if (!(mapping->perm & (write ? SMMU_WRITE : SMMU_READ))) {
        return walk_fail(walk, F_PERMISSION, fault);
    }
    return true;
}

/* @address lies in the range of the table, without any sign extension. */
static bool walk_table(const Walk *walk, uint64_t address,
                       uint64_t full_address, bool write,
                       SmmuMapping *mapping, SmmuFault *fault)
{
    const SmmuTable *table = walk->table;
    int granule = table->granule;
    uint64_t base = table->base;
    uint64_t table_bits = 0;

    for (int level = table->start_level; ; level++) {
        int shift = avps_smmu_level_shift(level, granule);
        /* Only the first table may have more or fewer entries than a page */
        int bits = level == table->start_level ? table->input_bits - shift
                                               : stride(granule);
        uint64_t at = base + 8 * extract64(address, shift, bits);
        const uint64_t *line = read_line(walk, at, fault);
        int index = at / 8 % SMMU_LINE_WORDS;
        uint64_t descriptor;

        if (!line) {
            return false;
        }
        descriptor = line[index];
        trace_avps_smmu_walk(walk->stage2, level, address, at, descriptor);
        if (!(descriptor & DESC_VALID)) {
            return walk_fail(walk, F_TRANSLATION, fault);
        }
        if (level == LAST_LEVEL
            ? descriptor & DESC_TABLE_OR_PAGE
            : !(descriptor & DESC_TABLE_OR_PAGE) &&
              may_be_block(level, granule)) {
            return take_leaf(walk, full_address, write, level, line, index,
                             table_bits, mapping, fault);
        }
        if (level == LAST_LEVEL || !(descriptor & DESC_TABLE_OR_PAGE)) {
            return walk_fail(walk, F_TRANSLATION, fault);
        }
        base = descriptor & MAKE_64BIT_MASK(granule, 48 - granule);
        if (base >> walk->stage->output_bits) {
            return walk_fail(walk, F_ADDR_SIZE, fault);
        }
        if (!table->no_hierarchy) {
            table_bits |= descriptor;
        }
    }
}

bool avps_smmu_walk_stage2(const SmmuConfig *config, SmmuLines *lines,
                           uint64_t ipa, bool write, SmmuClass class,
                           SmmuMapping *mapping, SmmuFault *fault)
{
    const Walk walk = {
        .lines = lines,
        .table = &config->s2_table, .stage = &config->s2, .stage2 = true,
        .class = class, .ipa = ipa,
    };

    if (ipa >> walk.table->input_bits) {
        return walk_fail(&walk, F_TRANSLATION, fault);
    }
    return walk_table(&walk, ipa, ipa, write, mapping, fault);
}

/*
 * DDI 0487 D8.1.7: bit 55 chooses the table when the top byte is ignored, and
 * all bits above the input range must be like bit 55.
 */
static const SmmuTable *choose_table(const SmmuConfig *config, uint64_t iova)
{
    int high = extract64(iova, 55, 1);
    const SmmuTable *table = &config->tt[high];
    int top = config->tbi[high] ? 56 : 64;
    uint64_t above;

    if (table->disabled) {
        return NULL;
    }
    above = extract64(iova, table->input_bits, top - table->input_bits);
    return above == (high ? MAKE_64BIT_MASK(0, top - table->input_bits) : 0)
           ? table : NULL;
}

static bool walk_stage1(const SmmuConfig *config, SmmuLines *lines,
                        SmmuAccess access, SmmuMapping *mapping,
                        SmmuFault *fault)
{
    const Walk walk = {
        .lines = lines,
        .table = choose_table(config, access.iova), .stage = &config->s1,
        .nested = config->s2.enabled ? config : NULL, .class = SMMU_CLASS_IN,
    };

    if (!walk.table) {
        return walk_fail(&walk, F_TRANSLATION, fault);
    }
    return walk_table(&walk,
                      extract64(access.iova, 0, walk.table->input_bits),
                      access.iova, access.write, mapping, fault);
}

/* What both stages map together is as large as the smaller of the two. */
static void combine(uint64_t iova, const SmmuMapping *s2, SmmuMapping *s1)
{
    uint64_t ipa = s1->output | (iova & s1->mask);

    s1->mask = MIN(s1->mask, s2->mask);
    s1->iova = iova & ~s1->mask;
    s1->output = (s2->output | (ipa & s2->mask)) & ~s1->mask;
    s1->perm &= s2->perm;
}

SmmuMapping avps_smmu_identity(uint64_t iova)
{
    /*
     * Not larger, because outside caches look for the whole in memory: RAM
     * begins at a multiple of this.
     */
    const uint64_t mask = MAKE_64BIT_MASK(0, 30);

    return (SmmuMapping) {
        .iova = iova & ~mask, .output = iova & ~mask, .mask = mask,
        .perm = SMMU_READ | SMMU_WRITE,
    };
}

bool avps_smmu_walk(const SmmuConfig *config, SmmuLines *lines,
                    SmmuAccess access, SmmuMapping *mapping, SmmuFault *fault)
{
    SmmuMapping s2;
    uint64_t ipa;

    if (!config->s1.enabled) {
        /* Section 3.4: the input of stage 2 is no larger than its output */
        if (access.iova >> SMMU_OUTPUT_BITS) {
            return fail(fault, F_ADDR_SIZE, false, SMMU_CLASS_IN, 0);
        }
        if (!config->s2.enabled) {
            *mapping = avps_smmu_identity(access.iova);
            return true;
        }
        return avps_smmu_walk_stage2(config, lines, access.iova, access.write,
                                     SMMU_CLASS_IN, mapping, fault);
    }
    if (!walk_stage1(config, lines, access, mapping, fault)) {
        return false;
    }
    if (config->s2.enabled) {
        ipa = mapping->output | (access.iova & mapping->mask);
        if (!avps_smmu_walk_stage2(config, lines, ipa, access.write,
                                   SMMU_CLASS_IN, &s2, fault)) {
            return false;
        }
        combine(access.iova, &s2, mapping);
    }
    return true;
}
