# `make` alone lists what there is. All settings are described in docs/settings.md.
.DEFAULT_GOAL := help
.PHONY: help run test check faults fuzz bench audit format messages screenshots clean venv venv-dev python browser-tools
BIN := .venv/bin
# The first Python that is new enough; a version manager's inactive stub does not count.
PYTHON ?= $(shell for each in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$each -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& { echo $$each; break; }; done)

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' Makefile

run: venv ## start QSmartCare here (PORT, DATA_DIR, DATABASE_URL, PATIENTS)
	@$(BIN)/python -m qsmartcare.run

test: check browser-tools ## linters, types and the whole test suite
	@$(BIN)/python -m pytest

check: venv-dev ## linters, types, import rules and migrations, without the tests
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/python -m mypy .
	@$(BIN)/lint-imports
	@# Models against migrations needs no server; the history in a database is the tests' to check.
	@$(BIN)/python -W "ignore:Got an error checking a consistent migration history:RuntimeWarning" \
		manage.py makemigrations --check --dry-run

faults: venv-dev ## what is killed, full, silent or too much: all of tests/faults, and a minute of overload
	@FAULTS=1 $(BIN)/python -m pytest tests/faults -n 0
	@PATIENTS=20 SECONDS=60 $(BIN)/python -m benchmarks.overload

fuzz: venv-dev ## attack every address of a product for FUZZ_MINUTES (60); FUZZ_SEED repeats it
	@$(BIN)/python -m tests.fuzz

bench: venv-dev ## measure reads, searches and tokens, each against its floor or aim
	@$(BIN)/python -m benchmarks.read
	@$(BIN)/python -m benchmarks.search
	@$(BIN)/python -m benchmarks.token
	@$(BIN)/python -m benchmarks.token_check

audit: python ## ask whether a dependency has a known weakness; an answer that cannot be had is a failure
	@$(PYTHON) -m qsmartcare.install embedded analytics dev audit
	@$(BIN)/python -m pip_audit --strict --requirement constraints.txt --no-deps --disable-pip --progress-spinner off

format: venv-dev ## let ruff put the source in order
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

messages: venv-dev ## bring the translations in locale/ up to date with what pages say
	@DJANGO_SETTINGS_MODULE=qsmartcare.settings $(BIN)/python -m tools.messages

screenshots: browser-tools ## make the pictures of docs/screenshots.md from the demo
	@$(BIN)/python -m tools.screenshots

clean: ## remove .venv and caches; the data in var/ stays
	@rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

venv: python
	@$(PYTHON) -m qsmartcare.install embedded analytics

venv-dev: python
	@$(PYTHON) -m qsmartcare.install embedded analytics dev

browser-tools: venv-dev
	@$(BIN)/python -m tests.chromium
	@$(BIN)/python -m tests.javascript
	@$(BIN)/python -m tests.r4_package
	@$(BIN)/python -m tests.bulk_client
	@$(BIN)/python -m tests.postman

python:
	@test -n "$(PYTHON)" || { \
		echo "Python 3.11 or newer is needed and was not found: install it, or say make PYTHON=/path/to/python3.11."; \
		exit 2; }
