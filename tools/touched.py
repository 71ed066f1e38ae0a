"""What the reader can touch on the road: the tree of its model, and three switches.

`make record` writes both; test_switches.py compares them with what a fresh run gives.
"""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import torch
from torch import nn

from tools import figures, snippet
from tools.site import DATA, SNIPPETS

MODEL = SNIPPETS / "nn-module/index/model.md"
TREE = DATA / "vla_model.yml"
SWITCHES = DATA / "switches.yml"

# A sentence for each switch, as code: what it says in its first and in its second position.
MODES = {"train": "model.middle.train()", "eval": "model.middle.eval()"}
FLAGS = {True: "model.middle.requires_grad_(True)", False: "model.middle.requires_grad_(False)"}
CALLS = {
    False: ["y = model.middle(y)"],
    True: ["with torch.no_grad():", "    y = model.middle(y)"],
}


def vla_model() -> nn.Module:
    """The model of the road, from the block that shows it."""
    names: dict[str, Any] = {"__name__": "__main__"}
    exec(snippet.read(MODEL).code, names)
    return names["VLAModel"]()


class ThreeParts(nn.Module):
    """Three parts in a row; the middle one has what the switches act on."""

    def __init__(self):
        super().__init__()
        self.first = nn.Linear(8, 8)
        self.middle = nn.Sequential(nn.Linear(8, 8), nn.BatchNorm1d(8), nn.Dropout(0.5))
        self.last = nn.Linear(8, 7)


def switches() -> list[dict]:
    """What each of the eight settings does, in one step: the code that is shown is what ran."""
    rows = []
    for (mode, first), (grad, second), (no_grad, third) in itertools.product(
        MODES.items(), FLAGS.items(), CALLS.items()
    ):
        torch.manual_seed(0)
        model = ThreeParts()
        code = [first, second, *third]
        seen = {"model": model, "torch": torch, "y": model.first(torch.randn(16, 8))}
        exec("\n".join(code), seen)
        model.last(seen["y"]).sum().backward()
        linear, norm, dropout = model.middle
        rows.append(
            {
                "mode": mode,
                "requires_grad": grad,
                "no_grad": no_grad,
                "code": code,
                "own": linear.weight.grad is not None,
                "before": model.first.weight.grad is not None,
                "statistics": bool(norm.state_dict()["running_mean"].any()),  # they begin at zero
                "drops": bool((seen["y"] == 0).any()),
            }
        )
    return rows


def files() -> dict[Path, str]:
    """Both files with their texts, made anew."""
    tree = "what VLAModel consists of. The module tree of the road is made from it."
    settings = "what three switches do to a part of a model, in all eight settings."
    return {
        TREE: figures.recorded(tree, figures.tree(vla_model())),
        SWITCHES: figures.recorded(settings, switches()),
    }
