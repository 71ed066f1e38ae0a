"""What `make` names does what it says, and names a mistake in one line; no name reaches a shell."""

import os
import shutil
import subprocess
import sys

import pytest

from tools.page import Page
from tools.search import sections, terms
from tools.site import ROOT, Mistake
from tools.translations import RECORD, read_record


@pytest.fixture
def project(tmp_path):
    """A copy of the project, in a folder as somebody may call it, with only a few snippets."""
    folder = tmp_path / "내 노트 it's"
    keep = ("parameters", "1-mlp", "nn-module", "exercises")

    def ignore(within, names):
        pages = within.endswith(("nn-module", "exercises"))
        return [one for one in names if pages and one not in keep or one == "answers"]

    shutil.copytree(ROOT / "snippets", folder / "snippets", ignore=ignore)
    for name in ("docs", "tools"):
        shutil.copytree(ROOT / name, folder / name)
    for name in ("mkdocs.yml", "Makefile"):
        shutil.copy(ROOT / name, folder)
    return folder


def tool(project, command, **env):
    """(status, output) of a command."""
    given = os.environ | {"PAGE": "", "SECTION": "", "LC_ALL": "C", **env}
    words = [sys.executable, "-m", "tools", command]
    run = subprocess.run(words, cwd=project, env=given, capture_output=True, text=True)
    return run.returncode, run.stdout + run.stderr


def test_a_new_page_and_a_new_snippet(project):
    status, told = tool(project, "new-page", PAGE="nn-module/exercises/8-late")
    assert status == 0 and "docs/en/nn-module/exercises/8-late.md: made." in told
    nav = (project / "mkdocs.yml").read_text(encoding="utf-8")
    before = "exercises/7-fix.md\n"
    assert f"{before}      - nn-module/exercises/8-late.md\n" in nav
    made = sorted(path.name for path in (project / "snippets").glob("*/exercises/8-late/**/*.md"))
    assert made == ["solution.md", "starter.md", "todo.md"]
    status, told = tool(project, "new-page", PAGE="docs/en/nn-module/exercises/8-late.md")
    assert status == 2 and told.endswith("is there already.\n")
    name = {"SNIPPET": "nn-module/parameters/late", "SECTION": "parameters"}
    status, told = tool(project, "new-snippet", **name)
    page = Page.read("en", "nn-module/parameters", project / "docs")
    assert status == 0 and "nn-module/parameters/late.md" in page.section("parameters").includes
    assert len(page.sections) == len(Page.read("en", "nn-module/parameters").sections)


@pytest.mark.parametrize(
    ("command", "given", "told"),
    [
        ("new-page", {"PAGE": "a b'; touch x; '"}, "PAGE=a b'; touch x; ': a page is named"),
        ("new-snippet", {"SNIPPET": "none/x"}, "SNIPPET=none/x: name the page and the snippet"),
        ("in-step", {"PAGE": "nn-module/tpyo"}, "PAGE=nn-module/tpyo: no such page."),
        (
            "in-step",
            {"PAGE": "glossary", "SECTION": "x"},
            "SECTION=x: no such section. glossary has ",
        ),
        ("summary", {"BASE": "$(touch x)"}, "BASE=$(touch x): "),
        ("sumary", {}, "python -m tools needs one of: record"),
    ],
)
def test_a_mistake_is_one_line(project, command, given, told):
    status, lines = tool(project, command, **given)
    assert status == 2 and lines.startswith(told) and lines.count("\n") == 1, lines
    assert not (project / "x").exists()


def test_the_summary_names_what_a_branch_changes(project):
    def git(*words):
        who = ["-c", "user.name=x", "-c", "user.email=x@example.org"]
        subprocess.run(["git", *who, *words], cwd=project, check=True, capture_output=True)

    git("init", "--quiet")
    git("add", "--all")
    git("commit", "--quiet", "--message", "before")
    status, told = tool(project, "summary", BASE="HEAD")
    assert status == 0 and told.count("없다. · None.") == 2
    file = next(project.glob("snippets/nn-module/parameters/*.md"))
    file.write_text("```python\n```\n<!-- x -->\n```text\nother\n```\n", encoding="utf-8")
    with open(project / "docs/en/glossary.md", "a", encoding="utf-8") as page:
        page.write("\nA sentence more.\n")
    status, told = tool(project, "summary", BASE="HEAD")
    assert f"`snippets/nn-module/parameters/{file.name}`\n```diff\n" in told and "+other\n" in told
    assert "glossary #" in told and "+A sentence more." in told


def test_a_link_of_the_glossary_that_leads_nowhere_is_named():
    text = "# G { #g }\n\n## S { #s }\n\nterm\n:   What it is. → [X](gone.md#x)\n"
    with pytest.raises(Mistake, match=r"docs/en/glossary.md:6: gone.md#x is no page"):
        terms(Page("en", "glossary", text), {"glossary/"})


def test_a_heading_with_a_class_is_a_section():
    html = '<h1 id="a">A</h1>x<h2 class="new" id="b" lang="ko">B</h2>y'
    found = [(section[0], section[3], section[6:]) for section in sections(html, "p/")]
    assert found == [("p/", "x", []), ("p/#b", "y", ["ko"])]
    page = Page("en", "p", "# A { #a }\n\n## B { #b .new }\n\n## C { .new #c }\n")
    assert [section.anchor for section in page.sections] == ["a", "b", "c"]


def test_a_record_that_begins_with_an_entry_is_read_on(tmp_path):
    """As a bad merge leaves it."""
    (tmp_path / RECORD).parent.mkdir()
    lines = ["  x: {ko: 1, en: 2}", "<<<<<<< a", "page:", "  y: {ko: 3, en: 4}", "  z: gone"]
    (tmp_path / RECORD).write_text("\n".join(lines), encoding="utf-8")
    assert read_record(tmp_path) == {"page": {"y": {"ko": "3", "en": "4"}, "z": {}}}
