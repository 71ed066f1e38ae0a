"""The questions in the pages: docs/data/questions.yml, and how a page and a notebook show it.

A page shows a question with a line `{{ question("nn-module/modes/frozen-norm") }}`, and all of
its note with `{{ questions() }}`. The lines look like macros and are none: they are expanded before
the macros are, so that a page needs no import for them, and they do not count when it is compared
with its twin, since a question has both languages in one place.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from tools import snippet
from tools.page import OLD_ADDRESS, Page
from tools.site import (
    DATA,
    LOADER,
    LOCALES,
    SNIPPETS,
    Mistake,
    message,
    nav,
    relative,
    say,
    words,
    yaml_file,
)

FILE = DATA / "questions.yml"
LINE = re.compile(r'\{\{ (?:question\("(?P<id>[^"]*)"\)|(?P<all>questions\(\))) \}\}')
FIELDS = {"id", "block", "asks", "ask", "choices"}
CHOICE = {"right", "text", "prints", "block", "why"}
SAID = {"text", "prints", "block"}  # what a wrong choice says, in one of three ways
# What of a built page is no text of its own: a question, and the headings of the page of all.
BUILT = re.compile(r'<section class="question".*?</section>|<h2 class="asked".*?</h2>', re.DOTALL)
Texts = dict[str, str]  # by language


class Choice(NamedTuple):
    """A choice of a question, and what to tell whoever takes it."""

    line: int
    right: bool
    text: Texts | None  # None: it is what a block prints
    prints: str
    why: Texts
    block: str  # the one that prints a wrong choice; empty for the others


class Question(NamedTuple):
    """A question: what is asked of which block, and its choices."""

    line: int
    id: str
    asks: str  # the earlier page that it asks about again; empty if it does not
    block: snippet.Snippet
    ask: Texts
    choices: list[Choice]

    @property
    def page(self) -> str:
        """The page that it stands on."""
        return self.id.rpartition("/")[0]

    @property
    def path(self) -> str:
        """Of the block that it is about, as a page includes it."""
        return self.block.path.relative_to(SNIPPETS).as_posix()

    @property
    def anchor(self) -> str:
        """Its address on that page."""
        return f"ask-{self.id.rpartition('/')[2]}"

    @property
    def right(self) -> int:
        """The place of the right choice."""
        return next(place for place, choice in enumerate(self.choices) if choice.right)

    @property
    def is_why(self) -> bool:
        """Whether it asks why the block prints this, and not what it prints."""
        return self.choices[self.right].text is not None


@cache
def questions(file: Path = FILE) -> dict[str, Question]:
    """All questions, by id. Raises Mistake, with file and line, for the first that is not whole."""
    found: dict[str, Question] = {}
    for line, fields, lines in entries(file):
        if what := next(wrong(line, fields, lines), None):
            raise Mistake(f"{relative(file)}:{what[0]}: {what[1]}")
        if twin := found.get(fields["id"]):
            raise Mistake(say(f"{relative(file)}:{line}", "same-question", line=twin.line))
        block = snippet.read(SNIPPETS / fields["block"])
        choices = []
        for place, given in zip(lines, fields["choices"]):
            right, path = bool(given.get("right")), given.get("block", "")
            printed = block if right else snippet.read(SNIPPETS / path) if path else None
            prints = given.get("prints") or (printed.output if printed else "") or ""
            choices.append(Choice(place, right, given.get("text"), prints, given["why"], path))
        head = line, fields["id"], fields.get("asks", ""), block
        found[fields["id"]] = Question(*head, fields["ask"], choices)
    return found


def entries(file: Path) -> list[tuple[int, dict[str, Any], list[int]]]:
    """Each question as the file has it: its line, its fields, and the lines of its choices."""
    with yaml_file(file) as text:
        loader = LOADER(text)
        root = loader.get_single_node()
    found = []
    for node in root.value if isinstance(root, yaml.SequenceNode) else [root]:
        line = node.start_mark.line + 1 if node else 1
        if not isinstance(node, yaml.MappingNode):
            raise Mistake(say(f"{relative(file)}:{line}", "not-a-question"))
        choices = {key.value: value for key, value in node.value}.get("choices")
        choices = choices.value if isinstance(choices, yaml.SequenceNode) else []
        lines = [one.start_mark.line + 1 for one in choices]
        for number, choice in zip(lines, choices):
            if not isinstance(choice, yaml.MappingNode):
                raise Mistake(say(f"{relative(file)}:{number}", "not-a-choice"))
        found.append((line, loader.construct_object(node, deep=True), lines))
    return found


def wrong(line: int, fields: dict, lines: list[int]) -> Iterator[tuple[int, str]]:
    """(line, what is wrong and what to do) for what keeps a question from being asked."""
    name = fields.get("id", "?")
    page = str(name).rpartition("/")[0]
    languages = [one for one in LOCALES if Page.read(one, page).text]

    def at(place: int, what: str, **given: Any) -> tuple[int, str]:
        return place, f"{name}: {message(what, **given)}"

    def unsaid(place: int, field: str, texts: Any) -> Iterator[tuple[int, str]]:
        """For a text that is to be in every language that has the question's page."""
        if not isinstance(texts, dict):
            yield at(place, "field-by-language", field=field)
            return
        for one in languages:
            if not texts.get(one):
                yield at(place, "field-lacks", field=field, language=one)

    if odd := fields.keys() - FIELDS:
        yield at(line, "question-field", field=min(odd), fields=", ".join(sorted(FIELDS)))
    if page not in nav():
        yield at(line, "question-page")
    if "block" not in fields:
        yield at(line, "question-block")
    elif what := no_output(fields["block"]):
        yield line, f"{name}: {what}"
    yield from unsaid(line, "ask", fields.get("ask"))
    if not 3 <= len(lines) <= 4:
        yield at(line, "question-choices", count=len(lines))
        return
    choices = list(zip(lines, fields["choices"]))
    rights = [place for place, choice in choices if choice.get("right")]
    if len(rights) != 1:
        yield at(rights[1] if rights else line, "question-right", count=len(rights))
    for place, choice in choices:
        if odd := choice.keys() - CHOICE:
            yield at(place, "choice-field", field=min(odd), fields=", ".join(sorted(CHOICE)))
        if "why" not in choice:
            yield at(place, "choice-why")
        for field in ("why", "text"):
            if field in choice:
                yield from unsaid(place, field, choice[field])
        said = SAID & choice.keys()
        if choice.get("right") and said - {"text"}:
            yield at(place, "choice-right-says", field=min(said - {"text"}))
        elif not choice.get("right") and len(said) != 1:
            yield at(place, "choice-wrong-says", fields=", ".join(sorted(SAID)))
        if "block" in choice and (what := no_output(choice["block"])):
            yield place, f"{name}: {what}"


