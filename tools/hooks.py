"""What happens to the site while MkDocs builds it: each event once, in the order in which it acts.

i18n builds one language after the other, each with all of these events, the second within the
last event of the first. Hooks come after the plugins, but for those of i18n, which come last: so
what i18n has to know of is done in on_files, and what has to know of i18n's files in on_nav.
"""

from __future__ import annotations

import gc
import html
import logging
import posixpath
import re
import sys
from dataclasses import dataclass, field
from functools import cache
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast
from urllib.parse import urlencode, urljoin

import mkdocs_macros.plugin
import pymdownx.highlight
from jinja2 import FileSystemBytecodeCache
from jinja2.sandbox import SandboxedEnvironment
from mkdocs.plugins import event_priority
from mkdocs.structure.files import File
from mkdocs.structure.pages import Page as MkDocsPage
from mkdocs.utils import get_relative_url, write_file
from mkdocs_jupyter.config import settings as jupyter_settings
from nbconvert.exporters.templateexporter import default_filters
from pygments.lexers import get_lexer_by_name
from pygments.token import STANDARD_TYPES, Name, Operator, Punctuation, Whitespace
from pymdownx.highlight import Highlight

sys.path.insert(0, str(Path(__file__).parents[1]))  # MkDocs imports a hook by its path alone

from tools import (
    checkpoint,
    edits,
    korean,
    notebook,
    plain,
    question,
    road,
    search,
    site,
    snippet,
    tips,
)
from tools.page import Page, includes
from tools.site import DEFAULT, DOCS, EXERCISE, LOCALES, ROOT, SNIPPETS, Mistake
from tools.translations import as_shown, read_record

SOLVED = re.compile(r".+/exercises/solved")
DARK = re.compile(r'\[data-md-color-scheme="?slate"?\]\s*\{([^}]*)\}')
COMMENT = re.compile(r"/\*.*?\*/\n?", re.DOTALL)
CODE, GAP = re.compile(r"(?<=<code>).*(?=\n(?:</span>)?</code>)", re.DOTALL), "\n\n\n"
# The second of two blank lines in code, which site.css hides on a phone.
SECOND_BLANK = '\n\n<span class="second-blank">\n</span>'
# The data that macros and drawings show as it stands.
DRAWN = "layers", "tiny_vla", "curves", "scene", "vla_model", "switches"
TALKATIVE = (
    "mkdocs.plugins.mkdocs_macros",
    "mkdocs.plugins.mkdocs_static_i18n",
    "mkdocs.mkdocs-jupyter",
)

log = logging.getLogger("mkdocs.tools")
folder = TemporaryDirectory(prefix="notes-")  # for notebooks to render, and compiled templates
bytecode = FileSystemBytecodeCache(folder.name)


@dataclass
class Build:
    """What is known of one language while it is built."""

    locale: str
    texts: dict[str, str] = field(default_factory=dict)  # the Markdown of its pages, by name
    sections: dict[str, search.Sections] = field(default_factory=dict)  # for the search
    messages: dict[str, list[str]] = field(default_factory=dict)  # by section, for the search too
    titles: dict[str, str] = field(default_factory=dict)  # {title in another language: which}
    files: list[File] = field(default_factory=list)  # of its pages, in the order of llms.txt


@dataclass
class Serving:
    """What `make serve` keeps from one build to the next."""

    rendered: dict[str, tuple] = field(default_factory=dict)  # of each page: from what, and what
    machinery: dict[Path, float] = field(default_factory=dict)  # when its files were written


builds: dict[str, Build] = {}
serving: Serving | None = None


def written() -> dict[Path, float]:
    """When each file of the machinery was last written."""
    return {path: path.stat().st_mtime for path in (ROOT / "tools").glob("*.py")}


def stale() -> list[Path]:
    """The files of the machinery that were changed since `make serve` has read them."""
    begun = serving.machinery if serving else written()
    return [path for path, when in written().items() if begun.get(path) != when]


def current(config) -> str:
    """The language that is being built."""
    return config.plugins["i18n"].current_language or DEFAULT


def page_name(file) -> str:
    """`nn-module/modes` for a file of MkDocs."""
    return file.src_uri.partition("/")[2].removesuffix(".md")


