#!/usr/bin/env bash
# Every check and every test. Installs what it needs (tests/install.sh), goes on after a failing suite, and ends with one line,
# `N passed, N failed, N skipped`, that counts them all. Exit status 1 if anything failed.

set -uo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1
exec </dev/null
project=$PWD
PATH=$PATH:$HOME/.cargo/bin
mkdir -p "${CARGO_TARGET_DIR:-target}"
target=$(cd "${CARGO_TARGET_DIR:-target}" && pwd)
# Tests run in other folders: no path may depend on where this one is.
[ -z "${CARGO_TARGET_DIR:-}" ] || export CARGO_TARGET_DIR=$target
export HARDKEY_TEST_HOME=${HARDKEY_TEST_HOME:-$project/target/test-home}
logs=$target/test-logs
mkdir -p "$logs"
# No suite takes half of this; one that hangs must not take the others with it.
readonly limit=40m
# Nothing of these may be among what hardkey-attest is built from: SDKs, TLS, async runtimes, sockets. AWS-LC is no SDK.
readonly walled_off='tokio|mio|socket2|async-.*|smol|futures-.*|hyper.*|reqwest|ureq|h2|rustls.*|native-tls|openssl.*|aws-config|aws-(sdk|smithy|credential|runtime|types|sigv4).*|azure.*|google-.*|hickory-.*'

passed=0 failed=0 skipped=0
failures=() summary=() servers=()

say() { printf '\n== %s\n' "$*"; }

# count PASSED FAILED SKIPPED NAME
count() {
    passed=$((passed + $1)) failed=$((failed + $2)) skipped=$((skipped + $3))
    [ "$2" = 0 ] || failures+=("$4")
    summary+=("$(printf '%-28s %4d passed %3d failed %3d skipped %6d s' "$4" "$1" "$2" "$3" $((SECONDS - began)))")
}

# logged NAME COMMAND…: runs it, shows it, and keeps what it says.
logged() {
    local name=$1
    shift
    say "$name: $*"
    began=$SECONDS
    local runner=(timeout --kill-after=10 "$limit")
    [ "$(type -t "$1")" != function ] || runner=()
    "${runner[@]}" "$@" 2>&1 | tee "$logs/$name.log"
    local status=${PIPESTATUS[0]}
    [ "$status" != 124 ] || echo "$name: no end within $limit" | tee -a "$logs/$name.log"
    return "$status"
}

# check NAME COMMAND…: one that passes or fails as a whole.
check() {
    if logged "$@"; then
        count 1 0 0 "$1"
    else
        count 0 1 0 "$1"
    fi
}

# check_component COMPONENT NAME COMMAND…: the same, if cargo has the component.
check_component() {
    local component=$1
    shift
    if cargo "$component" --version >/dev/null 2>&1; then
        check "$@"
    else
        began=$SECONDS
        say "$1: SKIPPED, cargo has no $component here (rustup component add rustfmt clippy)"
        count 0 0 1 "$1"
    fi
}

# shellcheck disable=SC2317 # called by name
walls() {
    local tree found
    tree=$(cargo tree --locked --package hardkey-attest --edges normal --prefix none --format '{p}') || return 1
    if found=$(cut -d' ' -f1 <<<"$tree" | sort -u | grep -xE "$walled_off"); then
        printf 'hardkey-attest depends on %s\n' "${found//$'\n'/, }"
        return 1
    fi
    echo "hardkey-attest depends on no SDK, TLS, async runtime or socket ($(wc -l <<<"$tree") lines of its tree)"
}

cargo_tests() {
    local status results one skips
    export HARDKEY_TEST_SKIPS=$logs/skips
    : >"$HARDKEY_TEST_SKIPS"
    logged tests cargo test --locked --workspace --no-fail-fast
    status=$?
    results=$(grep -E '^test result: ' "$logs/tests.log")
    sum() { grep -oE "[0-9]+ $1" <<<"$results" | awk '{ total += $1 } END { print total + 0 }'; }
    # What skips itself passes in cargo's eyes.
    skips=$(sed 's/: .*//' "$HARDKEY_TEST_SKIPS" | sort -u | grep -c .)
    one=$(sum failed)
    # A test program that does not compile, or that dies, has no result.
    if [ "$status" != 0 ] && [ "$one" = 0 ]; then
        one=1
    fi
    count $(($(sum passed) - skips)) "$one" $(($(sum ignored) + skips)) tests
}

