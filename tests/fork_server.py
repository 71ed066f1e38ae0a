"""Import torch once, then run each block that arrives on standard input in a forked child.

One JSON string a line comes in, one JSON object a line goes out: stdout, error, line. A child sees
what a block on the standard input of `python -` sees: a fresh `__main__`, nothing run before it.
"""

import contextlib
import io
import json
import os
import random
import sys
import traceback
import types

import limits
import torch


def run_block(code, disturbed):
    """Execute the block as `__main__`; returns what it printed, its error and the error's line."""
    torch.seed()  # a fresh process has a seed of its own; forks would share their parent's
    random.seed()
    if disturbed:
        torch.set_num_threads(1)
    main = sys.modules["__main__"] = types.ModuleType("__main__")
    sys.argv, sys.stdin = ["-"], open(os.devnull)  # our own standard input carries the next blocks
    stdout, error, line = io.StringIO(), None, None
    with contextlib.redirect_stdout(stdout):
        try:
            exec(compile(code, "<stdin>", "exec"), main.__dict__)
        except BaseException as exc:  # SystemExit too: a block that exits has not run to its end
            error = limits.what(exc)
            lines = [f.lineno for f in traceback.extract_tb(exc.__traceback__) if f.filename == "<stdin>"]
            line = lines[-1] if lines else getattr(exc, "lineno", None)
    return {"stdout": stdout.getvalue(), "error": error, "line": line}


if __name__ == "__main__":
    replies = sys.stdout
    for request in sys.stdin:
        limits.prepare(request)
        answer, why, line = limits.in_child(run_block, json.loads(request), "disturbed" in sys.argv)
        print(json.dumps(answer or {"stdout": "", "error": why, "line": line}), file=replies, flush=True)
