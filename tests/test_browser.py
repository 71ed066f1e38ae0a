"""The site in a real browser: every page loads from its own host alone, fits a phone, and copies as code."""

import re

import pytest
import torch
import yaml
from test_hands import PAINTED, UNFOLD
from tiny_vla import TinyVLA, demonstrations

from conftest import report
from tools import figures
from tools.browser import THIN
from tools.site import ROOT, home


def test_the_language_switch_works(site, host, browser):
    page = browser.new_page(viewport={"width": 390, "height": 844})
    page.goto(host + "nn-module/modes/")
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
def test_the_keyboard_reaches_everything_in_sight(site, host, browser, width):
    """Tab, held down, goes through a page from end to end, each stop in sight and outlined; all links, buttons and scrolling code are stops."""
    page = browser.new_page(viewport={"width": width, "height": 844})
    problems = []
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
    page.close()
    report(problems)


def test_the_skip_link_skips(site, host, browser):
    page = browser.new_page()
    page.goto(host + "en/nn-module/modes/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "md-skip"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('article').contains(document.activeElement)")
    page.close()


def test_the_drawer_opens_with_the_keyboard(site, host, browser):
    """On a narrow window: into it, into a section, out again with Escape."""
    page = browser.new_page(viewport={"width": 390, "height": 844})
    page.goto(host + "en/")
    page.get_by_role("button", name="Navigation").press("Enter")
    page.get_by_role("button", name="Look up").first.press("Enter")
    page.get_by_role("link", name="Pitfalls by symptom").wait_for()
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.getAttribute('for')") == "__drawer"
    page.get_by_role("link", name="Pitfalls by symptom").wait_for(state="hidden")
    page.close()


def test_the_scheme_is_the_systems_or_the_readers(site, host, browser):
    """It follows the system until the reader chooses, and the choice holds on the next page and in the other language."""
    context = browser.new_context(color_scheme="dark")
    page = context.new_page()
    page.goto(host + "en/")
    scheme = "document.body.dataset.mdColorScheme"
    assert page.evaluate(scheme) == "slate"
    page.emulate_media(color_scheme="light")
    page.wait_for_function(
        f"() => {scheme} === 'default'"
    )  # a bare expression would have to be evaluated, which the policy forbids
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
    context.close()


def test_nothing_moves_for_a_reader_who_asks_for_that(site, host, browser):
    page = browser.new_page(reduced_motion="reduce")
    page.goto(host)
    moving = page.evaluate("""() => [...document.querySelectorAll("*")].flatMap((one) => ["", "::before", "::after"].map((part) => getComputedStyle(one, part || null)))
        .filter((style) => parseFloat(style.transitionDuration) || parseFloat(style.animationDuration) || style.scrollBehavior === "smooth").length""")
    assert moving == 0
    page.close()


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
    site, host, browser, address, locale, title, words, first
):
    """Under the address that was asked for, with a way home and a search for the words of the address."""
    page = browser.new_page()
    page.goto(host + address)
    page.get_by_role("heading", name=title).wait_for()
    page.wait_for_function("address => location.href === address", arg=host + address)
    assert page.locator("html").get_attribute("lang") == locale
    page.get_by_role("button", name=words).click()
    page.locator(".md-search-result__link").first.wait_for()
    assert (
        page.locator(".md-search-result__link").first.evaluate("link => link.href") == host + first
    )
    page.close()


@pytest.mark.parametrize(
    ("address", "words"),
    [("glosary/", "glosary"), ("en/glosary/", "glosary"), ("nn-module/50%/", "50%")],
)
def test_a_missing_page_at_the_root_of_a_domain(site, host, browser, address, words):
    """The address is read whole there too, and a bare % is no error."""
    top = host.removesuffix("notes/")
    page = browser.new_page()
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))

    def serve(route):
        """The site as it is when built for the root."""
        file = site / route.request.url.removeprefix(top).partition("?")[0].partition("#")[0]
        found = file.is_file()
        body = (file if found else site / "404.html").read_bytes()
        html = not found or file.suffix == ".html"
        kind = (
            "text/html; charset=utf-8"
            if html
            else {".js": "text/javascript", ".css": "text/css"}.get(
                file.suffix, "application/octet-stream"
            )
        )
        route.fulfill(
            status=200 if found else 404,
            body=body.replace(b'"/notes/', b'"/') if html else body,
            content_type=kind,
        )

    page.route("**/*", serve)
    page.goto(top + address)
    button = page.locator("button[data-label]")
    try:
        button.wait_for(timeout=5000)
    except Exception:
        pytest.fail(
            f"no search is offered for /{address}: {errors}. See not-found.js.", pytrace=False
        )
    assert button.inner_text() in (f"‘{words}’ 검색하기", f"Search for “{words}”")
    assert not errors
    page.close()


