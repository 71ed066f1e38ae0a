"""A page as plain Markdown: what any reader of Markdown shows, without what only the site knows.

The plugins that write one beside each page turn the HTML back into Markdown; here the source is
at hand, and only includes, macros and attributes have to go.
"""

import re
from collections.abc import Callable

from markdown import Markdown

# Lines that only the site understands: macros, the box to tick an exercise off, and marks around
# another language.
SITE_ONLY = re.compile(r"^(?:\{[{%].*[}%]\}|<label .*</label>|/{8}.*)\n", re.MULTILINE)
# What silences tests/test_language.py for a line. Code is matched first, to be left alone.
ALLOWANCE = re.compile(r"(?P<code>`+)(?:.|\n)+?(?P=code)|[ ]*<!-- allow [^\n]*-->")
# Code first, again; then a link's target; then an attribute list, and what is left of lines.
MARKUP = re.compile(
    r"(?P<code>`+)(?:.|\n)+?(?P=code)|(?<=\]\()(?P<link>[^)\s]+)(?=\))"
    r"|[ \n]?\{:? [#.][^}\n]*\}|(?P<gap>\n{3,})"
)
# Code comes first, to be left alone. The table of the lab goes, and the tree of a checkpoint: the
# first block of that page prints the same.
RENDERED = re.compile(
    r"""^(?P<code>`{3,}).*?^(?P=code)$
    | ^<!--[^\n]*-->\n
    | ^<figure[ ]class="key-tree".*?</figure>\n
    | ^<figure\b.*?<title[^>]*>(?P<title>.*?)</title>\s*<desc[^>]*>(?P<told>.*?)</desc>.*?</figure>
    | ^<table[ ]class="module-tree".*?</table>\n
    | ^/{3,}[ ]details[ ]\|[ ](?P<fold>[^\n]+)$
    | ^/{3,}(?:[ ]html[ ][^\n]*)?$\n
    | [ ]?<a[ ]id="[\w-]+"></a>
    | <span[ ]role="img"[^>]*>(?P<formula>[^<]*)</span>
    | <span[ ]lang="\w+">|</span>
    | (?<=`)\#!\w+[ ]""",
    re.DOTALL | re.MULTILINE | re.VERBOSE,
)
# Which lines of a wrong answer are marked: see tools/snippet.py.
MARKED = re.compile(r'(?<=^```python) hl_lines="[\d ]+"$', re.MULTILINE)


def without_allowances(markdown: str) -> str:
    """Markdown without the comments that say what tests/test_language.py is to let be."""
    if "<!-- allow " not in markdown:
        return markdown
    return ALLOWANCE.sub(lambda match: match[0] if match["code"] else "", markdown)


def plain(text: str, resolve: Callable[[str], str]) -> str:
    """Markdown as any notebook shows it: no macros, no attributes, links as `resolve` has them."""

    def replace(match: re.Match[str]) -> str:
        if match["link"]:
            return resolve(match["link"])
        return match[0] if match["code"] else "\n\n" if match["gap"] else ""

    return MARKUP.sub(replace, SITE_ONLY.sub("", without_allowances(text))).strip()


def in_words(match: re.Match[str]) -> str:
    """What stands for markup that only the site understands: a drawing's text, a fold's title."""
    if match["title"]:
        return f"> **{match['title']}.** {match['told']}"
    if match["fold"]:
        return f"**{match['fold']}**"
    return match[0] if match["code"] else match["formula"] or ""


def plain_page(markdown: str, resolve: Callable[[str], str], base: list[str]) -> str:
    """A page's Markdown after its macros: snippets in place, drawings in words, links in full."""
    settings = {"pymdownx.snippets": {"base_path": base}}
    reader = Markdown(extensions=["pymdownx.snippets"], extension_configs=settings)
    lines = reader.preprocessors["snippet"].run(markdown.splitlines())
    text = MARKED.sub("", "\n".join(lines) + "\n")
    return plain(RENDERED.sub(in_words, text), resolve) + "\n"
