#!/usr/bin/env bash
# tests/sanitizers.sh [address] [miri]: the module under AddressSanitizer, and its unsafe room under Miri; without a name both.
# Each says in its last line what came of it; exit status 1 if one of them found something.
# Not part of the gate: address takes minutes, miri a nightly toolchain with the components miri and rust-src.

set -uo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1
exec </dev/null
failed=0

# shellcheck disable=SC2317 # called by name
# Every call of the conformance suite, on a module and in a host that are both compiled with it.
address() {
    if ! RUSTC_BOOTSTRAP=1 rustc -Zsanitizer=address --print cfg >/dev/null 2>&1; then
        echo "address: SKIPPED, this rustc has no AddressSanitizer"
        return
    fi
    # What the module publishes it never frees, by design.
    RUSTC_WORKSPACE_WRAPPER=$PWD/fuzz/rustc-address.sh \
        ASAN_OPTIONS=allow_addr2line=1 LSAN_OPTIONS=suppressions=$PWD/fuzz/published.txt:print_suppressions=0 \
        cargo test --locked -p hardkey-tests --test conformance -- --skip volume
    outcome address $?
}

# shellcheck disable=SC2317 # called by name
# Pointers of hosts, and what is published to all threads. Miri cannot enter AWS-LC, which is C.
miri() {
    if ! cargo +nightly miri --version >/dev/null 2>&1; then
        echo "miri: SKIPPED, rustup component add --toolchain nightly miri rust-src"
        return
    fi
    MIRIFLAGS='-Zmiri-disable-isolation -Zmiri-ignore-leaks -Zmiri-many-seeds=0..8' \
        cargo +nightly miri test --locked -p hardkey-pkcs11 -- ffi::pointer ffi::published ffi::general
    outcome miri $?
}

# shellcheck disable=SC2317 # called by those
outcome() {
    if [ "$2" = 0 ]; then
        echo "$1: nothing found"
    else
        failed=1
        echo "$1: FAILED"
    fi
}

[ $# -gt 0 ] || set -- address miri
for name in "$@"; do
    case $name in
    address | miri) "$name" ;;
    *) sed -n '2,4s/^# //p' "$0" >&2 && exit 2 ;;
    esac
done
exit "$failed"
