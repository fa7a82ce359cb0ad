/*
 * avps-ecu qtests: a machine that is saved and loaded
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef TESTS_QTEST_AVPS_MIGRATION_H
#define TESTS_QTEST_AVPS_MIGRATION_H

#include "tests/qtest/libqtest.h"

/*
 * The machine goes into a file, and a new one with these arguments comes out
 * of it, stopped as the first one was then.
 */
QTestState *machine_through_a_file(QTestState *qts, const char *options);

#endif
