"""The layer tables say what PyTorch does: each row of docs/data/layers.yml is built, called and compared."""

import inspect
import re

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from conftest import report
from tools.site import DATA, LOCALES, ROOT, Mistake, data, message, relative, say

FILE = DATA / "layers.yml"
REQUIRED = {
    "name",
    "id",
    "signature",
    "why",
    "role",
    "in_vla",
    "params",
    "keys",
    "example",
    "trap",
    "shows",
    "use",
}
# A shape comes with dtype and rejects, a formula with what is said for it.
OPTIONAL = {
    "math",
    "said",
    "over",
    "shape",
    "dtype",
    "rejects",
    "call",
}
FLOATS = ["float32", "bfloat16", "float64"]
# What each rule for the input's dtype accepts.
RULES = {
    "weight": FLOATS,
    "float": FLOATS,
    "any": [*FLOATS, "int64"],
    "index": ["int64", "int32"],
}
try:
    TABLES = data("layers")
except Mistake as mistake:
    raise pytest.Collector.CollectError(str(mistake)) from None
ALL = [row for rows in TABLES.values() for row in rows]


def wrong_fields(row):
    """What is missing and what nobody reads, in a row."""
    required = (
        REQUIRED
        | ({"dtype", "rejects"} if "shape" in row else set())
        | ({"said"} if "math" in row else set())
    )
    return sorted(required - row.keys()), sorted(row.keys() - REQUIRED - OPTIONAL)


ROWS = [
    row for row in ALL if wrong_fields(row) == ([], []) and row.get("dtype", "any") in RULES
]  # the others fail in test_fields
NAMED = pytest.mark.parametrize("row", ROWS, ids=lambda row: row["name"])

# One number for each letter of the shapes and formulas, all different where two could be mixed up.
LETTERS = dict(B=2, T=6, D=8, h=4, d=7, i=3, o=5, N=10, H=16, W=21, k=3, s=2, p=1, F=11)
EMPTY = dict.fromkeys(LOCALES, "")  # a text that is not needed
ANY = (2, 6)  # what `*` stands for: any leading dimensions


def error(call):
    """The name of the error that a call raises, or None."""
    try:
        call()
    except Exception as raised:
        return type(raised).__name__


def calculate(formula: str) -> int:
    """A number of parameters or a dimension, from the formula as the page prints it."""
    python = formula.replace("·", "*").replace("²", "**2").replace("−", "-").replace("/", "//")
    return eval(python.translate(str.maketrans("⌊⌋", "()")), {}, LETTERS)


def calculate_shape(text: str) -> tuple[int, ...]:
    """`(*, D)` → (2, 6, 8)."""
    dimensions = [d.strip() for d in re.sub(r"^\(|\)$", "", text.strip()).split(",")]
    return tuple(n for d in dimensions for n in (ANY if d == "*" else (calculate(d),)))


def build(row):
    """The layer of the example; of `self.name = …` the module that holds it."""
    names = {"nn": nn, "torch": torch, **LETTERS, "self": (module := nn.Module())}
    try:
        if row["name"].startswith("F."):
            return eval(row["example"], {"F": F})
        if row["example"].startswith("self."):
            exec(row["example"], names)
            return module
        return eval(row["example"], names)
    except Exception as raised:
        fail(row, "example", row["example"], f"{type(raised).__name__}: {raised}")


def shape_of_input(row):
    return calculate_shape(row["shape"].partition("→")[0])


def call(row, layer, dtype):
    return eval(
        row.get("call", "layer(x)"),
        {"layer": layer, "x": torch.zeros(shape_of_input(row), dtype=dtype)},
    )


def place(row, field):
    """The line of a field in its row; the first of the file if the row has no name."""
    lines = FILE.read_text(encoding="utf-8").splitlines()
    first = f"  - name: {row.get('name')}"
    if first not in lines:
        return f"{relative(FILE)}:1"
    start = lines.index(first)
    after = enumerate(lines[start:], start + 1)
    line = next(n for n, text in after if text.strip(" -").startswith(field))
    return f"{relative(FILE)}:{line}"


def wrong(row, field, what, **fields):
    """Fail with what is wrong with a field as it is written."""
    report([say(place(row, field), what, name=row["name"], **fields)])


def fail(row, field, shown, actual):
    """Fail with what PyTorch says in place of what is shown."""
    what = {"name": row["name"], "field": field, "shown": shown, "actual": actual}
    report([say(place(row, field), "layer-says", **what)])


