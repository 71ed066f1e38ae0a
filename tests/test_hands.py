"""The site in the hand: what a finger hits and an eye sees, where the reader is and was, paper, and no script at all."""

import pytest

from conftest import check, run

PHONE = {
    "viewport": {"width": 390, "height": 844},
    "is_mobile": True,
    "has_touch": True,
    "reduced_motion": "reduce",
}
DESKTOP = {"viewport": {"width": 1440, "height": 900}, "reduced_motion": "reduce"}
CSS = "docs/assets/site.css"
UNFOLD = "for (const fold of document.querySelectorAll('details')) fold.open = true"
PAINTED = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


@pytest.mark.parametrize("kind", [PHONE, DESKTOP], ids=["phone", "desktop"])
@pytest.mark.parametrize(
    ("address", "title"),
    [
        ("nn-module/modes/", "5. model.train()과 model.eval()"),
        ("en/nn-module/lab/", "A lab: TinyVLA"),
    ],
)
def test_the_header_says_which_page_it_is(host, open_page, kind, address, title):
    """The site's name at the top of a page, the page's title further down and at a deep link."""
    page = open_page(address, **kind)
    name, topic = page.locator(".md-header__topic").all()
    shown = "one => Number(getComputedStyle(one).opacity)"
    assert (name.evaluate(shown), topic.evaluate(shown)) == (1, 0), (
        f"{address}: the header does not begin with the site's name. See site.js."
    )
    last = page.locator("article h2").last.get_attribute("id")
    for way in (
        lambda: page.evaluate("scrollTo(0, 3000)"),
        lambda: page.goto(f"{host}{address}?again#{last}"),
    ):
        way()
        for _ in range(100):  # it fades in
            page.wait_for_timeout(30)
            seen = topic.inner_text().strip() if topic.evaluate(shown) == 1 else ""
            if seen:
                break
        assert seen == title, (
            f"{address}: the header says {seen!r} below the heading, not {title!r}. See IntersectionObserver in site.js."
        )


def test_the_other_language_shows_the_same_section(host, open_page):
    """The anchor of the address; the section that is being read, if the reader has gone on; nothing at the top."""
    page = open_page(width=1440)
    for begin, scroll, expected in (
        ("nn-module/layers/#dropout", False, "en/nn-module/layers/#dropout"),
        ("en/nn-module/layers/#dropout", True, "nn-module/layers/#whole"),
        ("nn-module/modes/", False, "en/nn-module/modes/"),
    ):
        page.goto(host + begin)
        if scroll:
            page.locator("#whole").evaluate(
                "heading => scrollTo(0, heading.getBoundingClientRect().top + scrollY - 60)"
            )
            # By name: until the next frame the mark is on the section that #dropout is in.
            page.locator(".md-sidebar--secondary [aria-current][href$='#whole']").wait_for()
        page.locator(".md-select > button").focus()
        # Not with the pointer, for which Playwright may scroll the page while the menu unfolds.
        page.get_by_role("link", name="English" if begin.startswith("nn") else "한국어").press(
            "Enter"
        )
        english = begin.startswith("en/")
        page.wait_for_url(lambda address, english=english: ("/en/" in address) != english)
        assert page.url == host + expected, (
            f"{begin}: the other language is shown at {page.url.removeprefix(host)}, not at {expected}. See place() in site.js."
        )


def test_an_address_that_ends_in_a_percent_sign_breaks_nothing(host, open_page):
    page = open_page()
    for hash in ("#100%", "#%E0%A4%A"):
        page.goto(f"{host}en/nn-module/modes/{hash}")
        page.locator(".md-code__button").first.wait_for()
        whole = page.locator("button[for='__drawer']").count() and not page.errors
        check(whole, f"docs/assets/site.js: {hash}: {page.errors}. See named().")


def test_what_was_read_is_marked_until_the_reader_wants_it_forgotten(host, open_page):
    page = open_page("", **DESKTOP)
    line = page.locator(".continue")
    assert not line.is_visible() and page.evaluate("localStorage.length") == 0, (
        "something is kept or shown before anything was read. See progress.js."
    )

    def marks():
        return page.locator(".md-nav--primary a .mark").evaluate_all(
            "marks => marks.map((mark) => [mark.parentElement.href, mark.ariaLabel])"
        )

    page.goto(host + "nn-module/modes/#takeaways")  # not its beginning
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    page.wait_for_timeout(200)
    assert marks() == [], (
        "a page is marked as read of which only the end was seen. See progress.js."
    )
    page.goto(host + "nn-module/parameters/")
    page.evaluate(PAINTED)  # its beginning is seen
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    page.locator(".md-nav--primary a .mark").wait_for()
    page.goto(host + "nn-module/modes/#batchnorm")
    page.wait_for_function(
        "() => document.querySelector('.md-sidebar--secondary [aria-current]')?.hash === '#batchnorm'"
    )
    for home, read, title in (
        ("", "끝까지 읽음", "이어서: 5. model.train()과 model.eval()"),
        ("en/", "read to the end", "Continue: 5. model.train() and model.eval()"),
    ):
        page.goto(host + home)
        assert marks() == [[f"{host}{home}nn-module/parameters/", read]], (
            f"{home or 'home'}: see progress.js."
        )
        link = line.get_by_role("link")
        assert (link.inner_text(), link.evaluate("link => link.href")) == (
            title,
            f"{host}{home}nn-module/modes/#batchnorm",
        ), f"{home or 'home'}: see progress.js."
        shift = run(page, "shift")
        assert shift < 0.01, (
            f"{home or 'home'}: the line to go on shifts the page by {shift:.3f}. See .continued in {CSS}."
        )
    page.get_by_role("button", name="Forget what I have read").click()
    assert not line.is_visible() and marks() == [] and page.evaluate("localStorage.length") == 0, (
        "not all is forgotten. See progress.js."
    )
    page.goto(host + "nn-module/exercises/2-count/")
    page.get_by_label("이 문제를 풀었다").check()
    assert marks() == [[host + "nn-module/exercises/2-count/", "풀었음"]], (
        "an exercise that is solved has no mark. See progress.js."
    )


