"""What pytest-codeblocks does not say when a block fails: file, line, exception type, difference."""

import difflib
import traceback

import pytest

import snippet


def pytest_runtest_setup(item):
    """Skip a block that says it needs a newer PyTorch, and name both releases."""
    for mark in item.iter_markers("needs_torch"):
        if reason := snippet.lacks(*mark.args):
            pytest.skip(f"{item.path.relative_to(item.config.rootpath)}:1: {reason}")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """Rewrite the report of a code block; a block that is skipped fails, since the page shows it as run."""
    outcome = yield
    report = outcome.get_result()
    if type(item).__name__ != "TestBlock":
        return
    name = item.path.relative_to(item.config.rootpath)
    if report.skipped and not item.get_closest_marker("needs_torch"):
        report.outcome = "failed"
        report.longrepr = f"{name}:1: this block is skipped. Take the skip marker out: every block is run."
    elif report.failed and call.excinfo is not None:
        report.longrepr = f"{name}:{explain(item, call.excinfo.value)}"


def explain(item, error: BaseException) -> str:
    """`LINE: what happened, what to do`, for a block that raised or printed something else."""
    cause = error.__context__ or error
    blocks = [f for f in traceback.extract_tb(cause.__traceback__) if f.filename == "<string>"]
    if blocks or isinstance(cause, SyntaxError):
        line = where(item, blocks[-1].lineno if blocks else cause.lineno)
        what = traceback.format_exception_only(cause)[-1].strip()
        return f"{line}: the block raises {what}\nAn error that is the point of the block is caught and printed by it."
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
