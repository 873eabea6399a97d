# The verbs, each doing its own set-up in .venv from the exact versions in constraints.txt: see CONTRIBUTING.md.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
TORCH := $(shell grep '^torch==' constraints.txt)
NO_CPU_TORCH := echo "The CPU build of PyTorch is out of reach; taking the one your package index has, which may be gigabytes."

# uv where it is there (seconds), else venv and pip (minutes). The course needs no GPU: on Linux, plain PyPI brings
# gigabytes of CUDA, so the CPU build is asked for first, unless the machine has an NVIDIA driver.
ifneq ($(shell command -v uv),)
CREATE := test -x $(BIN)/python || uv venv --quiet --seed --python $(PYTHON) .venv
INSTALL := UV_TORCH_BACKEND=$${UV_TORCH_BACKEND:-$(if $(shell command -v nvidia-smi),auto,cpu)} uv pip install --quiet --python $(BIN)/python
else
# Debian without python3-venv leaves a .venv that has no pip: it is made again.
CREATE := $(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear .venv
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check
ifeq ($(shell uname)$(shell command -v nvidia-smi),Linux)
CPU_TORCH := $(INSTALL) --no-deps --retries 0 --timeout 10 --index-url https://download.pytorch.org/whl/cpu $(TORCH) 2>/dev/null || $(NO_CPU_TORCH)
endif
endif

# What is wrong, when a step of make lab has failed.
DOCTOR = { $(BIN)/python -m course_lib doctor; exit 1; }

# Threads that wait give up their core: see course_lib/__init__.py. Here also for kernels that load PyTorch first.
export OMP_WAIT_POLICY ?= PASSIVE

.PHONY: lab test test-browser test-kernel test-a-e test-f-o test-p-z test-notebooks lint resolve lonely stamp release notebooks instructor clean-edition html check-html workshop slides guide bench growth load gowalla cuda mutants kills fuzz budgets test-oldest test-newest clean

# Without a source of the real data the course still opens, on a party that JupyterLab's kernels inherit. A folder that
# the learner named and that cannot be read is an error instead. The address that is printed opens 01, as the browser
# does. LAB holds further options, such as --no-browser. The trap leaves an interrupt to JupyterLab, which asks whether it
# is meant.
lab: .venv/.course  ## open the course in JupyterLab
	@trap : INT; { $(BIN)/python -m course_lib || { \
		test $$? = 1 && test -z "$$COURSE_LIB_DATA" && export COURSE_LIB_DATA=party && \
		echo && echo "======== MADE-UP DATA, not MovieLens: no figure of the course will match ========" && echo; \
	}; } && $(BIN)/jupyter lab $(if $(filter 0,$(shell id -u)),--allow-root) \
		--LabApp.default_url=/lab/tree/01_setup.ipynb $(LAB) notebooks \
	|| $(DOCTOR)

test: .venv/.dev  ## unit, documentation, widget and browser tests, and the ten notebooks against their stored outputs
	@$(MAKE) --no-print-directory --jobs 2 test-browser test-a-e test-p-z test-notebooks test-f-o

# Two parts at a time, with a core each: more threads would take the other's. Their dots mix. Tests that are skipped say
# why: without Chromium, for one.
BROWSER := tests/test_browser.py tests/test_front_ends.py tests/test_gossip_picture.py tests/test_site_browser.py
PYTEST := OMP_NUM_THREADS=1 $(BIN)/python -m pytest --quiet -rs

test-browser: .venv/.dev  ## the tests that need Chromium
	$(PYTEST) $(BROWSER)

# The others, by their first letter: as many parts as leave neither core idle at the end.
REST := $(filter-out $(BROWSER) tests/test_fuzz.py,$(wildcard tests/test_*.py))

test-a-e: .venv/.dev
	$(PYTEST) $(filter $(wildcard tests/test_[a-e]*.py),$(REST))

test-f-o: .venv/.dev
	$(PYTEST) $(filter $(wildcard tests/test_[f-o]*.py),$(REST)) course_lib
	$(PYTEST) tests/test_fuzz.py

test-p-z: .venv/.dev
	$(PYTEST) $(filter $(wildcard tests/test_[p-z]*.py),$(REST))

test-kernel: test-a-e test-f-o test-p-z  ## the tests that need none

test-notebooks: .venv/.dev  ## the notebooks against their stored outputs
	$(PYTEST) --nbval --nbval-current-env notebooks

lint: .venv/.dev  ## style of code and notebooks, types, and nothing in a notebook that does not belong in git
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/nbstripout --verify --keep-output --keep-count --keep-id \
		--extra-keys "metadata.widgets metadata.language_info.version" notebooks/*.ipynb
	$(BIN)/zizmor --quiet --offline .github

resolve: .venv/.dev  ## can the pins be met on every Python and system that the README names? two minutes
	$(BIN)/python -m tests.resolve

lonely: .venv/.dev  ## does each notebook run alone, on the wheel in an empty environment? minutes
	@$(BIN)/python -m tests.lonely

stamp: .venv/.dev  ## write what stands the same in all notebooks: their first lines of set-up, links, the way to tell us
	@$(BIN)/python -m tests.stamp

release: .venv/.dev  ## make release VERSION=1.0.0 [ADDRESS=https://github.com/owner/name]: number, date, stamps, commit, tag
	@$(BIN)/python -m tests.release "$(VERSION)" $(ADDRESS)

notebooks: .venv/.dev  ## run every notebook top to bottom and store its outputs
	$(BIN)/python -m tests.execute_notebooks

instructor: .venv/.dev  ## the notebooks with every blank filled in and run, in build/instructor
	$(BIN)/python -m tests.editions instructor

clean-edition: .venv/.dev  ## headings and code only, for rewriting from memory, in build/clean
	$(BIN)/python -m tests.editions clean

html: .venv/.dev  ## the course as pages that need nothing else, in build/site: open build/site/index.html
	@$(BIN)/python -m tests.site

check-html: .venv/.dev  ## do those pages hold? links, axe in both themes and two widths, no network; a minute or two
	$(BIN)/python -m tests.site.check

workshop: .venv/.dev  ## the edition for the room, in build/workshop: make workshop PLAN=90min, half-day or two-half-days
	@$(BIN)/python -m tests.teaching workshop $(PLAN)

slides: .venv/.dev  ## slides of each notebook, one file each that needs nothing else, in build/slides
	@$(BIN)/python -m tests.teaching slides

guide: .venv/.dev  ## compute the plans and wrong answers in notebooks/INSTRUCTORS.md, and draw README's moving picture
	@$(BIN)/python -m tests.teaching guide

bench: .venv/.bench  ## measure the ladder (course_lib/tables/results.csv) and the peers, side by side
	$(BIN)/python -m tests.benchmarks.ladder
	$(BIN)/python -m tests.benchmarks.peers

growth: .venv/.dev  ## measure how cost grows from ten thousand to ten million likes (course_lib/tables/growth.csv)
	$(BIN)/python -m tests.benchmarks.growth

gowalla: .venv/.dev  ## the Gowalla table (course_lib/tables/gowalla.csv, RESULTS.md): an hour and a half of one core
	$(BIN)/python -m tests.benchmarks.gowalla rows bpr time

cuda: .venv/.dev  ## with an NVIDIA GPU: that it gives the same numbers, in three minutes
	$(BIN)/python -m tests.benchmarks.cuda

load: .venv/.dev  ## many kernels at once beside one alone: memory, and how long a move of a widget takes (hub/README.md)
	$(BIN)/python -m tests.benchmarks.load

mutants: .venv/.dev  ## put one bug at a time into a copy, and see whether a test notices (tests/README.md): an hour or two
	OMP_NUM_THREADS=1 $(BIN)/python -m tests.mutants $(ONLY)

kills: .venv/.dev  ## end saving, training and downloads at random moments, and read what is left (tests/README.md): ten minutes
	OMP_NUM_THREADS=1 $(BIN)/python -m tests.kills

fuzz: .venv/.dev  ## twenty thousand calls with arguments of every kind (tests/README.md): a minute or two
	OMP_NUM_THREADS=1 $(BIN)/python -m tests.fuzz

budgets: .venv/.dev  ## what each notebook costs: seconds, memory, files, connections (tests/README.md); two minutes
	OMP_NUM_THREADS=1 $(BIN)/python -m tests.budgets

# The same tests of the library on the versions at either end of what pyproject.toml allows, in environments of their own.
ENDS = $(BIN)/uv pip install --quiet --python build/$@/bin/python --upgrade \
	--resolution $(if $(filter %oldest,$@),lowest-direct,highest) --editable ".[lab,dev]"
test-oldest test-newest: .venv/.dev
	$(BIN)/uv venv --quiet --clear --seed --python 3.11 build/$@
	@UV_TORCH_BACKEND=$${UV_TORCH_BACKEND:-cpu} $(ENDS) 2>/dev/null || { \
		$(NO_CPU_TORCH); $(ENDS); }
	OMP_NUM_THREADS=1 build/$@/bin/python -m pytest --quiet $(BROWSER:%=--ignore=%) tests

test-oldest:  ## the tests, without Chromium and notebooks, on the lowest versions that pyproject.toml allows: ten minutes
test-newest:  ## the same on the highest

clean:  ## remove what the other verbs made; the downloaded data stays in your cache folder
	rm -rf .venv build *.egg-info artifacts .pytest_cache .ruff_cache .mypy_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/.course: pyproject.toml constraints.txt course_lib/classroom/order.py
	@$(if $(PYTHON),,echo "The course needs Python 3.11 or newer: install it, or name it with make PYTHON=..."; exit 1)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and f"The course needs Python 3.11 or newer, {sys.executable} is {sys.version.split()[0]}: install it, or name it with make PYTHON=...")'
	@echo "Setting up .venv (once; minutes with pip, seconds with uv) ..."
	@{ $(CREATE); } || { echo "No .venv could be made, for the reason above. On Debian and Ubuntu: sudo apt install python3-venv. Then make again."; exit 1; }
	@$(CPU_TORCH)
	$(INSTALL) --constraint constraints.txt --editable ".[lab]" || $(DOCTOR)
	@$(BIN)/python -m course_lib.classroom.order  # what a kernel says of a notebook that is run from the middle
	@touch $@

.venv/.dev: .venv/.course
	$(INSTALL) --constraint constraints.txt --editable ".[lab,dev]"
	@touch $@

.venv/.bench: .venv/.dev
	$(INSTALL) --constraint constraints.txt --editable ".[lab,dev,bench]"
	@touch $@