def said(texts: dict[str, str], locale: str) -> str:
    """A text in a language; in another one on a page that is not written in this."""
    return texts.get(locale) or next(iter(texts.values()))


def no_output(path: str) -> str:
    """Why a block cannot be asked about; nothing if it can."""
    if not (SNIPPETS / path).is_file():
        return message("no-snippet", path=f"snippets/{path}")
    try:
        shown = snippet.read(SNIPPETS / path).output
    except Mistake as mistake:
        return str(mistake)
    return "" if shown else message("shows-no-output", path=f"snippets/{path}")


def standing(page: Page) -> dict[int, re.Match[str]]:
    """The lines of a page that show questions."""
    found = {number: LINE.fullmatch(line) for number, line in page.lines}
    return {number: match for number, match in found.items() if match}


def asked(page: Page, number: int, match: re.Match[str]) -> Question:
    """The question that a line of a page shows. Raises Mistake if there is none."""
    if question := questions().get(match["id"]):
        return question
    raise Mistake(page.say(number, "no-question", id=match["id"]))


def expanded(page: Page) -> str:
    """The Markdown of a page with its questions in place."""
    lines = page.text.splitlines()
    for number, match in standing(page).items():
        if match["all"]:
            lines[number - 1] = everything(page)
        else:
            question = asked(page, number, match)
            on_page = {one.path for one in page.includes}
            lines[number - 1] = markdown(question, page, question.path not in on_page)
    return "\n".join(lines) + "\n"


