# The commands of the project; `make help` prints them. CI and people run the same ones.
# PYTHON chooses the interpreter (3.11 or newer), ARGS goes to the command behind a target.

MAKEFLAGS += --no-print-directory
SHELL := /bin/bash
unexport PYTHONDONTWRITEBYTECODE  # each of many processes would compile all it imports: 2.2 s of CPU a start, not 0.8
PYTHON ?= $(shell command -v python3.11 || command -v python3 || echo python3)
VENV := .venv
RUN := $(VENV)/bin
PIP := $(RUN)/python -m pip --quiet --disable-pip-version-check --no-input
LOCKED := install --require-hashes --only-binary :all: --requirement
COMPILE := uv pip compile pyproject.toml requirements/build.in --universal --python-version 3.11 --only-binary :all: \
	--generate-hashes --no-annotate --no-header --no-emit-index-url --no-emit-find-links --no-config --quiet
NO_PYTHON = there is no $(PYTHON): sudo apt install python3.11 python3.11-venv
WHEELHOUSE ?= wheelhouse
WHEELS := .build/wheels/bin/python -m pip --quiet --disable-pip-version-check --no-input
BENCHMARKS := $(patsubst benchmarks/%.py,%,$(wildcard benchmarks/*.py))
# Three files of tests at a time: many of them wait for servers more than they work.
TOGETHER ?= -n 3 --dist loadfile
COVERED := charts device ingest models thresholds flags registry reports

# Preflight may remove an environment that cannot be used, so the stamp is looked at by a make of its own, afterwards.
ready = command -v $(PYTHON) >/dev/null || { echo "hearthline: $(NO_PYTHON)" >&2; exit 1; }; \
	$(PYTHON) bin/preflight.py $(1) && $(MAKE) --silent $(VENV)/$(1).stamp >&2

define install
test -x $(RUN)/python || { echo "hearthline: making .venv" >&2; $(PYTHON) -m venv $(VENV); } && \
echo "hearthline: installing what $(1) needs (once; it takes up to a minute)" >&2 && \
$(PIP) $(LOCKED) requirements/$(1).txt >&2 && \
$(PIP) install --no-deps --no-build-isolation --editable . >&2 && touch $@
endef

.DEFAULT_GOAL := help
.PHONY: help demo test test-fast lint format bench gallery fuzz mutate soak docs lock wheelhouse clean

help:  ## this list
	@sed -nE 's/^([a-z-]+|bench-NAME)[:%].*## (.*)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 22
	@echo "  make bench-NAME     one benchmark, such as: make bench-pipeline ARGS=--json"

demo:  ## everything at once on this machine; Ctrl-C ends it (ARGS="--once --json")
	@$(call ready,demo)
	@$(RUN)/hearthline demo $(ARGS)

test:  ## all tests, then the coverage each room promises
	@$(call ready,test)
	@$(RUN)/python -m pytest $(TOGETHER) --cov --cov-report= --durations=20 $(ARGS)
	@for room in $(COVERED); do printf '%-12s branch coverage ' $$room; \
	  $(RUN)/python -m coverage report --include="$$room/*" --fail-under=95 --format=total | sed 's/$$/ %/'; \
	  test $${PIPESTATUS[0]} -eq 0 || { $(RUN)/python -m coverage report --include="$$room/*"; \
	  echo "$$room is below 95 %" >&2; exit 1; }; done

test-fast:  ## the tests without servers, in under a minute
	@$(call ready,test)
	@$(RUN)/python -m pytest $(TOGETHER) -m "not slow" $(ARGS)

lint:  ## style, types and who may import whom
	@$(call ready,test)
	@$(RUN)/ruff check .
	@$(RUN)/ruff format --check . || { echo 'hearthline: run: make format' >&2; exit 1; }
	@$(RUN)/mypy
	@$(RUN)/lint-imports

format:  ## write all files in the one layout
	@$(call ready,test)
	@$(RUN)/ruff format --quiet .
	@$(RUN)/ruff check --fix --quiet --select I .

bench:  ## every benchmark, short
	@$(call ready,test)
	@for file in benchmarks/*.py; do echo "== $$file" >&2; short=; \
	  case $$file in */ingest.py|*/history.py|*/reports.py|*/spread.py) short=--short;; */what-if.py) short=--patients=100;; esac; \
	  $(RUN)/python $$file $$short $(ARGS) || exit 1; done

