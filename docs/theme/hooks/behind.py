"""Tell the reader that a section is behind its twin, and show in both languages what is written in one; no plugin compares texts.

The labels are `extra.behind` of each language in mkdocs.yml. What is shown in the other language is marked with `lang`:
in the text here, in the search by search.py, in the navigation after the page is made.
"""

import html
import re
from pathlib import Path
from urllib.parse import urlencode

from mkdocs.plugins import CombinedEvent, event_priority
from mkdocs.structure.files import File
from search import plain
from twins import LOCALES, pages, read, record, states

FOREIGN = re.compile(r'<h[1-6] id="[^"]+" lang="(\w+)">(.*?)<a class="headerlink"', re.DOTALL)

titles = {}  # of pages and sections in the other language: {title: language}


def twin_of(locale):
    return LOCALES[1 - LOCALES.index(locale)]


def written(page, locale, docs):
    return (docs / locale / f"{page}.md").exists()


def twin_address(file, config):
    """Where the page of a file is, in the other language."""
    plugin = config.plugins["i18n"]
    locale = plugin.current_language
    home = {other: "" if other == plugin.default_language else f"{other}/" for other in LOCALES}
    return config.site_url + home[twin_of(locale)] + file.dest_uri.removeprefix(home[locale]).removesuffix("index.html")


def is_new(page, locale, docs, known):
    """Whether a page is still to be written in a language; one that was deleted is not shown again."""
    return not written(page, locale, docs) and page not in known


def with_note(section, note, lang=None):
    """A section with a note to the reader, if there is one; marked as being in another language than its page, if it is."""
    note = f"\n{note}\n{{: .behind }}\n" if note else ""
    if not lang:
        return section.before + section.heading + note + section.body
    heading = section.heading.rstrip().removesuffix(" }") + f' lang="{lang}" }}\n'
    # More slashes than a folded block inside has.
    return f'{section.before}{heading}{note}\n//////// html | div[lang="{lang}"]\n{section.body}\n////////\n'


def assembled(page, locale, docs, known, notes, address):
    """The Markdown of a page with notes to the reader, and with the sections that only the other language has.

    `notes` has their texts by reason; `address` is that of the page in the other language.
    """
    other, own = twin_of(locale), read(page, locale, docs)
    if not own:
        first, *rest = read(page, other, docs)
        return "\n".join([with_note(first, notes["page"].format(address), other), *(with_note(section, "", other) for section in rest)])
    of = {state.anchor: state for state in states(page, docs, known)}

    def note(section):
        return notes[of[section.anchor].why].format(f"{address}#{section.anchor}")

    parts = {
        section.anchor: with_note(section, note(section)) if section.anchor in of and locale in of[section.anchor].behind else section.text
        for section in own}
    order, before = list(parts), None
    for section in read(page, other, docs):
        if section.anchor in of and section.anchor not in parts and locale in of[section.anchor].behind:
            parts[section.anchor] = with_note(section, note(section), other)
            order.insert(order.index(before) + 1 if before else len(order), section.anchor)
        before = section.anchor if section.anchor in parts else before
    return "\n\n".join(parts[anchor].strip("\n") for anchor in order) + "\n"


@event_priority(100)
def add_pages(files, *, config):
    """Let i18n know of the pages that one language has alone."""
    docs = Path(config.docs_dir)
    known = record(docs)
    for page in pages(docs):
        for locale in LOCALES:
            if is_new(page, locale, docs, known):
                files.append(File(f"{locale}/{page}.md", config.docs_dir, config.site_dir, config.use_directory_urls))
    return files


@event_priority(-101)  # after i18n, which makes the files anew
def write_pages(files, *, config):
    """Put what the reader is to see in place of the files' own text."""
    plugin, docs = config.plugins["i18n"], Path(config.docs_dir)
    locale, known = plugin.current_language, record(docs)
    titles.clear()
    names = set(pages(docs))
    for file in files.documentation_pages():
        page = file.src_uri.removeprefix(f"{locale}/").removesuffix(".md")
        if page in names and any(locale in state.behind for state in states(page, docs, known)):
            file.content_string = assembled(page, locale, docs, known, config.extra["behind"], twin_address(file, config))
    return files


on_files = CombinedEvent(add_pages, write_pages)


def on_pre_page(page, *, config, files):
    """MkDocs event. A page that is not written yet is edited by making its file, and search engines look at the other one."""
    docs, (locale, _, name) = Path(config.docs_dir), page.file.src_uri.removesuffix(".md").partition("/")
    if written(name, locale, docs) or not written(name, twin_of(locale), docs):
        return
    page.written_at = twin_address(page.file, config)  # for main.html
    if page.edit_url:
        page.edit_url = f"{config.repo_url.rstrip('/')}/new/main?" + urlencode({"filename": f"docs/{page.file.src_uri}"})


def on_page_content(content, *, page, config, files):
    """MkDocs event."""
    titles.update({plain(title): lang for lang, title in FOREIGN.findall(content)})


def on_post_page(output, *, page, config):
    """MkDocs event. Marks what the navigation has in the other language, and leaves out labels that mix the two."""
    for title, lang in titles.items():
        name = re.escape(html.escape(title, quote=False))
        output = re.sub(rf'(<(?:span|div) class="md-ellipsis")(>\s*{name}\s*<)', rf'\1 lang="{lang}"\2', output)
        output = re.sub(rf' aria-label="[^":]*: {name}"', "", output)
    return output
