"""The notebooks of the exercises and labs, put together from pages and snippets at every build."""

import posixpath
import re
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import nbformat.v4 as nbf

from tools import question, snippet
from tools.page import FOLD, INCLUDE, Page
from tools.plain import plain
from tools.site import SNIPPETS, Mistake, say, words

# What a page offers to download: a notebook, or a module that a lab imports.
OFFER = re.compile(
    r'^\{\{ (?:notebook\("(?P<notebook>[^"]+)"|source\("(?P<module>[^"]+)")\) \}\}', re.MULTILINE
)
# A fold of a page as a notebook has it.
FOLDED = r"<details><summary>\g<title></summary>\n\g<text>\n</details>"
# The notebooks of a note's exercises, each with the page beside them whose first section opens it.
KINDS = {"workbook": "index", "solved": "solved"}
ABOUT = {
    "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
    "language_info": {"name": "python"},
}


class Source(NamedTuple):
    """A page as it is shown, with the address it has and where its links lead."""

    page: Page
    url: str
    resolve: Callable[[str], str]

    def plain(self, text: str) -> str:
        """A piece of the page as plain Markdown."""
        return plain(question.in_words(self.page, text), self.resolve)


def block(path: str, locale: str) -> snippet.Snippet:
    """A snippet for a notebook in a language. Raises Mistake if it is missing or malformed."""
    if not (SNIPPETS / path).is_file():
        raise Mistake(say(f"snippets/{path}:1", "notebook-needs"))
    return snippet.read(SNIPPETS / path).spoken(locale)


def code(name: str, source: str, output: str = "", **metadata):
    """A code cell that has printed `output`."""
    outputs = [nbf.new_output("stream", name="stdout", text=output)] if output else []
    return nbf.new_code_cell(source.rstrip("\n"), id=name, outputs=outputs, metadata=metadata)


def text(name: str, source: str):
    """A Markdown cell."""
    return nbf.new_markdown_cell(source, id=name)


def intro(source: Source):
    """The first cell of a notebook: the title of a page, and what stands below it."""
    first = source.page.title()
    return text("intro", f"# {first.title}\n\n{source.plain(first.body)}")


def exercise_cells(source: Source) -> tuple[list, list]:
    """The cells of one exercise for each of KINDS: the workbook, and the solved notebook."""
    page, folder = source.page, source.page.name
    name = posixpath.basename(folder)
    title = page.title()
    starter = page.section("starter")
    shown = page.fold("solution")["text"].partition(f'--8<-- "{folder}/solution.md:output"\n')
    if not shown[1]:
        line = page.section("solution").line
        raise Mistake(page.say(line, "solution-without-output", name=folder))
    solution = block(f"{folder}/solution.md", page.locale)
    # Answer and check were run as one block; the check prints the last line of it.
    *printed, verdict = (solution.output or "").splitlines(keepends=True)
    # Long, and nobody has to read it: Jupyter collapses it, and the page folds it, as the page of
    # the exercise does.
    folded = {"jupyter": {"source_hidden": True}, "title": page.fold("check")["title"]}
    more = f"[{words(page.locale)['notebook']['help']}]({source.url}#hints)"
    # What stands before the starter: the task, and on some pages something to look at first.
    above = page.sections[1 : page.sections.index(starter)]
    first = [f"## {title.title}\n\n{title.body}"]
    first += [f"**{part.title}**\n{part.body}" for part in above]

    def task(*parts: str) -> list:
        cells = cut(source, "\n".join(parts), f"{name}-task")
        cells[0].metadata.anchor = title.anchor
        return cells

    return [
        *task(*first, more),
        code(f"{name}-starter", block(f"{folder}/starter.md", page.locale).code),
        code(f"{name}-check", solution.check, **folded),
    ], [
        *task(*first),
        code(f"{name}-answer", solution.answer, "".join(printed)),
        code(f"{name}-check", solution.check, verdict, **folded),
        text(f"{name}-notice", source.plain(shown[2])),
    ]


def cut(source: Source, markdown: str, name: str) -> list:
    """Cells of a piece of a page, cut at the snippets that it shows; the last is text, `name`."""
    cells, lines = [], []
    for line in markdown.splitlines():
        if not (include := INCLUDE.match(line)):
            lines.append(line)
            continue
        shown = block(include["path"], source.page.locale)
        part = posixpath.basename(include["path"]).removesuffix(".md")
        cells.append(text(f"{part}-text", source.plain("\n".join(lines) + "\n")))
        cells.append(code(part, shown.code, shown.output or ""))
        lines = []
    return [*cells, text(name, source.plain("\n".join(lines) + "\n"))]


def modules(page: Page) -> list[str]:
    """The modules that a page offers, which its lab imports."""
    return [offered["module"] for offered in OFFER.finditer(page.text) if offered["module"]]


def lab_cells(source: Source) -> list:
    """The cells of a lab: its page, cut at the snippets, with those that write their modules."""
    _, _, body = source.page.text.partition("\n---\n")
    body = FOLD.sub(FOLDED, body)
    start, mark, body = body.partition("\n## ")
    cells = [text("intro", source.plain(start))]
    for module in modules(source.page):
        content = f"%%writefile {module}\n{(SNIPPETS / module).read_text(encoding='utf-8')}"
        hidden = {"jupyter": {"source_hidden": True}}
        cells.append(code(Path(module).stem, content, f"Writing {module}\n", **hidden))
    return [*cells, *cut(source, mark + body, "end")]


def written(cells: list, run: bool = True) -> str:
    """A notebook with these cells, run or not; the same, byte for byte, whenever it is made."""
    for number, cell in enumerate((one for one in cells if one.cell_type == "code"), 1):
        cell.execution_count = number if run else None
        cell.outputs = cell.outputs if run else []
    return nbf.writes(nbf.new_notebook(cells=cells, metadata=ABOUT)) + "\n"


def as_markdown(cell) -> str:
    """A cell in the Markdown of the site's pages."""
    if cell.cell_type == "markdown":
        anchor = cell.metadata.get("anchor")
        return re.sub(r"\A(.*)", rf"\1 {{ #{anchor} }}", cell.source) if anchor else cell.source
    source = f"```python\n{cell.source}\n```"
    if title := cell.metadata.get("title"):
        source = f"/// details | {title}\n\n{source}\n\n///"
    return "\n\n".join([source, *(f"```text\n{output.text}```" for output in cell.outputs)])
