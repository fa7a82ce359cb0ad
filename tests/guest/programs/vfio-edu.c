/*
 * A driver in user space, by VFIO, for two "edu" functions. The first one
 * copies between buffers that are mapped for it, at addresses of our choice.
 * Then both reach for addresses where nothing is mapped, or not any longer,
 * or not for them: nothing may change, and nothing may be read.
 *
 *   vfio-edu FUNCTION NEIGHBOUR FORBIDDEN SECRET
 *
 * FUNCTION and NEIGHBOUR are bound to vfio-pci. FORBIDDEN is a physical
 * address where nobody may write, and where the word SECRET stands.
 *
 * Prints "ok" and "not ok" lines, and for every access that must be refused
 * "refused" with the type of the event that the SMMU should report, the
 * function, the direction and the address.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <linux/pci_regs.h>
#include <linux/vfio.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>
#include "edu.h"

#define PAGE 4096
#define WORDS (PAGE / sizeof(uint32_t))

/* Away from all RAM, so that no address is right by accident */
#define OUT_IOVA 0x12340000ull          /* for the function to read */
#define IN_IOVA 0x123456789000ull       /* for it to write */

/* Events of the SMMU, IHI 0070 section 7.3 */
#define F_TRANSLATION 0x10
#define F_PERMISSION 0x13

/* Stands where a refused access would overwrite it */
#define MARK 0x4b52414d

typedef struct Function {
    const char *name;
    int container;
    int device;
    volatile uint8_t *registers;
} Function;

/* Buffers with a page before, between and behind them that is mapped nowhere */
static struct {
    uint32_t before[WORDS];
    uint32_t out[WORDS];
    uint32_t between[WORDS];
    uint32_t in[WORDS];
    uint32_t behind[WORDS];
} *memory;

static unsigned results;

static void check(bool good, const char *what)
{
    printf("%s %u - %s\n", good ? "ok" : "not ok", ++results, what);
}

static int checked(int result, const char *what)
{
    if (result < 0) {
        perror(what);
        exit(1);
    }
    return result;
}

static void *checked_map(void *result, const char *what)
{
    if (result == MAP_FAILED) {
        perror(what);
        exit(1);
    }
    return result;
}

/* VFIO */

static int open_group(const char *function)
{
    struct vfio_group_status status = { .argsz = sizeof(status) };
    char path[PATH_MAX], link[PATH_MAX] = "";
    int group;

    snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/iommu_group",
             function);
    checked(readlink(path, link, sizeof(link) - 1), path);
    snprintf(path, sizeof(path), "/dev/vfio/%s", basename(link));
    group = checked(open(path, O_RDWR), path);
    checked(ioctl(group, VFIO_GROUP_GET_STATUS, &status), "group status");
    if (!(status.flags & VFIO_GROUP_FLAGS_VIABLE)) {
        fprintf(stderr, "%s: not all of the group is bound to VFIO\n", path);
        exit(1);
    }
    return group;
}

static struct vfio_region_info region(int device, unsigned index)
{
    struct vfio_region_info info = { .argsz = sizeof(info), .index = index };

    checked(ioctl(device, VFIO_DEVICE_GET_REGION_INFO, &info), "region");
    return info;
}

/* Lets the function answer to its addresses and master the bus. */
static void enable(int device)
{
    uint16_t command = PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER;
    off_t config = region(device, VFIO_PCI_CONFIG_REGION_INDEX).offset;

    checked(pwrite(device, &command, sizeof(command), config + PCI_COMMAND),
            "PCI command register");
}

/* Takes a function, with a translation of its own that is empty. */
static Function take(const char *name)
{
    int container = checked(open("/dev/vfio/vfio", O_RDWR), "/dev/vfio/vfio");
    int group = open_group(name), device;
    struct vfio_region_info bar;

    checked(ioctl(group, VFIO_GROUP_SET_CONTAINER, &container), "container");
    checked(ioctl(container, VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU), "type1v2");
    device = checked(ioctl(group, VFIO_GROUP_GET_DEVICE_FD, name), name);
    enable(device);
    bar = region(device, VFIO_PCI_BAR0_REGION_INDEX);
    return (Function) {
        .name = name,
        .container = container,
        .device = device,
        .registers = checked_map(mmap(NULL, bar.size, PROT_READ | PROT_WRITE,
                                      MAP_SHARED, device, bar.offset), "BAR"),
    };
}

static void map(Function *function, uint64_t iova, void *page, uint32_t flags)
{
    struct vfio_iommu_type1_dma_map request = {
        .argsz = sizeof(request), .flags = flags,
        .vaddr = (uintptr_t)page, .iova = iova, .size = PAGE,
    };

    checked(ioctl(function->container, VFIO_IOMMU_MAP_DMA, &request), "map");
}

static void unmap(Function *function, uint64_t iova)
{
    struct vfio_iommu_type1_dma_unmap request = {
        .argsz = sizeof(request), .iova = iova, .size = PAGE,
    };

    checked(ioctl(function->container, VFIO_IOMMU_UNMAP_DMA, &request),
            "unmap");
}

/* The DMA engine */

