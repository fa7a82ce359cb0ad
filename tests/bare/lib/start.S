/*
 * The first instructions of a bare program, its exception vectors, and the
 * way from EL3 to a lower level and back.
 *
 * A program is compiled for one exception level (EL = 1, 2 or 3): the names
 * of system registers end in it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "map-generated.h"

/* One for each core, reserved in bare.ld */
#define STACK_SIZE 4096

#define CONCAT_(a, b) a ## b
#define CONCAT(a, b) CONCAT_(a, b)
#define OF_THIS_EL(reg) CONCAT(reg ## _el, EL)

/* Saved by an exception: x0 .. x30, ELR, SPSR (struct frame in bare.h) */
#define FRAME_SIZE (34 * 8)

    .section .head, "ax"

/*
 * The header of an arm64 kernel image: QEMU's -kernel then treats us as it
 * treats Linux (device tree in x0, other cores off, PSCI on) and loads us
 * 2 MiB into RAM. As firmware, at 0, the header is merely jumped over.
 */
    .globl _start
_start:
    b       reset
    .long   0
    .quad   0                   /* offset from a 2 MiB boundary */
    .quad   image_size
    .quad   0xa                 /* little endian, 4 KiB pages, may lie anywhere */
    .quad   0, 0, 0
    .ascii  "ARM\x64"
    .long   0

    .text

reset:
    mov     x19, x0             /* the device tree, if we are a kernel */
    mrs     x0, CurrentEL
    cmp     x0, #(EL << 2)
    b.ne    wrong_level
    mrs     x0, mpidr_el1
    and     x20, x0, #0xff
    bl      set_up_core
    /* As firmware at EL3 all cores begin here, and at the same time. */
    cbnz    x20, other_core

    ldr     x0, =bss_start
    ldr     x1, =bss_end
1:  cmp     x0, x1
    b.hs    2f
    str     xzr, [x0], #8
    b       1b
2:  mov     x0, x19
    bl      main
    b       finish

other_core:
    mov     x0, x20
    bl      other_core_at_reset
3:  wfi
    b       3b

/* Started by CPU_ON: x0 = context, that is, the number of the core. */
    .globl core_entry
core_entry:
    mov     x20, x0
    bl      set_up_core
    mov     x0, x20
    bl      core_main
4:  wfi
    b       4b

/* x20: number of the core. Gives it a stack and our vectors; uses x0 and x1. */
    .globl set_up_core
set_up_core:
    ldr     x0, =stacks_start + STACK_SIZE
    mov     x1, #STACK_SIZE
    madd    x0, x20, x1, x0
    mov     sp, x0
    adr     x0, vectors
    msr     OF_THIS_EL(vbar), x0
#if EL == 2
    /* AArch64 below; interrupts and SErrors come to us */
    ldr     x0, =(1 << 31) | (1 << 5) | (1 << 4) | (1 << 3)
    msr     hcr_el2, x0
#endif
    isb
    msr     daifclr, #4         /* an SError shall not go unseen */
    ret

/* Nothing of ours works at another level: say it with what needs no stack. */
wrong_level:
    lsr     x0, x0, #2
    add     w0, w0, #'0'
    mov     x1, #UART0
    adr     x2, wrong_level_text
5:  ldrb    w3, [x2], #1
    cbz     w3, 6f
    str     w3, [x1]
    b       5b
6:  str     w0, [x1]
    mov     w0, #'\n'
    str     w0, [x1]
7:  b       7b

wrong_level_text:
    .asciz  "Bail out! started at EL"

