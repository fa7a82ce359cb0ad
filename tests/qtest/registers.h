/*
 * avps-ecu qtests: registers that a guest sets and that a reset clears, one
 * row each
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef TESTS_QTEST_AVPS_REGISTERS_H
#define TESTS_QTEST_AVPS_REGISTERS_H

#include "tests/qtest/avps/board.h"

typedef struct Register {
    const char *block;
    uint32_t offset;
    int bytes;          /* of the access: 1, 2, 4 or 8 */
    uint64_t reset;
    uint64_t written;   /* a value that is read back as written */
} Register;

extern const Register registers[];      /* ends with a row without block */

uint64_t register_read(QTestState *qts, const Register *r);
void register_write(QTestState *qts, const Register *r, uint64_t value);

/* Write every row's value and see that it sticks. */
void registers_write_all(QTestState *qts);

/* See that all rows read as written, or as after reset. */
void registers_check_written(QTestState *qts);
void registers_check_reset(QTestState *qts);

#endif
