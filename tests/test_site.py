"""The built site: whole and light pages in the right language, links that lead somewhere, nothing from another host."""

import gzip
import json
import re
import struct
import subprocess
from collections import Counter
from functools import cache
from urllib.parse import parse_qs, quote, unquote, urljoin, urlparse

import pytest
import yaml
from bs4 import BeautifulSoup
from playwright._impl._driver import compute_driver_executable

from conftest import report
from tools import road
from tools import site as sites
from tools.page import Page
from tools.pytest_plugin import PAGE
from tools.site import LOCALES, ROOT, home, message, relative, say, words

SITE_URL = "https://example.org/notes/"
# `connect-src` is for the index of the search; `data:` for the icons in the theme's style sheets.
POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "connect-src": "'self'",
    "base-uri": "'none'",
    "form-action": "'none'",
}
COMPILE = """console.log(JSON.stringify(process.argv.slice(1).flatMap((file) => {
    const code = fs.readFileSync(file, "utf8").replace(/^export /gm, "");
    try { new vm.Script(code, {filename: file}); return []; }
    catch (error) { return [[error.stack.split("\\n")[0], error.message]]; }
})))"""
LIMIT, SOLVED_LIMIT = 80, 120  # KiB of a page; the second of a solved notebook
PRE = re.compile(r"<pre>.*?</pre>", re.DOTALL)
PLAIN_SPAN = re.compile(r'<span(?: class="[\w-]*")?>|</span>')
# Elements and attributes that make a browser fetch something without being asked.
FETCHED = {
    "script": "src",
    "img": "src",
    "iframe": "src",
    "source": "src",
    "video": "src",
    "audio": "src",
    "embed": "src",
    "object": "data",
    "use": "href",
}
FETCHED_LINKS = {
    "stylesheet",
    "icon",
    "preload",
    "prefetch",
    "preconnect",
    "dns-prefetch",
    "modulepreload",
    "manifest",
}


FOREIGN = {
    *("script", "style", "iframe", "frame", "object", "embed", "applet", "form", "base", "link"),
    *("meta", "portal", "textarea", "select", "audio", "video", "foreignobject", "template"),
}


@cache
def parse(path):
    """A page of the site. The spans that color code are left out: they are half of what there is to parse."""
    text = path.read_text(encoding="utf-8")
    return BeautifulSoup(PRE.sub(lambda pre: PLAIN_SPAN.sub("", pre[0]), text), "html.parser")


@cache
def anchors(path):
    return {tag["id"] for tag in parse(path).find_all(id=True)}


@cache
def gzipped(file):
    return len(gzip.compress(file.read_bytes()))


def pages(site):
    return sorted(p for p in site.rglob("*.html"))


def url(site, path, host=SITE_URL):
    return urljoin(host, path.relative_to(site).as_posix().removesuffix("index.html"))


def file_at(site, address):
    """The file that a host serves for an address of the site."""
    path = unquote(urlparse(address).path).removeprefix(urlparse(SITE_URL).path)
    return site / (path + "index.html" if path.endswith("/") or not path else path)


def locale_of(site, path):
    """The language of a page, whatever language its text is written in so far."""
    return sites.locale_of(path.relative_to(site).as_posix())


def source(site, path):
    """The Markdown file of a page, for messages: docs/ko/nn-module/modes.md."""
    locale = locale_of(site, path)
    name = path.relative_to(site).as_posix().removeprefix(home(locale)).removesuffix(".html")
    pages = (name, name.removesuffix("/index"))
    return next((f"docs/{locale}/{one}.md" for one in pages if one in sites.pages()), name)


def test_the_site_builds(build):
    _, errors = build
    if errors:
        report(["\n".join([message("build-fails"), *errors])])


def test_pages_are_whole(site, shown):
    """No raw JSON, no include or macro left in the text, no empty article."""
    problems = []
    for path in shown:
        text = path.read_text(encoding="utf-8")
        if not text.lstrip().lower().startswith("<!doctype html"):
            problems.append(say(source(site, path), "page-not-html", text=text[:40]))
            continue
        article = parse(path).find("article")
        if article is None or len(article.get_text()) < 20:
            problems.append(say(source(site, path), "page-empty"))
            continue
        prose = " ".join(text for text in article.strings if not text.find_parent(["code", "pre"]))
        left = re.search(r"-8<-.*|\{[%{#].*|\*\*|\]\(", prose)
        if left:
            problems.append(say(source(site, path), "unexpanded", what=left[0][:60]))
    report(problems)


