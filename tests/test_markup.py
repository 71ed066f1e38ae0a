"""A page is text: of HTML, attributes, macros and links it has what the notes use, and no more."""

import html
import re
from itertools import chain

import pytest
import yaml
from test_pages import PAGES

from conftest import for_each, report
from tools.page import Page
from tools.site import DATA, LOADER, LOCALES, relative, say

CODE = re.compile(r"(`+)(?!`).+?(?<!`)\1(?!`)|\$[^$]+\$")
# What pages use. It is taken out, and then nothing may be left that begins like it.
MACRO = re.compile(
    r'\{\{ (?:\w+\((?:"[\w/-]+(?:\.\w+)?")?\)|verified\.\w+|\'[^\']*\') \}\}'
    r'|\{%-? from "theme/macros/\w+\.md" import \w+(?:, \w+)* with context -?%\}'
)
TAG = re.compile(
    r'<a id="[\w-]+"></a>|<span (?:lang="\w+"|role="img" aria-label="[^"<>]+")>|</span>'
    r"|</?(?:br|code|kbd|sub|sup)>|<!--.*?-->"
    r'|<label class="done">|</label>|<input type="checkbox" name="[\w-]+">|<https://[^>\s]+>'
)
ATTRIBUTES = re.compile(r"\{:?(?: (?:[#.][\w-]+|data-search-exclude))+ \}")
BLOCK = re.compile(r"/{3,}(?: details \| .+| html \| div\.[\w-]+)?\s*")
LEFT = {
    "html-left": re.compile(r"</?[A-Za-z!?][^>]*>?"),
    "attributes-left": re.compile(r"(?<!\{)\{(?![{%]):?\s*[^}]*[=#.][^}]*\}?"),
}
LINK = re.compile(r"\]\(\s*<?(?P<scheme>[^)\s/#]*?):|^\s*(?P<reference>\[[^]]+\]):\s*\S+")
SCHEMES = {"https", "http", "mailto"}
SLASHES = re.compile(r"(/{3,})(?: (?P<opens>\w.*))?\s*")
ROW, RULE = re.compile(r"\|.*\|\s*"), re.compile(r"\|(?: *:?-+:? *\|)+\s*")
PICTURE = re.compile(r"!\[\s*\]\(")


def macros(file, lines):
    """What of numbered lines, code included, would reach more than the macros of these notes."""
    for number, line in lines:
        if left := re.search(r"\{[{%#].*", MACRO.sub("", line)):
            yield say(f"{file}:{number}", "macro-left", what=left[0])


def markup(file, lines):
    """What of numbered lines of prose is more than these notes use."""
    for number, line in lines:
        place, text = f"{file}:{number}", line
        for allowed in (MACRO, CODE, TAG, ATTRIBUTES):
            text = allowed.sub("", text)
        for what, pattern in LEFT.items():
            if left := pattern.search(text):
                yield say(place, what, what=left[0].strip())
        if line.startswith("///") and not BLOCK.fullmatch(line):
            yield say(place, "block-left", what=line.strip())
        for link in LINK.finditer(html.unescape(text)):
            if link["reference"] or link["scheme"].lower() not in SCHEMES:
                yield say(place, "link-left", what=link[0].strip("]( "))
        if PICTURE.search(text):
            yield say(place, "picture-without-words")


def folds(file, lines):
    """What of numbered lines opens a fold that is not closed, or closes none.

    One around others has more slashes.
    """
    stack = []
    for number, line in [*lines, (0, "//////")]:
        if not (mark := SLASHES.fullmatch(line)):
            continue
        length = len(mark[1]) + bool(mark["opens"] or not number)
        while stack and len(stack[-1][1][1]) < length:
            at, fold = stack.pop()
            yield say(f"{file}:{at}", "fold-open", what=fold[0].strip(), close=fold[1])
        if mark["opens"]:
            stack.append((number, mark))
        elif stack and stack[-1][1][1] == mark[1]:
            stack.pop()
        elif number:
            yield say(f"{file}:{number}", "fold-closed", what=mark[1])


def tables(file, lines):
    """What of numbered lines begins like a table whose second line is none."""
    before = [(0, ""), *lines]
    for above, head, rule in zip(before, lines, lines[1:]):
        if ROW.fullmatch(head[1]) and not (ROW.fullmatch(above[1]) and above[0] == head[0] - 1):
            cells = len(re.findall(r"(?<!\\)\|", CODE.sub("", head[1]))) - 1
            if not RULE.fullmatch(rule[1]) or rule[1].count("|") - 1 != cells:
                line = "|" + " --- |" * cells
                yield say(f"{file}:{rule[0]}", "table-left", what=rule[1].strip(), line=line)


def texts(node):
    """(line, text) for all that a file of data says in a language, and for its addresses."""
    for key, value in node.value if isinstance(node, yaml.MappingNode) else ():
        address = f"[]({value.value})" if key.value == "url" else ""
        if isinstance(value, yaml.ScalarNode) and (address or key.value in LOCALES):
            for number, line in enumerate(value.value.splitlines(), value.start_mark.line + 1):
                yield number, address or line
        yield from texts(value)
    for one in node.value if isinstance(node, yaml.SequenceNode) else ():
        yield from texts(one)


@for_each(PAGES)
def test_a_page_has_the_markup_that_pages_use(page):
    found = [one(page.file, page.lines) for one in (markup, folds, tables)]
    report([*macros(page.file, enumerate(page.text.splitlines(), 1)), *chain(*found)])


@pytest.mark.parametrize("name", ["questions", "layers", "words"])
def test_texts_of_the_data_have_it_too(name):
    path = DATA / f"{name}.yml"
    lines = list(texts(yaml.compose(path.read_text("utf-8"), LOADER)))
    report([*macros(relative(path), lines), *markup(relative(path), lines)])


@pytest.mark.parametrize(
    "line",
    [
        "<script>alert(1)</script>",
        "<SCRIPT",
        '<a id="x" onclick="y"></a>',
        "<iframe src='https://example.org'></iframe>",
        '<form action="https://example.org">',
        "[x](javascript:alert(1))",
        "[x]( data:text/html;base64,x)",
        "[x](&#106;avascript:alert(1))",
        "[x]: javascript:alert(1)",
        "<javascript:alert(1)>",
        "[x](y.md){ onclick=alert(1) }",
        "{: style='color: red' }",
        "/// html | script",
        "/// html | div[onclick='x']",
        "{{ config.docs_dir }}",
        "`{{ [].__class__ }}`",
        '{{ source("../mkdocs.yml") }}',
        "{% include 'data/words.yml' %}",
        "![](x.png)",
    ],
)
def test_what_is_planted_is_named(line):
    page = Page("en", "x", f"# X {{ #x }}\n\n{line}\n")
    lines = enumerate(page.text.splitlines(), 1)
    found = [*macros(page.file, lines), *markup(page.file, page.lines)]
    assert found and all(one.startswith("docs/en/x.md:3: ") for one in found)
