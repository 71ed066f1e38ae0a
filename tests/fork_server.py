"""Import torch once, then run each block that arrives on standard input in a forked child.

One JSON string a line comes in, one JSON object a line goes out: stdout, error, line. A child sees
what a block on the standard input of `python -` sees: a fresh `__main__`, nothing run before it.
"""

import contextlib
import importlib
import io
import json
import os
import random
import signal
import sys
import tempfile
import traceback
import types

import torch
import torch._dynamo  # the first optimizer of a process imports it, which takes over a second

SECONDS = 20


def run_block(code):
    """Execute the block as `__main__`; returns what it printed, its error and the error's line."""
    main = sys.modules["__main__"] = types.ModuleType("__main__")
    sys.argv, sys.stdin = ["-"], open(os.devnull)  # our own standard input carries the next blocks
    stdout, error, line = io.StringIO(), None, None
    with contextlib.redirect_stdout(stdout):
        try:
            exec(compile(code, "<stdin>", "exec"), main.__dict__)
        except BaseException as exc:  # SystemExit too: a block that exits has not run to its end
            error = "raises " + traceback.format_exception_only(exc)[-1].strip()
            lines = [f.lineno for f in traceback.extract_tb(exc.__traceback__) if f.filename == "<stdin>"]
            line = lines[-1] if lines else getattr(exc, "lineno", None)
    return {"stdout": stdout.getvalue(), "error": error, "line": line}


def in_child(code, disturbed):
    """Fork, run the block, and hand back its answer, also when the child was killed."""
    with tempfile.TemporaryFile("w+") as answer:
        child = os.fork()
        if child == 0:
            signal.alarm(SECONDS)
            torch.seed()  # a fresh process has a seed of its own; forks would share their parent's
            random.seed()
            if disturbed:
                torch.set_num_threads(1)
            json.dump(run_block(code), answer)
            answer.flush()
            os._exit(0)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        answer.seek(0)
        if status == 0:
            return json.load(answer)
    why = f"is stopped after {SECONDS} seconds" if status == -signal.SIGALRM else f"ends with status {status}"
    return {"stdout": "", "error": why, "line": None}


if __name__ == "__main__":
    replies = sys.stdout
    for request in sys.stdin:
        if "tiny_vla" in request:  # nor do blocks have to train it one by one: it comes out the same, to the last bit
            importlib.import_module("tiny_vla").pretrained()
        print(json.dumps(in_child(json.loads(request), "disturbed" in sys.argv)), file=replies, flush=True)
