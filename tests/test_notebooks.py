"""The notebooks: whole, right from top to bottom in a fresh kernel, and a page like any other."""

import gzip
import re
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import nbformat
import notebooks
import pytest
from bs4 import BeautifulSoup
from jinja2 import DictLoader, Environment
from mkdocs.exceptions import PluginError
from nbclient import NotebookClient

from snippet import ROOT, SNIPPETS

LOCALES = {"ko": "", "en": "en/"}
KINDS = ("workbook", "solved")  # of the exercises
BESIDE = {"workbook": "nn-module/exercises", "solved": "nn-module/exercises", "lab": "nn-module/lab"}
EXERCISES = sorted(p.name for p in (SNIPPETS / notebooks.EXERCISES).iterdir())
EACH = pytest.mark.parametrize(("kind", "locale"), [(kind, locale) for kind in KINDS for locale in LOCALES])
EACH_OF_ALL = pytest.mark.parametrize(("kind", "locale"), [(kind, locale) for kind in BESIDE for locale in LOCALES])
EACH_LOCALE = pytest.mark.parametrize("locale", LOCALES)


def read(site, kind, locale):
    return nbformat.read(site / LOCALES[locale] / BESIDE[kind] / f"{kind}.ipynb", as_version=4)


def page(site, name, locale):
    return (site / LOCALES[locale] / "nn-module" / name / "index.html").read_text(encoding="utf-8")


def printed(cell):
    """What is on standard output; torch warns on the other one if there is no NumPy, which these blocks do not need."""
    return "".join(o.text for o in cell.outputs if o.output_type == "stream" and o.name == "stdout")


def raised(cell):
    """(type, message) of the error a cell ended with, or None."""
    return next(((o.ename, o.evalue) for o in cell.outputs if o.output_type == "error"), None)


def code_cells(notebook):
    return {cell.id: cell for cell in notebook.cells if cell.cell_type == "code"}


@pytest.fixture(scope="module")
def runs(build, tmp_path_factory):
    """Each kind, run from top to bottom in a fresh kernel and an empty folder, past its errors; its code is the same in both languages."""
    folder, errors = build
    if errors:
        pytest.skip("the site does not build: see test_the_site_builds")

    def run(of):
        notebook = read(folder, *of)
        for cell in code_cells(notebook).values():
            cell.outputs = []
        where = {"metadata": {"path": str(tmp_path_factory.mktemp("notebook"))}}
        NotebookClient(notebook, kernel_name="python3", timeout=60, allow_errors=True, resources=where).execute()
        return of, notebook

    with ThreadPoolExecutor() as pool:
        return dict(pool.map(run, [(kind, "ko") for kind in BESIDE]))


@pytest.mark.parametrize("kind", BESIDE)
def test_the_code_is_the_same_in_both_languages(site, kind):
    ko, en = (code_cells(read(site, kind, locale)) for locale in LOCALES)
    assert {id: cell.source for id, cell in ko.items()} == {id: cell.source for id, cell in en.items()}


@EACH
def test_it_is_a_notebook_of_all_exercises(site, kind, locale):
    notebook = read(site, kind, locale)
    nbformat.validate(notebook)
    assert [cell.id for cell in notebook.cells if cell.id.endswith("-task")] == [f"{name}-task" for name in EXERCISES]
    assert len(code_cells(notebook)) == 2 * len(EXERCISES)
    # nbformat makes ids up at random, and every build would differ.
    assert all(re.fullmatch(r"intro|\d+-[\w-]+-(task|starter|answer|check|notice)", cell.id) for cell in notebook.cells)


@EACH_LOCALE
def test_the_lab_is_its_page(site, locale):
    """Every block of the page, in its order, after a cell that writes the module they import."""
    notebook = read(site, "lab", locale)
    nbformat.validate(notebook)
    module, *blocks = code_cells(notebook).values()
    assert module.source == "%%writefile tiny_vla.py\n" + (SNIPPETS / "tiny_vla.py").read_text(encoding="utf-8").rstrip("\n")
    shown = [code.get_text() for code in BeautifulSoup(page(site, "lab", locale), "html.parser").select("article .language-python code")]
    assert [cell.source + "\n" for cell in blocks] == shown[1:]
    assert len({cell.id for cell in notebook.cells}) == len(notebook.cells)


