"""Write each page as plain Markdown beside its HTML, and list them in llms.txt: for tools and people that read text.

The plugins that do this turn the HTML back into Markdown; here the source is at hand, and only includes, macros and
attributes have to go.
"""

import re
from pathlib import Path

from includes import SNIPPETS
from markdown import Markdown
from mkdocs.plugins import event_priority
from mkdocs.utils import write_file
from notebooks import plain, without_allowances

# Code comes first, to be left alone. The table of the lab goes: the first block of that page prints the same.
SITE_ONLY = re.compile(
    r"""^(?P<code>`{3,}).*?^(?P=code)$
    | ^<!--[^\n]*-->\n
    | ^<figure\b.*?<title[^>]*>(?P<title>.*?)</title>\s*<desc[^>]*>(?P<told>.*?)</desc>.*?</figure>
    | ^<table[ ]class="module-tree".*?</table>\n
    | ^/{3,}[ ]details[ ]\|[ ](?P<fold>[^\n]+)$
    | ^/{3,}(?:[ ]html[ ][^\n]*)?$\n
    | [ ]?<a[ ]id="[\w-]+"></a>
    | <span[ ]role="img"[^>]*>(?P<formula>[^<]*)</span>
    | <span[ ]lang="\w+">|</span>
    | (?<=`)\#!\w+[ ]""",
    re.DOTALL | re.MULTILINE | re.VERBOSE)

languages = {}  # locale: (site's name, its description, its pages in the order of the navigation)


def in_words(match):
    """What stands for a piece of markup that only the site understands: a drawing's text, the title of a fold, or nothing."""
    if match["title"]:
        return f"> **{match['title']}.** {match['told']}"
    return f"**{match['fold']}**" if match["fold"] else match["code"] and match[0] or match["formula"] or ""


def text(page, files, site_url):
    """A page as Markdown that any reader of Markdown shows: snippets in place, drawings in words, links in full."""
    snippets = Markdown(extensions=["pymdownx.snippets"], extension_configs={"pymdownx.snippets": {"base_path": [str(SNIPPETS)]}})
    lines = snippets.preprocessors["snippet"].run(page.markdown.splitlines())
    return plain(SITE_ONLY.sub(in_words, "\n".join(lines) + "\n"), page.file, files, site_url) + "\n"


def on_nav(nav, *, config, files):
    """MkDocs event. Pages for contributors, which are not in the navigation, come last."""
    others = [file.page for file in files.documentation_pages() if file.inclusion.is_not_in_nav()]
    languages[config.plugins["i18n"].current_language] = (config.site_name, config.site_description, [*nav.pages, *others])


def on_page_markdown(markdown, *, page, config, files):
    """MkDocs event. Comments for the tests reach no reader, neither here nor in the HTML."""
    return without_allowances(markdown)


@event_priority(-100)  # after all that changes a page's Markdown
def on_page_content(html, *, page, config, files):
    """MkDocs event. Writes index.md beside the page's index.html."""
    write_file(text(page, files, config.site_url).encode(), str(Path(config.site_dir, page.file.dest_uri).with_name("index.md")))


def on_post_build(config):
    """MkDocs event. Writes llms.txt, in the form that llmstxt.org describes."""
    names = [name for name, _, _ in languages.values()]
    parts = ["# " + " · ".join(names), "\n".join(f"> {description}" for _, description, _ in languages.values())]
    for name, _, pages in languages.values():
        lines = [f"- [{page.title}]({config.site_url}{page.url}index.md): {page.meta.get('description', '')}" for page in pages]
        parts.append(f"## {name}\n\n" + "\n".join(lines))
    write_file(("\n\n".join(parts) + "\n").encode(), str(Path(config.site_dir, "llms.txt")))