def resolver(file, files, config):
    """A function that gives the full address of what a link on a page leads to."""

    def resolve(link: str) -> str:
        path, mark, anchor = link.partition("#")
        place = posixpath.join(posixpath.dirname(file.src_uri), path)
        target = files.get_file_from_path(posixpath.normpath(place)) if path else file
        return urljoin(config.site_url, target.url) + mark + anchor if target else link

    return resolve


def other_page(file) -> Page | None:
    """The page to show in place of one that is not written; None if it is written."""
    locale, name = file.src_uri.partition("/")[0], page_name(file)
    shown = Page.as_written(locale, name)
    return shown if shown.locale != locale else None


def highlight_once(highlight):
    """pymdownx' `highlight`, for blocks without numbers that share classes with other blocks.

    A block is cut where two lines are empty: what comes after them begins anew in Python.
    """
    known: dict[tuple, str] = {}

    def recall(self, src, language, *args, inline=False, code_block_count=0, **options):
        if inline:  # is no text, but an element that belongs to its page
            return highlight(self, src, language, *args, inline=inline, **options)
        made = []
        whole = language != "python" or '"""' in src or options.get("hl_lines")
        for part in [src] if whole else src.split(GAP):
            key = part, language, *args, repr(options)
            if key not in known:
                known[key] = highlight(self, part, language, *args, **options)
            made.append(known[key])
        codes = GAP.join(CODE.findall(one)[0] for one in made)
        codes = codes.replace(GAP, SECOND_BLANK) if language == "python" else codes
        return CODE.sub(lambda _: codes, made[0])

    return recall


def on_startup(*, command, dirty):
    """Learn whether the site is served, do nothing twice, and quiet what nobody asked for."""
    global serving
    serving = Serving(machinery=written()) if command == "serve" else None
    gc.set_threshold(100_000)  # a build makes many objects, and then ends
    Highlight.highlight = highlight_once(Highlight.highlight)
    pymdownx.highlight.get_lexer_by_name = cache(get_lexer_by_name)
    # Two of three elements of a page would be names and signs, in the color of the code.
    plain = dict.fromkeys((Name, Operator, Punctuation, Whitespace), "")
    cast("dict", STANDARD_TYPES).update(plain)
    mkdocs_macros.plugin.Environment = SandboxedEnvironment
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)


def on_config(config):
    """Give every template the words of its language and the data; i18n its titles."""
    for cached in (site.words, site.data, question.questions):
        cached.cache_clear()
    locale = current(config)
    words = site.words(locale)
    if locale == DEFAULT:
        builds.clear()
        for path in stale():
            log.warning(site.say(f"{site.relative(path)}:1", "stale"))
    builds[locale] = Build(locale)
    config.plugins["macros"].env.bytecode_cache = bytecode  # the theme's: on_env
    config.site_name, config.site_description = words["site_name"], words["site_description"]
    language = config.plugins["i18n"].get_language_config(locale)
    language.nav_translations = words["nav"]
    config.mdx_configs["pymdownx.snippets"]["base_path"] = snippets_in(locale)
    vars(config.extra).pop("alternate", None)  # i18n leaves here what its last page had
    config.extra.update(
        words=words,
        **{name: site.data(name) for name in DRAWN},
        folders=list(filter(None, map(site.home, LOCALES))),  # of languages but the default one
        smolvla=checkpoint.tree(),
        questions=question.questions(),
        serving=bool(serving),
    )
    # What macros reach, in place of all settings, the environment and Git.
    given = config.plugins["macros"].variables
    given.clear()
    given["verified"] = config.extra["verified"]
    given["config"] = {"extra": config.extra, "repo_url": config.repo_url}


def snippets_in(locale: str) -> list[str]:
    """Where the snippets of a language's pages are: those of exercises speak that language."""
    own = Path(folder.name, locale, "snippets")
    for path in filter(snippet.is_shown, SNIPPETS.glob("*/exercises/**/*.md")):
        text = snippet.spoken(snippet.read_text(path), locale)
        if path.parent.name == "wrong":
            text = snippet.marked(text, path, locale)
        write_file(text.encode(), str(own / path.relative_to(SNIPPETS)))
    return [str(own), str(SNIPPETS)]


