# One background server: installed once, started once, waited for, stopped by pid. Sourced by localstack.sh and
# ministack.sh, which set `name`, `port` and `health` and define `install` and `launch`.

set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
home=${HARDKEY_TEST_HOME:-$here/../target/test-home}
mkdir -p "$home/run"
home=$(cd "$home" && pwd)

# Seconds a server may take to answer: LocalStack's first start fills its cache, 5 s on 2 cores.
readonly start_limit=60
# Seconds between SIGTERM and SIGKILL: LocalStack hung once in about 12 stops.
readonly stop_limit=8

say() { printf '%s: %s\n' "$name" "$*" >&2; }

# Whatever points a client of this machine elsewhere must not reach the servers: options for `env`.
readonly clean=(
    -u SSL_CERT_FILE -u SSL_CERT_DIR -u REQUESTS_CA_BUNDLE -u CURL_CA_BUNDLE -u AWS_CA_BUNDLE
    -u HTTP_PROXY -u HTTPS_PROXY -u ALL_PROXY -u http_proxy -u https_proxy -u all_proxy
    -u AWS_PROFILE -u AWS_ENDPOINT_URL -u AWS_ENDPOINT_URL_KMS
)

# venv_with PYTHON VENV FILE PIP-ARGUMENTS…: makes the environment unless it is there for this very FILE.
venv_with() {
    local python=$1 venv=$2 file=$3 stamp
    shift 3
    stamp="$(cksum <"$file") $*"
    if [ -f "$venv/installed" ] && [ "$(cat "$venv/installed")" = "$stamp" ]; then
        return
    fi
    say "installing into $venv (about half a minute)"
    rm -rf "$venv"
    "$python" -m venv "$venv"
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check "$@" >&2
    printf '%s' "$stamp" >"$venv/installed"
}

pid_file() { printf '%s/run/%s.pid' "$home" "$name"; }
log_file() { printf '%s/run/%s.log' "$home" "$name"; }
url_file() { printf '%s/run/%s.url' "$home" "$name"; }

# The pid, if it is still the server that was started: pids repeat.
running_pid() {
    local pid
    pid=$(cat "$(pid_file)" 2>/dev/null) || return 1
    tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null | grep -qF "$home" || return 1
    printf '%s' "$pid"
}

healthy() { env "${clean[@]}" curl --silent --fail --max-time 2 --noproxy '*' --output /dev/null "$1$health"; }

free_port() {
    python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

start() {
    local pid url waited=0
    if pid=$(running_pid) && url=$(cat "$(url_file)") && healthy "$url"; then
        say "already running, pid $pid"
        printf '%s\n' "$url"
        return
    fi
    stop
    install
    [ "$port" != 0 ] || port=$(free_port)
    if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
        say "port $port is taken by another program; choose one with ${port_variable}=PORT (0: any free one)"
        exit 1
    fi
    url=http://127.0.0.1:$port
    say "starting on $url, log in $(log_file)"
    launch >"$(log_file)" 2>&1 </dev/null &
    pid=$!
    disown "$pid"
    printf '%s' "$pid" >"$(pid_file)"
    printf '%s' "$url" >"$(url_file)"
    until healthy "$url"; do
        if ! kill -0 "$pid" 2>/dev/null; then
            say "ended before it answered; the end of its log:"
            tail -n 20 "$(log_file)" >&2
            exit 1
        fi
        if [ "$waited" -ge $((start_limit * 10)) ]; then
            say "does not answer within $start_limit s; the end of its log:"
            tail -n 20 "$(log_file)" >&2
            stop
            exit 1
        fi
        sleep 0.1
        waited=$((waited + 1))
    done
    say "ready, pid $pid"
    printf '%s\n' "$url"
}

stop() {
    local pid waited=0
    if pid=$(running_pid); then
        say "stopping pid $pid"
        kill -TERM "$pid" 2>/dev/null || true
        # Not `kill -0`: where nobody reaps it, an ended process keeps its pid.
        while running_pid >/dev/null; do
            if [ "$waited" -ge $((stop_limit * 10)) ]; then
                say "still there after $stop_limit s: SIGKILL"
                kill -KILL "$pid" 2>/dev/null || true
            fi
            sleep 0.1
            waited=$((waited + 1))
        done
    fi
    rm -f "$(pid_file)" "$(url_file)"
}

status() {
    local pid url
    if pid=$(running_pid) && url=$(cat "$(url_file)") && healthy "$url"; then
        printf '%s\n' "$url"
        say "running, pid $pid"
    else
        say "not running"
        return 1
    fi
}

main() {
    case ${1:-} in
    install) install ;;
    start | stop | status) "$1" ;;
    *)
        say "usage: $0 install|start|stop|status"
        exit 2
        ;;
    esac
}
