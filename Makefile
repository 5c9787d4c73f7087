# Everything a developer types. `make help` lists the targets with their comments.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
PYTHON ?= python3.11
BIN := .venv/bin
# Where `make up` keeps its data, beside the clone (contract 14).
REGARD_DATA ?= $(CURDIR)/.regard
WORKERS ?= 2
.PHONY: help setup up cycle test test-sqlite test-postgres test-browser check lint types imports templates format bench promises lock openapi docs wheel clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | awk -F ':.*## ' '{printf "  %-14s %s\n", $$1, $$2}'

setup: .venv/.installed ## make .venv from the hashed lock, with the regard command in it

.venv/.installed: requirements.lock pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 is needed: 'apt-get install python3.11 python3.11-venv', or make PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "$(PYTHON) is older than 3.11: make PYTHON=/path/to/python3.11"; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

up: setup ## serve the product with the sample shop from .regard/ and print a login link
	@REGARD_DATA=$(REGARD_DATA) $(BIN)/regard up --sample

test: setup test-sqlite test-postgres ## run every test on SQLite, then on PostgreSQL what can differ there

test-sqlite: setup ## run every test on SQLite
	$(BIN)/pytest -q -n $(WORKERS) --dist worksteal -m 'not promises'

test-postgres: setup ## run on PostgreSQL what can differ there: tests/on_postgres.py (one is started where none answers)
	REGARD_TEST_DB=postgres $(BIN)/pytest -q -n $(WORKERS) --dist worksteal -m 'postgres and not promises and not browser'

test-browser: setup ## run the Chromium tests only
	$(BIN)/pytest -q -m 'browser and not promises'

check: lint types imports templates test ## what CI runs: format, lint, types, import contracts, templates, tests

lint: setup ## check format and lint
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .

types: setup ## check types (strict in kernel, playbooks, engine and flow)
	$(BIN)/mypy src

imports: setup ## check the import contracts
	$(BIN)/lint-imports

templates: setup ## check format and lint of the templates and stylesheets
	$(BIN)/djangofmt --quiet --check src/regard
	$(BIN)/djlint src/regard --lint --quiet
	$(BIN)/python tools/format_styles.py --check

format: setup ## format the code, the templates and the stylesheets
	$(BIN)/ruff check --fix --quiet . || true
	$(BIN)/ruff format --quiet .
	$(BIN)/djangofmt --quiet src/regard
	$(BIN)/python tools/format_styles.py

bench: setup ## run the benchmarks and print their figures beside the targets
	$(BIN)/python -m benchmarks

promises: setup ## run the long checks: kill loads, fuzzing, soak
	$(BIN)/pytest -q -m promises

lock: setup ## renew requirements.lock (hashed, no index address in it)
	$(BIN)/pip install --quiet --disable-pip-version-check uv
	$(BIN)/uv pip compile --universal --python-version 3.11 --upgrade --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate --group dev pyproject.toml -o requirements.lock -q

openapi: setup ## write docs/openapi.json from the code
	$(BIN)/python -m regard.api.schema docs/openapi.json

docs: setup openapi ## write the generated pages of docs/ (commands, reasons, conditions, traits, journeys, OpenAPI)
	$(BIN)/python -m regard.cli.reference docs

wheel: setup ## build the wheel into dist/
	$(BIN)/pip wheel --quiet --disable-pip-version-check --no-deps --no-build-isolation --wheel-dir dist .

clean: ## remove build products and caches (never data)
	rm -rf dist build .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
