/*
 * avps-ecu qtests: registers that a guest sets and that a reset clears
 *
 * Reset values are those of the blocks' own manuals.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "tests/qtest/avps/registers.h"

const Register registers[] = {
    /* PL011: IBRD, FBRD, CR, IFLS, IMSC */
    { "uart0", 0x24, 4, 0, 0x123 },
    { "uart0", 0x30, 4, 0x300, 0x301 },
    { "uart0", 0x34, 4, 0x12, 0x09 },
    { "uart0", 0x38, 4, 0, 0x050 },
    { "uart1", 0x24, 4, 0, 0x321 },
    { "uart1", 0x38, 4, 0, 0x010 },
    /* PL061: DIR, IS, IBE, IEV, IE */
    { "gpio0", 0x400, 4, 0, 0x81 },
    { "gpio0", 0x404, 4, 0, 0x10 },
    { "gpio0", 0x408, 4, 0, 0x20 },
    { "gpio0", 0x40c, 4, 0, 0x40 },
    { "gpio0", 0x410, 4, 0, 0x01 },
    { "gpio1", 0x400, 4, 0, 0x42 },
    /* Generic timer: CNTNSAR, CNTACR0, CNTVOFF0 */
    { "timer0", 0x004, 4, 1, 0 },
    { "timer0", 0x040, 4, 0, 0x3f },
    { "timer0", 0x080, 8, 0, 0x1234567 },
    /* Generic watchdog, while it is off: WOR, WCV */
    { "watchdog0", 0x008, 4, 0, 0x12345678 },
    { "watchdog0", 0x00c, 4, 0, 0xabcd },
    { "watchdog0", 0x010, 4, 0, 0x9abcdef0 },
    { "watchdog0", 0x014, 4, 0, 0x87654321 },
    /* SDHCI: SDMA address, block size, argument, interrupt enables */
    { "sdhci0", 0x00, 4, 0, 0x41000000 },
    { "sdhci0", 0x08, 4, 0, 0x55aa },
    { "sdhci0", 0x34, 2, 0, 0x00ff },
    /* xHCI: DNCTRL, CONFIG */
    { "usb0", 0x54, 4, 0, 0x2 },
    { "usb0", 0x78, 4, 0, 0x8 },
    /* GEM: NWCFG, DMACFG, RX queue base */
    { "ethernet0", 0x004, 4, 0x00080000, 0x00080010 },
    { "ethernet0", 0x010, 4, 0x00020784, 0x00180784 },
    { "ethernet0", 0x018, 4, 0, 0x41000000 },
    /* i.MX I2C: IFDR, I2CR */
    { "i2c0", 0x4, 1, 0, 0x21 },
    { "i2c1", 0x8, 1, 0, 0x80 },
    { "i2c2", 0x4, 1, 0, 0x3f },
    /* eCSPI: CONREG enables the rest; CONFIGREG, DMAREG */
    { "spi0", 0x08, 4, 0, 0x000000f1 },
    { "spi0", 0x0c, 4, 0, 0x00000f00 },
    { "spi0", 0x14, 4, 0, 0x00000001 },
    /* VIRTIO: the transport of the entropy source, status ACKNOWLEDGE */
    { "virtio-mmio31", 0x70, 4, 0, 1 },
    /* GIC: GICD_ISENABLER1, GICD_IPRIORITYR8 */
    { "gic-dist", 0x104, 4, 0, 0x0f0f },
    { "gic-dist", 0x420, 4, 0, 0x40802010 },
    /* PCIe: command register of the xHCI function */
    { "pcie-ecam", 0x8004, 2, 0, 0x0406 },
    { NULL }
};

uint64_t register_read(QTestState *qts, const Register *r)
{
    uint64_t address = reg(r->block, r->offset);

    switch (r->bytes) {
    case 1:
        return qtest_readb(qts, address);
    case 2:
        return qtest_readw(qts, address);
    case 4:
        return qtest_readl(qts, address);
    default:
        return qtest_readq(qts, address);
    }
}

void register_write(QTestState *qts, const Register *r, uint64_t value)
{
    uint64_t address = reg(r->block, r->offset);

    switch (r->bytes) {
    case 1:
        qtest_writeb(qts, address, value);
        break;
    case 2:
        qtest_writew(qts, address, value);
        break;
    case 4:
        qtest_writel(qts, address, value);
        break;
    default:
        qtest_writeq(qts, address, value);
    }
}

static void check(QTestState *qts, const Register *r, uint64_t want,
                  const char *when)
{
    uint64_t value = register_read(qts, r);

    if (value != want) {
        g_error("%s+0x%x is 0x%" PRIx64 " %s, not 0x%" PRIx64,
                r->block, r->offset, value, when, want);
    }
}

void registers_write_all(QTestState *qts)
{
    for (const Register *r = registers; r->block; r++) {
        register_write(qts, r, r->written);
    }
    registers_check_written(qts);
}

void registers_check_written(QTestState *qts)
{
    for (const Register *r = registers; r->block; r++) {
        check(qts, r, r->written, "after it was written");
    }
}

void registers_check_reset(QTestState *qts)
{
    for (const Register *r = registers; r->block; r++) {
        check(qts, r, r->reset, "after a reset");
    }
}
