/*
 * Calls to the firmware with all the registers that the SMC Calling Convention
 * (Arm DEN 0028) gives them, and the way into SYSTEM_SUSPEND and out of it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#define CONCAT_(a, b) a ## b
#define CONCAT(a, b) CONCAT_(a, b)
#define OF_THIS_EL(reg) CONCAT(reg ## _el, EL)

/* Saved over a suspend: x19 .. x30, and where to tell how it ended */
#define SUSPEND_FRAME_SIZE 112

    .text

    .macro conduit immediate
#if EL == 1
    hvc     #\immediate
#else
    smc     #\immediate
#endif
    .endm

/* x0: struct registers. The callee keeps x18 and up, so x19 finds it again. */
    .macro call_with immediate
    stp     x19, x30, [sp, #-16]!
    mov     x19, x0
    ldp     x2, x3, [x19, #16]
    ldp     x4, x5, [x19, #32]
    ldp     x6, x7, [x19, #48]
    ldp     x8, x9, [x19, #64]
    ldp     x10, x11, [x19, #80]
    ldp     x12, x13, [x19, #96]
    ldp     x14, x15, [x19, #112]
    ldp     x16, x17, [x19, #128]
    ldp     x0, x1, [x19]
    conduit \immediate
    stp     x0, x1, [x19]
    stp     x2, x3, [x19, #16]
    stp     x4, x5, [x19, #32]
    stp     x6, x7, [x19, #48]
    stp     x8, x9, [x19, #64]
    stp     x10, x11, [x19, #80]
    stp     x12, x13, [x19, #96]
    stp     x14, x15, [x19, #112]
    stp     x16, x17, [x19, #128]
    ldp     x19, x30, [sp], #16
    ret
    .endm

/* void call_firmware(struct registers *registers) */
    .globl call_firmware
call_firmware:
    call_with 0

/* The same, with an immediate that no function has */
    .globl call_firmware_immediate_1
call_firmware_immediate_1:
    call_with 1

/*
 * int64_t suspend_system(uint64_t function, uint64_t context,
 *                        struct awakening *how)
 */
    .globl suspend_system
suspend_system:
    stp     x19, x20, [sp, #-SUSPEND_FRAME_SIZE]!
    stp     x21, x22, [sp, #16]
    stp     x23, x24, [sp, #32]
    stp     x25, x26, [sp, #48]
    stp     x27, x28, [sp, #64]
    stp     x29, x30, [sp, #80]
    str     x2, [sp, #96]
    ldr     x3, =stack_in_suspend
    mov     x4, sp
    str     x4, [x3]
    mov     x2, x1
    ldr     x1, =awake
    conduit 0
    /* Refused: nothing has changed. */
    add     sp, sp, #SUSPEND_FRAME_SIZE
    ret

awake:
    mov     x9, x0
    mrs     x10, CurrentEL
    mrs     x11, OF_THIS_EL(sctlr)
    mrs     x12, daif
    mrs     x20, mpidr_el1
    and     x20, x20, #0xff
    bl      set_up_core
    ldr     x3, =stack_in_suspend
    ldr     x3, [x3]
    mov     sp, x3
    ldr     x2, [sp, #96]
    stp     x9, x10, [x2]
    stp     x11, x12, [x2, #16]
    ldp     x29, x30, [sp, #80]
    ldp     x27, x28, [sp, #64]
    ldp     x25, x26, [sp, #48]
    ldp     x23, x24, [sp, #32]
    ldp     x21, x22, [sp, #16]
    ldp     x19, x20, [sp], #SUSPEND_FRAME_SIZE
    mov     x0, #0
    ret

    .bss
    .balign 8
stack_in_suspend:
    .quad   0
