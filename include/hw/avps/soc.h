/*
 * avps-ecu: the SoC
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef HW_AVPS_SOC_H
#define HW_AVPS_SOC_H

#include "hw/sysbus.h"
#include "hw/avps/fdt.h"
#include "hw/avps/lifecycle/lifecycle.h"
#include "hw/avps/map.h"
#include "hw/avps/power/power.h"
#include "hw/avps/qemu/compat.h"
#include "hw/avps/qemu/stream_bus.h"
#include "hw/avps/scmi/scmi.h"
#include "hw/avps/trust/firewall.h"
#include "target/arm/cpu-qom.h"

/* The option "iommu" of the machine: what stands between masters and memory */
typedef enum AvpsIommu {
    AVPS_IOMMU_SMMUV3,
    AVPS_IOMMU_VIRTIO,
    AVPS_IOMMU_NONE,
} AvpsIommu;

/* The option "scmi": the way to the system control processor in the tree */
typedef enum AvpsScmiTransport {
    AVPS_SCMI_BY_MAILBOX,
    AVPS_SCMI_BY_VIRTIO,
    AVPS_SCMI_BY_SMC,
    AVPS_SCMI_NOT_THERE,
} AvpsScmiTransport;

#define TYPE_AVPS_SOC "avps-soc"
OBJECT_DECLARE_SIMPLE_TYPE(AvpsSoc, AVPS_SOC)

/*
 * Cores, interrupt controller and every block of avps_map[], wired. Blocks
 * are QOM children by the name of their row. The board sets the members of
 * the first group, and maps RAM and flash, which are its own.
 */
struct AvpsSoc {
    SysBusDevice parent_obj;

    /* From the board, before realize */
    MachineState *machine;       /* cores, topology */
    AvpsFdt *fdt;                /* the tree that describes the SoC */
    MemoryRegion *secure_memory; /* the secure world's view, or NULL */
    bool virtualization;         /* the cores have EL2 */
    bool idle_states;            /* tell software of CPU_SUSPEND's */
    AvpsIommu iommu;
    bool dma_default_abort;      /* until software programs the IOMMU */
    AvpsScmiTransport scmi_transport;
    bool scmi_power_domains;     /* blocks have power domains of SCMI */
    AvpsLifecycle *lifecycle;    /* consoles, fuse */

    /* After realize */
    ARMCPU *cpu[AVPS_MAX_CPUS];
    uint32_t counter_hz;         /* of the system counter */
    DeviceState *gic;
    AvpsPower *power;
    AvpsScmi *scmi;              /* NULL with scmi=off */
    PCIBus *pcie;
    AvpsStreamBus *streams;      /* NULL without an IOMMU */
    AvpsFirewall *firewall;      /* NULL without a secure world */

    /* private */
    MemoryRegion pcie_ecam, pcie_mmio, pcie_mmio_high;
    MemoryRegion pstore, secure_ram;
};

/* The block called @name; it must exist in this configuration. */
DeviceState *avps_soc_block(AvpsSoc *soc, const char *name);

/* Where a device drives SPI number @spi: by the power controller to the GIC */
qemu_irq avps_soc_spi(AvpsSoc *soc, int spi);

/*
 * Map a realized device's register frames where @row says and connect its
 * interrupts.
 */
void avps_soc_wire(AvpsSoc *soc, const AvpsMapRow *row, SysBusDevice *dev);

/*
 * Build the block of @row: hardware, wiring, device tree. Does nothing for
 * rows that other code builds, or that this configuration has not.
 */
bool avps_block_create(AvpsSoc *soc, const AvpsMapRow *row, Error **errp);

/* Build the IOMMU of the SoC. After the PCIe host, before any other master. */
bool avps_iommu_create(AvpsSoc *soc, Error **errp);

/* What the platform master with the StreamID @stream sees of memory. */
AddressSpace *avps_stream_address_space(AvpsSoc *soc, int stream);

/*
 * Put the master @dev, which is not realized yet, behind the stream of @row.
 * It must be a virtio-mmio transport or have a link "dma" to a memory region.
 */
bool avps_stream_connect(AvpsSoc *soc, const AvpsMapRow *row,
                         DeviceState *dev, Error **errp);

/*
 * Build the system control processor, and its node in the tree as the option
 * "scmi" says. Before the blocks, which it controls and which refer to it.
 */
bool avps_control_create(AvpsSoc *soc, Error **errp);

/* Put the block of @row, now mapped, under its control. */
void avps_control_block(AvpsSoc *soc, const AvpsMapRow *row,
                        SysBusDevice *dev);

/* Write of the block's node at @path what it has of SCMI, but for clocks. */
void avps_control_write_consumer(AvpsSoc *soc, const AvpsMapRow *row,
                                 const char *path);

/*
 * Write `clocks`, and `clock-names` if @names is not NULL: the block's clock
 * of SCMI, or, when the tree has none for it, the fixed clock @fixed.
 */
void avps_control_write_clocks(AvpsSoc *soc, const AvpsMapRow *row,
                               const char *path, uint32_t fixed,
                               const char *const names[]);

/* Give @nic, which is not realized yet, an empty socket for its peer. */
void avps_nic_connect_socket(DeviceState *nic);

/* The link of @nic, now realized, is down if its socket is empty. */
void avps_nic_update_link(DeviceState *nic);

/* Build the PCIe host from its rows. */
bool avps_pcie_create(AvpsSoc *soc, Error **errp);

/*
 * Plug the functions that are part of the SoC. After all blocks, so that the
 * USB bus of the platform is the first that a -device is offered.
 */
bool avps_pcie_create_functions(AvpsSoc *soc, Error **errp);

#endif
