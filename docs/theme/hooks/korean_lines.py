"""Keep a particle on the line of the bracket, quote or formula before it; `word-break: keep-all` lets a line break there.

An empty element holds the place, and site.css puts a word joiner into it: no character is added that could be copied or
searched for. Only the finished page is changed, not what the index and the plain Markdown are made of. After code the
style sheet does it alone; no browser joins a formula to anything, so it and its particle are wrapped.
"""

import re

# A tag, or a piece of the page that is no running text.
MARKUP = re.compile(r"(<(?P<name>pre|script|style|svg|title)\b.*?</(?P=name)>|<[^>]*>)", re.DOTALL)
INLINE = re.compile(r"</?(?:a|b|em|i|span|strong)\b")
# What is closed before Hangul: in the text itself, or by the tags between.
CLOSED = re.compile(r"""(?<=[)\]}"'”’»…%])(?=[가-힣])""")
FORMULA = re.compile(r'(?:<span role="img"[^>]*>)?<math\b(?:(?!</math>).)*</math>(?:</span>)?[가-힣]+', re.DOTALL)


def joined(html):
    """The HTML of a page, with joints between what closes and the Hangul that follows it."""
    head, body, rest = html.partition("<body")
    # Text, tag, name of the tag, text, …
    pieces = MARKUP.split(FORMULA.sub(r'<span class="unbroken">\g<0></span>', rest))
    last = ""  # what the text ends in so far
    for place in range(0, len(pieces), 3):
        text = pieces[place]
        pieces[place] = CLOSED.sub('<span class="joint"></span>', last + text)[len(last):]
        last = text[-1:] or last
        if place + 1 < len(pieces) and not INLINE.match(pieces[place + 1]):
            last = ""
    return head + body + "".join(piece for place, piece in enumerate(pieces) if place % 3 != 2)


def on_post_page(output, *, page, config):
    """MkDocs event."""
    return joined(output) if config.plugins["i18n"].current_language == "ko" else output
