"""What helps to read a page: lines that break where a Korean reader would."""

import re

from test_site import locale_of, report, source, url

# Hangul at a line's start that belongs to what ends the line before: [what stands there, from where the line begins].
# Hangul after Hangul is let be: a column narrower than a word has to break it.
STRANDED = """() => {
    const found = [], range = new Range();
    const places = "p, li, td, th, dd, dt, h1, h2, h3, h4, summary, caption, button, label, .md-ellipsis";
    let place, before;
    for (const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT); walk.nextNode();) {
        const node = walk.currentNode, parent = node.parentElement;
        if (parent.closest("pre, svg, script") || !parent.checkVisibility()) continue;
        if (parent.closest(places) !== place) before = null;
        place = parent.closest(places);
        for (let at = 0; at < node.data.length; at++) {
            if (/\\s/.test(node.data[at])) {
                before = null;
                continue;
            }
            range.setStart(node, at);
            range.setEnd(node, at + 1);
            const box = range.getClientRects()[0];
            if (!box?.width) continue;
            if (before && /[^가-힣]./.test(before.letter + node.data[at]) && /[가-힣]/.test(node.data[at])
                && box.left < before.box.left && box.top > before.box.bottom - 4) {
                const ends = before.node === node ? node.data.slice(0, at) : before.node.data;
                found.push([ends.slice(-20), node.data.slice(at, at + 12)]);
            }
            before = { letter: node.data[at], box, node };
        }
    }
    return found;
}"""


def test_no_particle_begins_a_line(site, shown, host, browser):
    """After code, a bracket, a quote or a formula; on phones, and in the columns beside the text on a desktop."""
    page, problems = browser.new_page(), []
    for path in (path for path in shown if locale_of(site, path) == "ko"):
        page.goto(url(site, path, host))
        page.evaluate("for (const fold of document.querySelectorAll('details')) fold.open = true")
        for width in (360, 390, 1440):
            page.set_viewport_size({"width": width, "height": 844})
            problems += [
                f"{source(site, path)}: {width} pixels wide, a line begins with {begins!r}, which belongs to {ends!r}. "
                "Is the code before it as wide as the column? Word it otherwise; "
                "or mend hooks/korean_lines.py, or the word joiner in site.css."
                for ends, begins in page.evaluate(STRANDED)]
    page.close()
    report(problems)


def test_what_joins_a_particle_is_not_copied(site, shown, host, browser):
    """It is seen by the browser alone: no such character is in a selection, nor in any file that is published."""
    page, problems = browser.new_page(), []
    for path in [path for path in shown if locale_of(site, path) == "ko"][:4]:
        page.goto(url(site, path, host))
        if "\u2060" in page.evaluate("getSelection().selectAllChildren(document.body), getSelection().toString()"):
            problems.append(f"{source(site, path)}: a copy of the text holds U+2060. Leave it to ::after in site.css.")
    page.close()
    report(problems)


def test_help_for_readers_stays_on_the_page(site):
    """Out of ids, titles, the index, plain Markdown, notebooks and llms.txt; U+2060 is in no file but the style sheet."""
    problems = []
    for path in site.rglob("*"):
        if path.suffix not in {".html", ".json", ".md", ".txt", ".ipynb", ".xml"}:
            continue
        name, text = path.relative_to(site).as_posix(), path.read_text(encoding="utf-8")
        where = re.sub(r"<body.*", "", text, flags=re.DOTALL) + " ".join(re.findall(r'\bid="[^"]*"', text)) if path.suffix == ".html" else text
        if "\u2060" in text:
            problems.append(f"{name} holds U+2060. hooks/korean_lines.py puts in elements, not characters.")
        if left := re.search(r'<span class=\\?"(?:joint|unbroken)|<a class=\\?"term', where):
            problems.append(f"{name} holds {left[0]!r}, which is for the page alone. Let its hook run later.")
    report(problems)
