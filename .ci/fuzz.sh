#!/usr/bin/env bash
# Fuzzes what inflates foreign bytes, cuts records out of them and decodes them, each
# target for a while (60s; FUZZTIME gives another time). An input that fails ends
# the run and is printed; go test keeps it in the package's testdata/fuzz, from
# where it belongs into the repository together with the cure.
set -euo pipefail
cd "$(dirname "$0")/.."
. .ci/stages.sh

targets=(
	./internal/inflate:FuzzObject
	./internal/jsonscan:FuzzSpan
	./internal/jsonscan:FuzzValues
	./providers/archive:FuzzReadObject
	./providers/aws:FuzzDecode
	./providers/aws:FuzzUseOfBytes
	./providers/aws/digest:FuzzDigest
	./providers/aws/digest:FuzzKeyFile
)

# fuzz PACKAGE TARGET
fuzz() {
	local corpus="$1/testdata/fuzz/$2" before found status=0
	before=$(mktemp)
	go test "$1" -run '^$' -fuzz "^$2\$" -fuzztime "${FUZZTIME:-60s}" -parallel 2 || status=$?
	while IFS= read -r -d '' found; do
		printf 'the input that fails is %s:\n' "$found" >&2
		cat -- "$found" >&2
	done < <([ ! -d "$corpus" ] || find "$corpus" -type f -newer "$before" -print0)
	rm -f "$before"
	return "$status"
}

for target in "${targets[@]}"; do
	stage "fuzz ${target#*:} of ${target%:*} for ${FUZZTIME:-60s}" fuzz "${target%:*}" "${target#*:}"
done
