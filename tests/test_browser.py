"""The site in a real browser: every page loads from its own host alone, fits a phone, and copies as code."""

import re
from urllib.parse import urlparse

import pytest
import yaml
from test_hands import PAINTED, UNFOLD

from conftest import report
from tools.browser import THIN
from tools.site import ROOT, home


def test_the_language_switch_works(open_page):
    page = open_page("nn-module/modes/", width=390)
    page.get_by_label("언어설정").focus()
    page.get_by_role("link", name="English").click()
    page.wait_for_url("**/en/nn-module/modes/")
    assert page.locator("html").get_attribute("lang") == "en"


# Notes what has to be reached, and judges each stop when the next key leaves it. What unfolds only when it
# is reached, the search and the menu of languages, need not be; of radio buttons one is a stop for all.
STOPS = """() => {
    const name = (stop) => stop.type === "radio" ? stop.name : stop;
    const wanted = [...document.querySelectorAll("a[href], button, summary, input, pre > code")].filter((stop) =>
        stop.checkVisibility({ visibilityProperty: true }) && stop.tabIndex >= 0 && stop.getBoundingClientRect().left >= 0
        && !stop.disabled && !stop.closest(".md-select__inner, .md-search") && !stop.matches(".md-toggle"));
    const reached = new Set(), wrong = [];
    let left = false;  // the page, after its last stop
    addEventListener("keydown", () => {
        const { activeElement: here, body } = document;
        left ||= here === body && reached.size > 0;
        if (here === body || reached.has(name(here))) return;
        reached.add(name(here));
        const box = here.getBoundingClientRect(), style = getComputedStyle(here), what = here.outerHTML.slice(0, 90);
        const seen = box.right > 0 && box.left < innerWidth && box.bottom > 0 && box.top < innerHeight && style.visibility === "visible";
        if (!seen) wrong.push("the focus is out of sight on " + what);
        else if (style.outlineStyle === "none" || parseFloat(style.outlineWidth) < 2) wrong.push("no outline on " + what);
    }, { capture: true });
    window.judged = () => [...wrong, ...(left ? [] : ["the focus does not leave the page"]), ...wanted.filter((stop) => !reached.has(name(stop))).map((stop) => "not reached: " + stop.outerHTML.slice(0, 90))];
    return wanted.length;
}"""


@pytest.mark.parametrize("width", [390, 1440])
def test_the_keyboard_reaches_everything_in_sight(host, open_page, width):
    """Tab, held down, goes through a page from end to end, each stop in sight and outlined; all links, buttons and scrolling code are stops."""
    page, problems = open_page(width=width), []
    for address in ("", "en/nn-module/exercises/1-mlp/", "en/nn-module/lab/"):
        page.goto(host + address)
        for script in (THIN, UNFOLD, PAINTED):  # until blocks know whether they scroll
            page.evaluate(script)
        for _ in range(page.evaluate(STOPS) + 40):  # the search and the menu have stops too
            page.keyboard.down("Tab")
        page.keyboard.up("Tab")
        problems += [
            f"{address or 'home'}, {width} pixels wide: {what}"
            for what in page.evaluate("judged()")
        ]
    report(problems)


def test_the_skip_link_skips(open_page):
    page = open_page("en/nn-module/modes/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "md-skip"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('article').contains(document.activeElement)")


def test_the_drawer_opens_with_the_keyboard(open_page):
    """On a narrow window: into it, into a section, out again with Escape."""
    page = open_page("en/", width=390)
    page.get_by_role("button", name="Navigation").press("Enter")
    page.get_by_role("button", name="Look up").first.press("Enter")
    page.get_by_role("link", name="Pitfalls by symptom").wait_for()
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.getAttribute('for')") == "__drawer"
    page.get_by_role("link", name="Pitfalls by symptom").wait_for(state="hidden")


def test_the_scheme_is_the_systems_or_the_readers(host, open_page):
    """It follows the system until the reader chooses, and the choice holds on the next page and in the other language."""
    page = open_page("en/", color_scheme="dark")
    scheme = "document.body.dataset.mdColorScheme"
    assert page.evaluate(scheme) == "slate"
    page.emulate_media(color_scheme="light")
    # A bare expression would have to be evaluated, which the policy forbids.
    page.wait_for_function(f"() => {scheme} === 'default'")
    for name, expected in (
        ("Following the system; switch to light", "default"),
        ("Light; switch to dark", "slate"),
    ):
        page.get_by_role("button", name=name).click()
        assert page.evaluate(scheme) == expected
    page.goto(host + "nn-module/modes/")
    assert page.evaluate(scheme) == "slate"
    page.get_by_role("button", name="어둡게, 시스템 설정 따르기").click()
    assert page.evaluate(scheme) == "default"


