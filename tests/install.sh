#!/usr/bin/env bash
# Installs what the quickstart or all tests need on Debian and Ubuntu: `tests/install.sh quickstart|tests`.
#
# As root it installs packages of the machine's own distribution, and changes nothing else. Without root it changes nothing,
# prints the line to run, and ends with status 1. What is there already is left alone.

set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
home=${HARDKEY_TEST_HOME:-$here/../target/test-home}
# The version in Cargo.toml.
readonly rust=1.95
missing=()

say() { printf 'install: %s\n' "$*" >&2; }

# need PACKAGES COMMAND…: PACKAGES are missing if COMMAND fails.
need() {
    local packages=$1
    shift
    # shellcheck disable=SC2206 # several packages in one word
    "$@" >/dev/null 2>&1 </dev/null || missing+=($packages)
}

compiles() { printf '#include <stdlib.h>\n' | cc -E -; }
openssl_folder() { openssl version "$1" 2>/dev/null | cut -d'"' -f2; }
has_engine() { [ -e "$(openssl_folder -e)/pkcs11.so" ]; }
has_spy() { compgen -G '/usr/lib/*/pkcs11-spy.so'; }
has_provider() { [ -e "$(openssl_folder -m)/pkcs11.so" ] || [ -e "$home/pkcs11-provider/pkcs11.so" ]; }
has_node() { [ "$(node --version 2>/dev/null | tr -dc '0-9.' | cut -d. -f1)" -ge 20 ] 2>/dev/null; }
offers_node() {
    local candidate
    candidate=$(apt-cache policy nodejs 2>/dev/null | sed -n 's/.*Candidate: \([0-9]*\).*/\1/p')
    [ "${candidate:-0}" -ge 20 ]
}
offered() { [[ $(apt-cache policy "$1" 2>/dev/null) =~ Candidate:\ [0-9] ]]; }

look() {
    missing=()
    # Building: ring has C and assembler in it, the emulator uses OpenSSL.
    need 'gcc libc6-dev' compiles
    need pkg-config command -v pkg-config
    need libssl-dev pkg-config --exists openssl
    # Signing: the host, and the engine through which it loads modules.
    need openssl command -v openssl
    need osslsigncode command -v osslsigncode
    need libengine-pkcs11-openssl has_engine
    # The module reads the system's authorities before it connects anywhere.
    need ca-certificates test -s /etc/ssl/certs/ca-certificates.crt
    [ "$1" = tests ] || return 0
    need valgrind command -v valgrind
    need opensc command -v pkcs11-tool
    need opensc-pkcs11 has_spy
    need gnutls-bin command -v p11tool
    need p11-kit command -v p11-kit
    need softhsm2 command -v softhsm2-util
    need curl command -v curl
    need 'python3 python3-venv' python3 -c 'import ensurepip, venv'
}

apt_get() { DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 "$@"; }

# quietly COMMAND…: what it says is shown only if it fails.
quietly() {
    local log
    log=$(mktemp)
    if ! "$@" >"$log" 2>&1 </dev/null; then
        cat "$log" >&2
        rm -f "$log"
        say "this failed: $*"
        return 1
    fi
    rm -f "$log"
}

check_rust() {
    local version
    PATH=$PATH:$HOME/.cargo/bin
    if ! version=$(cargo --version 2>/dev/null | cut -d' ' -f2); then
        say "there is no cargo; install Rust $rust or newer (https://rustup.rs), then run this again"
        exit 1
    fi
    if ! printf '%s\n' "$rust" "$version" | sort -V -C; then
        say "cargo is $version, needed is $rust or newer; run: rustup update stable"
        exit 1
    fi
}

