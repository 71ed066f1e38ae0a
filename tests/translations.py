"""`make translations` lists what is behind its twin, `make in-step PAGE=…` records that a person has brought it together.

`make summary BASE=origin/main` says what a branch changes, in Markdown: a pull request shows it.
"""

import difflib
import io
import re
import subprocess
import sys
import tarfile
import tempfile
from itertools import chain
from pathlib import Path

import yaml
from twins import DOCS, LOCALES, RECORD, pages, record, sections, states

from snippet import ROOT, SNIPPETS
LANGUAGE = {"ko": {"ko": "한국어", "en": "영어"}, "en": {"ko": "Korean", "en": "English"}}
SAYS = {
    "moved": ("{ahead} 글이 바뀌었다. {behind} 글을 고친다.", "The {ahead} text has changed; bring the {behind} one up to date."),
    "both moved": ("두 글이 따로 바뀌었다. 맞춰 본다.", "Both texts have changed; compare them."),
    "never compared": ("두 글을 맞춰 본 기록이 없다.", "There is no record that the two are in step."),
    "only here": ("{ahead} 글만 있다. {behind} 글을 쓴다.", "There is only the {ahead} text; write the {behind} one."),
    "taken out": ("{ahead} 페이지에서 빠졌다. {behind} 페이지에서도 뺀다.", "Taken out of the {ahead} page; take it out of the {behind} one."),
}
HEAD = """\
# Written by `make in-step PAGE=…`, and by nothing else: a hash of each of the two texts of a section, when they were last
# in step. "gone" is a section that neither language has any more; its address still has to lead somewhere.
"""


def git(*command: str) -> str:
    """What git prints; nothing if it fails."""
    return subprocess.run(["git", *command], cwd=ROOT, capture_output=True, text=True).stdout


def name(page: str, locale: str) -> str:
    return f"docs/{locale}/{page}.md"


def old_text(page: str, locale: str, anchor: str, digest: str) -> str | None:
    """The text of a section that has this hash, from the history; None if this clone does not have it."""
    for commit in git("log", "--format=%H", "--", name(page, locale)).split():
        for section in sections(git("show", f"{commit}:{name(page, locale)}")):
            if section.anchor == anchor and section.digest == digest:
                return section.text
    return None


def difference(old: str, new: str) -> list[str]:
    """What has changed, word by word: [-taken out-]{+put in+}."""
    with tempfile.TemporaryDirectory() as folder:
        for file, text in (("old", old), ("new", new)):
            Path(folder, file).write_text(text, encoding="utf-8")
        told = git("diff", "--no-index", "--no-color", "--word-diff=plain", "-U0", f"{folder}/old", f"{folder}/new")
    return [line for line in told.partition("\n@@")[2].splitlines()[1:] if not line.startswith("@@")]


def told(state) -> list[str]:
    """What is to be done about a section, where, and what has changed."""
    ahead, behind = ([locale for locale in LOCALES if (locale in state.behind) == late] for late in (False, True))
    says = [
        text.format(ahead=" ".join(words[locale] for locale in ahead), behind=" ".join(words[locale] for locale in behind))
        for text, words in zip(SAYS[state.why], LANGUAGE.values())]
    lines = [f"{state.page} #{state.anchor}: {' · '.join(says)}"]
    lines += [f"  {name(state.page, locale)}:{section.line}" for locale, section in state.texts.items()]
    for locale in state.moved:
        section = state.texts[locale]
        old = old_text(state.page, locale, state.anchor, state.recorded[locale])
        if old is None:
            lines.append(f"  {name(state.page, locale)}: the text that it was in step with is not in this clone. Try git fetch --unshallow.")
        else:
            lines += [f"  | {line}" for line in difference(old, section.text)]
    return lines


def out_of_step(only: str | None = None, docs: Path = DOCS):
    """The states of all sections, or those of one page, but for those in step."""
    known = record(docs)
    return [state for page in pages(docs) if only in (None, page) for state in states(page, docs, known) if state.why != "in step"]


def listed(page: str | None) -> int:
    """Print what is out of step."""
    found = out_of_step(page)
    for state in found:
        print("\n".join(told(state)) + "\n")
    for row in chain(*yaml.safe_load((DOCS / "layers.yml").read_text(encoding="utf-8")).values()) if page is None else ():
        for field in ("why", "role", "in_vla", "over", "trap", "use"):
            for locale in LOCALES:
                if locale not in row.get(field, LOCALES):
                    print(f"docs/layers.yml: {row['name']}, {field}: {LANGUAGE['ko'][locale]} 글을 쓴다. · Write the {LANGUAGE['en'][locale]} text.\n")
    print(f"{len(found)} out of step." + " `make in-step PAGE=… SECTION=…` records that you have brought them together." * bool(found))
    return 0