@pytest.mark.parametrize("row", ALL, ids=lambda row: row.get("name"))
def test_fields(row):
    missing, unknown = wrong_fields(row)
    if missing or unknown:
        what = {"name": row.get("name"), "missing": missing, "unknown": unknown}
        report([say(place(row, "name"), "layer-fields", **what)])
    if row.get("dtype", "any") not in RULES:
        wrong(row, "dtype", "layer-dtype", rules=", ".join(RULES))


@NAMED
def test_signature(row):
    """What is shown before `*` may be given by position, so it stands where PyTorch has it; the rest may not."""
    try:
        exec(f"def _({row['signature'].partition('(')[2]}: ...", names := {})
    except SyntaxError as raised:
        fail(row, "signature", row["signature"], raised.msg)
    shown, actual = (
        inspect.signature(names["_"]).parameters,
        signature(eval(row["name"], {"nn": nn, "F": F})),
    )
    positional = [name for name, p in shown.items() if p.kind is not p.KEYWORD_ONLY]
    if positional != list(actual)[: len(positional)] or not shown.keys() <= actual.keys():
        fail(row, "signature", list(shown), f"{list(actual)}. {message('layer-star')}")
    for name, p in shown.items():
        if p.default != actual[name].default:
            fail(row, "signature", f"{name}={p.default}", f"{name}={actual[name].default}")


def signature(target):
    """Its parameters by name. A function written in C++ has its signature in the docstring alone."""
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
    shown = [
        calculate_shape(s) for s in re.split(r"(?<=\)), (?=\()", row["shape"].partition("→")[2])
    ]
    for dtype in RULES[row["dtype"]]:
        layer = build(row)
        if row["dtype"] == "weight":
            layer.to(getattr(torch, dtype))
        output = call(row, layer, getattr(torch, dtype))
        actual = [tuple(t.shape) for t in (output if isinstance(output, tuple) else (output,))]
        if actual != shown:
            fail(row, "shape", f"{row['shape']} = {shown}", actual)
    for dtype in row["rejects"]:
        try:
            call(row, build(row), getattr(torch, dtype))
        except (RuntimeError, NotImplementedError):
            continue
        wrong(row, "rejects", "layer-accepts", dtype=dtype)


@NAMED
def test_what_it_shows(row):
    """What the card says of traps and of what a norm averages over. Each expression has its own layer and input."""
    for expression in row["shows"]:
        torch.manual_seed(0)
        shape = shape_of_input(row) if "shape" in row else ()
        x = (
            torch.randint(LETTERS["N"], shape)
            if row.get("dtype") == "index"
            else torch.randn(shape)
        )
        names = {"torch": torch, "nn": nn, "error": error, **LETTERS, "layer": build(row), "x": x}
        try:
            actual = bool(eval(expression, names))
        except Exception as raised:
            actual = f"{type(raised).__name__}: {raised}"
        if actual is not True:
            fail(row, "shows", expression, f"{actual}. {message('layer-trap')}")


@NAMED
def test_texts_and_source(row):
    """One language is enough for a text, but for what is spoken; `make translations` lists the other."""
    for field in ("why", "role", "in_vla", "over", "trap", "use"):
        if not set(LOCALES) & row.get(field, EMPTY).keys():
            wrong(row, field, "layer-text")
    if not set(LOCALES) <= row.get("said", EMPTY).keys():
        wrong(row, "said", "layer-spoken")
    project = r"https://github\.com/[\w-]+/[\w-]+/blob/(v[\d.]+|[0-9a-f]{40})/[\w./-]+#L\d+(-L\d+)?"
    if not re.fullmatch(project, row["use"]["url"]):
        wrong(row, "url", "layer-url")


def test_each_row_has_its_card():
    """In either language; the other then shows it, as it shows any section that is still to be written."""
    rows, problems, shown = [row["id"] for row in ALL], [], set()
    for locale in LOCALES:
        name = f"docs/{locale}/nn-module/more-layers.md"
        for number, line in enumerate((ROOT / name).read_text(encoding="utf-8").splitlines(), 1):
            if card := re.match(r'\{\{ card\("([\w-]+)"\) \}\}', line):
                shown.add(card[1])
                if card[1] not in rows:
                    problems.append(say(f"{name}:{number}", "no-such-card", id=card[1]))
    problems += [
        say("docs/ko/nn-module/more-layers.md:1", "card-not-shown", id=row)
        for row in rows
        if row not in shown
    ]
    report(problems)
