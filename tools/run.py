"""Runs a block in a forked child, as a fresh interpreter would, and within its limits.

A guard against carelessness, not against malice: 20 seconds, 4 GiB, a folder of its own that is
removed afterwards, no network, no program, and no process that stays. The workers of a DataLoader
are processes that multiprocessing starts, and send their tensors through sockets of this machine:
those two are allowed. What is refused comes from Python's audit hook, with the line and a mend;
Linux' Landlock refuses the same to C++ (torch.save).
"""

from __future__ import annotations

import contextlib
import ctypes
import faulthandler
import gc
import importlib
import io
import json
import multiprocessing
import multiprocessing.popen_fork
import multiprocessing.util
import os
import random
import re
import socket
import struct
import subprocess
import sys
import tempfile
import traceback
import types
import warnings
from collections.abc import Callable
from typing import Any, NamedTuple

from tools.site import ROOT, SNIPPETS, message

SECONDS, GIB = 20, 4
# The events of sys.addaudithook, by the positions of the paths among their arguments.
CHANGES = dict.fromkeys(
    ("mkdir", "remove", "rmdir", "truncate", "chmod", "chown", "utime"), (0,)
) | {"rename": (0, 1), "link": (0, 1), "symlink": (1,)}
PROGRAMS = {"subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.fork", "os.forkpty"}
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
# What takes seconds in each process, and how a block asks for it. peft brings transformers, and
# takes as long as torch itself. The model is asked for where it is called: the notebook of a lab
# brings the whole module along.
LONG = {
    "peft": re.compile(r"\bfrom peft import\b"),
    "learned": re.compile(r"\blearned\("),
    "pretrained": re.compile(r"\b(?<!def )pretrained\("),
}

# With a graphics card, autograd starts threads that no fork survives; the outputs are those of
# the CPU anyway.
os.environ["CUDA_VISIBLE_DEVICES"] = ""


class Result(NamedTuple):
    """What a block did."""

    stdout: str
    error: str | None  # "raises ValueError: …" or "is stopped after …", to follow "the block"
    line: int | None  # of the code, where the error is

    def __str__(self) -> str:
        return self.stdout if self.error is None else f"{self.stdout}(the block {self.error})\n"


class Refused(PermissionError):
    """A block does what none may: what, to follow "the block", and what to do about it."""


class Interpreter:
    """Runs blocks as `python -` would, but forks each from a process that has imported torch.

    `disturbed` changes what a careless block depends on without knowing: the hash seed and the
    number of threads. (The random seeds are new in every run.) A block that stands alone prints
    the same.
    """

    def __init__(self, disturbed: bool = False):
        seed = "7" if disturbed else "0"
        path = os.pathsep.join(map(str, (SNIPPETS, ROOT)))
        self._server = subprocess.Popen(
            [sys.executable, "-m", "tools.run", *["disturbed"] * disturbed],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": path},
            cwd="/",
        )
        assert self._server.stdin and self._server.stdout
        self._requests, self._results = self._server.stdin, self._server.stdout

    def start(self, code: str) -> None:
        """Begin to run one block, in a child of its own; `result` waits for it."""
        self._requests.write(json.dumps(code) + "\n")
        self._requests.flush()

    def result(self) -> Result:
        """What the started block did, or which of its limits it met."""
        return Result(*json.loads(self._results.readline()))

    def run(self, code: str) -> Result:
        """Run one block, and wait for it."""
        self.start(code)
        return self.result()

    def __enter__(self) -> Interpreter:
        return self

    def __exit__(self, *_: object) -> None:
        self._requests.close()
        self._server.wait()


def serve(disturbed: bool) -> None:
    """Run each block that arrives on standard input: a JSON string a line, a Result a line."""
    for request in sys.stdin:
        code = json.loads(request)
        prepare(code)
        answer, error, line = in_child(run_block, code, disturbed)
        print(json.dumps(answer or ["", error, line]), flush=True)


def run_block(code: str, disturbed: bool) -> Result:
    """Execute a block as `__main__`, with nothing run before it."""
    import torch

    torch.seed()  # a fresh process has a seed of its own; forks would share their parent's
    random.seed()
    if disturbed:
        torch.set_num_threads(1)
    main = sys.modules["__main__"] = types.ModuleType("__main__")
    sys.argv, sys.stdin = ["-"], io.StringIO()  # the process' own has the next blocks
    stdout, error, line = io.StringIO(), None, None
    with contextlib.redirect_stdout(stdout):
        try:
            exec(compile(code, "<stdin>", "exec"), main.__dict__)
        except BaseException as raised:  # SystemExit too: a block that exits has not run to its end
            error, line = what(raised), line_of(raised, "<stdin>")
    return Result(stdout.getvalue(), error, line)


def prepare(code: str) -> None:
    """Do once, before the forks, what takes long in each and comes out the same, to the bit."""
    importlib.import_module("torch")
    if "optim" in code:  # the first optimizer of a process imports it: a second
        importlib.import_module("torch._dynamo")
    if LONG["peft"].search(code):
        importlib.import_module("peft")
    if LONG["learned"].search(code):
        with contextlib.suppress(Exception):  # the block meets it again, and says so
            importlib.import_module("tiny_data").learned(10, 30, "episode")
    if "tiny_vla" in code and LONG["pretrained"].search(code):
        with contextlib.suppress(Exception):  # the block meets the same, and is reported
            importlib.import_module("tiny_vla").pretrained()


