"""GitHub can run the workflows, and nobody can slip in a script: actionlint's rules, zizmor's."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tools.site import ROOT, relative

BIN = Path(sys.executable).parent
ANNOTATION = re.compile(
    r"^::\w+ file=(?P<file>[^,]+),line=(?P<line>\d+),title=(?P<rule>[^:]+)::\S+ (?P<what>.*)",
    re.MULTILINE,
)
FILES = sorted([*ROOT.glob(".github/workflows/*.yml"), ROOT / ".github/dependabot.yml"])
TOOLS = {
    # What actionlint checks. ShellCheck is the one installed here, not one that is found.
    "jactionlint": [
        "--profile=correctness",
        "--format=oneline",
        f"--shellcheck={BIN / 'shellcheck'}",
        "--pyflakes=",
    ],
    "zizmor": ["--offline", "--no-progress", "--quiet", "--format=github"],
}


@pytest.mark.parametrize("tool", TOOLS)
def test_workflows(tool):
    """Actions are named by commit, jobs may do what they need, no text becomes a script."""
    words = [BIN / tool, *TOOLS[tool], *map(relative, FILES)]
    run = subprocess.run(words, cwd=ROOT, capture_output=True, text=True)
    said = ANNOTATION.sub(
        r"\g<file>:\g<line>: \g<what> (\g<rule> in docs.zizmor.sh/audits)", run.stdout
    )
    if run.returncode:
        pytest.fail(said + run.stderr, pytrace=False)
