"""What pytest-codeblocks lacks: a block's limits, a second run of it, and what to say if one fails.

pytest-codeblocks runs each block, in a fork of the test's process, with one thread. A second run,
as a fresh interpreter's, with another hash seed and all threads, has to print the same.
"""

from __future__ import annotations

import builtins
import difflib
import functools
import os
import re

import pytest
from xdist.scheduler import LoadFileScheduling

from tools import run, snippet
from tools.compare import in_words
from tools.page import Page
from tools.site import (
    LOCALES,
    ROOT,
    SNIPPETS,
    Mistake,
    message,
    nav,
    page_named,
    relative,
    say,
    words,
)

PAGE = page_named(os.environ.get("PAGE", ""))  # of `make test PAGE=nn-module/parameters`
PAGES = [Page.read(locale, PAGE) for locale in LOCALES]
# What `say` makes, as a test prints it.
FINDING = re.compile(
    r"^(?P<file>[\w./-]+\.\w+|Makefile)(?::(?P<line>\d+))?: (?P<told>.+)$", re.MULTILINE
)
# Two processes take files in this order, each the next one when it is done. One has the site built
# and opens its pages, while the other builds for itself and goes on to what needs torch.
FIRST = (
    "tests/test_every_page.py",
    "tests/test_builds.py",
    "snippets/data/lab/",
    "snippets/nn-module/lab/",
    "snippets/",
    "tests/test_notebooks.py",
    "tests/test_exercises.py",
    "tests/test_site.py",
    "tests/test_record.py",
    "tests/test_run.py",
    "tests/test_every_desk.py",
    "tests/test_browser.py",
)
INTERPRETER = pytest.StashKey[run.Interpreter]()


def pytest_configure(config):
    """Say in one line what no test could go on with, before there are processes to say it in."""
    try:
        nav()
        for locale in LOCALES:
            words(locale)
    except Mistake as mistake:
        raise pytest.UsageError(str(mistake)) from None
    if PAGE and not any(page.text for page in PAGES):
        raise pytest.UsageError(say(f"PAGE={PAGE}", "no-such-page"))


def pytest_terminal_summary(terminalreporter):
    """On GitHub, name each finding at its line of the pull request, and in the summary."""
    if not os.environ.get("GITHUB_ACTIONS") or "PYTEST_XDIST_WORKER" in os.environ:
        return
    failed = [*terminalreporter.getreports("failed"), *terminalreporter.getreports("error")]
    found = {
        (match["file"], int(match["line"] or 1), match["told"]): None
        for report in failed
        for match in FINDING.finditer(report.longreprtext)
        if (ROOT / match["file"]).is_file()
    }
    lines = [f"## {in_words('mend')}\n"]
    for file, line, told in found:
        escaped = told.replace("%", "%25")
        terminalreporter.write_line(f"::error file={file},line={line}::{escaped}")
        lines.append(f"- `{file}:{line}` {told}\n\n  > {sentence(file, line, told)}\n")
    if found and (summary := os.environ.get("GITHUB_STEP_SUMMARY")):
        with open(summary, "a", encoding="utf-8") as file:
            file.write("\n".join(lines))


def sentence(file: str, line: int, told: str) -> str:
    """What a finding is about: the sentence of its line with what it quotes, or the line."""
    text = (ROOT / file).read_text(encoding="utf-8", errors="ignore").splitlines()
    whole = "".join(text[line - 1 : line]).strip()
    quoted = re.search(r"[‘'`](.+?)[’'`]", told)
    parts = [one for one in re.split(r"(?<=[.?]) ", whole) if quoted and quoted[1] in one]
    return parts[0] if parts else whole


def fresh_interpreter(config) -> run.Interpreter:
    """The one that the blocks and all tests of this process share; it takes seconds to start."""
    if INTERPRETER not in config.stash:
        config.stash[INTERPRETER] = run.Interpreter()
        config.add_cleanup(config.stash[INTERPRETER].__exit__)
    return config.stash[INTERPRETER]


def is_of_page(value) -> bool:
    """Whether a page or a path, or an exercise by the name of its folder, is that of PAGE=…"""
    path, own = getattr(value, "path", value), SNIPPETS / PAGE
    pages = (own, own.name, *(page.path for page in PAGES))
    return path in pages or own in getattr(path, "parents", ())


def place(file: str) -> int:
    """Where in FIRST a file is."""
    places = (number for number, name in enumerate(FIRST) if file.startswith(name))
    return next(places, len(FIRST))


def pytest_collection_modifyitems(config, items):
    """With PAGE=… leave out what does not concern that page: its files, its snippets, its HTML.

    What takes long comes first: pytest itself goes by the names of files.
    """
    items.sort(key=lambda item: place(relative(item.path)))
    if not PAGE:
        return
    text = "".join(page.text for page in PAGES)

    def concerns(item):
        given = item.callspec.params.values() if hasattr(item, "callspec") else ()
        rows = (value for value in given if isinstance(value, dict))  # of layers.yml
        return (
            "shown" in getattr(item, "fixturenames", ())
            or item.name == "test_the_site_builds"
            or getattr(getattr(item, "function", None), "narrowed", False)  # conftest.for_each
            or any(f'card("{row.get("id")}")' in text for row in rows)
            or any(map(is_of_page, (item.path, *given)))
        )

    kept = [item for item in items if concerns(item)]
    config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    items[:] = kept


