#!/usr/bin/env bash
# The tests that need nothing but Go. Says what it leaves out.
set -euo pipefail
cd "$(dirname "$0")/.."

ESTRAY_TEST_PARTS=none go test -short ./...
echo "left out: PostgreSQL, Chromium, moto and boto3 (Python), DuckDB, fake-gcs-server, Prism, kill -9, full disk (tmpfs), scale; make test runs them"
