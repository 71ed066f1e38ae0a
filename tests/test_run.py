"""A block runs as in a fresh interpreter and within its limits; a failing one is named with a mend.

That each block of the notes does, pytest-codeblocks and tools/pytest_plugin.py see.
"""

import io
import json
import os
import re
import shutil
import subprocess
import sys
import time

import pytest

from conftest import report
from tools import run, snippet
from tools.site import ROOT, SNIPPETS, message, relative, say


def test_pytest_codeblocks_collects_every_snippet():
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "snippets"]
    env = os.environ | {"PAGE": ""}
    listed = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True).stdout
    collected = re.findall(r"^(snippets/.*)::line [123]$", listed, re.MULTILINE)
    missed = {relative(path) for path in snippet.paths()} - set(collected)
    report(say(f"{name}:1", "not-collected") for name in missed)


def test_a_fork_is_like_a_fresh_interpreter(interpreter):
    """What the forked runs stand for: `python -` with the block on standard input."""
    probe = (
        "import sys, torch\nprint(__name__, sys.argv, torch.get_default_dtype())\n"
        "print(torch.is_grad_enabled(), torch.get_num_threads())\n"
    )
    command, options = [sys.executable, "-"], {"capture_output": True, "text": True, "cwd": "/"}
    real = subprocess.run(command, input=probe, **options)
    assert interpreter.run(probe).stdout == real.stdout
    seed = "import torch\nprint(torch.initial_seed())\n"
    assert interpreter.run(seed) != interpreter.run(seed)


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("import socket\nsocket.socket()", message("opens-socket")),
        ("import os\nos.system('true')", message("starts-process", event="os.system")),
        (
            "import subprocess\nsubprocess.run(['true'])",
            message("starts-process", event="subprocess.Popen"),
        ),
        (
            "\nopen('/tmp/left', 'w')",
            message("writes-elsewhere", path="/tmp/left", mend=message("relative-path")),
        ),
        ("import torch\ntorch.save({}, '/tmp/left')", message("relative-path")),
        ("import os\nos.rename('a', '/tmp/b')", "'/tmp/b'"),
        ("import torch\ntorch.zeros(2**31)", message("takes-memory", most=4)),
        ("import os\nos._exit(3)", message("ends-process", status=3)),
        (
            "import time\nfrom multiprocessing import Process\n"
            "Process(target=time.sleep, args=(60,), daemon=True).start()",
            message("leaves-processes", count=1, first="Process-1"),
        ),
        ("\nraise SystemExit", message("raises", error="SystemExit")),
    ],
)
def test_what_no_block_may_do(interpreter, code, error):
    """It is refused with a mend, and with the line, unless the process has gone."""
    result = interpreter.run(code)
    assert result.error and result.error.startswith(error) or error in result.error
    assert result.line == 2 or "_exit" in code or "Process(" in code
    assert not os.path.exists("/tmp/left")


def test_what_takes_long_is_prepared_once(monkeypatch):
    """Where a block asks for it in any of its lines: else each of its runs takes seconds."""
    code, prepared = "import torch\nfrom peft import LoraConfig\n", []
    monkeypatch.setattr(sys, "stdin", io.StringIO(json.dumps(code) + "\n"))
    monkeypatch.setattr(run, "prepare", prepared.append)
    monkeypatch.setattr(run, "in_child", lambda *_: (run.Result("", None, None), None, None))
    run.serve(disturbed=False)
    assert [name for name, asks in run.LONG.items() if asks.search(prepared[0])] == ["peft"]


@pytest.mark.parametrize("start", ["fork", "spawn"])
def test_a_data_loader_may_have_workers(interpreter, start):
    """They are processes, and send their tensors through sockets of this machine."""
    result = interpreter.run(
        "import torch\nfrom torch.utils.data import DataLoader, TensorDataset\n"
        "data = TensorDataset(torch.arange(2))\n"
        f"print(*DataLoader(data, num_workers=1, multiprocessing_context={start!r}))"
    )
    assert (result.error, result.stdout) == (None, "[tensor([0])] [tensor([1])]\n")


def test_what_a_block_may_do(interpreter):
    """Write where it is, which is a folder of its own, gone afterwards."""
    code = "import os\nopen('a', 'w').close()\nprint(os.listdir(), os.getcwd())"
    result = interpreter.run(code)
    assert result.error is None and result.stdout.startswith("['a'] ")
    assert not os.path.exists(result.stdout.split()[1])


