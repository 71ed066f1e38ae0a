"""TinyVLA is small, typed and documented, and does what the lab and its figures say of it."""

import ast
import subprocess
import sys

import pytest
import tiny_vla
import torch

from conftest import check, report
from tools import figures, snippet
from tools.page import Page
from tools.site import LOCALES, ROOT, SNIPPETS, data, words

FILE = SNIPPETS / "tiny_vla.py"
RECORD = "Run `make record`, if the new one is right."


def test_it_is_small():
    lines = len(FILE.read_text(encoding="utf-8").splitlines())
    parameters = sum(p.numel() for p in tiny_vla.TinyVLA().parameters())
    what = f"snippets/tiny_vla.py:{lines}: a reader takes in 270 lines. Make it shorter."
    check(lines <= 270, what)
    what = f"snippets/tiny_vla.py:1: {parameters} parameters; the lab says about 12,000."
    check(11_500 < parameters < 12_500, what)


def test_its_types_are_right():
    options = ["--preset=strict", "--ignore=missing-override-decorator"]
    options += ["--output-format=min-text", f"--python-interpreter-path={sys.executable}"]
    command = [sys.executable, "-m", "pyrefly", "check", FILE, *options]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    check(run.returncode == 0, run.stdout + run.stderr)


def test_it_is_documented():
    """Each public class, function and method, other than __init__."""
    tree = ast.parse(FILE.read_text(encoding="utf-8"))
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    public = [node for body in (tree, *classes) for node in body.body]
    kinds = (ast.ClassDef, ast.FunctionDef)
    report(
        f"snippets/tiny_vla.py:{node.lineno}: {node.name} has no docstring. Say what it does, with "
        "shapes and units."
        for node in public
        if isinstance(node, kinds) and node.name[0] != "_" and not ast.get_docstring(node)
    )


