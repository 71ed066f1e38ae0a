"""The exercises tell whether an answer is right: each check, on each answer, and each page."""

import ast
import itertools
import re
import sys

import pytest
from test_snippets import imports

from conftest import report
from tools import site, snippet
from tools.page import FOLD, Page
from tools.site import LOCALES, SNIPPETS, Mistake, relative, say

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


def fail(name, what, **fields):
    report([say(name, what, **fields)])


# One run for all: what the code prints, the check in each of its languages, and what it says.
CHECKED = """
print({end!r})
for spoken in {checks!r}:
    try:
        exec(spoken, globals())
    except AssertionError as error:
        print(f"AssertionError: {{error}}")
    print({end!r})
"""
END = "(the check has ended)\n"


def checked(code, solution, interpreter, name):
    """What the check prints below the code: {language: text}."""
    checks = [snippet.spoken(solution.check, locale) for locale in snippet.SPOKEN]
    result = interpreter.run(code + CHECKED.format(checks=checks, end=END[:-1]))
    if result.error:
        fail(name, "check-does", does=result.error)
    _, *said, _ = result.stdout.split(END)
    return dict(zip(snippet.SPOKEN, said, strict=True))


def is_hint(text, locale, name):
    """Fails unless the check has rejected an answer, in this language alone."""
    if not text.startswith("AssertionError: "):
        fail(name, "check-gives-no-hint", text=text)
    if bool(HANGUL.search(text)) != (locale == "ko"):
        fail(name, "hint-in-other-language", language=locale, text=text)


@EACH
def test_the_exercise_is_whole(exercise):
    """Starter, solution, six wrong answers, a page in some language, and that in nav."""
    name, page = relative(exercise), exercise.relative_to(SNIPPETS).as_posix()
    problems = [
        say(f"{name}/{file}:1", "exercise-lacks")
        for file in ("starter.md", "solution.md")
        if not (exercise / file).is_file()
    ]
    if (wrong := len(list(exercise.glob("wrong/*.md")))) < 6:
        problems.append(say(f"{name}/wrong/", "few-wrong-answers", count=wrong, more=6 - wrong))
    if page not in site.nav():
        problems.append(say("mkdocs.yml:1", "nav-lacks", page=page))
    if not any(Page.read(locale, page).text for locale in LOCALES):
        problems.append(say(f"docs/{LOCALES[0]}/{page}.md:1", "exercise-unwritten"))
    report(problems)


@EACH
@pytest.mark.parametrize("locale", LOCALES)
def test_its_page_is_whole(exercise, locale):
    """Three hints, why a wrong answer is wrong, and a box to tick here and on the list."""
    page = Page.read(locale, exercise.relative_to(SNIPPETS).as_posix())
    if not page.text:
        pytest.skip("not written yet: readers see the other language's")
    folds = list(FOLD.finditer(page.text))
    folds += [inner for fold in folds for inner in FOLD.finditer(fold["text"])]
    titles = [fold["title"] for fold in folds if fold["text"].strip()]
    word, problems = HINT.get(locale, "Hint"), []
    for number in (1, 2, 3):
        if sum(title.startswith(f"{word} {number}: ") for title in titles) != 1:
            problems.append(page.say(1, "hint-needed", word=word, number=number))
    for fold in folds:
        if "/wrong/" in fold["text"] and not re.sub(r"--8<--.*", "", fold["text"]).strip():
            line = page.text[: page.text.index(fold[0])].count("\n") + 1
            problems.append(page.say(line, "why-is-it-wrong"))
    seen = [fold for fold in FOLD.finditer(page.text) if "/wrong/" in fold["text"]]
    if len(seen) > 5:
        problems.append(page.say(1, "many-wrong-answers", count=len(seen)))
    index = Page.read(locale, f"{page.name.rpartition('/')[0]}/index")
    for place in (page, index):
        if len(re.findall(BOX.format(exercise.name), place.text, re.MULTILINE)) != 1:
            problems.append(place.say(1, "box-needed", name=exercise.name))
    report(problems)


