#!/usr/bin/env bash
# Runs the benchmarks beside the code, then reads archives with estray, DuckDB and
# jq in turn and prints what each takes (about 6 minutes on two cores), then reads
# a fake of AWS. Installs DuckDB and jq where that can be done; what is missing is
# left out, with a line that says so. Nothing fails for being slow.
#
# With arguments only the program is run, with them: .ci/bench.sh -sets growth
set -euo pipefail

.ci/parts.sh bench || echo "what could not be installed is left out"
python=${XDG_CACHE_HOME:-$HOME/.cache}/estray/duckdb-2.0.0/bin/python

if [ $# -eq 0 ]; then
	go test -run '^$' -bench . -benchmem ./providers/... ./inventory/... ./findings/...
fi
go run ./cmd/internal/bench -python "$python" "$@"