# start_server NAME VARIABLE: sets and exports VARIABLE, unless the server is one that cannot be had here.
start_server() {
    local url status
    if ! url=$("localstack/$1.sh" status 2>/dev/null); then
        url=$("localstack/$1.sh" start)
        status=$?
        [ "$status" != 77 ] || return 0
        if [ "$status" != 0 ]; then
            began=$SECONDS
            count 0 1 0 "$1 starts"
            return
        fi
        servers+=("$1")
    fi
    export "$2=$url"
}

stop_servers() {
    local name
    for name in "${servers[@]}"; do
        "localstack/$name.sh" stop
    done
    servers=()
}

matrix() {
    local line
    logged matrix localstack/run-matrix.sh
    local status=$?
    line=$(grep -xE '[0-9]+ passed, [0-9]+ failed, [0-9]+ skipped' "$logs/matrix.log" | tail -n 1)
    local good bad left
    read -r good bad left < <(tr -cd '0-9 ' <<<"$line")
    if [ -z "$left" ]; then
        count 0 1 0 matrix
    elif [ "$status" != 0 ] && [ "$bad" = 0 ]; then
        count "$good" 1 "$left" matrix
    else
        count "$good" "$bad" "$left" matrix
    fi
}

# A short one: what a longer one finds becomes a test. See fuzz/README.md.
# shellcheck disable=SC2317 # called by name
fuzz() {
    logged fuzz fuzz/run.sh
    case $? in
    0) count 1 0 0 fuzz ;;
    77) count 0 0 1 fuzz ;;
    *) count 0 1 0 fuzz ;;
    esac
}

finish() {
    say 'The suites'
    printf '%s\n' "${summary[@]}"
    echo "the folder $target holds $(du -sh "$target" | cut -f1)"
    if [ -s "$logs/skips" ]; then
        say 'Skipped'
        sort -u "$logs/skips"
    fi
    if [ ${#failures[@]} -gt 0 ]; then
        say "Failed: ${failures[*]}"
        echo "what they said is in $logs; one suite alone: cargo test -p hardkey-tests --test hosts"
    else
        say 'What to try next'
        echo "cargo bench -p hardkey-tests                what a signature costs, beside the same call without the module"
        echo "examples/quickstart.sh                      one signature, step by step"
        echo "HARDKEY_KEY=arn:aws:kms:… pkcs11-tool --module $target/debug/libhardkey_pkcs11.so -O"
    fi
    printf '\n%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
    [ "$failed" = 0 ]
    exit
}

trap stop_servers EXIT
trap 'exit 130' INT TERM
export CARGO_TERM_COLOR=never
# Each crate is compiled once here: what a second time would start from only fills the disk.
export CARGO_INCREMENTAL=0

began=$SECONDS
say 'Installing what is missing'
rm -f "$logs/skips"
if ! tests/install.sh tests; then
    count 0 1 0 installation
    finish
fi
say 'Fetching crates, ministack, LocalStack and judges'
cargo fetch --locked --quiet
localstack/ministack.sh install
localstack/localstack.sh install
for judge in google azure azure-around aws terraform kql bicep; do
    tests/judges/install.sh "$judge"
done

# From here on nothing is fetched, and nothing that this shell happens to have set may lead a test elsewhere.
for name in $(compgen -e); do
    case $name in
    HARDKEY_TEST_HOME) ;;
    AWS_* | AZURE_* | CLOUDSDK_* | GCE_* | GOOGLE_* | HARDKEY_* | OPENSSL_* | PKCS11_* | SSL_CERT_* | *_CA_BUNDLE | *_PROXY | *_proxy) unset "$name" ;;
    esac
done
export HARDKEY_EMULATOR=$target/debug/hardkey-emulator HARDKEY_MINISTACK_PORT=0 HARDKEY_MINISTACK_AUTH_PORT=0 HARDKEY_LOCALSTACK_PORT=0

check_component fmt format cargo fmt --all --check
check_component clippy clippy cargo clippy --locked --workspace --all-targets -- -D warnings
check walls walls
# The module's package has no public item: its documentation is that of its private ones.
RUSTDOCFLAGS='-D warnings -A rustdoc::private-intra-doc-links' \
    check documentation cargo doc --locked --workspace --no-deps --document-private-items --quiet
start_server ministack HARDKEY_TEST_MINISTACK
start_server ministack-auth HARDKEY_TEST_MINISTACK_AUTH
start_server localstack HARDKEY_TEST_LOCALSTACK
cargo_tests
stop_servers
matrix
fuzz
check quickstart examples/quickstart.sh
finish