def everything(page: Page) -> str:
    """A note's questions by page, in the order of the navigation, each with the way back to it."""
    say, parts = words(page.locale)["questions"], ["/// html | div.known\n\n///"]
    note = page.name.partition("/")[0]
    for name in nav():
        if name.partition("/")[0] != note:
            continue
        own = [one for one in questions().values() if one.page == name]
        if not own:
            continue
        there = Page.as_written(page.locale, name)
        anchor, link = name.rpartition("/")[2], path_to(page, name)
        parts.append(f"## {there.title().title} {{ #of-{anchor} .asked }}")
        sections = {
            match["id"]: section
            for section in there.sections
            for match in LINE.finditer(section.text)
        }
        for one in own:
            section = sections.get(one.id, there.title())
            title = OLD_ADDRESS.sub("", section.title).strip()
            back = f"{say['again']}: [{title}]({link}#{section.anchor})"
            parts.append(markdown(one, page, True, f"{back}\n{{: .again }}"))
    return "\n\n".join(parts)


def markdown(question: Question, page: Page, code: bool, after: str = "") -> str:
    """A question as a page shows it: choices that unfold; assets/questions.js makes a form."""
    say = words(page.locale)["questions"]
    label = f"**{say['question']}**"
    if question.asks:
        title = Page.as_written(page.locale, question.asks).title().title
        where, note = f"[{title}]({path_to(page, question.asks)})", question.asks.partition("/")[0]
        if note != page.name.partition("/")[0]:
            where = say["of-note"][note].format(where)
        label += f" ({where})"
    parts = [f"{label}  \n{said(question.ask, page.locale)}"]
    parts += shown(question) if code else []
    for choice in question.choices:
        title = in_one_line(choice, page.locale, "<br>")
        parts.append(f"/// details | {title}\n\n{explained(choice, page.locale)}\n\n///")
    attributes = f"data-question='{question.id}' data-right='{question.right}'"
    opening = f"//// html | section#{question.anchor}.question[{attributes}]"
    return "\n\n".join([opening, *parts, *filter(None, [after]), "////"])


def shown(question: Question) -> list[str]:
    """The block of a question; with its output if that is not what is asked."""
    code = f"```python\n{question.block.code}```"
    return [code, f"```text\n{question.block.output}```"] if question.is_why else [code]


def in_one_line(choice: Choice, locale: str, between: str) -> str:
    """A choice in one line of Markdown, with something between the lines of an output."""
    if choice.text:
        return said(choice.text, locale)
    return between.join(f"`{line}`" for line in choice.prints.splitlines())


def explained(choice: Choice, locale: str) -> str:
    """Whether a choice is right, and why."""
    verdict = words(locale)["questions"]["right" if choice.right else "wrong"]
    return f"**{verdict}** {said(choice.why, locale)}"


def in_words(page: Page, text: str) -> str:
    """A piece of a page as a notebook shows it: the questions as text, the answers folded."""

    def told(match: re.Match[str]) -> str:
        question, say = questions()[match["id"]], words(page.locale)["questions"]
        parts = [f"**{say['question']}.** {said(question.ask, page.locale)}"]
        parts += [] if f'"{question.path}"' in page.text else shown(question)
        names = [in_one_line(choice, page.locale, " / ") for choice in question.choices]
        parts.append("\n".join(f"- {name}" for name in names))
        fold = [f"<details><summary>{say['answers']}</summary>"]
        for name, choice in zip(names, question.choices):
            fold.append(f"> {name}\n\n{explained(choice, page.locale)}")
        return "\n\n".join([*parts, *fold, "</details>"])

    return re.sub(rf"^{LINE.pattern}$", told, text, flags=re.MULTILINE)


def path_to(page: Page, name: str) -> str:
    """A link from a page to another one."""
    return posixpath.relpath(f"{name}.md", posixpath.dirname(page.name))


def unsearched(content: str) -> str:
    """The HTML of a page without its questions: a search is not to find wrong choices."""
    return BUILT.sub("", content)
