"""Names in the code of the prose are PyTorch's, a block's or Python's; a misspelled one is told."""

import builtins
import difflib
import inspect
import keyword
import re
from functools import cache

import pytest
import torch
import torch.nn.functional as F
from test_pages import PAGES
from torch import nn, optim
from torch.utils import data

from conftest import for_each, report
from tools.page import Page
from tools.site import DATA, SNIPPETS, relative, say

# Pages on these notes themselves are about other names. A link to another site vouches for its own.
OTHERS = "contributing", "maintaining"
SPAN = re.compile(r"\[[^]]*\]\(https?:[^)\s]*\)|(?<!`)(`+)(?!`)(?P<code>.+?)(?<!`)\1(?!`)")
NAME = re.compile(r"(?<!\w)[A-Za-z_]\w*", re.ASCII)
DOTTED = re.compile(r"(?<![\w.])(?:torch|nn|F|optim|Tensor|DataLoader|Dataset)(?:\.[A-Za-z_]\w*)+")
CALLED = re.compile(r"(?<!\w)([A-Za-z_]\w{2,})\(", re.ASCII)
AFTER_CALL = re.compile(r"(?P<name>\w+)(?P<given>\([^()]*\))(?P<end>[A-Za-z_]\w*)", re.ASCII)
ROOTS = {
    **{"torch": torch, "nn": nn, "F": F, "optim": optim, "Tensor": torch.Tensor},
    **{"DataLoader": data.DataLoader, "Dataset": data.Dataset},
}
LIKE_CODE = re.compile("(?=.*[A-Z_]).{6}")  # and not like a word
NEAR = 0.88  # from here on, an unknown name is taken for a known one, misspelled


@cache
def torchs():
    """{a name of PyTorch or Python: whether it can be called}"""
    classes = [one for place in (nn, optim, data) for one in vars(place).values()]
    classes = [one for one in classes if isinstance(one, type)]
    places = [*ROOTS.values(), nn.init, nn.utils, optim.lr_scheduler, torch.Generator, torch.amp]
    places += [torch.cuda, torch.autograd.Function, torch.autograd.profiler_util.EventList]
    places += [builtins, str, list, dict]
    found = {}
    for place in [*places, *classes]:
        for name in {*dir(place), *getattr(place, "__annotations__", ())}:
            found[name] = found.get(name, False) or callable(getattr(place, name, None))
    for call in (*classes, *vars(torch.Tensor).values(), *vars(nn.Module).values()):
        try:
            found = dict.fromkeys(inspect.signature(call).parameters, False) | found
        except (TypeError, ValueError):
            continue
    # `InstanceNorm` is what InstanceNorm1d to InstanceNorm3d have in common.
    families = {re.sub(r"\dd$", "", name): True for name in found if re.search(r"\dd$", name)}
    return families | dict.fromkeys(keyword.kwlist, False) | found


@cache
def ours():
    """The names in all snippets and recorded data, and those that are called there."""
    prose = {"questions", "layers", "words", "messages", "asked", "synonyms", "translations"}
    files = [one for one in DATA.glob("*.yml") if one.stem not in prose]
    texts = [path.read_text("utf-8") for path in [*SNIPPETS.rglob("*.[mp][dy]"), *files]]
    names, called = ({name for text in texts for name in p.findall(text)} for p in (NAME, CALLED))
    return names | torchs().keys(), called | {name for name, calls in torchs().items() if calls}


def is_there(dotted):
    """Whether a dotted name leads somewhere; below a class, to what its objects may have."""
    root, *names = dotted.split(".")
    place = ROOTS[root]
    for name in names:
        if not hasattr(place, name):
            return isinstance(place, type) and name in ours()[0]
        place = getattr(place, name)
    return True


def wrong(code):
    """(a name in a piece of code that is none, the name that it may be): the first."""
    known, called = ours()
    if misplaced := AFTER_CALL.search(code):
        return misplaced[0], misplaced.expand(r"\g<name>\g<end>\g<given>")
    for dotted in DOTTED.findall(code):
        if not is_there(dotted):
            within, _, last = dotted.rpartition(".")
            near = difflib.get_close_matches(last, torchs(), 1)
            return dotted, f"{within}.{near[0]}" if near else ""
    code = DOTTED.sub("", code)
    for name in CALLED.findall(code):
        if name not in called:
            near = difflib.get_close_matches(name, called, 1)
            return f"{name}()", f"{near[0]}()" if near else ""
    for name in NAME.findall(code):
        odd = name not in known and LIKE_CODE.match(name)
        if odd and (near := difflib.get_close_matches(name, torchs(), 1, NEAR)):
            return name, near[0]
    return None


def findings(file, lines):
    """What to say of the numbered lines of a file."""
    found = []
    for number, line in lines:
        for span in SPAN.finditer(line):
            if span["code"] and (told := wrong(span["code"])):
                name, near = told
                what = "no-such-name" if near else "name-unknown"
                found.append(say(f"{file}:{number}", what, name=name, near=near))
    return found


@for_each([page for page in PAGES if page.name not in OTHERS])
def test_names_in_the_prose_are_true(page):
    report(findings(page.file, page.lines))


@pytest.mark.parametrize("name", ["questions", "layers"])
def test_names_in_texts_of_the_data_are_true(name):
    path = DATA / f"{name}.yml"
    report(findings(relative(path), enumerate(path.read_text("utf-8").splitlines(), 1)))


@pytest.mark.parametrize(
    ("code", "near"),
    [
        ("nn.Linaer", "nn.Linear"),
        ("requires_grad(False)_", "requires_grad_(False)"),
        ("model.requires_gard_(False)", "requires_grad_()"),
        ("named_parameter", "named_parameters"),
        ("torch.no_gard()", "torch.no_grad"),
        ("model.requires_grad(False)", "requires_grad_()"),
        ("model.named_paramters()", "named_parameters()"),
        ("F.relu(x)", None),
        ("model.vision_encoder.train(False)", None),
        ("nn.Linear.weight", None),
        ("InstanceNorm", None),
        ("SmolVLAPolicy", None),
    ],
)
def test_a_misspelled_name_is_told_from_others(code, near):
    page = Page("en", "x", f"# X {{ #x }}\n\nAs in `{code}`, it is.\n")
    found = findings(page.file, page.lines)
    assert len(found) == bool(near)
    assert all(one.startswith("docs/en/x.md:3: ") and f"`{near}`" in one for one in found), found
