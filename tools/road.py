"""The roads: how long their pages take to read, what they explain when, and what blocks share.

Each note has one, a section of the navigation: `road`, `data-road`. A note assumes those before it.

A block of the road that uses the model begins with its classes, as the block that shows them has
them, and a line says where the block's own lines begin: `# --- new here ---`. The page folds what
is above that line; what is copied, run and written as plain Markdown is the whole block.
"""

from __future__ import annotations

import ast
import html
import re
from typing import NamedTuple

from tools import site, tips
from tools.page import FOLD, Page, Section
from tools.snippet import read

NEW_HERE = "# --- new here ---"
BLOCK = re.compile(
    rf'<code>(?P<given>(?:(?!</code>).)*?)(?P<mark><span class="c1">{NEW_HERE}</span>)\n', re.DOTALL
)
NAMED = re.compile(r'<span class="nc">(\w+)</span>')
WORDS_A_MINUTE, SYLLABLES_A_MINUTE, BLOCKS_A_MINUTE = 170, 350, 1
MOST_MINUTES, MOST_WORDS, MOST_BLOCKS, MOST_LINES = 12, 900, 6, 20
WHOLE_ROAD = 75
# The model and the data set themselves, each shown once in full.
WHOLE = {"nn-module/index/model.md", "data/index/episodes.md"}
IMPORT = re.compile("import |from ")
PITFALL = "pitfall"  # the class of the one section that is about a mistake
UNSEEN = re.compile(
    r"\A---\n(?:.*\n)*?---\n|^\{[{%].*[}%]\}$|^--8<--.*$|^\|[ :|-]+\|$"
    r"|<[^>\n]+>|(?<=\])\([^)\n]*\)| ?\{ [#.][^}\n]*\}",
    re.MULTILINE,
)


def roads() -> dict[str, list[str]]:
    """The pages of each note's road, in their order, by its section of the navigation."""
    return {
        section: [page.removesuffix(".md") for page in pages]
        for entry in site.SETTINGS["nav"]
        for section, pages in entry.items()
        if re.fullmatch(r"(?:[\w-]+-)?road", section)
    }


def names() -> list[str]:
    """The pages of all roads, one road after the other."""
    return [name for pages in roads().values() for name in pages]


def read_text(text: str) -> str:
    """What is read of a page's Markdown: without code, markup, and what is folded."""
    return UNSEEN.sub("", FOLD.sub("", text))


def count(text: str) -> tuple[int, int]:
    """Words, and Korean syllables, of a text. A Korean word is counted by its syllables."""
    syllables = re.findall("[가-힣]", text)
    words = re.findall(r"[^\W가-힣_][\w.'’()=-]*", re.sub("[가-힣]+", " ", text))
    return len(words), len(syllables)


def minutes(text: str) -> int:
    """How long a page takes at a first reading, from its Markdown, in whole minutes."""
    words, syllables = count(read_text(text))
    blocks = len(Page("", "", FOLD.sub("", text)).includes)
    exact = words / WORDS_A_MINUTE + syllables / SYLLABLES_A_MINUTE + blocks / BLOCKS_A_MINUTE
    return max(1, round(exact))


def folded(content: str, label: str) -> str:
    """A page's HTML with the model's classes folded away, under a button with a label.

    The label has two places: {names} of the classes, and {lines}, how many there are.
    """

    def fold(match: re.Match) -> str:
        given = match["given"]
        classes = NAMED.findall(given)
        text = label.format(names=html.escape(classes[-1]), lines=given.count("\n"))
        button = f'<button type="button" class="given" aria-expanded="false">{text}</button>'
        return f'{button}<code><span class="given">{given}{match["mark"]}\n</span>'

    return BLOCK.sub(fold, content) if NEW_HERE in content else content


class Block(NamedTuple):
    """A block of the road: what it repeats, and what is new in it."""

    path: str
    line: int  # of the page
    given: dict[str, str]  # the source of each class above the mark
    shown: dict[str, str]  # of each class and function below it
    lines: int  # of code below it, but for imports and empty ones


def block(path: str, line: int) -> Block:
    """One snippet, cut at the mark."""
    code = read(site.SNIPPETS / path).code
    above, mark, below = code.partition(f"{NEW_HERE}\n")
    if not mark:
        above, below = "", code
    counted = [one for one in below.splitlines() if one.strip() and not IMPORT.match(one)]
    return Block(path, line, definitions(above), definitions(below), len(counted))


def definitions(code: str) -> dict[str, str]:
    """The source of each class and function at the top of a piece of code, by its name."""
    nodes = ast.parse(code).body
    kinds = (ast.ClassDef, ast.FunctionDef)
    return {n.name: ast.get_source_segment(code, n) or "" for n in nodes if isinstance(n, kinds)}


def explained(entry: tips.Entry) -> tuple[str, str]:
    """The page and the anchor of the section that explains a term of the glossary."""
    page, _, anchor = entry.link.partition("#")
    return page.removesuffix(".md"), anchor


def bold(text: str) -> list[str]:
    """What stands in bold: a term where it is defined."""
    return re.findall(r"\*\*(.+?)\*\*", text)


def running(section: Section) -> list[tuple[int, str]]:
    """The numbered lines of a section's running text: no code, links, headings, tables or folds."""
    text = FOLD.sub(lambda match: "\n" * match[0].count("\n"), section.text)
    lines = []
    for number, line in enumerate(text.splitlines(), section.line):
        if re.match(r"\s*(?:#|\||\{|-{3}|--8<--|description:|render_macros)", line):
            continue
        lines.append((number, re.sub(r"`[^`]*`|\[[^\]]*\]\([^)]*\)|\"[^\"]*\"|\{.*\}", " ", line)))
    return lines


def is_pitfall(section: Section) -> bool:
    """Whether a section of the road is about a mistake."""
    return f".{PITFALL}" in section.heading
