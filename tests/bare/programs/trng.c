/*
 * Random numbers from the firmware, of each length. Arm DEN 0098.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "bare.h"

#define TRNG_VERSION    0x84000050
#define TRNG_FEATURES   0x84000051
#define TRNG_GET_UUID   0x84000052
#define TRNG_RND        0xc4000053

#define VERSION_1_0 0x10000
#define NOT_SUPPORTED (-1)
#define INVALID_PARAMETERS (-2)
#define ALL_ONES (-1ull)

/* A form of TRNG_RND gives three words of so many bits, x3 the lowest. */
struct form {
    uint32_t function;
    unsigned word;
};

static const struct form forms[] = {
    { TRNG_RND, 64 },
    { TRNG_RND & ~SMC64, 32 },
};

/* A bit that is ever one has been in one draw out of two, if it is random. */
#define DRAWS 64

static void draw(const struct form *form, uint64_t bits, struct registers *r)
{
    for (unsigned n = 0; n < 18; n++) {
        r->x[n] = ALL_ONES;
    }
    r->x[0] = form->function;
    r->x[1] = bits;
    call_firmware(r);
}

/* The bits of word n (0 is the lowest) that a draw of so many may set */
static uint64_t wanted_mask(const struct form *form, unsigned bits, unsigned n)
{
    unsigned low = n * form->word;
    unsigned used = bits <= low ? 0 : bits - low;

    if (used >= form->word) {
        used = form->word;
    }
    return used == 64 ? ALL_ONES : (1ull << used) - 1;
}

/* All that was ever set, over many draws, is just what was asked for. */
static bool length_is_right(const struct form *form, unsigned bits)
{
    uint64_t seen[3] = { 0, 0, 0 };
    struct registers r;

    for (unsigned n = 0; n < DRAWS; n++) {
        draw(form, bits, &r);
        if (r.x[0]) {
            return false;
        }
        for (unsigned word = 0; word < 3; word++) {
            seen[word] |= r.x[3 - word];
        }
    }
    for (unsigned word = 0; word < 3; word++) {
        if (seen[word] != wanted_mask(form, bits, word)) {
            print("# with bits ");
            print_hex(bits);
            print(" a word had ");
            print_hex(seen[word]);
            print("\n");
            return false;
        }
    }
    return true;
}

static void check_form(const struct form *form)
{
    unsigned most = 3 * form->word, bits = 1;
    struct registers r, again;

    while (bits <= most && length_is_right(form, bits)) {
        bits++;
    }
    check_equal(bits, most + 1, "each length has its bits, and no others");

    draw(form, most, &r);
    draw(form, most, &again);
    check(r.x[1] != again.x[1] && r.x[2] != again.x[2] && r.x[3] != again.x[3],
          "two draws differ");
    check(r.x[1] != r.x[2] && r.x[2] != r.x[3], "as do the words of one");
    check_equal(r.x[4] & r.x[17], ALL_ONES, "x4 and up are kept");

    draw(form, 0, &r);
    check_equal((int32_t)r.x[0], INVALID_PARAMETERS, "no bits are refused");
    draw(form, most + 1, &r);
    check_equal((int32_t)r.x[0], INVALID_PARAMETERS,
                "one more than there are, too");
    draw(form, 0xffffffff, &r);
    check_equal((int32_t)r.x[0], INVALID_PARAMETERS, "and far more");
}

static void check_uuid(void)
{
    struct registers r, again;
    bool same = true;
    uint64_t all = 0;

    r.x[0] = again.x[0] = TRNG_GET_UUID;
    call_firmware(&r);
    call_firmware(&again);
    for (unsigned n = 0; n < 4; n++) {
        same &= (uint32_t)r.x[n] == (uint32_t)again.x[n];
        all |= r.x[n];
    }
    check((uint32_t)r.x[0] != 0xffffffff && all, "the source has a name");
    check(same, "that stays");
}

int main(uint64_t device_tree)
{
    static const uint32_t there[] = {
        TRNG_VERSION, TRNG_FEATURES, TRNG_GET_UUID, TRNG_RND, TRNG_RND & ~SMC64,
    };
    static const uint32_t absent[] = {
        0x84000054, TRNG_VERSION | SMC64, TRNG_GET_UUID | SMC64, PSCI_VERSION,
    };

    check_equal(psci(TRNG_VERSION, 0, 0, 0), VERSION_1_0,
                "TRNG is version 1.0");
    for (unsigned n = 0; n < sizeof(there) / 4; n++) {
        check_equal(psci(TRNG_FEATURES, there[n], 0, 0), 0,
                    "a function is there");
    }
    for (unsigned n = 0; n < sizeof(absent) / 4; n++) {
        check_equal(psci(TRNG_FEATURES, absent[n], 0, 0), NOT_SUPPORTED,
                    "another is not");
    }
    check_uuid();
    for (unsigned n = 0; n < sizeof(forms) / sizeof(forms[0]); n++) {
        check_form(&forms[n]);
    }
    return 0;
}
