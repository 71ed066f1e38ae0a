"""What can be touched on the road: the switches answer as a run does, the tree is its model's."""

import re

import pytest
import torch
from tiny_vla import TinyVLA, demonstrations

from conftest import check, report
from tools import figures, touched
from tools.site import data, relative

SWITCHES = relative(touched.SWITCHES)
RECORD = "Run `make record`, if the new one is right."
YES = {"ko": {True: "예", False: "아니요"}, "en": {True: "yes", False: "no"}}
NUMBER = re.compile(r"\d[\d,]*")
ASKED = "own", "before", "statistics", "drops"


@pytest.mark.parametrize(
    ("file", "make"),
    [
        (touched.SWITCHES, touched.switches),
        (touched.TREE, lambda: figures.tree(touched.vla_model())),
    ],
)
def test_what_is_recorded_is_what_a_run_gives(file, make):
    shown, now, name = data(file.stem), make(), relative(file)
    check(
        len(shown) == len(now),
        f"{name}: {len(shown)} entries, and a run gives {len(now)}. {RECORD}",
    )
    for number, (before, after) in enumerate(zip(shown, now), 1):
        wrong = [
            f"{key}: {before.get(key)!r} instead of {after[key]!r}"
            for key in after
            if before.get(key) != after[key]
        ]
        check(
            not wrong,
            f"{name}: entry {number} is not what a run gives: {'; '.join(wrong)}. {RECORD}",
        )


def page_with(every_page, locale, found, macro):
    """The page of a language that has what a macro makes."""
    for page in every_page:
        if page.locale == locale and found in page.text:
            return page
    mend = "Put it on the page about it, or take out the macro."
    report([f"docs/{locale}: no page has {{{{ {macro} }}}}. {mend}"])


@pytest.mark.parametrize("locale", YES)
@pytest.mark.parametrize("width", [390, 1440])
def test_the_switches_answer_as_the_run_did(every_page, open_page, locale, width):
    """With the keyboard alone: of every setting its answers, its code, its row, its picture."""
    shown = page_with(every_page, locale, 'class="switches"', "switches()")
    page = open_page(shown.address, width)
    panel, problems = page.locator(".switches-panel"), []
    for number, row in enumerate(data("switches")):
        second = row["mode"] == "eval", not row["requires_grad"], row["no_grad"]
        for switch, on in enumerate(second):
            inputs = panel.locator(f"[name=switch-{switch}]")
            inputs.nth(int(not on)).focus()
            page.keyboard.press("Space")
            page.keyboard.press("ArrowRight" if on else "ArrowLeft")
        say = [YES[locale][row[asked]] for asked in ASKED]
        seen = {
            "answers": (panel.get_by_role("status").locator("strong").all_inner_texts(), say),
            "code": (panel.locator("pre code").inner_text().splitlines(), row["code"]),
            "row": (
                page.locator(".switches tbody tr").evaluate_all(
                    "rows => rows.findIndex(row => row.ariaCurrent)"
                ),
                number,
            ),
            "picture": (
                [
                    panel.locator(f"svg {part}").get_attribute("visibility") == "visible"
                    for part in (".own", ".point .through", ".bar", ".part-frozen")
                ],
                [row["own"], row["before"], not row["before"], second[1]],
            ),
        }
        problems += [
            f"docs/assets/switches.js, on {shown.file}: {what} of entry {number + 1} "
            f"of {SWITCHES}: {is_!r} instead of {ought!r}."
            for what, (is_, ought) in seen.items()
            if is_ != ought
        ]
    report(problems[:3])


@pytest.mark.parametrize("locale", YES)
def test_the_switches_are_a_table_without_a_script(every_page, open_page, locale):
    shown = page_with(every_page, locale, 'class="switches"', "switches()")
    page = open_page(shown.address, java_script_enabled=False)
    rows = page.locator(".switches tbody tr")
    told = [row.locator("td").all_inner_texts()[1:] for row in rows.all() if row.is_visible()]
    ought = [[YES[locale][row[asked]] for asked in ASKED] for row in data("switches")]
    check(
        told == ought,
        f"docs/theme/macros/figures.md, on {shown.file}: "
        f"without a script the table says {told}, and {SWITCHES} {ought}.",
    )
    check(
        not page.locator(".switches :is(input, button)").count(),
        f"{shown.file}: a switch that does nothing without a script. "
        "Make it in docs/assets/switches.js.",
    )


