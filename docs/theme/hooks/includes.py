"""Name page and line when an include names no snippet; pymdownx.snippets names neither, in a traceback."""

import re
from pathlib import Path

from mkdocs.exceptions import PluginError

SNIPPETS = Path(__file__).parents[3] / "snippets"
INCLUDE = re.compile(r'^--8<-- "(?P<path>[^":]+)(?::(?P<section>[\w-]+))?"$')


def missing(path: Path) -> list[str]:
    """One message, `line: what to do`, for each include of a page that names no snippet, or no section of one."""
    return [
        f"{number}: no snippet at snippets/{line[7:].strip(chr(34))}. Mend the path, or write the snippet."
        for number, line in enumerate(path.read_text(encoding="utf-8-sig").splitlines(), 1)
        if (include := INCLUDE.match(line)) and not has(SNIPPETS / include["path"], include["section"])
    ]


def has(file: Path, section: str | None) -> bool:
    """Whether the file is there, with the section if one is asked for."""
    return file.is_file() and (section is None or f"--8<-- [start:{section}]" in file.read_text(encoding="utf-8"))


def on_page_markdown(markdown, *, page, config, files):
    """MkDocs event. Raises PluginError, which stops the build with one line a message."""
    path = Path(config.docs_dir, page.file.src_uri)
    for message in missing(path) if path.exists() else ():  # else it shows the page in the other language
        raise PluginError(f"docs/{page.file.src_uri}:{message}")
