"""The commands that `make` names: `python -m tools COMMAND`, with what it is about as PAGE=… etc.

The Makefile hands PAGE, SNIPPET, SECTION and BASE over in the environment, never through a shell.
"""

import os
import sys
from importlib import import_module

from tools.site import Mistake, message, page_named

COMMANDS = {
    "record": ("record", "record", ["PAGE"]),
    "new-page": ("new", "new_page", ["PAGE"]),
    "new-snippet": ("new", "new_snippet", ["SNIPPET", "SECTION"]),
    "translations": ("compare", "list_out_of_step", ["PAGE"]),
    "in-step": ("compare", "record_in_step", ["PAGE", "SECTION"]),
    "summary": ("compare", "summarize", ["BASE"]),
    "bench": ("bench", "main", []),
    "card": ("card", "main", []),
}


def main() -> int:
    """Run one command; a Mistake is printed as one line, and gives the status 2."""
    if not sys.argv[1:] or sys.argv[1] not in COMMANDS:
        print(message("no-command", commands=", ".join(COMMANDS)))
        return 2
    module, function, names = COMMANDS[sys.argv.pop(1)]
    values = [os.environ.get(name, "") for name in names]
    values = [page_named(v) if name == "PAGE" else v for name, v in zip(names, values)]
    try:
        return getattr(import_module(f"tools.{module}"), function)(*values) or 0
    except Mistake as mistake:
        print(mistake)
        return 2


if __name__ == "__main__":
    sys.exit(main())
