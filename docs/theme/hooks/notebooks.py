"""Make the notebooks of the exercises and of the lab, and let mkdocs-jupyter show the solved one; no plugin makes one.

They are put together from the pages and snippets at every build, so they cannot fall behind. mkdocs-jupyter
renders the solved one in place of the Markdown of solved.md, through the templates in docs/theme/notebook: its own
bring 620 KB of styles and scripts into the page, and colors that are not the site's.
"""

import posixpath
import re
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urljoin

import nbformat.v4 as nbf
from includes import INCLUDE, SNIPPETS
from mkdocs.exceptions import PluginError
from mkdocs.plugins import event_priority
from mkdocs.structure.files import File
from mkdocs.structure.pages import Page
from mkdocs_jupyter.config import settings
from nbconvert.exporters.templateexporter import default_filters

EXERCISES = "nn-module/exercises"
LAB = "nn-module/lab"
MODULE = "tiny_vla.py"  # what the blocks of the lab import
HELP = {"ko": "힌트, 풀이, 흔한 오답", "en": "Hints, solution and common wrong answers"}
HEADING = re.compile(r'^(?P<text>#{1,2} .*?) \{ #(?P<anchor>[\w-]+)(?: lang="\w+")? \}$')
FOLD = re.compile(r"^/{3,} details \| (?P<title>.+)$", re.MULTILINE)
# Lines that only the site understands: macros, the box to tick an exercise off, and marks around another language.
SITE_ONLY = re.compile(r"^(?:\{[{%].*[}%]\}|<label .*</label>|/{8}.*)\n", re.MULTILINE)
# What silences tests/test_language.py for a line. Code is matched first, to be left alone.
ALLOWANCE = re.compile(r"(?P<code>`+)(?:.|\n)+?(?P=code)|[ ]*<!-- allow [^\n]*-->")
# Code first, again; then a link's target; then an attribute list, and what is left of lines.
MARKUP = re.compile(r"(?P<code>`+)(?:.|\n)+?(?P=code)|(?<=\]\()(?P<link>[^)\s]+)(?=\))|[ \n]?\{:? [#.][^}\n]*\}|(?P<gap>\n{3,})")

folder = TemporaryDirectory(prefix="notebooks-")
settings.templates_dir = str(Path(__file__).parents[1] / "notebook")


class Source:
    """A Markdown file of the site, cut up at its headings."""

    def __init__(self, name, text):
        self.name, self.parts = name, {}
        anchor = None
        for number, line in enumerate(text.splitlines(), 1):
            if heading := HEADING.match(line):
                anchor = heading["anchor"]
                self.parts[anchor] = (number, heading["text"], [])
            elif anchor:
                self.parts[anchor][2].append(line)

    def fail(self, line, message):
        """Stop the build with one line."""
        raise PluginError(f"{self.name}:{line}: {message}")

    def head(self):
        """(anchor, heading, text) of what stands before the second heading."""
        anchor, (_, heading, lines) = next(iter(self.parts.items()), (None, (0, "", [])))
        if not heading.startswith("# "):
            self.fail(1, "no title with an anchor. Begin the page with # Title { #anchor }.")
        heading = heading.removeprefix("# ")
        return anchor, heading, "\n".join(lines) + "\n"

    def part(self, anchor):
        """(line, text) of a section."""
        if anchor not in self.parts:
            self.fail(1, f"the notebooks need a heading with {{ #{anchor} }}, and there is none. Add it.")
        line, _, lines = self.parts[anchor]
        return line, "\n".join(lines) + "\n"

    def fold(self, anchor):
        """(line, title, text) of the first folded block in a section."""
        line, text = self.part(anchor)
        start = FOLD.search(text)
        end = start and re.compile(r"^///$", re.MULTILINE).search(text, start.end())
        if not end:
            self.fail(line, "no folded block in this section, or it is not closed. Add /// details | Title, the text, and ///.")
        return line, start["title"], text[start.end():end.start()]


def without_allowances(markdown):
    """Markdown without the comments that say which findings of tests/test_language.py are right as they stand."""
    return ALLOWANCE.sub(lambda match: match[0] if match["code"] else "", markdown)


def plain(text, file, files, site_url):
    """Markdown as any notebook shows it: no macros, no attributes, links in full."""
    def replace(match):
        if not match["link"]:
            return match[0] if match["code"] else "\n\n" if match["gap"] else ""
        path, mark, anchor = match["link"].partition("#")
        target = files.get_file_from_path(posixpath.normpath(posixpath.join(posixpath.dirname(file.src_uri), path))) if path else file
        return urljoin(site_url, target.url) + mark + anchor if target else match[0]

    return MARKUP.sub(replace, SITE_ONLY.sub("", without_allowances(text))).strip()


