"""For translators: what is behind, what a person has brought in step, and what a branch changes."""

import difflib
import io
import re
import subprocess
import tarfile
import tempfile
from collections.abc import Iterable
from itertools import chain, permutations
from pathlib import Path

from tools.page import Page
from tools.site import DOCS, LOCALES, ROOT, SNIPPETS, Mistake, data, message, say, words
from tools.translations import State, out_of_step, read_record, states, write_record


def git(*command: str) -> str:
    """What git prints; nothing if it fails."""
    return subprocess.run(["git", *command], cwd=ROOT, capture_output=True, text=True).stdout


def old_text(page: Page, anchor: str, digest: str) -> str | None:
    """The text of a section that has this hash, from the history; None if it is not there."""
    for commit in git("log", "--format=%H", "--", page.file).split():
        then = Page(page.locale, page.name, git("show", f"{commit}:{page.file}"))
        for section in then.sections:
            if section.anchor == anchor and section.digest == digest:
                return section.text
    return None


def difference(old: str, new: str) -> list[str]:
    """What has changed, word by word: [-taken out-]{+put in+}."""
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder, name) for name in ("old", "new")]
        for file, text in zip(files, (old, new)):
            file.write_text(text, encoding="utf-8")
        options = ("--no-index", "--no-color", "--word-diff=plain", "-U0")
        lines = git("diff", *options, *map(str, files)).partition("\n@@")[2].splitlines()[1:]
    return [line for line in lines if not line.startswith("@@")]


def in_words(what: str, ahead: Iterable[str] = (), behind: Iterable[str] = ()) -> str:
    """What there is to do, in every language: `{behind} 글을 쓴다. · Write the {behind} text.`"""
    said = []
    for locale in LOCALES:
        called, which = words(locale)["languages"], {"ahead": ahead, "behind": behind}
        names = {key: " ".join(called[one] for one in value) for key, value in which.items()}
        said.append(words(locale)["translators"][what].format(**names))
    return " · ".join(said)


def to_do(state: State) -> list[str]:
    """What is to be done about a section, where, and what has changed."""
    ahead = [locale for locale in LOCALES if locale not in state.behind]
    lines = [f"{state.page} #{state.anchor}: {in_words(state.why, ahead, state.behind)}"]
    lines += [f"  {state.place(locale)}" for locale in state.texts]
    for locale in state.moved:
        page = Page(locale, state.page, "")
        old = old_text(page, state.anchor, state.recorded[locale])
        if old is None:
            lines.append("  " + say(page.file, "not-in-clone"))
        else:
            lines += [f"  | {line}" for line in difference(old, state.texts[locale].text)]
    return lines


def list_out_of_step(page: str) -> int:
    """Print what is out of step, on one page or, without a name, on all of them."""
    found = out_of_step(page or None)
    for state in found:
        print("\n".join(to_do(state)) + "\n")
    for row in chain(*data("layers").values()) if not page else ():
        for field in ("role", "in_vla", "trap", "use"):
            for locale in LOCALES:
                if locale not in row[field]:
                    place = f"docs/data/layers.yml: {row['name']}, {field}"
                    print(f"{place}: {in_words('text', behind=[locale])}\n")
    print(message("out-of-step" if found else "all-in-step", count=len(found)))
    return 0


def record_in_step(page: str, section: str = "", docs: Path = DOCS) -> int:
    """Record the texts of a page, or of one section, as they are.

    What cannot be in step is named and left as it was.
    """
    record = read_record(docs)
    before = record.get(page, {})
    found = {state.anchor: state for state in states(page, docs, record)}
    if not found:
        raise Mistake(say(f"PAGE={page}", "no-such-page"))
    if section and section not in found.keys() | before.keys():
        known = {"page": page, "anchors": ", ".join(found)}
        raise Mistake(say(f"SECTION={section}", "section-name", **known))
    after, left = {}, 0
    for anchor in dict.fromkeys([*found, *before]):
        if anchor in before:
            after[anchor] = before[anchor]
        if section not in ("", anchor):
            continue
        if anchor not in found:
            after[anchor] = {}
            continue
        state = found[anchor]
        missing = len(state.texts) < len(LOCALES)
        if wrong := to_do(state) if missing else unlike(state):
            left += 1
            print("\n".join(wrong))
        else:
            after[anchor] = {locale: text.digest for locale, text in state.texts.items()}
    record[page] = after
    write_record(record, docs)
    print(say(page, "not-recorded" if left else "recorded-in-step", count=left))
    return bool(left)


def unlike(state: State) -> list[str]:
    """In what the texts of a section differ though they may not: snippets, links. Said of each."""
    found = []
    for (one, ours), (other, theirs) in permutations(state.texts.items(), 2):
        place, twin = state.place(one), state.place(other)
        for what, here, there in (
            ("shows-other", ours.includes, theirs.includes),
            ("links-to-other", sorted(ours.links), sorted(theirs.links)),
        ):
            if here != there:
                sides = {"here": " ".join(here) or "–", "there": " ".join(there) or "–"}
                found.append(say(place, what, anchor=state.anchor, twin=twin, **sides))
    return found


def outputs(folder: Path) -> dict[str, list[str]]:
    """What each snippet below a folder is said to print."""
    found = {}
    for path in sorted(folder.rglob("*.md")):
        text = path.read_text(encoding="utf-8", errors="replace")
        shown = re.findall(r"^```(?:text|pytb)\n([\s\S]*?)^```$", text, re.MULTILINE)
        found[path.relative_to(folder).as_posix()] = "".join(shown).splitlines()
    return found


def summarize(base: str) -> int:
    """Print, in Markdown, what changes against another commit: outputs, sections out of step."""

    def fallen(docs: Path) -> dict[tuple, State]:
        found = out_of_step(docs=docs)
        return {(one.page, one.anchor, one.why, *one.behind): one for one in found}

    with tempfile.TemporaryDirectory() as folder:
        command = ["git", "archive", base, "docs", "snippets"]
        archive = subprocess.run(command, cwd=ROOT, capture_output=True)
        if archive.returncode:
            raise Mistake(f"BASE={base}: {archive.stderr.decode().strip()}")
        with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as files:
            files.extractall(folder, filter="data")
        was, old = fallen(Path(folder, "docs")), outputs(Path(folder, "snippets"))
    now, new = fallen(DOCS), outputs(SNIPPETS)
    blocks = []
    for path in sorted(old.keys() & new.keys()):
        lines = list(difflib.unified_diff(old[path], new[path], lineterm="", n=1))[2:]
        blocks += ["\n".join([f"`snippets/{path}`", "```diff", *lines, "```"])] * bool(lines)
    sections = []
    for key in now.keys() - was.keys():
        first, *rest = to_do(now[key])
        sections.append("\n".join([first, "```", *rest, "```"]))
    for heading, found in (("outputs", blocks), ("fallen", sorted(sections))):
        print("\n".join([f"## {in_words(heading)}\n", *(found or [in_words("none")]), ""]))
    return 0
