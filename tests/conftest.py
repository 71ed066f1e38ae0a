"""The built site, built once for all tests that look at it."""

import os
import subprocess
import sys

import pytest

from snippet import ROOT


@pytest.fixture(scope="session")
def build(tmp_path_factory):
    """A strict build, as a fork on GitHub would deploy it: below a path, with a repository. (folder, errors)"""
    folder = tmp_path_factory.mktemp("site")
    env = dict(
        os.environ, NO_MKDOCS_2_WARNING="1", SITE_URL="https://example.org/notes/",
        REPO_URL="https://github.com/example/notes", EDIT_URI="edit/main/docs/")
    run = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", folder],
        cwd=ROOT, env=env, capture_output=True, text=True)
    told = [line for line in run.stderr.splitlines() if line and not line.startswith(("INFO", "  File", "   "))]
    return folder, told[-12:] if run.returncode else []


@pytest.fixture
def site(build):
    """The folder of the built site."""
    folder, errors = build
    if errors:
        pytest.skip("the site does not build: see test_the_site_builds")
    return folder
