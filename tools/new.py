"""Makes the files of a new page or snippet, in every language, in the navigation and in place.

What is left to write is marked with TODO, and the tests name it. Nothing is written over.
"""

import re
from pathlib import Path

from tools import snippet
from tools.page import Page
from tools.site import DOCS, EXERCISE, LOCALES, ROOT, SNIPPETS, Mistake, message, relative, say

NAME = re.compile(r"([a-z0-9][a-z0-9-]*/)*[a-z0-9][a-z0-9-]*")
BLOCK = """\
import torch
from torch import nn

# TODO ko: 코드. 이것만으로 실행되고, 휴대폰에 들어간다.
# TODO en: the code. It runs alone, and fits a phone.
"""
STARTER = """\
from torch import nn


def answer():
    # ko: 여기를 채운다.
    # en: Fill this in.
    ...


print(answer())  # TODO
"""
ANSWER = """\
from torch import nn


def answer():
    raise NotImplementedError("TODO: the answer")


print(answer())
"""
CHECK = """\
language = "ko"


def check_answer():
    \"\"\"What is wrong with the answer, first, in Korean and English; None if nothing is.\"\"\"
    raise NotImplementedError("TODO: the check, as in the other exercises")


if hint := check_answer():
    raise AssertionError(hint[language != "ko"])
print("맞다." if language == "ko" else "Right.")
"""


def create(file: Path, text: str) -> None:
    """Write a new file, and say so."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8", newline="\n")
    print(say(relative(file), "made"))


def into_nav(page: str) -> None:
    """Add a page to the navigation, after the last of its folder that has the like of its name."""
    file = ROOT / "mkdocs.yml"
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    within = f"{page.rpartition('/')[0]}/" if "/" in page else ""
    kind = r"\d+-" if EXERCISE.fullmatch(page) else r"(?!\d+-)"
    like = re.compile(rf"(\s*)- {re.escape(within)}{kind}[\w-]+\.md$")
    places = [(number, m[1]) for number, line in enumerate(lines, 1) if (m := like.match(line))]
    if not places:
        print(say("mkdocs.yml:1", "add-to-nav", page=page))
        return
    number, indent = places[-1]
    lines.insert(number, f"{indent}- {page}.md\n")
    file.write_text("".join(lines), encoding="utf-8", newline="\n")
    print(say(f"mkdocs.yml:{number + 1}", "added-to-nav", page=page))


def new_page(page: str) -> int:
    """Make a page and its first snippet; if it is NOTE/exercises/7-name, all of its snippets."""
    if not NAME.fullmatch(page):
        raise Mistake(say(f"PAGE={page}", "page-name"))
    for locale in LOCALES:
        if Page.read(locale, page).path.exists():
            raise Mistake(say(f"PAGE={page}", "there-already", file=f"docs/{locale}/{page}.md"))
    exercise = EXERCISE.fullmatch(page)
    own = page.rpartition("/")[2]
    number, name = exercise.group("number", "name") if exercise else ("", own)
    words = {"PAGE": page, "FILE": own, "NUMBER": number, "NAME": name}
    for locale in LOCALES:
        template = DOCS / f"theme/new/{locale}/{'exercise' if exercise else 'page'}.md"
        if template.exists():
            text = template.read_text(encoding="utf-8")
            text = re.sub("|".join(words), lambda word: words[word[0]], text)
            create(DOCS / locale / f"{page}.md", text)
    if exercise:
        for file, form, parts in (
            ("starter", snippet.PRINTING, {"code": STARTER, "output": "None\n"}),
            ("solution", snippet.SOLUTION, {"answer": ANSWER, "check": CHECK, "output": "TODO\n"}),
            ("wrong/todo", snippet.WRONG, {"code": ANSWER, "says": "TODO\n", "said": "TODO\n"}),
        ):
            create(SNIPPETS / page / f"{file}.md", form.format(**parts))
    else:
        create(SNIPPETS / page / "first.md", snippet.SILENT.format(code=BLOCK))
    into_nav(page)
    print(message("one-language", page=page))
    return 0


def new_snippet(name: str, section: str) -> int:
    """Make a snippet, and include it at the end of a section of its page, in each language."""
    name = name.removeprefix("snippets/").removesuffix(".md")
    page = name.rpartition("/")[0]
    written = [one for one in (Page.read(locale, page) for locale in LOCALES) if one.text]
    if not NAME.fullmatch(name) or not written:
        raise Mistake(say(f"SNIPPET={name}", "snippet-name"))
    if (SNIPPETS / f"{name}.md").exists():
        raise Mistake(say(f"SNIPPET={name}", "there-already", file=f"snippets/{name}.md"))
    for one in written:
        anchors = [part.anchor or "-" for part in one.sections]
        if section and section not in anchors:
            known = {"page": one.file, "anchors": ", ".join(anchors)}
            raise Mistake(say(f"SECTION={section}", "section-name", **known))
    create(SNIPPETS / f"{name}.md", snippet.SILENT.format(code=BLOCK))
    for one in written:
        anchors = [part.anchor for part in one.sections]
        end = anchors.index(section) + 1 if section else len(anchors)
        texts = [part.text for part in one.sections]
        above = "".join(texts[:end]).rstrip("\n") + f'\n\n--8<-- "{name}.md"\n'
        below = "".join(["\n" * (end < len(texts)), *texts[end:]])
        one.path.write_text(above + below, encoding="utf-8", newline="\n")
        line = above.count("\n")
        print(one.say(line, "included"))
    print(message("then-record"))
    return 0
