#!/usr/bin/env bash
# Runs golangci-lint in the version below. It is built once, into the cache
# folder of the user.
set -euo pipefail
cd "$(dirname "$0")/.."

version=2.15.0
bin=${XDG_CACHE_HOME:-$HOME/.cache}/estray/bin
lint=

for candidate in "$bin/golangci-lint" "$(go env GOPATH)/bin/golangci-lint"; do
	if [ -x "$candidate" ] && [ "$("$candidate" version --short)" = "$version" ]; then
		lint=$candidate
		break
	fi
done
if [ -z "$lint" ]; then
	echo "building golangci-lint $version into $bin"
	GOBIN=$bin go install "github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v$version"
	lint=$bin/golangci-lint
fi
"$lint" config verify
"$lint" run ./... ./.ci/licences
