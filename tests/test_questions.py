"""Questions are whole, in both languages, on their pages, and fair.

What their blocks print is run with all snippets; test_answers.py has them answered in a browser.
"""

import re

import pytest
from test_language import other_spellings, particles, style, unused_words

from conftest import report
from tools import question, road, snippet
from tools.page import Page
from tools.site import LOCALES, SNIPPETS, Mistake, nav, relative, say

FILE = relative(question.FILE)
ASKING = [
    *(name for pages in road.roads().values() for name in pages[:-1]),  # the last leads on
    "nn-module/freezing",
    "nn-module/lab",
    "nn-module/lora",
]
FROM_PAGE = 3  # on, one question of a page asks about an earlier one
GOOD = """\
- id: nn-module/modes/planted
  block: nn-module/modes/batchnorm.md
  ask: {ko: 무엇일까?, en: What is it?}
  choices:
    - right: true
      why: {ko: 맞다., en: It is.}
    - prints: |
        1
      why: {ko: 아니다., en: It is not.}
    - block: nn-module/modes/questions/frozen-norm-eval.md
      why: {ko: 아니다., en: It is not.}
"""


def asked():
    """All questions; none of them is tested further where one is not whole."""
    try:
        return list(question.questions().values())
    except Mistake:
        pytest.skip("not whole: see test_every_question_is_whole")


def test_every_question_is_whole():
    found = []
    try:
        for entry in question.entries(question.FILE):
            found += [f"{FILE}:{line}: {what}" for line, what in question.wrong(*entry)]
        question.questions()
    except Mistake as mistake:
        found.append(str(mistake))
    report(found)


@pytest.mark.parametrize(
    ("good", "bad", "line", "told"),
    [
        ("  block: nn-module/modes/batchnorm.md\n", "", 1, "has no block"),
        ("batchnorm", "batchnrm", 1, "no snippet at snippets/nn-module/modes/batchnrm.md"),
        ("ask: {ko: 무엇일까?, en: What is it?}", "ask: {ko: 무엇일까?}", 1, "lacks 'en'"),
        ("{ko: 맞다., en: It is.}", "{en: It is.}", 5, "lacks 'ko'"),
        ("{ko: 맞다., en: It is.}", "It is.", 5, "has to be said by language"),
        ("      why: {ko: 맞다., en: It is.}\n", "", 5, "has no explanation"),
        ("    - prints: |\n        1\n", "    - right: true\n", 7, "2 right choices"),
        ("    - right: true\n", "    - prints: 2\n", 1, "0 right choices"),
        ("    - prints: |\n        1\n", "    - text: 하나\n", 7, "has to be said by language"),
        ("    - prints: |\n        1\n      why", "    - why", 7, "has one of block, prints, text"),
        ("    - right: true\n", "    - right: true\n      prints: 1\n", 5, "Take out prints:"),
        ("frozen-norm-eval", "gone", 10, "no snippet"),
        ("modes/planted", "mode/planted", 1, "no page of the site"),
        ("  choices:\n", "  choices:\n    - 1\n", 5, "no choice"),
        ("  ask:", "  aks: 1\n  ask:", 1, "has 'aks'"),
        ("  ask:", " ask:", 3, "not YAML"),
        ("- id: nn-module/modes/planted\n  block", "- 1\n- block", 1, "no question"),
    ],
)
def test_a_fault_is_named(tmp_path, monkeypatch, english, good, bad, line, told):
    """`file:line: what is wrong. What to do.`, in one line."""
    monkeypatch.setattr(question, "relative", lambda path: path.name)
    monkeypatch.setattr("tools.site.relative", lambda path: path.name)
    file = tmp_path / "questions.yml"
    file.write_text(GOOD, encoding="utf-8")
    assert list(question.questions(file)) == ["nn-module/modes/planted"]
    assert good in GOOD
    file = tmp_path / "bad.yml"
    file.write_text(GOOD.replace(good, bad, 1), encoding="utf-8")
    with pytest.raises(Mistake, match=re.escape(told)) as mistake:
        question.questions(file)
    assert str(mistake.value).startswith(f"bad.yml:{line}: ") and "\n" not in str(mistake.value)


