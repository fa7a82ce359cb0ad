/*
 * avps-ecu: System MMU, the configuration of a stream
 *
 * IHI 0070, section 5: stream table, stream table entry (STE), context
 * descriptor (CD). Every structure is read once into a local copy, and what
 * the architecture calls ILLEGAL for this implementation is refused with its
 * event. Fields that concern what this implementation does not have
 * (substreams, stalling, ATS, EL2 and EL3 streams, memory attributes) are
 * ignored where that is architected, and otherwise make the structure bad.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/bitops.h"
#include "smmuv3_internal.h"
#include "hw/avps/trace.h"

/* --- Layout: word of 64 bits, first bit, length --- */

#define FIELD64(words, word, start, length) \
    extract64((words)[word], start, length)

#define STE_WORDS 8
#define STE_V(ste) FIELD64(ste, 0, 0, 1)
#define STE_CONFIG(ste) FIELD64(ste, 0, 1, 3)
#define STE_S1CONTEXTPTR(ste) ((ste)[0] & MAKE_64BIT_MASK(6, 46))
#define STE_S1CDMAX(ste) FIELD64(ste, 0, 59, 5)
#define STE_S1STALLD(ste) FIELD64(ste, 1, 27, 1)
#define STE_S2VMID(ste) FIELD64(ste, 2, 0, 16)
#define STE_S2T0SZ(ste) FIELD64(ste, 2, 32, 6)
#define STE_S2SL0(ste) FIELD64(ste, 2, 38, 2)
#define STE_S2TG(ste) FIELD64(ste, 2, 46, 2)
#define STE_S2PS(ste) FIELD64(ste, 2, 48, 3)
#define STE_S2AA64(ste) FIELD64(ste, 2, 51, 1)
#define STE_S2ENDI(ste) FIELD64(ste, 2, 52, 1)
#define STE_S2AFFD(ste) FIELD64(ste, 2, 53, 1)
#define STE_S2HD(ste) FIELD64(ste, 2, 55, 1)
#define STE_S2HA(ste) FIELD64(ste, 2, 56, 1)
#define STE_S2S(ste) FIELD64(ste, 2, 57, 1)
#define STE_S2R(ste) FIELD64(ste, 2, 58, 1)
#define STE_S2TTB(ste) ((ste)[3] & MAKE_64BIT_MASK(4, 48))

/* STE.Config */
#define CONFIG_TRANSLATES 4 /* otherwise everything is aborted */
#define CONFIG_STAGE1 1
#define CONFIG_STAGE2 2

#define CD_WORDS 8
#define CD_TSZ(cd, i) FIELD64(cd, 0, 16 * (i), 6)
#define CD_TG(cd, i) FIELD64(cd, 0, 16 * (i) + 6, 2)
#define CD_EPD(cd, i) FIELD64(cd, 0, 16 * (i) + 14, 1)
#define CD_ENDI(cd) FIELD64(cd, 0, 15, 1)
#define CD_V(cd) FIELD64(cd, 0, 31, 1)
#define CD_IPS(cd) FIELD64(cd, 0, 32, 3)
#define CD_AFFD(cd) FIELD64(cd, 0, 35, 1)
#define CD_TBI(cd, i) FIELD64(cd, 0, 38 + (i), 1)
#define CD_AA64(cd) FIELD64(cd, 0, 41, 1)
#define CD_HD(cd) FIELD64(cd, 0, 42, 1)
#define CD_HA(cd) FIELD64(cd, 0, 43, 1)
#define CD_S(cd) FIELD64(cd, 0, 44, 1)
#define CD_R(cd) FIELD64(cd, 0, 45, 1)
#define CD_A(cd) FIELD64(cd, 0, 46, 1)
#define CD_ASID(cd) FIELD64(cd, 0, 48, 16)
#define CD_HAD(cd, i) FIELD64(cd, 1 + (i), 1, 1)
#define CD_TTB(cd, i) ((cd)[1 + (i)] & MAKE_64BIT_MASK(4, 48))

#define L1STD_SPAN(word) extract64(word, 0, 5)
#define L1STD_L2PTR(word) ((word) & MAKE_64BIT_MASK(6, 46))
#define L1STD_MAX_SPAN 11

/* --- Helpers --- */

static bool fail(SmmuFault *fault, SmmuEventType type, uint64_t address)
{
    *fault = (SmmuFault) { .type = type, .address = address };
    return false;
}

