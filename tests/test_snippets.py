"""Every snippet is of its form: one block, which pytest-codeblocks runs, and an output that cannot vary."""

import re
import subprocess
import sys
import unicodedata

import pytest
import pytest_codeblocks

import snippet

EACH = pytest.mark.parametrize("path", snippet.paths(), ids=lambda p: str(p.relative_to(snippet.SNIPPETS)))
UNSTABLE = {
    r"0x[0-9a-f]{6,}": "a memory address; print a name or a shape instead",
    r"\d\.\d{5,}": "a float with more than four decimals, which differs between processors; round it",
    r"\d{4}-\d\d-\d\d|\d\d:\d\d:\d\d": "a date or a time; leave it out",
}
CLOCK = re.compile(r"^\s*(?:import|from)\s+(time|datetime)\b", re.MULTILINE)


def read(path):
    """The snippet, for tests that look at what it does; one of the wrong form is reported once, by the first."""
    try:
        return snippet.read(path)
    except snippet.SnippetError:
        pytest.skip("not of the form of a snippet: see test_one_block_which_pytest_codeblocks_runs")


@EACH
def test_one_block_which_pytest_codeblocks_runs(path):
    """It reads the same code and output from the file as we do, and nothing marks the block as skipped."""
    try:
        block = snippet.read(path)
    except snippet.SnippetError as error:
        raise pytest.fail.Exception(str(error), pytrace=False) from None
    found, *more = pytest_codeblocks.extract_from_file(path)
    assert [m.syntax for m in more] == ["pytb"] * ("says" in block.parts), f"{block.name}: pytest-codeblocks sees more than one block to run"
    assert (found.syntax, found.code, found.expected_output) == ("python", block.code, block.output)
    assert found.marks == [f'pytest.mark.needs_torch("{block.needs}")'] * bool(block.needs)
    assert found.importorskip is None and not found.expected_output_ignore_whitespace


def test_pytest_codeblocks_collects_every_snippet():
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "snippets"]
    listed = subprocess.run(command, cwd=snippet.ROOT, capture_output=True, text=True).stdout
    collected = re.findall(r"^(snippets/.*)::line [123]$", listed, re.MULTILINE)
    if missed := {p.relative_to(snippet.ROOT).as_posix() for p in snippet.paths()} - set(collected):
        pytest.fail("\n".join(
            f"{name}:1: not collected. A snippet begins with ```python, in line 1 and without anything behind it."
            for name in sorted(missed)), pytrace=False)


def test_nothing_else_in_snippets():
    other = [
        p for p in snippet.SNIPPETS.rglob("*")
        if p.is_file() and p.suffix not in (".md", ".pyc") and p != snippet.SNIPPETS / "tiny_vla.py"
    ]
    if other:
        pytest.fail("\n".join(f"{p.relative_to(snippet.ROOT)}:1: not a snippet; those end in .md" for p in other), pytrace=False)


@EACH
def test_output_cannot_vary(path):
    block = read(path)
    shown = "says" if "says" in block.parts else "output"
    for number, line in enumerate(block.parts.get(shown, "").splitlines(), block.line_of(shown)):
        for pattern, what in UNSTABLE.items():
            if found := re.search(pattern, line):
                pytest.fail(f"{block.name}:{number}: prints {found[0]!r}, {what}.", pytrace=False)
    if clock := CLOCK.search(block.code):
        line = block.file_line(block.code[: clock.start(1)].count("\n") + 1)
        pytest.fail(f"{block.name}:{line}: imports {clock[1]}. A time is never the same twice; leave it out.", pytrace=False)


# What fits a phone of 390 px, where code runs from edge to edge and scrolls, at worst, by a word; an output never does.
# The check of an exercise is exempt: nobody reads it.
COLUMNS = {"code": 60, "answer": 60, "output": 43, "says": 43}
MEND = {60: "Break the line, or give a part of it a name.", 43: "Print it on two lines, or without brackets or labels; `fill` breaks a message."}


def columns(line):
    """How many columns of a fixed-width font a line takes; a letter of Hangul takes two."""
    return sum(1 + (unicodedata.east_asian_width(letter) in "WF") for letter in line)


def too_wide(name, text, most, first=1):
    """One message for each line of `text`, which begins in line `first` of the file, that takes more than `most` columns."""
    over = [(number, columns(line) - most) for number, line in enumerate(text.splitlines(), first)]
    return [f"{name}:{number}: {n} column{'s' * (n > 1)} too many ({most} fit a phone). {MEND[most]}" for number, n in over if n > 0]


@EACH
def test_it_fits_a_phone(path):
    block = read(path)
    wide = [message for part, most in COLUMNS.items() for message in too_wide(block.name, block.parts.get(part, ""), most, block.line_of(part))]
    if wide:
        pytest.fail("\n".join(wide), pytrace=False)


def test_tiny_vla_fits_a_phone():
    file = snippet.SNIPPETS / "tiny_vla.py"
    if wide := too_wide(file.relative_to(snippet.ROOT).as_posix(), file.read_text(encoding="utf-8"), COLUMNS["code"]):
        pytest.fail("\n".join(wide), pytrace=False)
