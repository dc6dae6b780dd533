# Two commands do everything on a fresh machine: `make drill` runs katas, `make test` the project's tests.

PYTHON ?= python3
VENV ?= .venv
JOBS ?= 2
# Many tests wait for a time limit or a process: three workers keep two cores busy.
WORKERS ?= 3
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
	$(BIN)/coverage run -m pytest tests --ignore=tests/test_katas.py --timeout=600 -q -n $(WORKERS) --dist loadfile
	$(BIN)/coverage combine -q
	$(BIN)/coverage report
	$(PYTEST) tests/test_katas.py --timeout=600 -q -n $(JOBS)

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