def test_links_and_anchors(site):
    problems = []
    for path in pages(site):
        for link in {tag["href"] for tag in parse(path).find_all(href=True)}:
            address = urljoin(url(site, path) if path.name != "404.html" else SITE_URL, link)
            if not address.startswith(SITE_URL):
                continue
            target = file_at(site, address)
            anchor = unquote(urlparse(address).fragment)
            if not target.is_file():
                problems.append(say(source(site, path), "no-page-there", link=link))
            elif (
                anchor
                and target.suffix == ".html"
                and not anchor.startswith("__")
                and anchor not in anchors(target)
            ):
                problems.append(say(source(site, path), "no-such-anchor", link=link))
    report(problems)


def test_pages_hold_text_and_links_alone(site, shown):
    """Whatever way it came: by Markdown, a macro or data. tests/test_markup.py names the line."""
    problems = []
    for path in shown:
        for tag in parse(path).article.find_all(True):
            scheme = urlparse(tag.get("href", "").strip()).scheme.lower()
            if tag.name in FOREIGN or scheme not in ("", "http", "https", "mailto"):
                problems.append(say(source(site, path), "foreign", what=str(tag)[:100]))
    report(problems)


def test_no_request_to_another_host(site):
    problems = []
    for path in pages(site):
        for tag in parse(path).find_all(True):
            fetched = tag.get(FETCHED.get(tag.name, ""), "")
            if tag.name == "link" and FETCHED_LINKS & set(tag.get("rel", [])):
                fetched = tag["href"]
            if urlparse(urljoin(SITE_URL, fetched)).netloc != urlparse(SITE_URL).netloc:
                problems.append(say(source(site, path), "fetches", what=fetched))
    for path in site.rglob("*.css"):
        for fetched in re.findall(
            r"(?:url\(|@import\s+)[\"']?((?:https?:)?//[^\"')]+)", path.read_text(encoding="utf-8")
        ):
            problems.append(say(str(path.relative_to(site)), "fetches", what=fetched))
    report(problems)


def test_languages(site, shown):
    """`lang` is right, both `hreflang` lead to the twins, and so does the language switch."""
    problems = []
    for path in shown:
        locale = locale_of(site, path)
        name = url(site, path).removeprefix(SITE_URL + home(locale))
        twins = {other: SITE_URL + home(other) + name for other in LOCALES}
        page = parse(path)
        if page.html["lang"] != locale:
            problems.append(f"{source(site, path)}: lang={page.html['lang']}")
        for what, links in (
            ("hreflang", page.find_all("link", rel="alternate", hreflang=True)),
            ("language switch", page.select("a.md-select__link[hreflang]")),
        ):
            found = {a["hreflang"]: urljoin(url(site, path), a["href"]) for a in links}
            if found != twins:
                problems.append(f"{source(site, path)}: {what} leads to {found}, not to {twins}")
        other = re.compile("[가-힣]") if locale == "en" else None
        for tag in page.select("[title], [aria-label], [placeholder]") if other else ():
            for name in ("title", "aria-label", "placeholder"):
                if other.search(tag.get(name, "")):
                    problems.append(say(source(site, path), "korean-label", label=tag[name]))
    report(problems)


def test_titles_and_descriptions_are_the_pages_own(site, shown):
    problems, seen = [], {}
    for path in shown:
        page = parse(path)
        if not (ROOT / source(site, path)).exists():  # it still has its twin's
            continue
        description = page.find("meta", attrs={"name": "description"})["content"]
        for what, text in (
            ("same-title", page.title.get_text()),
            ("same-description", description),
        ):
            if twin := seen.get((what, text)):
                problems.append(say(source(site, path), what, text=text, twin=twin))
            seen[what, text] = source(site, path)
    report(problems)


