# Each target does its own set-up, once. `make serve` to read, `make test` to check everything.

PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
export NO_MKDOCS_2_WARNING := 1
# One BLAS thread a process: tests, experiments and figures run one process a core.
export OMP_NUM_THREADS := 1
export OPENBLAS_NUM_THREADS := 1

.PHONY: serve test kernels site zensical record replay lint experiments fresh-experiments bench clean

serve: .venv/site-installed
	$(BIN)/mkdocs serve --dev-addr 127.0.0.1:8000

site: .venv/site-installed
	$(BIN)/mkdocs build

# The fast way to write: a changed page shows at once. What it is built from (figures, snippets,
# labs) is brought up to date when this starts.
zensical: .venv/zensical-installed
	$(BIN)/python -m cnnnotes.site.build
	SITE_DIR=.cache/zensical $(BIN)/zensical serve --dev-addr 127.0.0.1:8000

record: .venv/test-installed
	$(BIN)/python -m cnnnotes.site.snippets
	$(BIN)/python -m cnnnotes.site.recorded

replay: .venv/test-installed
	$(BIN)/cnnnotes experiments replay --jobs 2

experiments: .venv/site-installed
	$(BIN)/cnnnotes experiments run --all

fresh-experiments: .venv/site-installed
	$(BIN)/cnnnotes experiments run --all --fresh

bench: .venv/test-installed
	$(BIN)/python -m cnnnotes.bench

lint: .venv/test-installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: lint replay .venv/chromium
	$(BIN)/pytest -n 2 -m "not browser"
	$(BIN)/mkdocs build
	SITE_DIR=site $(BIN)/pytest -n 2 -m browser

# The tests under each way in which OpenBLAS may add up on a reader's processor. SkylakeX needs AVX-512.
KERNELS ?= Prescott Nehalem Sandybridge Haswell Zen SkylakeX
kernels: .venv/test-installed
	for kernel in $(KERNELS); do \
		OPENBLAS_CORETYPE=$$kernel $(BIN)/pytest -n 2 -m "not browser" || exit 1; \
	done

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/site-installed: pyproject.toml constraints.txt | .venv/bin/python
	$(PIP) --constraint constraints.txt --editable ".[site]"
	@touch $@

.venv/zensical-installed: .venv/site-installed
	$(PIP) --constraint constraints.txt --editable ".[zensical]"
	@touch $@

# torch in a step of its own: its CPU build, where PyTorch's index or the machine has one, spares
# gigabytes of CUDA; where that index is out of reach, pip goes on at once with what it finds.
.venv/test-installed: .venv/site-installed
	$(PIP) --retries 0 --extra-index-url https://download.pytorch.org/whl/cpu --constraint constraints.txt torch
	$(PIP) --constraint constraints.txt --editable ".[test]"
	@touch $@

.venv/chromium: .venv/test-installed
	$(BIN)/python tests/browser/chromium.py
	@touch $@

clean:
	rm -rf .venv .cache site docs/generated
