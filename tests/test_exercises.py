"""The exercises tell whether an answer is right: each check, on each answer, and each page, in both languages."""

import ast
import re
import sys

import pytest
import yaml
from answers import ANSWERS

import snippet
from test_pages import DOCS, LOCALES, Page

FOLDER = snippet.SNIPPETS / "nn-module/exercises"
EXERCISES = sorted(p.name for p in FOLDER.iterdir() if p.is_dir())
EACH = pytest.mark.parametrize("exercise", EXERCISES)
HANGUL = re.compile("[가-힣]")
HINT = {"ko": "힌트", "en": "Hint"}
FOLD = re.compile(r"^/// details \| (?P<title>.*)\n(?P<body>(?:(?!///$).*\n)*)///$", re.MULTILINE)


@pytest.fixture(scope="module")
def fresh():
    interpreters = snippet.FreshInterpreters()
    yield interpreters
    interpreters.close()


def read(path):
    """A snippet; one of the wrong form is reported once, by test_snippets.py."""
    try:
        return snippet.read(path)
    except (snippet.SnippetError, OSError):
        pytest.skip("missing, or not of its form: see test_the_exercise_is_whole and test_snippets.py")


def answers(folder):
    return sorted((FOLDER / folder).glob("*.md"))


def fail(name, message):
    pytest.fail(f"{name}: {message}", pytrace=False)


def hint(result, name):
    """The Korean and the English hint that the check has raised, a line each; fails if it raised anything else, or nothing."""
    found = re.fullmatch(r"raises AssertionError: (.+)\n\n(.+)", result.error or "", re.DOTALL)
    if not found:
        fail(name, f"the check has to reject this with a hint, an AssertionError of Korean lines, an empty one and English lines. It {result.error or 'lets it pass'}.")
    if not HANGUL.search(found[1]) or HANGUL.search(found[2]):
        fail(name, f"a hint is Korean above the empty line, English below it. This one says\n{found[0]}")
    return "\n".join(" ".join(half.split()) for half in found.groups())


def pages(exercise):
    return [Page(DOCS / locale / f"nn-module/exercises/{exercise}.md") for locale in LOCALES]


