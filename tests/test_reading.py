"""What helps to read a page: lines that break where a Korean reader would, the glossary at hand, and the
other language beside this one.
"""

import re

import pytest

from conftest import report
from tools.browser import violations
from tools.site import ROOT
from tools.tips import marked


def test_what_joins_a_particle_is_not_copied(host, open_page, shown):
    """It is seen by the browser alone: no such character is in a selection, nor in any file that is published."""
    page, problems = open_page(), []
    copy = "getSelection().selectAllChildren(document.body), getSelection().toString()"
    for one in [one for one in shown if one.locale == "ko"][:4]:
        page.goto(host + one.address)
        if "\u2060" in page.evaluate(copy):
            what = "a copy of the text holds U+2060. Leave it to ::after in site.css."
            problems.append(f"{one.file}: {what}")
    report(problems)


def test_help_for_readers_stays_on_the_page(site):
    """Out of ids, titles, the index, plain Markdown, notebooks and llms.txt; U+2060 is in no file but the style sheet."""
    problems = []
    for path in site.rglob("*"):
        if path.suffix not in {".html", ".json", ".md", ".txt", ".ipynb", ".xml"}:
            continue
        name, text = path.relative_to(site).as_posix(), path.read_text(encoding="utf-8")
        where = (
            re.sub(r"<body.*", "", text, flags=re.DOTALL)
            + " ".join(re.findall(r'\bid="[^"]*"', text))
            if path.suffix == ".html"
            else text
        )
        if "\u2060" in text:
            problems.append(
                f"{name} holds U+2060. tools/korean.py puts in elements, not characters."
            )
        if left := re.search(r'<span class=\\?"(?:joint|unbroken)|<a class=\\?"term', where):
            problems.append(
                f"{name} holds {left[0]!r}, which is for the page alone. Let its hook run later."
            )
    report(problems)


@pytest.mark.parametrize(
    ("locale", "text", "terms"),
    [
        ("ko", "<p>모듈을 freeze한 다음 서브 모듈과 모듈에</p>", ["모듈", "freeze한", "서브 모듈"]),
        (
            "ko",
            "<h2>버퍼</h2><p><code>hook</code> 모듈화 <a href='x'>버퍼</a> 버퍼의 값을 고정했다</p>",
            ["버퍼", "고정했다"],
        ),
        (
            "en",
            "<p>Submodules, frozen modules; a submodule, a module-like thing.</p>",
            ["Submodules", "frozen", "modules"],
        ),
        (
            "en",
            '<div lang="ko"><p>hook</p></div><pre>hook</pre><p>two hooks, freezing a hook</p>',
            ["hooks", "freezing"],
        ),
    ],
)
def test_terms_are_found_in_all_their_forms(locale, text, terms):
    """The longest name, once, with what is behind it; not in headings, code, links or another language."""
    glossary = (ROOT / f"docs/{locale}/glossary.md").read_text(encoding="utf-8")
    assert (
        re.findall(r'<a class="term"[^>]*>([^<]*)</a>', marked(text, glossary, locale, "")) == terms
    )


def wrong_with_tip(page, name):
    """What is wrong with the tip that is shown now: its words, its place, its link."""
    term, tip = page.locator(f".term:text-is('{name}')"), page.locator(".tip")
    if not tip.is_visible():
        return [f"nothing is shown for {name!r}"]
    box, meaning = tip.bounding_box(), term.get_attribute("data-meaning").replace("`", "")
    wrong = (
        [] if tip.locator("p").inner_text() == meaning else [f"{name!r} shows {tip.inner_text()!r}"]
    )
    if (
        box["x"] < 0
        or box["x"] + box["width"] > page.viewport_size["width"]
        or page.evaluate("document.documentElement.scrollWidth > innerWidth")
    ):
        wrong.append(f"the tip of {name!r} is wider than the window")
    if term.get_attribute("aria-describedby") != "tip":
        wrong.append(f"{name!r} is not described by its tip")
    return wrong


@pytest.mark.parametrize(
    ("address", "name"),
    [("nn-module/modes/", "추론 모드"), ("en/nn-module/modes/", "actions")],
)
def test_a_term_shows_its_definition(host, open_page, address, name):
    """On hover, until the pointer has left the definition too; with the focus; by a tap. Escape closes it; nothing is fetched."""
    where, problems = f"{address}, assets/tips.js", []
    page = open_page(address, width=1440, bypass_csp=True)
    page.wait_for_load_state("networkidle")

    def fetched(request):
        if not request.url.endswith("/axe.min.js"):
            problems.append(f"{where}: {request.url} is fetched")

    page.on("request", fetched)
    term, tip = page.locator(f".term:text-is('{name}')"), page.locator(".tip")
    term.hover()
    problems += [f"{where}: on hover {what}" for what in wrong_with_tip(page, name)]
    problems += [f"{where}: axe finds {what}" for what in violations(page)]
    tip.hover()
    page.wait_for_timeout(400)
    if not tip.is_visible():
        problems.append(f"{where}: the tip goes when the pointer comes to it")
    page.keyboard.press("Escape")
    if tip.is_visible():
        problems.append(f"{where}: Escape does not close the tip")
    page.locator("h1").hover()
    page.locator(".term", has_text=re.compile(".")).first.focus()
    page.keyboard.press("Tab")
    while page.evaluate("document.activeElement.textContent") != name:
        page.keyboard.press("Tab")
    problems += [f"{where}: with the focus {what}" for what in wrong_with_tip(page, name)]
    page.keyboard.press("Tab")
    page.wait_for_timeout(400)
    if tip.is_visible() and term.get_attribute("aria-describedby"):
        problems.append(f"{where}: the tip stays when the focus has gone")

    page = open_page(address, width=390, is_mobile=True, has_touch=True)
    page.locator(f".term:text-is('{name}')").tap()
    problems += [f"{where}: on a tap {what}" for what in wrong_with_tip(page, name)]
    page.wait_for_timeout(300)
    if page.url != host + address:
        problems.append(f"{where}: a tap leaves the page")
        report(problems)
    page.locator("h1").tap()
    if page.locator(".tip").is_visible():
        problems.append(f"{where}: a tap elsewhere does not close the tip")
    page.locator(f".term:text-is('{name}')").tap()
    page.locator(".tip a").tap()
    page.wait_for_url("**/glossary/#term-*")
    report(problems)