@pytest.mark.parametrize("locale", LOCALES)
def test_every_question_stands_once_on_its_own_page(locale):
    problems, times = [], {}
    for name in nav():
        page = Page.read(locale, name)
        for number, match in question.standing(page).items():
            if match["all"]:
                continue
            try:
                one = question.asked(page, number, match)
            except Mistake as mistake:
                problems.append(str(mistake))
                continue
            times[one.id] = times.get(one.id, 0) + 1
            if one.page != name or times[one.id] > 1:
                own = f"docs/{locale}/{one.page}.md"
                problems.append(page.say(number, "question-elsewhere", id=one.id, page=own))
    problems += [
        say(f"{FILE}:{one.line}", "not-shown", page=f"docs/{locale}/{one.page}.md", id=one.id)
        for one in asked()
        if one.id not in times and Page.read(locale, one.page).text
    ]
    report(problems)


def test_pages_ask_enough():
    """Two on each page of the road and three more; from page 3 on, one asks of an earlier page."""
    problems, order = [], nav()
    for name in ASKING:
        own = [one for one in asked() if one.page == name]
        where = f"docs/{LOCALES[0]}/{name}.md:1"
        if len(own) < 2:
            problems.append(say(where, "few-questions", count=len(own), file=FILE))
        late = any(name in pages[FROM_PAGE:] for pages in road.roads().values())
        if late and not any(one.asks for one in own):
            problems.append(say(where, "asks-nothing-again"))
    for one in asked():
        if one.asks and one.asks not in order[: order.index(one.page)]:
            what = {"id": one.id, "page": one.asks}
            problems.append(say(f"{FILE}:{one.line}", "asks-no-earlier", **what))
    report(problems)


def test_why_is_asked_as_often_as_what():
    why = sum(one.is_why for one in asked())
    if why < len(asked()) - why:
        report([say(f"{FILE}:1", "too-few-whys", why=why, all=len(asked()))])


def test_choices_differ_and_do_not_give_the_answer_away():
    """The right one stands in any place, and is not told by its length."""
    problems, longest = [], 0
    places = [one.right for one in asked()]
    for one in asked():
        for locale in LOCALES:
            said = [
                (question.said(choice.text, locale) if choice.text else choice.prints).strip()
                for choice in one.choices
            ]
            for choice, text in zip(one.choices, said):
                if said.count(text) > 1:
                    problems.append(say(f"{FILE}:{choice.line}", "same-choices", id=one.id))
            longest += one.is_why and max(said, key=len) == said[one.right]
    why = [one for one in asked() if one.is_why]
    if longest > len(LOCALES) * len(why) / 3:
        problems.append(say(f"{FILE}:1", "right-is-longest"))
    for place in set(places):
        if places.count(place) > len(places) / 2:
            problems.append(say(f"{FILE}:1", "right-place", place=place + 1))
    report(problems)


def test_every_snippet_of_a_question_is_asked_about():
    named = {one.path for one in asked()}
    named |= {choice.block for one in asked() for choice in one.choices}
    report(
        say(f"{relative(path)}:1", "no-question-names", file=FILE)
        for path in snippet.paths()
        if path.parent.name == "questions" and path.relative_to(SNIPPETS).as_posix() not in named
    )


@pytest.mark.parametrize("locale", LOCALES)
def test_their_language_is_that_of_the_pages(locale):
    """See tests/test_language.py."""
    problems = []
    for one in asked():
        places = [(one.line, one.ask)]
        for choice in one.choices:
            places += [(choice.line, text) for text in (choice.text, choice.why) if text]
        for line, text in ((line, texts[locale]) for line, texts in places if locale in texts):
            page = Page(locale, "questions", f"# X {{ #x }}\n\n{text}\n")
            for rule in (unused_words, other_spellings, style, particles):
                problems += [
                    say(f"{FILE}:{line}", "stands-here", locale, what=what, advice=advice)
                    for _, what, advice in rule(page)
                ]
    report(problems)


@pytest.mark.parametrize("locale", LOCALES)
def test_a_question_about_another_note_names_it(locale):
    """A page of each note may be the sixth: "6." alone would mean that of the note being read."""
    for one in asked():
        if one.asks:
            label = question.markdown(one, Page.as_written(locale, one.page), False).split("  \n")[
                0
            ]
            other = one.asks.partition("/")[0] != one.page.partition("/")[0]
            assert ("`nn.Module`" in re.sub(r"\[.*?\]", "", label)) == other, label
