"""Every text file can be read by everyone: UTF-8, Unix line ends, a name for every system, no leftovers of a merge."""

import re
from collections import Counter

import pytest

from snippet import ROOT, SNIPPETS

NAME = re.compile(r"[a-z0-9._-]+|README\.md")
MARK = re.compile(r"<<<<<<< .*|>>>>>>> .*|=======")
FENCE = re.compile(r"\s*(```|~~~)")
BINARY = {".png"}
LONGEST = 600  # lines of a page


def paths():
    """All of docs/ and snippets/, and the settings and README.md beside them."""
    below = [path for folder in ("docs", "snippets") for path in (ROOT / folder).rglob("*") if path.is_file() and path.suffix != ".pyc"]
    return sorted(below + [path for form in ("*.yml", "*.toml", "*.txt", "README.md") for path in ROOT.glob(form)])


def findings(name, data):
    """(line, what is wrong and what to do) for the file of this name, from the repository's root, that holds these bytes."""
    for part in name.split("/"):
        if not NAME.fullmatch(part):
            yield 1, f"the name {part!r} is not safe in every address and system. Rename it: a-z, 0-9, '-', '_' and '.' only."
    if name.endswith(tuple(BINARY)):
        return
    line = lambda place: data.count(b"\n", 0, place) + 1
    if (place := data.find(b"\0")) >= 0:
        yield line(place), "a binary file (it holds a NUL byte). Take it out, or put it in docs/assets/ as a .png."
        return
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        yield line(error.start), f"not UTF-8 (byte 0x{data[error.start]:02x}). Save the file as UTF-8."
        return
    if text.startswith("\ufeff"):
        yield 1, "begins with a byte-order mark. Save the file as UTF-8 without BOM."
    if (place := data.find(b"\r")) >= 0:
        yield line(place), "the line ends in CRLF. Save the file with LF (Unix) line ends."
    if not text.strip("\ufeff \r\n\t") and name.endswith(".md"):
        yield 1, "the file is empty. Write it, or remove it."
    page, fence, lines = name.endswith(".md") and not name.startswith("snippets/"), None, text.replace("\r\n", "\n").removesuffix("\n").split("\n")
    for number, line in enumerate(lines, 1):
        if MARK.fullmatch(line):
            yield number, f"{line[:7]!r} is left of a merge. Keep the one side or the other, and remove the three marks."
        if page and (mark := FENCE.match(line)) and fence in (None, mark[1]):
            fence = None if fence else mark[1]
        elif page and not fence and "\t" in line:
            yield number, "a tab, which is not as wide everywhere. Write spaces; a list is indented by four."
    if page and name.startswith("docs/") and len(lines) > LONGEST:
        yield LONGEST + 1, f"the page has {len(lines)} lines, and {LONGEST} are enough for one. Split it."


def test_every_file_can_be_read():
    found = [
        f"{name}:{line}: {what}"
        for path in paths() for name in [path.relative_to(ROOT).as_posix()] for line, what in findings(name, path.read_bytes())]
    if found:
        pytest.fail("\n".join(found), pytrace=False)


def test_no_two_snippets_have_one_name():
    """Not even but for their case: on macOS and Windows the one would replace the other."""
    of = lambda path: path.relative_to(ROOT).with_suffix("").as_posix().lower()
    snippets = [path for path in paths() if SNIPPETS in path.parents]
    times = Counter(map(of, snippets))
    if twins := [path for path in snippets if times[of(path)] > 1]:
        pytest.fail("\n".join(
            f"{path.relative_to(ROOT).as_posix()}:1: another snippet has this name. Rename one of them."
            for path in twins), pytrace=False)


PAGE = "docs/en/modes.md"


@pytest.mark.parametrize(("name", "data", "line", "said"), [
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
])
def test_a_bad_file_is_named(name, data, line, said):
    (found, what), = findings(name, data)
    assert found == line and said in what


@pytest.mark.parametrize(("name", "data"), [
    ("docs/assets/card.png", b"\x89PNG\r\n\0"), (PAGE, b"```sh\n\ta\n```\n"), ("snippets/modes/a.md", b"```python\n\ta\n```\n"), (PAGE, b"a\n========\n"),
])
def test_a_good_file_is_not(name, data):
    assert not list(findings(name, data))