# The other column, by the anchors of the own one: headings that have none beside them, ids that are there twice, blocks
# that are shown again, and links that do not lead to the other language.
BESIDE = """() => {
    const article = document.querySelector("article"), found = [], seen = new Set();
    for (const heading of article.querySelectorAll(":is(h1, h2, h3)[id]")) {
        const twin = heading.closest(".beside-row")?.lastChild.querySelector(heading.tagName);
        if (!twin || twin.closest("[lang]").lang === document.documentElement.lang) found.push(`#${heading.id} has nothing beside it`);
    }
    for (const { id } of document.querySelectorAll("[id]")) {
        if (seen.has(id)) found.push(`the id ${id} is there twice`);
        seen.add(id);
    }
    for (const one of article.querySelectorAll(".beside-other :is(pre, input, button, figure)")) found.push(`<${one.localName}> is shown twice`);
    if (document.documentElement.scrollWidth > innerWidth) found.push("the page is wider than the window");
    return found;
}"""
ARTICLE = "[...document.querySelector('article').children].map((one) => one.localName + one.id + one.textContent)"


@pytest.mark.parametrize(("home", "scheme"), [("", "dark"), ("en/", "light")])
def test_both_languages_side_by_side(host, open_page, home, scheme):
    """Asked for with the keyboard, and only then fetched; whole, clean, remembered; and gone again without a trace."""
    settings, problems = {"width": 1200, "color_scheme": scheme, "bypass_csp": True}, []
    for address in ("nn-module/modes/", "nn-module/exercises/3-freeze/", "glossary/"):
        where, own, asked = f"{home}{address}, assets/beside.js", host + home + address, []
        page = open_page(**settings)
        page.on("request", lambda request, asked=asked: asked.append(request.url))
        page.goto(own, wait_until="networkidle")
        before, button = page.evaluate(ARTICLE), page.locator(".beside")
        fetched = [url for url in asked if url.endswith("/")]
        if page.locator(".beside-row").count() or fetched != [own]:
            problems.append(f"{where}: it is on, or has fetched {fetched}, before it is asked for")
        button.press("Enter")
        page.locator(".beside-row").first.wait_for()
        fetched = [url for url in asked if url.endswith("/")]
        if fetched != [own, host + ("" if home else "en/") + address]:
            problems.append(f"{where}: it fetches {fetched}")
        problems += [f"{where}: {what}" for what in page.evaluate(BESIDE)]
        button.press("Enter")
        if page.evaluate(ARTICLE) != before:
            problems.append(f"{where}: the page is another one when the other language has gone")
    report(problems)
    page = open_page(home + "nn-module/modes/", **settings)
    button = page.locator(".beside")
    button.click()
    page.locator(".beside-row").first.wait_for()
    page.goto(host + home + "nn-module/submodules/#registration")
    page.locator(".beside-row").first.wait_for()  # as the reader left it
    if not 0 < page.locator("#registration").bounding_box()["y"] < 300:
        problems.append(
            f"{home}nn-module/submodules/: the section of the address is out of sight once the columns are there"
        )
    page.emulate_media(media="print")
    if page.locator(".beside-other").first.is_visible():
        problems.append("assets/site.css: the other language is printed")
    page.emulate_media(media="screen")
    problems += [f"{home}nn-module/submodules/: axe finds {what}" for what in violations(page)]
    page.set_viewport_size({"width": 1199, "height": 900})
    page.locator(".beside-row").first.wait_for(state="detached")
    if button.is_visible():
        problems.append(
            "assets/site.css: the button is there at 1199 pixels, which are too few for two columns"
        )
    page = open_page(home, width=1440, java_script_enabled=False)
    if page.locator(".beside").is_visible():
        problems.append("assets/site.css: a button that does nothing is there without JavaScript")
    report(problems)


def test_what_cannot_be_fetched_is_said(open_page):
    page = open_page("nn-module/modes/", width=1440)
    page.route("**/en/**", lambda route: route.abort())
    page.locator(".beside").click()
    page.get_by_text("영어 페이지를 가져오지 못했다").wait_for()
    assert page.locator(".beside").get_attribute("aria-pressed") == "false"


def test_sections_behind_carry_their_note(site, open_page):
    """The note of the other page's section comes along, and nothing is shown where that page has no such section."""
    page = open_page("nn-module/modes/", width=1440)
    text = (site / "en/nn-module/modes/index.html").read_text(encoding="utf-8")
    text = re.sub(
        r'(<h2 id="dropout">.*?</h2>)', r'\1<p class="behind">older</p>', text, flags=re.DOTALL
    )
    text = text.replace('<h2 id="batchnorm">', '<h2 id="other">')
    page.route(
        "**/en/nn-module/modes/", lambda route: route.fulfill(body=text, content_type="text/html")
    )
    page.locator(".beside").click()
    page.locator(".beside-other .behind").wait_for()
    assert page.locator(".beside-row:has(#dropout) .beside-other .behind").inner_text() == "older"
    assert page.locator(".beside-row:has(#batchnorm) .beside-other").inner_text() == ""
