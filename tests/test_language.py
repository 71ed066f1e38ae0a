"""The language of the pages: the glossary's words in the glossary's spelling, plain style, particles, English once."""

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cache, cached_property

from test_pages import EACH, PAGES

from conftest import report
from tools.page import Page
from tools.search import NOT_USED, OTHER_NAMES, entries, names_in
from tools.site import message
from tools.tips import AFTER_NOUN

BLANK = "\N{OBJECT REPLACEMENT CHARACTER}"  # in place of code, mathematics and macros
ALLOWED = re.compile(r"(?P<code>`[^`]*`)|\s*<!-- allow (?P<what>[^:]*?)(?:: *(?P<why>.*?))? *-->")
LINK = re.compile(r"!?\[((?:`[^`]*`|[^]`])*)\]\([^)\s]*\)")
MARKUP = re.compile(
    r" ?\{:? ?#[^}]*\}|<[^>]+>|^--8<--.*|^/{3,}(?: details \|)?|(?P<value>\{\{.*?\}\}|\{%.*?%\}|\$[^$]+\$)"
)
# Names of the API stand in code font, but for the front matter, which has none.
BARE = re.compile(r"\b(?:\w+\(\)|[A-Za-z]\w*(?:[._]\w+)+|[A-Z][a-z]+[A-Z]\w*)", re.ASCII)
# What stands before the first word of a sentence.
SENTENCE = re.compile(r"(?:^|[.?!:|→·“\"(]|^ *(?:[-:>#]+|\w+\.)) *[\"“(]*$")
JOINED = str.maketrans("", "", " _-")

HANGUL = "[가-힣]"
CONTRACTED = {0: 1, 8: 9, 13: 14, 20: 6}  # vowels before 어: 하 → 해, 보 → 봐, 주 → 줘, 리 → 려
ENGLISH_ENDS = ("", "s", "es", "d", "ed", "ing", "r", "rs")
# After a consonant: after a vowel.
PAIRS = {"은": "는", "이": "가", "을": "를", "과": "와", "으로": "로"}
OTHER = PAIRS | {after_vowel: particle for particle, after_vowel in PAIRS.items()}
PARTICLE = rf"(?P<particle>{'|'.join(OTHER)})(?:(?<=로)(?:는|도|만|부터|써|서|의))?(?!{HANGUL})"

POLITE = rf"{HANGUL}*(?:[{''.join(map(chr, range(ord('가') + 17, ord('힣'), 28)))}]니[다까]|[해세어아여예에네까지려져켜와워돼봐줘]요|죠)(?!{HANGUL})"
# British spelling, and what to write instead.
AMERICAN = {
    r"\b(?!four|hour|your|tour|pour|contour|detour)(\w{2,})"
    r"our(s|ed|ing|ful|able|al|ite)?\b": r"\1or\2",
    r"\b(?!treatis|practis)(\w{2,}(?:[lt](?<!rt)|[nkg]|[^pn]r|[^oe]m))"
    r"is(e[sdr]?|ing|ations?|able)\b": r"\1iz\2",
    r"\b(practi)s(e[sd]?|ing)\b": r"\1c\2",
    r"\b(\w+)lys(ed?|er|ing)\b": r"\1lyz\2",
    r"\b(\w*(?:cent|met|lit|fib|theat|calib))re(s?)\b": r"\1er\2",
    r"\b(label|model|cancel|travel|channel|level|signal)l(ed|ing|er)\b": r"\1\2",
    r"\b((?:mis)?spel)t\b": r"\1led",
    r"\b(learn|burn|dream|spoil)t\b": r"\1ed",
    r"\b(def|off|lic)ence\b": r"\1ense",
    r"\b(gr)e(y\w*)\b": r"\1a\2",
}
# The languages, what to say, of which pattern, and what to write instead.
STYLE = [
    ("ko", "plain-style", POLITE, ""),
    ("ko en", "no-shouting", "[!！\u2600-\u27bf\u2b50\ufe0f\U0001f000-\U0001faff]", ""),
    ("ko en", "filler", r"물론|당연히|\b(?:as we know|simply)\b", ""),
    *(("en", "american", pattern, instead) for pattern, instead in AMERICAN.items()),
]


