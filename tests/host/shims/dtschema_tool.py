# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs one of dt-schema's programs: dtschema_tool.py mk_schema|dtb_validate ARGUMENT..."""

import importlib
import sys

import dtschema


def check_nothing(self):
    """dt-schema 2025.08 compares the types that two bindings give to one property, and stops
    with a KeyError where it would report a difference of Linux' own bindings."""


dtschema.DTValidator.check_duplicate_property_types = check_nothing

if __name__ == '__main__':
    tool = sys.argv.pop(1)
    sys.exit(importlib.import_module(f'dtschema.{tool}').main())
