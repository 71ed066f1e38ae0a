"""The PyTorch release that every page names is one that the site supports, and the date has come."""

import datetime

import pytest
import yaml
from packaging.requirements import Requirement

from snippet import ROOT


def test_verified():
    verified = yaml.safe_load((ROOT / "docs/verified.yml").read_text())["extra"]["verified"]
    torch = next(Requirement(line) for line in (ROOT / "requirements.txt").read_text().splitlines() if line.startswith("torch"))
    if not torch.specifier.contains(verified["torch"]):
        pytest.fail(f"docs/verified.yml:3: {verified['torch']} is not in {torch}. Run `make record`; it writes this file.", pytrace=False)
    if verified["date"] > datetime.date.today():
        pytest.fail(f"docs/verified.yml:3: {verified['date']} is still to come. Run `make record`; it writes this file.", pytrace=False)
