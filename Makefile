# Two commands matter: `make run` opens the bank, `make test` proves it. Both set themselves up.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
SHELL := /bin/sh

# Any Python 3.11 or 3.12 makes the environment; from then on only the one in .venv is used.
PYTHON ?= $(shell for p in python3.12 python3.11 python3 python; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info[:2] not in ((3, 11), (3, 12)))' 2>/dev/null \
	&& { echo "$$p"; break; }; done)
PY := .venv/bin/python
PIP := $(PY) -m pip --disable-pip-version-check --no-input install --quiet

# An environment whose Python has gone (an upgrade, a removal) is made anew.
ifneq ($(wildcard .venv),)
ifneq ($(shell $(PY) -c 'print("ok")' 2>/dev/null),ok)
$(shell rm -rf .venv)
endif
endif

.PHONY: help run test lint bench soak clean

help: ## Show this
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-6s %s\n", $$1, $$2 }' Makefile

run: .venv/.run ## Open the bank: servers, demo customers, phones at http://127.0.0.1:8000
	@$(PY) -m bot.embedded --with-parent

# Only a whole run says what is covered: with ARGS some tests are left out, and nothing is counted.
test: .venv/.dev ## Run every test, on real PostgreSQL and Redis
	@$(PY) -m pytest -n 3 $(if $(ARGS),$(ARGS),--cov --cov-report=json)
	@$(if $(ARGS),,$(PY) -m tests.support.branches)

lint: .venv/.dev ## Check style, types and the walls between rooms
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy
	@$(PY) -c 'from importlinter.cli import lint_imports_command as main; main()'

bench: .venv/.dev ## Measure against the anchors; writes bench/results.json
	@$(PY) -m bench $(ARGS)

soak: .venv/.dev ## Run the long campaigns
	@$(PY) -m pytest -m soak -n 0 $(ARGS)

clean: ## Remove the environment; the data in var/ stays
	@rm -rf .venv

# A stamp is only made when everything before it went well, so an interrupted install is repeated.
.venv/.run: requirements.txt
	@$(if $(PYTHON),,echo 'Python 3.11 or 3.12 is needed (make PYTHON=/path/to/python3.12 run)' >&2; exit 1)
	@test -x $(PY) && $(PY) -c '' 2>/dev/null || { \
		echo "Setting up .venv with $(PYTHON)"; rm -rf .venv; \
		"$(PYTHON)" -m venv .venv || { rm -rf .venv; \
			echo 'This Python cannot make environments: apt-get install python3-venv' >&2; exit 1; }; }
	@echo 'Installing what the bank runs on'
	@$(PIP) -r requirements.txt
	@touch $@

.venv/.dev: requirements-dev.txt .venv/.run
	@echo 'Installing what proves it'
	@$(PIP) -r requirements-dev.txt
	@touch $@
