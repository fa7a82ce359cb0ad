/*
 * What the VM of kvm.c executes.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef KVM_VM_H
#define KVM_VM_H

extern const char vm_code[], vm_code_end[];

#endif
