# Every verb sets up what it needs; nothing but make and Python 3.11 (with venv) is expected on the machine.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# A process of tests for each core and one more (tests/environment.py), each with a data directory of its own; one that is
# done takes tests from the others.
PARALLEL := --numprocesses=auto --maxprocesses=4 --dist=worksteal
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
# What is never imported need not be compiled: 0.4 GB and half of the time of an installation.
INSTALL := $(PIP) install --no-compile

# Where Python may not keep what it compiled, every process that a test starts compiles the whole program again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: install run test test-slow check format bench bench-peers accuracy screenshots audit lock clean

install: $(VENV)/.installed

run: install
	$(BIN)/tacit up --demo

# What fails beside others on a busy machine is asked once more, alone; what fails alone fails.
test: $(VENV)/.installed-dev
	$(BIN)/python -m pytest $(PARALLEL) -m "not slow" || $(BIN)/python -m pytest -m "not slow" --last-failed --last-failed-no-failures=none --maxfail=10

# What takes minutes, and every property with ten times the examples.
test-slow: $(VENV)/.installed-dev
	$(BIN)/python -m pytest -m slow
	TACIT_TEST_EXAMPLES=10 $(BIN)/python -m pytest $(PARALLEL) -m "hypothesis and not slow"

check: $(VENV)/.installed-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.installed-dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(VENV)/.installed-dev
	$(BIN)/python benchmarks/ingest.py
	$(BIN)/python benchmarks/query.py
	$(BIN)/python benchmarks/page_times.py
	$(BIN)/python benchmarks/masking.py
	$(BIN)/python benchmarks/sdk.py --rounds 5
	$(BIN)/python benchmarks/starting.py

# Installs Arize Phoenix and MLflow outside the repository (about 900 MB each) and runs them beside Tacit.
bench-peers: $(VENV)/.installed-dev
	$(BIN)/python benchmarks/peers/compare.py

# Measures the detectors of words and writes feedback/accuracy.json and docs/detectors.md; DATA is a directory of further
# labelled sets.
accuracy: $(VENV)/.installed-dev
	$(BIN)/python benchmarks/accuracy/measure.py $(if $(DATA),--data $(DATA))

# The pictures of the documents, and the coarse ones that tests hold pages against (tests/browser/pictures.py).
screenshots: $(VENV)/.installed-dev
	$(BIN)/python -m tests.browser.screenshots
	TACIT_TEST_RENEW_PICTURES=1 $(BIN)/python -m pytest -q tests/browser/test_tour.py

# Asks what faults are known of each pinned version; one that nothing is known of for want of a source fails, too.
audit:
	$(PYTHON) -m venv .audit
	.audit/bin/python -m pip --disable-pip-version-check --quiet install pip-audit
	.audit/bin/pip-audit --strict --no-deps --disable-pip --progress-spinner off --requirement requirements-dev.lock

# Only when dependencies change: pins everything again (needs uv).
lock:
	uv pip compile --quiet --universal --python-version 3.11 --no-header --no-annotate --no-emit-index-url --no-emit-package tacit \
		pyproject.toml tracing/sdk/pyproject.toml requirements-build.in -o requirements.lock
	uv pip compile --quiet --universal --python-version 3.11 --no-header --no-annotate --no-emit-index-url --no-emit-package tacit \
		-c requirements.lock --extra dev pyproject.toml tracing/sdk/pyproject.toml requirements-build.in -o requirements-dev.lock

clean:
	rm -rf $(VENV) .audit

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: requirements.lock pyproject.toml tracing/sdk/pyproject.toml | $(VENV)/bin/python
	$(INSTALL) -r requirements.lock
	$(INSTALL) --no-deps --no-build-isolation -e tracing/sdk -e .
	touch $@

$(VENV)/.installed-dev: requirements-dev.lock $(VENV)/.installed
	$(INSTALL) -r requirements-dev.lock
	touch $@