def on_files(files, *, config):
    """Let i18n know of pages that are not in every language; one that was deleted stays so."""
    record = read_record()
    for name in site.pages():
        for locale in LOCALES:
            known = any(locale in hashes for hashes in record.get(name, {}).values())
            if not known and not (DOCS / locale / f"{name}.md").exists():
                uri, paths = f"{locale}/{name}.md", (config.docs_dir, config.site_dir)
                files.append(File(uri, *paths, config.use_directory_urls))
    return files


def on_nav(nav, *, config, files):
    """Put together what the reader of each page is shown, and offer the notebooks."""
    build, record = builds[current(config)], read_record()
    found, written = {}, files.documentation_pages()
    # Pages for contributors, which are not in the navigation, come last.
    others = [file for file in written if file.inclusion.is_not_in_nav()]
    build.files = [*(page.file for page in nav.pages), *others]
    for file in written:
        if file.src_uri.partition("/")[0] not in LOCALES:
            raise Mistake(site.say(f"docs/{file.src_uri}:1", "page-outside", name=file.name))
        page = Page.read(build.locale, page_name(file))

        def note(why, language, anchor, name=page.name):
            words = site.words(build.locale)
            where = config.site_url + site.address(language, name) + f"#{anchor}" * bool(anchor)
            return words["behind"][why].format(where, language=words["languages"][language])

        build.texts[page.name] = as_shown(page, record, note)
        found[page.name] = file
    # Where the line that says what is done leads to: the section on what the browser remembers.
    kept = next((name for name, text in build.texts.items() if "#kept }" in text), "index")
    config.extra["kept"] = site.address(DEFAULT, kept) + "#kept"
    offer_notebooks(build, found, config, files)


def offer_notebooks(build: Build, pages: dict[str, File], config, files) -> None:
    """Add what can be downloaded: notebooks of exercises and labs, and the modules of labs."""

    def source(name: str) -> notebook.Source:
        file, page = pages[name], Page(build.locale, name, build.texts[name])
        url = urljoin(config.site_url, file.url)
        return notebook.Source(page, url, resolver(file, files, config))

    def offer(beside: str, name: str, content: str) -> None:
        page = pages[beside]
        uri = posixpath.join(posixpath.dirname(page.src_uri), name)
        file = File.generated(config, uri, content=content)
        file.dest_uri = posixpath.join(posixpath.dirname(page.dest_uri), name)
        files.append(file)

    exercises: dict[str, list[str]] = {}
    found = filter(None, map(EXERCISE.fullmatch, pages))
    for match in sorted(found, key=lambda match: int(match["number"])):
        exercises.setdefault(match["folder"], []).append(match[0])
    for within, names in exercises.items():
        parts = [notebook.exercise_cells(source(name)) for name in names]
        for (kind, page), cells in zip(notebook.KINDS.items(), zip(*parts)):
            name = f"{within}/{page}"
            if name not in pages:
                missing = Page(build.locale, name, "")
                raise Mistake(missing.say(1, "no-page-for-notebook", kind=kind))
            cells = [notebook.intro(source(name)), *chain(*cells)]
            text = notebook.written(cells, run=kind == "solved")
            offer(f"{within}/index", f"{kind}.ipynb", text)
            if kind == "solved":  # mkdocs-jupyter takes it from here, in place of the page's file
                path = Path(folder.name, build.locale, within, "solved.ipynb")
                write_file(text.encode(), str(path))
                pages[name].abs_src_path = str(path)
    for name, text in build.texts.items():
        for offered in notebook.OFFER.finditer(text):
            if module := offered["module"]:
                offer(name, module, (SNIPPETS / module).read_text(encoding="utf-8"))
            elif offered["notebook"] not in notebook.KINDS:
                cells = notebook.lab_cells(source(name))
                offer(name, f"{offered['notebook']}.ipynb", notebook.written(cells))


def on_env(env, *, config, files):
    """Compile each template once; every build does it for each language."""
    env.bytecode_cache = bytecode