def test_folds_of_an_exercise_have_three_looks(host, open_page):
    """Hint, solution and wrong answer: each with an icon and a color of its own; and an output is not told by its shade alone."""
    page = open_page()
    for number in ("1-mlp", "6-two-parts"):
        page.goto(f"{host}en/nn-module/exercises/{number}/")
        looks = page.evaluate("""() => ["hints", "solution", "wrong"].map((part) => {
            const style = getComputedStyle(document.querySelector(`#${part} ~ details > summary`), "::before");
            return [style.maskImage, style.backgroundColor];
        })""")
        assert all(len({look[part] for look in looks}) == 3 for part in (0, 1)), (
            f"{number}: hint, solution and wrong answer look alike. See “Folds of an exercise” in {CSS}."
        )
    page.goto(host + "en/nn-module/modes/")
    bar = page.locator(".language-text.highlight > pre").first.evaluate(
        "pre => parseFloat(getComputedStyle(pre).borderInlineStartWidth)"
    )
    assert bar >= 3, f"an output has no bar at its side. See “An output is told” in {CSS}."


def test_a_printed_page_says_where_it_is_from(host, open_page):
    """Title, address, date and release; each link has the number of its address in the list; folds are open, and closed again afterwards."""
    page = open_page()
    for address in ("nn-module/exercises/1-mlp/", "en/nn-module/freezing/"):
        page.goto(host + address)
        folds = page.locator("details:not([open])").count()
        page.emulate_media(media="print")
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        said = page.locator("article").inner_text()
        canonical = page.locator("link[rel=canonical]").get_attribute("href")
        for what in (page.locator("h1").inner_text(), canonical, "PyTorch 2.", "-"):
            assert what in said, (
                f"{address}: {what!r} is not printed. See docs/theme/main.html, and “On paper” in {CSS}."
            )
        wrong = page.evaluate("""() => [...document.querySelectorAll("article :is(p, li, dd, td) > a[href]:not([href^='#'])")].filter((link) => link.checkVisibility()).filter((link) => {
            const item = document.querySelector(`ol.printed > li:nth-child(${link.dataset.printed || 999})`);
            return item?.textContent !== decodeURI(link.href) || !item.checkVisibility() || !getComputedStyle(link, "::after").content.includes(link.dataset.printed);
        }).map((link) => link.outerHTML)""")
        assert not wrong, (
            f"{address}: {wrong[0]} is printed without its address. See beforeprint in site.js."
        )
        assert page.locator("details:not([open])").count() == 0, (
            f"{address}: folds are printed closed. See beforeprint in site.js."
        )
        stranded = page.evaluate("""() => [...document.querySelectorAll("article :is(h1, h2, h3, summary, p:has(+ .highlight))")]
            .filter((one) => one.checkVisibility() && getComputedStyle(one).breakAfter !== "avoid").map((one) => one.textContent.slice(0, 50))""")
        assert not stranded, (
            f"{address}: {stranded[0]!r} may be the last on its sheet. See “On paper” in {CSS}."
        )
        page.evaluate("dispatchEvent(new Event('afterprint'))")
        assert page.locator("details:not([open])").count() == folds, (
            f"{address}: folds stay open after printing. See afterprint in site.js."
        )
        page.emulate_media(media="screen")
        assert not page.locator(".printed").first.is_visible(), (
            f"{address}: what is for paper is shown. See .printed in {CSS}."
        )


def test_without_a_script_nothing_is_left_that_does_nothing(host, open_page):
    """The system's scheme, as with a script; no search, no button to copy, no other button without effect; boxes tick, folds open, on paper too."""
    colors = "[document.body, document.querySelector('pre > code'), document.querySelector('.md-header')].map((one) => getComputedStyle(one).backgroundColor)"
    for scheme in ("dark", "light"):
        found = []
        for script in (True, False):
            settings = PHONE | {"java_script_enabled": script, "color_scheme": scheme}
            page = open_page("en/nn-module/exercises/1-mlp/", **settings)
            found.append(page.evaluate(colors))
        assert found[0] == found[1], (
            f"{scheme}: without a script the colors are {found[1]}, not {found[0]}. See tools/hooks.py."
        )
        dead = [
            button.evaluate("button => button.outerHTML.slice(0, 90)")
            for button in page.locator(
                "button, input:not([type=checkbox]), label[for=__search]"
            ).all()
            if button.is_visible()
        ]
        assert all("Select language" in one for one in dead), (
            f"without a script there is a control that does nothing: {dead}. See .no-js in {CSS}."
        )
        page.locator("summary", has_text="Hint 1").click()
        assert page.get_by_text("Two, the Linear layers.").is_visible()
        page.get_by_label("I have solved this one").check()
        page.emulate_media(media="print")
        assert page.get_by_text("it comes with a forward").is_visible(), (
            f"without a script folds are printed closed. See details-content in {CSS}."
        )
        link = page.locator("article a[href^='https://']").first
        assert link.evaluate(
            "link => getComputedStyle(link, '::after').content.includes(link.href)"
        ), f"without a script a link is printed without its address. See “On paper” in {CSS}."
    page.goto(host + "en/nn-module/exercises/")
    assert page.locator(".progress").count() == 0
