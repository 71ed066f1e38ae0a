"""Every snippet is of its form: one block, which pytest-codeblocks runs, and a stable output."""

import ast
import re
import sys
import unicodedata
from contextlib import suppress
from functools import cache

import pytest
import pytest_codeblocks

from conftest import for_each, report
from tools import snippet
from tools.site import DEFAULT, SNIPPETS, Mistake, relative, say

UNSTABLE = {
    r"0x[0-9a-f]{6,}": "prints-address",
    r"\d\.\d{5,}": "prints-decimals",
    r"\d{4}-\d\d-\d\d|\d\d:\d\d:\d\d": "prints-time",
}
CLOCK = re.compile(r"^\s*(?:import|from)\s+(time|datetime)\b", re.MULTILINE)
# What fits a phone of 390 px, where code runs from edge to edge and scrolls, at worst, by a word;
# an output never does. The check of an exercise is exempt: nobody reads it.
COLUMNS = {"code": 60, "answer": 60, "output": 43, "says": 43, "said": 43}
WIDE = {60: "wide-code", 43: "wide-output"}


def of_their_form():
    """Every snippet, read; the first test names those that are not of their form."""
    for path in snippet.paths():
        with suppress(Mistake):
            yield snippet.read(path)


BLOCKS = list(of_their_form())
SOLUTIONS = {block.path.parent: block for block in BLOCKS if "answer" in block.parts}
EACH = for_each(BLOCKS)


@for_each(snippet.paths())
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
        "sees-more-blocks": [b.syntax for b in more] != ["pytb", "pytb"] * ("says" in block.parts),
        "sees-other-block": (found.syntax, found.code, found.expected_output) != ours,
        "sees-other-marks": found.marks != marks or skips,
    }
    report(say(f"{block.name}:1", what) for what in wrong if wrong[what])


def test_nothing_else_in_snippets():
    others = {*snippet.MODULES, SNIPPETS / "ruff.toml"}
    files = [path for path in SNIPPETS.rglob("*") if path.is_file() and path not in others]
    strange = [path for path in files if path.suffix not in (".md", ".pyc")]
    report(say(f"{relative(path)}:1", "not-a-snippet") for path in strange)


@EACH
def test_output_cannot_vary(block):
    problems = []
    shown = "says" if "says" in block.parts else "output"
    for number, line in enumerate(block.parts.get(shown, "").splitlines(), block.line_of(shown)):
        for pattern, what in UNSTABLE.items():
            if found := re.search(pattern, line):
                problems.append(say(f"{block.name}:{number}", what, printed=found[0]))
    if clock := CLOCK.search(block.code):
        line = block.file_line(block.code.count("\n", 0, clock.start(1)) + 1)
        problems.append(say(f"{block.name}:{line}", "imports-clock", module=clock[1]))
    report(problems)


def imports(code):
    """(line, module) for each import in a piece of code; of a package within one, the outermost."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.ImportFrom):
            yield node.lineno, (node.module or "").partition(".")[0]
        elif isinstance(node, ast.Import):
            yield from ((node.lineno, name.name.partition(".")[0]) for name in node.names)


@EACH
def test_it_says_in_its_first_line_what_it_needs_beside_torch(block):
    known = sys.stdlib_module_names | {"torch", *(file.stem for file in snippet.MODULES)}
    more = sorted({module for _, module in imports(block.code)} - known)
    first = block.code.partition("\n")[0]
    says = f"# Needs PyTorch and {' and '.join(more)}."
    if more and first != says:
        report([say(f"{block.name}:2", "says-no-need", modules=", ".join(more), first=says)])
    if not more and first.startswith(says[:19]):
        report([say(f"{block.name}:2", "says-vain-need", first=first)])


def columns(line):
    """How many columns of a fixed-width font a line takes; a letter of Hangul takes two."""
    return sum(1 + (unicodedata.east_asian_width(letter) in "WF") for letter in line)


@cache
def messages(code):
    """A pattern for each text in the code of a check: what is filled in may be anything."""
    found = []
    for node in ast.walk(ast.parse(code)):
        parts = node.values if isinstance(node, ast.JoinedStr) else [node]
        texts = [str(getattr(part, "value", "")) * isinstance(part, ast.Constant) for part in parts]
        if len("".join(texts)) > 12:  # less is no sentence
            found.append(re.compile(".*".join(map(re.escape, texts))))
    return found


@for_each([block for block in BLOCKS if block.path.parent.name == "wrong"])
def test_a_wrong_answer_is_told_what_the_check_says(wrong):
    """As far as it can be known without running it; `make test` runs it."""
    solution = SOLUTIONS.get(snippet.page_of(wrong.path))
    known = messages(solution.check) if solution else []
    if known and "says" not in wrong.parts:
        report([say(f"{wrong.name}:1", "says-nothing")])
    for part in ("says", "said") if known else ():
        text = " ".join(wrong.parts[part].split()).removeprefix("AssertionError: ")
        if not any(pattern.fullmatch(text) for pattern in known):
            report([say(f"{wrong.name}:{wrong.line_of(part)}", "says-other", text=text[:60])])


def too_wide(name, text, most, first=1):
    """What to say of each line of a text, which begins in line `first`, that is too wide."""
    over = [(number, columns(line) - most) for number, line in enumerate(text.splitlines(), first)]
    return [say(f"{name}:{number}", WIDE[most], over=n, most=most) for number, n in over if n > 0]


@EACH
def test_it_fits_a_phone(block):
    for part, most in COLUMNS.items():
        report(too_wide(block.name, block.parts.get(part, ""), most, block.line_of(part)))


@pytest.mark.parametrize("file", snippet.MODULES, ids=lambda file: file.name)
def test_what_snippets_import_fits_a_phone(file):
    report(too_wide(relative(file), file.read_text(encoding="utf-8"), COLUMNS["code"]))


def test_lines_that_the_solution_does_not_have_are_marked():
    """In a wrong answer; not its comments, and not most of it."""
    path = SNIPPETS / "nn-module/exercises/3-freeze/wrong/on-the-module.md"
    solution = snippet.spoken(snippet.solution_of(path).answer, DEFAULT).splitlines(keepends=True)

    def fence(*lines):
        return snippet.marked(f"```python\n{''.join(lines)}```\n", path, DEFAULT).splitlines()[0]

    assert fence(*solution) == "```python"
    other = ["# freeze\n", *solution[:3], "other()\n", *solution[4:]]
    assert fence(*other) == '```python hl_lines="5"'
    assert fence("other()\n", "another()\n", *solution[:1]) == "```python"
    # Where there is no solution, the page that includes it is told, and not this.
    assert snippet.marked("```python\n1\n```\n", SNIPPETS / "x/gone/wrong/y.md", DEFAULT)
