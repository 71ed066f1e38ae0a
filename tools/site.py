"""Where things are: languages, addresses, navigation, data and words, each read in one way."""

import difflib
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, TextIO

import yaml
from mkdocs.exceptions import PluginError
from mkdocs.utils.yaml import get_yaml_loader

ROOT = Path(__file__).resolve().parents[1]
DOCS, SNIPPETS = ROOT / "docs", ROOT / "snippets"
DATA = DOCS / "data"
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

# The name of a page that is an exercise.
EXERCISE = re.compile(r"(?P<folder>.+/exercises)/(?P<number>\d+)-(?P<name>[\w-]+)")


class Mistake(PluginError):
    """Something that a contributor has to mend: `file:line: what is wrong, what to do`."""


@contextmanager
def yaml_file(path: Path) -> Iterator[TextIO]:
    """A file, opened to be read as YAML. Raises Mistake where it is none.

    In both languages: the file may be messages.yml.
    """
    try:
        with open(path, encoding="utf-8") as file:
            yield file
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        what = "YAML로 읽을 수 없다. 이 줄을 고친다. · not YAML. Mend this line"
        raise Mistake(f"{relative(path)}:{line}: {what}: {error.problem}.") from None


def relative(path: Path) -> str:
    """A path as a message or an editor wants it, from the root of the repository."""
    return (path.relative_to(ROOT) if path.is_absolute() else path).as_posix()


with yaml_file(ROOT / "mkdocs.yml") as _file:
    SETTINGS: dict[str, Any] = yaml.load(_file, get_yaml_loader())
_LANGUAGES = next(p["i18n"]["languages"] for p in SETTINGS["plugins"] if "i18n" in p)
LOCALES: tuple[str, ...] = tuple(language["locale"] for language in _LANGUAGES)
DEFAULT: str = next(language["locale"] for language in _LANGUAGES if language.get("default"))


def home(locale: str) -> str:
    """What the addresses of a language begin with: nothing for the default one, `en/`."""
    return "" if locale == DEFAULT else f"{locale}/"


def address(locale: str, page: str) -> str:
    """`en`, `nn-module/modes` → `en/nn-module/modes/`."""
    return home(locale) + (page.removesuffix("index") if page.endswith("index") else f"{page}/")


def locale_of(address: str) -> str:
    """The language of an address, or of a path in the built site."""
    return next((one for one in LOCALES if home(one) and address.startswith(home(one))), DEFAULT)


def pages(docs: Path = DOCS) -> list[str]:
    """The names of all pages that are written in any language, as `nn-module/modes`."""
    folders = [docs / locale for locale in LOCALES]
    files = ((folder, path) for folder in folders for path in folder.rglob("*.md"))
    return sorted({path.relative_to(folder).with_suffix("").as_posix() for folder, path in files})


def page_named(name: str) -> str:
    """A page as somebody has written it, `docs/en/nn-module/modes.md` too, by its name."""
    name = name.strip().removeprefix("docs/").removesuffix(".md")
    first, _, rest = name.partition("/")
    return rest if first in LOCALES else name


@cache
def nav() -> tuple[str, ...]:
    """The names of the pages in the navigation, in its order.

    Raises Mistake where no language has such a page.
    """

    def flat(entries: Any) -> Iterator[str]:
        for entry in entries if isinstance(entries, list) else [entries]:
            values = entry.values() if isinstance(entry, dict) else [entry]
            for value in values:
                yield from flat(value) if isinstance(value, list) else [value.removesuffix(".md")]

    names, known = tuple(flat(SETTINGS["nav"])), pages()
    for name in names:
        if name not in known:
            text = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
            line = text.count("\n", 0, text.find(f"{name}.md")) + 1
            near = difflib.get_close_matches(name, set(known) - set(names), 1)
            what = "no-nav-page-near" if near else "no-nav-page"
            raise Mistake(say(f"mkdocs.yml:{line}", what, name=name, near="".join(near)))
    return names


@cache
def data(name: str) -> Any:
    """A file of docs/data. Raises Mistake where it is not YAML."""
    with yaml_file(DATA / f"{name}.yml") as file:
        return yaml.load(file, LOADER)


def spoken_here() -> str:
    """The language of the system, as LC_ALL or LANG has it; English if it is none of ours."""
    set_to = next(filter(None, map(os.environ.get, ("LC_ALL", "LC_MESSAGES", "LANG"))), "en")
    return next((one for one in LOCALES if set_to.startswith(one)), "en")


def message(what: str, locale: str = "", /, **fields: Any) -> str:
    """What is wrong and what to do, from docs/data/messages.yml, in a language or the system's."""
    texts = data("messages")[what]
    return texts.get(locale or spoken_here(), texts["en"]).format(**fields)


def say(place: str, what: str, locale: str = "", /, **fields: Any) -> str:
    """`file:line: what is wrong, what to do`, in the language of the file if it has one."""
    own = re.match(rf"docs/({'|'.join(LOCALES)})/", place)
    return f"{place}: {message(what, locale or (own[1] if own else ''), **fields)}"


@cache
def words(locale: str) -> Any:
    """The words of the interface in one language, with the tree of docs/data/words.yml.

    Raises Mistake where one is missing.
    """
    path = DATA / "words.yml"

    def of(node: yaml.Node) -> Any:
        if not isinstance(node, yaml.MappingNode):
            raise Mistake(say(f"{relative(path)}:{node.start_mark.line + 1}", "by-language"))
        entries = {key.value: value for key, value in node.value}
        if not entries.keys() & set(LOCALES):
            return {key: of(value) for key, value in entries.items()}
        if locale not in entries:
            line = node.start_mark.line + 1
            raise Mistake(say(f"{relative(path)}:{line}", "words-lack", language=locale))
        return loader.construct_object(entries[locale], deep=True)

    with yaml_file(path) as file:
        loader = LOADER(file)
        root = loader.get_single_node() or yaml.MappingNode("", [])
    return of(root)
