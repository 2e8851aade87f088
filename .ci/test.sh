#!/usr/bin/env bash
# All tests, with all parts. A part that cannot be had fails; nothing skips.
set -euo pipefail
cd "$(dirname "$0")/.."
. .ci/stages.sh

tests() {
	ESTRAY_TEST_PARTS=required go test -timeout 25m ./... ./.ci/licences
}

# With libdeflate only what reads archives differs.
libdeflate() {
	ESTRAY_TEST_PARTS=required CGO_ENABLED=1 go test -tags libdeflate -timeout 10m \
		./internal/inflate ./providers/archive ./providers/builtin
}

# Without assembly, which other processors do not have, the same must hold.
purego() {
	ESTRAY_TEST_PARTS=required go test -tags purego -timeout 10m ./internal/jsonscan ./providers/archive ./providers/builtin || return
	GOOS=linux GOARCH=arm64 go vet ./internal/jsonscan ./providers/archive
}

stage "parts: PostgreSQL, Chromium, jq, libdeflate, DuckDB, moto (an emulator of AWS) with boto3, fake-gcs-server (one of Google Cloud Storage), Prism (a mock of Cloudflare)" ./.ci/parts.sh
stage "build of all packages" go build ./...
stage "tests" tests
stage "tests of what reads archives, with libdeflate" libdeflate
stage "tests of what reads archives, without assembly" purego
echo "all tests passed in $SECONDS s"
