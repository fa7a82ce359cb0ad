# SPDX-License-Identifier: GPL-2.0-or-later
"""Sphinx configuration: sphinx-build docs build/docs"""

project = 'avps-ecu'
exclude_patterns = []
html_theme = 'alabaster'
