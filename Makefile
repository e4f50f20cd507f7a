# Everything here works on a machine with nothing but Python 3.10 to 3.12 and make. `make help` lists it.
VENV ?= .venv
VENV310 ?= .venv310
ARGS ?=
PIP_FLAGS = --quiet --prefer-binary --disable-pip-version-check --no-input
export PIP_NO_INPUT = 1

.DEFAULT_GOAL := help
.PHONY: help install run test check test-py310 clean

help:  ## This list
	@echo "courtside: a box on the gym wall that watches shots"
	@echo
	@grep -hE '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z0-9-]+):.*## */  make \1\t/' | expand -t 22
	@echo "  make bench-NAME     Run tests/bench/NAME.py, for instance: make bench-shots ARGS=\"--data DIR --json OUT\""

$(VENV)/bin/python:
	@.ci/venv $(VENV)

$(VENV)/.installed: pyproject.toml | $(VENV)/bin/python
	@echo "make: installing courtside into $(VENV) (the first time takes a few minutes)"
	@$(VENV)/bin/python -m pip install $(PIP_FLAGS) -e .
	@touch $@

$(VENV)/.installed-test: pyproject.toml | $(VENV)/.installed
	@echo "make: installing what the tests need into $(VENV)"
	@$(VENV)/bin/python -m pip install $(PIP_FLAGS) -e '.[test]'
	@.ci/tensorrt-rtx $(VENV)/bin/python
	@touch $@

$(VENV)/.installed-bench: pyproject.toml | $(VENV)/.installed
	@if grep -q '^bench = ' pyproject.toml; then \
	  echo "make: installing what the benchmarks need into $(VENV)"; \
	  $(VENV)/bin/python -m pip install $(PIP_FLAGS) -e '.[bench]'; fi
	@touch $@

install: $(VENV)/.installed  ## Create the environment and install courtside into it

run: $(VENV)/.installed  ## Start the box on the virtual gym and print the page's address
	@$(VENV)/bin/courtside run $(ARGS)

test: $(VENV)/.installed-test  ## Run all tests (installs what they need)
	@.ci/apt-install mosquitto:mosquitto chromium:chromium chromedriver:chromium-driver ffmpeg:ffmpeg
	$(VENV)/bin/python -m pytest $(ARGS)

check: $(VENV)/.installed-test  ## Lint, format, types and the direction of imports
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports

test-py310:  ## Run all tests under Python 3.10 where that interpreter is present
	@if python=$$(.ci/find-python 3.10); then \
	  set -e; \
	  echo "make: testing under $$python"; \
	  PYTHON="$$python" .ci/venv $(VENV310); \
	  $(VENV310)/bin/python -m pip install $(PIP_FLAGS) -e '.[test]'; \
	  .ci/apt-install mosquitto:mosquitto chromium:chromium chromedriver:chromium-driver ffmpeg:ffmpeg; \
	  $(VENV310)/bin/python -m pytest $(ARGS); \
	else echo "make: no Python 3.10 here: its test run is skipped"; fi

bench-%: $(VENV)/.installed-bench
	$(VENV)/bin/python -m tests.bench.$(subst -,_,$*) $(ARGS)

clean:  ## Remove the environments and caches
	rm -rf $(VENV) $(VENV310) build *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
