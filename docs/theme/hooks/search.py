"""Make an index for each language; that of the search plugin holds both, and parsing the pages takes it a quarter of the build.

assets/search.js reads it when the reader turns to search. With it go the terms of the glossary: other words for
a thing, in both languages, and the section that explains it.
"""

import html
import json
import keyword
import re
from pathlib import Path

from mkdocs.plugins import event_priority

TERM = re.compile(r"^## .* \{ #(?P<heading>[\w-]+) \}$|^(?P<names>\S.*)\n:   (?P<meaning>.*)$", re.MULTILINE)
OTHER_NAMES = re.compile(r"(?P<which>쓰지 않는 말|다른 이름|Not used in Korean|Not used|Also called): (?P<names>[^.]*)\.")
EXPLAINED = re.compile(r"→ \[.*?\]\((?P<link>[^)\s]+)\)")
CODE = re.compile(r"<code[^>]*>(.*?)</code>", re.DOTALL)
BLOCK = re.compile(r"<pre>.*?</pre>", re.DOTALL)
NOT_SAID = re.compile(r'<svg.*?</svg>|<p class="behind">.*?</p>', re.DOTALL)
HEADING = re.compile(r'<h[1-6] id="([^"]+)"(?: lang="(\w+)")?>(.*?)(?:<a class="headerlink".*?)?</h[1-6]>', re.DOTALL)

indices = {}  # locale: {address of a page, below that of the language's home page: its sections}


def plain(text):
    """HTML as one line of text."""
    text = re.sub(r"<[^>]+>", " ", re.sub(r"</?(?:a|code|em|span|strong|m[a-z]+)\b[^>]*>", "", text))
    return html.unescape(re.sub(r"\s+", " ", text)).strip()


def sections(page, address):
    """[address, title, title of its page, prose, names in its prose's code, names in its blocks] for each section of a page.

    A section in another language than its page has that language at the end.
    """
    found = []
    _, *parts = HEADING.split(NOT_SAID.sub("", page.content))
    for anchor, lang, heading, text in zip(*(parts[place::4] for place in range(4))):
        prose = BLOCK.sub(" ", text)
        named = dict.fromkeys(map(plain, CODE.findall(heading + prose)))
        used = sorted(set(re.findall(r"[A-Za-z_]\w{2,}", html.unescape(plain(" ".join(BLOCK.findall(text)))))))
        where = address if not found else f"{address}#{anchor}"
        found.append([where, plain(heading), plain(parts[2]), plain(prose), " ".join(named), " ".join(used), *filter(None, [lang])])
    return found


def names_in(headword):
    """The names in a headword: two in `인자 · argument`, and two in `서브 모듈(submodule)`, as a page first mentions it."""
    return re.split(r", | · ", re.sub(r"(?<=[가-힣])\(([^)]*)\)", r" · \1", headword))


def terms(glossary, addresses):
    """[names, names in the code of its definition, address of the section that explains it] for each entry of a glossary."""
    found, heading = [], ""
    for term in TERM.finditer(glossary):
        if term["heading"]:
            heading = term["heading"]
            continue
        names = names_in(term["names"])
        for others in OTHER_NAMES.finditer(term["meaning"]):
            names += others["names"].split(", ")
        link = EXPLAINED.search(term["meaning"])
        page, _, anchor = link["link"].partition("#") if link else ("glossary.md", "", heading)
        page = page.removesuffix("index.md").removesuffix(".md").rstrip("/") + "/"
        # The text below a page's own title stands in the index without an anchor.
        address = next(a for a in (f"{page}#{anchor}", page) if a in addresses)
        code = re.findall(r"`([A-Za-z_][\w.]*)[^`]*`", OTHER_NAMES.sub("", term["meaning"]).partition("→")[0])
        found.append([[name.strip("` ") for name in names], [name for name in code if not keyword.iskeyword(name)], address])
    return found


@event_priority(100)  # before the search plugin, which is told to pass the page over
def on_page_context(context, *, page, config, nav):
    """MkDocs event. Takes up the page's sections."""
    page.meta["search"] = {"exclude": True}
    plugin = config.plugins["i18n"]
    home = "" if plugin.current_language == plugin.default_language else f"{plugin.current_language}/"
    address = page.url.removeprefix("./").removeprefix(home)
    indices.setdefault(plugin.current_language, {})[address] = sections(page, address)


@event_priority(-110)  # after i18n, whose last event builds the other language
def on_post_build(config):
    """MkDocs event. Writes search/ko.json and search/en.json in place of the plugin's one file."""
    folder = Path(config.site_dir, "search")
    if not (folder / "search_index.json").exists():
        return
    (folder / "search_index.json").unlink()
    for locale, pages in indices.items():
        glossary = Path(config.docs_dir, locale, "glossary.md").read_text(encoding="utf-8")
        own = [section for address in sorted(pages) for section in pages[address]]
        index = {"sections": own, "terms": terms(glossary, {section[0] for section in own})}
        (folder / f"{locale}.json").write_text(json.dumps(index, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")
    indices.clear()
