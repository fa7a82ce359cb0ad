/*
 * What runs in a VM to which an "edu" function is assigned: a bare program
 * that has the function copy within the VM's memory, and then reach for
 * memory of the machine that the VM was not given: at the address FORBIDDEN,
 * where the word SECRET stands.
 *
 * The VM is QEMU's "virt" with highmem=off, where the PCI host has its
 * configuration space and its window at the addresses below.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "bare.h"
#include "edu.h"

#define ECAM 0x3f000000ull
#define PCI_WINDOW 0x10000000ull
#define SLOTS 32

#define PCI_ID 0x00
#define PCI_COMMAND 0x04
#define PCI_COMMAND_MEMORY_AND_MASTER 0x6
#define PCI_BAR0 0x10

#define WORDS 1024
#define ATTACK 0x41545441

static Word out[WORDS], in[WORDS];

/* The configuration space of the function; 0 if it is not there */
static uint64_t find_edu(void)
{
    for (unsigned slot = 0; slot < SLOTS; slot++) {
        uint64_t config = ECAM + slot * 0x8000;

        if (read32(config + PCI_ID) == EDU_ID) {
            return config;
        }
    }
    return 0;
}

static void dma(uint64_t source, uint64_t destination, uint64_t bytes,
                unsigned direction)
{
    write64(PCI_WINDOW + EDU_DMA_SOURCE, source);
    write64(PCI_WINDOW + EDU_DMA_DESTINATION, destination);
    write64(PCI_WINDOW + EDU_DMA_COUNT, bytes);
    write64(PCI_WINDOW + EDU_DMA_COMMAND, EDU_DMA_RUN | direction);
    while (read64(PCI_WINDOW + EDU_DMA_COMMAND) & EDU_DMA_RUN) {
        relax();
    }
}

static void dma_from(uint64_t address, uint64_t bytes)
{
    dma(address, EDU_BUFFER, bytes, 0);
}

static void dma_to(uint64_t address, uint64_t bytes)
{
    dma(EDU_BUFFER, address, bytes, EDU_DMA_TO_MEMORY);
}

static void copy_within_the_vm(const char *what)
{
    unsigned same = 0;

    for (unsigned i = 0; i < WORDS; i++) {
        out[i] = now() * (i + 1);
        in[i] = ~out[i];
    }
    dma_from((uint64_t)out, sizeof(out));
    dma_to((uint64_t)in, sizeof(in));
    for (unsigned i = 0; i < WORDS; i++) {
        same += in[i] == out[i];
    }
    check_equal(same, WORDS, what);
}

/*
 * One word each: every word that is refused is an event of its own. Reading
 * comes first, while the secret is sure to be there.
 */
static void reach_outside(void)
{
    dma_from(FORBIDDEN, sizeof(out[0]));
    in[0] = 0;
    dma_to((uint64_t)in, sizeof(in[0]));
    check(in[0] != SECRET, "DMA reads nothing of memory outside");

    out[0] = ATTACK;
    dma_from((uint64_t)out, sizeof(out[0]));
    dma_to(FORBIDDEN, sizeof(out[0]));
}

int main(uint64_t device_tree)
{
    uint64_t config = find_edu();

    check(config, "the VM has the function");
    if (config) {
        write32(config + PCI_BAR0, PCI_WINDOW);
        write32(config + PCI_COMMAND, PCI_COMMAND_MEMORY_AND_MASTER);
        copy_within_the_vm("DMA copies within the VM's memory");
        reach_outside();
        copy_within_the_vm("DMA works on after it was refused");
    }
    return 0;
}
