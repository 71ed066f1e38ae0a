"""What the pages on VLA code say of lerobot is there, in the release it names and in the newest."""

import ast
import re
import subprocess
import sys
from pathlib import PurePosixPath
from zipfile import ZipFile

import pytest

from conftest import report
from tools.page import Page
from tools.site import LOCALES, data

pytestmark = pytest.mark.network
LINK = re.compile(
    r"\[`(?P<name>[\w.]+)`\]\(https://github\.com/huggingface/lerobot/blob/v(?P<release>[\d.]+)"
    r"/src/(?P<file>[^)#]+)#L(?P<first>\d+)(?:-L(?P<last>\d+))?\)"
)
NAMES = (
    "nn-module/freezing",
    "nn-module/freezing-modes",
    "nn-module/freezing-selection",
    "data/chunk-masks",
    "data/projects",
)
PAGES = [Page.read(locale, name) for name in NAMES for locale in LOCALES]
LINES = [(f"{page.file}:{number}", line) for page in PAGES for number, line in page.lines]
LINKS = [(where, link) for where, line in LINES for link in LINK.finditer(line)]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Download a release, or the newest, without installing it: (version, the files in it)."""

    def download(requirement):
        folder = tmp_path_factory.mktemp("lerobot")
        options = ["--quiet", "--no-deps", "--ignore-requires-python", "--dest", folder]
        command = [sys.executable, "-m", "pip", "download", *options, requirement]
        subprocess.run(command, check=True)
        [path] = folder.glob("lerobot-*.whl")
        with ZipFile(path) as files:
            names = [name for name in files.namelist() if name.endswith(".py")]
            return path.name.split("-")[1], {name: files.read(name).decode() for name in names}

    return download


def definition(source, name):
    """(first line, last line) of what has this qualified name; None if nothing has it."""
    body, found = ast.parse(source).body, None
    for part in name.split("."):
        for node in body:
            targets = getattr(node, "targets", [getattr(node, "target", None)])
            if part in [getattr(node, "name", ""), *(getattr(one, "id", "") for one in targets)]:
                body, found = getattr(node, "body", []), (node.lineno, node.end_lineno)
                break
        else:
            return None
    return found


def test_every_link_names_what_it_leads_to():
    what = "a link into lerobot has as its text the qualified name of what it leads to."
    wrong = [
        where
        for where, line in LINES
        if len(LINK.findall(line)) != line.count("huggingface/lerobot/blob")
    ]
    report(f"{where}: {what} Write [`Class.method`](…#L1-L2)." for where in wrong)
    assert len(LINKS) >= 2 * 8, "the pages name hardly anything in lerobot; does LINK still match?"


def test_the_lines_are_those_of_the_named_release(wheel):
    problems = []
    files = {name: wheel(f"lerobot=={name}")[1] for name in {link["release"] for _, link in LINKS}}
    for where, link in LINKS:
        lines = definition(files[link["release"]].get(link["file"], ""), link["name"])
        first, last = int(link["first"]), int(link["last"] or link["first"])
        if not lines or not lines[0] <= first <= last <= lines[1]:
            at = "–".join(map(str, lines or ["nowhere"]))
            what = f"{link['name']} of lerobot {link['release']} is at {at}, not {first}–{last}."
            problems.append(f"{where}: {what} Mend the link.")
    report(problems)


def test_the_newest_release_still_has_them(wheel):
    version, files = wheel("lerobot")
    gone = [
        (where, link["name"], PurePosixPath(link["file"]).name)
        for where, link in LINKS
        if not definition(files.get(link["file"], ""), link["name"])
    ]
    mend = "Read what became of it, and say so on the page."
    report(
        f"{where}: lerobot {version} has no {name} in {file} any more. {mend}"
        for where, name, file in gone
    )


# The policies of lerobot that read no words; the others are the VLAs that the layer cards speak of.
NOT_VLA = {"act", "diffusion", "gaussian_actor", "tdmpc", "vqbet"}
CARDS = [row for rows in data("layers").values() for row in rows]


def test_layer_cards_say_which_layers_no_vla_has(wheel):
    version, files = wheel("lerobot==0.6.1")
    problems = []
    for row in CARDS:
        none = row["in_vla"].get("en", "").startswith("in none of the VLAs")
        use = re.compile(rf"\b{re.escape(row['name'])}\b")
        having = {
            PurePosixPath(name).parts[2]
            for name, text in files.items()
            if name.startswith("lerobot/policies/") and use.search(text)
        } - NOT_VLA
        if none and having:
            what = f"{row['name']} is said to be in none of the VLAs, and lerobot {version} has it"
            problems.append(f"docs/data/layers.yml:1: {what} in {', '.join(sorted(having))}.")
    report(problems)
