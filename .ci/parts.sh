#!/usr/bin/env bash
# Installs the parts that the tests need and Debian 12 has: a PostgreSQL 15
# server and Chromium. Ends with status 1 when one cannot be had.
set -euo pipefail

postgres=/usr/lib/postgresql/15/bin/initdb

missing() {
	[ -x "$postgres" ] || echo postgresql-15
	command -v chromium >/dev/null || echo chromium
}

packages=$(missing | tr '\n' ' ')
packages=${packages% }
if [ -z "$packages" ]; then
	echo "PostgreSQL 15 and Chromium are installed"
	exit 0
fi
cure="apt-get update && apt-get install -y --no-install-recommends $packages"
if [ "$(id -u)" -ne 0 ]; then
	{
		echo "the tests need what is not installed: $packages"
		echo "run as root: $cure"
		echo "or leave the heavy parts out: make test-short"
	} >&2
	exit 1
fi
if ! command -v apt-get >/dev/null; then
	echo "the tests need $packages; install them by hand, this machine has no apt-get" >&2
	exit 1
fi
echo "installing $packages"
export DEBIAN_FRONTEND=noninteractive
apt-get update -q
# shellcheck disable=SC2086 # a list of package names
apt-get install -q -y --no-install-recommends $packages

still=$(missing | tr '\n' ' ')
if [ -n "$still" ]; then
	echo "installed, and still not found: $still" >&2
	exit 1
fi
