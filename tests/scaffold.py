"""`make new-page PAGE=…` and `make new-snippet SNIPPET=…`: files in both languages, in the navigation and in place.

What is left to write is marked with TODO, and the tests name it. Nothing that is there already is written over.
"""

import re
import sys
from pathlib import Path

from twins import DOCS, LOCALES, read

import snippet
from snippet import ROOT, SNIPPETS

NAME = re.compile(r"([a-z0-9][a-z0-9-]*/)*[a-z0-9][a-z0-9-]*")
BLOCK = "import torch\nfrom torch import nn\n\nraise NotImplementedError(\"TODO: write it\")\n"
STARTER = "from torch import nn\n\n\ndef answer():\n    ...  # 여기를 채운다 · fill this in\n\n\nprint(answer())  # TODO\n"
ANSWER = "from torch import nn\n\n\ndef answer():\n    raise NotImplementedError(\"TODO: the answer\")\n\n\nprint(answer())\n"
CHECK = """\
def check_answer():
    \"\"\"The first thing that is wrong with the answer, in Korean and English; None if nothing is.\"\"\"
    raise NotImplementedError("TODO: the check, as in the other exercises")


if hint := check_answer():
    raise AssertionError("\\n\\n".join(hint))
print("연습 {number}: 맞다. · Exercise {number}: right.")
"""


def stop(message: str):
    print(message)
    sys.exit(2)


def create(file: Path, text: str) -> None:
    """Write a new file, and say so."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8", newline="\n")
    print(f"{file.relative_to(ROOT)}: made. Write what is marked with TODO.")


def into_nav(page: str) -> None:
    """Add a page to the navigation, after the last one of its folder that has the like of its name."""
    file = ROOT / "mkdocs.yml"
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    folder, kind = page.rpartition("/")[0], r"\d+-" if exercise_of(page) else r"(?!\d+-)"
    like = re.compile(rf"\s*- (?:{re.escape(folder)}/)?{kind}[\w-]+\.md$")
    places = [number for number, line in enumerate(lines) if like.match(line.rstrip()) and (not folder or f"- {folder}/" in line)]
    if not places:
        return print(f"mkdocs.yml:1: add {page}.md to nav, where readers are to find it.")
    indent = re.match(r"\s*", lines[places[-1]])[0]
    lines.insert(places[-1] + 1, f"{indent}- {page}.md\n")
    file.write_text("".join(lines), encoding="utf-8", newline="\n")
    print(f"mkdocs.yml:{places[-1] + 2}: {page}.md added to nav. Move the line to where readers are to find it.")


def exercise_of(page: str) -> str | None:
    """The number of an exercise, if the page is to be one."""
    match = re.fullmatch(r"nn-module/exercises/(\d+)-[a-z0-9-]+", page)
    return match and match[1]


def new_page(page: str) -> None:
    """Make a page in both languages; if it is nn-module/exercises/7-name, its snippets too."""
    if not NAME.fullmatch(page):
        stop(f"PAGE={page}: a page is named in small letters, digits and hyphens, as nn-module/parameters is.")
    files = {locale: DOCS / locale / f"{page}.md" for locale in LOCALES}
    for file in files.values():
        if file.exists():
            stop(f"PAGE={page}: {file.relative_to(ROOT)} is there already.")
    number, name = exercise_of(page), page.rpartition("/")[2]
    for locale, file in files.items():
        text = (DOCS / "theme/new" / locale / ("exercise.md" if number else "page.md")).read_text(encoding="utf-8")
        put = {"PAGE": page, "FILE": name, "NUMBER": number or "", "NAME": re.sub(r"^\d+-", "", name)}
        create(file, re.sub("|".join(put), lambda word: put[word[0]], text))
    if number:
        create(SNIPPETS / page / "starter.md", snippet.PRINTING.format(code=STARTER, output="None\n"))
        create(SNIPPETS / page / "solution.md", snippet.SOLUTION.format(answer=ANSWER, check=CHECK.format(number=number), output="TODO\n"))
        create(SNIPPETS / page / "wrong/todo.md", snippet.WRONG.format(code=ANSWER, says="TODO\n"))
    into_nav(page)
    print(f"One language is enough: delete the other file, and the page is shown in both. Then: make check, make test PAGE={page}")


def new_snippet(name: str, section: str | None) -> None:
    """Make a snippet, and include it at the end of a section of its page, in each language that has the page."""
    name = name.removeprefix("snippets/").removesuffix(".md")
    page, _, own = name.rpartition("/")
    if not NAME.fullmatch(name) or not any(read(page, locale) for locale in LOCALES):
        stop(f"SNIPPET={name}: name the page and the snippet, as in nn-module/parameters/freeze. A new page comes first: make new-page.")
    if (SNIPPETS / f"{name}.md").exists():
        stop(f"SNIPPET={name}: snippets/{name}.md is there already.")
    places = {locale: sections for locale in LOCALES if (sections := read(page, locale))}
    for locale, sections in places.items():
        if section and section not in [one.anchor for one in sections]:
            stop(f"SECTION={section}: docs/{locale}/{page}.md has {', '.join(one.anchor or '-' for one in sections)}.")
    create(SNIPPETS / f"{name}.md", snippet.SILENT.format(code=BLOCK))
    for locale, sections in places.items():
        at = next((place for place, one in enumerate(sections) if one.anchor == section), len(sections) - 1)
        texts = [one.text for one in sections]
        texts[at] = texts[at].rstrip("\n") + f'\n\n--8<-- "{name}.md"\n' + "\n" * (at + 1 < len(texts))
        file = DOCS / locale / f"{page}.md"
        file.write_text("".join(texts), encoding="utf-8", newline="\n")
        print(f"docs/{locale}/{page}.md:{''.join(texts[:at + 1]).rstrip().count(chr(10)) + 1}: included here. Move the line, and write around it.")
    print("Then: make record, and git diff")


if __name__ == "__main__":
    {"new-page": new_page, "new-snippet": new_snippet}[sys.argv[1]](*(word or None for word in sys.argv[2:]))