# Of each tree: the macro, what makes its model, what the model is called with, and what is ticked.
TREES = {
    "TinyVLA": (
        "module_tree()",
        TinyVLA,
        lambda: demonstrations(4)[:2],
        [
            ([], False),
            (["vision_encoder"], False),
            (["vision_encoder"], True),
            (["vision_encoder.bn1", "language_model"], True),
            # All of a part, one by one.
            (["vision_encoder.conv1", "vision_encoder.bn1", "vision_encoder.norm"], True),
            (["language_model.block.attention", "action_head.mlp"], False),
            ([""], True),
        ],
    ),
    "VLAModel": (
        "module_tree(vla_model)",
        touched.vla_model,
        lambda: (torch.randn(2, 3, 32, 32), torch.zeros(2, 5, dtype=torch.long)),
        [
            (["vision_encoder"], True),
            (["vision_encoder", "language_model.attn"], True),
            (["vision_encoder", "language_model.attn", "action_head.3"], True),
        ],
    ),
}
MOVING = {"ko": "움직인다", "en": "still move"}


@pytest.mark.parametrize("name", TREES)
@pytest.mark.parametrize(("locale", "width"), [("ko", 390), ("en", 1440)])
def test_a_module_tree_says_what_its_model_does(every_page, open_page, locale, width, name):
    """Parts are ticked with the keyboard, the code shown is run; the line above stays in sight."""
    macro, make, inputs, settings = TREES[name]
    shown = page_with(every_page, locale, f'data-class="{name}"', macro)
    page, problems = open_page(shown.address, width), []
    effect, status = page.locator(".module-tree-effect"), page.locator(".module-tree-status")
    for button in page.locator(".module-tree button.open").all():
        button.press("Enter")
    for ticked, evaluated in settings:
        for part in ticked:
            page.locator(f".module-tree tr[data-path='{part}'] input").press("Space")
        box = status.bounding_box()
        if evaluated:
            effect.locator("input").press("Space")
        trained, statistics = status.locator("p").all_inner_texts()

        model = make()
        exec(effect.locator("pre code").inner_text(), {"model": model})
        mean = model.vision_encoder.bn1.running_mean.clone()
        loss = model(*inputs()).sum()
        if loss.requires_grad:
            loss.backward()
        moves = not torch.equal(mean, model.vision_encoder.bn1.running_mean)
        parameters = dict(model.named_parameters())
        every = sum(p.numel() for p in parameters.values())
        trains = sum(p.numel() for p in parameters.values() if p.requires_grad)
        without = [name for name, p in parameters.items() if p.grad is None]
        marked = page.locator(".module-tree li:has(em:not([hidden]))")
        seen = {
            "parameters": (
                sorted(int(number.replace(",", "")) for number in NUMBER.findall(trained)),
                [trains, every],
            ),
            "keys without a gradient": (effect.locator("li").all_text_contents(), without),
            "marked keys": (
                marked.evaluate_all("all => all.map((key) => key.dataset.key)"),
                without,
            ),
            "no backward()": ("backward()" in trained, not loss.requires_grad),
            "said to move": (MOVING[locale] in statistics, moves),
            "bn1 moves": (moves, not evaluated),
            "status in sight": (0 <= box["y"] < 844 - box["height"], True),
        }
        problems += [
            f"docs/assets/module-tree.js, on {shown.file}: with {ticked} frozen"
            f"{' and in eval mode' * evaluated}: {what}: {is_!r} instead of {ought!r}. "
            "See show() there, and .module-tree-status in site.css."
            for what, (is_, ought) in seen.items()
            if is_ != ought
        ]
        if ticked:
            effect.locator(".md-button").press("Enter")
    report(problems[:3])


def test_a_module_tree_is_a_table_without_a_script(open_page):
    page = open_page("en/nn-module/lab/", java_script_enabled=False)
    rows = page.locator(".module-tree tbody tr")
    assert rows.count() == len(figures.tree()) and all(row.is_visible() for row in rows.all())
    assert page.locator(".module-tree input, .module-tree-effect").count() == 0
