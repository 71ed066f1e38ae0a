"""The keys of a real checkpoint, from docs/data/smolvla.yml, as the tree that its page unfolds."""

from __future__ import annotations

import re
from math import prod
from typing import Any

from tools.site import data

LAYERS = re.compile(r"\[(\d+):(\d+)(?::(\d+))?\]")


def numbers(pattern: str) -> range:
    """Which layers a part of a path stands for: `[1:16:2]` is every second one from 1 on."""
    found = LAYERS.search(pattern)
    return range(*(int(number or 1) for number in found.groups())) if found else range(1)


def tensors(rows: list) -> dict[str, tuple[tuple[int, ...], str]]:
    """Shape and dtype of every tensor, under its key as it stands in the file."""
    return {
        LAYERS.sub(str(number), pattern): (tuple(shape), dtype)
        for pattern, shape, dtype in rows
        for number in numbers(pattern)
    }


def node(name: str, rows: list) -> dict[str, Any]:
    """A part of the tree: how many keys and parameters it has, its tensors, the parts inside it.

    A row of `rows` is (what is left of its path, shape, dtype, how many layers it stands for).
    """
    leaves, branches = [], {}
    for path, shape, dtype, times in rows:
        if len(path) <= 2:  # a layer's own tensors stand in one list with those of its siblings
            leaves.append({"name": ".".join(path), "shape": shape, "dtype": dtype})
        else:
            branches.setdefault(path[0], []).append((path[1:], shape, dtype, times))
    return {
        "name": name,
        "keys": sum(times for *_, times in rows),
        "parameters": sum(prod(shape) * times for _, shape, _, times in rows),
        "dtypes": sorted({dtype for _, _, dtype, _ in rows}),
        "leaves": leaves,
        "parts": [node(label(part), inside) for part, inside in branches.items()],
    }


def label(name: str) -> str:
    """How a part is called in the tree; one that stands for several layers names them."""
    if not LAYERS.fullmatch(name):
        return name
    first, second, *_, last = numbers(name)
    return f"{first} … {last}" if second == first + 1 else f"{first}, {second} … {last}"


def tree() -> dict[str, Any]:
    """The recorded checkpoint: where it is from, and its parts."""
    recorded = data("smolvla")
    rows = [
        (re.split(r"\.(?![^\[]*\])", pattern), shape, dtype, len(numbers(pattern)))
        for pattern, shape, dtype in recorded["tensors"]
    ]
    return recorded | {"root": node("", rows)}
