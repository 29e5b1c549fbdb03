# Everything works from a clean clone; long steps say what they are doing. Python 3.11 is fetched by uv when the machine has none.
SHELL := /bin/bash
PY := .venv/bin/python
RUNTIME := .venv/.runtime
DEVELOPMENT := .venv/.development

.PHONY: run test lint evaluate bench chaos scale whatsapp bench-console lock setup clean

run: $(RUNTIME)
	@$(PY) -m bot train
	@DEMO=1 $(PY) -m bot up

setup: $(DEVELOPMENT)

$(RUNTIME): requirements.lock
	@scripts/setup requirements.lock && touch $@

$(DEVELOPMENT): requirements-dev.lock
	@scripts/setup requirements-dev.lock && touch $@ $(RUNTIME)

test: setup
	@scripts/test-tools
	@$(PY) -m bot train
	@$(PY) -m pytest --numprocesses auto --dist loadscope --reruns 1

lint: setup
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy
	@.venv/bin/lint-imports --no-cache

evaluate: $(RUNTIME)
	@$(PY) -m bot train
	@$(PY) -m bot evaluate $(FILE)

bench: setup
	@scripts/test-tools
	@$(PY) -m bot train
	@$(PY) -m benchmarks $(BENCH)

chaos: setup
	@scripts/test-tools
	@$(PY) -m bot train
	@$(PY) -m benchmarks.chaos $(CHAOS)

scale: setup
	@scripts/test-tools
	@$(PY) -m bot train
	@$(PY) -m benchmarks.scale $(SCALE)

whatsapp: setup
	@scripts/test-tools
	@$(PY) -m bot train
	@$(PY) -m benchmarks.whatsapp $(WHATSAPP)

bench-console: setup
	@scripts/test-tools
	@$(PY) -m benchmarks.console $(CONSOLE)

lock:
	@scripts/lock

clean:
	rm -rf .venv var models reports .pytest_cache .mypy_cache .ruff_cache
