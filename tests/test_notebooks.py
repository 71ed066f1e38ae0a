"""The notebooks: whole, right from top to bottom in a fresh kernel, and a page like any other."""

import itertools
import json
import re
from types import SimpleNamespace
from typing import NamedTuple

import nbformat
import pytest
from jinja2 import DictLoader, Environment
from nbclient import NotebookClient
from nbformat.v4 import new_output
from test_exercises import EXERCISES
from test_site import gzipped, parse

from conftest import report
from tools import notebook
from tools.page import Page
from tools.plain import without_allowances
from tools.site import DOCS, LOCALES, ROOT, SNIPPETS, Mistake, home, words

KINDS = {"workbook": "exercises", "solved": "exercises", "lab": "lab"}  # where each stands
SHOWN = {"workbook": "exercises", "solved": "exercises/solved", "lab": "lab"}  # which page opens it
# What an answer shares with any code, and so gives nothing away.
ORDINARY = {"def __init__(self):", "super().__init__()", "def forward(self, image):", "return {"}


class Book(NamedTuple):
    """A notebook: of which note, and its kind."""

    note: str
    kind: str


NOTES = sorted({path.parents[1].name for path in EXERCISES}, reverse=True)  # the first one first
BOOKS = [Book(note, kind) for note in NOTES for kind in KINDS]
EACH_LOCALE = pytest.mark.parametrize("locale", LOCALES)
EACH_NOTE = pytest.mark.parametrize("note", NOTES)


def each(*kinds):
    """Marks a test of each notebook of these kinds."""
    books = [book for book in BOOKS if book.kind in kinds]
    return pytest.mark.parametrize("book", books, ids="-".join)


EACH = each(*KINDS)


def path(site, book, locale):
    return site / home(locale) / book.note / KINDS[book.kind] / f"{book.kind}.ipynb"


def read(site, book, locale):
    return nbformat.read(path(site, book, locale), as_version=4)


def html(site, name, locale):
    return site / home(locale) / name / "index.html"


def soup(site, name, locale):
    return parse(html(site, name, locale))


def printed(cell):
    """What is on standard output; torch warns on the other one if there is no NumPy."""
    streams = [one for one in cell.outputs if one.output_type == "stream"]
    return "".join(one.text for one in streams if one.name == "stdout")


def raised(cell):
    """(type, message) of the error a cell ended with, or None."""
    return next(((o.ename, o.evalue) for o in cell.outputs if o.output_type == "error"), None)


def modules(book):
    """What a lab's page offers to download for its blocks to import."""
    page = Page.read(LOCALES[0], f"{book.note}/lab")
    return notebook.modules(page) if book.kind == "lab" else []


def code_cells(notebook):
    return {cell.id: cell for cell in notebook.cells if cell.cell_type == "code"}


# What a kernel does with cells one after the other, past their errors, without its start.
SHELL = """
import json, os
os.environ["IPYTHONDIR"] = os.getcwd()
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from traitlets.config import Config

shell = InteractiveShell.instance(config=Config(HistoryManager={{"enabled": False}}))
shell.showtraceback = lambda *_, **__: None  # the error is in the result
found = []
for cell in {cells!r}:
    with capture_output() as caught:
        result = shell.run_cell(cell, store_history=True)
    error = result.error_before_exec or result.error_in_exec
    raised = error and [type(error).__name__, str(error)]
    found.append([caught.stdout, raised, result.execution_count])
print(json.dumps(found))
"""


def run_in_shell(made, interpreter):
    """Put into a notebook's cells what they do, in the shell of a kernel, in a fresh process."""
    cells = code_cells(made).values()
    result = interpreter.run(SHELL.format(cells=[cell.source for cell in cells]))
    assert not result.error, result
    for cell, (stdout, error, count) in zip(cells, json.loads(result.stdout), strict=True):
        cell.execution_count = count
        if stdout:
            cell.outputs.append(new_output("stream", name="stdout", text=stdout))
        if error:
            cell.outputs.append(new_output("error", ename=error[0], evalue=error[1]))


