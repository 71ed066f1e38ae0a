"""Every snippet stands alone: run in a fresh interpreter, and again, it prints what the page shows."""

import subprocess
import sys

import pytest

import snippet
from test_snippets import EACH, read


@pytest.fixture(scope="module")
def fresh():
    interpreters = snippet.FreshInterpreters()
    yield interpreters
    interpreters.close()


@pytest.fixture(scope="module")
def disturbed():
    interpreters = snippet.FreshInterpreters(disturbed=True)
    yield interpreters
    interpreters.close()


@EACH
def test_alone_and_again(path, fresh, disturbed):
    block = read(path)
    if reason := snippet.lacks(block.needs):
        pytest.skip(reason)
    result, again = snippet.run_twice(block.code, fresh, disturbed)
    if result.error:
        pytest.fail(f"{block.name}:{block.file_line(result.error_line)}: alone in a fresh interpreter, the block {result.error}", pytrace=False)
    if result.stdout and not result.stdout.endswith("\n"):
        pytest.fail(f"{block.name}:{block.file_line(block.code.count(chr(10)))}: the block does not end its last line. Print without end=''.", pytrace=False)
    if block.output is None and result.stdout:
        pytest.fail(
            f"{block.name}:{block.file_line(block.code.count(chr(10)))}: the block prints "
            f"{result.stdout.splitlines()[0]!r}, …, and the file shows no output. `make record` writes it.", pytrace=False)
    if result.stdout != (block.output or ""):
        pytest.fail(
            f"{block.name}:{block.line_of('output')}: alone in a fresh interpreter the block prints\n{result.stdout}"
            f"and the page shows\n{block.output}`make record` rewrites it, if the new one is right.", pytrace=False)
    if again != result:
        pytest.fail(
            f"{block.name}:{block.file_line(1)}: a second run prints\n{again}instead of\n{result}"
            "Set torch.manual_seed in the block, and sort what has no order.", pytrace=False)


def test_a_fork_is_like_a_fresh_interpreter(fresh):
    """What the forked runs stand for: `python -` with the block on standard input."""
    probe = (
        "import sys, torch\n"
        "print(__name__, sys.argv, torch.get_default_dtype(), torch.is_grad_enabled(), torch.get_num_threads())\n"
    )
    real = subprocess.run([sys.executable, "-"], input=probe, capture_output=True, text=True, cwd="/")
    assert fresh.run(probe).stdout == real.stdout
    seed = "import torch\nprint(torch.initial_seed())\n"
    assert fresh.run(seed) != fresh.run(seed)
