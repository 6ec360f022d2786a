# What a person types. Each target is one line of sh; the work is in scripts/, meson.build and package.json files.

PHOTOS  ?=
DATA    ?= ./albumen-data
PREFIX  ?= /usr/local
SECONDS ?= 60
ROUNDS  ?= 300
SEED    ?=
OPTIONAL ?=
SAMPLE  := ./sample-library

.DEFAULT_GOAL := help
.PHONY: help setup build run models test bench kill fuzz lint fmt install clean

help: ## this list
	@echo "make TARGET, where TARGET is"
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  \1\t\2/p' Makefile | expand -t 12
	@echo "SKIP_APT=1 installs no package of the distribution and says only what is missing."

setup: ## install what building needs (says what and why first) and build the web app
	@scripts/setup build

build: setup ## the release program, build/albumen
	@scripts/build program

run: ## build, then serve the folder PHOTOS=DIR (default: a small sample library) at http://127.0.0.1:5000
	@scripts/setup build $(if $(PHOTOS),,sample)
	@scripts/build program
	@$(if $(PHOTOS),,scripts/sample-library "$(SAMPLE)")
	@# The models come behind it, and their fetching ends with the server ($$$$ is its process).
	@scripts/models --into "$(DATA)/models" --while $$$$ & \
		exec build/albumen serve --photos "$(or $(PHOTOS),$(SAMPLE))" --data "$(DATA)"

models: ## fetch the models for objects and faces into DATA/models (OPTIONAL=1: the other ones too)
	@scripts/setup build
	@exec scripts/models --into "$(DATA)/models" $(if $(OPTIONAL),--optional)

test: ## every test: lint, unit, API, browser, sanitizers, fuzz regressions
	@scripts/setup build sample test
	@exec scripts/test

bench: ## measure the budgets beside outside yardsticks
	@scripts/setup build sample bench
	@scripts/build release
	@exec bench/run

kill: ## the long kill test: ROUNDS=300 on each database, with SEED=N the same choices again
	@scripts/setup build test
	@scripts/build release
	@scripts/test-postgres node tests/kill/kill.mjs --rounds "$(ROUNDS)" $(if $(SEED),--seed "$(SEED)")
	@exec node tests/kill/troubles.mjs

fuzz: ## run every fuzz target for SECONDS=60
	@scripts/setup build test
	@scripts/build fuzz
	@exec scripts/fuzz "$(SECONDS)"

lint: ## format, layers, house rules, clang-tidy, cppcheck, shellcheck, svelte-check
	@scripts/setup build test
	@scripts/build release
	@exec scripts/lint

fmt: ## format the C sources in place
	@git ls-files -co --exclude-standard -- '*.c' '*.h' | xargs clang-format -i

install: ## copy the program to DESTDIR/PREFIX (PREFIX=/usr/local); run make build first
	install -D -m 755 build/albumen "$(DESTDIR)$(PREFIX)/bin/albumen"
	install -D -m 644 -t "$(DESTDIR)$(PREFIX)/share/doc/albumen" README.md LICENSE CHANGELOG.md SECURITY.md docs/*.md

clean: ## remove what was built; libraries and pictures stay
	rm -rf build build-* web/dist web/node_modules tests/node_modules bench/node_modules tools/node_modules tools/dist