def test_edit_links_lead_to_the_source(site, shown):
    problems = []
    for path in shown:
        edit = parse(path).find("a", rel="edit")
        name = source(site, path)
        leads = (
            f"/edit/main/{name}"
            if (ROOT / name).exists()
            else f"/new/main?filename={quote(name, safe='')}"
        )
        if edit is None or not edit["href"].endswith(leads):
            problems.append(f"{source(site, path)}: edit link is {edit and edit['href']}")
    report(problems)


def test_what_is_in_a_file_of_its_own_is_edited_there(site, shown):
    """Cards and questions at their line, drawings; neither the search nor plain Markdown has it."""
    problems = []
    for path in shown:
        page = parse(path)
        links = [link["href"].partition("/edit/main/docs/")[2] for link in page.select(".edit a")]
        names = [tag["data-question"] for tag in page.select("section.question")]
        names += [tag.find_previous(["h2", "h3", "h4"])["id"] for tag in page.select(".signature")]
        drawings = [svg["aria-labelledby"] for svg in page.select("figure.drawing svg")]
        wanted = [f"theme/drawings/{name.split('-title')[0]}.svg.j2" for name in drawings]
        found = []
        for link in links:
            file, _, line = link.partition("#L")
            text = (ROOT / "docs" / file).read_text(encoding="utf-8").splitlines()
            found.append(text[int(line) - 1].strip() if line else link)
        ids = [one.partition("id: ")[2] or one for one in found]
        if sorted(ids) != sorted(names + wanted):
            problems.append(say(source(site, path), "edit-links", found=ids))
        if "/edit/main/" in path.with_name("index.md").read_text(encoding="utf-8"):
            problems.append(say(source(site, path), "plain-has", what="/edit/main/"))
    report(problems)


def test_scripts_are_javascript():
    """As Playwright's Node.js reads them: a browser would say nothing, and do nothing."""
    node, _ = compute_driver_executable()
    files = [relative(path) for path in sorted(ROOT.glob("docs/assets/*.js"))]
    told = subprocess.run([node, "--eval", COMPILE, *files], cwd=ROOT, capture_output=True)
    report(say(place, "script-wrong", error=error) for place, error in json.loads(told.stdout))


def test_both_languages_can_be_searched(site):
    """Each index has every page of its language, those alone, and no more than 3.5 KiB a page as it is sent."""
    shown = {url(site, p).removeprefix(SITE_URL) for p in pages(site) if p.name != "404.html"}
    for locale in LOCALES:
        text = (site / f"search/{locale}.json").read_bytes()
        found = {section[0].partition("#")[0] for section in json.loads(text)["sections"]}
        own = {page.removeprefix(home(locale)) for page in shown if sites.locale_of(page) == locale}
        assert found == own
        size = len(gzip.compress(text)) / 1024 / len(own)
        assert size < 3.5, f"the index of {locale} takes {size:.1f} KiB a page, gzipped"


def test_drawings_tell_the_truth_in_words_too(site, shown):
    """Code in a drawing stands in a block of its page, and its text alternative is in the page's language."""
    problems, drawn = [], 0
    for path in shown:
        blocks = " ".join(pre.get_text() for pre in parse(path).select(".highlight pre"))
        for svg in parse(path).select("figure.drawing svg"):
            drawn += 1
            name = svg["aria-labelledby"].split("-title")[0]
            where, page_file = f"docs/theme/drawings/{name}.svg.j2", source(site, path)
            problems += [
                say(where, "drawing-code", page=page_file, code=code.get_text())
                for code in svg.select(":is(text, tspan).code, .code text")
                if code.get_text() not in blocks
            ]
            told = [svg.find(id=f"{name}-{what}").get_text() for what in ("title", "told")]
            korean = [bool(re.search("[가-힣]", text)) for text in told]
            if not all(told) or korean != [locale_of(site, path) == "ko"] * 2:
                problems.append(say(where, "drawing-words", page=page_file))
    assert drawn or PAGE
    report(problems)


def test_boxes_to_tick_have_names_of_their_own(site, shown):
    problems = []
    for path in shown:
        names = [label.get_text(strip=True) for label in parse(path).select("label.done")]
        problems += [
            f"{source(site, path)}: {names.count(name)} boxes to tick are named {name!r}. Say which exercise."
            for name in names
            if names.count(name) > 1
        ]
    report(problems)


