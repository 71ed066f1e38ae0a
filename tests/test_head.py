"""What a page brings along and says of itself: its policy, its weight, its picture and twins, its plain Markdown."""

import gzip
import re
import struct
from urllib.parse import parse_qs, urljoin, urlparse

import pytest
import yaml

from snippet import ROOT
from test_site import SITE_URL, file_at, locale_of, pages, parse, report, source, url

# `connect-src` is for the index of the search; `data:` for the icons in the theme's style sheets.
POLICY = {
    "default-src": "'none'", "script-src": "'self'", "style-src": "'self'", "img-src": "'self' data:", "connect-src": "'self'",
    "base-uri": "'none'", "form-action": "'none'",
}
LIMIT = {"nn-module/exercises/solved/": 120}  # KiB; every other page has 80


def test_the_policy_holds_for_every_page(site):
    """It stands before whatever it has to hold for, and the page has no inline script or style that it would forbid."""
    problems = []
    for path in pages(site):
        page, where = parse(path), source(site, path)
        first = page.head.find(["meta", "link", "script", "style"])
        found = dict(part.split(" ", 1) for part in first["content"].split("; ")) if first.get("http-equiv") == "Content-Security-Policy" else None
        if found != POLICY:
            problems.append(f"{where}: its head does not begin with the policy, but with {first}. See docs/theme/main.html.")
        if not page.find("meta", attrs={"name": "referrer"}):
            problems.append(f"{where}: no referrer policy. See docs/theme/main.html.")
        for tag in page.find_all(True):
            if tag.name == "style" or tag.name == "script" and not tag.get("src") or "style" in tag.attrs or any(name.startswith("on") for name in tag.attrs):
                problems.append(f"{where}: an inline script or style, which the policy forbids: {str(tag)[:100]}. Put it into docs/assets.")
    report(problems)


def test_pages_are_light(site, shown):
    """HTML, CSS and JavaScript of a page, gzipped; pictures and the index of the search apart."""
    problems = []
    for path in shown:
        fetched = {tag.get("src") or tag["href"] for tag in parse(path).select("script[src], link[rel=stylesheet]")}
        files = [path, *(file_at(site, urljoin(url(site, path), address)) for address in fetched)]
        weight = sum(len(gzip.compress(file.read_bytes())) for file in files) / 1024
        limit = LIMIT.get(url(site, path).removeprefix(SITE_URL).removeprefix("en/"), 80)
        if weight > limit:
            problems.append(f"{source(site, path)}: {weight:.0f} KiB gzipped, and the limit is {limit}. Split the page, or make its assets smaller.")
    report(problems)


def test_links_to_pages_have_a_picture(site, shown):
    """What is shown with a link: the page's own title and description, and a picture in its language."""
    problems = []
    for path in shown:
        page = parse(path)
        found = {tag["property"]: tag["content"] for tag in page.find_all("meta", property=True)}
        picture = file_at(site, found["og:image"])
        if not picture.is_file() or struct.unpack(">II", picture.read_bytes()[16:24]) != (1200, 630):
            problems.append(f"{source(site, path)}: {found['og:image']} is no picture of 1200×630.")
        if found["og:description"] != page.find("meta", attrs={"name": "description"})["content"] or found["og:url"] != url(site, path):
            problems.append(f"{source(site, path)}: og:description or og:url is not the page's own. See docs/theme/main.html.")
        if not page.title.get_text().startswith(found["og:title"]):
            problems.append(f"{source(site, path)}: og:title is {found['og:title']!r}, and the page's is {page.title.get_text()!r}.")
    report(problems)


def test_the_sitemap_names_both_languages_of_every_page(site):
    text = (site / "sitemap.xml").read_text(encoding="utf-8")
    entries = re.findall(r"<loc>(.*?)</loc>(.*?)</url>", text, re.DOTALL)
    shown = {url(site, path) for path in pages(site) if path.name != "404.html"}
    assert {address for address, _ in entries} == shown
    for address, rest in entries:
        ko = address.replace(SITE_URL + "en/", SITE_URL)
        assert dict(re.findall(r'hreflang="(\w+)" href="(.*?)"', rest)) == {"ko": ko, "en": ko.replace(SITE_URL, SITE_URL + "en/")}, address


def test_every_page_is_there_as_plain_markdown(site, shown):
    """With the code of its page, word for word, and nothing that only this site understands."""
    problems = []
    for path in shown:
        plain = path.with_name("index.md")
        if not plain.is_file():
            problems.append(f"{source(site, path)}: no {plain.name} beside its HTML. See docs/theme/hooks/plain_pages.py.")
            continue
        text = plain.read_text(encoding="utf-8")
        for code in parse(path).select(".highlight pre > code"):
            if code.get_text().strip() not in text:
                problems.append(f"{source(site, path)}: its plain Markdown lacks the block {code.get_text()[:60]!r}.")
        outside = re.sub(r"^(`{3,}).*?^\1$", "", text, flags=re.DOTALL | re.MULTILINE)
        if left := re.search(r"-8<-|\{[%{#:]|#!\w+ |^/{3}|<(?!/?(?:kbd|br)\b)[a-z!].*", re.sub(r"`+(?!#!).*?`+", "", outside), re.MULTILINE):
            problems.append(f"{source(site, path)}: its plain Markdown still has {left[0][:80]!r}. See docs/theme/hooks/plain_pages.py.")
    report(problems)


def test_llms_txt_lists_every_page(site):
    listed = re.findall(r"^- \[.+\]\((\S+)\): \S", (site / "llms.txt").read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(listed) == sorted(url(site, path) + "index.md" for path in pages(site) if path.name != "404.html")


@pytest.mark.parametrize("locale", ["ko", "en"])
def test_a_mistake_is_reported_with_a_form_that_is_filled_in(site, shown, locale):
    """The link below a page leads to the form of its language, and names fields that the form has."""
    form = f".github/ISSUE_TEMPLATE/mistake-{locale}.yml"
    fields = {field["id"]: field for field in yaml.safe_load((ROOT / form).read_text(encoding="utf-8"))["body"]}
    own = [path for path in shown if locale_of(site, path) == locale]
    assert own
    for path in own:
        query = parse_qs(urlparse(parse(path).select_one(".page-links a[href*='/issues/new']")["href"]).query)
        assert query.pop("template") == [form.rpartition("/")[2]], source(site, path)
        assert query["page"] == [url(site, path)] and query.pop("title")[0].endswith(": ")
        assert query.keys() <= fields.keys(), f"{form}: no field {query.keys() - fields.keys()}, which the link on {source(site, path)} fills in."
