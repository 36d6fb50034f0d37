#!/usr/bin/env bash
# What a key needs from the openssl command, through libp11's engine: a certificate request for a CA, a self-signed
# certificate to try things with, a signed file. Debian: openssl libengine-pkcs11-openssl
#
#   HARDKEY_KEY=arn:aws:kms:REGION:ACCOUNT:alias/LABEL examples/openssl-engine.sh LABEL FILE FOLDER

set -euo pipefail

label=${1:?the label of the key} file=${2:?what to sign} folder=${3:?where to}
export PKCS11_MODULE_PATH=${HARDKEY_MODULE:-/usr/local/lib/hardkey/libhardkey_pkcs11.so}
key="pkcs11:object=$label;type=private"
engine=(-engine pkcs11 -keyform engine)
mkdir -p "$folder"

openssl req -new "${engine[@]}" -key "$key" -subj "/O=Example/CN=$label" -sha256 -out "$folder/request.csr"
openssl req -verify -noout -in "$folder/request.csr"

openssl req -x509 "${engine[@]}" -key "$key" -subj "/O=Example/CN=$label" -sha256 -days 30 \
    -addext keyUsage=critical,digitalSignature -addext extendedKeyUsage=codeSigning -out "$folder/certificate.pem"

openssl dgst -sha256 "${engine[@]}" -sign "$key" -out "$folder/signature" "$file"
openssl x509 -in "$folder/certificate.pem" -noout -pubkey >"$folder/public.pem"
openssl dgst -sha256 -verify "$folder/public.pem" -signature "$folder/signature" "$file"
