"""The built site, built once for all tests that look at it, and a Chromium to look at it with."""

import fcntl
import functools
import http.server
import json
import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from snippet import ROOT, SNIPPETS

PAGE = os.environ.get("PAGE")  # "nn-module/parameters" of `make test PAGE=nn-module/parameters`
CHROMIUM = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
# Root has no sandbox in a container; the rest keeps Chromium itself from calling home.
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"]


def pytest_collection_modifyitems(config, items):
    """With PAGE=… leave out what does not concern that page: its files, its snippets, and what is built of them."""
    if not PAGE:
        return
    own = [ROOT / f"docs/{locale}/{PAGE}.md" for locale in ("ko", "en")]
    if not any(path.exists() for path in own):
        raise pytest.UsageError(f"PAGE={PAGE}: there is neither {own[0].relative_to(ROOT)} nor {own[1].relative_to(ROOT)}. Write the page as nn-module/parameters.")

    text = "".join(path.read_text(encoding="utf-8", errors="replace") for path in own if path.exists())

    def concerns(item):
        given = item.callspec.params.values() if hasattr(item, "callspec") else ()
        paths = [item.path, *(getattr(value, "path", value) for value in given)]
        cards = [value for value in given if isinstance(value, dict) and f'card("{value.get("id")}")' in text]  # rows of layers.yml
        return bool(cards) or "shown" in getattr(item, "fixturenames", ()) or item.name == "test_the_site_builds" or any(
            path in own or path == Path(PAGE).name or isinstance(path, Path) and SNIPPETS / PAGE in path.parents for path in paths)

    kept = [item for item in items if concerns(item)]
    config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    items[:] = kept


def build_into(folder, **settings):
    """A strict build, as a fork on GitHub would deploy it: below a path, with a repository. (folder, errors)"""
    env = dict(
        os.environ, NO_MKDOCS_2_WARNING="1", SITE_URL="https://example.org/notes/", SOURCE_DATE_EPOCH="1700000000",
        REPO_URL="https://github.com/example/notes", EDIT_URI="edit/main/docs/") | settings
    run = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", folder],
        cwd=ROOT, env=env, capture_output=True, text=True)
    told = [line for line in run.stderr.splitlines() if line and not line.startswith(("INFO", "  File", "   "))]
    return folder, told[-12:] if run.returncode else []


@pytest.fixture
def build_again():
    """For a test that needs another build than that of all tests."""
    return build_into


@pytest.fixture(scope="session")
def build(tmp_path_factory):
    """The site for the tests: (folder, errors). The first of pytest's processes builds it, the others wait."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "site"
    with open(folder.with_suffix(".json"), "a+") as built:
        fcntl.flock(built, fcntl.LOCK_EX)
        built.seek(0)
        if not (text := built.read()):
            text = json.dumps(build_into(folder)[1])
            built.write(text)
    return folder, json.loads(text)


@pytest.fixture
def site(build):
    """The folder of the built site."""
    folder, errors = build
    if errors:
        pytest.skip("the site does not build: see test_the_site_builds")
    return folder


@pytest.fixture
def shown(site):
    """The HTML files of all pages but 404.html, whose addresses begin at the root; with PAGE=… those of that page."""
    if PAGE:
        address = "index.html" if PAGE == "index" else PAGE.removesuffix("/index") + "/index.html"
        return [site / address, site / "en" / address]
    return [path for path in sorted(site.rglob("*.html")) if path.name != "404.html"]


class Handler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass

    def send_error(self, code, *args):
        """As a host of static sites does: 404.html for whatever is not there."""
        if code != 404:
            return super().send_error(code, *args)
        body = Path(self.directory, "notes/404.html").read_bytes()
        self.send_response(404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class Server(http.server.ThreadingHTTPServer):
    def handle_error(self, *args):  # a browser that has left the page before it was sent whole
        pass


@pytest.fixture(scope="module")
def host(build, tmp_path_factory):
    """The address at which the built site is served, below the path it was built for."""
    root = tmp_path_factory.mktemp("host")
    (root / "notes").symlink_to(build[0])
    server = Server(("127.0.0.1", 0), functools.partial(Handler, directory=root))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/notes/"
    server.shutdown()


@pytest.fixture(scope="module")
def playwright():
    """Playwright, which also knows the screens of phones."""
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="module")
def browser(playwright):
    """A Chromium; without one its tests are skipped by name, and with CI=true they fail."""
    if CHROMIUM is None and os.environ.get("CI") != "true":
        pytest.skip("needs Chromium: put it on PATH, or say make test CHROMIUM=/path/to/chromium")
    assert CHROMIUM, "CI=true, and no Chromium on PATH or in CHROMIUM"
    chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
    yield chromium
    chromium.close()