def test_terms_lead_to_their_entries(site, shown):
    """The same entries in both languages, each at its address; on a page one link to each, where a link may be."""
    problems = []
    both = [
        {
            anchor
            for anchor in anchors(site / home / "glossary/index.html")
            if anchor.startswith("term-")
        }
        for home in ("", "en")
    ]
    if both[0] != both[1]:
        problems.append(
            f"docs/*/glossary.md: {sorted(both[0] ^ both[1])} is in one language. Write both with one English name."
        )
    for path in shown:
        found = Counter(link["href"] for link in parse(path).select("a.term"))
        problems += [
            f"{source(site, path)}: {link} is linked {times} times. Only the first use is."
            for link, times in found.items()
            if times > 1
        ]
        problems += [
            f"{source(site, path)}: {link} leads to no entry. See tools/tips.py."
            for link in found
            if link.partition("#")[2] not in both[0]
        ]
        misplaced = parse(path).select(
            ":is(h1, h2, h3, h4, h5, h6, code, pre, summary, nav, a, [lang]:not(html)) a.term"
        )
        problems += [
            f"{source(site, path)}: {link.get_text()!r} is marked in <{link.parent.name}>. See SKIPPED in tools/tips.py."
            for link in misplaced
        ]
        if found and path.parent.name == "glossary":
            problems.append(
                f"{source(site, path)}: the glossary has tips of its own. See WHERE in tools/tips.py."
            )
    report(problems)


def test_formulas_are_spoken(site, shown):
    """A formula has a text for screen readers, in the page's language; a symbol alone speaks for itself."""
    problems, formulas = [], 0
    for path in shown:
        for math in parse(path).select("math:has(mo)"):
            formulas += 1
            spoken = math.parent.get("aria-label", "") if math.parent.get("role") == "img" else ""
            if not spoken or bool(re.search("[가-힣]", spoken)) == (locale_of(site, path) == "en"):
                what = math.get_text()
                problems.append(say(source(site, path), "formula-unspoken", formula=what))
    assert formulas or PAGE
    report(problems)


def test_the_policy_holds_for_every_page(site):
    """It stands before whatever it has to hold for, and the page has no inline script or style that it would forbid."""
    problems = []
    for path in pages(site):
        page, where = parse(path), source(site, path)
        first = page.head.find(["meta", "link", "script", "style"])
        found = (
            dict(part.split(" ", 1) for part in first["content"].split("; "))
            if first.get("http-equiv") == "Content-Security-Policy"
            else None
        )
        if found != POLICY:
            problems.append(
                f"{where}: its head does not begin with the policy, but with {first}. See docs/theme/main.html."
            )
        if not page.find("meta", attrs={"name": "referrer"}):
            problems.append(f"{where}: no referrer policy. See docs/theme/main.html.")
        for tag in page.find_all(True):
            if (
                tag.name == "style"
                or tag.name == "script"
                and not tag.get("src")
                or "style" in tag.attrs
                or any(name.startswith("on") for name in tag.attrs)
            ):
                problems.append(say(where, "inline-script", what=str(tag)[:100]))
    report(problems)


def test_pages_are_light(site, shown):
    """HTML, CSS and JavaScript of a page, gzipped; pictures and the index of the search apart."""
    problems = []
    for path in shown:
        fetched = {
            tag.get("src") or tag["href"]
            for tag in parse(path).select("script[src], link[rel=stylesheet]")
        }
        files = [path, *(file_at(site, urljoin(url(site, path), address)) for address in fetched)]
        weight = sum(map(gzipped, files)) / 1024
        limit = SOLVED_LIMIT if url(site, path).endswith("/exercises/solved/") else LIMIT
        if weight > limit:
            what = {"weight": f"{weight:.0f}", "limit": limit}
            problems.append(say(source(site, path), "page-heavy", **what))
    report(problems)


