# A thin front: every target is a script in scripts/ that can be run by itself.
# ARGS is passed on: make up ARGS="--server https://signal.example.org"
.DEFAULT_GOAL := help
.PHONY: help up test bench bench-link bench-signaling lint format clean

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

up: ## install what is missing, build, and share this machine's models: prints a link and a QR code
	@scripts/up $(ARGS)

test: ## build everything and run every test: C++, TypeScript, lint, end to end
	@scripts/test $(ARGS)

bench: ## run every benchmark
	@scripts/bench all $(ARGS)

bench-link: ## compare an answer through Pantheon with one straight from the engine
	@scripts/bench link $(ARGS)

bench-signaling: ## compare the signaling server with socket.io on Node and with socketioxide
	@scripts/bench signaling $(ARGS)

lint: ## check format, types and style; clang-tidy over all C++
	@scripts/lint --tidy $(ARGS)

format: ## rewrite every source file in the project's format
	@scripts/format

clean: ## remove what was built here (what was downloaded stays in the cache folder)
	@scripts/clean