@EACH
def test_hints_are_in_both_languages(exercise):
    """Each pair (Korean, English) of the check, also those that no answer here brings up.

    And it needs nothing but torch.
    """
    solution = read(exercise / "solution.md")
    first, found = solution.line_of("check") - 1, hints(ast.parse(solution.check))
    for hint in found:
        korean, *others = map(words, hint.elts)
        english = others[0] if len(others) == 1 else ""
        if not HANGUL.search(korean) or not english or HANGUL.search(english):
            fail(f"{solution.name}:{first + hint.lineno}", "hint-is-a-pair")
    for line, module in imports(solution.check):
        if module not in {"torch", *sys.stdlib_module_names}:
            fail(f"{solution.name}:{first + line}", "check-imports", module=module)
    assert len(found) > 5, f"{solution.name}: no hints found in the check"


def hints(tree):
    """What a check returns or calls `hint`, and any two texts, one of them in Korean."""
    found = set()
    for node in ast.walk(tree):
        named = isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "hint"
        if isinstance(node, ast.Return) or named:
            found.add(node.value)
        elif isinstance(node, ast.Tuple) and len(node.elts) == 2:
            texts = [one for one in node.elts if isinstance(one, (ast.Constant, ast.JoinedStr))]
            if len(texts) == 2 and any(HANGUL.search(words(one)) for one in texts):
                found.add(node)
    return [node for node in found if isinstance(node, ast.Tuple)]


def words(node):
    """The constant text of a string, f-strings included."""
    return "".join(
        part.value
        for part in ast.walk(node)
        if isinstance(part, ast.Constant) and isinstance(part.value, str)
    )


@EACH
def test_starter_and_nothing_at_all_get_a_hint(exercise, interpreter):
    starter, solution = read(exercise / "starter.md"), read(exercise / "solution.md")
    alone = f"{solution.name}:{solution.line_of('check')} (the check alone)"
    for code, name in ((starter.code, f"{starter.name}:1"), ("", alone)):
        for locale, said in checked(code, solution, interpreter, name).items():
            is_hint(said, locale, name)


def answers(kind):
    """Marks a test of each answer of a kind; beside those on the page are more, in answers/."""
    found = [path for exercise in EXERCISES for path in sorted(exercise.rglob(f"{kind}/*.md"))]
    return pytest.mark.parametrize("path", found, ids=lambda path: relative(path)[9:])


def passes(answer, code, interpreter):
    """Fails unless the check lets this code pass, with its one line below what the code prints."""
    name, solution = f"{answer.name}:{answer.file_line(1)}", snippet.solution_of(answer.path)
    for locale, said in checked(code, solution, interpreter, name).items():
        right = site.words(locale)["right"] + "\n"
        if said != right:
            fail(name, "right-answer-fails", right=right, said=said)


@EACH
def test_the_solution_passes(exercise, interpreter):
    solution = read(exercise / "solution.md")
    passes(solution, solution.answer, interpreter)


@answers("right")
def test_a_right_answer_passes(path, interpreter):
    answer = read(path)
    passes(answer, answer.whole, interpreter)


@answers("wrong")
def test_a_wrong_answer_is_rejected_with_its_hint(path, interpreter):
    wrong = read(path)
    name, solution = f"{wrong.name}:1", snippet.solution_of(path)
    for locale, said in checked(wrong.whole, solution, interpreter, name).items():
        said = said[said.find("AssertionError: ") :]  # a check may call what prints
        is_hint(said, locale, name)
        if said != wrong.says(locale):
            fail(name, "hint-differs", said=said, shown=wrong.says(locale))


@EACH
def test_wrong_answers_on_the_page_are_told_apart(exercise):
    seen = {}
    for path in sorted(exercise.glob("wrong/*.md")):
        wrong = read(path)
        if (twin := seen.setdefault(wrong.says(LOCALES[0]), wrong.name)) != wrong.name:
            fail(f"{wrong.name}:1", "same-hint", twin=twin)


def test_every_exercise_is_on_the_list():
    """In nav, those of a note in the order of their folders. A page without a folder is none.

    One that nav lacks is named by test_the_exercise_is_whole.
    """
    listed = [page for page in site.nav() if re.search(r"exercises/\d+-", page)]
    listed.sort(key=lambda page: page.partition("/")[0])
    folders = [path.relative_to(SNIPPETS).as_posix() for path in EXERCISES]
    if listed != [folder for folder in folders if folder in listed]:
        fail("mkdocs.yml:1", "exercises-differ", listed=listed, folders=folders)


def test_exercises_have_names_of_their_own():
    """In all notes together: what is solved is kept in the browser by the folder's name."""
    first = {path.name: path for path in reversed(EXERCISES)}
    report(
        say(f"{relative(path)}:1", "exercise-name", other=relative(first[path.name]))
        for path in EXERCISES
        if path != first[path.name]
    )


