"""Name page and line when an include names no snippet; pymdownx.snippets names neither, in a traceback."""

import difflib
import re
from pathlib import Path

from mkdocs.exceptions import PluginError

SNIPPETS = Path(__file__).parents[3] / "snippets"
INCLUDE = re.compile(r'^--8<-- "(?P<path>[^":]+)(?::(?P<section>[\w-]+))?"$')


def missing(path: Path) -> list[str]:
    """One message, `line: what to do`, for each include of a page that names no snippet, or no section of one."""
    lines = enumerate(path.read_text(encoding="utf-8-sig", errors="replace").splitlines(), 1)
    return [f"{number}: {wrong}" for number, line in lines if (include := INCLUDE.match(line)) and (wrong := unread(**include.groupdict()))]


def unread(path: str, section: str | None) -> str:
    """Why a snippet cannot be included, and what to do; nothing if it can."""
    file = SNIPPETS / path
    if not file.is_file():
        like = difflib.get_close_matches(file.name, [one.name for one in file.parent.glob("*.md")], 1)
        return f"no snippet at snippets/{path}. " + (f"Is it {like[0]} now? Mend the path." if like else "Mend the path, or write the snippet.")
    try:
        text = file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return f"snippets/{path} is not UTF-8. Save it as UTF-8."
    if section and f"--8<-- [start:{section}]" not in text:
        return f"snippets/{path} has no section {section!r}. Mend the name, or mark the section."
    return ""


def on_page_markdown(markdown, *, page, config, files):
    """MkDocs event. Raises PluginError, which stops the build with one line a message."""
    path = Path(config.docs_dir, page.file.src_uri)
    for message in missing(path) if path.exists() else ():  # else it shows the page in the other language
        raise PluginError(f"docs/{page.file.src_uri}:{message}")
