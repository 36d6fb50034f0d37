#!/usr/bin/env bash
# Signs a Windows program with osslsigncode, through libp11's OpenSSL engine. Debian: osslsigncode libengine-pkcs11-openssl
#
#   HARDKEY_KEY=arn:aws:kms:REGION:ACCOUNT:alias/LABEL examples/osslsigncode.sh LABEL CERTIFICATE.pem PROGRAM.exe SIGNED.exe
#
# The engine is the one in OpenSSL's own folder; -pkcs11engine PATH names another (osslsigncode 2.6 or newer).
# For a real release add a time stamp: -ts URL of your CA's time-stamping service.

set -euo pipefail

label=${1:?the label of the key} certificate=${2:?a PEM file, leaf first} program=${3:?what to sign} signed=${4:?where to}
module=${HARDKEY_MODULE:-/usr/local/lib/hardkey/libhardkey_pkcs11.so}

# osslsigncode writes no file that is there already.
rm -f "$signed"
osslsigncode sign -pkcs11module "$module" -key "pkcs11:object=$label;type=private" -certs "$certificate" \
    -h sha256 -in "$program" -out "$signed"
