# The only door. `make help` lists what it opens; CI and the pre-commit hooks call the same targets.
# Paths are relative, so that a checkout may lie in a folder with spaces in its name.

PYTHON ?= python3
VERSION := $(shell "$(PYTHON)" -c 'import sys; print("%d.%d.%d" % sys.version_info[:3])' 2>/dev/null)
# One virtual environment; a stamp says what is in it, for which interpreter. Markers differ between patch versions.
DEMO := .venv/demo-$(VERSION)
DEV := .venv/dev-$(VERSION)
BENCH := .venv/bench-$(VERSION)
RUN := .venv/bin/python -m
# Two files of tests at a time, each on a database of its own: a third of the time of one by one.
TOGETHER := --numprocesses 2 --dist loadfile
# Enough for the settings to load where nothing is asked of a database.
NOWHERE := DATABASE_URL=postgres://nobody@/nowhere DATABASE_OWNER_URL=postgres://nobody@/nowhere \
	REDIS_URL='unix:///nowhere?db=0' SECRET_KEY=none FIELD_KEY=none

.PHONY: help demo test doctor check bench bench-national format lock clean

help: ## List these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-14s %s\n", $$1, $$2}' Makefile

demo: $(DEMO) ## Run the whole site with invented data (PORT=8000 CHILDREN=20000)
	@exec .venv/bin/python manage.py demo

test: $(DEV) ## Run all tests on servers of their own (ARGS="tests/records -k twins" for some)
	@$(RUN) pytest $(if $(ARGS),$(ARGS),$(TOGETHER) --cov)

doctor: $(DEMO) ## Say in words what is wrong with the running system
	@.venv/bin/python manage.py doctor

soak: $(DEV) ## Run the full counts: every cell of the permission matrix, 1,000 tries of the next request
	@MATRIX=full $(RUN) pytest -q -s $(TOGETHER) tests/attacks/test_permission_matrix.py
	@.venv/bin/python benchmarks/next_request.py

check: $(DEV) ## Check style, types, imports, templates, migrations, settings and the lock
	@$(RUN) ruff format --check .
	@$(RUN) ruff check .
	@$(NOWHERE) $(RUN) mypy .
	@.venv/bin/lint-imports
	@find templates -name '*.html' -exec $(RUN) djhtml --check {} +
	@.venv/bin/python manage.py makemigrations --check --dry-run
	@.venv/bin/python manage.py check
	@requirements/lock.sh --check

bench: $(BENCH) ## Measure: every script in benchmarks/
	@for script in benchmarks/*.py; do echo "== $$script"; .venv/bin/python "$$script" || exit 1; done

bench-national: $(BENCH) ## Measure the search at 11,000,000 children as well (long, 30 GB of disk)
	@.venv/bin/python benchmarks/search.py --national

format: $(DEV) ## Format code and templates
	@$(RUN) ruff format .
	@$(RUN) ruff check --fix .
	@find templates -name '*.html' -exec $(RUN) djhtml {} +

lock: $(DEV) ## Compile requirements/*.txt from pyproject.toml
	@requirements/lock.sh

clean: ## Remove .venv, caches and the invented data; refuses while a demo runs
	@"$(PYTHON)" -m contactpoint.embedded.clean
	@rm -rf .venv .demo .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .grimp_cache \
		.coverage htmlcov staticfiles test-results
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(DEMO): requirements/demo.txt
	@$(call install,demo)

$(DEV): requirements/dev.txt
	@$(call install,dev)
	@touch "$(DEMO)"

$(BENCH): requirements/bench.txt | $(DEV)
	@$(call install,bench)

# The .pth file lets `.venv/bin/pytest` find the checkout before pytest has found its own settings.
define install
"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11) and "too old")' 2>/dev/null || \
	{ echo "ContactPoint needs Python 3.11 or newer and found $(or $(VERSION),none): give PYTHON=python3.12"; exit 1; }; \
set -e; \
.venv/bin/python -c 'import sys; sys.exit("%d.%d.%d" % sys.version_info[:3] != "$(VERSION)")' 2>/dev/null || \
	{ rm -rf .venv; "$(PYTHON)" -m venv .venv; }; \
echo "Installing requirements/$(1).txt, once …"; \
$(RUN) pip install --quiet --disable-pip-version-check --no-deps --no-compile --requirement requirements/$(1).txt; \
echo ../../../.. > "$$(.venv/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/contactpoint.pth"; \
touch ".venv/$(1)-$(VERSION)"
endef
