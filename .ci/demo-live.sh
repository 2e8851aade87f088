#!/usr/bin/env bash
# Builds estray, lets the sample company answer as a provider on this machine, and
# scans it as if it were live. The same company is what make demo reads from exports.
# The word aws reads the accounts of an organization, a role taken in each, with
# functions, policies, roles and the event history; cloudflare reads accounts,
# Workers with what leads to them, Pages projects, members, tokens and the audit log.
set -euo pipefail
cd "$(dirname "$0")/.."

as=${1:?give the provider: aws or cloudflare}
out=demo-out
now=2026-11-01T06:00:00Z
expected=3
case $as in
aws) config=$out/input/aws/estray.yaml ;;
cloudflare) config=$out/input/edge/estray.yaml ;;
*)
	echo "the company does not answer as $as: give aws or cloudflare" >&2
	exit 2
	;;
esac

echo "building bin/estray"
CGO_ENABLED=0 go build -trimpath -o bin/estray ./cmd/estray
go build -o bin/demo ./cmd/internal/demo

rm -rf "$out/input" "$out/estray-$as".db* "$out/address"
mkdir -p "$out"
bin/demo -out "$out/input" -seed 1
bin/demo -as "$as" -serve 127.0.0.1:0 -seed 1 -ready "$out/address" &
server=$!
trap 'kill -INT $server 2>/dev/null || true; wait $server 2>/dev/null || true' EXIT
for _ in $(seq 100); do
	[ -s "$out/address" ] && break
	sleep 0.1
done
address=$(cat "$out/address")

# No credentials of yours are used: the key names the company's account, the token
# is none, and nothing but the address above is called.
if [ "$as" = aws ]; then
	export AWS_ENDPOINT_URL=$address AWS_ACCESS_KEY_ID=AKIA222233334444BASE AWS_SECRET_ACCESS_KEY=demo AWS_REGION=eu-west-1
	export AWS_EC2_METADATA_DISABLED=true AWS_CONFIG_FILE=/dev/null AWS_SHARED_CREDENTIALS_FILE=/dev/null
	export ESTRAY_EXTERNAL_ID=demo-external-id-0001
	unset AWS_PROFILE AWS_SESSION_TOKEN
else
	export DEMO_CLOUDFLARE=$address/client/v4/ CLOUDFLARE_API_TOKEN=demo
fi

echo "scanning it as of $now"
code=0
began=$SECONDS
bin/estray scan --config "$config" --now "$now" \
	--output text=- \
	--output "json=$out/report-$as.json" \
	--output "html=$out/report-$as.html" || code=$?

echo
if [ "$code" -ne "$expected" ]; then
	echo "scan ended with exit code $code, and the demo expects $expected" >&2
	exit 1
fi
echo "scan ended with exit code $code: findings at or above high — this is expected in the demo ($((SECONDS - began)) s)"
echo
echo "look at $out/report-$as.html, and compare it with that of make demo: the same company, from exports"
