"""Every snippet is of its form: one block, which pytest-codeblocks runs, and a stable output."""

import ast
import os
import re
import subprocess
import sys
import unicodedata

import pytest
import pytest_codeblocks

from conftest import for_each, report
from tools import snippet
from tools.site import ROOT, SNIPPETS, Mistake, relative

EACH = for_each(snippet.paths())
UNSTABLE = {
    r"0x[0-9a-f]{6,}": "a memory address; print a name or a shape instead",
    r"\d\.\d{5,}": "a float of over four decimals, which processors round otherwise; round it",
    r"\d{4}-\d\d-\d\d|\d\d:\d\d:\d\d": "a date or a time; leave it out",
}
CLOCK = re.compile(r"^\s*(?:import|from)\s+(time|datetime)\b", re.MULTILINE)
# What fits a phone of 390 px, where code runs from edge to edge and scrolls, at worst, by a word;
# an output never does. The check of an exercise is exempt: nobody reads it.
COLUMNS = {"code": 60, "answer": 60, "output": 43, "says": 43, "said": 43}
MEND = {
    60: "Break the line, or give a part of it a name.",
    43: "Print it on two lines, or without brackets or labels; `fill` breaks a message.",
}


def read(path):
    """The snippet; None if it is not of its form, which the first test says."""
    try:
        return snippet.read(path)
    except Mistake:
        return None


@EACH
def test_one_block_which_pytest_codeblocks_runs(path):
    """It reads the same code and output from the file as we do, and marks no block as skipped."""
    try:
        block = snippet.read(path)
    except Mistake as mistake:
        pytest.fail(str(mistake), pytrace=False)
    found, *more = pytest_codeblocks.extract_from_file(path)
    ours = ("python", block.code, block.output)
    marks = [f'pytest.mark.needs_torch("{block.needs}")'] * bool(block.needs)
    skips = found.importorskip or found.expected_output_ignore_whitespace
    wrong = {
        "more than one block to run": [b.syntax for b in more]
        != ["pytb", "pytb"] * ("says" in block.parts),
        "another block": (found.syntax, found.code, found.expected_output) != ours,
        "other marks": found.marks != marks or skips,
    }
    report(f"{block.name}:1: pytest-codeblocks sees {what}" for what in wrong if wrong[what])


def test_pytest_codeblocks_collects_every_snippet():
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "snippets"]
    env = os.environ | {"PAGE": ""}
    listed = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True).stdout
    collected = re.findall(r"^(snippets/.*)::line [123]$", listed, re.MULTILINE)
    mend = "A snippet begins with ```python, in line 1 and without anything behind it."
    missed = {relative(path) for path in snippet.paths()} - set(collected)
    report(f"{name}:1: not collected. {mend}" for name in missed)


def test_nothing_else_in_snippets():
    others = {*snippet.MODULES, SNIPPETS / "ruff.toml"}
    files = [path for path in SNIPPETS.rglob("*") if path.is_file() and path not in others]
    strange = [path for path in files if path.suffix not in (".md", ".pyc")]
    report(f"{relative(path)}:1: not a snippet; those end in .md" for path in strange)


@EACH
def test_output_cannot_vary(path):
    if not (block := read(path)):
        return
    problems = []
    shown = "says" if "says" in block.parts else "output"
    for number, line in enumerate(block.parts.get(shown, "").splitlines(), block.line_of(shown)):
        for pattern, what in UNSTABLE.items():
            if found := re.search(pattern, line):
                problems.append(f"{block.name}:{number}: prints {found[0]!r}, {what}.")
    if clock := CLOCK.search(block.code):
        line = block.file_line(block.code.count("\n", 0, clock.start(1)) + 1)
        what = f"imports {clock[1]}. A time is never the same twice; leave it out."
        problems.append(f"{block.name}:{line}: {what}")
    report(problems)


@EACH
def test_it_says_in_its_first_line_what_it_needs_beside_torch(path):
    if not (block := read(path)):
        return
    known = sys.stdlib_module_names | {"torch", *(file.stem for file in snippet.MODULES)}
    nodes = (node for node in ast.walk(ast.parse(block.code)) if hasattr(node, "names"))
    names = {getattr(node, "module", None) or node.names[0].name for node in nodes}
    more = sorted({name.partition(".")[0] for name in names} - known)
    first = block.code.partition("\n")[0]
    says = f"# Needs PyTorch and {' and '.join(more)}."
    if more and first != says:
        report([f"{block.name}:2: imports {', '.join(more)}. Begin the block with {says!r}"])
    if not more and first.startswith(says[:19]):
        report([f"{block.name}:2: needs nothing beside torch. Take out {first!r}"])


def columns(line):
    """How many columns of a fixed-width font a line takes; a letter of Hangul takes two."""
    return sum(1 + (unicodedata.east_asian_width(letter) in "WF") for letter in line)


def too_wide(name, text, most, first=1):
    """What to say of each line of a text, which begins in line `first`, that is too wide."""
    over = [(number, columns(line) - most) for number, line in enumerate(text.splitlines(), first)]
    return [
        f"{name}:{number}: {n} column{'s' * (n > 1)} too many ({most} fit a phone). {MEND[most]}"
        for number, n in over
        if n > 0
    ]


@EACH
def test_it_fits_a_phone(path):
    if not (block := read(path)):
        return
    for part, most in COLUMNS.items():
        report(too_wide(block.name, block.parts.get(part, ""), most, block.line_of(part)))


@pytest.mark.parametrize("file", snippet.MODULES, ids=lambda file: file.name)
def test_what_snippets_import_fits_a_phone(file):
    report(too_wide(relative(file), file.read_text(encoding="utf-8"), COLUMNS["code"]))
