"""The built site in a browser: a host that serves it, a Chromium to look at it, axe to judge it."""

import functools
import http.server
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import axe_playwright_python

from tools.site import ROOT

NAMES = "chromium", "chromium-browser", "google-chrome"
CHROMIUM = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
# Root has no sandbox in a container; the rest keeps Chromium itself from calling home, and from
# making for each page two more of its own, below an address bar that nobody sees: these took twice
# as long as the page. The other two features are of Playwright's own list, which this one replaces.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-features=WebUIOmniboxPopup,WebUIOmniboxAimPopup,PaintHolding,HttpsUpgrades",
]
AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js").read_text(encoding="utf-8")
COMBINATIONS = [(390, "light"), (1440, "dark"), (390, "dark"), (1440, "light")]
# Unfolded, and one of each kind of words that have a color of their own, in blocks and in prose,
# and of entries of the navigation.
# Colors take axe longest, so it compares them once for each look: the tags, classes and colors of
# what an element is in, from the body down. `seen` has the looks that other pages have shown; those
# that are new come back.
PREPARE = """(seen) => {
    for (const details of document.querySelectorAll("details")) details.open = true;
    const words = new Set();
    const colored = "article :is(pre code span:not(.given), :not(pre) > code, strong, em)";
    for (const piece of document.querySelectorAll(colored)) {
        const around = [piece.closest(".highlight")?.className, !!piece.closest("details")];
        const own = [piece.tagName, piece.className, piece.parentElement.tagName];
        const kind = [...around, ...own].join();
        if ((piece.className || piece.tagName !== "SPAN") && !words.has(kind)) words.add(kind);
        else if (!piece.closest("a, summary")) piece.replaceWith(...piece.childNodes);
    }
    document.querySelector("article").normalize();
    for (const entry of document.querySelectorAll(".md-nav li:not(:has(li))")) {
        const parts = [entry.closest(".md-sidebar"), entry, ...entry.querySelectorAll("*")];
        const kind = parts.map((part) => part?.className).join();
        if (words.has(kind)) entry.remove();
        words.add(kind);
    }
    const looks = new Map(), known = new Set(seen), found = [];
    for (const one of document.querySelectorAll("body, body *")) {
        const style = getComputedStyle(one);
        const own = ["tagName", "className", "type"].map((name) => String(one[name]));
        for (const name of ["color", "fontSize", "fontWeight", "textShadow", "backgroundColor",
            "backgroundImage", "opacity", "position"]) own.push(style[name]);
        let look = looks.get(one.parentElement) || 0;
        for (const letter of own.join()) look = (look * 33 + letter.charCodeAt()) % 2 ** 47;
        looks.set(one, look);
        if (known.has(look)) continue;
        known.add(look);
        found.push(look);
        one.dataset.look = look;
    }
    return found;
}"""
# Lighthouse asks for targets that a finger hits; axe does so only when told to. What it would load
# beforehand, style sheets and media, no rule needs that it runs here.
RUN = """axe.configure({rules: [
        {id: "color-contrast", selector: "[data-look]"},
        {id: "link-in-text-block", selector: "a[data-look]"}]}),
    axe.run({preload: false, resultTypes: ["violations"], rules: {"target-size": {enabled: true}}})
    .then((result) => result.violations)"""


def violations(page, seen: list[int] | None = None) -> list[str]:
    """`rule: the first element that breaks it` for each rule that a page breaks as it is.

    Of texts that look the same, on this page or on others that share `seen`, one is compared.
    """
    seen = [] if seen is None else seen
    seen += page.evaluate(PREPARE, seen)
    page.evaluate(AXE)
    return [
        f"{rule['id']}: {node['html'][:120]} {node.get('failureSummary', '')[:200]}"
        for rule in page.evaluate(RUN)
        for node in rule["nodes"][:1]
    ]


def build(folder: Path, root: Path = ROOT, **settings: str) -> list[str]:
    """A strict build, as a fork on GitHub would deploy it: below a path, with a repository.

    What is wrong, if it fails.
    """
    env = os.environ | {
        "NO_MKDOCS_2_WARNING": "1",
        "NBCONVERT_DISABLE_CONFIG_EXPORTERS": "1",
        "SITE_URL": "https://example.org/notes/",
        "SOURCE_DATE_EPOCH": "1700000000",
        "REPO_URL": "https://github.com/example/notes",
        "EDIT_URI": "edit/main/docs/",
    }
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)]
    run = subprocess.run(command, cwd=root, env=env | settings, capture_output=True, text=True)
    noise = ("INFO", "  ", "Traceback")
    lines = [line for line in run.stderr.splitlines() if line and not line.startswith(noise)]
    # Where the machinery itself has failed: the last of its lines that Python names.
    ours = re.findall(r'File ".*?/(tools/\w+\.py)", line (\d+)', run.stderr)
    if ours and lines:
        lines[-1] = f"{':'.join(ours[-1])}: {lines[-1]}"
    elif len(lines) > 1 and lines[-2].endswith(lines[-1].partition(": ")[2]):
        lines.pop()  # as MkDocs has it, and then Python once more
    return lines[-12:] if run.returncode else []


class Handler(http.server.SimpleHTTPRequestHandler):
    """Serves files in silence, and 404.html for whatever is not there, as hosts do.

    What pages have in common is kept by the browser for as long as GitHub Pages has it kept.
    """

    protocol_version = "HTTP/1.1"

    def end_headers(self):
        if not self.path.partition("?")[0].endswith("/"):
            self.send_header("Cache-Control", "max-age=600")
        super().end_headers()

    def log_message(self, format, *args):
        pass

    def send_error(self, code, message=None, explain=None):
        if code != 404:
            return super().send_error(code, message, explain)
        self.send(
            404, "text/html; charset=utf-8", Path(self.directory, "notes/404.html").read_bytes()
        )

    def send(self, code: int, kind: str, body: bytes, **headers: str) -> None:
        """Answer with these bytes."""
        self.send_response(code)
        for name, value in {
            "Content-Type": kind,
            "Content-Length": str(len(body)),
            **headers,
        }.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)


class Server(http.server.ThreadingHTTPServer):
    def handle_error(self, request, client_address):
        """Say nothing of a browser that has left the page before it was sent whole."""


@contextmanager
def served(folder: Path, handler: type[Handler] = Handler) -> Iterator[str]:
    """The address of the site that is, or will be, in `folder`/notes."""
    server = Server(("127.0.0.1", 0), functools.partial(handler, directory=folder))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/notes/"
    server.shutdown()