class Scheduling(LoadFileScheduling):
    """Gives a process a file, but all that share what takes seconds to one."""

    def _split_scope(self, nodeid):
        file = super()._split_scope(nodeid)
        return shared(file) or file


@functools.cache
def shared(file: str) -> str | None:
    """Which of what takes long in each process a file asks for."""
    text = (ROOT / file).read_text(encoding="utf-8", errors="ignore")
    return next((name for name, asks in run.LONG.items() if asks.search(text)), None)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    return Scheduling(config, log)


def is_block(item):
    """Whether an item is a block that pytest-codeblocks has found."""
    return type(item).__name__ == "TestBlock"


def pytest_itemcollected(item):
    """Have a block run as pytest-codeblocks runs it, but in a child that holds it to its limits."""
    if is_block(item):
        item.runtest = functools.partial(run_block, item, item.runtest)


def pytest_runtest_setup(item):
    """Skip a block that says it needs a newer PyTorch, and name both releases."""
    for mark in item.iter_markers("needs_torch"):
        if reason := snippet.lacks(*mark.args):
            pytest.skip(f"{relative(item.path)}:1: {reason}")


@pytest.hookimpl(hookwrapper=True)
def pytest_make_collect_report(collector):
    """Say of a file that is not UTF-8 its line, not where pytest-codeblocks has read it."""
    report = (yield).get_result()
    if report.failed and type(collector).__name__ == "MarkdownFile":
        try:
            snippet.read_text(collector.path)
        except Mistake as mistake:
            report.longrepr = str(mistake)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item):
    """A block that is skipped fails, since the page shows it as run."""
    report = (yield).get_result()
    if is_block(item) and report.skipped and not item.get_closest_marker("needs_torch"):
        report.outcome = "failed"
        report.longrepr = say(f"{relative(item.path)}:1", "skipped")


def run_block(item, runtest):
    """Fail with `file:line: what happened, what to do` if either run of the block does."""
    interpreter = fresh_interpreter(item.config)

    def limited():
        import torch

        torch.set_num_threads(1)  # other threads of this process are not in its fork
        builtins.__name__ = "__main__"  # pytest-codeblocks gives the block no name of its own
        try:
            runtest()
        except BaseException as error:
            return explain(item, error)

    run.prepare(item.obj.code)
    failure, ended, line = run.in_child(limited)
    if ended:
        failure = say(f"{line_in_file(item, line) if line else 1}", "block", does=ended)
    if failure := failure or differs(item, interpreter.run(item.obj.code)):
        raise pytest.fail.Exception(f"{relative(item.path)}:{failure}", pytrace=False)


def differs(item, result: run.Result) -> str:
    """`LINE: what happened, what to do`, if a fresh interpreter does not print what is shown."""
    shown, last = item.obj.expected_output or "", item.obj.code.count("\n")

    def at(line: int, what: str, **fields: str) -> str:
        return say(str(line_in_file(item, line)), what, **fields)

    if result.error:
        return at(result.line or 0, "block-alone", does=result.error)
    if result.stdout and not result.stdout.endswith("\n"):
        return at(last, "last-line-open")
    if result.stdout and not shown:
        return at(last, "prints-unshown", first=result.stdout.splitlines()[0])
    if result.stdout == shown:
        return ""
    return at(1, "second-run-differs", now=result.stdout, shown=shown)


def explain(item, error: BaseException) -> str:
    """`LINE: what happened, what to do`, for a block that raised or printed something else."""
    if isinstance(error, pytest.skip.Exception):
        return say("1", "skipped")
    cause = error.__context__ if type(error) is RuntimeError and error.__context__ else error
    line = run.line_of(cause, "<string>")
    if line or isinstance(cause, SyntaxError):
        what = run.what(cause)
        raised = what.startswith(message("raises", error=""))
        if raised and message("relative-path") not in what:
            what += "\n" + message("catch-errors")
        return say(str(line_in_file(item, line) if line else 1), "block", does=what)
    shown = item.obj.expected_output
    printed = re.sub(r"```\Z", "", str(error).partition("but got\n```\n")[2])
    names = message("page-shows"), message("block-prints")
    difference = difflib.unified_diff(
        shown.splitlines(), printed.splitlines(), *names, n=1, lineterm=""
    )
    line = line_in_file(item, item.obj.code.count("\n"))
    return "\n".join([say(str(line), "output-differs"), *difference])


def line_in_file(item, line: int) -> int:
    """The line of the file; if that is not of its form, the block begins in its second line."""
    try:
        return snippet.read(item.path).file_line(line)
    except Mistake:
        return line + 1