# The last exercise of the first note: what is planted in its solution, in the order in which the
# check looks, and what it says of each. Right and wrong lines take turns.
LAYERS = """\
nn.Linear(48, 64), nn.ReLU(), nn.Dropout(0.1),
            nn.Linear(64, 32), nn.ReLU(),
        ]"""
FAULTS = {
    "a misspelled key": ("nowhere in the model", "self.embed", "self.embd"),
    "a list": (
        "not among `parameters()`",
        f"nn.ModuleList([\n            {LAYERS})",
        f"[\n            {LAYERS}",
    ),
    "made in forward": (
        "from 384 to 24 are not trained",
        *("        self.project = nn.Linear(384, 24)\n", ""),
        *("self.project(seen)", "nn.Linear(384, 24)(seen)"),
    ),
    "an optimizer without the head": (
        "the optimizer doesn't change them",
        *("    model.action_head = nn.Linear(32, 3)\n", ""),
        *("lr=0.01\n    )\n", "lr=0.01\n    )\n    model.action_head = nn.Linear(32, 3)\n"),
    ),
    "eval() for freezing": (
        "vision encoder have changed",
        *("model.vision_encoder.requires_grad_(False)", "model.vision_encoder.eval()"),
    ),
    "a prefix that fits nothing": (
        "language model have changed",
        *('startswith("language_model.")', 'startswith("model.language_model.")'),
    ),
    "train() undoes eval()": (
        "statistics of each batch",
        *("    model.train()\n    model.vision_encoder.eval()\n", "    model.train()\n"),
    ),
    "a plain tensor": (
        "are not saved",
        *('self.register_buffer("scale", torch.tensor(SCALE))', "self.scale = torch.tensor(SCALE)"),
    ),
}
FIX = SNIPPETS / "nn-module/exercises/7-fix"
BEST = "success: 1.0"
TRY = """\
for code in {codes!r}:
    try:
        exec(code, {{}})
    except AssertionError as error:
        print(*str(error).split())
"""


def tried(codes, interpreter):
    """What each of these codes prints, or what its check says: a line each."""
    result = interpreter.run(TRY.format(codes=codes))
    assert not result.error, result
    return result.stdout.splitlines()


def planted(code, names):
    """Code with these faults."""
    for name in names:
        _, *lines = FAULTS[name]
        for right, wrong in zip(lines[::2], lines[1::2]):
            assert right in code, f"tests/test_exercises.py: {name}: the solution has no {right!r}"
            code = code.replace(right, wrong)
    return code


@pytest.mark.parametrize("many", [0, 1, 2, 8])
def test_each_fault_and_each_pair_is_counted_and_one_is_named(many, interpreter):
    """By a symptom, and never by its line. All eight together are the starter."""
    solution, starter = read(FIX / "solution.md"), read(FIX / "starter.md")
    definitions = solution.answer.partition("torch.manual_seed")[0]
    check = snippet.spoken(solution.check, "en")
    sets = list(itertools.combinations(FAULTS, many))
    codes = [planted(definitions, names) + check for names in sets]
    for names, said in zip(sets, tried(codes, interpreter), strict=True):
        first = FAULTS[names[0]][0] if names else "Right."
        wrong = many and (f"{8 - many} of 8 fixed." not in said or re.search(r"\bline\b", said))
        if wrong or first not in said:
            faults = ", ".join(names)
            fail(f"{solution.name}:1", "check-misses", faults=faults, said=said, first=first)
    if many == 8:
        code = planted(solution.answer, FAULTS).replace("고쳤다", "고친다")
        code = code.replace("Eight things are fixed", "Fix eight things")
        assert code == starter.code, f"{starter.name}:1: not the solution with its eight faults"


def test_few_faults_show_in_the_success_rate(interpreter):
    """As the solution's page says: two always, a third with some seeds, the others never."""
    answer, low = read(FIX / "solution.md").answer, []
    for seed in ("(1)", "(2)"):
        code = answer.replace("torch.manual_seed(1)", f"torch.manual_seed{seed}")
        rates = tried([planted(code, [name]) for name in FAULTS], interpreter)
        low.append({name for name, rate in zip(FAULTS, rates, strict=True) if rate != BEST})
    always = {"a list", "made in forward"}
    assert low == [always, always | {"an optimizer without the head"}], low
