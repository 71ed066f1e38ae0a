"""Measures the site and judges nothing: `make bench`, or `make bench ARGS="--times 1 --en"`.

Everything is served from this machine, and the times are those of this machine: compare them with
each other. Progress goes to stderr.
"""

import argparse
import gzip
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import yaml
from playwright.sync_api import sync_playwright

from tools.browser import CHROMIUM, FLAGS, Handler, build, served, violations
from tools.site import DOCS, LOCALES, ROOT, home, locale_of, nav

LIGHTHOUSE = ["npx", "--yes", "lighthouse@13", "--quiet", "--output=json"]
SCORES = {
    "performance": "Perf.",
    "accessibility": "Access.",
    "best-practices": "Practices",
    "seo": "SEO",
}
# The first note, of which a site that has grown has copies.
NOTE = next(name.partition("/")[0] for name in nav() if "/" in name)
PAGES = [
    "",
    f"{NOTE}/layers/",
    f"{NOTE}/exercises/1-mlp/",
    f"{NOTE}/exercises/solved/",
    f"{NOTE}/lab/",
]
COMBINATIONS = [(390, "light"), (1440, "dark"), (390, "dark"), (1440, "light")]  # of axe
COLUMNS = ["", *SCORES.values(), "CLS", "TBT, ms", "axe", "KiB", "Requests", "to other hosts"]
SEARCH = ["", "Pages", "Index, KiB gzipped", "KiB a page", "Cold, ms", "Warm, ms"]
GROWTH = ["Times", "Pages", "Build, s", "s a page", "Site, MB", "Note, KiB"]
# The time from the last key to the frame that shows the hits; what a frame's callback puts off
# runs when it is painted.
WATCH = """() => {
    const result = document.querySelector(".md-search-result");
    document.addEventListener("input", () => { window.typed = performance.now(); }, true);
    new MutationObserver(() => requestAnimationFrame(() => setTimeout(() => {
        window.found = { query: result.dataset.query, after: performance.now() - window.typed };
    }))).observe(result, { attributes: true, attributeFilter: ["data-query"] });
}"""
FOUND = "query => window.found?.query === query && window.found.after"


def say(text: str) -> None:
    """Tell how far it is."""
    print(time.strftime("%H:%M:%S"), text, file=sys.stderr, flush=True)


def table(title: str, head: list[str], rows: list[list]) -> None:
    """Print a table in Markdown."""
    lines = [f"| {' | '.join(map(str, row))} |" for row in (head, ["---"] * len(head), *rows)]
    print(f"\n{title}\n", *lines, sep="\n", flush=True)


def gzipped(path: Path) -> bytes:
    """A file as GitHub Pages sends it."""
    return gzip.compress(path.read_bytes(), 6)


class Gzipping(Handler):
    """Sends text gzipped, as GitHub Pages does."""

    def do_GET(self):
        path = Path(self.translate_path(self.path))
        path = path / "index.html" if path.is_dir() else path
        if path.suffix in (".html", ".css", ".js", ".json", ".svg", ".xml") and path.is_file():
            self.send(200, self.guess_type(path), gzipped(path), Content_Encoding="gzip")
        else:
            super().do_GET()


def grow(times: int, project: Path) -> None:
    """Make a project with about so many times the pages: copies of a note without its notebooks."""
    for name in ("docs", "snippets", "tools"):
        shutil.copytree(ROOT / name, project / name)
    paths = (DOCS / LOCALES[0] / NOTE).glob("*.md")
    names = sorted(path.name for path in paths if path.name != "lab.md")
    pages = len(list((DOCS / LOCALES[0]).rglob("*.md")))
    lines = "nav:\n"
    for number in range(round((times - 1) * pages / len(names))):
        copy = f"{NOTE}-{number + 2}"
        lines += f"  - {copy}:\n" + "".join(f"      - {copy}/{name}\n" for name in names)
        for docs in (project / "docs" / locale for locale in LOCALES):
            (docs / copy).mkdir()
            for path in (docs / NOTE / name for name in names):
                text = path.read_text(encoding="utf-8")
                # These have no copies.
                text = re.sub(r"\]\((?=lab\.md|exercises/)", f"](../{NOTE}/", text)
                (docs / copy / path.name).write_text(text, encoding="utf-8")
    settings = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    (project / "mkdocs.yml").write_text(settings.replace("nav:\n", lines, 1), encoding="utf-8")


@contextmanager
def built(times: int) -> Iterator[tuple[Path, str, float]]:
    """A site so many times as large: its folder, its address, the seconds a strict build takes."""
    with (
        TemporaryDirectory(prefix=f"bench-{times}-") as folder,
        served(Path(folder), Gzipping) as host,  # known before the build, for canonical addresses
    ):
        site, seconds = Path(folder, "notes"), []
        grow(times, Path(folder))
        for _ in range(3 if times == 1 else 1):
            say(f"build, {times}×")
            start = time.perf_counter()
            if wrong := build(site, Path(folder), SITE_URL=host):
                raise SystemExit("\n".join(wrong))
            seconds.append(time.perf_counter() - start)
        yield site, host, median(seconds)


