"""The notebooks: whole, right from top to bottom in a fresh kernel, and a page like any other."""

import gzip
import json
import re
from types import SimpleNamespace

import nbformat
import pytest
from bs4 import BeautifulSoup
from jinja2 import DictLoader, Environment
from nbclient import NotebookClient
from nbformat.v4 import new_output

from conftest import report
from tools import notebook
from tools.page import Page
from tools.plain import without_allowances
from tools.site import DOCS, LOCALES, ROOT, SNIPPETS, Mistake, home, words

NOTE = "nn-module"
KINDS = {"workbook": "exercises", "solved": "exercises", "lab": "lab"}  # where each stands
SHOWN = {"workbook": "exercises", "solved": "exercises/solved", "lab": "lab"}  # which page opens it
EXERCISES = sorted(path.name for path in (SNIPPETS / NOTE / "exercises").iterdir())
IN_EVERY_CLASS = {"def __init__(self):", "super().__init__()", "def forward(self, image):"}
SPOKEN = [(kind, locale) for kind in KINDS for locale in LOCALES]
EACH_LOCALE = pytest.mark.parametrize("locale", LOCALES)
EACH = pytest.mark.parametrize("kind", KINDS)


def path(site, kind, locale):
    return site / home(locale) / NOTE / KINDS[kind] / f"{kind}.ipynb"


def read(site, kind, locale):
    return nbformat.read(path(site, kind, locale), as_version=4)


def soup(site, name, locale):
    html = (site / home(locale) / NOTE / name / "index.html").read_text(encoding="utf-8")
    return BeautifulSoup(html, "html.parser")


def printed(cell):
    """What is on standard output; torch warns on the other one if there is no NumPy."""
    streams = [one for one in cell.outputs if one.output_type == "stream"]
    return "".join(one.text for one in streams if one.name == "stdout")


def raised(cell):
    """(type, message) of the error a cell ended with, or None."""
    return next(((o.ename, o.evalue) for o in cell.outputs if o.output_type == "error"), None)


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
    """Each kind in each language, run in a fresh process and an empty folder, past its errors.

    The lab, which brings its module along, in a kernel as Jupyter starts it.
    """
    found = {}
    for kind, locale in SPOKEN:
        made = found[kind, locale] = read(site, kind, locale)
        for cell in code_cells(made).values():
            cell.outputs = []
        if kind != "lab":
            run_in_shell(made, interpreter)
        elif locale == LOCALES[0]:
            where = {"metadata": {"path": str(tmp_path_factory.mktemp("notebook"))}}
            options = {"kernel_name": "python3", "timeout": 60, "allow_errors": True}
            NotebookClient(made, resources=where, **options).execute()
    return found


@EACH
def test_the_code_is_the_same_in_all_languages(site, kind):
    """But for comments, and for the line that says in which language a check speaks."""
    cells = [code_cells(read(site, kind, locale)) for locale in LOCALES]
    own = re.compile(r'^ *# .*\n|^language = "\w+"$', re.MULTILINE)
    sources = [{name: own.sub("", cell.source) for name, cell in one.items()} for one in cells]
    assert all(one == sources[0] for one in sources)


@EACH_LOCALE
def test_a_notebook_speaks_its_language(site, locale):
    """Its code too: comments of a starter, and the messages of a check."""
    for kind in notebook.KINDS:
        for name, cell in code_cells(read(site, kind, locale)).items():
            if name.endswith("-check"):
                assert f'\nlanguage = "{locale}"\n' in cell.source
            elif name.endswith("-starter") and "# " in cell.source:
                korean = re.search("[가-힣]", cell.source)
                assert bool(korean) == (locale == "ko"), f"{kind}, {name}: {cell.source}"


@EACH_LOCALE
@pytest.mark.parametrize("kind", notebook.KINDS)
def test_it_is_a_notebook_of_all_exercises(site, kind, locale):
    made = read(site, kind, locale)
    nbformat.validate(made)
    tasks = [cell.id for cell in made.cells if cell.id.endswith("-task")]
    assert tasks == [f"{name}-task" for name in EXERCISES]
    asked = [name for name in code_cells(made) if re.match(r"\d", name)]
    assert len(asked) == 2 * len(EXERCISES)
    # nbformat makes ids up at random, and every build would differ.
    ours = re.compile(r"intro|audit|audit-text|\d+-[\w-]+-(task|starter|answer|check|notice)")
    assert all(ours.fullmatch(cell.id) for cell in made.cells)


@EACH_LOCALE
def test_the_lab_is_its_page(site, locale):
    """Every block of the page, in its order, after a cell that writes the module they import."""
    lab = read(site, "lab", locale)
    nbformat.validate(lab)
    module, *blocks = code_cells(lab).values()
    own = (SNIPPETS / "tiny_vla.py").read_text(encoding="utf-8").rstrip("\n")
    assert module.source == f"%%writefile tiny_vla.py\n{own}"
    shown = soup(site, "lab", locale).select("article .language-python code")
    assert [cell.source + "\n" for cell in blocks] == [code.get_text() for code in shown[1:]]
    assert len({cell.id for cell in lab.cells}) == len(lab.cells)