bench-%:
	@test -f benchmarks/$*.py || { echo "hearthline: no benchmark is named $*; there are: $(BENCHMARKS)" >&2; exit 1; }
	@$(call ready,test)
	@$(RUN)/python benchmarks/$*.py $(ARGS)

docs:  ## the pages and pictures that are made from code
	@$(call ready,test)
	@for file in docs/make_*.py; do $(RUN)/python $$file || exit 1; done

gallery:  ## every report of the demo's patients and of the recordings as HTML, PDF and PNG, to be looked at
	@$(call ready,test)
	@$(RUN)/python -m tests.gallery $(ARGS)

fuzz:  ## the property tests with many more examples
	@$(call ready,test)
	@HEARTHLINE_HYPOTHESIS=thorough $(RUN)/python -m pytest -m "not slow" $(ARGS)

mutate:  ## change every rule a little and see whether the tests notice, some minutes (ARGS="--only SLP --json")
	@$(call ready,test)
	@$(RUN)/python -m tests.mutation $(ARGS)

soak:  ## random faults on the real processes, exact or not (HOURS=2 or MINUTES=3; SEED=7; ARGS="--database sqlite")
	@$(call ready,test)
	@$(RUN)/python -m tests.faults.soak $(if $(HOURS),--hours $(HOURS),--minutes $(or $(MINUTES),3)) \
	  $(if $(SEED),--seed $(SEED)) $(ARGS)

wheelhouse:  ## a folder from which to install without internet, for this Python and kind of machine (WHEELHOUSE=folder)
	@command -v $(PYTHON) >/dev/null || { echo "hearthline: $(NO_PYTHON)" >&2; exit 1; }
	@rm -rf $(WHEELHOUSE) .build/wheels && mkdir -p $(WHEELHOUSE) .build && $(PYTHON) -m venv .build/wheels
	@$(WHEELS) download --require-hashes --only-binary :all: --dest $(WHEELHOUSE) -r requirements/install.txt >&2
	@$(WHEELS) install --no-index --find-links $(WHEELHOUSE) --upgrade setuptools >&2
	@rm -rf build && $(WHEELS) wheel --no-deps --no-build-isolation --wheel-dir $(WHEELHOUSE) . >&2 && rm -rf build
	@cp requirements/install.txt $(WHEELHOUSE)/requirements.txt && cp deploy/INSTALL.txt $(WHEELHOUSE)/
	@echo "$(WHEELHOUSE): $$(ls $(WHEELHOUSE)/*.whl | wc -l) wheels; INSTALL.txt says how to use them"

lock:  ## the lock files again, after a change in pyproject.toml (needs uv); ARGS=--upgrade for newer versions
	@command -v uv >/dev/null || { echo "hearthline: uv is missing: pip install uv" >&2; exit 1; }
	@$(COMPILE) --extra demo --extra postgres --extra reports --extra scale --extra test $(ARGS) -o requirements/test.txt
	@$(COMPILE) --extra demo --extra reports --constraint requirements/test.txt $(ARGS) -o requirements/demo.txt
	@$(COMPILE) --extra postgres --extra reports --constraint requirements/test.txt $(ARGS) -o requirements/install.txt

clean:  ## remove what was installed and made, not what was stored in var/
	@rm -rf $(VENV) .build build dist *.egg-info .coverage .coverage.* .mypy_cache .ruff_cache .pytest_cache .hypothesis \
	  .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/demo.stamp: requirements/demo.txt pyproject.toml
	@$(call install,demo)

$(VENV)/test.stamp: requirements/test.txt pyproject.toml
	@$(call install,test)
	@touch $(VENV)/demo.stamp
