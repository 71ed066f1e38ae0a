"""The built site, built once for all tests that look at it."""

import os
import subprocess
import sys

import pytest

from snippet import ROOT


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """The folder of a strict build, as a fork on GitHub would deploy it: below a path, with a repository."""
    folder = tmp_path_factory.mktemp("site")
    env = dict(
        os.environ, NO_MKDOCS_2_WARNING="1", SITE_URL="https://example.org/notes/",
        REPO_URL="https://github.com/example/notes", EDIT_URI="edit/main/docs/")
    build = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", folder],
        cwd=ROOT, env=env, capture_output=True, text=True)
    if build.returncode:
        told = [line for line in build.stderr.splitlines() if not line.startswith(("INFO", "  File", "    "))]
        pytest.fail("mkdocs build --strict fails:\n" + "\n".join(told[-12:]), pytrace=False)
    return folder
