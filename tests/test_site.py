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
from playwright._impl._driver import compute_driver_executable

from conftest import check, on_each_page, parse, report
from tools import road
from tools.page import Page
from tools.pytest_plugin import PAGE
from tools.site import (
    DEFAULT,
    LOCALES,
    ROOT,
    home,
    locale_of,
    message,
    relative,
    say,
    words,
)

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
# Elements and attributes that make a browser fetch something without being asked.
FETCHED = {"object": "data", "use": "href"} | dict.fromkeys(
    ("script", "img", "iframe", "source", "video", "audio", "embed"), "src"
)
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
def anchors(path):
    return {tag["id"] for tag in parse(path).find_all(id=True)}


@cache
def gzipped(file):
    return len(gzip.compress(file.read_bytes()))


def url(page):
    """The address of a page, where the site is published."""
    return SITE_URL + page.address


def description(page):
    return page.soup.find("meta", attrs={"name": "description"})["content"]


def is_korean(text):
    return bool(re.search("[가-힣]", text))


def file_at(site, address):
    """The file that a host serves for an address of the site."""
    path = unquote(urlparse(address).path).removeprefix(urlparse(SITE_URL).path)
    return site / (path + "index.html" if path.endswith("/") or not path else path)


def test_the_site_builds(build):
    _, errors = build
    if errors:
        report(["\n".join([message("build-fails"), *errors])])


@on_each_page
def test_pages_are_whole(page):
    """No raw JSON, no include or macro left in the text, no empty article."""
    if not page.text.lstrip().lower().startswith("<!doctype html"):
        yield say(page.file, "page-not-html", text=page.text[:40])
        return
    article = page.soup.find("article")
    if article is None or len(article.get_text()) < 20:
        yield say(page.file, "page-empty")
        return
    prose = " ".join(text for text in article.strings if not text.find_parent(["code", "pre"]))
    if left := re.search(r"-8<-.*|\{[%{#].*|\*\*|\]\(", prose):
        yield say(page.file, "unexpanded", what=left[0][:60])


def test_links_and_anchors(site, every_page):
    problems = []
    for page in every_page:
        start = SITE_URL if page.name == "404" else url(page)
        for link in {tag["href"] for tag in page.soup.find_all(href=True)}:
            address = urljoin(start, link)
            if not address.startswith(SITE_URL):
                continue
            target = file_at(site, address)
            anchor = unquote(urlparse(address).fragment)
            if not target.is_file():
                problems.append(say(page.file, "no-page-there", link=link))
            elif (
                anchor
                and target.suffix == ".html"
                and not anchor.startswith("__")
                and anchor not in anchors(target)
            ):
                problems.append(say(page.file, "no-such-anchor", link=link))
    report(problems)


@on_each_page
def test_pages_hold_text_and_links_alone(page):
    """Whatever way it came: by Markdown, a macro or data. tests/test_markup.py names the line."""
    for tag in page.soup.article.find_all(True):
        scheme = urlparse(tag.get("href", "").strip()).scheme.lower()
        if tag.name in FOREIGN or scheme not in ("", "http", "https", "mailto"):
            yield say(page.file, "foreign", what=str(tag)[:100])


def test_no_request_to_another_host(site, every_page):
    problems = []
    for page in every_page:
        for tag in page.soup.find_all(True):
            fetched = tag.get(FETCHED.get(tag.name, ""), "")
            if tag.name == "link" and FETCHED_LINKS & set(tag.get("rel", [])):
                fetched = tag["href"]
            if urlparse(urljoin(SITE_URL, fetched)).netloc != urlparse(SITE_URL).netloc:
                problems.append(say(page.file, "fetches", what=fetched))
    foreign = re.compile(r"(?:url\(|@import\s+)[\"']?((?:https?:)?//[^\"')]+)")
    problems += [
        say(str(path.relative_to(site)), "fetches", what=fetched)
        for path in site.rglob("*.css")
        for fetched in foreign.findall(path.read_text(encoding="utf-8"))
    ]
    report(problems)


