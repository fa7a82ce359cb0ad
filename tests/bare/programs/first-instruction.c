/*
 * Says one word and stops: what the bench times from exec to here is the
 * machine's own start. No test.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "bare.h"

int main(uint64_t device_tree)
{
    print("first instruction\n");
    return 0;
}
