# SPDX-License-Identifier: GPL-2.0-or-later
"""Kernel modules: which ones a list of names needs, and in which order."""

import lzma
import re
from pathlib import Path

from avpstool import ui


def read_list(path):
    """The names in a file: one a line, "#" starts a comment."""
    names = (line.partition('#')[0].strip() for line in path.read_text().splitlines())
    return [name for name in names if name]


def _normal(name):
    return name.replace('-', '_')


def _name(path):
    return _normal(Path(path).name.partition('.ko')[0])


class Modules:
    """The modules of one kernel, from the directory lib/modules/<release>."""

    def __init__(self, directory):
        self._files = {_name(path): path for path in directory.rglob('*.ko*')}
        builtin = (directory / 'modules.builtin').read_text().splitlines()
        self._builtin = {_name(line) for line in builtin}
        self._data = {}

    def file_name(self, name):
        return self._files[name].name.removesuffix('.xz')

    def data(self, name):
        """The module itself, not compressed."""
        if name not in self._data:
            path = self._files[name]
            data = path.read_bytes()
            self._data[name] = lzma.decompress(data) if path.suffix == '.xz' else data
        return self._data[name]

    def needed(self, name):
        """The modules that `name` needs directly."""
        return [needed for needed in self._listed(name, 'depends') if needed in self._files]

    def load_order(self, names):
        """`names` and all that they need, what is needed first.  A built-in
        one is passed over; one that the kernel does not know is reported,
        unless it has no modules at all."""
        order = []

        def add(name):
            if name in order:
                return
            for needed in self.needed(name) + self._wanted_before(name):
                add(needed)
            order.append(name)

        for name in map(_normal, names):
            if name in self._files:
                add(name)
            elif self._files and name not in self._builtin:
                ui.say(f'guest/modules.list: this kernel has no module {name}')
        return order

    def dependencies(self, name):
        """All that must be loaded before `name`, as modules.dep lists it:
        modprobe loads that list from its end."""
        return list(reversed(self.load_order([name])[:-1]))

    def aliases(self, name):
        """The patterns of the devices that `name` drives."""
        found = re.findall(rb'\0alias=([^\0]*)', self.data(name))
        return [pattern.decode() for pattern in found if b' ' not in pattern]

    def _wanted_before(self, name):
        """Soft dependencies; those behind "post:" may come at any time."""
        words = self._listed(name, 'softdep', separator=None)
        before = words[:words.index('post:')] if 'post:' in words else words
        return [_normal(word) for word in before if _normal(word) in self._files]

    def _listed(self, name, key, separator=','):
        found = re.findall(rb'\0%s=([^\0]*)' % key.encode(), self.data(name))
        words = [word for value in found for word in value.decode().split(separator) if word]
        return words if separator is None else [_normal(word) for word in words]
