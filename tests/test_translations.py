"""A section knows when its twin is newer, and the reader is told.

What one language has alone is shown in both.
"""

import pytest
from markdown import Markdown

from tools.compare import record_in_step
from tools.page import Page
from tools.site import Mistake
from tools.translations import as_shown, out_of_step, read_record

KO = """\
---
description: 설명.
---
# 제목 { #title }

첫 글.

## 하나 { #one }

하나의 글은 [여기](other.md#x)에 있다.

--8<-- "page/one.md"

## 둘 { #two }

둘의 글.
"""
EN = """\
---
description: About it.
---
# Title { #title }

First text.

## One { #one }

The text of one is [here](other.md#x).

--8<-- "page/one.md"

## Two { #two }

The text of two.
"""
NEW = """\
## Three { #three }

/// details | Fold

Text in a fold.

///
"""


@pytest.fixture
def docs(tmp_path):
    """A page in two languages, in step."""
    for locale, text in (("ko", KO), ("en", EN)):
        (tmp_path / locale).mkdir()
        (tmp_path / "data").mkdir(exist_ok=True)
        (tmp_path / locale / "page.md").write_text(text, encoding="utf-8")
    assert record_in_step("page", docs=tmp_path) == 0
    return tmp_path


def change(docs, locale, old, new):
    file = docs / locale / "page.md"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def found(docs):
    return {state.anchor: (state.why, state.behind) for state in out_of_step(docs=docs)}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ([("ko", "둘의 글.", "둘의 새 글.")], {"two": ("moved", ["en"])}),
        ([("en", "The text of two", "What two says")], {"two": ("moved", ["ko"])}),
        ([("en", "About it.", "All about it.")], {"title": ("moved", ["ko"])}),
        ([("ko", "## 둘 {", "## 둘째 {")], {"two": ("moved", ["en"])}),
        ([("ko", "둘의 글.", '둘의 글.\n\n--8<-- "page/two.md"')], {"two": ("moved", ["en"])}),
        (
            [("ko", "둘의 글.", "둘의 새 글."), ("en", "The text of two", "What two says")],
            {"two": ("both moved", ["ko", "en"])},
        ),
        ([("en", "## Two", NEW + "\n## Two")], {"three": ("only here", ["ko"])}),
        ([("ko", "## 둘 { #two }\n\n둘의 글.\n", "")], {"two": ("taken out", ["en"])}),
        # Nothing of this is for a translator.
        ([("ko", "둘의 글.", "둘의\n  글.\n\n")], {}),
        ([("ko", "page/one.md", "page/renamed.md"), ("en", "page/one.md", "page/renamed.md")], {}),
        ([("ko", "other.md#x", "other.md#y"), ("en", "other.md#x", "other.md#y")], {}),
        ([("ko", "둘의 글.", "둘의 글. <!-- allow 글: 까닭 -->")], {}),
        ([("ko", "## 둘 { #two }", '## 둘 <a id="old"></a> { #two }')], {}),
    ],
)
def test_what_is_behind(docs, changes, expected):
    for locale, old, new in changes:
        change(docs, locale, old, new)
    assert found(docs) == expected


def test_a_section_that_moves_is_not_behind(docs):
    change(docs, "ko", "## 둘 { #two }\n\n둘의 글.\n", "")
    change(docs, "ko", "## 하나", "## 둘 { #two }\n\n둘의 글.\n\n## 하나")
    assert found(docs) == {}


def test_in_step_records_what_a_person_has_brought_together(docs, capsys):
    change(docs, "ko", "둘의 글.", "둘의 새 글.")
    change(docs, "ko", "첫 글.", "처음 글.")
    assert record_in_step("page", "two", docs) == 0
    assert found(docs) == {"title": ("moved", ["en"])}
    assert record_in_step("page", docs=docs) == 0 and not found(docs)
    change(docs, "ko", "## 둘 { #two }\n\n둘의 새 글.\n", "")
    assert record_in_step("page", docs=docs) == 1  # the other text is still there
    change(docs, "en", "## Two { #two }\n\nThe text of two.\n", "")
    assert record_in_step("page", docs=docs) == 0
    assert read_record(docs)["page"]["two"] == {}  # its address is not forgotten
    change(docs, "en", "page/one.md", "page/two.md")
    assert record_in_step("page", docs=docs) == 1
    assert "docs/en/page.md:8: page/two.md" in capsys.readouterr().out
    for wrong in (("pgae",), ("page", "tow")):
        with pytest.raises(Mistake):
            record_in_step(*wrong, docs=docs)


def note(why, language, anchor):
    return f"{why} [there](https://example.org/page/#{anchor})"


def shown(docs, locale):
    text = as_shown(Page.read(locale, "page", docs), read_record(docs), note)
    extensions = ["attr_list", "pymdownx.blocks.html", "pymdownx.blocks.details"]
    return text, Markdown(extensions=extensions).convert(text[text.index("\n# ") :])


def test_the_reader_is_told(docs):
    change(docs, "ko", "둘의 글.", "둘의 새 글.")
    _, html = shown(docs, "en")
    assert (
        '<h2 id="two">Two</h2>\n<p class="behind">moved '
        '<a href="https://example.org/page/#two">there</a></p>\n<p>The text of two.' in html
    )
    assert html.count("behind") == 1


def test_a_new_section_is_shown_in_both_languages(docs):
    change(docs, "en", "## Two", NEW + "\n## Two")
    _, html = shown(docs, "ko")
    assert (
        html.index('id="one"')
        < html.index('<h2 id="three" lang="en">Three</h2>')
        < html.index('<div lang="en">')
        < html.index('id="two"')
    )
    assert "<p>Text in a fold.</p>\n</details>\n</div>" in html


def test_a_new_page_is_shown_in_both_languages(docs):
    (docs / "en/page.md").unlink()
    text, html = shown(docs, "en")
    assert text.startswith("---\ndescription: 설명.\n---\n")
    assert (
        html.count(' lang="ko">') == 6 and html.count('class="behind"') == 1
    )  # three headings, and what is below each
