"""The site in a real browser: every page loads from its own host alone, fits a phone, and copies as code."""

import re

import figures
import pytest
import torch
import yaml
from tiny_vla import TinyVLA, demonstrations

import snippet
from snippet import ROOT
from test_site import pages, source

def report(problems):
    if problems:
        pytest.fail("\n".join(problems), pytrace=False)


def test_pages_load_and_fit(site, host, browser):
    """No console error (a breach of the policy is one), no failed request, none to another host, nothing wider than the window."""
    problems = []
    page = browser.new_page(color_scheme="dark")
    here = ""
    page.on("console", lambda m: problems.append(f"{here}: console: {m.text} {m.location['url']}") if m.type == "error" else None)
    page.on("pageerror", lambda e: problems.append(f"{here}: {e}"))
    page.on("request", lambda r: None if r.url.startswith((host, "data:")) else problems.append(f"{here}: request to {r.url}"))
    for path in pages(site):
        here = source(site, path)
        page.set_viewport_size({"width": 390, "height": 844})
        page.goto(host + path.relative_to(site).as_posix().removesuffix("index.html"), wait_until="load")
        for width in (390, 1440):
            page.set_viewport_size({"width": width, "height": 844})
            wide = page.evaluate("document.documentElement.scrollWidth") - width
            if wide > 0:
                problems.append(f"{here}: {wide} pixels wider than a window of {width}")
    page.close()
    report(problems)


def test_the_language_switch_works(site, host, browser):
    page = browser.new_page(viewport={"width": 390, "height": 844})
    page.goto(host + "nn-module/modes/")
    page.get_by_label("언어설정").focus()
    page.get_by_role("link", name="English").click()
    page.wait_for_url("**/en/nn-module/modes/")
    assert page.locator("html").get_attribute("lang") == "en"


def test_the_copy_button_copies_the_code_alone(site, host, browser):
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    for path in ("", "en/nn-module/modes/"):
        page.goto(host + path)
        button = page.locator(".language-python .md-clipboard, .language-python .md-code__button").first
        button.click()
        page.wait_for_function("navigator.clipboard.readText().then(text => text.length > 0)")
        copied = page.evaluate("navigator.clipboard.readText()").rstrip("\n") + "\n"
        assert copied in {snippet.read(p).code for p in snippet.paths()}, copied
    context.close()


