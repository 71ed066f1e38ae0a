"""What the page on freezing says of lerobot is there: in the lines of the release it names, and by name in the newest."""

import ast
import re
import subprocess
import sys
from pathlib import PurePosixPath
from zipfile import ZipFile

import pytest

from test_pages import DOCS, LOCALES, Page, report

pytestmark = pytest.mark.network
LINK = re.compile(
    r"\[`(?P<name>[\w.]+)`\]\(https://github\.com/huggingface/lerobot/blob/v(?P<release>[\d.]+)/src/(?P<file>[^)#]+)#L(?P<first>\d+)(?:-L(?P<last>\d+))?\)")
PAGES = [Page(DOCS / locale / "nn-module/freezing.md") for locale in LOCALES]


def links():
    """(where, match) of each link into lerobot; its text is the qualified name of what it leads to."""
    return [(f"{page.name}:{number}", link) for page in PAGES for number, line in page.lines() for link in LINK.finditer(line)]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Download a release, or the newest, without installing it: (version, the files in it)."""
    def download(requirement):
        folder = tmp_path_factory.mktemp("lerobot")
        subprocess.run([sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--ignore-requires-python", "--dest", folder, requirement], check=True)
        [path] = folder.glob("lerobot-*.whl")
        with ZipFile(path) as files:
            return path.name.split("-")[1], {name: files.read(name).decode() for name in files.namelist() if name.endswith(".py")}
    return download


def definition(source, name):
    """(first line, last line) of a class, function, method or field by its qualified name; None if it is not there."""
    body = ast.parse(source).body
    for part in name.split("."):
        for node in body:
            names = {getattr(node, "name", None), getattr(getattr(node, "target", None), "id", None)}
            if part in names:
                body, found = getattr(node, "body", []), (node.lineno, node.end_lineno)
                break
        else:
            return None
    return found


def test_every_link_names_what_it_leads_to():
    report([
        f"{page.name}:{number}: a link into lerobot has as its text the qualified name of what it leads to. Write [`Class.method`](…#L1-L2)."
        for page in PAGES for number, line in page.lines() if len(LINK.findall(line)) != line.count("huggingface/lerobot/blob")])
    assert len(links()) >= 2 * 8, "the pages name hardly anything in lerobot; does LINK still match their links?"


def test_the_lines_are_those_of_the_named_release(wheel):
    problems = []
    releases = {link["release"] for _, link in links()}
    files = {release: wheel(f"lerobot=={release}")[1] for release in releases}
    for where, link in links():
        lines = definition(files[link["release"]].get(link["file"], ""), link["name"])
        first, last = int(link["first"]), int(link["last"] or link["first"])
        if not lines or not lines[0] <= first <= last <= lines[1]:
            problems.append(f"{where}: {link['name']} of lerobot {link['release']} is at {lines and '%d–%d' % lines}, not {first}–{last}. Mend the link.")
    report(problems)


def test_the_newest_release_still_has_them(wheel):
    version, files = wheel("lerobot")
    gone = [
        f"{where}: lerobot {version} has no {link['name']} in {PurePosixPath(link['file']).name} any more. Read what became of it, and say so on the page."
        for where, link in links() if not definition(files.get(link["file"], ""), link["name"])]
    report(gone)
