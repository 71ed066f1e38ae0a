"""What `make` installs to run the snippets on, and that the shell reads nothing of it."""

import os
import subprocess

import pytest

from conftest import check
from tools.site import ROOT


@pytest.fixture
def make(tmp_path):
    """Run make with a .venv that lacks torch alone; (status, what pip was asked for)."""
    (tmp_path / "bin").mkdir()
    for name, script in (("python", ""), ("pip", f'echo "$@" >> "{tmp_path}/asked"\n')):
        (tmp_path / "bin" / name).write_text(f"#!/bin/sh\n{script}")
        (tmp_path / "bin" / name).chmod(0o755)
    for stamp in (".site", ".checks"):
        (tmp_path / stamp).touch()
    ours = ("MAKEFLAGS", "MAKELEVEL", "MFLAGS", "PAGE", "TORCH")
    env = {name: value for name, value in os.environ.items() if name not in ours}

    def run(*given):
        words = ["make", "test", f"VENV={tmp_path}", *given]
        done = subprocess.run(words, cwd=ROOT, env=env, capture_output=True, text=True)
        asked = (tmp_path / "asked").read_text().splitlines() if done.returncode == 0 else []
        return done.returncode, [line.partition(" --requirement")[0] for line in asked]

    return run


def test_plain_make_test_takes_the_newest_torch(make):
    """Also after another release was chosen; and what is there already is not asked for again."""
    for given in (["TORCH=torch==2.6.*"], [], []):
        status, asked = make(*given)
    assert status == 0
    assert asked == [f"install --quiet --upgrade {which}" for which in ("torch==2.6.*", "torch")], (
        "Makefile: $(TESTS) has to install TORCH with --upgrade, whenever it is another."
    )


@pytest.mark.parametrize(
    "given", ["torch>=2.6,<3", "torch'; touch planted; '", 'x"; touch planted']
)
def test_no_shell_reads_the_release(make, given):
    status, asked = make(f"TORCH={given}")
    mend = 'Makefile: write "$$TORCH", which is read from the environment.'
    check((status, asked) == (0, [f"install --quiet --upgrade {given}"]), mend)
