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
from tiny_vla import (
    HELD_OUT,
    NEW_WORDS,
    WORDS,
    TinyVLA,
    demonstrations,
    fit,
    pretrained,
    repeatable,
    success,
)

# What is frozen while the new words are learned: a part each, and nothing in between.
FROZEN = "vision_encoder", "", "language_model action_head"
ABOUT = {
    "tiny_vla": "what TinyVLA consists of. The module tree of the lab is made from it.",
    "curves": "how TinyVLA learns. The plots of the lab are drawn from it.",
    "scene": "one demonstration. The picture of the lab's table and observation is drawn from it.",
}


def tree(model: nn.Module | None = None) -> list[dict]:
    """The submodules of TinyVLA or another model: path, class, parameters, keys, own keys.

    The layers of torch.nn are leaves, even if they have submodules: their keys are listed with
    the layer. Containers are none.
    """
    model, modules = model or TinyVLA(), []
    state = model.state_dict()
    parameters = {name: parameter.numel() for name, parameter in model.named_parameters()}

    def add(path, module):
        within = path + "." if path else ""
        kind = type(module).__module__
        leaf = kind.startswith("torch.nn") and not kind.endswith(".container")
        below = [key.removeprefix(within) for key in state if key.startswith(within)]
        modules.append(
            {
                "path": path,
                "class": type(module).__name__,
                "parameters": sum(n for name, n in parameters.items() if name.startswith(within)),
                "below": len(below),
                "keys": [
                    {
                        "name": name,
                        "shape": list(state[within + name].shape),
                        "parameters": parameters.get(within + name, 0),
                    }
                    for name in below
                    if leaf or "." not in name
                ],
            }
        )
        for name, child in [] if leaf else module.named_children():
            add(within + name, child)

    add("", model)
    return modules


def curves() -> dict[str, dict]:
    """What the plots show: for each its steps, and the values of each of its lines."""
    seen, unseen = demonstrations(2000), demonstrations(500, HELD_OUT, seed=1)
    new = demonstrations(2000, colors=NEW_WORDS, seed=2)
    unseen_new = demonstrations(500, HELD_OUT, NEW_WORDS, seed=3)
    brighter = new._replace(images=new.images + 0.5)
    second = pretrained()

    def learn(model, data, steps, every, measure):
        values = [measure(model)]
        fit(model, data, steps, watch=lambda step, _: step % every or values.append(measure(model)))
        return [round(value, 3) for value in values]

    def taught_new_words(frozen=""):
        model = pretrained()
        model.language_model.add_words(len(NEW_WORDS))
        return model.freeze_fully(*frozen.split())

    def of_the_second(model):
        """Success of the second robot, which has this model's encoder and the rest of its own."""
        second.vision_encoder.load_state_dict(model.vision_encoder.state_dict())
        return success(second, unseen)

    alone = taught_new_words()
    alone.vision_encoder.requires_grad_(False)
    return {
        "pretraining": {
            "every": 10,
            "lines": [learn(untrained(), seen, 200, 10, lambda m: success(m, unseen))],
        },
        "fine-tuning": {
            "every": 5,
            "lines": [
                learn(taught_new_words(frozen), new, 60, 5, lambda m: success(m, unseen_new))
                for frozen in FROZEN
            ],
        },
        "drift": {
            "every": 5,
            "lines": [
                learn(model, brighter, 60, 5, of_the_second)
                for model in (alone, taught_new_words("vision_encoder"))
            ],
        },
    }


def scene() -> dict:
    """The demonstration that the lab's first block prints: its cells, words, action and pixels."""
    images, words, actions = demonstrations(1, HELD_OUT, seed=8)
    color = images[0, :, 2::4, 2::4]
    red_or_blue = (color[0] - color[2]).flatten()
    pixels = (images[0].clamp(0, 1) * 255).round().int().permute(1, 2, 0).tolist()
    return {
        "red": int(red_or_blue.argmax()),
        "blue": int(red_or_blue.argmin()),
        "words": [WORDS[one] for one in words[0].tolist()],
        "action": [round(value, 3) for value in actions[0].tolist()],
        "pixels": [["{:02x}{:02x}{:02x}".format(*pixel) for pixel in row] for row in pixels],
    }


@repeatable()
def untrained() -> TinyVLA:
    """The model that `pretrained` starts from."""
    return TinyVLA()


def files() -> dict[Path, str]:
    """Each file of docs/data with its text, made anew."""
    made = {"tiny_vla": tree(), "curves": curves(), "scene": scene()}
    return {DATA / f"{name}.yml": recorded(ABOUT[name], data) for name, data in made.items()}


def recorded(about: str, data) -> str:
    """The text of a file that `make record` writes."""
    dumped = yaml.safe_dump(data, sort_keys=False, default_flow_style=None, width=120)
    return f"# Written by `make record`: {about}\n{dumped}"
