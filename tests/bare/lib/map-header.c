/*
 * Prints the rows of the memory map as macros, for C and assembly alike:
 * NAME, NAME_SIZE and, where there is an interrupt, NAME_SPI.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <ctype.h>
#include <stdio.h>
#include "hw/avps/map.h"

static void print_macro(const char *name, const char *suffix,
                        uint64_t value)
{
    printf("#define ");
    for (; *name; name++) {
        putchar(*name == '-' ? '_' : toupper((unsigned char)*name));
    }
    printf("%s 0x%llx\n", suffix, (unsigned long long)value);
}

int main(void)
{
    for (const AvpsMapRow *row = avps_map; row->name; row++) {
        print_macro(row->name, "", row->base);
        print_macro(row->name, "_SIZE", row->size);
        if (row->spi >= 0) {
            print_macro(row->name, "_SPI", row->spi);
        }
    }
    return 0;
}
