"""The built site, built once for all tests that look at it, and a Chromium to look at it with."""

import fcntl
import gc
import json
import os
import re

import pytest

from tools import browser as browsers
from tools.pytest_plugin import PAGE, fresh_interpreter, is_of_page
from tools.site import LOCALES, address

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
def shown(site):
    """The HTML files of all pages, or of that of PAGE=…; 404.html has addresses of its own."""
    if PAGE:
        return [site / address(locale, PAGE) / "index.html" for locale in LOCALES]
    return [path for path in sorted(site.rglob("*.html")) if path.name != "404.html"]


@pytest.fixture(scope="session")
def host(build, tmp_path_factory):
    """The address at which the built site is served, below the path it was built for."""
    root = tmp_path_factory.mktemp("host")
    (root / "notes").symlink_to(build[0])
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


@pytest.fixture(scope="session")
def interpreter(request):
    """What runs code as a fresh interpreter would."""
    return fresh_interpreter(request.config)
