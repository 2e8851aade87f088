#!/usr/bin/env bash
# Builds estray, makes the sample exports of a fictional company, scans them
# into a fresh SQLite store and writes every report to demo-out/. The samples
# hold findings on purpose, so the scan has to end with exit code 3.
set -euo pipefail
cd "$(dirname "$0")/.."

out=demo-out
config=$out/input/estray.yaml
now=2026-11-01T06:00:00Z
expected=3

echo "building bin/estray"
CGO_ENABLED=0 go build -trimpath -o bin/estray ./cmd/estray

rm -rf "$out"
mkdir -p "$out"
echo "making sample exports in $out/input (seed 1)"
go run ./cmd/internal/demo -out "$out/input" -seed 1

echo "scanning them as of $now"
code=0
began=$SECONDS
bin/estray scan --config "$config" --now "$now" \
	--output text=- \
	--output "json=$out/report.json" \
	--output "csv=$out/csv" \
	--output "html=$out/report.html" || code=$?

echo
if [ "$code" -ne "$expected" ]; then
	echo "scan ended with exit code $code, and the demo expects $expected" >&2
	exit 1
fi
for file in report.json report.html csv; do
	if [ ! -e "$out/$file" ]; then
		echo "scan wrote no $out/$file" >&2
		exit 1
	fi
done

cat <<TEXT
scan ended with exit code $code: findings at or above high — this is expected in the demo ($((SECONDS - began)) s)

look at:
  $out/report.html   the whole report as one page: open it in a browser
  $out/report.json   the same as data, schema estray.report/v1
  $out/csv           assets, findings and coverage as tables
  $out/input         what was scanned: exported logs, snapshots, registry, configuration

try next:
  bin/estray findings list --config $config --now $now
  bin/estray inventory list --config $config --now $now
  bin/estray coverage --config $config --now $now
  bin/estray rules show REC-01
TEXT
