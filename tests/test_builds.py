"""A build is the same each time and says only what one has to know; a language is two files."""

import os
import re
import shutil
import subprocess
import sys
from types import SimpleNamespace

import pytest
import yaml

from conftest import parse
from tools import hooks
from tools.browser import build
from tools.site import LOCALES, ROOT


def files_in(folder):
    paths = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def test_two_builds_are_the_same(request, tmp_path):
    """Whatever order Python's sets have."""
    build(tmp_path, PYTHONHASHSEED="1")  # before the site is asked for, which another may build
    one, two = files_in(request.getfixturevalue("site")), files_in(tmp_path)
    differ = sorted(name for name in one.keys() | two.keys() if one.get(name) != two.get(name))
    mend = "Look for a date, a set or a random name in what makes them."
    assert not differ, f"a second build differs in {', '.join(differ[:5])}. {mend}"


@pytest.fixture
def copy(tmp_path):
    """The project, to change it."""
    for name in ("docs", "snippets", "tools"):
        shutil.copytree(ROOT / name, tmp_path / name)
    shutil.copy(ROOT / "mkdocs.yml", tmp_path)
    return tmp_path


def change(file, *pairs):
    text = file.read_text(encoding="utf-8")
    for old, new in pairs:
        assert old in text, f"{file} has no {old!r} to change"
        text = text.replace(old, new, 1)
    file.write_text(text, encoding="utf-8")


def translated(words):
    """The words of the interface with a third language: the English ones again."""
    if not isinstance(words, dict):
        return words
    if words.keys() >= set(LOCALES):
        return words | {"ja": words["en"]}
    return {key: translated(value) for key, value in words.items()}


def test_a_third_language_and_what_is_behind(copy):
    """With changes to mkdocs.yml and words.yml alone; what is behind says so to the reader."""
    english = "{locale: en, name: English}\n"
    change(copy / "mkdocs.yml", (english, english + "        - {locale: ja, name: 日本語}\n"))
    words = copy / "docs/data/words.yml"
    with_ja = translated(yaml.safe_load(words.read_text(encoding="utf-8")))
    with_ja["languages"]["ja"] = dict.fromkeys((*LOCALES, "ja"), "日本語")
    for locale in LOCALES:
        with_ja["languages"][locale]["ja"] = "日本語"
    words.write_text(yaml.safe_dump(with_ja, allow_unicode=True), encoding="utf-8")
    (copy / "docs/ja").mkdir()
    page = "---\ndescription: はじめに。\n---\n# はじめに { #notes }\n\n本文。\n"
    (copy / "docs/ja/index.md").write_text(page, encoding="utf-8")
    new = "\n## New here { #new-here }\n\nOnly in English.\n"
    with open(copy / "docs/en/nn-module/modes.md", "a", encoding="utf-8") as file:
        file.write(new)
    assert not build(copy / "site", copy)

    def soup(path):
        return parse(copy / "site" / path)

    japanese = soup("ja/index.html")
    assert japanese.html["lang"] == "ja" and "本文。" in japanese.article.get_text()
    assert {a["hreflang"] for a in japanese.select("a.md-select__link")} == {*LOCALES, "ja"}
    modes = soup("ja/nn-module/modes/index.html")
    assert modes.select_one("article h1")["lang"] == "ko" and modes.select(".behind")
    canonical = modes.select_one("link[rel=canonical]")["href"]
    assert canonical == "https://example.org/notes/nn-module/modes/"
    assert "/new/main?filename=docs%2Fja%2F" in modes.select_one("a[rel=edit]")["href"]
    korean = soup("nn-module/modes/index.html")
    heading = korean.select_one("#new-here")
    assert heading["lang"] == "en" and heading.find_next_sibling(class_="behind").a["href"] == (
        "https://example.org/notes/en/nn-module/modes/#new-here"
    )
    assert heading.select_one(".headerlink")["title"] == "이 절의 링크"
    contents = korean.select_one(".md-nav--secondary a[href='#new-here'] .md-ellipsis")
    assert contents["lang"] == "en"


def test_a_build_says_only_what_one_has_to_know(copy):
    """And a word of the interface that is missing in one language is named."""
    command = [sys.executable, "-m", "mkdocs", "build", "--strict"]
    env = os.environ | {"NO_MKDOCS_2_WARNING": "1"}  # as the Makefile has it
    options = {"cwd": copy, "capture_output": True, "text": True, "env": env}
    change(copy / "docs/data/words.yml", (", en: Home", ""))
    told = subprocess.run(command, **options).stderr.splitlines()
    line = re.compile(r"docs/data/words.yml:\d+: These words lack en:. Add them.$")
    assert line.search(told[-1]), told
    assert len(told) < 6, told


def test_a_page_is_rendered_again_when_it_has_changed():
    """While the site is served: the page's Markdown, or a file that it is made of."""
    file = SimpleNamespace(src_uri="en/x.md", abs_src_path="/none")
    page = SimpleNamespace(markdown="a", file=file, links_to_anchors={})
    files, made = SimpleNamespace(get_file_from_path=lambda path: None), []

    def render(config, files):
        made.append(page.markdown)
        page.content = page.markdown.upper()

    renders = hooks.render_if_changed(page, render, {})
    for markdown in ("a", "a", "b"):
        page.markdown, page.content = markdown, None
        renders({}, files)
        assert page.content == markdown.upper()
    assert made == ["a", "b"]


def test_machinery_that_has_changed_is_named(monkeypatch):
    hooks.on_startup(command="serve", dirty=False)
    assert not hooks.stale()
    path = next(iter(hooks.serving.machinery))
    monkeypatch.setitem(hooks.serving.machinery, path, 0)
    assert hooks.stale() == [path]
    hooks.on_startup(command="build", dirty=False)
    assert not hooks.stale()
