"""Every text file can be read by everyone: UTF-8, Unix line ends, a safe name, nothing unseen."""

import re
import unicodedata

import pytest

from conftest import report
from tools.page import FENCE, Page
from tools.site import DATA, LOCALES, ROOT, relative, say

NAME = re.compile(r"[a-z0-9._-]+|README\.md|Makefile|ISSUE_TEMPLATE")
MARK = re.compile(r"<<<<<<< .*|>>>>>>> .*|=======")
BINARY, MADE = {".png"}, {".pyc"}
ODD = re.compile(r"[^\n\r\t -~가-힣]")
LONGEST, LARGEST = 600, 300 << 10  # lines of a page, bytes of a file


def paths():
    """All that people write: the folders, and the settings and README.md beside them."""
    folders = (ROOT / name for name in ("docs", "snippets", "tools", "tests", ".github"))
    below = [path for folder in folders for path in folder.rglob("*")]
    below = [path for path in below if path.is_symlink() or not path.is_dir()]
    names = ("*.yml", "*.toml", "*.txt", "*.md", "*.lock", "Makefile")
    beside = [path for name in names for path in ROOT.glob(name)]
    return sorted(path for path in below + beside if path.suffix not in MADE)


def unseen(line):
    """(column, what, fields) for characters that nobody sees, or that look like others."""
    for match in ODD.finditer(line):
        letter, column = match[0], match.start() + 1
        kind, name = unicodedata.category(letter), unicodedata.name(letter, "UNASSIGNED")
        fields = {"column": column, "name": f"U+{ord(letter):04X} {name}"}
        if kind[0] in "CZ" or kind == "Mn" or name.endswith("FILLER"):
            yield "unseen-space" if kind[0] == "Z" else "unseen", fields
        elif re.match("<(?:wide|font)>", unicodedata.decomposition(letter)):
            plain = unicodedata.normalize("NFKC", letter)
            yield from [("other-width", fields | {"plain": plain})] * plain.isalnum()
        elif kind[0] == "L" and not name.startswith(("LATIN", "HANGUL", "MODIFIER", "CJK")):
            around = re.search(r"\w*$", line[: column - 1])[0] + re.match(r"\w*", line[column:])[0]
            yield from [("look-alike", fields)] * bool(re.search("[A-Za-z]", around))


def findings(name, data):
    """What is wrong, and what to do, with a file of this name that holds these bytes."""

    def at(line, what, **fields):
        return say(f"{name}:{line}", what, **fields)

    def line_at(place):
        return data.count(b"\n", 0, place) + 1

    for part in name.split("/"):
        if not NAME.fullmatch(part) and part != "__main__.py" and part != "__init__.py":
            yield at(1, "unsafe-name", part=part)
    if name.endswith(tuple(BINARY)):
        return
    if (place := data.find(b"\0")) >= 0:
        yield at(line_at(place), "binary")
        return
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        yield at(line_at(error.start), "not-utf8")
        return
    if text.startswith("\ufeff"):
        yield at(1, "byte-order-mark")
        text = text[1:]
    if (place := data.find(b"\r")) >= 0:
        yield at(line_at(place), "crlf")
    page = name.endswith(".md") and not name.startswith("snippets/")
    if not text.strip() and name.endswith(".md"):
        yield at(1, "empty-file")
    fence, lines = None, text.replace("\r\n", "\n").removesuffix("\n").split("\n")
    for number, line in enumerate(lines, 1):
        if MARK.fullmatch(line):
            yield at(number, "merge-mark", mark=line[:7])
        if page and (mark := FENCE.match(line)) and fence in (None, mark["mark"]):
            fence = None if fence else mark["mark"]
        elif page and not fence and "\t" in line:
            yield at(number, "tab")
        if not line.isascii():
            yield from (at(number, what, **fields) for what, fields in unseen(line))
            if not unicodedata.is_normalized("NFC", line):
                yield at(number, "taken-apart")
    if page and name.startswith("docs/") and len(lines) > LONGEST:
        yield at(LONGEST + 1, "long-page", lines=len(lines), most=LONGEST)


def test_every_file_can_be_read():
    problems = []
    for path in paths():
        if path.is_symlink():
            problems.append(say(f"{relative(path)}:1", "link-in-tree", to=path.readlink()))
        elif (size := path.stat().st_size) > LARGEST:
            problems.append(say(f"{relative(path)}:1", "big-file", size=size >> 10))
        else:
            problems += findings(relative(path), path.read_bytes())
    report(problems)


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
        (PAGE, "nn.Lin\u0435ar\n".encode(), 1, "column 7: U+0435 CYRILLIC SMALL LETTER IE"),
        (PAGE, "a\nW\u0391B\n".encode(), 2, "column 2: U+0391 GREEK CAPITAL LETTER ALPHA"),
        (PAGE, "\uff4eame\n".encode(), 1, "Write 'n'"),
        (PAGE, "레이\u200b어\n".encode(), 1, "column 3: U+200B ZERO WIDTH SPACE"),
        (PAGE, "re\u00adcord\n".encode(), 1, "U+00AD SOFT HYPHEN"),
        (PAGE, "a\u202eb\n".encode(), 1, "U+202E RIGHT-TO-LEFT OVERRIDE"),
        (PAGE, "a\u3164\n".encode(), 1, "U+3164 HANGUL FILLER"),
        (PAGE, "a\u00a0b\n".encode(), 1, "Write a space"),
        (PAGE, unicodedata.normalize("NFD", "모드\n").encode(), 1, "in parts"),
        (PAGE, "π는 Wᵀ, x₁² → 日本語\n".encode(), None, ""),
    ],
)
def test_a_bad_file_is_named(name, data, line, told, english):
    """And a good one, which has no line here, is not."""
    found = list(findings(name, data))
    assert len(found) == bool(line)
    assert all(one.startswith(f"{name}:{line}: ") and told in one for one in found), found


@pytest.mark.parametrize("locale", LOCALES)
def test_maintaining_names_every_file(locale):
    """What each module, test and file of data is for."""
    page = Page.read(locale, "maintaining")
    files = [*ROOT.glob("tools/[a-z]*.py"), *ROOT.glob("tests/test_*.py"), *DATA.glob("*.yml")]
    report(
        say(f"{page.file}:1", "file-not-named", file=relative(path))
        for path in files
        if f"`{path.name}`" not in page.text
    )