@dataclass(frozen=True)
class Entry:
    """A term in a glossary: its names in that language and in the other, what is not used, the English of first mentions."""

    place: str
    own: list
    other: list
    avoided: list
    glosses: dict

    def advice(self, name=None):
        locale = self.place.split("/")[1]
        return message("write", locale, name=name or ", ".join(self.own), place=self.place)


@cache
def glossary(locale):
    """The entries of a language's glossary page."""
    page, found = Page.read(locale, "glossary"), []
    for term in entries(page.text):
        own, _, other = term.headword.partition(" · ")
        glosses = dict(re.findall(rf"({HANGUL}[가-힣 ]*)\((.*?)\)", own))
        lists = [names for which, names in term.others if which in NOT_USED]
        found.append(
            Entry(
                f"{page.file}:{term.line}",
                [name for name in names_in(own) if name not in glosses.values()],
                [*glosses.values(), *filter(None, names_in(other))],
                sum(lists, []),
                glosses,
            )
        )
    return found


@dataclass(frozen=True)
class Line:
    """A line without targets and attributes. `words` is what is read of it; `running` leaves out headings and links."""

    number: int
    kind: str
    text: str

    @cached_property
    def words(self):
        return re.sub(r"[*\[\]]", "", re.sub("`[^`]*`", BLANK, self.text))

    @cached_property
    def running(self):
        text = self.text if self.kind == "text" else ""
        return re.sub(r"\[[^]]*\]|`[^`]*`", BLANK, text).replace("*", "")


@cache
def lines(page):
    """The lines that are read, each of a kind: front, heading or text."""
    found, front, is_glossary = [], 0, page.name == "glossary"
    terms = glossary(page.locale) if is_glossary else ()
    headwords = {int(entry.place.rpartition(":")[2]) for entry in terms}
    for number, line in page.lines:
        front += front < 2 and line == "---"
        if number in headwords or front == 1 and not line.startswith("description: "):
            continue
        line = ALLOWED.sub(lambda match: match["code"] or "", line)
        if front == 1:  # “…” is what PyTorch says, in its own words
            line = BARE.sub(BLANK, re.sub("“[^”]*”", BLANK, line)).removeprefix("description: ")
        kind = "front" if front == 1 else "heading" if re.match("#|/// ", line) else "text"
        line = LINK.sub(r"[\1]", OTHER_NAMES.sub("", line) if is_glossary else line)
        text = MARKUP.sub(lambda match: BLANK if match["value"] else "", line)
        found.append(Line(number, kind, text))
    return found


