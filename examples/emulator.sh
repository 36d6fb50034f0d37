#!/usr/bin/env bash
# Runs a command with emulated clouds in place of the real ones:
#
#   examples/emulator.sh examples/pkcs11-tool.sh release README.md README.sig
#
# The emulator (tests/emulator) listens on loopback and has two keys, alias/release (RSA-3072) and alias/release-ec (P-256).
# They are gone when the command ends. quickstart.sh uses the functions of this file.

set -euo pipefail

project=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
mkdir -p "${CARGO_TARGET_DIR:-$project/target}"
target=$(cd "${CARGO_TARGET_DIR:-$project/target}" && pwd)
# The emulator's own, so that an alias has a whole name: region and key service follow from it.
readonly aliases=arn:aws:kms:eu-west-1:111122223333:alias

# The module by itself: built with the emulator it would get its features, and every SDK be compiled once more for the tests.
build() {
    (
        cd "$project" && export CARGO_TARGET_DIR=$target
        cargo build "$@" --package hardkey-pkcs11 && cargo build "$@" --package hardkey-emulator
    )
    export HARDKEY_MODULE=$target/debug/libhardkey_pkcs11.so
}

# Nothing that this shell happens to have set may lead a signature, or trust, elsewhere.
plain_environment() {
    local name
    for name in $(compgen -e); do
        case $name in
        HARDKEY_MODULE | HARDKEY_TEST_*) ;;
        AWS_* | AZURE_* | CLOUDSDK_* | GCE_* | GOOGLE_* | HARDKEY_* | OPENSSL_* | PKCS11_* | SSL_CERT_* | *_CA_BUNDLE | *_PROXY | *_proxy) unset "$name" ;;
        esac
    done
}

# start_emulator KEY…: in the words of its options, --google-key for what Google calls an algorithm, --azure-key for what Azure calls a type
# of key, else --key.
start_emulator() {
    local ready key options=(--roots "$target/emulator-roots" --aws-tls 127.0.0.1:0 --ca-file "$target/emulator-ca.pem" --azure-names)
    for key in "$@"; do
        case $key in
        *_SIGN_*) options+=(--google-key "$key") ;;
        *-HSM,* | RSA,* | EC,*) options+=(--azure-key "$key") ;;
        *) options+=(--key "$key") ;;
        esac
    done
    # It ends with this shell, even if the shell is killed: its standard input does.
    coproc EMULATOR { exec "$target/debug/hardkey-emulator" --until-stdin-closes "${options[@]}"; }
    emulator=$EMULATOR_PID
    trap stop_emulator EXIT
    trap 'exit 130' INT TERM
    if ! read -r -t 60 ready <&"${EMULATOR[0]}"; then
        echo "the emulator did not start" >&2
        exit 1
    fi
    AWS_ENDPOINT_URL_KMS=$(sed -E 's/.*"aws":"([^"]*)".*/\1/' <<<"$ready")
    export AWS_ENDPOINT_URL_KMS AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_EC2_METADATA_DISABLED=true
    export AWS_CONFIG_FILE=/dev/null AWS_SHARED_CREDENTIALS_FILE=/dev/null
    # One listener plays every cloud, and hands out Google's tokens as well.
    export CLOUDSDK_API_ENDPOINT_OVERRIDES_CLOUDKMS=$AWS_ENDPOINT_URL_KMS
    export GOOGLE_APPLICATION_CREDENTIALS=$target/emulator-credentials.json
    printf '{"type":"authorized_user","client_id":"emulator","client_secret":"emulator","refresh_token":"emulator","token_uri":"%s/google/token"}\n' \
        "$AWS_ENDPOINT_URL_KMS" >"$GOOGLE_APPLICATION_CREDENTIALS"
    # Azure is spoken to over TLS. The emulator's vault is called localhost there, and its Managed HSM 127.0.0.1.
    AZURE_AUTHORITY_HOST=$(sed -E 's/.*"aws_tls":"([^"]*)".*/\1/' <<<"$ready")
    export AZURE_AUTHORITY_HOST AZURE_TENANT_ID=0f5c2d1e-7a34-4b6e-9c1d-3e8a5b7f9012 AZURE_CLIENT_ID=emulator AZURE_CLIENT_SECRET=emulator
}

stop_emulator() {
    kill -TERM "$emulator" 2>/dev/null || true
    wait "$emulator" 2>/dev/null || true
}

if [ "${BASH_SOURCE[0]}" = "$0" ]; then
    if [ $# = 0 ]; then
        sed -n '2,7s/^# \{0,1\}//p' "$0" >&2
        exit 2
    fi
    build --quiet
    plain_environment
    start_emulator RSA_3072,alias=release ECC_NIST_P256,alias=release-ec
    export HARDKEY_KEY="$aliases/release $aliases/release-ec"
    "$@"
fi