@pytest.fixture(scope="module")
def runs(site, interpreter, tmp_path_factory):
    """Each in each language, run in a fresh process and an empty folder, past its errors.

    A lab in one language, since its code speaks none; the first note's, which brings its module
    along, in a kernel as Jupyter starts it.
    """
    found = {}
    for book, locale in itertools.product(BOOKS, LOCALES):
        if book.kind == "lab" and locale != LOCALES[0]:
            continue
        made = found[book, locale] = read(site, book, locale)
        for cell in code_cells(made).values():
            cell.outputs = []
        if book != Book(NOTES[0], "lab"):
            run_in_shell(made, interpreter)
        else:
            where = {"metadata": {"path": str(tmp_path_factory.mktemp("notebook"))}}
            options = {"kernel_name": "python3", "timeout": 60, "allow_errors": True}
            NotebookClient(made, resources=where, **options).execute()
    return found


@EACH
def test_the_code_is_the_same_in_all_languages(site, book):
    """But for comments, and for the line that says in which language a check speaks."""
    cells = [code_cells(read(site, book, locale)) for locale in LOCALES]
    own = re.compile(r'^ *# .*\n|^language = "\w+"$', re.MULTILINE)
    sources = [{name: own.sub("", cell.source) for name, cell in one.items()} for one in cells]
    assert all(one == sources[0] for one in sources)


@EACH_LOCALE
@each(*notebook.KINDS)
def test_a_notebook_speaks_its_language(site, book, locale):
    """Its code too: comments of a starter, and the messages of a check."""
    for name, cell in code_cells(read(site, book, locale)).items():
        if name.endswith("-check"):
            assert f'\nlanguage = "{locale}"\n' in cell.source
        elif name.endswith("-starter") and "# " in cell.source:
            korean = re.search("[가-힣]", cell.source)
            assert bool(korean) == (locale == "ko"), f"{name}: {cell.source}"


@EACH_LOCALE
@each(*notebook.KINDS)
def test_it_is_a_notebook_of_all_exercises(site, book, locale):
    made = read(site, book, locale)
    nbformat.validate(made)
    tasks = [cell.id for cell in made.cells if cell.id.endswith("-task")]
    own = [path.name for path in EXERCISES if path.parents[1].name == book.note]
    assert tasks == [f"{name}-task" for name in own]
    asked = [name for name in code_cells(made) if re.match(r"\d", name)]
    assert len(asked) == 2 * len(own)
    # nbformat makes ids up at random, and every build would differ.
    ours = re.compile(r"intro|audit|audit-text|\d+-[\w-]+-(task|starter|answer|check|notice)")
    assert all(ours.fullmatch(cell.id) for cell in made.cells)


@EACH_LOCALE
@each("lab")
def test_the_lab_is_its_page(site, book, locale):
    """Every block of the page, in its order, after cells that write the modules they import."""
    lab, names = read(site, book, locale), modules(book)
    nbformat.validate(lab)
    cells = [cell.source + "\n" for cell in code_cells(lab).values()]
    for name, source in zip(names, cells):
        own = (SNIPPETS / name).read_text(encoding="utf-8")
        assert source == f"%%writefile {name}\n{own}"
    shown = soup(site, f"{book.note}/lab", locale).select("article .language-python code")
    blocks = [code.get_text() for code in shown]
    assert names and cells[len(names) :] == blocks[len(names) :]
    assert len({cell.id for cell in lab.cells}) == len(lab.cells)


@EACH_LOCALE
@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda path: path.name)
def test_the_page_of_an_exercise_speaks_its_language(site, exercise, locale):
    """In its code as well, but for the check, which knows both, and says which it speaks."""
    name = exercise.relative_to(SNIPPETS).as_posix()
    for block in soup(site, name, locale).select("article .highlight code"):
        code = block.get_text()
        if "traceback" in code:
            assert f'\nlanguage = "{locale}"\n' in code
        elif "AssertionError" in code or locale != "ko":
            korean = re.search("[가-힣]", code)
            assert bool(korean) == (locale == "ko"), f"{name}, {locale}:\n{code}"


