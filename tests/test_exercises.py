"""The exercises tell whether an answer is right: each check, on each answer, and each page."""

import ast
import re
import sys

import pytest

from conftest import report
from tools import site, snippet
from tools.page import FOLD, Page
from tools.site import LOCALES, SNIPPETS, Mistake, relative

EXERCISES = sorted(path for path in SNIPPETS.glob("*/exercises/*") if path.is_dir())
EACH = pytest.mark.parametrize("exercise", EXERCISES, ids=lambda path: path.name)
HANGUL = re.compile("[가-힣]")
HINT = {"ko": "힌트", "en": "Hint"}
BOX = r'^<label class="done">.*<input type="checkbox" name="{}"[^>]*>.*</label>$'


def read(path):
    """A snippet; one of the wrong form is reported once, by test_snippets.py."""
    try:
        return snippet.read(path)
    except (Mistake, OSError):
        pytest.skip("missing, or not of its form: see test_the_exercise_is_whole, test_snippets.py")


def fail(name, message):
    pytest.fail(f"{name}: {message}", pytrace=False)


def hint(result, name):
    """The Korean and the English hint of the check, a line each; fails if there is none."""
    found = re.fullmatch(r"raises AssertionError: (.+)\n\n(.+)", result.error or "", re.DOTALL)
    if not found:
        what = "an AssertionError of Korean lines, an empty one and English lines"
        did = result.error or "lets it pass"
        fail(name, f"the check has to reject this with a hint, {what}. It {did}.")
    if not HANGUL.search(found[1]) or HANGUL.search(found[2]):
        what = "a hint is Korean above the empty line, English below it. This one says"
        fail(name, f"{what}\n{found[0]}")
    return "\n".join(" ".join(half.split()) for half in found.groups())


@EACH
def test_the_exercise_is_whole(exercise):
    """Starter, solution, six wrong answers, a page in some language, and that in nav."""
    name, page = relative(exercise), exercise.relative_to(SNIPPETS).as_posix()
    problems = [
        f"{name}/{file}:1: missing. Write it; the contributors' page says how."
        for file in ("starter.md", "solution.md")
        if not (exercise / file).is_file()
    ]
    if (wrong := len(list(exercise.glob("wrong/*.md")))) < 6:
        more = f"Write {6 - wrong} more, each a file."
        problems.append(f"{name}/wrong/: {wrong} wrong answers. {more}")
    if page not in site.nav():
        problems.append(f"mkdocs.yml:1: nav lacks {page}.md. Add the line.")
    if not any(Page.read(locale, page).text for locale in LOCALES):
        what = "missing, in all languages. Write the exercise in one of them."
        problems.append(f"docs/{LOCALES[0]}/{page}.md:1: {what}")
    report(problems)


@EACH
@pytest.mark.parametrize("locale", LOCALES)
def test_its_page_is_whole(exercise, locale):
    """Three hints, why a wrong answer is wrong, and a box to tick here and on the list."""
    page = Page.read(locale, exercise.relative_to(SNIPPETS).as_posix())
    if not page.text:
        pytest.skip("not written yet: readers see the other language's")
    folds = list(FOLD.finditer(page.text))
    titles = [fold["title"] for fold in folds if fold["text"].strip()]
    word, problems = HINT.get(locale, "Hint"), []
    for number in (1, 2, 3):
        if sum(title.startswith(f"{word} {number}: ") for title in titles) != 1:
            mend = f"Fold it: /// details | {word} {number}: …, its text, and ///"
            problems.append(f"{page.file}:1: one hint {number} is needed. {mend}")
    for fold in folds:
        if "/wrong/" in fold["text"] and not re.sub(r"--8<--.*", "", fold["text"]).strip():
            line = page.text.count("\n", 0, fold.start()) + 1
            what = "say below the include why this answer is wrong."
            problems.append(f"{page.file}:{line}: {what}")
    index = Page.read(locale, f"{page.name.rpartition('/')[0]}/index")
    for place in (page, index):
        if len(re.findall(BOX.format(exercise.name), place.text, re.MULTILINE)) != 1:
            box = f'<label class="done"><input type="checkbox" name="{exercise.name}"> …</label>'
            problems.append(f"{place.file}:1: one box to tick is needed: {box}")
    report(problems)


