/*
 * What a bare program may use: output and verdict, exceptions, the interrupt
 * controller, PSCI, and the addresses of the machine.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BARE_H
#define BARE_H

/* Addresses and interrupts are those of hw/avps/map.c (generated) */
#include "map-generated.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MAX_CORES 8

/* A private peripheral interrupt is INTID 16 + n, a shared one 32 + n. */
#define PPI(n) (16 + (n))
#define SPI_INTID(n) (32 + (n))

/* Output (console UART) */
void print(const char *text);
void print_hex(uint64_t value);

/* Verdict: one "ok" or "not ok" line each */
void check(bool good, const char *what);
/* As check(got == want), and says on failure what it got. */
void check_equal(uint64_t got, uint64_t want, const char *what);
/* Ends the list of results and powers the machine off. */
_Noreturn void finish(void);
/* Waits for ever: when nothing sensible can follow. */
_Noreturn void stop(void);
/* To carry the count of results over a reset of the machine */
unsigned results_so_far(void);
void continue_results(unsigned count);

/* What the program itself brings; the library has empty ones. */
int main(uint64_t device_tree);
void core_main(uint64_t core);              /* a core started by start_core() */
void other_core_at_reset(uint64_t core);    /* EL3: all cores start at reset */
void core_entry(void);                      /* the way to core_main() */
extern const char _start[];                 /* the first instruction */

/* System registers and memory */
#define read_sysreg(name) ({                                            \
    uint64_t value_;                                                    \
    asm volatile("mrs %0, " #name : "=r" (value_) : : "memory");        \
    value_; })
#define write_sysreg(name, value)                                       \
    asm volatile("msr " #name ", %0; isb"                               \
                 : : "r" ((uint64_t)(value)) : "memory")

static inline void barrier(void)
{
    asm volatile("dsb sy" : : : "memory");
}

/* In a loop that waits for somebody else */
static inline void relax(void)
{
    asm volatile("yield" : : : "memory");
}

/* Volatile, for somebody else changes them: a device, an interrupt, a core */
typedef volatile bool Flag;             /* another core or an interrupt */
typedef volatile uint8_t Byte;          /* a device */
typedef volatile uint32_t Word;         /* a device */
typedef volatile uint64_t DoubleWord;   /* a device or an interrupt */

static inline uint32_t read32(uint64_t address)
{
    return *(Word *)address;
}

static inline void write32(uint64_t address, uint32_t value)
{
    *(Word *)address = value;
    barrier();
}

static inline uint64_t read64(uint64_t address)
{
    return *(DoubleWord *)address;
}

static inline void write64(uint64_t address, uint64_t value)
{
    *(DoubleWord *)address = value;
    barrier();
}

/* Time: the system counter, and a limit for waits that should be short */
uint64_t now(void);
uint64_t ticks_of_ms(unsigned ms);
/* A busy host may keep a core waiting: far more than any wait should take */
#define WAIT_LIMIT_MS 60000
/* Waits until *flag is set; false when the limit is reached. */
bool wait_until(Flag *flag);

/* Exceptions */
struct frame {
    uint64_t x[31];
    uint64_t elr, spsr, esr;
};

#define ESR_CLASS(esr) (((esr) >> 26) & 0x3f)
#define ESR_FAULT(esr) ((esr) & 0x3f)
#define CLASS_HVC 0x16
#define CLASS_SMC 0x17
#define CLASS_FETCH_ABORT_SAME 0x21
#define CLASS_DATA_ABORT_SAME 0x25
#define FAULT_EXTERNAL 0x10

/* Reads a word; true, and the syndrome in *esr, when that raised an abort. */
bool read_aborts(uint64_t address, uint64_t *esr);

/* Interrupts (GICv3) */
void gic_init(void);                        /* distributor and this core */
void gic_enable(unsigned intid);
/* Called at an IRQ exception */
void gic_irq(void);
/* Waits for an interrupt that was enabled; true when it was taken. */
bool irq_arrives(unsigned intid);
/* The affinity (MPIDR) of redistributor n, or -1 when there are not so many. */
uint64_t core_affinity(unsigned n);

/* PSCI, called as this machine wants it at this exception level */
#define SMC64 0x40000000                    /* the same function, 64 bits */

#define PSCI_VERSION        0x84000000
#define PSCI_CPU_SUSPEND    0xc4000001
#define PSCI_CPU_OFF        0x84000002
#define PSCI_CPU_ON         0xc4000003
#define PSCI_AFFINITY_INFO  0xc4000004
#define PSCI_MIGRATE_INFO_TYPE 0x84000006
#define PSCI_SYSTEM_OFF     0x84000008
#define PSCI_SYSTEM_RESET   0x84000009
#define PSCI_FEATURES       0x8400000a
#define PSCI_SYSTEM_SUSPEND 0xc400000e
#define PSCI_STAT_RESIDENCY 0xc4000010
#define PSCI_STAT_COUNT     0xc4000011
#define PSCI_SYSTEM_RESET2  0xc4000012

#define PSCI_NOT_SUPPORTED   (-1)
#define PSCI_INVALID_PARAMS  (-2)
#define PSCI_DENIED          (-3)
#define PSCI_ALREADY_ON      (-4)
#define PSCI_ON_PENDING      (-5)
#define PSCI_INVALID_ADDRESS (-9)
#define AFFINITY_ON 0
#define AFFINITY_OFF 1

/* Returns the 32 bits of an error code or state, sign-extended. */
int64_t psci(uint64_t function, uint64_t a1, uint64_t a2, uint64_t a3);
/* The same, all 64 bits of x0 */
uint64_t firmware(uint64_t function, uint64_t a1, uint64_t a2, uint64_t a3);

/* Parameters and results of a call: x0 .. x17 */
struct registers {
    uint64_t x[18];
};

void call_firmware(struct registers *registers);
/* As HVC #1 or SMC #1 */
void call_firmware_immediate_1(struct registers *registers);

/* What the core found when SYSTEM_SUSPEND ended */
struct awakening {
    uint64_t x0, current_el, sctlr, daif;
};

/*
 * Calls a SYSTEM_SUSPEND function with that context. Returns 0 after the wake,
 * with our vectors set and all else as a core has it that was just started; or
 * the error of the call that was refused.
 */
int64_t suspend_system(uint64_t function, uint64_t context,
                       struct awakening *how);

/* All bits of a call's unused upper halves, that nobody may look at */
#define GARBAGE 0xdeadbeef00000000

/* The secure GPIO's lines (EL3) */
#define SECURE_LINE_OFF 0
#define SECURE_LINE_RESET 1
void raise_secure_line(unsigned line);

/* EL3: see start.S */
void run_lower(struct frame *frame, uint64_t scr);

/* SCR_EL3: AArch64 below, HVC known; with its bits that are always one */
#define SCR_SECURE (1 << 10 | 1 << 8 | 3 << 4)
#define SCR_NONSECURE (SCR_SECURE | 1)

/* HCR_EL2: AArch64 at EL1 */
#define HCR_RW (1ull << 31)

/* SPSR: a level with its own stack, all exceptions masked */
#define SPSR_EL1H 0x3c5
#define SPSR_EL2H 0x3c9

#endif
