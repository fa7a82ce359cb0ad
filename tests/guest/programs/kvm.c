/*
 * A hypervisor of one page: runs a VM by KVM inside the guest. The VM takes
 * an interrupt of its virtual timer through the virtual GIC, writes a number
 * to a device that we emulate, and asks PSCI to power off.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <fcntl.h>
#include <linux/kvm.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include "kvm-vm.h"

#define RAM 0x80000000ull
#define RAM_SIZE 0x10000
#define GIC_DIST 0x08000000ull
#define GIC_REDIST 0x080a0000ull
#define DEVICE 0x10000000ull
#define ANSWER 42

/* Position-independent; no stack, no exceptions: it polls ISR_EL1. */
asm(
    ".pushsection .rodata\n"
    ".global vm_code, vm_code_end\n"
    ".balign 4\n"
    "vm_code:\n"
    /* GICD_CTLR: affinity routing, group 1 */
    "  mov x0, #0x08000000\n"
    "  mov w1, #0x12\n"
    "  str w1, [x0]\n"
    /* GICR: awake; PPI 11 (virtual timer, INTID 27) in group 1, enabled */
    "  movz x0, #0x080a, lsl #16\n"
    "  str wzr, [x0, #0x14]\n"
    "  add x0, x0, #0x10, lsl #12\n"
    "  mov w1, #0x08000000\n"
    "  str w1, [x0, #0x80]\n"
    "  str w1, [x0, #0x100]\n"
    "  mov x1, #0xff\n"
    "  msr s3_0_c4_c6_0, x1\n"      /* ICC_PMR_EL1 */
    "  mov x1, #1\n"
    "  msr s3_0_c12_c12_7, x1\n"    /* ICC_IGRPEN1_EL1 */
    "  isb\n"
    "  mov x1, #0x1000\n"
    "  msr cntv_tval_el0, x1\n"
    "  mov x1, #1\n"
    "  msr cntv_ctl_el0, x1\n"
    "1: mrs x1, isr_el1\n"
    "  tbz x1, #7, 1b\n"
    "  mrs x1, s3_0_c12_c12_0\n"    /* ICC_IAR1_EL1 */
    "  add x1, x1, #(42 - 27)\n"
    "  mov x0, #0x10000000\n"
    "  str w1, [x0]\n"
    "  movz w0, #0x8400, lsl #16\n" /* PSCI SYSTEM_OFF */
    "  movk w0, #0x0008\n"
    "  hvc #0\n"
    "2: b 2b\n"
    "vm_code_end:\n"
    ".popsection\n");

static int checked(int result, const char *what)
{
    if (result < 0) {
        perror(what);
        exit(1);
    }
    return result;
}

static void set_device(int device, uint32_t group, uint64_t attr,
                       uint64_t *value)
{
    struct kvm_device_attr request = {
        .group = group, .attr = attr, .addr = (uintptr_t)value,
    };

    checked(ioctl(device, KVM_SET_DEVICE_ATTR, &request),
            "KVM_SET_DEVICE_ATTR");
}

static void load_code(int vm)
{
    void *ram = mmap(NULL, RAM_SIZE, PROT_READ | PROT_WRITE,
                     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    struct kvm_userspace_memory_region region = {
        .guest_phys_addr = RAM,
        .memory_size = RAM_SIZE,
        .userspace_addr = (uintptr_t)ram,
    };

    memcpy(ram, vm_code, vm_code_end - vm_code);
    __builtin___clear_cache(ram, (char *)ram + RAM_SIZE);
    checked(ioctl(vm, KVM_SET_USER_MEMORY_REGION, &region),
            "KVM_SET_USER_MEMORY_REGION");
}

static int create_cpu(int vm)
{
    int cpu = checked(ioctl(vm, KVM_CREATE_VCPU, 0), "KVM_CREATE_VCPU");
    uint64_t entry = RAM;
    struct kvm_one_reg pc = {
        .id = KVM_REG_ARM64 | KVM_REG_SIZE_U64 | KVM_REG_ARM_CORE |
              KVM_REG_ARM_CORE_REG(regs.pc),
        .addr = (uintptr_t)&entry,
    };
    struct kvm_vcpu_init init;

    checked(ioctl(vm, KVM_ARM_PREFERRED_TARGET, &init),
            "KVM_ARM_PREFERRED_TARGET");
    init.features[0] |= 1 << KVM_ARM_VCPU_PSCI_0_2;
    checked(ioctl(cpu, KVM_ARM_VCPU_INIT, &init), "KVM_ARM_VCPU_INIT");
    checked(ioctl(cpu, KVM_SET_ONE_REG, &pc), "KVM_SET_ONE_REG");
    return cpu;
}

static void create_gic(int vm)
{
    struct kvm_create_device gic = { .type = KVM_DEV_TYPE_ARM_VGIC_V3 };
    uint64_t dist = GIC_DIST, redist = GIC_REDIST;

    checked(ioctl(vm, KVM_CREATE_DEVICE, &gic), "KVM_CREATE_DEVICE");
    set_device(gic.fd, KVM_DEV_ARM_VGIC_GRP_ADDR,
               KVM_VGIC_V3_ADDR_TYPE_DIST, &dist);
    set_device(gic.fd, KVM_DEV_ARM_VGIC_GRP_ADDR,
               KVM_VGIC_V3_ADDR_TYPE_REDIST, &redist);
    set_device(gic.fd, KVM_DEV_ARM_VGIC_GRP_CTRL,
               KVM_DEV_ARM_VGIC_CTRL_INIT, NULL);
}

int main(void)
{
    int kvm = checked(open("/dev/kvm", O_RDWR), "/dev/kvm");
    int vm = checked(ioctl(kvm, KVM_CREATE_VM, 0), "KVM_CREATE_VM");
    int size = checked(ioctl(kvm, KVM_GET_VCPU_MMAP_SIZE, 0),
                       "KVM_GET_VCPU_MMAP_SIZE");
    uint32_t answer = 0;
    struct kvm_run *run;
    int cpu;

    load_code(vm);
    cpu = create_cpu(vm);
    create_gic(vm);
    run = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, cpu, 0);
    for (;;) {
        checked(ioctl(cpu, KVM_RUN, 0), "KVM_RUN");
        if (run->exit_reason == KVM_EXIT_MMIO && run->mmio.is_write &&
            run->mmio.phys_addr == DEVICE) {
            memcpy(&answer, run->mmio.data, sizeof(answer));
        } else if (run->exit_reason == KVM_EXIT_SYSTEM_EVENT) {
            printf("the VM says %u and powers off\n", answer);
            return answer != ANSWER;
        } else {
            printf("unexpected exit %u\n", run->exit_reason);
            return 1;
        }
    }
}
