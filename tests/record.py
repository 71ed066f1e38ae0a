"""`make record`: run every snippet, rewrite the outputs and figures that changed, and say which.

A file whose block fails is left as it is. When all blocks ran, docs/verified.yml is given the PyTorch
release and the date that the pages show. `make record PAGE=nn-module/modes` runs those of one page.
"""

import datetime
import os
import sys
from pathlib import Path

import torch

sys.path.append(str(Path(__file__).parent.parent / "snippets"))
import figures
import snippet
import touched


def main() -> int:
    """Returns the exit status: 1 if a block failed or a file is not a snippet."""
    fresh, disturbed = snippet.FreshInterpreters(), snippet.FreshInterpreters(disturbed=True)
    changed = failed = 0
    page = os.environ.get("PAGE")
    paths = [path for path in snippet.paths() if not page or snippet.SNIPPETS / page in path.parents]
    for path in paths:
        try:
            block = snippet.read(path)
        except snippet.SnippetError as error:
            failed += 1
            print(error)
            continue
        if reason := snippet.lacks(block.needs):
            print(f"{block.name}: left as it is, {reason}")
            continue
        result, again = snippet.run_twice(block.code, fresh, disturbed)
        text = None if result.error else block.with_output(result.stdout)
        if "says" in block.parts and text:
            verdict = fresh.run(block.code + snippet.solution_of(path).check).error or ""
            says = verdict.removeprefix("raises ") + "\n"
            text = block.with_says(says) if says.startswith("AssertionError: ") else None
        if not result.error and text is None:
            failed += 1
            print(f"{block.name}:1: not written, the check does not reject this answer with a hint: {verdict or 'it passes'}")
        elif result.error:
            failed += 1
            print(f"{block.name}:{block.file_line(result.error_line)}: not written, the block {result.error}")
        elif result.stdout and not result.stdout.endswith("\n"):
            failed += 1
            print(f"{block.name}:1: not written, the output does not end its last line. Print without end=''.")
        elif result != again:
            failed += 1
            print(f"{block.name}:1: not written, two runs differ. Set a seed, sort what has no order.")
        elif text != path.read_text(encoding="utf-8"):
            changed += 1
            path.write_text(text, encoding="utf-8", newline="\n")
            print(f"{block.name}: rewritten")
    fresh.close(), disturbed.close()
    for path, text in ({} if page else figures.files() | touched.files()).items():
        if not path.exists() or text != path.read_text(encoding="utf-8"):
            changed += 1
            path.write_text(text, encoding="utf-8", newline="\n")
            print(f"{path.relative_to(snippet.ROOT)}: rewritten")
    print(f"{changed} rewritten, {failed} failed, {len(paths)} in all. See git diff.")
    if failed or page:
        return bool(failed or not paths)
    release = torch.__version__.partition("+")[0]
    (snippet.ROOT / "docs/verified.yml").write_text(
        "# Written by `make record`: with which PyTorch, and when, all blocks printed what the pages show.\n"
        f"extra:\n  verified: {{torch: {release}, date: {datetime.date.today()}}}\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
