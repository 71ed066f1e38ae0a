"""What the figures of the lab show: what TinyVLA consists of, and how it learns.

`make record` writes it to docs/data; test_tiny_vla.py compares it with what the model is and does.
"""

from __future__ import annotations

import sys
from pathlib import Path

import yaml
from torch import nn

from tools.site import DATA, SNIPPETS

sys.path.append(str(SNIPPETS))
from tiny_vla import NEW_WORDS, TinyVLA, demonstrations, fit, pretrained, repeatable, success

# What is frozen while the new words are learned: a part each, and nothing in between.
FROZEN = "vision_encoder", "", "language_model action_head"
ABOUT = {
    "tiny_vla": "what TinyVLA consists of. The module tree of the lab is made from it.",
    "curves": "how TinyVLA learns. The plots of the lab are drawn from it.",
}


def tree(model: nn.Module | None = None) -> list[dict]:
    """The submodules of TinyVLA or another model: path, class, parameters, keys, own keys.

    The layers of torch.nn are leaves, even if they have submodules: their keys are listed with
    the layer. Containers are none.
    """
    model, modules = model or TinyVLA(), []
    parameters = {name: parameter.numel() for name, parameter in model.named_parameters()}

    def add(path, module):
        within = path + "." if path else ""
        inner = [(name, child) for name, child in module.named_children()]
        kind = type(module).__module__
        leaf = kind.startswith("torch.nn") and not kind.endswith(".container")
        own = (
            [key for key in model.state_dict() if key.startswith(within)]
            if leaf
            else [
                within + name
                for name, _ in [
                    *module.named_parameters(recurse=False),
                    *module.named_buffers(recurse=False),
                ]
            ]
        )
        modules.append(
            {
                "path": path,
                "class": type(module).__name__,
                "parameters": sum(n for name, n in parameters.items() if name.startswith(within)),
                "below": sum(key.startswith(within) for key in model.state_dict()),
                "keys": [
                    {
                        "name": key.removeprefix(within),
                        "shape": list(model.state_dict()[key].shape),
                        "parameters": parameters.get(key, 0),
                    }
                    for key in own
                ],
            }
        )
        for name, child in [] if leaf else inner:
            add(within + name, child)

    add("", model)
    return modules


def curves() -> dict[str, dict]:
    """What the plots show: for each its steps, and the values of each of its lines."""
    seen, unseen = demonstrations(2000), demonstrations(500, seed=1)
    new, unseen_new = (
        demonstrations(2000, NEW_WORDS, seed=2),
        demonstrations(500, NEW_WORDS, seed=3),
    )

    def learn(model, data, steps, every, measure):
        values = [measure(model)]
        fit(model, data, steps, watch=lambda step, _: step % every or values.append(measure(model)))
        return [round(value, 3) for value in values]

    def taught_new_words(frozen=""):
        model = pretrained()
        model.language_model.add_words(len(NEW_WORDS))
        return model.freeze(*frozen.split())

    mean = pretrained().state_dict()["vision_encoder.bn1.running_mean"].clone()
    alone = taught_new_words()
    alone.vision_encoder.requires_grad_(False)
    return {
        "pretraining": {
            "every": 10,
            "lines": [learn(untrained(), seen, 150, 10, lambda m: success(m, unseen))],
        },
        "fine-tuning": {
            "every": 5,
            "lines": [
                learn(taught_new_words(frozen), new, 60, 5, lambda m: success(m, unseen_new))
                for frozen in FROZEN
            ],
        },
        "statistics": {
            "every": 5,
            "lines": [
                learn(
                    model,
                    new,
                    60,
                    5,
                    lambda m: (m.vision_encoder.bn1.running_mean - mean).norm().item(),
                )
                for model in (alone, taught_new_words("vision_encoder"))
            ],
        },
    }


@repeatable()
def untrained() -> TinyVLA:
    """The model that `pretrained` starts from."""
    return TinyVLA()


def files() -> dict[Path, str]:
    """Each file of docs/data with its text, made anew."""
    return {
        DATA / f"{name}.yml": f"# Written by `make record`: {ABOUT[name]}\n"
        + yaml.safe_dump(data, sort_keys=False, default_flow_style=None, width=120)
        for name, data in (("tiny_vla", tree()), ("curves", curves()))
    }
