#!/usr/bin/env bash
# Fuzzes what inflates foreign bytes, cuts records out of them and decodes them:
# the cutter and the decoders for a minute each, the others for 20 seconds
# (FUZZTIME gives all another time). An input that fails ends the run and is
# printed; go test keeps it in the package's testdata/fuzz, from where it belongs
# into the repository together with the cure.
set -euo pipefail
cd "$(dirname "$0")/.."
. .ci/stages.sh

targets=(
	"./providers/archive FuzzReadObject 60s"
	"./providers/aws FuzzDecode 60s"
	"./providers/cloudflare FuzzV2 60s"
	"./providers/cloudflare FuzzV1 20s"
	"./internal/inflate FuzzObject 20s"
	"./internal/jsonscan FuzzSpan 20s"
	"./internal/jsonscan FuzzValues 20s"
	"./providers/aws FuzzUseOfBytes 20s"
	"./providers/aws/digest FuzzDigest 20s"
	"./providers/aws/digest FuzzKeyFile 20s"
	"./providers/google/bucket FuzzAnswers 20s"
)

# fuzz PACKAGE TARGET TIME
#
# go test fails at times when the time ends while a worker is busy, with "context
# deadline exceeded" and no input that fails (golang/go#56238): that is no failure.
fuzz() {
	local corpus="$1/testdata/fuzz/$2" log found inputs=0 status=0
	log=$(mktemp)
	go test "$1" -run '^$' -fuzz "^$2\$" -fuzztime "$3" -parallel 2 2>&1 | tee "$log" || status=$?
	while IFS= read -r -d '' found; do
		inputs=1
		printf 'the input that fails is %s:\n' "$found" >&2
		cat -- "$found" >&2
	done < <([ ! -d "$corpus" ] || find "$corpus" -type f -newer "$begun" -print0)
	if [ "$status" -ne 0 ] && [ "$inputs" -eq 0 ] && grep -q '^ *context deadline exceeded$' "$log"; then
		echo "the time ended while a worker was busy; no input fails"
		status=0
	fi
	rm -f "$log"
	return "$status"
}

begun=$(mktemp)
trap 'rm -f "$begun"' EXIT
for entry in "${targets[@]}"; do
	read -r package target time <<<"$entry"
	time=${FUZZTIME:-$time}
	stage "fuzz $target of $package for $time" fuzz "$package" "$target" "$time"
done
