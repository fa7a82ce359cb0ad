# SPDX-License-Identifier: GPL-2.0-or-later
"""The documents say what the machine is: pages are complete, quotations are true."""

import re
import textwrap

import pytest

from avpstool import conformance, paths

DOCS = paths.ROOT / 'docs'
PAGES = sorted((DOCS / 'devices').glob('*.rst'))
TEXTS = [paths.ROOT / 'README.md', *sorted(DOCS.rglob('*.rst'))]
SECTIONS = ('Options', 'Device tree', 'Example', 'Limitations')
FIELDS = ('Guest driver', 'AVPS')


def quoted_trees(page):
    """The device tree excerpts of a page."""
    blocks = re.findall(r'^\.\. code-block:: dts\n\n((?:   .*\n|\n)+)', page.read_text(), re.M)
    return [textwrap.dedent(block) for block in blocks]


def node_lines(source, header):
    """The lines between the braces of the node that begins with `header`, sub-nodes included."""
    lines = [line.strip() for line in source.splitlines()]
    depth, found = 0, []
    for line in lines[lines.index(header) + 1:]:
        depth += line.endswith('{') - line.startswith('}')
        if depth < 0:
            return found
        found.append(line)
    raise ValueError(f'{header} has no end')


def untrue_lines(quotation, source):
    """Lines of a quoted node that the device tree has not; a quotation may leave lines out."""
    header, *body = [line.strip() for line in quotation.strip().splitlines()]
    if header not in [line.strip() for line in source.splitlines()]:
        return [header]
    real = node_lines(source, header)
    return [line for line in body if line not in ('', '};') and line not in real]


TREE = '''
/ {
	serial@9000000 {
		reg = <0x00 0x9000000 0x00 0x1000>;
		status = "okay";
	};
	rtc@9010000 {
		reg = <0x00 0x9010000 0x00 0x1000>;
	};
};
'''


@pytest.mark.quick
@pytest.mark.parametrize('quotation, untrue', [
    ('serial@9000000 {\n   status = "okay";\n};', []),
    ('serial@9000000 {\n   status = "no";\n};', ['status = "no";']),
    ('rtc@9010000 {\n   status = "okay";\n};', ['status = "okay";']),
    ('uart@9000000 {\n};', ['uart@9000000 {']),
], ids=['true', 'wrong-value', 'of-another-node', 'no-such-node'])
def test_quotation_check(quotation, untrue):
    assert untrue_lines(quotation, TREE) == untrue


def test_pages_quote_the_device_tree(avps):
    trees = {}
    for world, options in (('normal', []), ('secure', ['--', '-machine', 'secure=on'])):
        dts = avps('dts', *options)
        assert dts.returncode == 0, dts.stderr
        trees[world] = dts.stdout
    untrue = [f'{page.name}: {line}' for page in PAGES for quotation in quoted_trees(page)
              for line in untrue_lines(quotation,
                                       trees['secure' if page.stem == 'secure' else 'normal'])]
    assert untrue == []


@pytest.mark.quick
def test_pages_are_complete():
    missing = [f'{page.name}: {section}' for page in PAGES for section in SECTIONS
               if not re.search(rf'^{section}\n-+$', page.read_text(), re.M)]
    missing += [f'{page.name}: {field}' for page in PAGES for field in FIELDS
                if f'\n:{field}: ' not in page.read_text()]
    assert missing == []


@pytest.mark.quick
def test_index_lists_all_pages():
    listed = re.findall(r'^   (devices/\S+)$', (DOCS / 'index.rst').read_text(), re.M)
    assert sorted(listed) == [f'devices/{page.stem}' for page in PAGES]


@pytest.mark.quick
def test_options_in_examples_exist(avps):
    """Every option that a document gives to ./scripts/avps is in that command's help."""
    unknown, helps = [], {}
    for text in TEXTS:
        for command, rest in re.findall(r'\./scripts/avps ([a-z]+)([^\n`]*)', text.read_text()):
            if command not in helps:
                helps[command] = avps(command, '--help').stdout
            ours = rest.split(' -- ')[0].split('#')[0]
            unknown += [f'{text.name}: {command} {option}'
                        for option in re.findall(r'(?<!\S)--[a-z][\w-]*', ours)
                        if not re.search(rf'{option}\b', helps[command])]
    assert unknown == []


@pytest.mark.quick
def test_user_guide_has_all_options_of_run(avps):
    options = set(re.findall(r'(?<!\S)\[?(--[a-z][\w-]*)', avps('run', '--help').stdout))
    guide = (DOCS / 'user-guide.rst').read_text()
    assert '--dtbo' in options
    assert [option for option in options - {'--help'} if f'``{option}' not in guide] == []


def readme_counts():
    """{chapter: 'N of M'} of the table in README.md."""
    readme = (paths.ROOT / 'README.md').read_text()
    return dict(re.findall(r'^\| (2\.\S+ [^|]+?) \| (\d+ of \d+) \|', readme, re.M))


@pytest.mark.quick
def test_readme_counts_the_claims():
    chapters = conformance.by_chapter(conformance.load_requirements())
    claimed = {chapter: f'{sum(r.claim == "met" for r in members)} of {len(members)}'
               for chapter, members in chapters.items()}
    assert readme_counts() == claimed
