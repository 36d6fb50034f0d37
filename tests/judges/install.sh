#!/usr/bin/env bash
# The environment of one judge: `install.sh google` installs google/requirements.txt, unless that very file is installed, and in the
# same way what its package-lock.json names, if it has one and this machine has node 20 with npm, and builds its program in Go, if it is
# one and this machine has Go. What surplus.txt names, if there is one, is removed again: large data that no test here takes.

set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
name=${1:?a judge: one of the folders here}
home=${HARDKEY_TEST_HOME:-$here/../../target/test-home}
requirements=$here/$name/requirements.txt
venv=$home/judge-$name

mkdir -p "$home"
# is_there FOLDER FILE…: whether FOLDER was installed from these very FILEs.
is_there() { [ "$(cat "$1/installed" 2>/dev/null)" = "$(cat "${@:2}" | cksum)" ]; }

if [ -e "$requirements" ] && ! is_there "$venv" "$requirements"; then
    printf 'judges: installing into %s (about half a minute)\n' "$venv" >&2
    rm -rf "$venv"
    python3 -m venv "$venv"
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --requirement "$requirements" >&2
    if [ -e "$here/$name/surplus.txt" ]; then
        shopt -s nullglob
        while read -r surplus; do
            # shellcheck disable=SC2086 # patterns
            rm -rf -- "$venv"/lib/python3*/site-packages/$surplus
        done <"$here/$name/surplus.txt"
    fi
    cksum <"$requirements" >"$venv/installed"
fi

lock=$here/$name/package-lock.json
modules=$home/judge-$name-node
if [ -e "$lock" ] && ! is_there "$modules" "$lock"; then
    # @azure/keyvault-keys 4.10.2: engines.node is >=20.0.0.
    if ! node -e 'process.exit(Number(process.versions.node.split(".")[0]) >= 20 ? 0 : 1)' 2>/dev/null || ! command -v npm >/dev/null; then
        printf 'judges: there is no node 20 with npm here; what runs in node is left out\n' >&2
        exit 0
    fi
    printf 'judges: installing into %s (about a quarter of a minute)\n' "$modules" >&2
    rm -rf "$modules"
    mkdir -p "$modules"
    cp "$here/$name/package.json" "$lock" "$modules"
    (cd "$modules" && npm ci --ignore-scripts --no-audit --no-fund --no-update-notifier --loglevel=error >&2)
    cksum <"$lock" >"$modules/installed"
fi

program=("$here/$name/main.go" "$here/$name/go.sum")
built=$home/judge-$name-go
if [ -e "${program[0]}" ] && ! is_there "$built" "${program[@]}"; then
    if ! command -v go >/dev/null; then
        printf 'judges: there is no Go here; what is written in Go is left out\n' >&2
        exit 0
    fi
    printf 'judges: building into %s (about half a minute)\n' "$built" >&2
    rm -rf "$built"
    mkdir -p "$built"
    # go.sum pins what is fetched; sources and objects are of no use afterwards. No other Go is fetched than the one that is here.
    scratch=$(mktemp -d)
    trap 'rm -rf "$scratch"' EXIT
    (cd "$here/$name" && GOTOOLCHAIN=local GOFLAGS='-modcacherw -mod=readonly' GOPATH=$scratch/path GOCACHE=$scratch/objects \
        go build -trimpath -o "$built/judge" . >&2)
    cat "${program[@]}" | cksum >"$built/installed"
fi
