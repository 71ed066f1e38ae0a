"""Every page, opened once, on a phone, and whatever holds for all of them at each width.

Half of the pages of a language are in the light scheme, half in the dark, and their twins in the
other. What comes from the templates, the style and the scripts of a desk alone, and not from what
a page says, is looked for on pages of each kind: test_every_desk.py. tests/looks.js is what runs
on a page.
"""

import re
from collections import defaultdict

import pytest
from test_hands import CSS, DESKTOP, PAINTED, PHONE, UNFOLD
from test_phone import LAYOUT, WIDE
from test_snippets import columns

from conftest import report, run
from tools import snippet
from tools.browser import THIN, violations
from tools.pytest_plugin import PAGE
from tools.site import LOCALES, ROOT, home, message, relative, say
from tools.snippet import spoken


def known_blocks():
    """The code of all blocks that a page may show with a button to copy it."""
    known = {path.read_text(encoding="utf-8") for path in snippet.MODULES}
    for folder, files, info in (
        ("snippets", "**/*.md", "python"),
        ("docs", "*/contributing.md", ".*"),
    ):
        fence = re.compile(rf"^(`{{3,}}){info}\n([\s\S]*?)^\1$", re.MULTILINE)
        for path in (ROOT / folder).glob(files):
            text = path.read_text(encoding="utf-8").replace(";--8<--", "--8<--")
            for locale in LOCALES:
                known |= {code for _, code in fence.findall(spoken(text, locale))}
    return known


KNOWN = known_blocks()


def does_not_shift(page):
    """Nothing that is shown moves while the page loads."""
    if (shift := run(page, "shift")) > 0.01:
        yield f"what is shown shifts while the page loads, by {shift:.3f}"


def breaks_no_name(page):
    """In prose: none is set on two lines if one would hold it."""
    for name in run(page, "broken"):
        what = f"{name} is broken over two lines at {page.viewport_size['width']} pixels"
        yield f"{what}. See .md-typeset code in site.css."


def fits_a_wide_window(page):
    """Of what is too wide for a narrow one, keeps_to_a_small_screen tells."""
    wide = page.evaluate("document.documentElement.scrollWidth") - 1440
    if wide > 0:
        yield f"{wide} pixels wider than a window of 1440"


def copies_the_code_alone(page):
    """Every block, byte for byte; and outputs have no button.

    From here on blocks are without most of their colors.
    """
    copied = run(page, "copied")
    for text, own in copied:
        if not own or text not in KNOWN:
            yield f"what is copied is not the block as its snippet has it: {text[:80]!r}"
    if (blocks := run(page, "copyable")) != len(copied):
        yield f"{blocks} blocks, and {len(copied)} buttons to copy them"
    page.evaluate(THIN)


def has_its_line_in_the_sidebar(page):
    """In sight, while the page itself is at its top."""
    if not run(page, "current"):
        yield "at 1440×900 its line in the sidebar is out of sight. See reveal() in site.js."
    if page.evaluate("scrollY"):
        yield "the page itself is scrolled when it opens. See reveal() in site.js."


def has_a_footer_that_leads_on(page):
    """To both neighbors, whose titles are whole, and to the contributors' pages, alone there."""
    start = page.url.partition("/notes/")[0] + "/notes/" + home(page.locale)
    led, others = run(page, "contributors")
    if led != [f"{start}{name}/" for name in ("contributing", "maintaining")]:
        what = f"its footer leads to {led}, not to Contributing and Maintaining"
        yield f"{what}. See docs/theme/partials/copyright.html."
    if others:
        what = "its navigation, or previous and next, lead to a contributors' page"
        yield f"{what}. See not_in_nav in mkdocs.yml."
    for title in run(page, "cut"):
        yield f"at 390 pixels {title!r} is cut in the footer. See “The footer” in {CSS}."


def leaves_code_uncovered(page):
    """Folds are open from here on."""
    page.evaluate(UNFOLD)
    if over := run(page, "covering"):
        what = f"at 390 pixels {over} buttons to copy are over their code"
        yield f"{what}. See .md-code__nav in {CSS}."


def is_large_enough_for_a_finger(page):
    """Whatever is worked has 44 px, or 24 in running text."""
    return (f"{what}. See “What a finger” in {CSS}." for what in run(page, "small"))


def has_icons_that_are_seen(page):
    """Those of what can be worked."""
    return (f"{what}. Give it a color of the text in {CSS}." for what in run(page, "faint"))


