"""The PyTorch release that every page names is one that the site supports, all blocks ran on it, and the date has come."""

import datetime

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.version import Version

import snippet
from snippet import ROOT


VERIFIED = yaml.safe_load((ROOT / "docs/verified.yml").read_text())["extra"]["verified"]
TORCH = next(Requirement(line) for line in (ROOT / "requirements.txt").read_text().splitlines() if line.startswith("torch"))


def test_verified():
    if not TORCH.specifier.contains(VERIFIED["torch"]):
        pytest.fail(f"docs/verified.yml:3: {VERIFIED['torch']} is not in {TORCH}. Run `make record`; it writes this file.", pytrace=False)
    if VERIFIED["date"] > datetime.date.today():
        pytest.fail(f"docs/verified.yml:3: {VERIFIED['date']} is still to come. Run `make record`; it writes this file.", pytrace=False)


@pytest.mark.parametrize("path", [p for p in snippet.paths() if "needs_torch" in p.read_text(encoding="utf-8", errors="replace")], ids=lambda p: p.stem)
def test_a_block_that_needs_a_newer_release_was_run(path):
    """On the release that the pages name; and there is a supported one on which it does not run."""
    needs, name = Version(snippet.read(path).needs), path.relative_to(ROOT)
    if needs > Version(VERIFIED["torch"]):
        pytest.fail(f"{name}:1: needs {needs}, and the pages say that all blocks ran on {VERIFIED['torch']}. Run `make record` on {needs}.", pytrace=False)
    if all(needs <= Version(oldest.version) for oldest in TORCH.specifier):
        pytest.fail(f"{name}:1: every supported PyTorch is {needs} or newer. Take the mark and the comment out.", pytrace=False)
