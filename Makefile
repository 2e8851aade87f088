# Commands for people. The gate of the project is .ci/run, which calls these.
.DEFAULT_GOAL := help
.PHONY: help build demo demo-aws demo-cloudflare test test-short bench lint vuln licences docs clean

help: ## print this list
	@grep -hE '^[a-z-]+:.*## ' Makefile | sed -E 's/:.*## /\t/' | expand -t 14

build: ## build bin/estray, static, without paths of this machine
	CGO_ENABLED=0 go build -trimpath -o bin/estray ./cmd/estray

demo: ## make sample exports, scan them, write the reports to demo-out/
	./.ci/demo.sh

demo-aws: ## let the same company answer as AWS on this machine, and scan it live
	./.ci/demo-live.sh aws

demo-cloudflare: ## let it answer as Cloudflare on this machine, and scan it live
	./.ci/demo-live.sh cloudflare

test: ## run all tests; installs PostgreSQL, Chromium, moto and Prism if missing (Debian, root)
	./.ci/test.sh

test-short: ## run the tests that need nothing but Go
	./.ci/test-short.sh

bench: ## run the benchmarks, and read archives with estray, DuckDB and jq
	./.ci/bench.sh

lint: ## run golangci-lint; installs the version that the project uses
	./.ci/lint.sh

vuln: ## look the dependencies up in the Go vulnerability database (needs the internet)
	go run golang.org/x/vuln/cmd/govulncheck@v1.9.0 ./...

licences: ## check the licences of all dependencies
	go run ./.ci/licences

docs: ## write docs/cli.md anew from the commands
	go test ./cmd/internal/cli -run Docs -update

clean: ## remove what build and demo wrote
	rm -rf bin demo-out