def asks_its_own_host_alone(page):
    """No error on the console (a breach of the policy is one), no failed request."""
    found, page.said = page.said, []
    return found


def shows_blocks(page):
    """For test_code_fits_a_phone, which judges them all at once."""
    return [(page.file, block) for block in run(page, "blocks")]


def keeps_to_a_small_screen(page):
    """At 320 pixels nothing scrolls sideways; of blocks that do, test_code_fits_a_phone tells."""
    if (wide := page.evaluate(LAYOUT)["layout"]) > 320:
        what = "".join(page.evaluate(WIDE, 320))
        what = f"{wide} pixels wide on a screen of 320: {what}"
        yield f"{what} Let it wrap in site.css, or scroll on its own."


def begins_no_line_with_a_particle(page):
    """After code, a bracket, a quote or a formula; in a wide window in the columns at the sides."""
    if page.locale != "ko":
        return
    width = page.viewport_size["width"]
    for ends, begins in run(page, "stranded"):
        what = f"{width} pixels wide, a line begins with {begins!r}, which belongs to {ends!r}"
        yield (
            f"{what}. Is the code before it as wide as the column? Word it otherwise; "
            "or mend tools/korean.py, or the word joiner in site.css."
        )


def axe_finds_nothing(page):
    """Unfolded, at the width that the page has by now."""
    page.evaluate(PAINTED)  # what waits for the width has come
    for what in violations(page, page.looks_seen):
        yield f"at {page.viewport_size['width']} pixels, axe finds {what}"


KOREAN = 360  # a width for lines of Korean alone
HANDS = is_large_enough_for_a_finger, has_icons_that_are_seen
# On each screen, at one width after the other: a page is laid out anew for each, which takes long.
LOOKS = {
    "phone": {
        390: (
            does_not_shift,
            copies_the_code_alone,
            has_a_footer_that_leads_on,
            leaves_code_uncovered,
            *HANDS,
            asks_its_own_host_alone,
            breaks_no_name,
            begins_no_line_with_a_particle,
            shows_blocks,
        ),
        1440: (fits_a_wide_window, breaks_no_name, begins_no_line_with_a_particle),
        KOREAN: (begins_no_line_with_a_particle,),
        320: (keeps_to_a_small_screen, axe_finds_nothing),
    },
    "desktop": {
        1440: (
            does_not_shift,
            has_its_line_in_the_sidebar,
            has_icons_that_are_seen,
            asks_its_own_host_alone,
            fits_a_wide_window,
            axe_finds_nothing,
        ),
    },
}


def for_each_look(kind):
    """A test for each look on a kind of screen."""
    looks = dict.fromkeys(look for looks in LOOKS[kind].values() for look in looks)
    looks.pop(shows_blocks, None)
    return pytest.mark.parametrize("look", looks, ids=lambda look: look.__name__)


def of_each_kind(shown):
    """Of all pages, in their order, those with a class that none before them has."""
    known = set()
    for page in shown:
        classes = set(re.findall(r'class="([^"]+)"', page.text))
        if classes - known:
            yield page
        known |= classes


def opened(page):
    """Says what is open: one after the other what can be opened, on the page as it was made."""
    page.reload()
    page.locator("button.md-header__button[for='__drawer']").click()
    page.wait_for_function(
        "() => document.querySelector('.md-sidebar--primary').getBoundingClientRect().left === 0"
    )
    yield ", drawer open"
    page.keyboard.press("Escape")
    page.locator(".md-select > button").focus()
    yield ", menu of languages open"
    page.locator("button.md-header__button[for='__search']").click()
    page.locator(".md-search__input").fill("a")
    yield ", search open"


def visit(kind, shown, host, browser):
    """{look: [(page, what is wrong there)]} for a kind of screen.

    Each page is opened once on a phone; on a desk those of each kind, and the last of the sidebar.
    """
    settings, found = {"phone": PHONE, "desktop": DESKTOP}[kind], defaultdict(list)
    context = browser.new_context(**settings)
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.looks_seen = []
    listen(page, host)
    for first, locale in enumerate(LOCALES):
        own = [one for one in shown if one.locale == locale]
        few = {*of_each_kind(own), *own[-1:]} if kind == "desktop" else own
        for number, one in enumerate(own):
            if one not in few:
                continue
            scheme = ("light", "dark")[(number + first) % 2]
            page.file, page.locale = one.file, locale
            page.evaluate("document.body.replaceChildren()")  # not to be laid out anew
            page.emulate_media(color_scheme=scheme)
            page.set_viewport_size(settings["viewport"])
            page.goto(host + one.address)
            where = f"{page.file}, {scheme}"
            for width, looks in LOOKS[kind].items():
                if width == KOREAN and locale != "ko":
                    continue
                if width != page.viewport_size["width"]:
                    page.set_viewport_size(page.viewport_size | {"width": width})
                for look in looks:
                    found[look] += [(where, what) for what in look(page)]
            ends = one in (own[0], own[-1])
            for state in opened(page) if kind == "phone" and ends else ():
                for look in HANDS:
                    found[look] += [(where + state, what) for what in look(page)]
    context.close()
    return found


