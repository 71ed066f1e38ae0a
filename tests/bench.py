"""Measures the site and judges nothing: `make bench`, or `python tests/bench.py --times 1 --en`. Progress goes to stderr.

Everything is served from this machine, and the times are those of this machine: compare them with each other.
"""

import argparse
import functools
import gzip
import json
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import yaml
from playwright.sync_api import sync_playwright

from conftest import CHROMIUM, FLAGS, Handler, Server
from snippet import ROOT
from test_axe import COMBINATIONS, violations

LIGHTHOUSE = ["npx", "--yes", "lighthouse@13"]
SCORES = {"performance": "Perf.", "accessibility": "Access.", "best-practices": "Practices", "seo": "SEO"}
LOCALES = {"ko": "", "en": "en/"}
PAGES = ["", "nn-module/layers/", "nn-module/exercises/1-mlp/", "nn-module/exercises/solved/", "nn-module/lab/"]
QUERIES = yaml.safe_load((ROOT / "tests/queries.yml").read_text(encoding="utf-8"))
# The time from the last key to the frame that shows the hits; what a frame's callback puts off runs when it is painted.
WATCH = """() => {
    const result = document.querySelector(".md-search-result");
    document.addEventListener("input", () => { window.typed = performance.now(); }, true);
    new MutationObserver(() => requestAnimationFrame(() => setTimeout(() => {
        window.found = { query: result.dataset.query, after: performance.now() - window.typed };
    }))).observe(result, { attributes: true, attributeFilter: ["data-query"] });
}"""


def say(text):
    print(time.strftime("%H:%M:%S"), text, file=sys.stderr, flush=True)


def table(title, head, rows):
    print(f"\n{title}\n", *(f"| {' | '.join(map(str, row))} |" for row in (head, ["---"] * len(head), *rows)), sep="\n", flush=True)


class Gzipped(Handler):
    """Sends text gzipped, as GitHub Pages does."""

    def do_GET(self):
        path = Path(self.translate_path(self.path))
        path = path / "index.html" if path.is_dir() else path
        if path.suffix not in (".html", ".css", ".js", ".json", ".svg", ".xml") or not path.is_file():
            return super().do_GET()
        body = gzip.compress(path.read_bytes(), 6)
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(path))
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def grow(times, project):
    """Make a project with about so many times the pages: copies of the notes, without those that hooks make notebooks of."""
    for name in ("docs", "snippets"):
        shutil.copytree(ROOT / name, project / name)
    names = sorted(path.name for path in (ROOT / "docs/ko/nn-module").glob("*.md") if path.name != "lab.md")
    nav = ""
    for number in range(round((times - 1) * len(list((ROOT / "docs/ko").rglob("*.md"))) / len(names))):
        copy = f"nn-module-{number + 2}"
        nav += f"  - {copy}:\n" + "".join(f"      - {copy}/{name}\n" for name in names)
        for docs in (project / "docs" / locale for locale in LOCALES):
            (docs / copy).mkdir()
            for name in names:
                text = (docs / "nn-module" / name).read_text(encoding="utf-8")
                text = re.sub(r"\]\((?=lab\.md|exercises/)", "](../nn-module/", text)  # these have no copies
                (docs / copy / name).write_text(text, encoding="utf-8")
    settings = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    (project / "mkdocs.yml").write_text(settings.replace("  - exercises:\n", nav + "  - exercises:\n", 1), encoding="utf-8")