def test_a_block_that_waits_is_stopped(monkeypatch, english):
    monkeypatch.setattr(run, "SECONDS", 1)
    _, error, _ = run.in_child(time.sleep, 30)
    assert error.startswith("is stopped after 1 seconds.")


@pytest.mark.parametrize("module", ["\nraise ValueError('x')\n", "\ndef pretrained(\n"])
def test_an_error_in_tiny_vla_is_one_of_the_block(monkeypatch, english, tmp_path, module):
    (tmp_path / "tiny_vla.py").write_text(module, encoding="utf-8")
    monkeypatch.setattr(run, "SNIPPETS", tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "tiny_vla", raising=False)
    code = "import tiny_vla\n"
    run.prepare(code)
    (_, error, line), ended, _ = run.in_child(run.run_block, code, False)
    assert not ended and line == 1
    assert re.match(
        r"raises (ValueError|SyntaxError).*\nIt comes from snippets/tiny_vla.py:2", error
    )


PLANTED = {
    "output": ("print(1)\n", "2\n", r"output.md:2: the output differs\. `make record` rewrites"),
    "raises": ("\nx\n", None, r"raises.md:3: the block raises NameError: name 'x'"),
    "syntax": ("x = (\n", None, r"syntax.md:2: the block raises SyntaxError"),
    "unshown": ("print(1)\n", None, r"unshown.md:2: the block prints '1', …, and the file shows"),
    "ends": ("print(1, end='')\n", None, r"ends.md:2: the output does not end its last line"),
    "hash": ("print(hash('a') > 0)\n", "True\n", None),
    "random": (
        "import torch\nprint(torch.rand(9).argmax().item() < 9, torch.rand(1).item())\n",
        "True 0.5\n",
        r"random.md:3: the output differs",
    ),
    "threads": (
        "import torch\nprint(torch.get_num_threads())\n",
        "1\n",
        r"threads.md:2: a second run, alone in a fresh interpreter, prints\n\d+\ninstead of\n1\n",
    ),
    "socket": ("import socket\nsocket.socket()\n", None, r"socket.md:3: the block opens a socket"),
}


@pytest.fixture
def planted(tmp_path):
    """A project with the machinery of this one, and with snippets that fail, each in its way."""
    for name in ("tools", "docs"):
        shutil.copytree(ROOT / name, tmp_path / name)
    for name in ("conftest.py", "pyproject.toml", "mkdocs.yml"):
        shutil.copy(ROOT / name, tmp_path)
    folder = tmp_path / "snippets/page"
    folder.mkdir(parents=True)
    shutil.copy(SNIPPETS / "tiny_vla.py", tmp_path / "snippets")
    for name, (code, output, _) in PLANTED.items():
        text = f"```python\n{code}```\n"
        if output is not None:
            text += f"<!--pytest-codeblocks:expected-output-->\n```text\n{output}```\n"
        (folder / f"{name}.md").write_text(text, encoding="utf-8")
    (folder / "skip.md").write_text("<!--pytest.mark.skip-->\n```python\n1\n```\n")
    (folder / "bytes.md").write_bytes(b"```python\n\xff\n```\n")
    return tmp_path


def pytest_in(project, *arguments, **env):
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
    given = os.environ | {"PAGE": "", "LC_ALL": "C"} | env
    run = subprocess.run(command, cwd=project, env=given, capture_output=True, text=True)
    return run.stdout + run.stderr


def test_a_block_that_fails_is_named(planted):
    told = pytest_in(planted, "snippets")
    for name, (_, _, said) in PLANTED.items():
        if said:
            assert re.search(f"^snippets/page/{said}", told, re.MULTILINE), (name, told)
    assert "snippets/page/skip.md:1: this block is skipped. Take the skip marker out" in told
    assert "snippets/page/bytes.md:2: not UTF-8. Save the file as UTF-8." in told


@pytest.mark.parametrize("processes", ["0", "2"])
def test_a_page_that_is_not_there_is_one_line(planted, processes):
    told = pytest_in(planted, "-n", processes, "snippets", PAGE="nn-module/tpyo")
    assert "PAGE=nn-module/tpyo: no such page. Write it as nn-module/parameters." in told
    assert "INTERNALERROR" not in told and len(told.splitlines()) < 4
