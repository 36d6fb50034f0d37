#!/usr/bin/env bash
# Signs a file, and a CMS message, with the openssl command and pkcs11-provider, the way of OpenSSL 3.
# Debian 13: openssl pkcs11-provider
#
#   HARDKEY_KEY=arn:aws:kms:REGION:ACCOUNT:alias/LABEL examples/openssl-provider.sh LABEL FILE FOLDER
#
# PROVIDER names the provider's pkcs11.so, if OpenSSL does not find it by itself.

set -euo pipefail

label=${1:?the label of the key} file=${2:?what to sign} folder=${3:?where to}
module=${HARDKEY_MODULE:-/usr/local/lib/hardkey/libhardkey_pkcs11.so}
provider=${PROVIDER:-$(openssl version -m | cut -d'"' -f2)/pkcs11.so}
key="pkcs11:object=$label;type=private"
mkdir -p "$folder"

# No section may be called "default": that name is OpenSSL's own.
cat >"$folder/openssl.cnf" <<END
openssl_conf = main
[main]
providers = providers
[providers]
default = built_in
pkcs11 = hardkey
[built_in]
activate = 1
[hardkey]
module = $provider
pkcs11-module-path = $module
activate = 1
[req]
distinguished_name = name
[name]
END
export OPENSSL_CONF=$folder/openssl.cnf

openssl dgst -sha256 -sign "$key" -out "$folder/signature" "$file"
openssl dgst -sha256 -verify "pkcs11:object=$label;type=public" -signature "$folder/signature" "$file"

openssl req -x509 -new -key "$key" -subj "/O=Example/CN=$label" -sha256 -days 30 -out "$folder/certificate.pem"
openssl cms -sign -inkey "$key" -signer "$folder/certificate.pem" -md sha256 -binary -in "$file" -outform DER \
    -out "$folder/signature.p7s"
openssl cms -verify -inform DER -in "$folder/signature.p7s" -content "$file" -binary -CAfile "$folder/certificate.pem" \
    -purpose any -out /dev/null