@EACH_LOCALE
@EACH
def test_its_text_is_plain_markdown(site, book, locale):
    """Nothing that only the site understands, and no link that leads nowhere outside of it."""
    left = re.compile(r"\{ ?[#.%{].*|--8<--.*|^///.*|<label.*|\]\((?!https?://).*", re.MULTILINE)
    cells = [cell for cell in read(site, book, locale).cells if cell.cell_type == "markdown"]
    found = [(cell.id, match) for cell in cells if (match := left.search(cell.source))]
    where = f"{book.note}, {book.kind}.ipynb, {locale}"
    report(f"{where}, {name}: {match[0]!r} is left in it" for name, match in found)


@EACH_LOCALE
@EACH_NOTE
def test_the_workbook_holds_no_answer(site, note, locale):
    """Not up to where it is asked for: the MLP of the first exercise is given in the fourth."""

    def lines(*sources):
        return {line.strip() for source in sources for line in source.splitlines()}

    workbook = read(site, Book(note, "workbook"), locale)
    solved = code_cells(read(site, Book(note, "solved"), locale))
    before = []
    for cell in workbook.cells:
        if not cell.id.endswith("-check"):
            before.append(cell.source)
            continue
        name = cell.id.removesuffix("-check")
        starter = code_cells(workbook)[f"{name}-starter"].source
        asked = lines(solved[f"{name}-answer"].source) - lines(starter) - ORDINARY
        # Not the brackets of a call on several lines.
        asked = {line for line in asked if re.search(r"\w", line)}
        assert asked and not asked & lines(*before), f"{name} gives away {asked & lines(*before)}"
    assert not any(cell.outputs or cell.execution_count for cell in code_cells(workbook).values())


@EACH_LOCALE
@each("solved", "lab")
def test_it_prints_what_it_shows(site, runs, book, locale):
    shown = code_cells(read(site, book, locale))
    run = runs[book, locale if book.kind == "solved" else LOCALES[0]]
    for name, cell in code_cells(run).items():
        assert not raised(cell), f"{name} raises {raised(cell)}"
        assert printed(cell) == printed(shown[name]), name
        assert cell.execution_count == shown[name].execution_count


@EACH_LOCALE
@each("workbook")
def test_the_workbook_stops_at_each_check_with_its_hint(runs, book, locale):
    """At the first, that is: further down one comes only with an answer, or cell by cell."""
    for name, cell in code_cells(runs[book, locale]).items():
        error = raised(cell)
        if not name.endswith("-check"):
            assert not error, f"{name} raises {error}"
            continue
        assert error and error[0] == "AssertionError", f"{name} raises {error}"
        assert bool(re.search("[가-힣]", error[1])) == (locale == "ko"), f"{name}: {error[1]}"


@EACH_LOCALE
@EACH_NOTE
def test_the_page_is_like_any_other(site, note, locale):
    """Code in the site's own HTML, no style or script of its own, 40 KiB more at the most."""
    names = f"{note}/exercises/solved", f"{note}/exercises"
    own, ordinary = (soup(site, name, locale) for name in names)
    own_size, size = (gzipped(html(site, name, locale)) for name in names)
    assert own_size - size < 40 * 1024, "too many bytes above an ordinary page, gzipped"
    assert len(own.select("style, script")) == len(ordinary.select("style, script"))
    assert not own.select("article :is(style, script), [style], [class*=jp-], [class*=ipynb]")
    solved = read(site, Book(note, "solved"), locale)
    cells = code_cells(solved).values()
    blocks = own.select("article .language-python.highlight")
    assert [b.code.get_text().rstrip("\n") for b in blocks] == [cell.source for cell in cells]
    outputs = own.select("article .language-text.highlight")
    assert [b.code.get_text() for b in outputs] == [printed(c) for c in cells if c.outputs]
    anchors = [heading["id"] for heading in own.select("article :is(h1, h2)")]
    named = [cell.metadata.anchor for cell in solved.cells if "anchor" in cell.metadata]
    assert anchors == ["solved", *named]
    contents = own.select(".md-nav--secondary")[-1].select("a.md-nav__link")
    assert [a["href"] for a in contents] == [f"#{anchor}" for anchor in named]


