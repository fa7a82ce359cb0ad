/*
 * Flash bank 0 is readable at address 0 (this program runs from it); bank 1
 * is CFI flash that can be programmed. JEDEC JESD68; Intel command set.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "bare.h"

/* Two 16-bit chips side by side: a command goes to both. */
#define BOTH(value) ((value) | (uint32_t)(value) << 16)
#define CFI_QUERY BOTH(0x98)
#define CFI_ADDRESS(n) (FLASH1 + 4 * (n))
#define PROGRAM BOTH(0x40)
#define BLOCK_ERASE BOTH(0x20)
#define CONFIRM BOTH(0xd0)
#define READ_ARRAY BOTH(0xff)

#define A_BLOCK (FLASH1 + 0x80000)
#define ERASED 0xffffffff
#define PATTERN 0x464c5348 /* "FLSH" */

static void check_query(void)
{
    static const char qry[] = "QRY";

    write32(CFI_ADDRESS(0x55), CFI_QUERY);
    for (int i = 0; i < 3; i++) {
        check_equal(read32(CFI_ADDRESS(0x10 + i)), BOTH(qry[i]),
                    "bank 1 answers the CFI query");
    }
    write32(FLASH1, READ_ARRAY);
}

int main(uint64_t device_tree)
{
    check_equal((uint64_t)_start, FLASH0,
                "the program lies at the start of bank 0");
    check_equal(read32(FLASH0) >> 26, 0x05,
                "bank 0 reads as its first instruction, a branch");

    check_query();
    write32(A_BLOCK, BLOCK_ERASE);
    write32(A_BLOCK, CONFIRM);
    write32(A_BLOCK, READ_ARRAY);
    check_equal(read32(A_BLOCK), ERASED,
                "an erased block of bank 1 reads as ones");
    write32(A_BLOCK, PROGRAM);
    write32(A_BLOCK, PATTERN);
    write32(A_BLOCK, READ_ARRAY);
    check_equal(read32(A_BLOCK), PATTERN, "a programmed word reads back");
    return 0;
}