def test_links_to_pages_have_a_picture(site, shown):
    """What is shown with a link: the page's own title and description, and a picture in its language."""
    problems = []
    for path in shown:
        page = parse(path)
        found = {tag["property"]: tag["content"] for tag in page.find_all("meta", property=True)}
        picture = file_at(site, found["og:image"])
        if not picture.is_file() or struct.unpack(">II", picture.read_bytes()[16:24]) != (
            1200,
            630,
        ):
            problems.append(f"{source(site, path)}: {found['og:image']} is no picture of 1200×630.")
        if found["og:description"] != page.find("meta", attrs={"name": "description"})[
            "content"
        ] or found["og:url"] != url(site, path):
            problems.append(
                f"{source(site, path)}: og:description or og:url is not the page's own. See docs/theme/main.html."
            )
        if not page.title.get_text().startswith(found["og:title"]):
            problems.append(
                f"{source(site, path)}: og:title is {found['og:title']!r}, and the page's is {page.title.get_text()!r}."
            )
    report(problems)


def test_the_sitemap_names_both_languages_of_every_page(site):
    text = (site / "sitemap.xml").read_text(encoding="utf-8")
    entries = re.findall(r"<loc>(.*?)</loc>(.*?)</url>", text, re.DOTALL)
    shown = {url(site, path) for path in pages(site) if path.name != "404.html"}
    assert {address for address, _ in entries} == shown
    for address, rest in entries:
        ko = address.replace(SITE_URL + "en/", SITE_URL)
        assert dict(re.findall(r'hreflang="(\w+)" href="(.*?)"', rest)) == {
            "ko": ko,
            "en": ko.replace(SITE_URL, SITE_URL + "en/"),
        }, address


def test_every_page_is_there_as_plain_markdown(site, shown):
    """With the code of its page, word for word, and nothing that only this site understands."""
    problems = []
    for path in shown:
        plain = path.with_name("index.md")
        if not plain.is_file():
            problems.append(
                f"{source(site, path)}: no {plain.name} beside its HTML. See tools/plain.py."
            )
            continue
        text = plain.read_text(encoding="utf-8")
        for code in parse(path).select(".highlight pre > code"):
            if code.get_text().strip() not in text:
                what = code.get_text()[:60]
                problems.append(say(source(site, path), "plain-lacks", what=what))
        outside = re.sub(r"^(`{3,}).*?^\1$", "", text, flags=re.DOTALL | re.MULTILINE)
        if left := re.search(
            r"-8<-|\{[%{#:]|#!\w+ |^/{3}|<(?!/?(?:kbd|br)\b)[a-z!].*",
            re.sub(r"`+(?!#!).*?`+", "", outside),
            re.MULTILINE,
        ):
            problems.append(say(source(site, path), "plain-has", what=left[0][:80]))
    report(problems)


def test_llms_txt_lists_every_page(site):
    listed = re.findall(
        r"^- \[.+\]\((\S+)\): \S", (site / "llms.txt").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert sorted(listed) == sorted(
        url(site, path) + "index.md" for path in pages(site) if path.name != "404.html"
    )


@pytest.mark.parametrize("locale", LOCALES)
def test_a_mistake_is_reported_with_a_form_that_is_filled_in(site, shown, locale):
    """The link below a page leads to the form of its language, and names fields that the form has."""
    form = f".github/ISSUE_TEMPLATE/mistake-{locale}.yml"
    fields = {
        field["id"]: field
        for field in yaml.safe_load((ROOT / form).read_text(encoding="utf-8"))["body"]
    }
    own = [path for path in shown if locale_of(site, path) == locale]
    assert own
    for path in own:
        query = parse_qs(
            urlparse(parse(path).select_one(".page-links a[href*='/issues/new']")["href"]).query
        )
        assert query.pop("template") == [form.rpartition("/")[2]], source(site, path)
        assert query["page"] == [url(site, path)] and query.pop("title")[0].endswith(": ")
        assert query.keys() <= fields.keys(), (
            f"{form}: no field {query.keys() - fields.keys()}, which the link on {source(site, path)} fills in."
        )


def test_a_page_of_the_road_says_how_long_it_takes(site):
    for name in road.names():
        for locale in LOCALES:
            said = words(locale)["minutes"].format(road.minutes(Page.read(locale, name).text))
            html = (site / sites.address(locale, name) / "index.html").read_text(encoding="utf-8")
            if f">{said}</p>" not in html:
                report([say(f"docs/{locale}/{name}.md:1", "minutes-not-shown", said=said)])
