"""The layer tables say what PyTorch does: each row of layers.yml is built, called and compared."""

import ast
import inspect
import re

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from conftest import report
from tools.page import Page
from tools.site import DATA, LOCALES, Mistake, data, relative

FILE = DATA / "layers.yml"
REQUIRED = {"name", "id", "signature", "role", "in_vla", "params", "keys", "example", "trap", "use"}
# A shape comes with accepts and rejects, a formula with what is said for it.
WITH = {"shape": {"accepts", "rejects"}, "math": {"said"}}
OPTIONAL = {"call", *WITH, *WITH["shape"], *WITH["math"]}
try:
    TABLES = data("layers")
except Mistake as mistake:
    raise pytest.Collector.CollectError(str(mistake)) from None
ALL = [row for rows in TABLES.values() for row in rows]


def wrong_fields(row):
    """What is missing and what nobody reads, in a row."""
    required = REQUIRED.union(*(more for field, more in WITH.items() if field in row))
    return sorted(required - row.keys()), sorted(row.keys() - REQUIRED - OPTIONAL)


ROWS = [row for row in ALL if wrong_fields(row) == ([], [])]  # the others fail in test_fields
NAMED = pytest.mark.parametrize("row", ROWS, ids=lambda row: row["name"])

# One number for each letter of the shapes and formulas, all different where two could be mixed up.
LETTERS = dict(B=2, T=6, D=8, h=4, d=7, i=3, o=5, N=10, H=16, W=21, k=3, s=2, p=1, F=11)
ANY = (2, 6)  # what `*` stands for: any leading dimensions


def holder(value):
    """A module with one attribute: the smallest home of a parameter or a buffer."""
    module = nn.Module()
    module.value = value
    return module


def calculate(formula: str) -> int:
    """A number of parameters or a dimension, from the formula as the page prints it."""
    python = formula.replace("·", "*").replace("²", "**2").replace("−", "-").replace("/", "//")
    return eval(python.translate(str.maketrans("⌊⌋", "()")), {}, LETTERS)


def calculate_shape(text: str) -> tuple[int, ...]:
    """`(*, D)` → (2, 6, 8)."""
    dimensions = [d.strip() for d in re.sub(r"^\(|\)$", "", text.strip()).split(",")]
    return tuple(n for d in dimensions for n in (ANY if d == "*" else (calculate(d),)))


def build(row):
    names = {"nn": nn, "F": F, "torch": torch, "holder": holder}
    if row["name"].startswith("F."):
        return eval(row["example"], names)
    return eval(row["example"], {**names, **LETTERS})


def call(row, layer, dtype):
    shape = calculate_shape(row["shape"].partition("→")[0])
    return eval(row.get("call", "layer(x)"), {"layer": layer, "x": torch.zeros(shape, dtype=dtype)})


def line_of(row, field="- name"):
    """The line of a field of a row; the first of the file if there is none."""
    text = FILE.read_text(encoding="utf-8").partition(f"  - name: {row.get('name')}\n")
    below = (text[1] + text[2]).splitlines()
    lines = [number for number, line in enumerate(below) if line.strip().startswith(field)]
    return text[0].count("\n") + 1 + lines[0] if lines else 1


def fail(row, field, shown, actual):
    what = f"{row['name']} shows {field} {shown}; PyTorch says {actual}"
    report([f"{relative(FILE)}:{line_of(row, field)}: {what}"])


@pytest.mark.parametrize("row", ALL, ids=lambda row: row.get("name"))
def test_fields(row):
    missing, unknown = wrong_fields(row)
    if missing or unknown:
        what = f"{row.get('name')} lacks {missing} and has {unknown}, which nobody reads."
        report([f"{relative(FILE)}:{line_of(row)}: {what}"])


