"""Links that open the file of what a page shows and does not hold: cards, questions, drawings."""

import re

from tools import question
from tools.site import DATA

SHOWN = re.compile(
    r'<figure class="drawing(?:(?!</figure>).)*?aria-labelledby="(?P<drawing>[\w-]+)-title'
    r"(?:(?!</figure>).)*"
    r'|<section class="question" data-question="(?P<question>[^"]+)"(?:(?!</section>).)*'
    r'|<h\d id="(?P<card>[\w-]+)"(?:(?!<h\d).)*?<p class="signature">(?:(?!<h\d).)*?</dl>\n',
    re.DOTALL,
)


def linked(content: str, docs: str, words: dict[str, str]) -> str:
    """A page's HTML, with a link below each of them; `docs` is where GitHub edits docs/."""
    has_cards = 'class="signature"' in content
    rows = (DATA / "layers.yml").read_text(encoding="utf-8").splitlines() if has_cards else []

    def place(kind: str, name: str) -> str:
        if kind == "drawing":
            return f"theme/drawings/{name}.svg.j2"
        if kind == "question":
            return f"data/questions.yml#L{question.questions()[name].line}"
        return f"data/layers.yml#L{rows.index(f'    id: {name}') + 1}"

    def link(match: re.Match[str]) -> str:
        kind = match.lastgroup or ""
        address = docs + place(kind, match[kind])
        return f'{match[0]}<p class="edit"><a href="{address}">{words[kind]}</a></p>\n'

    return SHOWN.sub(link, content)