def test_nothing_moves_for_a_reader_who_asks_for_that(open_page):
    page = open_page("", reduced_motion="reduce")
    moving = page.evaluate("""() => [...document.querySelectorAll("*")].flatMap((one) => ["", "::before", "::after"].map((part) => getComputedStyle(one, part || null)))
        .filter((style) => parseFloat(style.transitionDuration) || parseFloat(style.animationDuration) || style.scrollBehavior === "smooth").length""")
    assert moving == 0


@pytest.mark.parametrize(
    ("address", "locale", "title", "words", "first"),
    [
        (
            "nn-module/state-dict/",
            "ko",
            "없는 페이지",
            "state dict",
            "nn-module/submodules/#state-dict",
        ),
        (
            "en/nn-module/layer-norm.html",
            "en",
            "Page not found",
            "layer norm",
            "en/nn-module/layers/#layernorm",
        ),
    ],
)
def test_a_missing_page_answers_in_the_readers_language(
    host, open_page, address, locale, title, words, first
):
    """Under the address that was asked for, with a way home and a search for the words of the address."""
    page = open_page(address)
    page.get_by_role("heading", name=title).wait_for()
    page.wait_for_function("address => location.href === address", arg=host + address)
    assert page.locator("html").get_attribute("lang") == locale
    page.get_by_role("button", name=words).click()
    hit = page.locator(".md-search-result__link").first
    assert hit.evaluate("link => link.href") == host + first


@pytest.mark.parametrize(
    ("address", "words"),
    [("glosary/", "glosary"), ("en/glosary/", "glosary"), ("nn-module/50%/", "50%")],
)
def test_a_missing_page_at_the_root_of_a_domain(site, host, open_page, address, words):
    """The address is read whole there too, and a bare % is no error."""
    top = host.removesuffix("notes/")
    page = open_page()

    def serve(route):
        """The site as it is when built for the root."""
        file = site / urlparse(route.request.url).path.lstrip("/")
        if file.is_file() and file.suffix != ".html":
            return route.fulfill(path=file)
        body = (file if file.is_file() else site / "404.html").read_text(encoding="utf-8")
        body = body.replace('"/notes/', '"/')
        route.fulfill(status=200 if file.is_file() else 404, body=body, content_type="text/html")

    page.route("**/*", serve)
    page.goto(top + address)
    button = page.locator("button[data-label]")
    try:
        button.wait_for(timeout=5000)
    except Exception:
        report([f"no search is offered for /{address}: {page.errors}. See not-found.js."])
    assert button.inner_text() in (f"‘{words}’ 검색하기", f"Search for “{words}”")
    assert not page.errors


def test_progress_is_remembered_and_can_be_reset(host, open_page):
    """Ticked on its own page, an exercise is ticked on its note's list in both languages, until that is reset."""
    page = open_page("data/exercises/1-dataset/")
    page.get_by_label("이 문제를 풀었다").check()
    page.goto(host + "nn-module/exercises/2-count/")
    page.get_by_label("이 문제를 풀었다").check()
    for path, count in (
        ("nn-module/exercises/", "7문제 가운데 1문제를 풀었다."),
        ("en/nn-module/exercises/", "1 of 7 solved."),
    ):
        page.goto(host + path)
        assert page.locator(".done input:checked").evaluate_all(
            "boxes => boxes.map(box => box.name)"
        ) == ["2-count"]
        assert page.locator("article").get_by_role("status").inner_text() == count
    page.get_by_role("button", name="Clear all marks").click()
    assert page.locator(".done input:checked").count() == 0
    page.goto(host + "nn-module/exercises/2-count/")
    assert not page.get_by_label("이 문제를 풀었다").is_checked()
    page.goto(host + "data/exercises/1-dataset/")
    assert page.get_by_label("이 문제를 풀었다").is_checked(), "the other note's marks are cleared"


QUERIES = yaml.safe_load((ROOT / "tests/queries.yml").read_text(encoding="utf-8"))


# Each query in the field, as if typed: the addresses of its hits.
FIND = """async (queries) => {
    const input = document.querySelector(".md-search__input"), result = document.querySelector(".md-search-result");
    input.focus();
    const found = [];
    for (const query of queries) {
        input.value = query;
        input.dispatchEvent(new Event("input"));
        while (result.dataset.query !== query) await new Promise((done) => setTimeout(done));
        found.push([...result.querySelectorAll(".md-search-result__link")].map((link) => link.href));
    }
    return found;
}"""