static void write_register(Function *function, unsigned offset, uint64_t value)
{
    *(volatile uint64_t *)(function->registers + offset) = value;
}

static void dma(Function *function, uint64_t source, uint64_t destination,
                uint64_t bytes, unsigned direction)
{
    volatile uint64_t *command = (volatile uint64_t *)(function->registers +
                                                       EDU_DMA_COMMAND);

    write_register(function, EDU_DMA_SOURCE, source);
    write_register(function, EDU_DMA_DESTINATION, destination);
    write_register(function, EDU_DMA_COUNT, bytes);
    __sync_synchronize();
    *command = EDU_DMA_RUN | direction;
    while (*command & EDU_DMA_RUN) {
        usleep(1000);
    }
    __sync_synchronize();
}

static void dma_from(Function *function, uint64_t address, uint64_t bytes)
{
    dma(function, address, EDU_BUFFER, bytes, 0);
}

static void dma_to(Function *function, uint64_t address, uint64_t bytes)
{
    dma(function, EDU_BUFFER, address, bytes, EDU_DMA_TO_MEMORY);
}

/* An access of one word that the SMMU has to refuse, and to report once */

static void refused_write(Function *function, uint64_t address, unsigned event)
{
    dma_to(function, address, sizeof(uint32_t));
    printf("refused 0x%x %s write 0x%llx\n", event, function->name,
           (unsigned long long)address);
}

static void refused_read(Function *function, uint64_t address, unsigned event)
{
    dma_from(function, address, sizeof(uint32_t));
    printf("refused 0x%x %s read 0x%llx\n", event, function->name,
           (unsigned long long)address);
}

/* Memory */

static uint32_t pattern(unsigned page, unsigned word)
{
    return (page * WORDS + word + 1) * 0x9e3779b9;
}

static void fill(void)
{
    uint32_t *word = (uint32_t *)memory;

    for (unsigned i = 0; i < sizeof(*memory) / sizeof(*word); i++) {
        word[i] = pattern(i / WORDS, i % WORDS);
    }
}

static bool is_untouched(const uint32_t *page)
{
    unsigned number = (page - memory->before) / WORDS;

    for (unsigned i = 0; i < WORDS; i++) {
        if (page[i] != pattern(number, i)) {
            return false;
        }
    }
    return true;
}

/* What has to hold */

static void copy_through_mappings(Function *function, const char *what)
{
    memset(memory->in, 0, PAGE);
    dma_from(function, OUT_IOVA, PAGE);
    dma_to(function, IN_IOVA, PAGE);
    check(!memcmp(memory->in, memory->out, PAGE), what);
}

static void reach_for_physical_memory(Function *function, uint64_t forbidden,
                                      uint32_t secret)
{
    /* First, while the secret is sure to be there */
    refused_read(function, forbidden, F_TRANSLATION);
    memory->in[0] = 0;
    dma_to(function, IN_IOVA, sizeof(uint32_t));
    check(memory->in[0] != secret, "nothing is read from unmapped memory");
    refused_write(function, forbidden, F_TRANSLATION);
}

static void write_what_is_read_only(Function *function)
{
    refused_write(function, OUT_IOVA, F_PERMISSION);
    check(is_untouched(memory->out), "a read-only mapping is not written");
}

/* The neighbour has no mappings; those of the function are not for it. */
static void write_as_neighbour(Function *neighbour)
{
    memory->in[0] = MARK;
    refused_write(neighbour, IN_IOVA, F_TRANSLATION);
    check(memory->in[0] == MARK,
          "one function does not reach what is mapped for another");
}

static void write_what_was_unmapped(Function *function)
{
    unmap(function, IN_IOVA);
    memory->in[0] = MARK;
    refused_write(function, IN_IOVA, F_TRANSLATION);
    check(memory->in[0] == MARK, "an address is dead as soon as unmapped");
    map(function, IN_IOVA, memory->in,
        VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE);
}

int main(int argc, char **argv)
{
    Function function, neighbour;

    if (argc != 5) {
        fprintf(stderr, "vfio-edu FUNCTION NEIGHBOUR FORBIDDEN SECRET\n");
        return 2;
    }
    function = take(argv[1]);
    neighbour = take(argv[2]);
    memory = checked_map(mmap(NULL, sizeof(*memory), PROT_READ | PROT_WRITE,
                              MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), "memory");
    fill();
    map(&function, OUT_IOVA, memory->out, VFIO_DMA_MAP_FLAG_READ);
    map(&function, IN_IOVA, memory->in,
        VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE);

    copy_through_mappings(&function, "DMA copies from mapping to mapping");
    reach_for_physical_memory(&function, strtoull(argv[3], NULL, 0),
                              strtoul(argv[4], NULL, 0));
    write_what_is_read_only(&function);
    refused_write(&function, IN_IOVA + PAGE, F_TRANSLATION);
    write_as_neighbour(&neighbour);
    write_what_was_unmapped(&function);
    copy_through_mappings(&function, "DMA works on after it was refused");
    check(is_untouched(memory->before) && is_untouched(memory->between) &&
          is_untouched(memory->behind), "memory beside the buffers is intact");
    printf("1..%u\n", results);
    return 0;
}
