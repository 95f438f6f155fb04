# Everything a person types. `make` alone lists it.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules --no-print-directory

BIN := .venv/bin
# Oldest supported first: it is also the sandbox's own, on Debian 12.
PYTHONS := $(or $(PYTHON),python3.11 python3.12 python3.13 python3.14 python3)

# Compiled modules are kept whatever the environment says: tests start many a process of the bot.
PYTEST := PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest
# A process for each core, each with whole files, in the order of tests/conftest.py.
SIDE_BY_SIDE := -n auto --maxprocesses=4 --dist=loadfile --no-loadscope-reorder

.PHONY: help
help: ## List what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' Makefile

.PHONY: run
run: ## Start the bot on this machine and open the local web chat
	@# Without an engine the sandbox runs as plain processes, and only then needs torch here.
	@if docker version >/dev/null 2>&1; then $(MAKE) .venv/ready-bot; else $(MAKE) .venv/ready-torch; fi
	@exec $(BIN)/freehand run

.PHONY: setup
setup: .venv/ready-dev ## Prepare .venv with all that work on the project needs

.PHONY: test
test: setup lint ## Check everything: style, types, directions and tests
	@$(PYTEST) $(SIDE_BY_SIDE)

# Up to Python 3.11 counting lines makes a test run use more than twice the CPU time.
.PHONY: coverage
coverage: setup ## Run the tests and show which lines of the bot they miss
	@$(PYTEST) --cov $(SIDE_BY_SIDE)

.PHONY: lint
lint: setup ## Check style, types and the direction of imports
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/basedpyright --warnings
	@$(BIN)/lint-imports --no-logo

.PHONY: format
format: setup ## Write the code the way `make lint` wants it
	@$(BIN)/ruff check --fix
	@$(BIN)/ruff format

.PHONY: bench
bench: setup ## Measure grading time, memory and throughput on this machine
	@$(BIN)/python -m tests.bench

.PHONY: picture
picture: setup ## Draw the rooms of the code and who imports whom into docs/images/rooms.svg
	@$(BIN)/python -m tests.picture

.PHONY: gate
gate: setup ## Put the exercises that changed through the whole gate, and note which passed
	@$(BIN)/python -m tests.exercises.passed

.PHONY: catalogue
catalogue: setup ## Write the list of exercises into docs/catalogue.md
	@$(BIN)/python -m tests.support.catalogue_page

.PHONY: images
images: .venv/ready-bot ## Make the sandbox's base image and wheels, for machines without a registry
	@.ci/base-image
	@PYTHON=$(BIN)/python .ci/wheels

.PHONY: clean
clean: ## Remove what was made here, .venv included; your data stays
	@rm -rf .venv build dist *.egg-info .coverage .hypothesis .import_linter_cache .pytest_cache .ruff_cache

# One stamp for each set of packages; a wider set holds the narrower ones.
.venv/ready-bot: pyproject.toml | $(BIN)/python
	@$(call install,.)
	@touch $@

.venv/ready-torch: pyproject.toml | $(BIN)/python
	@$(call install,.[torch])
	@touch .venv/ready-bot $@

.venv/ready-dev: pyproject.toml | $(BIN)/python
	@$(call install,.[dev])
	@touch .venv/ready-bot .venv/ready-torch $@

define install
echo "Installing $(1) into .venv (a few minutes the first time)"; \
$(BIN)/python -m pip install --quiet --disable-pip-version-check --retries 5 --editable '$(1)'
endef

$(BIN)/python:
	@for python in $(PYTHONS); do \
		if "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
			"$$python" -c 'import ensurepip, venv' 2>/dev/null || { \
				echo "$$python cannot make virtual environments: install its venv package (Debian, Ubuntu: python3-venv)." >&2; \
				exit 1; \
			}; \
			exec "$$python" -m venv --clear .venv; \
		fi; \
	done; \
	echo "Freehand needs Python 3.11 or newer, and none of these is: $(PYTHONS). Install one, or name it: make PYTHON=/path/to/python" >&2; \
	exit 1
