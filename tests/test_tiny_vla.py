"""TinyVLA is small, typed and documented, does what the lab says of it, and the figures show what it does."""

import ast
import subprocess
import sys

import figures
import pytest
import tiny_vla
import torch
import yaml

from snippet import ROOT, SNIPPETS

FILE = SNIPPETS / "tiny_vla.py"
RECORD = "Run `make record`, if the new one is right."


def check(holds, message):
    if not holds:
        pytest.fail(message, pytrace=False)


def test_it_is_small():
    lines = len(FILE.read_text(encoding="utf-8").splitlines())
    parameters = sum(p.numel() for p in tiny_vla.TinyVLA().parameters())
    check(lines <= 260, f"snippets/tiny_vla.py:{lines}: a reader takes in 260 lines. Make it shorter.")
    check(15_000 < parameters < 25_000, f"snippets/tiny_vla.py:1: {parameters} parameters; the lab says about 20,000.")


def test_its_types_are_right():
    run = subprocess.run(
        [sys.executable, "-m", "pyrefly", "check", FILE, "--preset", "strict", "--ignore", "missing-override-decorator", "--output-format", "min-text",
         "--python-interpreter-path", sys.executable],
        cwd=ROOT, capture_output=True, text=True)
    check(run.returncode == 0, run.stdout + run.stderr)


def undocumented():
    """(line, name) of each public class, function and method, other than __init__, without a docstring."""
    public = [node for node in ast.parse(FILE.read_text(encoding="utf-8")).body if isinstance(node, (ast.ClassDef, ast.FunctionDef))]
    public += [method for node in public if isinstance(node, ast.ClassDef) for method in node.body if isinstance(method, ast.FunctionDef)]
    return [(node.lineno, node.name) for node in public if not node.name.startswith("_") and not ast.get_docstring(node)]


def test_it_is_documented():
    if missing := undocumented():
        pytest.fail("\n".join(
            f"snippets/tiny_vla.py:{line}: {name} has no docstring. Say what it does, with shapes and units."
            for line, name in missing), pytrace=False)


def test_the_expert_does_what_it_is_told_within_the_bounds():
    data = tiny_vla.demonstrations(300, tiny_vla.NEW_WORDS)

    class Expert(torch.nn.Module):
        def forward(self, images, words):
            red_or_blue = (words[:, 2] - len(tiny_vla.WORDS)) * 2  # the channel of the color that is asked for
            cells = images[:, :, 2::4, 2::4].flatten(2)
            others = cells.sum(1) - 2 * cells[torch.arange(300), red_or_blue]
            target = others.argmin(1)
            actions = torch.zeros(300, 7)
            actions[:, 0], actions[:, 1] = (target % 3 - 1) * 0.05, (target // 3 - 1) * 0.05
            actions[:, 6] = torch.where(words[:, 0] == tiny_vla.WORDS.index("grasp"), 1.0, -1.0)
            return actions

    assert tiny_vla.success(Expert(), data) == 1
    assert (data.actions.abs() <= tiny_vla.ActionHead(8).scale).all()
    assert (tiny_vla.TinyVLA()(1000 * data.images, data.words - 5 * (data.words > 4)).abs() <= tiny_vla.ActionHead(8).scale).all()


def test_frozen_parts_stay_in_inference_mode():
    model = tiny_vla.TinyVLA().train()
    assert model.freeze("vision_encoder", "language_model.blocks.0") is model and model.train() is model
    for name, module in model.named_modules():
        frozen = name.startswith(("vision_encoder", "language_model.blocks.0"))
        check(module.training != frozen, f"snippets/tiny_vla.py:1: after train(), {name} is in the wrong mode. Mend TinyVLA.train.")
    assert model.eval() is model and not any(m.training for m in model.modules())


def test_a_misspelt_name_freezes_nothing():
    model = tiny_vla.TinyVLA()
    with pytest.raises(AttributeError):
        model.freeze("action_head", "vison_encoder")
    assert all(p.requires_grad for p in model.parameters()) and all(m.training for m in model.train().modules())


def test_the_caller_keeps_random_numbers_and_threads():
    torch.manual_seed(3)
    state, threads = torch.get_rng_state(), torch.get_num_threads()
    tiny_vla.pretrained()
    tiny_vla.fit(tiny_vla.TinyVLA().eval(), tiny_vla.demonstrations(64), steps=1)
    torch.manual_seed(3)
    assert torch.equal(state, torch.get_rng_state()) and torch.get_num_threads() == threads


def test_each_pretrained_model_is_its_own():
    one, other = tiny_vla.pretrained(), tiny_vla.pretrained()
    assert all(torch.equal(a, b) and a.data_ptr() != b.data_ptr() for a, b in zip(one.state_dict().values(), other.state_dict().values()))


def test_the_module_tree_is_that_of_the_model():
    shown = yaml.safe_load(figures.TREE.read_text(encoding="utf-8"))
    for number, (now, before) in enumerate(zip(figures.tree(), shown)):
        check(now == before, f"docs/tiny_vla.yml: entry {number}, {before['path'] or 'TinyVLA'!r}, is not what TinyVLA has. {RECORD}")
    check(len(shown) == len(figures.tree()), f"docs/tiny_vla.yml: not as many entries as TinyVLA has submodules. {RECORD}")


@pytest.fixture(scope="module")
def fresh_curves():
    return figures.curves()


@pytest.mark.parametrize("locale", figures.LOCALES)
@pytest.mark.parametrize("name", figures.SAYS)
def test_a_plot_shows_what_a_fresh_run_gives(name, locale, fresh_curves):
    file = figures.path(name, locale).relative_to(ROOT)
    shown, now = figures.recorded(name, locale), fresh_curves[name]
    near = 0.15 if name != "statistics" else 0.2 * max(map(max, now["lines"]))  # other processors round otherwise
    check(shown["every"] == now["every"] and len(shown["lines"]) == len(now["lines"]), f"{file}:4: not the curves of this run. {RECORD}")
    for number, (before, after) in enumerate(zip(shown["lines"], now["lines"]), 1):
        far = [step * now["every"] for step, (a, b) in enumerate(zip(before, after)) if abs(a - b) > near]
        check(len(before) == len(after) and not far, f"{file}:4: line {number} is off after {far} steps. {RECORD}")
    drawn = figures.draw(name, locale, **shown)
    check((ROOT / file).read_text(encoding="utf-8") == drawn, f"{file}:1: not what figures.py draws from these data. {RECORD}")
