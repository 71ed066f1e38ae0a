"""The one reader of the one form of a snippet: a block and its output, or parts of an exercise."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from importlib.metadata import version
from pathlib import Path

from tools.site import DEFAULT, SNIPPETS, Mistake, message, relative, say, words

# The forms of a snippet's file. A page shows `answer`, `check` and `output` of a solution apart, by
# the names of its sections (pymdownx.snippets); pytest-codeblocks does not see those comments, and
# runs answer and check as one block.
SILENT = """\
```python
{code}```
"""
PRINTING = (
    SILENT
    + """\
<!--pytest-codeblocks:expected-output-->
```text
{output}```
"""
)
# A block that the oldest supported PyTorch cannot run: the mark is for pytest, the comment for the
# reader.
NEEDS = """\
<!--pytest.mark.needs_torch("{release}")-->
```python
# Needs PyTorch {release}.
{code}```
<!--pytest-codeblocks:expected-output-->
```text
{output}```
"""
SOLUTION = """\
<!-- --8<-- [start:answer] -->
```python
{answer}```
<!-- --8<-- [end:answer] -->
<!--pytest-codeblocks:cont-->
<!-- --8<-- [start:check] -->
```python
{check}```
<!-- --8<-- [end:check] -->
<!--pytest-codeblocks:expected-output-->
<!-- --8<-- [start:output] -->
```text
{output}```
<!-- --8<-- [end:output] -->
"""
WRONG = """\
```python
{code}```

```pytb
{says}```

```pytb
{said}```
"""
MODULES = sorted(SNIPPETS.glob("*.py"))  # what snippets may import beside packages
SECTIONS = ("answer", "check", "output")
# The parts of the forms, each with the message that says what stands there.
PARTS = {
    "code": "part-code",
    "output": "part-output",
    "answer": "part-answer",
    "check": "part-check",
    "says": "part-says",
    "said": "part-said",
}
SPOKEN = "ko", "en"  # the languages of the exercises' checks and comments
# An answer with this line is a piece of one: it stands below the solution's, and replaces it.
PIECE = "# en: The rest is as in the solution."
LANGUAGE = re.compile(r'^language = "\w+"$', re.MULTILINE)
OF_ONE_LANGUAGE = re.compile(
    rf"^(?P<before> *# )(?P<locale>{'|'.join(SPOKEN)}): (?P<text>.*)\n", re.MULTILINE
)
BOTH = re.compile(r"^(```pytb\n(?:.*\n)*?```\n)\n(```pytb\n(?:.*\n)*?```\n)", re.MULTILINE)


@dataclass(frozen=True)
class Snippet:
    """A snippet's file, read: which form it has, and what stands in it."""

    path: Path
    form: str
    parts: dict[str, str]

    @property
    def name(self) -> str:
        """The path from the repository's root, as a message or an editor wants it."""
        return relative(self.path)

    @property
    def code(self) -> str:
        """What pytest-codeblocks runs: the block, or an answer and its check."""
        if "code" not in self.parts:
            return self.answer + self.check
        return f"# Needs PyTorch {self.needs}.\n" * bool(self.needs) + self.parts["code"]

    @property
    def needs(self) -> str | None:
        """The release of PyTorch that the block cannot run without; None if all will do."""
        return self.parts.get("release")

    @property
    def answer(self) -> str:
        """The answer of a solution."""
        return self.parts["answer"]

    @property
    def check(self) -> str:
        """What judges an answer that stands above it."""
        return self.parts["check"]

    @property
    def output(self) -> str | None:
        """What the page shows as printed; None if it shows nothing."""
        return self.parts.get("output")

    def says(self, locale: str) -> str:
        """The end of the traceback in which the check rejects a wrong answer."""
        return self.parts.get("says" if locale == SPOKEN[0] else "said", "")

    @property
    def whole(self) -> str:
        """An answer of an exercise; a piece of one stands below the solution's."""
        return solution_of(self.path).answer * (PIECE in self.code) + self.code

    def checked(self, locale: str = DEFAULT) -> str:
        """An answer of an exercise, followed by its check, which speaks this language."""
        return self.whole + spoken(solution_of(self.path).check, locale)

    def spoken(self, locale: str) -> Snippet:
        """The snippet as a page in this language shows it."""
        parts = {name: spoken(part, locale) for name, part in self.parts.items()}
        return Snippet(self.path, self.form, parts)

    def line_of(self, part: str) -> int:
        """The line of the file at which a part begins."""
        return self.form.partition(f"{{{part}}}")[0].format(**self.parts).count("\n") + 1

    def file_line(self, code_line: int | None) -> int:
        """The line of the file on which a line of `code` stands; 1 if that is not known."""
        if code_line is None:
            return 1
        if "code" in self.parts:
            return self.line_of("code") + code_line - 1 - bool(self.needs)
        after = code_line - self.answer.count("\n")
        if after > 0:
            return self.line_of("check") + after - 1
        return self.line_of("answer") + code_line - 1

    def with_output(self, output: str) -> str:
        """The text of the file, with `output` in place of the one it has (none if empty)."""
        form = (PRINTING if output else SILENT) if self.form in (PRINTING, SILENT) else self.form
        return form.format(**{**self.parts, "output": output})

    def with_says(self, says: str, said: str) -> str:
        """The text of a wrong answer's file, with what the check says to it, twice."""
        return WRONG.format(**{**self.parts, "says": says, "said": said})


