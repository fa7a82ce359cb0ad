/*
 * avps-ecu qtests: starting the machine and finding its blocks
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef TESTS_QTEST_AVPS_BOARD_H
#define TESTS_QTEST_AVPS_BOARD_H

#include "hw/avps/map.h"
#include "tests/qtest/libqtest.h"

/* QOM path of the interrupt controller; its inputs are the SPIs. */
#define GIC_PATH "/machine/soc/gic"

/* The row of a block; there is no test for a block that does not exist. */
const AvpsMapRow *block(const char *name);

/* The address of a register of a block. */
uint64_t reg(const char *name, uint64_t offset);

/* Starts "-M avps-ecu" with these further arguments. */
QTestState *machine_start(const char *options);
QTestState *machine_startf(const char *fmt, ...) G_GNUC_PRINTF(1, 2);

/* Like machine_start(), with the levels of all SPIs visible to spi_level(). */
QTestState *machine_start_with_irqs(const char *options);

/* The level of the nth interrupt of a block. */
bool spi_level(QTestState *qts, const char *name, int nth);

/*
 * The name of a temporary file with these contents, extended by truncate()
 * when @size is larger. The file goes when the test is over.
 */
char *temporary_file(const void *contents, size_t length, size_t size);

/* Values of properties by QMP */
uint64_t qom_get_uint(QTestState *qts, const char *path, const char *property);
bool qom_get_bool(QTestState *qts, const char *path, const char *property);
char *qom_get_string(QTestState *qts, const char *path, const char *property);

#endif
