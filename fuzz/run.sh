#!/usr/bin/env bash
# fuzz/run.sh [--seconds N] [--address] [TARGET…]: fuzzes the targets, one after the other; without a name all of them.
#   --seconds N   for each target; 10 if not said
#   --address     with AddressSanitizer
# What was learned stays in target/fuzz-corpus, for the next run; what was found is in target/fuzz-findings.
# Exit status 1 if something was found, 77 if the toolchain cannot do this.

set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
exec </dev/null
target=$(mkdir -p "${CARGO_TARGET_DIR:-target}" && cd "${CARGO_TARGET_DIR:-target}" && pwd)
all=(calls digest-info configuration statement gunzip bundle certificate request answers policy public-key report record
    challenge signed-requests verification)
seconds=10 wrapper=rustc-coverage.sh probe=(-Cpasses=sancov-module) names=()
usage() {
    sed -n '2,6s/^# //p' "$0" >&2 && exit 2
}
while [ $# -gt 0 ]; do
    case $1 in
    --seconds) seconds=$2 && shift ;;
    --address) wrapper=rustc-coverage-address.sh probe+=(-Zsanitizer=address) ;;
    *[!a-z-]* | -* | '') usage ;;
    *) [[ " ${all[*]} " == *" $1 "* ]] || usage && names+=("$1") ;;
    esac
    shift
done
[ ${#names[@]} -gt 0 ] || names=("${all[@]}")

# The inputs' files are written thousands of times in a second.
TMPDIR=$(mktemp -d -p /dev/shm 2>/dev/null || mktemp -d)
export TMPDIR
trap 'rm -rf "$TMPDIR"' EXIT

cannot() {
    echo "fuzzing: SKIPPED, $1"
    exit 77
}
command -v "${CXX:-c++}" >/dev/null || cannot "libFuzzer takes a C++ compiler (apt-get install g++)"
RUSTC_BOOTSTRAP=1 rustc "${probe[@]}" --crate-type=lib --emit=obj -o "$TMPDIR/probe.o" - 2>"$TMPDIR/why" ||
    cannot "rustc does not take ${probe[*]}: $(head -n 1 "$TMPDIR/why")"

RUSTC_WORKSPACE_WRAPPER=$PWD/fuzz/$wrapper cargo build --locked --quiet -p hardkey-fuzz --features libfuzzer --bins

# What the module publishes it never frees, by design: the leak check at the end does not count it.
export LSAN_OPTIONS="suppressions=$PWD/fuzz/published.txt:print_suppressions=0"
export ASAN_OPTIONS="allow_addr2line=1"
found=0
for name in "${names[@]}"; do
    corpus=$target/fuzz-corpus/$name findings=$target/fuzz-findings/$name options=() folders=("$target/fuzz-corpus/$name")
    # Those of what a CA is handed are made by the target itself, for the keys of its own process.
    export HARDKEY_FUZZ_SEEDS=$TMPDIR/seeds/$name
    mkdir -p "$corpus" "$findings" "$HARDKEY_FUZZ_SEEDS"
    folders+=("$HARDKEY_FUZZ_SEEDS")
    [ ! -d "fuzz/seeds/$name" ] || folders+=("fuzz/seeds/$name")
    [ ! -f "fuzz/seeds/$name.dict" ] || options+=("-dict=$PWD/fuzz/seeds/$name.dict")
    # A run of the module leaves a few hundred bytes, and what each run's service knew some thousands.
    options+=(-rss_limit_mb=4096 -detect_leaks=0 -print_final_stats=1 "-artifact_prefix=$findings/")
    # Nothing here takes a second; a loaded machine is a slow one.
    options+=(-timeout=60)
    if "$target/debug/fuzz-$name" "-max_total_time=$seconds" "${options[@]}" "${folders[@]}" >"$TMPDIR/log" 2>&1; then
        executions=$(sed -n 's/^stat::number_of_executed_units: *//p' "$TMPDIR/log")
        edges=$(sed -n 's/.*DONE *cov: \([0-9]*\) .*/\1/p' "$TMPDIR/log")
        of=$(sed -n 's/.*Loaded 1 modules *(\([0-9]*\) inline.*/\1/p' "$TMPDIR/log")
        echo "$name: $executions executions in $seconds s, $edges of $of edges, nothing found"
    else
        found=1
        grep -vE '^#[0-9]+.*(NEW|REDUCE|RELOAD|pulse) |# Uses: ' "$TMPDIR/log" | tail -n 60
        echo "$name: FOUND something; again with: HARDKEY_FUZZ_TRACE=1 $target/debug/fuzz-$name FILE, for the file named above"
    fi
done
exit "$found"
