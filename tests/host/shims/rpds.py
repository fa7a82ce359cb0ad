# SPDX-License-Identifier: GPL-2.0-or-later
"""Persistent containers in plain Python, under the names of the package rpds.

The schema validator of Debian 13 (dt-schema, jsonschema, referencing) is Python and runs on
any Debian; only rpds, which they build upon, is compiled for one version of Python.  These
are the few operations that they use.  A change makes a copy, which is quick enough for a
device tree.
"""


class HashTrieMap(dict):
    """A mapping that is copied by each change."""

    @classmethod
    def convert(cls, value):
        return value if isinstance(value, cls) else cls(value)

    def insert(self, key, value):
        new = HashTrieMap(self)
        dict.__setitem__(new, key, value)
        return new

    def update(self, *args, **kwargs):
        new = HashTrieMap(self)
        dict.update(new, *args, **kwargs)
        return new

    def remove(self, key):
        new = HashTrieMap(self)
        del new[key]
        return new

    def __hash__(self):
        return hash(frozenset(self.items()))


class HashTrieSet(frozenset):
    """A set that is copied by each change."""

    def insert(self, value):
        return HashTrieSet(self | {value})

    def remove(self, value):
        return HashTrieSet(self - {value})

    def update(self, *others):
        return HashTrieSet(self.union(*others))


class List(tuple):
    """A list that grows at its front."""

    def push_front(self, value):
        return List((value, *self))
