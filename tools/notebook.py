"""The notebooks of the exercises and labs, put together from pages and snippets at every build."""

import posixpath
import re
from collections.abc import Callable
from typing import NamedTuple

import nbformat.v4 as nbf

from tools import question, snippet
from tools.page import FOLD, INCLUDE, Page
from tools.plain import plain
from tools.site import SNIPPETS, Mistake, words

MODULE = "tiny_vla.py"  # what the blocks of a lab import
# A fold of a page as a notebook has it.
FOLDED = r"<details><summary>\g<title></summary>\n\g<text>\n</details>"
KINDS = "workbook", "solved"  # of the exercises of a note
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


def block(path: str) -> snippet.Snippet:
    """A snippet that a notebook needs. Raises Mistake if it is not there, or not of its form."""
    if not (SNIPPETS / path).is_file():
        raise Mistake(f"snippets/{path}:1: no such snippet. Write it; the notebooks need it.")
    return snippet.read(SNIPPETS / path)


def code(number: int | None, name: str, source: str, output: str = "", **metadata):
    """A code cell that has printed `output`; one without a number has not been run."""
    outputs = [nbf.new_output("stream", name="stdout", text=output)] if output else []
    return nbf.new_code_cell(
        source.rstrip("\n"), id=name, execution_count=number, outputs=outputs, metadata=metadata
    )


def text(name: str, source: str, **metadata):
    """A Markdown cell."""
    return nbf.new_markdown_cell(source, id=name, metadata=metadata)


def intro(source: Source):
    """The first cell of a notebook: the title of a page, and what stands below it."""
    first = source.page.title()
    return text("intro", f"# {first.title}\n\n{source.plain(first.body)}")


def exercise_cells(source: Source) -> tuple[list, list]:
    """The cells of one exercise, those of the workbook and those of the solved notebook."""
    page, folder = source.page, source.page.name
    name = posixpath.basename(folder)
    number = int(name.split("-")[0])
    title = page.title()
    page.section("starter")
    shown = page.fold("solution")["text"].partition(f'--8<-- "{folder}/solution.md:output"\n')
    if not shown[1]:
        what = "this section shows no output."
        mend = f"Include {name}/solution.md:output, then say what to notice in it."
        raise page.mistake(page.section("solution").line, f"{what} {mend}")
    solution = block(f"{folder}/solution.md")
    # Answer and check were run as one block; the check prints the last line of it.
    *printed, verdict = (solution.output or "").splitlines(keepends=True)
    task = f"## {title.title}\n\n{source.plain(title.body)}"
    # Long, and nobody has to read it: Jupyter collapses it, and the page folds it, as the page of
    # the exercise does.
    folded = {"jupyter": {"source_hidden": True}, "title": page.fold("check")["title"]}
    more = f"[{words(page.locale)['notebook']['help']}]({source.url}#hints)"
    return [
        text(f"{name}-task", f"{task}\n\n{more}", anchor=title.anchor),
        code(None, f"{name}-starter", block(f"{folder}/starter.md").code),
        code(None, f"{name}-check", solution.check, **folded),
    ], [
        text(f"{name}-task", task, anchor=title.anchor),
        code(2 * number - 1, f"{name}-answer", solution.answer, "".join(printed)),
        code(2 * number, f"{name}-check", solution.check, verdict, **folded),
        text(f"{name}-notice", source.plain(shown[2])),
    ]


def lab_cells(source: Source) -> list:
    """The cells of a lab: its page, cut at the snippets, with one that writes their module."""
    _, _, body = source.page.text.partition("\n---\n")
    body = FOLD.sub(FOLDED, body)
    start, mark, body = body.partition("\n## ")
    module = (SNIPPETS / MODULE).read_text(encoding="utf-8")
    hidden = {"jupyter": {"source_hidden": True}}
    cells = [
        text("intro", source.plain(start)),
        code(1, "module", f"%%writefile {MODULE}\n{module}", f"Writing {MODULE}\n", **hidden),
    ]
    lines: list[str] = []
    for line in (mark + body).splitlines():
        if not (include := INCLUDE.match(line)):
            lines.append(line)
            continue
        shown = block(include["path"])
        name = posixpath.basename(include["path"]).removesuffix(".md")
        cells.append(text(f"{name}-text", source.plain("\n".join(lines) + "\n")))
        cells.append(code(len(cells) // 2 + 1, name, shown.code, shown.output or ""))
        lines = []
    return [*cells, text("end", source.plain("\n".join(lines) + "\n"))]


def written(cells: list) -> str:
    """A notebook with these cells, the same, byte for byte, whenever it is made."""
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
