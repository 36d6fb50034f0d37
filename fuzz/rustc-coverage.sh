#!/usr/bin/env bash
# For RUSTC_WORKSPACE_WRAPPER: compiles the crates of this workspace faster than a debug build would run, and those that
# are tested so that libFuzzer sees what they do. The crates they depend on stay as any build made them.

set -euo pipefail

flags=()
case " $* " in
*' --crate-name build_script_'*) ;; # runs by itself, without libFuzzer
*' --crate-name hardkey_fuzz_module '* | *' --crate-name hardkey_kms '* | *' --crate-name hardkey_attest '*)
    flags=(-Copt-level=2 -Cdebug-assertions=on -Cpasses=sancov-module)
    for feature in level=4 inline-8bit-counters pc-table trace-compares; do
        flags+=("-Cllvm-args=-sanitizer-coverage-$feature")
    done
    ;;
*' --crate-name '*) flags=(-Copt-level=2 -Cdebug-assertions=on) ;;
esac
exec "$@" "${flags[@]}"