def in_all_forms(word):
    """A pattern for a word that is not used: a Korean verb in all forms; a short noun, or English, as a word of its own."""
    pattern = re.escape(word).replace(r"\ ", "[ -]?")
    if re.search(rf"{HANGUL}다$", word):
        initial, vowel = divmod((ord(word[-2]) - ord("가")) // 28, 21)
        vowels = vowel, CONTRACTED.get(vowel, vowel)
        starts = [ord("가") + (initial * 21 + one) * 28 for one in vowels]
        stem = "".join(f"{chr(start)}-{chr(start + 27)}" for start in starts)
        if word[-2] == "하":
            return rf"{pattern[:-2]}(?:[{stem}되-됳돼-됗]{HANGUL}*|(?={AFTER_NOUN}(?!{HANGUL})))"
        return rf"{pattern[:-2]}[{stem}]{HANGUL}*"
    if re.search(HANGUL, word):
        alone = rf"(?<![가-힣A-Za-z]){pattern}(?={AFTER_NOUN}(?!{HANGUL}))"
        return pattern if len(word) > 2 else alone
    return rf"(?<![A-Za-z0-9_-]){pattern}(?:{'|'.join(ENGLISH_ENDS)})(?![A-Za-z0-9_-])"


@cache
def unused(locale):
    """[(pattern, advice)] for the words that are not used. Longer names that hold one are read first, and let be."""
    names, found = [name for entry in glossary(locale) for name in entry.own], []
    for entry in glossary(locale):
        # In Korean not the English name either, unless it is part of the Korean one: freeze하다.
        english = [
            name
            for name in entry.other
            if locale == "ko" and not any(name.split()[-1] in own for own in entry.own)
        ]
        for word in entry.avoided + english:
            longer = [name for name in names if word in name and word != name]
            let_be = "|".join(map(re.escape, [*longer, f"({word})"]))
            pattern = re.compile(rf"{let_be}|(?P<found>{in_all_forms(word)})")
            found.append((pattern, entry.advice()))
    return found


def unused_words(page):
    """Words after 다른 책에서는 or In other books, and in Korean the English for what has a Korean name."""
    text = "\n".join(line.words for line in lines(page))
    for pattern, advice in unused(page.locale):
        for match in pattern.finditer(text):
            if match["found"]:
                line = lines(page)[text.count("\n", 0, match.start())]
                yield line.number, match["found"], advice


@cache
def spellings(locale):
    """{a name without spaces and hyphens, in small letters: (its spellings, advice)}"""
    found = {}
    names = [(name, entry) for entry in glossary(locale) for name in entry.own + entry.other]
    names.sort(key=lambda pair: pair[0].startswith("`"))  # data loader, and then `DataLoader`
    for name, entry in names:
        name = re.sub(r"^to | \(.*|`", "", name)
        for end in ENGLISH_ENDS if name.isascii() else ("",):
            form = (name[:-1] if name[-1] == "e" and end[:1] in ("e", "i") else name) + end
            key = form.translate(JOINED).lower()
            found.setdefault(key, ([], entry.advice(name)))[0].append(form)
    return found


def other_spellings(page):
    """A glossary's name with other spaces, hyphens or capitals: 데이터로더, fine tune, Data Loader."""
    known = spellings(page.locale)
    begins = {name[:3] for name in known}
    for line in lines(page):
        words = list(re.finditer(rf"[A-Za-z]+|{HANGUL}+|{BLANK}", line.words))
        for first, word in enumerate(words):
            if word[0] == BLANK or first and words[first - 1].end() == word.start():
                continue
            begin = line.words[word.start() :][:5].translate(JOINED).lower()
            if begin[:3] not in begins and begin[:2] not in begins:
                continue
            for before, last in zip([None, *words[first:]], words[first : first + 4]):
                if before and not re.fullmatch("[ _-]?", line.words[before.end() : last.start()]):
                    break
                # What follows a Korean name is written together with it.
                shortest = last.start() + 1 if re.match(HANGUL, last[0]) else last.end()
                for end in range(last.end(), shortest - 1, -1):
                    name = line.words[word.start() : end]
                    spelt, advice = known.get(name.translate(JOINED).lower(), (None, ""))
                    if spelt is None or name in spelt or name.isupper():
                        continue
                    opens = name[0].lower() + name[1:] in spelt and (
                        line.kind == "front" or SENTENCE.search(line.words[: word.start()])
                    )
                    if not opens:
                        yield line.number, name, advice


def style(page):
    """Plain style in Korean, American spelling in English, and nothing that shouts or fills."""
    rules = [rule for locales, *rule in STYLE if page.locale in locales]
    for line in lines(page):
        for what, pattern, instead in rules:
            for match in re.finditer(pattern, line.words, re.IGNORECASE):
                advice = message(what, page.locale, instead=match.expand(instead))
                yield line.number, match[0], advice


def in_another_language(page):
    """Sentences without a word of the page's language, but for what is quoted."""
    for line in lines(page):
        text = re.sub("“[^”]*”", "", line.words) if line.kind == "text" else ""
        english, korean = re.findall("[A-Za-z]+", text), re.search(HANGUL, text)
        if korean if page.locale == "en" else not korean and len(english) > 3:
            advice = message("other-language", page.locale)
            yield line.number, " ".join(text.split()[:4]), advice


def fits(word, particle):
    """Whether a particle follows the sound in which a Korean word ends."""
    final = (ord(word[-1]) - ord("가")) % 28  # the eighth is ㄹ
    return (particle in PAIRS) == bool(final and not (final == 8 and particle.endswith("로")))


@cache
def after_hangul():
    """A pattern for particles after terms, and after Korean words with an end that shows: emphasis, a link, a bracket."""
    names = sorted(
        {name for entry in glossary("ko") for name in entry.own if re.search(f"{HANGUL}$", name)},
        key=len,
        reverse=True,
    )
    return re.compile(
        rf"(?:(?<!{HANGUL})(?P<term>{'|'.join(names)})|(?P<word>{HANGUL}+)[*\]]*(?:[*\]]|\([^()]*\))[*\]]*){PARTICLE}"
    )


@cache
def readings():
    """[{consonant or vowel: [(page, line, name, particle)]}] for each name, in code or in Latin letters, that is read in two ways."""
    found = defaultdict(lambda: defaultdict(list))
    for page in (page for page in PAGES if page.locale == "ko"):
        for line in lines(page):
            for match in re.finditer(
                rf"(`(?P<code>[^`]+)`|(?P<name>[A-Za-z][\w.+]*))[*\]]*{PARTICLE}", line.text
            ):
                name, particle = match["code"] or match["name"], match["particle"]
                # 로 follows vowels and ㄹ, so it is compared with 으로 alone, and 으로 with the others too.
                place = page.file, line.number, match[1], particle
                for kind in {particle.endswith("로"), particle == "로"}:
                    found[name, kind][particle in PAIRS].append(place)
    return [kinds for kinds in found.values() if len(kinds) == 2]


def particles(page):
    """No space before a particle, and the one that fits; where the reading is not known, the same everywhere."""
    for line in lines(page) if page.locale == "ko" else ():
        for match in re.finditer(
            rf"\S*[`*)\]] +(?!이)(?:{PARTICLE}|(?:의|에|에서|도|처럼|까지|부터)(?!{HANGUL}))",
            line.text,
        ):
            yield line.number, re.sub(r"[*\[\]]", "", match[0]), message("no-space", "ko")
        for match in after_hangul().finditer(line.text):
            word, particle = match["term"] or match["word"], match["particle"]
            if not fits(word, particle):
                advice = message("particle", "ko", word=word, particle=OTHER[particle])
                yield line.number, word + particle, advice
    for kinds in readings():
        rare, ((where, at, same, common), *more) = sorted(kinds.values(), key=len)
        for name, number, what, particle in rare:
            if name == page.file:
                texts = {"right": what + OTHER[particle], "other": same + common}
                place = {"place": f"{where}:{at}", "more": len(more)}
                yield number, what + particle, message("one-particle", "ko", **texts, **place)


def first_mentions(page):
    """A term that is met in code has its English in brackets where the page first mentions it, and only there."""
    entries = {name: entry for entry in glossary("ko") for name in entry.own}
    names = "|".join(map(re.escape, sorted(entries, key=len, reverse=True)))
    seen = {}
    for line in lines(page) if page.locale == "ko" and page.name != "glossary" else ():
        for match in re.finditer(
            rf"(?<!{HANGUL})({names})(?![하한할합해했])(?:\(([A-Za-z ]+)\))?", line.running
        ):
            name, entry = match[1], entries[match[1]]
            if name in seen and match[2] in entry.other:
                what = {"line": seen[name], "advice": entry.advice(name)}
                yield line.number, match[0], message("mentioned", "ko", **what)
            elif name not in seen and entry.glosses.get(name, match[2]) != match[2]:
                advice = entry.advice(f"{name}({entry.glosses[name]})")
                yield line.number, name, message("first-mention", "ko", advice=advice)
            seen.setdefault(name, line.number)


@EACH
def test_language(page):
    """A comment at a line's end lets be what stands there: `<!-- allow WORD: why -->`."""
    found = set(in_another_language(page))
    others = {line for line, *_ in found}
    found |= {
        finding
        for rule in (unused_words, other_spellings, style, particles, first_mentions)
        for finding in rule(page)
        if finding[0] not in others
    }
    allowed = {
        (n, m["what"]): m["why"]
        for n, line in page.lines
        for m in ALLOWED.finditer(line)
        if not m["code"]
    }
    problems = [
        (n, message("stands-here", page.locale, what=what, advice=advice))
        for n, what, advice in found
        if (n, what) not in allowed
    ]
    for (n, what), why in allowed.items():
        if not why:
            problems.append((n, message("no-reason", page.locale, what=what)))
        elif (n, what) not in {finding[:2] for finding in found}:
            problems.append((n, message("no-finding", page.locale, what=what)))
    report([f"{page.file}:{number}: {told}" for number, told in sorted(problems)])


def test_spelling_is_judged_by_the_word():
    expected = {"I practise this": ["practise"], "a treatise": [], "the colour": ["colour"]}
    expected |= {"we normalise it": ["normalise"], "four hours": [], "it is modelled": ["modelled"]}
    for text, found in expected.items():
        page = Page("en", "x", f"# X {{ #x }}\n\n{text}\n")
        assert [what for _, what, _ in style(page)] == found
