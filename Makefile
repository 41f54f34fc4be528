# One target for each job; CI runs the same ones (.ci/run).

.PHONY: demo shop test setup build check test-rust test-no-std test-js fuzz-short chaos load bench-client bench-webhooks bench-qr scan-qr bench-startup bench-mcp packaging packaging-short docs release-check

demo: build ## a payment from end to end, in this terminal
	@scripts/demo

shop: build ## a shop that sells one thing, in the browser
	@node examples/shop/serve.mjs

test: check test-rust fuzz-short test-no-std packaging-short test-js ## everything

setup: ## installs what is missing
	@scripts/setup

build: setup ## the npm package, in pkg/
	@scripts/build

check: ## formatting and lints
	cargo fmt --check
	cargo clippy --locked --all-targets -- -D warnings
	cargo clippy --locked --features js-client,js-gopay,js-paykit,js-qr,js-qr-png,js-sandbox,js-webhooks -- -D warnings

test-rust: ## the core, natively
	cargo test --locked

test-no-std: setup ## the core for a target that has no std
	@scripts/test-no-std

test-js: build ## the built package on Node and in workerd
	@scripts/test-js

chaos: build ## ten thousand payments over a network that misbehaves, and a merchant that is killed a hundred times (about 10 minutes)
	@cd js-tests && CHAOS_PAYMENTS=10000 CHAOS_KILLS=100 node --test --test-reporter=spec chaos/*.test.mjs

load: build ## the webhook endpoint on Node and in workerd under steady load, then 100,000 calls of the client (13 minutes)
	@cd js-tests && node load/webhooks.mjs && node load/client.mjs

bench-client: build ## one create beside stripe-node's
	@cd js-tests && node --expose-gc --min-semi-space-size=256 --max-semi-space-size=256 bench/client.mjs

bench-webhooks: build ## verifying a webhook beside what people would pick instead
	@cd js-tests && node bench/webhooks.mjs && node bench/webhooks-start.mjs && node bench/webhooks-workers.mjs && node --expose-gc bench/webhooks-memory.mjs

bench-qr: build ## a QR code beside what people would pick instead
	@cd js-tests && node bench/qr.mjs

scan-qr: build ## 10,000 QR codes read back by ZXing, jsQR and zbar, from SVG, PNG and a terminal (15 minutes)
	@cd js-tests && SCAN_TEXTS=10000 node --test --test-reporter=spec unit/qr-read.test.mjs

fuzz-short: setup ## each fuzz target for 20 seconds (scripts/fuzz 600: for ten minutes)
	@scripts/fuzz

bench-startup: build ## from nothing to the first result, beside what people would pick instead
	@cd js-tests && node bench/startup.mjs

bench-mcp: build ## npx itpay mcp to its first tools/list, beside a bare server of the same package
	@cd js-tests && node bench/mcp.mjs

packaging: build ## the packed tarball in every runtime and bundler, as a table
	@cd js-tests && node packaging/run.mjs

packaging-short: build ## the part of it that takes less than two minutes
	@cd js-tests && node packaging/run.mjs --short

docs: build docs-site/node_modules/.installed ## the documentation as a static site, in target/site
	@node docs-site/build.mjs && node js-tests/docs-site.mjs

docs-site/node_modules/.installed: docs-site/package-lock.json
	@npm ci --prefix docs-site --no-audit --no-fund --loglevel error && touch $@

release-check: build ## what has to be right before a release
	@scripts/release-check
