"""Every message to a contributor is there in all languages, is used, and is said in one of them."""

import ast
import re

import pytest
from test_language import particles, style

from conftest import report
from tools.page import Page
from tools.site import DATA, LOCALES, ROOT, data, message, relative, say

FILE = DATA / "messages.yml"
FIELD = re.compile(r"\{(\w+)[^}]*\}")


def code():
    """(file, node) for all of the code that can say something."""
    for path in [*ROOT.glob("tools/*.py"), *ROOT.glob("tests/*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            yield relative(path), node


def test_every_message_is_whole_and_used():
    """In each language, with the same fields, in plain style; nothing stands there in vain."""
    problems = []
    used = {node.value for _, node in code() if isinstance(node, ast.Constant)}
    lines = FILE.read_text(encoding="utf-8").splitlines()
    for what, texts in data("messages").items():
        line = next(n for n, text in enumerate(lines, 1) if text.startswith(f"{what}:"))
        place = f"{relative(FILE)}:{line}"
        lacking = [one for one in LOCALES if not texts.get(one)]
        problems += [say(place, "words-lack", language=one) for one in lacking]
        fields = {frozenset(FIELD.findall(str(text))) for text in texts.values()}
        if len(fields) > 1 or len(texts) > len(LOCALES):
            problems.append(say(place, "other-fields", what=what))
        if what not in used:
            problems.append(say(place, "never-said", what=what))
        for locale, text in texts.items():
            shown = FIELD.sub("…", str(text))
            page = Page(locale, "messages", f"# X {{ #x }}\n\n{shown}\n")
            problems += [
                say(place, "stands-here", what=one, advice=advice)
                for rule in (style, particles)
                for _, one, advice in rule(page)
            ]
    report(problems)


def test_every_message_that_is_said_is_there():
    """By say and message, and by the say of a page."""
    problems = []
    for file, node in code():
        said = getattr(node, "func", None)
        name = getattr(said, "id", None) or getattr(said, "attr", None)
        if name in ("say", "message"):
            what = [*node.args, None, None][name == "say"]
            if isinstance(what, ast.Constant) and what.value not in data("messages"):
                problems.append(say(f"{file}:{node.lineno}", "no-message", what=what.value))
    report(problems)


@pytest.mark.parametrize(
    ("place", "system", "locale"),
    [
        ("docs/ko/glossary.md:1", "en_US.UTF-8", "ko"),
        ("docs/en/glossary.md:1", "ko_KR.UTF-8", "en"),
        ("snippets/a.md:1", "ko_KR.UTF-8", "ko"),
        ("docs/data/layers.yml:1", "C.UTF-8", "en"),
    ],
)
def test_it_is_said_in_the_language_of_its_file_or_of_the_system(
    place, system, locale, monkeypatch
):
    monkeypatch.setenv("LC_ALL", system)
    assert say(place, "by-language") == f"{place}: {message('by-language', locale)}"
