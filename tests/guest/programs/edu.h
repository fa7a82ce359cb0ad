/*
 * The registers of QEMU's PCI function "edu", of which we use the DMA engine:
 * it copies between memory and a buffer of 4 KiB in the function.
 *
 * See docs/specs/edu.rst of QEMU.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef EDU_H
#define EDU_H

#define EDU_ID 0x11e81234           /* device and vendor */

/* Offsets in BAR 0 */
#define EDU_DMA_SOURCE 0x80
#define EDU_DMA_DESTINATION 0x88
#define EDU_DMA_COUNT 0x90
#define EDU_DMA_COMMAND 0x98

#define EDU_DMA_RUN 0x1             /* reads as 1 until it is done */
#define EDU_DMA_TO_MEMORY 0x2       /* else from memory */

/* Where the engine finds its own buffer */
#define EDU_BUFFER 0x40000

#endif