def spoken(text: str, locale: str) -> str:
    """A snippet, or a part of one, as a page in this language shows it.

    The snippets of an exercise are written for all languages, and run in the first: comments begin
    with `ko:` and `en:`, a check has a line `language = "ko"`, and what it says stands twice.
    """
    right, default = (words(one)["right"] for one in (locale, DEFAULT))
    own = locale if locale in SPOKEN else SPOKEN[1]
    text = LANGUAGE.sub(f'language = "{locale}"', text)
    text = re.sub(rf"^{re.escape(default)}$", right, text, flags=re.MULTILINE)
    text = BOTH.sub(r"\1" if own == SPOKEN[0] else r"\2", text)
    return OF_ONE_LANGUAGE.sub(
        lambda m: f"{m['before']}{m['text']}\n" if m["locale"] == own else "", text
    )


def marked(text: str, path: Path, locale: str) -> str:
    """The text of a wrong answer, its fence naming the lines that its solution does not have.

    Not where these are most of its code: it goes another way then, and all of it would be marked.
    """
    try:
        solution = spoken(solution_of(path).answer, locale).splitlines()
    except (Mistake, OSError):  # the page that includes it, or its own test, says so
        return text
    lines = text.partition("\n")[2].partition("\n```")[0].splitlines()
    same = SequenceMatcher(None, solution, lines, autojunk=False).get_matching_blocks()
    held = {number for _, start, size in same for number in range(start, start + size)}
    code = [at for at, line in enumerate(lines) if line and not line.lstrip().startswith("#")]
    other = [str(number + 1) for number in code if number not in held]
    few = 0 < len(other) <= len(code) / 2
    return text.replace("\n", f' hl_lines="{" ".join(other)}"\n', 1) if few else text


def forms(path: Path) -> tuple[str, ...]:
    """The forms that a file of this name may have."""
    if path.parent.name == "wrong":
        return SILENT, WRONG  # the first is one that `make record` has not run yet
    return (SOLUTION,) if path.name == "solution.md" else (SILENT, NEEDS, PRINTING)


def read_text(path: Path) -> str:
    """The text of a file. Raises Mistake, with the line, where it is not UTF-8."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise Mistake(say(f"{relative(path)}:{line}", "not-utf8")) from None


def read(path: Path) -> Snippet:
    """Read one snippet's file. Raises Mistake where it is not of its form."""
    text = read_text(path)
    for form in forms(path):
        pattern = re.escape(form)
        pattern = pattern.replace(r"\{release\}", r"(?P<release>\d+\.\d+)", 1)
        pattern = pattern.replace(r"\{release\}", "(?P=release)")
        pattern = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>(?:(?!```).*\n)*)", pattern)
        if match := re.fullmatch(pattern, text):
            return Snippet(path, form, match.groupdict())
    raise Mistake(_what_is_wrong(path, text))


def _what_is_wrong(path: Path, text: str) -> str:
    """One line that says where the file leaves its form, and what to write instead."""
    name, form = relative(path), NEEDS if "needs_torch" in text else forms(path)[-1]
    needs = re.search(r'needs_torch\("(\d+\.\d+)"\)', text)
    release = {"release": needs[1] if needs else "2.13"}
    marks = form.format(**dict.fromkeys(PARTS, ""), **release).splitlines()
    for number, line in enumerate(text.splitlines(), 1):
        if line.lstrip().startswith(("```", "<!--")) and line not in marks:
            others = ", ".join(dict.fromkeys(mark for mark in marks if mark != "```"))
            return say(f"{name}:{number}", "snippet-line", what=line, others=others)
    if not text.endswith("\n"):
        return say(f"{name}:{text.count(chr(10)) + 1}", "no-line-end")
    if text.count("```python\n") > (most := form.count("```python\n")):
        blocks = [number for number, line in enumerate(text.splitlines(), 1) if line == "```python"]
        return say(f"{name}:{blocks[most]}", "snippet-blocks")
    shown = {part: f"({message(what)})\n" for part, what in PARTS.items()}
    return say(f"{name}:1", "snippet-form", form=form.format(**shown, **release))


def lacks(release: str | None) -> str | None:
    """What to say of a block that the installed PyTorch is too old for; None if it is not."""
    installed = version("torch").partition("+")[0]
    if release and tuple(map(int, installed.split(".")[:2])) < tuple(map(int, release.split("."))):
        return message("needs-pytorch", release=release, installed=installed)
    return None


def paths() -> list[Path]:
    """Every snippet file, in the order of its name."""
    return sorted(SNIPPETS.rglob("*.md"))


def page_of(path: Path) -> Path:
    """The folder of the page that a snippet belongs to: an exercise has its answers below it."""
    inner = ("right", "wrong", "answers", "questions")
    return next(folder for folder in path.parents if folder.name not in inner)


def is_shown(path: Path) -> bool:
    """Whether a page is to include it: not an exercise's answers/, nor what a question shows."""
    return not {"answers", "questions"} & set(path.relative_to(page_of(path)).parts)


def solution_of(path: Path) -> Snippet:
    """The solution of the exercise that an answer belongs to. Raises Mistake, OSError."""
    return read(page_of(path) / "solution.md")
