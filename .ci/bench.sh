#!/usr/bin/env bash
# Runs the benchmarks beside the code, then reads one archive with estray and
# with jq in turn and prints both and their ratio. Installs jq where that can be
# done; without it the comparison is left out, with a line that says so.
# Nothing fails for being slow.
set -euo pipefail

if ! command -v jq >/dev/null && [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
	echo "installing jq"
	export DEBIAN_FRONTEND=noninteractive
	{ apt-get update -q && apt-get install -q -y --no-install-recommends jq; } || echo "jq cannot be had here"
fi

go test -run '^$' -bench . -benchmem ./providers/... ./inventory/... ./findings/...
go run ./cmd/internal/bench