@EACH_LOCALE
@pytest.mark.parametrize("name", EXERCISES)
def test_the_page_of_an_exercise_speaks_its_language(site, name, locale):
    """In its code as well, but for the check, which knows both, and says which it speaks."""
    for block in soup(site, f"exercises/{name}", locale).select("article .highlight code"):
        code = block.get_text()
        if "traceback" in code:
            assert f'\nlanguage = "{locale}"\n' in code
        elif "AssertionError" in code or locale != "ko":
            korean = re.search("[가-힣]", code)
            assert bool(korean) == (locale == "ko"), f"{name}, {locale}:\n{code}"


@EACH_LOCALE
@EACH
def test_its_text_is_plain_markdown(site, kind, locale):
    """Nothing that only the site understands, and no link that leads nowhere outside of it."""
    left = re.compile(r"\{ ?[#.%{].*|--8<--.*|^///.*|<label.*|\]\((?!https?://).*", re.MULTILINE)
    cells = [cell for cell in read(site, kind, locale).cells if cell.cell_type == "markdown"]
    found = [(cell.id, match) for cell in cells if (match := left.search(cell.source))]
    report(f"{kind}.ipynb, {locale}, {name}: {match[0]!r} is left in it" for name, match in found)


@EACH_LOCALE
def test_the_workbook_holds_no_answer(site, locale):
    """Not up to where it is asked for: the MLP of the first exercise is given in the fourth."""

    def lines(*sources):
        return {line.strip() for source in sources for line in source.splitlines()}

    workbook, solved = read(site, "workbook", locale), code_cells(read(site, "solved", locale))
    before = []
    for cell in workbook.cells:
        if not cell.id.endswith("-check"):
            before.append(cell.source)
            continue
        name = cell.id.removesuffix("-check")
        starter = code_cells(workbook)[f"{name}-starter"].source
        asked = lines(solved[f"{name}-answer"].source) - lines(starter) - IN_EVERY_CLASS
        # Not the brackets of a call on several lines.
        asked = {line for line in asked if re.search(r"\w", line)}
        assert asked and not asked & lines(*before), f"{name} gives away {asked & lines(*before)}"
    assert not any(cell.outputs or cell.execution_count for cell in code_cells(workbook).values())


@EACH_LOCALE
@pytest.mark.parametrize("kind", ["solved", "lab"])
def test_it_prints_what_it_shows(site, runs, kind, locale):
    shown = code_cells(read(site, kind, locale))
    run = runs[kind, locale if kind == "solved" else LOCALES[0]]
    for name, cell in code_cells(run).items():
        assert not raised(cell), f"{name} raises {raised(cell)}"
        assert printed(cell) == printed(shown[name]), name
        assert cell.execution_count == shown[name].execution_count


@EACH_LOCALE
def test_the_workbook_stops_at_each_check_with_its_hint(runs, locale):
    """At the first, that is: further down one comes only with an answer, or cell by cell."""
    for name, cell in code_cells(runs["workbook", locale]).items():
        error = raised(cell)
        if not name.endswith("-check"):
            assert not error, f"{name} raises {error}"
            continue
        assert error and error[0] == "AssertionError", f"{name} raises {error}"
        assert bool(re.search("[가-힣]", error[1])) == (locale == "ko"), f"{name}: {error[1]}"


@EACH_LOCALE
def test_the_page_is_like_any_other(site, locale):
    """Code in the site's own HTML, no style or script of its own, 40 KiB more at the most."""
    own, ordinary = (soup(site, name, locale) for name in ("exercises/solved", "next"))
    own_size, size = (len(gzip.compress(str(one).encode())) for one in (own, ordinary))
    assert own_size - size < 40 * 1024, "too many bytes above an ordinary page, gzipped"
    assert len(own.select("style, script")) == len(ordinary.select("style, script"))
    assert not own.select("article :is(style, script), [style], [class*=jp-], [class*=ipynb]")
    solved = read(site, "solved", locale)
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
def test_it_is_offered_and_opens_in_colab(site, kind, locale):
    buttons = soup(site, SHOWN[kind], locale).select("article a.md-button")
    download, colab, *module = (a["href"] for a in buttons if a["href"].endswith((".ipynb", ".py")))
    page = site / home(locale) / NOTE / SHOWN[kind]
    assert (page / download).resolve() == path(site, kind, locale).resolve()
    assert module == ["tiny_vla.py"] * (kind == "lab")
    branch = "https://colab.research.google.com/github/example/notes/blob/gh-pages/"
    assert colab.startswith(branch)
    assert (site / colab.removeprefix(branch)).samefile(path(site, kind, locale))


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
