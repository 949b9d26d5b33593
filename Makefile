# Sightline. `make demo` shows it, `make test` proves it; `make help` lists the rest.
#
# Set-up is skipped where it is done already: each step leaves a stamp whose name carries the digest of the list that it
# installed, so a changed list is installed and an unchanged one is not.

PYTHON ?= python3
BIN := .venv/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export UV_NO_PROGRESS := 1
# Without it each of the many processes of a test run compiles Django and us anew, which is half of what a short one costs.
unexport PYTHONDONTWRITEBYTECODE
# uv carries certificates of its own; where the machine keeps a list, that list is right (a proxy's certificate is in it).
ifneq ($(wildcard /etc/ssl/certs/ca-certificates.crt),)
export UV_SYSTEM_CERTS := 1
endif

digest = $(shell cat $(1) 2>/dev/null | sha256sum | cut -c1-16)
BUILD_STAMP := .venv/.done-build-$(call digest,requirements-build.txt)
RUN_STAMP := .venv/.done-run-$(call digest,requirements.txt)
DEV_STAMP := .venv/.done-dev-$(call digest,requirements-dev.txt)
COMMAND_STAMP := .venv/.done-command-$(call digest,pyproject.toml)
BENCH_STAMP := .venv-bench/.done-$(call digest,requirements-bench.txt)
# Benches that measure others beside us: only they (and the long tests) need the environment in which the others live.
PEER_BENCHES := identity-accuracy identity-online
NPM_STAMP := node_modules/.done-$(call digest,package-lock.json .npmrc)
ASSETS_STAMP := var/assets/.done-$(call digest,package-lock.json scripts/assets.py)
STATIC_STAMP := var/static/.done
OUR_STATIC := $(shell find sightline/web/static -type f 2>/dev/null)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup setup-dev setup-spark assets demo run test check types format bench nightly model lock clean

help:
	@echo "make demo      set up, then serve a demonstration with invented people"
	@echo "make test      set up for development, check, and run the tests (some 15 minutes on two cores)"
	@echo "make setup     install what Sightline needs; afterwards the command line is $(BIN)/sightline"
	@echo "make run       serve the database in var/ (see '$(BIN)/sightline serve --help')"
	@echo "make check     style, contracts, types and definitions, without the tests"
	@echo "make format    put the Python code into the house style"
	@echo "make bench     BENCH=name [BENCH_SIZE=n]: measure (CONTRIBUTING.md lists what)"
	@echo "make nightly   the long tests"
	@echo "make model     train the model of matching that ships again (10 minutes)"
	@echo "make lock      resolve the dependencies afresh and write the lock files"
	@echo "make clean     remove everything that set-up made; the database and keys in var/ stay"

# --- set-up ----------------------------------------------------------------------------------------------------------

setup: $(COMMAND_STAMP) assets

setup-dev: setup $(DEV_STAMP)
	@scripts/debian.sh

# Spark, for `sightline identity train` and `link` with --engine spark.
setup-spark: $(COMMAND_STAMP)
	@command -v java >/dev/null || { echo "Spark needs Java 17: apt-get install openjdk-17-jre-headless" >&2; exit 2; }
	@sed -n '/^setuptools==/,/# via/p' requirements-spark.txt >.venv/spark-first.txt
	@$(BIN)/uv pip install --quiet --require-hashes -r .venv/spark-first.txt
	@$(BIN)/uv pip install --quiet --require-hashes --no-build-isolation -r requirements-spark.txt

assets: $(STATIC_STAMP)