/* IPS, S2PS: an address size; what is larger than ours behaves as ours. */
static uint8_t output_bits(int encoding)
{
    static const uint8_t bits[] = { 32, 36, 40, 42, 44 };

    return encoding < ARRAY_SIZE(bits) ? bits[encoding] : SMMU_OUTPUT_BITS;
}

/* Without STT, the fewest and the most bits of an input address */
static bool input_bits_are_valid(int bits)
{
    return bits >= 64 - 39 && bits <= 48;
}

static int first_table_bits(const SmmuTable *table)
{
    return table->input_bits -
           avps_smmu_level_shift(table->start_level, table->granule);
}

/* Tables are aligned to their size; lower bits are ignored. */
static uint64_t align_base(const SmmuTable *table, uint64_t base)
{
    return base & ~MAKE_64BIT_MASK(0, first_table_bits(table) + 3);
}

/* --- Stage 1: section 5.4 --- */

/* TG0 and TG1 are encoded differently; 0: reserved. */
static uint8_t s1_granule(int i, int tg)
{
    static const uint8_t granules[2][4] = {
        { 12, 16, 14, 0 }, { 0, 14, 12, 16 },
    };

    return granules[i][tg];
}

static bool decode_s1_table(const uint64_t *cd, int i, SmmuConfig *config)
{
    SmmuTable *table = &config->tt[i];
    uint64_t base = CD_TTB(cd, i);

    table->disabled = CD_EPD(cd, i);
    if (table->disabled) {
        return true;
    }
    table->granule = s1_granule(i, CD_TG(cd, i));
    table->input_bits = 64 - CD_TSZ(cd, i);
    table->no_hierarchy = CD_HAD(cd, i);
    if (!table->granule || !input_bits_are_valid(table->input_bits) ||
        base >> config->s1.output_bits) {
        return false;
    }
    table->start_level = avps_smmu_start_level(table->input_bits,
                                               table->granule);
    table->base = align_base(table, base);
    return true;
}

static bool decode_cd(const uint64_t *cd, SmmuConfig *config)
{
    /* IDR0: AArch64 tables, no stalling, no hardware update, little-endian */
    if (!CD_V(cd) || !CD_AA64(cd) || !CD_A(cd) || CD_S(cd) || CD_HA(cd) ||
        CD_HD(cd) || CD_ENDI(cd)) {
        return false;
    }
    config->asid = CD_ASID(cd);
    config->s1.record = CD_R(cd);
    config->s1.ignore_access = CD_AFFD(cd);
    config->s1.output_bits = output_bits(CD_IPS(cd));
    for (int i = 0; i < 2; i++) {
        config->tbi[i] = CD_TBI(cd, i);
        if (!decode_s1_table(cd, i, config)) {
            return false;
        }
    }
    return true;
}

static bool read_cd(uint64_t address, SmmuConfig *config, SmmuLines *lines,
                    SmmuFault *fault)
{
    uint64_t cd[CD_WORDS];

    if (config->s2.enabled) {
        SmmuMapping mapping;

        if (!avps_smmu_walk_stage2(config, lines, address, false,
                                   SMMU_CLASS_CD, &mapping, fault)) {
            return false;
        }
        address = mapping.output | (address & mapping.mask);
    }
    if (!avps_smmu_fetch(address, cd, CD_WORDS)) {
        return fail(fault, F_CD_FETCH, address);
    }
    return decode_cd(cd, config) || fail(fault, C_BAD_CD, 0);
}

/* --- Stage 2: section 5.2 --- */

/* DDI 0487 table D8-22: at which level S2SL0 says that a walk begins */
static bool s2_start_level(int granule, int sl0, uint8_t *level)
{
    if (sl0 == 3) {
        return false;
    }
    *level = (granule == 12 ? 2 : 3) - sl0;
    return true;
}

