"""Read snippets, and run them one by one, each as if alone in a fresh interpreter."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SNIPPETS = ROOT / "snippets"

FORM = """\
```python
(the code)
```
<!--pytest-codeblocks:expected-output-->
```text
(what it prints)
```"""
_SNIPPET = re.compile(
    r"```python\n(?P<code>(?:(?!```).*\n)*)```\n"
    r"(?:<!--pytest-codeblocks:expected-output-->\n```text\n(?P<output>(?:(?!```).*\n)*)```\n)?"
)
# Line 1 of a snippet is its fence, so line n of the block is line n + 1 of the file.
FIRST_CODE_LINE = 2


class SnippetError(Exception):
    """A snippet that is not of the form that `FORM` shows; the message names file, line and mend."""


@dataclass(frozen=True)
class Snippet:
    path: Path
    code: str
    output: str | None  # None: the page shows no output

    @property
    def name(self) -> str:
        """The path from the repository's root, as a message or an editor wants it."""
        return self.path.relative_to(ROOT).as_posix()

    def output_line(self) -> int:
        """The line of the file at which its expected output begins."""
        return FIRST_CODE_LINE + self.code.count("\n") + 3

    def with_output(self, output: str) -> str:
        """The text of the file, with `output` in place of the one it has (none if empty)."""
        text = f"```python\n{self.code}```\n"
        if output:
            text += f"<!--pytest-codeblocks:expected-output-->\n```text\n{output}```\n"
        return text


def read(path: Path) -> Snippet:
    """Read one snippet file. Raises SnippetError where it is not of the one form."""
    text = path.read_text(encoding="utf-8")
    match = _SNIPPET.fullmatch(text)
    if match is None:
        raise SnippetError(_what_is_wrong(path, text))
    return Snippet(path, match["code"], match["output"])


def _what_is_wrong(path: Path, text: str) -> str:
    """One line that says where the file leaves the form, and what to write instead."""
    expected = re.compile(r"```(python|text)?|<!--pytest-codeblocks:expected-output-->")
    for number, line in enumerate(text.splitlines(), 1):
        if line.lstrip().startswith(("```", "<!--")) and not expected.fullmatch(line):
            return (
                f"{path.relative_to(ROOT)}:{number}: {line!r} would be skipped or misread by "
                "pytest-codeblocks. A fence is exactly ```python or ```text, without a title or options."
            )
    if not text.endswith("\n"):
        return f"{path.relative_to(ROOT)}:{text.count(chr(10)) + 1}: the last line has no line end. Add one."
    if start := _SNIPPET.match(text):
        line = text[: start.end()].count("\n") + 1
        rest = text[start.end() :].splitlines()[0]
        return f"{path.relative_to(ROOT)}:{line}: {rest!r} stands behind the snippet. Take it out: a file holds one block."
    return (
        f"{path.relative_to(ROOT)}:1: a snippet is one python block and, if it prints, its output, "
        f"with nothing before, between or after:\n{FORM}"
    )


def paths() -> list[Path]:
    """Every snippet file, in the order of its name."""
    return sorted(SNIPPETS.rglob("*.md"))


@dataclass(frozen=True)
class Result:
    stdout: str
    error: str | None  # "raises ValueError: …" or "is stopped after …", to follow "the block"
    error_line: int | None  # the line in the snippet's file

    def __str__(self) -> str:
        return self.stdout if self.error is None else f"{self.stdout}(the block {self.error})\n"


class FreshInterpreters:
    """Runs blocks as `python -` would, but forks each from a process that has imported torch once.

    `disturbed` changes what a careless block depends on without knowing: the hash seed and the number
    of threads. (The random seeds are new in every run.) A block that stands alone prints the same.
    """

    def __init__(self, disturbed: bool = False):
        env = dict(os.environ, PYTHONHASHSEED="7" if disturbed else "0")
        self._server = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("fork_server.py")), *["disturbed"] * disturbed],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=env, cwd="/",
        )

    def run(self, code: str) -> Result:
        """Run one block in a child of its own; stops it after 20 seconds."""
        self._server.stdin.write(json.dumps(code) + "\n")
        self._server.stdin.flush()
        answer = json.loads(self._server.stdout.readline())
        line = answer["line"]
        return Result(answer["stdout"], answer["error"], line and line + FIRST_CODE_LINE - 1)

    def close(self) -> None:
        self._server.stdin.close()
        self._server.wait()
