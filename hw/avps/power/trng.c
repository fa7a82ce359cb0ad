/*
 * avps-ecu: true random numbers by SMC
 *
 * Arm True Random Number Generator Firmware Interface (DEN0098) 1.0. The
 * numbers are those of QEMU's generator for guests, as in virtio-rng's
 * default; with -seed they repeat.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/guest-random.h"
#include "hw/avps/power/services.h"

#define TRNG_VERSION 0x84000050
#define TRNG_FEATURES 0x84000051
#define TRNG_GET_UUID 0x84000052
#define TRNG_RND32 0x84000053
#define TRNG_RND64 (TRNG_RND32 | AVPS_SMCCC_64)
#define TRNG_LAST 0x8400005f

#define VERSION_1_0 0x10000

#define TRNG_SUCCESS 0
#define TRNG_INVALID_PARAMETERS (-2)
#define TRNG_NO_ENTROPY (-3)

/* The registers 1 to 3 hold the entropy, the last one its lowest bits */
#define WORDS 3

/* f66cf4b3-1d35-4a41-8d44-04ca3cb6d2a6, four words as 2.4 orders them */
static const uint32_t uuid[4] = {
    0xb3f46cf6, 0x414a351d, 0xca04448d, 0xa6d2b63c
};

static int64_t features(uint32_t function)
{
    switch (function) {
    case TRNG_VERSION:
    case TRNG_FEATURES:
    case TRNG_GET_UUID:
    case TRNG_RND32:
    case TRNG_RND64:
        return TRNG_SUCCESS;
    default:
        return AVPS_SMCCC_NOT_SUPPORTED;
    }
}

/* @bits random bits in words of @width bits; 0 or an error */
static int64_t draw(AvpsSmcccCall *call, uint64_t bits, unsigned width)
{
    uint64_t entropy[WORDS];

    if (!bits || bits > WORDS * width) {
        return TRNG_INVALID_PARAMETERS;
    }
    if (qemu_guest_getrandom(entropy, sizeof(entropy), NULL)) {
        return TRNG_NO_ENTROPY;
    }
    for (int i = 0; i < WORDS; i++) {
        unsigned used = MIN(bits, width);

        call->result[WORDS - i] =
            used ? entropy[i] & MAKE_64BIT_MASK(0, used) : 0;
        bits -= used;
    }
    call->num_results = 1 + WORDS;
    return TRNG_SUCCESS;
}

static bool trng_call(void *opaque, AvpsSmcccCall *call)
{
    switch (call->function) {
    case TRNG_VERSION:
        call->result[0] = VERSION_1_0;
        return true;
    case TRNG_FEATURES:
        call->result[0] = features(call->arg[0]);
        return true;
    case TRNG_GET_UUID:
        for (int i = 0; i < ARRAY_SIZE(uuid); i++) {
            call->result[i] = uuid[i];
        }
        call->num_results = ARRAY_SIZE(uuid);
        return true;
    case TRNG_RND32:
        call->result[0] = draw(call, call->arg[0], 32);
        return true;
    case TRNG_RND64:
        call->result[0] = draw(call, call->arg[0], 64);
        return true;
    default:
        return false;
    }
}

void avps_trng_register(AvpsSmccc *smccc)
{
    avps_smccc_register(smccc, TRNG_VERSION, TRNG_LAST, trng_call, NULL);
}
