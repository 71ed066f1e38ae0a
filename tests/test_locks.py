"""What is installed is pinned within its range, with hashes; one lock is part of the other."""

import re

import pytest
from packaging.requirements import Requirement

from conftest import check
from tools.site import ROOT, say

PIN = re.compile(
    r"^(?P<name>[\w.-]+)==(?P<version>[^\s;]+)(?: ;[^\\]*)? \\\n"
    r"(?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+",
    re.MULTILINE,
)


def pins(name):
    """What a lock pins, as {(name, version)}; but for comments it has nothing else."""
    text = re.sub(r"^#.*\n", "", (ROOT / name).read_text(encoding="utf-8"), flags=re.MULTILINE)
    rest = PIN.sub("", text)
    check(not rest, say(f"{name}:1", "no-pin", rest=rest[:100]))
    return {(pin["name"], pin["version"]) for pin in PIN.finditer(text)}


def requirements(name):
    """(line, requirement) for each line of a file of requirements."""
    text = (ROOT / name).read_text(encoding="utf-8")
    for number, line in enumerate(text.splitlines(), 1):
        if (line := line.partition("#")[0].strip()) and not line.startswith("-r "):
            yield number, Requirement(line)


@pytest.mark.parametrize(
    ("file", "lock"),
    [
        ("requirements.site.txt", "requirements.site.lock"),
        ("requirements.site.txt", "requirements.lock"),
        ("requirements.txt", "requirements.lock"),
    ],
)
def test_requirements_are_pinned_within_their_ranges(file, lock):
    pinned = pins(lock)
    for number, wanted in requirements(file):
        versions = [version for name, version in pinned if name == wanted.name.lower()]
        what = {"wanted": wanted, "lock": lock, "pinned": ", ".join(versions) or "–"}
        right = versions and all(map(wanted.specifier.contains, versions))
        check(right, say(f"{file}:{number}", "pin-out-of-range", **what))


def test_the_site_is_built_alike_with_and_without_the_tests():
    alike = pins("requirements.site.lock") <= pins("requirements.lock")
    check(alike, say("requirements.site.lock:1", "locks-differ"))


def test_torch_is_left_to_its_range():
    pinned = dict(pins("requirements.lock"))
    check("torch" not in pinned, say("requirements.lock:1", "pins-torch"))