def in_child(run: Callable[..., Any], *args: Any) -> tuple[Any, str | None, int | None]:
    """`run(*args)`, which JSON can hold, from a forked child.

    Or None, with what happened to "the block", and in which of its lines.
    """
    with (
        tempfile.TemporaryDirectory() as folder,
        tempfile.TemporaryFile("w+") as answer,
        tempfile.TemporaryFile("w+") as stack,
    ):
        with warnings.catch_warnings():
            # Python 3.12 warns of other threads: pytest-xdist's, which hold nothing of a block's.
            warnings.simplefilter("ignore", DeprecationWarning)
            gc.freeze()  # else the collector touches, and so copies, what the parent has
            child = os.fork()
        if child == 0:
            try:
                faulthandler.enable(stack)
                # Out of C too, and out of `except:`.
                faulthandler.dump_traceback_later(SECONDS, exit=True, file=stack)
                restrict(os.path.realpath(folder))
                json.dump([run(*args), left_behind()], answer)
                answer.flush()
                os._exit(0)
            finally:  # never back into what the parent does next
                traceback.print_exc(file=sys.__stderr__)
                os._exit(1)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        answer.seek(0)
        stack.seek(0)
        if status == 0:
            done, left = json.load(answer)
            if not left:
                return done, None, None
            return None, message("leaves-processes", count=len(left), first=left[0]), None
        dump = stack.read()
    # The innermost comes first.
    line = re.search(r'File "<(?:stdin|string)>", line (\d+)', dump)
    ended = message("stopped", seconds=SECONDS)
    if not dump.startswith("Timeout"):
        ended = message("ends-process", status=status)
    return None, ended, int(line[1]) if line else None


def left_behind() -> list[str]:
    """The names of the processes that the block has started and not ended. They are ended here."""
    for process in multiprocessing.active_children():
        process.join(2)  # a loader doesn't wait for the last worker that it has ended
    left = sorted(process.name for process in multiprocessing.active_children())
    # What an interpreter does at its end.
    multiprocessing.util._exit_function()  # pyrefly: ignore[missing-attribute]
    return left


def restrict(folder: str) -> None:
    """Let this process write into `folder` alone, and take 4 GiB more than it has."""
    os.chdir(folder)
    os.environ["TMPDIR"], tempfile.tempdir = folder, None
    if sys.platform == "linux":  # macOS counts no memory
        import resource

        with open("/proc/self/status", encoding="utf-8") as status:
            taken = next(int(line.split()[1]) for line in status if line.startswith("VmData"))
        data = taken * 1024 + GIB * 2**30
        for kind, most in ((resource.RLIMIT_DATA, data), (resource.RLIMIT_FSIZE, GIB * 2**30)):
            hard = resource.getrlimit(kind)[1]
            most = most if hard == resource.RLIM_INFINITY else min(most, hard)
            resource.setrlimit(kind, (most, hard))
        landlock(folder)
    sys.addaudithook(lambda event, args: audit(folder, event, args))


def audit(folder: str, event: str, args: tuple[Any, ...]) -> None:
    """Raise Refused if the event is one that no block may cause."""
    if event == "socket.__new__":
        if args[1] == socket.AF_UNIX:
            return
        raise Refused(message("opens-socket"))
    if event in PROGRAMS:
        if event == "os.fork" and starts_worker(sys._getframe(2)):
            return
        raise Refused(message("starts-process", event=event))
    if event == "open":
        paths = args[:1] if args[2] & WRITING else ()
    else:
        places = (0,) if event == "shutil.rmtree" else CHANGES.get(event.removeprefix("os."), ())
        paths = tuple(args[place] for place in places)
    for path in paths:
        if not isinstance(path, int):  # an open file
            real = os.path.realpath(os.fsdecode(path))
            if real != folder and not real.startswith((folder + "/", "/dev/")):
                told = {"path": os.fsdecode(path), "mend": message("relative-path")}
                raise Refused(message("writes-elsewhere", **told))


def starts_worker(frame: types.FrameType) -> bool:
    """Whether it is multiprocessing that forks here."""
    return frame.f_code.co_filename == multiprocessing.popen_fork.__file__


def landlock(folder: str) -> None:
    """Have the kernel refuse writing outside of `folder`, and TCP.

    Linux before 6.7 cannot; there C++ goes unseen.
    """
    # Of <linux/landlock.h>: all but reading and executing.
    libc, write, tcp = ctypes.CDLL(None), 0b111_1111_1111_0010, 0b11
    if libc.syscall(444, None, 0, 1) < 4:
        return
    ruleset = libc.syscall(444, struct.pack("QQ", write, tcp), 16, 0)
    for place in (folder, "/dev"):  # /dev/null, and the shared memory of torch
        beneath = struct.pack("=Qi", write, os.open(place, os.O_PATH))
        libc.syscall(445, ruleset, 1, beneath, 0)
    libc.prctl(38, 1, 0, 0, 0)  # no new privileges: without it only root may restrict itself
    libc.syscall(446, ruleset, 0)


def what(error: BaseException) -> str:
    """What the block did, to follow "the block": `raises …`, or which limit it met."""
    told = traceback.format_exception_only(type(error), error)[-1].strip()
    if isinstance(error, Refused):
        return str(error)
    if isinstance(error, MemoryError) or "can't allocate memory" in told:
        return message("takes-memory", most=GIB)
    for module in SNIPPETS.glob("*.py"):
        if line := line_of(error, str(module)):
            where = f"snippets/{module.name}:{line}"
            told += "\n" + message("comes-from", where=where)
    if "Permission denied" in told:
        told += "\n" + message("relative-path")
    return message("raises", error=told)


def line_of(error: BaseException, filename: str) -> int | None:
    """The innermost line of a file that an error passed through, or that Python cannot read."""
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if frame.filename == filename]
    if not lines and isinstance(error, SyntaxError) and error.filename == filename:
        return error.lineno
    return lines[-1] if lines else None


if __name__ == "__main__":
    serve("disturbed" in sys.argv)
