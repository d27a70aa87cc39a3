# make help lists the targets. DATABASE_URL puts demo and tests on another server than the embedded one.
.DEFAULT_GOAL := help
.PHONY: help demo serve test cassandra lint format clean
SHELL := /bin/sh

PYTHON ?= $(shell command -v python3.11 || command -v python3)
RUN := .venv/bin/python
# arguments for the target's command: make demo ARGS="--transactions 1000000", make test ARGS=tests/workers
ARGS ?=

help: ## list the targets
	@grep -E '^[a-z]+:.*## ' Makefile | sed -E 's/^([a-z]+):.*## /\1\t/' | while IFS="$$(printf '\t')" read -r name text; do \
		printf '  make %-9s %s\n' "$$name" "$$text"; done

demo: .venv/runtime ## close a made-up month and serve console and API; Ctrl-C stops everything
	@exec $(RUN) -m project.demo --with-parent $(ARGS)

serve: .venv/runtime ## serve the database of DATABASE_URL, with a few workers
	@exec $(RUN) manage.py serve $(ARGS)

test: .venv/development ## run all tests
	@exec $(RUN) -m pytest -q $(ARGS)

cassandra: .venv/runtime ## fetch the Cassandra 5 of demo and tests; needs Java 17 and Maven
	@exec $(RUN) -m project.cassandra

lint: .venv/development ## formatting, style, types
	$(RUN) -m ruff format --check .
	$(RUN) -m ruff check .
	API_ENV=development $(RUN) -m mypy .

format: .venv/development ## rewrite the code in the house's format
	$(RUN) -m ruff format .
	$(RUN) -m ruff check --fix .

clean: ## remove what demo, tests and installation made, the demo's database included
	@for link in .demo/server/elsewhere .tests/*/elsewhere; do \
		if [ -L "$$link" ]; then rm -rf "$$(readlink "$$link")"; fi; done
	rm -rf .demo .tests .cassandra .venv staticfiles .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Each mark is renewed when its list changes; a virtual environment is made when there is none.
.venv/bin/python:
	@if [ -z "$(PYTHON)" ]; then echo "Python 3.11 or newer is needed: none was found." >&2; exit 1; fi
	"$(PYTHON)" -m venv .venv

.venv/runtime: requirements.txt | .venv/bin/python
	$(RUN) -m pip install --quiet --disable-pip-version-check --requirement requirements.txt
	@touch .venv/runtime

.venv/development: requirements.txt requirements-dev.txt | .venv/bin/python
	$(RUN) -m pip install --quiet --disable-pip-version-check --requirement requirements-dev.txt
	@touch .venv/development .venv/runtime