def block(path, section, language):
    """The text of the one code block in a section of a snippet (in all of it, if that is None)."""
    name = f"snippets/{path}"
    if not (SNIPPETS / path).is_file():
        raise PluginError(f"{name}:1: no such snippet. Write it; the notebooks need it.")
    text, line = (SNIPPETS / path).read_text(encoding="utf-8"), 1
    if section:
        match = re.search(rf"<!-- --8<-- \[start:{section}\] -->\n(.*?)<!-- --8<-- \[end:{section}\] -->", text, re.DOTALL)
        if not match:
            raise PluginError(f"{name}:1: no section {section!r}. Mark it with <!-- --8<-- [start:{section}] --> and [end:{section}].")
        line, text = text[:match.start(1)].count("\n") + 1, match[1]
    match = re.search(rf"```{language}\n(.*?\n)```\n", text, re.DOTALL)
    if not match:
        raise PluginError(f"{name}:{line}: no ```{language} block with something in it. Write it, or let make record do it.")
    return match[1]


def code(number, id, source, output="", **metadata):
    """A code cell that has printed `output`, or, if number is None, has not been run."""
    outputs = [nbf.new_output("stream", name="stdout", text=output)] if output else []
    return nbf.new_code_cell(source.rstrip("\n"), id=id, execution_count=number, outputs=outputs, metadata=metadata)


def text(id, source, **metadata):
    """A Markdown cell."""
    return nbf.new_markdown_cell(source, id=id, metadata=metadata)


def cells(file, files, site_url):
    """The cells of one exercise, those of the workbook and those of the solved notebook."""
    name = posixpath.basename(file.src_uri).removesuffix(".md")
    number = int(name.split("-")[0])
    source = Source(f"docs/{file.src_uri}", file.content_string)
    anchor, heading, task = source.head()
    source.part("starter")
    _, check_title, _ = source.fold("check")
    line, _, solution = source.fold("solution")
    _, shown, notice = solution.partition(f'--8<-- "{EXERCISES}/{name}/solution.md:output"\n')
    if not shown:
        source.fail(line, f"this section shows no output. Include {name}/solution.md:output, then say what to notice in it.")
    within = f"{EXERCISES}/{name}"
    answer, check = block(f"{within}/solution.md", "answer", "python"), block(f"{within}/solution.md", "check", "python")
    # Answer and check were run as one block; the check prints the last line of it.
    *printed, verdict = block(f"{within}/solution.md", "output", "text").splitlines(keepends=True)
    task = f"## {heading}\n\n" + plain(task, file, files, site_url)
    # Long, and nobody has to read it: Jupyter collapses it, and the page folds it, as the page of the exercise does.
    folded = {"jupyter": {"source_hidden": True}, "title": check_title}
    more = f"[{HELP[file.locale]}]({urljoin(site_url, file.url)}#hints)"
    return [
        text(f"{name}-task", f"{task}\n\n{more}", anchor=anchor),
        code(None, f"{name}-starter", block(f"{within}/starter.md", None, "python")),
        code(None, f"{name}-check", check, **folded),
    ], [
        text(f"{name}-task", task, anchor=anchor),
        code(2 * number - 1, f"{name}-answer", answer, "".join(printed)),
        code(2 * number, f"{name}-check", check, verdict, **folded),
        text(f"{name}-notice", plain(notice, file, files, site_url)),
    ]


def lab_cells(file, files, site_url):
    """The cells of the lab: its page, cut at the snippets, with one that writes the module that they import."""
    _, _, body = file.content_string.partition("\n---\n")
    intro, mark, body = body.partition("\n## ")
    module = (SNIPPETS / MODULE).read_text(encoding="utf-8")
    made = [
        text("intro", plain(intro, file, files, site_url)),
        code(1, "module", f"%%writefile {MODULE}\n{module}", f"Writing {MODULE}\n", jupyter={"source_hidden": True}),
    ]
    lines = []
    for line in (mark + body).splitlines():
        if not (include := INCLUDE.match(line)):
            lines.append(line)
            continue
        name = posixpath.basename(include["path"]).removesuffix(".md")
        made.append(text(f"{name}-text", plain("\n".join(lines) + "\n", file, files, site_url)))
        made.append(code(len(made) // 2 + 1, name, block(include["path"], None, "python"), block(include["path"], None, "text")))
        lines = []
    return [*made, text("end", plain("\n".join(lines) + "\n", file, files, site_url))]


def write(path, cells):
    """Write a notebook that is the same, byte for byte, whenever it is written."""
    about = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}, "language_info": {"name": "python"}}
    path.parent.mkdir(exist_ok=True)
    path.write_text(nbf.writes(nbf.new_notebook(cells=cells, metadata=about)) + "\n", encoding="utf-8")