def listen(page, host):
    """Keep in `page.said` what it asks other hosts for, and its errors."""
    page.said = []
    page.on("pageerror", lambda error: page.said.append(str(error)))
    page.on("console", lambda m: m.type == "error" and page.said.append(f"console: {m.text}"))

    def asked(request):
        if not request.url.startswith((host, "data:", "blob:")):
            page.said.append(f"request to {request.url}")

    page.on("request", asked)


def report_first(found):
    """Of pages with the same fault the first is named."""
    first = {}
    for where, what in found:
        first.setdefault(what, where)
    report(f"{where}: {what}" for what, where in first.items())


@pytest.fixture(scope="module")
def visited(shown, host, browser):
    """What is found on each page, opened on a phone."""
    return visit("phone", shown, host, browser)


@for_each_look("phone")
def test_every_page(visited, look):
    """On a phone, and as wide as on a desk."""
    report_first(visited[look])


@pytest.fixture(scope="module")
def snippets():
    """{the text of a block: (its snippet, the part of it that the block is)}."""
    read = [snippet.read(path) for path in snippet.paths()]
    return {
        getattr(one, part): (one, part)
        for one in (one.spoken(locale) for one in read for locale in LOCALES)
        for part in ("code", "answer", "check")
        if part == "code" or part in one.parts
    }


def place(file, block, number, snippets):
    """`file:line` of a line of a block, from 0 on: in its snippet, or in a page or the module."""
    one, part = snippets.get(block["before"], (None, None))
    if one and block["kind"] == "text":
        part = "output"
    if one and part == "code":
        return f"{one.name}:{one.file_line(number + 1)}"
    if one:
        return f"{one.name}:{one.line_of(part) + number}"
    line = block["text"].splitlines()[number]
    for path in (ROOT / file, *snippet.MODULES):
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        if line in lines:
            return f"{relative(path)}:{lines.index(line) + 1}"
    return file


def test_code_fits_a_phone(visited, snippets):
    """At 390 pixels no output is cut, and at most 5 of 100 lines of code are.

    The code of the checks, which nobody has to read, may be wider. The outputs of a check wrap.
    """
    problems, outputs, code, lines, count = [], {}, {}, 0, 0
    for _, (file, block) in visited[shows_blocks]:
        assert abs(block["em"] - 0.6) < 0.001, (
            f"{file}: a column is {block['em']:.3f} em wide, not 0.6. "
            "Is this Chromium older than 127?"
        )
        if block["kind"] == "pytb" or snippets.get(block["text"], [""])[-1] == "check":
            continue
        room, text = int(block["room"] + 0.01), block["text"].splitlines()
        long = {number: columns(line) for number, line in enumerate(text) if columns(line) > room}
        if block["scrolls"] and not long:
            what = f"the block with {text[0]!r} scrolls at 390 pixels, though each line has room"
            problems.append(f"{file}: {what}. See pre > code in site.css.")
        known = outputs if block["kind"] == "text" else code
        lines += len(text) * (known is code)
        for number, wide in long.items():
            # A snippet on several pages is named once, where it has the least room.
            at = place(file, block, number, snippets)
            what = "output-cut" if known is outputs else "line-cut"
            said = say(at, what, columns=wide, page=file, room=room)
            known[at] = max(known.get(at, ()), (wide - room, said))
            count += known is code
    assert lines or PAGE
    problems += [said for _, said in outputs.values()]
    if count > 0.05 * lines and not PAGE:  # a limit of the whole site
        worst = "\n".join(said for _, said in sorted(code.values(), reverse=True)[:20])
        problems.append(f"{message('code-cut', count=count, lines=lines)}\n{worst}")
    report(problems)
