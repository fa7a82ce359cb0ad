# SPDX-License-Identifier: GPL-2.0-or-later
"""A root file system as a cpio archive of the "newc" kind, as Linux unpacks
it at boot.  The same entries always give the same bytes."""

import gzip
import stat

_MAGIC = b'070701'


class Archive:
    """Entries by path; the directories above them come by themselves."""

    def __init__(self):
        self._entries = {}

    def directory(self, path, mode=0o755):
        self._put(path, stat.S_IFDIR | mode)

    def file(self, path, data, mode=0o644):
        self._put(path, stat.S_IFREG | mode, data)

    def symlink(self, path, target):
        self._put(path, stat.S_IFLNK | 0o777, target.encode())

    def character_device(self, path, major, minor, mode):
        self._put(path, stat.S_IFCHR | mode, device=(major, minor))

    def tree(self, directory):
        """Everything below `directory`, where only "executable" counts of a
        file's mode: the rest is the builder's umask."""
        for path in sorted(directory.rglob('*')):
            name = str(path.relative_to(directory))
            if path.is_symlink():
                self.symlink(name, str(path.readlink()))
            elif path.is_dir():
                self.directory(name)
            else:
                executable = path.stat().st_mode & stat.S_IXUSR
                self.file(name, path.read_bytes(), 0o755 if executable else 0o644)

    def compressed(self):
        return gzip.compress(self._bytes(), compresslevel=6, mtime=0)

    def _put(self, path, mode, data=b'', device=(0, 0)):
        path = path.strip('/')
        parent = path.rpartition('/')[0]
        if parent and parent not in self._entries:
            self.directory(parent)
        self._entries[path] = (mode, data, device)

    def _bytes(self):
        # Sorted by path, so a directory comes before what is in it.
        records = [_record(number, path, *entry) for number, (path, entry)
                   in enumerate(sorted(self._entries.items()), start=1)]
        records.append(_record(0, 'TRAILER!!!', 0, b'', (0, 0)))
        return b''.join(records)


def _padded(data):
    return data + bytes(-len(data) % 4)


def _record(number, path, mode, data, device):
    name = path.encode() + b'\0'
    fields = (number, mode, 0, 0, 1, 0, len(data), 0, 0, *device, len(name), 0)
    header = _MAGIC + b''.join(b'%08X' % field for field in fields)
    return _padded(header + name) + _padded(data)
