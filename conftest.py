"""What pytest-codeblocks lacks: limits of a block; and when one fails, file, line, exception type, difference."""

import difflib
import functools
import traceback

import pytest

import limits
import snippet

SKIPPED = "this block is skipped. Take the skip marker out: every block is run."


def pytest_runtest_setup(item):
    """Skip a block that says it needs a newer PyTorch, and name both releases."""
    for mark in item.iter_markers("needs_torch"):
        if reason := snippet.lacks(*mark.args):
            pytest.skip(f"{item.path.relative_to(item.config.rootpath)}:1: {reason}")


def pytest_itemcollected(item):
    """Have a block run as pytest-codeblocks runs it, but in a child that holds it to its limits."""
    if type(item).__name__ == "TestBlock":
        item.runtest = functools.partial(run_limited, item, item.runtest)


@pytest.hookimpl(hookwrapper=True)
def pytest_make_collect_report(collector):
    """Say of a file that is not UTF-8 its line, not where pytest-codeblocks has read it."""
    outcome = yield
    report = outcome.get_result()
    if report.failed and type(collector).__name__ == "MarkdownFile":
        try:
            snippet.read_text(collector.path)
        except snippet.SnippetError as error:
            report.longrepr = str(error)


def run_limited(item, runtest):
    """Fail with `file:line: what happened, what to do` if the block does."""
    def run():
        import torch

        torch.set_num_threads(1)  # the threads of this process, which other tests may have started, are not in its fork
        try:
            runtest()
        except BaseException as error:
            return explain(item, error)

    limits.prepare(item.obj.code)
    said, why, line = limits.in_child(run)
    if said or why:
        said = said or f"{where(item, line) if line else 1}: the block {why}"
        raise pytest.fail.Exception(f"{item.path.relative_to(item.config.rootpath)}:{said}", pytrace=False)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item):
    """A block that is skipped fails, since the page shows it as run."""
    outcome = yield
    report = outcome.get_result()
    if type(item).__name__ == "TestBlock" and report.skipped and not item.get_closest_marker("needs_torch"):
        report.outcome = "failed"
        report.longrepr = f"{item.path.relative_to(item.config.rootpath)}:1: {SKIPPED}"


def explain(item, error: BaseException) -> str:
    """`LINE: what happened, what to do`, for a block that raised or printed something else."""
    if isinstance(error, pytest.skip.Exception):
        return f"1: {SKIPPED}"
    cause = error.__context__ if type(error) is RuntimeError and error.__context__ else error
    blocks = [f for f in traceback.extract_tb(cause.__traceback__) if f.filename == "<string>"]
    if blocks or isinstance(cause, SyntaxError):
        line, what = where(item, blocks[-1].lineno if blocks else cause.lineno), limits.what(cause)
        caught = "\nAn error that is the point of the block is caught and printed by it." * (what.startswith("raises") and limits.WHERE not in what)
        return f"{line}: the block {what}{caught}"
    shown, actual = item.obj.expected_output, str(error).partition("but got\n```\n")[2].removesuffix("```")
    difference = "\n".join(difflib.unified_diff(
        shown.splitlines(), actual.splitlines(), "the page shows", "the block prints", lineterm="", n=1))
    line = where(item, item.obj.code.count("\n"))
    return f"{line}: the output differs. `make record` rewrites it, if the new one is right.\n{difference}"


def where(item, code_line: int) -> int:
    """The line of the file; if that is not of its form, the block is taken to begin in its second line."""
    try:
        return snippet.read(item.path).file_line(code_line)
    except snippet.SnippetError:
        return code_line + 1
