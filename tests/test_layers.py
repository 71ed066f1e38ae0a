"""The layer tables say what PyTorch does: each row of docs/layers.yml is built, called and compared."""

import ast
import inspect
import re

import pytest
import torch
import torch.nn.functional as F
import yaml
from torch import nn

from snippet import ROOT

FILE = ROOT / "docs/layers.yml"
REQUIRED = {"name", "id", "signature", "role", "in_vla", "params", "keys", "example", "trap", "use"}
OPTIONAL = {"math", "said", "shape", "accepts", "rejects", "call"}  # a shape comes with accepts and rejects, a formula with what is said for it
try:
    TABLES = yaml.safe_load(FILE.read_text(encoding="utf-8"))
except yaml.YAMLError as error:
    raise pytest.Collector.CollectError(f"docs/layers.yml:{error.problem_mark.line + 1}: not YAML: {error.problem}.") from None
ALL = [row for rows in TABLES.values() for row in rows]


def wrong_fields(row):
    """What is missing and what nobody reads, in a row."""
    required = REQUIRED | ({"accepts", "rejects"} if "shape" in row else set()) | ({"said"} if "math" in row else set())
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


def fail(row, field, shown, actual):
    text = FILE.read_text(encoding="utf-8").splitlines()
    start = text.index(f"  - name: {row['name']}")
    line = next(n for n, t in enumerate(text[start:], start + 1) if t.strip(" -").startswith(field))
    pytest.fail(f"{FILE.relative_to(ROOT)}:{line}: {row['name']} shows {field} {shown}; PyTorch says {actual}", pytrace=False)


@pytest.mark.parametrize("row", ALL, ids=lambda row: row.get("name"))
def test_fields(row):
    missing, unknown = wrong_fields(row)
    if missing or unknown:
        lines = FILE.read_text(encoding="utf-8").splitlines()
        line = next((n for n, text in enumerate(lines, 1) if text == f"  - name: {row.get('name')}"), 1)
        pytest.fail(f"docs/layers.yml:{line}: {row.get('name')} lacks {missing} and has {unknown}, which nobody reads.", pytrace=False)


@NAMED
def test_signature(row):
    shown = ast.parse(row["signature"], mode="eval").body
    actual = signature(eval(row["name"], {"nn": nn, "F": F}))
    names = [arg.id for arg in shown.args] + [k.arg for k in shown.keywords]
    if names != [name for name in actual if name in names]:
        fail(row, "signature", names, list(actual))
    for keyword in shown.keywords:
        if ast.literal_eval(keyword.value) != actual[keyword.arg].default:
            fail(row, "signature", ast.unparse(keyword.value), f"{keyword.arg}={actual[keyword.arg].default}")


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
    shown = [calculate_shape(s) for s in re.split(r"(?<=\)), (?=\()", row["shape"].partition("→")[2])]
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
    """One language is enough for a text, but for what is spoken; `make translations` lists the other."""
    for field in ("role", "in_vla", "trap", "use"):
        if not {"ko", "en"} & row[field].keys():
            fail(row, field, list(row[field]), "nothing; write it, as ko or en")
    if not {"ko", "en"} <= row.get("said", {"ko": "", "en": ""}).keys():
        fail(row, "said", list(row["said"]), "nothing; a formula is spoken in both languages, ko and en")
    project = r"https://github\.com/[\w-]+/[\w-]+/blob/(v[\d.]+|[0-9a-f]{40})/[\w./-]+#L\d+(-L\d+)?"
    if not re.fullmatch(project, row["use"]["url"]):
        fail(row, "url", row["use"]["url"], "nothing; link to a line of a release or of a full commit")


@pytest.mark.parametrize("page", ["layers", "more-layers"])
def test_each_row_has_its_card(page):
    """In either language; the other then shows it, as it shows any section that is still to be written."""
    rows = [row["id"] for row in TABLES[{"layers": "core", "more-layers": "more"}[page]]]
    problems, shown = [], set()
    for locale in ("ko", "en"):
        name = f"docs/{locale}/nn-module/{page}.md"
        for number, line in enumerate((ROOT / name).read_text(encoding="utf-8").splitlines(), 1):
            if card := re.match(r'\{\{ card\("([\w-]+)"\) \}\}', line):
                shown.add(card[1])
                if card[1] not in rows:
                    problems.append(f"{name}:{number}: docs/layers.yml has no row with the id {card[1]} for this page.")
    problems += [f'docs/ko/nn-module/{page}.md:1: no {{{{ card("{row}") }}}} here or in English, and docs/layers.yml has that row.' for row in rows if row not in shown]
    if problems:
        pytest.fail("\n".join(problems), pytrace=False)
