"""What a snippet may use: 20 seconds, 4 GiB, a folder of its own that is removed afterwards; no socket, no program.

A block is run in a forked child, which can be killed whatever it does, and whose limits end with it. What is refused
comes from Python's audit hook, with the line and a mend; Linux' Landlock refuses the same to C++ (torch.save).
"""

import contextlib
import ctypes
import faulthandler
import gc
import importlib
import json
import os
import re
import struct
import sys
import tempfile
import traceback
import warnings

SECONDS, GIB = 20, 4
# The events of sys.addaudithook, by the positions of the paths among their arguments.
CHANGES = dict.fromkeys(("mkdir", "remove", "rmdir", "truncate", "chmod", "chown", "utime"), (0,)) | {
    "rename": (0, 1), "link": (0, 1), "symlink": (1,)}
PROGRAMS = {"subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.fork", "os.forkpty"}
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
WHERE = "Write to a relative path: a snippet has a temporary folder, and nothing else is written."

# With a graphics card, autograd starts threads that no fork survives; the outputs are those of the CPU anyway.
os.environ["CUDA_VISIBLE_DEVICES"] = ""


class Refused(PermissionError):
    """A block has done what none may; the message, to follow "the block", says what, and what to do."""


def prepare(code):
    """Do once, before the forks, what takes long in each of them and comes out the same, to the last bit."""
    importlib.import_module("torch._dynamo")  # the first optimizer of a process imports it, which takes over a second
    if "tiny_vla" in code:
        importlib.import_module("tiny_vla").pretrained()


def in_child(run, *args):
    """`run(*args)`, which JSON can hold, from a forked child; or None and what happened to "the block", and its line."""
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile("w+") as answer, tempfile.TemporaryFile("w+") as stack:
        with warnings.catch_warnings(action="ignore") if sys.version_info >= (3, 12) else contextlib.nullcontext():
            gc.freeze()  # else the collector touches, and so copies, what the parent has
            child = os.fork()  # Python 3.12 warns of other threads: pytest-xdist's, which hold nothing that a block needs
        if child == 0:
            try:
                faulthandler.enable(stack)
                faulthandler.dump_traceback_later(SECONDS, exit=True, file=stack)  # out of C too, and out of `except:`
                restrict(os.path.realpath(folder))
                json.dump(run(*args), answer)
                answer.flush()
                os._exit(0)
            finally:  # never back into what the parent does next
                traceback.print_exc(file=sys.__stderr__)
                os._exit(1)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        answer.seek(0), stack.seek(0)
        if status == 0:
            return json.load(answer), None, None
        said = stack.read()
    line = re.search(r'File "<(?:stdin|string)>", line (\d+)', said)  # the innermost comes first
    ended = f"is stopped after {SECONDS} seconds. Make it smaller, or take out what waits."
    if not said.startswith("Timeout"):
        ended = f"ends its process, with status {status}. Take out what kills it."
    return None, ended, int(line[1]) if line else None


def restrict(folder):
    """From here on this process can write into `folder` alone, and takes 4 GiB more than it has."""
    os.chdir(folder)
    os.environ["TMPDIR"], tempfile.tempdir = folder, None
    if sys.platform == "linux":  # macOS counts no memory
        import resource
        with open("/proc/self/status") as status:
            taken = next(int(line.split()[1]) for line in status if line.startswith("VmData")) * 1024
        for kind, most in ((resource.RLIMIT_DATA, taken + GIB * 2**30), (resource.RLIMIT_FSIZE, GIB * 2**30)):
            hard = resource.getrlimit(kind)[1]
            resource.setrlimit(kind, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))
        landlock(folder)
    sys.addaudithook(lambda event, args: audit(folder, event, args))


def audit(folder, event, args):
    """Raise Refused if the event is one that no block may cause."""
    if event == "socket.__new__":
        raise Refused("opens a socket. Take it out: a snippet runs without a network.")
    if event in PROGRAMS:
        raise Refused(f"starts a process ({event}). Take it out: a snippet is Python, and runs in one process.")
    if event == "open":
        paths = args[:1] if args[2] & WRITING else ()
    else:
        paths = [args[i] for i in CHANGES.get(event.removeprefix("os."), (0,) if event == "shutil.rmtree" else ())]
    for path in paths:
        if not isinstance(path, int):  # an open file
            real = os.path.realpath(os.fsdecode(path))
            if real != folder and not real.startswith((folder + "/", "/dev/")):
                raise Refused(f"writes to {os.fsdecode(path)!r}. {WHERE}")


def landlock(folder):
    """Have the kernel refuse writing outside of `folder`, and TCP. Linux before 6.7 cannot; there C++ goes unseen."""
    libc, write, tcp = ctypes.CDLL(None), 0b111_1111_1111_0010, 0b11  # of <linux/landlock.h>: all but reading, executing
    if libc.syscall(444, None, 0, 1) < 4:
        return
    ruleset = libc.syscall(444, struct.pack("QQ", write, tcp), 16, 0)
    for place in (folder, "/dev"):  # /dev/null, and the shared memory of torch
        libc.syscall(445, ruleset, 1, struct.pack("=Qi", write, os.open(place, os.O_PATH)), 0)
    libc.prctl(38, 1, 0, 0, 0)  # no new privileges: without it only root may restrict itself
    libc.syscall(446, ruleset, 0)


def what(error):
    """What the block did, to follow "the block": `raises …`, or which limit it met and what to do."""
    said = traceback.format_exception_only(error)[-1].strip()
    if isinstance(error, Refused):
        return str(error)
    if isinstance(error, MemoryError) or "can't allocate memory" in said:
        return f"takes more than {GIB} GiB of memory. Make its tensors smaller."
    return f"raises {said}" + f"\n{WHERE}" * ("Permission denied" in said)
