# A machine needs Python 3.11 and make; everything else comes from the locks.
PYTHON ?= $(shell for name in python3.11 python3.12 python3.13 python3; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$name && break; done)

BIN := .venv/bin
PIP := $(BIN)/pip --disable-pip-version-check --no-input
PYTEST := $(BIN)/python -m pytest -n 2
SQLITE := env -u SOTAY_TEST_DATABASE_URL $(PYTEST)
# Without what never asks a database.
POSTGRES := $(BIN)/python -m tests.postgres -- $(PYTEST) \
	--ignore tests/unit --ignore tests/architecture/test_wire.py \
	--ignore tests/architecture/test_append_only.py --ignore tests/fuzz/test_parsers.py \
	--ignore tests/fuzz/test_tokens.py --ignore tests/fuzz/test_workbooks.py
LOCK := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-header --no-annotate pyproject.toml --group build

.PHONY: help run test test-long mutants bench bench-national fix lock migration clean

help:
	@echo "make run        serve the demonstration on 127.0.0.1:8000 (PORT=... changes it)"
	@echo "make test       lint, types, import contracts, and tests on both databases"
	@echo "make test-long  tests that take minutes: kills, a replica, a year of a province, more seeds"
	@echo "make mutants    small mistakes in the modules of trust: which does no test notice?"
	@echo "make bench      measure this machine; prints ratios"
	@echo "make bench-national  the same at SIZE=committee, province or nation (and MONTHS=12)"
	@echo "make fix        mend what the linter can, format"
	@echo "make migration  draft a migration from the models: make migration name='add offices'"
	@echo "make lock       choose versions anew (needs uv): make lock [upgrade=--upgrade]"
	@echo "make clean      remove the environment and caches; var/ with its data stays"

run: .venv/runtime
	$(BIN)/sotay demo

test: .venv/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(call on_both,not long)

# PostgreSQL's run sends the hostile corpus to both databases, and compares what they answer.
test-long: ON_SQLITE := --ignore tests/fuzz/test_hostile_corpus.py
test-long: .venv/dev
	$(call on_both,long)

# One module: make mutants modules=app/core/tokens.py
mutants: .venv/dev
	env -u SOTAY_TEST_DATABASE_URL $(BIN)/python -m tests.mutants $(modules)

# A machine without PostgreSQL is told so; REQUIRE_POSTGRES makes that a failure.
define on_both
@echo "== Tests on SQLite"
@$(SQLITE) $(ON_SQLITE) -m "$(1)"
@echo "== Tests on PostgreSQL"
@$(POSTGRES) -m "$(1)"; code=$$?; \
if [ $$code -eq 0 ]; then echo "Tested on SQLite and PostgreSQL."; \
elif [ $$code -ne 69 ]; then exit $$code; \
else echo "Tested on SQLite. PostgreSQL: NOT TESTED."; [ -z "$(REQUIRE_POSTGRES)" ]; fi
endef

bench: .venv/runtime
	$(BIN)/python -m bench

bench-national: .venv/runtime
	$(BIN)/python -m bench.national $(or $(SIZE),province) $(MONTHS)

fix: .venv/dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

migration: .venv/dev
	@test -n "$(name)" || { echo "make migration name='what changes'"; exit 2; }
	$(BIN)/alembic revision --autogenerate -m "$(name)"

lock:
	$(LOCK) $(upgrade) --output-file requirements.lock
	$(LOCK) $(upgrade) --group dev --extra s3 --constraint requirements.lock --output-file requirements-dev.lock

clean:
	rm -rf .venv .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find app alembic bench tests -name __pycache__ -prune -exec rm -rf {} +

$(BIN)/pip:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed."; exit 1; }
	$(PYTHON) -m venv .venv

# The dev lock holds the runtime lock's versions and more, so one environment serves both.
.venv/runtime: requirements.lock
.venv/dev: requirements-dev.lock
.venv/runtime .venv/dev: pyproject.toml | $(BIN)/pip
	$(PIP) install --quiet --require-hashes -r $(filter %.lock,$^)
	$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@touch $@
