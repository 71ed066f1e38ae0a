"""Runs every snippet, and rewrites what it prints and the lab's data where they changed.

A file whose block fails is left as it is. When all blocks ran, docs/data/verified.yml is given
the PyTorch release and the date that the pages show.
"""

import datetime
import hashlib
from importlib.metadata import version
from pathlib import Path

from tools import snippet
from tools.run import Interpreter
from tools.site import DATA, SNIPPETS, Mistake, message, relative, say

VERIFIED = """\
# Written by `make record`: with which PyTorch, and when, all blocks printed what the pages show.
extra:
  verified: {{torch: {torch}, date: {date}, mark: {mark}}}
"""


def verified(torch: str, date: datetime.date) -> str:
    """The file that says so; its mark is not that of a file edited by hand."""
    mark = hashlib.sha256(f"{torch} {date}".encode()).hexdigest()[:6]
    return VERIFIED.format(torch=torch, date=date, mark=f"m{mark}")


def rewritten(path: Path, text: str) -> bool:
    """Whether a file had to be written to hold this text; it is named then."""
    if path.exists() and text == path.read_text(encoding="utf-8"):
        return False
    path.write_text(text, encoding="utf-8", newline="\n")
    print(say(relative(path), "rewritten"))
    return True


def new_text(block: snippet.Snippet, fresh: Interpreter, disturbed: Interpreter) -> str:
    """The text of a snippet's file with what the block prints now. Raises Mistake if it fails."""
    fresh.start(block.code)
    disturbed.start(block.code)
    result, again = fresh.result(), disturbed.result()

    def mistake(line: int, what: str, **fields: str) -> Mistake:
        return Mistake(say(f"{block.name}:{line}", "not-written", why=message(what, **fields)))

    if result.error:
        raise mistake(block.file_line(result.line), "block", does=result.error)
    if result.stdout and not result.stdout.endswith("\n"):
        raise mistake(1, "last-line-open")
    if result != again:
        raise mistake(1, "two-runs-differ")
    if block.path.parent.name != "wrong":
        return block.with_output(result.stdout)
    says = []
    for locale in snippet.SPOKEN:
        verdict = fresh.run(block.checked(locale)).error or ""
        if not verdict.startswith(message("raises", error="AssertionError: ")):
            raise mistake(1, "not-rejected", does=verdict or message("passes"))
        says.append(verdict.removeprefix(message("raises", error="")) + "\n")
    return block.with_says(*says)


def record(page: str) -> int:
    """Rewrite what has changed, of one page or, without a name, of all; 1 if a block failed."""
    changed = failed = 0
    paths = [path for path in snippet.paths() if not page or SNIPPETS / page in path.parents]
    with Interpreter() as fresh, Interpreter(disturbed=True) as disturbed:
        for path in paths:
            try:
                block = snippet.read(path)
                if reason := snippet.lacks(block.needs):
                    print(say(block.name, "left-as-it-is", why=reason))
                else:
                    changed += rewritten(path, new_text(block, fresh, disturbed))
            except Mistake as mistake:
                failed += 1
                print(mistake)
    if not page:
        from tools import figures, touched  # they import torch

        files = figures.files() | touched.files()
        changed += sum(rewritten(path, text) for path, text in files.items())
    print(message("recorded", changed=changed, failed=failed, all=len(paths)))
    if failed or page:
        return bool(failed or not paths)
    release = version("torch").partition("+")[0]
    text = verified(release, datetime.date.today())
    (DATA / "verified.yml").write_text(text, encoding="utf-8", newline="\n")
    return 0