@EACH_OF_ALL
def test_its_text_is_plain_markdown(site, kind, locale):
    """Nothing that only the site understands, and no link that leads nowhere outside of it."""
    for cell in read(site, kind, locale).cells:
        if cell.cell_type == "markdown":
            left = re.search(r"\{ ?[#.%{].*|--8<--.*|^///.*|<label.*|\]\((?!https?://).*", cell.source, re.MULTILINE)
            assert not left, f"{cell.id}: {left[0]!r} is left in it"


@EACH_LOCALE
def test_the_workbook_holds_no_answer(site, locale):
    """Not up to where it is asked for: the MLP of the first exercise is given in the fourth."""
    workbook, solved = read(site, "workbook", locale), code_cells(read(site, "solved", locale))
    before = []
    for cell in workbook.cells:
        if not cell.id.endswith("-check"):
            before.append(cell.source)
            continue
        name = cell.id.removesuffix("-check")
        solution, starter = solved[f"{name}-answer"].source, code_cells(workbook)[f"{name}-starter"].source
        asked = {line.strip() for line in solution.splitlines()} - {line.strip() for line in starter.splitlines()} - {"super().__init__()"}
        asked = {line for line in asked if re.search(r"\w", line)}  # not the brackets of a call on several lines
        given = asked & {line.strip() for line in "\n".join(before).splitlines()}
        assert asked and not given, f"{name} gives away {given}"
    assert not any(cell.outputs or cell.execution_count for cell in code_cells(workbook).values())


@EACH_LOCALE
@pytest.mark.parametrize("kind", ["solved", "lab"])
def test_it_prints_what_it_shows(site, runs, kind, locale):
    shown = code_cells(read(site, kind, locale))
    for id, cell in code_cells(runs[kind, "ko"]).items():
        assert not raised(cell), f"{id} raises {raised(cell)}"
        assert printed(cell) == printed(shown[id]), id
        assert cell.execution_count == shown[id].execution_count


def test_the_workbook_stops_at_each_check_with_its_hint(runs):
    """At the first, that is: further down one comes only with an answer, or by running cells one by one."""
    for id, cell in code_cells(runs["workbook", "ko"]).items():
        error = raised(cell)
        if id.endswith("-starter"):
            assert not error, f"{id} raises {error}"
        else:
            assert error and error[0] == "AssertionError", f"{id} raises {error}"
            korean, english = error[1].split("\n\n")
            assert re.search("[가-힣]", korean) and not re.search("[가-힣]", english), f"{id}: {error[1]}"


@EACH_LOCALE
def test_the_page_is_like_any_other(site, locale):
    """Code in the site's own HTML, no style or script of its own, 40 KiB more at the most."""
    own, ordinary = page(site, "exercises/solved", locale), page(site, "structure", locale)
    more = len(gzip.compress(own.encode())) - len(gzip.compress(ordinary.encode()))
    assert more < 40 * 1024, f"{more} bytes above an ordinary page, gzipped"
    soup, other = BeautifulSoup(own, "html.parser"), BeautifulSoup(ordinary, "html.parser")
    assert len(soup.select("style, script")) == len(other.select("style, script"))
    assert not soup.select("article :is(style, script), [style], [class*=jp-], [class*=ipynb]")
    blocks = [b.code.get_text().rstrip("\n") for b in soup.select("article .language-python.highlight")]
    solved = read(site, "solved", locale)
    assert blocks == [cell.source for cell in code_cells(solved).values()]
    outputs = [b.code.get_text() for b in soup.select("article .language-text.highlight")]
    assert outputs == [printed(cell) for cell in code_cells(solved).values() if cell.outputs]
    anchors = [h["id"] for h in soup.select("article :is(h1, h2)")]
    assert anchors == ["solved", *(cell.metadata.anchor for cell in solved.cells if "anchor" in cell.metadata)]
    assert [a["href"] for a in soup.select(".md-nav--secondary")[-1].select("a.md-nav__link")] == [f"#{a}" for a in anchors[1:]]


@EACH_OF_ALL
def test_it_is_offered_and_opens_in_colab(site, kind, locale):
    name = {"workbook": "exercises", "solved": "exercises/solved", "lab": "lab"}[kind]
    hrefs = [a["href"] for a in BeautifulSoup(page(site, name, locale), "html.parser").select("article a.md-button")]
    download, colab, *module = hrefs
    assert (site / LOCALES[locale] / "nn-module" / name / download).resolve() == (site / LOCALES[locale] / BESIDE[kind] / f"{kind}.ipynb").resolve()
    assert module == ["tiny_vla.py"] * (kind == "lab")
    branch = "https://colab.research.google.com/github/example/notes/blob/gh-pages/"
    assert colab.startswith(branch) and (site / colab.removeprefix(branch)).name == f"{kind}.ipynb"
    assert (site / colab.removeprefix(branch)).samefile(site / LOCALES[locale] / BESIDE[kind] / f"{kind}.ipynb")


