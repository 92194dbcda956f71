# Thin on purpose: every target is a line or two, and CI (.ci/run) calls the same ones.

.DEFAULT_GOAL := help
.PHONY: help setup demo up test lint fmt bench bench-quick sqlx deny release-contract clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-17s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## check the prerequisites, install what is missing where apt-get may
	@.ci/setup.sh

demo: setup ## build, start, import a real purchase history, score it, show the key customers
	@cargo build --release --locked --package clientele
	@target/release/clientele demo

up: setup ## build, start everything on this machine and stay
	@cargo build --release --locked --package clientele
	@target/release/clientele up

test: setup ## run every test, against a private Postgres
	cargo test --workspace --locked --no-fail-fast

lint: ## format, clippy, contract, licences, query data
	@.ci/setup.sh lint
	cargo fmt --all --check
	.ci/buf.sh check
	.ci/deny.sh check bans licenses sources
	.ci/sqlx.sh check

fmt: ## format sources and protos
	@.ci/setup.sh lint
	cargo fmt --all
	.ci/buf.sh format

bench: setup ## measure against raw Postgres, keep the table under tests/
	cargo run --release --locked --package clientele-tests --bin bench

bench-quick: setup ## the same, small, within two minutes
	cargo run --release --locked --package clientele-tests --bin bench -- --quick

sqlx: setup ## regenerate services/*/.sqlx from the migrated database
	.ci/sqlx.sh prepare

deny: setup ## licences, bans, sources and, over the network, advisories
	.ci/deny.sh check

release-contract: ## make the contract as it is the one that `buf breaking` compares with
	@.ci/setup.sh lint
	.ci/buf.sh release

clean: ## remove what was built
	cargo clean
	rm -rf .ci/node_modules
