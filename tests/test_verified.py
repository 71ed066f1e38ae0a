"""The PyTorch that every page names is a supported one, all blocks ran on it, and lately."""

import datetime

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

from conftest import report
from tools import snippet
from tools.record import verified
from tools.site import ROOT, data, relative, say

VERIFIED = data("verified")["extra"]["verified"]
FILE = "docs/data/verified.yml:3"
LINES = (ROOT / "requirements.torch.txt").read_text(encoding="utf-8").splitlines()
TORCH = next(Requirement(line) for line in LINES if line.startswith("torch"))
MARKED = [path for path in snippet.paths() if b"needs_torch" in path.read_bytes()]


def test_verified():
    if not TORCH.specifier.contains(VERIFIED["torch"]):
        report([say(FILE, "verified-release", release=VERIFIED["torch"], range=TORCH)])
    if verified(VERIFIED["torch"], VERIFIED["date"]) != (ROOT / FILE[:-2]).read_text("utf-8"):
        report([say(FILE, "verified-by-hand")])
    if VERIFIED["date"] > datetime.date.today():
        report([say(FILE, "verified-date", date=VERIFIED["date"])])


@pytest.mark.parametrize("path", MARKED, ids=lambda path: path.stem)
def test_a_block_that_needs_a_newer_release_was_run(path):
    """On the release that the pages name; and there is a supported one on which it does not run."""
    needs, name = Version(snippet.read(path).needs), relative(path)
    if needs > Version(VERIFIED["torch"]):
        report([say(f"{name}:1", "needs-newer", needs=needs, release=VERIFIED["torch"])])
    if all(needs <= Version(oldest.version) for oldest in TORCH.specifier):
        report([say(f"{name}:1", "needs-in-vain", needs=needs)])