def test_the_expert_does_what_it_is_told_within_the_bounds():
    data = tiny_vla.demonstrations(300, colors=tiny_vla.NEW_WORDS)

    class Expert(torch.nn.Module):
        def forward(self, images, words):
            # The channel of the color that is asked for.
            red_or_blue = (words[:, 2] - len(tiny_vla.WORDS)) * 2
            cells = images[:, :, 2::4, 2::4].flatten(2)
            others = cells.sum(1) - 2 * cells[torch.arange(300), red_or_blue]
            target = others.argmin(1)
            actions = torch.zeros(300, 7).double()
            actions[:, 0], actions[:, 1] = (target % 3 - 1) * 0.05, (target // 3 - 1) * 0.05
            actions[:, 6] = torch.where(words[:, 0] == tiny_vla.WORDS.index("grasp"), 1.0, -1.0)
            return actions

    assert tiny_vla.success(Expert(), data) == 1
    most, words = tiny_vla.TinyVLA().action_head.scale, data.words - 5 * (data.words > 4)
    assert (data.actions.abs() <= most).all()
    assert (tiny_vla.TinyVLA()(1000 * data.images, words).abs() <= most).all()


def test_the_scenes_of_the_test_are_held_out_of_training():
    """Every layout is in one of the two, and each cell has each color in both."""
    train, test = set(tiny_vla.TRAINING), set(tiny_vla.HELD_OUT)
    both, lost = train & test, set(tiny_vla.LAYOUTS) - train - test
    check(not both, f"snippets/tiny_vla.py:1: trained on and tested on: {sorted(both)}.")
    check(not lost, f"snippets/tiny_vla.py:1: in neither training nor test: {sorted(lost)}.")
    for color in (0, 1):
        never = set(range(tiny_vla.CELLS)) - {layout[color] for layout in train}
        check(not never, f"snippets/tiny_vla.py:1: training never shows color {color} in {never}.")


def test_fully_frozen_parts_stay_in_eval_mode():
    model, parts = tiny_vla.TinyVLA().train(), ("vision_encoder", "language_model.block")
    assert model.freeze_fully(*parts) is model and model.train() is model
    for name, module in model.named_modules():
        what = f"after train(), {name} is in the wrong mode. Mend TinyVLA.train."
        check(module.training != name.startswith(parts), f"snippets/tiny_vla.py:1: {what}")
    assert model.eval() is model and not any(m.training for m in model.modules())


def test_a_misspelt_name_freezes_nothing():
    model = tiny_vla.TinyVLA()
    with pytest.raises(AttributeError):
        model.freeze_fully("action_head", "vison_encoder")
    assert all(p.requires_grad for p in model.parameters())
    assert all(module.training for module in model.train().modules())


def test_the_caller_keeps_random_numbers_and_threads():
    torch.manual_seed(3)
    state, threads = torch.get_rng_state(), torch.get_num_threads()
    tiny_vla.pretrained()
    tiny_vla.fit(tiny_vla.TinyVLA().eval(), tiny_vla.demonstrations(64), steps=1)
    torch.manual_seed(3)
    assert torch.equal(state, torch.get_rng_state()) and torch.get_num_threads() == threads


def test_each_pretrained_model_is_its_own():
    one, other = tiny_vla.pretrained(), tiny_vla.pretrained()
    assert all(
        torch.equal(a, b) and a.data_ptr() != b.data_ptr()
        for a, b in zip(one.state_dict().values(), other.state_dict().values())
    )


def test_the_picture_shows_the_demonstration_of_the_first_block():
    file, shown, now = "docs/data/scene.yml", data("scene"), figures.scene()
    for key in now:
        check(shown[key] == now[key], f"{file}: {key} is not what TinyVLA is shown. {RECORD}")


def test_the_module_tree_is_that_of_the_model():
    shown, tree = data("tiny_vla"), figures.tree()
    for number, (now, before) in enumerate(zip(tree, shown)):
        what = f"entry {number}, {before['path'] or 'TinyVLA'!r}, is not what TinyVLA has."
        check(now == before, f"docs/data/tiny_vla.yml: {what} {RECORD}")
    what = "not as many entries as TinyVLA has submodules."
    check(len(shown) == len(tree), f"docs/data/tiny_vla.yml: {what} {RECORD}")


@pytest.fixture(scope="module")
def fresh_curves():
    return figures.curves()


@pytest.mark.parametrize("name", data("curves"))
def test_a_plot_shows_what_a_fresh_run_gives(name, fresh_curves):
    file, shown, now = "docs/data/curves.yml", data("curves")[name], fresh_curves[name]
    near = 0.01  # of float64, other processors round only the last bits otherwise
    alike = shown["every"] == now["every"] and len(shown["lines"]) == len(now["lines"])
    check(alike, f"{file}: not the curves of this run of {name}. {RECORD}")
    for number, (before, after) in enumerate(zip(shown["lines"], now["lines"]), 1):
        steps = [place * now["every"] for place in range(len(after))]
        far = [step for step, a, b in zip(steps, before, after) if abs(a - b) > near]
        alike = len(before) == len(after) and not far
        check(alike, f"{file}: line {number} of {name} is off after {far} steps. {RECORD}")
    for locale in LOCALES:
        named = len(words(locale)["plots"][name]["lines"]) == len(now["lines"])
        check(named, f"docs/data/words.yml: name each line of the plot {name}, in {locale}.")


TASKS = {  # of a block of the lab: what the reader changes, what is right, what the page names
    "try-start": (
        [('["red", "blue"]', '["blue", "red"]')],
        "predicted = 100",
        {"0": True, "50": False, "100": False, "25": False},
        ["0%"],
    ),
    "try-freeze": (
        [
            (
                '"vision_encoder"]',
                '"vision_encoder", "action_head", "language_model.block", "language_model.norm", '
                '"language_model.position_embedding"]',
            )
        ],
        "predicted = 10503",
        {"224": True, "64": False, "160": False},
        ["224", "79%", "100%"],
    ),
    "try-calls": (
        [("training = False", "training = True")],
        "predicted = 0",
        {"3": True, "0": False, "2": False, "9": False},
        ["44%"],
    ),
}


FURTHER = {  # what else a fold offers to change, and what it says that comes out
    "try-start": ([('["red", "blue"]', '["red", "red"]')], ["52%"]),
    "try-freeze": ([*TASKS["try-freeze"][0], ("steps=60", "steps=200")], ["95%", "100%"]),
}


def changed(name, changes):
    """The code of a block of the lab with what its fold has the reader change."""
    code = snippet.read(SNIPPETS / f"nn-module/lab/{name}.md").code
    for before, after in changes:
        assert code.count(before) == 1, f"{name}: {before!r} is not what the reader changes"
        code = code.replace(before, after)
    return code


@pytest.mark.parametrize("name", FURTHER)
def test_a_further_change_gives_what_its_fold_says(name, interpreter):
    changes, numbers = FURTHER[name]
    printed = str(interpreter.run(changed(name, changes)))
    for locale in LOCALES:
        fold = Page.read(locale, "nn-module/lab").fold(name)["text"]
        for number in numbers:
            told = number in fold and number in printed
            check(told, f"{locale}: the fold of {name} says {number}; printed is\n{printed}")


@pytest.mark.parametrize("name", TASKS)
def test_a_change_gives_what_its_fold_says(name, interpreter):
    """The check of a task on each prediction that the page explains, and the numbers it names."""
    changes, predicted, predictions, numbers = TASKS[name]
    code = changed(name, changes)
    pages = {locale: Page.read(locale, "nn-module/lab") for locale in LOCALES}
    for prediction, right in predictions.items():
        printed = str(interpreter.run(code.replace(predicted, f"predicted = {prediction}")))
        where = f"snippets/nn-module/lab/{name}.md:1: changed, with {prediction} predicted,"
        check(f"predicted right: {right}\n" in printed, f"{where} it prints\n{printed}")
        for locale, page in pages.items():
            fold = page.fold(name)["text"]
            place = f"docs/{locale}/nn-module/lab.md:{page.section(name).line}"
            told = right or f"**{prediction}**" in fold
            check(told, f"{place}: its fold does not explain the prediction **{prediction}**.")
            for number in numbers:
                told = number in fold and number in printed
                check(told, f"{place}: its fold says {number}, and the block prints\n{printed}")
