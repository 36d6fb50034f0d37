#!/usr/bin/env bash
# Runs the request matrix on the emulator, ministack and LocalStack, and stops what it started. Arguments go to matrix.py.
# HARDKEY_EMULATOR: the emulator's binary, if not target/debug/hardkey-emulator of this checkout.

set -uo pipefail

here=$(cd "$(dirname "$0")" && pwd)
export HARDKEY_TEST_HOME=${HARDKEY_TEST_HOME:-$here/../target/test-home}
# Any free port, so that servers of other runs do not matter.
export HARDKEY_MINISTACK_PORT=${HARDKEY_MINISTACK_PORT:-0} HARDKEY_LOCALSTACK_PORT=${HARDKEY_LOCALSTACK_PORT:-0}
emulator=${HARDKEY_EMULATOR:-$here/../target/debug/hardkey-emulator}
started=()
emulator_pid=

stop_all() {
    local name
    for name in "${started[@]}"; do
        "$here/$name.sh" stop
    done
    if [ -n "$emulator_pid" ]; then
        kill -TERM "$emulator_pid" 2>/dev/null
        wait "$emulator_pid" 2>/dev/null
    fi
}
trap stop_all EXIT
trap 'exit 130' INT TERM

# start NAME: sets `url`, empty if the server could not be started. One that runs already is used and left running.
start() {
    if url=$("$here/$1.sh" status 2>/dev/null); then
        return
    fi
    started+=("$1")
    url=$("$here/$1.sh" start) || url=
}

start_emulator() {
    if [ ! -x "$emulator" ]; then
        if [ -n "${HARDKEY_EMULATOR:-}" ]; then
            echo "run-matrix: there is no $emulator" >&2
            exit 1
        fi
        echo "run-matrix: building the emulator" >&2
        cargo build --quiet --manifest-path "$here/../Cargo.toml" --package hardkey-emulator || exit 1
    fi
    local ready
    # It ends with this script, even if the script is killed: its stdin does.
    coproc EMULATOR { exec "$emulator" --until-stdin-closes; }
    emulator_pid=$EMULATOR_PID
    if ! read -r -t 60 ready <&"${EMULATOR[0]}"; then
        echo "run-matrix: the emulator did not get ready" >&2
        exit 1
    fi
    url=$(printf '%s' "$ready" | python3 -c 'import json, sys; print(json.load(sys.stdin)["aws"])')
}

start_emulator
servers=emulator=$url
for name in ministack localstack; do
    start "$name"
    servers+=,$name=$url
done
# ministack's environment has boto3; without ministack it is still there.
"$HARDKEY_TEST_HOME/python/bin/python" "$here/matrix.py" --servers "$servers" "$@"