def on_pre_page(page, *, config, files):
    """Have a page that is not written edited by making its file, and found as the one shown."""
    if other := other_page(page.file):
        page.written_at = config.site_url + site.address(other.locale, other.name)  # for main.html
        if page.edit_url:
            file = urlencode({"filename": f"docs/{page.file.src_uri}"})
            page.edit_url = f"{config.repo_url.rstrip('/')}/new/main?{file}"
    if SOLVED.fullmatch(page_name(page.file)):

        def site_html(nb):
            # The first cell is this page's own text, which has its buttons and links still.
            cells = map(notebook.as_markdown, nb.cells[1:])
            page.markdown = "\n\n".join([page.markdown, *cells])
            MkDocsPage.render(page, config, files)
            page.from_notebook = page.content, page.toc
            return ""

        filters: dict[str, Any] = default_filters
        filters["site_html"] = site_html
        jupyter_settings.templates_dir = str(DOCS / "theme/notebook")


def on_page_read_source(*, page, config):
    """Give MkDocs the page as it is shown. Raises Mistake where an include leads nowhere."""
    own = Page.read(current(config), page_name(page.file))
    for include in own.includes:
        if wrong := include.wrong(own.locale):
            raise Mistake(f"{own.file}:{include.line}: {wrong}")
    shown = Page(own.locale, own.name, builds[own.locale].texts[own.name])
    return question.expanded(shown)


def on_page_markdown(markdown, *, page, config, files):
    """Keep the comments for tests from the reader, the page from the plugin's search.

    While the site is served, a page is rendered only if what it is made of has changed.
    """
    page.meta["search"] = {"exclude": True}
    if serving:
        page.render = render_if_changed(page, page.render, serving.rendered)
    return plain.without_allowances(markdown)


def render_if_changed(page, render, rendered):
    """`render`, but for a page whose Markdown, notebook and snippets are those of last time."""

    def render_or_recall(config, files):
        used = [Path(page.file.abs_src_path), *(SNIPPETS / i.path for i in includes(page.markdown))]
        sources = [page.markdown, *(path.read_bytes() for path in used if path.is_file())]
        if rendered.get(page.file.src_uri, [None])[0] != sources:
            before = dict(vars(page))
            render(config, files)
            made = {name: now for name, now in vars(page).items() if before.get(name) is not now}
            rendered[page.file.src_uri] = sources, made
        vars(page).update(rendered[page.file.src_uri][1])
        # These name files, which are other objects in every build.
        page.links_to_anchors = {
            files.get_file_from_path(file.src_uri) or file: links
            for file, links in page.links_to_anchors.items()
        }

    return render_or_recall


def on_page_content(content, *, page, config, files):
    """Take over the solved notebook, and write the page as plain Markdown beside its HTML."""
    if SOLVED.fullmatch(page_name(page.file)):
        if not hasattr(page, "from_notebook"):
            raise Mistake(site.say(f"docs/{page.file.src_uri}:1", "notebook-not-rendered"))
        content, page.toc = page.from_notebook
    build = builds[current(config)]
    headings = search.HEADING.findall(content)
    build.titles.update({search.one_line(title): lang for _, lang, title in headings if lang})
    base = config.mdx_configs["pymdownx.snippets"]["base_path"]
    text = plain.plain_page(page.markdown, resolver(page.file, files, config), base)
    write_file(text.encode(), str(Path(config.site_dir, page.file.dest_uri).with_name("index.md")))
    if page_name(page.file) in road.names():
        own = Page.read(build.locale, page_name(page.file))
        page.minutes = road.minutes(own.text)  # for main.html
    return road.folded(content, config.extra["words"]["given"])