@on_each_page
def test_languages(page):
    """`lang` is right, both `hreflang` lead to the twins, and so does the language switch."""
    name = page.address.removeprefix(home(page.locale))
    twins = {other: SITE_URL + home(other) + name for other in LOCALES}
    if page.soup.html["lang"] != page.locale:
        yield f"{page.file}: lang={page.soup.html['lang']}"
    for what, links in (
        ("hreflang", page.soup.find_all("link", rel="alternate", hreflang=True)),
        ("language switch", page.soup.select("a.md-select__link[hreflang]")),
    ):
        found = {a["hreflang"]: urljoin(url(page), a["href"]) for a in links}
        if found != twins:
            yield f"{page.file}: {what} leads to {found}, not to {twins}"
    if page.locale == "en":
        for tag in page.soup.select("[title], [aria-label], [placeholder]"):
            for name in ("title", "aria-label", "placeholder"):
                if is_korean(tag.get(name, "")):
                    yield say(page.file, "korean-label", label=tag[name])


def test_titles_and_descriptions_are_the_pages_own(shown):
    problems, seen = [], {}
    for page in shown:
        if not (ROOT / page.file).exists():  # it still has its twin's
            continue
        for what, text in (
            ("same-title", page.soup.title.get_text()),
            ("same-description", description(page)),
        ):
            if twin := seen.get((what, text)):
                problems.append(say(page.file, what, text=text, twin=twin))
            seen[what, text] = page.file
    report(problems)


@on_each_page
def test_edit_links_lead_to_the_source(page):
    edit = page.soup.find("a", rel="edit")
    new = f"/new/main?filename={quote(page.file, safe='')}"
    leads = f"/edit/main/{page.file}" if (ROOT / page.file).exists() else new
    if edit is None or not edit["href"].endswith(leads):
        yield f"{page.file}: edit link is {edit and edit['href']}"


@on_each_page
def test_what_is_in_a_file_of_its_own_is_edited_there(page):
    """Cards and questions at their line, drawings; neither the search nor plain Markdown has it."""
    article = page.soup.article
    links = [link["href"].partition("/edit/main/docs/")[2] for link in article.select(".edit a")]
    names = [tag["data-question"] for tag in article.select("section.question")]
    names += [tag.find_previous(["h2", "h3", "h4"])["id"] for tag in article.select(".signature")]
    drawings = [svg["aria-labelledby"] for svg in article.select("figure.drawing svg")]
    wanted = [f"theme/drawings/{name.split('-title')[0]}.svg.j2" for name in drawings]
    found = []
    for link in links:
        file, _, line = link.partition("#L")
        text = (ROOT / "docs" / file).read_text(encoding="utf-8").splitlines()
        found.append(text[int(line) - 1].strip() if line else link)
    ids = [one.partition("id: ")[2] or one for one in found]
    if sorted(ids) != sorted(names + wanted):
        yield say(page.file, "edit-links", found=ids)
    if "/edit/main/" in page.path.with_name("index.md").read_text(encoding="utf-8"):
        yield say(page.file, "plain-has", what="/edit/main/")


def test_scripts_are_javascript():
    """As Playwright's Node.js reads them: a browser would say nothing, and do nothing."""
    node, _ = compute_driver_executable()
    files = [relative(path) for path in sorted(ROOT.glob("docs/assets/*.js"))]
    told = subprocess.run([node, "--eval", COMPILE, *files], cwd=ROOT, capture_output=True)
    report(say(place, "script-wrong", error=error) for place, error in json.loads(told.stdout))


def published(every_page):
    """The addresses of all pages, in the site."""
    return {page.address for page in every_page if page.name != "404"}


def test_both_languages_can_be_searched(site, every_page):
    """Each index has every page of its language, those alone, and no more than 3.5 KiB a page as it is sent."""
    for locale in LOCALES:
        text = (site / f"search/{locale}.json").read_bytes()
        found = {section[0].partition("#")[0] for section in json.loads(text)["sections"]}
        own = {one for one in published(every_page) if locale_of(one) == locale}
        assert found == {one.removeprefix(home(locale)) for one in own}
        size = len(gzip.compress(text)) / 1024 / len(own)
        assert size < 3.5, f"the index of {locale} takes {size:.1f} KiB a page, gzipped"


