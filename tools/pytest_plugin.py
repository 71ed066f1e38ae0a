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

from tools import run, snippet
from tools.page import Page
from tools.site import LOCALES, SNIPPETS, Mistake, page_named, relative

PAGE = page_named(os.environ.get("PAGE", ""))  # of `make test PAGE=nn-module/parameters`
PAGES = [Page.read(locale, PAGE) for locale in LOCALES]
SKIPPED = "this block is skipped. Take the skip marker out: every block is run."
INTERPRETER = pytest.StashKey[run.Interpreter]()


def pytest_configure(config):
    """Say in one line that there is no such page, before there are processes to say it in."""
    if PAGE and not any(page.text for page in PAGES):
        raise pytest.UsageError(
            f"PAGE={PAGE}: there is no {' and no '.join(page.file for page in PAGES)}. "
            "Write the page as nn-module/parameters."
        )


def pytest_unconfigure(config):
    if interpreter := config.stash.get(INTERPRETER, None):
        interpreter.__exit__()


def is_of_page(value) -> bool:
    """Whether a page or a path, or an exercise by the name of its folder, is that of PAGE=…"""
    path, own = getattr(value, "path", value), SNIPPETS / PAGE
    pages = (own, own.name, *(page.path for page in PAGES))
    return path in pages or own in getattr(path, "parents", ())


def pytest_collection_modifyitems(config, items):
    """With PAGE=… leave out what does not concern that page: its files, its snippets, its HTML."""
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
        report.longrepr = f"{relative(item.path)}:1: {SKIPPED}"


def run_block(item, runtest):
    """Fail with `file:line: what happened, what to do` if either run of the block does."""
    if INTERPRETER not in item.config.stash:
        item.config.stash[INTERPRETER] = run.Interpreter()
    interpreter = item.config.stash[INTERPRETER]

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
        failure = f"{line_in_file(item, line) if line else 1}: the block {ended}"
    if failure := failure or differs(item, interpreter.run(item.obj.code)):
        raise pytest.fail.Exception(f"{relative(item.path)}:{failure}", pytrace=False)


def differs(item, result: run.Result) -> str:
    """`LINE: what happened, what to do`, if a fresh interpreter does not print what is shown."""
    shown, last = item.obj.expected_output or "", line_in_file(item, item.obj.code.count("\n"))
    if result.error:
        line = line_in_file(item, result.line) if result.line else 1
        return f"{line}: alone in a fresh interpreter, the block {result.error}"
    if result.stdout and not result.stdout.endswith("\n"):
        return f"{last}: the block does not end its last line. Print without end=''."
    if result.stdout and not shown:
        first = result.stdout.splitlines()[0]
        what = f"the block prints {first!r}, …, and the file shows no output."
        return f"{last}: {what} `make record` writes it."
    if result.stdout == shown:
        return ""
    mend = "Set torch.manual_seed in the block, and sort what has no order."
    return (
        f"{line_in_file(item, 1)}: a second run, alone in a fresh interpreter, prints\n"
        f"{result.stdout}instead of\n{shown}{mend}"
    )


def explain(item, error: BaseException) -> str:
    """`LINE: what happened, what to do`, for a block that raised or printed something else."""
    if isinstance(error, pytest.skip.Exception):
        return f"1: {SKIPPED}"
    cause = error.__context__ if type(error) is RuntimeError and error.__context__ else error
    line = run.line_of(cause, "<string>")
    if line or isinstance(cause, SyntaxError):
        what = run.what(cause)
        if what.startswith("raises") and run.WHERE not in what:
            what += "\nAn error that is the point of the block is caught and printed by it."
        return f"{line_in_file(item, line) if line else 1}: the block {what}"
    shown = item.obj.expected_output
    printed = re.sub(r"```\Z", "", str(error).partition("but got\n```\n")[2])
    difference = difflib.unified_diff(
        shown.splitlines(),
        printed.splitlines(),
        "the page shows",
        "the block prints",
        "",
        "",
        1,
        "",
    )
    mend = "the output differs. `make record` rewrites it, if the new one is right."
    line = line_in_file(item, item.obj.code.count("\n"))
    return "\n".join([f"{line}: {mend}", *difference])


def line_in_file(item, line: int) -> int:
    """The line of the file; if that is not of its form, the block begins in its second line."""
    try:
        return snippet.read(item.path).file_line(line)
    except Mistake:
        return line + 1