@EACH_LOCALE
@EACH
def test_it_is_offered_and_opens_in_colab(site, book, locale):
    shown = f"{book.note}/{SHOWN[book.kind]}"
    buttons = soup(site, shown, locale).select("article a.md-button")
    download, colab, *offered = (
        a["href"] for a in buttons if a["href"].endswith((".ipynb", ".py"))
    )
    file = path(site, book, locale)
    assert (site / home(locale) / shown / download).resolve() == file.resolve()
    assert offered == modules(book)
    branch = "https://colab.research.google.com/github/example/notes/blob/gh-pages/"
    assert colab.startswith(branch)
    assert (site / colab.removeprefix(branch)).samefile(file)


@pytest.mark.parametrize(
    ("repo_url", "colab"),
    [
        ("", None),
        ("https://gitlab.com/me/notes", None),
        ("https://github.com/me/notes", "github/me/notes/blob/"),
        ("https://github.com/me/notes.git", "github/me/notes/blob/"),
        ("https://github.com/me/notes/", "github/me/notes/blob/"),
    ],
)
def test_colab_needs_a_repository_on_github(repo_url, colab):
    macro = (ROOT / "docs/theme/macros/notebook.md").read_text(encoding="utf-8")
    template = '{% from "notebook.md" import notebook with context %}{{ notebook("workbook") }}'
    page = SimpleNamespace(
        url="en/nn-module/exercises/",
        file=SimpleNamespace(locale="en", src_uri="en/nn-module/exercises/index.md"),
    )
    config = SimpleNamespace(repo_url=repo_url, extra={"words": words("en")})
    env = Environment(loader=DictLoader({"notebook.md": macro}))
    buttons = env.from_string(template).render(page=page, config=config)
    assert "workbook.ipynb)" in buttons
    assert (colab in buttons) if colab else ("colab" not in buttons)


SHOWS = '--8<-- "nn-module/exercises/1-mlp/solution.md:output"\n'


@pytest.mark.parametrize(
    ("taken", "at", "told"),
    [
        (" { #mlp }", "---", "no title with an anchor"),
        ("## Starter { #starter }\n", "---", "{ #starter }"),
        ("## Check { #check }\n", "---", "{ #check }"),
        ("## Solution { #solution }\n", "---", "{ #solution }"),
        ("/// details | The check\n", "## Check { #check }", "no folded block"),
        ("/// details | Show the solution\n", "## Solution { #solution }", "no folded block"),
        (SHOWS, "## Solution { #solution }", "no output"),
    ],
)
def test_a_missing_part_is_named(taken, at, told):
    """`file:line: what is missing. What to do.`"""
    template = (DOCS / "theme/new/en/exercise.md").read_text(encoding="utf-8")
    text = template.replace("PAGE", "nn-module/exercises/1-mlp").replace("NAME", "mlp")
    text = text.replace(" (no need to read it)", "")
    assert taken in text
    page = Page("en", "nn-module/exercises/1-mlp", text.replace(taken, ""))
    with pytest.raises(Mistake, match=re.escape(told)) as mistake:
        notebook.exercise_cells(notebook.Source(page, "1/", str))
    line = page.text.splitlines().index(at) + 1
    assert str(mistake.value).startswith(f"docs/en/nn-module/exercises/1-mlp.md:{line}: ")
    assert "\n" not in str(mistake.value)


def test_a_missing_block_is_named():
    with pytest.raises(Mistake, match="snippets/none.md:1: no such snippet"):
        notebook.block("none.md", "en")


def test_comments_that_silence_a_check_are_left_out():
    comment = "<!-- allow `in_place`은: read in Korean -->"
    code = f"\n\n```html\nAs code: {comment}\n```\n"
    text = without_allowances(f"It says `in_place`은. {comment}{code}")
    assert text == f"It says `in_place`은.{code}", "only what stands in code is for readers"
