/*
 * avps-ecu: SCMI over VIRTIO, as a PCI function
 *
 * VIRTIO 1.2, section 4.1.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/module.h"
#include "hw/avps/qemu/compat.h"
#include "hw/avps/scmi/virtio_scmi.h"
#include "hw/qdev-properties.h"
#include "hw/virtio/virtio-pci.h"
#include "standard-headers/linux/virtio_scmi.h"

#define TYPE_AVPS_VIRTIO_SCMI_PCI "virtio-scmi-pci-base"
OBJECT_DECLARE_SIMPLE_TYPE(AvpsVirtioScmiPCI, AVPS_VIRTIO_SCMI_PCI)

struct AvpsVirtioScmiPCI {
    VirtIOPCIProxy parent_obj;

    AvpsVirtioScmi vdev;
};

/* A message of configuration changes, though there are none, and the queues' */
#define VECTORS (1 + VIRTIO_SCMI_VQ_MAX_CNT)

static const Property virtio_scmi_pci_properties[] = {
    DEFINE_PROP_UINT32("vectors", VirtIOPCIProxy, nvectors, VECTORS),
};

static void virtio_scmi_pci_realize(VirtIOPCIProxy *proxy, Error **errp)
{
    AvpsVirtioScmiPCI *s = AVPS_VIRTIO_SCMI_PCI(proxy);

    qdev_realize(DEVICE(&s->vdev), BUS(&proxy->bus), errp);
}

static void virtio_scmi_pci_init(Object *obj)
{
    AvpsVirtioScmiPCI *s = AVPS_VIRTIO_SCMI_PCI(obj);

    virtio_instance_init_common(obj, &s->vdev, sizeof(s->vdev),
                                TYPE_AVPS_VIRTIO_SCMI);
}

static void virtio_scmi_pci_class_init(ObjectClass *oc, AVPS_CLASS_DATA *data)
{
    DeviceClass *dc = DEVICE_CLASS(oc);
    PCIDeviceClass *pc = PCI_DEVICE_CLASS(oc);

    VIRTIO_PCI_CLASS(oc)->realize = virtio_scmi_pci_realize;
    /* The device identifier comes from that of the VIRTIO device. */
    pc->vendor_id = PCI_VENDOR_ID_REDHAT_QUMRANET;
    pc->class_id = PCI_CLASS_OTHERS;
    set_bit(DEVICE_CATEGORY_MISC, dc->categories);
    device_class_set_props(dc, virtio_scmi_pci_properties);
}

static const VirtioPCIDeviceTypeInfo virtio_scmi_pci_info = {
    .base_name = TYPE_AVPS_VIRTIO_SCMI_PCI,
    .non_transitional_name = "virtio-scmi-pci",
    .instance_size = sizeof(AvpsVirtioScmiPCI),
    .instance_init = virtio_scmi_pci_init,
    .class_init = virtio_scmi_pci_class_init,
};

static void virtio_scmi_pci_register_types(void)
{
    virtio_pci_types_register(&virtio_scmi_pci_info);
}

type_init(virtio_scmi_pci_register_types)
