"""GitHub can run the workflows, and nobody can slip in a script: actionlint's rules, zizmor's."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import report
from tools.site import ROOT, relative, say

BIN = Path(sys.executable).parent
ANNOTATION = re.compile(
    r"^::\w+ file=(?P<file>[^,]+),line=(?P<line>\d+),title=(?P<rule>[^:]+)::\S+ (?P<what>.*)",
    re.MULTILINE,
)
# All that a workflow may do is named by each job, and why if it is more than to read.
ALLOWED = re.compile(r"permissions: \{\}|    permissions:|      [\w-]+: (?:read|write  # \w.*)")
ASKED = re.compile(r"\s*permissions:.*|.*: *write\b.*")
WORKFLOWS = sorted(ROOT.glob(".github/workflows/*.yml"))
DEPENDABOT = ROOT / ".github/dependabot.yml"
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


def test_workflows_may_only_read():
    problems = []
    for path in WORKFLOWS:
        lines = path.read_text(encoding="utf-8").splitlines()
        if not any(line.startswith("permissions:") for line in lines):
            problems.append(say(f"{relative(path)}:1", "permissions-missing"))
        for number, line in enumerate(lines, 1):
            if ASKED.fullmatch(line) and not ALLOWED.fullmatch(line):
                place = f"{relative(path)}:{number}"
                problems.append(say(place, "permissions-left", what=line.strip()))
    report(problems)


@pytest.mark.parametrize("tool", TOOLS)
def test_workflows(tool):
    """Actions are named by commit, jobs may do what they need, no text becomes a script."""
    words = [BIN / tool, *TOOLS[tool], *map(relative, [*WORKFLOWS, DEPENDABOT])]
    run = subprocess.run(words, cwd=ROOT, capture_output=True, text=True)
    said = ANNOTATION.sub(
        r"\g<file>:\g<line>: \g<what> (\g<rule> in docs.zizmor.sh/audits)", run.stdout
    )
    if run.returncode:
        pytest.fail(said + run.stderr, pytrace=False)