@EACH
def test_the_exercise_is_whole(exercise):
    """Starter, solution and six wrong answers; a page with three hints and a box to tick, in each language that has it, and in nav."""
    name, problems = f"snippets/nn-module/exercises/{exercise}", []
    for file in ("starter.md", "solution.md"):
        if not (FOLDER / exercise / file).is_file():
            problems.append(f"{name}/{file}:1: missing. Write it; the contributors' page says how.")
    if (wrong := len(answers(f"{exercise}/wrong"))) < 6:
        problems.append(f"{name}/wrong/: {wrong} wrong answers. Write {6 - wrong} more, each a file.")
    nav = (snippet.ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    if f"nn-module/exercises/{exercise}.md" not in nav:
        problems.append(f"mkdocs.yml:1: nav lacks nn-module/exercises/{exercise}.md. Add the line.")
    written = [page for page in pages(exercise) if page.path.is_file()]
    if not written:
        problems.append(f"docs/ko/nn-module/exercises/{exercise}.md:1: missing, in both languages. Write the exercise in one of them.")
    for page in written:
        text = page.path.read_text(encoding="utf-8")
        titles = [fold["title"] for fold in FOLD.finditer(text) if fold["body"].strip()]
        for number in (1, 2, 3):
            if sum(title.startswith(f"{HINT[page.locale]} {number}: ") for title in titles) != 1:
                problems.append(f"{page.name}:1: one hint {number} is needed. Fold it: /// details | {HINT[page.locale]} {number}: …, its text, and ///")
        for fold in FOLD.finditer(text):
            if "/wrong/" in fold["body"] and not re.sub(r"--8<--.*", "", fold["body"]).strip():
                line = text[: fold.start()].count("\n") + 1
                problems.append(f"{page.name}:{line}: say below the include why this answer is wrong.")
        for place in (page, Page(page.path.with_name("index.md"))):
            if len(re.findall(rf'^<label class="done"><input type="checkbox" name="{exercise}"> .+</label>$', place.path.read_text(encoding="utf-8"), re.MULTILINE)) != 1:
                problems.append(f'{place.name}:1: one box to tick is needed: <label class="done"><input type="checkbox" name="{exercise}"> …</label>')
    if problems:
        pytest.fail("\n".join(problems), pytrace=False)


@EACH
def test_hints_are_in_both_languages(exercise):
    """Each pair (Korean, English) of the check, also those that no answer here brings up; and it needs nothing but torch."""
    solution = read(FOLDER / exercise / "solution.md")
    pairs = 0
    for node in ast.walk(ast.parse(solution.check)):
        line = solution.line_of("check") + getattr(node, "lineno", 1) - 1
        hints = isinstance(node, ast.Return) or isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "hint"
        if hints and isinstance(node.value, ast.Tuple):
            pairs += 1
            first, *others = map(words, node.value.elts)
            if not HANGUL.search(first) or len(others) != 1 or not others[0] or HANGUL.search(others[0]):
                fail(f"{solution.name}:{line}", "a hint is a pair, (Korean, English).")
        for module in [a.name for a in node.names] if isinstance(node, ast.Import) else [node.module] if isinstance(node, ast.ImportFrom) else []:
            if module.partition(".")[0] not in {"torch", *sys.stdlib_module_names}:
                fail(f"{solution.name}:{line}", f"the check imports {module}. A learner has torch and nothing else.")
    assert pairs > 5, f"{solution.name}: no hints found in the check"


def words(node):
    """The constant text of a string, f-strings included."""
    return "".join(part.value for part in ast.walk(node) if isinstance(part, ast.Constant) and isinstance(part.value, str))


@EACH
def test_starter_and_nothing_at_all_get_a_hint(exercise, fresh):
    starter, solution = read(FOLDER / exercise / "starter.md"), read(FOLDER / exercise / "solution.md")
    hint(fresh.run(starter.code + solution.check), f"{starter.name}:1")
    hint(fresh.run(solution.check), f"{solution.name}:{solution.line_of('check')} (the check alone)")


@EACH
def test_right_answers_pass(exercise, fresh):
    solution = read(FOLDER / exercise / "solution.md")
    verdict = solution.output.splitlines()[-1:]
    others = [read(path) for path in answers(f"{exercise}/right")]
    for answer, code in [(solution, solution.answer), *((other, other.code) for other in others)]:
        alone, checked = fresh.run(code), fresh.run(code + solution.check)
        if checked.error:
            fail(f"{answer.name}:{answer.file_line(1)}", f"the check {checked.error}\nA right answer has to pass: mend it, or the check.")
        if checked.stdout.splitlines() != alone.stdout.splitlines() + verdict:
            fail(f"{answer.name}:{answer.file_line(1)}", f"below the answer, the check has to print one line, {verdict}. It prints\n{checked.stdout}")


@EACH
def test_wrong_answers_are_rejected_as_shown(exercise, fresh):
    check, seen = read(FOLDER / exercise / "solution.md").check, {}
    for path in answers(f"{exercise}/wrong"):
        wrong = read(path)
        result = fresh.run(wrong.code + check)
        hint(result, f"{wrong.name}:1")
        said = result.error.removeprefix("raises ") + "\n"
        if said != wrong.says:
            fail(f"{wrong.name}:{wrong.line_of('says')}", f"the check says\n{said}and the page shows\n{wrong.says}`make record` rewrites it, if the new one is right.")
        if twin := seen.get(said):
            fail(f"{wrong.name}:1", f"the check says the same to {twin}. Tell the two mistakes apart in the check, or drop one of them.")
        seen[said] = wrong.name


@pytest.mark.parametrize("exercise, code, expected", ANSWERS)
def test_further_answers(exercise, code, expected, fresh):
    """What else a learner may write: `expected` is a piece of the English hint, or None for a right answer."""
    result = fresh.run(code + "\n" + read(FOLDER / exercise / "solution.md").check)
    if expected is None and result.error:
        fail("tests/answers.py", f"the check of {exercise} rejects a right answer: it {result.error}\n{code}")
    if expected is not None and expected not in (said := hint(result, f"tests/answers.py: {exercise}\n{code}")):
        fail("tests/answers.py", f"the check of {exercise} is to say {expected!r}. It {said}\n{code}")


def test_every_exercise_is_on_the_list():
    """A page without a folder of snippets is no exercise."""
    nav = yaml.safe_load(re.search(r"^nav:\n(?:[ ].*\n)+", (snippet.ROOT / "mkdocs.yml").read_text(encoding="utf-8"), re.MULTILINE)[0])
    listed = re.findall(r"exercises/(\d+-[\w-]+)\.md", str(nav))
    if listed != EXERCISES:
        fail("mkdocs.yml", f"nav lists the exercises {listed}; snippets/nn-module/exercises/ holds {EXERCISES}. Make them the same, in order.")
