#!/usr/bin/env bash
# LocalStack in host mode, without Docker. `localstack.sh install|start|stop|status`; `start` and `status` print its URL.
# Exit status 77: skipped, because there is no Python 3.13.

name=localstack
port_variable=HARDKEY_LOCALSTACK_PORT
port=${HARDKEY_LOCALSTACK_PORT:-4566}
health=/_localstack/health
# shellcheck source=localstack/server.sh
. "$(dirname "${BASH_SOURCE[0]}")/server.sh"

venv=$home/localstack

# LocalStack 2026.3.0 uses Python 3.12 syntax and its pins have wheels for 3.13.
find_python() {
    local candidate
    for candidate in python3.13 "$HOME"/.pyenv/versions/3.13*/bin/python3.13; do
        if "$candidate" -c 'import venv' 2>/dev/null; then
            printf '%s' "$candidate"
            return
        fi
    done
    return 1
}

install() {
    local python
    if ! python=$(find_python); then
        say "SKIPPED: LocalStack needs Python 3.13, and there is no python3.13 here (Debian 13: apt install python3.13-venv)"
        exit 77
    fi
    venv_with "$python" "$venv" "$here/localstack-constraints.txt" \
        'localstack-core[base-runtime]==2026.3.0' --constraint "$here/localstack-constraints.txt"
}

launch() {
    # GATEWAY_SERVER: the default, twisted, binds 0.0.0.0 whatever GATEWAY_LISTEN says.
    # OVERRIDE_IN_DOCKER and FILESYSTEM_ROOT: inside a container it would take itself for its own image and write to /var/lib.
    exec env "${clean[@]}" -C "$home/run" \
        SERVICES=kms EAGER_SERVICE_LOADING=1 GATEWAY_SERVER=hypercorn GATEWAY_LISTEN=127.0.0.1:"$port" \
        LOCALSTACK_HOST=localhost:"$port" DNS_ADDRESS=0 DISABLE_EVENTS=1 SKIP_SSL_CERT_DOWNLOAD=1 \
        OVERRIDE_IN_DOCKER=0 FILESYSTEM_ROOT="$home/localstack-files" \
        "$venv/bin/python" -m localstack.runtime.main
}

main "$@"