@contextmanager
def served(times):
    """(folder, address, seconds of a strict build from the command to its end) of the site, or of one that has grown."""
    with TemporaryDirectory(prefix=f"bench-{times}-") as folder:
        site, seconds = Path(folder, "notes"), []
        server = Server(("127.0.0.1", 0), functools.partial(Gzipped, directory=folder))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        host = f"http://127.0.0.1:{server.server_port}/notes/"  # known before the build, for the canonical addresses
        env = {"NO_MKDOCS_2_WARNING": "1", "SITE_URL": host, "REPO_URL": "https://github.com/example/notes", "EDIT_URI": "edit/main/docs/"}
        grow(times, Path(folder))
        for _ in range(3 if times == 1 else 1):
            say(f"build, {times}×")
            start = time.perf_counter()
            subprocess.run([sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", site],
                           cwd=folder, env=os.environ | env, check=True)
            seconds.append(time.perf_counter() - start)
        yield site, host, median(seconds)
        server.shutdown()


def lighthouse(address):
    """Scores for a phone, layout shift and blocking time, from the run with the median performance of three; else dashes."""
    runs = []
    try:
        for _ in range(3):
            with TemporaryDirectory() as profile:
                flags = f"--chrome-flags=--headless=new --disable-quic --user-data-dir={profile} {' '.join(FLAGS)}"
                run = subprocess.run([*LIGHTHOUSE, address, "--quiet", "--output=json", flags],
                                     env=os.environ | {"CHROME_PATH": CHROMIUM}, capture_output=True)
            if run.returncode:
                raise OSError(run.stderr.decode().strip()[-300:])
            told = json.loads(run.stdout)
            shift, blocked = (told["audits"][name]["numericValue"] for name in ("cumulative-layout-shift", "total-blocking-time"))
            runs.append([*(round(100 * told["categories"][name]["score"]) for name in SCORES), f"{shift:.3f}", f"{blocked:.0f}"])
    except OSError as error:  # no npx is one, too
        say(f"no Lighthouse: {error}")
    return sorted(runs)[1] if len(runs) == 3 else ["–"] * (len(SCORES) + 2)


def axe(browser, address):
    """How many rules the page breaks, summed over two widths and two schemes."""
    found = 0
    for width, scheme in COMBINATIONS:  # the policy of the pages keeps out axe as well
        page = browser.new_page(viewport={"width": width, "height": 844}, color_scheme=scheme, bypass_csp=True)
        page.goto(address)
        found += len(violations(page))
        page.close()
    return found


def weight(browser, address):
    """[KiB of HTML, CSS and JS as sent, requests, those to other hosts] of a first visit."""
    page, asked = browser.new_page(), []
    page.on("request", lambda request: None if request.url.startswith("data:") else asked.append(request))
    page.goto(address)
    page.wait_for_load_state("networkidle")  # not alone: while a very long page is read, the network is idle too
    code = [request for request in asked if request.resource_type in ("document", "stylesheet", "script")]
    size = sum(request.sizes()["responseBodySize"] for request in code) / 1024
    page.close()
    return [f"{size:.1f}", len(asked), sum(not request.url.startswith(address[:address.index("/", 7) + 1]) for request in asked)]


def search(browser, site, host, locale, step=1):
    """[language, pages, KiB of the index as sent, KiB a page, ms cold, ms warm], the last two medians of each step-th query."""
    say(f"search, {locale}")
    pages = sum(1 for path in site.rglob("index.html") if (path.relative_to(site).parts[0] == "en") == (locale == "en"))
    size = len(gzip.compress((site / f"search/{locale}.json").read_bytes(), 6)) / 1024
    times = [], []
    for query in list(map(str, QUERIES[locale]))[::step]:
        page = browser.new_page()  # with an empty cache
        page.goto(host + LOCALES[locale])
        page.wait_for_load_state("networkidle")
        page.evaluate(WATCH)
        page.keyboard.press("/")
        for found in times:  # the index is asked for by the first key; the second time it is there
            page.keyboard.press("Control+A")
            page.keyboard.type(query)
            found.append(page.wait_for_function(
                "query => window.found?.query === query && window.found.after", arg=query, timeout=300_000).json_value())
            page.evaluate("window.found = null")
        page.close()
    return [locale, pages, f"{size:.0f}", f"{size / pages:.2f}", *(f"{median(found):.0f}" for found in times)]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, nargs="+", default=[1, 10, 100], help="how many times the pages (default: 1 10 100)")
    parser.add_argument("--en", action="store_true", help="measure the English pages too")
    options, growth = parser.parse_args(), []
    with sync_playwright() as playwright, playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS) as browser:
        for times in options.times:
            with served(times) as (site, host, seconds):
                notes = set(site.glob("nn-module/*/index.html")) - {site / page / "index.html" for page in PAGES}
                longest = max(notes, key=lambda path: path.stat().st_size).parent.relative_to(site).as_posix() + "/"
                found = [search(browser, site, host, locale, 1 if times == 1 else 5) for locale in LOCALES]
                size = sum(path.stat().st_size for path in site.rglob("*") if path.is_file()) / 1e6
                pages = sum(row[1] for row in found)
                both = (" / ".join(column) for number, column in enumerate(zip(*found)) if number in (2, 4, 5))
                note = weight(browser, host + longest)[0]
                growth.append([times, pages, f"{seconds:.1f}", f"{seconds / pages:.3f}", f"{size:.0f}", note, *both])
                if times != 1:
                    continue
                rows = []
                for path in (prefix + page for prefix in ["", "en/"][:1 + options.en] for page in [*PAGES, longest]):
                    say(f"page /{path}")
                    rows.append([f"/{path}", *lighthouse(host + path), axe(browser, host + path), *weight(browser, host + path)])
                table("Pages. Lighthouse: for a phone, the median of three runs. axe: rules broken. KiB: HTML, CSS and JS, gzipped.",
                      ["", *SCORES.values(), "CLS", "TBT, ms", "axe", "KiB", "Requests", "to other hosts"], rows)
                table("Search, from the last key to the hits. Cold: the index is fetched meanwhile. Warm: it is there.",
                      ["", "Pages", "Index, KiB gzipped", "KiB a page", "Cold, ms", "Warm, ms"], found)
    table("Growth. Pages of both languages; the longest note; index and search Korean / English.",
          ["Times", "Pages", "Build, s", "s a page", "Site, MB", "Note, KiB", "Index, KiB", "Cold, ms", "Warm, ms"], growth)


if __name__ == "__main__":
    main()