def on_page_context(context, *, page, config, nav):
    """Take up what the search is to find; then, for the reader alone, mark the glossary's terms."""
    build = builds[current(config)]
    address = page.url.removeprefix("./").removeprefix(site.home(build.locale))
    searched = question.unsearched(page.content)
    if SOLVED.fullmatch(page_name(page.file)):
        searched = searched.partition("<h2")[0]  # the exercises' pages have its cells, too
    build.sections[address] = search.sections(searched, address)
    build.messages.update(search.messages(searched, address))
    glossary, address = Page.read(build.locale, "glossary"), site.address(build.locale, "glossary")
    if page_name(page.file) == "glossary":
        shown = other_page(page.file) or glossary
        page.content = tips.with_anchors(page.content, shown.text, shown.locale)
    # In the notes: other pages use these words for other things.
    elif glossary.text and "/" in page_name(page.file):
        leads = get_relative_url(address, page.url)
        page.content = tips.marked(page.content, glossary.text, build.locale, leads)
    if config.repo_url and config.edit_uri:
        docs = urljoin(config.repo_url.rstrip("/") + "/", config.edit_uri)
        page.content = edits.linked(page.content, docs, config.extra["words"]["below"]["edits"])


def on_post_template(output, *, template_name, config):
    """Keep a 404 page for each language: all builds write the same 404.html, the last one stays."""
    locale, first = current(config), Path(config.site_dir, template_name)
    if template_name != "404.html" or locale == DEFAULT:
        return output
    write_file(output.encode(), str(first.parent / locale / template_name))
    return first.read_text(encoding="utf-8")


def on_post_page(output, *, page, config):
    """Mark what the navigation has in another language, and drop labels that mix the two."""
    if titles := builds[current(config)].titles:
        languages = {html.escape(title, quote=False): titles[title] for title in titles}
        shown, mixed = named(tuple(languages))
        output = shown.sub(lambda at: f'{at[1]} lang="{languages[at["name"]]}"{at[2]}', output)
        output = mixed.sub("", output)
    return korean.joined(output) if current(config) == "ko" else output


@cache
def named(titles: tuple[str, ...]) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """What finds one of these titles in the navigation, and in a label."""
    one = "|".join(map(re.escape, titles))
    shown = rf'(<(?:span|div) class="md-ellipsis")(>\s*(?P<name>{one})\s*<)'
    return re.compile(shown), re.compile(rf' aria-label="[^":]*: (?:{one})"')


@event_priority(-110)  # after i18n, which has the search plugin write its index once more
def on_post_build(config):
    """Write each search index in place of the plugin's one, llms.txt, and the style sheets."""
    if config.plugins["i18n"].building:
        return
    site_dir = Path(config.site_dir)
    (site_dir / "search/search_index.json").unlink(missing_ok=True)
    for locale, build in builds.items():
        index = search.index(build.sections, Page.read(locale, "glossary"), build.messages)
        write_file(index.encode(), str(site_dir / f"search/{locale}.json"))
    write_file(llms_txt(config.site_url).encode(), str(site_dir / "llms.txt"))
    finish_styles(site_dir / "assets")


def llms_txt(site_url: str) -> str:
    """What is on the site, in all languages: the plain Markdown of each page (see llmstxt.org)."""
    words = [site.words(locale) for locale in builds]
    parts = ["# " + " · ".join(one["site_name"] for one in words)]
    parts.append("\n".join(f"> {one['site_description']}" for one in words))
    for build, own in zip(builds.values(), words):
        rows = []
        for page in filter(None, (file.page for file in build.files)):
            told = page.meta.get("description", "")
            rows.append(f"- [{page.title}]({site_url}{page.url}index.md): {told}")
        parts.append("\n".join([f"## {own['site_name']}", "", *rows]))
    return "\n\n".join(parts) + "\n"


def finish_styles(assets: Path) -> None:
    """Take the comments out of our style sheet, and write the one for browsers without scripts."""
    # Its comments are for those who edit it, and would cost every page two KiB.
    sheet = assets / "site.css"
    write_file(COMMENT.sub("", sheet.read_text(encoding="utf-8")).encode(), str(sheet))
    # The dark scheme for those whose system is dark and whose browser runs no script: its rules,
    # copied from where they stand, since CSS cannot take them up under another condition.
    styles = [*assets.glob("stylesheets/palette.*.css"), sheet]
    dark = (rule for style in styles for rule in DARK.findall(style.read_text(encoding="utf-8")))
    rules = "\n".join(f"  body[data-md-color-scheme] {{ {rule.strip()} }}" for rule in dark)
    rules = f"@media screen and (prefers-color-scheme: dark) {{\n{rules}\n}}\n"
    write_file(rules.encode(), str(assets / "no-script.css"))
