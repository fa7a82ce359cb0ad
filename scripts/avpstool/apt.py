# SPDX-License-Identifier: GPL-2.0-or-later
"""Debian's archive, read without touching the system's own package state.

A private apt configuration lives in the cache.  It takes the mirrors from the
system's sources and the signing keys from Debian's keyring, and sees an arm64
Debian: everything that we take from the archive is for the guest, or is the
same on every architecture.  apt itself verifies what it downloads.

What was chosen once is written down (a "pin"), so that later runs need neither
the network nor apt.
"""

import functools
import json
import re
import shutil
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path

from avpstool import paths, state, steps, ui

KEYRING = Path('/usr/share/keyrings/debian-archive-keyring.gpg')
SYSTEM_SOURCES = Path('/etc/apt')

DOWNLOADS = paths.CACHE / 'debs'
UNPACKED = paths.CACHE / 'unpacked'
PINS = paths.CACHE / 'pins'

OFFLINE_ADVICE = 'check the network and the mirrors in /etc/apt, then run the command again'


# --- Mirrors ---------------------------------------------------------------

def _deb822_entries(text):
    for stanza in re.split(r'\n\s*\n', text):
        fields = {}
        for line in stanza.splitlines():
            name, colon, value = line.partition(':')
            if colon and not line.startswith(('#', ' ', '\t')):
                fields[name.lower()] = value.split()
        if 'deb' in fields.get('types', []) and fields.get('enabled') != ['no']:
            for uri in fields.get('uris', []):
                yield uri, fields.get('suites', [])


def _one_line_entries(text):
    for line in text.splitlines():
        found = re.match(r'deb\s+(?:\[[^]]*\]\s+)?(\S+)\s+(\S+)', line.strip())
        if found:
            yield found[1], [found[2]]


def _system_entries():
    directory = SYSTEM_SOURCES / 'sources.list.d'
    for path in sorted(directory.glob('*.sources')):
        yield from _deb822_entries(path.read_text())
    for path in [SYSTEM_SOURCES / 'sources.list', *sorted(directory.glob('*.list'))]:
        if path.exists():
            yield from _one_line_entries(path.read_text())


def mirrors():
    """The system's mirrors of Debian and of its security archive, which may
    be None."""
    main = security = None
    for uri, suites in _system_entries():
        if 'debian' not in uri:
            continue
        if any(suite.endswith('-security') for suite in suites):
            security = security or uri
        elif re.search(r'/debian(\.list)?/?$', uri):
            main = main or uri
    if not main:
        raise ui.UserError(f'no Debian mirror is in {SYSTEM_SOURCES}: add one to '
                           f'{SYSTEM_SOURCES}/sources.list')
    return main, security


# --- Packages --------------------------------------------------------------

@dataclass(frozen=True)
class Package:
    """One version of a package, as an index lists it."""

    name: str
    version: str
    suite: str
    needs: tuple = ()  # other packages that are to be fetched with this one

    def __str__(self):
        return f'{self.name}={self.version}'

    def all(self):
        return [self, *self.needs]


def _newer(left, right):
    if left == right:
        return 0
    newer = subprocess.run(['dpkg', '--compare-versions', left, 'gt', right],
                           check=False).returncode == 0
    return 1 if newer else -1


def newest_first(packages):
    by_version = functools.cmp_to_key(_newer)
    return sorted(packages, key=lambda package: by_version(package.version), reverse=True)


class NotServed(ui.UserError):
    """No version of the package could be had from the archive."""


