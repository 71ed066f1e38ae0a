"""Make an index for each language from that of the search plugin, which holds both languages and all code.

assets/search.js reads it when the reader turns to search. With it go the terms of the glossary: other words for
a thing, in both languages, and the section that explains it.
"""

import html
import json
import keyword
import re
from pathlib import Path

from mkdocs.plugins import event_priority

DEFAULT = "ko"  # its pages are at the root
TERM = re.compile(r"^## .* \{ #(?P<heading>[\w-]+) \}$|^(?P<names>\S.*)\n:   (?P<meaning>.*)$", re.MULTILINE)
OTHER_NAMES = re.compile(r"(?:쓰지 않는 말|다른 이름|Not used in Korean|Also called): ([^.]*)\.")
EXPLAINED = re.compile(r"→ \[.*?\]\((?P<link>[^)\s]+)\)")
CODE = re.compile(r"<code>(.*?)</code>", re.DOTALL)
BLOCK = re.compile(r"<pre>.*?</pre>", re.DOTALL)


def plain(text):
    """HTML as one line of text."""
    text = re.sub(r"<[^>]+>", " ", re.sub(r"</?(?:a|code|em|span|strong)\b[^>]*>", "", text))
    return html.unescape(re.sub(r"\s+", " ", text)).strip()


def section(doc, title):
    """[address, title, title of its page, prose, names in its prose's code, names in its blocks]."""
    prose = BLOCK.sub(" ", doc["text"])
    named = dict.fromkeys(html.unescape(code) for code in CODE.findall(doc["title"] + prose))
    used = sorted(set(re.findall(r"[A-Za-z_]\w{2,}", html.unescape(" ".join(BLOCK.findall(doc["text"]))))))
    return [doc["location"], plain(doc["title"]), title, plain(prose), " ".join(named), " ".join(used)]


def terms(glossary, addresses):
    """[names, names in the code of its definition, address of the section that explains it] for each entry of a glossary."""
    found, heading = [], ""
    for term in TERM.finditer(glossary):
        if term["heading"]:
            heading = term["heading"]
            continue
        names = re.split(r", | · ", term["names"])
        for others in OTHER_NAMES.findall(term["meaning"]):
            names += others.split(", ")
        link = EXPLAINED.search(term["meaning"])
        page, _, anchor = link["link"].partition("#") if link else ("glossary.md", "", heading)
        page = page.removesuffix("index.md").removesuffix(".md").rstrip("/") + "/"
        # The text below a page's own title stands in the index without an anchor.
        address = next(a for a in (f"{page}#{anchor}", page) if a in addresses)
        code = re.findall(r"`([A-Za-z_][\w.]*)[^`]*`", OTHER_NAMES.sub("", term["meaning"]).partition("→")[0])
        found.append([[name.strip("` ") for name in names], [name for name in code if not keyword.iskeyword(name)], address])
    return found


@event_priority(-110)  # after i18n, whose last event builds the other language
def on_post_build(config):
    """MkDocs event. Writes search/ko.json and search/en.json, with addresses below that of the language's home page."""
    folder = Path(config.site_dir, "search")
    if not (folder / "search_index.json").exists():
        return
    docs = json.loads((folder / "search_index.json").read_text(encoding="utf-8"))["docs"]
    for locale in {doc["location"].startswith("en/") and "en" or DEFAULT for doc in docs}:
        prefix = "" if locale == DEFAULT else f"{locale}/"
        own = [
            dict(doc, location=doc["location"].removeprefix(prefix)) for doc in docs
            if doc["location"].startswith("en/") == (locale == "en")]
        titles = {doc["location"]: plain(doc["title"]) for doc in own if "#" not in doc["location"]}
        sections = [section(doc, titles[doc["location"].partition("#")[0]]) for doc in own]
        glossary = Path(config.docs_dir, locale, "glossary.md").read_text(encoding="utf-8")
        index = {"sections": sections, "terms": terms(glossary, {doc["location"] for doc in own})}
        (folder / f"{locale}.json").write_text(json.dumps(index, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")
    (folder / "search_index.json").unlink()
