# SPDX-License-Identifier: GPL-2.0-or-later
"""Validation of a device tree against Linux' bindings, with Debian's dt-schema.

dt-schema and what it is built upon are newer than Debian 12; being Python, they run from where
they are unpacked.  The bindings come with the kernel source of the driver leg; what dt-schema
makes of them is kept in the cache.
"""

import os
import subprocess

from avpstool import apt, hostdeps, kernel, paths, state, steps

PYTHON = '/usr/bin/python3'
PACKAGES = ('dt-schema', 'python3-attr', 'python3-jsonschema', 'python3-jsonschema-specifications',
            'python3-referencing', 'python3-typing-extensions')
SHIMS = paths.ROOT / 'tests' / 'host' / 'shims'
SCHEMAS = paths.CACHE / 'dt-schema'
BINDINGS = 'Documentation/devicetree/bindings'


def validate(blob):
    """What dt-validate says of a device tree blob, a list of lines."""
    hostdeps.ensure()
    schema = _schema()
    done = subprocess.run(_tool('dtb_validate', '-s', schema, blob), env=_environment(),
                          capture_output=True, text=True, check=False)
    return (done.stdout + done.stderr).splitlines()


def _schema():
    """The bindings, processed."""
    source = kernel.fetch_driver_source()
    tools = [apt.fetch_package(name) for name in PACKAGES]
    versions = state.digest(source.version, *(tool.version for tool in tools))
    schema = SCHEMAS / f'{versions}.json'
    if not schema.exists():
        environment = _environment()
        with state.locked(SCHEMAS):
            if not schema.exists():  # another run may have made it while we waited
                _process(_bindings(source), schema, environment)
    return schema


def _process(bindings, schema, environment):
    with state.fresh_file(schema) as fresh:
        steps.run('processing the device tree bindings of Linux',
                  _tool('mk_schema', '-j', '-o', fresh, bindings), log='dt-schema',
                  env=environment)


def _bindings(source):
    """Only the bindings are unpacked of a kernel source of more than a GiB."""
    tree = SCHEMAS / f'bindings-{source.version}'
    if not tree.exists():
        tarball = f'./usr/src/{source.name}.tar.xz'
        with state.fresh_directory(tree) as fresh:
            steps.run('unpacking the device tree bindings of Linux', [
                'bash', '-o', 'pipefail', '-c',
                'dpkg-deb --fsys-tarfile "$1" | tar -xO "$2" | xz -dc'
                ' | tar -x -C "$3" --strip-components=1 "$4"',
                'unpack', source.file('.deb'), tarball, fresh, f'{source.name}/{BINDINGS}',
            ], log='dt-schema')
    return tree / BINDINGS


def _tool(name, *arguments):
    return [PYTHON, SHIMS / 'dtschema_tool.py', name, *arguments]


def _environment():
    roots = [apt.unpack(apt.fetch_package(name)) for name in PACKAGES]
    directories = [SHIMS, *(root / 'usr/lib/python3/dist-packages' for root in roots)]
    return dict(os.environ, PYTHONPATH=os.pathsep.join(map(str, directories)),
                PYTHONDONTWRITEBYTECODE='1')