def lighthouse(address: str) -> list:
    """Scores for a phone, layout shift and blocking time, of the median run of three; or dashes."""
    runs = []
    try:
        for _ in range(3):
            with TemporaryDirectory() as profile:
                flags = ["--headless=new", "--disable-quic", f"--user-data-dir={profile}", *FLAGS]
                command = [*LIGHTHOUSE, address, f"--chrome-flags={' '.join(flags)}"]
                env = os.environ | {"CHROME_PATH": CHROMIUM or ""}
                run = subprocess.run(command, env=env, capture_output=True)
            if run.returncode:
                raise OSError(run.stderr.decode().strip()[-300:])
            report = json.loads(run.stdout)
            scores = [round(100 * report["categories"][name]["score"]) for name in SCORES]
            names = ("cumulative-layout-shift", "total-blocking-time")
            shift, blocked = (report["audits"][name]["numericValue"] for name in names)
            runs.append([*scores, f"{shift:.3f}", f"{blocked:.0f}"])
    except OSError as error:  # no npx is one, too
        say(f"no Lighthouse: {error}")
        return ["–"] * (len(SCORES) + 2)
    return sorted(runs)[1]


def axe(browser, address: str) -> int:
    """How many rules the page breaks, summed over two widths and two schemes."""
    found = 0
    for width, scheme in COMBINATIONS:
        # The policy of the pages keeps out axe as well.
        size = {"width": width, "height": 844}
        page = browser.new_page(viewport=size, color_scheme=scheme, bypass_csp=True)
        page.goto(address)
        found += len(violations(page))
        page.close()
    return found


def weight(browser, address: str) -> list:
    """[KiB of HTML, CSS and JS as sent, requests, those to other hosts] of a first visit."""
    page, seen = browser.new_page(), []
    page.on("request", lambda request: seen.append(request))  # Playwright takes no builtin
    page.goto(address)
    # Not alone: while a very long page is read, the network is idle too.
    page.wait_for_load_state("networkidle")
    asked = [request for request in seen if not request.url.startswith("data:")]
    code = [one for one in asked if one.resource_type in ("document", "stylesheet", "script")]
    size = sum(request.sizes()["responseBodySize"] for request in code) / 1024
    page.close()
    host = address[: address.index("/", 7) + 1]
    return [f"{size:.1f}", len(asked), sum(not one.url.startswith(host) for one in asked)]


def search(browser, site: Path, host: str, locale: str, step: int) -> list:
    """A row of the table SEARCH; the times are medians of each step-th query."""
    say(f"search, {locale}")
    paths = (path.relative_to(site).as_posix() for path in site.rglob("index.html"))
    pages = sum(locale_of(path) == locale for path in paths)
    size = len(gzipped(site / f"search/{locale}.json")) / 1024
    times: tuple[list[float], list[float]] = ([], [])
    queries = yaml.safe_load((ROOT / "tests/queries.yml").read_text(encoding="utf-8"))[locale]
    for query in list(map(str, queries))[::step]:
        page = browser.new_page()  # with an empty cache
        page.goto(host + home(locale))
        page.wait_for_load_state("networkidle")
        page.evaluate(WATCH)
        page.keyboard.press("/")
        for found in times:  # the index is asked for by the first key; the second time it is there
            page.keyboard.press("Control+A")
            page.keyboard.type(query)
            hits = page.wait_for_function(FOUND, arg=query, timeout=300_000)
            found.append(hits.json_value())
            page.evaluate("window.found = null")
        page.close()
    cold, warm = map(median, times)
    return [locale, pages, f"{size:.0f}", f"{size / pages:.2f}", f"{cold:.0f}", f"{warm:.0f}"]


def longest_note(site: Path) -> str:
    """The address of the largest page of the first note, but for those of PAGES."""
    own = {site / page / "index.html" for page in PAGES}
    notes = set(site.glob(f"{NOTE}/*/index.html")) - own
    longest = max(notes, key=lambda path: path.stat().st_size).parent
    return f"{longest.relative_to(site).as_posix()}/"


def judge(browser, host: str, pages: list[str]) -> None:
    """Print what Lighthouse, axe and the network say of pages."""
    rows = []
    for page in pages:
        say(f"page /{page}")
        judged = [*lighthouse(host + page), axe(browser, host + page)]
        rows.append([f"/{page}", *judged, *weight(browser, host + page)])
    about = "Lighthouse: for a phone, the median of three runs. axe: rules broken."
    table(f"Pages. {about} KiB: HTML, CSS and JS, gzipped.", COLUMNS, rows)


def main() -> None:
    """Print three tables: pages, search, and how both grow with the site."""
    parser = argparse.ArgumentParser(description=__doc__)
    times_help = "how many times the pages (default: 1 10 100)"
    parser.add_argument("--times", type=int, nargs="+", default=[1, 10, 100], help=times_help)
    parser.add_argument("--en", action="store_true", help="measure the English pages too")
    options, growth = parser.parse_args(), []
    with (
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS) as browser,
    ):
        for times in options.times:
            with built(times) as (site, host, seconds):
                note = longest_note(site)
                step = 1 if times == 1 else 5
                found = [search(browser, site, host, locale, step) for locale in LOCALES]
                files = (path for path in site.rglob("*") if path.is_file())
                size = sum(path.stat().st_size for path in files) / 1e6
                pages = sum(row[1] for row in found)
                took = [f"{seconds:.1f}", f"{seconds / pages:.3f}", f"{size:.0f}"]
                kib = weight(browser, host + note)[0]
                each = [" / ".join(row[place] for row in found) for place in (2, 4, 5)]
                growth.append([times, pages, *took, kib, *each])
                if times == 1:
                    own = [*PAGES, note]
                    shown = LOCALES if options.en else LOCALES[:1]
                    judge(browser, host, [home(one) + page for one in shown for page in own])
                    about = "Cold: the index is fetched meanwhile. Warm: it is there."
                    table(f"Search, from the last key to the hits. {about}", SEARCH, found)
    about = f"Pages of all languages; the longest note; index and search {' / '.join(LOCALES)}."
    table(f"Growth. {about}", [*GROWTH, "Index, KiB", "Cold, ms", "Warm, ms"], growth)
