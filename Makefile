# Two commands do everything on a fresh machine: `make drill` runs katas, `make test` the project's tests.

PYTHON ?= python3
VENV ?= .venv
JOBS ?= 3
# What judges many answers takes twice as long when each of their processes is measured.
PROOFS := tests/test_katas.py tests/test_survival.py
# These run pytest on two workers themselves.
RUNS := tests/test_corpus.py tests/test_soak.py
BIN := $(VENV)/bin
PYTEST := $(BIN)/python -m pytest

.PHONY: drill test lint bench

drill: $(VENV)/installed
	$(PYTEST) katas/autograd

test: $(VENV)/tested
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	mkdir -p .coverage-data
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest tests $(addprefix --ignore=,$(PROOFS) $(RUNS)) --timeout=600 -q -n $(JOBS) --dist worksteal
	$(BIN)/coverage combine -q
	$(BIN)/coverage report
	$(PYTEST) $(RUNS) --timeout=600 -q
	$(PYTEST) $(PROOFS) --timeout=600 -q -n $(JOBS) --dist worksteal

bench: $(VENV)/installed
	$(BIN)/python -m pip install -q -c constraints.txt --group bench
	$(BIN)/python -m benchmarks

$(VENV)/installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install -q --upgrade pip
	$(BIN)/python -m pip install -q -c constraints.txt -e .
	touch $@

$(VENV)/tested: $(VENV)/installed
	$(BIN)/python -m pip install -q -c constraints.txt -e '.[report]' --group test
	touch $@