static bool decode_s2(const uint64_t *ste, SmmuConfig *config)
{
    static const uint8_t granules[4] = { 12, 16, 14, 0 };
    SmmuTable *table = &config->s2_table;
    uint64_t base = STE_S2TTB(ste);
    int first_bits;

    if (!STE_S2AA64(ste) || STE_S2ENDI(ste) || STE_S2S(ste) ||
        STE_S2HD(ste) || STE_S2HA(ste)) {
        return false;
    }
    config->s2.record = STE_S2R(ste);
    config->s2.ignore_access = STE_S2AFFD(ste);
    config->s2.output_bits = output_bits(STE_S2PS(ste));
    table->granule = granules[STE_S2TG(ste)];
    table->input_bits = 64 - STE_S2T0SZ(ste);
    if (!table->granule || !input_bits_are_valid(table->input_bits) ||
        table->input_bits > SMMU_OUTPUT_BITS ||
        base >> config->s2.output_bits ||
        !s2_start_level(table->granule, STE_S2SL0(ste),
                        &table->start_level)) {
        return false;
    }
    /* Up to 16 tables of the first level may be joined into one */
    first_bits = first_table_bits(table);
    if (first_bits < 1 || first_bits > table->granule - 3 + 4) {
        return false;
    }
    table->base = align_base(table, base);
    return true;
}

/* --- Stream table: sections 3.3, 5.1 and 6.3.23 to 6.3.25 --- */

static bool find_ste(const AvpsSmmuv3 *s, uint32_t stream, uint64_t *address,
                     SmmuFault *fault)
{
    uint64_t base = s->strtab_base & MAKE_64BIT_MASK(6, 46);
    int bits = MIN(FIELD_EX32(s->strtab_base_cfg, STRTAB_BASE_CFG, LOG2SIZE),
                   SMMU_SID_BITS);
    int split = FIELD_EX32(s->strtab_base_cfg, STRTAB_BASE_CFG, SPLIT);
    const int ste_shift = ctz32(STE_WORDS * 8);
    uint64_t l1_address, l1_entry;
    int span;

    if (stream >> bits) {
        return fail(fault, C_BAD_STREAMID, 0);
    }
    if (FIELD_EX32(s->strtab_base_cfg, STRTAB_BASE_CFG, FMT) != 1) {
        *address = (base & ~MAKE_64BIT_MASK(0, bits + ste_shift)) +
                   ((uint64_t)stream << ste_shift);
        return true;
    }

    if (split != 8 && split != 10) {
        split = 6; /* also what a reserved value behaves as */
    }
    base &= ~MAKE_64BIT_MASK(0, MAX(bits - split, 0) + 3);
    l1_address = base + 8 * (stream >> split);
    if (!avps_smmu_fetch(l1_address, &l1_entry, 1)) {
        return fail(fault, F_STE_FETCH, l1_address);
    }
    span = L1STD_SPAN(l1_entry);
    stream &= MAKE_64BIT_MASK(0, split);
    if (span == 0 || span > L1STD_MAX_SPAN || stream >> (span - 1)) {
        return fail(fault, C_BAD_STREAMID, 0);
    }
    *address = (L1STD_L2PTR(l1_entry) &
                ~MAKE_64BIT_MASK(0, span - 1 + ste_shift)) +
               ((uint64_t)stream << ste_shift);
    return true;
}

static bool decode_ste(const uint64_t *ste, SmmuConfig *config)
{
    int mode = STE_CONFIG(ste);

    if (!STE_V(ste)) {
        return false;
    }
    if (!(mode & CONFIG_TRANSLATES)) {
        config->abort = true;
        return true;
    }
    config->s1.enabled = mode & CONFIG_STAGE1;
    config->s2.enabled = mode & CONFIG_STAGE2;
    if (config->s1.enabled && (STE_S1CDMAX(ste) || STE_S1STALLD(ste))) {
        return false;
    }
    /* The VMID tags translations of stage 1 alone, too */
    config->vmid = STE_S2VMID(ste);
    return !config->s2.enabled || decode_s2(ste, config);
}

bool avps_smmu_read_config(AvpsSmmuv3 *s, uint32_t stream, SmmuConfig *config,
                           SmmuLines *lines, SmmuFault *fault)
{
    uint64_t ste[STE_WORDS];
    uint64_t address;

    *config = (SmmuConfig) { };
    if (!find_ste(s, stream, &address, fault)) {
        return false;
    }
    if (!avps_smmu_fetch(address, ste, STE_WORDS)) {
        return fail(fault, F_STE_FETCH, address);
    }
    trace_avps_smmu_ste(stream, address, ste[0]);
    if (!decode_ste(ste, config)) {
        return fail(fault, C_BAD_STE, 0);
    }
    return !config->s1.enabled ||
           read_cd(STE_S1CONTEXTPTR(ste), config, lines, fault);
}