@pytest.mark.parametrize("locale", QUERIES)
def test_search_finds_the_section_that_explains(host, open_page, locale):
    """Each query of queries.yml has its section as the first hit, and hits of its language alone."""
    start = host + home(locale)
    page, problems = open_page(home(locale)), []
    for (query, section), hits in zip(
        QUERIES[locale].items(), page.evaluate(FIND, list(map(str, QUERIES[locale])))
    ):
        if not hits or hits[0] != start + section:
            problems.append(
                f"tests/queries.yml: {locale}, {query!r} finds {[hit.removeprefix(start) for hit in hits[:3]]}, and not first {section}."
            )
        problems += [
            f"tests/queries.yml: {locale}, {query!r} finds {hit}"
            for hit in hits
            if not hit.startswith(start) or (locale == "ko") == ("/en/" in hit)
        ]
    report(problems)


def test_the_index_waits_for_the_reader(host, open_page):
    """It, and what searches it, is fetched when the reader turns to search; a hit is reached with the keyboard."""
    page = open_page()
    asked = []
    page.on("request", lambda request: asked.append(request.url.removeprefix(host)))
    page.goto(host + "en/nn-module/modes/", wait_until="networkidle")
    assert not [url for url in asked if "search/" in url or "find.js" in url]
    page.keyboard.press("/")
    page.keyboard.type("dropout")
    page.locator(".md-search-result__link").first.wait_for()
    fetched = [url for url in asked if "search/" in url or "find.js" in url]
    assert sorted(fetched) == ["assets/find.js", "search/en.json"]
    assert page.get_by_role("status").first.inner_text().startswith("Found: ")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/en/nn-module/modes/#dropout")


def results(page, query):
    """Types a query, waits for its answer, and returns what is said of it."""
    page.locator(".md-search__input").fill(query)
    page.wait_for_function(
        "query => document.querySelector('.md-search-result').dataset.query === query",
        arg=query.strip(),
    )
    return page.locator(".md-search-result__meta").inner_text()


def test_search_takes_anything(open_page):
    page = open_page("")
    for typed in ("", "   ", "?!", "((", "ㅁ", "가" * 300, "<script>", "\\", "없는낱말입니다"):
        page.locator(".md-search__input").fill("a")
        results(page, typed)
        assert not page.errors, typed


def test_search_says_what_it_found(open_page):
    """A match, a near one, another spelling, nothing: each is called what it is, and nothing is no dead end."""
    page = open_page("en/nn-module/pitfalls/")
    told = {
        query: results(page, query)
        for query in ("dropuot", "dropout kubernetes", "zzz", "register_buffer")
    }
    assert told["dropuot"] == "Not found as typed. Searched for: dropout"
    assert told["dropout kubernetes"] == "No exact match. Nearest:"
    assert told["zzz"] == "Nothing found"
    assert re.match(r"Found: \d+\b", told["register_buffer"])
    ways = page.locator(".md-search-result__ways")
    assert not ways.is_visible(), (
        "what leads on from nothing is shown below results as well. See search.js."
    )
    results(page, "zzz")
    assert ways.is_visible() and ways.get_by_role("link").count() >= 4, (
        "nothing found, and no way on. See search.ways in docs/data/words.yml."
    )
    ways.get_by_role(
        "link", name="the robot moves wrongly"
    ).click()  # on this page: the search closes
    page.wait_for_url("**/en/nn-module/pitfalls/#robot")
    assert not page.locator("#__search").is_checked()


# Of each result: marks that are a part of a word, or that no word of the query begins like; and ends in mid-word, by the text of the index.
CUT = """async (query) => {
    const told = query.toLowerCase().split(" ").filter((word) => word.length > (/[가-힣]/.test(word) ? 1 : 2)).map((word) => word.slice(0, 3));
    const form = document.querySelector(".md-search__form"), { sections } = await (await fetch(form.dataset.index)).json();
    const word = (sign) => /[\\p{L}\\p{N}_]/u.test(sign || "");
    return [...document.querySelectorAll(".md-search-result__article")].flatMap((article) => {
        const said = article.querySelector("p:last-child"), title = article.querySelector("h2").textContent, text = said.textContent.replace(/^… | …$/g, "");
        const [, , , prose] = sections.find(([, name, , prose]) => name === title && prose.includes(text));
        const at = prose.indexOf(text), end = at + text.length;
        const wrong = (word(prose[at - 1]) && word(text[0])) || (word(prose[end]) && word(text.at(-1))) ? [`${title}: cut in mid-word: ${text}`] : [];
        for (const mark of said.querySelectorAll("mark")) {
            const before = mark.previousSibling?.textContent.at(-1) || "", after = mark.nextSibling?.textContent[0] || "";
            if ((/\\w/.test(before) && /^\\w/.test(mark.textContent)) || (/\\w/.test(after) && /\\w$/.test(mark.textContent))) wrong.push(`${title}: a part of a word is marked: ${mark.textContent}`);
            if (!told.some((start) => mark.textContent.toLowerCase().startsWith(start))) wrong.push(`${title}: marked for no word of the query: ${mark.textContent}`);
        }
        return wrong;
    });
}"""


