# Which PyTorch the tests run on, as pip takes it: `make test TORCH=torch==2.6.0`.
TORCH ?= torch
PYTHON ?= python3

VENV := .venv
BIN := $(VENV)/bin
# Stamps: files in .venv that say what is installed there. TORCH is kept in one, so that another is installed anew.
SITE := $(VENV)/.site
CHECKS := $(VENV)/.checks
TESTS := $(VENV)/.tests
RELEASE := $(VENV)/.torch

# What pytest is to run, if not everything: `make test ARGS="snippets -k dropout"`.
ARGS ?=
# Every block runs in forks. With memory in large pages there is less to copy for one.
LARGE_PAGES := PYTHONMALLOC=malloc GLIBC_TUNABLES=glibc.malloc.hugetlb=1
PYTEST := $(LARGE_PAGES) $(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder
# What needs torch, a browser or the built site, or starts our commands; the rest is `make check`.
SLOW := $(addprefix tests/test_,answers.py axe.py browser.py builds.py checkpoint.py commands.py every_desk.py every_page.py exercises.py hands.py layers.py lerobot.py names.py notebooks.py phone.py reading.py record.py run.py site.py switches.py tiny_vla.py)
# What a command is about; it is read from the environment, so that no shell sees it.
export PAGE SNIPPET SECTION BASE TORCH
# A Chromium that is not on PATH: `make test CHROMIUM=/path/to/chromium`.
export CHROMIUM
export NO_MKDOCS_2_WARNING := 1
# nbconvert need not try each of its exporters when it is imported.
export NBCONVERT_DISABLE_CONFIG_EXPORTERS := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# The date in the sitemap: that of the commit, so that two builds of one commit are the same, byte for byte.
export SOURCE_DATE_EPOCH ?= $(shell git log -1 --format=%ct 2>/dev/null || date +%s)

# One lock for every Python from 3.10 on and every system; a release must be a week old, time enough to be withdrawn.
LOCK := $(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.10 --generate-hashes --no-annotate \
  --exclude-newer "7 days" --custom-compile-command "make update"

.DEFAULT_GOAL := help
.PHONY: help serve build check test record new-page new-snippet translations in-step summary card faults bench update properdocs clean

help: ## list these commands
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 20

serve: $(SITE) ## build the site and serve it on http://127.0.0.1:8000, reloading on a change
	$(BIN)/python -m mkdocs serve

build: $(SITE) ## build the site into site/; a build that fails leaves site/ as it was
	$(BIN)/python -m mkdocs build --strict --site-dir .build
	rm -rf site && mv .build site

check: $(CHECKS) ## run what needs neither torch nor a browser nor the built site, in seconds
	@$(BIN)/ruff check --quiet
	@$(BIN)/ruff format --quiet --check
	@$(BIN)/pyrefly check --summary=none
	$(PYTEST) -q $(filter-out $(SLOW),$(sort $(wildcard tests/test_*.py))) $(ARGS)

test: $(TESTS) ## run every check that CI runs (PAGE=nn-module/modes: of that page; TORCH=torch==2.6.0: on that release)
	$(PYTEST) $(ARGS)

record: $(TESTS) ## run the snippets and rewrite the outputs that changed
	@$(BIN)/python -m tools record

new-page: $(SITE) ## make the files of a new page (PAGE=nn-module/name; an exercise is PAGE=nn-module/exercises/7-name)
	@$(BIN)/python -m tools new-page

new-snippet: $(SITE) ## make a snippet and include it in its page (SNIPPET=nn-module/modes/name SECTION=dropout)
	@$(BIN)/python -m tools new-snippet

translations: $(SITE) ## list the sections whose two languages are out of step (PAGE=nn-module/modes)
	@$(BIN)/python -m tools translations

in-step: $(SITE) ## record that you have brought both languages together (PAGE=nn-module/modes SECTION=dropout)
	@$(BIN)/python -m tools in-step

summary: $(SITE) ## say in Markdown what a branch changes: outputs, and sections out of step (BASE=origin/main)
	@$(BIN)/python -m tools summary

card: $(CHECKS) ## draw the picture that a link is shown with: the home page's block (needs Chromium)
	@$(BIN)/python -m tools card

faults: $(TESTS) ## plant each fault of tests/faults.yml in a copy, and name those that no check finds (ARGS="script table")
	@PYTHONPATH=. $(BIN)/python tests/faults.py $(ARGS)

bench: $(TESTS) ## measure the site: Lighthouse (needs npx), axe, bytes, search, and how it grows
	$(BIN)/python -m tools bench $(ARGS)

update: $(CHECKS) ## pin the newest releases that requirements.txt allows, with their hashes, in the two locks; the next test takes the newest torch
	$(LOCK) requirements.txt --output-file requirements.lock
	$(LOCK) requirements.site.txt --output-file requirements.site.lock --constraint requirements.lock
	rm -f $(TESTS)

clean: ## remove all that these commands made
	rm -rf $(VENV) .build site .pytest_cache
	find . -name __pycache__ -prune -exec rm -rf {} +

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' || \
	  { echo "This needs Python 3.10 or newer; name one with make PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(SITE): requirements.site.lock | $(BIN)/python
	$(BIN)/pip install --quiet --require-hashes --requirement requirements.site.lock
	touch $@

# The lock has all that is needed but torch, which peft asks for: without --no-deps pip would want its hash.
$(CHECKS): requirements.lock | $(BIN)/python
	$(BIN)/pip install --quiet --no-deps --require-hashes --requirement requirements.lock
	touch $@ $(SITE)

# torch is not in the lock: the snippets are to run on every release of its range.
$(TESTS): $(RELEASE) requirements.torch.txt $(CHECKS)
	set -f; $(BIN)/pip install --quiet --upgrade $$TORCH --requirement requirements.torch.txt
	touch $@

$(RELEASE): FORCE | $(BIN)/python
	@printf %s "$$TORCH" | cmp -s - $@ || printf %s "$$TORCH" > $@
FORCE:

# ProperDocs continues MkDocs 1, and answers to its name: no plugin and no hook is changed.
properdocs: $(CHECKS) ## build the site with MkDocs and with ProperDocs, and name the files that differ in more than the generator
	$(BIN)/python -m mkdocs build --strict --site-dir .build/mkdocs
	$(BIN)/python -m properdocs build --strict --config-file mkdocs.yml --site-dir .build/properdocs
	diff --recursive --brief --ignore-matching-lines '<meta name="generator"' .build/mkdocs .build/properdocs
	rm -rf .build