def test_progress_is_remembered_and_can_be_reset(site, host, browser):
    """Ticked on its own page, an exercise is ticked on its note's list in both languages, until that is reset."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(host + "data/exercises/1-dataset/")
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
def test_search_finds_the_section_that_explains(site, host, browser, locale):
    """Each query of queries.yml has its section as the first hit, and hits of its language alone."""
    start = host + home(locale)
    page = browser.new_page()
    page.goto(start)
    problems = []
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
    page.close()
    report(problems)


def test_the_index_waits_for_the_reader(site, host, browser):
    """It, and what searches it, is fetched when the reader turns to search; a hit is reached with the keyboard."""
    page = browser.new_page()
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
    page.close()


def test_search_takes_anything(site, host, browser):
    page = browser.new_page()
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(host)
    for typed in ("", "   ", "?!", "((", "ㅁ", "가" * 300, "<script>", "\\", "없는낱말입니다"):
        page.locator(".md-search__input").fill("a")
        page.locator(".md-search__input").fill(typed)
        page.wait_for_function(
            "query => document.querySelector('.md-search-result').dataset.query === query",
            arg=typed.strip(),
        )
        assert not errors, typed
    page.close()


def results(page, query):
    """Types a query, waits for its answer, and returns what is said of it."""
    page.locator(".md-search__input").fill(query)
    page.wait_for_function(
        "query => document.querySelector('.md-search-result').dataset.query === query", arg=query
    )
    return page.locator(".md-search-result__meta").inner_text()


def test_search_says_what_it_found(site, host, browser):
    """A match, a near one, another spelling, nothing: each is called what it is, and nothing is no dead end."""
    page = browser.new_page()
    page.goto(host + "en/nn-module/pitfalls/")
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
    page.close()


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
def test_excerpts_are_of_whole_words(site, host, browser, address, queries):
    page = browser.new_page()
    page.goto(host + address)
    problems = []
    for query in queries:
        results(page, query)
        assert page.locator(".md-search-result mark").count(), query
        problems += [
            f"{query!r}: {wrong}. See excerpt() in find.js." for wrong in page.evaluate(CUT, query)
        ]
    page.close()
    report(problems)


def test_the_address_holds_the_query(site, host, browser):
    """A link with ?q= searches, Back returns to the results, and closing the search takes it out again."""
    page = browser.new_page()
    page.goto(host + "nn-module/modes/?q=드롭아웃")
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
    page.close()


def test_search_opens_with_keys(site, host, browser):
    """/ and Ctrl+K; and what has nothing to show is no stop of the Tab key."""
    page = browser.new_page()
    page.goto(host + "en/")
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
    page.close()


def test_search_says_that_it_waits_or_cannot(site, host, browser):
    """While the index is on its way, and when it, or what searches it, does not come; Enter tries again."""
    page = browser.new_page()
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
    page.close()
    page = browser.new_page()  # which has kept nothing
    page.route("**/find.js", lambda route: route.abort())
    page.goto(host + "en/")
    page.locator(".md-search__input").fill("dropout")
    page.get_by_text("The index could not be loaded.").wait_for()
    page.unroute("**/find.js")
    page.keyboard.press("Enter")
    page.locator(".md-search-result__link").first.wait_for()
    status = page.locator(".md-search-result__meta")
    assert status.inner_text().startswith("Found: ")
    page.close()


TICKED = [
    ([], False),
    (["vision_encoder"], False),
    (["vision_encoder"], True),
    (["vision_encoder.bn1", "language_model"], True),
    (
        ["vision_encoder.conv1", "vision_encoder.bn1", "vision_encoder.norm"],
        True,
    ),  # all of a part, one by one
    (["language_model.block.attention", "action_head.mlp"], False),
    ([""], True),
]


@pytest.mark.parametrize(
    ("locale", "moving", "width"), [("", "움직인다", 390), ("en/", "still move", 1440)]
)
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
        trained, statistics = (
            page.locator("article").get_by_role("status").locator("p").all_inner_texts()
        )
        keys = page.locator(".module-tree-effect li").all_text_contents()
        marked = page.locator(".module-tree li:has(em:not([hidden]))").evaluate_all(
            "all => all.map(key => key.dataset.key)"
        )

        model = TinyVLA()
        exec(page.locator(".module-tree-effect pre code").inner_text(), {"model": model})
        parameters, mean = (
            dict(model.named_parameters()),
            model.vision_encoder.bn1.running_mean.clone(),
        )
        said = sorted(int(number.replace(",", "")) for number in re.findall(r"\d[\d,]*", trained))
        assert said == sorted(
            sum(p.numel() for p in parameters.values() if p.requires_grad or every)
            for every in (False, True)
        ), ticked
        loss = model(*demonstrations(4)[:2]).sum()
        assert loss.requires_grad != ("backward()" in trained), ticked
        if loss.requires_grad:
            loss.backward()
        assert keys == marked == [name for name, p in parameters.items() if p.grad is None], ticked
        assert (moving in statistics) == (
            not torch.equal(mean, model.vision_encoder.bn1.running_mean)
        ), ticked
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
    colors = page.locator("figure.plot polyline").evaluate_all(
        "lines => lines.map(line => getComputedStyle(line).stroke)"
    )
    text = page.locator("article p").first.evaluate("p => getComputedStyle(p).color")
    back = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert colors and set(colors) == {text} and text != back
    assert len(page.get_by_role("img", name="성공률").all()) >= 2
    page.close()


def test_a_button_copies(site, host, browser):
    """As a reader presses it, with the pointer; that every button does, test_every_page sees."""
    context = browser.new_context(permissions=["clipboard-write"])  # a window has it unasked
    page = context.new_page()
    page.goto(host + "en/nn-module/modes/")
    page.locator(".md-code__button").first.click()
    page.get_by_text("Copied to clipboard").wait_for()
    context.close()