@pytest.mark.parametrize(
    ("address", "queries"),
    [
        ("en/", ["what is in a state dict", "dropout", "what values cannot be multiplied"]),
        ("", ["파라미터를", "is the 배치 정규화"]),
    ],
)
def test_excerpts_are_of_whole_words(open_page, address, queries):
    page = open_page(address)
    problems = []
    for query in queries:
        results(page, query)
        assert page.locator(".md-search-result mark").count(), query
        problems += [
            f"{query!r}: {wrong}. See excerpt() in find.js." for wrong in page.evaluate(CUT, query)
        ]
    report(problems)


def test_the_address_holds_the_query(host, open_page):
    """A link with ?q= searches, Back returns to the results, and closing the search takes it out again."""
    page = open_page("nn-module/modes/?q=드롭아웃")
    link = page.locator(".md-search-result__link").first
    link.wait_for()
    assert page.locator(".md-search__input").input_value() == "드롭아웃"
    results(page, "버퍼")
    link.click()
    page.wait_for_url("**/submodules/#state-dict")
    page.go_back()
    page.wait_for_url("**/modes/?q=*")
    link.wait_for()
    assert page.locator(".md-search__input").input_value() == "버퍼"
    page.keyboard.press("Escape")
    page.wait_for_url(host + "nn-module/modes/")


def test_search_opens_with_keys(open_page):
    """/ and Ctrl+K; and what has nothing to show is no stop of the Tab key."""
    page = open_page("en/")
    for keys in ("/", "Control+k", "Meta+k"):
        page.keyboard.press(keys)
        assert page.evaluate("document.activeElement.name") == "query", (
            f"{keys} does not open the search. See search.js."
        )
        assert page.locator(".md-search__input").input_value() == ""
        assert page.get_by_title("Ctrl+K or /").count() == 1
        page.keyboard.press("Tab")
        assert page.evaluate("!document.activeElement.closest('.md-search__output')"), (
            "the empty box of results is a stop. See partials/search.html."
        )
        page.keyboard.press("Escape")


def test_search_says_that_it_waits_or_cannot(host, open_page):
    """While the index is on its way, and when it, or what searches it, does not come; Enter tries again."""
    page = open_page()
    held = []
    page.route("**/search/en.json", lambda route: held.append(route))
    page.goto(host + "en/")
    page.locator(".md-search__input").fill("dropout")
    status = page.locator(".md-search-result__meta")
    assert status.inner_text() == "Loading the index"
    while not held:
        page.wait_for_timeout(20)
    held.pop().abort()
    page.get_by_text("The index could not be loaded.").wait_for()
    page.unroute("**/search/en.json")
    page.keyboard.press("Enter")
    page.locator(".md-search-result__link").first.wait_for()
    page = open_page()  # which has kept nothing
    page.route("**/find.js", lambda route: route.abort())
    page.goto(host + "en/")
    page.locator(".md-search__input").fill("dropout")
    page.get_by_text("The index could not be loaded.").wait_for()
    page.unroute("**/find.js")
    page.keyboard.press("Enter")
    page.locator(".md-search-result__link").first.wait_for()
    status = page.locator(".md-search-result__meta")
    assert status.inner_text().startswith("Found: ")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_plots_follow_the_scheme(open_page, scheme):
    """Their lines have the color of the text around them, which differs between the schemes; so has their text alternative the page's language."""
    page = open_page("nn-module/lab/", color_scheme=scheme)
    colors = page.locator("figure.plot polyline").evaluate_all(
        "lines => lines.map(line => getComputedStyle(line).stroke)"
    )
    text = page.locator("article p").first.evaluate("p => getComputedStyle(p).color")
    back = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert colors and set(colors) == {text} and text != back
    assert len(page.get_by_role("img", name="성공률").all()) >= 2


def test_a_button_copies(open_page):
    """As a reader presses it, with the pointer; that every button does, test_every_page sees."""
    # A window has the permission unasked.
    page = open_page("en/nn-module/modes/", permissions=["clipboard-write"])
    page.locator(".md-code__button").first.click()
    page.get_by_text("Copied to clipboard").wait_for()
