"""The figures of the lab: what TinyVLA consists of, as data for the page, and how it learns, as SVG files.

`make record` writes them; test_tiny_vla.py compares them with what the model is and does.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from xml.sax.saxutils import escape

import yaml
from tiny_vla import NEW_WORDS, TinyVLA, demonstrations, fit, pretrained, repeatable, success
from torch import nn

from snippet import ROOT

TREE = ROOT / "docs/tiny_vla.yml"
PLOTS = ROOT / "docs/assets/lab"
LOCALES = ("ko", "en")
TUNED = "vision_encoder", "", "language_model action_head"  # what is frozen while the new words are learned

# What each plot says: its title, its axes, its lines, in both languages.
SAYS = {
    "pretraining": {
        "ko": ("사전 학습: 학습하지 않은 장면에서의 성공률", "성공률", "step", ["TinyVLA"]),
        "en": ("Pretraining: success in scenes not trained on", "success", "steps", ["TinyVLA"]),
    },
    "fine-tuning": {
        "ko": ("새 낱말의 fine-tune: freeze한 부품마다의 성공률", "성공률", "step", [
            "vision_encoder를 freeze", "아무것도 freeze하지 않음", "language_model과 action_head를 freeze"]),
        "en": ("Fine-tuning on new words: success by what is frozen", "success", "steps", [
            "vision_encoder frozen", "nothing frozen", "language_model and action_head frozen"]),
    },
    "statistics": {
        "ko": ("fine-tune하는 동안 bn1.running_mean이 움직인 거리", "거리", "step", [
            "requires_grad_(False)만", "freeze(): 추론 모드까지"]),
        "en": ("How far bn1.running_mean moves during fine-tuning", "distance", "steps", [
            "requires_grad_(False) alone", "freeze(): inference mode too"]),
    },
}


def tree(model: nn.Module | None = None) -> list[dict]:
    """The submodules of TinyVLA or another model: path, class, number of parameters, number of keys, keys of its own.

    The layers of torch.nn are leaves, even if they have submodules: their keys are listed with the layer. Containers are none.
    """
    model, modules = model or TinyVLA(), []
    parameters = {name: parameter.numel() for name, parameter in model.named_parameters()}

    def add(path, module):
        within = path + "." if path else ""
        inner = [(name, child) for name, child in module.named_children()]
        leaf = type(module).__module__.startswith("torch.nn") and not type(module).__module__.endswith(".container")
        own = [key for key in model.state_dict() if key.startswith(within)] if leaf else [
            within + name for name, _ in [*module.named_parameters(recurse=False), *module.named_buffers(recurse=False)]]
        modules.append({
            "path": path, "class": type(module).__name__,
            "parameters": sum(n for name, n in parameters.items() if name.startswith(within)),
            "below": sum(key.startswith(within) for key in model.state_dict()),
            "keys": [
                {"name": key.removeprefix(within), "shape": list(model.state_dict()[key].shape), "parameters": parameters.get(key, 0)}
                for key in own],
        })
        for name, child in [] if leaf else inner:
            add(within + name, child)

    add("", model)
    return modules


def curves() -> dict[str, dict]:
    """What the plots show: for each its steps, and the values of each of its lines."""
    seen, unseen = demonstrations(2000), demonstrations(500, seed=1)
    new, unseen_new = demonstrations(2000, NEW_WORDS, seed=2), demonstrations(500, NEW_WORDS, seed=3)

    def learn(model, data, steps, every, measure):
        values = [measure(model)]
        fit(model, data, steps, watch=lambda step, _: step % every or values.append(measure(model)))
        return [round(value, 3) for value in values]

    def taught_new_words(frozen=""):
        model = pretrained()
        model.language_model.add_words(len(NEW_WORDS))
        return model.freeze(*frozen.split())

    mean = pretrained().vision_encoder.bn1.running_mean.clone()
    alone = taught_new_words()
    alone.vision_encoder.requires_grad_(False)
    return {
        "pretraining": {"every": 10, "lines": [learn(untrained(), seen, 150, 10, lambda m: success(m, unseen))]},
        "fine-tuning": {"every": 5, "lines": [
            learn(taught_new_words(frozen), new, 60, 5, lambda m: success(m, unseen_new)) for frozen in TUNED]},
        "statistics": {"every": 5, "lines": [
            learn(model, new, 60, 5, lambda m: (m.vision_encoder.bn1.running_mean - mean).norm().item())
            for model in (alone, taught_new_words("vision_encoder"))]},
    }


@repeatable()
def untrained() -> TinyVLA:
    """The model that `pretrained` starts from."""
    return TinyVLA()


def draw(name: str, locale: str, every: int, lines: list[list[float]]) -> str:
    """An SVG of 360 units' width, the CSS pixels of a phone; its colors are those of the text around it."""
    title, vertical, horizontal, labels = SAYS[name][locale]
    left, right, top, bottom = 44, 344, 36, 190
    last = every * (len(lines[0]) - 1)
    share = name != "statistics"
    highest = 1 if share else max(map(max, lines))
    x = lambda index: round(left + (right - left) * index * every / last, 1)
    y = lambda value: round(bottom - (bottom - top) * value / highest, 1)
    number = (lambda value: f"{value:.0%}") if share else (lambda value: f"{value:.3f}")

    told = [
        f"{label}: " + ", ".join(f"{index * every} {horizontal} {number(line[index])}" for index in range(0, len(line), 3))
        for label, line in zip(labels, lines)]
    legend = labels if len(labels) > 1 else []
    drawn = [
        f'<svg class="plot" viewBox="0 0 360 {bottom + 26 + 18 * len(legend)}" xmlns="http://www.w3.org/2000/svg" role="img" '
        f'aria-labelledby="{name}-title {name}-told" fill="currentColor" color="currentColor" font-size="12">',
        f'<title id="{name}-title">{escape(title)}</title>',
        f'<desc id="{name}-told">{escape(". ".join(told))}.</desc>',
        f"<metadata>{json.dumps({'every': every, 'lines': lines})}</metadata>",
        f'<text x="4" y="14" font-weight="600">{escape(title)}</text>',
    ]
    for part in (0, 0.5, 1):
        level = y(part * highest)
        drawn.append(f'<path d="M{left} {level}H{right}" stroke="currentColor" stroke-opacity=".25"/>')
        drawn.append(f'<text x="{left - 6}" y="{level + 4}" text-anchor="end">{number(part * highest)}</text>')
        drawn.append(f'<text x="{x(part * last / every)}" y="{bottom + 18}" text-anchor="middle">{part * last:.0f}</text>')
    drawn.append(f'<text x="{left + 4}" y="{top + 14}">{vertical}</text>')
    drawn.append(f'<text x="{right}" y="{bottom - 6}" text-anchor="end">{horizontal}</text>')
    looks = [f'fill="none" stroke="currentColor" stroke-width="2" stroke-dasharray="{dashes}"' for dashes in ("none", "7 4", "2 3")]
    for look, line in zip(looks, lines):
        drawn.append(f'<polyline {look} points="{" ".join(f"{x(i)},{y(value)}" for i, value in enumerate(line))}"/>')
    for look, label, row in zip(looks, legend, range(bottom + 38, bottom + 100, 18)):
        drawn.append(f'<path {look} d="M{left} {row - 4}h28"/><text x="{left + 36}" y="{row}">{escape(label)}</text>')
    return "\n".join([*drawn, "</svg>\n"])


def path(name: str, locale: str) -> Path:
    return PLOTS / f"{name}.{locale}.svg"


def recorded(name: str, locale: str) -> dict:
    """The data that a plot was drawn from, as it stands in the file. Raises OSError, AttributeError, ValueError."""
    return json.loads(re.search("<metadata>(.*)</metadata>", path(name, locale).read_text(encoding="utf-8"))[1])


def files() -> dict[Path, str]:
    """Every file with its text, made anew."""
    about = "# Written by `make record`: what TinyVLA consists of. The module tree of the lab is made from it.\n"
    made = {TREE: about + yaml.safe_dump(tree(), sort_keys=False, default_flow_style=None, width=120)}
    for name, data in curves().items():
        for locale in LOCALES:
            made[path(name, locale)] = draw(name, locale, **data)
    return made
