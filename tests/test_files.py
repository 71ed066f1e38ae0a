"""Every text file can be read by everyone: UTF-8, Unix line ends, a safe name, no merge's marks."""

import re
from collections import Counter

import pytest

from conftest import report
from tools import snippet
from tools.page import FENCE, Page
from tools.site import DATA, LOCALES, ROOT, relative

NAME = re.compile(r"[a-z0-9._-]+|README\.md")
MARK = re.compile(r"<<<<<<< .*|>>>>>>> .*|=======")
BINARY, MADE = {".png"}, {".pyc"}
LONGEST = 600  # lines of a page


def paths():
    """All of docs/, snippets/, tools/ and tests/, and the settings and README.md beside them."""
    folders = (ROOT / name for name in ("docs", "snippets", "tools", "tests"))
    below = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    beside = [path for name in ("*.yml", "*.toml", "*.txt", "*.md") for path in ROOT.glob(name)]
    return sorted(path for path in below + beside if path.suffix not in MADE)


def findings(name, data):
    """(line, what is wrong and what to do) for a file of this name that holds these bytes."""

    def line_at(place):
        return data.count(b"\n", 0, place) + 1

    for part in name.split("/"):
        if not NAME.fullmatch(part) and part != "__main__.py" and part != "__init__.py":
            mend = "Rename it: a-z, 0-9, '-', '_' and '.' only."
            yield 1, f"the name {part!r} is not safe in every address and system. {mend}"
    if name.endswith(tuple(BINARY)):
        return
    if (place := data.find(b"\0")) >= 0:
        mend = "Take it out, or put it in docs/assets/ as a .png."
        yield line_at(place), f"a binary file (it holds a NUL byte). {mend}"
        return
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        what = f"not UTF-8 (byte 0x{data[error.start]:02x}). Save the file as UTF-8."
        yield line_at(error.start), what
        return
    if text.startswith("\ufeff"):
        yield 1, "begins with a byte-order mark. Save the file as UTF-8 without BOM."
    if (place := data.find(b"\r")) >= 0:
        yield line_at(place), "the line ends in CRLF. Save the file with LF (Unix) line ends."
    page = name.endswith(".md") and not name.startswith("snippets/")
    if not text.strip("\ufeff \r\n\t") and name.endswith(".md"):
        yield 1, "the file is empty. Write it, or remove it."
    fence, lines = None, text.replace("\r\n", "\n").removesuffix("\n").split("\n")
    for number, line in enumerate(lines, 1):
        if MARK.fullmatch(line):
            mend = "Keep the one side or the other, and remove the three marks."
            yield number, f"{line[:7]!r} is left of a merge. {mend}"
        if page and (mark := FENCE.match(line)) and fence in (None, mark["mark"]):
            fence = None if fence else mark["mark"]
        elif page and not fence and "\t" in line:
            mend = "Write spaces; a list is indented by four."
            yield number, f"a tab, which is not as wide everywhere. {mend}"
    if page and name.startswith("docs/") and len(lines) > LONGEST:
        what = f"the page has {len(lines)} lines, and {LONGEST} are enough for one. Split it."
        yield LONGEST + 1, what


def test_every_file_can_be_read():
    for path in paths():
        found = findings(relative(path), path.read_bytes())
        report(f"{relative(path)}:{line}: {what}" for line, what in found)


def test_no_two_snippets_have_one_name():
    """Not even but for their case: on macOS and Windows the one would replace the other."""
    names = [relative(path) for path in snippet.paths()]
    times = Counter(name.lower() for name in names)
    twins = [name for name in names if times[name.lower()] > 1]
    report(f"{name}:1: another snippet has this name. Rename one of them." for name in twins)


PAGE = "docs/en/modes.md"


@pytest.mark.parametrize(
    ("name", "data", "line", "told"),
    [
        (PAGE, "# 모드\n\n층\n".encode("euc-kr"), 1, "not UTF-8"),
        (PAGE, "# Modes\n\n층\n".encode("cp949"), 3, "not UTF-8"),
        (PAGE, "# 모드\n".encode("utf-8-sig"), 1, "byte-order mark"),
        (PAGE, b"# Modes\n\nCRLF\r\n", 3, "CRLF"),
        ("snippets/modes/모드.md", b"```python\n```\n", 1, "'모드.md'"),
        ("snippets/Modes/a.md", b"```python\n```\n", 1, "'Modes'"),
        ("snippets/modes/a.md", b"\x89PNG\n\0", 2, "binary"),
        (PAGE, b"# Modes\n<<<<<<< HEAD\n", 2, "merge"),
        (PAGE, b"# Modes\n=======\n", 2, "merge"),
        ("snippets/modes/a.md", b"```python\n>>>>>>> theirs\n```\n", 2, "merge"),
        (PAGE, b"- a\n\t- b\n", 2, "a tab"),
        (PAGE, b"```sh\n\ta\n```\n\tb\n", 4, "a tab"),
        (PAGE, b"a\n" * 5000, 601, "5000 lines"),
        (PAGE, b"\n \n", 1, "empty"),
        ("docs/assets/card.png", b"\x89PNG\r\n\0", None, ""),
        (PAGE, b"```sh\n\ta\n```\n", None, ""),
        ("snippets/modes/a.md", b"```python\n\ta\n```\n", None, ""),
        (PAGE, b"a\n========\n", None, ""),
    ],
)
def test_a_bad_file_is_named(name, data, line, told):
    """And a good one, which has no line here, is not."""
    found = list(findings(name, data))
    assert [at for at, _ in found] == [line] * bool(line)
    assert all(told in what for _, what in found)


@pytest.mark.parametrize("locale", LOCALES)
def test_maintaining_names_every_file(locale):
    """What each module, test and file of data is for."""
    page = Page.read(locale, "maintaining")
    files = [*ROOT.glob("tools/[a-z]*.py"), *ROOT.glob("tests/test_*.py"), *DATA.glob("*.yml")]
    report(
        f"{page.file}:1: {relative(path)} is not named. Say in a line what it is for."
        for path in files
        if f"`{path.name}`" not in page.text
    )