# pkcs11-provider is a package from Debian 13 on. For Debian 12 it is in backports: fetched from the machine's own mirror,
# with apt's own checks, and unpacked under target/, so that the machine's list of sources stays as it is.
unpack_provider() {
    local codename folder options
    codename=$(. /etc/os-release && [ "$ID" = debian ] && printf '%s' "${VERSION_CODENAME:-}") || return 1
    folder=$home/pkcs11-provider
    rm -rf "$folder"
    mkdir -p "$folder/apt/sources" "$folder/apt/lists/partial" "$folder/apt/cache/archives/partial"
    folder=$(cd "$folder" && pwd)
    backports "$codename" "$folder/apt/sources" || return 1
    options=(
        -o Dir::Etc::SourceList=/dev/null -o Dir::Etc::SourceParts="$folder/apt/sources"
        -o Dir::State::Lists="$folder/apt/lists" -o Dir::Cache="$folder/apt/cache" -o APT::Sandbox::User=root
    )
    say "fetching pkcs11-provider from $codename-backports into $folder"
    quietly apt_get "${options[@]}" update || return 1
    (cd "$folder/apt" && quietly apt_get "${options[@]}" download pkcs11-provider) || return 1
    dpkg-deb -x "$folder"/apt/pkcs11-provider_*.deb "$folder/apt/unpacked"
    mv "$folder"/apt/unpacked/usr/lib/*/ossl-modules/pkcs11.so "$folder/pkcs11.so"
    rm -rf "$folder/apt"
}

# backports CODENAME FOLDER: writes the machine's source of CODENAME there, with its suite replaced; in both of apt's formats.
backports() {
    local file
    for file in /etc/apt/sources.list.d/*.sources; do
        [ -e "$file" ] || continue
        awk -v suite="$1" '
            BEGIN { RS = ""; FS = "\n" }
            {
                ours = 0; text = ""
                for (i = 1; i <= NF; i++) {
                    if ($i ~ /^#/) continue
                    if ($i ~ "^Suites:(.* )?" suite "( |$)") ours = 1
                    sub(/^Suites:.*/, "Suites: " suite "-backports", $i)
                    sub(/^Types:.*/, "Types: deb", $i)
                    sub(/^Components:.*/, "Components: main", $i)
                    text = text $i "\n"
                }
                if (ours) { print text; exit }
            }' "$file" >"$2/backports.sources"
        [ ! -s "$2/backports.sources" ] || return 0
    done
    rm -f "$2/backports.sources"
    for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
        [ -e "$file" ] || continue
        sed -nE "/^deb( +\[[^]]*\])? +[^ ]+ +$1 /{s/^(deb( +\[[^]]*\])? +[^ ]+) .*/\1 $1-backports main/p;q}" "$file" >"$2/backports.list"
        [ ! -s "$2/backports.list" ] || return 0
    done
    say "no source of $1 found among this machine's apt sources"
    return 1
}

install_packages() {
    if [ "$(id -u)" != 0 ]; then
        say "not root; run this, then start again:"
        printf 'sudo apt-get update && sudo apt-get install -y --no-install-recommends %s\n' "${missing[*]}" >&2
        exit 1
    fi
    say "installing ${missing[*]}"
    quietly apt_get update
    quietly apt_get install -y --no-install-recommends "${missing[@]}"
}

main() {
    local what=${1:-}
    case $what in
    quickstart | tests) ;;
    *)
        say "usage: $0 quickstart|tests"
        exit 2
        ;;
    esac
    check_rust
    look "$what"
    if [ "$what" = tests ]; then
        if ! has_provider && offered pkcs11-provider; then
            missing+=(pkcs11-provider)
        fi
        # Azure's JavaScript clients want node 20; where no package has it, their test is skipped, loudly. Some packages of node
        # bring npm along.
        if ! { has_node && command -v npm >/dev/null; } && offers_node; then
            has_node || missing+=(nodejs)
            [[ $(apt-cache policy nodejs) =~ nodesource ]] || missing+=(npm)
        fi
        # LocalStack wants this very version; where no package has it, its tests are skipped, loudly.
        if ! command -v python3.13 >/dev/null && offered python3.13-venv; then
            missing+=(python3.13-venv)
        fi
    fi
    if [ ${#missing[@]} -gt 0 ]; then
        if ! command -v apt-get >/dev/null; then
            say "this is not Debian or Ubuntu; install what these packages have there: ${missing[*]}"
            exit 1
        fi
        install_packages
        look "$what"
        if [ ${#missing[@]} -gt 0 ]; then
            say "still missing after the installation: ${missing[*]}"
            exit 1
        fi
    fi
    if [ "$what" = tests ] && ! has_provider; then
        if offered pkcs11-provider && [ "$(id -u)" = 0 ]; then
            quietly apt_get install -y --no-install-recommends pkcs11-provider || true
        elif command -v apt-get >/dev/null; then
            unpack_provider || true
        fi
        has_provider || say "pkcs11-provider cannot be had here; its tests will be skipped"
    fi
    say "everything is there"
}

main "$@"
