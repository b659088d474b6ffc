# The commands of the house. `make help` lists them.

PORT ?= 8000
WORKERS ?= 2
TESTS ?= tests

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
BIN := .venv/bin
# The newest that is there, for each made every page cheaper (3.13 needs a fifth less than 3.11); one of pyenv may
# lie where no name leads.
PYENV := $(or $(PYENV_ROOT),$(HOME)/.pyenv)/versions
PYTHONS := python3.13 $(lastword $(wildcard $(PYENV)/3.13.*/bin/python)) python3.12 python3 python3.11
PYTHON ?= $(firstword $(foreach name,$(PYTHONS),$(shell \
	$(name) -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $(name))))

# The web address, the catcher of mail (PORT + 1) and of texts (PORT + 2), and the links in letters all follow PORT.
export PORT
export WEB_PORT := $(PORT)
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# Where it is set, every process of a run would read the whole program and its tests from their source again.
unexport PYTHONDONTWRITEBYTECODE

# With a mail server of your own, nothing needs catching.
CATCHER := $(if $(MAIL_SERVER),,mail)
HONCHO := $(CURDIR)/$(BIN)/honcho --env /dev/null start
PREPARED = PATH="$(CURDIR)/$(BIN):$$PATH"; export PATH; flask --app wsgi prepare

.PHONY: help
help: ## Lists the commands
	@sed -nE 's/^([a-z]+):.*## (.*)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 22

.PHONY: run
run: .venv/.run .venv/.loops ## Runs web, worker and mail catcher at http://127.0.0.1:8000 (PORT=… to change)
	@$(PREPARED); exec $(HONCHO) web worker $(CATCHER)

.PHONY: dev
dev: .venv/.dev .venv/.loops ## The same, reloading when the code changes
	@$(PREPARED); exec $(HONCHO) reload worker $(CATCHER)

.PHONY: test
test: .venv/.dev .venv/.loops ## Passes every test on both databases (TESTS=tests/agenda for a part)
	$(BIN)/pytest -n $(WORKERS) --dist loadgroup $(TESTS)

.PHONY: check
check: .venv/.dev ## Format, lint, types, import contracts, templates, migrations, translations
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/djlint --lint --quiet templates
	$(BIN)/pytest -n $(WORKERS) --dist loadgroup tests/house

.PHONY: format
format: .venv/.dev ## Formats the code and mends what can be mended safely
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format .

.PHONY: bench
bench: .venv/.dev .venv/.loops ## Measures pages, feed, memory and plans: ten minutes
	$(BIN)/python -m bench

MINUTES ?= 10
.PHONY: fuzz
fuzz: .venv/.dev ## Gives what reads strangers' words changed mails, files and calendars for MINUTES=10
	$(BIN)/python -m tests.fuzzing --minutes $(MINUTES) $(if $(SEED),--seed $(SEED))

CATALOGUE := eventsapp/translations/en/LC_MESSAGES/messages
KEYWORDS := -k lazy_gettext -k lazy_ngettext:1,2 -k msgid
.PHONY: translations
translations: .venv/.dev ## Collects the sentences to translate and compiles the translations
	@mkdir -p instance $(dir $(CATALOGUE))
	$(BIN)/pybabel --quiet extract -F pyproject.toml $(KEYWORDS) --add-comments="Translators:" --add-location=file \
		--sort-by-file --project=eventsapp --version=1 --copyright-holder="eventsapp contributors" \
		-o instance/messages.pot .
	[ -f $(CATALOGUE).po ] || $(BIN)/pybabel --quiet init -l en -i instance/messages.pot -o $(CATALOGUE).po
	$(BIN)/pybabel --quiet update -l en -i instance/messages.pot -o $(CATALOGUE).po --no-fuzzy-matching \
		--ignore-obsolete --ignore-pot-creation-date --width=110
	$(BIN)/pybabel --quiet compile -l en -i $(CATALOGUE).po -o $(CATALOGUE).mo --statistics

.PHONY: build
build: .venv/.dev ## Builds the wheel, with templates, static files and migrations inside
	$(BIN)/python -m build --wheel --no-isolation

# What run and test need, installed once and again when the lists change.
.venv/bin/python:
	@[ -n "$(PYTHON)" ] || { echo "Python 3.11 or later with venv is needed: apt-get install python3-venv" >&2; exit 1; }
	$(PYTHON) -m venv .venv

.venv/.run: requirements.txt | .venv/bin/python
	@echo "Installing what the program needs into .venv (a minute or two, once)"
	@$(BIN)/python -m pip install --quiet -r requirements.txt
	@touch $@

# The inner loops of the planner as machine code: a plan that is asked for does not wait for a compiler.
.venv/.loops: $(wildcard eventsapp/planning/engine/*.py eventsapp/planning/engine/*/*.py)
	@echo "Compiling the planner (some seconds)"
	@$(BIN)/flask --app wsgi plan compile > /dev/null
	@touch $@

.venv/.dev: requirements-dev.txt requirements.txt | .venv/bin/python
	@echo "Installing what the program, its tests and checks need into .venv (a minute or two, once)"
	@$(BIN)/python -m pip install --quiet -r requirements-dev.txt
	@touch .venv/.run $@
