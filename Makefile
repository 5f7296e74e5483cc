# `make` alone lists the targets.
PYTHON ?= python3
BIN := .venv/bin
SAMPLE := var/.sample
# The files that hold tests of a kind: to read all others, only to leave them out, takes longer than some kinds do.
marked = -m $(1) $$(grep -l 'pytest\.mark\.$(1)' tests/test_*.py)

.DEFAULT_GOAL := help
.PHONY: help install install-extras install-test chat serve dev footprint test test-llm test-voice test-browser screenshots web-types eval check lint format types map reference docs lock audit clean

help: ## List the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 18

.venv/.installed: requirements.lock pyproject.toml install.py
	@$(PYTHON) install.py requirements.lock
	@touch $@

.venv/.installed-%: requirements-%.lock .venv/.installed
	@$(PYTHON) install.py requirements-$*.lock
	@touch $@

install: .venv/.installed ## Create .venv with what the agent needs

install-extras: .venv/.installed-extras ## Add to .venv what PostgreSQL, web pages and OpenTelemetry need

install-test: .venv/.installed-test ## Add to .venv what the tests, the evaluation and the benchmarks need

$(SAMPLE): .venv/.installed $(wildcard examples/alder-finch/articles/*.md) examples/alder-finch/shop.json
	$(BIN)/support-agent ingest examples/alder-finch/articles
	$(BIN)/support-agent orders import examples/alder-finch/shop.json --replace --shift-dates
	@touch $@

chat: $(SAMPLE) ## Talk to the agent as a customer of the sample shop
	@$(BIN)/support-agent chat --customer ada_brook_1001

serve: $(SAMPLE) ## Serve the sample shop's agent to customers and operators on 127.0.0.1:8000
	@$(BIN)/support-agent serve --try-as ada_brook_1001

dev: $(SAMPLE) .venv/.installed-test ## Start the LangGraph dev server on the sample shop
	@# What the dev server keeps in .langgraph_api are pickles, which run code when they are loaded: nobody else may write there.
	@mkdir -p .langgraph_api && chmod 700 .langgraph_api && test -z "$$(find .langgraph_api ! -user $$(id -u))" || { echo ".langgraph_api holds files of somebody else; delete it"; exit 1; }
	LANGGRAPH_CLI_NO_ANALYTICS=1 LANGGRAPH_NO_VERSION_CHECK=true LANGSMITH_TRACING=false $(BIN)/langgraph dev --no-browser

# With the oldest pip there is for a supported Python, and with newer releases of everything on offer.
footprint: .venv/.installed-test ## Install in a fresh clone and ask a first question: packages, megabytes, seconds
	$(BIN)/python -m benchmarks.footprint --check --pip 23.2.1 --newer
	if command -v uv >/dev/null; then $(BIN)/python -m benchmarks.footprint --check --uv --newer; fi

# One worker more than there are cores: many tests wait for processes and time-outs.
test: .venv/.installed-test ## Run the tests
	$(BIN)/python -m pytest -n $$(($$(getconf _NPROCESSORS_ONLN) + 1)) --dist worksteal -m "not llm and not voice and not browser"

test-llm: .venv/.installed-test ## Run the tests that talk to a small real model on loopback
	$(BIN)/python -m pytest $(call marked,llm)

eval: .venv/.installed-test ## Judge the agent on the conversations of every example, and write var/evals/report.html
	$(BIN)/support-agent eval run --out var/evals/shipped --fresh
	$(BIN)/support-agent eval run --business examples/novanet --out var/evals/novanet --fresh
	$(BIN)/support-agent eval run --business examples/skylark --out var/evals/skylark --fresh
	$(BIN)/support-agent eval report var/evals/shipped --file var/evals/report.html

lint: .venv/.installed-test ## Check format and style
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: .venv/.installed-test ## Check the types
	$(BIN)/mypy

format: .venv/.installed-test ## Rewrite the files in the project's format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

reference: .venv/.installed-test ## Write docs/reference/ anew from settings, commands, routes and graph
	$(BIN)/python -m tests.reference

docs: .venv/.installed-test ## Build the documents into var/site; a dead link is an error
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --quiet

map: .venv/.installed-test ## Write the README of each folder anew
	$(BIN)/python -m tests.file_map

test-voice: .venv/.installed-test ## Run the tests that hear real speech (espeak-ng speaks it)
	$(BIN)/python -m pytest $(call marked,voice)

test-browser: .venv/.installed-test ## Run the tests that use the pages in Chromium
	$(BIN)/python -m pytest $(call marked,browser)

screenshots: .venv/.installed-test ## Draw every page for docs/screenshots/ in Chromium
	$(BIN)/python -m tests.screenshots

web/node_modules/.installed: web/package-lock.json
	cd web && npm ci --silent
	@touch $@

web-types: web/node_modules/.installed ## Check the types of the pages (needs npm)
	cd web && npm run --silent types

check: lint types test ## Everything a change has to pass

PIN = uv pip compile pyproject.toml --group build --universal --generate-hashes --no-header --no-emit-index-url --quiet $(PIN_OPTIONS)

lock: ## Pin every dependency with its hashes (needs uv)
	$(PIN) -o requirements.lock
	$(PIN) --extra postgres --extra web --extra telemetry -c requirements.lock -o requirements-extras.lock
	$(PIN) --extra dev -c requirements-extras.lock -o requirements-test.lock

audit: ## Look every pinned dependency up in the database of known vulnerabilities (needs uv and a network)
	uvx pip-audit --require-hashes --disable-pip --requirement requirements-test.lock

clean: ## Remove the environment and everything that was built
	rm -rf .venv var .mypy_cache .ruff_cache .pytest_cache
