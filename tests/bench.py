"""Measures the site and judges nothing: `make bench`, or `python tests/bench.py --times 1 --en`. Tables on stdout, progress on stderr.

All is served from this machine, and its times are this machine's: compare them with each other.
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
PAGES = ["", "{longest}", "nn-module/layers/", "nn-module/exercises/1-mlp/", "nn-module/exercises/solved/", "nn-module/lab/"]
QUERIES = yaml.safe_load((ROOT / "tests/queries.yml").read_text(encoding="utf-8"))
LOCALES = {"ko": "", "en": "en/"}
# From the last key to the frame that shows the hits. What a frame's callback puts off comes after the frame is painted.
WATCH = """() => {
    const result = document.querySelector(".md-search-result");
    document.addEventListener("input", () => { window.typed = performance.now(); }, true);
    new MutationObserver(() => requestAnimationFrame(() => setTimeout(() => {
        window.found = { query: result.dataset.query, after: performance.now() - window.typed };
    }))).observe(result, { attributes: true, attributeFilter: ["data-query"] });
}"""


def say(text):
    print(time.strftime("%H:%M:%S"), text, file=sys.stderr, flush=True)


class Gzipped(Handler):
    """Sends text gzipped, as GitHub Pages does."""

    def do_GET(self):
        path = Path(self.translate_path(self.path))
        path = path / "index.html" if path.is_dir() else path
        if path.suffix not in (".html", ".css", ".js", ".json", ".svg", ".xml") or not path.is_file():
            return super().do_GET()
        body = gzip.compress(path.read_bytes(), 6)
        self.send_response(200)
        for name, value in (("Content-Type", self.guess_type(path)), ("Content-Encoding", "gzip"), ("Content-Length", len(body))):
            self.send_header(name, str(value))
        self.end_headers()
        self.wfile.write(body)


def build(project, site, host):
    """The seconds of a strict build, from the command to its end."""
    say(f"build of {project}")
    env = dict(os.environ, NO_MKDOCS_2_WARNING="1", SITE_URL=host, REPO_URL="https://github.com/example/notes", EDIT_URI="edit/main/docs/")
    start = time.perf_counter()
    subprocess.run([sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", site], cwd=project, env=env, check=True)
    return time.perf_counter() - start


def grow(times, project):
    """Make a project with about `times` as many pages: copies of all notes but the lab, which a hook makes a notebook of."""
    for name in ("docs", "snippets"):
        shutil.copytree(ROOT / name, project / name)
    names = sorted(path.name for path in (ROOT / "docs/ko/nn-module").glob("*.md") if path.name != "lab.md")
    nav = ""
    for number in range(round((times - 1) * len(list((ROOT / "docs/ko").rglob("*.md"))) / len(names))):
        copy = f"nn-module-{number + 2}"
        nav += f"  - {copy}:\n" + "".join(f"      - {copy}/{name}\n" for name in names)
        for locale in LOCALES:
            shutil.copytree(ROOT / "docs" / locale / "nn-module", to := project / "docs" / locale / copy, ignore=shutil.ignore_patterns("lab.md", "exercises"))
            for path in to.iterdir():  # of the lab and the exercises there is no copy: links lead to the only one
                path.write_text(re.sub(r"\]\((?=lab\.md|exercises/)", "](../nn-module/", path.read_text(encoding="utf-8")), encoding="utf-8")
    settings = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    (project / "mkdocs.yml").write_text(settings.replace("  - exercises:\n", nav + "  - exercises:\n", 1), encoding="utf-8")


def lighthouse(address):
    """Scores on a phone, layout shift and blocking time, of the run with the median performance of three; dashes if there is none."""
    runs = []
    try:
        for _ in range(3):
            with TemporaryDirectory() as profile:
                flags = f"--chrome-flags=--headless=new --disable-quic {' '.join(FLAGS)} --user-data-dir={profile}"
                command = [*LIGHTHOUSE, address, "--quiet", "--output=json", flags]
                run = subprocess.run(command, env=dict(os.environ, CHROME_PATH=CHROMIUM), capture_output=True, text=True)
            told = json.loads(run.stdout or json.dumps({"runtimeError": run.stderr[-300:]}))
            shift, blocked = (told["audits"][name]["numericValue"] for name in ("cumulative-layout-shift", "total-blocking-time"))
            runs.append([*(round(100 * told["categories"][name]["score"]) for name in SCORES), f"{shift:.3f}", f"{blocked:.0f}"])
        return sorted(runs, key=lambda run: run[0])[1]
    except (OSError, ValueError, KeyError, TypeError) as error:  # no npx; no report; a report that says why it has no scores
        say(f"no Lighthouse for {address}: {error!r} {told.get('runtimeError') if 'told' in locals() else ''}")
        return ["–"] * (len(SCORES) + 2)


def weight(browser, address):
    """[KiB of HTML, CSS and JS as sent, requests, those to other hosts] of a first visit."""
    page, asked = browser.new_page(), []
    page.on("request", lambda request: None if request.url.startswith("data:") else asked.append(request))
    page.goto(address, wait_until="networkidle")
    code = [request for request in asked if request.resource_type in ("document", "stylesheet", "script")]
    size = sum(request.sizes()["responseBodySize"] for request in code) / 1024
    page.close()
    return [f"{size:.1f}", len(asked), sum(not request.url.startswith(address[:address.index("/", 7) + 1]) for request in asked)]


def axe(browser, address):
    """How many rules the page breaks, summed over two widths and two schemes."""
    found = 0
    for width, scheme in COMBINATIONS:  # the policy of the pages keeps out axe as well
        page = browser.new_page(viewport={"width": width, "height": 844}, color_scheme=scheme, bypass_csp=True)
        page.goto(address)
        found += len(violations(page))
        page.close()
    return found


def search(browser, home, queries):
    """Milliseconds from last key to hits: with the index asked for by the first key, and with the index there. Medians."""
    times = [], []
    for query in map(str, queries):
        page = browser.new_page()  # with a cache of its own
        page.goto(home, wait_until="networkidle")
        page.evaluate(WATCH)
        page.keyboard.press("/")
        for found in times:
            page.keyboard.press("Control+A")
            page.keyboard.press("Delete")
            page.evaluate("window.found = null")
            page.keyboard.type(query)
            page.wait_for_function("query => window.found?.query === query", arg=query, timeout=300_000)
            found.append(page.evaluate("window.found.after"))
        page.close()
    return [f"{median(found):.0f}" for found in times]


def index(browser, site, host, locale, step):
    """[pages, KiB of the search index as sent, KiB a page, cold, warm] of a language, with every query or each step-th."""
    say(f"search, {locale}")
    pages = len([path for path in site.rglob("index.html") if ("en" in path.relative_to(site).parts[:1]) == (locale == "en")])
    size = len(gzip.compress((site / f"search/{locale}.json").read_bytes(), 6)) / 1024
    return [pages, f"{size:.0f}", f"{size / pages:.2f}", *search(browser, host + LOCALES[locale], list(QUERIES[locale])[::step])]


def table(title, head, rows):
    print(f"\n{title}\n", *(f"| {' | '.join(map(str, row))} |" for row in (head, ["---"] * len(head), *rows)), sep="\n", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, nargs="+", default=[1, 10, 100], help="how many times as many pages; 100 takes long (default: 1 10 100)")
    parser.add_argument("--en", action="store_true", help="the English pages too, not their search alone")
    options, growth = parser.parse_args(), []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for times in options.times:
            with TemporaryDirectory(prefix=f"bench-{times}-") as folder:
                project, site = Path(folder), Path(folder, "site")
                server = Server(("127.0.0.1", 0), functools.partial(Gzipped, directory=site))
                threading.Thread(target=server.serve_forever, daemon=True).start()
                host = f"http://127.0.0.1:{server.server_port}/"  # the site is built for it: Lighthouse looks at canonical addresses
                if times > 1:
                    grow(times, project)
                seconds = median(build(project if times > 1 else ROOT, site, host) for _ in range(3 if times == 1 else 1))
                longest = max(set(site.glob("nn-module/*/index.html")) - {site / page / "index.html" for page in PAGES}, key=lambda path: path.stat().st_size)
                note = f"{longest.parent.relative_to(site).as_posix()}/"
                found = {locale: index(browser, site, host, locale, 1 if times == 1 else 5) for locale in LOCALES}
                size = sum(path.stat().st_size for path in site.rglob("*") if path.is_file()) / 1e6
                pages = sum(row[0] for row in found.values())
                growth.append([f"{times}×", pages, f"{seconds:.1f}", f"{seconds / pages:.3f}", f"{size:.0f}", weight(browser, host + note)[0],
                               *(" / ".join(row[column] for row in found.values()) for column in (1, 3, 4))])
                if times == 1:
                    rows = []
                    for path in (prefix + page.format(longest=note) for prefix in list(LOCALES.values())[:1 + options.en] for page in PAGES):
                        say(f"page /{path}")
                        rows.append([f"/{path}", *lighthouse(host + path), axe(browser, host + path), *weight(browser, host + path)])
                    table("Pages. Lighthouse for a phone, the median of three runs; KiB of HTML, CSS and JS, gzipped.",
                          ["Page", *SCORES.values(), "CLS", "TBT, ms", "axe", "KiB", "Requests", "to other hosts"], rows)
                    table("Search. From the last key to the hits, median of the queries: cold, the index is fetched meanwhile; warm, it is there.",
                          ["", "Pages", "Index, KiB gzipped", "KiB a page", "Cold, ms", "Warm, ms"], [[locale, *row] for locale, row in found.items()])
                server.shutdown()
    table("Growth. Pages of both languages; the longest note; index and search Korean / English.",
          ["", "Pages", "Build, s", "s a page", "Site, MB", "Note, KiB", "Index, KiB", "Cold, ms", "Warm, ms"], growth)


if __name__ == "__main__":
    main()