def test_drawings_tell_the_truth_in_words_too(shown):
    """Code in a drawing stands in a block of its page, and its text alternative is in the page's language."""
    problems, drawn = [], 0
    for page in shown:
        blocks = " ".join(pre.get_text() for pre in page.soup.select(".highlight pre"))
        for svg in page.soup.select("figure.drawing svg"):
            drawn += 1
            name = svg["aria-labelledby"].split("-title")[0]
            where = f"docs/theme/drawings/{name}.svg.j2"
            problems += [
                say(where, "drawing-code", page=page.file, code=code.get_text())
                for code in svg.select(":is(text, tspan).code, .code text")
                if code.get_text() not in blocks
            ]
            told = [svg.find(id=f"{name}-{what}").get_text() for what in ("title", "told")]
            if not all(told) or {is_korean(text) for text in told} != {page.locale == "ko"}:
                problems.append(say(where, "drawing-words", page=page.file))
    assert drawn or PAGE
    report(problems)


@on_each_page
def test_boxes_to_tick_have_names_of_their_own(page):
    names = Counter(label.get_text(strip=True) for label in page.soup.select("label.done"))
    for name, times in names.items():
        if times > 1:
            yield say(page.file, "same-box", count=times, name=name)


def terms(site, locale):
    """The addresses of the glossary's entries, in one language."""
    known = anchors(site / home(locale) / "glossary/index.html")
    return {anchor for anchor in known if anchor.startswith("term-")}


def test_terms_are_the_same_in_both_languages(site):
    one, other = (terms(site, locale) for locale in LOCALES)
    check(one == other, say("docs/*/glossary.md", "term-alone", terms=sorted(one ^ other)))


@on_each_page
def test_terms_lead_to_their_entries(page):
    """On a page one link to each, where a link may be."""
    found = Counter(link["href"] for link in page.soup.select("a.term"))
    known = terms(page.site, DEFAULT)
    for link, times in found.items():
        if times > 1:
            yield f"{page.file}: {link} is linked {times} times. Only the first use is."
        if link.partition("#")[2] not in known:
            yield f"{page.file}: {link} leads to no entry. See tools/tips.py."
    for link in page.soup.select(
        ":is(h1, h2, h3, h4, h5, h6, code, pre, summary, nav, a, [lang]:not(html)) a.term"
    ):
        what = f"{link.get_text()!r} is marked in <{link.parent.name}>"
        yield f"{page.file}: {what}. See SKIPPED in tools/tips.py."
    if found and page.path.parent.name == "glossary":
        yield f"{page.file}: the glossary has tips of its own. See on_page_context in tools/hooks.py."


def test_formulas_are_spoken(shown):
    """A formula has a text for screen readers, in the page's language; a symbol alone speaks for itself."""
    problems, formulas = [], 0
    for page in shown:
        for math in page.soup.select("math:has(mo)"):
            formulas += 1
            spoken = math.parent.get("aria-label", "") if math.parent.get("role") == "img" else ""
            if not spoken or is_korean(spoken) == (page.locale == "en"):
                problems.append(say(page.file, "formula-unspoken", formula=math.get_text()))
    assert formulas or PAGE
    report(problems)


def test_the_policy_holds_for_every_page(every_page):
    """It stands before whatever it has to hold for, and the page has no inline script or style that it would forbid."""
    problems = []
    for page in every_page:
        first, found = page.soup.head.find(["meta", "link", "script", "style"]), None
        if first.get("http-equiv") == "Content-Security-Policy":
            found = dict(part.split(" ", 1) for part in first["content"].split("; "))
        if found != POLICY:
            what = f"its head does not begin with the policy, but with {first}"
            problems.append(f"{page.file}: {what}. See docs/theme/main.html.")
        if not page.soup.find("meta", attrs={"name": "referrer"}):
            problems.append(f"{page.file}: no referrer policy. See docs/theme/main.html.")
        for tag in page.soup.find_all(True):
            if (
                tag.name == "style"
                or tag.name == "script"
                and not tag.get("src")
                or "style" in tag.attrs
                or any(name.startswith("on") for name in tag.attrs)
            ):
                problems.append(say(page.file, "inline-script", what=str(tag)[:100]))
    report(problems)


@on_each_page
def test_pages_are_light(page):
    """HTML, CSS and JavaScript of a page, gzipped; pictures and the index of the search apart."""
    tags = page.soup.select("script[src], link[rel=stylesheet]")
    fetched = {urljoin(url(page), tag.get("src") or tag["href"]) for tag in tags}
    files = [page.path, *(file_at(page.site, address) for address in fetched)]
    weight = sum(map(gzipped, files)) / 1024
    limit = SOLVED_LIMIT if page.address.endswith("/exercises/solved/") else LIMIT
    if weight > limit:
        yield say(page.file, "page-heavy", weight=f"{weight:.0f}", limit=limit)


