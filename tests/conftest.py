"""The built site, built once for all tests that look at it, and a Chromium to look at it with."""

import fcntl
import gc
import json
import os
import re
from functools import cache, cached_property
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from tools import browser as browsers
from tools import site as sites
from tools.pytest_plugin import PAGE, fresh_interpreter, is_of_page
from tools.site import LOCALES, address, home

LOOKS = Path(__file__).with_name("looks.js").read_text(encoding="utf-8")
PRE = re.compile(r"<pre>.*?</pre>", re.DOTALL)
PLAIN_SPAN = re.compile(r'<span(?: class="[\w-]*")?>|</span>')

gc.set_threshold(100_000)  # parsed pages are many objects, and stay


def in_order(problem):
    """The file that a finding names, then its line as a number."""
    file, _, rest = problem.partition(":")
    line = re.match(r"\d+", rest)
    return file, int(line[0]) if line else 0, problem


def report(problems):
    """Fail with what is wrong, a line each; do nothing if nothing is."""
    if problems := sorted(set(problems), key=in_order):
        pytest.fail("\n".join(problems), pytrace=False)


def check(holds, message):
    """Fail with a message if something does not hold."""
    report([] if holds else [message])


def for_each(things):
    """A test of one thing as one of all, or of those of PAGE=…, that says all that is wrong."""

    def decorate(test):
        def test_all():
            problems = []
            for thing in filter(is_of_page, things) if PAGE else things:
                try:
                    test(thing)
                except pytest.fail.Exception as failed:
                    problems.append(str(failed))
            report(problems)

        test_all.__doc__, test_all.narrowed = test.__doc__, True
        return test_all

    return decorate


@cache
def parse(path):
    """An HTML file without the spans that color code, which are half of what there is to parse."""
    text = path.read_text(encoding="utf-8")
    return BeautifulSoup(PRE.sub(lambda pre: PLAIN_SPAN.sub("", pre[0]), text), "html.parser")


class Shown:
    """A page of the built site."""

    def __init__(self, site, path):
        self.site, self.path = site, path
        self.address = path.relative_to(site).as_posix().removesuffix("index.html")
        self.locale = sites.locale_of(self.address)  # whatever its text is written in so far

    @cached_property
    def name(self):
        """As nn-module/modes; 404 of what stands for what is missing."""
        name = self.path.relative_to(self.site).with_suffix("").as_posix()
        name = name.removeprefix(home(self.locale))
        return name if name in sites.pages() else name.removesuffix("/index")

    @cached_property
    def file(self):
        """Its Markdown, for messages: docs/ko/nn-module/modes.md."""
        return f"docs/{self.locale}/{self.name}.md" if self.name in sites.pages() else self.name

    @property
    def text(self):
        """Its HTML."""
        return self.path.read_text(encoding="utf-8")

    @property
    def soup(self):
        """Its HTML, parsed."""
        return parse(self.path)


def on_each_page(look):
    """A test that says all that a look finds wrong, on all pages or on that of PAGE=…"""

    def test_pages(shown):
        report(problem for page in shown for problem in look(page))

    test_pages.__doc__ = look.__doc__
    return test_pages


def run(page, name):
    """What a script of looks.js finds."""
    return page.evaluate(f"({LOOKS}).{name}()")


@pytest.fixture
def english(monkeypatch):
    """Messages in English, whatever the system speaks: for tests that compare what is said."""
    monkeypatch.setenv("LC_ALL", "C")


@pytest.fixture(scope="session")
def build(tmp_path_factory):
    """The site for the tests: (folder, errors). One process builds it, the others wait."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "site"
    with open(folder.with_suffix(".json"), "a+", encoding="utf-8") as built:
        fcntl.flock(built, fcntl.LOCK_EX)
        built.seek(0)
        if not (text := built.read()):
            text = json.dumps(browsers.build(folder))
            built.write(text)
    return folder, json.loads(text)


@pytest.fixture(scope="session")
def site(build):
    """The folder of the built site."""
    folder, errors = build
    if errors:
        pytest.skip("the site does not build: see test_the_site_builds")
    return folder


@pytest.fixture(scope="session")
def every_page(site):
    """All HTML files of the site, those for what is missing too."""
    return [Shown(site, path) for path in sorted(site.rglob("*.html"))]


@pytest.fixture(scope="session")
def shown(site, every_page):
    """The pages that a reader turns to, or that of PAGE=… in each language."""
    if PAGE:
        own = (site / address(locale, PAGE) / "index.html" for locale in LOCALES)
        return [Shown(site, path) for path in own]
    return [page for page in every_page if page.name != "404"]


@pytest.fixture(scope="session")
def host(site, tmp_path_factory):
    """The address at which the built site is served, below the path it was built for."""
    root = tmp_path_factory.mktemp("host")
    (root / "notes").symlink_to(site)
    with browsers.served(root) as address:
        yield address


@pytest.fixture(scope="session")
def playwright():
    """Playwright, which also knows the screens of phones."""
    from playwright.sync_api import sync_playwright  # takes a while, and few tests ask for it

    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def browser(playwright):
    """A Chromium; without one its tests are skipped by name, and with CI=true they fail."""
    if browsers.CHROMIUM is None and os.environ.get("CI") != "true":
        pytest.skip("needs Chromium: put it on PATH, or say make test CHROMIUM=/path/to/chromium")
    assert browsers.CHROMIUM, "CI=true, and no Chromium on PATH or in CHROMIUM"
    chromium = playwright.chromium.launch(executable_path=browsers.CHROMIUM, args=browsers.FLAGS)
    yield chromium
    chromium.close()


@pytest.fixture
def open_page(browser, host):
    """Opens an address of the site in a window of its own, which keeps the errors of its scripts.

    It is closed when the test ends.
    """
    contexts = []

    def opened(at=None, width=1280, **settings):
        settings = {"viewport": {"width": width, "height": 844}} | settings
        contexts.append(browser.new_context(**settings))
        page = contexts[-1].new_page()
        page.errors = []
        page.on("pageerror", lambda error: page.errors.append(str(error)))
        if at is not None:
            page.goto(host + at)
        return page

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def interpreter(request):
    """What runs code as a fresh interpreter would."""
    return fresh_interpreter(request.config)