@EACH
def test_hints_are_in_both_languages(exercise):
    """Each pair (Korean, English) of the check, also those that no answer here brings up.

    And it needs nothing but torch.
    """
    solution = read(exercise / "solution.md")
    pairs = 0
    for node in ast.walk(ast.parse(solution.check)):
        line = solution.line_of("check") + getattr(node, "lineno", 1) - 1
        hints = (
            isinstance(node, ast.Return)
            or isinstance(node, ast.Assign)
            and ast.unparse(node.targets[0]) == "hint"
        )
        if hints and isinstance(node.value, ast.Tuple):
            pairs += 1
            first, *others = map(words, node.value.elts)
            if (
                not HANGUL.search(first)
                or len(others) != 1
                or not others[0]
                or HANGUL.search(others[0])
            ):
                fail(f"{solution.name}:{line}", "a hint is a pair, (Korean, English).")
        for module in (
            [a.name for a in node.names]
            if isinstance(node, ast.Import)
            else [node.module]
            if isinstance(node, ast.ImportFrom)
            else []
        ):
            if module.partition(".")[0] not in {"torch", *sys.stdlib_module_names}:
                fail(
                    f"{solution.name}:{line}",
                    f"the check imports {module}. A learner has torch and nothing else.",
                )
    assert pairs > 5, f"{solution.name}: no hints found in the check"


def words(node):
    """The constant text of a string, f-strings included."""
    return "".join(
        part.value
        for part in ast.walk(node)
        if isinstance(part, ast.Constant) and isinstance(part.value, str)
    )


@EACH
def test_starter_and_nothing_at_all_get_a_hint(exercise, interpreter):
    starter, solution = (
        read(exercise / "starter.md"),
        read(exercise / "solution.md"),
    )
    hint(interpreter.run(starter.code + solution.check), f"{starter.name}:1")
    hint(
        interpreter.run(solution.check),
        f"{solution.name}:{solution.line_of('check')} (the check alone)",
    )


def answers(kind):
    """Marks a test of each answer of a kind; beside those on the page are more, in answers/."""
    found = [path for exercise in EXERCISES for path in sorted(exercise.rglob(f"{kind}/*.md"))]
    return pytest.mark.parametrize("path", found, ids=lambda path: path.relative_to(SNIPPETS))


def passes(answer, code, interpreter):
    """Fails unless the check lets this code pass, with its one line below what the code prints."""
    solution = read(snippet.page_of(answer.path) / "solution.md")
    alone, checked = interpreter.run(code), interpreter.run(code + solution.check)
    name, verdict = f"{answer.name}:{answer.file_line(1)}", solution.output.splitlines()[-1:]
    if checked.error:
        mend = "A right answer has to pass: mend it, or the check."
        fail(name, f"the check {checked.error}\n{mend}")
    if checked.stdout.splitlines() != alone.stdout.splitlines() + verdict:
        what = f"below the answer, the check has to print one line, {verdict}. It prints"
        fail(name, f"{what}\n{checked.stdout}")


@EACH
def test_the_solution_passes(exercise, interpreter):
    solution = read(exercise / "solution.md")
    passes(solution, solution.answer, interpreter)


@answers("right")
def test_a_right_answer_passes(path, interpreter):
    answer = read(path)
    passes(answer, answer.code, interpreter)


@answers("wrong")
def test_a_wrong_answer_is_rejected_with_its_hint(path, interpreter):
    wrong, solution = read(path), read(snippet.page_of(path) / "solution.md")
    result = interpreter.run(wrong.code + solution.check)
    hint(result, f"{wrong.name}:1")
    said = result.error.removeprefix("raises ") + "\n"
    if said != wrong.says:
        what = f"the check says\n{said}and the file shows\n{wrong.says}"
        mend = "`make record` rewrites it, if the new one is right."
        fail(f"{wrong.name}:{wrong.line_of('says')}", f"{what}{mend}")


@EACH
def test_wrong_answers_on_the_page_are_told_apart(exercise):
    seen = {}
    for path in sorted(exercise.glob("wrong/*.md")):
        wrong = read(path)
        if (twin := seen.setdefault(wrong.says, wrong.name)) != wrong.name:
            mend = "Tell the two mistakes apart in the check, or drop one of them."
            fail(f"{wrong.name}:1", f"the check says the same to {twin}. {mend}")


def test_every_exercise_is_on_the_list():
    """In nav, in the order of their folders. A page without a folder of snippets is no exercise."""
    listed = [page for page in site.nav() if re.search(r"exercises/\d+-", page)]
    folders = [path.relative_to(SNIPPETS).as_posix() for path in EXERCISES]
    if listed != folders:
        what = "Make them the same, in order."
        fail("mkdocs.yml", f"nav lists the exercises {listed}, and snippets/ has {folders}. {what}")