@event_priority(-101)  # after i18n, which has the last word on where a page goes, and after mkdocs-jupyter, lest it render the downloads
def on_files(files, *, config):
    """MkDocs event. Adds the notebooks of the language that is being built, and the module that the lab's imports."""
    def offer(path, page):
        """Let a file be downloaded from beside a page."""
        file = File.generated(config, posixpath.join(posixpath.dirname(page.src_uri), path.name), abs_src_path=str(path))
        file.dest_uri = posixpath.join(posixpath.dirname(page.dest_uri), path.name)
        files.append(file)

    locale = config.plugins["i18n"].current_language
    within = f"{locale}/{EXERCISES}/"
    pages = {uri.removeprefix(within): file for uri, file in files.src_uris.items() if uri.startswith(within)}
    if "solved.md" not in pages:
        raise PluginError(f"docs/{within}solved.md:1: the page that shows the solved notebook is missing. Write its introduction.")
    intros = {}
    for kind, name in (("workbook", "index.md"), ("solved", "solved.md")):
        if name not in pages:
            raise PluginError(f"docs/{within}{name}:1: no such page. Its first section opens the {kind}; write it.")
        _, heading, body = Source(f"docs/{within}{name}", pages[name].content_string).head()
        intros[kind] = text("intro", f"# {heading}\n\n" + plain(body, pages[name], files, config.site_url))
    exercises = sorted((name for name in pages if re.match(r"\d+-", name)), key=lambda name: int(name.split("-")[0]))
    made = [cells(pages[name], files, config.site_url) for name in exercises]
    for which, (kind, intro) in enumerate(intros.items()):
        path = Path(folder.name, locale, f"{kind}.ipynb")
        write(path, [intro, *(cell for exercise in made for cell in exercise[which])])
        offer(path, pages["index.md"])
    if not (lab := files.get_file_from_path(f"{locale}/{LAB}.md")):
        raise PluginError(f"docs/{locale}/{LAB}.md:1: the page of the lab is missing. Write it; its notebook is made from it.")
    path = Path(folder.name, locale, "lab.ipynb")
    write(path, lab_cells(lab, files, config.site_url))
    offer(path, lab)
    offer(SNIPPETS / MODULE, lab)
    return files


def markdown(cell):
    """A cell in the Markdown of the site's pages."""
    if cell.cell_type == "markdown":
        return re.sub(r"\A(.*)", rf"\1 {{ #{cell.metadata.anchor} }}", cell.source) if "anchor" in cell.metadata else cell.source
    source = f"```python\n{cell.source}\n```"
    if title := cell.metadata.get("title"):
        source = f"/// details | {title}\n\n{source}\n\n///"
    return "\n\n".join([source, *(f"```text\n{output.text}```" for output in cell.outputs)])


def shows_notebook(file):
    """Whether a page is the one whose Markdown the solved notebook replaces."""
    return re.fullmatch(rf"\w+/{EXERCISES}/solved\.md", file.src_uri)


@event_priority(100)  # before mkdocs-jupyter, which takes the file's path as it finds it here
def on_pre_page(page, *, config, files):
    """MkDocs event. Gives mkdocs-jupyter the solved notebook for solved.md."""
    if not shows_notebook(page.file):
        return

    def site_html(notebook):
        # The first cell is this page's own text, which has its buttons and its links within the site still.
        page.markdown = "\n\n".join([page.markdown, *map(markdown, notebook.cells[1:])])
        Page.render(page, config, files)
        page.own_toc = page.toc
        return page.content

    default_filters["site_html"] = site_html
    page.file.abs_src_path = str(Path(folder.name, page.file.locale, "solved.ipynb"))


def on_page_read_source(*, page, config):
    """MkDocs event. The page's own Markdown, though its path leads to the notebook by now."""
    if shows_notebook(page.file):
        return Path(config.docs_dir, page.file.src_uri).read_text(encoding="utf-8-sig")


def on_page_content(html, *, page, config, files):
    """MkDocs event. Takes off the styles that mkdocs-jupyter hangs on, and its guess at the table of contents."""
    if shows_notebook(page.file):
        page.toc = page.own_toc
        return html.rpartition("<style>")[0]