@NAMED
def test_signature(row):
    shown = ast.parse(row["signature"], mode="eval").body
    actual = signature(eval(row["name"], {"nn": nn, "F": F}))
    names = [arg.id for arg in shown.args] + [keyword.arg for keyword in shown.keywords]
    if names != [name for name in actual if name in names]:
        fail(row, "signature", names, list(actual))
    for keyword in shown.keywords:
        default = actual[keyword.arg].default
        if ast.literal_eval(keyword.value) != default:
            fail(row, "signature", ast.unparse(keyword.value), f"{keyword.arg}={default}")


def signature(target):
    """Its parameters by name. A function written in C++ has them in its docstring alone."""
    try:
        return inspect.signature(target).parameters
    except ValueError:
        documented = re.match(r"\w+\(.*?\)", target.__doc__, re.DOTALL)[0]
        exec(f"def {documented}: ...", names := {})
        return inspect.signature(names[target.__name__]).parameters


@NAMED
def test_parameters_and_keys(row):
    layer = build(row)
    if not isinstance(layer, nn.Module):
        assert row["keys"] == [] and row["params"] == "0"
        return
    count = sum(p.numel() for p in layer.parameters())
    if count != calculate(row["params"]):
        fail(row, "params", f"{row['params']} = {calculate(row['params'])}", count)
    if list(layer.state_dict()) != row["keys"]:
        fail(row, "keys", row["keys"], list(layer.state_dict()))


@pytest.mark.parametrize("row", [r for r in ROWS if "shape" in r], ids=lambda row: row["name"])
def test_shape_and_dtype(row):
    shapes = re.split(r"(?<=\)), (?=\()", row["shape"].partition("→")[2])
    shown = [calculate_shape(shape) for shape in shapes]
    for dtype in row["accepts"]:
        output = call(row, build(row), getattr(torch, dtype))
        actual = [tuple(t.shape) for t in (output if isinstance(output, tuple) else (output,))]
        if actual != shown:
            fail(row, "shape", f"{row['shape']} = {shown}", actual)
    for dtype in row["rejects"]:
        try:
            call(row, build(row), getattr(torch, dtype))
        except (RuntimeError, NotImplementedError):
            continue
        fail(row, "rejects", dtype, "that it accepts it")


@NAMED
def test_texts_and_source(row):
    """One language is enough for a text, but for what is spoken; `make translations` lists it."""
    for field in ("role", "in_vla", "trap", "use"):
        if not row[field].keys() & set(LOCALES):
            fail(row, field, list(row[field]), f"nothing; write it, in one of {LOCALES}")
    if "said" in row and (missing := set(LOCALES) - row["said"].keys()):
        fail(row, "said", list(row["said"]), f"nothing; a formula is spoken in {missing} too")
    line = r"https://github\.com/[\w-]+/[\w-]+/blob/(v[\d.]+|[0-9a-f]{40})/[\w./-]+#L\d+(-L\d+)?"
    if not re.fullmatch(line, row["use"]["url"]):
        what = "nothing; link to a line of a release or of a full commit"
        fail(row, "url", row["use"]["url"], what)


@pytest.mark.parametrize("page", ["layers", "more-layers"])
def test_each_row_has_its_card(page):
    """In some language; the others then show it, as they show any section still to be written."""
    rows = [row["id"] for row in TABLES[{"layers": "core", "more-layers": "more"}[page]]]
    pages = [Page.read(locale, f"nn-module/{page}") for locale in LOCALES]
    shown = {
        card[1]: f"{one.file}:{number}"
        for one in pages
        for number, line in one.lines
        if (card := re.match(r'\{\{ card\("([\w-]+)"\) \}\}', line))
    }
    unknown = {place: row for row, place in shown.items() if row not in rows}
    file = relative(FILE)
    problems = [f"{at}: {file} has no {row} for this page." for at, row in unknown.items()]
    report(
        problems
        + [
            f'{pages[0].file}:1: no {{{{ card("{row}") }}}} in any language, and {file} has that row.'
            for row in rows
            if row not in shown
        ]
    )