/* Vectors */

    .macro  vector kind
    .balign 0x80
    stp     x0, x1, [sp, #-FRAME_SIZE]!
    mov     x0, #\kind
    b       take_exception
    .endm

    .balign 0x800
vectors:
    .irp    kind, 0, 1, 2, 3    /* this level, SP of EL0: never used */
    vector  \kind
    .endr
    .irp    kind, 4, 5, 6, 7    /* this level */
    vector  \kind
    .endr
#if EL == 3
    .balign 0x80
    b       leave_lower         /* a lower level's SMC */
#else
    vector  8
#endif
    .irp    kind, 9, 10, 11, 12, 13, 14, 15
    vector  \kind
    .endr

take_exception:
    stp     x2, x3, [sp, #16]
    stp     x4, x5, [sp, #32]
    stp     x6, x7, [sp, #48]
    stp     x8, x9, [sp, #64]
    stp     x10, x11, [sp, #80]
    stp     x12, x13, [sp, #96]
    stp     x14, x15, [sp, #112]
    stp     x16, x17, [sp, #128]
    stp     x18, x19, [sp, #144]
    stp     x20, x21, [sp, #160]
    stp     x22, x23, [sp, #176]
    stp     x24, x25, [sp, #192]
    stp     x26, x27, [sp, #208]
    stp     x28, x29, [sp, #224]
    mrs     x1, OF_THIS_EL(elr)
    stp     x30, x1, [sp, #240]
    mrs     x2, OF_THIS_EL(spsr)
    mrs     x3, OF_THIS_EL(esr)
    stp     x2, x3, [sp, #256]
    mov     x1, sp
    bl      exception
    ldp     x2, x3, [sp, #256]
    msr     OF_THIS_EL(spsr), x2
    ldp     x30, x1, [sp, #240]
    msr     OF_THIS_EL(elr), x1
    ldp     x28, x29, [sp, #224]
    ldp     x26, x27, [sp, #208]
    ldp     x24, x25, [sp, #192]
    ldp     x22, x23, [sp, #176]
    ldp     x20, x21, [sp, #160]
    ldp     x18, x19, [sp, #144]
    ldp     x16, x17, [sp, #128]
    ldp     x14, x15, [sp, #112]
    ldp     x12, x13, [sp, #96]
    ldp     x10, x11, [sp, #80]
    ldp     x8, x9, [sp, #64]
    ldp     x6, x7, [sp, #48]
    ldp     x4, x5, [sp, #32]
    ldp     x2, x3, [sp, #16]
    ldp     x0, x1, [sp], #FRAME_SIZE
    eret

#if EL == 3
/* Saved over a stay below: x19 .. x30, the frame */
#define LOWER_FRAME_SIZE 112

/*
 * void run_lower(struct frame *frame, uint64_t scr)
 *
 * Leaves EL3 with the registers of *frame and this SCR_EL3, until the lower
 * level comes back by a synchronous exception: then *frame has the registers
 * of that moment, and the syndrome.
 */
    .globl run_lower
run_lower:
    stp     x19, x20, [sp, #-LOWER_FRAME_SIZE]!
    stp     x21, x22, [sp, #16]
    stp     x23, x24, [sp, #32]
    stp     x25, x26, [sp, #48]
    stp     x27, x28, [sp, #64]
    stp     x29, x30, [sp, #80]
    str     x0, [sp, #96]
    ldr     x2, [x0, #248]
    ldr     x3, [x0, #256]
    msr     elr_el3, x2
    msr     spsr_el3, x3
    msr     scr_el3, x1
    isb
    ldp     x2, x3, [x0, #16]
    ldp     x4, x5, [x0, #32]
    ldp     x6, x7, [x0, #48]
    ldp     x8, x9, [x0, #64]
    ldp     x10, x11, [x0, #80]
    ldp     x12, x13, [x0, #96]
    ldp     x14, x15, [x0, #112]
    ldp     x16, x17, [x0, #128]
    ldp     x18, x19, [x0, #144]
    ldp     x20, x21, [x0, #160]
    ldp     x22, x23, [x0, #176]
    ldp     x24, x25, [x0, #192]
    ldp     x26, x27, [x0, #208]
    ldp     x28, x29, [x0, #224]
    ldr     x30, [x0, #240]
    ldp     x0, x1, [x0]
    eret

leave_lower:
    stp     x0, x1, [sp, #-16]!
    ldr     x0, [sp, #16 + 96]
    stp     x2, x3, [x0, #16]
    stp     x4, x5, [x0, #32]
    stp     x6, x7, [x0, #48]
    stp     x8, x9, [x0, #64]
    stp     x10, x11, [x0, #80]
    stp     x12, x13, [x0, #96]
    stp     x14, x15, [x0, #112]
    stp     x16, x17, [x0, #128]
    stp     x18, x19, [x0, #144]
    stp     x20, x21, [x0, #160]
    stp     x22, x23, [x0, #176]
    stp     x24, x25, [x0, #192]
    stp     x26, x27, [x0, #208]
    stp     x28, x29, [x0, #224]
    mrs     x1, elr_el3
    stp     x30, x1, [x0, #240]
    mrs     x1, spsr_el3
    mrs     x2, esr_el3
    stp     x1, x2, [x0, #256]
    ldp     x1, x2, [sp], #16
    stp     x1, x2, [x0]
    msr     scr_el3, xzr
    isb
    ldp     x29, x30, [sp, #80]
    ldp     x27, x28, [sp, #64]
    ldp     x25, x26, [sp, #48]
    ldp     x23, x24, [sp, #32]
    ldp     x21, x22, [sp, #16]
    ldp     x19, x20, [sp], #LOWER_FRAME_SIZE
    ret
#endif
