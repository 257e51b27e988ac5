# What people and CI call. `make run` and `make test` are all that a fresh machine with Rust needs.

CARGO ?= cargo

# Data in data/ is used by the tests that want it, unless RECFLOW_TEST_DATA names another place.
ifneq ($(wildcard data/ml-1m/ratings.dat),)
export RECFLOW_TEST_DATA ?= $(CURDIR)/data
endif

.PHONY: help setup browser build run test lint torture acceptance fuzz bench schema clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## install OpenBLAS if it is not there (Debian, Ubuntu; elsewhere say how)
	@scripts/setup

browser: ## install Chromium for the tests of the HTML report, where that is possible
	@scripts/setup-browser

build: setup ## build the program: target/release/recflow
	$(CARGO) build --release

run: build ## build, then compare all models on the built-in sample
	target/release/recflow run pipelines/all_models.yaml

test: setup lint ## run every check and every test
	$(CARGO) test --release

lint: setup ## formatting, clippy and documentation, without a warning
	$(CARGO) fmt --check
	$(CARGO) clippy --release --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --release --no-deps --document-private-items

torture: setup ## kill, fill and damage the cache for minutes: every fault, 200 kills, races, random rebuilds
	RECFLOW_TORTURE=1 $(CARGO) test --release --test it -- --nocapture faults torture rebuilds

acceptance: setup ## run the tests on real data only, and show what they measure
	$(CARGO) test --release --test it -- model_quality real_data --nocapture

fuzz: setup ## feed readers with broken files, each for three minutes (FUZZ_SECONDS, FUZZ_SEED)
	$(CARGO) test --release --test fuzz -- --seconds $(or $(FUZZ_SECONDS),180) --seed $(or $(FUZZ_SEED),1)

bench: setup ## run the benchmarks
	$(CARGO) bench

clean: ## remove what was built (results in cache/ stay)
	$(CARGO) clean

schema: build ## generate the JSON Schema of pipeline files
	target/release/recflow schema > pipelines/recflow.schema.json