@pytest.mark.parametrize(("repo_url", "colab"), [
    ("", None), ("https://gitlab.com/me/notes", None),
    ("https://github.com/me/notes", "github/me/notes/blob/"), ("https://github.com/me/notes.git", "github/me/notes/blob/"),
    ("https://github.com/me/notes/", "github/me/notes/blob/"),
])
def test_colab_needs_a_repository_on_github(repo_url, colab):
    macro = (ROOT / "docs/theme/macros/notebook.md").read_text(encoding="utf-8")
    where = SimpleNamespace(url="en/nn-module/exercises/", file=SimpleNamespace(locale="en"))
    env = Environment(loader=DictLoader({"notebook.md": macro}))
    buttons = env.from_string('{% from "notebook.md" import notebook with context %}{{ notebook("workbook") }}').render(
        page=where, config=SimpleNamespace(repo_url=repo_url))
    assert "workbook.ipynb)" in buttons
    assert (colab in buttons) if colab else ("colab" not in buttons)


PAGE = "---\ndescription: x\n---\n# 1. An MLP { #mlp }\n\nDo it.\n\n## Starter { #starter }\n\n## Check { #check }\n\n" \
    "/// details | The check\n///\n\n## Solution { #solution }\n\n/// details | Show\n" \
    '--8<-- "nn-module/exercises/1-mlp/solution.md:output"\n\nNotice.\n///\n'


@pytest.mark.parametrize(("taken", "line", "said"), [
    (" { #mlp }", 1, "no title with an anchor"),
    ("## Starter { #starter }\n", 1, "{ #starter }"),
    ("## Check { #check }\n", 1, "{ #check }"),
    ("## Solution { #solution }\n", 1, "{ #solution }"),
    ("/// details | The check\n", 10, "no folded block"),
    ("/// details | Show\n", 15, "no folded block"),
    ('--8<-- "nn-module/exercises/1-mlp/solution.md:output"\n', 15, "no output"),
])
def test_a_missing_part_is_named(taken, line, said):
    """`file:line: what is missing. What to do.`"""
    assert taken in PAGE
    text = PAGE.replace(taken, "")
    file = SimpleNamespace(src_uri="en/nn-module/exercises/1-mlp.md", content_string=text, locale="en", url="1/")
    with pytest.raises(PluginError) as error:
        notebooks.cells(file, {}, "https://example.org/")
    message = str(error.value)
    assert message.startswith(f"docs/en/nn-module/exercises/1-mlp.md:{line}: ") and said in message and "\n" not in message


@pytest.mark.parametrize(("snippet", "said"), [
    (None, ":1: no such snippet"),
    ("x\n", ":1: no section 'answer'"),
    ("x\n<!-- --8<-- [start:answer] -->\nx\n<!-- --8<-- [end:answer] -->\n", ":3: no ```python block"),
    ("<!-- --8<-- [start:answer] -->\n```python\n```\n<!-- --8<-- [end:answer] -->\n", ":2: no ```python block"),
])
def test_a_missing_block_is_named(tmp_path, monkeypatch, snippet, said):
    monkeypatch.setattr(notebooks, "SNIPPETS", tmp_path)
    if snippet:
        path = tmp_path / notebooks.EXERCISES / "1-mlp/solution.md"
        path.parent.mkdir(parents=True)
        path.write_text(snippet, encoding="utf-8")
    with pytest.raises(PluginError, match=re.escape("solution.md" + said)):
        notebooks.block(f"{notebooks.EXERCISES}/1-mlp/solution.md", "answer", "python")


def test_comments_that_silence_a_check_are_left_out():
    comment = "<!-- allow `in_place`은: read in Korean -->"
    text = notebooks.without_allowances(f"It says `in_place`은. {comment}\n\n```html\nAs code: {comment}\n```\n")
    assert text == f"It says `in_place`은.\n\n```html\nAs code: {comment}\n```\n", "only what stands in code is for readers"
