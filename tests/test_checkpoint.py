"""The page on checkpoints: its tree and its block hold the keys that were recorded, and all."""

from math import prod

import pytest
import torch

from conftest import check, parse
from tools import checkpoint, snippet
from tools.site import LOCALES, SNIPPETS, address, data, relative

FILE = "docs/data/smolvla.yml"
BLOCK = SNIPPETS / "nn-module/checkpoints/smolvla.md"
DTYPES = {torch.float32: "F32", torch.bfloat16: "BF16"}


@pytest.fixture(scope="module")
def recorded():
    """What the header says: shape and dtype by key."""
    return checkpoint.tensors(data("smolvla")["tensors"])


def test_the_record_is_complete(recorded):
    said, count = data("smolvla"), len(recorded)
    parameters = sum(prod(shape) for shape, _ in recorded.values())
    for field, actual in (("count", count), ("parameters", parameters)):
        check(
            actual == said[field],
            f"{FILE}: the rows make {actual:,} {field}, and the header has {said[field]:,}. "
            "Compare the rows with the page at read_from.",
        )


def test_the_block_builds_what_was_recorded(recorded):
    names = {"__name__": "__main__"}
    exec(snippet.read(BLOCK).code, names)
    built = {
        name: (tuple(param.shape), DTYPES[param.dtype])
        for name, param in names["SmolVLA"]().named_parameters()
    }
    for key in sorted(built.keys() | recorded.keys()):
        check(
            built.get(key) == recorded.get(key),
            f"{relative(BLOCK)}:1: {key} is {built.get(key)}, and {FILE} has "
            f"{recorded.get(key)}. Mend the class SmolVLA.",
        )


@pytest.mark.parametrize("locale", LOCALES)
def test_the_tree_shows_them_without_a_script(site, locale):
    page = parse(site / address(locale, "nn-module/checkpoints") / "index.html")
    leaves = len(page.select(".key-tree details li"))
    check(
        leaves == len(data("smolvla")["tensors"]),
        f"docs/theme/macros/key_tree.md: {leaves} tensors in the tree, and {FILE} has "
        "another number of rows.",
    )
