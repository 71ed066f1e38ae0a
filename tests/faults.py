"""Plants each fault of faults.yml in a copy, and names those that no check finds or says clearly.

`make faults`, which a workflow runs weekly: a message that rots is seen. `make test` leaves it out.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import yaml

from tools.pytest_plugin import FINDING
from tools.site import ROOT

TABLE = Path(__file__).with_suffix(".yml")
PYTEST = [sys.executable, "-m", "pytest", "-n", "0", "-q", "-p", "no:cacheprovider"]
SETTINGS = {"PAGE": "", "GITHUB_ACTIONS": "", "NO_MKDOCS_2_WARNING": "1", "LC_ALL": "C.UTF-8"}


def copied(folder: Path) -> None:
    """Put into a folder what Git has, or would take up."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)


def plant(path: Path, fault: dict) -> int:
    """Plant a fault in a file; the line in which it is."""
    path.parent.mkdir(exist_ok=True)
    if "link" in fault:
        path.symlink_to(fault["link"])
        return 1
    if "size" in fault:
        path.write_bytes(bytes(fault["size"]))
        return 1
    was = path.read_text(encoding="utf-8")
    old = fault.get("old", "")
    if old not in was:
        sys.exit(f"{TABLE.name}: {fault['fault']}: {fault['file']} has no {old!r} any more.")
    now = was.replace(old, fault["new"], 1) if old else f"{was}\n{fault['new']}\n"
    path.write_text(now, encoding="utf-8")
    pairs = zip([*was.splitlines(), *[None] * len(now)], now.splitlines())
    line = next(number for number, (one, other) in enumerate(pairs, 1) if one != other)
    return line + (not old) + fault.get("below", 0)  # an empty line stands before what is added


def verdict(fault: dict, line: int, status: int, output: str) -> str:
    """Why a fault is not found as it should be; nothing if it is."""
    if not status:
        return "missed"
    found = {match[0] for match in FINDING.finditer(output.replace("ERROR: ", ""))}
    place = fault.get("at") or f"{fault['file']}:{line}"
    if not any(one.startswith(f"{place}: ") for one in found):
        return f"not named at {place}"
    if len(found) > 1:
        return "said more than once"
    (told,) = found
    lacking = [text for text in fault["says"] if text not in told]
    lacking += ["a message without"] * ("Traceback" in output)
    return f"lacks {', '.join(lacking)}" if lacking else ""


def tried(fault: dict, folder: Path) -> tuple[str, str]:
    """Plant a fault, run its check, and take it out again: (the verdict, what the check prints)."""
    path = folder / fault["file"]
    was = path.read_bytes() if path.is_file() else None
    line = plant(path, fault)
    words = [f"tests/{one}" if one.endswith(".py") else one for one in fault["check"]]
    options = {"cwd": folder, "env": os.environ | SETTINGS, "capture_output": True, "text": True}
    run = subprocess.run([*PYTEST, *words], **options)
    path.unlink()
    if was is not None:
        path.write_bytes(was)
    output = run.stdout + run.stderr
    return verdict(fault, line, run.returncode, output), output


def main() -> int:
    """Try one after the other, or those that have one of the given words in their name."""
    faults = yaml.safe_load(TABLE.read_text(encoding="utf-8"))
    wanted, wrong = sys.argv[1:], False
    with tempfile.TemporaryDirectory() as name:
        copied(Path(name))
        for fault in faults:
            if wanted and not any(word in fault["fault"] for word in wanted):
                continue
            since = time.monotonic()
            said, output = tried(fault, Path(name))
            print(f"{said or 'found'}: {fault['fault']} ({time.monotonic() - since:.0f} s)")
            if said:
                wrong = True
                print(output)
    return wrong


if __name__ == "__main__":
    sys.exit(main())
