# RTCC: the few commands there are. Needs only make and Python 3.11 or newer; the rest it sets up itself, in .venv.
# `make` alone prints them.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules

VENV ?= .venv
BIN := $(VENV)/bin
# Arguments for the program behind a target: make up ARGS="--port 9000", make test ARGS="-k picture".
ARGS ?=

PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet --require-hashes --only-binary :all:
RUNTIME := $(VENV)/.installed-runtime
TOOLS := $(VENV)/.installed-tools

.PHONY: help up test check bench drills shots format lock clean

help: ## print this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

up: $(RUNTIME) ## set up what is needed and start everything on this machine (ARGS="--port 9000")
	@exec $(BIN)/rtcc up $(ARGS)

test: check browser broker ## run every check and every test but the drills (ARGS="-k picture")
	$(BIN)/python -m pytest $(ARGS)

check: $(TOOLS) ## style, types, layer rule, compose file: what pre-commit and CI run too
	@BIN=$(BIN) scripts/check.sh

bench: browser ## measure this machine: event to glass, ingest, fan-out; results as JSON in benchmarks/results
	$(BIN)/python -m benchmarks $(ARGS)

drills: browser ## the slow, rough tests: processes killed under load
	$(BIN)/python -m pytest -m drill --timeout 900 $(ARGS)

shots: browser ## take the screenshots in docs/screens from a fresh run
	$(BIN)/python -m scripts.shots $(ARGS)

format: $(TOOLS) ## let ruff mend what it can
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format .

lock: $(TOOLS) ## pin the newest fitting packages again, with hashes (UPGRADE=--upgrade-package=dash)
	@BIN=$(BIN) scripts/lock.sh $(UPGRADE)

clean: ## remove the environment and every cache; data stays
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# ---- what the targets above need ----

.PHONY: browser
browser: $(TOOLS)
	@scripts/ensure_chromium.sh >/dev/null

# Without one the tests of feeds over MQTT are skipped, visibly.
.PHONY: broker
broker:
	@scripts/ensure_mosquitto.sh >/dev/null || true

$(BIN)/python: | scripts/make_venv.sh
	@scripts/make_venv.sh $(VENV)

# The stamps make a second run instant; a changed pin renews them.
$(RUNTIME): requirements.txt requirements-build.txt pyproject.toml | $(BIN)/python
	@echo "Installing the pinned packages into $(VENV) ..."
	@$(PIP) -r requirements.txt -r requirements-build.txt
	@$(BIN)/python -m pip --disable-pip-version-check install --quiet --no-index --no-deps --no-build-isolation --editable .
	@touch $@

$(TOOLS): requirements-dev.txt $(RUNTIME)
	@echo "Installing the test and check tools ..."
	@$(PIP) -r requirements-dev.txt
	@touch $@
