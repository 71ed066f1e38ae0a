"""What can be touched on the road: the switches answer as a run does, the tree is its model's."""

import re

import pytest
import torch
from test_site import locale_of, pages, source, url

from conftest import check
from tools import figures, touched
from tools.site import data, relative

SWITCHES = relative(touched.SWITCHES)
RECORD = "Run `make record`, if the new one is right."
YES = {"ko": {True: "예", False: "아니요"}, "en": {True: "yes", False: "no"}}
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


def page_with(site, locale, found, macro):
    """The path of the page of a language that has what a macro makes."""
    for path in pages(site):
        if (
            path.name != "404.html"
            and locale_of(site, path) == locale
            and found in path.read_text(encoding="utf-8")
        ):
            return path
    pytest.fail(
        f"docs/{locale}: no page has {{{{ {macro} }}}}. "
        "Put it on the page about it, or take out the macro.",
        pytrace=False,
    )


@pytest.mark.parametrize("locale", YES)
@pytest.mark.parametrize("width", [390, 1440])
def test_the_switches_answer_as_the_run_did(site, host, browser, locale, width):
    """With the keyboard alone: of every setting its answers, its code, its row, its picture."""
    path = page_with(site, locale, 'class="switches"', "switches()")
    page = browser.new_page(viewport={"width": width, "height": 844})
    page.goto(url(site, path, host))
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
            f"docs/assets/switches.js, on {source(site, path)}: {what} of entry {number + 1} "
            f"of {SWITCHES}: {is_!r} instead of {ought!r}."
            for what, (is_, ought) in seen.items()
            if is_ != ought
        ]
    page.close()
    check(not problems, "\n".join(problems[:3]))


@pytest.mark.parametrize("locale", YES)
def test_the_switches_are_a_table_without_a_script(site, host, browser, locale):
    path = page_with(site, locale, 'class="switches"', "switches()")
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(url(site, path, host))
    rows = page.locator(".switches tbody tr")
    shown = [row.locator("td").all_inner_texts()[1:] for row in rows.all() if row.is_visible()]
    ought = [[YES[locale][row[asked]] for asked in ASKED] for row in data("switches")]
    check(
        shown == ought,
        f"docs/theme/macros/figures.md, on {source(site, path)}: "
        f"without a script the table says {shown}, and {SWITCHES} {ought}.",
    )
    check(
        not page.locator(".switches :is(input, button)").count(),
        f"{source(site, path)}: a switch that does nothing without a script. "
        "Make it in docs/assets/switches.js.",
    )
    context.close()


@pytest.mark.parametrize(("locale", "width"), [("ko", 390), ("en", 1440)])
def test_the_tree_of_the_road_says_what_its_model_does(site, host, browser, locale, width):
    """Parts are ticked with the keyboard, the code shown is run; the line above stays in sight."""
    path = page_with(site, locale, 'data-class="VLAModel"', "module_tree(vla_model)")
    where = f"docs/assets/module-tree.js, on {source(site, path)}"
    page = browser.new_page(viewport={"width": width, "height": 844})
    page.goto(url(site, path, host))
    for button in page.locator(".module-tree button.open").all():
        button.focus()
        page.keyboard.press("Enter")
    page.locator(".module-tree-effect input").focus()
    page.keyboard.press("Space")
    for part in ("vision_encoder", "language_model.attn", "action_head.3"):
        page.locator(f".module-tree tr[data-path='{part}'] input").focus()
        page.keyboard.press("Space")
        model = touched.vla_model()
        exec(page.locator(".module-tree-effect pre code").inner_text(), {"model": model})
        status = page.locator(".module-tree-status")
        counts = sorted(
            int(number.replace(",", ""))
            for number in re.findall(r"\d[\d,]*", status.locator("p").first.inner_text())
        )
        ought = sorted(
            sum(p.numel() for p in model.parameters() if p.requires_grad or every)
            for every in (False, True)
        )
        check(
            counts == ought,
            f"{where}: with {part} frozen it says {counts} parameters, and the model has {ought}.",
        )
        mean = model.vision_encoder.bn1.running_mean.clone()
        model(torch.randn(2, 3, 32, 32), torch.zeros(2, 5, dtype=torch.long))
        check(
            torch.equal(mean, model.vision_encoder.bn1.running_mean),
            f"{where}: the code for {part} leaves bn1 in training mode.",
        )
        box = status.bounding_box()
        check(
            0 <= box["y"] < 844 - box["height"],
            f"{where}: with {part} ticked at {width} pixels, the status is out of sight. "
            "See .module-tree-status in site.css.",
        )
    page.close()