def in_step(page: str, section: str | None = None, docs: Path = DOCS) -> int:
    """Record the two texts of a page, or of one section, as they are. What cannot be in step is named and left as it was."""
    known = record(docs)
    before, of = known.get(page, {}), {state.anchor: state for state in states(page, docs, known)}
    if not of or section and section not in of.keys() | before.keys():
        print(f"PAGE={page}: no such page. Write it as nn-module/parameters." if not of else f"SECTION={section}: {page} has {', '.join(of)}.")
        return 2
    after, left = {}, 0
    for anchor in [*of, *(anchor for anchor in before if anchor not in of)]:
        after[anchor] = before.get(anchor)
        if section not in (None, anchor):
            continue
        if anchor not in of:
            after[anchor] = "gone"
        elif wrong := unlike(of[anchor]) if len(of[anchor].texts) == len(LOCALES) else told(of[anchor]):
            left += 1
            print("\n".join(wrong))
        else:
            after[anchor] = {locale: text.digest for locale, text in of[anchor].texts.items()}
    write({**known, page: {anchor: hashes for anchor, hashes in after.items() if hashes}}, docs)
    print(f"{page}: " + (f"not recorded: {left} of its sections." if left else "recorded as in step."))
    return bool(left)


def unlike(state) -> list[str]:
    """In what the two texts of a section differ though they may not: the snippets they show, the pages they link to."""
    ko, en = (state.texts[locale] for locale in LOCALES)
    return [
        f"{name(state.page, 'ko')}:{ko.line}: {what} {' '.join(ours) or 'nothing'} in #{state.anchor}, and "
        f"{name(state.page, 'en')}:{en.line} {' '.join(theirs) or 'nothing'}. Make them the same."
        for what, ours, theirs in (("shows", ko.includes, en.includes), ("links to", sorted(ko.links), sorted(en.links))) if ours != theirs]


def write(known: dict, docs: Path) -> None:
    """Write the record: a line a section, so that two people who work on two sections do not get into each other's way."""
    lines = [HEAD]
    for page, hashes in sorted(known.items()):
        lines.append(f"{page}:\n")
        for anchor, both in hashes.items():
            both = both if isinstance(both, str) else "{" + ", ".join(f"{locale}: {digest}" for locale, digest in sorted(both.items(), reverse=True)) + "}"
            lines.append(f"  {anchor}: {both}\n")
    (docs / RECORD).write_text("".join(lines), encoding="utf-8", newline="\n")


def outputs(folder: Path) -> dict[str, list[str]]:
    """What each snippet below a folder is said to print."""
    texts = {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8", errors="replace") for path in folder.rglob("*.md")}
    return {path: "".join(re.findall(r"^```(?:text|pytb)\n([\s\S]*?)^```$", text, re.MULTILINE)).splitlines() for path, text in texts.items()}


def summary(base: str) -> int:
    """Print what changes against another commit: outputs, and sections that fall behind."""
    with tempfile.TemporaryDirectory() as folder:
        archive = subprocess.run(["git", "archive", base, "docs", "snippets"], cwd=ROOT, capture_output=True)
        if archive.returncode:
            print(f"BASE={base}: {archive.stderr.decode().strip()}")
            return 2
        tarfile.open(fileobj=io.BytesIO(archive.stdout)).extractall(folder, filter="data")
        was = {(state.page, state.anchor, state.behind, state.why) for state in out_of_step(docs=Path(folder, "docs"))}
        old, new = outputs(Path(folder, "snippets")), outputs(SNIPPETS)
    print("## 달라진 출력 · Outputs that changed\n")
    changed = [path for path in sorted(old.keys() & new.keys()) if old[path] != new[path]]
    for path in changed:
        print("\n".join([f"`snippets/{path}`", "```diff", *list(difflib.unified_diff(old[path], new[path], lineterm="", n=1))[2:], "```"]))
    print("" if changed else "없다. · None.\n")
    print("## 뒤처진 절 · Sections that fall out of step\n")
    fell = [state for state in out_of_step() if (state.page, state.anchor, state.behind, state.why) not in was]
    for state in fell:
        first, *rest = told(state)
        print("\n".join([first, "```", *rest, "```"]))
    print("" if fell else "없다. · None.")
    return 0


if __name__ == "__main__":
    command, *given = sys.argv[1:]
    sys.exit({"list": listed, "in-step": in_step, "summary": summary}[command](*(word or None for word in given)))
