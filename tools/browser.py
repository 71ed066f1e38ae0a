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

# Debian's shell without windows does the same in two thirds of the time.
NAMES = "chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"
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
AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js").read_bytes()
# Of the words of blocks, which are most of a page's elements, one of each kind that has a color of
# its own stays one: the page is then laid out and painted anew in half the time.
THIN = """() => {
    const words = new Set();
    for (const code of document.querySelectorAll("article pre :is(code, .given)")) {
        const around = [code.closest(".highlight")?.className, !!code.closest("details")];
        const pieces = [...code.children].filter((one) => one.matches("span:not(.given)"));
        const others = pieces.filter((piece) => {
            const kind = [...around, piece.className, code.tagName].join();
            if (!piece.className || words.has(kind)) return true;
            words.add(kind);
        });
        if (others.length === code.children.length) code.textContent = code.textContent;
        else for (const piece of others) piece.replaceWith(...piece.childNodes);
        code.normalize();
    }
}"""
# Unfolded, and one of each kind of words in prose that have a color of their own, and of entries of
# the navigation.
# axe judges a page if it has an element of a new shape: all that its rules ask of one, the tags and
# attributes of what it is in, from the body down, whether it is seen, has a name, scrolls, finds
# what it refers to, which heading comes before a heading, what is in a table or a list. Colors take
# axe longest, so of texts with the same colors, on the same ground, it compares one. `seen` has
# what other pages have shown; what is new comes back. Of what frames a page, a part without
# anything new is emptied: it was judged there.
PREPARE = """(seen) => {
    for (const details of document.querySelectorAll("details")) details.open = true;
    const words = new Set();
    for (const piece of document.querySelectorAll("article :is(:not(pre) > code, strong, em)")) {
        const own = [piece.tagName, piece.className, piece.parentElement.tagName];
        const kind = [...own, !!piece.closest("details")].join();
        if (!words.has(kind)) words.add(kind);
        else if (!piece.closest("a, summary")) piece.replaceWith(...piece.childNodes);
    }
    document.querySelector("article").normalize();
    for (const entry of document.querySelectorAll(".md-nav li:not(:has(li))")) {
        const parts = [entry.closest(".md-sidebar"), entry, ...entry.querySelectorAll("*")];
        const kind = parts.map((part) => part?.className).join();
        if (words.has(kind)) entry.remove();
        words.add(kind);
    }
    const shapes = new Map(), grounds = new Map(), known = new Set(seen), found = {};
    const isNew = (kind, value) => {
        if (known.has(value)) return false;
        known.add(value);
        (found[kind] ||= []).push(value);
        return true;
    };
    const hash = (from, values) => {
        for (const letter of values.join()) from = (from * 33 + letter.charCodeAt()) % 2 ** 47;
        return from;
    };
    const refers = /^(for|headers|aria-(labelledby|describedby|controls|owns|details))$/;
    const lost = (id) => !document.getElementById(id);
    let heading = document.querySelectorAll("h1").length;
    for (const one of document.querySelectorAll("body, body *")) {
        const style = getComputedStyle(one), above = one.parentElement;
        const names = one.getAttributeNames();
        const shape = ["tagName", "className", "type", "role", "ariaHidden", "tabIndex", "lang"]
            .map((name) => String(one[name]));
        shape.push(...names, one.checkVisibility({visibilityProperty: true}));
        shape.push(!(one.ariaLabel || one.alt || one.textContent).trim());
        shape.push(names.some((n) => refers.test(n) && one.getAttribute(n).split(" ").some(lost)));
        if (/auto|scroll/.test(style.overflowX)) shape.push(one.scrollWidth > one.clientWidth);
        if (one.matches("table, ul, ol, dl, details")) {
            shape.push(...new Set([...one.children].map((child) => child.tagName)));
        }
        if (one.matches("h1, h2, h3, h4, h5, h6")) {
            shape.push(heading);
            heading = one.tagName;
        }
        shapes.set(one, hash(shapes.get(above) || 0, shape));
        const ground = ["backgroundColor", "backgroundImage", "opacity", "position"]
            .map((name) => style[name]).join();
        const plain = ground === "rgba(0, 0, 0, 0),none,1,static";
        grounds.set(one, plain ? grounds.get(above) || 0 : hash(grounds.get(above) || 0, [ground]));
        const isText = [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
        const text = [style.color, style.fontSize, style.fontWeight, style.textShadow];
        if (one.tagName === "A") text.push(style.textDecorationLine, getComputedStyle(above).color);
        const looks = isText && isNew("texts", hash(grounds.get(one), text));
        if (isNew("shapes", shapes.get(one)) || looks) one.dataset.isNew = looks;
    }
    for (const part of document.querySelectorAll(".md-header, .md-sidebar, .md-footer")) {
        if (!part.querySelector("[data-is-new]")) part.replaceChildren();
    }
    return found;
}"""
# Lighthouse asks for targets that a finger hits; axe does so only when told to. What it would load
# beforehand, style sheets and media, no rule needs that it runs here.
RUN = """async (colorsAlone) => {
    const script = Object.assign(document.createElement("script"), {src: "/notes/axe.min.js"});
    await new Promise((done) => { script.onload = done; document.head.append(script); });
    const colors = ["color-contrast", "link-in-text-block"];
    const texts = "[data-is-new='true']";
    axe.configure({rules: [
        {id: colors[0], selector: texts},
        {id: colors[1], selector: `a${texts}`}]});
    const rules = colorsAlone ? {runOnly: colors} : {rules: {"target-size": {enabled: true}}};
    return (await axe.run({preload: false, resultTypes: ["violations"], ...rules})).violations;
}"""

MARK = re.compile(' data-is-new="[a-z]+"')  # of PREPARE


def violations(page, seen: list[int] | None = None) -> list[str]:
    """`rule: the first element that breaks it` for each rule that a page breaks as it is.

    Of elements that look the same, on this page or on others that share `seen`, one is judged.
    """
    seen = [] if seen is None else seen
    page.evaluate(THIN)
    if not (new := page.evaluate(PREPARE, seen)):
        return []
    seen += sum(new.values(), [])
    return [
        f"{rule['id']}: {MARK.sub('', node['html'])[:120]} {node.get('failureSummary', '')[:200]}"
        for rule in page.evaluate(RUN, "shapes" not in new)
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
    told = re.sub(r"^ERROR +-  (?=\S+:\d+: )", "", run.stderr, flags=re.MULTILINE)
    lines = [line for line in told.splitlines() if line and not line.startswith(noise)]
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

    def do_GET(self):
        """Serve axe as if the site had it: what is fetched is compiled once for all pages."""
        if self.path != "/notes/axe.min.js":
            return super().do_GET()
        self.send(200, "text/javascript", AXE)

    def log_message(self, format, *args):
        pass

    def send_error(self, code, message=None, explain=None):
        if code != 404:
            return super().send_error(code, message, explain)
        page = Path(self.directory, "notes/404.html").read_bytes()
        self.send(404, "text/html; charset=utf-8", page)

    def send(self, code: int, kind: str, body: bytes, **headers: str) -> None:
        """Answer with these bytes."""
        self.send_response(code)
        fields = {"Content-Type": kind, "Content-Length": str(len(body)), **headers}
        for name, value in fields.items():
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