$(BUILD_STAMP): | requirements-build.txt
	@command -v $(PYTHON) >/dev/null || { echo "Sightline needs Python 3.11 or newer: apt-get install python3 python3-venv" >&2; exit 2; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Sightline needs Python 3.11 or newer; '$(PYTHON)' is older: make PYTHON=/path/to/a/newer/python3 $(MAKECMDGOALS)" >&2; exit 2; }
	@echo "Set-up: a virtual environment in .venv"
	@test -x $(BIN)/pip || $(PYTHON) -m venv .venv || \
		{ rm -rf .venv; echo "Python cannot make a virtual environment here: apt-get install python3-venv" >&2; exit 2; }
	@$(BIN)/pip install --quiet --require-hashes -r requirements-build.txt
	@rm -f .venv/.done-build-* && touch $@

$(RUN_STAMP): $(BUILD_STAMP)
	@echo "Set-up: Python packages from requirements.txt"
	@$(BIN)/uv pip install --quiet --require-hashes -r requirements.txt
	@rm -f .venv/.done-run-* && touch $@

$(DEV_STAMP): $(RUN_STAMP)
	@echo "Set-up: Python packages for development from requirements-dev.txt"
	@$(BIN)/uv pip install --quiet --require-hashes -r requirements-dev.txt
	@rm -f .venv/.done-dev-* && touch $@

$(COMMAND_STAMP): $(RUN_STAMP)
	@echo "Set-up: the command line $(BIN)/sightline"
	@$(BIN)/uv pip install --quiet --no-deps --no-build-isolation --editable .
	@rm -f .venv/.done-command-* && touch $@

# An environment of its own, because others need versions that we do not use; `benchmarks/peers.py` runs Python in it.
# One of them comes as source: what builds it is installed first, from the same locked list.
$(BENCH_STAMP): $(BUILD_STAMP) | requirements-bench.txt
	@echo "Set-up: others to be measured against, from requirements-bench.txt, in .venv-bench (1.2 GB)"
	@rm -rf .venv-bench && $(PYTHON) -m venv --without-pip .venv-bench
	@sed -n '/^setuptools==/,/# via/p' requirements-bench.txt >.venv-bench/first.txt
	@$(BIN)/uv pip install --quiet --python .venv-bench --require-hashes -r .venv-bench/first.txt
	@$(BIN)/uv pip install --quiet --python .venv-bench --require-hashes --no-build-isolation -r requirements-bench.txt
	@touch $@

$(NPM_STAMP): | package-lock.json
	@command -v npm >/dev/null || { echo "Sightline's pages need Node 18 or newer with npm: apt-get install nodejs npm" >&2; exit 2; }
	@echo "Set-up: styles and scripts from npm"
	@npm ci --silent
	@touch $@

$(ASSETS_STAMP): $(NPM_STAMP) $(RUN_STAMP)
	@$(BIN)/python scripts/assets.py
	@touch $@

$(STATIC_STAMP): $(ASSETS_STAMP) $(OUR_STATIC)
	@echo "Set-up: static files for the pages"
	@SIGHTLINE_MODE=scratch DATABASE_URL=sqlite:///:memory: $(BIN)/python manage.py collectstatic --noinput --clear --verbosity 0
	@touch $@

# --- use -------------------------------------------------------------------------------------------------------------

demo: setup
	@SIGHTLINE_MODE=demo $(BIN)/sightline demo $(DEMO_ARGS)

run: setup
	@$(BIN)/sightline serve $(RUN_ARGS)

# --- prove -----------------------------------------------------------------------------------------------------------

test: setup-dev
	@$(MAKE) --no-print-directory check
	@$(BIN)/pytest -n auto --dist loadscope $(TEST_ARGS)

check: $(DEV_STAMP) $(COMMAND_STAMP)
	@$(BIN)/ruff check --quiet
	@$(BIN)/lint-imports --no-cache --no-logo
	@$(BIN)/python scripts/contracts.py
	@$(MAKE) --no-print-directory types
	@SIGHTLINE_MODE=scratch $(BIN)/sightline check

types: $(DEV_STAMP)
	@$(BIN)/mypy config scripts sightline/definition sightline/timescales \
		$$(find sightline -path '*/rules.py' -o -path '*/types.py' | grep -vE '^sightline/(definition|timescales)/')

format: $(DEV_STAMP)
	@$(BIN)/ruff check --quiet --fix
	@$(BIN)/ruff format

bench: setup-dev $(if $(filter $(PEER_BENCHES),$(BENCH)),$(BENCH_STAMP))
	@$(BIN)/python -m benchmarks $(BENCH) $(if $(BENCH_SIZE),--size $(BENCH_SIZE))

nightly: setup-dev $(BENCH_STAMP)
	@$(BIN)/pytest -m nightly $(TEST_ARGS)

# The model of matching that ships: learnt from an invented city in a database of its own (docs/how-to/train-the-matcher.md).
MODEL := SIGHTLINE_VAR=var/model $(BIN)/sightline
model: setup
	@rm -rf var/model
	@$(MODEL) init --partnership leeds
	@$(MODEL) simulate --partnership leeds --children 16000 --years 1 --seed 11 --brief --out var/model/city \
		--errors sightline/simulation/errors-to-learn-from.yaml
	@$(MODEL) load var/model/city/feeds
	@$(MODEL) identity train --expected --elsewhere 250000 --out definitions/england/matching/model.json --truth var/model/city/truth
	@$(BIN)/sightline reference

# --- keep ------------------------------------------------------------------------------------------------------------

COMPILE = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --upgrade

lock: $(BUILD_STAMP)
	@$(COMPILE) --group build --output-file requirements-build.txt >/dev/null
	@$(COMPILE) pyproject.toml --output-file requirements.txt >/dev/null
	@$(COMPILE) pyproject.toml --group dev --constraint requirements.txt --output-file requirements-dev.txt >/dev/null
	@$(COMPILE) pyproject.toml --group spark --constraint requirements.txt --output-file requirements-spark.txt >/dev/null
	@$(COMPILE) pyproject.toml --group bench --constraint requirements.txt --output-file requirements-bench.txt >/dev/null
	@npm install --package-lock-only --silent
	@! grep -nE '://|^--' requirements*.txt package-lock.json || { echo "A lock file names an address: take it out" >&2; exit 1; }

clean:
	@rm -rf .venv .venv-bench node_modules var/assets var/static .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