def test_progress_is_remembered_and_can_be_reset(site, host, browser):
    """Ticked on its own page, an exercise is ticked on the list in both languages, until it is reset."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(host + "nn-module/exercises/2-count/")
    page.get_by_label("이 문제를 풀었다").check()
    for path, count in (("nn-module/exercises/", "6문제 가운데 1문제를 풀었다."), ("en/nn-module/exercises/", "1 of 6 solved.")):
        page.goto(host + path)
        assert page.locator(".done input:checked").evaluate_all("boxes => boxes.map(box => box.name)") == ["2-count"]
        assert page.locator("article").get_by_role("status").inner_text() == count
    page.get_by_role("button", name="Clear all marks").click()
    assert page.locator(".done input:checked").count() == 0
    page.goto(host + "nn-module/exercises/2-count/")
    assert not page.get_by_label("이 문제를 풀었다").is_checked()
    context.close()


def test_exercises_work_without_a_script(site, host, browser):
    """Folded hints open, boxes tick; what is lost is the memory, and no button is left that does nothing."""
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(host + "en/nn-module/exercises/1-mlp/")
    page.locator("summary", has_text="Hint 1").click()
    assert page.get_by_text("Two, the Linear layers.").is_visible()
    page.get_by_label("I have solved this one").check()
    page.goto(host + "en/nn-module/exercises/")
    assert page.locator(".progress").count() == 0
    context.close()


QUERIES = yaml.safe_load((ROOT / "tests/queries.yml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("locale", QUERIES)
def test_search_finds_the_section_that_explains(site, host, browser, locale):
    """Typed into the field, each query of queries.yml has its section as the first hit, and hits of its language alone."""
    home = host + ("" if locale == "ko" else "en/")
    page = browser.new_page()
    page.goto(home)
    problems = []
    for query, section in QUERIES[locale].items():
        page.locator(".md-search__input").fill(str(query))
        page.wait_for_function("query => document.querySelector('.md-search-result').dataset.query === query", arg=str(query))
        hits = page.locator(".md-search-result__link").evaluate_all("links => links.map(link => link.href)")
        if not hits or hits[0] != home + section:
            problems.append(f"tests/queries.yml: {locale}, {query!r} finds {[hit.removeprefix(home) for hit in hits[:3]]}, and not first {section}.")
        problems += [f"tests/queries.yml: {locale}, {query!r} finds {hit}" for hit in hits if not hit.startswith(home) or (locale == "ko") == ("/en/" in hit)]
    page.close()
    report(problems)


def test_the_index_waits_for_the_reader(site, host, browser):
    """It is fetched when the reader turns to search, with the keyboard too; a hit is reached with the keyboard."""
    page = browser.new_page()
    asked = []
    page.on("request", lambda request: asked.append(request.url.removeprefix(host)))
    page.goto(host + "en/nn-module/modes/", wait_until="networkidle")
    assert not [url for url in asked if "search" in url and not url.endswith(".js")]
    page.keyboard.press("/")
    page.keyboard.type("dropout")
    page.locator(".md-search-result__link").first.wait_for()
    assert [url for url in asked if "search/" in url] == ["search/en.json"]
    assert page.get_by_role("status").first.inner_text().startswith("Found: ")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/en/nn-module/layers/#dropout")
    page.close()


@pytest.mark.parametrize("typed", ["", "   ", "?!", "((", "ㅁ", "가" * 300, "<script>", "\\", "없는낱말입니다"])
def test_search_takes_anything(site, host, browser, typed):
    page = browser.new_page()
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(host)
    page.locator(".md-search__input").fill("a")
    page.locator(".md-search__input").fill(typed)
    page.wait_for_function("query => document.querySelector('.md-search-result').dataset.query === query", arg=typed.strip())
    assert not errors
    page.close()


TICKED = [
    ([], False), (["vision_encoder"], False), (["vision_encoder"], True), (["vision_encoder.bn1", "language_model"], True),
    (["vision_encoder.conv1", "vision_encoder.bn1", "vision_encoder.norm"], True),  # all of a part, one by one
    (["language_model.blocks.0.attention", "action_head.mlp"], False), ([""], True),
]


@pytest.mark.parametrize(("locale", "moving", "width"), [("", "움직인다", 390), ("en/", "still move", 1440)])
def test_the_module_tree_says_what_the_model_does(site, host, browser, locale, moving, width):
    """With the keyboard alone: tick parts, run the code that is shown on the real model, compare what is said of it."""
    page = browser.new_page(viewport={"width": width, "height": 844})
    page.goto(f"{host}{locale}nn-module/lab/")
    for button in page.locator(".module-tree button.open").all():
        button.focus()
        page.keyboard.press("Enter")
    for ticked, evaluated in TICKED:
        for name in ticked:
            page.locator(f".module-tree tr[data-path='{name}'] input").focus()
            page.keyboard.press("Space")
        if evaluated:
            page.locator(".module-tree-effect input").focus()
            page.keyboard.press("Space")
        trained, statistics = page.locator("article").get_by_role("status").locator("p").all_inner_texts()
        keys = page.locator(".module-tree-effect li").all_text_contents()
        marked = page.locator(".module-tree li:has(em:not([hidden]))").evaluate_all("all => all.map(key => key.dataset.key)")

        model = TinyVLA()
        exec(page.locator(".module-tree-effect pre code").inner_text(), {"model": model})
        parameters, mean = dict(model.named_parameters()), model.vision_encoder.bn1.running_mean.clone()
        said = sorted(int(number.replace(",", "")) for number in re.findall(r"\d[\d,]*", trained))
        assert said == sorted(sum(p.numel() for p in parameters.values() if p.requires_grad or every) for every in (False, True)), ticked
        loss = model(*demonstrations(4)[:2]).sum()
        assert loss.requires_grad != ("backward()" in trained), ticked
        if loss.requires_grad:
            loss.backward()
        assert keys == marked == [name for name, p in parameters.items() if p.grad is None], ticked
        assert (moving in statistics) == (not torch.equal(mean, model.vision_encoder.bn1.running_mean)), ticked
        if ticked:
            page.locator(".module-tree-effect .md-button").focus()
            page.keyboard.press("Enter")
    page.close()


def test_the_module_tree_is_a_table_without_a_script(site, host, browser):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(host + "en/nn-module/lab/")
    rows = page.locator(".module-tree tbody tr")
    assert rows.count() == len(figures.tree()) and all(row.is_visible() for row in rows.all())
    assert page.locator(".module-tree input, .module-tree-effect").count() == 0
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_plots_follow_the_scheme(site, host, browser, scheme):
    """Their lines have the color of the text around them, which differs between the schemes; so has their text alternative the page's language."""
    page = browser.new_page(color_scheme=scheme)
    page.goto(host + "nn-module/lab/")
    colors = page.locator("figure.plot polyline").evaluate_all("lines => lines.map(line => getComputedStyle(line).stroke)")
    text = page.locator("article p").first.evaluate("p => getComputedStyle(p).color")
    back = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert colors and set(colors) == {text} and text != back
    assert len(page.get_by_role("img", name="성공률").all()) >= 2
    page.close()
