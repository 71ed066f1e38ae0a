"""What is installed: every requirement is pinned within its range, with hashes, and the site's lock is a part of the other."""

import re

import pytest
from packaging.requirements import Requirement

from snippet import ROOT

PIN = re.compile(r"^(?P<name>[\w.-]+)==(?P<version>[^\s;]+)(?P<marker> ;[^\\]*)? \\\n(?P<hashes>(?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)", re.MULTILINE)


def pins(name):
    """What a lock pins, as {(name, version)}; a line of it that is neither a pin nor a comment is an error."""
    text = (ROOT / name).read_text(encoding="utf-8")
    assert not (rest := re.sub(r"^#.*\n", "", PIN.sub("", text), flags=re.MULTILINE)), f"{name}: not a pin with hashes: {rest[:100]!r}. Run make update."
    return {(pin["name"], pin["version"]) for pin in PIN.finditer(text)}


def requirements():
    """(line, requirement, whether it is one of the site's) for each line of requirements.txt, but for torch."""
    site = True
    for number, line in enumerate((ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines(), 1):
        site = site and not line.startswith("# The tests")
        if (line := line.partition("#")[0].strip()) and not line.startswith("torch"):
            yield number, Requirement(line), site


@pytest.mark.parametrize(("lock", "whole"), [("requirements.site.lock", False), ("requirements.lock", True)])
def test_requirements_are_pinned_within_their_ranges(lock, whole):
    pinned = pins(lock)
    for number, requirement, site in requirements():
        versions = [version for name, version in pinned if name == requirement.name.lower()]
        if site or whole:
            assert versions and all(map(requirement.specifier.contains, versions)), (
                f"requirements.txt:{number}: {requirement} is not what {lock} pins ({', '.join(versions) or 'nothing'}). Run make update.")


def test_the_site_is_built_alike_with_and_without_the_tests():
    assert pins("requirements.site.lock") <= pins("requirements.lock"), "requirements.site.lock: pins what requirements.lock does not. Run make update."


def test_torch_is_left_to_its_range():
    assert "torch" not in dict(pins("requirements.lock")), "requirements.lock: pins torch, which has to stay in its range. Run make update."