class Archive:
    """Some suites of Debian, behind a private apt configuration."""

    def __init__(self, name, suites, kinds=('deb', 'deb-src')):
        self.name = name
        self.suites = suites
        self.kinds = kinds
        self.directory = paths.CACHE / 'apt' / name
        self.updated = False

    def sources(self, name):
        """All listed versions of the source package `name`, newest first."""
        return self._versions([name], 'Sources')

    def binaries(self, *names):
        """All listed versions of the binary packages `names`, newest first."""
        return self._versions(names, 'Packages')

    def names(self, pattern):
        """The names of the listed packages that match `pattern` in full."""
        self._ensure_lists()
        return [name for name in self._query('pkgnames').splitlines()
                if re.fullmatch(pattern, name)]

    def with_needs(self, name):
        """The binary package `name` with all that apt would install along
        with it where nothing is installed yet: a list of one, or of none."""
        self._ensure_lists()
        plan = subprocess.run(
            ['apt-get', '-c', self._config, '--simulate', '--no-install-recommends', 'install',
             name], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False)
        chosen = [Package(*found) for found in re.findall(
            r'^Inst (\S+) \((\S+) (\S+)', plan.stdout, re.MULTILINE)]
        needs = tuple(package for package in chosen if package.name != name)
        return [replace(package, needs=needs) for package in chosen if package.name == name]

    def download(self, package, directory, source=False):
        """Have apt put the verified files of `package`, and of what it needs,
        into `directory`."""
        how = ['source', '--download-only'] if source else ['download']
        words = [*how, *map(str, package.all())]
        self._apt(f'fetching {package.name} {package.version}', words, cwd=directory,
                  size=self._download_size(words))

    def _versions(self, names, kind):
        self._ensure_lists()
        found = set()
        for line in self._query('madison', *names).splitlines():
            name, version, origin = (part.strip() for part in line.split('|'))
            if name in names and origin.endswith(kind):
                found.add(Package(name, version, origin.split()[1].split('/')[0]))
        return newest_first(found)

    def _ensure_lists(self):
        """Read the indices anew once per run: this is only reached when
        something has to be downloaded."""
        if self.updated:
            return
        self._configure(*mirrors())
        self._apt(f'reading the package lists of {", ".join(self.suites)}', ['update'])
        self.updated = True

    def _configure(self, mirror, security_mirror):
        if not KEYRING.exists():
            raise ui.UserError(f'{KEYRING} is missing: install the package debian-archive-keyring')
        for name in ('lists/partial', 'cache/archives/partial'):
            (self.directory / name).mkdir(parents=True, exist_ok=True)
        (self.directory / 'status').touch()
        lines = []
        for kind in self.kinds:
            target = {'deb': 'Packages', 'deb-src': 'Sources'}[kind]
            for suite in self.suites:
                uri = security_mirror if suite.endswith('-security') else mirror
                if uri:
                    lines.append(f'{kind} [target={target} signed-by={KEYRING}] '
                                 f'{uri} {suite} main\n')
        (self.directory / 'sources.list').write_text(''.join(lines))
        self._config.write_text(f'''\
#clear APT::Architectures;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
#clear DPkg::Post-Invoke;
APT::Architecture "arm64";
APT::Architectures {{ "arm64"; }};
APT::Sandbox::User "root";
APT::Update::Error-Mode "any";
Acquire::Languages "none";
Acquire::Retries "2";
Dir::State "{self.directory}";
Dir::State::lists "{self.directory}/lists";
Dir::State::status "{self.directory}/status";
Dir::Cache "{self.directory}/cache";
Dir::Etc::sourcelist "{self.directory}/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
''')

    @property
    def _config(self):
        return self.directory / 'apt.conf'

    def _query(self, *arguments):
        return subprocess.run(['apt-cache', '-c', self._config, *arguments], check=True,
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout

    def _download_size(self, words):
        """How many bytes the download has, from lines "'URI' name size hash"."""
        listing = subprocess.run(
            ['apt-get', '-c', self._config, '-qq', '--print-uris', *words],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False).stdout
        return sum(int(line.split()[2]) for line in listing.splitlines() if line.startswith("'"))

    def _apt(self, what, arguments, cwd=None, size=0):
        def watch(line, progress):
            found = re.match(r'dlstatus:\d+:([\d.]+):', line)
            if not found:
                return
            percent = float(found[1])
            if size:
                progress.update_bytes(size * percent / 100, size)
            else:
                progress.update(percent, 100, 'received')

        steps.run(what, ['apt-get', '-c', self._config, '-o', 'APT::Status-Fd=1', '-q', *arguments],
                  log=f'apt-{self.name}-{arguments[0]}', cwd=cwd, watch=watch,
                  advice=OFFLINE_ADVICE)


# The long-term branch and what belongs to it; Debian 12's backports stand in
# where a file of Debian 13 is not served.
STABLE = Archive('stable', ['trixie', 'trixie-security', 'trixie-backports', 'bookworm-backports'])
UNSTABLE = Archive('unstable', ['sid'], kinds=['deb-src'])


# --- Pinned downloads ------------------------------------------------------

@dataclass(frozen=True)
class Download:
    """The files of one chosen package, all present."""

    name: str
    version: str
    files: tuple

    def file(self, suffix):
        return next(path for path in self.files if path.name.endswith(suffix))


def _pinned(pin):
    """What `pin` recorded, if every file of it is still there in full."""
    if not pin.exists():
        return None
    record = json.loads(pin.read_text())
    files = {DOWNLOADS / name: size for name, size in record['files'].items()}
    if all(path.exists() and path.stat().st_size == size for path, size in files.items()):
        return Download(record['name'], record['version'], tuple(files))
    return None


def _record(pin, package, files):
    with state.fresh_file(pin) as path:
        path.write_text(json.dumps({
            'name': package.name, 'version': package.version, 'suite': package.suite,
            'files': {file.name: file.stat().st_size for file in files}}, indent=2))


def fetch(label, choose, archive=STABLE, source=False):
    """The download that is pinned as `label`.

    If there is none yet, `choose(archive)` lists the acceptable packages, best
    first; the first one that the mirror really serves is taken.
    """
    pin = PINS / f'{label}.json'
    known = _pinned(pin)
    if known:
        return known
    with state.locked(paths.CACHE):
        known = _pinned(pin)  # another run may have fetched it while we waited
        if known:
            return known
        candidates = choose(archive)
        for package in candidates:
            try:
                with state.fresh_directory(DOWNLOADS / label) as directory:
                    archive.download(package, directory, source)
            except steps.Failed:
                ui.say(f'{package.name} {package.version} is not served, trying the next version')
                continue
            files = _publish(DOWNLOADS / label)
            _record(pin, package, files)
            return _pinned(pin)
    versions = ', '.join(package.version for package in candidates) or 'no version'
    raise NotServed(f'{label} cannot be had from {", ".join(archive.suites)} '
                    f'({versions} listed): {OFFLINE_ADVICE}')


def _publish(directory):
    """Move downloaded files up to where pins look for them."""
    files = [path.rename(DOWNLOADS / path.name) for path in sorted(directory.iterdir())
             if path.is_file()]
    shutil.rmtree(directory)
    return files


def forget_all():
    """Let every fetch() look for the newest version again."""
    for pin in PINS.glob('*.json'):
        pin.unlink()


def fetch_package(name):
    """The newest served version of a binary package."""
    return fetch(name, lambda archive: archive.binaries(name))


def fetch_with_needs(name):
    """A binary package and every other one that it needs, as one download."""
    return fetch(f'{name}-with-needs', lambda archive: archive.with_needs(name))


def unpack(download):
    """The directory with the contents of a downloaded binary package."""
    deb = download.file('.deb')
    directory = UNPACKED / deb.stem
    if not directory.exists():
        with state.locked(paths.CACHE):
            if not directory.exists():  # another run may have unpacked it while we waited
                with state.fresh_directory(directory) as fresh:
                    steps.unpack_deb(deb, fresh)
    return directory
