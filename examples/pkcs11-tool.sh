#!/usr/bin/env bash
# Lists keys and signs a file with OpenSC's pkcs11-tool. Debian: opensc
#
#   HARDKEY_KEY=arn:aws:kms:REGION:ACCOUNT:alias/LABEL examples/pkcs11-tool.sh LABEL FILE SIGNATURE
#
# The signature has OpenSSL's form: `openssl dgst -sha256 -verify PUBLIC.pem -signature SIGNATURE FILE` checks it.

set -euo pipefail

label=${1:?the label of the key} file=${2:?what to sign} signature=${3:?where to}
tool=(pkcs11-tool --module "${HARDKEY_MODULE:-/usr/local/lib/hardkey/libhardkey_pkcs11.so}")

"${tool[@]}" --list-objects

# A signature needs the key's id: --label does not choose the key to sign with.
read -r kind id < <("${tool[@]}" --list-objects --type privkey 2>/dev/null | awk -v label="$label" '
    /^Private Key Object/ { kind = $4 }
    $1 == "label:" { ours = $2 == label }
    $1 == "ID:" && ours { print kind, $2 }')
case $kind in
RSA) mechanism=SHA256-RSA-PKCS ;;
EC) mechanism=ECDSA-SHA256 ;;
esac
"${tool[@]}" --sign --id "$id" --mechanism "$mechanism" --signature-format openssl \
    --input-file "$file" --output-file "$signature"
