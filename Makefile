# `make help` lists what there is. Everything runs in .venv, which scripts/environment makes and keeps current.

PYTHON ?= python3
HOST = 127.0.0.1# not ?=, because some shells export HOST as the machine's name
PORT ?= 8000
WORKERS ?= 1
ARGS ?=

unexport PYTHONDONTWRITEBYTECODE# compiled once, not by each of the hundred processes that the tests start

environment = PYTHON="$(PYTHON)" scripts/environment
run = .venv/bin/python -m
kernels = $(run) scripts.kernels# after the environment: builds bncore's kernels where it can, and says a word where it cannot

.PHONY: help serve test check types rules bench claims attack image lock clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-7s %s\n", $$1, $$2}' Makefile

serve: ## start the server (PORT=8000 HOST=127.0.0.1 WORKERS=1)
	@$(environment) requirements.lock
	@$(kernels)
	@$(run) app --host $(HOST) --port $(PORT) --workers $(WORKERS)

test: ## run every test, in a real browser too (ARGS="-k name" for some)
	@$(environment) requirements-dev.lock
	@$(kernels)
	@scripts/browser >/dev/null
	OPENBLAS_NUM_THREADS=1 $(run) pytest --numprocesses auto $(ARGS)

# .ci/run names its two parts, as the first tests run beside the one.
check: ## lint, types, import rules and doctests
	@$(environment) requirements-dev.lock
	@$(MAKE) --no-print-directory --jobs 2 types rules

types:
	$(run) mypy

rules:# the last line finds tests that cannot be imported, and leaves them compiled for `make test`
	@$(kernels)
	$(run) ruff check .
	$(run) ruff format --check .
	.venv/bin/lint-imports
	$(run) pytest --quiet --doctest-modules bncore app
	$(run) pytest --quiet --collect-only >/dev/null

bench: ## run the benchmarks and print their figures
	@$(environment) requirements-dev.lock
	@$(kernels)
	@scripts/browser >/dev/null
	@for name in $(basename $(notdir $(filter-out benchmarks/_%,$(wildcard benchmarks/*.py)))); do $(run) benchmarks.$$name || exit 1; done

claims: ## replay every claim on training and write down what came (ARGS="pace" for some)
	@$(environment) requirements-dev.lock
	@$(kernels)
	OPENBLAS_NUM_THREADS=1 $(run) scripts.claims $(ARGS)

attack: ## attack a server of its own: damaged files, faults, all of its API (ARGS="faults")
	@$(environment) requirements-dev.lock
	@$(kernels)
	$(run) scripts.attack $(ARGS)

image: ## build the teaching server's image (needs Docker)
	docker build --tag bnscope .

compile = $(run) uv pip compile --quiet --upgrade --universal --python-version 3.11 --fork-strategy fewest \
	--generate-hashes --no-emit-index-url --custom-compile-command "make lock"
lock: ## pin the newest versions of what pyproject.toml names
	@$(environment) requirements-dev.lock
	$(compile) --group server --output-file requirements.lock
	$(compile) --group cluster --constraint requirements.lock --output-file requirements-cluster.lock
	$(compile) --group dev --constraint requirements-cluster.lock --output-file requirements-dev.lock

clean: ## remove what make made; uploads in var/ stay
	rm -f bncore/kernels/*.so
	rm -rf .venv build dist *.egg-info .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache test-results
	find . -name __pycache__ -prune -exec rm -rf {} +