@on_each_page
def test_links_to_pages_have_a_picture(page):
    """What is shown with a link: the page's own title and description, and a picture in its language."""
    found = {tag["property"]: tag["content"] for tag in page.soup.find_all("meta", property=True)}
    picture = file_at(page.site, found["og:image"])
    if not picture.is_file() or picture.read_bytes()[16:24] != struct.pack(">II", 1200, 630):
        yield f"{page.file}: {found['og:image']} is no picture of 1200×630."
    if (found["og:description"], found["og:url"]) != (description(page), url(page)):
        what = "og:description or og:url is not the page's own"
        yield f"{page.file}: {what}. See docs/theme/main.html."
    title = page.soup.title.get_text()
    if not title.startswith(found["og:title"]):
        yield f"{page.file}: og:title is {found['og:title']!r}, and the page's is {title!r}."


def test_the_sitemap_names_both_languages_of_every_page(site, every_page):
    text = (site / "sitemap.xml").read_text(encoding="utf-8")
    entries = re.findall(r"<loc>(.*?)</loc>(.*?)</url>", text, re.DOTALL)
    assert {address for address, _ in entries} == {SITE_URL + one for one in published(every_page)}
    for address, rest in entries:
        ko = address.replace(SITE_URL + "en/", SITE_URL)
        assert dict(re.findall(r'hreflang="(\w+)" href="(.*?)"', rest)) == {
            "ko": ko,
            "en": ko.replace(SITE_URL, SITE_URL + "en/"),
        }, address


@on_each_page
def test_every_page_is_there_as_plain_markdown(page):
    """With the code of its page, word for word, and nothing that only this site understands."""
    plain = page.path.with_name("index.md")
    if not plain.is_file():
        yield f"{page.file}: no {plain.name} beside its HTML. See tools/plain.py."
        return
    text = plain.read_text(encoding="utf-8")
    for code in page.soup.select(".highlight pre > code"):
        if code.get_text().strip() not in text:
            yield say(page.file, "plain-lacks", what=code.get_text()[:60])
    outside = re.sub(r"^(`{3,}).*?^\1$", "", text, flags=re.DOTALL | re.MULTILINE)
    outside = re.sub(r"`+(?!#!).*?`+", "", outside)
    ours = r"-8<-|\{[%{#:]|#!\w+ |^/{3}|<(?!/?(?:kbd|br)\b)[a-z!].*"
    if left := re.search(ours, outside, re.MULTILINE):
        yield say(page.file, "plain-has", what=left[0][:80])


def test_llms_txt_lists_every_page(site, every_page):
    text = (site / "llms.txt").read_text(encoding="utf-8")
    listed = re.findall(r"^- \[.+\]\((\S+)\): \S", text, re.MULTILINE)
    assert sorted(listed) == sorted(f"{SITE_URL}{one}index.md" for one in published(every_page))


@pytest.mark.parametrize("locale", LOCALES)
def test_a_mistake_is_reported_with_a_form_that_is_filled_in(shown, locale):
    """The link below a page leads to the form of its language, and names fields that the form has."""
    form = f".github/ISSUE_TEMPLATE/mistake-{locale}.yml"
    fields = yaml.safe_load((ROOT / form).read_text(encoding="utf-8"))["body"]
    known = {field["id"] for field in fields}
    own = [page for page in shown if page.locale == locale]
    assert own
    for page in own:
        link = page.soup.select_one(".page-links a[href*='/issues/new']")["href"]
        query = parse_qs(urlparse(link).query)
        assert query.pop("template") == [form.rpartition("/")[2]], page.file
        assert query["page"] == [url(page)] and query.pop("title")[0].endswith(": ")
        unknown = query.keys() - known
        assert not unknown, f"{form}: no field {unknown}, which the link on {page.file} fills in."


@on_each_page
def test_a_page_of_the_road_says_how_long_it_takes(page):
    if page.name in road.names():
        minutes = road.minutes(Page.read(page.locale, page.name).text)
        said = words(page.locale)["minutes"].format(minutes)
        if f">{said}</p>" not in page.text:
            yield say(f"{page.file}:1", "minutes-not-shown", said=said)
