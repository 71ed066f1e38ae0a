"""Draws the picture that a link to a page is shown with: the home page's block, and its output.

The picture holds what it shows as a text as well, by which a test sees that it is out of date.
"""

import struct
import zlib
from pathlib import Path

from jinja2 import Environment, FileSystemLoader

from tools import snippet
from tools.browser import CHROMIUM, FLAGS
from tools.road import NEW_HERE
from tools.site import DOCS, LOCALES, SNIPPETS, Mistake, message, relative, say, words

BLOCK = SNIPPETS / "index/first.md"
SIZE = {"width": 1200, "height": 630}


def picture(locale: str) -> Path:
    """The file of a language's card."""
    return DOCS / f"assets/card.{locale}.png"


def html(locale: str) -> str:
    """What the card of a language shows."""
    themed = Environment(loader=FileSystemLoader(DOCS / "theme"), autoescape=True)
    block = snippet.read(BLOCK)
    new = block.code.rpartition(f"{NEW_HERE}\n")[2]  # what is above is folded on the page as well
    told = {"code": new, "output": block.output, "words": words(locale)}
    return themed.get_template("card.html").render(locale=locale, **told)


def with_text(png: bytes, text: str) -> bytes:
    """The same picture, with a text before its last chunk, which is empty."""
    chunk = b"iTXtcard" + bytes(5) + text.encode()
    text_chunk = struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk))
    return png[:-12] + text_chunk + png[-12:]


def main() -> int:
    """Draw the card of each language. Raises Mistake if there is no Chromium or no room."""
    # It takes a while to import, and make check asks for the text alone.
    from playwright.sync_api import sync_playwright

    if not CHROMIUM:
        raise Mistake(message("card-needs-chromium"))
    with sync_playwright() as playwright:
        page = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS).new_page()
        page.set_viewport_size(SIZE)
        for locale in LOCALES:
            page.set_content(html(locale))
            root = page.locator("html")
            if root.evaluate("e => e.scrollWidth > innerWidth || e.scrollHeight > innerHeight"):
                raise Mistake(say(f"{relative(BLOCK)}:1", "no-room-on-card"))
            picture(locale).write_bytes(with_text(page.screenshot(), html(locale)))
            print(f"{relative(picture(locale))}: drawn")
    return 0
